#!/usr/bin/env bats
load helper

setup() {
	setup_pab
	mkdir -p tree/sub tree/.hid
	printf 'hello' >tree/a.c
	printf '%01204d' 0 >tree/sub.c
	: >tree/.dot
	: >tree/sub/x
	ln -s a.c tree/link
	touch -d '2024-05-06 07:08:09.123456789' tree/a.c
}

teardown() {
	[ -z "${SHARED-}" ] || rm -rf "$SHARED"
}

@test "help and version" {
	run -0 --separate-stderr pab-ls --help
	has "usage: pab-ls [options] [PATH ...]" "$output"
	has "exit status: 0 listed" "$output"
	[ "${#lines[@]}" -le 45 ]
	run -0 --separate-stderr pab-ls -h
	has "usage: pab-ls" "$output"
	run -0 --separate-stderr pab-ls --version
	has "pab-ls " "$output"
}

@test "sizes in one column, a slash behind directories, hidden names shown" {
	run -0 --separate-stderr pab-ls tree
	same "   0 .dot
   - .hid/
   5 a.c
   - link -> a.c
1204 sub.c
   - sub/"
	says ""
	cd tree
	run -0 --separate-stderr pab-ls
	has "1204 sub.c" "$output"
	run -0 --separate-stderr pab-ls -a1F .
	has "1204 sub.c" "$output"
}

@test "for a model: no padding, notices inside" {
	run -0 --separate-stderr pab-ls --output model tree
	same "0 .dot
- .hid/
5 a.c
- link -> a.c
1204 sub.c
- sub/"
	mkdir empty
	run -0 --separate-stderr pab-ls --output model empty
	same "[pab: empty directory]"
	says ""
}

@test "several operands and a depth: paths that can be given back" {
	run -0 --separate-stderr pab-ls tree/sub tree/a.c
	same "0 tree/sub/x
5 tree/a.c"
	run -0 --separate-stderr pab-ls -R tree
	has "   0 tree/sub/x" "$output"
	has "   - tree/sub/" "$output"
	run -0 --separate-stderr pab-ls --depth 1 tree
	[[ $output != *sub/x* ]]
	has "tree/a.c" "$output"
	run -0 --separate-stderr pab-ls "$W/tree/sub" tree/sub
	same "0 $W/tree/sub/x
0 tree/sub/x"
}

@test "an operand that is no directory lists itself" {
	mkfifo fifo
	run -0 --separate-stderr pab-ls tree/a.c
	same "5 tree/a.c"
	run -0 --separate-stderr pab-ls fifo
	same "- fifo"
	run -0 --separate-stderr pab-ls /dev/null
	same "- /dev/null"
	run -0 --separate-stderr pab-ls -d tree
	same "- tree/"
	run -0 --separate-stderr pab-ls tree/link
	same "- tree/link -> a.c"
}

@test "links: to a directory it is listed, into nothing or a loop it is shown" {
	ln -s tree/sub to-dir
	ln -s nowhere dangling
	ln -s loop loop
	run -0 --separate-stderr pab-ls to-dir
	same "0 x"
	run -0 --separate-stderr pab-ls -d to-dir
	same "- to-dir -> tree/sub"
	run -0 --separate-stderr pab-ls dangling loop
	same "- dangling -> nowhere
- loop -> loop"
	run -0 --separate-stderr pab-ls -R .
	has "dangling -> nowhere" "$output"
}

@test "an empty directory is no error" {
	mkdir empty
	run -0 --separate-stderr pab-ls empty
	same ""
	says "pab-ls: empty directory"
	run -0 --separate-stderr pab-ls empty tree/sub
	says "pab-ls: empty: empty directory"
	run -0 --separate-stderr pab-ls -q empty
	says ""
}

@test "a missing operand: status 3, near names, the rest is listed" {
	run -3 --separate-stderr pab-ls tree/a.d tree/sub
	same "0 tree/sub/x"
	has "pab-ls: tree/a.d: no such file; near: tree/a.c" "$stderr"
	run -3 --separate-stderr pab-ls tree/a.c/x
	has "pab-ls: tree/a.c/x: " "$stderr"
}

@test "wrong usage: status 2" {
	run -2 --separate-stderr pab-ls --frobnicate
	says "pab-ls: no option --frobnicate; see pab-ls --help"
	run -2 --separate-stderr pab-ls --sort name
	has "takes path, mtime or size" "$stderr"
	run -2 --separate-stderr pab-ls --kind f,q
	has "--kind takes f, d, l" "$stderr"
	run -2 --separate-stderr pab-ls --depth 0
	has "--depth takes a whole number from 1" "$stderr"
}

@test "sort and kinds" {
	touch -d '2020-01-01' tree/sub.c
	run -0 --separate-stderr pab-ls --kind f --sort size tree
	same "1204 sub.c
   5 a.c
   0 .dot"
	run -0 --separate-stderr pab-ls --kind file -tr tree
	same "1204 sub.c
   5 a.c
   0 .dot"
	run -0 --separate-stderr pab-ls --kind f -r tree
	same "1204 sub.c
   5 a.c
   0 .dot"
	run -0 --separate-stderr pab-ls --kind d,l tree
	same "- .hid/
- link -> a.c
- sub/"
}

@test "the long form" {
	chmod 4750 tree/a.c
	run -0 --separate-stderr pab-ls -l tree/a.c
	same "-rwsr-x--- 5 2024-05-06T07:08:09Z tree/a.c"
	run -0 --separate-stderr pab-ls -ld /tmp
	has "drwxrwxrwt - " "$output"
}

