#!/bin/bash
# What a call costs: pab-ls, pab-read and pab-edit on a small file beside ls, cat -n and
# sed -i, interleaved in one run. Prints medians of whole processes and their ratio.
# usage: bench-start.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-300}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS PAB_FSYNC
export LC_ALL=C HOME=$dir
mkdir small
for i in $(seq 1 20); do echo "line $i of the file" >"small/$i.txt"; done
seq -f 'line %g of a small file, as sources are' 1 250 >file.txt
echo 'value=1;' >>file.txt
cp file.txt other.txt
bench=$build/bench

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
"$bench" "$runs" 'noise: ls' 'ls' ::: ls small ::: ls small
"$bench" "$runs" 'pab-ls' 'ls -l' ::: "$build/pab-ls" small ::: ls -l small
"$bench" "$runs" 'pab-ls' 'ls' ::: "$build/pab-ls" small ::: ls small
"$bench" "$runs" 'pab-read' 'cat -n' ::: "$build/pab-read" file.txt ::: cat -n file.txt
"$bench" "$runs" 'pab-read -B local' 'cat -n' ::: "$build/pab-read" -B local file.txt ::: \
	cat -n file.txt
PAB_FSYNC=off "$bench" "$runs" 'pab-edit (no fsync)' 'sed -i (no fsync)' ::: \
	"$build/pab-edit" --old 'value=@1;' --new 'value=@2;' file.txt ::: \
	sed -i 's/value=@1;/value=@2;/' other.txt
"$bench" "$runs" 'sh: pab-edit (fsync)' 'sh: sed -i, sync FILE' ::: \
	sh -c "$build/pab-edit --old 'value=@1;' --new 'value=@2;' file.txt; :" ::: \
	sh -c 'sed -i "s/value=@1;/value=@2;/" other.txt; sync other.txt'
echo "shared libraries:"
for p in pab-ls pab-read pab-write pab-edit pab-glob pab-exec; do
	printf '  %-10s %s\n' $p "$(readelf -d "$build/$p" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | tr '\n' ' ')"
done
