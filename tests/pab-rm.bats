#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load state
load user

@test "files and links are removed, a line each" {
	printf 12345 >a
	echo x >'b c'
	run -0 --separate-stderr pab-rm a 'b c'
	same $'removed a\nremoved b c'
	says ''
	[ -z "$(ls -A)" ]
	touch a
	run -0 --separate-stderr pab-rm -q a
	same ''
}

@test "a directory takes -r, and goes with all that is in it" {
	mkdir -p d/e/.hidden d/empty
	printf 123 >d/e/.hidden/f
	ln -s nowhere d/l
	run -3 --separate-stderr pab-rm d
	same ''
	says 'pab-rm: d: is a directory; -r removes it'
	[ -e d/e/.hidden/f ]
	run -0 --separate-stderr pab-rm -r d
	same 'removed d: 2 files, 3 bytes'
	[ ! -e d ]
	mkdir d
	run -0 --separate-stderr pab-rm -R d/
	same 'removed d: 0 files, 0 bytes'
}

@test "several: what can be is removed, the worst status counts" {
	touch a b
	mkdir d
	run -3 --separate-stderr pab-rm a nothere d b
	same $'removed a\nremoved b'
	says $'pab-rm: nothere: no such file\npab-rm: d: is a directory; -r removes it'
	[ "$(ls)" = d ]
}

@test "-f: what is not there is no error, all else is" {
	touch a
	mkdir d
	run -0 --separate-stderr pab-rm -f nothere a/below
	same ''
	says ''
	run -3 --separate-stderr pab-rm -f nothere d a
	same 'removed a'
	says 'pab-rm: d: is a directory; -r removes it'
	run -5 --separate-stderr pab-rm -B local -f ../nothere
	has 'outside the root' "$stderr"
	run -2 --separate-stderr pab-rm -f
	has 'nothing to work on' "$stderr"
}

@test "links are removed, what they lead to is not" {
	mkdir d
	touch d/f f
	ln -s d ld
	ln -s f lf
	ln -s nowhere dangling
	run -0 --separate-stderr pab-rm -r ld/ lf dangling
	same $'removed ld\nremoved lf\nremoved dangling'
	[ "$(ls)" = $'d\nf' ]
	mkdir t
	ln -s ../d t/l
	run -0 --separate-stderr pab-rm -r t
	[ -e d/f ]
}

@test "the root and paths that end in no name are refused" {
	mkdir -p d/e
	touch f
	for path in . d/. d/.. '' d/e/../..; do
		run -7 --separate-stderr pab-rm -rf "$path"
		has 'is the root, or a path that ends in no name' "$stderr"
		run -7 --separate-stderr pab-rm -B local -rf "$path"
		has 'is the root, or a path that ends in no name' "$stderr"
	done
	run -7 --separate-stderr pab-rm -rf /
	run -7 --separate-stderr pab-rm -rf ..
	run -5 --separate-stderr pab-rm -B local -rf ..
	run -7 --separate-stderr pab-rm -B local -r "$W"
	says "pab-rm: $W: is the root, or a path that ends in no name"
	[ -e f ] && [ -d d/e ]
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-mkdir d/e
	for path in / . '' d/..; do
		run -7 --separate-stderr pab-rm -rf "$path"
		has 'is the root, or a path that ends in no name' "$stderr"
	done
	run -5 --separate-stderr pab-rm -rf ..
	run -0 --separate-stderr pab-ls -R
	same $'- d/\n- d/e/'
}

@test "outside the root: status 5, and it is still there" {
	touch ../outside
	ln -s .. up
	run -5 --separate-stderr pab-rm -B local ../outside up/outside
	same ''
	[ -e ../outside ]
}

@test "mount points of a composite and read-only routes stay" {
	mkdir -p a b/sub
	touch b/f
	printf '{"routes": {"/": "local:%s/a", "/x/m": "local:%s/b", "/ro": {"backend":
		"local:%s/b", "ro": true}}}' "$W" "$W" "$W" >c.json
	mkdir -p a/x
	export PAB_BACKEND=@$W/c.json
	run -7 --separate-stderr pab-rm -r /x/m
	says 'pab-rm: /x/m: is, or holds, a mount point'
	run -7 --separate-stderr pab-rm -r /x
	run -5 --separate-stderr pab-rm /ro/f
	has 'read-only' "$stderr"
	run -0 --separate-stderr pab-rm -r /x/m/sub
	[ "$(ls b)" = f ]
}

