load helper
load user

# The journal, and taking back what stands in it. kill.bats has the kills.

journal() {
	echo "$HOME/.local/state/pab/journal"
}

# newest [N]: the id of the newest change, or of the Nth newest.
newest() {
	pab-undo | sed -n "${1:-1}s/ .*//p"
}

@test "a change of each tool is listed, and comes back" {
	mkdir -p t/sub
	printf 'old\n' >t/e
	printf 'old\n' >t/w
	printf 'old\n' >t/s
	printf 'old\n' >t/c
	printf 'new\n' >t/c2
	printf 'old\n' >t/m
	printf 'old\n' >t/r
	printf 'old\n' >t/sub/f
	ln -s nowhere t/sub/l
	chmod 750 t/sub
	chmod 751 t/r
	cp -a t want
	pab-edit -q --old old --new new t/e
	pab-write -q t/w <<<new
	pab-write -q t/made <<<new
	pab-sub -q --apply old new t/s
	pab-cp -qf t/c2 t/c
	pab-mv -q t/m t/moved
	pab-rm -q t/r
	pab-rm -qr t/sub
	printf '%s\n' '*** Begin Patch' '*** Update File: t/e' @@ -new +newer \
		'*** Delete File: t/w' '*** Add File: t/p' +p '*** End Patch' | pab-patch -q
	run -0 --separate-stderr pab-undo
	[ "${#lines[@]}" = 9 ]
	[[ ${lines[0]} =~ ^[0-9a-f]{8}\ \ 20[0-9-]+\ [0-9:]+Z\ \ -\ \ pab-patch\ \ t/e,\ t/p,\ t/w$ ]]
	run -0 --separate-stderr pab-undo --last 9
	[ "${#lines[@]}" = 11 ]
	[ "${lines[0]%% (*}" = 'restored t/e' ]
	diff -r --no-dereference want t
	[ "$(stat -c %a t/sub t/r | tr '\n' ' ')" = '750 751 ' ]
	run -1 --separate-stderr pab-undo --last 1
	says 'pab-undo: no change of no named actor in this tree to take back'
}

@test "what pab-undo did can be taken back, and shows as such" {
	echo a >f
	pab-edit -q --old a --new b f
	first=$(newest)
	run -0 --separate-stderr pab-undo "$first"
	same "restored f (pab-edit $first)"
	run -4 --separate-stderr pab-undo "$first"
	says "pab-undo: $first is taken back already"
	run -0 --separate-stderr pab-undo "$(newest)"
	[ "$(cat f)" = b ]
	run -0 --separate-stderr pab-undo
	has 'pab-undo (taken back)  f' "$output"
	run -0 --separate-stderr pab-undo "$first"
	[ "$(cat f)" = a ]
}

@test "two actors in one tree: each takes back only its own last change" {
	echo x >f
	echo x >g
	PAB_ACTOR=ann pab-edit -q --old x --new ann f
	PAB_ACTOR=bob pab-edit -q --old x --new bob g
	run -0 --separate-stderr env PAB_ACTOR=ann pab-undo --last 1
	[ "$(cat f g | tr '\n' ' ')" = 'x bob ' ]
	run -1 --separate-stderr env PAB_ACTOR=ann pab-undo --last 1
	run -0 --separate-stderr pab-undo --actor bob --since 1h
	[ "$(cat g)" = x ]
	run -1 --separate-stderr pab-undo --actor bob --since 2099-01-01T00:00:00Z
}

@test "a file that changed since is not touched, and it is said by whom" {
	echo a >f
	echo a >g
	pab-edit -q --old a --new b f g
	first=$(newest)
	PAB_ACTOR=bob pab-edit -q --old b --new c g
	run -4 --separate-stderr pab-undo "$first"
	says "pab-undo: g: changed since by pab-edit $(newest) (bob); nothing was changed"
	[ "$(cat f g | tr '\n' ' ')" = 'b c ' ]
	echo outside >f
	run -4 --separate-stderr pab-undo "$first"
	says "pab-undo: f: changed since; pab-undo show $first prints what is kept; nothing was changed"
	pab-rm -q f
	touch f
	run -4 --separate-stderr pab-undo "$(newest)"
	[ -e f ]
}

@test "the tree is the repository, or the directory, or the root" {
	mkdir -p r/.git r/sub other
	echo a >r/f
	echo a >r/sub/f
	echo a >other/f
	pab-edit -q --old a --new b r/f
	pab-edit -q --old a --new b r/sub/f
	pab-edit -q --old a --new b other/f
	cd r/sub
	run -0 --separate-stderr pab-undo
	[ "${#lines[@]}" = 2 ]
	has '  f' "${lines[0]}"
	has "  $W/r/f" "${lines[1]}"
	cd ../../other
	run -0 --separate-stderr pab-undo
	[ "${#lines[@]}" = 1 ]
	cd ..
	run -0 --separate-stderr pab-undo -B local:r
	[ "${#lines[@]}" = 2 ]
	run -5 --separate-stderr pab-undo -B local:r "$(newest)"
	has 'outside the root' "$stderr"
	[ "$(cat other/f)" = b ]
}

