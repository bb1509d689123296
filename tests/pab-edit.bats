load helper
load user

# becomes FILE FORMAT: the file holds exactly what printf makes of FORMAT.
becomes() {
	printf "$2" | cmp - "$1" || {
		od -c "$1" >&2
		return 1
	}
}

# edits FORMAT WANT: the edit of "b" to "B" makes WANT of a file with FORMAT.
edits() {
	printf "$1" >m1
	run -0 --separate-stderr pab-edit --old b --new B m1
	becomes m1 "$2"
}

@test "one edit changes only what it was asked to change" {
	edits 'a\nb\nc\n' 'a\nB\nc\n'
	edits 'a\r\nb\r\nc\r\n' 'a\r\nB\r\nc\r\n'
	edits 'a\r\nb\nc\r\n' 'a\r\nB\nc\r\n'
	edits 'a\rx\nb\nc\n' 'a\rx\nB\nc\n'
	edits '\ta\t\n\tb\t\n \tc\n' '\ta\t\n\tB\t\n \tc\n'
	edits 'a  \nb \nc\t \n' 'a  \nB \nc\t \n'
	edits 'a\0x\nb\n\0' 'a\0x\nB\n\0'
	edits 'caf\xe9\nb\n\xff\xfe\n' 'caf\xe9\nB\n\xff\xfe\n'
	edits '\xef\xbb\xbfa\nb\n' '\xef\xbb\xbfa\nB\n'
	edits 'a\nb' 'a\nB'
	edits 'b' 'B'
	edits 'a\f\nb\v\n' 'a\f\nB\v\n'
	edits 'a\xe2\x80\xa8x\nb\xc2\x85\n' 'a\xe2\x80\xa8x\nB\xc2\x85\n'
	edits '\xe2\x80\x9ca\xe2\x80\x9d\xc2\xa0 \nb\n' '\xe2\x80\x9ca\xe2\x80\x9d\xc2\xa0 \nB\n'
	edits '\n\n\nb\n\n\n' '\n\n\nB\n\n\n'
	edits 'x\\n%%s $& \nb\n' 'x\\n%%s $& \nB\n'
}

@test "UTF-16 is edited as text, both ways, and its mark kept" {
	for form in le be; do
		printf 'é\r\nb😀\r\nend' | iconv -f utf-8 -t "utf-16$form" >body
		printf 'é\r\nBB\r\nx😀\r\nend' | iconv -f utf-8 -t "utf-16$form" >body2
		mark='\377\376'
		[ $form = le ] || mark='\376\377'
		{ printf "$mark"; cat body; } >f
		{ printf "$mark"; cat body2; } >want
		run -0 --separate-stderr pab-edit --old b --new $'BB\nx' f
		same 'edited f: 1 replacement, line 2'
		cmp want f
	done
	# The same bytes at an odd offset are no match.
	printf '\376\377a\0b\0\0b' >f
	run -0 --separate-stderr pab-edit --old b --new c f
	becomes f '\376\377a\0b\0\0c'
	printf '\377\376a\0' >f
	run -2 --separate-stderr pab-edit --old $'\xe9' --new c f
	says 'pab-edit: f: the file is utf-16le and the text given is not UTF-8'
}

@test "old text with LF matches CRLF, and new lines take the neighbours' line end" {
	printf 'a\r\nb\r\nc\r\n' >f
	run -0 --separate-stderr pab-edit --old $'a\nb\n' --new $'A\nX\nB\n' f
	becomes f 'A\r\nX\r\nB\r\nc\r\n'
	run -0 --separate-stderr pab-edit --old X --new $'1\n2' f
	becomes f 'A\r\n1\r\n2\r\nB\r\nc\r\n'
	printf 'a\r\nb\nc' >f
	run -0 --separate-stderr pab-edit --old $'a\nb\nc' --new $'1\n2\n3\n4' f
	becomes f '1\r\n2\n3\n4'
	printf 'a\r\nb' >f
	run -0 --separate-stderr pab-edit --old b --new $'b\nc' f
	becomes f 'a\r\nb\r\nc'
	printf 'a\nb\n' >f
	run -0 --separate-stderr pab-edit --old a --new $'a\r\nx' f
	becomes f 'a\r\nx\nb\n'
	printf 'one' >f
	run -0 --separate-stderr pab-edit --old one --new $'1\n2' f
	becomes f '1\n2'
	printf 'a\r\nb\r\n' >f
	run -0 --separate-stderr pab-edit --old $'a\r\nb' --new x f
	becomes f 'x\r\n'
	printf 'a\r\nb\r\nc\r\n' >f
	run -0 --separate-stderr pab-edit --old $'a\n' --new '' f
	becomes f 'b\r\nc\r\n'
	run -0 --separate-stderr pab-edit --old $'\nc' --new '' f
	becomes f 'b\r\n'
}

