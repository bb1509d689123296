#!/usr/bin/env bats
# Commands in a sandbox: what works, what is held, what is said where less is. The ways out
# are in data/escapes; pab-doctor tries others.
load helper
load user

setup() {
	setup_pab
	export PAB_BACKEND=sandbox
}

teardown() {
	if [ -e "$BATS_TEST_TMPDIR/listener" ]; then
		kill "$(cat "$BATS_TEST_TMPDIR/listener")"
	fi
}

@test "a command works in the directory and nowhere else" {
	run -0 --separate-stderr pab-exec -- sh -c 'echo a >f; echo b >/tmp/g; cat f /tmp/g; pwd'
	same $'a\nb\n'"$W"
	says ''
	run -0 cat f
	[ ! -e /tmp/g ]
	run -2 --separate-stderr pab-exec -- sh -c 'echo x >/usr/x'
	run -0 --separate-stderr ls -A
	same f
}

@test "it ends as elsewhere: status, signal, not found, time" {
	run -3 --separate-stderr pab-exec -- sh -c 'exit 3'
	run -137 --separate-stderr pab-exec -j -- sh -c 'kill -9 $$'
	json '.[0].signal == 9 and .[0].exit_code == null and .[0].kill == "pidns"'
	run -127 --separate-stderr pab-exec -- no-such-command
	says 'pab-exec: not_found: no-such-command: command not found'
	run -126 --separate-stderr pab-exec -- /etc/passwd
	run -124 --separate-stderr pab-exec --timeout 300ms -- sh -c 'sleep 100 & sleep 100'
	has 'timed out after 300 ms; stopped 3 processes' "$stderr"
	run -0 --separate-stderr pab-exec -- sh -c 'setsid sleep 98765 & exit 0'
	has 'stopped 1 process still running' "$stderr"
	run -1 --separate-stderr pgrep -f 'sleep 98765'
}

@test "input, a terminal, both outputs and a job" {
	printf 'in\n' >in
	run -0 --separate-stderr pab-exec --stdin -- cat <in
	same in
	run -0 --separate-stderr pab-exec -t -- sh -c 'test -t 1 && echo tty'
	has tty "$output"
	run -0 --separate-stderr pab-exec --split -j -- sh -c 'echo o; echo e >&2'
	json '.[0].stdout == "o\n" and .[0].stderr == "e\n"'
	run -0 --separate-stderr pab-exec --bg -- sh -c 'echo job; sleep 0.2'
	run -0 --separate-stderr pab-job wait "$output"
	run -0 --separate-stderr pab-exec -- ls -A
	has in "$output"
	run -0 --separate-stderr ls -A
	same in
}

@test "the record says what is enforced" {
	run -0 --separate-stderr pab-exec -j -- true
	json '.[0].confined == true'
	json '.[0].enforced == {files: "namespaces", network: "none", rules: null, unprotected: []}'
	run -0 --separate-stderr pab-exec -j --net -- true
	json '.[0].enforced.network == "host"'
	run -0 --separate-stderr pab -j
	json '.[0].enforced.commands == "sandbox"'
}

@test "without a network the hint says how to open it" {
	run -1 --separate-stderr pab-exec -- sh -c 'echo "Temporary failure in name resolution"; exit 1'
	has 'this place has no network (open it with --net)' "$stderr"
	run -0 --separate-stderr pab-exec -- sh -c 'echo "Temporary failure in name resolution"'
	says ''
	run -1 --separate-stderr pab-exec --net -- sh -c 'echo "Could not resolve host"; exit 1'
	says "$(printf '%s' "$stderr" | head -n 1)"
	run -0 --separate-stderr pab-exec -- python3 -c 'import socket
a = socket.socket(); a.bind(("127.0.0.1", 0)); a.listen(1)
socket.create_connection(a.getsockname()); socket.socketpair()'
}

@test "the environment is a short list" {
	export TOKEN_OF_CALLER=1
	run -0 --separate-stderr pab-exec -- sh -c 'echo "${TOKEN_OF_CALLER-none} $TMPDIR $HOME"'
	same "none /tmp $HOME"
	run -0 --separate-stderr pab-exec --pass TOKEN_OF_CALLER -- sh -c 'echo "$TOKEN_OF_CALLER"'
	same 1
}

