#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
# Questions and answers, the account, and the program that shows and checks rules.
load helper

bats_require_minimum_version 1.5.0

ready() {
	export PAB_BACKEND=local PAB_RULES=default PAB_HOME=$BATS_TEST_TMPDIR/records
	echo a >a.txt
}

# at_terminal INPUT CMD...: runs it with a terminal as all of its standard descriptors.
at_terminal() {
	python3 - "$@" <<-'END'
		import os, pty, sys, time
		pid, fd = pty.fork()
		if pid == 0:
		    os.execvp(sys.argv[2], sys.argv[2:])
		if sys.argv[1]:
		    os.write(fd, sys.argv[1].encode() + b"\n")
		out = b""
		while True:
		    try:
		        got = os.read(fd, 4096)
		    except OSError:
		        break
		    if not got:
		        break
		    out += got
		sys.stdout.write(out.decode().replace("\r\n", "\n"))
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}

# request: the id in the last run's message.
request() {
	[[ $stderr =~ request\ ([0-9a-f]{32}) ]]
	id=${BASH_REMATCH[1]}
}

@test "test: [ is test(1), not a pattern" {
	run -0 --separate-stderr pab-rules test --rules permissive execute '[ -e go ] && echo yes'
	run -6 --separate-stderr pab-rules test --rules permissive execute '[ab]x -e go'
}

@test "ask: a question waits, an answer holds once, for exactly that" {
	ready
	run -6 --separate-stderr pab-write b.txt <<<one
	same ''
	request
	says "pab-write: b.txt: needs approval (request $id) for write. A person decides; wait, then run the same command again"
	[ ! -e b.txt ]
	run -6 --separate-stderr pab-write b.txt <<<one
	has "$id" "$stderr"
	run -6 --separate-stderr pab-write b.txt <<<two
	first=$id
	request
	[ "$id" != "$first" ]
	run -0 --separate-stderr pab-rules pending
	has "$first  pab-write: write $W/b.txt" "$output"
	run -5 --separate-stderr pab-rules allow "$first"
	says 'pab-rules: an answer needs a terminal (standard input and error), or --key'
	run -0 at_terminal '' pab-rules allow "${first:0:10}"
	run -6 --separate-stderr pab-write c.txt <<<one
	run -6 --separate-stderr pab-edit --old a --new b a.txt
	run -0 --separate-stderr pab-write b.txt <<<one
	[ "$(cat b.txt)" = one ]
	run -6 --separate-stderr pab-write b.txt <<<one
	run -3 --separate-stderr pab-rules -q deny nosuchid --key x
}

@test "ask: no is no, once; and what is not answered in time is asked again" {
	ready
	run -125 --separate-stderr pab-exec -- touch x
	has 'pab-exec: ask: needs approval' "$stderr"
	request
	run -0 at_terminal '' pab-rules deny "$id"
	run -125 --separate-stderr pab-exec -- touch x
	says 'pab-exec: denied: a person said no. This is a decision, not a fault; do not try another way'
	run -125 --separate-stderr pab-exec -- touch x
	request
	run -0 at_terminal '' pab-rules allow --for 0 "$id"
	run -125 --separate-stderr pab-exec -- touch x
	has 'needs approval' "$stderr"
	[ ! -e x ]
}

@test "ask: several questions of one run are answered one by one" {
	ready
	export PAB_RULES=strict
	local n=0
	while [ "$n" -lt 6 ]; do
		run --separate-stderr pab-cp a.txt b.txt
		[ "$status" -ne 0 ] || break
		[ "$status" -eq 6 ]
		[[ $stderr =~ request\ ([0-9a-f]{32}) ]]
		run -0 at_terminal '' pab-rules allow "${BASH_REMATCH[1]}"
		n=$((n + 1))
	done
	[ "$n" -gt 1 ] && [ "$n" -lt 6 ]
	[ -e b.txt ]
}

