# shellcheck shell=bash
# For tests with in-memory trees: loaded after helper. Their names begin with "test-" and
# this file's and test's own number, and they are gone afterwards.

# tree [N]: the name of this test's Nth tree.
tree() {
	echo "test-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER-$PPID-${1:-1}"
}

# tree_dir [N]: where that tree is kept.
tree_dir() {
	local dir
	for dir in /run/user/$EUID /dev/shm/pab-$EUID; do
		[ -d "$dir/pab/state/$(tree "${1:-1}")" ] && echo "$dir/pab/state/$(tree "${1:-1}")"
	done
	return 0
}

# usage [N]: bytes and files, as they are kept: what the programs believe.
usage() {
	cut -d ' ' -f 1,2 <"$(tree_dir "${1:-1}")/usage"
}

# counted [N]: the same, as find(1) counts them.
counted() {
	find "$(tree_dir "${1:-1}")/tree" ! -type d -printf '%y %s\n' | awk '
		{ n++; if ($1 == "f") s += $2 } END { print s + 0, n + 0 }'
}

# temp_of NAME [SLOT]: pab's temporary name for NAME (FNV-1a).
temp_of() {
	local h=$((0xcbf29ce484222325)) i c
	for ((i = 0; i < ${#1}; i++)); do
		printf -v c %d "'${1:i:1}"
		h=$(((h ^ c) * 0x100000001b3))
	done
	printf '.pab-%016x.%d~\n' "$h" "${2:-0}"
}

# facts DIR: every entry with kind, mode, size, time, link, attributes; sorted.
facts() {
	(cd "$1" && find . -type d -printf '%p %y %m %T@\n' -o \
		-printf '%p %y %m %s %T@ %l\n' | sort &&
		find . -type f -print0 | sort -z | xargs -0r sha256sum &&
		find . ! -type l -print0 | sort -z | xargs -0r getfattr -d -m '^user' 2>/dev/null)
}

teardown() {
	local n
	for n in 1 2 3; do
		"$BUILD/pab-state" rm -q "$(tree $n)" 2>/dev/null || :
	done
}