@test "protected names: kept, stood in for, and allowed" {
	git init -q .
	run -2 --separate-stderr pab-exec -- sh -c 'echo x >.git/hooks/post-commit'
	run -0 --separate-stderr pab-exec -- sh -c 'echo a >a; git add -A; git -c user.name=a -c user.email=b commit -qm one'
	run -0 git ls-files
	same a
	run -0 git status --porcelain
	same ''
	run -0 --separate-stderr pab-exec --allow-write .envrc -- sh -c 'echo x >.envrc'
	run -0 cat .envrc
	run -2 --separate-stderr pab-exec -- sh -c 'echo y >>.envrc'
	run -0 --separate-stderr pab-exec --allow-write .git/hooks -- sh -c 'echo x >.git/hooks/post-commit'
}

@test "submodules and working trees of the repository are protected, too" {
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=b
	git init -q lib
	git -C lib commit -q --allow-empty -m one
	git init -q repo
	cd repo
	git -c protocol.file.allow=always submodule --quiet add ../lib deep/lib
	git commit -qm one
	git worktree add -q wt
	local name
	for name in modules/deep/lib/{hooks/post-commit,config,config.worktree,commondir} \
		worktrees/wt/{commondir,gitdir,config.worktree}; do
		run -2 --separate-stderr pab-exec -- sh -c "echo x >>.git/$name"
	done
	run -1 --separate-stderr pab-exec -- mv .git/modules .git/mine
	run -1 --separate-stderr pab-exec -- mv .git/modules/deep .git/modules/mine
	run -0 --separate-stderr pab-exec --pass GIT_AUTHOR_NAME --pass GIT_AUTHOR_EMAIL --pass GIT_COMMITTER_NAME \
		--pass GIT_COMMITTER_EMAIL -- sh -c 'for d in deep/lib wt; do
		echo x >$d/x; git -C $d add x; git -C $d commit -qm x; done'
	run -0 git status --porcelain
	same $' M deep/lib\n?? wt/'
	run -0 --separate-stderr pab-exec --allow-write .git/modules -- sh -c 'echo >>.git/modules/deep/lib/config'
	# too many to be looked at one by one: all of them are kept
	for name in $(seq 70); do
		mkdir -p .git/modules/m$name && echo x >.git/modules/m$name/HEAD
	done
	run -2 --separate-stderr pab-exec -- sh -c 'echo x >>.git/modules/m70/new'
}

@test "a rule protects repositories further down" {
	git init -q sub/deep/repo
	cat >rules.json <<-'END'
	{"default": "allow",
	 "write": {"default": "allow", "rules": [{"pattern": "**/.git/hooks", "action": "deny"},
		{"pattern": "**/.git/config", "action": "deny"}]}}
	END
	echo 'cd sub/deep/repo; echo x >f; mv .git b; echo x >.git/hooks/post-commit' >try.sh
	run -2 --separate-stderr pab-exec --rules rules.json -- sh try.sh
	[ -e sub/deep/repo/f ]
	run -0 --separate-stderr ls -A sub/deep/repo
	same $'.git\nf'
	[ -e sub/deep/repo/.git/config ]
	run -0 --separate-stderr pab-exec -j --rules rules.json -- true
	json '.[0].enforced.rules == "at_start"'
}

@test "what stands in is shared, and left by nobody" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		pab-exec -- sleep 0.1 &
	done
	wait
	run -0 --separate-stderr ls -A
	same ''
	# killed, it leaves them; the next one takes them away
	pab-exec -- sh -c 'touch started; sleep 100' &
	until [ -e started ]; do sleep 0.01; done
	kill -9 $!
	wait
	run -0 --separate-stderr ls -A
	has .envrc "$output"
	run -0 --separate-stderr pab-exec -- rm started
	run -0 --separate-stderr ls -A
	same ''
}

@test "a secret is hidden again when the host has replaced it" {
	mkdir .aws
	echo one >.aws/credentials
	run -1 --separate-stderr pab-exec -- cat .aws/credentials
	mv .aws old && mkdir .aws && echo two >.aws/credentials
	run -1 --separate-stderr pab-exec -- cat .aws/credentials
	run -2 --separate-stderr pab-exec -- ls .aws
}

