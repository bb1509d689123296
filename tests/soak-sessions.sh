#!/bin/bash
# SPDX-License-Identifier: MIT
# Sessions under random use: opens, commands, jobs, edits, closes, gc and runs by several
# workers on the same ids, while programs, far ends and dockerd are killed and records are
# broken. At the end nothing may be left that no record explains: no process, container,
# record, workspace, mount, control group, in-memory tree or lock.
# usage: soak-sessions.sh BUILD [SECONDS (SOAK_SECONDS, 300)]; KINDS says which kinds (those that are there),
# SEED which run. Prints what was done; status 1 when anything is left or went wrong.
set -u
build=$(cd "$1" && pwd) top=$(cd "$(dirname "$0")" && pwd)
seconds=${2:-${SOAK_SECONDS:-300}}
seed=${SEED:-$RANDOM}
kinds=${KINDS:-local state sandbox docker}
if [[ $kinds == *docker* && -z "${PAB_TEST_ENGINES+tried}" ]]; then
	exec "$top/engines.sh" with "$0" "$build" "$seconds"
fi
engines=${PAB_TEST_ENGINES-}
dir=$(mktemp -d)
mark=97531.$$$RANDOM
export PAB_HOME=$dir/records PATH=$build:$PATH LC_ALL=C
unset PAB_BACKEND PAB_RULES PAB_OUTPUT
mkdir "$dir/root" "$dir/log"
groups() { find /sys/fs/cgroup -type d -name 'pab-*' 2>/dev/null | sort; }
groups >"$dir/groups.before"
grep -c . /proc/self/mounts >"$dir/mounts.before"

[ -z "$engines" ] || export DOCKER_HOST=unix://$engines/docker.sock
of() { # KIND: the option that says so
	[ "$1" = docker ] && echo --image=pab-busybox || echo "--on=$1"
}
there=
for kind in $kinds; do
	if pab-session -q open "try-$kind" "$(of "$kind")" >/dev/null 2>"$dir/log/try"; then
		there="$there $kind"
		pab-session -q close "try-$kind" --purge --yes 2>/dev/null ||
			pab-session -q close "try-$kind"
	fi
done
read -ra have <<<"$there"
echo "soak: $seconds s, seed $seed, kinds:$there"

# Every process that is ours has the directory in its command line or environment.
ours() {
	local p
	for p in $(pgrep -f -- "$PAB_HOME|$dir/root|sleep $mark"); do
		[ "$p" != $$ ] && echo "$p"
	done
}

one() { # WORKER: one random thing
	local id=s$((RANDOM % 8)) kind=${have[RANDOM % ${#have[@]}]} more=() pids
	id=$id-$kind
	[ "$kind" = state ] || more=(--workspace-root "$dir/root")
	case $((RANDOM % 23)) in
	[0-4]) pab-session -q open "$id" "$(of "$kind")" "${more[@]}" --max 12 ;;
	[5-7]) pab-exec -B "session:$id" --timeout 5 -c 'echo $$ >>log; (setsid sleep 0.2 &); cat log' ;;
	8) pab-exec -B "session:$id" --bg -- sleep "$mark" ;;
	9) pab-exec -B "session:$id" --timeout 300ms -- sleep "$mark" ;;
	10 | 11) echo "$RANDOM" | pab-write -B "session:$id" "f$((RANDOM % 5))" ;;
	12) pab-edit -B "session:$id" --old 1 --new 2 --all f1 ;;
	13) pab-read -B "session:$id" f1 ;;
	14) pab-session gc --idle "$((RANDOM % 2))" ;;
	15) pab-session -q close "$id" ;;
	16) pab-session -q close "$id" --purge --yes ;;
	17) pab-session run --on local -- sh -c 'echo x >x; sleep 0.1' ;;
	18) timeout -s KILL 0.0$((1 + RANDOM % 9)) pab-session run --on local -- sleep "$mark" ;;
	19) timeout -s KILL 0.0$((1 + RANDOM % 9)) pab-session -q open "$id" "$(of "$kind")" "${more[@]}" --recreate --ttl 1h ;;
	20) pab-session list ;;
	21)
		mapfile -t pids < <(ours)
		[ ${#pids[@]} -eq 0 ] || kill -9 "${pids[RANDOM % ${#pids[@]}]}"
		[ $((RANDOM % 4)) -ne 0 ] || echo broken >"$PAB_HOME/places/$id/ask"
		;;
	22) pab-session run "$(of "$kind")" -- sh -c 'echo x >x' ;;
	esac
	echo "$?" >>"$dir/log/status.$1"
}

