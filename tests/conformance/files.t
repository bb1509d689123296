# Removing, moving, copying, making directories.

== pab-rm: files
$ for f in a m/b m/sub/n/c; do echo x | pab-write -q $f; done
$ pab-rm a m/b m/sub/n/c
> removed a
> removed m/b
> removed m/sub/n/c
$ pab-ls -R
> - m/
> - m/sub/
> - m/sub/n/

== pab-rm: a directory needs -r
$ echo x | pab-write -q m/d/e/f
$ pab-rm m/d
! pab-rm: m/d: is a directory; -r removes it
= 3
$ pab-rm -r m/d
> removed m/d: 1 file, 2 bytes
$ echo x | pab-write -q m/sub/n/d/f; echo y | pab-write -q m/sub/n/d/g
$ pab-rm -j -r m/sub/n/d
> {"type":"write","path":"m/sub/n/d","action":"remove","size":4,"files":2}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}

== pab-rm: what is missing; -f
$ pab-rm nope
! pab-rm: nope: no such file
= 3
$ pab-rm -f nope m/nope/x
$ pab-rm -j nope
> {"type":"error","code":"not_found","path":"nope","message":"no such file","status":3}
> {"type":"summary","truncated":false,"status":3,"backend":"BACKEND"}
= 3

== pab-rm: several, one missing: the others go
$ echo x | pab-write -q a; echo x | pab-write -q m/b
$ pab-rm a nope m/b
> removed a
> removed m/b
! pab-rm: nope: no such file
= 3
$ pab-ls -R
> - m/
> - m/sub/
> - m/sub/n/

== pab-rm: the root, above it, "."
$ pab-rm -r .
! pab-rm: .: is the root, or a path that ends in no name
= 7
$ pab-rm -r ''
! pab-rm: .: is the root, or a path that ends in no name
= 7
$ pab-rm -r ..
! pab-rm: ..: outside the root ROOT
= 5
$ pab-rm
! pab-rm: nothing to work on: usage: pab-rm [options] PATH ...; see pab-rm --help
= 2
$ pab-ls
> - m/

== pab-rm: below a file
$ echo x | pab-write -q f
$ pab-rm f/x
! pab-rm: f/x: not a directory
= 3
$ pab-rm -f f/x
$ pab-rm f/../f
! pab-rm: f/../f: not a directory
= 3
$ pab-ls
> 2 f
> - m/

== pab-rm: odd names
$ for f in "$(printf 'a\nb')" "it's" ./-r "$(printf '\377')"; do echo x | pab-write -q "$f"; done
$ pab-rm "$(printf 'a\nb')" "it's" ./-r "$(printf '\377')"
> removed $'a\nb'
> removed it's
> removed ./-r
> removed \xff
$ pab-ls
> - m/

== pab-rm: -q and JSON
$ echo x | pab-write -q a; echo x | pab-write -q m/sub/n/b
$ pab-rm -q a
$ pab-rm -j m/sub/n/b
> {"type":"write","path":"m/sub/n/b","action":"remove","size":2,"files":1}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}

== pab-rm: a link, not what it leads to
$ echo x | pab-write -q m/d/f
$ link m/d l
$ link nope dangling
$ pab-rm -r l dangling
> removed l
> removed dangling
$ pab-ls -R
> - m/
> - m/d/
> 2 m/d/f
> - m/sub/
> - m/sub/n/

== pab-mkdir
$ pab-mkdir m/a
> made m/a/
$ pab-mkdir m/a b/c/d
> made m/a/ (already there)
> made b/c/d/
$ pab-mkdir -q m/sub/n/e; pab-mkdir -j m/sub/n/e x
> {"type":"write","path":"m/sub/n/e","action":"mkdir","created":false}
> {"type":"write","path":"x","action":"mkdir","created":true}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}
$ pab-ls -R
> - b/
> - b/c/
> - b/c/d/
> - m/
> - m/a/
> - m/sub/
> - m/sub/n/
> - m/sub/n/e/
> - x/

== pab-mkdir: over a file, below a file, outside
$ echo x | pab-write -q m/f
$ pab-mkdir m/f
! pab-mkdir: m/f: already exists and is a file
= 4
$ pab-mkdir m/f/g
! pab-mkdir: m/f/g: not a directory
= 3
$ pab-mkdir ../x
! pab-mkdir: ../x: outside the root ROOT
= 5
$ pab-mkdir
! pab-mkdir: nothing to work on: usage: pab-mkdir [options] DIR ...; see pab-mkdir --help
= 2
$ pab-mkdir .
> made ./ (already there)
$ pab-mkdir 'a b' ./-p
> made a b/
> made ./-p/

