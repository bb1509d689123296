#!/usr/bin/env bats
load helper
load user

# A command line that no other process has, to look for survivors by.
setup() {
	setup_pab
	MARK=98765.$BASHPID$RANDOM
	export PAB_HOME=$W/home
}

# survivors: how many processes with the mark there are.
survivors() {
	pgrep -fc -- "sleep $MARK" || true
}

# none_left: none, within 5 s.
none_left() {
	local i
	for i in $(seq 100); do
		[ "$(survivors)" = 0 ] && return 0
		sleep 0.05
	done
	pgrep -fa -- "sleep $MARK" >&2
	return 1
}

# appears FILE: waits for it, at most 10 s.
appears() {
	local i
	for i in $(seq 200); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

@test "the command's output and status" {
	run -0 --separate-stderr pab-exec -- echo hi
	same hi
	says ""
	run -3 --separate-stderr pab-exec -c 'echo out; exit 3'
	same out
	has 'pab-exec: exit 3 after ' "$stderr"
	run -3 --separate-stderr pab-exec -q -c 'exit 3'
	says ""
}

@test "options end at the first operand; operands of -c are its arguments" {
	run -0 --separate-stderr pab-exec echo -j --timeout
	same "-j --timeout"
	run -0 --separate-stderr pab-exec -c 'printf "%s|" "$0" "$@"' -- -q 'a b'
	same "sh|-q|a b|"
}

@test "nothing to run, and wrong options: 125 and the code first" {
	run -125 --separate-stderr pab-exec
	has 'pab-exec: usage: nothing to run' "$stderr"
	run -125 --separate-stderr pab-exec --timeuot 3 -- true
	has 'pab-exec: usage: no option --timeuot; did you mean --timeout?' "$stderr"
	run -125 --separate-stderr pab-exec -B nowhere: -- true
	has 'pab-exec: usage: ' "$stderr"
	run -125 --separate-stderr pab-exec --raw -j -- true
	json '.[0].type == "error" and .[0].code == "usage" and .[1].status == 125'
	run -125 --separate-stderr pab-exec --env =x -- true
	has 'pab-exec: usage: --env takes NAME=VALUE' "$stderr"
	run -125 --separate-stderr pab-exec --pass A=x -- true
	has 'pab-exec: usage: --pass takes a name' "$stderr"
}

@test "not found is 127, not executable 126, with what may be meant" {
	run -127 --separate-stderr pab-exec -- sleeep 1
	says "pab-exec: not_found: sleeep: command not found; near: sleep"
	run -127 --separate-stderr pab-exec -- 'echo hi'
	says "pab-exec: not_found: echo hi: command not found; a line for the shell goes behind -c"
	run -127 --separate-stderr pab-exec -- ./none
	: >plain
	run -126 --separate-stderr pab-exec -- ./plain
	says "pab-exec: denied: ./plain: not executable"
	printf '#!/no/such/sh\n' >script
	chmod +x script
	run -126 --separate-stderr pab-exec -- ./script
	says "pab-exec: not_found: ./script: the interpreter in its first line is not there"
	run -126 --separate-stderr pab-exec -- "$W"
	printf 'echo plain script\n' >bare
	chmod +x bare
	run -0 --separate-stderr pab-exec -- ./bare
	same "plain script"
	run -127 --separate-stderr pab-exec -j -- ./none
	json '.[0].code == "not_found" and .[-1].status == 127'
}

@test "ended by a signal: 128+N" {
	run -137 --separate-stderr pab-exec -c 'kill -9 $$'
	has 'pab-exec: killed by SIGKILL after ' "$stderr"
	run -143 --separate-stderr pab-exec -j -c 'kill -15 $$'
	json '.[0].signal == 15 and .[0].exit_code == null and .[-1].status == 143'
}

@test "out of time: 124, all of it stopped, what it said is kept" {
	run -124 --separate-stderr pab-exec --timeout 300ms -c "echo said; sleep $MARK & sleep $MARK"
	same said
	says "pab-exec: timed out after 300 ms; stopped 3 processes"
	none_left
	run -124 --separate-stderr pab-exec -j --timeout 200ms -- sleep "$MARK"
	json '.[0].timed_out and .[0].exit_code == null and .[0].stopped == 1'
	json '.[0].signal == 15 and (.[0].kill | . == "tree" or . == "cgroup")'
	json '.[0].confined == false and .[0].limit == "timeout"'
}

@test "out of time, SIGTERM ignored: SIGKILL after the grace" {
	run -124 --separate-stderr pab-exec --timeout 200ms --grace 200ms -j -c \
		"trap '' TERM; echo a; sleep $MARK; sleep $MARK"
	json '.[0].output == "a\n" and .[0].signal == 9'
	none_left
	run -124 --separate-stderr pab-exec --timeout 200ms --grace 0 -j -- sleep "$MARK"
	json '.[0].signal == 9'
	none_left
}

@test "the grace is for ending in order" {
	run -124 --separate-stderr pab-exec --timeout 300ms --grace 30s -c \
		"trap 'echo bye; exit 0' TERM; sleep $MARK & wait"
	same bye
	none_left
}

@test "timeout 0 starts nothing; none has no end; limits set it too" {
	run -124 --separate-stderr pab-exec --timeout 0 -- touch ran
	says "pab-exec: timed out after 0 s"
	[ ! -e ran ]
	run -0 --separate-stderr pab-exec --timeout none -- true
	run -124 --separate-stderr pab-exec --limits timeout=0.2 -- sleep "$MARK"
	says "pab-exec: timed out after 200 ms; stopped 1 process"
	run -0 --separate-stderr pab-exec --limits timeout=0 --timeout 60 -- true
}

@test "a child in the background does not hold pab-exec up, and is stopped" {
	run -0 --separate-stderr pab-exec -c "sleep $MARK & echo done"
	same done
	has "pab-exec: stopped 1 process still running (sleep $MARK, pid " "$stderr"
	has "); use --bg to keep it" "$stderr"
	none_left
	run -0 --separate-stderr pab-exec -c "sleep $MARK & sleep $MARK & :"
	has "pab-exec: stopped 2 processes still running (sleep $MARK, pid " "$stderr"
	has "); use --bg to keep them" "$stderr"
}

@test "--leave leaves alone what still runs" {
	run -0 --separate-stderr pab-exec --leave -c "sleep $MARK >/dev/null 2>&1 & echo \$!"
	has "pab-exec: left 1 process running (sleep $MARK, pid $output)" "$stderr"
	[ "$(survivors)" = 1 ]
	kill "$output"
	none_left
	run -0 --separate-stderr pab-exec -j --leave -c "sleep $MARK >/dev/null 2>&1 & :"
	json '.[0].left == 1 and .[0].stopped == 0 and .[0].kill == "tree"'
	pkill -f "sleep $MARK"
	# The time holds all the same.
	run -124 --separate-stderr pab-exec --leave --timeout 200ms -c "sleep $MARK & sleep $MARK"
	none_left
}

@test "what ends by itself with the command is not called stopped" {
	run -0 --separate-stderr pab-exec -- bash -c 'echo through > >(sleep 0.02; cat)'
	same through
	says ""
}

@test "no escape: setsid, double fork, nohup, ignored signals, stopped" {
	local line
	for line in "setsid sleep $MARK &" \
		"(setsid sh -c '(setsid sleep $MARK &) &' &)" \
		"nohup sleep $MARK >/dev/null 2>&1 &" \
		"trap '' TERM HUP INT; sleep $MARK &" \
		"sleep $MARK & kill -STOP \$!" \
		"setsid sh -c 'trap \"\" TERM; sleep $MARK; sleep $MARK' </dev/null >/dev/null 2>&1 &"; do
		run -0 --separate-stderr pab-exec --grace 300ms -c "$line"
		has 'pab-exec: stopped ' "$stderr"
		none_left
		run -124 --separate-stderr pab-exec --timeout 200ms --grace 200ms -c "$line
			sleep $MARK"
		none_left
	done
}

@test "no escape: forking while being killed" {
	cat >breed <<-EOF
		trap '' TERM
		while :; do (setsid sleep $MARK & ) ; sleep 0.01; done
	EOF
	run -124 --separate-stderr pab-exec --timeout 500ms --grace 300ms -- sh breed
	has 'pab-exec: timed out after 500 ms; stopped ' "$stderr"
	none_left
}

@test "what was stopped is woken to end in order" {
	cat >sleeper <<-'EOF'
		trap 'echo woken; exit' TERM
		kill -STOP $$
	EOF
	run -0 --separate-stderr pab-exec --grace 5s -c 'sh sleeper &
		while ! grep -q "^State:.T" /proc/$!/status; do :; done; echo stopped'
	same "stopped
woken"
}

@test "pab-exec killed with -9: nothing is left" {
	pab-exec -c "trap '' TERM; (setsid sleep $MARK &) ; : >up; sleep $MARK" 3>&- &
	appears up
	kill -9 $!
	none_left
}

@test "the keeper killed or stopped by the command: pab-exec kills the rest" {
	run -125 --separate-stderr timeout -k 5 60 pab-exec -c "(setsid sleep $MARK &); echo said; kill -9 \$PPID; sleep $MARK"
	same said
	has 'pab-exec: io: the process that kept the command was killed' "$stderr"
	none_left
	run -125 --separate-stderr timeout -k 5 60 pab-exec -c "(setsid sleep $MARK &); kill -STOP \$PPID; sleep $MARK"
	none_left
}

@test "SIGTERM, SIGINT, SIGHUP to pab-exec end the tree" {
	local s
	for s in TERM:143 INT:130 HUP:129; do
		rm -f up
		# A shell's background child has SIGINT ignored; env gives it back.
		env --default-signal pab-exec -c ": >up; setsid sleep $MARK & sleep $MARK" \
			2>err 3>&- &
		local pid=$! status=0
		appears up
		kill "-${s%:*}" "$pid"
		wait "$pid" || status=$?
		[ "$status" = "${s#*:}" ]
		has "pab-exec: ended by SIG${s%:*} after " "$(cat err)"
		none_left
	done
}

@test "standard input is empty unless --stdin" {
	printf 'secret\n' >in
	run -0 --separate-stderr pab-exec -- cat <in
	same ""
	run -0 --separate-stderr pab-exec --stdin -- cat <in
	same secret
}

@test "no terminal, no foreign descriptors, default signals" {
	: >in
	run -0 --separate-stderr pab-exec -- ls /proc/self/fd 7<in 9</dev/null
	# 3 is ls reading the directory.
	same "0
1
2
3"
	run -2 --separate-stderr pab-exec -c ': </dev/tty'
	run -0 --separate-stderr env --ignore-signal=TERM --block-signal=USR1 pab-exec -- \
		grep -E '^Sig(Blk|Ign)' /proc/self/status
	same "SigBlk:	0000000000000000
SigIgn:	0000000000000000"
	run -0 --separate-stderr pab-exec -c 'ps -o sid= -p $$ | tr -d " "; echo $$'
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "the order of writes to both outputs is kept" {
	run -0 --separate-stderr pab-exec -c 'for i in 1 2 3; do echo o$i; echo e$i >&2; done'
	same "o1
e1
o2
e2
o3
e3"
	run -0 --separate-stderr pab-exec --split -q -c 'echo o; echo e >&2'
	same o
	says e
}

@test "environment: no pagers, prompts, colour; nothing of pab's" {
	export PAB_LIMITS=rows=5 TERM=xterm FOO=bar LC_TIME=C
	run -0 --separate-stderr pab-exec -- env
	has TERM=dumb "$output"
	has GIT_TERMINAL_PROMPT=0 "$output"
	has GIT_PAGER=cat "$output"
	has GIT_EDITOR=true "$output"
	has DEBIAN_FRONTEND=noninteractive "$output"
	has SSH_ASKPASS_REQUIRE=never "$output"
	has NO_COLOR=1 "$output"
	has PYTHONUNBUFFERED=1 "$output"
	has FOO=bar "$output"
	[ "${output/PAB_/}" = "$output" ]
	run -0 --separate-stderr pab-exec --pass PAB_LIMITS --pass TERM --env FOO=2 --env A= -- env
	has PAB_LIMITS=rows=5 "$output"
	has TERM=xterm "$output"
	has FOO=2 "$output"
	[ "$(printf '%s\n' "$output" | grep -c '^A=$')" = 1 ]
	[ "$(printf '%s\n' "$output" | grep -c ^FOO=)" = 1 ]
	run -0 --separate-stderr pab-exec --clean-env -- env
	has "PATH=$PATH" "$output"
	has LC_TIME=C "$output"
	has PAGER=cat "$output"
	[ "${output/FOO=/}" = "$output" ]
	run -0 --separate-stderr pab-exec --clean-env --pass FOO --env TERM=vt100 -- env
	has FOO=bar "$output"
	has TERM=vt100 "$output"
	run -127 --separate-stderr pab-exec --env PATH=/nowhere -- true
}

@test "the working directory: -C, the place, and outside it" {
	mkdir -p sub/deep out
	run -0 --separate-stderr pab-exec -C sub -- sh -c 'pwd; echo "$PWD"'
	same "$W/sub
$W/sub"
	run -0 --separate-stderr pab-exec -B "local:$W/sub" -- pwd
	same "$W/sub"
	cd sub/deep
	run -0 --separate-stderr pab-exec -B "local:$W/sub" -- pwd
	same "$W/sub/deep"
	cd ../..
	run -0 --separate-stderr pab-exec -B "local:$W/sub" -C deep -- pwd
	same "$W/sub/deep"
	ln -s "$W/out" sub/leads-out
	local d
	for d in ../out /usr leads-out deep/../../out; do
		run -125 --separate-stderr pab-exec -B "local:$W/sub" -C "$d" -- touch made
		has 'pab-exec: outside_root: ' "$stderr"
	done
	[ ! -e out/made ]
	run -125 --separate-stderr pab-exec -C sbu -- true
	says "pab-exec: not_found: sbu: no such file; near: sub"
	: >file
	run -125 --separate-stderr pab-exec -C file -- true
	has 'pab-exec: not_dir: file' "$stderr"
	d=$(printf 'a\nb')
	mkdir "$d"
	run -0 --separate-stderr pab-exec -j -C "$d" -- true
	json '.[0].cwd | endswith("work/a\nb")'
}

@test "JSON: the record and the summary" {
	run -4 --separate-stderr pab-exec -j -- sh -c 'echo a; printf b >&2; exit 4'
	json 'length == 2 and .[0].type == "exec" and .[1].type == "summary"'
	json '.[0] | .exit_code == 4 and .signal == null and .timed_out == false'
	json '.[0] | .output == "a\nb" and .bytes == 3 and .lines == 2 and .truncated == false'
	json '.[0].command == ["sh","-c","echo a; printf b >&2; exit 4"]'
	json '.[0] | [.duration_ms,.user_ms,.system_ms,.max_rss_bytes,.stopped] | all(type == "number")'
	json '.[0].max_rss_bytes > 100000 and .[1].status == 4 and .[1].truncated == false'
	run -0 --separate-stderr pab-exec -j --split -c 'echo a; echo b >&2'
	json '.[0] | .stdout == "a\n" and .stderr == "b\n" and (has("output") | not)'
	run -0 --separate-stderr pab-exec -j -- printf '\377\0x'
	json '.[0].output_b64 == "/wB4"'
	run -0 --separate-stderr pab-exec -j -- echo $'\xff' $'a\nb'
	json '.[0].command[1].b64 == "/w==" and .[0].command[2] == "a\nb"'
	run -0 --separate-stderr pab-exec -j -c "sleep $MARK &"
	json '.[0].stopped == 1 and (.[1].message | startswith("stopped 1 process still running"))'
}

@test "arguments arrive as they are" {
	local long
	long=$(printf 'x%.0s' $(seq 255))
	pab-exec -- printf '%s\n' "$long" $'\xff\xfe' $'a\nb' '' '*' >got
	printf '%s\n' "$long" $'\xff\xfe' $'a\nb' '' '*' >want
	cmp got want
}

@test "5 MB with the cause in the middle: head, mark, tail, and all of it kept" {
	cat >noisy <<-'EOF'
		i=0
		while [ $i -lt 50000 ]; do
			echo "line $i of many that say nothing, padded to be longer than it had to be, all alike"
			[ $i = 25000 ] && echo "the cause: disk on fire"
			i=$((i+1))
		done
	EOF
	sh noisy >want
	pab-exec -- sh noisy >got
	[ "$(stat -c %s want)" -gt 4000000 ]
	[ "$(stat -c %s got)" -lt 30200 ]
	head -n 1 want | cmp -n 60 - got
	tail -n 200 want >tail.want
	tail -n 200 got | cmp - tail.want
	local mark id head
	mark=$(grep '^\[pab: ' got)
	id=$(printf '%s\n' "$mark" | sed -n 's/.*; all of it: @out:\([0-9a-f]\{4,32\}\)\]$/\1/p')
	[ -n "$id" ]
	cmp want "$PAB_HOME/out/$id"
	[ "$(stat -c %a "$PAB_HOME/out" "$PAB_HOME/out/$id" | tr '\n' ' ')" = "700 600 " ]
	grep -q 'disk on fire' "$PAB_HOME/out/$id"
	# Head, gap and tail are exactly the whole.
	grep -vc '^\[pab: ' got >shown
	printf '%s' "$mark" | sed 's/\[pab: \([0-9,]*\) lines.*/\1/; s/,//g' >gap
	[ $(($(cat shown) + $(cat gap))) = 50001 ]
	head=$(grep -n '^\[pab: ' got | cut -d: -f1)
	[ "$(head -n $((head - 1)) got | wc -c)" -le 7500 ]
	[ "$(head -n $((head - 1)) got | wc -c)" -gt 7000 ]
	run -0 --separate-stderr pab-exec -j -- sh noisy
	json '.[0].truncated and .[1].truncated and (.[0].output_ref | test("^@out:[0-9a-f]{4,}$"))'
	json '.[0].lines == 50001 and (.[0].output | contains("lines, ") and contains(" left out; all of it: @out:"))'
}

@test "exactly the limit is not cut, one byte more is" {
	run -0 --separate-stderr pab-exec --limits bytes=1000,columns=5000 -- sh -c 'yes 123456789 | head -c 1000'
	[ "${output/pab:/}" = "$output" ]
	[ ! -e "$PAB_HOME/out" ]
	pab-exec --limits bytes=1000 -- sh -c 'yes 123456789 | head -c 1001' >got
	grep -q '^\[pab: .*left out' got
	[ "$(grep -c 123456789 got)" -ge 98 ]
}

@test "a cut is never inside a character, and on lines where there are any" {
	pab-exec --limits bytes=100 -- sh -c 'printf "%0.s€" $(seq 1000)' >got
	iconv -f utf-8 -t utf-8 got >/dev/null
	pab-exec --limits bytes=101 -- sh -c 'printf "x"; printf "%0.s€" $(seq 1000)' >got
	iconv -f utf-8 -t utf-8 got >/dev/null
	pab-exec --limits bytes=400 -- seq 10000 >got
	[ "$(grep -vc '^[0-9]*$' got)" = 1 ]
	tail -n 1 got | grep -qx 10000
}

@test "long lines are cut, counted, and kept" {
	pab-exec -c 'head -c 5000 /dev/zero | tr "\0" x; echo; echo end' >got 2>err
	head -n 1 got | grep -Eqx 'x{2000}…\[\+3000\]'
	[ "$(tail -n 1 got)" = end ]
	local id
	id=$(sed -n 's/pab-exec: 1 line cut; all of it: @out:\([0-9a-f]*\)$/\1/p' err)
	[ "$(stat -c %s "$PAB_HOME/out/$id")" = 5005 ]
}

@test "--no-limit shows all of it as it is, and keeps nothing" {
	sh -c 'seq 20000; head -c 5000 /dev/zero | tr "\0" x' >want
	pab-exec --no-limit -c 'seq 20000; head -c 5000 /dev/zero | tr "\0" x' >got
	cmp want got
	[ ! -e "$PAB_HOME/out" ]
}

@test "a store that cannot be written is said in the mark, the rest is shown" {
	: >notdir
	run -0 --separate-stderr pab-exec --home notdir/x -- seq 20000
	has 'left out; not kept: ' "$output"
	has 20000 "$output"
	run -0 --separate-stderr pab-exec --home notdir/x -j -- seq 20000
	json '.[0].truncated and (.[0] | has("output_ref") | not)'
}

@test "--strict: what was cut is 125 when the command's status is 0" {
	run -125 --separate-stderr pab-exec --strict -- seq 20000
	run -3 --separate-stderr pab-exec --strict -c 'seq 20000; exit 3'
	run -0 --separate-stderr pab-exec --strict -- true
}

@test "--raw: every byte, no limit, to pipes, files and the ends of files" {
	head -c 3000000 /dev/urandom >want
	pab-exec --raw -- cat want >got
	cmp want got
	run -0 --separate-stderr bash -o pipefail -c 'pab-exec --raw -- cat want | cmp - want'
	: >got
	pab-exec --raw -- cat want >>got
	cmp want got
	pab-exec --raw --split -c 'cat want; cat want >&2' >got 2>err
	cmp want got
	cmp want err
	[ ! -e "$PAB_HOME/out" ]
}

@test "bytes that are not UTF-8, NULs and control bytes pass in text, too" {
	printf 'a\377\0\033[1mb\r\n' >want
	pab-exec -- cat want >got
	cmp want got
}

@test "for a model: one stream, control bytes escaped, notices in it" {
	PAB_OUTPUT=model run -3 --separate-stderr pab-exec --split -c 'printf "a\001"; echo e >&2; exit 3'
	[ "${lines[0]}" = 'a\x01' ]
	[ "${lines[1]}" = '[pab: standard error:]' ]
	[ "${lines[2]}" = e ]
	has '[pab: exit 3 after ' "${lines[3]}"
	says ""
}

@test "output that cannot be written is never status 0" {
	run -125 --separate-stderr sh -c 'pab-exec -- echo hi >/dev/full'
	has 'cannot write standard output' "$stderr"
	run -125 --separate-stderr sh -c 'pab-exec -- echo hi >&-'
	run -125 --separate-stderr sh -c 'pab-exec --raw -- echo hi >/dev/full'
	run -125 --separate-stderr sh -c 'pab-exec --raw -- echo hi >&-'
	run -125 --separate-stderr sh -c 'pab-exec -j -- echo hi >/dev/full'
	run -3 --separate-stderr sh -c 'pab-exec -c "echo hi; exit 3" >/dev/full'
	run -0 --separate-stderr sh -c 'pab-exec -- true <&- 2>&-'
	run -125 --separate-stderr sh -c 'pab-exec --split -c "echo e >&2" 2>/dev/full'
}

@test "a reader that goes away ends the command" {
	bash -c "pab-exec --raw -c 'yes & sleep $MARK' | head -n 1" >got
	[ "$(cat got)" = y ]
	none_left
}

@test "head is shown while the command still runs" {
	mkfifo go
	pab-exec -c 'echo first; read x <go; echo second' >got 3>&- &
	local i
	for i in $(seq 200); do
		[ -s got ] && break
		sleep 0.05
	done
	[ "$(cat got)" = first ]
	echo x >go
	wait $!
	[ "$(tail -n 1 got)" = second ]
}

@test "memory stays small however much comes; the store takes its part" {
	local most=20000000
	case $BUILD in
	*san*) most=400000000 ;;
	esac
	run -0 --separate-stderr pab-exec -j --no-limit -- pab-exec -c "yes | head -c 1000000000"
	json ".[0].max_rss_bytes < $most and .[0].bytes < 31000"
	json '(.[0].output | contains("the first 268,435,456 bytes: @out:"))'
}

@test "progress and control sequences are folded in what is shown, and kept as they came" {
	printf 'start\n10%%\r20%%\r\033[K\033[32mdone\033[0m\n\033]0;title\aN\bNlast' >want
	run -0 --separate-stderr pab-exec -- cat want
	same "start
done
Nlast"
	local id
	id=$(printf '%s\n' "$stderr" |
		sed -n 's/^pab-exec: 5 control sequences, 2 overwritten lines not shown; all of it: @out://p')
	pab-read --raw "@out:$id" >got
	cmp want got
	run -0 --separate-stderr pab-exec -j -- cat want
	json '.[0].output == "start\ndone\nNlast" and .[0].folded_sequences == 5'
	json '.[0].folded_lines == 2 and .[0].bytes == 48 and .[0].shown_bytes == 16'
	json '(.[0].output_ref | startswith("@out:")) and .[0].truncated == false'
	# 2 MB of progress are one line, and the mark says where the rest is.
	run -0 --separate-stderr pab-exec -c 'seq -s "$(printf "\r")" 300000; echo'
	same 300000
	local form
	for form in --raw --no-limit; do
		pab-exec $form -- cat want >got
		cmp want got
	done
}

@test "-t: a pseudo-terminal of its own, with a size and an end of input" {
	run -0 --separate-stderr pab-exec -t -c 'test -t 0 && test -t 1 && test -t 2 && stty size
		: </dev/tty && read x || echo end'
	same "24 80
end"
	run -0 --separate-stderr pab-exec -t -c 'printf "a\nb\n"; echo $TERM' </dev/null
	same "a
b
${TERM:-xterm}"
	pab-exec -t --raw -c 'printf "a\nb\n"' >got
	printf 'a\r\nb\r\n' >want
	cmp want got
	printf 'in\n' >in
	run -0 --separate-stderr pab-exec -t --stdin -c 'stty -echo; read x; echo "[$x]"; read y || echo end' <in
	has '[in]' "$output"
	has end "$output"
	run -125 --separate-stderr pab-exec -t --split -- true
	has 'pab-exec: usage: -t and --split exclude each other' "$stderr"
	run -124 --separate-stderr pab-exec -t --timeout 300ms --grace 200ms -c \
		"trap '' TERM HUP; sleep $MARK & sleep $MARK"
	none_left
}

@test "--idle-timeout: ended when it writes nothing, and not while it does" {
	run -124 --separate-stderr pab-exec --idle-timeout 300ms -c "echo a; sleep $MARK"
	same a
	says "pab-exec: wrote nothing for 300 ms; stopped 2 processes"
	none_left
	run -124 --separate-stderr pab-exec -j --idle-timeout 300ms -- sleep "$MARK"
	json '.[0].timed_out and .[0].limit == "idle-timeout"'
	run -0 --separate-stderr pab-exec --idle-timeout 20s -c 'for i in 1 2 3; do echo $i; sleep 0.1; done'
	same "1
2
3"
}

# by NAME: who holds that bound, as the record says.
by() {
	printf '%s\n' "$output" | jq -r "select(.type == \"exec\") | .limits.$1.by"
}

@test "bounds: memory, processes, processor time, and which of them was reached" {
	run -137 --separate-stderr pab-exec -j --mem 30M -- python3 -c 'x = b"a" * 100000000'
	json '.[0].signal == 9 and .[0].limit == "mem" and .[0].limits.mem.value == 31457280'
	[ "$(by mem)" = cgroup ]
	run -137 --separate-stderr pab-exec --mem 30M -- python3 -c 'x = b"a" * 100000000'
	has 'pab-exec: killed by SIGKILL after ' "$stderr"
	has '; reached --mem 31,457,280 (cgroup)' "$stderr"
	run -0 --separate-stderr pab-exec --mem 300M --procs 100 --cpu 100 -- echo fits
	same fits
	pab-exec -j --timeout 10s --procs 10 -c \
		'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 3 & done; wait' >got || :
	output=$(cat got)
	json '.[0].limit == "procs" and (.[0].output | contains("ork"))'
	run -143 --separate-stderr pab-exec -j --cpu 200ms -c 'while :; do :; done'
	json '.[0].limit == "cpu" and .[0].user_ms + .[0].system_ms >= 150'
}

@test "bounds: files, descriptors, core, by resource limits" {
	run -153 --separate-stderr pab-exec -j --fsize 10k -c 'exec head -c 20000 /dev/zero >f'
	json '.[0].signal == 25 and .[0].limit == "fsize" and .[0].limits.fsize.by == "rlimit"'
	[ "$(stat -c %s f)" = 10240 ]
	run -0 --separate-stderr pab-exec --nofile 50 --core 0 -c 'ulimit -n; ulimit -c'
	same "50
0"
	run -125 --separate-stderr pab-exec --nofile 99999999 -- true
	has 'pab-exec: usage: --nofile is more than the caller may have' "$stderr"
}

@test "a user without control groups: resource limits hold, and are said" {
	need_root
	install -m 755 "$BUILD/pab-exec" "$W/pab-exec"
	as() {
		as_user env PAB_HOME="$W/nobody/home" "$W/pab-exec" "$@"
	}
	run -0 --separate-stderr as -j --procs 20 --mem 200M --cpu 5 -- true
	json '.[0].kill == "tree" and ([.[0].limits[].by] | all(. == "rlimit"))'
	run -1 --separate-stderr as --mem 30M -- python3 -c 'x = b"a" * 100000000'
	has MemoryError "$output"
	run -152 --separate-stderr as -j --cpu 1 -c 'while :; do :; done'
	json '.[0].limit == "cpu" and .[0].signal == 24'
	as --timeout 5s --procs 5 -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait' >got 2>&1 || :
	grep -q ork got
	# Another's process cannot be signalled, and nobody waits for it.
	run -0 --separate-stderr as -c "setsid sleep $MARK & :"
	none_left
}

@test "what cannot be held is refused: no group for root's processes" {
	need_root
	# Without /sys there are no groups, and root is free of the resource limit.
	run -125 --separate-stderr unshare -m sh -c \
		'mount -t tmpfs none /sys && exec pab-exec --procs 10 -- true'
	has 'pab-exec: unsupported: --procs cannot be held here' "$stderr"
	run -0 --separate-stderr unshare -m sh -c \
		'mount -t tmpfs none /sys && exec pab-exec -j --mem 300M -- true'
	json '.[0].limits.mem.by == "rlimit" and .[0].kill == "tree"'
}

@test "the group is gone after the command, also when pab-exec was killed" {
	need_root
	group() {
		sed -n 's/^0::.*\/\(pab-[0-9a-f]*\)$/\1/p'
	}
	run -0 --separate-stderr pab-exec -- cat /proc/self/cgroup
	local g
	g=$(printf '%s\n' "$output" | group)
	[ "$g" ] || skip "no control group of version 2 can be made here: NOT TESTED"
	[ -z "$(find /sys/fs/cgroup -maxdepth 3 -name "$g" 2>/dev/null)" ]
	pab-exec -c "cat /proc/self/cgroup >in; : >up; sleep $MARK" 3>&- &
	appears up
	kill -9 $!
	none_left
	g=$(group <in)
	for _ in $(seq 100); do
		[ "$(find /sys/fs/cgroup -maxdepth 3 -name "$g" 2>/dev/null)" ] || break
		sleep 0.05
	done
	[ -z "$(find /sys/fs/cgroup -maxdepth 3 -name "$g" 2>/dev/null)" ]
}

@test "keeper stopped, then pab-exec killed by the command: nothing is left" {
	local status=0
	pab-exec -c "trap '' TERM; (setsid sleep $MARK &)
		keeper=\$PPID; outer=\$(ps -o ppid= -p \$keeper)
		kill -STOP \$keeper; kill -9 \$outer; sleep $MARK" 2>err || status=$?
	# 125: it noticed the stopped keeper first.
	[ "$status" = 137 ] || [ "$status" = 125 ]
	none_left
}

@test "survivors: one round of every way to leave something behind" {
	run -0 --separate-stderr "$TOP/tests/bench-survivors.sh" "$BUILD" 1
	has '0 survivors of 8' "$output"
}

@test "--help: at most 45 lines and 90 columns" {
	pab-exec --help >help
	[ "$(wc -l <help)" -le 45 ]
	[ "$(wc -L <help)" -le 90 ]
	head -n 2 help | grep -q '^usage: pab-exec '
}
