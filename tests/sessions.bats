#!/usr/bin/env bats
# What a session promises: its workspace, its rules, its limits, its sleep and its end,
# whoever comes at once and whatever is killed.
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load session

@test "a workspace of its own: 0700, kept by close, gone with --purge" {
	mkdir root
	run -0 --separate-stderr pab-session open u1 --on local --workspace-root root
	[ "$(stat -c %a root/u1)" = 700 ]
	pab-write -q -B session:u1 a <tree/a.txt
	run -0 --separate-stderr pab-session open u1 --on local --workspace-root root
	run -0 --separate-stderr pab-session close u1
	cmp tree/a.txt root/u1/a
	run -0 --separate-stderr pab-session open u1 --on local --workspace-root root --spec
	run -0 --separate-stderr pab-read --raw -B session:u1 a
	same one
	run -2 --separate-stderr pab-session close u1 --purge
	has 'say --yes, too' "$stderr"
	run -0 --separate-stderr pab-ls -B session:u1
	run -0 --separate-stderr pab-session close u1 --purge --yes
	empty root "$PAB_HOME/kept"
	run -0 --separate-stderr pab-session open u2 --on local --workspace-root root
	run -0 --separate-stderr pab-session close u2
	run -0 --separate-stderr pab-session close u2 --purge --yes
	same 'purged u2'
	[ ! -e root/u2 ]
	run -3 --separate-stderr pab-session close u2 --purge --yes
}

@test "what was there before a session is not removed with it" {
	run -0 --separate-stderr pab-session open s --on local --workspace tree
	run -5 --separate-stderr pab-session close s --purge --yes
	has "$W/tree was there before session s" "$stderr"
	run -0 --separate-stderr pab-ls -B session:s
	mkdir -p root/mine
	echo two >root/mine/f
	run -0 --separate-stderr pab-session open mine --on local --workspace-root root
	run -5 --separate-stderr pab-session close mine --purge --yes
	[ "$(cat root/mine/f)" = two ]
}

@test "workspaces are made beneath their root, through no link" {
	mkdir root outside
	ln -s ../outside root/l
	run -2 --separate-stderr pab-session open ../x --on local --workspace-root root
	run -3 --separate-stderr pab-session open l --on local --workspace-root root
	[ ! -e "$PAB_HOME/places/l" ]
	chmod 777 root
	run -5 --separate-stderr pab-session open x --on local --workspace-root root
	has 'others may write to the directory above' "$stderr"
	empty "$PAB_HOME/places" outside
	run -2 --separate-stderr pab-session open x --on state --workspace-root root
	run -2 --separate-stderr pab-session open x --on local --workspace-root root --workspace tree
}

@test "run: the command's status and output, and no trace after" {
	run -3 --separate-stderr pab-session run --on local -- sh -c 'pwd; ls -A; echo x >y; exit 3'
	has "$PAB_HOME/workspaces/run-" "$output"
	empty "$PAB_HOME/places" "$PAB_HOME/workspaces"
	pab-session run --on local --stdin -- cat <tree/a.txt >got
	cmp tree/a.txt got
	run -0 --separate-stderr pab-session run --on local --workspace tree -- cat a.txt
	same one
	[ -e tree/a.txt ]
	run -124 --separate-stderr pab-session run --on local --timeout 100ms -- sleep 60
	run -0 --separate-stderr pab-session -j run --on local -- echo hi
	json '.[0].type == "exec" and .[0].output == "hi\n" and .[-1].type == "summary" and length == 2'
	run -127 --separate-stderr pab-session run --on local -- no-such-program
	run -2 --separate-stderr pab-session run --on local
	run -125 --separate-stderr pab-session run --on local --workspace nowhere -- true
	has 'pab-session: not_found: nowhere: no such file' "$stderr"
	[ -z "$(ls -A "$PAB_HOME/places")" ]
}

@test "run that is ended or killed: its place ends, now or with gc" {
	local mark=98123.$BASHPID$RANDOM pid
	pab-session run --on local -- sleep "$mark" 3>&- &
	pid=$!
	until [ "$(pgrep -fc -- "^sleep $mark")" = 1 ]; do sleep 0.02; done
	kill -TERM $pid
	wait $pid || [ $? -eq 143 ]
	ends "sleep $mark"
	empty "$PAB_HOME/places" "$PAB_HOME/workspaces"
	pab-session run --on local -- sleep "$mark" 3>&- &
	pid=$!
	until [ "$(pgrep -fc -- "^sleep $mark")" = 1 ]; do sleep 0.02; done
	kill -KILL $pid
	wait $pid || true
	run -0 --separate-stderr pab-session gc
	has 'closed run-' "$output"
	ends "sleep $mark"
	empty "$PAB_HOME/places" "$PAB_HOME/workspaces"
}

