#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
# Permission rules as they hold at every open, by whatever name something is reached.
load helper

bats_require_minimum_version 1.5.0
DECISION='. This is a decision, not a fault; do not try another way'
SECRET="denied by rule \"Protect sensitive files\"$DECISION"

tree() {
	export PAB_BACKEND=local PAB_RULES=${1-permissive}
	mkdir -p src .ssh sub/mysecret
	echo 'K=1' >.env
	echo key >.ssh/id
	echo a >src/a.c
	echo x >sub/mysecret/x.txt
	ln -s .env link
	ln -s .ssh dir
	ln -s gone/.env dangling
	ln -s "$W/.env" absolute
	ln -s link twice
}

denied() {
	run -5 --separate-stderr "$@"
	same ''
	has 'denied by rule "Protect sensitive ' "$stderr"
}

@test "rules: no name leads to what may not be read" {
	tree
	local name
	for name in .env ./.env sub/../.env "$W/.env" "$W/sub/../.env" link absolute twice \
		dir/id .ssh/id .env/ sub/mysecret/x.txt; do
		denied pab-read "$name"
		denied pab-grep . "$name"
		denied pab-read --stat "$name"
		denied pab-read --raw "$name"
	done
}

@test "rules: what is denied is 5 whether it is there or not" {
	tree
	local name
	for name in .env.none src/.env .ssh/none dir/none dangling nothere/.env src/x.pem; do
		denied pab-read "$name"
		denied pab-ls "$name"
		denied pab-glob '*' "$name"
		denied pab-edit --old a --new b "$name"
		denied pab-write "$name" </dev/null
	done
	run -3 --separate-stderr pab-read nothere.c
}

@test "rules: hints name nothing that is denied" {
	tree
	run -3 --separate-stderr pab-read .en
	says 'pab-read: .en: no such file'
	run -3 --separate-stderr pab-read src/b.c
	says 'pab-read: src/b.c: no such file; near: src/a.c'
	run -5 --separate-stderr pab-read /.env
	says "pab-read: /.env: outside the root $W"
	run -5 --separate-stderr pab-read /src/a.c
	says "pab-read: /src/a.c: outside the root $W; there is src/a.c"
}

@test "rules: walks count what is denied and do not enter it" {
	tree
	run -0 --separate-stderr pab-ls -R
	same $'- absolute -> '"$W"$'/.env\n- dangling -> gone/.env\n- dir -> .ssh\n- link -> .env\n- src/\n2 src/a.c\n- sub/\n- twice -> link'
	says 'pab-ls: 3 names left out: denied by rules'
	run -0 --separate-stderr pab-glob -uu --kind f '**'
	same 'src/a.c'
	says 'pab-glob: 3 names left out: denied by rules'
	run -0 --separate-stderr pab-grep -uu .
	same 'src/a.c:1:a'
	run -0 --separate-stderr pab-grep -j -uu .
	json '.[-1].denied == 3 and .[-1].unasked == 0'
	# Who is traced cannot look for leaks.
	ASAN_OPTIONS=detect_leaks=0 run -0 --separate-stderr strace -f -o "$BATS_TEST_TMPDIR/trace" pab-grep -uu .
	run -1 --separate-stderr grep -E 'open.*(mysecret|\.ssh|\.env)"' "$BATS_TEST_TMPDIR/trace"
}

@test "rules: in a walk nothing is asked of /proc for an entry" {
	tree
	for i in $(seq 200); do echo x >"src/f$i"; done
	# Who is traced cannot look for leaks.
	ASAN_OPTIONS=detect_leaks=0 run -0 --separate-stderr strace -f -e trace=readlink,readlinkat -o trace pab-grep x
	run -0 --separate-stderr grep -c /proc/self/fd trace
	[ "$output" -lt 8 ]
}

@test "rules: nothing is written, removed or made where it may not be" {
	tree
	mkdir own
	ln -s "$W/sub/mysecret" own/in
	denied pab-write .env </dev/null
	denied pab-write own/in/new </dev/null
	denied pab-write own/in/deep/er/new </dev/null
	[ ! -e sub/mysecret/deep ]
	denied pab-mkdir sub/mysecret/d
	denied pab-rm .env
	denied pab-mv .env own/e
	denied pab-mv src/a.c src/.env
	denied pab-cp .env own/e
	denied pab-cp src/a.c own/.env
	denied pab-edit --old K --new L link
	denied pab-edit --old K --new L .env src/a.c
	[ "$(cat .env)" = K=1 ]
	[ "$(ls own)" = in ]
	run -0 --separate-stderr pab-rm link
	[ ! -L link ]
}

