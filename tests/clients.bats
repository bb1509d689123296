#!/usr/bin/env bats
# The toolset with official clients from npm, which tests/deps.sh ci brings.
# shellcheck disable=SC2154 # bats sets $stderr
load helper

setup() {
	setup_pab
	modules=$TOP/build/npm/node_modules
	[ -e "$TOP/build/npm/have" ] || skip 'tests/deps.sh ci brings npm packages: NOT TESTED'
}

@test "the official MCP SDK" {
	run -0 --separate-stderr timeout 100 node "$TOP/tests/mcp-sdk.mjs" "$modules" "$BUILD/pab-mcp"
	same ok
}

@test "the MCP inspector's command line" {
	echo text >f
	run -0 --separate-stderr node "$modules/.bin/mcp-inspector" --cli "$BUILD/pab-mcp" \
		--method tools/list
	json '.[0].tools | length == 7'
	run -0 --separate-stderr node "$modules/.bin/mcp-inspector" --cli "$BUILD/pab-mcp" \
		--method tools/call --tool-name read_file --tool-arg path=f
	json '.[0].content[0].text == "     1\ttext\n"'
}

@test "schemas and answers fit the vendors' types" {
	run -0 --separate-stderr "$TOP/tests/vendors.sh" "$modules"
}

# agent BACKEND: the whole task there.
agent() {
	PAB_BACKEND=$1 run -0 --separate-stderr timeout 100 node "$TOP/tests/agent.mjs" "$modules"
	same '0 1 1 2 3 5 8 13 21 34 '
}

@test "an agent writes fibonacci.py and runs it: local, a far end" {
	agent local
	[ -s fibonacci.py ]
	mkdir far
	pab-session open pab-test-agent --on local --workspace far >/dev/null
	agent session:pab-test-agent || {
		pab-session close pab-test-agent
		return 1
	}
	run -0 --separate-stderr pab-session close pab-test-agent
	[ -s far/fibonacci.py ]
}
