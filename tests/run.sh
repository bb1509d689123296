#!/bin/bash
# Runs bats files against one flavour of the programs, as many at once as there are
# processors, and counts.
# usage: run.sh [FILE ...]; PAB_BUILD names the flavour, PAB_VIA the wrapper.
# The last line is "N passed, N failed"; what failed stands above it, with its output.
set -u
cd "$(dirname "$0")/.." || exit 1

# One file: its report goes to LOGS/NAME, "PASSED FAILED SKIPPED" to LOGS/NAME.count.
if [ "${1-}" = --one ]; then
	file=$2 logs=$3 start=$SECONDS
	tap=$logs/${file##*/}.tap report=$logs/${file##*/}
	bats --tap "$file" >"$tap" 2>&1
	status=$?
	ok=$(grep -c '^ok ' "$tap")
	bad=$(grep -c '^not ok ' "$tap")
	skip=$(grep -c '^ok .* # skip' "$tap")
	plan=$(sed -n 's/^1\.\.//p' "$tap" | head -n 1)
	exec >"$report"
	if { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; } || [ $((ok + bad)) -ne "${plan:-0}" ]; then
		echo "not ok $file: ran $((ok + bad)) of ${plan:-?} tests, status $status"
		tail -n 20 "$tap"
		bad=$((bad + 1))
	fi
	printf '%-28s %3d ok, %d failed, %d skipped, %d s%s\n' "$file" $((ok - skip)) "$bad" \
		"$skip" $((SECONDS - start)) "${PAB_VIA:+ (via $PAB_VIA)}"
	awk '/^not ok /{p = 1} /^ok /{p = 0} p' "$tap"
	grep '^ok .* # skip' "$tap"
	echo $((ok - skip)) "$bad" "$skip" >"$report.count"
	exit 0
fi

files=("$@")
[ ${#files[@]} -gt 0 ] || files=(tests/*.bats)
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
# The longest first, so that none is left to run alone at the end.
printf '%s\n' "${files[@]}" |
	awk '{ print (/kill|change|place|ignore/ ? 0 : 1), $0 }' | sort -s -n -k 1,1 |
	cut -d' ' -f2 | xargs -P "$(nproc)" -I{} "$0" --one {} "$logs"

passed=0 failed=0 skipped=0
for file in "${files[@]}"; do
	report=$logs/${file##*/}
	cat "$report" 2>/dev/null
	read -r p f s 2>/dev/null <"$report.count" || {
		echo "not ok $file: no report"
		p=0 f=1 s=0
	}
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

# A skip is a test that did not run: a person may lack a tool, CI may not.
if [ "$skipped" -gt 0 ] && [ -n "${CI-}" ]; then
	echo "$skipped skipped, and CI has what they need: counted as failed"
	failed=$((failed + skipped))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
