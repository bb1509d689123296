#!/usr/bin/env bats
load helper

teardown() {
	[ -z "${SHARED-}" ] || rm -rf "$SHARED"
}

# A small tree with what is ignored, hidden, binary.
tree() {
	mkdir -p src/lib .git doc
	printf 'one foo\ntwo\nthree foo bar\n' >src/a.c
	printf 'foo\r\nbar\r\n' >src/lib/b.h
	printf 'no\n' >src/c.c
	printf 'foo\n' >doc/x.log
	printf 'foo\n' >.hid
	printf 'foo\0bar\n' >logo.bin
	printf '*.log\n' >.gitignore
	printf 'foo\n' >.git/config
}

@test "help fits on a screen, version, dump" {
	run -0 --separate-stderr pab-grep --help
	[ "${#lines[@]}" -le 45 ]
	has "usage: pab-grep [options] PATTERN [PATH ...]" "$output"
	has "exit status: 0 found" "$output"
	has "before each hit too; -B SPEC, not a number: --backend" "$output"
	says ""
	run -0 --separate-stderr pab-grep --version
	has "pab-grep 0." "$output"
}

@test "path:line:text, of one file too, in path order" {
	tree
	run -0 --separate-stderr pab-grep foo
	same $'src/a.c:1:one foo\nsrc/a.c:3:three foo bar\nsrc/lib/b.h:1:foo'
	says ""
	run -0 --separate-stderr pab-grep two src/a.c
	same src/a.c:2:two
}

@test "a printed path can be given back" {
	tree
	run -0 --separate-stderr pab-grep two "$W/src/"
	same "$W/src/a.c:2:two"
	run -0 --separate-stderr pab-grep two ./src
	same src/a.c:2:two
	cd src
	run -0 --separate-stderr pab-grep two ../src
	same ../src/a.c:2:two
	run -0 --separate-stderr pab-grep two "$W/src//a.c" .
	same "$W/src/a.c:2:two"$'\na.c:2:two'
}

@test "names with blanks, newline, dash, colon, 0xFF" {
	echo x >'a b'
	echo x >$'n\nl'
	echo x >-dash
	echo x >c:1:d
	echo x >$'\xff'
	echo x >@at
	run -0 --separate-stderr pab-grep x
	same $'./-dash:1:x\n./@at:1:x\na b:1:x\nc:1:d:1:x\n$\'n\\nl\':1:x\n\xff:1:x'
	run -0 --separate-stderr pab-grep x ./-dash -- -dash
	same $'./-dash:1:x\n./-dash:1:x'
	pab-grep -l0 x >names
	printf '%s\0' ./-dash ./@at 'a b' c:1:d $'n\nl' $'\xff' >want
	cmp want names
	run -0 --separate-stderr pab-grep -j x
	json 'map(select(.type == "match") | .path // .path_b64) ==
		["./-dash", "./@at", "a b", "c:1:d", "n\nl", "/w=="]'
}

@test "a very deep directory" {
	local i part=$(printf 'd%.0s' {1..200})
	for i in $(seq 25); do
		mkdir "$part" && cd "$part" || return 1
	done
	echo deep >f
	cd "$W"
	run -0 --separate-stderr pab-grep -c deep
	has "/f:1" "$output"
	[ "${#output}" -gt 5000 ]
}

@test "hidden and ignored files, and how to have them" {
	tree
	run -0 --separate-stderr pab-grep -l foo
	same $'src/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l --hidden foo
	same $'.hid\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l -. foo
	same $'.hid\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l -u foo
	same $'doc/x.log\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l --no-ignore foo
	same $'doc/x.log\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l -uu foo
	same $'.git/config\n.hid\ndoc/x.log\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -l -uuu foo
	same $'.git/config\n.hid\ndoc/x.log\nlogo.bin\nsrc/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep foo .hid doc/x.log
	same $'.hid:1:foo\ndoc/x.log:1:foo'
}

@test "context as grep prints it" {
	tree
	seq 1 40 | sed 's/^\(7\|9\|20\|21\|40\)$/& x/' >n1
	seq 1 5 >n2
	echo x >n3
	for args in -C2 '-A1' '-B3' '-A2 -B1' '-C100' '-v -C1' '-m2 -A3'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr pab-grep --no-limit $args x n1 n2 n3
		# shellcheck disable=SC2086
		same "$(grep -Hn $args x n1 n2 n3)"
	done
	run -0 --separate-stderr pab-grep -A1 -C2 -B0 x n1
	same "$(grep -Hn -A1 -B0 x n1)"
}

