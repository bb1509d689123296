#!/usr/bin/env bats
load helper

setup() {
	setup_pab
	mkdir -p src/deep/er .github/wf node_modules/m build
	: >src/a.c; : >src/b.h; : >src/deep/c.c; : >src/deep/er/d.c; : >top.c
	: >.github/wf/ci.yml; : >.env; : >src/.hid.c; : >node_modules/m/x.c; : >build/o.c
	printf 'node_modules/\n/build/\n' >.gitignore
}

teardown() {
	[ -z "${SHARED-}" ] || rm -rf "$SHARED"
}

@test "help" {
	run -0 --separate-stderr pab-glob --help
	has "usage: pab-glob [options] PATTERN [PATH ...]" "$output"
	[ "${#lines[@]}" -le 45 ]
}

@test "without a slash at any depth, with one from the PATH on" {
	run -0 --separate-stderr pab-glob '*.c'
	same "src/a.c
src/deep/c.c
src/deep/er/d.c
top.c"
	says ""
	run -0 --separate-stderr pab-glob 'src/*.c'
	same "src/a.c"
	run -0 --separate-stderr pab-glob './*.c'
	same "top.c"
	run -0 --separate-stderr pab-glob '*.c' src/deep
	same "src/deep/c.c
src/deep/er/d.c"
	run -0 --separate-stderr pab-glob 'deep/*' src
	same "src/deep/c.c"
	run -0 --separate-stderr pab-glob a.c
	same "src/a.c"
	run -0 --separate-stderr pab-glob src/a.c
	same "src/a.c"
}

@test "** braces classes" {
	run -0 --separate-stderr pab-glob 'src/**/*.{c,h}'
	same "src/a.c
src/b.h
src/deep/c.c
src/deep/er/d.c"
	run -0 --separate-stderr pab-glob 'src/**/er/*'
	same "src/deep/er/d.c"
	run -0 --separate-stderr pab-glob '[!a-c].c'
	same "src/deep/er/d.c"
	run -0 --separate-stderr pab-glob -i 'A.C'
	same "src/a.c"
	run -0 --separate-stderr pab-glob -e '*.h' -e 'top.*'
	same "src/b.h
top.c"
}

@test "hidden names: by option, or when the pattern says so" {
	run -0 --separate-stderr pab-glob -. '*.c' src
	has "src/.hid.c" "$output"
	run -0 --separate-stderr pab-glob .env
	same ".env"
	run -0 --separate-stderr pab-glob '.github/**'
	same ".github/wf/ci.yml"
	run -1 --separate-stderr pab-glob '*.yml'
	says "pab-glob: no match in 14 names (2 ignored, 4 hidden); --hidden and --no-ignore show those"
}

@test "ignore files, at the root and above the PATH, with and without .git" {
	run -1 --separate-stderr pab-glob x.c
	run -0 --separate-stderr pab-glob --no-ignore '{x,o}.c'
	same "build/o.c
node_modules/m/x.c"
	printf '/deep/c.c\n' >src/.gitignore
	printf '!deep/c.c\nd.c\n' >src/.ignore
	run -0 --separate-stderr pab-glob '?.c' src
	same "src/a.c
src/deep/c.c"
	printf '/src/deep/c.c\n' >>.gitignore
	rm src/.ignore src/.gitignore
	run -0 --separate-stderr pab-glob '*.c' src/deep
	has "src/deep/c.c" "$output"
	mkdir .git
	run -0 --separate-stderr pab-glob '*.c' src/deep
	same "src/deep/er/d.c"
	rmdir .git
	run -0 --separate-stderr env PAB_BACKEND=local pab-glob '*.c' src/deep
	same "src/deep/er/d.c"
	cd src/deep
	run -0 --separate-stderr env PAB_BACKEND="local:$W" pab-glob '*.c'
	same "er/d.c"
}

@test "a named directory is searched even if a rule ignores it" {
	run -0 --separate-stderr pab-glob '*.c' node_modules
	same "node_modules/m/x.c"
}

@test ".git is left out, unless it is meant" {
	mkdir .git
	: >.git/config
	run -1 --separate-stderr pab-glob --hidden config
	run -0 --separate-stderr pab-glob '.git/*'
	same ".git/config"
	run -0 --separate-stderr pab-glob -uu config
	same ".git/config"
}

@test "kinds: files and links, directories when asked or when the pattern ends in /" {
	ln -s top.c l.c
	mkfifo p.c
	mkdir d.c
	run -0 --separate-stderr pab-glob './*.c'
	same "l.c
top.c"
	run -0 --separate-stderr pab-glob --kind d,p './*.c'
	same "d.c/
p.c"
	run -0 --separate-stderr pab-glob 'd*/'
	same "d.c/
src/deep/"
	run -1 --separate-stderr pab-glob top.c/
}

