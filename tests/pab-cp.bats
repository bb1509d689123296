#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load state
load user

# project: a tree with all that a copy keeps.
project() {
	mkdir -p p/src/deep p/empty
	printf 'one\ntwo\n' >p/src/a.c
	printf '\x00\xff' >p/src/deep/bin
	: >p/zero
	ln -s ../src/a.c p/empty/rel
	ln -s /nonexistent p/dangling
	chmod 4750 p/src/a.c
	chmod 600 p/zero
	touch -d '2001-02-03T04:05:06.123456789Z' p/src/a.c
	touch -hd '2002-02-03T04:05:06.5Z' p/dangling p/empty/rel
	touch -d '2003-01-01T00:00:00Z' p/src/deep
	chmod 555 p/src/deep
	touch -d '2004-01-01T00:00:00.25Z' p/src p/empty p
	chmod 711 p
}

@test "a file, without overwriting; -f replaces" {
	printf 12345 >a
	chmod 640 a
	touch -d '2001-02-03T04:05:06.123456789Z' a
	run -0 --separate-stderr pab-cp a b
	same 'copied a -> b: 5 bytes'
	says ''
	cmp a b
	[ "$(stat -c '%a %y' b)" = "$(stat -c '%a %y' a)" ]
	echo other >a
	run -4 --separate-stderr pab-cp a b
	says 'pab-cp: b: already exists; -f replaces it'
	[ "$(cat b)" = 12345 ]
	run -0 --separate-stderr pab-cp -fq a b
	same ''
	cmp a b
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "into a directory, also by a link to one; several sources; parents are made" {
	mkdir d
	touch a b
	ln -s d l
	run -0 --separate-stderr pab-cp a b d
	same $'copied a -> d/a: 0 bytes\ncopied b -> d/b: 0 bytes'
	run -0 --separate-stderr pab-cp -f a l/
	same 'copied a -> l/a: 0 bytes'
	[ -L l ]
	run -0 --separate-stderr pab-cp a x/y/z
	[ -f x/y/z ]
	run -2 --separate-stderr pab-cp a b new
	[ ! -e new ]
	run -3 --separate-stderr pab-cp a new/
	says 'pab-cp: new/: no such directory; pab-mkdir makes it'
	run -2 --separate-stderr pab-cp -r . d
	has 'has no name to be given in d' "$stderr"
	run -0 --separate-stderr pab-cp -r d new/
	[ -f new/a ]
}

@test "several, some failing: the others are done, the worst status counts" {
	mkdir d d/b sub
	touch a b c
	run -3 --separate-stderr pab-cp -f a nothere b sub c d
	same $'copied a -> d/a: 0 bytes\ncopied c -> d/c: 0 bytes'
	has 'nothere: no such file' "$stderr"
	has 'd/b: is a directory, which no file replaces' "$stderr"
	has 'sub: is a directory; -r copies it' "$stderr"
	[ -d d/b ]
}

@test "with -f, no source replaces one before it" {
	mkdir x y d
	echo x >x/f
	echo y >y/f
	run -4 --separate-stderr pab-cp -f x/f y/f d
	same 'copied x/f -> d/f: 2 bytes'
	has 'an operand before it has this name' "$stderr"
	[ "$(cat d/f)" = x ]
	run -3 --separate-stderr pab-cp -f nothere/f y/f d
	[ "$(cat d/f)" = y ]
}

@test "a tree: modes, times, links, empty directories, attributes" {
	project
	setfattr -n user.note -v yes p/src/a.c 2>/dev/null || echo 'no user attributes here' >&3
	run -3 --separate-stderr pab-cp p q
	says 'pab-cp: p: is a directory; -r copies it'
	[ ! -e q ]
	run -0 --separate-stderr pab-cp -r p q
	same 'copied p -> q: 5 files, 10 bytes'
	says ''
	facts p >want
	facts q >got
	diff want got
	run -4 --separate-stderr pab-cp -rf p/src q
	says 'pab-cp: q/src: already exists'
}

@test "into state and back: the same tree" {
	project
	rm p/src/deep/bin
	facts p >want
	run -0 --separate-stderr pab-cp -r --to "state:$(tree)" p /in/p
	same 'copied p -> /in/p: 4 files, 8 bytes'
	[ "$(usage)" = "$(counted)" ]
	run -0 --separate-stderr pab-cp -r --from "state:$(tree)" /in/p back
	facts back >got
	diff want got
	run -0 --separate-stderr pab-cp -r --from "state:$(tree)" --to "state:$(tree 2)" in x
	run -0 --separate-stderr pab-cp -r --from "state:$(tree 2)" / all
	facts all/x/p >got
	diff want got
}

@test "between the routes of a composite, mount points crossed" {
	mkdir -p l/proj m
	echo 1 >l/proj/a
	echo 2 >m/b
	printf '{"routes": {"/": "local:%s/l", "/proj/mem": "local:%s/m", "/s": "state:%s",
		"/ro": {"backend": "local:%s/m", "ro": true}}}' "$W" "$W" "$(tree)" "$W" >c.json
	export PAB_BACKEND=@$W/c.json
	run -0 --separate-stderr pab-cp -r /proj /s/copy
	same 'copied /proj -> /s/copy: 2 files, 4 bytes'
	[ "$(cat "$(tree_dir)/tree/copy/mem/b")" = 2 ]
	run -2 --separate-stderr pab-cp -r /proj /proj/mem/x
	has 'into itself' "$stderr"
	run -5 --separate-stderr pab-cp /proj/a /ro/x
	has 'read-only' "$stderr"
	run -0 --separate-stderr pab-cp /ro/b /x
	[ "$(ls m)" = b ]
	run -4 --separate-stderr pab-cp -f /ro/b /proj/mem/b
	says 'pab-cp: /proj/mem/b: is the source itself'
	run -0 --separate-stderr pab-cp --to "local:$W/m" /x .
	[ "$(cat m/x)" = 2 ]
}