@test "ask: always is a rule for exactly that" {
	ready
	run -6 --separate-stderr pab-edit --old a --new b a.txt
	request
	run -0 at_terminal '' pab-rules allow --always "$id"
	run -0 --separate-stderr pab-edit --old a --new b a.txt
	run -0 --separate-stderr pab-edit --old b --new c a.txt
	run -6 --separate-stderr pab-write a.txt <<<x
	echo b >b.txt
	run -6 --separate-stderr pab-edit --old b --new c b.txt
	run -0 --separate-stderr pab-rules show
	has "edit     allow $W/a.txt" "$output"
}

@test "ask: at a terminal" {
	ready
	run -0 at_terminal y pab-exec -- touch x
	has 'pab-exec: execute touch x? [y]es, once; [a]lways; [n]o:' "$output"
	[ -e x ]
	run -125 at_terminal n pab-exec -- touch y
	run -125 at_terminal '' sh -c 'pab-exec -- touch y <&- 2>&1'
	[ ! -e y ]
	run -0 at_terminal a pab-exec -- touch z
	run -0 --separate-stderr pab-exec -- touch z
	run -125 --separate-stderr pab-exec -- touch zz
}

@test "ask: by a program" {
	ready
	cat >asker <<-'END'
		#!/bin/sh
		cat >>asked
		echo noise
		exit "$(cat answer)"
	END
	chmod +x asker
	export PAB_ASK=$W/asker PAB_ACTOR='an agent'
	echo 0 >answer
	run -0 --separate-stderr pab-write b.txt <<<one
	same 'wrote b.txt: 1 line, 4 bytes (new)'
	run -0 --separate-stderr cat asked
	json '.[0] | .type == "rule" and .action == "ask" and .operation == "write" and
		.path == "b.txt" and .tool == "pab-write" and .actor == "an agent"'
	echo 1 >answer
	run -5 --separate-stderr pab-write b.txt <<<two
	has 'a person said no' "$stderr"
	echo 2 >answer
	run -6 --separate-stderr pab-write b.txt <<<two
	PAB_ASK=./nosuch run -7 --separate-stderr pab-write b.txt <<<two
	has 'cannot run the program that answers' "$stderr"
	[ "$(cat b.txt)" = one ]
}

@test "ask: JSON has the request" {
	ready
	run -6 --separate-stderr pab-write -j b.txt <<<one
	json '.[0] | .type == "error" and .code == "ask" and (.request | test("^[0-9a-f]{32}$"))'
	run -0 --separate-stderr pab-rules -j pending
	json '.[0] | .action == "ask" and .operation == "write" and .tool == "pab-write"'
	run -1 --separate-stderr pab-rules --home "$BATS_TEST_TMPDIR/none" pending
}

@test "ask: an approver's key, which no place may see" {
	ready
	run -5 --separate-stderr pab-rules key "$HOME/key"
	says 'pab-rules: a key is made at a terminal'
	run -0 at_terminal '' pab-rules key "$HOME/key"
	[ "$(stat -c %a "$HOME/key")" = 600 ]
	run -6 --separate-stderr pab-write b.txt <<<one
	request
	cp "$HOME/key" .
	chmod 600 key
	run -5 --separate-stderr pab-rules allow --key key "$id"
	has 'lies in the place' "$stderr"
	echo 0000 >"$HOME/other"
	chmod 600 "$HOME/other"
	run -5 --separate-stderr pab-rules allow --key "$HOME/other" "$id"
	chmod 644 "$HOME/key"
	run -5 --separate-stderr pab-rules allow --key "$HOME/key" "$id"
	chmod 600 "$HOME/key"
	run -0 --separate-stderr pab-rules allow --key "$HOME/key" "$id"
	run -0 --separate-stderr pab-write b.txt <<<one
	unset PAB_BACKEND
	run -5 --separate-stderr pab-read "$HOME/key"
	run -5 --separate-stderr pab-ls "$PAB_HOME/approvals"
}

