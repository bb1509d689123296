# Writing: whole files from standard input.

== a new file, parents made
$ printf 'a\nb\n' | pab-write m/sub/n/new/er/f
> wrote m/sub/n/new/er/f: 2 lines, 4 bytes (new)
$ pab-read --raw m/sub/n/new/er/f
> a
> b
$ pab-ls -R m/sub/n
> - m/sub/n/new/
> - m/sub/n/new/er/
> 4 m/sub/n/new/er/f

== over one that is there
$ printf 'old\n' | pab-write -q m/f
$ printf 'new\nnew\n' | pab-write m/f
> wrote m/f: 2 lines, 8 bytes
$ pab-read --raw m/f
> new
> new

== unchanged is said
$ printf 'a\n' | pab-write -q m/f
$ printf 'a\n' | pab-write m/f
> wrote m/f: 1 line, 2 bytes (unchanged)
$ printf 'a\n' | pab-write -j m/f
> {"type":"write","path":"m/f","lines":1,"size":2,"created":false,"changed":false,"atomic":true,"hash":"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"}
> {"type":"summary","files":1,"truncated":false,"status":0,"backend":"BACKEND"}

== --append
$ printf 'a\n' | pab-write -q m/f
$ printf 'b\n' | pab-write --append m/f
> wrote m/f: 2 lines, 4 bytes
$ printf 'c\n' | pab-write --append m/sub/n/g
> wrote m/sub/n/g: 1 line, 2 bytes (new)
$ pab-read --raw m/f m/sub/n/g
> a
> b
> c

== --append behind a last line without a newline
$ printf 'a' | pab-write -q f
$ printf 'b\n' | pab-write --append f
> wrote f: 1 line, 3 bytes
$ pab-read --raw f
> ab

== --new: 4 if it exists
$ printf 'a\n' | pab-write --new m/f
> wrote m/f: 1 line, 2 bytes (new)
$ printf 'b\n' | pab-write --new m/f
! pab-write: m/f: already exists
= 4
$ printf 'b\n' | pab-write -j --new m/f
> {"type":"error","code":"exists","path":"m/f","message":"already exists","status":4}
> {"type":"summary","files":0,"truncated":false,"status":4,"backend":"BACKEND"}
= 4
$ pab-read --raw m/f
> a

== --if-match
$ printf 'a\n' | pab-write -q m/f
$ printf 'b\n' | pab-write --if-match 87428fc522803d31 m/f
> wrote m/f: 1 line, 2 bytes
$ printf 'c\n' | pab-write --if-match 87428fc522803d31 m/f
! pab-write: m/f: changed since it was read: its hash is now 0263829989b6fd95
= 4
$ printf 'c\n' | pab-write --if-match 87428fc522803d31 m/nope
! pab-write: m/nope: does not exist, so --if-match fails
= 4
$ printf 'c\n' | pab-write --if-match xyz m/f
! pab-write: a hash is 8 to 64 hex digits of the file's SHA-256, as pab-read --stat or sha256sum print it
= 2
$ pab-read --raw m/f
> b

== empty input onto a file that is not empty is refused
$ printf 'a\n' | pab-write -q m/f
$ pab-write m/f
! pab-write: m/f: standard input is empty and the file is not; --empty to mean it
= 2
$ pab-write --empty m/f
> wrote m/f: 0 lines, 0 bytes
$ pab-ls m/f
> 0 m/f

== an empty new file
$ pab-write m/sub/e
> wrote m/sub/e: 0 lines, 0 bytes (new)
$ pab-ls m/sub/e
> 0 m/sub/e

== line ends that change are said; --eol keep keeps them
$ printf 'a\r\nb\r\n' | pab-write -q m/f
$ printf 'x\ny\n' | pab-write --eol keep m/f
> wrote m/f: 2 lines, 6 bytes
! pab-write: m/f: the input's line ends became CRLF
$ pab-read --raw m/f
> x\x0d
> y\x0d
$ printf 'x\ny\nz\n' | pab-write m/f
> wrote m/f: 3 lines, 6 bytes
! pab-write: m/f: line ends change from CRLF to LF; --eol keep keeps them
$ pab-read --raw m/f
> x
> y
> z

== --eol
$ printf 'x\ny\n' | pab-write --eol crlf f
> wrote f: 2 lines, 6 bytes (new)
! pab-write: f: the input's line ends became CRLF
$ printf 'x\r\ny\r\n' | pab-write --eol lf m/g
> wrote m/g: 2 lines, 4 bytes (new)
! pab-write: m/g: the input's line ends became LF
$ printf 'x\ny\n' | pab-write --eol asis f
> wrote f: 2 lines, 4 bytes
! pab-write: f: line ends change from CRLF to LF; --eol keep keeps them
$ pab-read --raw f m/g
> x
> y
> x
> y
$ printf x | pab-write --eol nope f
! pab-write: --eol is asis, keep, lf or crlf, not 'nope'
= 2

== --mode, and modes kept
$ printf x | pab-write -q --mode 640 m/f
$ printf y | pab-write -q m/f
$ pab-ls -j m/f | sed -n 's/.*"mode":"\([0-7]*\)".*/\1/p'
> 0640
$ printf y | pab-write -q --mode 999 m/f
! pab-write: --mode is octal, such as 644 or 0755, not '999'
= 2

