#!/bin/bash
# SPDX-License-Identifier: MIT
# What sessions cost, on every kind that is there: from open to the first output, waking,
# memory an idle session, commands over 50 of them; beside the same with plain docker
# where an engine answers. One run, interleaved where two sides are compared.
# usage: bench-sessions.sh BUILD_DIR [RUNS]
set -u
build=$(cd "$1" && pwd) runs=${2:-30} top=$(cd "$(dirname "$0")" && pwd) image=pab-busybox
if [ -z "${PAB_TEST_ENGINES+tried}" ]; then
	exec "$top/engines.sh" with "$0" "$build" "$runs"
fi
dir=$(mktemp -d)
export PAB_HOME=$dir/records HOME=$dir PATH=$build:$PATH LC_ALL=C
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS
export DOCKER_HOST=unix://$PAB_TEST_ENGINES/docker.sock
docker=$(command -v docker) && docker version >/dev/null 2>&1 || docker=
clean() {
	pab-session -q shutdown
	[ -z "$docker" ] || docker rm -f "$(docker ps -aq --filter "name=^pab-bench")" >/dev/null 2>&1
	rm -rf "$dir"
}
trap clean EXIT
cd "$dir" || exit 1
mkdir root tree
now() { date +%s%N; }
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", v[int((NR + 1) / 2)] / 1e6 }'; }
available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }

# Proportional memory of every process of ours, kB: what others do does not count.
pss() {
	local p
	for p in $(pgrep -f -- "$PAB_HOME/places"); do
		echo "$p"
		pgrep -P "$p"
	done | sort -u | while read -r p; do
		awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup" 2>/dev/null
	done | awk '{ n += $1 } END { print n + 0 }'
}

open() { # KIND ID
	local more=()
	[ "$1" != docker ] || more=(--image "$image")
	pab-session -q open "$2" --on "$1" --workspace-root root "${more[@]}" >/dev/null
}

kinds=
for kind in local sandbox docker; do
	if [ "$kind" = docker ] && [ -z "$docker" ]; then
		echo "docker: no engine answers: not measured"
	elif open "$kind" try 2>try.err; then
		kinds="$kinds $kind"
		pab-session -q close try --purge --yes
	else
		echo "$kind: not there ($(head -c 100 try.err)): not measured"
	fi
done
echo "kinds:$kinds; $runs runs; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"

# From open to the first output, each side in turn.
for ((i = 0; i < runs; i++)); do
	for kind in $kinds; do
		a=$(now)
		open "$kind" "o-$kind" && pab-exec -B "session:o-$kind" -- echo first >/dev/null
		echo $(($(now) - a)) >>"open.$kind"
		pab-session -q gc --idle 0
		a=$(now)
		pab-exec -B "session:o-$kind" -- echo first >/dev/null
		echo $(($(now) - a)) >>"wake.$kind"
		pab-session -q close "o-$kind" --purge --yes
	done
	if [ -n "$docker" ]; then
		a=$(now)
		docker run -d --name pab-bench-o --network none "$image" sleep 600 >/dev/null &&
			docker exec pab-bench-o echo first >/dev/null
		echo $(($(now) - a)) >>open.plain-docker
		docker rm -f pab-bench-o >/dev/null
	fi
done
for f in open.* wake.*; do
	[ ! -e "$f" ] || echo "${f#*.}: ${f%%.*} to first output, median: $(median <"$f") ms"
done
[ ! -e open.docker ] || awk -v a="$(median <open.docker)" -v b="$(median <open.plain-docker)" \
	'BEGIN { printf "open, docker / docker run -d and exec: %.2f (goal 1.15)\n", a / b }'

# What each of N idle sessions takes, of the machine (which says something on an idle
# machine alone) and of its processes; and commands over 50.
for kind in $kinds; do
	sync
	before=$(available)
	for n in 20 50 100; do
		[ "$kind" != docker ] || [ "$n" -le 50 ] || continue
		while [ "$(find "$PAB_HOME/places" -mindepth 1 -maxdepth 1 | wc -l)" -lt "$n" ]; do
			open "$kind" "n-$RANDOM$RANDOM" || break 2
		done
		sleep 2
		echo "$kind: $(((before - $(available)) / n)) kB of MemAvailable, $(($(pss) / n)) kB proportional a session, $n idle"
		if [ "$n" -eq 50 ]; then
			a=$(now)
			for ((r = 0; r < 4; r++)); do
				for p in "$PAB_HOME"/places/*; do
					pab-exec -B "session:${p##*/}" -- true
				done
			done
			echo "$kind: $((200 * 1000000000 / ($(now) - a))) commands a second over 50 sessions, one after another"
			a=$(now)
			pab-session list >/dev/null
			echo "$kind: list of 50: $((($(now) - a) / 1000000)) ms"
		fi
	done
	pab-session -q shutdown
done
if [ -n "$docker" ]; then
	before=$(available)
	for ((i = 0; i < 20; i++)); do
		docker run -d --name "pab-bench-$i" --network none "$image" sleep 600 >/dev/null
	done
	sleep 2
	echo "plain docker: $(((before - $(available)) / 20)) kB of MemAvailable a container, 20 idle"
	a=$(now)
	for ((i = 0; i < 20; i++)); do docker exec "pab-bench-$i" true; done
	echo "plain docker: $((20 * 1000000000 / ($(now) - a))) commands a second over 20 containers"
	for ((i = 0; i < 20; i++)); do docker rm -f "pab-bench-$i" >/dev/null; done
fi
