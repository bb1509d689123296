load helper
load user

# How a file is changed: replaced or in place, under locks. kill.bats has the kills.

# left [DIR]: how many temporary files are there.
left() {
	find "${1:-.}" -name '.pab-*~' | wc -l
}

# temp_of NAME SLOT: the temporary name (temp.h) for NAME.
temp_of() {
	python3 - "$1" "$2" <<-'PY'
		import os, sys
		h = 0xcbf29ce484222325
		for b in os.fsencode(sys.argv[1]):
		    h = (h ^ b) * 0x100000001b3 & 0xffffffffffffffff
		print(".pab-%016x.%s~" % (h, sys.argv[2]))
	PY
}

# at_once N CMD...: N of them at a time, {} being the number; all must succeed.
at_once() {
	local n=$1 i pids=() failed=0
	shift
	for ((i = 1; i <= n; i++)); do
		"${@//\{\}/$i}" >/dev/null 2>>"$BATS_TEST_TMPDIR/err" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || failed=1
	done
	[ $failed = 0 ] || cat "$BATS_TEST_TMPDIR/err" >&2
	return $failed
}

@test "forty edits of forty lines of one file: forty survive, ten times" {
	for round in 1 2 3 4 5 6 7 8 9 10; do
		seq -f 'line %03g' 40 >f
		at_once 40 bash -c 'exec pab-edit --old "line $(printf %03d {})" --new "done $(printf %03d {})" f'
		seq -f 'done %03g' 40 | cmp - f
	done
	[ "$(left)" = 0 ]
}

@test "forty edits of a file with two names: forty survive" {
	seq -f 'line %03g' 40 >f
	ln f g
	at_once 40 bash -c 'n=g; [ $(({} % 2)) = 0 ] || n=f
		exec pab-edit --old "line $(printf %03d {})" --new "done $(printf %03d {})" $n'
	seq -f 'done %03g' 40 | cmp - g
	[ f -ef g ]
}

@test "forty edits by two users: forty survive, ten times" {
	need_root
	open_way
	mkdir -p nobody
	chown 65534:65534 nobody
	mkdir d
	chmod 777 d
	for round in 1 2 3 4 5 6 7 8 9 10; do
		rm -f d/f
		seq -f 'line %03g' 40 >d/f
		chmod 666 d/f
		at_once 40 bash -c 'as=
			[ $(({} % 2)) = 0 ] ||
				as="setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$PWD/nobody"
			exec $as "$0"/pab-edit --old "line $(printf %03d {})" --new "done $(printf %03d {})" d/f' "$BUILD"
		seq -f 'done %03g' 40 | cmp - d/f
	done
	[ "$(left d)" = 0 ]
	[ "$(stat -c '%a' d/f)" = 666 ]
}

@test "forty appends make one new file: forty lines, ten times" {
	for round in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf d
		at_once 40 bash -c 'echo line {} >in.{}; exec pab-write --append d/f <in.{}'
		sort -k2n d/f | cmp - <(seq -f 'line %g' 40)
		[ "$(ls -A d)" = f ]
	done
}

@test "of forty that make a new file one succeeds" {
	: >wins
	at_once 40 bash -c 'echo {} >in.{}
		pab-write --new f <in.{} 2>err.{}
		case $? in 0) echo {} >>wins ;; 4) ;; *) cat err.{} >&2; exit 1 ;; esac'
	[ "$(wc -l <wins)" = 1 ]
	cmp wins f
}

@test "transactions over the same files in any order do not wait for each other" {
	printf '#\n' >x
	printf '#\n' >y
	printf '#\n' >z
	at_once 12 bash -c 'set -- x y z; [ $(({} % 2)) = 0 ] || set -- z y x
		exec pab-edit --old "#" --new "#{}," "$@"'
	cmp x y
	cmp y z
	[ "$(tr ',' '\n' <x | grep -c .)" = 12 ]
	[ "$(left)" = 0 ]
}

