#!/bin/bash
# Installs into an empty directory, runs what is there, uninstalls: nothing may be left.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
make -s install DESTDIR="$dir" PREFIX=/opt/pab
for p in pab pab-ls pab-read pab-write pab-edit pab-glob pab-grep pab-exec; do
	[ -x "$dir/opt/pab/bin/$p" ]
	"$dir/opt/pab/bin/$p" --version >/dev/null
	[ -r "$dir/opt/pab/share/man/man1/$p.1" ]
done
[ -x "$dir/opt/pab/libexec/pab/pab-serve" ]
[ "$("$dir/opt/pab/bin/pab" ls -0 "$dir/opt/pab/libexec/pab" | tr '\0' ' ')" != '' ]
make -s uninstall DESTDIR="$dir" PREFIX=/opt/pab
left=$(find "$dir" -type f -o -type l)
if [ -n "$left" ]; then
	echo "left behind: $left"
	exit 1
fi