@test "-o -c -l -L -q -m" {
	tree
	run -0 --separate-stderr pab-grep -o 'fo|ba' src
	same $'src/a.c:1:fo\nsrc/a.c:3:fo\nsrc/a.c:3:ba\nsrc/lib/b.h:1:fo\nsrc/lib/b.h:2:ba'
	run -0 --separate-stderr pab-grep -c foo src
	same $'src/a.c:2\nsrc/lib/b.h:1'
	run -0 --separate-stderr pab-grep -l foo src
	same $'src/a.c\nsrc/lib/b.h'
	run -0 --separate-stderr pab-grep -L foo src
	same src/c.c
	run -1 --separate-stderr pab-grep -L '' src
	says "pab-grep: all of 3 files match"
	run -0 --separate-stderr pab-grep -q foo
	same ""
	says ""
	run -0 --separate-stderr pab-grep -q -L foo src
	run -1 --separate-stderr pab-grep -q -L '' src
	run -1 --separate-stderr pab-grep -q absent
	same ""
	says ""
	run -0 --separate-stderr pab-grep -m1 foo src
	same $'src/a.c:1:one foo\nsrc/lib/b.h:1:foo'
	run -0 --separate-stderr pab-grep -c -m1 foo src
	same $'src/a.c:1\nsrc/lib/b.h:1'
	pab-grep -c -0 foo src >out
	printf 'src/a.c\0%s\n' 2 >want
	printf 'src/lib/b.h\0%s\n' 1 >>want
	cmp want out
}

@test "-q stops at the first hit" {
	{
		echo one
		head -c 100M /dev/zero | tr '\0' '\n'
	} >z
	# Looked at line by line, the whole of it takes many seconds.
	run -0 --separate-stderr timeout 1 pab-grep -q --limits timeout=none '(?=o)one' z
}

@test "-e -f -F -i -S -w -x -v" {
	printf 'foo\nFoo\nfoobar\na.b\naxb\n-e\n' >t
	run -0 --separate-stderr pab-grep -e Foo -e -e t
	same $'t:2:Foo\nt:6:-e'
	run -0 --separate-stderr pab-grep -F a.b t
	same t:4:a.b
	run -0 --separate-stderr pab-grep -i FOO t
	same $'t:1:foo\nt:2:Foo\nt:3:foobar'
	run -0 --separate-stderr pab-grep -S foo t
	same $'t:1:foo\nt:2:Foo\nt:3:foobar'
	run -0 --separate-stderr pab-grep -S Foo t
	same t:2:Foo
	run -0 --separate-stderr pab-grep -w foo t
	same t:1:foo
	run -0 --separate-stderr pab-grep -x 'foo|fooba.' t
	same $'t:1:foo\nt:3:foobar'
	run -0 --separate-stderr pab-grep -v 'o|b' t
	same t:6:-e
	printf 'a.b\nFoo\n' >pats
	run -0 --separate-stderr pab-grep -F -f pats t
	same $'t:2:Foo\nt:4:a.b'
	run -0 --separate-stderr pab-grep -F -f <(printf 'Foo') t
	same t:2:Foo
	run -1 --separate-stderr pab-grep -f /dev/null t
	run -0 --separate-stderr pab-grep $'Foo\naxb' t
	same $'t:2:Foo\nt:5:axb'
	run -0 --separate-stderr pab-grep -c '' t
	same t:6
}

@test "line ends: CRLF, none at the end, lone CR" {
	printf 'foo\r\nbar\r\nfo\rx\r\n\r\nend foo' >t
	run -0 --separate-stderr pab-grep 'foo$' t
	same $'t:1:foo\nt:5:end foo'
	pab-grep '^fo\rx$' t >out
	printf 't:3:fo\rx\n' >want
	cmp want out
	run -0 --separate-stderr pab-grep -x bar t
	same t:2:bar
	run -0 --separate-stderr pab-grep -c '^$' t
	same t:1
	run -0 --separate-stderr pab-grep -c '\r$' t
	same t:4
	run -1 --separate-stderr pab-grep 'foo\s+bar' t
	run -1 --separate-stderr pab-grep 'foo[^x]+bar' t
}

@test "-U: a match may span lines" {
	printf 'a\nfoo(\n  x,\n  y)\nb\nfoo(z)\n' >t
	run -0 --separate-stderr pab-grep -U 'foo\([^)]*\)' t
	same $'t:2:foo(\nt:3:  x,\nt:4:  y)\nt:6:foo(z)'
	run -0 --separate-stderr pab-grep -U -c 'foo\([^)]*\)' t
	same t:4
	run -0 --separate-stderr pab-grep -U -v 'foo\([^)]*\)' t
	same $'t:1:a\nt:5:b'
	run -0 --separate-stderr pab-grep -U -o '(?s)\(.*?,' t
	same $'t:2:(\nt:3:  x,'
	run -0 --separate-stderr pab-grep -U '^$|z' t
	same 't:6:foo(z)'
	run -0 --separate-stderr pab-grep -U -c 'q*' t
	same t:6
	printf 'x\r\ny\r\n' >crlf
	run -0 --separate-stderr pab-grep -U 'x$' crlf
	same crlf:1:x
	run -1 --separate-stderr pab-grep 'a\nfoo' t
	says "pab-grep: no match in 1 file; a match that spans lines needs -U"
}

