load helper

# The kills are a slice; make check-kill (KILL_STEP=1) does them all.

# repository: a git repository in . with files of every kind; what it becomes is in the
# diffs ../git.diff (with renames) and ../plain.diff, and the tree that git makes of it in
# ../tree.
repository() {
	git init -q .
	git config user.email a@b
	git config user.name a
	git config core.autocrlf false
	mkdir src
	seq 60 >src/a
	printf 'one\r\ntwo\r\nthree\r\n' >crlf
	printf 'x\ny' >nonl
	echo gone >gone
	seq 10 >ren
	echo m >mode
	: >void
	seq 5 >'a "b" c'
	git add -A
	git commit -qm 1
	sed -i 's/^5$/five/; s/^30$/thirty/; 50d' src/a
	printf 'one\r\nTWO\r\nthree\r\n' >crlf
	printf 'x\nz' >nonl
	git rm -q gone void
	git mv ren ren2
	sed -i 's/^3$/drei/' ren2
	chmod +x mode
	echo new >new
	mkdir deep deep/er
	: >deep/er/empty
	echo 6 >>'a "b" c'
	git add -A
	git diff --cached -M >../git.diff
	git diff --cached --no-renames >../plain.diff
	git write-tree >../tree
	git reset -q --hard
}

# became: . is what git would have made of it.
became() {
	git add -A
	git write-tree | cmp - ../tree
	git reset -q
}

@test "git's diffs: as git apply makes it, back again, and undone" {
	repository
	for p in git plain; do
		run -0 --separate-stderr pab-patch -n "../$p.diff"
		[ -z "$(git status --porcelain)" ]
		run -0 --separate-stderr pab-patch "../$p.diff"
		became
		[ -x mode ]
		run -0 --separate-stderr pab-patch -R "../$p.diff"
		git add -A
		[ -z "$(git status --porcelain)" ]
		run -0 --separate-stderr pab-patch "../$p.diff"
		run -0 --separate-stderr pab-undo --last 1
		git add -A
		[ -z "$(git status --porcelain)" ]
	done
}

@test "random edits: the same as git apply and patch(1), also where lines moved" {
	git init -q .
	python3 - <<-'PY'
	import random
	random.seed(7)
	for i in range(40):
	    old = ["%d-%d" % (i, random.randrange(9)) for _ in range(random.randrange(1, 60))]
	    new = list(old)
	    for _ in range(random.randrange(1, 6)):
	        at = random.randrange(len(new) + 1)
	        new[at:at + random.randrange(3)] = ["new"] * random.randrange(3)
	    end = random.choice(["\n", ""]), random.choice(["\n", ""])
	    open("o%d" % i, "w").write("\n".join(old) + end[0])
	    open("n%d" % i, "w").write("\n".join(new) + end[1])
	PY
	for nr in $(seq 0 39); do
		cp o$nr f
		git diff --no-index --no-color o$nr n$nr | sed "s#a/o$nr\$#a/f#; s#b/n$nr\$#b/f#" >p || :
		[ -s p ] || continue
		run -0 --separate-stderr pab-patch -q p
		cmp f n$nr
		run -0 --separate-stderr pab-patch -qR p
		cmp f o$nr
	done
	seq 100 >o
	sed 's/^50$/fifty/' o >n
	diff -u o n >p || :
	{ echo a; echo b; cat o; } >o2
	cp o2 want
	patch -s want p
	cp o2 n
	run -0 --separate-stderr pab-patch -p0 p
	same 'patched n: 1 hunk, +1 -1; hunk 1 moved by 2 to line 49'
	cmp n want
}

