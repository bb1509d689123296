#!/bin/bash
# Runs bats files against one flavour of the programs and counts.
# usage: run.sh [FILE ...]; PAB_BUILD names the flavour, PAB_VIA the wrapper.
# The last line is "N passed, N failed"; what failed stands above it, with its output.
set -u
cd "$(dirname "$0")/.." || exit 1

files=("$@")
[ ${#files[@]} -gt 0 ] || files=(tests/*.bats)
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

for file in "${files[@]}"; do
	start=$SECONDS
	# No timing, no pretty printer: TAP is what can be counted.
	bats --tap "$file" >"$log" 2>&1
	status=$?
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .* # skip' "$log")
	plan=$(sed -n 's/^1\.\.//p' "$log" | head -n 1)
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ $((ok + bad)) -ne "${plan:-0}" ]; then
		bad=$((bad + 1))
		echo "not ok $file: ran $((ok + bad - 1)) of ${plan:-?} tests, status $status"
		tail -n 20 "$log"
	fi
	passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
	printf '%-28s %3d ok, %d failed, %d skipped, %d s%s\n' "$file" $((ok - skip)) "$bad" \
		"$skip" $((SECONDS - start)) "${PAB_VIA:+ (via $PAB_VIA)}"
	awk '/^not ok /{p = 1} /^ok /{p = 0} p' "$log"
	grep '^ok .* # skip' "$log"
done

# A skip is a test that did not run: a person may lack a tool, CI may not.
if [ "$skipped" -gt 0 ] && [ -n "${CI-}" ]; then
	echo "$skipped skipped, and CI has what they need: counted as failed"
	failed=$((failed + skipped))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