worker() {
	RANDOM=$((seed + $1))
	while [ $SECONDS -lt "$end" ]; do one "$1" >>"$dir/log/out.$1" 2>&1; done
}

end=$((SECONDS + seconds))
workers=()
for w in 1 2 3 4 5; do
	worker "$w" 2>/dev/null &
	workers+=($!)
done
crashes=0
while [ -n "$engines" ] && [ $SECONDS -lt $((end - 5)) ] && [[ $there == *docker* ]]; do
	sleep $((seconds / 8 + 1))
	"$top/engines.sh" crash "$engines" >>"$dir/log/crash" 2>&1 || break
	crashes=$((crashes + 1))
done
wait "${workers[@]}"

# One id, one place: what lives is what the records say.
pab-session -q gc 2>>"$dir/log/end"
pab-session -j list | jq -r 'select(.type == "session" and .state == "running").id' |
	sort >"$dir/running"
bad=0
wrong() {
	bad=1
	echo "soak: $*" >&2
}
pab-session -q shutdown 2>>"$dir/log/end" || wrong "shutdown: $(tail -n 3 "$dir/log/end")"
for _ in $(seq 100); do
	[ -n "$(ours)" ] || break
	sleep 0.1
done
for p in $(ours); do wrong "process left: $(tr '\0' ' ' <"/proc/$p/cmdline")"; done
[ -z "$(ls -A "$PAB_HOME/places")" ] || wrong "records left: $(ls "$PAB_HOME/places")"
[ -z "$(find "$PAB_HOME/workspaces" -mindepth 1 -maxdepth 1 -name 'run-*' 2>/dev/null)" ] ||
	wrong "workspaces left: $(ls "$PAB_HOME/workspaces")"
for w in "$dir"/root/*; do
	[ ! -e "$w" ] || [ -e "$PAB_HOME/kept/${w##*/}" ] || wrong "workspace of nobody: $w"
done
! grep -F "$dir" /proc/self/mounts || wrong "mounts left"
left=
[[ $there != *docker* ]] || left=$(docker ps -a --filter "label=dev.pab.home=$PAB_HOME" --format '{{.Names}} {{.Status}}')
[ -z "$left" ] || wrong "containers left: $left"
groups | comm -13 "$dir/groups.before" - >"$dir/groups.left"
grep -q "$dir" /proc/locks && wrong "locks left"
sanitizer=$(grep -hE 'ERROR: (Address|Leak)Sanitizer|runtime error' "$dir"/log/* | head -n 3)
[ -z "$sanitizer" ] || wrong "$sanitizer"
grep -hE 'bug|Assertion|panic' "$dir"/log/out.* | head -n 3 | grep . && wrong "a bug was reported"
cat "$dir"/log/status.* | sort -n | uniq -c | awk '{ n += $1; s = s " " $2 ":" $1 } END {
	print "soak: " n " things done, dockerd killed " C " times; statuses" s }' C="$crashes" -
for id in $(pab-state -q list 2>/dev/null | sed -n 's/^\(s[0-7]-state\):.*/\1/p'); do
	pab-state -q rm "$id"
done
[ "$bad" -ne 0 ] || rm -rf "$dir"
[ "$bad" -eq 0 ] && echo "soak: nothing left" || echo "soak: see $dir" >&2
exit "$bad"