@test "audit: two lines a run, whole, with one id" {
	ready
	export PAB_AUDIT=$BATS_TEST_TMPDIR/log PAB_ACTOR='me & you'
	unset PAB_RULES
	run -0 --separate-stderr pab-read a.txt
	PAB_RULES=readonly run -5 --separate-stderr pab-write new.txt <<<content-of-it
	run -0 --separate-stderr pab-edit --old a --new secret-text a.txt
	run -0 --separate-stderr pab-exec --env TOKEN=abcdef -c 'echo $TOKEN'
	run -1 --separate-stderr grep -E 'content-of-it|secret-text|abcdef' "$PAB_AUDIT"
	run -0 --separate-stderr cat "$PAB_AUDIT"
	json 'length == 8 and all(.[]; .actor == "me & you" and .uid >= 0) and
		([.[] | .type] | . == ["begin","end","begin","end","begin","end","begin","end"]) and
		.[0].id == .[1].id and .[0].id != .[2].id and .[0].operands == ["a.txt"] and
		.[3].status == 5 and .[3].answers[0].answer == "denied" and
		.[3].answers[0].operation == "write" and .[6].line == "echo $TOKEN"'
	[ "$(stat -c %a "$PAB_AUDIT")" = 600 ]
}

@test "audit: what cannot be written down is not done" {
	ready
	unset PAB_RULES
	run -7 --separate-stderr pab-write --audit /dev/full new.txt <<<x
	has 'nothing was done' "$stderr"
	run -125 --separate-stderr pab-exec --audit nowhere/log -- touch new.txt
	run -7 --separate-stderr pab-read --audit . a.txt
	[ ! -e new.txt ]
}

@test "audit: lines of many at once stay whole" {
	ready
	export PAB_AUDIT=$BATS_TEST_TMPDIR/log
	unset PAB_RULES
	names=$(printf 'f%.0s' $(seq 150))
	seq 60 | xargs -P 12 -I{} pab-ls -q a.txt "$names-{}" >/dev/null 2>&1 || true
	run -0 --separate-stderr cat "$PAB_AUDIT"
	json 'length == 120 and ([.[] | .id] | unique | length) == 60'
}

@test "pab-rules: show, test and why" {
	ready
	run -0 --separate-stderr pab-rules show --rules readonly
	has 'read     deny  **/.env  # Protect sensitive files' "$output"
	has 'execute  else deny' "$output"
	run -5 --separate-stderr pab-rules test read .env
	same "deny  read .env: read rule **/.env (Protect sensitive files) of default"
	run -6 --separate-stderr pab-rules test write a.txt
	same 'ask   write a.txt: the default of write of default'
	run -0 --separate-stderr pab-rules test read a.txt nosuch.txt
	run -5 --separate-stderr pab-rules -j test execute 'ls | rm -rf /'
	json '.[0] | .action == "deny" and .pattern == "rm -rf /*" and .set == "default"'
	run -2 --separate-stderr pab-rules --rules '' test reed a.txt
	PAB_RULES='' run -0 --separate-stderr pab-rules show
	says 'pab-rules: no rules hold: PAB_RULES and --rules are not set'
}

@test "pab-rules: check finds what is shadowed, never matches or says nothing" {
	ready
	echo '{"default": "allow", "read": {"rules": [
		{"pattern": "src/**", "action": "deny"},
		{"pattern": "src/lib/*.c", "action": "allow"},
		{"pattern": "docs/*", "action": "deny"},
		{"pattern": "other/*", "action": "allow"},
		{"pattern": "**/x/./y", "action": "deny"}]},
		"execute": {"default": "deny", "rules": [
		{"pattern": "git *", "action": "allow"},
		{"pattern": "git push", "action": "deny"},
		{"pattern": "a && b", "action": "allow"},
		{"pattern": "ls", "action": "deny"}]}}' >r.json
	run -2 --separate-stderr pab-rules check r.json
	sed -i '/x\/\.\/y/d; s/"other\/\*", "action": "allow"},/"other\/*", "action": "allow"}]},/' r.json
	run -4 --separate-stderr pab-rules check r.json
	same "r.json: read, rule 2 'src/lib/*.c': shadowed by rule 1
