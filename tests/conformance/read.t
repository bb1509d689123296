# Reading: numbers, ranges, encodings, kinds of files, what is left.

== lines with numbers
$ printf 'one\ntwo\n\nfour\n' | pab-write -q m/f
$ pab-read m/f
>      1	one
>      2	two
>      3\x09
>      4	four

== an empty file is status 0
$ pab-write --empty -q m/e
$ pab-read m/e
! pab-read: empty file
$ pab-read --stat m/e
> m/e: 0 lines, 0 bytes, no line end, utf-8, hash e3b0c44298fc1c14
$ pab-read -j m/e
> {"type":"file","path":"m/e","size":0,"lines":0,"eol":"none","encoding":"utf-8","final_newline":true,"hash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","content":"","truncated":false}
> {"type":"notice","path":"m/e","message":"empty file"}
> {"type":"summary","files":1,"lines":0,"truncated":false,"status":0,"backend":"BACKEND"}

== no newline at the end
$ printf 'a\nb' | pab-write -q f
$ pab-read f
>      1	a
>      2	b
$ pab-read --raw f
> a
> b
\
$ pab-read --stat f
> f: 2 lines, 3 bytes, LF, no newline at the end, utf-8, hash 7e18f737311b2dc3

== several files
$ printf 'a\n' | pab-write -q a; printf 'b\n' | pab-write -q m/b; printf 'c\n' | pab-write -q m/sub/n/c
$ pab-read a m/b m/sub/n/c
> ==> a <==
>      1	a
>
> ==> m/b <==
>      1	b
>
> ==> m/sub/n/c <==
>      1	c
$ pab-read a nope m/b
> ==> a <==
>      1	a
>
> ==> m/b <==
>      1	b
! pab-read: nope: no such file
= 3
$ pab-read --raw a m/b
> a
> b

== --offset and --limit
$ seq 10 | pab-write -q m/f
$ pab-read --offset 3 --limit 2 m/f
>      4	4
>      5	5
! pab-read: lines 4-5 of 10; go on with --offset 5
$ pab-read --offset 8 m/f
>      9	9
>     10	10
$ pab-read --limit 1 m/f
>      1	1
! pab-read: lines 1-1 of 10; go on with --offset 1

== past the end is status 1
$ seq 3 | pab-write -q f
$ pab-read --offset 3 f
! pab-read: line 4 is past the end; the file has 3 lines
= 1
$ pab-read --offset 99 f
! pab-read: line 100 is past the end; the file has 3 lines
= 1
$ pab-read -r 9:12 f
! pab-read: line 9 is past the end; the file has 3 lines
= 1

== -r: A:B, A, from the end, around a line, several
$ seq 20 | pab-write -q m/f
$ pab-read -r 3:5 m/f
>      3	3
>      4	4
>      5	5
$ pab-read -r 3,5 m/f
>      3	3
>      4	4
>      5	5
$ pab-read -r 7 m/f
>      7	7
$ pab-read -r -2: m/f
>     19	19
>     20	20
$ pab-read -r 10~1 m/f
>      9	9
>     10	10
>     11	11
$ pab-read -r 2:3 -r 18: m/f
>      2	2
>      3	3
> --
>     18	18
>     19	19
>     20	20

== FILE:LINE
$ seq 100 | pab-write -q m/f
$ pab-read m/f:50 | sed '2,/49/d; /51/,/^ *9/d'
>     40	40
>     50	50
$ pab-read --limits lines=5 m/f:50
>     40	40
>     41	41
>     42	42
>     43	43
>     44	44
! pab-read: lines 40-44 of 100; go on with -r 45:60

== a file whose name ends in a number is that file
$ echo x | pab-write -q m/f:3; seq 5 | pab-write -q m/f
$ pab-read m/f:3
>      1	x

== -b: bytes
$ printf 'abcdef' | pab-write -q m/f
$ pab-read -b 1:3 m/f
> bc
\
$ pab-read -b 4: m/f
> ef
\
$ pab-read -b 9: m/f
! pab-read: m/f: no bytes there; the file has 6
= 1

== a range that cannot be understood
$ seq 3 | pab-write -q f
$ pab-read -r 5:2 f
! pab-read: -r 5:2: the range ends before it starts
= 2
$ pab-read -r x f
! pab-read: -r takes lines from 1 as A:B, A,B, A:, :B, N, N~K or -K:, not 'x'
= 2
$ pab-read -b 3:1 f
! pab-read: -b 3:1: the range ends before it starts
= 2

