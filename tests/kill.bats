load helper

# A change that is killed at any moment leaves a file whole: old or new.

setup() {
	setup_pab
	# killat traces the programs, and LeakSanitizer cannot run traced.
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	LINE='line 800 of a file that is long enough to be caught'
	seq -f 'line %g of a file that is long enough to be caught' 1600 >A
	sed '800s/.*/changed/' A >B
}

# left: how many temporary files are there.
left() {
	compgen -G '.pab-*~' | wc -l
}

is_whole() {
	cmp -s "$1" A || cmp -s "$1" B || {
		echo "$1 is neither old nor new: $(wc -c <"$1") bytes" >&2
		return 1
	}
}

# longest CMD...: microseconds that it took, the most of five; A is restored each time.
longest() {
	local us i max=0
	for i in 1 2 3 4 5; do
		us=$("$BUILD/killat" -m "$@" <B)
		[ "$us" -le $max ] || max=$us
		cat A >f
	done
	echo $max
}

@test "killed at every system call: an edit leaves the old file or the new one" {
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		rm -f f
		cp A f
		"$BUILD/killat" -s $n pab-edit -q --old "$LINE" --new changed f && rc=0 || rc=$?
		is_whole f
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	cmp f B
	# The next write of that name has removed whatever was left.
	[ "$(left)" = 0 ]
	[ "$n" -gt 50 ]
}

@test "killed at every system call: a write leaves nothing, the old file or the new one" {
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		cp A f
		"$BUILD/killat" -s $n pab-write -q f <B && rc=0 || rc=$?
		is_whole f
		rm -rf d
		"$BUILD/killat" -s $n pab-write -q d/new <B && rc=$rc$? || rc=$rc$?
		[ ! -e d/new ] || cmp d/new B
		[ $rc != 11 ] || break
	done
	[ $rc = 11 ]
	cmp f B
	[ "$(ls -A d)" = new ]
	[ "$(left)" = 0 ]
	[ "$n" -gt 50 ]
}

@test "killed at every system call: one in place is whole after the next call" {
	cp A f
	ln f g
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		cat A >f
		rm -rf "$HOME/.local"
		"$BUILD/killat" -s $n pab-edit -q --old "$LINE" --new changed f && rc=0 || rc=$?
		pab-read --raw g >seen
		is_whole seen
		cmp seen f
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ f -ef g ]
	[ -z "$(ls -A "$HOME/.local/state/pab/pending")" ]
	[ "$(left)" = 0 ]
}

@test "killed at every system call: two files are both old or both new after the next call" {
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		printf 'old\n' >f1
		printf 'old\n' >f2
		"$BUILD/killat" -s $n pab-edit -q --old old --new new f1 f2 && rc=0 || rc=$?
		pab-ls -q >seen
		[ "$(cat f1)" = "$(cat f2)" ]
		[ "$(cat f1)" = old ] || [ "$(cat f1)" = new ]
		[ "$(stat -c %h f1)" = 1 ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ "$n" -gt 50 ]
	[ "$(left)" = 0 ]
	[ -z "$(ls -A "$HOME/.local/state/pab/pending")" ]
}

@test "killed at 500 moments: a replaced file is whole, and what is left is swept" {
	cp A f
	max=$(longest pab-write -q f)
	for ((i = 0; i < 500; i++)); do
		if [ $((i % 2)) = 0 ]; then
			"$BUILD/killat" -u $((max * i / 450)) pab-write -q f <B || true
		else
			"$BUILD/killat" -u $((max * i / 450)) pab-edit -q --old "$LINE" --new changed f 2>/dev/null || true
		fi
		is_whole f
		cmp -s A f || cp A f
		[ "$(left)" -le 1 ]
	done
	echo | pab-write -q --append f
	[ "$(left)" = 0 ]
}

@test "killed at 500 moments: a file in place is whole after the next call" {
	tr a-z A-Z <A >B
	cp A f
	ln f g
	max=$(longest pab-write -q f)
	for ((i = 0; i < 500; i++)); do
		"$BUILD/killat" -u $((max * i / 450)) pab-write -q f <B || true
		pab-read --raw g >seen
		is_whole seen
		cmp seen f
		cmp -s A f || cat A >f
	done
	[ f -ef g ]
}

@test "SIGTERM at any moment leaves no temporary file" {
	for ((n = 1; n < 5000; n += ${KILL_STEP:-1})); do
		printf 'old\n' >f
		"$BUILD/killat" -t $n pab-edit -q --old old --new new f && rc=0 || rc=$?
		[ "$(cat f)" = old ] || [ "$(cat f)" = new ]
		[ "$(left)" = 0 ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
}