@test "-B is context with a number, the backend else" {
	tree
	run -0 --separate-stderr pab-grep -B1 two src/a.c
	same $'src/a.c-1-one foo\nsrc/a.c:2:two'
	ln -s /etc/passwd out
	run -5 --separate-stderr pab-grep -B local root out
	says "pab-grep: out: outside the root $W"
	run -0 --separate-stderr pab-grep -B local -B 1 two src/a.c
	same $'src/a.c-1-one foo\nsrc/a.c:2:two'
	run -2 --separate-stderr pab-grep -B nowhere two src/a.c
	has "no backend 'nowhere'" "$stderr"
	run -5 --separate-stderr pab-grep --backend local root /etc/passwd
}

@test "what is typed out of habit changes nothing" {
	tree
	run -0 --separate-stderr pab-grep -rnE two src
	same src/a.c:2:two
	run -0 --separate-stderr pab-grep -RPIHs --no-heading --line-number --color=never two src
	same src/a.c:2:two
	run -2 --separate-stderr pab-grep -G two src
	has "no option -G" "$stderr"
	run -2 --separate-stderr pab-grep --color=loud two src
	run -0 --separate-stderr pab-grep --color=always two src/a.c
	same $'\e[35msrc/a.c\e[0m:\e[32m2\e[0m:\e[1;31mtwo\e[0m'
}

@test "-g -t --include --exclude --exclude-dir --max-depth" {
	mkdir -p src/lib build/x
	for f in src/a.c src/a.py src/lib/b.c build/x/c.c Makefile; do echo x >$f; done
	run -0 --separate-stderr pab-grep -l -g '*.c' x
	same $'build/x/c.c\nsrc/a.c\nsrc/lib/b.c'
	run -0 --separate-stderr pab-grep -l -g '*.{py,c}' -g '!build' x
	same $'src/a.c\nsrc/a.py\nsrc/lib/b.c'
	run -0 --separate-stderr pab-grep -l -g '!*.c' x
	same $'Makefile\nsrc/a.py'
	run -0 --separate-stderr pab-grep -l -g 'src/**/*.c' x
	same $'src/a.c\nsrc/lib/b.c'
	run -0 --separate-stderr pab-grep -l -g 'src/*.c' x src
	same src/a.c
	run -0 --separate-stderr pab-grep -l -g 'lib/*.c' x src
	same src/lib/b.c
	run -0 --separate-stderr pab-grep -l -g /Makefile -g lib/ x
	same Makefile
	run -0 --separate-stderr pab-grep -l --include '*.c' --exclude 'b.*' x
	same $'build/x/c.c\nsrc/a.c'
	run -0 --separate-stderr pab-grep -l --exclude-dir lib --exclude-dir=build x
	same $'Makefile\nsrc/a.c\nsrc/a.py'
	run -0 --separate-stderr pab-grep -l -g '!build/' -g '!src/lib/' x
	same $'Makefile\nsrc/a.c\nsrc/a.py'
	run -0 --separate-stderr pab-grep -l -t py -t make x
	same $'Makefile\nsrc/a.py'
	run -0 --separate-stderr pab-grep -l --max-depth 1 x
	same Makefile
	run -0 --separate-stderr pab-grep -l -g '*.py' x src/a.c
	same src/a.c
	run -2 --separate-stderr pab-grep -t nope x
	has "no file type 'nope'; --type-list prints them" "$stderr"
	run -2 --separate-stderr pab-grep -g '[a' x
	run -0 --separate-stderr pab-grep --type-list
	has "rust: *.rs" "$output"
}

@test "JSON: match, context, summary" {
	printf 'a\n\xe9\xff x\nüb x x\n' >t
	run -0 --separate-stderr pab-grep -j -B1 x t
	json '.[0] == {type: "context", path: "t", line_number: 1, byte_offset: 0, line: "a"}'
	json '.[1] == {type: "match", path: "t", line_number: 2, column: 4, byte_offset: 2,
		line_b64: "6f8geA==", submatches: [{start: 3, end: 4}]}'
	json '.[2] == {type: "match", path: "t", line_number: 3, column: 4, byte_offset: 7,
		line: "üb x x", submatches: [{start: 4, end: 5}, {start: 6, end: 7}]}'
	json '.[3] | del(.elapsed_ms) == {type: "summary", files: 1, matches: 2,
		files_with_matches: 1, skipped: {ignored: 0, hidden: 0, binary: 0,
		unreadable: 0, too_large: 0, limit: 0}, incomplete: false,
		truncated: false, status: 0, backend: ""}'
	json 'length == 4 and (.[3].elapsed_ms | type) == "number"'
	says ""
}

