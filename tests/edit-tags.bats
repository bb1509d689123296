#!/usr/bin/env bats
# Line tags: what pab-read prints, what pab-edit takes, what it says of a line that moved.
load helper

# tag N [FILE]: the tag of line N.
tag() {
	pab-read -q --tags -r "$1" "${2:-f}" | sed 's/|.*//'
}

holds() {
	printf "$2" | cmp - "$1" || {
		od -c "$1" >&2
		return 1
	}
}

# fnv TEXT: the hash as the page describes it.
fnv() {
	python3 - "$1" <<-'END'
		import os, sys
		h = 0x811c9dc5
		for c in os.fsencode(sys.argv[1]):
		    h = (h ^ c) * 0x01000193 & 0xffffffff
		print("%04x" % (h >> 16 ^ h & 0xffff))
	END
}

@test "pab-read --tags: FNV-1a of the whole line, without its end" {
	printf 'one\r\n\ttwo\n\nfour \r' >f
	run -0 --separate-stderr pab-read -q --tags f
	same "$(printf '1:%s|one\n2:%s|\ttwo\n3:%s|\n4:%s|four \r' "$(fnv one)" \
		"$(fnv $'\ttwo')" "$(fnv '')" "$(fnv $'four \r')")"
	[ "$(fnv '')" = 1cd9 ]
	run -0 --separate-stderr pab-read -q --tags -r 2 -r 4 f
	same "$(printf '2:%s|\ttwo\n--\n4:%s|four \r' "$(fnv $'\ttwo')" "$(fnv $'four \r')")"
	long=$(head -c 300000 /dev/zero | tr '\0' x)
	printf '%s\n' "$long" >g
	run -0 --separate-stderr pab-read --tags g
	[ "${output%%|*}" = "1:$(python3 -c '
h = 0x811c9dc5
for _ in range(300000): h = (h ^ 120) * 0x01000193 & 0xffffffff
print("%04x" % (h >> 16 ^ h & 0xffff))')" ]
	printf '\xef\xbb\xbfone\n' >g
	run -0 --separate-stderr pab-read -q --tags g
	same "1:$(fnv one)|one"
	printf '\xff\xfe\xe9\0\n\0' >g
	run -0 --separate-stderr pab-read -q --tags g
	same "1:$(fnv é)|é"
	run -0 --separate-stderr pab-read --tags -j -r 1:2 f
	json ".[0].tags == [\"1:$(fnv one)\", \"2:$(fnv $'\ttwo')\"] and .[0].content == \"one\\r\\n\\ttwo\\n\""
	run -2 --separate-stderr pab-read --tags --raw f
	run -2 --separate-stderr pab-read --tags -b 0:2 f
}

@test "--at, --to, --after, --before, --delete" {
	printf 'a\nb\nc\nd\n' >f
	run -0 --separate-stderr pab-edit --at "$(tag 2)" --new B f
	same "edited f: 1 edit, line 2; now $(tag 2)"
	run -0 --separate-stderr pab-edit --at "$(tag 2)" --to "$(tag 3)" --new $'1\n2\n3\n' f
	same "edited f: 1 edit, line 2; now $(tag 2) $(tag 3) $(tag 4)"
	holds f 'a\n1\n2\n3\nd\n'
	run -0 --separate-stderr pab-edit --after "$(tag 5)" --new '' f
	holds f 'a\n1\n2\n3\nd\n\n'
	run -0 --separate-stderr pab-edit --before "$(tag 1)" --new top f
	run -0 --separate-stderr pab-edit --after 0 --new TOP f
	holds f 'TOP\ntop\na\n1\n2\n3\nd\n\n'
	run -0 --separate-stderr pab-edit --delete "$(tag 3),$(tag 8)" f
	same 'edited f: 1 edit, line 3'
	holds f 'TOP\ntop\n'
	run -0 --separate-stderr bash -c "printf 'x\ny\n' | { pab-edit --at $(tag 1) f; }"
	holds f 'x\ny\ntop\n'
	printf 'from a file' >n
	run -0 --separate-stderr pab-edit --at "$(tag 1)" --new-file n f
	holds f 'from a file\ny\ntop\n'
	run -0 --separate-stderr pab-edit -n --delete "$(tag 1)" f
	same 'would edit f: 1 edit, line 1'
	holds f 'from a file\ny\ntop\n'
}

@test "line ends, marks and the end of the file are kept" {
	printf '\xef\xbb\xbfa\r\nb\r\nc' >f
	run -0 --separate-stderr pab-edit --at "$(tag 1)" --new $'1\n2' f
	holds f '\xef\xbb\xbf1\r\n2\r\nb\r\nc'
	run -0 --separate-stderr pab-edit --after "$(tag 4)" --new $'d\ne' f
	same "edited f: 1 edit, line 5; now $(tag 5) $(tag 6)"
	holds f '\xef\xbb\xbf1\r\n2\r\nb\r\nc\r\nd\r\ne'
	run -0 --separate-stderr pab-edit --before 0 --new top f
	holds f '\xef\xbb\xbftop\r\n1\r\n2\r\nb\r\nc\r\nd\r\ne'
	run -0 --separate-stderr pab-edit --delete "$(tag 7)" f
	holds f '\xef\xbb\xbftop\r\n1\r\n2\r\nb\r\nc\r\nd\r\n'
	printf '\xff\xfea\0\n\0b\0' >f
	run -0 --separate-stderr pab-edit --after "$(tag 2)" --new é f
	holds f '\xff\xfea\0\n\0b\0\n\0\xe9\0'
	: >f
	run -0 --separate-stderr pab-edit --after 0 --new first f
	holds f 'first\n'
	printf 'a\xe9\nb\n' >f
	run -0 --separate-stderr pab-edit --at "$(tag 1)" --new $'\xff' f
	holds f '\xff\nb\n'
}

@test "a line that changed, moved, went" {
	seq -f 'line %g' 20 >f
	five=$(tag 5)
	sed -i '2i\new\nnew2' f
	run -4 --separate-stderr pab-edit --at "$five" --new x f
	says "pab-edit: f: line 5 is now $(tag 5 | cut -d: -f2), not ${five#*:}; that line moved to 7:${five#*:}"
	run -4 --separate-stderr pab-edit -j --at "$five" --new x f
	json '.[0].code == "stale"'
	sed -i '$a\line 5' f
	run -4 --separate-stderr pab-edit --at "$five" --new x f
	has "; that line may be 7:${five#*:} or 23:${five#*:}" "$stderr"
	sed -i '/line 5/d' f
	run -4 --separate-stderr pab-edit --at "$five" --new x f
	has '; read it again (pab-read --tags)' "$stderr"
	run -4 --separate-stderr pab-edit --at "99:${five#*:}" --new x f
	has 'there is no line 99, the file has 21' "$stderr"
	run -4 --separate-stderr pab-edit --at "$(tag 3)" --to "99:${five#*:}" --new x f
	[ "$(wc -l <f)" -eq 21 ]
}

@test "wrong tags and wrong company" {
	printf 'a\nb\n' >f
	for t in 1 x 1:abc 1:abcde 0 "$(tag 1)|a" ''; do
		run -2 --separate-stderr pab-edit --at "$t" --new x f
	done
	run -2 --separate-stderr pab-edit --at "$(tag 1)|a" --new x f
	has 'leave out the | and what follows' "$stderr"
	run -2 --separate-stderr pab-edit --at "$(tag 1)" --after "$(tag 2)" --new x f
	run -2 --separate-stderr pab-edit --to "$(tag 2)" --new x f
	run -2 --separate-stderr pab-edit --after "$(tag 1)" --to "$(tag 2)" --new x f
	run -2 --separate-stderr pab-edit --at "$(tag 2)" --to "$(tag 1)" --new x f
	has 'the last line stands above the first' "$stderr"
	run -2 --separate-stderr pab-edit --delete "$(tag 1)" --new x f
	run -2 --separate-stderr pab-edit --at "$(tag 1)" --old a --new x f
	run -2 --separate-stderr pab-edit --at "$(tag 1)" f
	has 'standard input is empty; --delete removes lines' "$stderr"
	cp f g
	run -2 --separate-stderr pab-edit --at "$(tag 1)" --new x f g
	has 'a line tag is of one file' "$stderr"
	run -2 --separate-stderr pab-edit --at "$(tag 1)" --new "$(pab-read --tags f)" f
	has 'the new text begins with line tags; leave them out' "$stderr"
	run -2 --separate-stderr pab-edit --at "$(tag 1)" --new x
	holds f 'a\nb\n'
}

@test "forty by tag at once: each line is changed once, or told" {
	seq -f 'line %g' 40 >f
	mapfile -t tags < <(pab-read --tags f | sed 's/|.*//')
	local pids=() i
	for i in "${tags[@]}"; do
		pab-edit -q --at "$i" --new "LINE ${i%:*}" f &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	seq -f 'LINE %g' 40 | cmp - f
}
