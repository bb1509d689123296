load helper

# One tree from several routes: what no other backend has. That it otherwise answers as
# they do is shown by tests/conformance and tests/differ.py.

setup() {
	setup_pab
	STATE=test-conf-composite-$$-$BATS_TEST_NUMBER
	A=$W/a B=$W/b
	mkdir "$A" "$B" "$W/elsewhere"
	cd "$W/elsewhere" || return 1
	export PAB_FSYNC=off
	export PAB_BACKEND="composite:/=local:$A,/mnt/in=local:$B,/s=state:$STATE"
}

teardown() {
	PAB_BACKEND='' pab-state rm "$STATE" >/dev/null 2>&1 || true
}

@test "mount points show in every ancestor's listing" {
	echo x >"$A/file"
	echo y >"$B/inner"
	run -0 --separate-stderr pab-ls
	same $'2 file\n- mnt/\n- s/'
	run -0 --separate-stderr pab-ls /mnt
	same '- in/'
	run -0 --separate-stderr pab-ls -R /
	same $'2 /file\n- /mnt/\n- /mnt/in/\n2 /mnt/in/inner\n- /s/'
	run -0 --separate-stderr pab-ls -j /mnt
	json '.[0].path == "/mnt/in" and .[0].kind == "dir" and .[0].mode == "0755"'
	# mnt itself stands nowhere: it has no mode and no time.
	run -0 --separate-stderr pab-ls -j
	json '.[1].path == "mnt" and .[1].kind == "dir" and .[1].mode == null'
}

@test "searches from above reach every route, in path order" {
	echo hit >"$A/z"
	echo hit >"$A/a"
	echo hit >"$B/m"
	echo hit | pab-write -q s/q
	run -0 --separate-stderr pab-grep hit
	same $'a:1:hit\nmnt/in/m:1:hit\ns/q:1:hit\nz:1:hit'
	run -0 --separate-stderr pab-glob '[mqz]'
	same $'mnt/in/m\ns/q\nz'
	run -0 --separate-stderr pab-glob --kind d '*'
	same $'mnt/\nmnt/in/\ns/'
	run -0 --separate-stderr pab-grep -l hit /mnt
	same '/mnt/in/m'
}

@test "what a mount point hides is never seen" {
	mkdir -p "$A/mnt/in" "$A/s"
	echo hidden >"$A/mnt/in/shadow"
	echo hidden >"$A/s/shadow2"
	echo seen >"$A/mnt/beside"
	ln -s mnt/in/shadow "$A/link"
	ln -s "$A/mnt/in/shadow" "$A/absolute"
	run -0 --separate-stderr pab-ls -R
	same $'- absolute -> '"$A"$'/mnt/in/shadow\n- link -> mnt/in/shadow\n- mnt/\n5 mnt/beside\n- mnt/in/\n- s/'
	run -1 --separate-stderr pab-grep hidden
	same ''
	run -0 --separate-stderr pab-grep seen
	same 'mnt/beside:1:seen'
	for path in mnt/in/shadow s/shadow2 link absolute; do
		run -3 --separate-stderr pab-read "$path"
		same ''
		has 'no such file' "$stderr"
	done
	run -3 --separate-stderr pab-read shadow
	says 'pab-read: shadow: no such file; relative paths start at / here, not in the shell'"'s directory"
	run -3 --separate-stderr pab-read s/shadow
	case $stderr in *shadow2*) false ;; esac
}

@test "a file does not show through where a mount point stands" {
	echo file >"$A/s"
	echo file >"$A/mnt"
	run -0 --separate-stderr pab-ls
	same $'- mnt/\n- s/'
	run -3 --separate-stderr pab-read s
	says 'pab-read: s: is a directory'
	run -3 --separate-stderr pab-read mnt
	says 'pab-read: mnt: is a directory'
	run -0 --separate-stderr pab-ls mnt
	same '- in/'
}

@test "nothing is written where a directory on the way to a mount point stands" {
	for path in mnt mnt/in s / mnt/; do
		echo x >"$W/input"
		run -3 --separate-stderr pab-write "$path" <"$W/input"
		has 'is a directory' "$stderr"
	done
	run -0 ls -A "$A" "$B"
	same "$A:"$'\n\n'"$B:"
}

