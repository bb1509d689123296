load helper
load user

# write ARG... : pab-write with $in (printf's format) on standard input.
write() {
	printf "$in" >"$BATS_TEST_TMPDIR/in"
	pab-write "$@" <"$BATS_TEST_TMPDIR/in"
}

becomes() {
	printf "$2" | cmp - "$1" || {
		od -c "$1" >&2
		return 1
	}
}

@test "a new file, its directories, an overwrite" {
	in='a\nb\n' run -0 --separate-stderr write f
	same 'wrote f: 2 lines, 4 bytes (new)'
	says ''
	becomes f 'a\nb\n'
	[ "$(stat -c %a f)" = 644 ]
	in='x' run -0 --separate-stderr write d/e/f
	same 'wrote d/e/f: 1 line, 1 byte (new)'
	becomes d/e/f x
	in='c\n' run -0 --separate-stderr write f
	same 'wrote f: 1 line, 2 bytes'
	becomes f 'c\n'
	[ "$(ls -A)" = $'d\nf' ]
	[ "$(ls -A d/e)" = f ]
}

@test "large numbers have commas; every byte arrives" {
	seq 2000 >in
	run -0 --separate-stderr bash -c 'pab-write f <in'
	same 'wrote f: 2,000 lines, 8,893 bytes (new)'
	head -c 1000000 /dev/urandom >in
	run -0 --separate-stderr bash -c 'pab-write f <in'
	cmp in f
}

@test "the same content is not written again" {
	in='a\n' run -0 --separate-stderr write f
	touch -d 2020-01-01 f
	stat -c '%i %y %z' f >st
	in='a\n' run -0 --separate-stderr write f
	same 'wrote f: 1 line, 2 bytes (unchanged)'
	stat -c '%i %y %z' f | cmp - st
	in='a\n' run -0 --separate-stderr write -j f
	json '.[0] | .changed == false and .created == false'
}

@test "--append adds to the end" {
	in='a' run -0 --separate-stderr write --append f
	same 'wrote f: 1 line, 1 byte (new)'
	in='b\n' run -0 --separate-stderr write -a f
	becomes f 'ab\n'
	in='' run -0 --separate-stderr write -a f
	same 'wrote f: 1 line, 3 bytes (unchanged)'
}

@test "--new only when there is nothing" {
	in='a\n' run -0 --separate-stderr write --new f
	in='b\n' run -4 --separate-stderr write --new f
	says 'pab-write: f: already exists'
	becomes f 'a\n'
	in='b\n' run -4 --separate-stderr write -j --new f
	json '.[0] | .code == "exists" and .path == "f" and .status == 4'
	in='b\n' run -2 --separate-stderr write --new --append f
	in='b\n' run -2 --separate-stderr write --new --if-match 12345678 f
}

@test "--if-match: the file as it was read, else stale" {
	printf 'a\n' >f
	hash=$(sha256sum f)
	in='b\n' run -0 --separate-stderr write --if-match "${hash:0:8}" f
	in='c\n' run -4 --separate-stderr write --if-match "${hash:0:8}" f
	says "pab-write: f: changed since it was read: its hash is now $(sha256sum f | cut -c1-16)"
	becomes f 'b\n'
	in='c\n' run -4 --separate-stderr write --if-match "${hash:0:8}" no/g
	says 'pab-write: no/g: does not exist, so --if-match fails'
	[ ! -e no ]
	in='c\n' run -2 --separate-stderr write --if-match 12 f
}

@test "--mode: of new files, of old ones, of those written in place" {
	in='a\n' run -0 --separate-stderr write --mode 755 f
	[ "$(stat -c %a f)" = 755 ]
	in='a\n' run -0 --separate-stderr write --mode 0600 f
	[ "$(stat -c %a f)" = 600 ]
	in='b\n' run -0 --separate-stderr write f
	[ "$(stat -c %a f)" = 600 ]
	ln f g
	in='c\n' run -0 --separate-stderr write --mode 4711 f
	[ "$(stat -c %a g)" = 4711 ]
	for mode in 888 x '' 77777 -1 0x1 ' 7'; do
		in='a\n' run -2 --separate-stderr write --mode "$mode" f
	done
	becomes f 'c\n'
}