@test "onto itself, by whatever name: refused, nothing lost" {
	echo a >a
	ln a hard
	ln -s a soft
	mkdir d
	for args in 'a a' 'a ./d/../a' 'a hard' 'hard a' 'soft a' 'a soft' 'soft soft'; do
		# shellcheck disable=SC2086 # two words
		run -4 --separate-stderr pab-cp -f $args
		has 'is the source itself' "$stderr"
		same ''
		[ "$(cat a hard soft)" = $'a\na\na' ] && [ -L soft ]
	done
	run -4 --separate-stderr pab-cp -f --to "local:$W" a "$W/hard"
	has 'is the source itself' "$stderr"
	ln -s a soft2
	run -0 --separate-stderr pab-cp -f soft soft2
	[ "$(readlink soft2)" = a ]
}

@test "a directory into itself or below: refused, nothing made" {
	mkdir -p d/e
	ln -s d l
	for to in d d/new d/e d/e/new/x l/new "$W/d/x"; do
		run -2 --separate-stderr pab-cp -r d "$to"
		has 'cannot be copied into itself' "$stderr"
	done
	[ "$(find d | sort | tr '\n' ' ')" = 'd d/e ' ]
	run -0 --separate-stderr pab-cp -r d/e dx
	run -0 --separate-stderr pab-cp -r d d2
}

@test "links are copied as links; a link that is in the way is replaced, not followed" {
	mkdir d
	echo f >f
	ln -s f l
	ln -s d ld
	ln -s nowhere dangling
	run -0 --separate-stderr pab-cp l ld/ dangling -r d
	same $'copied l -> d/l\ncopied ld -> d/ld\ncopied dangling -> d/dangling'
	[ "$(readlink d/l d/ld d/dangling)" = $'f\nd\nnowhere' ]
	run -4 --separate-stderr pab-cp f dangling
	run -0 --separate-stderr pab-cp -f f dangling
	[ ! -L dangling ] && [ ! -e nowhere ]
	ln -s /etc/passwd out
	run -0 --separate-stderr pab-cp -B local out out2
	[ "$(readlink out2)" = /etc/passwd ]
}

