#!/usr/bin/env bats
# The far end and its client: what crosses a stream, and what must not.
# shellcheck disable=SC2154 # bats sets $stderr
load helper

FAR=$BATS_TEST_DIRNAME/far.py

setup() {
	setup_pab
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	mkdir tree
	printf 'one\ntwo\n' >tree/a.txt
}

teardown() {
	local id
	jobs -p | xargs -r kill 2>/dev/null
	for id in "$PAB_HOME"/places/*/kind; do
		[ ! -e "$id" ] || pab-session -q close "$(basename "${id%/kind}")"
	done
}

# begin: a far end on tree, and the tools act there.
begin() {
	pab-session -q open s --on local --workspace tree >/dev/null
	export PAB_BACKEND=session:s
	SOCK=$PAB_HOME/places/s/run/sock
}

# by_hand ID [TRANSPORT]: a place that pab-session did not make and cannot wake.
by_hand() {
	mkdir -p "$PAB_HOME/places/$1/run"
	chmod -R go= "$PAB_HOME"
	(umask 077; printf '%s\n' "${2-unix:run/sock}" >"$PAB_HOME/places/$1/transport")
	export PAB_BACKEND=session:$1
}

# lies MODE: one far end that lies in place of s.
lies() {
	rm -f lied
	"$FAR" liar "$1" "$PAB_HOME/places/s/run/sock" >lied 2>&1 3>&- &
	LIAR=$!
	until grep -qs listening lied; do sleep 0.01; done
}

# left MARK: prints the pids of processes whose command line is "sleep MARK".
left() {
	pgrep -x -f "sleep $1"
}

# none_left MARK: waits until there are none.
none_left() {
	local i
	for ((i = 0; i < 1000; i++)); do
		left "$1" >/dev/null || return 0
		sleep 0.01
	done
	left "$1" >&2
	return 1
}

some() {
	until left "$1" >/dev/null; do sleep 0.01; done
}

@test "usage" {
	run -0 --separate-stderr "$BUILD/pab-serve" --help
	has 'usage: pab-serve' "$output"
	run -0 --separate-stderr "$BUILD/pab-serve" --version
	has 'pab-serve 0.1 (0.1-' "$output"
	for bad in '' --nothing '--stdio --listen x' --listen '--backend x'; do
		# shellcheck disable=SC2086 # words on purpose
		run -2 --separate-stderr "$BUILD/pab-serve" $bad
		has 'usage: pab-serve' "$stderr"
	done
	run -2 --separate-stderr "$BUILD/pab-serve" nothing
	has "no tool 'nothing'" "$stderr"
	run -7 --separate-stderr "$BUILD/pab-serve" --listen none/sock
	says 'pab-serve: none/: no such file'
	echo data >file
	run -7 --separate-stderr "$BUILD/pab-serve" --listen file
	says 'pab-serve: file: is there and is no socket'
	[ "$(cat file)" = data ]
}

@test "standard input is sent when the tool reads it, and not else" {
	begin
	printf 'x\ny\n' >in
	run -0 --separate-stderr pab-write b <in
	same 'wrote b: 2 lines, 4 bytes (new)'
	cmp in tree/b
	# What a loop reads is not eaten by a tool that reads nothing.
	while read -r name; do
		pab-read --raw "$name" >>out
	done < <(printf 'a.txt\nb\na.txt\n')
	printf 'one\ntwo\nx\ny\none\ntwo\n' >want
	cmp want out
	run -0 --separate-stderr pab-exec --stdin -- cat <in
	same $'x\ny'
	run -0 --separate-stderr pab-exec -- cat <in
	same ''
	run -0 --separate-stderr pab-grep -f - a.txt < <(echo two)
	same 'a.txt:2:two'
	# A command that stops reading: the rest is dropped, nobody hangs.
	run -0 --separate-stderr pab-exec --stdin -- head -c 1 < <(head -c 3M /dev/zero | tr '\0' z)
	same z
}

@test "three megabytes each way, unchanged" {
	begin
	head -c 3M /dev/urandom >in
	pab-write -q c <in
	cmp in tree/c
	pab-read --raw c >out
	cmp in out
	run -0 --separate-stderr pab-exec --raw --stdin -- cat <in
	pab-exec --raw --stdin -- cat <in >out
	cmp in out
}

@test "files of the caller's go along, pipes too" {
	begin
	echo one >old
	run -0 --separate-stderr pab-edit --old-file old --new-file <(echo ONE) a.txt
	same 'edited a.txt: 1 replacement, line 1'
	run -3 --separate-stderr pab-edit --old-file missing --new x a.txt
	says 'pab-edit: missing: no such file'
	run -0 --separate-stderr pab-grep -f <(echo two) -f old a.txt
	same 'a.txt:2:two'
	# The caller's file, not one of that name over there.
	echo zero >tree/old
	run -4 --separate-stderr pab-edit --old-file old --new x a.txt
	has 'text not found' "$stderr"
}

@test "a request in JSON is read here, and done there" {
	begin
	echo 'x x' >tree/b.txt
	run -0 --separate-stderr pab-edit < <(echo '[{"path":"a.txt","old":"one","new":"ONE"},{"path":"b.txt","old":"x","new":"y","all":true}]')
	same $'edited a.txt: 1 replacement, line 1\nedited b.txt: 2 replacements, line 1'
	[ "$(cat tree/b.txt)" = 'y y' ]
	run -2 --separate-stderr pab-edit < <(echo '{"path":"a.txt"')
	has 'no JSON that pab takes' "$stderr"
	# What only looks so is content.
	tag=$(pab-read --tags -r 1 a.txt)
	run -0 --separate-stderr pab-edit --after "${tag%%|*}" a.txt < <(echo '[new]')
	[ "$(sed -n 2p tree/a.txt)" = '[new]' ]
	# Bytes that nobody here wrote so.
	run -2 --separate-stderr pab-edit < <(printf '\001pab edits 1\nq')
}

@test "variables: what a tool heeds is sent, what a command gets is the far end's" {
	begin
	export SECRET_OF_CALLER=1 SHOWN=yes
	run -0 --separate-stderr pab-exec --pass SHOWN -- sh -c 'echo "$SHOWN/$SECRET_OF_CALLER/$PAB_HOME"'
	same 'yes//'
	PAB_OUTPUT=json run -0 --separate-stderr pab-ls
	has '"backend":"session:s"' "$output"
	PAB_LIMITS=rows=1 run -0 --separate-stderr pab-grep 'o' a.txt
	has 'a.txt:1:one' "$output"
	umask 077
	echo | pab-write -q private
	[ "$(stat -c %a tree/private)" = 600 ]
	PAB_CWD=/sub run -0 --separate-stderr pab-write new < <(echo x)
	[ -f tree/sub/new ]
}

@test "output keeps its order when both go to one place" {
	begin
	pab-exec --split --raw -- sh -c 'for i in 1 2 3 4 5 6 7 8; do echo $i; echo e$i >&2; done' >both 2>&1 || true
	pab-read a.txt nope b c a.txt >both 2>&1 || true
	cd tree
	PAB_BACKEND='' pab-read a.txt nope b c a.txt >../want 2>&1 || true
	cd ..
	sed -i 's/; relative paths start.*//' both
	cmp want both
}

