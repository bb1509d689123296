#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load state
load user

# project: a tree with all that a move keeps.
project() {
	mkdir -p p/src p/empty
	printf 'one\ntwo\n' >p/src/a.c
	printf '\x00\xff' >p/bin
	ln -s ../src/a.c p/empty/rel
	chmod 4750 p/src/a.c
	setfattr -n user.note -v yes p/src/a.c 2>/dev/null || :
	touch -d '2001-02-03T04:05:06.123456789Z' p/src/a.c
	touch -hd '2002-02-03T04:05:06.5Z' p/empty/rel
	touch -d '2004-01-01T00:00:00.25Z' p/src p/empty p
	chmod 711 p
}

@test "rename, without overwriting; -f replaces; parents are made" {
	printf 12345 >a
	echo b >b
	run -4 --separate-stderr pab-mv a b
	says 'pab-mv: b: already exists; -f replaces it'
	[ -e a ] && [ "$(cat b)" = b ]
	inode=$(stat -c %i a)
	run -0 --separate-stderr pab-mv -f a b
	same 'moved a -> b: 5 bytes'
	[ ! -e a ] && [ "$(stat -c %i b)" = "$inode" ]
	run -0 --separate-stderr pab-mv -q b x/y/c
	same ''
	[ "$(cat x/y/c)" = 12345 ]
	run -0 --separate-stderr pab-mv x z
	same 'moved x -> z: 1 file, 5 bytes'
}

@test "into a directory; several; some failing" {
	mkdir d d/sub sub
	touch a b
	run -3 --separate-stderr pab-mv a nothere b sub d
	same $'moved a -> d/a: 0 bytes\nmoved b -> d/b: 0 bytes'
	has 'nothere: no such file' "$stderr"
	has 'd/sub: already exists' "$stderr"
	[ -d sub ]
}

@test "several, the worst status counts; with -f no source replaces one before it" {
	mkdir x y d
	echo x >x/f
	echo y >y/f
	run -3 --separate-stderr pab-mv -f x/f nothere y/f d
	has 'an operand before it has this name' "$stderr"
	[ "$(cat d/f y/f)" = $'x\ny' ]
}

@test "-f replaces files, never a directory, be it empty" {
	mkdir a b c
	touch f c/f
	run -4 --separate-stderr pab-mv -f a f
	says 'pab-mv: f: already exists'
	mkdir b/a
	run -4 --separate-stderr pab-mv -f a b
	says 'pab-mv: b/a: already exists'
	mkdir b/f
	run -3 --separate-stderr pab-mv -f f b
	says 'pab-mv: b/f: is a directory, which no file replaces'
	[ -d a ] && [ -f f ] && [ -d b/f ] && [ -d b/a ]
}

@test "onto itself, by whatever name: refused, nothing lost" {
	echo a >a
	ln a hard
	ln -s a soft
	for args in 'a a' 'a ./a' 'a hard' 'hard a' 'soft a' 'a soft' 'soft soft'; do
		# shellcheck disable=SC2086 # two words
		run -4 --separate-stderr pab-mv -f $args
		has 'is the source itself' "$stderr"
		[ "$(cat a hard soft)" = $'a\na\na' ] && [ -L soft ]
	done
	run -4 --separate-stderr pab-mv -f --to "local:$W" a "$W/hard"
	[ "$(cat a hard soft)" = $'a\na\na' ]
}

@test "a directory below itself: refused, nothing made" {
	mkdir -p d/e
	ln -s d l
	for to in d d/new d/e d/e/new/x l/new "$W/d/x"; do
		run -2 --separate-stderr pab-mv d "$to"
		has 'cannot be moved into itself' "$stderr"
	done
	run -2 --separate-stderr pab-mv --to "local:$W" d "$W/d/e/x"
	[ "$(find d | sort | tr '\n' ' ')" = 'd d/e ' ]
}

@test "links are moved, not what they lead to" {
	mkdir d e
	touch d/f
	ln -s d l
	ln -s nowhere dangling
	run -0 --separate-stderr pab-mv l/ dangling e
	[ "$(readlink e/l e/dangling)" = $'d\nnowhere' ]
	[ -e d/f ]
	touch f
	run -0 --separate-stderr pab-mv -f f e/dangling
	[ ! -L e/dangling ] && [ ! -e nowhere ]
}