@test "links among protected names are kept with what they lead to" {
	echo rc >linked-rc
	ln -s linked-rc .bashrc
	run -2 --separate-stderr pab-exec -- sh -c 'echo x >linked-rc'
	run -1 --separate-stderr pab-exec -- sh -c 'rm .bashrc'
	run -1 --separate-stderr pab-exec -- sh -c 'ln -sf other .bashrc'
	run -0 cat linked-rc
	same rc
}

@test "a directory that cannot be a sandbox is refused" {
	run -125 --separate-stderr pab-exec -B sandbox:/ -- true
	has 'the whole file system cannot be the directory of a sandbox' "$stderr"
	run -125 --separate-stderr pab-exec -B sandbox:/proc -- true
	run -125 --separate-stderr pab-exec -B local --net -- true
	has 'are for a sandbox' "$stderr"
}

@test "rules: what they deny is masked, and how well is said" {
	mkdir -p src keep
	echo s >src/token.env
	echo k >keep/k
	cat >rules.json <<-'END'
	{"default": "allow",
	 "read": {"default": "allow", "rules": [{"pattern": "**/*.env", "action": "deny"}]},
	 "write": {"default": "allow", "rules": [{"pattern": "keep/**", "action": "deny"}]},
	 "edit": {"default": "allow", "rules": [{"pattern": "keep/**", "action": "deny"}]}}
	END
	# in files, as a line that names them is refused before it is run
	echo 'cat src/token.env' >read.sh
	echo 'echo x >keep/n' >write.sh
	echo 'mv keep k2' >move.sh
	echo 'cat keep/k; echo x >src/n' >fine.sh
	run -125 --separate-stderr pab-exec --rules rules.json -- cat src/token.env
	run -1 --separate-stderr pab-exec --rules rules.json -- sh read.sh
	run -2 --separate-stderr pab-exec --rules rules.json -- sh write.sh
	run -1 --separate-stderr pab-exec --rules rules.json -- sh move.sh
	run -0 --separate-stderr pab-exec --rules rules.json -- sh fine.sh
	run -0 --separate-stderr pab-exec -j --rules rules.json -- true
	json '.[0].enforced.rules == "at_start"'
	printf '{"default":"allow","write":{"default":"allow","rules":[{"pattern":"keep/**","action":"deny"}]}}' >r2.json
	run -0 --separate-stderr pab-exec -j --rules r2.json -- true
	json '.[0].enforced.rules == "exact"'
	printf '{"default":"allow","write":{"default":"deny"}}' >r3.json
	run -2 --separate-stderr pab-exec --rules r3.json -- sh write.sh
	printf '{"default":"allow","read":{"default":"deny"}}' >r4.json
	run -125 --separate-stderr pab-exec --rules r4.json -- true
	run -0 --separate-stderr forbid userns -- pab-exec -j --rules rules.json -- true
	json '.[0].enforced.rules == "tools_only" and .[0].enforced.files == "landlock"'
}

@test "without namespaces Landlock and seccomp hold, and it is said" {
	mkdir "$BATS_TEST_TMPDIR/out"
	echo s >"$BATS_TEST_TMPDIR/out/secret"
	run -0 --separate-stderr forbid userns -- pab-exec -- sh -c 'echo a >f; cat f; echo t >$TMPDIR/x'
	same a
	has 'held by Landlock and seccomp alone' "$stderr"
	run -1 --separate-stderr forbid userns -- pab-exec -- cat "$BATS_TEST_TMPDIR/out/secret"
	run -2 --separate-stderr forbid userns -- pab-exec -- sh -c 'echo x >/tmp/pab-test-x'
	run -1 --separate-stderr forbid userns -- pab-exec -- python3 -c 'import socket; socket.socket()'
	run -0 --separate-stderr forbid userns -- pab-exec --net -- python3 -c 'import socket; socket.socket()'
	run -1 --separate-stderr forbid userns -- pab-exec -- cat /etc/shadow
	run -0 --separate-stderr forbid userns -- pab-exec -j -- true
	json '.[0].enforced.network == "denied" and (.[0].enforced.unprotected | index(".git/hooks") != null)'
	mkdir .aws
	run -0 --separate-stderr forbid userns -- pab-exec -j -- true
	json '.[0].enforced.unprotected | index(".aws") != null'
	run -124 --separate-stderr forbid userns -- pab-exec --timeout 300ms -- sleep 100
	run -0 --separate-stderr find /tmp -maxdepth 1 -name 'pab-box-*' -newer f
	same ''
}