@test "JSON: names, nothing found, errors" {
	tree
	run -0 --separate-stderr pab-grep -j -l foo
	json 'map(select(.type == "file")) == [{type: "file", path: "src/a.c", count: 2},
		{type: "file", path: "src/lib/b.h", count: 1}]'
	json '.[-1] | .skipped.ignored == 1 and .skipped.hidden >= 1 and .skipped.binary == 1'
	run -0 --separate-stderr pab-grep -j -c foo src
	json '.[0] == {type: "file", path: "src/a.c", count: 2}'
	run -1 --separate-stderr pab-grep -j absent src
	json '.[0].type == "notice" and .[1].status == 1 and .[1].files == 3'
	run -3 --separate-stderr pab-grep -j foo nothere src
	json '.[0].type == "error" and .[0].code == "not_found" and .[0].path == "nothere"'
	json '.[-1].status == 3 and .[-1].matches == 3'
	run -2 --separate-stderr pab-grep -j 'a(' src
	json '.[0].code == "bad_pattern" and .[-1].type == "summary" and .[-1].status == 2'
	says ""
}

@test "for a model: grouped under the path, notices among them" {
	tree
	export PAB_OUTPUT=model
	run -0 --separate-stderr pab-grep foo
	same $'src/a.c\n1:one foo\n3:three foo bar\nsrc/lib/b.h\n1:foo'
	run -0 --separate-stderr pab-grep -C1 two src
	same $'src/a.c\n1-one foo\n2:two\n3-three foo bar'
	printf 'x\xff\x1b[0m\n' >esc
	run -0 --separate-stderr pab-grep x esc
	same $'esc\n1:x\\xff\\x1b[0m'
	run -1 --separate-stderr pab-grep absent src
	same "[pab: no match in 3 files]"
	says ""
}

@test "nothing found: status 1, and where it looked" {
	tree
	run -1 --separate-stderr pab-grep absent
	same ""
	says "pab-grep: no match in 3 files (1 ignored, 2 hidden, 1 binary)"
	run -1 --separate-stderr pab-grep 'x\|y' src
	says 'pab-grep: no match in 3 files; alternation here is a|b, not a\|b'
	run -1 --separate-stderr pab-grep -F 'x\|y' src/c.c
	says 'pab-grep: no match in 1 file'
}

@test "a bad pattern is named with its column" {
	run -2 --separate-stderr pab-grep 'foo(bar'
	says "pab-grep: missing ) at column 8 of 'foo(bar'; for plain text use -F"
	run -2 --separate-stderr pab-grep -e ok -e '*a' -w
	says "pab-grep: nothing to repeat at column 1 of '*a'; for plain text use -F"
	run -2 --separate-stderr pab-grep '[z-a]'
	has "range from larger to smaller at column" "$stderr"
}

@test "wrong usage is status 2" {
	run -2 --separate-stderr pab-grep
	says "pab-grep: no PATTERN; see pab-grep --help"
	run -2 --separate-stderr pab-grep --no-such x
	run -2 --separate-stderr pab-grep -A x y
	run -2 --separate-stderr pab-grep -m 0 y
	run -2 --separate-stderr pab-grep --limits rows=x y
	PAB_OUTPUT=xml run -2 --separate-stderr pab-grep y
}

@test "missing, FIFO, unreadable: the rest is still searched" {
	tree
	run -3 --separate-stderr pab-grep two nothere src
	same src/a.c:2:two
	has "nothere: no such file" "$stderr"
	mkfifo pipe
	run -3 --separate-stderr timeout 5 pab-grep two pipe src/a.c
	same src/a.c:2:two
	says "pab-grep: pipe: is a FIFO, not a regular file"
	run -0 --separate-stderr timeout 5 pab-grep two .
	run -3 --separate-stderr pab-grep two src/a.c/b
	run -3 --separate-stderr pab-grep -f nothere src
	has "nothere: no such file" "$stderr"
}

@test "what may not be read is counted in a walk" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	SHARED=$(mktemp -d /tmp/pab-test.XXXXXX)
	chmod 755 "$SHARED"
	cp "$BUILD/pab-grep" "$SHARED"
	cd "$SHARED"
	tree
	chmod 000 src/c.c src/lib
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups "$SHARED/pab-grep")
	run -0 --separate-stderr "${as[@]}" two src
	same src/a.c:2:two
	says "pab-grep: 2 files or directories could not be read"
	run -0 --separate-stderr "${as[@]}" -j two src
	json '.[-1].skipped.unreadable == 2 and .[-1].status == 0'
	run -7 --separate-stderr "${as[@]}" two src/c.c
	has "src/c.c: " "$stderr"
}

@test "a link that leads out is refused, one that does not is followed" {
	tree
	ln -s /etc out
	ln -s /etc/passwd src/pw
	ln -s src in
	export PAB_BACKEND=local
	run -5 --separate-stderr pab-grep root out
	run -5 --separate-stderr pab-grep root src/pw
	run -5 --separate-stderr pab-grep root ..
	run -5 --separate-stderr pab-grep root /etc/passwd
	run -0 --separate-stderr pab-grep two in
	same in/a.c:2:two
	run -1 --separate-stderr pab-grep root .
}