@test "to state and back: the same tree, the source gone" {
	project
	facts p >want
	run -0 --separate-stderr pab-mv --to "state:$(tree)" p /in/p
	same 'moved p -> /in/p: 3 files, 10 bytes'
	[ ! -e p ]
	[ "$(usage)" = "$(counted)" ]
	run -0 --separate-stderr pab-mv --from "state:$(tree)" --to "state:$(tree 2)" in /
	[ "$(usage)" = '0 0' ]
	[ "$(usage 2)" = "$(counted 2)" ]
	run -0 --separate-stderr pab-mv --from "state:$(tree 2)" /in/p back
	facts back >got
	diff want got
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "between the routes of a composite; mount points and read-only sources stay" {
	mkdir -p l/proj m
	echo 1 >l/proj/a
	echo 2 >m/b
	printf '{"routes": {"/": "local:%s/l", "/proj/mem": "local:%s/m", "/s": "state:%s",
		"/ro": {"backend": "local:%s/m", "ro": true}}}' "$W" "$W" "$(tree)" "$W" >c.json
	export PAB_BACKEND=@$W/c.json
	run -0 --separate-stderr pab-mv /proj/a /s/x/a
	[ "$(cat "$(tree_dir)/tree/x/a")" = 1 ]
	[ ! -e l/proj/a ]
	run -7 --separate-stderr pab-mv /proj /s/p
	has 'mount point' "$stderr"
	run -5 --separate-stderr pab-mv /ro/b /x
	has 'read-only' "$stderr"
	run -5 --separate-stderr pab-mv /s/x /ro/x
	[ "$(ls m)" = b ] && [ ! -e l/x ]
	run -0 --separate-stderr pab-mv /s/x/a /proj/mem/b2
	[ "$(cat m/b2)" = 1 ]
	[ "$(usage)" = '0 0' ]
}

@test "within state: the usage follows what is replaced" {
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-write a <<<1234
	run -0 --separate-stderr pab-write b <<<1
	[ "$(usage)" = '7 2' ]
	run -0 --separate-stderr pab-mv -f a b
	[ "$(usage)" = '5 1' ]
	[ "$(usage)" = "$(counted)" ]
}

@test "FIFO and device: moved within a file system, refused across, nothing made" {
	mkdir d
	mkfifo d/p
	run -3 --separate-stderr timeout 10 pab-mv --to "state:$(tree)" d /
	has 'd/p: is a FIFO' "$stderr"
	[ -p d/p ]
	[ -z "$(ls -A "$(tree_dir)/tree")" ]
	run -0 --separate-stderr timeout 10 pab-mv d e
	[ -p e/p ]
}

@test "over the quota: too_large, the source whole, nothing left" {
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 10
	mkdir d
	printf 123456 >d/a
	printf 123456 >d/b
	run -3 --separate-stderr pab-mv --to "state:$(tree)" d /x/y
	has 'is full' "$stderr"
	[ "$(cat d/a d/b)" = 123456123456 ]
	[ -z "$(ls -A "$(tree_dir)/tree")" ]
	run -0 --separate-stderr pab-mv --to "state:$(tree)" d/a /
	run -3 --separate-stderr pab-mv --to "state:$(tree)" d/b /
	[ "$(ls d)" = b ]
}

@test "a writer holds the file: the move waits, then moves the new content" {
	head -c 1M /dev/urandom >new
	echo old >f
	exec 7<f
	flock 7
	pab-mv -q --to "state:$(tree)" f /g &
	sleep 0.3
	[ -e f ]
	cat new >f
	flock -u 7
	exec 7<&-
	wait $!
	[ ! -e f ]
	cmp new "$(tree_dir)/tree/g"
}

@test "many writers while a file moves to and fro: no content is lost" {
	export PAB_FSYNC=off
	echo 0 >f
	for i in {1..15}; do
		{ pab-mv -qf --to "state:$(tree)" f /f || :; } 2>/dev/null &
		{ pab-mv -qf --from "state:$(tree)" /f f || :; } 2>/dev/null &
		wait
		[ "$(cat f "$(tree_dir)/tree/f" 2>/dev/null)" = 0 ] ||
			[ "$(cat f "$(tree_dir)/tree/f" 2>/dev/null)" = $'0\n0' ]
	done
}

# both_whole: the tree stands at one end at least, whole, and nothing else is to be seen.
both_whole() {
	local want='. ./a ./d ./d/b ./l ' there here
	here=$(cd p 2>/dev/null && find . | sort | tr '\n' ' ')
	there=$(cd "$(tree_dir)/tree/p" 2>/dev/null && find . | sort | tr '\n' ' ')
	[ "$here" = "$want" ] || [ "$there" = "$want" ] || return 1
	[ -z "$here" ] || [ "$here" = "$want" ] || return 1
	[ -z "$there" ] || [ "$there" = "$want" ] || return 1
	[ -z "$there" ] || [ "$(cat "$(tree_dir)/tree/p/a" "$(tree_dir)/tree/p/d/b")" = $'1\n2' ]
}

@test "killed at every system call between two places: whole at one end, always" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	run -0 --separate-stderr pab-mkdir -B "state:$(tree)" /
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		rm -rf p "$(tree_dir)/tree/p"
		mkdir -p p/d
		echo 1 >p/a
		echo 2 >p/d/b
		ln -s a p/l
		"$BUILD/killat" -s $n pab-mv -q --to "state:$(tree)" p / && rc=0 || rc=$?
		both_whole || { echo "killed at $n" >&2; return 1; }
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ "$n" -gt 150 ]
	[ ! -e p ]
	# The last one has swept what those before it left, at both ends.
	[ -z "$(compgen -G '.pab-*')" ]
	[ "$(ls -A "$(tree_dir)/tree")" = p ]
	run -0 --separate-stderr pab-state info "$(tree)"
	[ "$(usage)" = "$(counted)" ]
}

