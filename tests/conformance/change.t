# Patterns, patches and the way back, the same wherever the files are.

== pab-sub: the diff first, then all files, wherever they are
$ printf 'foo(1)\nfood\n' | pab-write -q f; printf 'x foo\n' | pab-write -q m/g; printf 'foo foo\n' | pab-write -q m/sub/n/h
$ pab-sub -w foo bar
> --- a/f
> +++ b/f
> @@ -1,2 +1,2 @@
> -foo(1)
> +bar(1)
>  food
> --- a/m/g
> +++ b/m/g
> @@ -1 +1 @@
> -x foo
> +x bar
> --- a/m/sub/n/h
> +++ b/m/sub/n/h
> @@ -1 +1 @@
> -foo foo
> +bar bar
! pab-sub: 3 files, 4 places; --apply to do it
$ pab-sub -w --apply foo bar
> edited f: 1 replacement, line 1
> edited m/g: 1 replacement, line 1
> edited m/sub/n/h: 2 replacements, line 1
! pab-sub: 3 files, 4 places
$ pab-sub -q nothere x
= 1

== pab-patch: edit, add, delete, move across the tree
$ printf 'a\nb\n' | pab-write -q f; printf 'x\n' | pab-write -q m/d; printf 'y\n' | pab-write -q m/sub/n/r
$ printf '*** Begin Patch\n*** Update File: f\n@@ a\n-b\n+c\n*** Delete File: m/d\n*** Add File: m/new/n\n+n\n*** Update File: m/sub/n/r\n*** Move to: m/sub/n/s\n-y\n+z\n*** End Patch\n' >"$T/p"
$ pab-patch "$T/p"
> patched f: 1 hunk, +1 -1
> removed m/d
> created m/new/n: 1 hunk, +1 -0
> renamed m/sub/n/r -> m/sub/n/s: 1 hunk, +1 -1
$ pab-read --raw f m/new/n m/sub/n/s
> a
> c
> n
> z
$ pab-patch "$T/p"
! pab-patch: f: hunk 1 of 1 (line 3 of the patch) does not fit, but its new lines are there (line 2): already applied?; nothing was changed
= 4

== pab-patch: one file does not fit, none is changed
$ printf 'a\n' | pab-write -q f; printf 'a\n' | pab-write -q m/sub/n/g
$ printf -- '--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n--- a/m/sub/n/g\n+++ b/m/sub/n/g\n@@ -1 +1 @@\n-x\n+b\n' | pab-patch
! pab-patch: m/sub/n/g: hunk 1 of 1 (line 8 of the patch) does not fit; none of its lines is there; nothing was changed
= 4
$ pab-read --raw f m/sub/n/g
> a
> a

== pab-undo: an edit of one file, a removed tree, a move
$ printf 'a\n' | pab-write -q m/f; pab-mkdir -q m/t/u; printf 'b\n' | pab-write -q m/t/u/g
$ pab-edit -q --old a --new x m/f; pab-undo -q --last 1; pab-read --raw m/f
> a
$ pab-rm -qr m/t; pab-undo -q --last 1; pab-read --raw m/t/u/g
> b
$ pab-mv -q m/f m/moved; pab-undo -q --last 1; pab-read --raw m/f
> a

== pab-undo: what changed since stays
$ printf 'a\n' | pab-write -q m/f; pab-edit -q --actor "$$" --old a --new b m/f; printf 'other\n' | pab-write -q m/f
$ pab-undo -q --actor nobody --last 1
= 1
$ pab-read --raw m/f
> other