@test "nothing else is loosened" {
	printf 'a\r\nb \n\tc\n' >f
	sha256sum f >sum
	for old in 'a  ' $'b\n' '    c' $'a\rb' 'A'; do
		run -4 --separate-stderr pab-edit --old "$old" --new x f
		same ''
		has 'f: text not found' "$stderr"
	done
	sha256sum -c --quiet sum
}

@test 'new text is plain: $& \1 \n & /' {
	printf 'x\n' >f
	run -0 --separate-stderr pab-edit --old x --new '$& \1 \n & / %s $(id)' f
	becomes f '$& \\1 \\n & / %%s $(id)\n'
	printf 'a.c (x|y) [z] ^$\n' >f
	run -0 --separate-stderr pab-edit --old '(x|y) [z] ^$' --new 'ok' f
	becomes f 'a.c ok\n'
	run -4 --separate-stderr pab-edit --old 'a?c' --new 'ok' f
}

@test "every byte value outside the match survives" {
	python3 - <<-'PY'
		import random
		random.seed(7)
		head = bytes(range(256)) + bytes(random.randrange(256) for _ in range(70000))
		tail = bytes(reversed(range(256))) + bytes(random.randrange(256) for _ in range(70000))
		head, tail = head.replace(b"NEEDLE", b""), tail.replace(b"NEEDLE", b"")
		pairs = b"".join(bytes((a, b)) for a in range(256) for b in range(256))
		for name, mid in (("f", b"NEEDLE"), ("want", b"thread")):
		    open(name, "wb").write(head + pairs + mid + pairs + tail)
	PY
	run -0 --separate-stderr pab-edit --old NEEDLE --new thread f
	cmp want f
}

@test "text found twice is refused with its lines; --all takes every place" {
	printf 'foo\nbar foo\nbaz\nfoo' >f
	sha256sum f >sum
	run -4 --separate-stderr pab-edit --old foo --new x f
	says 'pab-edit: f: text found 3 times (lines 1, 2, 4); add a line before or after it, or --all'
	sha256sum -c --quiet sum
	run -4 --separate-stderr pab-edit -j --old foo --new x f
	json '.[0] | .code == "ambiguous" and .path == "f" and .status == 4'
	run -0 --separate-stderr pab-edit --all --old foo --new x f
	same 'edited f: 3 replacements, lines 1, 2, 4'
	becomes f 'x\nbar x\nbaz\nx'
	yes a | head -15 >g || true
	run -4 --separate-stderr pab-edit --old a --new x g
	has '(lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 5 more)' "$stderr"
	head -c 1500 /dev/zero | tr '\0' z >i
	run -4 --separate-stderr pab-edit --old z --new x i
	has 'text found 1,500 times (line 1);' "$stderr"
	run -0 --separate-stderr pab-edit --all --old z --new x i
	same 'edited i: 1,500 replacements, line 1'
	printf 'aaa' >h
	run -0 --separate-stderr pab-edit --all --old aa --new b h
	becomes h 'ba'
	run -0 --separate-stderr pab-edit --all --old b --new $'1\n2' --old a --new $'x\ny' h
	becomes h 'bx\ny'
}

