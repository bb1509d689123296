load helper

# Where the tools may go: PAB_BACKEND, the root, the directories of PAB_ALLOW. Every escape
# is tried with every tool, and what lies outside is compared before and after.

setup() {
	setup_pab
	mkdir -p root/sub/deep root-evil out/dir allowed
	echo inside >root/a
	echo below >root/sub/b
	echo deep >root/sub/deep/c
	echo secret >out/secret
	echo secret >out/dir/s
	echo secret >root-evil/x
	echo secret >secret
	echo allowed >allowed/w
	cd root || return 1
	export PAB_BACKEND=local
}

# Everything about everything that a tool could have touched.
state() {
	(cd "$W" && find . -printf '%p %y %m %s %l %T@ %C@\n' | sort && cat \
		out/secret out/dir/s root-evil/x secret allowed/w root/a root/sub/b)
}

has_tool() {
	[ -x "$BUILD/$1" ]
}

# outside STATUS COMMAND ...: the command is refused for leading outside.
outside() {
	run "-$1" --separate-stderr "${@:2}"
	same ''
	has "outside the root $(cd "$W/root" && pwd)" "$stderr"
}

# refused OPERAND ...: every tool refuses each of them and nothing is touched.
refused() {
	state >"$BATS_TEST_TMPDIR/before"
	for operand; do
		echo "operand: $operand" >&2
		outside 5 pab-read -- "$operand"
		outside 5 pab-read --raw -- "$operand"
		outside 5 pab-write -- "$operand" <"$W/allowed/w"
		outside 5 pab-edit --all --old secret --new public -- "$operand"
		if has_tool pab-ls; then
			outside 5 pab-ls -- "$operand"
		fi
		if has_tool pab-glob; then
			outside 5 pab-glob -- '*' "$operand"
		fi
		if has_tool pab-grep; then
			outside 5 pab-grep -- secret "$operand"
		fi
		if has_tool pab-exec; then
			outside 125 pab-exec -C "$operand" -- cat secret s
			has 'pab-exec: outside_root: ' "$stderr"
		fi
	done
	state >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# reads TEXT OPERAND ...: pab-read shows this one line for each of them.
reads() {
	for operand in "${@:2}"; do
		echo "operand: $operand" >&2
		run -0 --separate-stderr pab-read --raw -- "$operand"
		same "$1"
		says ''
	done
}

# changes FILE OPERAND ...: through each operand, pab-edit and pab-write change FILE.
changes() {
	for operand in "${@:2}"; do
		echo "operand: $operand" >&2
		echo old >"$1"
		run -0 --separate-stderr pab-edit -q --old old --new new -- "$operand"
		run -0 --separate-stderr cat "$1"
		same new
		run -0 --separate-stderr pab-write -q -- "$operand" < <(echo written)
		run -0 --separate-stderr cat "$1"
		same written
	done
}

@test ".. in every position is resolved, and refused when it leads out" {
	refused .. ../ ../. ../.. ../secret ../out/secret ./../secret sub/../../secret \
		sub/deep/../../../secret sub/../../out/dir/s ../root/../secret \
		../../../../../../../../../../etc/passwd .././secret ..//secret \
		sub/./../../secret sub//..//..//secret ../out/../secret ../root-evil/x \
		../root/sub/../../secret ../out/dir/../secret
}

@test "absolute paths outside" {
	refused / // /etc /etc/passwd /../etc/passwd "$W" "$W/" "$W/secret" "$W//secret" \
		"$W/root/../secret" "$W/root/sub/../../out/secret" "$W/./out/../secret" \
		"$W/out" "$W/nothing" "$W/root/../nothing" /nothing/at/all
}

@test "a twin whose name only starts like the root's" {
	ln -s ../root-evil/x twin
	ln -s "$W/root-evil/x" twin2
	ln -s "$W/root-evil" twin3
	refused "$W/root-evil/x" "$W/root-evil" ../root-evil twin twin2 twin3 twin3/x
}

@test "links that lead outside" {
	ln -s ../secret rel
	ln -s "$W/secret" abs
	ln -s ../out dir
	ln -s "$W/out" absdir
	ln -s rel chain1
	ln -s sub/../chain1 chain2
	ln -s "$W/root/chain2" chain3
	ln -s ../../secret sub/up
	ln -s .. up
	ln -s / top
	ln -s sub/up/../secret via
	ln -s "$W/root/../secret" around
	refused rel abs dir dir/ dir/secret dir/dir/s absdir absdir/secret chain1 chain2 chain3 \
		sub/up up up/secret up/root/../secret top top/etc/passwd around \
		dir/../secret absdir/dir/../secret "$W/root/rel" "$W/root/dir/secret" via via/x
}

@test "links of the proc file system" {
	ln -s /proc/self/root top
	ln -s /proc/self/cwd here
	ln -s "/proc/$$/cwd" other
	ln -s /proc/self/fd/9 nine
	ln -s /proc/self/exe exe
	cd "$W/out"
	export PAB_BACKEND="local:$W/root"
	exec 9<"$W/out/secret"
	refused top top/etc/passwd "top$W/secret" here here/secret other/secret nine exe \
		/proc/self/root/etc/passwd /proc/self/cwd/secret /proc/self/fd/9 /dev/stdin
	exec 9<&-
}

@test "a dangling link is followed by a write only inside" {
	ln -s new in
	ln -s "$W/root/sub/new2" in2
	ln -s ../out/new out
	ln -s "$W/out/new" out2
	ln -s out out3
	ln -s "$W/out/none/new" out4
	refused out out2 out3 out4 "$W/root/out"
	for link in in in2; do
		run -0 --separate-stderr pab-write -q "$link" < <(echo made)
	done
	reads made new sub/new2 in in2
	run -0 --separate-stderr readlink in
	same new
}

@test "directories are not made outside, nor for what is refused" {
	ln -s ../out o
	ln -s ../out/none n
	state >"$BATS_TEST_TMPDIR/before"
	for operand in ../out/p/f o/p/f n/f n/p/f "$W/out/p/f" ../p/f sub/../../p/f; do
		outside 5 pab-write "$operand" <"$W/allowed/w"
	done
	for operand in new/ new/. new/../f new/../../f new/x/../../../out/f; do
		run -3 --separate-stderr pab-write "$operand" <"$W/allowed/w"
	done
	state >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "links that land inside work, and are kept" {
	ln -s a rel
	ln -s "$W/root/a" abs
	ln -s ../a sub/up
	ln -s . dot
	ln -s "$W/root" self
	ln -s sub/deep/../../sub/up chain
	ln -s "$W/root/chain" chain2
	ln -s ../root/a around
	ln -s "$W/out/../root/a" around2
	reads inside rel abs sub/up dot/a dot/dot/a self/a self/self/rel chain chain2 around \
		around2 ./rel sub/../rel "$W/root/rel" "$W/root/self/chain2"
	changes a rel abs sub/up dot/a self/a chain chain2 around around2
	run -0 --separate-stderr find . -type l
	[ "${#lines[@]}" -eq 9 ]
}

@test ".. and other spellings that stay inside" {
	echo dots >a..b
	echo dots >..c
	echo dots >...
	mkdir ..d
	echo dots >..d/e..
	reads inside sub/../a ./a .//a sub/deep/../../a ../root/a sub/../../root/a "$W/root/a" \
		"$W//root//a" "$W/root/sub/../a" "$W/root/../root/a"
	reads dots a..b ..c ... ..d/e.. sub/../..d/e.. ./a..b
	changes a sub/../a ../root/a "$W/root/../root/a"
	changes a..b a..b ../root/a..b
}

@test "the root by another name" {
	ln -s root "$W/name"
	ln -s "$W/root/sub" "$W/part"
	ln -s "$W" "$W/parent"
	for spec in "local:$W/name" "local:$W/parent/root" "local:../name" local; do
		export PAB_BACKEND=$spec
		reads inside "$W/name/a" "$W/root/a" "$W/parent/root/a" "$W/parent/name/a" a \
			../root/a ../name/a ../parent/name/a
		reads below "$W/part/b" "$W/part/../sub/b"
		changes sub/b "$W/part/b" "$W/name/sub/b"
		echo below >sub/b
	done
	run -5 --separate-stderr pab-read "$W/name/../secret"
	run -5 --separate-stderr pab-read "$W/part/../../secret"
	cd "$W/name/sub"
	PAB_BACKEND=local:.. reads inside ../a "$W/name/a"
}

@test "PAB_ALLOW: more directories, and links between them" {
	ln -s ../allowed/w link
	ln -s "$W/allowed" dir
	ln -s "$W/root/a" "$W/allowed/back"
	ln -s ../secret "$W/allowed/out"
	refused link dir/w "$W/allowed/w"
	export PAB_ALLOW=$W/allowed:$W/out/dir
	reads allowed link dir/w "$W/allowed/w" ../allowed/w dir/../allowed/w
	reads inside "$W/allowed/back" dir/back "$W/allowed/../root/a"
	reads secret "$W/out/dir/s" ../out/dir/s
	changes ../allowed/w link dir/w "$W/allowed/w"
	refused "$W/allowed/out" dir/out dir/../secret "$W/allowed/../secret" ../out/secret \
		"$W/out/dir/../secret" "$W/out"
	PAB_ALLOW='' outside 5 pab-read "$W/allowed/w"
	run -0 --separate-stderr pab-read --raw --allow "$W/out" "$W/out/secret"
	same secret
	run -5 --separate-stderr pab-read --allow "$W/out" "$W/allowed/w"
	run -0 --separate-stderr pab-read --raw --allow ":../allowed::" "$W/allowed/back"
	same inside
	run -3 --separate-stderr pab-read --allow "$W/none" a
	says "pab-read: $W/none: no such file (a directory of --allow or PAB_ALLOW)"
}

@test "local:DIR, relative and absolute, from inside and outside" {
	cd "$W/out"
	for spec in "local:$W/root" local:../root local:./../root/ "local:$W/root//"; do
		export PAB_BACKEND=$spec
		reads inside a ./a sub/../a "$W/root/a" ../root/a
		outside 5 pab-read sub/../../secret
		outside 5 pab-read "$W/out/secret"
		run -3 --separate-stderr pab-read secret
		has "no such file (relative to $W/" "$stderr"
	done
	cd "$W/root/sub"
	reads below b ../sub/b
	reads inside ../a
	outside 5 pab-read ../../secret
	run -0 --separate-stderr pab-read --raw -B local b
	same below
	run -5 --separate-stderr pab-read --raw -B local ../a
	says "pab-read: ../a: outside the root $W/root/sub"
}

@test "--cwd and PAB_CWD" {
	export PAB_CWD=sub
	reads below b ./b deep/../b "$W/root/sub/b"
	reads inside ../a
	PAB_CWD=$W/root/sub reads below b
	PAB_CWD=sub/deep/.. reads below b
	PAB_CWD='' reads inside a
	run -0 --separate-stderr pab-read --raw --cwd sub/deep c
	same deep
	outside 5 pab-read ../../secret
	outside 5 pab-read --cwd .. secret
	outside 5 pab-read --cwd ../out secret
	run -5 --separate-stderr pab-read --cwd "$W/out" secret
	says "pab-read: $W/out: outside the root $W/root (the directory of --cwd or PAB_CWD)"
	run -3 --separate-stderr pab-read --cwd none a
	unset PAB_BACKEND
	PAB_CWD=$W/out reads secret secret
	PAB_CWD=sub reads below b
}

@test "without a backend everything is open; empty is unset" {
	ln -s ../secret link
	for PAB_BACKEND in '' unset; do
		[ "$PAB_BACKEND" ] && unset PAB_BACKEND
		reads secret ../secret "$W/secret" link
		changes link link
		echo secret >link
	done
}

@test "backends that do not exist" {
	for spec in nowhere Local LOCAL localhost local: dockers:x 'local ' /tmp; do
		run -2 --separate-stderr pab-read -B "$spec" a
		has "no backend '$spec'; known backends: " "$stderr"
		has 'local, local:DIR' "$stderr"
		same ''
		PAB_BACKEND=$spec run -2 --separate-stderr pab-read a
	done
	run -2 --separate-stderr pab-read -B $'no\nwhere' a
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "a backend's directory that is missing or no directory" {
	run -3 --separate-stderr pab-read -B "local:$W/none" a
	says "pab-read: $W/none: no such file (the directory of the backend)"
	run -3 --separate-stderr pab-read -B local:a a
	says 'pab-read: a: not a directory (the directory of the backend)'
	mkdir gone
	cd gone
	rmdir "$PWD"
	run -3 --separate-stderr pab-read a
	run -0 --separate-stderr pab-read --raw -B "local:$W/root" a
	same inside
}

@test "the messages name the root and what there is" {
	run -5 --separate-stderr pab-read /sub/b
	says "pab-read: /sub/b: outside the root $W/root; there is sub/b"
	run -5 --separate-stderr pab-read /home/someone/root/sub/b
	says "pab-read: /home/someone/root/sub/b: outside the root $W/root; there is sub/b"
	run -5 --separate-stderr pab-read "$W/sub/b"
	says "pab-read: $W/sub/b: outside the root $W/root; there is sub/b"
	run -5 --separate-stderr pab-read /nothing/here
	says "pab-read: /nothing/here: outside the root $W/root"
	run -5 --separate-stderr pab-read /etc/.
	says "pab-read: /etc/.: outside the root $W/root"
	run -5 --separate-stderr pab-read /etc/..
	says "pab-read: /etc/..: outside the root $W/root"
	run -5 --separate-stderr pab-read ../secret
	says "pab-read: ../secret: outside the root $W/root"
	cd sub
	run -5 --separate-stderr pab-read -B "local:$W/root" /sub/b
	says "pab-read: /sub/b: outside the root $W/root; there is $W/root/sub/b"
	run -5 --separate-stderr pab-read -j -B "local:$W/root" /sub/b
	json '.[0].type == "error" and .[0].code == "outside_root" and .[0].path == "/sub/b"
		and .[0].status == 5 and .[-1].type == "summary" and .[-1].status == 5'
}

@test "the worst status wins and what succeeded is shown" {
	run -5 --separate-stderr pab-read --raw a ../secret missing sub/b
	same $'inside\nbelow'
	has '../secret: outside the root' "$stderr"
	has 'missing: no such file' "$stderr"
	state >"$BATS_TEST_TMPDIR/before"
	run -5 --separate-stderr pab-edit --old inside --new x a ../secret
	has '; nothing was changed' "$stderr"
	state >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "names that are hard to write" {
	long=$(printf '%0255d' 0)
	for name in $'new\nline' -dash --help @at 'a b' $'\xff' $'\xc3\xa9' '*' "$long" $'\e[31m' \
		$'$\'x\'' '\' "'" a:1 ':'; do
		mkdir "./$name"
		echo odd >"./$name/$name"
		mkdir "$W/out/$name"
		echo secret >"$W/out/$name/$name"
		reads odd "./$name/$name" "$name/../$name/$name" "$W/root/$name/$name"
		outside 5 pab-read -- "../out/$name/$name"
		outside 5 pab-read -- "$W/out/$name/$name"
		[ "${#stderr_lines[@]}" -eq 1 ]
		ln -s "$W/out/$name" "./$name/out"
		outside 5 pab-write -- "$name/out/$name" <"$W/allowed/w"
		ln -s "$W/root/$name" "./$name/in"
		changes "./$name/$name" "./$name/in/$name"
	done
	run -3 --separate-stderr pab-read "${long}0"
	has ': the name is too long' "$stderr"
	run -3 --separate-stderr pab-write "new/${long}0" </dev/null
}

@test "a root whose name needs quotes" {
	mkdir $'../od\nd' ../-dash
	echo odd >$'../od\nd/f'
	export PAB_BACKEND=$'local:../od\nd'
	run -0 --separate-stderr pab-read --raw f
	same odd
	run -5 --separate-stderr pab-read /etc/passwd
	says "pab-read: /etc/passwd: outside the root \$'$W/od\\nd'"
	run -5 --separate-stderr pab-read --cwd / f
	[ "${#stderr_lines[@]}" -eq 1 ]
	cd ..
	run -3 --separate-stderr pab-read -B local:-dash f
	has 'f: no such file' "$stderr"
}

@test "deep and long paths" {
	dir=$(printf 'd%.0s' {1..200})
	(
		for _ in {1..30}; do
			mkdir "$dir" && cd "$dir" || exit 1
		done
		echo deep >f
	)
	at=$dir
	while [ $((${#at} + ${#dir} + 1)) -lt 4000 ]; do
		at=$at/$dir
	done
	run -3 --separate-stderr pab-read "$at/f"
	run -0 --separate-stderr pab-write -q "$at/f" < <(echo long)
	reads long "$at/f" "$W/root/$at/f"
	dots=$(printf './%.0s' {1..2047})
	[ ${#dots} -eq 4094 ]
	reads inside "${dots}a"
	run -3 --separate-stderr pab-read "./${dots}a"
	has 'the name is too long' "$stderr"
	run -3 --separate-stderr pab-write "./${dots}new" <"$W/allowed/w"
	has 'the name is too long' "$stderr"
	ups=$(printf '../%.0s' {1..1360})
	outside 5 pab-read "${ups}etc/passwd"
	subs=$(printf 'sub/../%.0s' {1..580})
	reads inside "${subs}a"
	outside 5 pab-read "${subs}../secret"
	# The links on the way count, not the components.
	ln -s . dot
	loops=$(printf 'dot/%.0s' {1..41})
	run -3 --separate-stderr pab-read "${loops}a"
	has 'too many symbolic links' "$stderr"
	ln -s ring2 ring
	ln -s "$W/root/ring" ring2
	run -3 --separate-stderr pab-read ring
	has 'too many symbolic links' "$stderr"
}

@test "a root that was renamed is still the root" {
	mkdir "$W/other"
	echo secret >"$W/other/a"
	# The shell stands in the directory that had the name.
	mv "$W/root" "$W/moved"
	mv "$W/other" "$W/root"
	reads inside a ../moved/a sub/../a "$W/moved/a"
	run -5 --separate-stderr pab-read "$W/root/../secret"
	says "pab-read: $W/root/../secret: outside the root $W/moved"
	ln -s "$W/root/a" stale
	ln -s "$W/moved/a" fresh
	reads inside fresh
	run -5 --separate-stderr pab-read stale
	run -5 --separate-stderr pab-read "$W/root/a"
	run -5 --separate-stderr pab-write stale <"$W/allowed/w"
	run -0 --separate-stderr cat "$W/root/a"
	same secret
}

# race KINDS COMMAND ...: runs the command at least $least (100) times while the names are
# swapped, and at most 10 s until it gave KINDS different statuses; they are $statuses.
race() {
	local want=$1 n=0 status end=$((SECONDS + 10))
	local -A seen=()
	shift
	while [ $n -lt ${least:-100} ] ||
		{ [ ${#seen[@]} -lt "$want" ] && [ $SECONDS -lt $end ]; }; do
		status=0
		"$@" >>"$BATS_TEST_TMPDIR/got" 2>>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
		seen[$status]=$((${seen[$status]:-0} + 1))
		n=$((n + 1))
	done
	echo "$*: $n calls: ${!seen[*]}: ${seen[*]}" >&2
	statuses=("${!seen[@]}")
	[ ${#seen[@]} -ge "$want" ]
}

# Nothing from outside was shown by any of the calls.
no_secret() {
	run -1 --separate-stderr grep -a secret "$BATS_TEST_TMPDIR/got"
	same ''
}

# among STATUS ...: the race gave no others.
among() {
	local status
	for status in "${statuses[@]}"; do
		has " $status " " $* "
	done
}

start_swapper() {
	swapper 60 "$1" "$2" >"$BATS_TEST_TMPDIR/swaps" 2>&1 3>&- &
	swapper=$!
}

teardown() {
	[ -z "${swapper-}" ] || kill "$swapper" 2>/dev/null || true
}

stop_swapper() {
	kill "$swapper"
	wait "$swapper"
	swapper=
	# It did run, and was not stopped by an error.
	run -0 --separate-stderr grep -x '[0-9]*' "$BATS_TEST_TMPDIR/swaps"
}

outside_state() {
	(cd "$W" && find out secret -printf '%p %y %m %s %l %T@ %C@\n' | sort && cat out/*/* secret)
}

@test "a directory swapped for a link to outside while the tools run" {
	mkdir d
	for f in f a-file; do
		echo inside >"d/$f"
		echo secret >"$W/out/dir/$f"
	done
	ln -s ../out/dir l
	outside_state >"$BATS_TEST_TMPDIR/before"
	start_swapper d l
	race 2 pab-read --raw d/f
	among 0 5
	race 2 pab-read --raw d/../d/f
	among 0 5
	race 2 pab-edit --old inside --new inside. d/f
	among 0 4 5
	race 2 pab-edit --old secret --new public d/f
	among 4 5
	race 2 pab-write --empty d/f
	among 0 3 5
	race 2 pab-write --empty d/new/f
	among 0 3 5
	if has_tool pab-ls; then
		race 2 pab-ls -j d
	fi
	if has_tool pab-glob; then
		race 1 pab-glob -j '*' .
	fi
	if has_tool pab-grep; then
		race 1 pab-grep secret d .
	fi
	if has_tool pab-exec; then
		race 2 pab-exec -C d -- cat f a-file
	fi
	stop_swapper
	no_secret
	outside_state >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "a file swapped for a link to outside while the tools run" {
	echo inside >f
	ln -s ../secret l
	outside_state >"$BATS_TEST_TMPDIR/before"
	start_swapper f l
	least=500 race 2 pab-read --raw f
	among 0 5
	race 2 pab-edit --old secret --new public f
	among 4 5 7
		race 2 pab-edit --old inside --new inside. f
	among 0 4 5 7
	if has_tool pab-grep; then
		race 1 pab-grep secret f .
	fi
	stop_swapper
	no_secret
	outside_state >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "a directory moved out while .. is resolved in it" {
	mkdir -p m/n "$W/out/m/n"
	echo secret >"$W/out/f"
	echo secret >"$W/out/m/f"
	start_swapper m "$W/out/m"
	race 1 pab-read --raw m/n/../../f
	among 3 5
	race 1 pab-read --raw m/../f
	among 3 5
	race 1 pab-write --empty m/../new
	stop_swapper
	no_secret
	run -2 --separate-stderr ls "$W/out/new"
}

@test "a root that is renamed while the tools run" {
	mkdir "$W/other"
	echo secret >"$W/other/secret"
	ln -s "$W/secret" "$W/other/a"
	cd "$W"
	export PAB_BACKEND=local:root
	start_swapper root other
	race 2 pab-read --raw a
	among 0 5
	race 2 pab-read --raw ../root/a
	among 0 5
	race 2 pab-read --raw "$W/root/sub/../a"
	among 0 3 5
	stop_swapper
	no_secret
}

# One line of status and output for each operand.
answers() {
	for operand; do
		status=0
		"${via[@]}" "$BUILD/pab-read" --raw -- "$operand" >"$BATS_TEST_TMPDIR/o" 2>&1 ||
			status=$?
		printf '%q read %d %q\n' "$operand" "$status" "$(<"$BATS_TEST_TMPDIR/o")"
		status=0
		"${via[@]}" "$BUILD/pab-write" -n --append -- "$operand" <"$W/allowed/w" \
			>"$BATS_TEST_TMPDIR/o" 2>&1 || status=$?
		printf '%q write %d %q\n' "$operand" "$status" "$(<"$BATS_TEST_TMPDIR/o")"
		[ -x "$BUILD/pab-ls" ] || continue
		status=0
		"${via[@]}" "$BUILD/pab-ls" -d -- "$operand" >"$BATS_TEST_TMPDIR/o" 2>&1 ||
			status=$?
		printf '%q ls %d %q\n' "$operand" "$status" "$(<"$BATS_TEST_TMPDIR/o")"
	done
}

@test "the same answers with openat2 and without" {
	ln -s a rel
	ln -s "$W/root/a" abs
	ln -s . dot
	ln -s sub dir
	ln -s "$W/root" self
	ln -s ../secret out
	ln -s "$W/out" outdir
	ln -s out chain
	ln -s gone gone
	ln -s new dangling
	ln -s ../out/new dangling2
	ln -s /proc/self/root proc
	ln -s "$W/allowed" allowed
	mkfifo fifo
	chmod 0 sub/deep
	operands=(a ./a sub sub/ sub/b sub//b sub/./b sub/../a sub/deep/c .. ../ ../.. ../root
		../root/a ../secret ../out/secret ../root-evil/x a/ a/. a/.. a/b missing
		missing/ missing/x missing/../a sub/missing . ./ '' / /etc/passwd "$W/root"
		"$W/root/" "$W/root/a" "$W/root/../root/a" "$W/root/../secret" "$W/secret"
		"$W/root-evil/x" rel rel/ rel/x abs abs/x dot dot/a dot/dot/../a dir dir/
		dir/b dir/../a self self/a self/sub/../rel self/../secret out out/ out/x
		outdir outdir/ outdir/secret outdir/../root/a chain gone gone/x dangling
		dangling/ dangling2 proc proc/etc/passwd "proc$W/root/a" allowed/w fifo fifo/x
		-dash @at ./-dash $'a\nb' "$(printf '%0256d' 0)")
	via=()
	answers "${operands[@]}" >"$BATS_TEST_TMPDIR/with"
	via=(no_openat2)
	answers "${operands[@]}" >"$BATS_TEST_TMPDIR/without"
	diff "$BATS_TEST_TMPDIR/with" "$BATS_TEST_TMPDIR/without"
	via=(no_openat2 --eperm)
	answers "${operands[@]}" >"$BATS_TEST_TMPDIR/eperm"
	diff "$BATS_TEST_TMPDIR/with" "$BATS_TEST_TMPDIR/eperm"
	# And they are answers: of each kind there are some.
	run -0 --separate-stderr cut -d' ' -f 3 "$BATS_TEST_TMPDIR/with"
	for kind in 0 3 5; do
		has "$kind" "$output"
	done
}
