# Listing: order, kinds, forms, what is cut.

== an empty directory is status 0 and said
$ pab-ls m/sub/n
! pab-ls: empty directory

== no operand, ".", "" and "/./" of it are the same
$ printf 12345 | pab-write -q a.c
$ pab-ls
> 5 a.c
> - m/
$ pab-ls .
> 5 a.c
> - m/
$ pab-ls ''
> 5 a.c
> - m/
$ pab-ls ././/
> 5 a.c
> - m/

== order is by path, bytewise, a directory as its name plus "/"
$ for f in a a- a.c a0 B b; do printf x | pab-write -q $f; done; pab-mkdir -q c c- c.d
$ printf x | pab-write -q m.c; printf x | pab-write -q m-; printf x | pab-write -q m0
$ pab-ls
> 1 B
> 1 a
> 1 a-
> 1 a.c
> 1 a0
> 1 b
> - c-/
> - c.d/
> - c/
> 1 m-
> 1 m.c
> - m/
> 1 m0

== plain byte sizes in a column, hidden names shown
$ printf 1234567890 | pab-write -q .ten; printf 1 | pab-write -q one
$ pab-ls
> 10 .ten
>  - m/
>  1 one

== -R: everything below, as paths, across the whole tree
$ printf x | pab-write -q m/a; printf xx | pab-write -q m/sub/b; printf xxx | pab-write -q m/sub/n/c
$ printf y | pab-write -q l; printf y | pab-write -q z/y
$ pab-ls -R
> 1 l
> - m/
> 1 m/a
> - m/sub/
> 2 m/sub/b
> - m/sub/n/
> 3 m/sub/n/c
> - z/
> 1 z/y
$ pab-ls -R m
> 1 m/a
> - m/sub/
> 2 m/sub/b
> - m/sub/n/
> 3 m/sub/n/c
$ pab-ls -R m/sub
> 2 m/sub/b
> - m/sub/n/
> 3 m/sub/n/c

== --depth
$ printf x | pab-write -q m/sub/n/deep/f
$ pab-ls --depth 1
> - m/
$ pab-ls --depth 2
> - m/
> - m/sub/
$ pab-ls --depth 3 m
> - m/sub/
> - m/sub/n/
> - m/sub/n/deep/

== a file as an operand is listed itself; -d a directory, too
$ printf abc | pab-write -q m/f
$ pab-ls m/f
> 3 m/f
$ pab-ls -d m
> - m/
$ pab-ls -d m m/sub/n
> - m/
> - m/sub/n/

== several operands
$ printf a | pab-write -q m/a; printf b | pab-write -q m/sub/n/b
$ pab-ls m m/sub/n
> 1 m/a
> - m/sub/
> 1 m/sub/n/b
$ pab-ls m/a nope m/sub/n
> 1 m/a
> 1 m/sub/n/b
! pab-ls: nope: no such file
= 3

== -0 is exact and nothing else
$ printf x | pab-write -q 'm/a b'; printf x | pab-write -q "m/$(printf 'n\nl')"
$ pab-ls -0 m
> m/a b\x00m/n
> l\x00m/sub\x00
\
$ pab-ls -0R m
> m/a b\x00m/n
> l\x00m/sub\x00m/sub/n\x00
\

== a name with control bytes is shown as $'...'
$ printf x | pab-write -q "$(printf 'm/a\nb')"; printf x | pab-write -q "$(printf 'm/t\tb\033')"
$ pab-ls m
> 1 $'a\nb'
> - sub/
> 1 $'t\tb\x1b'

== quotes, blanks, backslashes and stars are shown as they are
$ for f in "it's" '"q"' 'a b' 'a\b' '*' '$x'; do printf x | pab-write -q "m/$f"; done
$ pab-ls m
> 1 "q"
> 1 $x
> 1 *
> 1 a b
> 1 a\b
> 1 it's
> - sub/

== names that begin with - or @ can be given back
$ printf x | pab-write -q ./-r; printf xy | pab-write -q ./@out
$ pab-ls
> 1 ./-r
> 2 ./@out
> - m/
$ pab-read ./-r ./@out
> ==> ./-r <==
>      1	x
>
> ==> ./@out <==
>      1	xy
$ pab-ls -d ./-r ./@out
> 1 ./-r
> 2 ./@out

== a name that is not UTF-8 is base64 under path_b64
$ printf x | pab-write -q "$(printf 'm/sub/n/\377')"
$ pab-ls -j m/sub/n
> {"type":"entry","path_b64":"bS9zdWIvbi//","name_b64":"/w==","is_dir":false,"kind":"file","size":1,"modified_at":"TIME","mode":"0644"}
> {"type":"summary","entries":1,"shown":1,"skipped":{"unreadable":0},"incomplete":false,"truncated":false,"status":0,"backend":"BACKEND"}

== JSON: an entry each, and one summary
$ printf 'a\n' | pab-write -q m/f; pab-write --mode 600 --empty -q m/sub/e
$ pab-ls -jR m
> {"type":"entry","path":"m/f","name":"f","is_dir":false,"kind":"file","size":2,"modified_at":"TIME","mode":"0644"}
> {"type":"entry","path":"m/sub","name":"sub","is_dir":true,"kind":"dir","size":null,"modified_at":"TIME","mode":"0755"}
> {"type":"entry","path":"m/sub/e","name":"e","is_dir":false,"kind":"file","size":0,"modified_at":"TIME","mode":"0600"}
> {"type":"entry","path":"m/sub/n","name":"n","is_dir":true,"kind":"dir","size":null,"modified_at":"TIME","mode":"0755"}
> {"type":"summary","entries":4,"shown":4,"skipped":{"unreadable":0},"incomplete":false,"truncated":false,"status":0,"backend":"BACKEND"}