@test "nothing found says what would help" {
	run -1 --separate-stderr pab-glob deep
	same ""
	has "; 1 directory matches: --kind d" "$stderr"
	ln -s src ln
	run -1 --separate-stderr pab-glob 'ln/*.c'
	has "ln is a link, which is not followed: give it as PATH" "$stderr"
	mkdir empty
	run -1 --separate-stderr pab-glob '*' empty
	says "pab-glob: no match in 0 names"
	run -1 --separate-stderr pab-glob --output model nothing
	has "[pab: no match in " "$output"
	says ""
}

@test "patterns that name their own start" {
	cd src/deep
	run -0 --separate-stderr pab-glob '../*.h'
	same "../b.h"
	run -0 --separate-stderr pab-glob '../../*.c' er
	same "er/../../a.c"
	run -0 --separate-stderr pab-glob "$W/src/*.c"
	same "$W/src/a.c"
	run -0 --separate-stderr pab-glob "$W/s*/*.h" .
	same "$W/src/b.h"
	has "an absolute pattern says where; . was not searched" "$stderr"
	run -3 --separate-stderr pab-glob "$W/sro/*.c"
	has "$W/sro: no such file; near: $W/src" "$stderr"
}

@test "wrong usage and bad patterns: status 2, and the column" {
	run -2 --separate-stderr pab-glob
	has "no pattern" "$stderr"
	run -2 --separate-stderr pab-glob 'ab[c'
	has "missing ] for the [ at column 3 of 'ab[c'" "$stderr"
	run -2 --separate-stderr pab-glob -j '{a'
	json '.[0].code == "bad_pattern" and .[-1].status == 2'
	run -2 --separate-stderr pab-glob ''
	run -2 --separate-stderr pab-glob 'a/../b'
	run -2 --separate-stderr pab-glob /
}

@test "a PATH that is missing or no directory: status 3, the rest is searched" {
	run -3 --separate-stderr pab-glob '*.h' nowhere src
	same "src/b.h"
	has "nowhere: no such file" "$stderr"
	run -3 --separate-stderr pab-glob top.c src/a.c
	has "src/a.c: not a directory; quote the pattern, else the shell expands it" "$stderr"
}

@test "order and sort" {
	mkdir s
	printf 1 >s/b; printf 22 >s/a; mkdir s/a.d; printf 333 >s/a.d/z; : >s/a.c; : >s/a0
	touch -d 2020-01-01 s/b s/a.d/z
	touch -d 2021-01-01 s/a
	touch -d 2022-01-01 s/a0 s/a.c
	run -0 --separate-stderr pab-glob '*' s
	same "s/a
s/a.c
s/a.d/z
s/a0
s/b"
	run -0 --separate-stderr pab-glob --sort mtime '*' s
	same "s/a.c
s/a0
s/a
s/a.d/z
s/b"
	run -0 --separate-stderr pab-glob --sort size '*' s
	same "s/a.d/z
s/a
s/b
s/a.c
s/a0"
	run -0 --separate-stderr pab-glob --sort path --reverse '*' s
	same "s/b
s/a0
s/a.d/z
s/a.c
s/a"
	run -0 --separate-stderr pab-glob --depth 1 '*' s
	[[ $output != *a.d/z* ]]
}

@test "json: entries and a summary with what was skipped" {
	printf 12345 >src/a.c
	touch -d '2024-05-06 07:08:09.5' src/a.c
	run -0 --separate-stderr pab-glob -j 'src/[a]*'
	json '.[0] == {type:"entry",path:"src/a.c",name:"a.c",is_dir:false,kind:"file",size:5,
		modified_at:"2024-05-06T07:08:09.500000000Z",mode:"0644"}'
	json '.[-1] | .type == "summary" and .matches == 1 and .shown == 1 and .status == 0 and
		.truncated == false and .incomplete == false'
	json '.[-1].skipped == {ignored:2,hidden:4,unreadable:0}'
	run -1 --separate-stderr pab-glob -j nothing
	json '.[0].type == "notice" and .[1].status == 1 and .[1].matches == 0'
}

@test "names with anything in them" {
	mkdir odd
	cd odd
	long=$(printf '%0255d' 0)
	: >"a b"; : >$'n\nl'; : >-dash; : >@at; : >$'\xff'; : >"$long"; : >$'\xc3\xa9'
	pab-glob -0 '*' >../got
	printf '%s\0' ./-dash "$long" ./@at "a b" $'n\nl' $'\xc3\xa9' $'\xff' >../want
	cmp ../want ../got
	run -0 --separate-stderr pab-glob '?'
	same $'\xc3\xa9\n\xff'
	run -0 --separate-stderr pab-glob -- '-d*'
	same "./-dash"
	run -0 --separate-stderr pab-glob 'n*'
	same "\$'n\\nl'"
	run -0 --separate-stderr pab-glob -j $'\xff'
	json '.[0].path_b64 == "/w=="'
}

