# shellcheck shell=bash
# Loaded by every bats file. PAB_BUILD names the flavour under test (default build/std);
# PAB_VIA, when set, is a command put before every program: "no_openat2" runs the whole
# suite on the component walk. PATH then leads to scripts that run the programs through it.
# Each test stands in an empty directory of its own, $W, beside an empty $HOME.

bats_require_minimum_version 1.5.0

# Makes the directory of those scripts, once a file, and puts it first in PATH.
setup_via() {
	local via=$BATS_FILE_TMPDIR/via program
	if [ ! -d "$via" ]; then
		mkdir "$via.$$"
		for program in "$BUILD"/pab "$BUILD"/pab-*; do
			printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$PAB_VIA" "$program" \
				>"$via.$$/${program##*/}"
		done
		chmod +x "$via.$$"/*
		mv -T "$via.$$" "$via" 2>/dev/null || rm -r "$via.$$"
	fi
	PATH=$via:$PATH
}

setup_pab() {
	unset "${!PAB_OUTPUT@}" PAB_BACKEND PAB_ALLOW PAB_CWD PAB_LIMITS PAB_HOME PAB_FSYNC \
		PAB_RULES PAB_ASK PAB_AUDIT PAB_ACTOR PAB_JOURNAL NO_COLOR XDG_STATE_HOME
	TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	BUILD=$TOP/${PAB_BUILD:-build/std}
	PATH=$BUILD:$PATH
	if [ "${PAB_VIA:-}" ]; then
		setup_via
	fi
	export LC_ALL=C TZ=UTC0 HOME=$BATS_TEST_TMPDIR/home PATH
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1
	umask 022
	W=$BATS_TEST_TMPDIR/work
	mkdir -p "$HOME" "$W"
	cd "$W" || return 1
	exec </dev/null
}

setup() {
	setup_pab
}

# same WANT: standard output of the last run is exactly WANT.
same() {
	if [ "$output" != "$1" ]; then
		printf 'want: %q\n got: %q\n' "$1" "$output" >&2
		return 1
	fi
}

# says WANT: standard error of the last run is exactly WANT.
says() {
	if [ "$stderr" != "$1" ]; then
		printf 'want: %q\n got: %q\n' "$1" "$stderr" >&2
		return 1
	fi
}

# has TEXT WHERE: the string WHERE holds TEXT.
has() {
	case $2 in
	*"$1"*) return 0 ;;
	esac
	printf 'not there: %q\n   in: %q\n' "$1" "$2" >&2
	return 1
}

# json FILTER: runs jq -e on standard output of the last run; false or null fails.
json() {
	printf '%s\n' "$output" | jq -es "$1" >/dev/null || {
		printf 'jq %s failed on:\n%s\n' "$1" "$output" >&2
		return 1
	}
}