== CRLF: the line ends are not shown, and said
$ printf 'a\r\nb\r\n' | pab-write -q m/f
$ pab-read m/f
>      1	a
>      2	b
! pab-read: lines 1-2 of 2, CRLF
$ pab-read --raw m/f
> a\x0d
> b\x0d
$ pab-read --stat m/f
> m/f: 2 lines, 6 bytes, CRLF, utf-8, hash 58055bdcc73787eb
$ pab-read -j m/f
> {"type":"file","path":"m/f","size":6,"lines":2,"eol":"crlf","encoding":"utf-8","final_newline":true,"hash":"58055bdcc73787eb88c78d36f0b4939e9c5dc1c3ad17e25cc85a6833cf1a0cab","start_line":1,"end_line":2,"content":"a\r\nb\r\n","truncated":false}
> {"type":"notice","path":"m/f","message":"lines 1-2 of 2, CRLF"}
> {"type":"summary","files":1,"lines":2,"truncated":false,"status":0,"backend":"BACKEND"}

== mixed line ends, a lone CR
$ printf 'a\r\nb\nc\rd\n' | pab-write -q f
$ pab-read f
>      1	a
>      2	b
>      3	c\x0dd
! pab-read: lines 1-3 of 3, mixed line ends (1 CRLF, 2 LF)
$ pab-read --stat f
> f: 3 lines, 9 bytes, mixed line ends (1 CRLF, 2 LF), utf-8, hash 9adb47440287d087

== a byte order mark
$ printf '\357\273\277a\n' | pab-write -q f
$ pab-read f
>      1	a
! pab-read: lines 1-1 of 1, utf-8-bom
$ pab-read --raw f
> \xef\xbb\xbfa
$ pab-read --stat f
> f: 1 line, 5 bytes, LF, utf-8-bom, hash be4fccb045869c7a

== UTF-16
$ printf '\377\376a\0\n\0b\0\n\0' | pab-write -q m/le; printf '\376\377\0a\0\n' | pab-write -q m/be
$ pab-read m/le
>      1	a
>      2	b
! pab-read: lines 1-2 of 2, utf-16le
$ pab-read m/be
>      1	a
! pab-read: lines 1-1 of 1, utf-16be
$ pab-read --stat m/le
> m/le: 2 lines, 10 bytes, LF, utf-16le, hash 4d99704df32028da

== Latin-1
$ printf 'caf\351\n' | pab-write -q f
$ pab-read f
>      1	caf\xe9
! pab-read: lines 1-1 of 1, unknown-8bit
$ pab-read --stat f
> f: 1 line, 5 bytes, LF, unknown-8bit, hash 9e4efed0ff1dbcf3
$ pab-read -j f
> {"type":"file","path":"f","size":5,"lines":1,"eol":"lf","encoding":"unknown-8bit","final_newline":true,"hash":"9e4efed0ff1dbcf37240f82e1aad6c763eb9331434d2b394a6441abbbe3634eb","start_line":1,"end_line":1,"content_b64":"Y2Fm6Qo=","truncated":false}
> {"type":"notice","path":"f","message":"lines 1-1 of 1, unknown-8bit"}
> {"type":"summary","files":1,"lines":1,"truncated":false,"status":0,"backend":"BACKEND"}

== binary is named, with its size
$ printf 'a\0b\1\2' | pab-write -q m/f
$ pab-read m/f
! pab-read: m/f: binary, data, 5 bytes; -b 0:512 shows bytes, --raw all of them
= 3
$ pab-read --raw m/f
> a\x00b\x01\x02
\
$ pab-read -j m/f
> {"type":"error","code":"binary","path":"m/f","message":"binary, data, 5 bytes; -b 0:512 shows bytes, --raw all of them","status":3}
> {"type":"summary","files":1,"lines":0,"truncated":false,"status":3,"backend":"BACKEND"}
= 3
$ pab-read -b 0:2 m/f
> a\x00
\

== images by their bytes
$ printf '\211PNG\r\n\032\n\0\0\0\015IHDR\0\0\002\200\0\0\001\340\010\002\0\0\0' | pab-write -q m/logo
$ pab-read m/logo
> m/logo: PNG image, 640x480, 29 bytes (--json gives it)