@test "binary: left out of a walk, said when named, searched with -a" {
	tree
	run -1 --separate-stderr pab-grep 'o\x00b' .
	run -3 --separate-stderr pab-grep foo logo.bin
	has "pab-grep: logo.bin: binary; -a searches it anyway" "$stderr"
	pab-grep -a foo logo.bin >out
	printf 'logo.bin:1:foo\0bar\n' >want
	cmp want out
	# A NUL further on makes no binary file.
	seq 3000 >late
	printf 'foo\0\n' >>late
	run -0 --separate-stderr pab-grep -c foo late
	same late:1
}

@test "UTF-16, a byte order mark, bytes that are not UTF-8" {
	printf '\xff\xfea\0\xe9\0\n\0b\0\n\0' >le
	printf '\xfe\xff\0a\0\xe9\0\n' >be
	printf '\xef\xbb\xbfaé\n' >bom
	run -0 --separate-stderr pab-grep '^aé$'
	same $'be:1:aé\nbom:1:aé\nle:1:aé'
	run -0 --separate-stderr pab-grep -j '^b' le
	json '.[0].line_number == 2 and .[0].line == "b"'
	run -0 --separate-stderr pab-grep -j a bom
	json '.[0].byte_offset == 3 and .[0].column == 1'
	printf 'caf\xe9 x\n\xff\xfea \xc3\n' >latin
	pab-grep 'x|a ' latin >out
	printf 'latin:1:caf\xe9 x\nlatin:2:\xff\xfea \xc3\n' >want
	cmp want out
	run -0 --separate-stderr pab-grep -c '^' latin
	same latin:2
	run -0 --separate-stderr pab-grep -i 'AÉ' latin bom
	same bom:1:aé
}

@test "limits: rows, counted to the end" {
	for i in 1 2 3; do seq 50 >f$i; done
	run -0 --separate-stderr pab-grep ''
	[ "${#lines[@]}" = 100 ]
	[ "${lines[99]}" = f2:50:50 ]
	says "pab-grep: 100 of 150 hits shown, in 2 of 3 files; narrow the search, or --no-limit; most in f1 (50), f2 (50), f3 (50)"
	run -7 --separate-stderr pab-grep --strict ''
	run -0 --separate-stderr pab-grep -j ''
	json '(map(select(.type == "match")) | length) == 100'
	json '.[-1].truncated and .[-1].matches == 150 and .[-2].type == "notice"'
	run -0 --separate-stderr pab-grep --no-limit ''
	[ "${#lines[@]}" = 150 ]
	says ""
	run -0 --separate-stderr pab-grep -c ''
	same $'f1:50\nf2:50\nf3:50'
	run -0 --separate-stderr pab-grep --limits rows=2 -l ''
	same $'f1\nf2'
	says "pab-grep: 2 of 3 files shown; narrow the search, or --no-limit"
	pab-grep --limits rows=2 -l0 '' >out
	printf 'f1\0f2\0f3\0' >want
	cmp want out
	run -0 --separate-stderr pab-grep --limits rows=3 -o '[12]' f1
	same $'f1:1:1\nf1:2:2\nf1:10:1'
	says "pab-grep: 3 of $(grep -o '[12]' f1 | wc -l) hits shown, in 1 of 1 file; narrow the search, or --no-limit"
	# The context of the last hit that is shown goes with it.
	run -0 --separate-stderr pab-grep --limits rows=1 -C1 '^[37]$' f1
	same $'f1-2-2\nf1:3:3\nf1-4-4'
}

