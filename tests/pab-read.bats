load helper
load user

# A file of N lines "line 1" ...
lines() {
	seq -f 'line %g' "$1" >"$2"
}

@test "lines are numbered, the tab behind a column of six" {
	printf 'a\n\n\tb \nend' >f
	run -0 --separate-stderr pab-read f
	same $'     1\ta\n     2\t\n     3\t\tb \n     4\tend'
	says ''
}

@test "a line without its end is shown with one" {
	printf 'end' >f
	pab-read f >out
	printf '     1\tend\n' | cmp - out
}

@test "--offset skips, --limit stops and says how to go on" {
	lines 10 f
	run -0 --separate-stderr pab-read --offset 3 --limit 2 f
	same $'     4\tline 4\n     5\tline 5'
	says 'pab-read: lines 4-5 of 10; go on with --offset 5'
	run -0 --separate-stderr pab-read --offset 8 f
	same $'     9\tline 9\n    10\tline 10'
	says ''
	run -0 --separate-stderr pab-read --limit 0 f
	same ''
	says 'pab-read: no lines of 10; go on with --offset 0'
}

@test "past the end is status 1" {
	lines 5 f
	run -1 --separate-stderr pab-read --offset 5 f
	same ''
	says 'pab-read: line 6 is past the end; the file has 5 lines'
	run -1 --separate-stderr pab-read -r 9: f
	says 'pab-read: line 9 is past the end; the file has 5 lines'
	run -1 --separate-stderr pab-read f:100
	says 'pab-read: line 100 is past the end; the file has 5 lines'
	run -1 --separate-stderr pab-read f:8
	same "$(seq 1 5 | awk '{ printf "%6d\tline %d\n", $1, $1 }')"
	says 'pab-read: line 8 is past the end; the file has 5 lines'
	run -1 --separate-stderr pab-read -r 2:3 -r 8:9 f
	same $'     2\tline 2\n     3\tline 3'
	says 'pab-read: line 8 is past the end; the file has 5 lines'
	run -0 --separate-stderr pab-read -r 4:9 f
	same $'     4\tline 4\n     5\tline 5'
}

@test "an empty file is status 0" {
	: >f
	printf '\357\273\277' >bom
	run -0 --separate-stderr pab-read f
	same ''
	says 'pab-read: empty file'
	run -0 --separate-stderr pab-read bom
	says 'pab-read: empty file'
	run -0 --separate-stderr pab-read -r -5: f
	says 'pab-read: empty file'
	run -0 --separate-stderr pab-read -b 0:10 f
	same ''
	run -1 --separate-stderr pab-read --offset 1 f
	says 'pab-read: line 2 is past the end; the file has 0 lines'
	run -0 --separate-stderr pab-read -j f
	json '.[0] | .content == "" and .lines == 0 and .eol == "none" and .final_newline'
}

@test "-r takes A:B A,B A: :B N N~K -K:" {
	lines 9 f
	for form in 3:4 3,4; do
		run -0 --separate-stderr pab-read -r $form f
		same $'     3\tline 3\n     4\tline 4'
	done
	for form in 8: 8, -2: -2,; do
		run -0 --separate-stderr pab-read -r $form f
		same $'     8\tline 8\n     9\tline 9'
	done
	for form in :2 ,2; do
		run -0 --separate-stderr pab-read -r $form f
		same $'     1\tline 1\n     2\tline 2'
	done
	run -0 --separate-stderr pab-read -r 5 f
	same $'     5\tline 5'
	run -0 --separate-stderr pab-read -r 5~1 f
	same $'     4\tline 4\n     5\tline 5\n     6\tline 6'
	run -0 --separate-stderr pab-read -r 1~1 f
	same $'     1\tline 1\n     2\tline 2'
	run -0 --separate-stderr pab-read -r -99: f
	[ "${#lines[@]}" = 9 ]
}