@test "links lead from one route into another, in the tree" {
	echo inner >"$B/f"
	echo top >"$A/f"
	ln -s mnt/in/f "$A/down"
	ln -s ../../f "$B/up"
	ln -s ../../s/new "$B/made"
	ln -s mnt/in "$A/dir"
	run -0 --separate-stderr pab-read --raw down mnt/in/up dir/f dir/up
	same $'inner\ntop\ninner\ntop'
	echo made >"$W/input"
	run -0 --separate-stderr pab-write mnt/in/made <"$W/input"
	run -0 --separate-stderr pab-read --raw s/new
	same made
	run -0 --separate-stderr pab-edit --old top --new edited dir/up
	[ "$(cat "$A/f")" = edited ]
	[ -L "$B/up" ]
	run -0 --separate-stderr pab-grep -l inner dir
	same 'dir/f'
	# A link that is absolute is the host's, and stays in its route.
	ln -s "$B/f" "$A/across"
	run -5 --separate-stderr pab-read across
	has 'outside the root' "$stderr"
	ln -s "$B/f" "$B/same"
	run -0 --separate-stderr pab-read --raw mnt/in/same
	same inner
}

@test "'..' is of the tree, not of the route" {
	echo top >"$A/f"
	echo beside >"$W/f"
	run -0 --separate-stderr pab-read --raw mnt/in/../../f
	same top
	run -5 --separate-stderr pab-read mnt/in/../../../f
	run -5 --separate-stderr pab-ls ..
	ln -s ../f "$A/out"
	run -5 --separate-stderr pab-read out
	has 'outside the root' "$stderr"
	run -0 --separate-stderr pab-ls --cwd mnt/in ../..
	same $'4 f\n- mnt/\n- out -> ../f\n- s/'
}

@test "mount points are not removed, moved or replaced" {
	echo x >"$B/f"
	for path in mnt/in mnt s; do
		run --separate-stderr pab-rm -r "$path"
		[ "$status" -ne 0 ]
		has 'mount point' "$stderr"
		run --separate-stderr pab-mv "$path" other
		[ "$status" -ne 0 ]
	done
	[ -f "$B/f" ]
	run -0 --separate-stderr pab-rm mnt/in/f
}

@test "a tree is copied and moved across routes" {
	mkdir -p "$A/d/e"
	echo x >"$A/d/e/f"
	ln -s e/f "$A/d/l"
	run -0 --separate-stderr pab-mv d s
	run -0 --separate-stderr pab-cp -r s/d mnt/in/copy
	[ ! -e "$A/d" ]
	[ "$(cat "$B/copy/e/f")" = x ]
	[ "$(readlink "$B/copy/l")" = e/f ]
	run -0 --separate-stderr pab-ls -R s
	same $'- s/d/\n- s/d/e/\n2 s/d/e/f\n- s/d/l -> e/f'
}

# spec_file TEXT: makes the backend that of a JSON file.
spec_file() {
	printf '%s' "$1" >"$W/spec.json"
	PAB_BACKEND=@$W/spec.json
}

@test "a read-only route refuses every change with status 5" {
	mkdir "$B/d"
	echo x >"$B/f"
	echo x >"$A/mine"
	spec_file '{"routes": {"/": "local:'"$A"'", "/ro": {"backend": "local:'"$B"'", "ro": true}}}'
	run -0 --separate-stderr pab-read --raw ro/f
	same x
	echo y >"$W/input"
	for command in 'pab-write ro/f' 'pab-write ro/new' 'pab-write --append ro/f' \
		'pab-edit --old x --new y ro/f' 'pab-mkdir ro/e' 'pab-rm ro/f' \
		'pab-rm -r ro/d' 'pab-mv ro/f here' 'pab-mv mine ro/mine' \
		'pab-cp mine ro/mine' 'pab-cp -f mine ro/f' 'pab-mv ro/f ro/g'; do
		# shellcheck disable=SC2086
		run -5 --separate-stderr $command <"$W/input"
		has 'read-only' "$stderr"
	done
	ln -s ro/f "$A/link"
	run -5 --separate-stderr pab-write link <"$W/input"
	run -5 --separate-stderr pab-edit -j --old x --new y mine ro/f
	json '.[0].code == "denied" and .[-1].status == 5'
	run -0 --separate-stderr pab-cp ro/f here
	run -0 ls "$B"
	same $'d\nf'
	[ "$(cat "$B/f" "$A/mine")" = $'x\nx' ]
}