== pab-mv: a rename
$ printf 'text\n' | pab-write -q m/a
$ pab-mv m/a m/b
> moved m/a -> m/b: 5 bytes
$ pab-read --raw m/b
> text
$ pab-ls -R
> - m/
> 5 m/b
> - m/sub/
> - m/sub/n/

== pab-mv: across the tree, both ways
$ printf 'one\n' | pab-write -q a; printf 'two\n' | pab-write -q m/sub/n/b
$ pab-mv a m/sub/n/a
> moved a -> m/sub/n/a: 4 bytes
$ pab-mv m/sub/n/b b
> moved m/sub/n/b -> b: 4 bytes
$ pab-mv b m/b
> moved b -> m/b: 4 bytes
$ pab-read --raw m/sub/n/a m/b
> one
> two
$ pab-ls -R
> - m/
> 4 m/b
> - m/sub/
> - m/sub/n/
> 4 m/sub/n/a

== pab-mv: no overwrite without -f
$ printf 'one\n' | pab-write -q a; printf 'two\n' | pab-write -q b; printf 'three\n' | pab-write -q m/sub/n/c
$ pab-mv a b
! pab-mv: b: already exists; -f replaces it
= 4
$ pab-mv a m/sub/n/c
! pab-mv: m/sub/n/c: already exists; -f replaces it
= 4
$ pab-mv -f a b
> moved a -> b: 4 bytes
$ pab-mv -f b m/sub/n/c
> moved b -> m/sub/n/c: 4 bytes
$ pab-read --raw m/sub/n/c
> one
$ pab-ls -R
> - m/
> - m/sub/
> - m/sub/n/
> 4 m/sub/n/c

== pab-mv: into a directory, several
$ echo x | pab-write -q a; echo y | pab-write -q b; echo z | pab-write -q m/c
$ pab-mv a m
> moved a -> m/a: 2 bytes
$ pab-mv b m/c m/sub/n
> moved b -> m/sub/n/b: 2 bytes
> moved m/c -> m/sub/n/c: 2 bytes
$ pab-mv m/a nope/
! pab-mv: nope/: no such directory; pab-mkdir makes it
= 3
$ pab-mv m/a ''
> moved m/a -> a: 2 bytes
$ pab-ls -R
> 2 a
> - m/
> - m/sub/
> - m/sub/n/
> 2 m/sub/n/b
> 2 m/sub/n/c

== pab-mv: several need a directory
$ echo x | pab-write -q a; echo y | pab-write -q b
$ pab-mv a b nope
! pab-mv: with several sources the last operand is a directory; see pab-mv --help
= 2
$ pab-mv a
! pab-mv: at least SRC and DST are needed; see pab-mv --help
= 2
$ pab-ls
> 2 a
> 2 b
> - m/

== pab-mv: a directory
$ printf 'x\n' | pab-write -q d/e/f; pab-mkdir -q d/empty
$ pab-mv d m/d
> moved d -> m/d: 1 file, 2 bytes
$ pab-mv m/d m/sub/n
> moved m/d -> m/sub/n/d: 1 file, 2 bytes
$ pab-mv m/sub/n/d d2
> moved m/sub/n/d -> d2: 1 file, 2 bytes
$ pab-ls -R
> - d2/
> - d2/e/
> 2 d2/e/f
> - d2/empty/
> - m/
> - m/sub/
> - m/sub/n/
$ pab-read --raw d2/e/f
> x

== pab-mv: a directory over what is there
$ echo x | pab-write -q d/f; echo y | pab-write -q m/f; echo y | pab-write -q m/d/g
$ pab-mv d m/f
! pab-mv: m/f: already exists
= 4
$ pab-mv d m
! pab-mv: m/d: already exists
= 4
$ pab-mv -f d m
! pab-mv: m/d: already exists
= 4
$ pab-ls -R
> - d/
> 2 d/f
> - m/
> - m/d/
> 2 m/d/g
> 2 m/f
> - m/sub/
> - m/sub/n/

== pab-mv: a file over a directory
$ echo x | pab-write -q f; echo y | pab-write -q m/f/g; echo y | pab-write -q f2
$ pab-mv f m
! pab-mv: m/f: already exists; -f replaces it
= 4
$ pab-mv -f f m
! pab-mv: m/f: is a directory, which no file replaces
= 3
$ pab-ls -R
> 2 f
> 2 f2
> - m/
> - m/f/
> 2 m/f/g
> - m/sub/
> - m/sub/n/