@test "several ranges are sorted, joined where they touch, set apart where not" {
	lines 30 f
	run -0 --separate-stderr pab-read -r 20:21 -r 2:4 -r 3:5 -r 6:6 -r -1: f
	same $'     2\tline 2\n     3\tline 3\n     4\tline 4\n     5\tline 5\n     6\tline 6
--
    20\tline 20\n    21\tline 21\n--\n    30\tline 30'
	says ''
}

@test "what did not fit of several ranges can be asked for as the notice says" {
	lines 100 f
	run -0 --separate-stderr pab-read --limits lines=4 -r 1:6 -r 50:51 -r 90: f
	says 'pab-read: lines 1-4 of 100; go on with -r 5:6 -r 50:51 -r 90:'
	run -0 --separate-stderr pab-read -r 5:6 -r 50:51 f
	same $'     5\tline 5\n     6\tline 6\n--\n    50\tline 50\n    51\tline 51'
}

@test "ranges that are none are status 2" {
	lines 5 f
	for form in '' : , 0 0:3 3:0 x 1:x 1~ ~3 -0: -3 1:-1 5:3 1-3 1:2:3; do
		run -2 --separate-stderr pab-read -r "$form" f
		has '-r ' "$stderr"
		same ''
	done
	run -2 --separate-stderr pab-read -r 1:2 --offset 3 f
	run -2 --separate-stderr pab-read -r 1:2 --limit 3 f
	run -2 --separate-stderr pab-read -b 1:2 --limit 3 f
	run -2 --separate-stderr pab-read --limit -1 f
	run -2 --separate-stderr pab-read
	run -2 --separate-stderr pab-read --nonsense f
}

@test "FILE:LINE shows ten lines around, FILE:LINE:COLUMN and a last colon too" {
	lines 100 f
	run -0 --separate-stderr pab-read f:50
	same "$(seq 40 60 | awk '{ printf "%6d\tline %d\n", $1, $1 }')"
	want=$output
	run -0 --separate-stderr pab-read f:50:7
	same "$want"
	run -0 --separate-stderr pab-read f:50:
	same "$want"
	run -0 --separate-stderr pab-read f:3
	same "$(seq 1 13 | awk '{ printf "%6d\tline %d\n", $1, $1 }')"
	run -3 --separate-stderr pab-read f:0
	run -3 --separate-stderr pab-read g:5
	says 'pab-read: g: no such file; near: f'
}

@test "a file really called a:12 is that file" {
	printf 'colon\n' >a:12
	printf '1\n2\n3\n' >a
	run -0 --separate-stderr pab-read a:12
	same $'     1\tcolon'
	run -0 --separate-stderr pab-read a:12:1
	same $'     1\tcolon'
	run -0 --separate-stderr pab-read a:2
	same $'     1\t1\n     2\t2\n     3\t3'
}

@test "a line behind the name and -r, -b or --offset exclude each other" {
	lines 9 f
	run -2 --separate-stderr pab-read -r 1:2 f:5
	says 'pab-read: f: a line behind the name does not go with -r, -b or --offset'
	run -2 --separate-stderr pab-read -b 1:2 f:5
	run -2 --separate-stderr pab-read --offset 1 f:5
}

@test "-b gives bytes from 0, the end not included" {
	printf '0123456789' >f
	run -0 --separate-stderr pab-read -b 2:5 f
	same 234
	run -0 --separate-stderr pab-read -b 7: f
	same 789
	run -0 --separate-stderr pab-read -b -2: f
	same 89
	run -0 --separate-stderr pab-read -b :2 f
	same 01
	run -0 --separate-stderr pab-read -b 8:99 f
	same 89
	run -1 --separate-stderr pab-read -b 10:12 f
	says 'pab-read: f: no bytes there; the file has 10'
	for form in '' : 5:3 x:1 1 -3:-1 -3:5; do
		run -2 --separate-stderr pab-read -b "$form" f
	done
	run -0 --separate-stderr pab-read --limits bytes=3 -b 1:8 f
	same 123
	says 'pab-read: bytes 1 to 4 of 10; go on with -b 4:8, or --raw'
	run -0 --separate-stderr pab-read --limits bytes=3 --raw -b 1:8 f
	same 1234567
	run -0 --separate-stderr pab-read -j -b 1:4 f
	json '.[0] | .content == "123" and .start_byte == 1 and .end_byte == 4 and .size == 10'
}