@test "-w: whole words only, also beside letters beyond ASCII" {
	printf 'foo food _foo foo_ foo1 \xc3\xa9foo foo\xc3\xa9 (foo) foo' >f
	run -0 --separate-stderr pab-edit -w --all --old foo --new X f
	becomes f 'X food _foo foo_ foo1 \xc3\xa9foo foo\xc3\xa9 (X) X'
	printf '\xe2\x80\x9cfoo\xe2\x80\x9d \xe4\xb8\xadfoo \xe2\x80\x94foo' >f
	run -0 --separate-stderr pab-edit -w --all --old foo --new X f
	becomes f '\xe2\x80\x9cX\xe2\x80\x9d \xe4\xb8\xadfoo \xe2\x80\x94X'
	printf 'a food b' >f
	run -4 --separate-stderr pab-edit -w --old foo --new X f
}

@test "usage: empty old text, the same text, texts missing or given twice" {
	printf 'a\n' >f
	run -2 --separate-stderr pab-edit --old '' --new x f
	has 'the old text is empty; pab-write makes files' "$stderr"
	run -2 --separate-stderr pab-edit --old a --new a f
	has 'the old text and the new are the same' "$stderr"
	run -2 --separate-stderr pab-edit --old a f
	has '--new or --new-file is needed' "$stderr"
	run -2 --separate-stderr pab-edit --new a f
	run -2 --separate-stderr pab-edit --old a --new b
	run -2 --separate-stderr pab-edit --old a --old-file f --new b f
	run -2 --separate-stderr pab-edit --old-file - --new-file - f
	has 'standard input cannot be the old text and the new' "$stderr"
	run -2 --separate-stderr pab-edit --if-match xyz --old a --new b f
	run -2 --separate-stderr pab-edit --fsync maybe --old a --new b f
	run -2 --separate-stderr pab-edit --nonsense --old a --new b f
	becomes f 'a\n'
}

@test "text that is not there, that is already new, that starts with line numbers" {
	printf 'one\ntwo\n' >f
	run -4 --separate-stderr pab-edit --old three --new four f
	has 'f: text not found' "$stderr"
	run -4 --separate-stderr pab-edit --old three --new two f
	has 'but the new text is there once (line 2): already applied?' "$stderr"
	run -4 --separate-stderr pab-edit --old $'     1\tone\n     2\ttwo' --new x f
	has "starts with pab-read's line numbers; leave them out" "$stderr"
	becomes f 'one\ntwo\n'
}

@test "the wrong kind of thing, a missing file, outside the root" {
	mkdir d
	mkfifo p
	printf 'a\n' >util.c
	run -3 --separate-stderr pab-edit --old a --new b d
	says 'pab-edit: d: is a directory'
	run -3 --separate-stderr timeout 5 pab-edit --old a --new b p
	says 'pab-edit: p: is a FIFO, not a regular file'
	run -3 --separate-stderr timeout 5 pab-edit --old a --new b /dev/null
	run -3 --separate-stderr pab-edit --old a --new b utils.c
	says 'pab-edit: utils.c: no such file; near: util.c'
	run -3 --separate-stderr pab-edit --old a --new b nodir/x
	[ ! -e nodir ]
	ln -s nowhere l
	run -3 --separate-stderr pab-edit --old a --new b l
	[ ! -e nowhere ]
	mkdir root
	run -5 --separate-stderr pab-edit -B "local:$W/root" --old a --new b "$W/util.c"
	run -5 --separate-stderr pab-edit -B "local:$W/root" --old a --new b ../util.c
	becomes util.c 'a\n'
}

@test "several files are one transaction" {
	printf 'a\n' >f1
	printf 'a\n' >f2
	printf 'z\n' >f3
	sha256sum f1 f2 f3 >sum
	stat -c '%i %Y %n' f1 f2 f3 >st
	run -4 --separate-stderr pab-edit --old a --new b f1 f2 f3
	says 'pab-edit: f3: text not found; nothing was changed'
	same ''
	run -3 --separate-stderr pab-edit --old a --new b f1 nothere f2
	has '; nothing was changed' "$stderr"
	mkdir d
	run -3 --separate-stderr pab-edit --old a --new b f1 d f2
	says 'pab-edit: d: is a directory; nothing was changed'
	sha256sum -c --quiet sum
	stat -c '%i %Y %n' f1 f2 f3 | cmp - st
	run -0 --separate-stderr pab-edit --old a --new b f2 f1
	same $'edited f2: 1 replacement, line 1\nedited f1: 1 replacement, line 1'
	becomes f1 'b\n'
	becomes f2 'b\n'
	[ "$(ls -A)" = $'d\nf1\nf2\nf3\nst\nsum' ]
}