@test "the umask and a directory's default ACL make a new file's mode" {
	run -0 --separate-stderr bash -c 'umask 077; echo a | { pab-write f; }'
	[ "$(stat -c %a f)" = 600 ]
	mkdir d
	setfacl -d -m u:65534:rw d || skip "no ACLs here"
	in='a\n' run -0 --separate-stderr write d/f
	run -0 getfacl -cn d/f
	has 'user:65534:rw' "$output"
}

@test "--eol: asis says when line ends change, keep, lf, crlf" {
	printf 'a\r\n' >f
	in='b\nc\n' run -0 --separate-stderr write f
	says 'pab-write: f: line ends change from CRLF to LF; --eol keep keeps them'
	becomes f 'b\nc\n'
	printf 'a\r\n' >f
	in='b\nc\n' run -0 --separate-stderr write --eol keep f
	says "pab-write: f: the input's line ends became CRLF"
	becomes f 'b\r\nc\r\n'
	in='b\r\nc\nd' run -0 --separate-stderr write --eol lf f
	becomes f 'b\nc\nd'
	in='b\r\nc\nd' run -0 --separate-stderr write --eol crlf f
	becomes f 'b\r\nc\r\nd'
	in='x\n' run -0 --separate-stderr write --append --eol keep f
	becomes f 'b\r\nc\r\ndx\r\n'
	in='a\n\0' run -2 --separate-stderr write --eol crlf f
	says 'pab-write: f: the input holds NUL bytes; --eol is for text'
	in='a\n' run -2 --separate-stderr write --eol dos f
	in='a\r\nb\n' run -0 --separate-stderr write --eol asis g
	becomes g 'a\r\nb\n'
	says ''
	in='x\n' run -0 --separate-stderr write -j f
	json '.[1] | .type == "notice" and .path == "f"'
}

@test "empty input onto a file that is not empty is status 2" {
	printf 'a\n' >f
	in='' run -2 --separate-stderr write f
	says 'pab-write: f: standard input is empty and the file is not; --empty to mean it'
	becomes f 'a\n'
	in='' run -0 --separate-stderr write --empty f
	same 'wrote f: 0 lines, 0 bytes'
	[ ! -s f ]
	in='' run -0 --separate-stderr write g
	same 'wrote g: 0 lines, 0 bytes (new)'
	[ -e g ]
}

@test "--diff prints what patch -p1 applies, also for a new file" {
	seq 20 >f
	cp f old
	run -0 --separate-stderr bash -c 'seq 3 21 | { pab-write --diff f; }'
	printf '%s\n' "$output" >p
	cp f new
	cp old f
	run -0 patch -s -p1 -i p
	cmp f new
	in='x\ny' run -0 --separate-stderr write --diff d/n
	same $'--- /dev/null\n+++ b/d/n\n@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of file'
	printf '%s\n' "$output" >p
	rm -r d
	run -0 patch -s -p1 -i p
	becomes d/n 'x\ny'
}

@test "-n writes nothing and makes no directory" {
	in='a\n' run -0 --separate-stderr write -n d/e/f
	same 'would write d/e/f: 1 line, 2 bytes (new)'
	[ ! -e d ]
	printf 'b\n' >f
	stat -c '%i %y %z' f >st
	in='a\n' run -0 --separate-stderr write -n --diff f
	has $'-b\n+a' "$output"
	stat -c '%i %y %z' f | cmp - st
	in='a\n' run -0 --separate-stderr write -nj f
	json '.[0].changed == false'
	in='a\n' run -3 --separate-stderr write -n f/x
	in='a\n' run -3 --separate-stderr write -n "$(printf '%0256d' 0)"
	in='a\n' run -3 --separate-stderr write -n "d/$(printf '%0256d' 0)"
}