@test "where pab may not make namespaces itself bubblewrap does, and all holds" {
	git init -q .
	run -0 --separate-stderr forbid ownroot -- pab-exec -j -- sh -c 'echo x >f'
	json '.[0].enforced == {files: "namespaces", network: "none", rules: null, unprotected: []}'
	json '.[0].kill == "pidns"'
	[ -e f ]
	run -2 --separate-stderr forbid ownroot -- pab-exec -- sh -c 'echo x >.git/hooks/post-commit'
	run -0 --separate-stderr forbid ownroot -- pab-doctor --on sandbox
	has ' 0 NOT HELD, 0 untried' "$output"
}

@test "what a sandbox makes of the root is as bubblewrap makes it" {
	# but for /proc/sys, which is read-only whoever one is, and the helper's own file
	local line='ls -lLd / /[!r]* /dev/* /run/pab; ls -A / /run /tmp /var; readlink /dev/*
		hostname; id; cat /proc/self/uid_map; grep -E "Cap|NoNew|Seccomp:" /proc/self/status
		awk "{print \$5, \$6}" /proc/self/mountinfo | sed "s,^/newroot ,/ ,; /^\/run\/pab\/serve/d; /^\/proc\/sys /d" | sort'
	export TZ=UTC0
	run -0 --separate-stderr forbid ownroot -- pab-exec --raw -c "$line"
	local wrapped
	wrapped=$(sed -E 's/ [A-Z][a-z]{2} +[0-9]+ +[0-9:]+//; s/ +[0-9]+ / /g' <<<"$output")
	run -0 --separate-stderr pab-exec --raw -c "$line"
	diff <(echo "$wrapped") <(sed -E 's/ [A-Z][a-z]{2} +[0-9]+ +[0-9:]+//; s/ +[0-9]+ / /g' <<<"$output") >&2
}

@test "with neither, or without the helper, nothing is run" {
	run -125 --separate-stderr forbid userns landlock -- pab-exec -- touch f
	has 'no sandbox can be made here' "$stderr"
	[ ! -e f ]
}

# The ways out, one command each. HOST is told by what is left there.
prepare_escapes() {
	OUT=$BATS_TEST_TMPDIR/outside
	mkdir -p "$OUT" .git/hooks .git/objects .git/refs .aws .ssh
	echo 'ref: refs/heads/main' >.git/HEAD
	echo '[core]' >.git/config
	echo token >"$OUT/secret"
	echo aws >.aws/credentials
	echo key >.ssh/id_rsa
	echo use >.envrc
	echo inside >inside
	echo rc >linked-rc
	ln -s linked-rc .bashrc
	python3 -c 'import socket, sys, os, time
u = socket.socket(socket.AF_UNIX); u.bind("listening"); u.listen(9)
o = socket.socket(socket.AF_UNIX); o.bind(sys.argv[1] + "/s"); o.listen(9)
t = socket.socket(); t.bind(("127.0.0.1", 0)); t.listen(9)
open(sys.argv[1] + "/port", "w").write("%d" % t.getsockname()[1])
open(sys.argv[1] + "/listener", "w").write("%d" % os.getpid())
time.sleep(600)' "$BATS_TEST_TMPDIR" 3>&- &
	until [ -s "$BATS_TEST_TMPDIR/listener" ]; do sleep 0.02; done
	chmod 644 "$OUT/secret"
}

host_state() {
	find "$OUT" linked-rc .git .ssh .aws .envrc .bashrc .profile .vscode .claude .mcp.json \
		.gitmodules .cursor .idea -printf '%p %y %s %m %T@ %l\n' 2>/dev/null |
		grep -v '^\.git/[^hc]\|^\.git d\|^\.\(aws\|ssh\) d' | sort
}