@test "routes in a file nest, and what is read-only above is so below" {
	mkdir "$A/in"
	spec_file '{"routes": {"/": "local:'"$A"'", "/all": {"ro": true, "routes": {
		"/": "local:'"$B"'", "/s": {"backend": "state:'"$STATE"'", "ro": false}}}}}'
	echo b >"$B/f"
	run -0 --separate-stderr pab-ls -R
	same $'- all/\n2 all/f\n- all/s/\n- in/'
	echo x >"$W/input"
	run -5 --separate-stderr pab-write all/s/f <"$W/input"
	run -0 --separate-stderr pab-write in/f <"$W/input"
}

@test "specs that are not understood are status 2" {
	for spec in 'composite:' 'composite:/a=state' 'composite:/=state,/=state' \
		'composite:/=nope' 'composite:/=state,x=local' "composite:/=@$W/x" \
		'composite:/=composite:/=state' "@$W/missing" 'composite:/=state,'; do
		run -2 --separate-stderr pab-ls -B "$spec"
		same ''
		[ "$stderr" ]
	done
	for text in '' '{' '[]' '{"routes": {}}' '{"routes": {"/": 1}}' \
		'{"routes": {"/": "nope"}}' '{"routes": {"/": "local"}} x'; do
		spec_file "$text"
		run -2 --separate-stderr pab-ls
		same ''
	done
}

@test "a comma in a directory's name" {
	mkdir "$W/x,y"
	echo x >"$W/x,y/f"
	run -0 --separate-stderr pab-ls -B "composite:/=local:$W/x\\,y"
	same '2 f'
}

@test "a route that is down is said, and the others still answer" {
	mkdir "$A/gone"
	echo hit | tee "$A/f" >"$A/gone/shadow"
	PAB_BACKEND="composite:/=local:$A,/gone=local:$W/none"
	run -7 --separate-stderr pab-ls -R
	same $'4 f\n- gone/'
	has 'the route /gone is down' "$stderr"
	run -7 --separate-stderr pab-grep hit
	same 'f:1:hit'
	run -7 --separate-stderr pab-glob -j '*'
	json '[.[] | select(.type == "entry") | .path] == ["f"]
		and (.[] | select(.type == "error") | .code) == "backend"
		and .[-1].incomplete == true and .[-1].status == 7'
	run -7 --separate-stderr pab-read gone/x
	has 'the route /gone is down' "$stderr"
	run -7 --separate-stderr pab-write gone/x
	run -0 --separate-stderr pab-read --raw f
	same hit
	run -0 --separate-stderr pab-ls f
	same '4 f'
}

@test "the route of / is down: mount points still answer" {
	echo hit >"$B/f"
	PAB_BACKEND="composite:/=local:$W/none,/b=local:$B"
	run -7 --separate-stderr pab-grep hit
	same 'b/f:1:hit'
	run -0 --separate-stderr pab-read --raw b/f
	same hit
	run -7 --separate-stderr pab-ls
	same '- b/'
}

@test "ignore files above a mount point count below it, and its own only there" {
	mkdir "$A/d"
	printf '*.o\n/only\n' >"$A/.gitignore"
	printf '!keep.o\n*.log\n' >"$B/.gitignore"
	touch "$A/a.o" "$A/a.log" "$A/only" "$B/b.o" "$B/keep.o" "$B/b.log" "$B/only"
	run -0 --separate-stderr pab-glob '*'
	same $'a.log\nmnt/in/keep.o\nmnt/in/only'
	run -0 --separate-stderr pab-glob '*' mnt/in
	same $'mnt/in/keep.o\nmnt/in/only'
	printf 'mnt\n' >"$A/.ignore"
	run -0 --separate-stderr pab-glob '*'
	same 'a.log'
	run -0 --separate-stderr pab-glob '*' mnt
	same $'mnt/in/keep.o\nmnt/in/only'
}

@test "no descriptor is left open" {
	mkdir -p "$A/d" "$B/d"
	touch "$A/d/f" "$B/d/f" "$B/nope.c"
	ln -s mnt/in/d/f "$A/l"
	# Few descriptors are enough for many operands, good and bad.
	set --
	for _ in $(seq 60); do
		set -- "$@" l mnt/in/d/f d/f mnt/in/nope s/none mnt ../x l/x
	done
	ulimit -n 40
	run --separate-stderr pab-read -q "$@"
	[ "$status" -eq 5 ]
	case $stderr in *'oo many open'*) false ;; esac
	run --separate-stderr pab-ls "$@"
	[ "$status" -eq 5 ]
	case $stderr in *'oo many open'*) false ;; esac
	run --separate-stderr pab-grep x "$@"
	[ "$status" -eq 5 ]
	case $stderr in *'oo many open'*) false ;; esac
}

