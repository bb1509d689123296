#!/usr/bin/env bats
# The manual pages, the completions and the README say what the programs do.
#
# A display (".Bd -literal" in a page, "```console" in the README) is a transcript: what
# follows "$ ", and "> " below it, is run by sh in a fresh copy of the tree that fixture()
# makes; the other lines are what it prints, on a terminal. Comments above a display:
#	.\" status 4 0		how its commands end, when not all with 0
#	.\" setup: COMMAND	run before it, with nothing to show
#	.\" output differs: WHY	it is run, what it prints is not compared
#	.\" display only: WHY	it is not run
# shellcheck disable=SC2016,SC2154 # $1 is for other shells; bats sets $stderr
load helper

progs() {
	sed -n 's/^PROGS := //p' "$TOP/Makefile" | tr ' ' '\n'
}

need() {
	command -v "$1" >/dev/null || skip "$1 is not installed: NOT TESTED"
}

fixture() {
	mkdir src
	printf '#include <stdio.h>\n\nint main(void)\n{\n\tputs("hello");\n\treturn 0;\n}\n' \
		>src/hello.c
	printf 'int area(int side);\nint mean(int side);\n' >src/shape.h
	printf '#include "shape.h"\n\nint area(int side)\n{\n\treturn side * side;\n}\n\n%s' \
		"$(printf 'int mean(int side)\n{\n\treturn area(side) / side;\n}\n')" >src/shape.c
	echo >>src/shape.c
	printf '[main]\r\nport=80\r\nlog=on\r\n' >win.ini
	printf 'carol\nalice\nbob\n' >names
	seq 3000 | sed 's/^/line /' >build.log
}

# plain: standard input without mdoc's escapes.
plain() {
	sed -e 's/\\&//g; s/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ti/~/g; s/\\(ha/^/g' \
		-e 's/\\(dq/"/g; s/\\\[u2026\]/…/g; s/\\e/\\/g; s/\\\[u2192\]/→/g'
}

# displays FILE DIR: writes DIR/1, DIR/2, … with the lines of the displays, and DIR/N.about
# with the comments above them. Returns how many there are in $count.
displays() {
	mkdir -p "$2"
	plain <"$1" | awk -v dir="$2" '
	/^(\.\\"|<!--) / { about = about $0 "\n"; next }
	/^\.Bd -literal/ || /^```console/ { n++; inside = 1; printf "" >(dir "/" n)
		printf "%s", about >(dir "/" n ".about"); next }
	/^\.Ed/ || (/^```/ && inside) { inside = 0; about = ""; next }
	inside { print >(dir "/" n); next }
	{ about = "" }
	END { print n + 0 >(dir "/count") }'
	count=$(cat "$2/count")
}

# about N KEY: what the comment KEY above display N says.
about() {
	sed -n "s/^[^ ]* $2:* *//p" "$1.about" | sed 's/ *-->$//'
}

