# Finding files by name.

== without a slash a pattern matches at any depth, in path order
$ for f in a.c b.h m/c.c m/sub/d.c m/sub/n/e.c z/f.c m.c; do printf x | pab-write -q $f; done
$ pab-glob '*.c'
> a.c
> m.c
> m/c.c
> m/sub/d.c
> m/sub/n/e.c
> z/f.c
$ pab-glob '*.c' m
> m/c.c
> m/sub/d.c
> m/sub/n/e.c
$ pab-glob '*.c' m/sub/n
> m/sub/n/e.c

== with a slash it is anchored; ** spans directories
$ for f in a.c m/c.c m/sub/d.c m/sub/n/e.c m/sub/n/x/g.c; do printf x | pab-write -q $f; done
$ pab-glob 'm/*.c'
> m/c.c
$ pab-glob '**/n/**'
> m/sub/n/e.c
> m/sub/n/x/g.c
$ pab-glob 'm/**/*.c'
> m/c.c
> m/sub/d.c
> m/sub/n/e.c
> m/sub/n/x/g.c
$ pab-glob 'm/*/n/*.c'
> m/sub/n/e.c

== ? […] {a,b} and escapes
$ for f in a1 a2 b1 'a*' m/a3 'm/[x]'; do printf x | pab-write -q "$f"; done
$ pab-glob 'a?'
> a*
> a1
> a2
> m/a3
$ pab-glob 'a[0-2]'
> a1
> a2
$ pab-glob 'a[!1]'
> a*
> a2
> m/a3
$ pab-glob '{b,a}1'
> a1
> b1
$ pab-glob 'a\*'
> a*
$ pab-glob '\[x\]'
> m/[x]