# try_escapes CMD...: as what CMD runs; prints those that worked.
try_escapes() {
	local line before bad=0 n=0
	# What is held must not be that nothing runs.
	if [ "$("$@" pab-exec -q --pass OUT -c 'perl -e "print 1"; cat inside; [ "$OUT" ]')" != 1inside ]; then
		echo 'nothing runs there'
		return 1
	fi
	before=$(host_state)
	while IFS= read -r line; do
		case $line in '#'* | '') continue ;; esac
		n=$((n + 1))
		printf 'inside\n' >inside
		if "$@" pab-exec -q --timeout 20s --pass OUT --pass SOCK --pass PORT --pass HOST_PID -c "$line" \
			>/dev/null 2>&1; then
			echo "escaped: $line"
			bad=1
		fi
	done <"$TOP/tests/data/escapes"
	echo "$n tried"
	if [ "$(host_state)" != "$before" ]; then
		echo "something was left:"
		host_state | diff <(printf '%s\n' "$before") - || true
		bad=1
	fi
	[ "$n" -ge 60 ] && [ "$bad" = 0 ]
}

export_escapes() {
	export OUT SOCK=$BATS_TEST_TMPDIR/s PORT HOST_PID=$$ TOKEN_OF_CALLER=1
	PORT=$(cat "$BATS_TEST_TMPDIR/port")
}

@test "no way out, as the caller" {
	prepare_escapes
	export_escapes
	try_escapes env
}

@test "no way out, as a plain user" {
	need_root
	prepare_escapes
	export_escapes
	chown -R 65534:65534 "$W"
	open_way
	try_escapes as_user
}

@test "no way out of a place that is kept" {
	prepare_escapes
	export_escapes
	PAB_BACKEND='' run -0 --separate-stderr pab-session open k --on sandbox \
		--workspace "$W" --spec
	PAB_BACKEND=session:k
	try_escapes env
	PAB_BACKEND='' run -0 --separate-stderr pab-session close k
}

@test "a kept place: its network and names are those of its opening" {
	PAB_BACKEND='' run -0 --separate-stderr pab-session open k --on sandbox --workspace "$W" \
		--allow-write .envrc --env A=b --spec
	PAB_BACKEND=session:k
	run -0 --separate-stderr pab-exec -- sh -c 'echo x >.envrc; echo "$A"'
	same b
	run -125 --separate-stderr pab-exec --net -- true
	has 'was said when it was opened' "$stderr"
	run -125 --separate-stderr pab-exec --allow-write .git -- true
	run -2 --separate-stderr pab-exec -- sh -c 'kill -9 1; echo x >.bashrc'
	run -0 --separate-stderr pab-exec -j -- true
	json '.[0].enforced.files == "namespaces"'
	mkdir .aws && echo one >.aws/c
	run -1 --separate-stderr pab-exec -- cat .aws/c
	mv .aws old && mkdir .aws && echo two >.aws/c
	run -1 --separate-stderr pab-exec -- cat .aws/c
	PAB_BACKEND='' run -0 --separate-stderr pab-session close k
}

@test "a limit of processes that root would be free of is refused in a kept place" {
	need_root
	PAB_BACKEND='' run -0 --separate-stderr pab-session open k --on sandbox --workspace "$W" --spec
	PAB_BACKEND=session:k
	run -125 --separate-stderr pab-exec --procs 12 -- touch f
	has 'unsupported: --procs cannot be held here' "$stderr"
	[ ! -e f ]
	PAB_BACKEND='' run -0 --separate-stderr pab-session close k
}

@test "it is a route of a tree" {
	mkdir a b
	run -0 --separate-stderr pab-exec -B "composite:/=sandbox:$W/a,/b=local:$W/b" -j -- sh -c 'echo x >f'
	json '.[0].confined == true'
	[ -e a/f ]
	run -0 --separate-stderr pab-exec -B "composite:/=sandbox:$W/a,/b=local:$W/b" -C b -j -- true
	json '.[0].confined == false'
}