# transcript N: runs display N. Returns 1, with the difference, when it lies.
transcript() {
	local i n status statuses prepare differs
	read -ra statuses < <(about "$1" status)
	prepare=$(about "$1" setup)
	differs=$(about "$1" 'output differs')
	[ -z "$prepare" ] || sh -c "$prepare" || return 1
	n=$(awk -v at="$1" '
		/^\$ / { n++; typed = 1; print substr($0, 3) >(at ".cmd" n)
			printf "" >(at ".want" n); next }
		typed && /^> / { print substr($0, 3) >(at ".cmd" n); next }
		{ typed = 0; print >(at ".want" n) }
		END { print n + 0 }' "$1")
	[ "$n" -gt 0 ] || { echo "no command in display $1" >&2; return 1; }
	for ((i = 1; i <= n; i++)); do
		status=0
		sh -c "$(cat "$1.cmd$i")" >"$1.raw" 2>&1 </dev/null || status=$?
		sed "s#$PWD#/home/me/project#g" "$1.raw" >"$1.got$i"
		if [ "$status" -ne "${statuses[i - 1]:-0}" ]; then
			printf 'status %s, not %s: ' "$status" "${statuses[i - 1]:-0}" >&2
			cat "$1.cmd$i" "$1.raw" >&2
			return 1
		fi
		[ -z "$differs" ] || continue
		if ! diff -u "$1.want$i" "$1.got$i" >&2; then
			echo "(above: what the page says is printed, and what is, by)" >&2
			cat "$1.cmd$i" >&2
			return 1
		fi
	done
}

# transcripts FILE: all of its displays, each in a tree of its own.
transcripts() {
	local shown=$BATS_TEST_TMPDIR/shown i
	displays "$1" "$shown"
	for ((i = 1; i <= count; i++)); do
		[ -z "$(about "$shown/$i" 'display only')" ] || continue
		mkdir "$W/$i"
		cd "$W/$i" || return 1
		fixture
		transcript "$shown/$i" || return 1
	done
}

example_test() { # PAGE LEAST
	local page=$TOP/man/$1
	[ -e "$page" ] || page=$TOP/$1
	transcripts "$page"
	[ "$count" -ge "$2" ]
}

@test "examples: pab(1)" { example_test pab.1 3; }
@test "examples: pab-ls(1)" { example_test pab-ls.1 3; }
@test "examples: pab-read(1)" { example_test pab-read.1 3; }
@test "examples: pab-write(1)" { example_test pab-write.1 3; }
@test "examples: pab-edit(1)" { example_test pab-edit.1 3; }
@test "examples: pab-sub(1)" { example_test pab-sub.1 3; }
@test "examples: pab-patch(1)" { example_test pab-patch.1 3; }
@test "examples: pab-undo(1)" { example_test pab-undo.1 3; }
@test "examples: pab-glob(1)" { example_test pab-glob.1 3; }
@test "examples: pab-grep(1)" { example_test pab-grep.1 3; }
@test "examples: pab-exec(1)" { example_test pab-exec.1 3; }
@test "examples: pab-job(1)" { example_test pab-job.1 3; }
@test "examples: pab-cp(1)" { example_test pab-cp.1 3; }
@test "examples: pab-mv(1)" { example_test pab-mv.1 3; }
@test "examples: pab-rm(1)" { example_test pab-rm.1 3; }
@test "examples: pab-mkdir(1)" { example_test pab-mkdir.1 3; }
@test "examples: pab-state(1)" { example_test pab-state.1 3; }
@test "examples: pab-session(1)" { example_test pab-session.1 3; }
@test "examples: pab-tools(1)" { example_test pab-tools.1 3; }
@test "examples: pab-mcp(1)" { example_test pab-mcp.1 3; }
@test "examples: pab-doctor(1)" { example_test pab-doctor.1 3; }
@test "examples: pab-sandbox(7)" { example_test pab-sandbox.7 2; }
@test "examples: pab-serve(8)" { example_test pab-serve.8 3; }
@test "examples: pab-backends(7)" { example_test pab-backends.7 3; }
@test "examples: pab(7)" { example_test pab.7 3; }
@test "examples: pab-json(5)" { example_test pab-json.5 3; }
@test "examples: pab-examples(7)" { example_test pab-examples.7 8; }
@test "examples: README.md" { example_test README.md 1; }

# What README.md says of pab-edit, row by row. edit_row ROW: that row says "kept" (or $2).
edit_row() {
	grep -qF "| $1 | ${2:-kept} |" "$TOP/README.md" || {
		echo "README.md has no row: $1 | ${2:-kept}" >&2
		return 1
	}
}

# bytes WANT [ARG ...]: pab-edit of "b" to "B" in the file f, or with ARGs, gives WANT.
bytes() {
	local want=$1
	shift
	[ $# -gt 0 ] || set -- --old b --new B
	printf '%b' "$want" >want
	run -0 --separate-stderr pab-edit -q "$@" f
	cmp f want
}

@test "README: what pab-edit keeps, row by row" {
	edit_row CRLF
	printf 'a\r\nb\r\nc\r\n' >f
	bytes 'a\r\nB\r\nc\r\n'
	edit_row 'CRLF, old text of two lines with LF'
	printf 'a\r\nb\r\nc\r\n' >f
	bytes 'x\r\ny\r\nc\r\n' --old $'a\nb\n' --new $'x\ny\n'
	edit_row 'CRLF and LF mixed'
	printf 'a\r\nb\nc\r\nd\n' >f
	bytes 'a\r\nB\nc\r\nd\n'
	edit_row 'a lone CR in a line'
	printf 'a\rx\nb\nc\n' >f
	bytes 'a\rx\nB\nc\n'
	edit_row 'tabs in other lines'
	printf '\ta\nb\n\t\tc\t\n' >f
	bytes '\ta\nB\n\t\tc\t\n'
	edit_row 'a Latin-1 byte elsewhere'
	printf 'caf\xe9\nb\n' >f
	bytes 'caf\xe9\nB\n'
	edit_row UTF-16
	printf '\xff\xfea\0\n\0b\0\n\0' >f
	bytes '\xff\xfea\0\n\0B\0\n\0'
	edit_row 'byte order mark'
	printf '\xef\xbb\xbfa\nb\n' >f
	bytes '\xef\xbb\xbfa\nB\n'
	edit_row 'no newline at the end'
	printf 'a\nb' >f
	bytes 'a\nB'
	edit_row 'a NUL elsewhere'
	printf 'a\0c\nb\n' >f
	bytes 'a\0c\nB\n'
	edit_row "\`\$&\` and \`\\1\` in the new text"
	printf 'a\nb\n' >f
	bytes 'a\n$&\\1\n' --old b --new '$&\1'
	edit_row 'the text is there twice' 'refused, lines named'
	printf 'b\na\nb\n' >f
	run -4 --separate-stderr pab-edit --old b --new B f
	has '(lines 1, 3)' "$stderr"
	[ "$(tr '\n' ' ' <f)" = 'b a b ' ]
}

@test "README: what pab-edit keeps beside the bytes, row by row" {
	echo b >f
	chmod 4755 f
	bytes 'B\n'
	edit_row 'mode 4755'
	[ "$(stat -c %a f)" = 4755 ]
	edit_row 'extended attributes'
	if setfattr -n user.pab -v yes f 2>/dev/null; then
		bytes 'b\n' --old B --new b
		[ "$(getfattr --only-values -n user.pab f)" = yes ]
	fi
	edit_row 'a second hard link'
	echo b >f
	ln f g
	bytes 'B\n'
	cmp f g
	[ f -ef g ]
	rm g
	edit_row 'through a symbolic link'
	echo b >g
	rm f
	ln -s g f
	bytes 'B\n'
	[ -L f ]
	rm f
	edit_row 'replaced by a rename' 'yes; in place with hard links'
	echo b >f
	exec 5<f
	bytes 'B\n'
	[ "$(cat <&5)" = b ]
	edit_row 'second of two files is missing' 'nothing changed'
	run -3 --separate-stderr pab-edit --old B --new c f missing
	[ "$(cat f)" = B ]
	edit_row 'another owner (as root)'
	[ "$(id -u)" = 0 ] || skip 'only root can give a file to another owner: NOT TESTED'
	chown 12345:54321 f
	bytes 'b\n' --old B --new b
	[ "$(stat -c %u:%g f)" = 12345:54321 ]
}

@test "README: 40 pab-edit on one file, three times" {
	local i pids
	grep -qF '| pab-edit | 40, 40, 40 | 40, 40, 40 |' "$TOP/README.md"
	for _ in 1 2 3; do
		seq -f 'line %03g: old' 40 >f
		pids=()
		for i in $(seq -f %03g 40); do
			pab-edit -q --old "line $i: old" --new "line $i: new" f &
			pids+=($!)
		done
		for i in "${pids[@]}"; do
			wait "$i"
		done
		[ "$(grep -c new f)" -eq 40 ]
	done
}

@test "README: pab-exec leaves none of three running" {
	grep -qF 'pab-exec left 0 of them running' "$TOP/README.md"
	local n=86$$
	run -124 --separate-stderr pab-exec --timeout 500ms --grace 100ms -c \
		"sleep $n & setsid sleep $n & (setsid sh -c 'sleep $n & exit' &); sleep $n"
	local left
	left=$(ps -eo args | awk -v n="$n" '$1 == "sleep" && $2 == n' | wc -l)
	[ "$left" -eq 0 ]
	has 'timed out after 500 ms; stopped ' "$stderr"
}

@test "README: an open pipe does not hold pab-grep, a long line is shown around the hit" {
	echo needle >f
	mkfifo pipe
	exec 6<>pipe
	run -0 --separate-stderr timeout 20 pab-grep needle <&6
	same 'f:1:needle'
	{
		head -c 200000 /dev/zero | tr '\0' x
		printf needle
		head -c 200000 /dev/zero | tr '\0' x
		echo
	} >f
	run -0 --separate-stderr pab-grep needle f
	has xneedlex "$output"
	[ "${#output}" -lt 2100 ]
	[ "${#output}" -gt 2000 ]
}

@test "README: the tables are what the programs say" {
	local prog job
	for prog in $(progs); do
		job=$("$prog" --help | sed -n "1s/^$prog: //p")
		[ -n "$job" ]
		grep -qxF "| \`$prog\` | $job |" "$TOP/README.md" || {
			echo "README.md does not say: $prog | $job" >&2
			return 1
		}
		[ "$prog" = pab ] || pab -j | jq -r '.tools[] | "pab-\(.name) \(.job)"' |
			grep -qxF "$prog $job" || {
			echo "pab says something else than: $prog: $job" >&2
			return 1
		}
		grep -qxF ".Nd $job" "$TOP/man/$prog.1"
	done
	[ "$(grep -c '^| `pab' "$TOP/README.md")" -eq "$(progs | wc -l)" ]
	run -2 --separate-stderr pab -B nonsense
	run -0 --separate-stderr pab -B local:"$W"
}

@test "pages: every option of the table stands in its page, and no other does" {
	local prog bad=0
	for prog in $(progs); do
		"$prog" --dump-options | awk -F '\t' '
			$1 != "-" { print "-" $1 }
			$2 != "-" { print "--" $2 }' | sort >table
		[ "$(wc -l <table)" -ge 10 ]
		# Every "Fl" of the page, wherever it stands; "Fl -" alone ends options, and a
		# dot is an option only in a list.
		plain <"$TOP/man/$prog.1" | awk '/^\./ {
			on = 0
			n = split(substr($0, 2), w, " ")
			for (i = 1; i <= n; i++) {
				if (w[i] ~ /^[A-Z][a-z]$/)
					on = w[i] == "Fl"
				else if (on && (w[i] ~ /^(-[a-z][a-z-]*|[A-Za-z0-9])$/ ||
						w[1] == "It" && w[i] == "."))
					print "-" w[i]
			}
		}' | sort -u >page
		diff table page >&2 || { echo "(above: $prog)" >&2; bad=1; }
	done
	[ "$bad" -eq 0 ]
}

@test "pages: the option lists and the completions are current" {
	run -0 --separate-stderr "$TOP/completions/generate" --check "$BUILD"
	same ''
	says ''
}

@test "pages: generate --check tells when something is not current" {
	mkdir -p copy/completions copy/man bin
	cp "$TOP/Makefile" copy
	cp "$TOP"/completions/* copy/completions
	cp "$TOP"/man/* copy/man
	sed -i 's/pab-read: show/&&/; /offset/d' copy/completions/pab.fish
	run -1 --separate-stderr copy/completions/generate --check "$BUILD"
	has '+complete -c pab-read -l offset' "$output"
	run -2 --separate-stderr copy/completions/generate --check bin
	has 'cannot ask' "$stderr"
}

# forms: a usage on standard input, one form a line.
forms() {
	sed 's/ | /\n/g'
}

@test "pages: SYNOPSIS is the usage of --help" {
	need mandoc
	local prog
	for prog in $(progs); do
		"$prog" --help | sed -n '2s/^usage: //p' | forms >usage
		mandoc -O width=300 -T utf8 "$TOP/man/$prog.1" | col -b | awk '
			/^[A-Z]/ { on = /^SYNOPSIS/; next } on && NF' |
			sed 's/^ *//; s/ *$//' >synopsis
		diff usage synopsis >&2 || { echo "(above: $prog)" >&2; return 1; }
	done
}

@test "help: at most 45 lines of 90 columns; synopsis, options, statuses, four examples" {
	local prog
	for prog in $(progs); do
		run -0 --separate-stderr "$prog" --help
		says ''
		[ "${#lines[@]}" -le 45 ]
		printf '%s\n' "$output" >help
		[ "$(LC_ALL=C.UTF-8 wc -L <help)" -le 90 ] || {
			echo "$prog --help has a line of more than 90 columns" >&2
			return 1
		}
		has "usage: $prog " "$output"
		has '-j/--json' "$output"
		has 'exit status: ' "$output"
		[ "$(grep -c '^  [^ -].*  ' help)" -ge 4 ]
		[ "$(sed -n '/^exit status/,$p' help | grep -cE '^  (.*[ |])?pab.*  ')" -ge 4 ]
	done
}

@test "pages: mandoc and groff have nothing to say" {
	need mandoc
	need groff
	local page
	for page in "$TOP"/man/*.[1-8]; do
		run -0 --separate-stderr mandoc -T lint -W warning "$page"
		same ''
		run -0 --separate-stderr groff -ww -mandoc -T utf8 -z "$page"
		same ''
		says ''
	done
}

@test "pages: the sections stand in one order, and none that matters is missing" {
	local page have same_order want=(NAME SYNOPSIS DESCRIPTION ENVIRONMENT FILES EXIT-STATUS
		EXAMPLES SEE-ALSO STANDARDS SECURITY-CONSIDERATIONS)
	for page in "$TOP"/man/*.[1-8]; do
		have=$(sed -n 's/^\.Sh //p' "$page" | sed 's/ /-/g')
		# What there is of the list, in the order of the list, is all there is.
		same_order=$(printf '%s\n' "${want[@]}" | grep -Fx "$have")
		[ "$have" = "$same_order" ] || {
			printf '%s: %s\n' "$page" "$have" >&2
			return 1
		}
		printf '%s\n' "$have" | grep -qx EXAMPLES
		case $page in
		*.1) printf '%s\n' "$have" | grep -qx EXIT-STATUS ;;
		esac
	done
}

@test "pages: EXIT STATUS has every status of --help" {
	local prog n bad=0
	for prog in $(progs); do
		sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It \([0-9]*\)$/\1/p' \
			"$TOP/man/$prog.1" >page
		"$prog" --help | sed -n '/^exit status:/,/^$/p' |
			grep -oE '(^|[:,]) *[0-9]+ ' | tr -dc '0-9\n' | sort -u >help
		[ "$(wc -l <help)" -ge 3 ]
		while read -r n; do
			grep -qx "$n" page || { echo "$prog: no $n in the page" >&2; bad=1; }
		done <help
	done
	[ "$bad" -eq 0 ]
}

@test "pages: what is typed in an example can be copied from the page" {
	need mandoc
	need groff
	local page i line
	for page in "$TOP"/man/*.[1-8]; do
		displays "$page" "$BATS_TEST_TMPDIR/typed/${page##*/}"
		mandoc -T utf8 "$page" | col -b | tr -d ' \t' >mandoc.out
		groff -mandoc -T utf8 -P-c "$page" 2>/dev/null | col -b | tr -d ' \t' >groff.out
		for ((i = 1; i <= count; i++)); do
			grep '^[$>] ' "$BATS_TEST_TMPDIR/typed/${page##*/}/$i" | tr -d ' \t' >typed
			while IFS= read -r line; do
				grep -qF -- "$line" mandoc.out && grep -qF -- "$line" groff.out || {
					printf '%s shows it differently: %s\n' "$page" "$line" >&2
					return 1
				}
			done <typed
		done
	done
}