@test "exit status and signals" {
	begin
	run -3 --separate-stderr pab-read nope
	run -42 --separate-stderr pab-exec -- sh -c 'exit 42'
	run -127 --separate-stderr pab-exec -- no-such-command
	run -137 --separate-stderr pab-exec -- sh -c 'kill -9 $$'
	run -124 --separate-stderr pab-exec --timeout 50ms -- sleep 3600.25
	none_left 3600.25
	run -5 --separate-stderr pab-read ../../etc/passwd
	has 'outside the root / of session:s' "$stderr"
	pab-exec -- sleep 3601.25 3>&- &
	some 3601.25
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	none_left 3601.25
}

@test "standard output that takes no more" {
	begin
	run -7 --separate-stderr sh -c 'pab-read a.txt >/dev/full'
	says 'pab-read: cannot write standard output: No space left on device'
	# shellcheck disable=SC2016
	run -0 --separate-stderr bash -c 'pab-exec --raw -- sh -c "yes; exit 3" | head -n 1; echo ${PIPESTATUS[0]}'
	same $'y\n141'
	run -7 --separate-stderr sh -c 'pab-read a.txt >&-'
	has 'cannot write standard output' "$stderr"
}

@test "a client that is killed leaves nothing running" {
	begin
	for i in 1 2 3 4 5; do
		pab-exec --grace 100ms -- sh -c "sleep 3602.$i & setsid sleep 3602.$i & (trap '' TERM; sleep 3602.$i) & sleep 3602.$i" 3>&- &
		pid=$!
		until [ "$(left "3602.$i" | wc -l)" -eq 4 ]; do sleep 0.01; done
		kill -9 "$pid"
		none_left "3602.$i"
	done
}