@test "killed at 300 random moments with a larger tree: the same" {
	mkdir src
	for i in {1..40}; do
		mkdir -p src/d$((i % 7))
		head -c $((i * 997)) /dev/urandom >src/d$((i % 7))/$i
	done
	(cd src && find . -type f -exec sha256sum {} + | sort) >want
	run -0 --separate-stderr pab-mkdir -B "state:$(tree)" /
	sums() { # DIR
		(cd "$1" 2>/dev/null && find . -type f -exec sha256sum {} + | sort)
	}
	cp -r src p
	us=$("$BUILD/killat" -m pab-mv -q --to "state:$(tree)" p /p)
	for ((n = 0; n < 300; n++)); do
		rm -rf p "$(tree_dir)/tree/p"
		cp -r src p
		"$BUILD/killat" -u $((RANDOM * us / 32768)) pab-mv -q --to "state:$(tree)" p / \
			>/dev/null || :
		for at in p "$(tree_dir)/tree/p"; do
			[ ! -e "$at" ] || [ "$(sums "$at")" = "$(cat want)" ]
		done
		[ -e p ] || [ -e "$(tree_dir)/tree/p" ]
	done
	rm -rf p "$(tree_dir)/tree/p"
	cp -r src p
	run -0 --separate-stderr pab-mv --to "state:$(tree)" p /
	[ -z "$(compgen -G '.pab-*')" ]
	[ "$(ls -A "$(tree_dir)/tree")" = p ]
	run -0 --separate-stderr pab-state info "$(tree)"
	[ "$(usage)" = "$(counted)" ]
}

@test "5,000 levels within a file system and to another, with 40 descriptors" {
	python3 - <<-'PY'
	import os
	os.mkdir("top")
	os.chdir("top")
	for i in range(5000):
	    os.mkdir("d")
	    os.chdir("d")
	open("f", "w").write("bottom")
	PY
	ulimit -n 40
	ulimit -s 1024
	run -0 --separate-stderr pab-mv top t
	same 'moved top -> t: 1 file, 6 bytes'
	run -0 --separate-stderr pab-mv --fsync off --to "state:$(tree)" t /
	same 'moved t -> /t: 1 file, 6 bytes'
	[ ! -e t ]
}

@test "what cannot be removed after the copy: both are kept, and it is said" {
	need_root
	mkdir d out
	echo 1 >d/f
	chmod 755 d
	chmod 777 out
	run -7 --separate-stderr as_user pab-mv --to "local:$W/out" d/f "$W/out/f"
	has "it was copied to $W/out/f and could not be removed here" "$stderr"
	cmp d/f out/f
	run -7 --separate-stderr as_user pab-mv d/f out/g
	[ -e d/f ] && [ ! -e out/g ]
}

@test "names, records, usage" {
	touch 'a b' $'\xff' c
	run -0 --separate-stderr pab-mv -j 'a b' $'\xff' -f
	json '.[0] == {type: "write", path_b64: "/w==", action: "move", from: "a b", size: 0,
		files: 1}'
	run -4 --separate-stderr pab-mv -j c $'\xff'
	json '.[0].code == "exists" and .[1].status == 4'
	run -2 --separate-stderr pab-mv
	run -2 --separate-stderr pab-mv c
	run -2 --separate-stderr pab-mv --to nosuch: c d
	run -3 --separate-stderr pab-mv nothere c
	run -5 --separate-stderr pab-mv -B local c ../c
	[ -e c ] && [ ! -e ../c ]
	run -7 --separate-stderr sh -c 'pab-mv c d >/dev/full'
	[ -e d ]
}

@test "what comes into a tree while it is moved is never lost" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	mkdir there
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		rm -rf p there/p extra
		mkdir -p p/d
		echo 1 >p/a
		echo 2 >p/d/b
		echo new >extra
		"$BUILD/killat" -r $n extra p/d/extra pab-mv -q --to "local:$W/there" p \
			"$W/there" >/dev/null 2>&1 && rc=0 || rc=$?
		# Where the directory has no name just now, the move goes on by itself.
		[ $rc != 2 ] || sleep 0.3
		[ -e extra ] || [ -e p/d/extra ] || [ -e there/p/d/extra ] || {
			echo "lost at $n" >&2
			return 1
		}
		[ "$(cat p/a 2>/dev/null || cat there/p/a)" = 1 ]
		[ $rc != 1 ] || break
	done
	[ $rc = 1 ]
	[ "$n" -gt 100 ]
}
