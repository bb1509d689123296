#!/bin/bash
# Does an edit change only what it was asked to change? Each row is a file and one edit of
# the line "b" in it, done by each tool.
# usage: fidelity.sh BUILD_DIR TOOL ...    (pab-edit, sed, perl)
# Prints a line a row: its name, and for each tool a tab and "kept", "refused" (nothing was
# changed, and it was said) or what is wrong. Rows that need root say "-" without it.
set -u
build=$(cd "$1" && pwd) || exit 2
shift
tools=("$@")
PATH=$build:$PATH
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS PAB_CWD
export LC_ALL=C PAB_FSYNC=${PAB_FSYNC:-off}
top=$(mktemp -d)
chmod 755 "$top"
trap 'umount "$top/small" 2>/dev/null; rm -rf "$top"' EXIT
export HOME=$top
me=$(id -u)

# edit TOOL OLD NEW FILE ...: the edit; its status is the tool's.
edit() {
	local tool=$1 old=$2 new=$3
	shift 3
	case $tool in
	pab-edit) pab-edit -q --old "$old" --new "$new" "$@" ;;
	sed)
		[ "${old/$'\n'/}" = "$old" ] || return 99
		sed -i "s/$old/$(printf %s "$new" | sed 's/[\\&/]/\\&/g')/" "$@"
		;;
	perl) OLD=$old NEW=$new perl -0pi -e 's/\Q$ENV{OLD}/$ENV{NEW}/' "$@" ;;
	esac 2>"${ERR-err}"
}

# bytes BEFORE AFTER [OLD NEW]: a file of these bytes becomes those.
bytes() {
	printf "$1" >f
	printf "$1" >was
	printf "$2" >want
	edit "$tool" "${3-b}" "${4-B}" f
	local status=$?
	if [ $status -eq 99 ]; then
		echo '-'
	elif cmp -s f want; then
		[ $status -eq 0 ] && echo kept || echo "kept, status $status"
	elif cmp -s f was; then
		[ $status -ne 0 ] && echo refused || echo 'nothing changed, status 0'
	else
		echo "changed: $(od -An -c f | tr -s ' \n' ' ' | cut -c 1-50)"
	fi
}