@test "run whose session somebody else ends leaves nothing either" {
	local mark=98123.$BASHPID$RANDOM verb pid
	for verb in shutdown 'gc --idle 0' close; do
		pab-session run --on local -- sleep "$mark" 2>said 3>&- &
		pid=$!
		until [ "$(pgrep -fc -- "^sleep $mark")" = 1 ]; do sleep 0.02; done
		[ "$verb" != close ] || verb="close $(ls "$PAB_HOME/places")"
		# shellcheck disable=SC2086
		run -0 --separate-stderr pab-session $verb
		[[ $verb != gc* ]] || kill -TERM $pid # it is in use, and so gc leaves it alone
		wait $pid || true
		ends "sleep $mark"
		empty "$PAB_HOME/places" "$PAB_HOME/workspaces"
		[ "$(grep -c 'no session' said)" -eq 0 ]
	done
}

@test "gc puts to sleep what is idle, and the next call wakes it" {
	local far="listen run/sock --backend composite:/=local:$W/tree"
	pab-session -q open s --on local --workspace tree >/dev/null
	run -0 --separate-stderr pab-session gc --idle 1h
	same ''
	run -0 --separate-stderr pab-exec -B session:s --bg -- sleep 60
	run -0 --separate-stderr pab-session gc --idle 0
	same ''
	run -0 --separate-stderr pab-job -B session:s kill k1
	run -0 --separate-stderr pab-session gc --idle 0
	same 'asleep s'
	ends "$far"
	run -0 --separate-stderr pab-session gc --idle 0
	same ''
	run -0 --separate-stderr pab-session
	like s local asleep "$W/tree"
	run -0 --separate-stderr pab-read --raw -B session:s a.txt
	same one
	run -0 --separate-stderr pab-session -j info s
	json '.[0].state == "running" and .[0].processes == 1 and .[0].disk == 4'
	run -0 --separate-stderr pab-session -j info s
	json '.[0] | .memory > 0 and .idle >= 0 and .age >= 0 and .left == null and .cpu_us >= 0'
}

@test "a command that goes on is no idleness, and is never cut off by gc" {
	pab-session -q open s --on local --workspace tree >/dev/null
	mkfifo go
	pab-exec -B session:s -c "cat $W/go; echo done" >out 2>&1 3>&- &
	exec 4>go # waits for cat
	for _ in 1 2 3; do
		run -0 --separate-stderr pab-session gc --idle 0
		same ''
	done
	exec 4>&-
	wait
	[ "$(cat out)" = done ]
	for i in $(seq 10); do
		for _ in 1 2 3 4; do pab-read --raw -B session:s a.txt >>reads 2>&1 3>&- & done
		pab-session -q gc --idle 0 3>&- &
	done
	wait
	[ "$(sort reads | uniq -c | tr -d ' ')" = 40one ]
}

@test "--ttl ends it for good" {
	local far="listen run/sock --backend composite:/=local:$W/tree"
	pab-session -q open s --on local --workspace tree --ttl 1 >/dev/null
	pab-exec -B session:s --bg -- sleep 77 >/dev/null
	ends "$far"
	run -7 --separate-stderr pab-ls -B session:s
	has 'the time of session s is over' "$stderr"
	run -0 --separate-stderr pab-session
	like s local over "$W/tree"
	run -0 --separate-stderr pab-session gc
	same 'closed s'
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	pab-session -q open s --on local --workspace tree --ttl 0 >/dev/null 2>&1 || true
	run -0 --separate-stderr pab-session open s --on local --workspace tree --spec
	run -0 --separate-stderr pab-ls -B session:s
}

