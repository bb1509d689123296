#!/bin/bash
# What a far end costs: pab-read and pab-exec through the socket of one beside the same
# here, interleaved in one run; 1 GB of output; 1,000 requests from 50 clients; clients
# killed. Prints medians of whole processes, differences and ratios.
# usage: bench-serve.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-300}
dir=$(mktemp -d)
export PAB_HOME=$dir/records HOME=$dir PATH=$build:$PATH LC_ALL=C
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS
trap 'pab-session -q close bench; rm -rf "$dir"' EXIT
cd "$dir"
mkdir tree
seq -f 'line %g of a small file, as sources are' 1 250 >tree/file.txt
pab-session open bench --on local --workspace tree --spec >/dev/null
far=session:bench here=composite:/=local:$dir/tree

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
bench "$runs" 'noise: pab-read' 'pab-read' ::: pab-read -B "$here" file.txt ::: \
	pab-read -B "$here" file.txt
bench "$runs" 'pab-read, far' 'pab-read, here' ::: pab-read -B $far file.txt ::: \
	pab-read -B "$here" file.txt
bench "$runs" 'pab-exec true, far' 'pab-exec true, here' ::: pab-exec -B $far -- true ::: \
	pab-exec -B "$here" -- true
bench 7 '1 GB of output, far' '1 GB of output, here' ::: \
	pab-exec -B $far --raw -- head -c 1000000000 /dev/zero ::: \
	pab-exec -B "$here" --raw -- head -c 1000000000 /dev/zero

start=$(date +%s%N)
for _ in $(seq 50); do
	for i in $(seq 20); do
		pab-read -B $far --raw file.txt | cmp -s - tree/file.txt && echo ok
	done &
done >oks
wait
echo "1,000 requests from 50 clients: $(wc -l <oks) answered whole, $((($(date +%s%N) - start) / 1000000)) ms"

left=0
for i in $(seq 100); do
	pab-exec -B $far --grace 100ms -- sh -c "sleep 7000.$i & setsid sleep 7000.$i & sleep 7000.$i" &
	pid=$!
	until [ "$(pgrep -c -x -f "sleep 7000.$i")" -eq 3 ]; do sleep 0.01; done
	kill -9 $pid
	wait $pid 2>/dev/null || true
	for _ in $(seq 500); do
		pgrep -x -f "sleep 7000.$i" >/dev/null || continue 2
		sleep 0.01
	done
	left=$((left + 1))
done 2>/dev/null
echo "clients killed by SIGKILL: $((100 - left)) of 100 left nothing running"
pid=$(pgrep -f "^$build/pab-serve --listen run/sock --backend composite:/=local:$dir/tree")
sleep 1.5
awk '/^(Rss|Private_Dirty|Private_Clean|Pss):/ {printf "idle far end: %s %s kB\n", $1, $2}' "/proc/$pid/smaps_rollup"
