#!/bin/bash
# Counts what survives pab-exec: every way in which a command tries to leave something
# behind, ROUNDS times each. As root, half of the rounds are another user's, who can make
# no control group. Prints one line a case, and fails when anything is left.
# usage: bench-survivors.sh BUILD_DIR [ROUNDS]
set -u
build=$(cd "$1" && pwd) || exit 1
rounds=${2:-25} runs=0 left=0
dir=$(mktemp -d) || exit 1
trap 'pkill -KILL -f "sleep 7$$[.]" 2>/dev/null; rm -rf "$dir"' EXIT
chmod 755 "$dir"
unset "${!PAB_@}"
export LC_ALL=C HOME=$dir PAB_OUTPUT=text
cd "$dir" || exit 1
install -m 755 "$build/pab-exec" "$dir/pab-exec" || exit 1

# What runs as another user can read nothing of ours; it gets its own home.
mkdir -m 777 other
plain() { PAB_HOME=$dir/home "$dir/pab-exec" "$@"; }
nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		env PAB_HOME="$dir/other/home" "$dir/pab-exec" "$@"
}
who=(plain)
[ "$(id -u)" != 0 ] || who=(plain nobody)

# survivors MARK: how many there are when 5 s have passed, or none earlier.
survivors() {
	local n
	for _ in $(seq 100); do
		n=$(pgrep -fc -- "sleep $1" || true)
		[ "$n" != 0 ] || break
		sleep 0.05
	done
	echo "$n"
}

# try NAME OPTIONS LINE: the line, in which MARK is a length of sleep that nobody else has.
try() {
	local round as mark n bad=0
	for ((round = 0; round < rounds; round++)); do
		as=${who[round % ${#who[@]}]}
		mark=7$$.$((++runs))
		# shellcheck disable=SC2086
		$as $2 -c "${3//MARK/$mark}" >out 2>&1 </dev/null
		n=$(survivors "$mark")
		bad=$((bad + n))
	done
	printf '%-34s %4d rounds, %d survivors\n' "$1" "$rounds" "$bad"
	left=$((left + bad))
}

# try_killed: pab-exec itself is killed with -9 as soon as the command is up.
try_killed() {
	local round as mark n bad=0
	for ((round = 0; round < rounds; round++)); do
		as=${who[round % ${#who[@]}]}
		mark=7$$.$((++runs))
		rm -f other/up
		$as -c "trap '' TERM; (setsid sleep $mark &); echo \$PPID >other/up; sleep $mark" \
			>out 2>&1 </dev/null &
		for _ in $(seq 200); do
			[ -s other/up ] && break
			sleep 0.01
		done
		# The parent of the keeper is pab-exec.
		kill -9 "$(ps -o ppid= -p "$(cat other/up)" | tr -d ' ')"
		wait $! 2>/dev/null
		n=$(survivors "$mark")
		bad=$((bad + n))
	done
	printf '%-34s %4d rounds, %d survivors\n' 'pab-exec killed with -9' "$rounds" "$bad"
	left=$((left + bad))
}

short='--grace 100ms'
timed='--timeout 300ms --grace 100ms'
try '&' "$short" 'sleep MARK & :'
try 'setsid' "$short" 'setsid sleep MARK </dev/null >/dev/null 2>&1 & :'
try 'double fork' "$timed" '(setsid sh -c "(setsid sleep MARK &) &" &); sleep MARK'
try 'nohup' "$short" 'nohup sleep MARK >/dev/null 2>&1 & :'
try 'TERM ignored' "$timed" "trap '' TERM HUP INT; sleep MARK & sleep MARK"
try 'fork bomb under --procs' "--procs 40 $timed" 'f() { f & f & sleep MARK; }; f'
try 'reparenting while being killed' "$timed" \
	"trap '' TERM; while :; do (setsid sleep MARK &); done"
try_killed
echo "$left survivors of $runs"
[ "$left" -eq 0 ]
