#!/usr/bin/env bats
# What pab-edit says of a text that is not there, what --indent finds all the same, and new
# text that is none.
load helper

# why FILE-FORMAT OLD WANT: the message about OLD in that file ends in WANT.
why() {
	printf "$1" >f
	run -4 --separate-stderr pab-edit --old "$2" --new 'never written' f
	printf "$1" | cmp - f
	[ "$output" = '' ]
	has "pab-edit: f: text not found$3" "${stderr%%$'\n'*}"
}

@test "each kind of difference is named, with its place" {
	why 'x\n\tif (a)\n\t\tb();\n' $'    if (a)\n        b();' \
		'; nearest is line 2: it differs at column 1: file has a tab, text has 4 blanks'
	why 'x\nfoo(a)  \nbar(b)\n' $'foo(a)\nbar(b)' \
		'; nearest is line 2: it differs at column 7: file has 2 blanks, text has no blank (at the end of the line)'
	why 'x {\n  foo(a)\n' $'x {\n    foo(a)' \
		'; nearest is line 1: line 2 of the text differs at column 1: file has 2 blanks, text has 4 blanks'
	why 'one two\nthree\n' $'one two\r\nthree' \
		'; nearest is line 1: it differs at column 8: file has the end of the line, text has a CR (in the line end)'
	why 'return Foo;\n' 'return foo;' \
		"; nearest is line 1: it differs at column 8: file has 'F', text has 'f' (only in case)"
	why 'say(\xe2\x80\x9chi\xe2\x80\x9d)\n' 'say("hi")' \
		'; nearest is line 1: it differs at column 5: file has “ (U+201C), text has '"'\"'"
	why 'a\xc2\xa0value\n' 'a value' \
		'; nearest is line 1: it differs at column 2: file has U+00A0, text has 1 blank'
	why 'caf\xc3\xa9 au lait\n' $'cafe\xcc\x81 au lait' \
		'; nearest is line 1: it differs at column 4: an accented letter is composed (NFC) in one and in parts (NFD) in the other'
	why 'printf("a\\n");\n' 'printf("a\\n");' \
		', but with its backslash escapes undone it is in line 1: give it unescaped'
	why 'one\ntwo\n' $'     1\tone\n     2\ttwo' "; it starts with pab-read's line numbers; leave them out"
	why 'one\ntwo\n' "$(printf 'one\ntwo\n' | pab-read --tags -)" "; it starts with pab-read's line numbers"
	why 'one\ntwo\n' 'one …[+1023]' '; it holds the mark of a line that pab-read cut; --no-limit shows all of it'
	why 'int a = 1;\n' 'int a = 2;' \
		"; nearest is line 1: it differs at column 9: file has '1', text has '2'"
	why 'foo(bar);\n' $'foo(bar);\nbaz();' '; nearest is line 1: line 2 of the text is past the end of the file'
	why 'one\ntwo\n' 'zzz(qqq)' ''
	says 'pab-edit: f: text not found'
	why '' 'zzz(qqq)' ''
	printf 'my foods\n' >f
	run -4 --separate-stderr pab-edit -w --old 'my food' --new x f
	has '; nearest is line 1: it is there, but not as whole words or whole lines' "$stderr"
}

@test "the new text that is there already, and only then" {
	printf 'int new_value = 1;\n' >f
	run -4 --separate-stderr pab-edit --old 'zzz' --new 'int new_value = 1;' f
	says 'pab-edit: f: text not found, but the new text is there once (line 1): already applied?'
	printf 'x = 1;\ny = 2;\n' >f
	run -4 --separate-stderr pab-edit --old 'qqq' --new 'x' f
	says 'pab-edit: f: text not found'
	printf '\tvalue(1);\nother(2);\n' >f
	run -4 --separate-stderr pab-edit --old '  value(1);' --new 'other(2);' f
	has 'file has a tab, text has 2 blanks' "$stderr"
}

@test "eight lines at most follow, with tabs and blanks to be seen" {
	for i in $(seq 30); do
		printf '\tstep_%d(a,  b); \n' "$i"
	done >f
	for i in $(seq 11 25); do
		printf '\tstep_%d(a,  b);%s\n' "$i" "$([ "$i" = 15 ] || echo ' ')"
	done >old
	run -4 --separate-stderr pab-edit --old-file old --new x f
	[ "$(printf '%s\n' "$stderr" | wc -l)" -eq 9 ]
	has $'\n    15\t→step_15(a,··b);·\n' "$stderr"
	has 'nearest is line 11: line 5 of the text differs at column 17: file has 1 blank, text has no blank' "$stderr"
	run -4 --separate-stderr pab-edit --output model --old-file old --new x f
	says ''
	has $'[pab: f: text not found; nearest is line 11' "$output"
	has $'\n    15\t→step_15(a,··b);·' "$output"
}

@test "JSON has the same facts" {
	printf 'a\n\tif (x)\n\t\ty();\n' >f
	run -4 --separate-stderr pab-edit -j --old $'    if (x)\n' --new z f
	says ''
	json '.[0] | .type == "error" and .code == "no_match" and .kind == "tab" and
		.nearest_line == 2 and .line_number == 2 and .text_line == 1 and .column == 1 and
		.file_has == "a tab" and .text_has == "4 blanks" and
		.lines[0] == {"line_number": 2, "line": "\tif (x)"}'
	printf 'f\xff(1);\n' >f
	run -4 --separate-stderr pab-edit -j --old 'f(1);' --new z f
	json '.[0].nearest_line == 1 and (.[0].lines[0] | has("line_b64"))'
	run -4 --separate-stderr pab-edit -j --old 'qqqq' --new z f
	json '.[0] | has("kind") | not'
	printf '\xff\xfea\0\t\0b\0\n\0' >f
	run -4 --separate-stderr pab-edit -j --old 'a b' --new z f
	json '.[0] | .kind == "tab" and .lines[0].line == "a\tb"'
}