@test "pab-exec runs on the route of its directory" {
	run -0 --separate-stderr pab-exec -C mnt/in -- pwd
	same "$B"
	run -0 --separate-stderr pab-exec -- pwd
	same "$A"
	run -125 --separate-stderr pab-exec -C s -- pwd
	has 'unsupported' "$stderr"
}

@test "a far end as a route: what lies in it alone is done there, in the paths of the tree" {
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	mkdir -p a b/sub
	echo hello >a/f
	echo world >b/g
	echo deep >b/sub/h
	run -0 --separate-stderr pab-session open "route-$$" --on local --workspace b --spec
	export PAB_BACKEND="composite:/=local:a,/s/t=$output"
	run -0 --separate-stderr pab-ls s
	same '- t/'
	run -0 --separate-stderr pab-read s/t/g /s/t/sub/h
	has '==> s/t/g <==' "$output"
	has '==> /s/t/sub/h <==' "$output"
	run -0 --separate-stderr pab-grep -g '*' e s/t
	same 's/t/sub/h:1:deep'
	PAB_CWD=/s/t run -0 --separate-stderr pab-glob '**'
	same $'g\nsub/h'
	PAB_CWD=/s/t/sub run -0 --separate-stderr pab-exec -c 'ls; pwd -P'
	same $'h\n'"$PWD/b/sub"
	run -0 --separate-stderr pab-edit --old world --new moon s/t/g
	same 'edited s/t/g: 1 replacement, line 1'
	run -0 --separate-stderr pab-mv s/t/g s/t/k
	[ "$(cat b/k)" = moon ]
	# With others, from above, out of it: said, and nothing wrong is done.
	run -7 --separate-stderr pab-read f s/t/k
	has hello "$output"
	says "pab-read: s/t/k: all below /s/t is in session:route-$$: name it alone"
	run -7 --separate-stderr pab-glob '**'
	same f
	run -7 --separate-stderr pab-mv s/t/k k
	[ ! -e a/k ]
	run -0 --separate-stderr pab-cp s/t/k k
	cmp a/k b/k
	run -5 --separate-stderr pab-read s/t/../../../f
	run -5 --separate-stderr pab-read s/t/../../../../etc/passwd
	run -0 --separate-stderr pab-read --raw s/t/../../f
	same hello
	# Rules see the paths of the tree.
	echo '{"default": "allow", "read": {"rules": [{"pattern": "/s/t/k", "action": "deny"}]}}' >r.json
	PAB_RULES=r.json run -5 --separate-stderr pab-read s/t/k
	PAB_RULES=r.json run -0 --separate-stderr pab-read s/t/sub/h
	# What the far end could not know of is refused at once.
	run -5 --separate-stderr pab-ls -B "composite:/=local:a,/s=session:route-$$,/s/x=local:b"
	echo "{\"routes\": {\"/\": \"none\", \"/s\": {\"backend\": \"session:route-$$\", \"ro\": true}}}" >tree
	run -5 --separate-stderr pab-ls -B @tree
	# Nor are rules that are bound to it by its own paths.
	run -0 --separate-stderr pab-session open "bound-$$" --on local --workspace b --rules permissive
	run -0 --separate-stderr pab-read -B "session:bound-$$" sub/h
	run -5 --separate-stderr pab-read -B "composite:/=none,/s=session:bound-$$" s/sub/h
	has 'it cannot be a part of a composite' "$stderr"
	run -0 --separate-stderr pab-session -q close "bound-$$"
	run -0 --separate-stderr pab-session -q close "route-$$"
}

@test "none: a tree that has its routes and nothing else" {
	mkdir a
	echo 1 >a/f
	export PAB_BACKEND=composite:/=none,/x/a=local:a
	run -0 --separate-stderr pab-ls -R
	same $'- x/\n- x/a/\n2 x/a/f'
	run -0 --separate-stderr pab-glob '**'
	same x/a/f
	run -3 --separate-stderr pab-read y
	says 'pab-read: y: no such file'
	run -3 --separate-stderr pab-write y <<<z
	run -0 --separate-stderr pab-read --raw x/a/f
}