@test "rules: a tree that holds what is denied is left alone as a whole" {
	tree
	local verb
	for verb in 'pab-rm -r sub' 'pab-mv sub other' 'pab-cp -r sub other'; do
		# shellcheck disable=SC2086
		run -5 --separate-stderr $verb
		has 'holds 2 names that rules keep from' "$stderr"
		[ -e sub/mysecret/x.txt ]
		[ ! -e other ]
	done
	mkdir plain
	echo x >plain/n.txt
	echo '{"default":"allow","write":{"rules":[{"pattern":"copy/n.txt","action":"deny"}]}}' >r.json
	run -5 --separate-stderr pab-cp -r --rules r.json plain copy
	says "pab-cp: copy: holds 1 name that rules keep from writing; nothing was changed$DECISION"
	[ ! -e copy ]
}

@test "rules: an edit shows no line of what may not be read" {
	tree
	echo '{"default":"allow","read":{"rules":[{"pattern":"src/**","action":"deny"}]}}' >r.json
	run -5 --separate-stderr pab-edit --rules r.json --old zzz --new y src/a.c
	says "pab-edit: src/a.c: denied by the rule of read 'src/**'$DECISION"
	run -5 --separate-stderr pab-write --rules r.json --diff src/a.c <<<new
	run -0 --separate-stderr pab-write -q --rules r.json src/a.c <<<new
}

@test "rules: the host without a backend, and the directories of --allow" {
	tree
	unset PAB_BACKEND
	denied pab-read .env
	denied pab-read "$W/link"
	cd src
	denied pab-read ../.env
	run -0 --separate-stderr pab-read a.c
	cd ..
	mkdir "$BATS_TEST_TMPDIR/more"
	echo x >"$BATS_TEST_TMPDIR/more/a.pem"
	denied pab-read -B local --allow "$BATS_TEST_TMPDIR/more" "$BATS_TEST_TMPDIR/more/a.pem"
	ln -s ../more out
	denied pab-read -B local --allow "$BATS_TEST_TMPDIR/more" out/a.pem
}

@test "rules: a root in a secret place is one, a root below such a name is not" {
	tree
	denied pab-read -B local:.ssh id
	run -0 --separate-stderr pab-read -B local:sub/mysecret x.txt
	same $'     1\tx'
}

@test "rules: a composite, by the path of the tree and by that of the host" {
	tree
	mkdir one two
	echo x >one/a.txt
	echo x >two/b.txt
	ln -s ../two/b.txt one/link
	export PAB_BACKEND=composite:/=local:one,/m=local:two
	echo '{"default":"allow","read":{"rules":[{"pattern":"/m/**","action":"deny"}]}}' >t.json
	echo "{\"default\":\"allow\",\"read\":{\"rules\":[{\"pattern\":\"$W/two/**\",\"action\":\"deny\"}]}}" >h.json
	local r
	for r in t.json h.json; do
		run -5 --separate-stderr pab-read --rules $r /m/b.txt
		run -0 --separate-stderr pab-read --rules $r /a.txt
		run -0 --separate-stderr pab-grep --rules $r -l x
		same a.txt
		run -0 --separate-stderr pab-ls -R0 --rules $r
	done
	ln -sfn /m/b.txt one/tree
	run -5 --separate-stderr pab-read --rules t.json m/b.txt
}

@test "rules: what pab goes by cannot be changed by its tools" {
	tree
	export PAB_HOME=$W/home
	mkdir home
	echo '{"default": "allow"}' >rules.json
	export PAB_RULES=rules.json
	run -5 --separate-stderr pab-write home/approvals/x <<<x
	run -5 --separate-stderr pab-read home/x
	run -5 --separate-stderr pab-edit --old a --new b rules.json
	run -5 --separate-stderr pab-rm rules.json
	run -5 --separate-stderr pab-rm -r home
	run -0 --separate-stderr pab-read --audit log src/a.c
	run -5 --separate-stderr pab-write --audit log log <<<x
}