@test "--raw changes no byte: binary, no final newline, more than the limits" {
	head -c 300000 /dev/urandom >bin
	printf 'a\r\nb\0c\xff' >odd
	lines 9000 long
	head -c 200000 /dev/zero | tr '\0' x >wide
	for f in bin odd long wide; do
		pab-read --raw "$f" >out 2>err
		cmp "$f" out
		[ ! -s err ]
	done
	pab-read --raw odd bin >out
	cat odd bin | cmp - out
	pab-read --raw -b 100: bin >out
	tail -c +101 bin | cmp - out
}

@test "--raw with lines gives just those bytes" {
	printf 'a\r\nb\0c\xff\nd\ne' >f
	pab-read --raw -r 2:3 f >out
	printf 'b\0c\xff\nd\n' | cmp - out
	pab-read --raw --offset 3 f >out
	printf 'e' | cmp - out
	pab-read --raw --limit 1 f >out
	printf 'a\r\n' | cmp - out
	pab-read --raw --limit 0 f >out
	[ ! -s out ]
	printf '\357\273\277x\ny\n' >bom
	pab-read --raw --limit 1 bom >out
	printf '\357\273\277x\n' | cmp - out
	run -1 --separate-stderr pab-read --raw --offset 4 f
}

@test "--raw of long lines cut by the chunks they are read in" {
	python3 -c '
import sys
w = open("f", "wb")
for n in (131071, 131072, 131073, 400000, 3):
    w.write(b"x" * n + b"\r\n" + b"y" * n + b"\n")'
	pab-read --raw -r 1: f >out
	cmp f out
	pab-read --raw -r 3:6 f >out
	sed -n 3,6p f | cmp - out
}

@test "--stat: lines, bytes, line ends, encoding, hash" {
	printf 'a\nb\n' >f
	run -0 --separate-stderr pab-read --stat f
	same "f: 2 lines, 4 bytes, LF, utf-8, hash $(sha256sum f | cut -c1-16)"
	printf 'a\r\nb' >crlf
	run -0 --separate-stderr pab-read --stat crlf
	same "crlf: 2 lines, 4 bytes, CRLF, no newline at the end, utf-8, hash $(sha256sum crlf | cut -c1-16)"
	printf '\177ELF\0' >bin
	run -0 --separate-stderr pab-read --stat bin
	same "bin: 5 bytes, binary, ELF executable, hash $(sha256sum bin | cut -c1-16)"
	run -0 --separate-stderr pab-read -j --stat f bin
	json '.[0] | .lines == 2 and .size == 4 and has("content") == false'
	json ".[0].hash == \"$(sha256sum f | cut -d' ' -f1)\""
	json '.[1] | .encoding == "binary" and .kind == "ELF executable" and has("lines") == false'
}

@test "--stat looks at all of a file for its encoding" {
	{ head -c 20000 /dev/zero | tr '\0' a; printf '\xe9\n'; } >f
	run -0 --separate-stderr pab-read --stat f
	has 'unknown-8bit' "$output"
	# A character that two reads share is still one.
	{ head -c 131071 /dev/zero | tr '\0' a; printf 'é\n'; } >g
	run -0 --separate-stderr pab-read --stat g
	has ' utf-8,' "$output"
	printf 'caf\xc3' >h
	run -0 --separate-stderr pab-read --stat h
	has 'unknown-8bit' "$output"
}

@test "JSON: one file record a range, a summary last" {
	lines 30 f
	run -0 --separate-stderr pab-read -j -r 2:3 -r 20:21 f
	says ''
	json 'length == 3 and .[2].type == "summary" and .[2].status == 0'
	json '.[0] | .type == "file" and .path == "f" and .start_line == 2 and .end_line == 3'
	json '.[0].content == "line 2\nline 3\n" and .[1].content == "line 20\nline 21\n"'
	json ".[0].hash == \"$(sha256sum f | cut -d' ' -f1)\""
	json '.[0] | .lines == 30 and .size == 231 and .eol == "lf" and .encoding == "utf-8"'
	json '.[0] | .final_newline and .truncated == false'
	json '.[2] | .lines == 4 and .files == 1 and .truncated == false'
	case $output in '{"type":"file"'*) ;; *) false ;; esac
}