@test "the limit: counted to the end, said; -0 has none" {
	mkdir many
	(cd many && touch $(seq -w 1 1500))
	run -0 --separate-stderr pab-glob '*' many
	[ "${#lines[@]}" -eq 1000 ]
	says "pab-glob: 1,000 of 1,500 names shown; narrow the pattern, or --no-limit"
	run -7 --separate-stderr pab-glob --strict '*' many
	run -0 --separate-stderr pab-glob --limits rows=1 --sort path --reverse '*' many
	same "many/1500"
	run -0 --separate-stderr pab-glob -j --limits bytes=25 '*' many
	json 'length == 4 and .[-1].shown == 2 and .[-1].matches == 1500 and .[-1].truncated'
	pab-glob -0 '*' many >got
	[ "$(tr -dc '\0' <got | wc -c)" -eq 1500 ]
}

@test "time runs out: what was found is printed, status 7" {
	mkdir many
	(cd many && touch $(seq -w 1 600))
	run -7 --separate-stderr pab-glob --limits timeout=0 '*' many
	has "many/001" "$output"
	has "time ran out" "$stderr"
	run -7 --separate-stderr pab-glob -j --limits timeout=0 '*' many
	json '.[-1].incomplete and (map(select(.type == "error"))[0].code == "timeout")'
}

@test "only what can match is walked" {
	command -v strace >/dev/null || skip "strace is not installed"
	ASAN_OPTIONS+=:detect_leaks=0 # the leak checker cannot run under strace
	strace -f -o trace -e trace=openat,openat2 pab-glob --no-ignore 'src/*.c' >/dev/null ||
		skip "strace may not trace here"
	grep -q '"src"' trace
	[ "$(grep -c node_modules trace)" -eq 0 ]
	[ "$(grep -c '"deep"' trace)" -eq 0 ]
}

@test "an unreadable directory is counted and changes no status" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	SHARED=$(mktemp -d /tmp/pab-test.XXXXXX)
	chmod 755 "$SHARED"
	cp "$BUILD/pab-glob" "$SHARED"
	cd "$SHARED"
	mkdir -p src shut
	: >src/b.h
	chmod 700 shut
	run -0 --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$SHARED/pab-glob" '*.h'
	same "src/b.h"
	says "pab-glob: 1 directory could not be read"
}

@test "confined: nothing outside the root, by link, by .. or by name" {
	mkdir -p root/in outside
	: >root/in/f.z
	: >outside/s.z
	ln -s ../outside root/out
	ln -s loop root/loop
	cd root
	export PAB_BACKEND=local
	run -0 --separate-stderr pab-glob '*.z'
	same "in/f.z"
	for path in out ../outside "$W/outside" / /etc in/../..; do
		run -5 --separate-stderr pab-glob '*.z' "$path"
		same ""
	done
	run -5 --separate-stderr pab-glob '../outside/*'
	run -5 --separate-stderr pab-glob "$W/outside/*"
	run -0 --separate-stderr pab-glob "$W/root/*/*.z"
	same "$W/root/in/f.z"
	run -3 --separate-stderr pab-glob '*' loop
	has "loop: too many symbolic links" "$stderr"
}

@test "standard output that cannot be written: status 7; a closed pipe ends it" {
	run -7 --separate-stderr bash -c "pab-glob '*.c' >/dev/full"
	has "cannot write standard output" "$stderr"
	run -7 --separate-stderr bash -c "pab-glob '*.c' >&-"
	run -141 --separate-stderr bash -c 'pab-glob -0 -uu "*" / | head -c 1; exit ${PIPESTATUS[0]}'
}

@test "few descriptors: no directory is left out, by the walk or by those that help it" {
	local n
	python3 -c '
import os
for i in range(3000):
    os.makedirs(f"many/{i % 7}/{i}")
    with open(f"many/{i % 7}/{i}/f", "w") as f:
        f.write("needle\n")'
	for n in 32 64 256 600; do
		(
			ulimit -n $n
			pab-glob f many --no-limit >globbed
			[ "$(wc -l <globbed)" -eq 3000 ]
			pab-grep -l needle many --no-limit >found
			[ "$(wc -l <found)" -eq 3000 ]
			pab-ls -R many --no-limit >listed
			[ "$(grep -c "/f$" listed)" -eq 3000 ]
		)
	done
}