@test "a far end that is killed, and one that is told to stop, leave nothing running" {
	begin
	pab-exec -- sh -c "sleep 3603.25 & sleep 3603.25" >out 2>&1 3>&- &
	some 3603.25
	pkill -9 -P 1 -f "listen run/sock --backend composite:/=local:$W/tree" ||
		pkill -9 -f "listen run/sock --backend composite:/=local:$W/tree"
	status=0
	wait $! || status=$?
	[ "$status" -eq 125 ]
	has 'the connection broke; what was asked may have been done' "$(cat out)"
	none_left 3603.25
	# It is woken by the next call.
	run -0 --separate-stderr pab-read a.txt
	pab-exec -- sh -c "setsid sleep 3604.25 & sleep 3604.25" >out 2>&1 3>&- &
	some 3604.25
	pab-session -q close s
	none_left 3604.25
	wait $! || true
}

@test "hostile clients: each stream ends with a word, no other is harmed" {
	begin
	pab-exec -- sh -c 'while [ ! -e stop ]; do sleep 0.1; done; echo unharmed' >out 2>&1 3>&- &
	run -0 --separate-stderr "$FAR" hostile "$SOCK"
	has 'huge: a frame of an impossible length' "$output"
	has "descriptor kept: False" "$output"
	has "other backend: status 5" "$output"
	touch tree/stop
	wait $!
	[ "$(cat out)" = unharmed ]
	none_left 30
	run -0 --separate-stderr pab-read a.txt
}

@test "a slow reader blocks its own request only" {
	begin
	run -0 --separate-stderr "$FAR" slow "$SOCK"
	same $'not read: a window at most; the other: through\nthen: 1073741824 bytes'
}

@test "a hundred clients at once" {
	begin
	for i in $(seq 100); do
		echo "content $i" >"tree/f$i"
	done
	for i in $(seq 100); do
		pab-read --raw "f$i" >"got$i" 3>&- &
	done
	wait
	for i in $(seq 100); do
		cmp "tree/f$i" "got$i"
	done
}

@test "a far end without descriptors to spare answers or says so, and goes on" {
	by_hand few
	(ulimit -n 30; exec "$BUILD/pab-serve" --listen "$PAB_HOME/places/few/run/sock" \
		--backend "composite:/=local:$W/tree") 3>&- &
	server=$!
	until pab-read -q a.txt >/dev/null 2>&1; do sleep 0.01; done
	for i in $(seq 40); do
		pab-read --raw a.txt >"got$i" 2>"err$i" 3>&- || echo "$?" >"st$i" &
	done
	wait $(jobs -p | grep -v "^$server$")
	for i in $(seq 40); do
		if [ -e "st$i" ]; then
			[ "$(cat "st$i")" = 7 ]
			grep -Eq '^pab-(read|serve): .' "err$i"
		else
			cmp tree/a.txt "got$i"
		fi
	done
	run -0 --separate-stderr pab-read --raw a.txt
	same $'one\ntwo'
	run -0 --separate-stderr pab-exec -- sh -c 'ulimit -n'
	same 30
	kill $server
	wait $server
}

@test "far ends that lie harm nothing" {
	by_hand s
	while IFS='|' read -r mode status text; do
		lies "$mode"
		run "-$status" --separate-stderr pab-read a.txt < <(echo SECRET)
		has "$text" "$stderr$output"
		wait $LIAR || true
		has 'no secret' "$(cat lied)"
	done <<-'END'
		magic|7|what answers is no pab-serve
		protocol|7|speaks protocol 9, not 1
		nohello|7|what answers is no pab-serve
		noframe|7|sent what is no frame
		huge|7|sent what is no frame
		unknown|7|sent what is no frame
		client|7|sent what is no frame
		otherid|7|answered what was not asked
		hello2|7|answered what was not asked
		channel|7|sent data of no channel
		credit|7|asked for what was not offered
		stdin|7|asked for what was not offered
		file|7|asked for what was not offered
		half|7|the connection broke
		nothing|7|closed without a word
		words|3|\x1b]0;evil\x07 gone
		last|7|the far end says: \x1b[2Jtired
		signal|7|was ended there by signal 11
		status|42|
	END
}

@test "a far end without end ends with its reader" {
	by_hand s
	lies endless
	# 256 MB through a client whose memory stays as it was.
	command -v time >/dev/null
	env time -f %M -o peak pab-read a.txt | head -c 256M | tail -c 2 >out
	[ "$(cat out)" = y ]
	[ "$(tail -n 1 peak)" -lt 20000 ] || [ "${PAB_BUILD:-}" = build/san ]
	wait $LIAR
}