@test "a transaction that fails at its last file takes the others back" {
	need_root
	printf 'a\n' >f1
	printf 'a\n' >f2
	ln f2 f2b
	printf 'a\n' >f3
	chmod 755 f2
	# Several files need the record, and its place is a file.
	mkdir home
	: >home/pending
	sha256sum f1 f2 f3 >sum
	run -7 --separate-stderr env PAB_HOME="$W/home" pab-edit --old a --new b f1 f2 f3
	has '; nothing was changed' "$stderr"
	sha256sum -c --quiet sum
	[ "$(ls -A)" = $'f1\nf2\nf2b\nf3\nhome\nsum' ]
}

@test "a file named twice, by link, by hard link is edited once" {
	printf 'a\n' >f
	ln -s f l
	run -0 --separate-stderr timeout 5 pab-edit --old a --new aa f ./f l "$W/f"
	same 'edited f: 1 replacement, line 1'
	becomes f 'aa\n'
	[ -L l ]
	ln f h
	run -0 --separate-stderr timeout 5 pab-edit --old aa --new b f h
	same 'edited f: 1 replacement, line 1 (in place, not atomic)'
	becomes h 'b\n'
	run -2 --separate-stderr timeout 5 pab-edit --break-links --old b --new c f h
	says 'pab-edit: h: is the same file as f; with --break-links name one of them; nothing was changed'
	becomes h 'b\n'
}

@test "--if-match: the file as it was read, else stale" {
	printf 'a\n' >f
	hash=$(sha256sum f | cut -d' ' -f1)
	run -0 --separate-stderr pab-edit --if-match "${hash:0:8}" --old a --new b f
	run -4 --separate-stderr pab-edit --if-match "$hash" --old b --new c f
	has 'its hash is now ' "$stderr"
	becomes f 'b\n'
	hash=$(sha256sum f | cut -d' ' -f1)
	run -0 --separate-stderr pab-edit --if-match "${hash^^}" --old b --new c f
	run -2 --separate-stderr pab-edit --if-match "${hash:0:7}" --old c --new d f
	run -4 --separate-stderr pab-edit -j --if-match 00000000 --old c --new d f
	json '.[0] | .code == "stale" and .status == 4'
}

@test "--old-file and --new-file: files, pipes, standard input" {
	printf 'a\n"b" $x\nc\n' >f
	printf '"b" $x\n' >o
	printf 'two\nlines\n' >n
	run -0 --separate-stderr pab-edit --old-file o --new-file n f
	becomes f 'a\ntwo\nlines\nc\n'
	run -0 --separate-stderr bash -c 'pab-edit --old-file <(printf "two\nlines\n") --new-file <(printf "x\n") f'
	becomes f 'a\nx\nc\n'
	run -0 --separate-stderr bash -c 'printf y | { pab-edit --old x --new-file - f; }'
	becomes f 'a\ny\nc\n'
	run -3 --separate-stderr pab-edit --old-file missing --new x f
	has 'missing: no such file' "$stderr"
	run -3 --separate-stderr pab-edit --old-file . --new x f
	printf 'a\0b' >o
	printf 'x\0a\0by' >f
	run -0 --separate-stderr pab-edit --old-file o --new '' f
	becomes f 'x\0y'
}

@test "--dry-run writes nothing" {
	printf 'a\n' >f
	touch -d '2020-01-01 00:00:00.123456789' f
	stat -c '%i %y %z' f >st
	run -0 --separate-stderr pab-edit -n --old a --new b f
	same 'would edit f: 1 replacement, line 1'
	stat -c '%i %y %z' f | cmp - st
	run -0 --separate-stderr pab-edit -n --diff --old a --new b f
	has '+b' "$output"
	run -0 --separate-stderr pab-edit -nj --old a --new b f
	json '.[0] | .changed == false and .occurrences == 1'
	stat -c '%i %y %z' f | cmp - st
	run -4 --separate-stderr pab-edit -n --old zz --new b f
	becomes f 'a\n'
}