# prop COMMAND ...: what the command prints of f is the same after an edit.
prop() {
	local was now
	was=$("$@")
	edit "$tool" b B f || { echo "failed: $(head -c 60 err)"; return; }
	now=$("$@")
	grep -q B f || { echo 'not edited'; return; }
	[ "$was" = "$now" ] && echo kept || echo "lost"
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

row_CRLF() { bytes 'a\r\nb\r\nc\r\n' 'a\r\nB\r\nc\r\n'; }
row_CRLF_text_of_two_lines_with_LF() { bytes 'a\r\nb\r\nc\r\n' 'x\r\ny\r\nc\r\n' $'a\nb\n' $'x\ny\n'; }
row_CRLF_and_LF_mixed() { bytes 'a\r\nb\nc\r\nd\n' 'a\r\nB\nc\r\nd\n'; }
row_a_lone_CR() { bytes 'a\rx\nb\nc\n' 'a\rx\nB\nc\n'; }
row_tabs_in_other_lines() { bytes '\ta\nb\n\t\tc\t\n' '\ta\nB\n\t\tc\t\n'; }
row_a_Latin1_byte() { bytes 'caf\351\nb\n' 'caf\351\nB\n'; }
row_UTF16() { bytes '\377\376a\0\n\0b\0\n\0' '\377\376a\0\n\0B\0\n\0'; }
row_byte_order_mark() { bytes '\357\273\277a\nb\n' '\357\273\277a\nB\n'; }
row_no_newline_at_the_end() { bytes 'a\nb' 'a\nB'; }
row_a_NUL() { bytes 'a\0c\nb\n' 'a\0c\nB\n'; }
row_dollar_and_backslash_in_new_text() { bytes 'a\nb\n' 'a\n$&\\1\n' b '$&\1'; }
row_the_text_is_there_twice() { bytes 'b\na\nb\n' 'impossible'; }
row_typographic_quotes_in_the_file() { bytes 'say \342\200\234b\342\200\235\302\240 \n' 'impossible' 'say "b"' 'say "B"'; }
row_mode_4755() { echo b >f; chmod 4755 f; prop stat -c %a f; }
row_another_owner() { [ "$me" = 0 ] || { echo -; return; }; echo b >f; chown 12345:54321 f; prop stat -c %u:%g f; }
row_extended_attributes() { echo b >f; setfattr -n user.pab -v yes f 2>/dev/null || { echo -; return; }; prop getfattr -d f; }
row_ACL() { echo b >f; setfacl -m u:12345:rw f 2>/dev/null || { echo -; return; }; prop getfacl -p f; }
row_a_second_hard_link() { echo b >f; ln f g; prop stat -c %h f; rm -f g; }
row_through_a_symbolic_link() { echo b >g; rm -f f; ln -s g f; prop readlink f; rm -f f g; }
row_a_reader_keeps_the_old_file() { # replaced at once, not written in place
	echo b >f
	exec 5<f
	edit "$tool" b B f
	[ "$(cat <&5)" = b ] && echo kept || echo 'written in place'
	exec 5<&-
}
row_second_of_two_files_is_missing() {
	echo b >f
	rm -f none
	edit "$tool" b B f none
	grep -q b f && echo refused || echo 'first changed'
}
row_sparse_file() {
	echo b >f
	truncate -s 20M f
	local was now
	was=$(stat -c %b f)
	edit "$tool" b B f
	now=$(stat -c %b f)
	[ "$now" -le $((was + 64)) ] && [ "$(stat -c %s f)" = 20971520 ] && echo kept || echo 'holes filled'
}
row_255_byte_name() {
	local name
	name=$(printf '%0255d' 0)
	echo b >"$name"
	edit "$tool" b B "$name"
	[ "$(cat "$name")" = B ] && [ "$(find . -type f | wc -l)" -le 3 ] && echo kept || echo "failed: $(head -c 60 err)"
	rm -f "$name"
}
row_read_only_directory() {
	[ "$me" = 0 ] || { echo -; return; }
	mkdir d
	echo b >d/f
	chown 65534 d/f
	chmod 555 d
	mkdir "$top/nobody" && chown 65534 "$top/nobody"
	as_nobody bash -c "edit() { $(declare -f edit | tail -n +2); }; ERR=/dev/null HOME=/nonexistent PAB_HOME=$top/nobody edit $tool b B d/f" 2>/dev/null
	case $(cat d/f) in
	B) echo kept ;;
	b) echo 'refused' ;;
	*) echo lost ;;
	esac
	chmod 755 d
	rm -rf d "$top/nobody"
}
row_full_disk() {
	[ "$me" = 0 ] && mkdir -p "$top/small" &&
		mount -t tmpfs -o size=64k none "$top/small" 2>/dev/null || { echo -; return; }
	{ echo b; head -c 40000 /dev/zero | tr '\0' x; } >"$top/small/f"
	cp "$top/small/f" was
	local status=0
	edit "$tool" b B "$top/small/f" || status=$?
	if ! cmp -s was "$top/small/f"; then
		echo 'lost'
	elif [ "$(ls -A "$top/small" | wc -l)" -ne 1 ]; then
		echo "left a file behind"
	else
		[ "$status" -ne 0 ] && echo refused || echo 'nothing changed, status 0'
	fi
	umount "$top/small"
}
row_2_GB_file() {
	[ "${LARGE-}" ] || { echo -; return; }
	echo b >f
	truncate -s 2G f
	edit "$tool" b B f
	local status=$? first
	first=$(head -n 1 f)
	if [ "$first" = B ] && [ "$(stat -c %s f)" = 2147483648 ]; then
		echo kept
	elif [ "$first" = b ] && [ $status -ne 0 ]; then
		echo refused
	else
		echo "lost, status $status"
	fi
}

for row in $(declare -F | sed -n 's/.* row_//p'); do
	printf '%s' "${row//_/ }"
	for tool in "${tools[@]}"; do
		dir=$(mktemp -d -p "$top")
		chmod 755 "$dir"
		cd "$dir" || exit 2
		printf '\t%s' "$("row_$row")"
		cd "$top" || exit 2
		rm -rf "$dir"
	done
	echo
done