@test "a reader always sees a whole file while it is replaced" {
	seq -f 'line %g of a file that is long enough to be caught' 6000 >A
	sed '3000s/.*/changed/' A >B
	cp A f
	bash -c 'while [ ! -e stop ]; do
		pab-edit -q --old "line 3000 of a file that is long enough to be caught" --new changed f
		pab-edit -q --old changed --new "line 3000 of a file that is long enough to be caught" f
	done' 3>&- &
	writer=$!
	for ((i = 0; i < 200; i++)); do
		pab-read --raw f >seen || break
		cmp -s A seen || cmp -s B seen || break
	done
	: >stop
	wait $writer
	[ "$i" = 200 ]
}

# torn FORMAT_OLD FORMAT_NEW FORMAT_NOW: f as a kill left it, with its record.
torn() {
	printf "$1" >old
	printf "$2" >new
	printf "$3" >f
	mkdir -p "$HOME/.local/state/pab/pending"
	chmod 700 "$HOME/.local/state/pab" "$HOME/.local/state/pab/pending"
	record=$HOME/.local/state/pab/pending/1700000000000000000-0123abcd
	"$BATS_TEST_DIRNAME/record.py" "$W/f" old new >"$record"
	chmod 600 "$record"
}

@test "an interrupted write in place is rolled back by pab-read and said" {
	torn 'aaaa\nbbbb\n' 'AAAA\nBBBB\nCCCC\n' 'AAAA\nBbbb\n'
	run -0 --separate-stderr pab-read f
	same $'     1\taaaa\n     2\tbbbb'
	says "pab-read: $W/f: an interrupted change was rolled back"
	cmp old f
	[ ! -e "$record" ]
	run -0 --separate-stderr pab-read f
	says ''
}

@test "an interrupted write in place is rolled back before the next edit" {
	torn 'aaaa\nbbbb\n' 'AAAA\n' 'AAAA\nbbbb\n'
	run -0 --separate-stderr pab-edit --old aaaa --new x f
	printf 'x\nbbbb\n' | cmp - f
	torn 'aaaa\n' 'AAAA\nBBBB\n' 'AAAA\nBB'
	run -0 --separate-stderr bash -c 'echo y | { pab-write --append f; }'
	printf 'aaaa\ny\n' | cmp - f
	# Blocks reach the disk in any order when the power goes.
	torn 'aaaabbbbcccc' 'AAAABBBBCCCC' 'aaaaBBBBcccc'
	run -0 --separate-stderr pab-read f
	same $'     1\taaaabbbbcccc'
}

@test "a write in place that was complete, or a file changed since, is left alone" {
	torn 'aaaa\n' 'BBBB\n' 'BBBB\n'
	run -0 --separate-stderr pab-read f
	same $'     1\tBBBB'
	says ''
	[ ! -e "$record" ]
	torn 'aaaa\n' 'BBBB\n' 'other\n'
	run -0 --separate-stderr pab-read f
	same $'     1\tother'
	torn 'aaaa\n' 'BBBB\n' 'BoBo\n'
	run -0 --separate-stderr pab-read f
	same $'     1\tBoBo'
	torn 'aaaa\n' 'BBBB\n' 'BBaa\n'
	printf 'pab-journal 1 0000000099\naaaa' >"$record"
	run -0 --separate-stderr pab-read f
	same $'     1\tBBaa'
}

@test "a record for a file that may not be written to does not keep it from being read" {
	need_root
	open_way
	mkdir nobody
	HOME=$W/nobody torn 'aaaa\n' 'BBBB\n' 'other\n'
	chown -R 65534:65534 nobody
	chmod 644 f
	run -0 --separate-stderr as_user "$BUILD/pab-read" "$W/f"
	same $'     1\tother'
	HOME=$W/nobody torn 'aaaa\n' 'BBBB\n' 'BBaa\n'
	chown -R 65534:65534 nobody
	run -0 --separate-stderr as_user "$BUILD/pab-read" "$W/f"
	says "pab-read: $W/f: an interrupted change is to be rolled back: permission denied"
}

