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

teardown() {
	[ ! -d "$BATS_TEST_TMPDIR/records" ] || PAB_HOME=$BATS_TEST_TMPDIR/records pab-session -q shutdown
}

# agent BACKEND: the whole task there.
agent() {
	PAB_BACKEND=$1 run -0 --separate-stderr timeout 100 node "$TOP/tests/agent.mjs" "$modules"
	same '0 1 1 2 3 5 8 13 21 34 '
}

# agent_in WHERE OPTION ...: in a session that is opened so, with a workspace of that name.
agent_in() {
	local where=$1
	shift
	mkdir "$where"
	pab-session open "agent-$where" "$@" --workspace "$where" >/dev/null
	agent "session:agent-$where"
	run -0 --separate-stderr pab-session close "agent-$where"
	[ -s "$where/fibonacci.py" ]
}

@test "an agent writes fibonacci.py and runs it: local, a far end, a sandbox" {
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	agent local
	[ -s fibonacci.py ]
	agent sandbox
	agent_in far --on local
	agent_in sandbox --on sandbox
}

@test "an agent writes fibonacci.py and runs it: containers of Docker and Podman" {
	[ "${PAB_TEST_ENGINES-}" ] || skip 'no engines: NOT TESTED'
	export PAB_HOME=$BATS_TEST_TMPDIR/records DOCKER_HOST
	for engine in podman docker; do
		DOCKER_HOST=unix://$PAB_TEST_ENGINES/$engine.sock
		agent_in $engine --image pab-debian
	done
	docker run -d --name agent --network none pab-debian sleep 1000 >/dev/null
	PAB_BACKEND=docker:agent pab-mkdir -q /workspace
	PAB_CWD=/workspace agent docker:agent
	docker rm -f agent >/dev/null
}