== what has no end is bad_pattern
$ pab-glob 'a[b'
! pab-glob: missing ] for the [ at column 2 of 'a[b'; \ in front makes a character plain
= 2
$ pab-glob 'a{b'
! pab-glob: missing } for the { at column 2 of 'a{b'; \ in front makes a character plain
= 2
$ pab-glob -j 'a[b'
> {"type":"error","code":"bad_pattern","message":"missing ] for the [ at column 2 of 'a[b'; \\ in front makes a character plain","status":2}
> {"type":"summary","truncated":false,"status":2,"backend":"BACKEND"}
= 2
$ pab-glob ''
! pab-glob: an empty pattern names nothing
= 2

== nothing found is status 1
$ printf x | pab-write -q m/f
$ pab-glob '*.nope'
! pab-glob: no match in 4 names
= 1
$ pab-glob -j '*.nope'
> {"type":"notice","message":"no match in 4 names"}
> {"type":"summary","matches":0,"shown":0,"names":4,"skipped":{"ignored":0,"hidden":0,"unreadable":0},"incomplete":false,"truncated":false,"status":1,"backend":"BACKEND"}
= 1
$ pab-glob -q '*.nope'
= 1

== hidden names
$ for f in .h m/.h m/sub/n/.h/f m/v; do printf x | pab-write -q $f; done
$ pab-glob '*'
> m/v
$ pab-glob -. '*'
> .h
> m/.h
> m/sub/n/.h/f
> m/v
$ pab-glob '.h'
> .h
> m/.h

== directories and other kinds
$ printf x | pab-write -q m/sub/n/f
$ pab-glob --kind d '*'
> m/
> m/sub/
> m/sub/n/
$ pab-glob --kind f '*'
> m/sub/n/f
$ pab-glob --kind d,f 'n'
> m/sub/n/
$ pab-glob --kind q '*'
! pab-glob: --kind takes f, d, l, p, s or b, several separated by commas, not 'q'; see pab-glob --help
= 2

== -i
$ printf x | pab-write -q README; printf x | pab-write -q m/sub/n/Readme
$ pab-glob -i readme
> README
> m/sub/n/Readme

== ignore files at the root bind everywhere below
$ printf '*.o\n/top\nsub/gen/\n' | pab-write -q .gitignore
$ for f in a.o m/b.o m/sub/n/c.o top m/top m/sub/gen m/sub/n/keep; do printf x | pab-write -q $f; done
$ pab-glob '*'
> m/sub/gen
> m/sub/n/keep
> m/top
$ pab-glob '*' m
> m/sub/gen
> m/sub/n/keep
> m/top
$ pab-glob --no-ignore '*'
> a.o
> m/b.o
> m/sub/gen
> m/sub/n/c.o
> m/sub/n/keep
> m/top
> top

== ignore files at several levels, and what is taken back
$ printf '*.log\n' | pab-write -q .gitignore; printf '!keep.log\n' | pab-write -q m/.gitignore; printf 'keep.log\n' | pab-write -q m/sub/n/.ignore
$ for d in . m m/sub m/sub/n; do printf x | pab-write -q $d/keep.log; printf x | pab-write -q $d/a.log; done
$ pab-glob '*.log'
> m/keep.log
> m/sub/keep.log
$ pab-glob '*.log' m/sub
> m/sub/keep.log
$ pab-glob '*.log' m/sub/n
! pab-glob: no match in 3 names (2 ignored, 1 hidden); --hidden and --no-ignore show those
= 1
$ pab-glob -u '*.log'
> a.log
> keep.log
> m/a.log
> m/keep.log
> m/sub/a.log
> m/sub/keep.log
> m/sub/n/a.log
> m/sub/n/keep.log

== anchored rules and rules with a slash, above and below
$ printf '/a\nm/sub/b\n' | pab-write -q .gitignore; printf '/n/c\n' | pab-write -q m/sub/.gitignore
$ for f in a m/a m/b m/sub/b m/sub/n/b m/sub/n/c m/sub/c; do printf x | pab-write -q $f; done
$ pab-glob '*'
> m/a
> m/b
> m/sub/c
> m/sub/n/b

== a directory that is ignored is not entered, but walked when it is named
$ printf 'm/sub/\n' | pab-write -q .gitignore; printf x | pab-write -q m/sub/n/f; printf x | pab-write -q m/g
$ pab-glob '*'
> m/g
$ pab-glob '*' m
> m/g
$ pab-glob '*' m/sub
> m/sub/n/f
$ pab-glob '*' m/sub/n
> m/sub/n/f

== a directory whose name is ignored, with all that is below it
$ printf 'm\n' | pab-write -q .gitignore; printf x | pab-write -q m/sub/n/f; printf x | pab-write -q a
$ pab-glob '*'
> a
$ pab-glob -j '*'
> {"type":"entry","path":"a","name":"a","is_dir":false,"kind":"file","size":1,"modified_at":"TIME","mode":"0644"}
> {"type":"summary","matches":1,"shown":1,"names":3,"skipped":{"ignored":1,"hidden":1,"unreadable":0},"incomplete":false,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-glob -u --kind f '*'
> a
> m/sub/n/f

== .git is left out
$ printf x | pab-write -q .git/config; printf x | pab-write -q m/sub/n/.git/config
$ pab-glob -. '*'
! pab-glob: no match in 3 names; 3 directories match: --kind d
= 1
$ pab-glob -uu 'config'
> .git/config
> m/sub/n/.git/config

== --depth
$ printf x | pab-write -q m/sub/n/f; printf x | pab-write -q m/f; printf x | pab-write -q f
$ pab-glob --depth 1 f
> f
$ pab-glob --depth 2 f
> f
> m/f
$ pab-glob --depth 2 f m/sub
> m/sub/n/f

== --sort size, --reverse
$ printf 1 | pab-write -q a; printf 333 | pab-write -q m/b; printf 22 | pab-write -q m/sub/n/c
$ pab-glob --sort size '*'
> m/b
> m/sub/n/c
> a
$ pab-glob --sort size --reverse '*'
> a
> m/sub/n/c
> m/b
$ pab-glob --reverse '*'
> m/sub/n/c
> m/b
> a

== several patterns, several paths
$ for f in a.c m/b.h m/sub/n/c.c; do printf x | pab-write -q $f; done
$ pab-glob -e '*.c' -e '*.h'
> a.c
> m/b.h
> m/sub/n/c.c
$ pab-glob '*' m/sub m
> m/sub/n/c.c
> m/b.h
> m/sub/n/c.c
$ pab-glob '*' m nope
> m/b.h
> m/sub/n/c.c
! pab-glob: nope: no such file
= 3

== -0
$ printf x | pab-write -q 'm/sub/n/a b'; printf x | pab-write -q 'b'
$ pab-glob -0 '*'
> b\x00m/sub/n/a b\x00
\

== JSON
$ printf xyz | pab-write -q m/sub/n/f
$ pab-glob -j f
> {"type":"entry","path":"m/sub/n/f","name":"f","is_dir":false,"kind":"file","size":3,"modified_at":"TIME","mode":"0644"}
> {"type":"summary","matches":1,"shown":1,"names":4,"skipped":{"ignored":0,"hidden":0,"unreadable":0},"incomplete":false,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-glob -j f nope
> {"type":"error","code":"not_found","path":"nope","message":"no such file","status":3}
> {"type":"summary","matches":0,"shown":0,"names":0,"skipped":{"ignored":0,"hidden":0,"unreadable":0},"incomplete":false,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== names with control bytes
$ printf x | pab-write -q "$(printf 'm/a\nb')"; printf x | pab-write -q "$(printf 'm/sub/n/\377')"
$ pab-glob '*'
> $'m/a\nb'
> m/sub/n/\xff

== 1,000 names; the cut is said
$ for i in 1 2 3; do printf x | pab-write -q m/sub/n/f$i; done
$ pab-glob --limits rows=2 'f*'
> m/sub/n/f1
> m/sub/n/f2
! pab-glob: 2 of 3 names shown; narrow the pattern, or --no-limit
$ pab-glob --limits rows=2 --strict 'f*'
> m/sub/n/f1
> m/sub/n/f2
! pab-glob: 2 of 3 names shown; narrow the pattern, or --no-limit
= 7

== a file, a missing directory, outside
$ printf x | pab-write -q m/f
$ pab-glob '*' m/f
! pab-glob: m/f: not a directory; quote the pattern, else the shell expands it
= 3
$ pab-glob '*' m/nope
! pab-glob: m/nope: no such file
= 3
$ pab-glob '*' ..
! pab-glob: ..: outside the root ROOT
= 5
$ pab-glob '../*'
! pab-glob: ..: outside the root ROOT
= 5

== links are named, not followed
$ printf x | pab-write -q m/sub/n/f
$ link m/sub d
$ link ../.. m/sub/n/up
$ pab-glob '*'
> d
> m/sub/n/f
> m/sub/n/up
$ pab-glob --kind l '*'
> d
> m/sub/n/up
$ pab-glob f d
> d/n/f