@test "pages: no display has a character that some formatters make typographic" {
	local page bad=0
	for page in "$TOP"/man/*.[1-8]; do
		awk -v page="${page##*/}" '
			/^\.Bd/ { on = 1; next }
			/^\.Ed/ { on = 0 }
			on && (/[\047^~`]/ || /(^|[^\\])-/) { print page ": " $0; bad = 1 }
			END { exit bad }' "$page" >&2 || bad=1
	done
	[ "$bad" -eq 0 ]
}

@test "pages: what they refer to is there" {
	local page name section bad=0
	for page in "$TOP"/man/*.[1-8]; do
		[ "$(sed -n 's/^\.Dt //p' "$page")" = "$(basename "$page" |
			sed 's/\.\(.\)$/ \1/' | tr '[:lower:]' '[:upper:]')" ]
		while read -r name section; do
			[ -e "$TOP/man/$name.$section" ] || {
				echo "$page refers to $name($section)" >&2
				bad=1
			}
		done < <(sed -nE 's/^\.?.*Xr (pab[a-z-]*) ([1-8]).*/\1 \2/p' "$page")
	done
	[ "$bad" -eq 0 ]
}

# complete WORD ...: what bash completes for the last of the words, a line each.
complete_bash() {
	bash --norc -c '
		. "$1" || exit 9
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$* COMP_POINT=${#COMP_LINE}
		_pab "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - "$TOP/completions/pab.bash" "$@"
}

@test "completions: bash" {
	touch 'a file' other
	mkdir dir
	run -0 --separate-stderr complete_bash pab-read --of
	same --offset
	run -0 --separate-stderr complete_bash pab read --of
	same --offset
	run -0 --separate-stderr complete_bash pab ed
	same edit
	run -0 --separate-stderr complete_bash pab help gr
	same grep
	run -0 --separate-stderr complete_bash pab-read -B local oth
	same other
	run -0 --separate-stderr complete_bash pab-read 'a'
	same 'a file'
	run -0 --separate-stderr complete_bash pab-edit --old-file oth
	same other
	run -0 --separate-stderr complete_bash pab-write --fsync o
	same $'on\noff'
	run -0 --separate-stderr complete_bash pab-write --fsync = of
	same off
	run -0 --separate-stderr complete_bash pab-exec -C d
	same dir
	run -0 --separate-stderr complete_bash pab-exec -- grep --only oth
	same other
	run -0 --separate-stderr complete_bash pab-grep -- oth
	same ''
	run -0 --separate-stderr complete_bash pab-grep -e x oth
	same other
	run -0 --separate-stderr complete_bash pab-read --nosuch
	same ''
}

@test "completions: zsh" {
	need zsh
	run -0 --separate-stderr zsh -f -c 'fpath=($1 $fpath); autoload -Uz _pab; autoload +X _pab' \
		- "$TOP/completions"
	says ''
	# In a terminal of its own, as a person would press the key.
	cat >drive.zsh <<'END'
zmodload zsh/zpty
zpty z "zsh -f -i"
zpty -w z "PS1=; unset zle_bracketed_paste; LISTMAX=0; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; echo re''ady"
zpty -r -m z out '*ready*'
zpty -w -n z $'pab-read --of\t'
zpty -r -m -t z out '*--offset*' || for i in {1..50}; do
	sleep 0.1
	zpty -r -t z more && out+=$more
	[[ $out == *--offset* ]] && break
done
zpty -w -n z $'\C-upab edit --old-f\t'
for i in {1..50}; do
	[[ $out == *--old-file* ]] && break
	sleep 0.1
	zpty -r -t z more && out+=$more
done
print -r -- $out
END
	run -0 --separate-stderr timeout 60 zsh -f drive.zsh "$TOP/completions"
	has --offset "$output"
	has --old-file "$output"
}

@test "completions: fish" {
	need fish
	touch other
	run -0 --separate-stderr fish --no-config -c "source $TOP/completions/pab.fish
		complete -C 'pab-read --of'; complete -C 'pab edit --old-f'; complete -C 'pab ed'; complete -C 'pab help gr'
		complete -C 'pab-write --fsync '; complete -C 'pab-read oth'"
	says ''
	has '--offset' "$output"
	has '--old-file' "$output"
	has $'\nedit' "$output"
	has $'\ngrep' "$output"
	has $'\non' "$output"
	has $'\nother' "$output"
}