== 2,000 lines a read; the rest is said
$ seq 2005 | pab-write -q m/f
$ pab-read m/f | tail -n 1
>   2000	2000
! pab-read: lines 1-2000 of 2005; go on with --offset 2000
$ pab-read --offset 2000 m/f
>   2001	2001
>   2002	2002
>   2003	2003
>   2004	2004
>   2005	2005
$ pab-read --raw m/f | tail -n 1
> 2005

== a limit of lines, of bytes, of columns
$ seq 1000 1009 | pab-write -q m/f; printf '%030d\nx\n' 7 | pab-write -q m/w
$ pab-read --limits lines=2 m/f
>      1	1000
>      2	1001
! pab-read: lines 1-2 of 10; go on with --offset 2
$ pab-read --limits lines=2 --strict m/f
>      1	1000
>      2	1001
! pab-read: lines 1-2 of 10; go on with --offset 2
= 7
$ pab-read --limits bytes=40 m/f
>      1	1000
>      2	1001
>      3	1002
! pab-read: lines 1-3 of 10; go on with --offset 3
$ pab-read --limits columns=10 m/w
>      1	0000000000…[+20]
>      2	x
$ pab-read --no-limit m/w
>      1	000000000000000000000000000007
>      2	x
$ pab-read -j --limits lines=1 m/f
> {"type":"file","path":"m/f","size":50,"lines":10,"eol":"lf","encoding":"utf-8","final_newline":true,"hash":"640d77d68d4badb8e8da461a86fc34392c9655cc8e54fb13d15d5bc6efd5c03e","start_line":1,"end_line":1,"content":"1000\n","truncated":true,"next_offset":1}
> {"type":"notice","path":"m/f","message":"lines 1-1 of 10; go on with --offset 1"}
> {"type":"summary","files":1,"lines":1,"truncated":true,"status":0,"backend":"BACKEND"}

== --stat: lines, bytes, line ends, encoding, hash
$ printf 'a\n' | pab-write -q m/f
$ pab-read --stat m/f
> m/f: 1 line, 2 bytes, LF, utf-8, hash 87428fc522803d31
$ pab-read --stat -j m/f
> {"type":"file","path":"m/f","size":2,"lines":1,"eol":"lf","encoding":"utf-8","final_newline":true,"hash":"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7","truncated":false}
> {"type":"summary","files":1,"lines":0,"truncated":false,"status":0,"backend":"BACKEND"}

