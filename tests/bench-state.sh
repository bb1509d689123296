#!/bin/bash
# What the backend costs: start-up (pab-read, pab-ls) and search (pab-grep over 2,000
# files) on `state` beside `local`, interleaved in one run. Prints medians of whole
# processes and their ratio; the goal is at most 1.10.
# usage: bench-state.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-300}
dir=$(mktemp -d)
state=test-conf-bench-$$
trap 'cd /; "$build/pab-state" rm "$state" >/dev/null 2>&1; rm -rf "$dir"' EXIT
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS PAB_CWD
export LC_ALL=C HOME=$dir PAB_FSYNC=off
mkdir "$dir/tree"
cd "$dir/tree"
for d in $(seq 1 50); do
	mkdir "d$d"
	for f in $(seq 1 40); do
		seq -f "line %g of file $f in $d, as sources are" 1 60 >"d$d/f$f.txt"
	done
done
seq -f 'line %g of a small file' 1 250 >file.txt
mkdir small
for i in $(seq 1 20); do echo "line $i of the file" >"small/$i.txt"; done
"$build/pab-cp" -qr -B local --to "state:$state" ./* /
bench=$build/bench

one() {
	local name=$1
	shift
	"$bench" "$runs" "$name, state" 'local' ::: "$1" -B "state:$state" "${@:2}" ::: \
		"$1" -B local "${@:2}"
}

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
"$bench" "$runs" 'noise: local' 'local' ::: "$build/pab-read" -B local file.txt ::: \
	"$build/pab-read" -B local file.txt
one pab-read "$build/pab-read" file.txt
one pab-ls "$build/pab-ls" small
runs=$((runs / 10 + 1))
one 'pab-grep, 2,000 files' "$build/pab-grep" -c 'line 5[0-9]'
one 'pab-glob, 2,000 files' "$build/pab-glob" '*7.txt'