@test "JSON: the content is exact" {
	printf 'a\r\nb\t"\\\001\n\342\200\250\360\237\230\200 end' >f
	run -0 --separate-stderr pab-read -j f
	printf '%s\n' "$output" >o
	jq -rj 'select(.type == "file").content' o | cmp - f
	json '.[0] | .eol == "mixed" and .final_newline == false and .lines == 3'
	printf 'caf\xe9\n' >l1
	run -0 --separate-stderr pab-read -j l1
	json '.[0] | .encoding == "unknown-8bit" and has("content") == false'
	printf '%s\n' "$output" >o
	jq -rj 'select(.type == "file").content_b64' o | base64 -d | cmp - l1
}

@test "JSON: a name that is not UTF-8 comes as base64" {
	printf 'x\n' >$'a\xff'
	run -0 --separate-stderr pab-read -j $'a\xff'
	json '.[0] | has("path") == false and .path_b64 == "Yf8="'
	run -3 --separate-stderr pab-read -j $'b\xff'
	json '.[0] | .type == "error" and .code == "not_found" and .path_b64 == "Yv8=" and .status == 3'
	json '.[-1] | .type == "summary" and .status == 3'
}

@test "JSON: cut, and where to go on" {
	lines 10 f
	run -0 --separate-stderr pab-read -j --limit 4 f
	json '.[0] | .truncated and .next_offset == 4 and .lines == 10'
	json '.[-1] | .truncated and .status == 0'
	json '.[1] | .type == "notice" and .path == "f"'
	run -7 --separate-stderr pab-read -j --strict --limit 4 f
	json '.[-1].status == 7'
}

@test "CRLF, mixed and lone CR are said, and shown without the CR of a line's end" {
	printf 'a\r\nb\r\n' >crlf
	run -0 --separate-stderr pab-read crlf
	same $'     1\ta\n     2\tb'
	says 'pab-read: lines 1-2 of 2, CRLF'
	printf 'a\r\nb\n' >mixed
	run -0 --separate-stderr pab-read mixed
	says 'pab-read: lines 1-2 of 2, mixed line ends (1 CRLF, 1 LF)'
	printf 'a\rb\n' >cr
	run -0 --separate-stderr pab-read cr
	same $'     1\ta\rb'
	says ''
	run -0 --separate-stderr pab-read -j crlf mixed cr
	json '[.[] | select(.type == "file").eol] == ["crlf", "mixed", "lf"]'
}

@test "a CRLF that two reads share is one line end" {
	{ head -c 131071 /dev/zero | tr '\0' a; printf '\r\nb\r\n'; } >f
	run -0 --separate-stderr pab-read --stat f
	has ': 2 lines, 131,076 bytes, CRLF,' "$output"
	run -0 --separate-stderr pab-read -r 1:1 f
	has '…[+129071]' "$output"
}

@test "BOM, UTF-16 both ways, Latin-1" {
	printf '\357\273\277a\nb\n' >bom
	run -0 --separate-stderr pab-read bom
	same $'     1\ta\n     2\tb'
	says 'pab-read: lines 1-2 of 2, utf-8-bom'
	printf 'é\n😀\n' >u8
	{ printf '\377\376'; iconv -f utf-8 -t utf-16le u8; } >le
	{ printf '\376\377'; iconv -f utf-8 -t utf-16be u8; } >be
	for f in le be; do
		run -0 --separate-stderr pab-read "$f"
		same $'     1\té\n     2\t😀'
		says "pab-read: lines 1-2 of 2, utf-16$f"
		run -0 --separate-stderr pab-read -r -1: "$f"
		same $'     2\t😀'
		run -0 --separate-stderr pab-read -j "$f"
		json ".[0] | .content == \"é\n😀\n\" and .encoding == \"utf-16$f\""
		json ".[0].hash == \"$(sha256sum "$f" | cut -d' ' -f1)\""
		pab-read --raw "$f" >out
		cmp "$f" out
	done
	run -2 --separate-stderr pab-read --raw --limit 1 le
	printf 'caf\xe9\n' >l1
	pab-read l1 >out 2>err
	printf '     1\tcaf\xe9\n' | cmp - out
	has 'unknown-8bit' "$(cat err)"
}