@test "rules: files of rules, includes, and what is not understood" {
	tree
	echo '{"include": "base.json", "write": {"default": "deny"}}' >more.json
	echo '{"read": {"rules": [{"pattern": "src/a.c", "action": "allow"}, {"include": "list.json"}]}}' >base.json
	echo '[{"pattern": "src/**", "action": "deny", "description": "Sources"}, {"include": "secrets"}]' >list.json
	run -0 --separate-stderr pab-read --rules more.json src/a.c
	run -5 --separate-stderr pab-read --rules more.json src/b.c
	says "pab-read: src/b.c: denied by rule \"Sources\"$DECISION"
	denied pab-read --rules more.json .env
	run -5 --separate-stderr pab-write --rules more.json n </dev/null
	local bad
	while IFS= read -r bad; do
		printf '%s' "$bad" >bad.json
		run -2 --separate-stderr pab-read --rules bad.json src/a.c
		has 'bad.json: ' "$stderr"
		same ''
	done <<-'END'
		{"defaults": "deny"}
		{"default": "never"}
		{"default": 1}
		{"read": []}
		{"read": {"rule": []}}
		{"read": {"rules": {}}}
		{"read": {"rules": ["x"]}}
		{"read": {"rules": [{"pattern": "x"}]}}
		{"read": {"rules": [{"action": "deny"}]}}
		{"read": {"rules": [{"pattern": "[z-a]", "action": "deny"}]}}
		{"read": {"rules": [{"pattern": "[x", "action": "deny"}]}}
		{"read": {"rules": [{"pattern": "*.{a,b}", "action": "deny"}]}}
		{"read": {"rules": [{"pattern": "x", "action": "deny", "describe": "x"}]}}
		{"include": "bad.json"}
		{"read": {"rules": [{"include": "bad.json"}]}}
		{"read": {}, "read": {}}
		[]
		x
	END
	run -2 --separate-stderr pab-read --rules nosuch src/a.c
	says "pab-read: no rules 'nosuch'; there are default, permissive, readonly, strict, review, or a file; see pab-read --help"
}

@test "rules: an empty variable is unset, an option goes before it" {
	tree ''
	run -0 --separate-stderr pab-read .env
	PAB_RULES=permissive run -5 --separate-stderr pab-read .env
	PAB_RULES=strict run -0 --separate-stderr pab-read --rules permissive src/a.c
}

@test "rules: the table, on every backend" {
	if [ "$BUILD" = "$TOP/build/san" ]; then
		run -0 --separate-stderr "$TOP/tests/ruletable.py" composite3
	else
		run -0 --separate-stderr "$TOP/tests/ruletable.py"
	fi
	has ', 0 failed' "$output"
}

@test "rules: 437 lines for the shell" {
	run -0 --separate-stderr "$TOP/tests/rulelines.py"
	same '437 passed, 0 failed'
}

@test "rules: commands are looked at before they run" {
	tree permissive
	run -125 --separate-stderr pab-exec -c 'echo ran; rm -rf /nonexistent/x'
	same ''
	says "pab-exec: denied: denied by rule \"Block dangerous commands\"$DECISION"
	run -125 --separate-stderr pab-exec -- cat .env
	says "pab-exec: denied: .env: $SECRET"
	run -125 --separate-stderr pab-exec -C .ssh -- true
	run -0 --separate-stderr pab-exec -- echo fine
	same fine
	run -125 --separate-stderr pab-exec --rules readonly -- true
	says "pab-exec: denied: denied: this command is not allowed here$DECISION"
	run -125 --separate-stderr pab-exec -c "echo 'x"
	has 'pab-exec: ask: needs approval (request ' "$stderr"
}

@test "rules: whole trees in memory do not go past them" {
	tree
	unset PAB_BACKEND
	run -5 --separate-stderr pab-state export default
	has 'takes a whole tree past the rules' "$stderr"
	run -0 --separate-stderr pab-state list
}

@test "pab's own records are out of reach at a far end that has them in its tree" {
	export PAB_HOME=$PWD/tree/records
	mkdir -p tree
	run -0 --separate-stderr pab-session open own --on local --workspace tree --spec
	export PAB_BACKEND=$output PAB_RULES=permissive
	echo x >"$PAB_HOME/secret"
	run -5 --separate-stderr pab-read records/secret
	run -5 --separate-stderr pab-read records/places/own/transport
	run -5 --separate-stderr pab-write records/places/own/transport <<<'pipe:/bin/sh'
	run -5 --separate-stderr pab-rm -r records
	run -0 --separate-stderr pab-write f <<<x
	run -0 --separate-stderr pab-session -q close own
}