@test "limits: bytes, and the most names" {
	mkdir d
	(cd d && seq 1200 | xargs touch)
	echo x | tee d/* >/dev/null
	run -0 --separate-stderr pab-grep -l x d
	[ "${#lines[@]}" = 1000 ]
	says "pab-grep: 1,000 of 1,200 files shown; narrow the search, or --no-limit"
	head -c 1000 /dev/zero | tr '\0' y >y
	for i in $(seq 90); do cat y; echo; done >t
	pab-grep y t >out 2>err
	[ "$(wc -c <out)" -le 50000 ]
	[ "$(wc -c <out)" -gt 48000 ]
	has " of 90 hits shown, in 1 of 1 file;" "$(cat err)"
}

@test "a long line shows the text around the match" {
	a=$(printf 'ä%.0s' $(seq 3000))
	echo "${a}HIT${a}${a}" >t
	run -0 --separate-stderr pab-grep --limits columns=13 HIT t
	same 't:1:…[+2995]äääääHITäääää…[+5995]'
	echo "HIT$a" >t
	run -0 --separate-stderr pab-grep HIT t
	same "t:1:HIT${a:0:3994}…[+1003]"
	echo "${a}HIT" >t
	run -0 --separate-stderr pab-grep --limits columns=5 HIT t
	same 't:1:…[+2998]ääHIT'
	run -0 --separate-stderr pab-grep --limits columns=5 -j HIT t
	json '.[0] | .line == "ääHIT" and .cut_before == 5996 and .cut_after == 0 and
		.submatches == [{start: 4, end: 7}] and .column == 3001'
	run -0 --separate-stderr pab-grep --no-limit HIT t
	same "t:1:${a}HIT"
}

@test "time out: what was found, status 7" {
	printf 'hit\n' >a
	printf b >b
	head -c 40M /dev/zero | tr '\0' a >>b
	printf 'xcd\n' >>b
	run -7 --separate-stderr timeout 10 pab-grep --limits timeout=300ms -e hit -e 'a[^c]*b'
	same a:1:hit
	says "pab-grep: timed out after 0.3 s: 1 file searched"
	run -7 --separate-stderr timeout 10 pab-grep -j --limits timeout=300ms 'a[^c]*b'
	json '.[-1].incomplete and .[-1].status == 7 and .[-2].code == "timeout"'
}

@test "a line that is too much work is left out and counted" {
	printf 'be 1' >t
	head -c 1M /dev/zero | tr '\0' a >>t
	printf 'xe\nx1ae\n' >>t
	run -0 --separate-stderr timeout 10 pab-grep '[0-9](a|b)+e' t
	same t:2:x1ae
	says "pab-grep: 1 line left out: too much work for this pattern, or longer than 64 MiB"
	run -0 --separate-stderr timeout 10 pab-grep -j '[0-9](a|b)+e' t
	json '.[-1].skipped.limit == 1'
}

@test "more hits than are shown: the directories with most, the files of one" {
	mkdir -p a/b c
	for f in a/x a/b/y a/z c/q; do seq 40 >$f; done
	seq 41 >c/r
	run -0 --separate-stderr pab-grep ''
	has '; most in c/ (81), a/ (80), a/b/ (40)' "$stderr"
	run -0 --separate-stderr pab-grep -j ''
	json '.[-1].spread == [{path: "c", matches: 81}, {path: "a", matches: 80},
		{path: "a/b", matches: 40}]'
	for i in $(seq 10 22); do seq "$i" >c/f"$i"; done
	run -0 --separate-stderr pab-grep -j '' c
	json '(.[-1].spread | length) == 10 and .[-1].spread[0] == {path: "c/r", matches: 41}
		and .[-1].spread[9].path == "c/f15"'
	run -0 --separate-stderr pab-grep -j 4 c/q
	json '.[-1] | has("spread") | not'
}

@test "a line of a megabyte that cannot match costs nothing" {
	head -c 1M /dev/zero | tr '\0' a >t
	printf ' d\nxad\n' >>t
	run -0 --separate-stderr timeout 10 pab-grep '(a|b)+d' t
	same t:2:xad
	says ''
}

@test "a large file is searched in parts: numbers, counts, order, names, -v, -o" {
	seq -f 'line %.0f of a large file, padded to be longer than it was at first' 1 400000 >t
	[ "$(stat -c %s t)" -gt 25000000 ]
	printf 'last' >>t
	grep -n '7777[0-9] of' t | sed 's/^/t:/' >want
	pab-grep --no-limit '7777[0-9] of' t >got
	cmp want got
	grep -nv '[0-8]' t | sed 's/^/t:/' >want
	pab-grep --no-limit -v '[0-8]' t >got
	cmp want got
	run -0 --separate-stderr pab-grep -c 'line [0-9]*7 of' t
	same t:40000
	run -0 --separate-stderr pab-grep -l 'line 399999 ' t
	same t
	run -1 --separate-stderr pab-grep -L 'line 399999 ' t
	run -0 --separate-stderr pab-grep -j 'line (1|399998) of' t
	json '.[0].line_number == 1 and .[1].line_number == 399998 and .[1].byte_offset > 25000000
		and .[-1].matches == 2 and .[-1].files_with_matches == 1 and .[-1].files == 1'
	run -0 --separate-stderr pab-grep 'of a' t
	[ "${#lines[@]}" -eq 100 ]
	same_tail="pab-grep: 100 of 400,000 hits shown, in 1 of 1 file; narrow the search, or --no-limit"
	has "$same_tail" "$stderr"
	run -0 --separate-stderr pab-grep -o 'last$' t
	same t:400001:last
}

@test "standard input is read when - names it, and only then" {
	tree
	mkfifo pipe
	run -0 --separate-stderr pab-grep two - < <(printf 'one\ntwo\n')
	same -:2:two
	printf 'two\n' >in
	run -0 --separate-stderr pab-grep two src - <in
	same $'src/a.c:2:two\n-:1:two'
	exec 9<>pipe
	printf 'two\n' >&9
	run -0 --separate-stderr timeout 5 pab-grep three <&9
	same 'src/a.c:3:three foo bar'
	says "pab-grep: searched the working directory, not the pipe on standard input; that is read when - is named"
	run -0 --separate-stderr timeout 5 pab-grep three src <&9
	says ""
	run -0 --separate-stderr timeout 5 pab-grep -q three <&9
	says ""
}

@test "an output that was cut is searched whole" {
	export PAB_HOME=$W/home
	run -0 --separate-stderr pab-exec -- seq 100000
	[[ $output$stderr =~ @out:[0-9a-f]+ ]]
	all=${BASH_REMATCH[0]}
	run -0 --separate-stderr pab-grep -x 55555 "$all"
	same "$all:55555:55555"
	run -3 --separate-stderr pab-grep x @out:abcdef
	has "@out:abcdef: " "$stderr"
	run -3 --separate-stderr pab-grep x ./@out:abcdef
}

@test "the file that the output goes to is not searched" {
	tree
	timeout 5 pab-grep --no-limit '' >out
	[ "$(grep -c ^out: out)" = 0 ]
	run -2 --separate-stderr bash -c 'pab-grep two src out >>out'
	says "pab-grep: out: is where the output goes; not searched"
}

@test "a large file: windows, long lines, context across them" {
	seq 1000000 | sed '30000s/$/ x/;30100s/$/ x/;99999s/$/ x/' >big
	run -0 --separate-stderr pab-grep -C120 x big
	same "$(grep -Hn -C120 x big)"
	run -0 --separate-stderr pab-grep -A3 ' x' big
	same "$(grep -Hn -A3 ' x' big)"
	pab-grep --no-limit -A1 '[58]$' big >../got
	grep -Hn -A1 '[58]$' big | cmp - ../got
	run -0 --separate-stderr pab-grep -j '99999 x' big
	json ".[0].byte_offset == $(grep -b '^99999 x' big | cut -d: -f1)"
	run -0 --separate-stderr pab-grep -vc x big
	same big:999997
	{
		seq 1000
		head -c 1M /dev/zero | tr '\0' y
		printf ' x\nafter x'
	} >long
	run -0 --separate-stderr pab-grep -o '. x' long
	same $'long:1001:y x\nlong:1002:r x'
	run -0 --separate-stderr pab-grep --no-limit -c '[yr] x$' long
	same long:2
}

@test "a line longer than 64 MiB is left out and counted" {
	{
		printf 'x1\n'
		head -c 70M /dev/zero | tr '\0' y
		printf 'x2\nx3\n'
	} >t
	run -0 --separate-stderr pab-grep -j x t
	json 'map(select(.type == "match") | [.line_number, .byte_offset, .line]) ==
		[[1, 0, "x1"], [3, 73400326, "x3"]]'
	json '.[-1].skipped.limit == 1'
	run -3 --separate-stderr pab-grep -U x t
	has "pab-grep: t: too large to be read whole (more than 64 MiB)" "$stderr"
}

# 300 files in 20 directories.
many() {
	local d f
	for d in $(seq 20); do
		mkdir -p "d$d/sub"
		for f in $(seq 15); do
			printf 'int main(void)\n{\n\treturn %d; /* été */\n}\nfoo_%d = bar\n' \
				"$f" "$d" >"d$d/sub/f$f.c"
		done
		printf 'Foo  bar\n\n  indented\tx\nfoo.bar(baz)\n' >"d$d/a.txt"
	done
}