@test "Begin Patch: add, delete, update, move, anchors, end of file" {
	mkdir d
	seq 40 >d/a
	printf 'one\r\ntwo\r\nthree\r\n' >crlf
	printf 'x\ny' >nonl
	echo gone >gone
	printf 'def a():\n\treturn 1\n\ndef b():\n\treturn 1\n' >py
	cat >p <<-'END'
	*** Begin Patch
	*** Update File: d/a
	@@ 10
	 11
	-12
	+twelve
	@@
	 30
	+thirty and a half
	*** Add File: e/n
	+hello
	*** Delete File: gone
	*** Update File: crlf
	*** Move to: crlf2
	@@
	 one
	-two
	+zwei
	+drei
	*** Update File: nonl
	@@
	 x
	-y
	+last
	*** End of File
	*** Update File: py
	@@ def b():
	-	return 1
	+	return 2
	*** End Patch
	END
	cp -r . ../before
	run -0 --separate-stderr pab-patch p
	same $'patched d/a: 2 hunks, +2 -1\ncreated e/n: 1 hunk, +1 -0\nremoved gone\nrenamed crlf -> crlf2: 1 hunk, +2 -1\npatched nonl: 1 hunk, +1 -1\npatched py: 1 hunk, +1 -1'
	sed 's/^12$/twelve/; s/^30$/&\nthirty and a half/' ../before/d/a | cmp - d/a
	printf 'one\r\nzwei\r\ndrei\r\nthree\r\n' | cmp - crlf2
	printf 'x\nlast' | cmp - nonl
	[ "$(cat e/n)" = hello ]
	[ ! -e gone ]
	[ ! -e crlf ]
	[ "$(sed -n 2p py)" = $'\treturn 1' ]
	[ "$(sed -n 5p py)" = $'\treturn 2' ]
	run -0 --separate-stderr pab-undo --last 1
	rmdir e
	diff -r . ../before
	run -5 --separate-stderr pab-patch -R p
	says 'pab-patch: gone: cannot be reversed: the patch does not hold its content'
}

# refused STATUS TEXT: the patch in p does nothing, with that status and error.
refused() {
	cp -r . ../before
	run "-$1" --separate-stderr pab-patch p
	has "$2" "$stderr"
	diff -r . ../before
	rm -r ../before
}

@test "all or nothing: what does not fit is refused, and explained" {
	printf 'a\nb\nc\n' >f
	printf 'a\nb\nc\n' >g
	printf -- '--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n--- a/g\n+++ b/g\n@@ -1,3 +1,3 @@\n a\n-x\n+B\n c\n' >p
	refused 4 "g: hunk 1 of 1 (line 10 of the patch) does not fit; nearest is line 1: the patch has 'x', line 2 of the file is 'b'; nothing was changed"
	printf -- '--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-x\n+b\n c\n' >p
	refused 4 'but its new lines are there (line 1): already applied?'
	printf -- '--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-zzz\n+yyy\n' >p
	refused 4 'none of its lines is there'
	printf -- '--- a/missing\n+++ b/missing\n@@ -1,1 +1,1 @@\n-zzz\n+b\n' >p
	refused 3 'missing: no such file'
	printf -- '--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+b\n' >p
	refused 4 'f: already exists'
	printf -- 'diff --git a/f b/g\nrename from f\nrename to g\n' >p
	refused 4 'g: already exists'
	printf -- '--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n' >p
	refused 4 'f: holds more than the patch removes; it stays'
	printf '*** Begin Patch\n*** Add File: f\n+x\n*** End Patch\n' >p
	refused 4 'f: already exists'
	printf -- '--- a/f\n+++ b/f\n@@ -3,1 +3,1 @@\n-c\n+C\n\\ No newline at end of file\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+A\n' >p
	refused 2 'f: is in the patch twice; nothing was changed'
	printf -- '--- a/f\n+++ b/f\n@@ -3,1 +3,1 @@\n-c\n\\ No newline at end of file\n+C\n' >p
	refused 4 'does not fit'
}

@test "an ambiguous place is refused, with its lines" {
	printf 'x\na\nx\na\nx\na\n' >f
	printf -- '--- a/f\n+++ b/f\n@@ -9 +9 @@\n-a\n+b\n' >p
	refused 4 'fits in 3 places (lines 2, 4, 6); it needs more lines around it'
	printf '*** Begin Patch\n*** Update File: f\n@@\n-a\n+b\n*** End Patch\n' >p
	refused 4 'fits in 3 places (lines 2, 4, 6)'
	printf '*** Begin Patch\n*** Update File: f\n@@\n-a\n+b\n*** End of File\n*** End Patch\n' >p
	run -0 --separate-stderr pab-patch p
	[ "$(tail -n 1 f)" = b ]
}