@test "FIFO, socket, device: refused at once, before anything is made" {
	mkdir -p d/e
	echo 1 >d/a
	mkfifo d/e/p
	run -3 --separate-stderr timeout 10 pab-cp -r d x/y/d2
	says 'pab-cp: d/e/p: is a FIFO, which cannot be copied'
	run -3 --separate-stderr timeout 10 pab-cp d/e/p x/p
	[ ! -e x ]
	run -3 --separate-stderr timeout 10 pab-cp /dev/null x/n
	has 'is a device' "$stderr"
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("d/e/s")'
	rm d/e/p
	run -3 --separate-stderr timeout 10 pab-cp -r d d2
	says 'pab-cp: d/e/s: is a socket, which cannot be copied'
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "holes stay holes, several names become several files" {
	truncate -s 300M sparse
	printf x | dd of=sparse bs=1 seek=200M conv=notrunc status=none
	run -0 --separate-stderr pab-cp sparse b
	cmp sparse b
	[ "$(stat -c %b b)" -lt 1000 ]
	run -0 --separate-stderr pab-cp sparse big
	mkdir h
	echo 1 >h/a
	ln h/a h/b
	run -0 --separate-stderr pab-cp -r h i
	same 'copied h -> i: 2 files, 4 bytes'
	cmp i/a i/b
	[ "$(stat -c %h i/a)" = 1 ]
}

@test "over the quota: too_large, nothing left, the old file whole" {
	head -c 700 /dev/zero >a
	mkdir d
	head -c 300 /dev/zero >d/x
	head -c 300 /dev/zero >d/y
	head -c 500 /dev/zero >d/z
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 1000 --files 5
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-cp --from local a /
	run -3 --separate-stderr pab-cp --from local a /new/b
	has 'the in-memory tree is full: 700 of 1000 bytes, 1 of 5 files' "$stderr"
	run -3 --separate-stderr pab-cp -r --from local d /
	has 'is full' "$stderr"
	head -c 1001 /dev/zero >big
	run -3 --separate-stderr pab-cp -f --from local big a
	run -3 --separate-stderr pab-write other <big
	run -3 --separate-stderr pab-write a <big
	run -3 --separate-stderr pab-write --append a <a
	run -3 --separate-stderr pab-cp -r --from local --to "state:$(tree)" "$W" /w
	[ "$(ls -A "$(tree_dir)/tree")" = a ]
	cmp a "$(tree_dir)/tree/a"
	[ "$(usage)" = '700 1' ]
	# What is replaced makes room.
	head -c 1000 /dev/zero >big
	run -0 --separate-stderr pab-cp -f --from local big a
	[ "$(usage)" = '1000 1' ]
}

@test "over the quota of files" {
	run -0 --separate-stderr pab-state quota "$(tree)" --files 3
	mkdir d
	touch d/{1..4}
	run -3 --separate-stderr pab-cp -r --to "state:$(tree)" d /
	run -0 --separate-stderr pab-rm d/4
	run -0 --separate-stderr pab-cp -r --to "state:$(tree)" d /
	run -3 --separate-stderr pab-cp --to "state:$(tree)" d/1 /x
	[ "$(usage)" = '0 3' ]
	run -0 --separate-stderr pab-mv -B "state:$(tree)" d/1 /x
}

@test "several writers at once do not overrun a quota" {
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 100k
	export PAB_BACKEND=state:$(tree)
	mkdir d
	for i in {1..9}; do
		head -c 3000 /dev/zero >d/$i
	done
	head -c 20k /dev/zero >big
	for i in {1..12}; do
		pab-cp -qr --from local d /d$i 2>/dev/null &
		pab-write -q w$i <big 2>/dev/null &
		pab-write -q same <big 2>/dev/null &
		pab-rm -qr d$((i - 1)) 2>/dev/null &
	done
	wait
	[ "$(usage)" = "$(counted)" ]
	[ "$(usage | cut -d ' ' -f 1)" -le 102400 ]
	[ "$(usage | cut -d ' ' -f 1)" -gt 40000 ]
}

@test "2,500 levels: more than a path holds, with 40 descriptors" {
	python3 - <<-'PY'
	import os
	os.mkdir("top")
	os.chdir("top")
	for i in range(2500):
	    open("f", "w").write("x")
	    os.mkdir("dd")
	    os.chdir("dd")
	PY
	ulimit -n 40
	ulimit -s 1024
	run -0 --separate-stderr pab-cp -r --to "state:$(tree)" top /
	same 'copied top -> /top: 2500 files, 2,500 bytes'
	[ "$(usage)" = '2500 2500' ]
	run -0 --separate-stderr pab-cp -r --from "state:$(tree)" top back
	run -0 --separate-stderr pab-rm -r top back
	run -0 --separate-stderr pab-state rm "$(tree)"
}

@test "a copy while the name is written: neither takes the other's temporary file" {
	head -c 3M /dev/urandom >big
	echo small >small
	for i in {1..20}; do
		pab-cp -qf big f &
		pab-write -q f <small &
		wait
		cmp -s f big || cmp -s f small
	done
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "killed at every system call: the name is there whole or not at all" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	mkdir -p p/d
	echo 1 >p/a
	echo 2 >p/d/b
	ln -s a p/l
	echo old >q
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		rm -rf t
		"$BUILD/killat" -s $n pab-cp -qr p t && rc=0 || rc=$?
		[ ! -e t ] || [ "$(cd t && find . | sort | tr '\n' ' ')" = '. ./a ./d ./d/b ./l ' ]
		[ -z "$(ls -A | grep -vE '^(\.pab-.*|p|q|t)$')" ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ "$n" -gt 100 ]
	[ -z "$(compgen -G '.pab-*')" ]
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		echo old >q
		"$BUILD/killat" -s $n pab-cp -qf p/a q && rc=0 || rc=$?
		[ "$(cat q)" = old ] || [ "$(cat q)" = 1 ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "another user's: readable is copied, owner and set-id bits are not" {
	need_root
	mkdir d
	chmod 777 .
	echo 1 >d/a
	chmod 4755 d/a
	run -0 --separate-stderr as_user pab-cp -r d e
	[ "$(stat -c '%u %a' e/a)" = '65534 755' ]
	chmod 600 d/a
	run -7 --separate-stderr as_user pab-cp -r d f
	has 'd/a: permission denied' "$stderr"
	[ ! -e f ]
	[ -z "$(compgen -G '.pab-*')" ]
}

@test "modes that lock the owner out are copied as well" {
	need_root
	mkdir -p d/e
	touch d/e/f
	chmod 555 d/e d
	chown -R 65534 d
	chmod 777 .
	run -0 --separate-stderr as_user pab-cp -r d x
	[ "$(stat -c %a x x/e | tr '\n' ' ')" = '555 555 ' ]
}

@test "names and records" {
	touch 'a b' $'c\nd' $'\xff' -- -e
	mkdir x
	run -0 --separate-stderr pab-cp -- 'a b' $'c\nd' $'\xff' -e x
	has "copied \$'c\\nd' -> \$'x/c\\nd'" "$output"
	[ "$(find x -mindepth 1 -print0 | tr -dc '\0' | wc -c)" = 4 ]
	run -0 --separate-stderr pab-cp -j $'\xff' y
	json '.[0] == {type: "write", path: "y", action: "copy", from_b64: "/w==", size: 0,
		files: 1}'
	json '.[1].type == "summary" and .[1].status == 0'
	run -4 --separate-stderr pab-cp -j 'a b' y
	json '.[0].code == "exists" and .[1].status == 4'
}

@test "outside the root: status 5, nothing made" {
	echo 1 >../out
	mkdir d
	ln -s "$BATS_TEST_TMPDIR" d/up
	run -5 --separate-stderr pab-cp -B local:d --to "local:$W" "$W/../out" x
	run -5 --separate-stderr pab-cp -B local:d "$W/d/up/out" "$W/d/x"
	echo 2 >d/f
	run -5 --separate-stderr pab-cp -B local:d "$W/d/f" "$W/d/up/new"
	run -5 --separate-stderr pab-cp -B local:d "$W/d/f" ../new
	[ ! -e ../new ] && [ ! -e x ]
}

@test "PAB_CWD counts for the backend alone, not for --from and --to" {
	echo 1 >a
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-mkdir /deep
	export PAB_CWD=/deep
	run -0 --separate-stderr pab-cp --from "local:$W" a b
	[ -f "$(tree_dir)/tree/deep/b" ]
	run -0 --separate-stderr pab-cp --to "state:$(tree 2)" b c
	[ -f "$(tree_dir 2)/tree/c" ]
}

@test "usage: status 2" {
	touch a
	run -2 --separate-stderr pab-cp
	run -2 --separate-stderr pab-cp a
	run -2 --separate-stderr pab-cp --to nosuch: a b
	run -2 --separate-stderr pab-cp --fsync maybe a b
	PAB_FSYNC=maybe run -2 --separate-stderr pab-cp a b
	run -0 --separate-stderr pab-cp -p --fsync off a b
	run -7 --separate-stderr sh -c 'pab-cp a c >/dev/full'
	[ -e c ]
}

# far ID DIR: a session there.
far() {
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	pab-session -q open "$1" --on local --workspace "$2" >/dev/null
}

@test "to a far end, from one, between two: files, trees, links, modes, times" {
	project
	mkdir here there
	far "cp-a-$$" here
	far "cp-b-$$" there
	run -0 --separate-stderr pab-cp -r --to "session:cp-a-$$" p /x/q
	same 'copied p -> /x/q: 5 files, 10 bytes'
	says ''
	run -0 --separate-stderr pab-cp -r --from "session:cp-a-$$" --to "session:cp-b-$$" /x/q /
	run -0 --separate-stderr pab-cp -r --from "session:cp-b-$$" /q back
	chmod 750 p/src/a.c # no file brings a set-user-ID bit with it
	run -0 diff <(cd p && find . -printf '%p %y %m %l %Ts\n' | grep -v '^. d' | sort) \
		<(cd back && find . -printf '%p %y %m %l %Ts\n' | grep -v '^. d' | sort)
	run -0 diff -r --no-dereference p back
	# The rules of pab-cp hold.
	run -4 --separate-stderr pab-cp --to "session:cp-a-$$" p/zero /x/q/zero
	says 'pab-cp: /x/q/zero: already exists; -f replaces it'
	run -0 --separate-stderr pab-cp -f --to "session:cp-a-$$" p/src/a.c /x/q/zero
	cmp p/src/a.c here/x/q/zero
	run -3 --separate-stderr pab-cp --from "session:cp-a-$$" /x/q r
	says 'pab-cp: /x/q: is a directory; -r copies it'
	run -3 --separate-stderr pab-cp -f --from "session:cp-a-$$" /x/nope /x/q/zero back
	has '/x/nope: no such file' "$stderr"
	cmp p/src/a.c back/zero
	run -5 --separate-stderr pab-cp --from "session:cp-a-$$" /../p/zero back
	PAB_RULES=readonly run -5 --separate-stderr pab-cp --to "session:cp-a-$$" p/zero /denied
	[ ! -e here/denied ]
	# Where the request says, and not the far end, is nowhere.
	PAB_BACKEND=session:cp-a-$$ run -0 --separate-stderr pab-cp --to "local:$PWD" /x/q/zero out
	cmp out p/src/a.c
	# Between the routes of one tree.
	export PAB_BACKEND=composite:/=local:p,/s=session:cp-a-$$
	run -0 --separate-stderr pab-cp -r s/x/q src/in
	cmp p/src/in/src/a.c back/src/a.c
	run -0 --separate-stderr pab-cp -j src/a.c s/j
	json 'length == 2 and .[0].path == "s/j" and .[0].from == "a.c" and .[1].status == 0'
	unset PAB_BACKEND
	[ -z "$(ls -A "$PAB_HOME/staging" "$PAB_HOME"/places/*/home/staging 2>/dev/null | grep -v :)" ]
	pab-session -q close "cp-a-$$"
	pab-session -q close "cp-b-$$"
}

@test "a stream of files that lies: nothing is made, nothing outside is touched" {
	mkdir d
	u() { printf "$1" | pab-cp --unpack -- d; }
	for stream in '' 'x' 'f 644 0 0 3 1\na' 'f 644 0 0 1 4\n../xA0000000000000000end\n' \
		'f 644 0 0 0 2\n/x0000000000000000end\n' 'f 644 0 0 1 1\naA0000000000000000end\n' \
		'd 755 0 0 0 1\nad 755 0 0 0 4\na/..end\n' 'f 644 0 0 -1 1\naend\n' \
		'l 777 0 0 99999 1\na' 'f 644 0 0 0 0\nend\n' 'd 755 0 0 0 3\na/bend\n' \
		'f 644 0 9999999999 0 1\na0000000000000000end\n' \
		'l 777 0 0 2 1\na..f 644 0 0 0 3\na/b0000000000000000end\n'; do
		run --separate-stderr u "$stream"
		[ "$status" = 2 ] || [ "$status" = 7 ] || [ "$status" = 3 ]
		same ''
		[ -n "$stderr" ]
	done
	[ -z "$(ls -A d)" ]
	[ "$(ls -A)" = d ]
}
