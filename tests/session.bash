# shellcheck shell=bash
# What the suites of pab-session share.

setup() {
	setup_pab
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	mkdir tree
	echo one >tree/a.txt
}

teardown() {
	local kind
	for kind in "$PAB_HOME"/places/*/kind; do
		[ ! -e "$kind" ] || pab-session -q close "$(basename "${kind%/kind}")"
	done
	pab-state -q rm "test-session-$$" 2>/dev/null || true
}

# like ID KIND STATE WHERE ...: the table in $output has exactly these lines.
like() {
	awk 'NR > 1 { print $1, $2, $3, $10 }' <<<"$output" >got.list
	printf '%s %s %s %s\n' "$@" >want.list
	diff -u want.list got.list
}

# empty DIR ...: there is nothing in them, or they are not there.
empty() {
	[ -z "$(find "$@" -mindepth 1 2>/dev/null)" ]
}

# ends PATTERN: no process has it in its command line, or soon none has.
ends() {
	for _ in $(seq 200); do
		[ "$(pgrep -fc -- "$1" || true)" != 0 ] || return 0
		sleep 0.05
	done
	pgrep -fa -- "$1" >&2
	return 1
}