@test "rules bind whoever comes, with rules of their own or without" {
	echo key >tree/hidden
	echo '{"default": "allow", "read": {"rules": [{"pattern": "**/hidden", "action": "deny"}],
		"default": "allow"}, "write": {"default": "ask"}}' >rules.json
	pab-session -q open s --on local --workspace tree --rules rules.json >/dev/null
	run -5 --separate-stderr pab-read -B session:s hidden
	has 'denied by the rule of read' "$stderr"
	PAB_RULES=permissive run -5 --separate-stderr pab-read -B session:s hidden
	run -0 --separate-stderr pab-read --raw -B session:s a.txt
	run -6 --separate-stderr pab-write -B session:s new <tree/a.txt
	has 'needs approval (request ' "$stderr"
	printf '#!/bin/sh\necho allow\n' >yes
	chmod +x yes
	PAB_ASK=$W/yes run -0 --separate-stderr pab-write -B session:s new <tree/a.txt
	cmp tree/a.txt tree/new
	PAB_RULES=readonly PAB_ASK=$W/yes run -5 --separate-stderr pab-write -B session:s no <tree/a.txt
	[ ! -e tree/no ]
	run -4 --separate-stderr pab-session open s --rules permissive
	has '--rules differs' "$stderr"
	run -0 --separate-stderr pab-session open s --rules readonly --recreate
	run -5 --separate-stderr pab-write -B session:s new <tree/a.txt
	run -125 --separate-stderr pab-exec -B session:s -- touch new
	run -0 --separate-stderr pab-read --raw -B session:s hidden
	run -2 --separate-stderr pab-session open t --on local --rules nowhere
	echo '{"default": "perhaps"}' >rules.json
	run -2 --separate-stderr pab-session open t --on local --rules rules.json
	[ ! -e "$PAB_HOME/places/t" ]
}

@test "the far end's own rules need no session" {
	pab-serve --listen sock --backend "composite:/=local:$W/tree" --home "$W/h" --rules nothing 2>err ||
		[ $? -eq 2 ]
	grep -q 'a preset is taken' err
	mkdir -p -m 700 "$PAB_HOME/places/lab/run"
	PAB_RULES=readonly pab-serve --listen "$PAB_HOME/places/lab/run/sock" \
		--backend "composite:/=local:$W/tree" --home "$W/h" 3>&- &
	echo unix:run/sock >"$PAB_HOME/places/lab/transport"
	until [ -S "$PAB_HOME/places/lab/run/sock" ]; do sleep 0.02; done
	run -5 --separate-stderr pab-write -B session:lab new <tree/a.txt
	run -0 --separate-stderr pab-read --raw -B session:lab a.txt
	kill %1
}

@test "limits hold, and change where they can" {
	pab-session -q open s --on local --workspace tree --mem 100m --disk 100k --env A=b >/dev/null
	run -0 --separate-stderr pab-exec -B session:s -c 'echo $A'
	same b
	head -c 70000 /dev/zero >big
	pab-write -q -B session:s one <big
	pab-write -q -B session:s two <big
	run -3 --separate-stderr pab-write -B session:s three <big
	has 'the workspace holds 140,004 bytes, and may hold 102,400: remove something' "$stderr"
	run -125 --separate-stderr pab-exec -B session:s -- true
	run -0 --separate-stderr pab-rm -B session:s one
	run -2 --separate-stderr pab-exec -B session:s -c 'head -c 300000 /dev/zero >three || exit 2'
	[ "$(stat -c %s tree/three)" -le 102400 ]
	pab-rm -q -B session:s three
	run -0 --separate-stderr pab-session open s --disk 1m
	run -0 --separate-stderr pab-session -j info s
	json '.[0] | .disk_limit == 1048576 and .memory_limit == 104857600'
	pab-exec -B session:s --bg -- sleep 60 >/dev/null
	run -7 --separate-stderr pab-session open s --disk 2m
	has 'something runs in session s' "$stderr"
	run -0 --separate-stderr pab-session open s --disk 2m --recreate
	run -0 --separate-stderr pab-exec -B session:s -c 'echo $A'
	same b
	run -4 --separate-stderr pab-session open s --env A=c
	has '--env differs; --recreate makes it anew' "$stderr"
	for bad in '--cpu x' '--cpu 0' '--cpu 1.2345' '--mem x' '--procs 0' '--env x' '--env PAB_HOME=x' '--image x'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr pab-session open t --on local $bad
	done
}