@test "control bytes of a far end do not reach a terminal" {
	by_hand s
	lies controls
	script -qec 'pab-read a.txt' /dev/null >shown </dev/null
	wait $LIAR
	printf 'a\\x1b]0;evil\\x07\033[31mred\033[0m\\x1b[2J\\xc2\\x9bz\\x0d\r\n\\x1b[' >want
	cmp want shown
	# In a pipe bytes are bytes.
	lies controls
	pab-read a.txt >shown
	wait $LIAR
	printf 'a\033]0;evil\a\033[31mred\033[0m\033[2J\302\233z\r\n\033[' >want
	cmp want shown
}

@test "a socket that is a link, a stranger's, or no socket is not spoken to" {
	begin
	cd "$PAB_HOME/places/s/run"
	mv sock real
	ln -s real sock
	cd "$W"
	run -7 --separate-stderr pab-read a.txt
	has 'session s does not answer' "$stderr"
	rm "$PAB_HOME/places/s/run/sock"
	mkfifo "$PAB_HOME/places/s/run/sock"
	run -7 --separate-stderr pab-read a.txt
	has 'session s does not answer' "$stderr"
	rm "$PAB_HOME/places/s/run/sock"
	mv "$PAB_HOME/places/s/run/real" "$PAB_HOME/places/s/run/sock"
	run -0 --separate-stderr pab-read a.txt
	# The directory of sockets a link to another.
	mv "$PAB_HOME/places/s/run" "$PAB_HOME/places/s/other"
	ln -s other "$PAB_HOME/places/s/run"
	run -7 --separate-stderr pab-read a.txt
	rm "$PAB_HOME/places/s/run"
	mv "$PAB_HOME/places/s/other" "$PAB_HOME/places/s/run"
	chmod go+w "$PAB_HOME/places/s/transport"
	run -7 --separate-stderr pab-read a.txt
	chmod go-w "$PAB_HOME/places/s/transport"
	for line in 'tcp:host:1' '' 'pipe:' 'pipe:relative' 'pipe:/nope\' 'unix:../s/run/sock' 'unix:/run/sock'; do
		echo "$line" >"$PAB_HOME/places/s/transport"
		run -7 --separate-stderr pab-read a.txt
		has 'pab-read: ' "$stderr"
	done
	echo unix:run/sock >"$PAB_HOME/places/s/transport"
}

@test "bad networks: in pieces, late, cut" {
	begin
	mv "$SOCK" "$SOCK.real"
	seq 1000 >tree/n
	for mode in split delay cut; do
		"$FAR" proxy "$mode" "$SOCK" "$SOCK.real" >up 2>&1 3>&- &
		until grep -q listening up; do sleep 0.01; done
		run -0 --separate-stderr pab-edit --old one --new one1 a.txt
		pab-edit -q --old one1 --new one a.txt
		if [ "$mode" = cut ]; then
			run -7 --separate-stderr pab-read --raw n
			has 'the connection broke' "$stderr"
		else
			pab-read --raw n >out
			cmp tree/n out
			echo "$mode" | pab-write -q w
			[ "$(cat tree/w)" = "$mode" ]
			run -3 --separate-stderr pab-exec -- sh -c 'exit 3'
		fi
		kill $!
		wait $! || true
		: >up
	done
	mv "$SOCK.real" "$SOCK"
}

@test "a far end that says nothing, and one that falls silent, are given up" {
	by_hand s
	by_hand silent
	by_hand s
	lies stall
	"$FAR" liar mute "$PAB_HOME/places/silent/run/sock" >mute 2>&1 3>&- &
	until grep -q listening mute; do sleep 0.01; done
	pab-read -B session:silent a.txt >one 2>&1 3>&- &
	run -7 --separate-stderr pab-read a.txt
	says 'pab-read: the far end did not answer for 20 seconds'
	run -0 cat one
	same 'pab-read: the far end did not answer for 10 seconds'
}

@test "on pipes, through a program" {
	ln -s "$BUILD/pab-serve" "a program"
	by_hand s "pipe:${W// /\\ }/a\\ program --stdio --backend composite:/=local:$W/tree"
	run -0 --separate-stderr pab-read a.txt
	same $'     1\tone\n     2\ttwo'
	run -0 --separate-stderr pab-exec --stdin -- cat < <(echo through)
	same through
	pab-exec -- sleep 3605.25 3>&- &
	some 3605.25
	kill -9 $!
	none_left 3605.25
	by_hand s pipe:/bin/false
	run -7 --separate-stderr pab-read a.txt
	says 'pab-read: the far end closed without a word'
	by_hand s pipe:/nowhere
	run -7 --separate-stderr pab-read a.txt
	says 'pab-read: the far end closed without a word'
}

