#!/bin/bash
# Makes what make bench-search searches, once: the Linux kernel source as Debian packs it,
# one file of all its C, a node_modules tree and ripgrep 15 from npm; 4 GB in build/corpora.
# Installs the tools it compares with, then runs bench-search.py.
# usage: bench-search.sh BUILD_DIR [ARG ...], as bench-search.py
set -eu
build=$(cd "$1" && pwd) tests=$(cd "$(dirname "$0")" && pwd)
shift
mkdir -p build/corpora
cd build/corpora
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

if ! command -v fdfind bfs rg npm git >/dev/null; then
	apt-get install -y -q ripgrep fd-find bfs nodejs npm git >&2 || echo "not all tools could be installed" >&2
fi

if [ ! -d linux ]; then
	(umask 022 && mkdir -p deb && cd deb && apt-get download -q linux-source-6.1 >&2)
	dpkg-deb -x deb/linux-source-6.1_*.deb deb/x
	tar -xf deb/x/usr/src/linux-source-6.1.tar.xz -C deb
	# Debian's own rules leave out the whole tree.
	sed -i -e '/^\/\*$/d' -e '/^!\/debian\/$/d' deb/linux-source-6.1/.gitignore
	mv deb/linux-source-6.1 linux
	rm -rf deb
fi
if [ ! -f big.txt ]; then
	find linux -name '*.[ch]' -type f | sort | xargs cat >big.tmp
	mv big.tmp big.txt
fi

npm_install() {
	local dir=$1
	shift
	[ ! -d "$dir" ] || return 0
	mkdir -p "$dir.tmp"
	(cd "$dir.tmp" && npm init -y >/dev/null &&
		npm install --ignore-scripts --no-audit --no-fund --legacy-peer-deps "$@" >&2)
	mv "$dir.tmp" "$dir"
}
npm_install rg15 @vscode/ripgrep@1.18.0
npm_install nm typescript next react react-dom webpack eslint jest @angular/core @angular/cli \
	aws-sdk date-fns lodash lodash-es @mui/material @mui/icons-material core-js rxjs \
	googleapis @babel/core @babel/preset-env prettier vite rollup @types/node antd \
	@ant-design/icons three monaco-editor react-icons @fluentui/react storybook

if [ ! -d small ]; then
	mkdir small.tmp
	find linux/lib -maxdepth 1 -name '*.c' | sort | head -n 20 | xargs cp -t small.tmp
	mv small.tmp small
fi
[ "${1-}" != --corpora ] || exit 0
exec "$tests/bench-search.py" "$build" . "$@"
