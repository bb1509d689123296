#!/usr/bin/env bats
# Places that are kept: their records and their far ends.
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load session

@test "open, list, info, close" {
	run -0 --separate-stderr pab-session
	says 'pab-session: no sessions'
	run -0 --separate-stderr pab-session open s1 --on local --workspace tree
	same "export PAB_BACKEND='session:s1'"
	says ''
	run -0 --separate-stderr pab-session open s1 --spec
	same session:s1
	run -0 --separate-stderr pab-session list
	like s1 local running "$W/tree"
	run -0 --separate-stderr pab-session info s1
	like s1 local running "$W/tree"
	run -0 --separate-stderr pab-ls -B session:s1
	same '4 a.txt'
	[ "$(stat -c %a "$PAB_HOME/places/s1" "$PAB_HOME/places/s1/run" "$PAB_HOME/places/s1/run/sock" | tr '\n' ' ')" = '700 700 600 ' ]
	run -0 --separate-stderr pab-session close s1
	same 'closed s1'
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	[ "$(cat tree/a.txt)" = one ]
	run -3 --separate-stderr pab-session close s1
	says 'pab-session: no session s1; pab-session list shows those there are, pab-session open s1 makes it'
	run -3 --separate-stderr pab-ls -B session:s1
}

@test "the current directory, and one with a comma, a blank, a backslash in its name" {
	run -0 --separate-stderr pab-session open here --on local
	run -0 --separate-stderr pab-glob -B session:here '**/a.txt'
	same tree/a.txt
	mkdir "$W/a, b\\c"
	echo two >"$W/a, b\\c/f"
	run -0 --separate-stderr pab-session open odd --on local --workspace "$W/a, b\\c"
	run -0 --separate-stderr pab-read --raw -B session:odd f
	same two
	mkdir $'new\nline'
	run -2 --separate-stderr pab-session open bad --on local --workspace $'new\nline'
	[ ! -e "$PAB_HOME/places/bad" ]
}

@test "in memory" {
	run -0 --separate-stderr pab-session open "test-session-$$" --on state --spec
	pab-write -q -B "$output" x <tree/a.txt
	run -0 --separate-stderr pab-state info "test-session-$$"
	has '4 bytes, 1 file' "$output"
	run -125 --separate-stderr pab-exec -B "session:test-session-$$" -- true
	has 'pab-exec: unsupported: state has no commands; local, sandbox and session have' "$stderr"
}

@test "what is wrong is said" {
	run -2 --separate-stderr pab-session open
	run -2 --separate-stderr pab-session list x
	run -2 --separate-stderr pab-session nothing
	has "not 'nothing'" "$stderr"
	run -2 --separate-stderr pab-session open x --on cloud
	has "not 'cloud'" "$stderr"
	run -2 --separate-stderr pab-session open x --on state --workspace tree
	run -2 --separate-stderr pab-session info x --on local
	for id in '' -- .x a/b ../x "$(printf '%065d' 0)" $'a\nb'; do
		run -2 --separate-stderr pab-session open --on state -- "$id"
		run -2 --separate-stderr pab-ls -B "session:$id"
	done
	run -3 --separate-stderr pab-session open x --on local --workspace nowhere
	says 'pab-session: nowhere: no such file'
	run -3 --separate-stderr pab-session open x --on local --workspace tree/a.txt
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	pab-session -q open x --on local --workspace tree >/dev/null
	run -4 --separate-stderr pab-session open x --on state
	has "session x is there already, on local $W/tree" "$stderr"
	run -4 --separate-stderr pab-session open x --workspace .
	run -0 --separate-stderr pab-session open x --workspace tree
}

@test "a far end that is gone is started by the next call, once for all who call" {
	pab-session -q open s --on local --workspace tree >/dev/null
	pkill -9 -f "listen run/sock --backend composite:/=local:$W/tree"
	for i in $(seq 20); do
		pab-read --raw -B session:s a.txt >"out$i" 3>&- &
	done
	wait
	for i in $(seq 20); do
		cmp tree/a.txt "out$i"
	done
	[ "$(pgrep -c -f "listen run/sock --backend composite:/=local:$W/tree")" -eq 1 ]
	run -0 --separate-stderr pab-session wake s
	run -3 --separate-stderr pab-session wake nobody
}