@test "what a kill left is removed by the next write of that name, what is in use is not" {
	printf 'a\n' >f
	for slot in 0 3 9; do
		: >"$(temp_of f $slot)"
	done
	chmod 444 "$(temp_of f 3)"
	used=$(temp_of f 5) other=$(temp_of g 0)
	: >"$used"
	: >"$other"
	exec 8<"$used"
	flock 8
	run -0 --separate-stderr pab-edit --old a --new b f
	[ "$(ls -A | sort)" = "$(printf '%s\n' "$used" "$other" f | sort)" ]
	exec 8<&-
	ln f "$(temp_of f 1)"
	run -0 --separate-stderr pab-edit --old b --new c f
	same 'edited f: 1 replacement, line 1'
	[ "$(ls -A | sort)" = "$(printf '%s\n' "$other" f | sort)" ]
	rm "$other"
	ln f hard
	: >"$(temp_of f 0)"
	run -0 --separate-stderr pab-edit --old c --new d f
	[ "$(ls -A)" = $'f\nhard' ]
}

@test "a left-over that its own user may only read is removed too" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	: >"d/$(temp_of f 0)"
	chown -R 65534:65534 d
	chmod 444 "d/$(temp_of f 0)"
	run -0 --separate-stderr as_user "$BUILD/pab-edit" --old a --new b "$W/d/f"
	[ "$(ls -A d)" = f ]
}

@test "no tool lists or searches a temporary file" {
	for tool in pab-ls pab-glob pab-grep; do
		[ -x "$BUILD/$tool" ] || skip "$tool is not built here"
	done
	printf 'needle\n' >f
	printf 'needle\n' >"$(temp_of f 0)"
	run -0 --separate-stderr pab-ls
	has f "$output"
	[ "${output/.pab-/}" = "$output" ]
	run -0 --separate-stderr pab-glob --hidden '*'
	same f
	run -0 --separate-stderr pab-grep -uu needle
	same 'f:1:needle'
}

@test "a writer waits for a lock that is let go" {
	printf 'a\n' >f
	flock f sleep 0.5 3>&- &
	holder=$!
	until ! flock -n f true; do sleep 0.01; done
	run -0 --separate-stderr pab-edit --old a --new b f
	wait $holder
	printf 'b\n' | cmp - f
}

@test "a lock that another program keeps is busy after ten seconds" {
	printf 'a\n' >f
	flock f sleep 60 3>&- &
	holder=$!
	until ! flock -n f true; do sleep 0.01; done
	from=$SECONDS
	run -7 --separate-stderr pab-edit -j --old a --new b f
	took=$((SECONDS - from))
	pkill -P $holder
	wait $holder || true
	json '.[0] | .code == "busy" and .path == "f" and .message == "in use: locked by another program for 10 s"'
	[ $took -ge 9 ]
	printf 'a\n' | cmp - f
}

@test "a file that another program changes meanwhile is not overwritten unseen" {
	# The input is read to its end first, so what comes while it is waited for counts.
	printf 'a\n' >f
	hash=$(sha256sum f | cut -d' ' -f1)
	mkfifo p
	pab-write --if-match "$hash" f <p 2>err 3>&- &
	writer=$!
	exec 8>p
	printf 'changed\n' >f
	printf 'mine\n' >&8
	exec 8>&-
	rc=0
	wait $writer || rc=$?
	[ $rc = 4 ]
	printf 'changed\n' | cmp - f
}

@test "a file that is replaced while it is edited: the edit is of the new one" {
	export ASAN_OPTIONS=detect_leaks=0
	lost=0
	for ((n = 1; n < 5000; n++)); do
		printf 'old x\n' >f
		printf 'other x\n' >other
		"$BUILD/killat" -r $n other f pab-edit -q --old x --new y f || break
		case $(cat f) in
		'other x' | 'other y') ;;
		'old y') lost=$((lost + 1)) ;; # between the last look and the rename
		*) false ;;
		esac
	done
	[ "$n" -gt 50 ]
	[ "$lost" -le 4 ]
	[ "$(left)" = 0 ]
}

@test "a plain user's file in a directory that he may not write to: in place" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	chown 65534 d/f
	run -5 --separate-stderr as_user "$BUILD/pab-edit" --atomic --old a --new b "$W/d/f"
	says "pab-edit: $W/d/f: cannot be replaced atomically: its directory cannot be written to; without --atomic it is written in place"
	run -0 --separate-stderr as_user "$BUILD/pab-edit" --old a --new bb "$W/d/f"
	same "edited $W/d/f: 1 replacement, line 1 (in place, not atomic)"
	printf 'bb\n' | cmp - d/f
	[ "$(stat -c %u d/f)" = 65534 ]
	[ -z "$(ls -A nobody/.local/state/pab/pending)" ]
}

