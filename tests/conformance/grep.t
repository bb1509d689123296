# Searching contents.

== path:line:text, in path order across the whole tree
$ for f in b m/a m/sub/n/a m.c m/z z; do printf 'x\nhit %s\n' $f | pab-write -q $f; done
$ pab-grep hit
> b:2:hit b
> m.c:2:hit m.c
> m/a:2:hit m/a
> m/sub/n/a:2:hit m/sub/n/a
> m/z:2:hit m/z
> z:2:hit z
$ pab-grep hit m
> m/a:2:hit m/a
> m/sub/n/a:2:hit m/sub/n/a
> m/z:2:hit m/z
$ pab-grep hit m/sub/n z b
> m/sub/n/a:2:hit m/sub/n/a
> z:2:hit z
> b:2:hit b
$ pab-grep hit m/z
> m/z:2:hit m/z

== no match is status 1, and says what was searched
$ printf 'x\n' | pab-write -q a; printf 'x\n' | pab-write -q m/sub/n/b
$ pab-grep nope
! pab-grep: no match in 2 files
= 1
$ pab-grep -q nope
= 1
$ pab-grep -j nope
> {"type":"notice","message":"no match in 2 files"}
> {"type":"summary","files":2,"matches":0,"files_with_matches":0,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":1,"backend":"BACKEND"}
= 1

== "\|" is pointed at
$ printf 'x\n' | pab-write -q m/a
$ pab-grep 'a\|b'
! pab-grep: no match in 1 file; alternation here is a|b, not a\|b
= 1

== -i -S -w -x -v -F
$ printf 'Foo\nfoobar\nfoo.\nbar\n' | pab-write -q m/f
$ pab-grep -i '^foo$'
> m/f:1:Foo
$ pab-grep -S foo
> m/f:1:Foo
> m/f:2:foobar
> m/f:3:foo.
$ pab-grep -S Foo
> m/f:1:Foo
$ pab-grep -w foo
> m/f:3:foo.
$ pab-grep -x bar
> m/f:4:bar
$ pab-grep -v foo
> m/f:1:Foo
> m/f:4:bar
$ pab-grep -F 'o.'
> m/f:3:foo.

== -l -L -c -o
$ printf 'a\na a\n' | pab-write -q f; printf 'a\n' | pab-write -q m/sub/n/g; printf 'b\n' | pab-write -q m/h
$ pab-grep -l a
> f
> m/sub/n/g
$ pab-grep -L a
> m/h
$ pab-grep -c a
> f:2
> m/sub/n/g:1
$ pab-grep -o a
> f:1:a
> f:2:a
> f:2:a
> m/sub/n/g:1:a
$ pab-grep -lc nope
! pab-grep: no match in 3 files
= 1

== -A -B -C: context, and the gap between
$ seq 1 20 | pab-write -q m/f; seq 4 6 | pab-write -q m/sub/n/g
$ pab-grep -A1 5
> m/f:5:5
> m/f-6-6
> --
> m/f:15:15
> m/f-16-16
> --
> m/sub/n/g:2:5
> m/sub/n/g-3-6
$ pab-grep -B 1 -x 15 m
> m/f-14-14
> m/f:15:15
$ pab-grep -C1 -x '5|7' m/f
> m/f-4-4
> m/f:5:5
> m/f-6-6
> m/f:7:7
> m/f-8-8
$ pab-grep -C1 -x '2|9' m/f
> m/f-1-1
> m/f:2:2
> m/f-3-3
> --
> m/f-8-8
> m/f:9:9
> m/f-10-10

== -m
$ seq 1 9 | pab-write -q m/f
$ pab-grep -m 2 .
> m/f:1:1
> m/f:2:2
$ pab-grep -m 2 -c .
> m/f:2

== -U: across lines
$ printf 'a\nb\nc\n' | pab-write -q m/f
$ pab-grep -U 'a\nb'
> m/f:1:a
> m/f:2:b

== several patterns
$ printf 'a\nb\nc\n' | pab-write -q m/f
$ pab-grep -e a -e c
> m/f:1:a
> m/f:3:c
$ pab-grep -e a -e c m/f
> m/f:1:a
> m/f:3:c

== -g, --include, --exclude, --exclude-dir, -t
$ for f in a.c a.h m/b.c m/sub/n/c.py m/sub/n/c.c; do echo hit | pab-write -q $f; done
$ pab-grep hit -g '*.c'
> a.c:1:hit
> m/b.c:1:hit
> m/sub/n/c.c:1:hit
$ pab-grep hit -g '!*.c'
> a.h:1:hit
> m/sub/n/c.py:1:hit
$ pab-grep hit --include '*.h'
> a.h:1:hit
$ pab-grep hit --exclude '*.c'
> a.h:1:hit
> m/sub/n/c.py:1:hit
$ pab-grep hit --exclude-dir n
> a.c:1:hit
> a.h:1:hit
> m/b.c:1:hit
$ pab-grep hit -t py
> m/sub/n/c.py:1:hit

== ignored and hidden files are left out, and counted
$ printf 'gen/\n' | pab-write -q .gitignore; printf 'x.o\n' | pab-write -q m/.ignore
$ for f in m/gen/a m/x.o m/sub/n/x.o m/sub/n/gen/b .hid m/.hid m/sub/n/see; do echo hit | pab-write -q $f; done
$ pab-grep hit
> m/sub/n/see:1:hit
$ pab-grep nope
! pab-grep: no match in 1 file (4 ignored, 4 hidden)
= 1
$ pab-grep -u hit
> m/gen/a:1:hit
> m/sub/n/gen/b:1:hit
> m/sub/n/see:1:hit
> m/sub/n/x.o:1:hit
> m/x.o:1:hit
$ pab-grep -. hit
> .hid:1:hit
> m/.hid:1:hit
> m/sub/n/see:1:hit
$ pab-grep -uu hit
> .hid:1:hit
> m/.hid:1:hit
> m/gen/a:1:hit
> m/sub/n/gen/b:1:hit
> m/sub/n/see:1:hit
> m/sub/n/x.o:1:hit
> m/x.o:1:hit
$ pab-grep hit m/sub/n
> m/sub/n/see:1:hit
$ pab-grep hit m/gen/a
> m/gen/a:1:hit

== rules above bind where the search starts below
$ printf '*.o\n' | pab-write -q .gitignore; printf '!b.o\n' | pab-write -q m/.gitignore
$ for f in m/sub/n/a.o m/sub/n/b.o m/sub/n/c; do echo hit | pab-write -q $f; done
$ pab-grep hit
> m/sub/n/b.o:1:hit
> m/sub/n/c:1:hit
$ pab-grep hit m/sub/n
> m/sub/n/b.o:1:hit
> m/sub/n/c:1:hit
$ pab-grep hit m/sub
> m/sub/n/b.o:1:hit
> m/sub/n/c:1:hit

== binary files are counted, and searched with -a
$ printf 'hit\0\n' | pab-write -q m/b; printf 'hit\n' | pab-write -q m/sub/n/t
$ pab-grep hit
> m/sub/n/t:1:hit
$ pab-grep -a hit
> m/b:1:hit\x00
> m/sub/n/t:1:hit
$ pab-grep nope
! pab-grep: no match in 1 file (1 binary)
= 1
$ pab-grep -j hit
> {"type":"match","path":"m/sub/n/t","line_number":1,"column":1,"byte_offset":0,"line":"hit","submatches":[{"start":0,"end":3}]}
> {"type":"summary","files":1,"matches":1,"files_with_matches":1,"skipped":{"ignored":0,"hidden":0,"binary":1,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":0,"backend":"BACKEND"}

== $ matches before CRLF
$ printf 'hit\r\nmiss it\r\n' | pab-write -q m/f
$ pab-grep 't$'
> m/f:1:hit
> m/f:2:miss it
$ pab-grep -x hit
> m/f:1:hit

== UTF-8, and bytes that are none
$ printf 'caf\303\251\ncaf\351\n' | pab-write -q m/f
$ pab-grep 'caf.$'
> m/f:1:café
$ pab-grep -j 'caf'
> {"type":"match","path":"m/f","line_number":1,"column":1,"byte_offset":0,"line":"café","submatches":[{"start":0,"end":3}]}
> {"type":"match","path":"m/f","line_number":2,"column":1,"byte_offset":6,"line_b64":"Y2Fm6Q==","submatches":[{"start":0,"end":3}]}
> {"type":"summary","files":1,"matches":2,"files_with_matches":1,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-grep -o 'caf.' m/f
> m/f:1:café

== JSON, with context
$ printf 'a\nb hit\nc\n' | pab-write -q m/sub/n/f
$ pab-grep -j -C1 hit
> {"type":"context","path":"m/sub/n/f","line_number":1,"byte_offset":0,"line":"a"}
> {"type":"match","path":"m/sub/n/f","line_number":2,"column":3,"byte_offset":2,"line":"b hit","submatches":[{"start":2,"end":5}]}
> {"type":"context","path":"m/sub/n/f","line_number":3,"byte_offset":8,"line":"c"}
> {"type":"summary","files":1,"matches":1,"files_with_matches":1,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-grep -jc hit
> {"type":"file","path":"m/sub/n/f","count":1}
> {"type":"summary","files":1,"matches":1,"files_with_matches":1,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-grep -jl hit
> {"type":"file","path":"m/sub/n/f","count":1}
> {"type":"summary","files":1,"matches":1,"files_with_matches":1,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-grep -j hit nope
> {"type":"error","code":"not_found","path":"nope","message":"no such file","status":3}
> {"type":"summary","files":0,"matches":0,"files_with_matches":0,"skipped":{"ignored":0,"hidden":0,"binary":0,"unreadable":0,"too_large":0,"limit":0},"incomplete":false,"elapsed_ms":MS,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== a pattern that cannot be understood
$ pab-grep 'foo(bar'
! pab-grep: missing ) at column 8 of 'foo(bar'; for plain text use -F
= 2
$ pab-grep -j 'foo(bar'
> {"type":"error","code":"bad_pattern","message":"missing ) at column 8 of 'foo(bar'; for plain text use -F","status":2}
> {"type":"summary","truncated":false,"status":2,"backend":"BACKEND"}
= 2
$ pab-grep '['
! pab-grep: missing ] at column 2 of '['; for plain text use -F
= 2
$ pab-grep '*a'
! pab-grep: nothing to repeat at column 1 of '*a'; for plain text use -F
= 2

== 100 hits; the cut is said
$ seq 105 | pab-write -q m/f
$ pab-grep . | tail -n 1
> m/f:100:100
! pab-grep: 100 of 105 hits shown, in 1 of 1 file; narrow the search, or --no-limit
$ pab-grep --limits rows=2 .
> m/f:1:1
> m/f:2:2
! pab-grep: 2 of 105 hits shown, in 1 of 1 file; narrow the search, or --no-limit
$ pab-grep --limits rows=2 --strict .
> m/f:1:1
> m/f:2:2
! pab-grep: 2 of 105 hits shown, in 1 of 1 file; narrow the search, or --no-limit
= 7
$ pab-grep --no-limit . | tail -n 1
> m/f:105:105

== a long line shows the text around the match
$ printf '%0300d hit %0300d\n' 1 2 | pab-write -q m/f
$ pab-grep --limits columns=40 hit
> m/f:1:…[+283]00000000000000001 hit 000000000000000000…[+282]

== a missing operand, an existing one still answers
$ echo hit | pab-write -q m/f
$ pab-grep hit nope m
> m/f:1:hit
! pab-grep: nope: no such file
= 3
$ pab-grep hit nope
! pab-grep: nope: no such file
= 3
$ pab-grep hit ..
! pab-grep: ..: outside the root ROOT
= 5
$ pab-grep hit m/f/x
! pab-grep: m/f/x: not a directory
= 3
$ pab-grep hit m/f/
! pab-grep: m/f: not a directory
= 3
$ pab-grep hit ''
> m/f:1:hit

== habits are accepted
$ echo hit | pab-write -q m/f
$ pab-grep -rnE hit .
> m/f:1:hit
$ pab-grep -R -H -I -s -P hit m
> m/f:1:hit
$ pab-grep
! pab-grep: no PATTERN; see pab-grep --help
= 2

== -0
$ echo hit | pab-write -q 'm/a b'; echo hit | pab-write -q m/sub/n/c
$ pab-grep -l0 hit
> m/a b\x00m/sub/n/c\x00
\

== model output groups hits under their path
$ printf 'hit\nx\nhit\n' | pab-write -q m/sub/n/f; printf 'hit\n' | pab-write -q m/a
$ PAB_OUTPUT=model pab-grep hit
> m/a
> 1:hit
> m/sub/n/f
> 1:hit
> 3:hit
$ PAB_OUTPUT=model pab-grep nope
> [pab: no match in 2 files]
= 1

== names with control bytes, names given back
$ echo hit | pab-write -q "$(printf 'm/a\nb')"; echo hit | pab-write -q ./-f; echo hit | pab-write -q ./@f
$ pab-grep hit
> ./-f:1:hit
> ./@f:1:hit
> $'m/a\nb':1:hit
$ pab-grep -l hit ./-f ./@f
> ./-f
> ./@f

== an empty file matches nothing
$ pab-write --empty -q m/e
$ pab-grep ''
! pab-grep: no match in 1 file
= 1
$ pab-grep -c . m/e
! pab-grep: no match in 1 file
= 1

== links met on the way are not followed, those named are
$ echo hit | pab-write -q m/sub/n/f
$ link m/sub/n d
$ link m/sub/n/f l
$ link nope m/dangling
$ pab-grep hit
> m/sub/n/f:1:hit
$ pab-grep hit d
> d/f:1:hit
$ pab-grep hit l
> l:1:hit
$ pab-grep hit m/dangling
! pab-grep: m/dangling: no such file
= 3