@test "what is no patch, cut, binary, a link, above the directory" {
	echo a >f
	echo 'hello' >p
	refused 2 'no patch in the input'
	: >p
	refused 2 'no patch in the input'
	printf -- '--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n' >p
	refused 2 'the patch ends in the hunk of line 3'
	printf -- '--- a/f\n+++ b/f\n@@ nonsense\n' >p
	refused 2 'line 2 of the patch: no hunk stands below'
	printf -- '--- a/f\n+++ b/f\n@@ -x +y @@\n' >p
	refused 2 'a hunk begins @@ -LINE,COUNT +LINE,COUNT @@'
	printf '*** Begin Patch\n*** Update File: f\n-a\n+b\n' >p
	refused 2 'no line *** End Patch: was it cut?'
	printf '*** Begin Patch\n-a\n*** End Patch\n' >p
	refused 2 'comes first'
	printf 'diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\n' >p
	refused 5 'a binary file'
	printf 'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+f\n\\ No newline at end of file\n' >p
	refused 5 'a symbolic link'
	printf -- '--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+a\n' >p
	refused 5 'a patch names files below the current directory'
	printf -- '--- /etc/x\n+++ /etc/x\n@@ -0,0 +1 @@\n+a\n' >p
	refused 5 '/etc/x: a patch names files below'
	printf '*** Begin Patch\n*** Add File: ../x\n+a\n*** End Patch\n' >p
	run -5 --separate-stderr pab-patch -B local p
	run -2 --separate-stderr pab-patch p p
	run -3 --separate-stderr pab-patch missing
}

@test "names: --strip, quotes, a stranger's text around the diff" {
	mkdir -p x/y
	echo a >x/y/f
	printf 'From: me\n\nhello\n---\n f | 2\n\n--- one/two/x/y/f\t2020-01-01\n+++ one/two/x/y/f\t2020-01-01\n@@ -1 +1 @@\n-a\n+b\n-- \n2.30\n' >p
	run -0 --separate-stderr pab-patch -p2 p
	same 'patched x/y/f: 1 hunk, +1 -1'
	run -0 --separate-stderr pab-patch -R -p4 -B local:x/y p
	same 'patched f: 1 hunk, +1 -1'
	run -2 --separate-stderr pab-patch -p9 p
	has 'as many components as --strip takes off' "$stderr"
	echo a >$'t\tab'
	printf -- '--- "a/t\\tab"\n+++ "b/t\\tab"\n@@ -1 +1 @@\n-a\n+b\n' >p
	run -0 --separate-stderr pab-patch -j p
	json '.[0].path == "t\tab" and .[0].hunks == [{"line_number":1,"moved":0}]'
	[ "$(cat $'t\tab')" = b ]
}

@test "killed at every system call: all of the patch or nothing after the next call" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	printf '*** Begin Patch\n*** Update File: e\n-a\n+b\n*** Add File: n\n+b\n*** Delete File: d\n*** Update File: m\n*** Move to: m2\n-a\n+b\n*** End Patch\n' >p
	for ((n = 1; n < 5000; n += ${KILL_STEP:-7})); do
		rm -f n m2 .pab-*
		echo a | tee e d m >/dev/null
		"$BUILD/killat" -s $n pab-patch -q p && rc=0 || rc=$?
		pab-ls -q >seen
		have=$(for f in e n d m m2; do printf '%s' "$(cat $f 2>/dev/null || echo -)"; done)
		[ "$have" = a-aa- ] || [ "$have" = bb--b ] || {
			echo "killed at $n: $have" >&2
			return 1
		}
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ] || { echo "rc $rc n $n" >&2; false; }
	[ "$n" -gt 100 ]
	[ "$have" = bb--b ]
	[ -z "$(ls -A "$HOME/.local/state/pab/pending")" ]
}

@test "the second file is replaced while the patch is applied: nothing is half done" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	printf '*** Begin Patch\n*** Update File: e\n-a\n+b\n*** Update File: f\n-a\n+b\n*** End Patch\n' >p
	for ((n = 1; n < 5000; n += ${KILL_STEP:-7})); do
		echo a | tee e f >/dev/null
		echo other >o
		"$BUILD/killat" -r $n o f pab-patch -q p 2>/dev/null || break
		case $(cat e f | tr '\n' ' ') in
		'a other ' | 'b b ' | 'b other ') ;; # replaced after all was done
		*)
			cat e f >&2
			return 1
			;;
		esac
	done
	[ "$n" -gt 100 ]
}