@test "another user's file: in place where its owner cannot be carried over" {
	need_root
	mkdir d sticky
	chmod 777 d
	chmod 1777 sticky
	for dir in d sticky; do
		printf 'a\n' >$dir/f
		chmod 666 $dir/f
		run -0 --separate-stderr as_user "$BUILD/pab-edit" --old a --new b "$W/$dir/f"
		has '(in place, not atomic)' "$output"
		printf 'b\n' | cmp - $dir/f
		[ "$(stat -c '%u %a' $dir/f)" = '0 666' ]
		[ "$(ls -A $dir)" = f ]
		run -5 --separate-stderr as_user "$BUILD/pab-edit" --atomic --old b --new c "$W/$dir/f"
		has 'its owner or attributes cannot be carried over' "$stderr"
		[ "$(ls -A $dir)" = f ]
	done
	printf 'a\n' >d/mine
	run -7 --separate-stderr as_user "$BUILD/pab-edit" --old a --new b "$W/d/mine"
	printf 'a\n' | cmp - d/mine
}

@test "a mount point: in place" {
	need_root
	unshare -m true || skip "no mount namespaces here"
	printf 'a\n' >f
	printf 'b\n' >under
	run -0 --separate-stderr unshare -m bash -c 'mount --bind f under &&
		pab-edit --old a --new c under && umount under'
	same 'edited under: 1 replacement, line 1 (in place, not atomic)'
	printf 'c\n' | cmp - f
	printf 'b\n' | cmp - under
	run -5 --separate-stderr unshare -m bash -c 'mount --bind f under &&
		pab-edit --atomic --old c --new d under'
	has 'it is a mount point' "$stderr"
	run -0 --separate-stderr unshare -m bash -c 'mount --bind f under &&
		pab-edit --old c --new cc under g 2>err; cat err; printf "c\n" >g
		pab-edit --old c --new d under g'
	printf 'd\n' | cmp - f
	printf 'd\n' | cmp - g
	[ "$(left)" = 0 ]
}

@test "a full file system: the old content, one error, nothing left" {
	need_root
	unshare -m true || skip "no mount namespaces here"
	mkdir m
	head -c 60000 /dev/zero | tr '\0' o >old
	head -c 60000 /dev/zero | tr '\0' n >new
	head -c 200000 /dev/zero | tr '\0' N >huge
	run -0 --separate-stderr unshare -m bash -c '
		mount -t tmpfs -o size=100k none m && cp old m/f && cd m || exit 99
		pab-write f <../new; echo "status $?"; cmp f ../old && ls -A
		pab-write g <../new; echo "status $?"; ls -A
		pab-edit --old oo --all --new ooo f; echo "status $?"; cmp f ../old && ls -A
		ln f h
		pab-write f <../huge; echo "status $?"; cmp f ../old && ls -A
		pab-write -q f <../new; echo "status $?"; cmp h ../new'
	same $'status 7\nf\nstatus 7\nf\nstatus 7\nf\nstatus 7\nf\nh\nstatus 0'
	says 'pab-write: f: no space left on device
pab-write: g: no space left on device
pab-edit: f: no space left on device
pab-write: f: no space left on device'
	[ -z "$(ls -A "$HOME/.local/state/pab/pending")" ]
}

@test "--fsync and PAB_FSYNC: on unless off" {
	export ASAN_OPTIONS=detect_leaks=0
	printf 'a\n' >f
	run -0 "$BUILD/killat" -f pab-edit -q --old a --new b f
	same 1
	run -0 env PAB_FSYNC=off "$BUILD/killat" -f pab-edit -q --old b --new c f
	same 0
	run -0 env PAB_FSYNC=off "$BUILD/killat" -f pab-edit -q --fsync on --old c --new d f
	same 1
	run -0 "$BUILD/killat" -f pab-edit -q --fsync off --old d --new e f
	same 0
	run -0 env PAB_FSYNC= "$BUILD/killat" -f pab-edit -q --old e --new f f
	same 1
	printf 'f\n' | cmp - f
}
