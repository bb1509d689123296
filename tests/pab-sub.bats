load helper

@test "the diff is shown, --apply does it, in path order" {
	mkdir d
	printf 'foo(1)\nbar\n' >d/b
	printf 'x foo(2) foo(3)\n' >a
	printf 'food\n' >c
	cp -r . ../before
	run -1 --separate-stderr pab-sub 'nothing' x
	says 'pab-sub: no match in 3 files (0 ignored, 0 binary)'
	run -0 --separate-stderr pab-sub -w foo baz
	same $'--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x foo(2) foo(3)\n+x baz(2) baz(3)\n--- a/d/b\n+++ b/d/b\n@@ -1,2 +1,2 @@\n-foo(1)\n+baz(1)\n bar'
	says 'pab-sub: 2 files, 3 places; --apply to do it'
	diff -r . ../before
	run -0 --separate-stderr pab-sub -w --apply foo baz
	same $'edited a: 2 replacements, line 1\nedited d/b: 1 replacement, line 1'
	says 'pab-sub: 2 files, 3 places'
	[ "$(cat a d/b c | tr '\n' ' ')" = 'x baz(2) baz(3) baz(1) bar food ' ]
	run -0 --separate-stderr pab-undo --last 1
	diff -r . ../before
}

@test "groups, dollars, empty matches, anchors, case" {
	one() { # TEXT WANT ARG ...
		printf -- "$1" >f
		printf -- "$2" >want
		shift 2
		run -0 --separate-stderr pab-sub -q --apply "$@" f
		cmp want f
	}
	one 'f(a, b)\n' 'f(b, a)\n' 'f\((\w+), (\w+)\)' 'f($2, ${1})'
	one 'key=v\n' 'v is $key\n' '(?<k>\w+)=(?<v>\w+)' '${v} is $$${k}'
	one 'abc\n' '[abc]\n' '\w+' '[$0]'
	one 'ab\n' '-a-b-\n' '' '-'
	one 'a\nb\n' '> a\n> b\n' '^' '> '
	one 'a\nb' 'a;\nb;' '$' ';'
	one 'a\r\nb\r\n' 'a;\r\nb;\r\n' '$' ';'
	one 'a\r\nb\n' 'x\r\ny\r\nb\n' a $'x\ny'
	one 'Foo foo\n' 'x x\n' -i foo x
	one 'a[i] $1\n' 'a.at(i) $1\n' -F 'a[i]' 'a.at(i)'
	one 'a.b\n' 'a$1b\n' -F . '$1'
	one '\xef\xbb\xbfa\n' '\xef\xbb\xbfxa\n' '^' x
	one 'caf\xe9 a\n' 'caf\xe9 b\n' a\$ b
	one 'a' 'costs $ and $x' a 'costs $ and $x'
}

@test "a wrong pattern or replacement changes nothing" {
	echo ab >f
	run -2 --separate-stderr pab-sub --apply 'a(' x f
	says "pab-sub: missing ) at column 3 of 'a('; for plain text use -F"
	run -2 --separate-stderr pab-sub --apply a '$1' f
	says 'pab-sub: the pattern has no group 1 (it has 0); a dollar is $$ in the replacement'
	run -2 --separate-stderr pab-sub --apply '(?<n>a)' '${m}' f
	run -2 --separate-stderr pab-sub --apply a '${1' f
	run -2 --separate-stderr pab-sub a
	run -3 --separate-stderr pab-sub --apply a b missing
	[ "$(cat f)" = ab ]
}

@test "which files: -g, -t, hidden, ignored, binary, links" {
	mkdir .git
	echo old | tee a.c a.h b.py .hidden ignored >/dev/null
	echo ignored >.gitignore
	printf 'old\0' >bin
	ln -s a.c link
	run -0 --separate-stderr pab-sub -q --apply -t c old new
	run -0 --separate-stderr pab-sub -q --apply -g '!a.*' old newer
	[ "$(cat a.c a.h b.py .hidden ignored | tr '\n' ' ')" = 'new new newer old old ' ]
	run -0 --separate-stderr pab-sub -q --apply --hidden --no-ignore old x
	[ "$(cat .hidden ignored | tr '\n' ' ')" = 'x x ' ]
	[ -L link ]
	run -3 --separate-stderr pab-sub old x bin
	has 'bin: binary or UTF-16' "$stderr"
	run -2 --separate-stderr pab-sub -t nosuch old x
}

@test "one file that cannot be changed: none is" {
	mkdir d
	echo old >d/a
	echo old >d/b
	ln d/b d/c
	run -5 --separate-stderr pab-sub --apply --atomic old new d
	has '; nothing was changed' "$stderr"
	[ "$(cat d/a)" = old ]
	run -0 --separate-stderr pab-sub --apply old new d
	same $'edited d/a: 1 replacement, line 1\nedited d/b: 1 replacement, line 1 (in place, not atomic)'
	[ "$(cat d/a d/c | tr '\n' ' ')" = 'new new ' ]
}

@test "a read-only route, a root" {
	mkdir r
	echo old >r/f
	echo old >out
	run -5 --separate-stderr pab-sub -B local:r --apply old new ../out
	printf '{"routes": {"/": {"backend": "local:%s", "ro": true}}}' "$W/r" >ro.json
	run -5 --separate-stderr pab-sub -B @ro.json --apply old new
	[ "$(cat r/f out | tr '\n' ' ')" = 'old old ' ]
}

@test "a diff that is too long is cut, and it is said" {
	for i in 1 2 3; do
		seq 3000 | sed 's/$/ old/' >f$i
	done
	run -0 --separate-stderr pab-sub old new
	has 'part of the diff is left out' "$stderr"
	has '3 files, 9,000 places' "$stderr"
	run -7 --separate-stderr pab-sub --strict old new
	run -0 --separate-stderr pab-sub --no-limit -j old new
	json '(map(select(.type == "edit")) | length) == 3 and .[-1].occurrences == 9000'
}