== --kind
$ printf x | pab-write -q m/f
$ pab-ls --kind f -R
> 1 m/f
$ pab-ls --kind d -R
> - m/
> - m/sub/
> - m/sub/n/
$ pab-ls --kind l -R

== --sort size, and -r
$ printf 1 | pab-write -q c; printf 333 | pab-write -q a; printf 22 | pab-write -q m/b
$ pab-ls -S --kind f -R
> 3 a
> 2 m/b
> 1 c
$ pab-ls -S -r --kind f -R
> 1 c
> 2 m/b
> 3 a

== 1,000 names by default; the cut says how to get the rest
$ pab-ls --limits rows=2 -R
> - m/
> - m/sub/
! pab-ls: 2 of 3 names shown; name a directory below, or --no-limit
$ pab-ls --limits rows=2 -R --strict
> - m/
> - m/sub/
! pab-ls: 2 of 3 names shown; name a directory below, or --no-limit
= 7
$ pab-ls -j --limits rows=1 -R m
> {"type":"entry","path":"m/sub","name":"sub","is_dir":true,"kind":"dir","size":null,"modified_at":"TIME","mode":"0755"}
> {"type":"notice","message":"1 of 2 names shown; name a directory below, or --no-limit"}
> {"type":"summary","entries":2,"shown":1,"skipped":{"unreadable":0},"incomplete":false,"truncated":true,"status":0,"backend":"BACKEND"}
$ pab-ls --limits rows=2 --no-limit -R
> - m/
> - m/sub/
> - m/sub/n/

== a missing directory, with near names
$ pab-mkdir -q source
$ pab-ls sorce
! pab-ls: sorce: no such file; near: source
= 3
$ pab-ls m/sbu
! pab-ls: m/sbu: no such file; near: m/sub
= 3
$ pab-ls -j sorce
> {"type":"error","code":"not_found","path":"sorce","message":"no such file; near: source","status":3}
> {"type":"summary","entries":0,"shown":0,"skipped":{"unreadable":0},"incomplete":false,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== below a file is no directory
$ printf x | pab-write -q f
$ pab-ls f/
! pab-ls: f: not a directory
= 3
$ pab-ls f/x
! pab-ls: f/x: not a directory
= 3
$ pab-ls f/.
! pab-ls: f/.: not a directory
= 3
$ pab-ls f/..
! pab-ls: f/..: not a directory
= 3

== ".." is resolved, "a..b" is a name
$ printf x | pab-write -q a..b
$ pab-ls m/../a..b
> 1 m/../a..b
$ pab-ls m/sub/../..
> 1 a..b
> - m/
$ pab-ls m/sub/n/../../../m
> - sub/

== above the root
$ pab-ls ..
! pab-ls: ..: outside the root ROOT
= 5
$ pab-ls m/../..
! pab-ls: m/../..: outside the root ROOT
= 5
$ pab-ls m/sub/n/../../../../x
! pab-ls: m/sub/n/../../../../x: outside the root ROOT
= 5
$ pab-ls -j ../x
> {"type":"error","code":"outside_root","path":"../x","message":"outside the root ROOT","status":5}
> {"type":"summary","entries":0,"shown":0,"skipped":{"unreadable":0},"incomplete":false,"truncated":false,"status":5,"backend":"BACKEND"}
= 5

== doubled slashes
$ printf x | pab-write -q m/sub/f
$ pab-ls m//sub///
> 1 f
> - n/
$ pab-ls m//sub//f
> 1 m/sub/f

== unknown options and operands
$ pab-ls --nope
! pab-ls: no option --nope; did you mean --home?; see pab-ls --help
= 2
$ pab-ls --sort nope
! pab-ls: --sort takes path, mtime or size, not 'nope'; see pab-ls --help
= 2
$ pab-ls --depth -1
! pab-ls: --depth takes a whole number from 1, not '-1'; see pab-ls --help
= 2
$ pab-ls --kind q
! pab-ls: --kind takes f, d, l, p, s or b, several separated by commas, not 'q'; see pab-ls --help
= 2

== --cwd is where relative operands start
$ printf x | pab-write -q m/sub/n/f
$ pab-ls --cwd m/sub
> - n/
$ pab-ls --cwd m/sub n
> 1 f
$ PAB_CWD=m/sub/n pab-ls
> 1 f
$ pab-ls --cwd m/sub ..
> - sub/

== model output puts the notice where the names are
$ PAB_OUTPUT=model pab-ls m
> - sub/
$ PAB_OUTPUT=model pab-ls m/sub/n nope
> [pab: m/sub/n: empty directory]
> [pab: nope: no such file]
= 3

== -q: no notices
$ pab-ls -q m/sub/n

== a link shows its target; a dangling one breaks nothing
$ printf x | pab-write -q m/f
$ link f m/l
$ link nowhere m/dangling
$ link sub m/d
$ pab-ls m
> - d -> sub
> - dangling -> nowhere
> 1 f
> - l -> f
> - sub/
$ pab-ls -R m
> - m/d -> sub
> - m/dangling -> nowhere
> 1 m/f
> - m/l -> f
> - m/sub/
> - m/sub/n/
$ pab-ls m/d
> - n/
$ pab-ls -d m/l
> - m/l -> f
