# Editing: exactly what was asked for, and nothing else.

== one replacement
$ printf 'one\ntwo\nthree\n' | pab-write -q m/f
$ pab-edit --old two --new 2 m/f
> edited m/f: 1 replacement, line 2
$ pab-read --raw m/f
> one
> 2
> three

== absent: where the nearest line is
$ printf '\tif (x)\n\t\treturn;\n' | pab-write -q m/f
$ pab-edit --old '    if (x)' --new y m/f
! pab-edit: m/f: text not found; nearest is line 1: it differs at column 1: file has a tab, text has 4 blanks
!      1	→if (x)
= 4
$ pab-edit --old 'nothing like it' --new y m/f
! pab-edit: m/f: text not found
= 4
$ pab-edit -j --old 'nothing like it' --new y m/f
> {"type":"error","code":"no_match","path":"m/f","message":"text not found","status":4}
> {"type":"summary","files":0,"occurrences":0,"truncated":false,"status":4,"backend":"BACKEND"}
= 4

== ambiguous: how often, in which lines
$ printf 'a\nb\na\na\n' | pab-write -q m/f
$ pab-edit --old a --new x m/f
! pab-edit: m/f: text found 3 times (lines 1, 3, 4); add a line before or after it, or --all
= 4
$ pab-edit --all --old a --new x m/f
> edited m/f: 3 replacements, lines 1, 3, 4
$ pab-read --raw m/f
> x
> b
> x
> x

== -w: whole words
$ printf 'cat concat\ncat_ cat\n' | pab-write -q m/f
$ pab-edit --all -w --old cat --new dog m/f
> edited m/f: 2 replacements, lines 1, 2
$ pab-read --raw m/f
> dog concat
> cat_ dog

== CRLF is kept, LF of the request matches it
$ printf 'a\r\nb\r\nc\r\n' | pab-write -q m/f
$ printf 'a\nb\n' >"$T/old"; printf 'x\ny\nz\n' >"$T/new"
$ pab-edit --old-file "$T/old" --new-file "$T/new" m/f
> edited m/f: 1 replacement, line 1
$ pab-read --raw m/f
> x\x0d
> y\x0d
> z\x0d
> c\x0d

== mixed line ends: new lines take their neighbours'
$ printf 'a\r\nb\nc\n' | pab-write -q f
$ pab-edit --old b --new 'b
  b2' f
> edited f: 1 replacement, line 2
$ pab-edit --old a --new 'a
  a2' f
> edited f: 1 replacement, line 1
$ pab-read --raw f
> a\x0d
>   a2\x0d
> b
>   b2
> c

== no newline at the end stays so
$ printf 'a\nb' | pab-write -q m/f
$ pab-edit --old a --new x m/f
> edited m/f: 1 replacement, line 1
$ pab-read --raw m/f
> x
> b
\

== a byte order mark is kept
$ printf '\357\273\277a\n' | pab-write -q f
$ pab-edit --old a --new b f
> edited f: 1 replacement, line 1
$ pab-read --raw f
> \xef\xbb\xbfb

== bytes that are no UTF-8 are kept
$ printf 'caf\351 a \377\n' | pab-write -q m/f
$ pab-edit --old ' a ' --new ' b ' m/f
> edited m/f: 1 replacement, line 1
$ pab-read --raw m/f
> caf\xe9 b \xff

== UTF-16
$ printf '\377\376a\0\n\0' | pab-write -q f
$ pab-edit --old a --new b f
> edited f: 1 replacement, line 1
$ pab-read --raw f
> \xff\xfeb\x00
> \x00
\

== a binary file
$ printf 'a\0b' | pab-write -q f
$ pab-edit --old a --new x f
> edited f: 1 replacement, line 1
$ pab-read --raw f
> x\x00b
\

== the mode is kept
$ printf 'a\n' | pab-write -q --mode 751 m/f
$ pab-edit -q --old a --new b m/f
$ pab-ls -j m/f | sed -n 's/.*"mode":"\([0-7]*\)".*/\1/p'
> 0751

== what looks like a number or a pattern is text
$ printf 'a.c\nabc\n$1\n' | pab-write -q m/f
$ pab-edit --old a.c --new '\0&$1' m/f
> edited m/f: 1 replacement, line 1
$ pab-read --raw m/f
> \0&$1
> abc
> $1

== usage: empty old text, old equal to new, no file
$ printf 'a\n' | pab-write -q f
$ pab-edit --old '' --new x f
! pab-edit: the old text is empty; pab-write makes files
= 2
$ pab-edit --old a --new a f
! pab-edit: the old text and the new are the same
= 2
$ pab-edit --old a f
! pab-edit: --new or --new-file is needed
= 2
$ pab-edit --old a --new b
! pab-edit: no FILE to edit: name one, or put its path above <<<<<<< SEARCH (in JSON, a path)
= 2

== already applied
$ printf 'new\n' | pab-write -q m/f
$ pab-edit --old old --new new m/f
! pab-edit: m/f: text not found, but the new text is there once (line 1): already applied?
= 4