@test "a long line is cut after 2,000 code points, with how many more" {
	python3 -c '
open("a", "w").write("x" * 2000 + "\n")
open("b", "w").write("x" * 2001 + "\n")
open("c", "w").write("é" * 2500 + "\r\nnext\n")
open("d", "w").write("😀" * 500000)
open("e", "w").write("z" * 40000000 + "\r\n")'
	run -0 --separate-stderr pab-read a
	[ "${#output}" = 2007 ]
	run -0 --separate-stderr pab-read b
	has 'xxx…[+1]' "$output"
	run -0 --separate-stderr pab-read c
	has $'é…[+500]\n     2\tnext' "$output"
	run -0 --separate-stderr pab-read d
	has '😀…[+498000]' "$output"
	run -0 --separate-stderr pab-read e
	has 'z…[+39998000]' "$output"
	run -0 --separate-stderr pab-read --limits columns=3 b
	same $'     1\txxx…[+1998]'
	run -0 --separate-stderr pab-read --no-limit b
	[ "${#output}" = 2008 ]
	run -0 --separate-stderr pab-read -j b
	json '.[0].truncated and .[-1].truncated'
}

@test "2,000 lines and 50,000 bytes a read" {
	lines 3000 f
	run -0 --separate-stderr pab-read f
	[ "${#lines[@]}" = 2000 ]
	says 'pab-read: lines 1-2000 of 3000; go on with --offset 2000'
	run -0 --separate-stderr pab-read --limit 2500 f
	[ "${#lines[@]}" = 2500 ]
	yes "$(printf '%093d' 0)" | head -1000 >g || true
	pab-read g >out 2>err
	[ "$(wc -c <out)" -le 50000 ]
	[ "$(wc -l <out)" = 495 ]
	has 'lines 1-495 of 1000; go on with --offset 495' "$(cat err)"
}

@test "going on from the notices loses no line" {
	python3 - <<-'PY'
		import random
		random.seed(5)
		with open("f", "w") as w:
		    for i in range(7000):
		        w.write("%d %s\n" % (i, "é" * random.choice((0, 3, 50, 400))))
	PY
	offset=0 pages=0
	: >all
	while :; do
		pab-read --offset "$offset" f >page 2>notice
		cat page >>all
		pages=$((pages + 1))
		[ "$pages" -lt 200 ]
		case $(cat notice) in
		*'go on with --offset '*) offset=$(sed 's/.*--offset //' notice) ;;
		*) break ;;
		esac
	done
	[ "$pages" -gt 10 ]
	cut -f2- all | cmp - f
}

@test "a big file is not counted to its end, but said to be longer" {
	truncate -s 200M f
	printf 'a\nb\n' | dd of=f conv=notrunc status=none
	tr '\0' '\n' <f | head -c 100000000 >g
	run -0 --separate-stderr pab-read --limit 2 g
	has 'more than ' "$stderr"
	has '(100.0 MB); go on with --offset 2' "$stderr"
	run -0 --separate-stderr pab-read -j --limit 2 g
	json '.[0] | .lines == null and has("hash") == false and .next_offset == 2'
}