@test "disk is bound in a sandbox, too" {
	head -c 70000 /dev/zero >big
	pab-session -q open s --on sandbox --workspace tree --disk 100k >/dev/null
	pab-write -q -B session:s one <big
	pab-write -q -B session:s two <big
	run -3 --separate-stderr pab-write -B session:s three <big
	has 'the workspace holds 140,004 bytes, and may hold 102,400: remove something' "$stderr"
	pab-session -q open s --disk 1m >/dev/null
	run -0 --separate-stderr pab-write -B session:s three <big
	run -2 --separate-stderr pab-exec -B session:s -c 'head -c 3000000 /dev/zero >big || exit 2'
	[ "$(stat -c %s tree/big)" -eq 1048576 ]
}

@test "memory is bound for all that runs there" {
	pab-session -q open s --on local --workspace tree --mem 64m >/dev/null
	run --separate-stderr pab-exec -B session:s -- python3 -c 'x = bytearray(300 << 20); print(len(x))'
	[ "$status" -ne 0 ]
	[ -z "$output" ]
	run -0 --separate-stderr pab-ls -B session:s
}

@test "another kind, and back, with --recreate alone" {
	pab-session -q open s --on local --workspace tree --ttl 1h >/dev/null
	run -4 --separate-stderr pab-session open s --on state
	run -0 --separate-stderr pab-session open s --on state --recreate --ttl 2h
	run -0 --separate-stderr pab-session -j info s
	json '.[0] | .kind == "state" and .left > 3600'
	run -0 --separate-stderr pab-session open s --on local --workspace tree --recreate
	run -0 --separate-stderr pab-read --raw -B session:s a.txt
	pab-state -q rm s 2>/dev/null || true
	run -3 --separate-stderr pab-session open s --workspace nowhere --recreate
	run -0 --separate-stderr pab-read --raw -B session:s a.txt
}

@test "never more than --max, whoever comes at once" {
	for i in $(seq 50); do
		pab-session open "m$i" --on local --workspace tree --max 5 --spec >"out$i" 2>&1 3>&- &
	done
	wait
	[ "$(find "$PAB_HOME/places" -mindepth 1 -maxdepth 1 | wc -l)" -eq 5 ]
	[ "$(grep -l '^session:m' out* | wc -l)" -eq 5 ]
	[ "$(grep -l 'there are 5 sessions, and --max allows no more' out* | wc -l)" -eq 45 ]
	[ "$(pgrep -fc "listen run/sock --backend composite:/=local:$W/tree")" -eq 5 ]
	local one
	one=$(pab-session -j list | jq -r 'select(.id).id' | head -n 1)
	run -0 --separate-stderr pab-session open "$one" --max 5
	run -7 --separate-stderr pab-session open more --on local --workspace tree --max 5
	mkdir "$PAB_HOME/places/half"
	run -0 --separate-stderr pab-session close "$one"
	run -0 --separate-stderr pab-session open more --on local --workspace tree --max 5
	run -0 --separate-stderr pab-session shutdown
	[ "$(wc -l <<<"$output")" -eq 5 ]
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	ends "listen run/sock --backend composite:/=local:$W/tree"
}

@test "records that cannot be read are set aside, and nothing runs on behind them" {
	local far="listen run/sock --backend composite:/=local:$W/tree"
	pab-session -q open s --on local --workspace tree >/dev/null
	echo nonsense >"$PAB_HOME/places/s/ask"
	run -7 --separate-stderr pab-session info s
	run -0 --separate-stderr pab-session gc
	has 'the record of session s cannot be read' "$stderr"
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	[ "$(cat "$PAB_HOME"/aside/s.*/ask)" = nonsense ]
	ends "$far"
	pab-session -q open s --on local --workspace tree >/dev/null
	: >"$PAB_HOME/places/s/kind"
	run -0 --separate-stderr pab-session open s --on local --workspace tree --spec
	has 'the record of session s could not be read' "$stderr"
	[ "$(pgrep -fc "$far")" -eq 1 ]
	echo later >"$PAB_HOME/places/s/kind"
	run -7 --separate-stderr pab-session close s
	run -4 --separate-stderr pab-session open s --on local
	run -0 --separate-stderr pab-session gc
	[ -e "$PAB_HOME/places/s" ]
	echo local >"$PAB_HOME/places/s/kind"
	rm -r "$PAB_HOME/places/s"
	run -0 --separate-stderr pab-session gc
	has 'ended 1 place that no record explained' "$stderr"
	ends "$far"
}