@test "a symbolic link is followed, a dangling one leads to the new file" {
	printf 'a\n' >f
	ln -s f l
	ln -s "$W/d/new" dangling
	in='b\n' run -0 --separate-stderr write l
	[ -L l ]
	becomes f 'b\n'
	mkdir d
	in='c\n' run -0 --separate-stderr write dangling
	[ -L dangling ]
	becomes d/new 'c\n'
	ln -s x loop1
	ln -s loop1 x
	in='c\n' run -3 --separate-stderr write loop1
	says 'pab-write: loop1: too many symbolic links'
}

@test "directories, FIFOs and devices are refused" {
	mkdir d
	mkfifo p
	in='a\n' run -3 --separate-stderr write d
	says 'pab-write: d: is a directory'
	in='a\n' run -3 --separate-stderr write .
	in='a\n' run -3 --separate-stderr timeout 5 bash -c 'echo a | { pab-write p; }'
	says 'pab-write: p: is a FIFO, not a regular file'
	in='a\n' run -3 --separate-stderr write /dev/null
	says 'pab-write: /dev/null: is a device, not a regular file'
	[ -c /dev/null ]
	in='a\n' run -3 --separate-stderr write newdir/
	says 'pab-write: newdir: a directory that does not exist; name a file'
	[ ! -e newdir ]
	printf 'x\n' >f
	in='a\n' run -3 --separate-stderr write f/g
	says 'pab-write: f/g: not a directory'
	in='a\n' run -3 --separate-stderr write f/g/h
	in='a\n' run -3 --separate-stderr write f/
	becomes f 'x\n'
}

@test "nothing is touched when standard input cannot be read" {
	printf 'a\n' >f
	run -7 --separate-stderr bash -c 'pab-write f <.'
	says 'pab-write: cannot read standard input: Is a directory'
	run -7 --separate-stderr bash -c 'pab-write g <.'
	becomes f 'a\n'
	[ "$(ls -A)" = f ]
	run -3 --separate-stderr bash -c 'truncate -s 1025M z; pab-write f <z'
	says 'pab-write: standard input has more than 1 GiB'
	becomes f 'a\n'
}

@test "the input may come from the file itself" {
	printf 'c\nb\na\n' >f
	run -0 --separate-stderr bash -c 'set -o pipefail; sort f | { pab-write f; }'
	becomes f 'a\nb\nc\n'
}

@test "a limit on file sizes is an error, not a signal; nothing is left" {
	printf 'old\n' >f
	head -c 100000 /dev/zero >in
	run -7 --separate-stderr bash -c 'ulimit -f 20; pab-write f <in'
	says 'pab-write: f: file too large'
	becomes f 'old\n'
	[ "$(ls -A)" = $'f\nin' ]
	ln f g
	run -7 --separate-stderr bash -c 'ulimit -f 20; pab-write f <in'
	has 'file too large' "$stderr"
	becomes f 'old\n'
}

@test "usage" {
	in='a\n' run -2 --separate-stderr write
	has 'one FILE is needed' "$stderr"
	in='a\n' run -2 --separate-stderr write a b
	in='a\n' run -2 --separate-stderr write --nonsense f
	in='a\n' run -2 --separate-stderr write --fsync maybe f
	PAB_FSYNC=maybe in='a\n' run -2 --separate-stderr write f
	[ -z "$(ls -A)" ]
}

@test "JSON: a write record, a summary last" {
	in='a\nb' run -0 --separate-stderr write -j f
	json 'length == 2 and .[0].type == "write" and .[1].type == "summary"'
	json '.[0] | .path == "f" and .lines == 2 and .size == 3 and .created and .changed and .atomic'
	json ".[0].hash == \"$(sha256sum f | cut -d' ' -f1)\""
	json '.[1] | .files == 1 and .status == 0'
	in='a\n' run -0 --separate-stderr write -j --diff $'n\xff\n'
	json '.[0] | .path_b64 == "bv8K" and (.diff_b64 // .diff | length) > 0'
	mkdir d
	in='a\n' run -3 --separate-stderr write -j d
	json '.[0].code == "is_dir" and .[1].files == 0 and .[1].status == 3'
}