@test "first process of a place of its own: orphans reaped, peers inside refused" {
	by_hand ns
	unshare --user --map-root-user --pid --fork --mount --mount-proc "$BUILD/pab-serve" \
		--listen "$PAB_HOME/places/ns/run/sock" --backend "composite:/=local:$W/tree" 3>&- &
	outer=$!
	until pab-read -q a.txt >/dev/null 2>&1; do sleep 0.01; done
	run -0 --separate-stderr pab-exec -- sh -c 'echo $PPID >/dev/null; cat /proc/1/comm'
	same pab-serve
	# An orphan of an orphan is reaped by the first process.
	run -0 --separate-stderr pab-exec -- sh -c '(sh -c "sleep 0.01 &" &); sleep 0.3; ps -eo stat= | grep -c Z; true'
	same 0
	# A peer from inside: the connection is closed before a word.
	run -0 --separate-stderr pab-exec -- python3 -c "
import socket
s = socket.socket(socket.AF_UNIX)
s.connect('$PAB_HOME/places/ns/run/sock')
print(s.recv(100))"
	same "b''"
	kill -TERM "$outer"
	pkill -TERM -f "listen $PAB_HOME/places/ns/run/sock" || true
	wait "$outer" || true
	rm -r "$PAB_HOME/places/ns"
}

@test "a terminal there: its size, its keys, its end" {
	begin
	run -0 --separate-stderr timeout 100 "$FAR" terminal \
		pab-exec --env PS1=go: -t --raw --stdin -- sh
	same $'go: seen\nfirst 0 seen\nsecond 0 seen\nup\r\n seen\ngo: seen\nstatus 7'
	none_left 3606.25
	# Without one here, the command has one all the same.
	run -0 --separate-stderr pab-exec -t -- sh -c 'tty >/dev/null && stty size'
	same '24 80'
}

@test "nothing from the image is needed: an empty root, read-only, without /proc" {
	[ "${PAB_BUILD:-}" != build/san ] || return 0 # that flavour is not static
	by_hand bare
	mkdir -p bare/run bare/work
	cp "$BUILD/pab-serve" bare/
	echo one >bare/work/f
	mount=(unshare --user --map-root-user --mount)
	"${mount[@]}" --pid --fork sh -c '
		mount --bind bare bare && mount --bind "$1" bare/run &&
		mount --bind bare/work bare/work && mount -o remount,ro,bind bare &&
		exec python3 -c "
import ctypes, os
prctl = ctypes.CDLL(None).prctl
for capability in range(41):
    prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
os.chroot(\"bare\")
os.chdir(\"/\")
os.execv(\"/pab-serve\", [\"/pab-serve\", \"--listen\", \"/run/sock\", \"--cwd\", \"/work\",
                          \"--home\", \"/work/.home\"])"
	' sh "$PAB_HOME/places/bare/run" 3>&- 2>said &
	outer=$!
	until pab-read -q f >/dev/null 2>&1; do
		kill -0 $outer
		sleep 0.01
	done
	run -0 --separate-stderr pab-ls /
	has work/ "$output"
	run -0 --separate-stderr pab-edit --old one --new two f
	same 'edited f: 1 replacement, line 1'
	[ "$(cat bare/work/f)" = two ]
	run -0 --separate-stderr pab-exec -- /pab-serve read --raw f
	same two
	run -0 --separate-stderr pab-grep -n two
	same 'f:1:two'
	echo new | pab-write -q /work/g
	run -7 --separate-stderr pab-write /h < <(echo x)
	has 'ead-only' "$stderr"
	kill -TERM $outer
	pkill -TERM -f '^/pab-serve --listen /run/sock --cwd /work' || true
	wait $outer || true
}

@test "a far end cannot be looked into by processes of its user" {
	by_hand own
	drop=()
	if [ "$(id -u)" = 0 ]; then
		drop=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
		chmod 711 "$PAB_HOME" "$PAB_HOME/places" "$PAB_HOME/places/own"
		chown 65534 "$PAB_HOME/places/own/run"
		for d in "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_SUITE_TMPDIR"; do
			chmod a+x "$d"
		done
	fi
	cp "$BUILD/pab-serve" far-end
	"${drop[@]}" "$W/far-end" --listen "$PAB_HOME/places/own/run/sock" 3>&- &
	server=$!
	until [ -S "$PAB_HOME/places/own/run/sock" ]; do
		kill -0 $server
		sleep 0.01
	done
	run -0 --separate-stderr "${drop[@]}" cat /proc/self/environ
	run -1 --separate-stderr "${drop[@]}" cat "/proc/$server/environ"
	has 'Permission denied' "$stderr"
	run -2 --separate-stderr "${drop[@]}" ls "/proc/$server/fd"
	kill $server
	wait $server
}