@test "something mounted in a tree: nothing of it is removed" {
	need_root
	unshare -m true 2>/dev/null || skip 'no mount namespaces here: NOT TESTED'
	mkdir -p d/e/m other
	touch d/first other/kept
	run -7 --separate-stderr unshare -m sh -c \
		'mount --bind other d/e/m && pab-rm -r d'
	says 'pab-rm: d: something is mounted on it or in it'
	[ -e other/kept ] && [ -e d/first ]
	run -7 --separate-stderr unshare -m sh -c 'mount --bind other d && pab-rm -r d'
	[ -e other/kept ] && [ -e d/first ]
}

@test "5,000 levels, with 40 descriptors and a small stack" {
	python3 - <<-'PY'
	import os
	for i in range(5000):
	    open("f", "w").write("x")
	    os.mkdir("d")
	    os.chdir("d")
	PY
	mkdir top
	mv d f top
	ulimit -n 40
	ulimit -s 512
	run -0 --separate-stderr pab-rm -r top
	same 'removed top: 5000 files, 5,000 bytes'
	[ -z "$(ls -A)" ]
}

@test "what a kill left under a temporary name goes with the next removal of that name" {
	touch a "$(temp_of a 3)"
	mkdir -p "$(temp_of d)/x/y" "$(temp_of a 9)"
	run -0 --separate-stderr pab-rm a
	[ "$(ls -A)" = "$(temp_of d)" ]
	run -3 --separate-stderr pab-rm d
	[ -z "$(ls -A)" ]
}

@test "a temporary file that is in use is left alone" {
	touch a "$(temp_of a)"
	exec 7<"$(temp_of a)"
	flock 7
	run -0 --separate-stderr pab-rm a
	[ "$(ls -A)" = "$(temp_of a)" ]
}

@test "what may not be removed is still there under its name" {
	need_root
	mkdir -p d/locked d/open
	touch d/locked/f d/open/f
	chown -R 65534:65534 d
	chown root d/locked
	chmod 755 d/locked
	chmod 777 .
	run -7 --separate-stderr as_user pab-rm -r d
	has 'still there' "$stderr"
	[ -e d/locked/f ]
	[ ! -e d/open ]
	[ -z "$(find . -name '.pab-*')" ]
}

@test "killed at every system call: a tree is there whole or gone, then swept" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		mkdir -p d/e
		touch d/a d/e/b
		rm -rf .pab-*
		"$BUILD/killat" -s $n pab-rm -qr d && rc=0 || rc=$?
		[ ! -e d ] || [ "$(find d | sort | tr '\n' ' ')" = 'd d/a d/e d/e/b ' ]
		[ -e d ] && want=3 || want=0
		run "-$want" --separate-stderr pab-rm -fq d
		[ -z "$(ls -A | grep -v '^d$')" ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ "$n" -gt 30 ]
}

@test "a tree of state: usage is what is there" {
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-write d/a <<<'1234'
	run -0 --separate-stderr pab-write d/e/b <<<'12'
	run -0 --separate-stderr pab-write c <<<'1'
	[ "$(usage)" = '10 3' ]
	run -0 --separate-stderr pab-rm /d/a
	[ "$(usage)" = '5 2' ]
	run -0 --separate-stderr pab-rm -r d
	[ "$(usage)" = '2 1' ]
	[ "$(usage)" = "$(counted)" ]
}

@test "names: blank, newline, dash, at sign, not UTF-8, 255 bytes" {
	long=$(printf '%0255d' 0)
	touch -- 'a b' $'c\nd' -e @f $'\xff' "$long"
	run -0 --separate-stderr pab-rm -- 'a b' $'c\nd' -e @f $'\xff' "$long"
	has "removed \$'c\\nd'" "$output"
	has 'removed ./-e' "$output"
	[ -z "$(ls -A)" ]
	run -3 --separate-stderr pab-rm "$long$long"
	touch $'\xff'
	run -0 --separate-stderr pab-rm -j $'\xff'
	json '.[0] | .path_b64 == "/w==" and .action == "remove" and .files == 1'
}

@test "records: what was removed, and a summary" {
	mkdir d
	printf 1234 >d/a
	touch b
	run -3 --separate-stderr pab-rm -jr d b nothere
	says ''
	json 'length == 4'
	json '.[0] == {type: "write", path: "d", action: "remove", size: 4, files: 1}'
	json '.[1] == {type: "write", path: "b", action: "remove", size: 0, files: 1}'
	json '.[2].code == "not_found" and .[3].type == "summary" and .[3].status == 3'
}

@test "standard output full or closed: it is removed, and said to have failed" {
	touch a b
	run -7 --separate-stderr sh -c 'pab-rm a >/dev/full'
	has 'No space left' "$stderr"
	run -7 --separate-stderr sh -c 'pab-rm b >&-'
	[ -z "$(ls -A)" ]
}

@test "usage: status 2" {
	run -2 --separate-stderr pab-rm
	run -2 --separate-stderr pab-rm --nosuch a
	run -2 --separate-stderr pab-rm -B nosuch: a
}