@test "the hits are ripgrep's, the order is the same on every run" {
	many
	for args in foo '-i FOO' 'foo_1+\s=\sbar' '\s+indented' 'r[^a]' '-w bar' '-x {' '-v o' \
		'^$' '-c .' '-l bar$' '--files-without-match main' '-o [a-z]+_[0-9]+' '(foo|bar).*z' '\bmain\b' \
		'-F foo.bar(' 'foo(?=_)' '-m1 .' '[[:upper:]]' 'x?' '-C1 return' '[^\n]é' 'é...$'; do
		# shellcheck disable=SC2086
		rg --no-config -P --no-heading -nH $args | grep -v '^--$' | sort >../want || true
		# shellcheck disable=SC2086
		pab-grep --no-limit $args >../got
		grep -v '^--$' ../got | sort | cmp - ../want || {
			echo "differs: $args" >&2
			return 1
		}
		# shellcheck disable=SC2086
		pab-grep --no-limit $args | cmp - ../got
	done
	run -0 --separate-stderr pab-grep -l foo_
	same "$(pab-glob --no-limit 'f*.c')"
}

@test "more output than a worker keeps comes whole and in order" {
	for i in 1 2 3 4 5 6; do
		mkdir e$i
		for f in $(seq 20); do seq $((i * f * 500)) >e$i/f$f; done
	done
	pab-glob 'f*' >../names
	xargs grep -Hn '' <../names >../want
	for i in 1 2 3 4; do
		pab-grep --no-limit '' >../got
		cmp ../want ../got
	done
	pab-grep --no-limit -C1 '[^9]$' >../got
	xargs grep -Hn -C1 '[^9]$' <../names >../want
	cmp ../want ../got
}