@test "--diff prints what patch -p1 applies" {
	seq 40 >f
	printf 'x y\nlast' >'a b'
	cp f f.old
	cp 'a b' ab.old
	run -0 --separate-stderr pab-edit --diff --old $'7\n8\n' --new $'7\nseven\n' f
	has $'--- a/f\n+++ b/f\n@@ -5,7 +5,7 @@\n 5\n 6\n 7\n-8\n+seven\n 9' "$output"
	printf '%s\n' "$output" >p1
	run -0 --separate-stderr pab-edit --diff --old last --new final 'a b'
	printf '%s\n' "$output" >p2
	cp f f.new
	cp 'a b' ab.new
	cp f.old f
	cp ab.old 'a b'
	run -0 patch -s -p1 -i p1
	cmp f f.new
	run -0 patch -s -p1 -i p2
	cmp 'a b' ab.new
}

@test "diffs of many random changes apply" {
	python3 - <<-'PY'
		import random, subprocess
		random.seed(11)
		for n in range(40):
		    old = "".join(random.choice(("x\n", "y\n", "u\r\n", "w w\n")) for _ in range(random.randrange(1, 60)))
		    old += random.choice(("", "end"))
		    open("f", "w", newline="").write(old)
		    a, b = random.choice((("x", "1\n2"), ("x\n", ""), ("y\n", "q\n"), ("w", "x"), ("u", "v")))
		    r = subprocess.run(["pab-edit", "--all", "--diff", "--old", a, "--new", b, "f"],
		                       capture_output=True)
		    if r.returncode == 4:
		        continue
		    assert r.returncode == 0, r
		    new = open("f", newline="").read()
		    open("f", "w", newline="").write(old)
		    subprocess.run(["patch", "-s", "-p1", "--binary"], input=r.stdout, check=True)
		    assert open("f", newline="").read() == new, (old, a, b)
	PY
}

@test "JSON: an edit record a file, a summary last" {
	printf 'a\na\n' >f
	run -0 --separate-stderr pab-edit -j --all --old a --new b f
	json 'length == 2 and .[0].type == "edit" and .[1].type == "summary"'
	json '.[0] | .path == "f" and .occurrences == 2 and .line_numbers == [1, 2] and .size == 4'
	json '.[0] | .changed and .atomic'
	json ".[0].hash == \"$(sha256sum f | cut -d' ' -f1)\""
	json '.[1] | .files == 1 and .occurrences == 2 and .status == 0'
	printf 'a' >$'n\xff'
	run -0 --separate-stderr pab-edit -j --diff --old a --new b $'n\xff'
	json '.[0] | .path_b64 == "bv8=" and has("diff_b64")'
	run -4 --separate-stderr pab-edit -j --old zz --new b f
	json '.[0].code == "no_match" and .[1].status == 4 and .[1].files == 0'
	run -0 --separate-stderr pab-edit -q --all --old b --new c f
	same ''
}

@test "mode, set-id bits, times of others: what the file had is kept" {
	need_root
	for mode in 0755 4755 2711 0600 0444; do
		printf 'a\n' >f
		chown 65534:65533 f
		chmod $mode f
		run -0 --separate-stderr pab-edit --old a --new b f
		same 'edited f: 1 replacement, line 1'
		[ "$(stat -c '%04a %u %g' f)" = "$mode 65534 65533" ]
		rm f
	done
}

@test "set-id bits are kept when a plain user edits" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	chown -R 65534:65534 d
	chmod 4755 d/f
	run -0 --separate-stderr as_user "$BUILD/pab-edit" --old a --new b "$W/d/f"
	[ "$(stat -c '%04a %u' d/f)" = "4755 65534" ]
}

@test "a file that its mode protects is not replaced behind its back" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	chown -R 65534:65534 d
	chmod 444 d/f
	run -7 --separate-stderr as_user "$BUILD/pab-edit" --old a --new b "$W/d/f"
	says "pab-edit: $W/d/f: permission denied; its mode is 0444"
	becomes d/f 'a\n'
	[ "$(ls -A d)" = f ]
}

