#!/bin/bash
# The house style that a program can check: sizes, formatting, linters. Prints what is
# wrong and ends with status 1 when anything is.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
wrong() {
	bad=1
	printf '%s\n' "$@"
}

sources=$(git ls-files 'cmd/*.c' 'common/*.c' 'tests/*.c')
headers=$(git ls-files 'cmd/*.h' 'common/*.h' 'tests/*.h')

# shellcheck disable=SC2086
{
	for f in $sources; do
		n=$(wc -l <"$f")
		[ "$n" -le 500 ] || wrong "$f: $n lines, more than 500"
		long=$(awk -v f="$f" '/^\{/ {s = NR} /^\}/ {if (s && NR - s > 60)
			printf "%s:%d: function of %d lines\n", f, s, NR - s; s = 0}' "$f")
		[ -z "$long" ] || wrong "$long"
	done
	for f in $sources $headers; do
		wide=$(expand -t 8 "$f" | awk -v f="$f" 'length($0) > 100 {
			printf "%s:%d: %d columns\n", f, NR, length($0)}')
		[ -z "$wide" ] || wrong "$wide"
		head -n 1 "$f" | grep -q 'SPDX-License-Identifier: MIT' || wrong "$f: no SPDX line"
	done
	[ "$(wc -l <Makefile)" -le 200 ] || wrong "Makefile: more than 200 lines"

	words=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $sources $headers)
	[ -z "$words" ] || wrong "$words"

	clang-format --dry-run -Werror $sources $headers 2>&1 | grep -m 20 error: && bad=1
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j 2 \
		--enable=warning,performance,portability -Icommon -Icmd -Itests \
		--include=common/pab.h --suppress=unknownMacro --suppress=missingInclude \
		--suppress=preprocessorErrorDirective $sources || bad=1
	codespell --ignore-words-list=te,fo,nd,ot,ba,ue,hist,iff,wan,nin,comon,fro,doas README.md \
		$sources $headers man completions tests/*.bats tests/*.sh || bad=1
	git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck -x -S warning || bad=1
}

# Findings that are the house's habits, not bugs.
off=$(printf ',-%s' bugprone-easily-swappable-parameters bugprone-reserved-identifier \
	bugprone-narrowing-conversions bugprone-assignment-in-if-condition \
	bugprone-suspicious-string-compare bugprone-branch-clone \
	bugprone-implicit-widening-of-multiplication-result \
	bugprone-not-null-terminated-result bugprone-signal-handler \
	clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
	clang-analyzer-valist.Uninitialized clang-analyzer-unix.Stream clang-analyzer-unix.Malloc \
	clang-analyzer-optin.performance.Padding)
tidy="-*,bugprone-*,clang-analyzer-*,misc-redundant-expression$off"
printf '%s\n' "$sources" | xargs -P 2 -n 6 sh -c 'clang-tidy --quiet --checks="$0" "$@" -- \
	-std=c11 -iquote common -iquote cmd -iquote tests -include common/pab.h \
	-DPAB_VERSION="\"0\"" 2>/dev/null' "$tidy" | grep -E '(warning|error):' && bad=1

exit $bad