@test "close, gc and open --recreate killed at any moment: the next call makes it right" {
	local at step=$((${KILL_STEP:-5} * 12)) far="listen run/sock --backend composite:/=local:$W/root/k" what
	mkdir root
	for what in 'close k' 'close k --purge --yes' 'gc --idle 0' 'open k --recreate --ttl 1h'; do
		for at in $(seq 5 "$step" 600); do
			pab-session -q open k --on local --workspace-root root --ttl 2h --recreate >/dev/null
			# shellcheck disable=SC2086
			killat -s "$at" pab-session -q $what >/dev/null 2>&1 || true
			run -0 --separate-stderr pab-session gc
			if [ -e "$PAB_HOME/places/k" ]; then
				run -0 --separate-stderr pab-ls -B session:k
				[ "$(pgrep -fc "$far")" -eq 1 ]
				run -0 --separate-stderr pab-session -q close k
			fi
			ends "$far"
			empty "$PAB_HOME/places"
		done
	done
}

@test "a purge that was killed: nobody finds the place, and the next call goes on" {
	mkdir root
	for next in 'gc' 'open k --on local --workspace-root root'; do
		pab-session -q open k --on local --workspace-root root >/dev/null
		echo x >root/k/f
		echo >"$PAB_HOME/places/k/purging"
		pkill -f "listen run/sock --backend composite:/=local:$W/root/k"
		ends "listen run/sock --backend composite:/=local:$W/root/k"
		run -7 --separate-stderr pab-ls -B session:k
		[ -e root/k/f ]
		# shellcheck disable=SC2086
		run -0 --separate-stderr pab-session $next
		[ ! -e root/k/f ]
	done
	run -0 --separate-stderr pab-ls -B session:k
	same ''
	run -0 --separate-stderr pab-session -q close k --purge --yes
	[ -z "$(ls -A root)" ]
	empty "$PAB_HOME/places"
}

# confined KIND ID: a place that holds what runs in it, its workspace below root.
confined() {
	local kind=(--on sandbox)
	[ "$1" = sandbox ] || kind=(--image pab-busybox)
	pab-session -q open "$2" "${kind[@]}" --workspace-root root >/dev/null
}

@test "from inside, another session is out of reach, where its kind confines" {
	local mark=96123.$BASHPID$RANDOM kind at
	mkdir root
	export DOCKER_HOST=unix://${PAB_TEST_ENGINES-}/docker.sock
	for kind in sandbox ${PAB_TEST_ENGINES:+docker}; do
		confined "$kind" "a-$kind"
		confined "$kind" "b-$kind"
		echo secret | pab-write -q -B "session:b-$kind" f
		pab-exec -B "session:b-$kind" -- sleep "$mark" >/dev/null 2>&1 3>&- &
		until [ "$(pgrep -fc -- "^sleep $mark")" != 0 ]; do sleep 0.02; done
		export PAB_BACKEND=session:a-$kind
		for at in "$W/root/b-$kind/f" "$W/root/b-$kind" "$PAB_HOME/places" "$PAB_HOME/kept" \
			"$PAB_HOME/places/b-$kind/run/sock" "$PAB_HOME/places/b-$kind/home"; do
			run -1 --separate-stderr pab-exec -- sh -c 'test -e "$1"' sh "$at"
			run -1 --separate-stderr pab-exec -- sh -c "echo x >'$at/x' 2>/dev/null && exit 0; exit 1"
		done
		run --separate-stderr pab-exec -- sh -c "cat /proc/[0-9]*/cmdline | grep -a -c '[9]${mark:1}'"
		same 0
		[ "$(pab-exec -- readlink /proc/self/ns/net)" != "$(readlink /proc/self/ns/net)" ]
		[ "$(pab-exec -- readlink /proc/self/ns/net)" != "$(pab-exec -B "session:b-$kind" -- readlink /proc/self/ns/net)" ]
		run -0 --separate-stderr pab-job list
		same ''
		run -0 --separate-stderr pab-undo
		same ''
		unset PAB_BACKEND
		run -0 --separate-stderr pab-session close "b-$kind"
		wait
		[ "$(cat "root/b-$kind/f")" = secret ]
	done
}

@test "a slice of the soak: nothing is left that no record explains" {
	KINDS='local state sandbox' run -0 --separate-stderr \
		"$TOP/tests/soak-sessions.sh" "$BUILD" "${SOAK_SECONDS:-10}"
	has 'soak: nothing left' "$output"
	says ''
}
