#!/bin/bash
# Shows the seven tools at work on a copy of pab's own source tree, each command printed
# before its output as a person would type it. Stops at the first step that fails.
# usage: demo.sh BUILD_DIR
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
unset "${!PAB_@}"
export PATH=$build:$PATH LC_ALL=C HOME=$dir/home
mkdir -p "$dir/home" "$dir/tree"
(cd "$top" && tar -cf - cmd common man README.md) | tar -xf - -C "$dir/tree" || exit 1
cd "$dir/tree" || exit 1

say() { printf '\n# %s\n' "$*"; }

fail() {
	printf 'demo: this step failed: %s\n' "$*" >&2
	exit 1
}

# run COMMAND: prints and runs it; want N COMMAND: it must end with status N.
run() { want 0 "$1"; }
want() {
	printf '$ %s\n' "$2"
	bash -c "$2"
	local status=$?
	[ "$status" -eq "$1" ] || fail "$2 (status $status, not $1)"
	[ "$1" -eq 0 ] || printf '(status %s)\n' "$status"
}

say 'List, find, search'
run 'pab-ls'
run "pab-glob 'common/{err,num}.*'"
run "pab-grep -w 'num_time' common"
want 1 "pab-grep 'colour\|color' cmd/pab-write.c"

say 'Read: around a hit, a range, what a file is'
line=$(pab-grep -m 1 '^int num_time' common/num.c | cut -d: -f2)
run "pab-read common/num.c:$line"
run 'pab-read -r 1:3 -r -2: README.md'
run 'pab-read --stat common/num.c README.md'

say 'Write and edit: exact, or nothing'
run "printf 'one\ntwo\nthree\n' | pab-write notes/todo.txt"
run "pab-edit <<'END'
notes/todo.txt
<<<<<<< SEARCH
two
=======
two and a half
>>>>>>> REPLACE
END"
want 4 'pab-edit --old e --new E notes/todo.txt'
want 4 'pab-edit --old Three --new 3 notes/todo.txt'
run "pab-edit -w --all --diff --old ERR_STALE --new ERR_CHANGED common/err.h common/err.c"

say 'A file with CRLF line ends and a Latin-1 byte: only the edited bytes change'
run "printf 'caf\351\r\nprice = 1\r\nend\r\n' | pab-write menu.txt && cp menu.txt before.txt"
run "pab-edit --old 'price = 1' --new 'price = 2' menu.txt"
want 1 'cmp -l before.txt menu.txt'
[ "$(cmp -l before.txt menu.txt | wc -l)" -eq 1 ] || fail 'more than one byte changed'

say '40 edits of one file at the same time: 40 survive. And sed -i, for comparison'
for tool in pab-edit sed; do
	seq -f 'line %03g: old' 1 40 >race.$tool
done
run 'for i in $(seq -w 1 40); do pab-edit -q --old "line 0$i: old" --new "line 0$i: new" race.pab-edit & done; wait; grep -c new race.pab-edit'
[ "$(grep -c new race.pab-edit)" -eq 40 ] || fail 'an edit was lost'
want 0 'for i in $(seq -w 1 40); do sed -i "s/line 0$i: old/line 0$i: new/" race.sed & done; wait; grep -c new race.sed || true'

say 'Run: whatever it starts ends with it'
run "pab-exec -c 'echo out; echo err >&2; exit 0'"
want 3 "pab-exec -- sh -c 'exit 3'"
want 124 "pab-exec --timeout 1 -c 'setsid sleep 9876 & sleep 9876'"
pgrep -f 'sleep 9876' >/dev/null && fail 'a process was left'
run "pab-exec --limits bytes=200 -- seq 1 2000"

say 'Confined to a directory: nothing outside it is read or changed'
export PAB_BACKEND=local
printf '$ export PAB_BACKEND=local\n'
run 'ln -s /etc/passwd inside-looking && pab-ls -l | head -n 3'
want 5 'pab-read inside-looking'
want 5 'pab-read ../../../../etc/passwd'
want 3 'pab-read comon/err.h'
run "pab-grep -j -m 1 -F 'openat2(RESOLVE_BENEATH' common | head -n 1"

printf '\nTry: pab\n'