== pab-mv: onto itself, into itself
$ echo x | pab-write -q m/d/f
$ pab-mv m/d/f m/d/f
! pab-mv: m/d/f: is the source itself
= 4
$ pab-mv -f m/d/f m/d/f
! pab-mv: m/d/f: is the source itself
= 4
$ pab-mv m/d m/d
! pab-mv: m/d: a directory cannot be moved into itself or below
= 2
$ pab-mv m/d m/d/e
! pab-mv: m/d: a directory cannot be moved into itself or below
= 2
$ pab-ls -R m
> - m/d/
> 2 m/d/f
> - m/sub/
> - m/sub/n/

== pab-mv: what is missing, below a file, outside
$ echo x | pab-write -q f
$ pab-mv nope m/x
! pab-mv: nope: no such file
= 3
$ pab-mv -j nope m/x
> {"type":"error","code":"not_found","path":"nope","message":"no such file","status":3}
> {"type":"summary","truncated":false,"status":3,"backend":"BACKEND"}
= 3
$ pab-mv f f/g
! pab-mv: f/g: not a directory
= 3
$ pab-mv f ../f
! pab-mv: ../f: outside the root ROOT
= 5
$ pab-mv ../f g
! pab-mv: ../f: outside the root ROOT
= 5
$ pab-ls
> 2 f
> - m/

== pab-mv: JSON
$ echo x | pab-write -q a
$ pab-mv -j a m/a
> {"type":"write","path":"m/a","action":"move","from":"a","size":2,"files":1}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}
$ pab-mv -j m/a m/sub/n/a
> {"type":"write","path":"m/sub/n/a","action":"move","from":"m/a","size":2,"files":1}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}

== pab-mv: modes kept
$ echo x | pab-write -q --mode 751 a
$ pab-mv -q a m/sub/n/a
$ pab-ls -j m/sub/n | sed -n 's/.*"mode":"\([0-7]*\)".*/\1/p'
> 0751

== pab-mv: a link as a link
$ echo x | pab-write -q m/f
$ link m/f l
$ link nope d
$ pab-mv l m/sub/n/l
> moved l -> m/sub/n/l
$ pab-mv d m/d
> moved d -> m/d
$ pab-ls -R
> - m/
> - m/d -> nope
> 2 m/f
> - m/sub/
> - m/sub/n/
> - m/sub/n/l -> m/f

== pab-cp: a file, across the tree
$ printf 'text\n' | pab-write -q --mode 640 m/a
$ pab-cp m/a m/b
> copied m/a -> m/b: 5 bytes
$ pab-cp m/a m/sub/n/c
> copied m/a -> m/sub/n/c: 5 bytes
$ pab-cp m/sub/n/c d
> copied m/sub/n/c -> d: 5 bytes
$ pab-read --raw m/a m/b m/sub/n/c d
> text
> text
> text
> text
$ pab-ls -jR | sed -n 's/.*"path":"\([^"]*\)".*"size":5.*"mode":"\([0-7]*\)".*/\1 \2/p'
> d 0640
> m/a 0640
> m/b 0640
> m/sub/n/c 0640

== pab-cp: no overwrite without -f
$ echo a | pab-write -q a; echo b | pab-write -q m/b
$ pab-cp a m/b
! pab-cp: m/b: already exists; -f replaces it
= 4
$ pab-cp -f a m/b
> copied a -> m/b: 2 bytes
$ pab-read --raw a m/b
> a
> a

== pab-cp: a directory needs -r
$ printf 'x\n' | pab-write -q m/d/e/f; pab-mkdir -q m/d/empty
$ pab-cp m/d m/e
! pab-cp: m/d: is a directory; -r copies it
= 3
$ pab-cp -r m/d d
> copied m/d -> d: 1 file, 2 bytes
$ pab-cp -r m/d m/sub/n
> copied m/d -> m/sub/n/d: 1 file, 2 bytes
$ pab-ls -R
> - d/
> - d/e/
> 2 d/e/f
> - d/empty/
> - m/
> - m/d/
> - m/d/e/
> 2 m/d/e/f
> - m/d/empty/
> - m/sub/
> - m/sub/n/
> - m/sub/n/d/
> - m/sub/n/d/e/
> 2 m/sub/n/d/e/f
> - m/sub/n/d/empty/