@test "closed descriptors, a full disk, a reader that goes" {
	tree
	run -7 --separate-stderr bash -c 'pab-grep foo src >&-'
	has "cannot write standard output" "$stderr"
	run -7 --separate-stderr bash -c 'pab-grep foo src >/dev/full'
	has "cannot write standard output" "$stderr"
	run -0 --separate-stderr bash -c 'pab-grep -c two src <&- 2>&-'
	same src/a.c:1
	seq 100000 >many
	run -141 --separate-stderr bash -c 'pab-grep --no-limit "" many | head -1; exit ${PIPESTATUS[0]}'
	same many:1:1
}

@test "thousands of matches on one line do not hide the hit; a cut line is truncated" {
	head -c 9000 /dev/zero | tr '\0' x >long
	run -0 --separate-stderr pab-grep -j x long
	json 'length == 2 and (.[0].submatches | length) == 100 and
		.[0].submatches_left_out == 1900 and .[1].truncated'
	run -0 --separate-stderr pab-grep -j --no-limit x long
	json '(.[0].submatches | length) == 9000 and (.[0] | has("submatches_left_out") | not)'
	run -7 --separate-stderr pab-grep --strict x long
}

@test "a large file that is cut short while it is searched" {
	# Nobody reads on until it is: its last quarter cannot have been looked at.
	yes 'a line of text' | head -c 200000000 >big
	mkfifo out
	pab-grep --no-limit line big >out 2>err 3>&- &
	searching=$!
	exec 4<out
	read -r first <&4
	truncate -s 5000 big
	cat <&4 >rest
	exec 4<&-
	status=0
	wait "$searching" || status=$?
	[ "$status" = 7 ]
	[ "$first" = 'big:1:a line of text' ]
	grep -q 'pab-grep: big: became shorter while it was searched' err
	# A whole one without the other lines is searched as ever.
	run -0 --separate-stderr pab-grep -c line big
	same 'big:333'
}

@test "line numbers in a file of many windows are known where hits begin again" {
	local seed flags
	mkdir w
	for seed in 1 2 3 4 5 6; do
		python3 - $seed <<'P'
import random, sys
random.seed(int(sys.argv[1]))
with open('w/f', 'w', newline='') as f:
    if random.random() < 0.5:
        f.write('\ufeff')
    for _ in range(random.randrange(8, 20)):
        if random.random() < 0.5:
            f.write('a needle here\n' * random.randrange(1, 3))
        size = random.choice([10, 300000, 700000])
        while size > 0:
            line = 'x' * random.choice([0, 5, 60, 900, 4000])
            f.write(line + random.choice(['\n', '\r\n']))
            size -= len(line) + 1
    f.write('the last needle')
P
		for flags in '' '-B 2' '-A 3' '-B 40 -A 1' '-m 3'; do
			# shellcheck disable=SC2086
			{
				grep -Hn $flags needle w/f | tr -d '\r' | sed $'1s/\xef\xbb\xbf//' >want
				pab-grep --no-limit $flags needle w >got
				tr -d '\r' <got | diff - want
				pab-grep --no-limit $flags needle w/f >got
				tr -d '\r' <got | diff - want
			}
		done
	done
}

@test "plain text longer than what is scanned for: its end counts, too" {
	local text=abcdefghijklmnopqrstuvwxyz0123456789 n
	for n in 36 20 18 17 16 15 1; do
		echo "${text:0:n}"
		echo "${text:0:n-1}!${text:0:n-1}?${text:0:n}"
		echo "x${text:0:n-1}X"
	done >f
	printf %s "${text:0:20}" >>f
	for n in 1 2 15 16 17 18 20 36; do
		grep -nF "${text:0:n}" f >want
		pab-grep -F "${text:0:n}" f >got
		sed 's/^f://' got | diff - want
		run -0 --separate-stderr pab-grep -F -c "${text:0:n}" f
		same "f:$(wc -l <want)"
	done
}

@test "line numbers in a file that all threads search" {
	python3 -c '
import random
random.seed(3)
with open("f", "w") as f:
    for i in range(700000):
        often = 0.9 if i // 100000 % 2 else 0.00003
        word = "needle" if random.random() < often else "hay"
        f.write(word + "x" * random.randrange(60) + "\n")
    f.write("the last\n")'
	[ "$(stat -c %s f)" -gt $((16 << 20)) ]
	local flags
	for flags in last needle '-v needle' '-v hay' '-o dlex'; do
		# shellcheck disable=SC2086
		pab-grep --no-limit $flags f >got
		sed 's/^f://' got | cmp - <(grep -n $flags f)
	done
}

@test "lines are counted past one that is too long, with context before it" {
	{
		printf 'a\nb\n'
		head -c 70000000 /dev/zero | tr '\0' x
		printf '\nneedle\n'
	} >f
	local flags
	for flags in '' '-B 2'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr pab-grep $flags needle f
		same f:4:needle
		# shellcheck disable=SC2086
		run -0 --separate-stderr pab-grep $flags needle .
		same f:4:needle
	done
}