@test "hard links: in place and said so; --atomic; --break-links" {
	printf 'a\n' >f
	ln f g
	in='longer\n' run -0 --separate-stderr write f
	same 'wrote f: 1 line, 7 bytes (in place, not atomic)'
	in='b\n' run -0 --separate-stderr write -j f
	json '.[0].atomic == false'
	becomes g 'b\n'
	in='c\n' run -5 --separate-stderr write --atomic f
	has 'cannot be replaced atomically: it has 2 hard links' "$stderr"
	in='c\n' run -0 --separate-stderr write --break-links f
	becomes f 'c\n'
	becomes g 'b\n'
}

@test "outside the root is status 5 and makes nothing" {
	mkdir root
	in='a\n' run -5 --separate-stderr write -B "local:$W/root" "$W/x"
	in='a\n' run -5 --separate-stderr write -B "local:$W/root" ../x
	ln -s "$W/out" root/l
	in='a\n' run -5 --separate-stderr write -B "local:$W/root" "$W/root/l"
	in='a\n' run -5 --separate-stderr write -B "local:$W/root" "$W/root/l/d/f"
	[ "$(ls -A)" = root ]
	in='a\n' run -0 --separate-stderr write -B "local:$W/root" d/e
	becomes root/d/e 'a\n'
}

@test "a directory that may not be written to is status 7" {
	mkdir d
	chmod 555 d
	need_root
	chown 65534 d
	printf 'a\n' >in
	run -7 --separate-stderr as_user bash -c "'$BUILD/pab-write' '$W/d/f' <'$W/in'"
	says "pab-write: $W/d/f: permission denied"
	run -7 --separate-stderr as_user bash -c "'$BUILD/pab-write' '$W/d/e/f' <'$W/in'"
	[ -z "$(ls -A d)" ]
}

@test "--mode that may not be given changes nothing" {
	need_root
	mkdir d
	printf 'a\n' >d/f
	chmod 666 d/f
	printf 'b\n' >in
	run -7 --separate-stderr as_user bash -c "'$BUILD/pab-write' --mode 755 '$W/d/f' <'$W/in'"
	says "pab-write: $W/d/f: operation not permitted"
	becomes d/f 'a\n'
	[ "$(stat -c %a d/f)" = 666 ]
}

@test "names that need quotes, long names, long paths" {
	for name in 'a b' $'a\nb' $'\xff' ./-x ./@x; do
		in='a' run -0 --separate-stderr write "$name"
		becomes "$name" a
	done
	in='b' run -0 --separate-stderr write $'a\nb'
	same "wrote \$'a\\nb': 1 line, 1 byte"
	in='b' run -0 --separate-stderr write ./-x
	same 'wrote ./-x: 1 line, 1 byte'
	in='b' run -0 --separate-stderr write -- -x
	printf 'a\r\n' >$'a\nb'
	in='b\n' run -0 --separate-stderr write $'a\nb'
	[ "${#stderr_lines[@]}" = 1 ]
	name=$(printf '%0255d' 0)
	in='a' run -0 --separate-stderr write "$name"
	becomes "$name" a
	in='b' run -0 --separate-stderr write "$(printf './%.0s' $(seq 1900))$name"
	becomes "$name" b
	in='a' run -3 --separate-stderr write "${name}0"
	says "pab-write: ${name}0: the name is too long"
}

@test "a full disk and a closed standard output are status 7" {
	run -7 --separate-stderr bash -c 'echo a | { pab-write f >/dev/full; }'
	says 'pab-write: cannot write standard output: No space left on device'
	run -7 --separate-stderr bash -c 'echo b | { pab-write f >&-; }'
	run -0 --separate-stderr bash -c 'echo c | { pab-write -q f >&-; }'
	becomes f 'c\n'
}

@test "--help is at most 45 lines and agrees with the synopsis" {
	run -0 --separate-stderr pab-write --help
	[ "${#lines[@]}" -le 45 ]
	has 'usage: pab-write [options] FILE' "$output"
}