@test "the nearest place in a large file, and in one long line" {
	python3 - <<-'END'
		with open("big", "w") as f:
		    for i in range(400000):
		        f.write("\tcall_%d(arg, %d);\n" % (i * 7919 % 1000, i))
		with open("one", "w") as f:
		    f.write("x" * 200000 + "function foo(a, b){return a}" + "y" * 200000)
	END
	run -4 --separate-stderr timeout 30 pab-edit --old $'    call_838(arg, 300002);' --new x big
	has 'nearest is line 300003: it differs at column 1: file has a tab, text has 4 blanks' "$stderr"
	run -4 --separate-stderr timeout 30 pab-edit --old 'function foo(a, b){return b}' --new x one
	has 'text not found; nearest is line 1' "$stderr"
	[ "${#stderr}" -lt 1200 ]
}

@test "nothing is applied that was not asked: only --indent loosens, and says so" {
	printf 'def f():\n\tif x:\n\t\ty()\n\n\tz()\n' >f
	cp f f.orig
	printf '    if x:\n        y()\n' >old
	printf '    if x:\n        while 1:\n            y()\n\n        w()\n' >new
	run -4 --separate-stderr pab-edit --old-file old --new-file new f
	cmp f f.orig
	run -0 --separate-stderr pab-edit --indent --old-file old --new-file new f
	same 'edited f: 1 replacement, line 2 (re-indented: 4 blanks became 1 tab)'
	printf 'def f():\n\tif x:\n\t\twhile 1:\n\t\t\ty()\n\n\t\tw()\n\n\tz()\n' | cmp - f
	cp f.orig f
	run -0 --separate-stderr pab-edit -j --indent --old-file old --new-file new f
	json '.[0].reindented == "re-indented: 4 blanks became 1 tab"'
	# Tabs given, blanks in the file; more, fewer; no indentation at all.
	printf '  a {\n    b\n  }\n' >f
	run -0 --separate-stderr pab-edit --indent --old $'\ta {\n\t\tb' --new $'\ta {\n\t\tb\n\t\t\tc' f
	printf '  a {\n    b\n      c\n  }\n' | cmp - f
	run -0 --separate-stderr pab-edit --indent --old $'a {\n  b' --new $'a {\n  B' f
	printf '  a {\n    B\n      c\n  }\n' | cmp - f
	printf '\r\n    a\r\n\r\n    b\r\n' >f
	run -0 --separate-stderr pab-edit --indent --old $'a\n\nb' --new $'a\n\n  c\nb' f
	printf '\r\n    a\r\n\r\n      c\r\n    b\r\n' | cmp - f
}

@test "--indent: two places, another text, an indentation without rule" {
	printf '\ta();\n\t\ta();\n' >f
	cp f f.orig
	run -4 --separate-stderr pab-edit --indent --old '    a();' --new '    b();' f
	has 'text found 2 times (lines 1, 2)' "$stderr"
	run -4 --separate-stderr pab-edit --indent --old '    b();' --new '    c();' f
	run -4 --separate-stderr pab-edit --indent --old $'    a();\n    a();' --new '    c();' f
	run -4 --separate-stderr pab-edit --indent --old $'    a()' --new $'c()' f
	cmp f f.orig
	run -0 --separate-stderr pab-edit --indent --all --old '    a();' --new '    b();' f
	printf '\tb();\n\t\tb();\n' | cmp - f
	# Exact comes first, and then nothing is said.
	printf 'a\n  a\n' >f
	run -0 --separate-stderr pab-edit --indent --old '  a' --new '  b' f
	same 'edited f: 1 replacement, line 2'
}

@test "text left out is refused in an edit and a write, unless the file has it" {
	printf 'int a;\nint b;\n' >f
	cp f f.orig
	for line in '// ... rest of code unchanged' '# ... existing code ...' '/* ... rest of the file ... */' \
		'<!-- rest of the file remains the same -->' '    … remaining methods unchanged …'; do
		run -2 --separate-stderr pab-edit --old 'int a;' --new "int c;"$'\n'"$line" f
		says 'pab-edit: f: line 2 of the new text stands for text that was left out; write that text, or --literal to mean it'
		run -2 --separate-stderr bash -c 'printf "int c;\n%s\n" "$1" | { pab-write f; }' - "$line"
		has 'pab-write: f: line 2 of the input stands for text that was left out' "$stderr"
		cmp f f.orig
	done
	run -2 --separate-stderr bash -c 'echo "// ... rest of code unchanged" | { pab-write new; }'
	[ ! -e new ]
	run -0 --separate-stderr pab-edit --literal --old 'int a;' --new '// ... rest of code unchanged' f
	run -0 --separate-stderr pab-edit --old '// ... rest of code unchanged' --new $'int c;\n  // ... rest of code unchanged' f
	run -0 --separate-stderr bash -c 'echo "// ... rest of code unchanged" | { pab-write f; }'
	run -0 --separate-stderr bash -c 'echo "# ... rest of the file ..." | { pab-write --literal f; }'
	run -0 --separate-stderr pab-edit --old '# ...' --new '# the rest of this is easy' f
}

@test "--indent: a text without indentation of its own, new lines with some" {
	printf '\ta\n\tb\n' >f
	run -0 --separate-stderr pab-edit --indent --old $'a\nb' --new $'a\n  c' f
	printf '\ta\n\t\tc\n' | cmp - f
	[ "$(grep -c . f)" = 2 ]
}