@test "the wrong kind of thing is status 3 and refused at once" {
	mkdir d
	mkfifo p
	ln -s p lp
	run -3 --separate-stderr timeout 5 pab-read d
	says 'pab-read: d: is a directory'
	run -3 --separate-stderr timeout 5 pab-read p
	says 'pab-read: p: is a FIFO, not a regular file'
	run -3 --separate-stderr timeout 5 pab-read lp
	says 'pab-read: lp: is a FIFO, not a regular file'
	run -3 --separate-stderr timeout 5 pab-read /dev/zero
	says 'pab-read: /dev/zero: is a device, not a regular file'
	run -3 --separate-stderr timeout 5 pab-read --raw /dev/tty
	run -3 --separate-stderr pab-read d/
	: >f
	run -3 --separate-stderr pab-read f/x
	says 'pab-read: f/x: not a directory'
}

@test "a missing file is named with those near it" {
	mkdir -p src lib
	: >src/utils.c
	: >lib/util.c
	run -3 --separate-stderr pab-read src/util.c
	says 'pab-read: src/util.c: no such file; near: src/utils.c, lib/util.c'
	run -3 --separate-stderr pab-read zzzzzz
	says 'pab-read: zzzzzz: no such file'
	ln -s nowhere dangling
	run -3 --separate-stderr pab-read dangling
	ln -s loop loop
	run -3 --separate-stderr pab-read loop
	says 'pab-read: loop: too many symbolic links'
}

@test "several files: headers, the worst status, the others still shown" {
	printf 'one\n' >a
	printf 'two\n' >b
	mkdir d
	run -3 --separate-stderr pab-read a missing-file-here d b
	same $'==> a <==\n     1\tone\n\n==> b <==\n     1\ttwo'
	has 'missing-file-here: no such file' "$stderr"
	has 'd: is a directory' "$stderr"
	lines 9 c
	run -3 --separate-stderr pab-read --offset 1 c missing-file-here
	run -0 --separate-stderr pab-read --limit 1 a c
	says 'pab-read: c: lines 1-1 of 9; go on with --offset 1'
	run -1 --separate-stderr pab-read --offset 1 a c
	same $'==> a <==\n\n==> c <==\n'"$(seq 2 9 | awk '{ printf "%6d\tline %d\n", $1, $1 }')"
}

@test "- is standard input, ./- a file" {
	printf 'in\n' >f
	run -0 --separate-stderr pab-read - <f
	same $'     1\tin'
	run -0 --separate-stderr pab-read -j - <f
	json '.[0].path == "-"'
	run -0 --separate-stderr pab-read f - <f
	same $'==> f <==\n     1\tin\n\n==> - <==\n     1\tin'
	printf 'dash\n' >./-
	run -0 --separate-stderr pab-read ./-
	same $'     1\tdash'
	mkfifo p
	printf '1\n2\n3\n' >p &
	run -0 --separate-stderr pab-read -r -1: - <p
	same $'     3\t3'
	mkdir d
	run -3 --separate-stderr pab-read - <d
	says 'pab-read: -: is a directory'
}

@test "@out: an unknown id and what is no id; ./@x is a file" {
	run -3 --separate-stderr pab-read @out:4f2a
	says 'pab-read: @out:4f2a: no such output'
	run -3 --separate-stderr pab-read @out:1234
	says 'pab-read: @out:1234: no such output'
	run -2 --separate-stderr pab-read @out:zz
	printf 'at\n' >./@x
	run -0 --separate-stderr pab-read ./@x
	same $'     1\tat'
	mkdir -p "$HOME/.local/state/pab/out"
	chmod 700 "$HOME/.local/state/pab" "$HOME/.local/state/pab/out"
	printf 'kept\n' >"$HOME/.local/state/pab/out/4f2a"
	run -0 --separate-stderr pab-read -j @out:4f2a
	json '.[0] | .path == "@out:4f2a" and .content == "kept\n"'
}