@test "opened and closed by many at once: one place, none left" {
	for i in $(seq 20); do
		pab-session open same --on local --workspace tree --spec >"out$i" 2>&1 3>&- &
	done
	wait
	sort -u out* >got
	[ "$(cat got)" = session:same ]
	[ "$(pgrep -c -f "listen run/sock --backend composite:/=local:$W/tree")" -eq 1 ]
	for i in $(seq 20); do
		if [ $((i % 2)) -eq 0 ]; then
			pab-session -q open same --on local --workspace tree >/dev/null 2>&1 3>&- &
		else
			pab-session -q close same >/dev/null 2>&1 3>&- &
		fi
	done
	wait
	pab-session -q close same || true
	[ -z "$(ls -A "$PAB_HOME/places")" ]
	run -1 --separate-stderr pgrep -f "listen run/sock --backend composite:/=local:$W/tree"
}

@test "open killed at any moment leaves a session or none" {
	for i in $(seq 40); do
		killat -s "$((i * 4))" pab-session -q open k --on local --workspace tree >/dev/null 2>&1 || true
		run -0 --separate-stderr pab-session open k --on local --workspace tree --spec
		run -0 --separate-stderr pab-read --raw -B session:k a.txt
		same one
		pab-session -q close k
		[ -z "$(ls -A "$PAB_HOME/places")" ]
	done
}

@test "records that are no records" {
	pab-session -q open s --on local --workspace tree >/dev/null
	chmod go+w "$PAB_HOME/places/s/kind"
	run -7 --separate-stderr pab-session info s
	has 'cannot be read; pab-session gc sets it aside' "$stderr"
	chmod go-w "$PAB_HOME/places/s/kind"
	mkdir "$PAB_HOME/places/half"
	run -3 --separate-stderr pab-session close half
	run -0 --separate-stderr pab-session list
	like s local running "$W/tree"
	ln -s s "$PAB_HOME/places/link"
	run -3 --separate-stderr pab-ls -B session:link
	rm "$PAB_HOME/places/link"
	chmod go+w "$PAB_HOME/places"
	run -5 --separate-stderr pab-ls -B session:s
	has 'others may write to it' "$stderr"
	chmod go-w "$PAB_HOME/places"
}

@test "jobs run there, outlive their request, and end with the place" {
	local mark=98767.$BASHPID$RANDOM
	run -0 --separate-stderr pab-session open s1 --on local --workspace tree
	export PAB_BACKEND=session:s1
	run -0 --separate-stderr pab-exec --bg -c "echo up; pwd; (setsid sleep $mark &) ; exec sleep $mark"
	same k1
	run -0 --separate-stderr pab-job read k1 --wait-for /tree --timeout 30
	same "up
$W/tree"
	run -0 --separate-stderr pab-job -j list
	json '.[0].status == "running" and .[1].backend == "session:s1"'
	run -0 --separate-stderr pab-grep -c up @job:k1
	same '@job:k1:1'
	PAB_ACTOR=one run -0 --separate-stderr pab-job read k1 --new
	PAB_ACTOR=one run -0 --separate-stderr pab-job read k1 --new
	same ''
	run -0 --separate-stderr pab-job kill k1
	run -143 --separate-stderr pab-job wait k1
	run -3 --separate-stderr pab-job -B local list k1
	run -0 --separate-stderr pab-exec --bg -- sleep "$mark"
	unset PAB_BACKEND
	run -0 --separate-stderr pab-session close s1
	for _ in $(seq 100); do
		[ "$(pgrep -fc -- "sleep $mark" || true)" != 0 ] || break
		sleep 0.05
	done
	[ "$(pgrep -fc -- "sleep $mark" || true)" = 0 ]
}
