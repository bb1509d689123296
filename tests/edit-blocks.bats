#!/usr/bin/env bats
# pab-edit's requests on standard input: blocks and JSON, several edits in several files.
load helper
load user

# request FORMAT [ARG ...]: what printf makes of FORMAT goes to pab-edit's standard input.
request() {
	printf "$1" >req
	shift
	pab-edit "$@" <req
}

S='<<<<<<< SEARCH\n' M='=======\n' R='>>>>>>> REPLACE\n'

holds() {
	printf "$2" | cmp - "$1" || {
		od -c "$1" >&2
		return 1
	}
}

@test "blocks: whole lines, line ends kept, the end of the file without one" {
	printf 'a\r\nb\r\nc\n d' >f
	run -0 --separate-stderr request "${S}a\nb\n${M}1\n2\n3\n${R}${S} d\n${M} D\n${R}" f
	same 'edited f: 2 replacements, lines 1, 5'
	holds f '1\r\n2\r\n3\r\nc\n D'
	run -4 --separate-stderr request "${S}D\n${M}x\n${R}" f
	has 'f: text not found' "$stderr"
	run -0 --separate-stderr request "${S}2\n3\n${M}${R}" f
	holds f '1\r\nc\n D'
	run -0 --separate-stderr request "${S} D\n${M}${R}" f
	holds f '1\r\nc\n'
	run -0 --separate-stderr request "${S}c\n${M}\n${R}" f
	holds f '1\r\n\n'
	printf 'x\nxx\nx\n' >f
	run -4 --separate-stderr request "${S}x\n${M}y\n${R}" f
	has 'text found 2 times (lines 1, 3)' "$stderr"
	run -0 --separate-stderr request "${S}x\n${M}y\n${R}" -a f
	holds f 'y\nxx\ny\n'
}

@test "blocks: places that follow one another do not share a line" {
	printf '\n\n\n\n\nend\n' >f
	run -0 --separate-stderr request "${S}\n\n${M}${R}" --all f
	same 'edited f: 2 replacements, line 1'
	holds f '\nend\n'
	printf 'a\na\na\na\r\na\n' >f
	run -0 --separate-stderr request "${S}a\na\n${M}b\n${R}" --all f
	holds f 'b\nb\r\na\n'
}

@test "blocks: a byte order mark, UTF-16, bytes that are no UTF-8" {
	printf '\xef\xbb\xbfa\nb\n' >f
	run -0 --separate-stderr request "${S}a\n${M}A\n${R}" f
	holds f '\xef\xbb\xbfA\nb\n'
	printf '\xff\xfea\0\r\0\n\0b\0' >f
	run -0 --separate-stderr request "${S}a\nb\n${M}A\nB\nC\n${R}" f
	holds f '\xff\xfeA\0\r\0\n\0B\0\r\0\n\0C\0'
	printf 'caf\xe9\n\0\nb\n' >f
	run -0 --separate-stderr request "${S}caf\xe9\n${M}t\xe9\n${R}" f
	holds f 't\xe9\n\0\nb\n'
}

@test "blocks: several files are one transaction, each path where it was named" {
	mkdir d
	printf 'a\n' >d/f
	printf 'b\n' >'g h'
	ln -s d/f l
	sha256sum d/f 'g h' >sum
	run -4 --separate-stderr request "d/f\n${S}a\n${M}x\n${R}g h\n${S}nothing\n${M}y\n${R}"
	same ''
	says 'pab-edit: g h: edit 2 (line 8): text not found; nothing was changed'
	run -3 --separate-stderr request "d/f\n${S}a\n${M}x\n${R}d/g\n${S}a\n${M}y\n${R}"
	has 'd/g: no such file; ' "$stderr"
	has '; nothing was changed' "$stderr"
	sha256sum -c --quiet sum
	run -0 --separate-stderr request \
		"d/f\n${S}a\n${M}x\n${R}g h\n${S}b\n${M}y\n${R}l\n${S}x\n${M}z\n${R}./d/f\n${S}z\n${M}w\n${R}"
	same $'edited d/f: 3 replacements, line 1\nedited g h: 1 replacement, line 1'
	holds d/f 'w\n'
	holds 'g h' 'y\n'
	[ -L l ]
	run -0 --separate-stderr request "${S}w\n${M}y\n${R}${S}y\n${M}v\n${R}" d/f
	holds d/f 'v\n'
	run -4 --separate-stderr request "${S}v\n${M}y\n${R}" d/f 'g h'
	holds d/f 'v\n'
	printf 'v\n' >'g h'
	run -0 --separate-stderr request "${S}v\n${M}u\n${R}" d/f 'g h'
	[ "$(cat d/f 'g h')" = $'u\nu' ]
}