r.json: read, rule 4 'other/*': says what the default says
r.json: execute, rule 2 'git push': shadowed by rule 1
r.json: execute, rule 3 'a && b': never matches: each command of a line is looked at alone
r.json: execute, rule 4 'ls': says what the default says"
	run -0 --separate-stderr pab-rules check "$TOP/tests/data/rules/dev.json"
	same ''
}

@test "pab-rules: wrong usage" {
	ready
	for args in '' nosuch 'test read' 'test nosuch a' check 'check a b' allow deny key; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr pab-rules $args
		same ''
	done
	run -2 --separate-stderr pab-rules check nosuch.json
	run -2 --separate-stderr pab-rules --key x allow
}

@test "ask: what a far end would ask is asked here, and granted to it for that alone" {
	ready
	unset PAB_RULES
	mkdir place
	echo a >place/a.txt
	unset PAB_BACKEND
	run -0 --separate-stderr pab-session --spec open far-rules --on local --workspace place
	export PAB_BACKEND=$output PAB_RULES=default
	run -6 --separate-stderr pab-write b.txt <<<one
	request
	same ''
	says "pab-write: /b.txt: needs approval (request $id) for write. A person decides; wait, then run the same command again"
	[ ! -e place/b.txt ]
	run -0 at_terminal '' pab-rules allow "$id"
	run -6 --separate-stderr pab-write b.txt <<<two
	run -0 --separate-stderr pab-write b.txt <<<one
	same 'wrote b.txt: 1 line, 4 bytes (new)'
	[ "$(cat place/b.txt)" = one ]
	run -6 --separate-stderr pab-write b.txt <<<one
	run -6 --separate-stderr pab-write -j b.txt <<<one
	json 'length == 2 and .[0].code == "ask" and .[1].type == "summary" and .[1].status == 6'
	export PAB_ASK=/bin/true
	run -0 --separate-stderr pab-write -j b.txt <<<three
	json 'length == 2 and .[0].type == "write"'
	[ "$(cat place/b.txt)" = three ]
	run -0 --separate-stderr pab-exec -- echo out
	same out
	run -5 --separate-stderr pab-write .env <<<x
	run -5 --separate-stderr pab-read .env
	PAB_ASK=/bin/false run -5 --separate-stderr pab-write b.txt <<<x
	has 'a person said no' "$stderr"
	PAB_AUDIT=$BATS_TEST_TMPDIR/log run -0 --separate-stderr pab-exec -- echo out
	run -0 --separate-stderr cat "$BATS_TEST_TMPDIR/log"
	json 'length == 2 and .[0].operands == ["echo", "out"] and .[1].status == 0'
	unset PAB_BACKEND PAB_RULES
	run -0 --separate-stderr pab-session close far-rules
}

@test "ask: what goes to a command, and files of the caller's, are part of what is approved" {
	ready
	unset PAB_RULES
	mkdir place
	echo a >place/a.txt
	echo b >new1
	echo c >new2
	local far
	run -0 --separate-stderr pab-session --spec open far-input --on local --workspace place
	far=$output
	for where in local "$far"; do
		export PAB_BACKEND=$where PAB_RULES=default
		run -125 --separate-stderr pab-exec --stdin -- sh <<<'echo one'
		request
		run -0 at_terminal '' pab-rules allow "$id"
		run -125 --separate-stderr pab-exec --stdin -- sh <<<'echo two'
		run -0 --separate-stderr pab-exec --stdin -- sh <<<'echo one'
		same one
		run -125 --separate-stderr pab-exec --stdin -- sh <<<'echo one'
	done
	run -6 --separate-stderr pab-edit --old a --new-file new1 a.txt
	request
	run -0 at_terminal '' pab-rules allow "$id"
	run -6 --separate-stderr pab-edit --old a --new-file new2 a.txt
	cp new2 new1
	run -6 --separate-stderr pab-edit --old a --new-file new1 a.txt
	rm new1
	mkfifo new1
	echo b >new1 3>&- &
	run -0 --separate-stderr pab-edit --old a --new-file new1 a.txt
	[ "$(cat place/a.txt)" = b ]
}
