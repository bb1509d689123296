#!/bin/bash
# SPDX-License-Identifier: MIT
# What a container costs: pab-read and pab-exec beside `docker exec`, pab-grep over 10,000
# files in the container beside the host, 1 GB of output; in a session's container and in
# one that was found (the stream held by pab-dial). Medians of whole processes, interleaved.
# usage: bench-docker.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-20} top=$(cd "$(dirname "$0")" && pwd)
if [ -z "${PAB_TEST_ENGINES+tried}" ]; then
	exec "$top/engines.sh" with "$0" "$build" "$runs"
fi
dir=$(mktemp -d)
export PAB_HOME=$dir/records HOME=$dir PATH=$build:$PATH LC_ALL=C
export DOCKER_HOST=unix://$PAB_TEST_ENGINES/docker.sock
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS
trap 'pab-session -q close bench || true; docker rm -f bench >/dev/null; rm -rf "$dir"' EXIT
cd "$dir"
mkdir tree
seq -f 'line %g of a small file, as sources are' 1 250 >tree/file.txt
for d in $(seq 100); do
	mkdir "tree/d$d"
	for f in $(seq 100); do
		seq -f "line %g of file $d.$f: some words as sources have them" 1 60 >"tree/d$d/f$f.txt"
	done
done
echo 'a needle' >>tree/d50/f50.txt
pab-session open bench --image pab-busybox --workspace tree --spec >/dev/null
docker run -d --name bench --network none -v "$dir/tree:/workspace" -w /workspace pab-busybox \
	sleep 100000 >/dev/null
ours=session:bench found=docker:bench here=composite:/=local:$dir/tree
made=$(cat records/places/bench/container)
pab-read -q -B $found file.txt >/dev/null # uploads the helper, once

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
bench "$runs" 'pab-read, session' 'docker exec cat' ::: pab-read -B $ours file.txt ::: \
	docker exec "$made" cat /workspace/file.txt
bench "$runs" 'pab-read, found' 'docker exec cat' ::: pab-read -B $found file.txt ::: \
	docker exec bench cat /workspace/file.txt
bench "$runs" 'pab-exec true, session' 'docker exec true' ::: pab-exec -B $ours -- true ::: \
	docker exec "$made" true
bench "$runs" 'pab-exec true, found' 'docker exec true' ::: pab-exec -B $found -- true ::: \
	docker exec bench true
bench "$runs" 'pab-grep, session' 'pab-grep, host' ::: pab-grep -B $ours needle ::: \
	pab-grep -B "$here" needle
bench "$runs" 'pab-grep, found' 'pab-grep, host' ::: pab-grep -B $found needle ::: \
	pab-grep -B "$here" needle
bench "${BIG_RUNS:-5}" '1 GB out, session' '1 GB docker exec' ::: \
	pab-exec -B $ours --timeout none --raw -- head -c 1000000000 /dev/zero ::: \
	docker exec "$made" head -c 1000000000 /dev/zero
bench "${BIG_RUNS:-5}" '1 GB out, found' '1 GB docker exec' ::: \
	pab-exec -B $found --timeout none --raw -- head -c 1000000000 /dev/zero ::: \
	docker exec bench head -c 1000000000 /dev/zero