@test "json: every fact of an entry, a summary last" {
	run -0 --separate-stderr pab-ls -j tree
	json 'length == 7'
	json '.[2] == {type:"entry",path:"tree/a.c",name:"a.c",is_dir:false,kind:"file",
		size:5,modified_at:"2024-05-06T07:08:09.123456789Z",mode:"0644"}'
	json '.[1] | .is_dir and .kind == "dir" and .size == null and .name == ".hid"'
	json '.[3] | .kind == "link" and .target == "a.c" and .size == null'
	json '.[-1] | .type == "summary" and .entries == 6 and .shown == 6 and
		.truncated == false and .status == 0 and .incomplete == false and
		.skipped == {unreadable:0}'
	run -3 --separate-stderr pab-ls -j missing
	json '.[0].type == "error" and .[0].code == "not_found" and .[0].path == "missing"'
	json '.[1].status == 3'
	run -0 --separate-stderr env PAB_OUTPUT=json pab-ls -d /
	json '.[0].path == "/" and .[0].name == "/"'
}

@test "names with anything in them" {
	mkdir odd
	cd odd
	long=$(printf '%0255d' 0)
	: >"a b"; : >$'n\nl'; : >-dash; : >@at; : >$'\xff'; : >"$long"; : >"\$'q'"
	run -0 --separate-stderr pab-ls
	same "0 \$'\$\'q\\''
0 ./-dash
0 $long
0 ./@at
0 a b
0 \$'n\\nl'
0 "$'\xff'
	pab-ls -0 >../got
	printf '%s\0' "\$'q'" ./-dash "$long" ./@at "a b" $'n\nl' $'\xff' >../want
	cmp ../want ../got
	run -0 --separate-stderr pab-ls -j
	json '.[6].path_b64 == "/w==" and .[6].name_b64 == "/w=="'
	json '.[5].path == "n\nl" and .[1].path == "./-dash" and .[1].name == "-dash"'
	run -0 --separate-stderr pab-ls -- -dash
	same "0 ./-dash"
	run -0 --separate-stderr pab-ls ../odd
	has "0 -dash" "$output"
}

@test "the limit: counted to the end, said, strict is status 7" {
	mkdir many
	(cd many && touch $(seq -w 1 1500))
	run -0 --separate-stderr pab-ls many
	[ "${#lines[@]}" -eq 1000 ]
	says "pab-ls: 1,000 of 1,500 names shown; name a directory below, or --no-limit"
	run -7 --separate-stderr pab-ls --strict many
	run -0 --separate-stderr pab-ls --no-limit many
	[ "${#lines[@]}" -eq 1500 ]
	run -0 --separate-stderr pab-ls --limits rows=2 -j many
	json 'length == 4 and .[-1].truncated and .[-1].entries == 1500 and .[-1].shown == 2'
	run -0 --separate-stderr pab-ls --limits bytes=20 -r many
	same "0 1500
0 1499"
	pab-ls -0 many >got
	[ "$(tr -dc '\0' <got | wc -c)" -eq 1500 ]
}

@test "-R shows .git and does not enter it unless it is named" {
	mkdir -p repo/.git/objects
	: >repo/x
	run -0 --separate-stderr pab-ls -R repo
	same "- repo/.git/
0 repo/x"
	says "pab-ls: repo/.git was not entered; name it to list it"
	run -0 --separate-stderr pab-ls -R repo/.git
	same "- repo/.git/objects/"
}

@test "a directory that may not be read is said and breaks nothing" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	SHARED=$(mktemp -d /tmp/pab-test.XXXXXX)
	chmod 755 "$SHARED"
	cp "$BUILD/pab-ls" "$SHARED"
	cd "$SHARED"
	mkdir -p open/shut
	: >open/z
	chmod 700 open/shut
	as_other=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	run -0 --separate-stderr "${as_other[@]}" "$SHARED/pab-ls" -R open
	same "- open/shut/
0 open/z"
	says "pab-ls: 1 directory could not be read"
	run -7 --separate-stderr "${as_other[@]}" "$SHARED/pab-ls" open/shut
	has "open/shut: " "$stderr"
}

@test "confined: a link that leads out is refused, one inside works" {
	mkdir -p root/in outside
	: >root/in/f
	: >outside/secret
	ln -s ../outside root/out
	ln -s "$W/root/in" root/abs
	ln -s /etc root/etc
	cd root
	export PAB_BACKEND=local
	run -0 --separate-stderr pab-ls abs
	same "0 f"
	for path in out etc ../outside "$W/outside" in/../../outside /etc .. /; do
		run -5 --separate-stderr pab-ls "$path"
		same ""
		has "outside the root" "$stderr"
	done
	run -0 --separate-stderr pab-ls -R
	[[ $output != *secret* ]]
	has "out -> ../outside" "$output"
	run -0 --separate-stderr pab-ls -d out
	same "- out -> ../outside"
	run -0 --separate-stderr pab-ls "$W/root/in"
	same "0 f"
}

@test "standard output that cannot be written: status 7" {
	run -7 --separate-stderr bash -c 'pab-ls tree >/dev/full'
	has "cannot write standard output: No space left on device" "$stderr"
	run -7 --separate-stderr bash -c 'pab-ls tree >&-'
	has "cannot write standard output" "$stderr"
	run -0 --separate-stderr bash -c 'pab-ls tree 2>&- <&-'
	has "a.c" "$output"
}
