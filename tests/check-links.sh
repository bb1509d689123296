#!/bin/bash
# A program pays only for what it uses: which shared libraries each one needs.
# usage: check-links.sh BUILD_DIR
set -u
build=$1 bad=0
for path in "$build"/pab*; do
	[ -x "$path" ] && [ ! -d "$path" ] || continue
	name=${path##*/}
	libs=$(readelf -d "$path" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
	case $name in
	pab-serve) want='' ;;
	pab-grep | pab-job | pab-mcp | pab-sub) want='libc.so.6 libcjson.so.1 libpcre2-8.so.0 ' ;;
	pab-session | pab-dial | pab-doctor) want='libc.so.6 libcjson.so.1 libcurl.so.4 ' ;;
	*) want='libc.so.6 libcjson.so.1 ' ;;
	esac
	if [ "$libs" != "$want" ]; then
		echo "$name needs '$libs', not '$want'"
		bad=1
	fi
done
if readelf -l "$build/pab-serve" | grep -q INTERP; then
	echo "pab-serve is not static"
	bad=1
fi
exit $bad