@test "records are private copies, and none is a link to the file" {
	printf 'secret\n' >f
	chmod 644 f
	pab-edit -q --old secret --new gone f
	pab-rm -q f
	[ -z "$(find "$HOME/.local/state/pab" -type d ! -perm 700)" ]
	[ -z "$(find "$(journal)" -maxdepth 1 -type f ! -perm 600)" ]
	[ -z "$(find "$(journal)" -type f -links +1)" ]
	grep -q secret "$(journal)"/*
	run -0 --separate-stderr pab-undo --last 2
	[ "$(cat f)" = secret ]
}

@test "PAB_JOURNAL=off keeps nothing, also of several files" {
	echo a >f
	echo a >g
	export PAB_JOURNAL=off
	pab-edit -q --old a --new b f g
	pab-edit -q --old b --new c f
	pab-rm -q g
	[ -z "$(find "$HOME" -type f)" ]
	run -2 --separate-stderr pab-rm --journal maybe f
	says "pab-rm: --journal and PAB_JOURNAL are on or off, not 'maybe'"
	run -0 --separate-stderr pab-rm --journal on f
	run -0 --separate-stderr env PAB_JOURNAL= pab-undo --last 1
	[ "$(cat f)" = c ]
}

@test "what is too large is said, old and surplus records go" {
	truncate -s 300M big
	run -0 --separate-stderr pab-rm big
	says 'pab-rm: big: not kept for pab-undo: it is too large for the journal'
	echo a >f
	pab-edit -q --old a --new b f
	old=$(journal)/1000000000000000000-0000abcd
	cp "$(echo "$(journal)"/*)" "$old"
	mkdir "$old.d"
	run -0 --separate-stderr pab-undo
	[ "${#lines[@]}" = 1 ]
	[ ! -e "$old" ]
	[ ! -e "$old.d" ]
	for i in 1 2 3 4 5 6; do
		truncate -s 200M big
		pab-rm -q big
	done
	run -0 --separate-stderr pab-undo
	[ "${#lines[@]}" -le 6 ]
	[ "$(ls "$(journal)" | grep -c '\.d$')" -le 5 ]
}

@test "the journal of an in-memory tree stays in it" {
	export PAB_BACKEND=state:pab-test-undo-$$
	printf 'a\n' | pab-write -q d/f
	pab-edit -q --old a --new b d/f
	run -0 --separate-stderr pab-undo --last 1
	has 'restored d/f (pab-edit ' "$output"
	run -0 --separate-stderr pab-read --raw d/f
	same a
	pab-rm -qr d
	run -0 --separate-stderr pab-undo --last 1
	run -0 --separate-stderr pab-read --raw d/f
	same a
	[ -z "$(find "$HOME" -type f)" ]
	run -0 --separate-stderr pab-undo -B "composite:/=local:$W,/m=$PAB_BACKEND" show "$(newest)"
	pab-state rm -q "${PAB_BACKEND#state:}"
}

@test "show: the diff, also of what was made, removed, moved; what changed since is said" {
	printf 'a\n' >f
	pab-edit -q --old a --new b f
	run -0 --separate-stderr pab-undo show "$(newest)"
	same $'--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b'
	echo more >>f
	run -0 --separate-stderr pab-undo show "$(newest)"
	says 'pab-undo: f: changed since; the diff is to what is there now'
	pab-rm -q f
	run -0 --separate-stderr pab-undo show "$(newest)"
	same $'--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-b\n-more'
	pab-write -q n <<<n
	run -0 --separate-stderr pab-undo show "$(newest)"
	same $'--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n'
	pab-mv -q n n2
	run -0 --separate-stderr pab-undo show "$(newest)"
	same 'moved n -> n2'
}

@test "usage, ids that are not there, a damaged record" {
	run -2 --separate-stderr pab-undo xyz
	has 'is no id of a change' "$stderr"
	run -3 --separate-stderr pab-undo 0123abcd
	says 'pab-undo: no change 0123abcd here; they are kept for 7 days and 1 GiB together'
	run -2 --separate-stderr pab-undo show
	run -2 --separate-stderr pab-undo --last 1 0123abcd
	run -2 --separate-stderr pab-undo --since yesterday
	run -0 --separate-stderr pab-undo
	says 'pab-undo: no changes of this tree are kept'
	echo a >f
	pab-edit -q --old a --new b f
	for f in "$(journal)"/*; do
		truncate -s -1 "$f"
	done
	run -0 --separate-stderr pab-undo
	same ''
	run -0 --separate-stderr pab-undo -j
	json '.[-1].status == 0'
}

@test "a dry run changes nothing" {
	echo a >f
	pab-edit -q --old a --new b f
	run -0 --separate-stderr pab-undo -n --last 1
	same "would restore f (pab-edit $(newest))"
	[ "$(cat f)" = b ]
}

@test "a record that cannot be written: one file changes and it is said, several do not" {
	mkdir home
	: >home/pending
	echo a >f
	echo b >g
	run -0 --separate-stderr env PAB_HOME="$W/home" pab-edit --old a --new b f
	has 'f: not kept for pab-undo: ' "$stderr"
	run -7 --separate-stderr env PAB_HOME="$W/home" pab-edit --all --old b --new c f g
	[ "$(cat f)" = b ]
}

@test "what may not be read is not kept" {
	need_root
	open_way
	mkdir nobody d
	chmod 777 d
	echo secret >d/f
	chown 65534:65534 nobody d/f
	chmod 200 d/f
	run -0 --separate-stderr as_user "$BUILD/pab-rm" "$W/d/f"
	has 'not kept for pab-undo: ' "$stderr"
	[ ! -e d/f ]
	[ -z "$(find nobody -type f)" ]
}
