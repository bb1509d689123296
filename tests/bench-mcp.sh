#!/bin/bash
# SPDX-License-Identifier: MIT
# pab-mcp beside npm's server-filesystem, in turns: start to the answer of initialize, a
# read and an edit, bytes of tools/list, resident memory, 40 parallel edits of one file.
# usage: bench-mcp.sh BUILD_DIR; make bench-mcp calls it
set -eu
other=@modelcontextprotocol/server-filesystem@2026.8.31
dir=build/npm-bench
[ -d "$dir/node_modules" ] || {
	mkdir -p "$dir"
	echo '{"private": true}' >"$dir/package.json"
	npm install --prefix "$dir" --no-save --no-audit --no-fund --ignore-scripts "$other" >&2
}
exec python3 tests/bench-mcp.py "$PWD/$1/pab-mcp" \
	"$PWD/$dir/node_modules/.bin/mcp-server-filesystem"
