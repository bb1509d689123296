# shellcheck shell=bash
# For tests with a second user: loaded after helper by the files that have some.

need_root() {
	if [ "$(id -u)" != 0 ]; then
		skip "needs root to become another user"
	fi
}

# open_way: lets that user come as far as $W.
open_way() {
	local dir=$W
	while [ "$dir" != / ] && [ "$dir" != /tmp ]; do
		chmod a+rx "$dir"
		dir=${dir%/*}
		dir=${dir:-/}
	done
}

# as_user CMD...: runs as uid and gid 65534, whose home is $W/nobody.
as_user() {
	open_way
	mkdir -p "$W/nobody"
	chown 65534:65534 "$W/nobody"
	setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$W/nobody" "$@"
}