== pab-cp: a tree with all its parts
$ printf 'a\n' | pab-write -q m/a; printf 'b\n' | pab-write -q m/sub/b; printf 'c\n' | pab-write -q m/sub/n/c
$ pab-cp -r m copy
> copied m -> copy: 3 files, 6 bytes
$ pab-ls -R copy
> 2 copy/a
> - copy/sub/
> 2 copy/sub/b
> - copy/sub/n/
> 2 copy/sub/n/c
$ pab-read --raw copy/sub/n/c
> c

== pab-cp: onto itself, into itself
$ echo x | pab-write -q m/d/f
$ pab-cp m/d/f m/d/f
! pab-cp: m/d/f: is the source itself
= 4
$ pab-cp -f m/d/f m/d/f
! pab-cp: m/d/f: is the source itself
= 4
$ pab-cp -r m/d m/d/e
! pab-cp: m/d: a directory cannot be copied into itself or below
= 2
$ pab-cp -r m/d m/d
! pab-cp: m/d: a directory cannot be copied into itself or below
= 2
$ pab-read --raw m/d/f
> x
$ pab-ls -R m
> - m/d/
> 2 m/d/f
> - m/sub/
> - m/sub/n/

== pab-cp: into a directory, several, one missing
$ echo x | pab-write -q a; echo y | pab-write -q m/b
$ pab-cp a nope m/b m/sub/n
> copied a -> m/sub/n/a: 2 bytes
> copied m/b -> m/sub/n/b: 2 bytes
! pab-cp: nope: no such file
= 3
$ pab-ls -R
> 2 a
> - m/
> 2 m/b
> - m/sub/
> - m/sub/n/
> 2 m/sub/n/a
> 2 m/sub/n/b

== pab-cp: a tree over a tree
$ echo x | pab-write -q d/f; echo y | pab-write -q m/d/g
$ pab-cp -r d m
! pab-cp: m/d: already exists
= 4
$ pab-cp -rf d m
! pab-cp: m/d: already exists
= 4
$ pab-ls -R m
> - m/d/
> 2 m/d/g
> - m/sub/
> - m/sub/n/

== pab-cp: missing, outside, below a file
$ echo x | pab-write -q f
$ pab-cp nope m
! pab-cp: nope: no such file
= 3
$ pab-cp f ../x
! pab-cp: ../x: outside the root ROOT
= 5
$ pab-cp ../x f
! pab-cp: ../x: outside the root ROOT
= 5
$ pab-cp f f/g
! pab-cp: f/g: not a directory
= 3
$ pab-cp f nope/deep/g
> copied f -> nope/deep/g: 2 bytes
$ pab-cp f
! pab-cp: at least SRC and DST are needed; see pab-cp --help
= 2

== pab-cp: JSON
$ printf 'abc' | pab-write -q m/d/f
$ pab-cp -j m/d/f m/sub/n/g
> {"type":"write","path":"m/sub/n/g","action":"copy","from":"m/d/f","size":3,"files":1}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}
$ pab-cp -jr m/d d
> {"type":"write","path":"d","action":"copy","from":"m/d","size":3,"files":1}
> {"type":"summary","truncated":false,"status":0,"backend":"BACKEND"}

== pab-cp: odd names
$ for f in "$(printf 'a\nb')" "it's" "$(printf '\377')"; do echo x | pab-write -q "$f"; done
$ pab-cp "$(printf 'a\nb')" "it's" "$(printf '\377')" m/sub/n
> copied $'a\nb' -> $'m/sub/n/a\nb': 2 bytes
> copied it's -> m/sub/n/it's: 2 bytes
> copied \xff -> m/sub/n/\xff: 2 bytes
$ pab-ls m/sub/n
> 2 $'a\nb'
> 2 it's
> 2 \xff

== pab-cp: links as links
$ echo x | pab-write -q m/d/f
$ link f m/d/l
$ link ../../nope m/d/dangling
$ pab-cp -r m/d m/sub/n
> copied m/d -> m/sub/n/d: 3 files, 2 bytes
$ pab-cp m/d/l l
> copied m/d/l -> l
$ pab-ls -R
> - l -> f
> - m/
> - m/d/
> - m/d/dangling -> ../../nope
> 2 m/d/f
> - m/d/l -> f
> - m/sub/
> - m/sub/n/
> - m/sub/n/d/
> - m/sub/n/d/dangling -> ../../nope
> 2 m/sub/n/d/f
> - m/sub/n/d/l -> f
$ pab-read m/sub/n/d/l
>      1	x

== pab-cp: other kinds of files
$ fifo p
$ pab-cp p m/q
! pab-cp: p: is a FIFO, which cannot be copied
= 3
$ pab-ls -R
> - m/
> - m/sub/
> - m/sub/n/
> - p