== a directory
$ pab-read m
! pab-read: m: is a directory
= 3
$ pab-read m/sub/n
! pab-read: m/sub/n: is a directory
= 3
$ pab-read m/sub/
! pab-read: m/sub: is a directory
= 3
$ pab-read -j m
> {"type":"error","code":"is_dir","path":"m","message":"is a directory","status":3}
> {"type":"summary","files":0,"lines":0,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== a missing file, with near names
$ printf x | pab-write -q m/sub/utils.c; printf x | pab-write -q README
$ pab-read m/sub/util.c
! pab-read: m/sub/util.c: no such file; near: m/sub/utils.c
= 3
$ pab-read utils.c
! pab-read: utils.c: no such file; near: m/sub/utils.c
= 3
$ pab-read m/readme
! pab-read: m/readme: no such file
= 3
$ pab-read m/sub/n/REDME
! pab-read: m/sub/n/REDME: no such file
= 3
$ pab-read -j m/sub/util.c
> {"type":"error","code":"not_found","path":"m/sub/util.c","message":"no such file; near: m/sub/utils.c","status":3}
> {"type":"summary","files":0,"lines":0,"truncated":false,"status":3,"backend":"BACKEND"}
= 3

== near names are found across the whole tree, and nothing hidden
$ printf x | pab-write -q m/sub/n/deep.c; printf x | pab-write -q .secret/deep.c
$ pab-read deep.c
! pab-read: deep.c: no such file; near: m/sub/n/deep.c
= 3
$ pab-read m/deep.c
! pab-read: m/deep.c: no such file; near: m/sub/n/deep.c
= 3
$ pab-read gone/deep.c
! pab-read: gone/deep.c: no such file; near: m/sub/n/deep.c
= 3

== a file is no directory
$ printf x | pab-write -q m/f
$ pab-read m/f/x
! pab-read: m/f/x: not a directory
= 3
$ pab-read m/f/
! pab-read: m/f: not a directory
= 3
$ pab-read m/f/.
! pab-read: m/f/.: not a directory
= 3
$ pab-read m/f/../f
! pab-read: m/f/../f: not a directory
= 3

== a component that is missing before ".."
$ pab-read nope/../m/f
! pab-read: nope/../m/f: no such file; near: m
= 3
$ printf x | pab-write -q f
$ pab-read nope/../f
! pab-read: nope/../f: no such file; near: f, m
= 3

== outside the root
$ pab-read ../f
! pab-read: ../f: outside the root ROOT
= 5
$ pab-read m/sub/n/../../../../f
! pab-read: m/sub/n/../../../../f: outside the root ROOT
= 5
$ pab-read -j ../f
> {"type":"error","code":"outside_root","path":"../f","message":"outside the root ROOT","status":5}
> {"type":"summary","files":0,"lines":0,"truncated":false,"status":5,"backend":"BACKEND"}
= 5

== "" is a directory
$ pab-read ''
! pab-read: .: is a directory
= 3

== a name of 255 bytes, and one of 256
$ n=$(printf '%0255d' 0); echo long | pab-write -q m/$n; pab-read m/$n
>      1	long
$ n=$(printf '%0256d' 0); echo long | pab-write -q m/$n
! pab-write: m/0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000: the name is too long
= 3
$ n=$(printf '%0256d' 0); pab-read m/$n
! pab-read: m/0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000: the name is too long
= 3

== a path of more than 4,096 bytes
$ n=$(printf '%04100d' 0); pab-read $n 2>&1 | wc -l
> 1
$ p=$(yes a/ | head -n 2500 | tr -d '\n'); pab-read $p 2>&1 | tail -c 20
> he name is too long

== names with a newline, a quote, a byte that is no UTF-8
$ for f in "$(printf 'a\nb')" "it's" "$(printf '\377')"; do echo "in it" | pab-write "m/$f"; done
> wrote $'m/a\nb': 1 line, 6 bytes (new)
> wrote m/it's: 1 line, 6 bytes (new)
> wrote m/\xff: 1 line, 6 bytes (new)
$ pab-read "$(printf 'm/a\nb')" "m/it's" "$(printf 'm/\377')"
> ==> $'m/a\nb' <==
>      1	in it
>
> ==> m/it's <==
>      1	in it
>
> ==> m/\xff <==
>      1	in it
$ pab-read -j "$(printf 'm/\377')"
> {"type":"file","path_b64":"bS//","size":6,"lines":1,"eol":"lf","encoding":"utf-8","final_newline":true,"hash":"e6434b8308089fe5a55ba98d8ae4a27ca0151270eec9b81baf802a7154ba1440","start_line":1,"end_line":1,"content":"in it\n","truncated":false}
> {"type":"summary","files":1,"lines":1,"truncated":false,"status":0,"backend":"BACKEND"}
$ pab-read "$(printf 'm/n\nope')"
! pab-read: $'m/n\nope': no such file
= 3

== only regular files are read
$ fifo m/p
$ pab-read m/p
! pab-read: m/p: is a FIFO, not a regular file
= 3

== no operand, an unknown option
$ pab-read
! pab-read: nothing to work on: usage: pab-read [options] FILE[:LINE] ...; see pab-read --help
= 2
$ pab-read --nope f
! pab-read: no option --nope; did you mean --home?; see pab-read --help
= 2

== links inside the tree work, also absolute ones of a tree, into another directory and back
$ echo x | pab-write -q f; echo y | pab-write -q m/sub/n/g
$ link ../f m/up
$ link m/sub/n/g down
$ link ../../../f m/sub/n/upup
$ link m/sub/n d
$ pab-read m/up down m/sub/n/upup d/g
> ==> m/up <==
>      1	x
>
> ==> down <==
>      1	y
>
> ==> m/sub/n/upup <==
>      1	x
>
> ==> d/g <==
>      1	y
$ pab-read d/../f
! pab-read: d/../f: no such file; near: d/../n, f
= 3
$ pab-read m/sub/n/../../up
>      1	x

== a link out of the tree is refused, also over links
$ link ../../etc/passwd m/out
$ link m/out twice
$ pab-read m/out
! pab-read: m/out: outside the root ROOT
= 5
$ pab-read twice
! pab-read: twice: outside the root ROOT
= 5

== a loop of links
$ link b a
$ link a b
$ pab-read a
! pab-read: a: too many symbolic links
= 3
$ pab-read m/../a/x
! pab-read: m/../a/x: too many symbolic links
= 3

== a dangling link
$ link nope m/l
$ pab-read m/l
! pab-read: m/l: no such file
= 3