@test "blocks and FILE: a path must be one of those named" {
	printf 'a\n' >f
	printf 'a\n' >g
	run -0 --separate-stderr request "f\n${S}a\n${M}b\n${R}" f
	run -2 --separate-stderr request "g\n${S}a\n${M}b\n${R}" f
	has 'g: is not among the FILEs named' "$stderr"
	run -2 --separate-stderr request "f\n${S}b\n${M}c\n${R}" f g
	has 'g: the request has no edit of this file' "$stderr"
	run -2 --separate-stderr request "${S}a\n${M}b\n${R}"
	has 'no FILE to edit' "$stderr"
	run -2 --separate-stderr request "${S}a\n${M}b\n${R}g\n${S}a\n${M}b\n${R}"
	has 'edit 1 (line 1): it has no path, and other edits have' "$stderr"
	run -2 --separate-stderr request '' f
	run -2 --separate-stderr request ' \n\n' f
	[ "$(cat f g)" = $'b\na' ]
}

@test "blocks: conflict files, markers as text, what is out of place" {
	printf '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\nend\n' >f
	cp f f.orig
	run -2 --separate-stderr request "${S}<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n${M}b\n${R}" f
	has "when it is text, give the block's own markers one character more" "$stderr"
	cmp f f.orig
	run -0 --separate-stderr request "<<<<<<<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n=========\nb\n>>>>>>>>> REPLACE\n" f
	holds f 'b\nend\n'
	run -2 --separate-stderr request '*** Begin Patch\n*** End Patch\n' f
	has 'is a patch' "$stderr"
}

@test "blocks: a thousand edits of one file, in a moment and right" {
	seq -f 'line %g' 3000 >f
	seq -f 'line %g' 3000 | sed '2~3s/line/LINE/' >want
	seq 2 3 3000 | while read -r i; do
		printf "$S%s\n$M%s\n$R" "line $i" "LINE $i"
	done >req
	run -0 --separate-stderr pab-edit -q f <req
	cmp f want
}

@test "JSON: an array, one object, the library's keys, bytes as base64" {
	printf 'a\nb\nb\n' >f
	printf 'x\n' >g
	run -0 --separate-stderr request '[{"path":"f","old":"a","new":"A"},{"path":"g","old":"x","new":"y"}]'
	same $'edited f: 1 replacement, line 1\nedited g: 1 replacement, line 1'
	run -4 --separate-stderr request '{"old":"b","new":"c"}' f
	run -0 --separate-stderr request '\n\t{"file_path":"f","old_string":"b","new_string":"caf\\u00e9","replace_all":true}'
	holds f 'A\ncaf\xc3\xa9\ncaf\xc3\xa9\n'
	run -0 --separate-stderr request '{"path":"g","edits":[{"old":"y","new":"z"},{"old_b64":"eg==","new_b64":"/wA="}]}'
	holds g '\xff\0\n'
	run -4 --separate-stderr request '[{"old":"caf","new":"dog","all":true,"word":true}]' f
	run -2 --separate-stderr request '[{"path":"f","old":"A","new":"B","alll":true}]'
	has "edit 1: 'alll' is no key of an edit" "$stderr"
	run -2 --separate-stderr request '[{"path":"f","old":"A","new":"B"}'
	has 'no JSON that pab takes' "$stderr"
	run -2 --separate-stderr request '[{"path":"f","old":"","new":"B"}]'
	has 'the old text is empty' "$stderr"
	run -2 --separate-stderr request '[]'
	holds f 'A\ncaf\xc3\xa9\ncaf\xc3\xa9\n'
}

@test "JSON: tags and texts in one request" {
	printf 'one\ntwo\nthree\nfour\n' >f
	mapfile -t tag < <(pab-read --tags f | sed 's/|.*//')
	cat >req <<-END
		[{"at":"${tag[1]}","new":"2\n2b"},
		 {"old":"2b\n","new":""},
		 {"after":"${tag[3]}","new":"end"},
		 {"after":"${tag[3]}","new":"END"},
		 {"before":"${tag[2]}","new":"above 3"},
		 {"delete":"${tag[0]}"}]
	END
	run -0 --separate-stderr pab-edit -j f <req
	json '.[0] | .occurrences == 6 and .line_numbers == [1, 1, 2, 2, 5, 6]'
	holds f '2\nabove 3\nthree\nfour\nend\nEND\n'
	pab-read --tags f | sed 's/|.*//' >now
	printf '%s\n' "$output" | jq -r '.tags[]?' >said
	sed -n '1,2p;5,6p' now | cmp - said
}

@test "requests: hostile ones end well" {
	printf 'a\n' >f
	head -c 300000 /dev/urandom >req
	run -2 --separate-stderr timeout 20 pab-edit f <req
	{ printf '<<<<<<< SEARCH\n'; head -c 5000000 /dev/zero | tr '\0' '<'; } >req
	run -2 --separate-stderr timeout 20 pab-edit f <req
	{ printf '['; head -c 1000000 /dev/zero | tr '\0' '['; } >req
	run -2 --separate-stderr timeout 20 pab-edit f <req
	run -2 --separate-stderr bash -c 'pab-edit f <&-'
	run -7 --separate-stderr bash -c "printf '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n' | { pab-edit f >/dev/full; }"
	holds f 'b\n'
	run -3 --separate-stderr request "$(printf '%5000s' | tr ' ' x)\n${S}a\n${M}b\n${R}"
	run -3 --separate-stderr request "/dev/null\n${S}a\n${M}b\n${R}"
	run -5 --separate-stderr request "../f\n${S}a\n${M}b\n${R}" -B local:.
}