@test "images: named with their size, with JSON as base64" {
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0' >a.png
	printf 'GIF89a\x40\x01\xc8\0\0\0\0' >a.gif
	printf '\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x11\x08\0\x64\0\xc8\3\1\x22\0' >a.jpg
	printf 'RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\0\0\x1f\0\0' >a.webp
	run -0 --separate-stderr pab-read a.png
	same 'a.png: PNG image, 640x480, 29 bytes (--json gives it)'
	run -0 --separate-stderr pab-read a.gif
	same 'a.gif: GIF image, 320x200, 13 bytes (--json gives it)'
	run -0 --separate-stderr pab-read a.jpg
	same 'a.jpg: JPEG image, 200x100, 33 bytes (--json gives it)'
	run -0 --separate-stderr pab-read a.webp
	same 'a.webp: WebP image, 64x32, 30 bytes (--json gives it)'
	run -0 --separate-stderr pab-read -j a.png a.gif a.jpg a.webp
	json '[.[] | select(.type == "file").media_type] == ["image/png", "image/gif", "image/jpeg", "image/webp"]'
	json '.[2] | .width == 200 and .height == 100'
	printf '%s\n' "$output" >o
	jq -r 'select(.path == "a.png").content_b64' o | base64 -d | cmp - a.png
	json ".[0].hash == \"$(sha256sum a.png | cut -d' ' -f1)\""
	run -0 --separate-stderr pab-read --stat a.png
	has 'PNG image, 640x480' "$output"
}

@test "a JPEG's size is found behind a long EXIF segment" {
	{
		printf '\xff\xd8\xff\xe1\xea\x62'
		head -c 60000 /dev/zero
		printf '\xff\xc0\0\x11\x08\0\x64\0\xc8\3\1\x22\0'
	} >a.jpg
	run -0 --separate-stderr pab-read a.jpg
	has 'JPEG image, 200x100' "$output"
}

@test "a binary is status 3, named with kind and size, bytes on request" {
	{ printf '\177ELF\2\1\1\0'; head -c 12000 /dev/zero; } >prog
	run -3 --separate-stderr pab-read prog
	says 'pab-read: prog: binary, ELF executable, 12,008 bytes; -b 0:512 shows bytes, --raw all of them'
	run -3 --separate-stderr pab-read -j prog
	json '.[0] | .code == "binary" and .path == "prog" and .status == 3'
	pab-read -b 0:4 prog >out
	printf '\177ELF' | cmp - out
	run -0 --separate-stderr pab-read -j -b 0:8 prog
	json '.[0].content == "\u007fELF\u0002\u0001\u0001\u0000"'
}

@test "the model form: notices and errors on standard output, bytes escaped" {
	printf 'a\x1b[31m\r\nb\xe9\r\n' >f
	run -3 --separate-stderr pab-read --output model f nofilehere
	same $'==> f <==\n     1\ta\\x1b[31m\n     2\tb\\xe9\n[pab: f: lines 1-2 of 2, CRLF, unknown-8bit]\n[pab: nofilehere: no such file]'
	says ''
	PAB_OUTPUT=model run -0 --separate-stderr pab-read --limit 1 f
	has '[pab: lines 1-1 of 2, CRLF, unknown-8bit; go on with --offset 1]' "$output"
	run -2 --separate-stderr pab-read --output yaml f
}

@test "names that need quotes" {
	printf 'x\n' >$'a\nb'
	printf 'x\n' >$'\xff'
	printf 'x\n' >./-r
	printf 'x\n' >@at
	printf 'x\n' >'a b'
	run -0 --separate-stderr pab-read $'a\nb' ./-r ./@at 'a b'
	same $'==> $\'a\\nb\' <==\n     1\tx\n\n==> ./-r <==\n     1\tx\n\n==> ./@at <==\n     1\tx\n\n==> a b <==\n     1\tx'
	run -0 --separate-stderr pab-read $'\xff'
	same $'     1\tx'
	run -0 --separate-stderr pab-read -- -r
	same $'     1\tx'
	run -3 --separate-stderr pab-read $'no\nsuch'
	has "\$'no\\nsuch': no such file" "$stderr"
	[ "${#stderr_lines[@]}" = 1 ]
	printf 'a\r\n' >$'c\nr'
	run -0 --separate-stderr pab-read $'c\nr' 'a b'
	says "pab-read: \$'c\\nr': lines 1-1 of 1, CRLF"
}

