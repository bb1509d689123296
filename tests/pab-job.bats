#!/usr/bin/env bats
load helper
load user

setup() {
	setup_pab
	MARK=98766.$BASHPID$RANDOM
	export PAB_HOME=$W/home
	unset PAB_ACTOR
}

teardown() {
	local id
	for id in $(pab-job list 2>/dev/null | cut -d' ' -f1); do
		pab-job -q kill --now "$id" || :
	done
}

survivors() {
	pgrep -fc -- "sleep $MARK" || true
}

none_left() {
	local i
	for i in $(seq 100); do
		[ "$(survivors)" = 0 ] && return 0
		sleep 0.05
	done
	pgrep -fa -- "sleep $MARK" >&2
	return 1
}

appears() {
	local i
	for i in $(seq 200); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

# bg ARG ...: starts a job; its id is in $id.
bg() {
	id=$(pab-exec --bg "$@" 3>&-)
	[[ $id =~ ^k[1-9][0-9]*$ ]]
}

# grows ID N: waits until it has written N bytes.
grows() {
	local i
	for i in $(seq 400); do
		[ "$(stat -c %s "$PAB_HOME/jobs/$1/out")" -ge "$2" ] && return 0
		sleep 0.02
	done
	return 1
}

@test "an id at once, and the job goes on without its caller" {
	mkfifo go
	bg -c 'echo first; read x <go; echo second; exit 3'
	[ "$id" = k1 ]
	grows k1 6
	run -0 --separate-stderr pab-job read k1
	same first
	has 'pab-job: k1: running for ' "$stderr"
	echo x >go
	run -3 --separate-stderr pab-job wait k1
	has 'k1: exit 3 after ' "$output"
	run -0 --separate-stderr pab-job read k1
	same "first
second"
	has 'pab-job: k1: exit 3 after ' "$stderr"
	bg -- true
	[ "$id" = k2 ]
}

@test "what the caller had open stays its own" {
	# A pipe that the job had open would not end.
	run -0 --separate-stderr timeout 20 sh -c "pab-exec --bg -- sleep $MARK 2>&1 3>&- | cat"
	same k1
	: >in
	bg -- ls /proc/self/fd 7<in 8</dev/null
	run -0 --separate-stderr pab-job wait "$id"
	run -0 --separate-stderr pab-job read "$id"
	same "0
1
2
3"
	mkdir sub
	bg -C sub -c 'pwd; ps -o sid= -p $$ | tr -d " "; echo $$'
	run -0 --separate-stderr pab-job wait "$id"
	run -0 --separate-stderr pab-job read "$id"
	[ "${lines[0]}" = "$W/sub" ]
	[ "${lines[1]}" = "${lines[2]}" ]
}

@test "what cannot be started is said as without --bg, and leaves no job" {
	run -127 --separate-stderr pab-exec --bg -- nonesuch
	has 'pab-exec: not_found: nonesuch: command not found' "$stderr"
	: >plain
	run -126 --separate-stderr pab-exec --bg -- ./plain
	run -125 --separate-stderr pab-exec --bg --raw -- true
	run -125 --separate-stderr pab-exec --bg --stdin -- true
	run -125 --separate-stderr pab-exec --bg --leave -- true
	run -125 --separate-stderr pab-exec --bg --nofile 99999999 -- true
	: >notdir
	run -125 --separate-stderr pab-exec --bg --home notdir/x -- true
	run -0 --separate-stderr pab-job list
	same ""
	says "pab-job: no jobs; pab-exec --bg starts one"
}

@test "list: command, age, status, ports; as records" {
	bg -c 'exit 4'
	run -4 --separate-stderr pab-job wait k1
	cat >listen.py <<-'EOF'
		import socket, time
		s = socket.socket()
		s.bind(("127.0.0.1", 0))
		s.listen()
		print(s.getsockname()[1], flush=True)
		time.sleep(600)
	EOF
	bg -- python3 listen.py $'a\nb'
	run -0 --separate-stderr pab-job read k2 --wait-for '^[0-9]+$' --timeout 30
	local port=$output
	run -0 --separate-stderr pab-job list
	[[ ${lines[0]} =~ ^k1\ +exit\ 4\ +[0-9.]+\ m?s\ +-\ +sh\ -c\ exit\ 4$ ]]
	[[ ${lines[1]} =~ ^k2\ +running\ .*\ :$port\ +\$\'python3\ listen.py\ a.nb\'$ ]]
	run -0 --separate-stderr pab-job
	[ "${#lines[@]}" = 2 ]
	run -0 --separate-stderr pab-job -j list
	json '.[0].status == "exited" and .[0].exit_code == 4 and .[0].ports == []'
	json ".[1].ports == [{\"address\":\"127.0.0.1\",\"port\":$port}] and .[1].status == \"running\""
	json '.[1].command == ["python3","listen.py","a\nb"] and (.[1].cwd | endswith("/work"))'
	run -3 --separate-stderr pab-job list k2 k9
	[ "${#lines[@]}" = 1 ]
	says 'pab-job: k9: no such job; pab-job list shows them'
}

@test "kill: all it started, TERM first; twice is no fault" {
	bg --grace 30s -c "trap 'echo bye; exit 0' TERM; (setsid sleep $MARK &); echo up; while :; do sleep 0.1; done"
	grows k1 3
	run -0 --separate-stderr pab-job kill k1
	has 'k1: killed after ' "$output"
	has 'pab-job: stopped ' "$stderr"
	none_left
	run -0 --separate-stderr pab-job read k1
	[ "${lines[0]}" = up ]
	[ "${lines[-1]}" = bye ]
	run -0 --separate-stderr pab-job kill k1
	has 'had ended before: k1: killed after ' "$output"
	run -143 --separate-stderr pab-job wait k1
	bg --grace 100s -c "trap '' TERM; echo up; while :; do sleep $MARK; done"
	grows k2 3
	run -0 --separate-stderr pab-job kill --now k2
	none_left
	run -0 --separate-stderr pab-job -j list k2
	json '.[0].status == "killed" and .[0].signal == 9'
	run -3 --separate-stderr pab-job kill k3
}

@test "kill: ids with the number of another process do no harm" {
	bg -- sleep "$MARK"
	sleep 600 3>&- &
	local other=$! keeper
	keeper=$(tr '\0' '\n' <home/jobs/k1/record | sed -n 's/^pid=//p')
	sed -i "s/pid=$keeper/pid=$other/; s/start=[0-9]*/start=1/" home/jobs/k1/record
	run -7 --separate-stderr pab-job kill k1
	has 'k1: the process that keeps it cannot be found from here' "$stderr"
	kill -0 "$other"
	kill "$other"
	kill "$keeper"
	none_left
}

@test "the keeper killed with -9: nothing is left, and the job is lost" {
	bg -c "(setsid sleep $MARK &); trap '' TERM; echo up; sleep $MARK"
	grows k1 3
	kill -9 "$(tr '\0' '\n' <home/jobs/k1/record | sed -n 's/^pid=//p')"
	none_left
	run -0 --separate-stderr pab-job list
	has ' lost ' "$output"
	run -125 --separate-stderr pab-job wait k1
	run -0 --separate-stderr pab-job -j list
	json '.[0].status == "lost" and .[0].exit_code == null'
	run -0 --separate-stderr pab-job kill k1
	run -0 --separate-stderr pab-job read k1
	same up
	run -0 --separate-stderr pab-job rm k1
}

@test "time: a deadline, idle, and bounds hold in the background, too" {
	bg --timeout 300ms -- sleep "$MARK"
	run -124 --separate-stderr pab-job wait k1
	has 'k1: timed out after ' "$output"
	bg --idle-timeout 300ms -- sleep "$MARK"
	run -124 --separate-stderr pab-job wait k2
	has 'k2: idle too long after ' "$output"
	bg --fsize 1k -c 'exec head -c 5000 /dev/zero >f'
	run -153 --separate-stderr pab-job wait k3
	has '; reached --fsize' "$output"
	bg -- sleep "$MARK"
	tr '\0' '\n' <home/jobs/k4/record | grep -qx timeout=28800000
	run -124 --separate-stderr pab-job wait k4 --timeout 200ms
	has 'k4: running for ' "$output"
	run -0 --separate-stderr pab-job kill k4
	none_left
}

@test "--new: every byte once to each reader" {
	mkfifo go1 go2 go3
	bg -c 'for i in 1 2 3; do read x <go$i; echo $i; done'
	echo x >go1
	grows k1 2
	run -0 --separate-stderr pab-job read k1 --new
	same 1
	run -0 --separate-stderr pab-job read k1 --new
	same ""
	has '; no new output; ' "$stderr"
	echo x >go2
	grows k1 4
	run -0 --separate-stderr pab-job read k1 --new
	same 2
	PAB_ACTOR=other run -0 --separate-stderr pab-job read k1 --new
	same "1
2"
	run -0 --separate-stderr pab-job read k1 --new --reader other
	same ""
	echo x >go3
	run -0 --separate-stderr pab-job wait k1
	run -0 --separate-stderr pab-job -j read k1 --new
	json '.[0] | .output == "3\n" and .offset == 4 and .next_offset == 6 and .size == 6'
	# What could not be shown is new still.
	run -7 --separate-stderr sh -c 'pab-job read k1 --new --reader x >/dev/full'
	run -0 --separate-stderr pab-job read k1 --new --reader x
	same "1
2
3"
}

@test "offsets: nothing twice, nothing left out, no character torn, whatever the limit" {
	printf '%0.s€äx\n' $(seq 20) >want
	printf '\033[31mred\033[0m %0.s€' $(seq 8) >>want
	bg -- cat want
	run -0 --separate-stderr pab-job wait k1
	local n at next
	for n in 7 64 1000; do
		at=0
		: >got
		while :; do
			pab-job -j --limits bytes=$n,columns=5000 read k1 --offset $at >page
			next=$(jq -s '.[0].next_offset' page)
			[ "$next" -gt "$at" ] || break
			head -c "$next" want | tail -c +$((at + 1)) >>got
			# No base64: what was shown is text.
			jq -se '.[0].output | type == "string"' page >/dev/null
			at=$next
		done
		cmp want got
	done
	run -1 --separate-stderr pab-job read k1 --offset 99999
	has 'offset 99999 is past its ' "$stderr"
	run -0 --separate-stderr pab-job read k1 --offset "$(stat -c %s want)"
}

@test "a character that is not whole yet is held back while the job runs" {
	mkfifo go1 go2
	bg -c 'printf "a\342\202"; read x <go1; printf "\254b\033[3"; read x <go2; printf "1mc\n"'
	grows k1 3
	run -0 --separate-stderr pab-job read k1 --new
	same a
	echo x >go1
	grows k1 8
	run -0 --separate-stderr pab-job read k1 --new
	same '€b'
	echo x >go2
	run -0 --separate-stderr pab-job wait k1
	run -0 --separate-stderr pab-job read k1 --new
	same c
}

@test "read: the last 100 lines, --lines, --raw, bounded" {
	bg -- seq 5000
	run -0 --separate-stderr pab-job wait k1
	run -0 --separate-stderr pab-job read k1
	[ "${lines[0]}" = 4901 ]
	[ "${lines[99]}" = 5000 ]
	[ "${#lines[@]}" = 100 ]
	has '; bytes 23,393-23,893 of 23,893' "$stderr"
	run -0 --separate-stderr pab-job read k1 --lines 2
	same "4999
5000"
	run -0 --separate-stderr pab-job read k1 --limits bytes=20
	same "4998
4999
5000"
	seq 5000 >want
	pab-job read --raw k1 >got
	cmp want got
	run -0 --separate-stderr pab-job read k1 --offset 0 --limits bytes=10
	same "1
2
3
4
5"
	has 'go on with --offset 10' "$stderr"
	bg -c 'printf "1%%\r2%%\r\033[1mdone\033[0m\n"; head -c 3000 /dev/zero | tr "\0" x'
	run -0 --separate-stderr pab-job wait k2
	run -0 --separate-stderr pab-job read k2
	[ "${lines[0]}" = done ]
	[ "${#lines[1]}" -lt 2020 ]
	has '1 line cut, whole in @job:k2.out' "$stderr"
}

@test "--follow: as it comes, until the job ends or the time is over" {
	mkfifo go
	bg -c 'echo one; read x <go; echo two'
	pab-job read k1 --follow >got 2>err 3>&- &
	local follower=$!
	for _ in $(seq 200); do
		[ -s got ] && break
		sleep 0.05
	done
	[ "$(cat got)" = one ]
	echo x >go
	wait $follower
	[ "$(cat got)" = "one
two" ]
	has 'k1: exit 0 after ' "$(cat err)"
	bg -c 'echo one; sleep 600'
	run -124 --separate-stderr pab-job read k2 -f --timeout 300ms
	same one
}

@test "--wait-for: 0 seen, 1 ended without it, 124 time" {
	mkfifo go
	bg -c "echo booting; read x <go; printf '\033[32mready\033[0m on 80'; sleep $MARK"
	run -124 --separate-stderr pab-job read k1 --wait-for 'ready on \d+' --timeout 200ms
	same booting
	has 'pab-job: k1: not seen in time' "$stderr"
	echo x >go
	run -0 --separate-stderr pab-job read k1 --wait-for 'ready on \d+' --timeout 30
	has 'pab-job: k1: seen: ready on 80' "$stderr"
	has 'ready on 80' "$output"
	# It stays seen; after a place that is past it, it is not.
	run -0 --separate-stderr pab-job read k1 --new --wait-for ready --timeout 30
	run -124 --separate-stderr pab-job read k1 --new --wait-for ready --timeout 200ms
	run -0 --separate-stderr pab-job kill k1
	run -1 --separate-stderr pab-job read k1 --wait-for nothing
	has 'pab-job: k1: ended without it' "$stderr"
	run -2 --separate-stderr pab-job read k1 --wait-for '('
	has 'missing )' "$stderr"
	# A line that only grows past one look's worth.
	bg -c 'head -c 700000 /dev/zero | tr "\0" x; echo; echo END'
	run -0 --separate-stderr pab-job read k2 --wait-for '^END$' --timeout 30 --lines 1
	same END
}

@test "--split: both outputs apart" {
	bg --split -c 'echo o; echo e >&2'
	run -0 --separate-stderr pab-job wait k1
	run -0 --separate-stderr pab-job read k1
	same o
	has 'pab-job: k1: 2 bytes of standard error: pab-job read k1.err' "$stderr"
	run -0 --separate-stderr pab-job read k1.err
	same e
	run -0 --separate-stderr pab-read --raw @job:k1.err
	same e
	bg -c 'echo o; echo e >&2'
	run -0 --separate-stderr pab-job wait k2
	run -0 --separate-stderr pab-job read k2
	same "o
e"
	run -3 --separate-stderr pab-read @job:k2.err
	has 'without --split, all of it is in .out' "$stderr"
}

@test "@job: is an operand of pab-read and pab-grep, on every backend" {
	bg -- seq -f 'line %g' 300
	run -0 --separate-stderr pab-job wait k1
	local b
	for b in "local:$W" "state:test-job-$$" "composite:/=local:$W"; do
		# A state keeps its records in itself, and has no commands.
		run -0 --separate-stderr pab-grep -B "$b" --home "$PAB_HOME" 'e 299$' @job:k1
		same '@job:k1:299:line 299'
		run -0 --separate-stderr pab-read -B "$b" --home "$PAB_HOME" -r 1 @job:k1.out
		same '     1	line 1'
	done
	pab-state rm "test-job-$$" >/dev/null 2>&1 || :
	run -5 --separate-stderr pab-job -B "state:test-job-$$" --home "$PAB_HOME" kill k1
	pab-state rm "test-job-$$" >/dev/null 2>&1 || :
	echo mine >@job:k1
	run -0 --separate-stderr pab-read --raw ./@job:k1
	same mine
	run -3 --separate-stderr pab-read @job:k7
	says 'pab-read: @job:k7: no such job; pab-job list shows them'
	local bad
	for bad in @job: @job:x @job:k0 @job:k1.log @job:../k1 @job:k01 @job:k1/..; do
		run -2 --separate-stderr pab-read "$bad"
	done
}

@test "rm, gc, and ids that are never used again" {
	bg -c 'echo old'
	run -0 --separate-stderr pab-job wait k1
	bg -- sleep "$MARK"
	run -7 --separate-stderr pab-job rm k2
	says 'pab-job: k2: still runs; pab-job kill k2 ends it'
	run -0 --separate-stderr pab-job rm k1
	same 'removed k1'
	run -3 --separate-stderr pab-job read k1
	says 'pab-job: k1: expired or removed (jobs are kept for 24 h after their end)'
	bg -- true
	[ "$id" = k3 ]
	run -0 --separate-stderr pab-job wait k3
	run -0 --separate-stderr pab-job gc
	same 'removed 0 jobs'
	touch -d '25 hours ago' home/jobs/k3/record home/jobs/k2/record
	run -0 --separate-stderr pab-job gc
	same 'removed 1 job'
	[ ! -e home/jobs/k3 ]
	[ -e home/jobs/k2 ]
	bg -- true
	run -0 --separate-stderr pab-job wait k4
	# Over 1 GiB together, the oldest goes.
	fallocate -l 700M home/jobs/k4/out
	bg -- true
	run -0 --separate-stderr pab-job wait k5
	fallocate -l 700M home/jobs/k5/out
	run -0 --separate-stderr pab-job -j gc
	json '.[0].removed == 1'
	[ ! -e home/jobs/k4 ]
	[ -e home/jobs/k5 ]
}

@test "private, and not another's; a damaged record is said" {
	bg -- true
	run -0 --separate-stderr pab-job wait k1
	[ "$(stat -c %a home/jobs home/jobs/k1 home/jobs/k1/out home/jobs/k1/record |
		tr '\n' ' ')" = '700 700 600 600 ' ]
	echo nonsense >home/jobs/k1/record
	run -7 --separate-stderr pab-job list
	says 'pab-job: k1: its record is damaged; pab-job rm removes it'
	run -0 --separate-stderr pab-job rm k1
	chmod 777 home/jobs
	run -5 --separate-stderr pab-job list
	run -125 --separate-stderr pab-exec --bg -- true
	chmod 700 home/jobs
}

@test "an output is bounded: its head and its end are kept" {
	need_root
	mkdir small
	# On a file system of its own, where nothing of this is written to a disk.
	mount -t tmpfs -o size=600m none small
	id=$(pab-exec --home small --bg -c 'yes 0123456789abcde | head -c 400000000; echo the end' 3>&-)
	run -0 --separate-stderr pab-job --home small wait "$id"
	local blocks
	blocks=$(stat -c %b "small/jobs/$id/out")
	[ "$blocks" -le $((260 * 2048)) ]
	run -0 --separate-stderr pab-job --home small read "$id" --lines 1
	same 'the end'
	run -0 --separate-stderr pab-job --home small -j read "$id" --offset 100000000 --limits bytes=32
	json '.[0].lost > 10000000 and .[0].next_offset - .[0].offset - .[0].lost == 32'
	run -0 --separate-stderr pab-grep --home small -c 'bytes were not kept' "@job:$id"
	has :1 "$output"
	umount small
}

@test "as at a far end: a job outlives its request, and not the first process of the place" {
	need_root
	mkdir far
	mkfifo over
	cat >place <<-EOF
		mount -t tmpfs none far
		export PAB_HOME=$W/far/home
		pab-exec --bg -c 'echo up; (setsid sleep $MARK &) ; exec sleep $MARK'
		pab-job read k1 --wait-for up --timeout 30 -q
		pab-job list -q | grep -c running
		pab-exec -- true
		pab-job list -q | grep -c running
		pab-exec --bg -- sleep $MARK
		pab-job kill -q k2
		: >up
		read x <over
	EOF
	# The shell is process 1 there, and forks for each request.
	unshare -m -p -f --mount-proc --kill-child sh place >got 2>err 3>&- &
	appears up
	[ "$(tr '\n' ' ' <got)" = 'k1 up 1 1 k2 ' ]
	[ "$(survivors)" -ge 2 ]
	echo >over
	wait $!
	none_left
}

@test "wrong usage" {
	run -2 --separate-stderr pab-job nonsense
	has "list, read, wait, kill, rm and gc are known, not 'nonsense'" "$stderr"
	run -2 --separate-stderr pab-job read
	run -2 --separate-stderr pab-job read k1 k2
	run -2 --separate-stderr pab-job gc k1
	run -2 --separate-stderr pab-job kill --new k1
	run -2 --separate-stderr pab-job read --now k1
	run -2 --separate-stderr pab-job read --timeout 1 k1
	run -2 --separate-stderr pab-job read --new --offset 0 k1
	run -2 --separate-stderr pab-job read nonsense
	run -125 --separate-stderr pab-job wait nonsense
	run -3 --separate-stderr pab-job wait k1 2>/dev/null || run -125 --separate-stderr pab-job wait k1
}