@test "extended attributes and ACLs are kept" {
	need_root
	printf 'a\n' >f
	setfattr -n user.note -v 'keep me' f || skip "no extended attributes here"
	setfacl -m u:65534:rw,u:65533:r f
	getfattr -d f >x
	getfacl f >a
	run -0 --separate-stderr pab-edit --old a --new b f
	same 'edited f: 1 replacement, line 1'
	getfattr -d f | cmp - x
	getfacl f | cmp - a
}

@test "a directory's default ACL does not touch a file that is edited" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	chmod 640 d/f
	setfacl -d -m u:65534:rwx d || skip "no ACLs here"
	getfacl d/f >a
	run -0 --separate-stderr pab-edit --old a --new b d/f
	same 'edited d/f: 1 replacement, line 1'
	getfacl d/f | cmp - a
}

@test "a hard link is kept, in place and said so" {
	printf 'a\nlong line\n' >f
	ln f g
	run -0 --separate-stderr pab-edit --old $'a\nlong' --new b f
	same 'edited f: 1 replacement, line 1 (in place, not atomic)'
	becomes g 'b line\n'
	[ f -ef g ]
	run -0 --separate-stderr pab-edit -j --old b --new c g
	json '.[0].atomic == false'
	run -5 --separate-stderr pab-edit --atomic --old c --new d f
	says 'pab-edit: f: cannot be replaced atomically: it has 2 hard links; without --atomic it is written in place, with --break-links this name alone changes'
	becomes f 'c line\n'
	run -0 --separate-stderr pab-edit --break-links --old c --new d f
	same 'edited f: 1 replacement, line 1'
	becomes f 'd line\n'
	becomes g 'c line\n'
}

@test "a symbolic link is followed and kept" {
	mkdir d
	printf 'a\n' >d/f
	ln -s d/f l
	ln -s "$W/l" ll
	run -0 --separate-stderr pab-edit --old a --new b ll
	same 'edited ll: 1 replacement, line 1'
	becomes d/f 'b\n'
	[ "$(readlink l)" = d/f ]
	[ "$(readlink ll)" = "$W/l" ]
	[ "$(ls -A d)" = f ]
}

@test "names that need quotes, long names, long paths" {
	for name in 'a b' $'a\nb' $'\xff' ./-x ./@x; do
		printf 'a' >"$name"
		run -0 --separate-stderr pab-edit --old a --new b "$name"
		becomes "$name" b
	done
	printf 'a' >$'a\nb'
	run -0 --separate-stderr pab-edit --old a --new b $'a\nb'
	same "edited \$'a\\nb': 1 replacement, line 1"
	run -4 --separate-stderr pab-edit --old a --new b $'a\nb'
	has "pab-edit: \$'a\\nb': text not found" "$stderr"
	name=$(printf '%0255d' 0)
	printf 'a' >"$name"
	run -0 --separate-stderr pab-edit --old a --new b "$name"
	run -0 --separate-stderr pab-edit --old b --new c "$(printf './%.0s' $(seq 1900))$name"
	becomes "$name" c
	run -3 --separate-stderr pab-edit --old b --new c "${name}0"
	has 'the name is too long' "$stderr"
}

@test "an empty file, a huge one, a full standard output" {
	: >f
	run -4 --separate-stderr pab-edit --old a --new b f
	truncate -s 5G big
	run -3 --separate-stderr timeout 20 pab-edit --old a --new b big
	says 'pab-edit: big: has 5,368,709,120 bytes; files of up to 4 GiB can be changed'
	printf 'a\n' >f
	run -7 --separate-stderr bash -c 'pab-edit --old a --new b f >/dev/full'
	has 'cannot write standard output' "$stderr"
	run -7 --separate-stderr bash -c 'pab-edit --old b --new a f >&-'
	run -0 --separate-stderr bash -c 'pab-edit -q --old a --new b f >&-'
	becomes f 'b\n'
}

@test "--help is at most 45 lines and agrees with the synopsis" {
	run -0 --separate-stderr pab-edit --help
	[ "${#lines[@]}" -le 45 ]
	has 'usage: pab-edit [options] [FILE ...] | pab-edit [options] --old TEXT --new TEXT FILE ...' \
		"$output"
}