== the line numbers of pab-read in the text
$ printf 'a\nb\n' | pab-write -q f
$ pab-edit --old "$(printf '     1\ta')" --new x f
! pab-edit: f: text not found; it starts with pab-read's line numbers; leave them out
= 4

== --diff prints what changed, --dry-run changes nothing
$ printf 'a\nb\nc\n' | pab-write -q m/f
$ pab-edit --dry-run --diff --old b --new x m/f
> --- a/m/f
> +++ b/m/f
> @@ -1,3 +1,3 @@
>  a
> -b
> +x
>  c
$ pab-edit --dry-run --old b --new x m/f
> would edit m/f: 1 replacement, line 2
$ pab-read --raw m/f
> a
> b
> c
$ pab-edit --diff --old b --new x m/f
> --- a/m/f
> +++ b/m/f
> @@ -1,3 +1,3 @@
>  a
> -b
> +x
>  c

== --if-match
$ printf 'a\n' | pab-write -q m/f
$ pab-edit --if-match 0123456789abcdef --old a --new b m/f
! pab-edit: m/f: changed since it was read: its hash is now 87428fc522803d31
= 4
$ pab-edit --if-match 87428fc522803d31 --old a --new b m/f
> edited m/f: 1 replacement, line 1

== several files, all or nothing, wherever they are
$ printf 'a\n' | pab-write -q f; printf 'a\n' | pab-write -q m/g; printf 'a\n' | pab-write -q m/sub/n/h
$ pab-edit --old a --new x f m/g m/sub/n/h
> edited f: 1 replacement, line 1
> edited m/g: 1 replacement, line 1
> edited m/sub/n/h: 1 replacement, line 1
$ printf 'b\n' | pab-write -q m/sub/n/h
$ pab-edit --old x --new y f m/g m/sub/n/h
! pab-edit: m/sub/n/h: text not found; nothing was changed
= 4
$ pab-read --raw f m/g m/sub/n/h
> x
> x
> b

== several files, one of them missing
$ printf 'a\n' | pab-write -q f; printf 'a\n' | pab-write -q m/sub/n/h
$ pab-edit --old a --new x f m/nope m/sub/n/h
! pab-edit: m/nope: no such file; nothing was changed
= 3
$ pab-read --raw f m/sub/n/h
> a
> a

== several files that fail: the first operand's error, wherever it is
$ echo x | pab-write -q z; echo x | pab-write -q a; echo x | pab-write -q m/sub/n/b
$ pab-edit --old y --new z z m/sub/n/b a
! pab-edit: z: text not found; nothing was changed
= 4
$ pab-edit --old y --new z m/sub/n/b a z
! pab-edit: m/sub/n/b: text not found; nothing was changed
= 4
$ pab-edit --old y --new z a z m/sub/n/b
! pab-edit: a: text not found; nothing was changed
= 4