== binary bytes as they are
$ printf '\0\377\r\n\1' | pab-write m/f
> wrote m/f: 2 lines, 5 bytes (new)
$ pab-read --raw m/f
> \x00\xff\x0d
> \x01
\

== --diff
$ printf 'a\nb\nc\n' | pab-write -q m/f
$ printf 'a\nX\nc\n' | pab-write --diff m/f
> --- a/m/f
> +++ b/m/f
> @@ -1,3 +1,3 @@
>  a
> -b
> +X
>  c

== JSON
$ printf 'a\n' | pab-write -j m/f
> {"type":"write","path":"m/f","lines":1,"size":2,"created":true,"changed":true,"atomic":true,"hash":"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"}
> {"type":"summary","files":1,"truncated":false,"status":0,"backend":"BACKEND"}
$ printf 'b\nc\n' | pab-write -j m/f
> {"type":"write","path":"m/f","lines":2,"size":4,"created":false,"changed":true,"atomic":true,"hash":"bb9ead4c391dab4c05bd498dafac47a54f8b212625f2124a911202cc6ea61d27"}
> {"type":"summary","files":1,"truncated":false,"status":0,"backend":"BACKEND"}

== -q
$ printf 'a\n' | pab-write -q m/f

== onto a directory
$ echo x | pab-write m
! pab-write: m: is a directory
= 3
$ echo x | pab-write m/sub/n
! pab-write: m/sub/n: is a directory
= 3
$ echo x | pab-write m/sub/n/
! pab-write: m/sub/n: is a directory
= 3
$ echo x | pab-write .
! pab-write: .: is a directory
= 3
$ echo x | pab-write -j m/sub
> {"type":"error","code":"is_dir","path":"m/sub","message":"is a directory","status":3}
> {"type":"summary","files":0,"truncated":false,"status":3,"backend":"BACKEND"}
= 3
$ pab-ls -R
> - m/
> - m/sub/
> - m/sub/n/

== below a file
$ echo x | pab-write -q f
$ echo x | pab-write f/g
! pab-write: f/g: not a directory
= 3
$ echo x | pab-write f/g/h
! pab-write: f/g/h: not a directory
= 3
$ echo x | pab-write f/
! pab-write: f: not a directory
= 3

== outside the root
$ echo x | pab-write ../f
! pab-write: ../f: outside the root ROOT
= 5
$ echo x | pab-write m/sub/../../../f
! pab-write: m/sub/../../../f: outside the root ROOT
= 5

== a missing directory, then ".."
$ echo x | pab-write nope/../f
! pab-write: nope/../f: no such file; near: m
= 3
$ pab-ls
> - m/

== several operands, none
$ echo x | pab-write a b
! pab-write: one FILE is needed; its content comes from standard input; see pab-write --help
= 2
$ echo x | pab-write
! pab-write: one FILE is needed; its content comes from standard input; see pab-write --help
= 2

== names with a newline, a quote, a dash
$ echo x | pab-write "$(printf 'm/a\nb')"
> wrote $'m/a\nb': 1 line, 2 bytes (new)
$ echo x | pab-write -j "$(printf 'm/a\nb')"
> {"type":"write","path":"m/a\nb","lines":1,"size":2,"created":false,"changed":false,"atomic":true,"hash":"73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"}
> {"type":"summary","files":1,"truncated":false,"status":0,"backend":"BACKEND"}
$ echo x | pab-write ./-n
> wrote ./-n: 1 line, 2 bytes (new)
$ echo x | pab-write "$(printf 'm/\377')"
> wrote m/\xff: 1 line, 2 bytes (new)
$ pab-ls -R
> 2 ./-n
> - m/
> 2 $'m/a\nb'
> - m/sub/
> - m/sub/n/
> 2 m/\xff

== through a link, which stays
$ printf 'a\n' | pab-write -q m/sub/n/f
$ link m/sub/n/f l
$ printf 'b\n' | pab-write l
> wrote l: 1 line, 2 bytes
$ pab-ls
> - l -> m/sub/n/f
> - m/
$ pab-read --raw m/sub/n/f
> b

== through a dangling link the file is made where it points
$ link sub/n/new m/l
$ printf 'b\n' | pab-write m/l
> wrote m/l: 1 line, 2 bytes (new)
$ pab-ls -R
> - m/
> - m/l -> sub/n/new
> - m/sub/
> - m/sub/n/
> 2 m/sub/n/new

== through a link out of the tree: refused
$ link ../x l
$ link ../../../x/y m/sub/l
$ echo x | pab-write l
! pab-write: l: outside the root ROOT
= 5
$ echo x | pab-write m/sub/l
! pab-write: m/sub/l: outside the root ROOT
= 5

== through a link to a directory
$ link m/sub d
$ echo x | pab-write d/n/f
> wrote d/n/f: 1 line, 2 bytes (new)
$ echo x | pab-write d
! pab-write: d: is a directory
= 3
$ pab-ls -R
> - d -> m/sub
> - m/
> - m/sub/
> - m/sub/n/
> 2 m/sub/n/f