@test "names of 255 bytes and paths of 4,096" {
	name=$(printf '%0255d' 0)
	printf 'x\n' >"$name"
	run -0 --separate-stderr pab-read "$name"
	same $'     1\tx'
	run -3 --separate-stderr pab-read "${name}0"
	has 'the name is too long' "$stderr"
	deep=$(printf '%0250d/' $(seq 16))
	run -3 --separate-stderr pab-read "$deep$(printf '%0100d' 0)"
	has 'the name is too long' "$stderr"
	run -3 --separate-stderr pab-read "$(printf './%.0s' $(seq 2045))zzzz"
	has 'no such file' "$stderr"
	run -0 --separate-stderr pab-read "$(printf './%.0s' $(seq 1900))$name"
	same $'     1\tx'
}

@test "an unreadable file is status 7" {
	need_root
	printf 'x\n' >f
	chmod 600 f
	run -7 --separate-stderr as_user "$BUILD/pab-read" "$W/f"
	says "pab-read: $W/f: permission denied"
	run -7 --separate-stderr as_user "$BUILD/pab-read" -j "$W/f"
	json '.[0] | .code == "io" and .status == 7'
}

@test "outside the root is status 5" {
	mkdir root
	printf 'x\n' >root/f
	run -0 --separate-stderr pab-read -B "local:$W/root" "$W/root/f"
	run -5 --separate-stderr pab-read -B "local:$W/root" /etc/passwd
	says "pab-read: /etc/passwd: outside the root $W/root"
	run -5 --separate-stderr pab-read -B "local:$W/root" ../x
	run -2 --separate-stderr pab-read -B nonsense root/f
}

@test "a full disk and a closed standard output are status 7" {
	lines 3 f
	for opt in '' --raw -j --stat -b0:3; do
		run -7 --separate-stderr bash -c 'pab-read $1 f >/dev/full' - "$opt"
		says 'pab-read: cannot write standard output: No space left on device'
		run -7 --separate-stderr bash -c 'pab-read $1 f >&-' - "$opt"
		has 'cannot write standard output' "$stderr"
	done
	head -c 1000000 /dev/zero >big
	run -7 --separate-stderr bash -c 'pab-read --raw big >/dev/full'
	says 'pab-read: cannot write standard output: No space left on device'
	run -7 --separate-stderr bash -c 'pab-read --help >/dev/full'
	run -0 --separate-stderr bash -c 'pab-read f 2>&-'
	run -0 --separate-stderr bash -c 'pab-read f <&-'
}

@test "a reader that goes away ends it by SIGPIPE" {
	head -c 3000000 /dev/zero >big
	run -141 --separate-stderr bash -c 'exec pab-read --raw big > >(:)'
	says ''
}

@test "a file that is also standard output is refused" {
	printf 'x\n' >f
	run -2 --separate-stderr bash -c 'pab-read --raw f >>f'
	says 'pab-read: f: standard output goes to the same file'
	printf 'x\n' | cmp - f
}

@test "--help is at most 45 lines and agrees with the synopsis" {
	run -0 --separate-stderr pab-read --help
	[ "${#lines[@]}" -le 45 ]
	has 'usage: pab-read [options] FILE[:LINE] ...' "$output"
	says ''
	run -0 --separate-stderr pab-read -h
	run -0 --separate-stderr pab-read --version
	has 'pab-read ' "$output"
}

@test "a line behind a kept output, as pab-grep prints it" {
	run -0 --separate-stderr pab-exec --limits bytes=100 -- seq 1000
	local id=${output##*all of it: }
	id=${id%%]*}
	run -0 --separate-stderr pab-grep -x 500 "$id"
	same "$id:500:500"
	run -0 --separate-stderr pab-read "$id:500"
	has $'\n   500\t500\n' "$output"
	run -0 --separate-stderr pab-read -j "$id:500:1:"
	json ".[0].path == \"$id\" and .[0].start_line == 490"
	run -2 --separate-stderr pab-read '@out:xyz:5'
	run -3 --separate-stderr pab-read '@out:0000:5'
}