== JSON of a change and of a failure
$ printf 'a\n' | pab-write -q m/f
$ pab-edit -j --old a --new b m/f
> {"type":"edit","path":"m/f","occurrences":1,"line_numbers":[1],"size":2,"changed":true,"atomic":true,"hash":"0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f"}
> {"type":"summary","files":1,"occurrences":1,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-edit -j --old a --new b m/f
> {"type":"error","code":"no_match","path":"m/f","message":"text not found, but the new text is there once (line 1): already applied?","status":4,"kind":"already_applied","nearest_line":1}
> {"type":"summary","files":0,"occurrences":0,"truncated":false,"status":4,"backend":"BACKEND"}
= 4
$ pab-edit -j --old b --new c m/f m/nope
> {"type":"error","code":"not_found","path":"m/nope","message":"no such file; nothing was changed","status":3}
> {"type":"summary","files":0,"occurrences":0,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== a missing file, a directory, outside
$ pab-edit --old a --new b m/nope
! pab-edit: m/nope: no such file
= 3
$ pab-edit --old a --new b m
! pab-edit: m: is a directory
= 3
$ pab-edit --old a --new b m/sub/n
! pab-edit: m/sub/n: is a directory
= 3
$ pab-edit --old a --new b ../f
! pab-edit: ../f: outside the root ROOT
= 5

== deleting text
$ printf 'a\nb\nc\n' | pab-write -q m/f
$ printf 'b\n' >"$T/old"; pab-edit --old-file "$T/old" --new '' m/f
> edited m/f: 1 replacement, line 2
$ pab-read --raw m/f
> a
> c

== through a link, which stays
$ printf 'a\n' | pab-write -q f
$ link ../f m/l
$ pab-edit --old a --new b m/l
> edited m/l: 1 replacement, line 1
$ pab-read --raw f
> b
$ pab-ls m
> - l -> ../f
> - sub/

== a file and a link to it are one file
$ printf 'a\n' | pab-write -q m/sub/n/f
$ link m/sub/n/f l
$ pab-edit --old a --new b l m/sub/n/f
> edited l: 1 replacement, line 1
$ pab-read --raw m/sub/n/f
> b

== blocks: several edits in several files, wherever they are
$ printf 'a\nb\nc\n' | pab-write -q f; printf 'x\r\ny\r\n' | pab-write -q m/sub/n/g
$ printf 'f\n<<<<<<< SEARCH\nb\n=======\nB\nBB\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nBB\nc\n=======\n>>>>>>> REPLACE\n\nm/sub/n/g\n<<<<<<< SEARCH\ny\n=======\nz\n>>>>>>> REPLACE\n' | pab-edit
> edited f: 2 replacements, lines 2, 3
> edited m/sub/n/g: 1 replacement, line 2
$ pab-read --raw f m/sub/n/g
> a
> B
> x\x0d
> z\x0d

== blocks: old lines are whole lines
$ printf 'ab\nb' | pab-write -q m/f
$ printf '<<<<<<< SEARCH\nb\n=======\nc\n>>>>>>> REPLACE\n' | pab-edit m/f
> edited m/f: 1 replacement, line 2
$ pab-read --raw m/f
> ab
> c
\

== blocks: longer markers for a file with conflict markers
$ printf '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n' | pab-write -q m/f
$ printf '<<<<<<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n========\nb\n>>>>>>>> REPLACE\n' | pab-edit m/f
> edited m/f: 1 replacement, line 1
$ pab-read --raw m/f
> b

== blocks that are none
$ printf 'a\n' | pab-write -q m/f
$ printf '<<<<<<< SEARCH\na\n=======\nb\n' | pab-edit m/f
! pab-edit: the block of line 1 of the request has no >>>>>>> REPLACE as long as its first marker
= 2
$ printf 'some text\n' | pab-edit m/f
! pab-edit: the request holds no edit: neither JSON nor a line <<<<<<< SEARCH
= 2
$ printf '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n' | pab-edit
! pab-edit: no FILE to edit: name one, or put its path above <<<<<<< SEARCH (in JSON, a path)
= 2
$ pab-edit m/f </dev/null
! pab-edit: no edit: standard input is empty, which takes blocks or JSON; or give --old and --new, or a tag
= 2

== blocks: one that fails, and nothing is changed
$ printf 'a\n' | pab-write -q f; printf 'b\n' | pab-write -q m/g
$ printf 'f\n<<<<<<< SEARCH\na\n=======\nx\n>>>>>>> REPLACE\nm/g\n<<<<<<< SEARCH\nnot there\n=======\ny\n>>>>>>> REPLACE\n' | pab-edit
! pab-edit: m/g: edit 2 (line 8): text not found; nothing was changed
= 4
$ pab-read --raw f m/g
> a
> b

== line tags
$ printf 'one\ntwo\nthree\n' | pab-write -q m/f
$ pab-read --tags m/f
> 1:a3c8|one
> 2:360d|two
> 3:8b45|three
$ pab-edit --at 2:360d --new '2
  2b' m/f
> edited m/f: 1 edit, line 2; now 2:9cd9 3:891e
$ printf 'end\n' | pab-edit --after 4:8b45 m/f
> edited m/f: 1 edit, line 5; now 5:1f24
$ pab-edit --before 0 --new top m/f
> edited m/f: 1 edit, line 1; now 1:7b2c
$ pab-edit --delete 3:9cd9,4:891e m/f
> edited m/f: 1 edit, line 3
$ pab-read --raw m/f
> top
> one
> three
> end

== a line that moved, a line that is gone, a tag that is none
$ printf 'zero\none\n' | pab-write -q m/f
$ pab-edit --at 1:a3c8 --new x m/f
! pab-edit: m/f: line 1 is now 6c0c, not a3c8; that line moved to 2:a3c8
= 4
$ pab-edit --delete 7:0123 m/f
! pab-edit: m/f: there is no line 7, the file has 2; read it again (pab-read --tags)
= 4
$ pab-edit --delete 1 m/f
! pab-edit: a line tag is N:hhhh as pab-read --tags prints it, or 0 for the top of the file
= 2

== --indent: lines that are indented otherwise
$ printf 'f:\n\tif x:\n\t\ty()\n' | pab-write -q m/f
$ printf '<<<<<<< SEARCH\n  if x:\n    y()\n=======\n  if z:\n    y()\n    z()\n>>>>>>> REPLACE\n' | pab-edit --indent m/f
> edited m/f: 1 replacement, line 2 (re-indented: 2 blanks became 1 tab)
$ pab-read --raw m/f
> f:
> 	if z:
> 		y()
> 		z()

== what stands for text left out
$ printf 'a\n' | pab-write -q m/f
$ pab-edit --old a --new '// ... rest of code unchanged' m/f
! pab-edit: m/f: line 1 of the new text stands for text that was left out; write that text, or --literal to mean it
= 2
$ printf 'int x;\n# ... existing code ...\n' | pab-write m/f
! pab-write: m/f: line 2 of the input stands for text that was left out; write that text, or --literal to mean it
= 2
$ pab-edit --literal --old a --new '// ... rest of code unchanged' m/f
> edited m/f: 1 replacement, line 1
$ pab-edit --old '// ...' --new '// ... rest of code unchanged
  // ...' m/f
> edited m/f: 1 replacement, line 1
