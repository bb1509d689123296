#!/usr/bin/env bats
# pab-mcp: the protocol, by a client that does what official ones do not (mcp.py).
# shellcheck disable=SC2154 # bats sets $stderr
load helper

client() {
	run -0 --separate-stderr timeout 100 python3 "$TOP/tests/mcp.py" "$@"
	says ''
}

hello='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}'

# ask OPTIONS ... <messages: what comes back, sorted by id, after initialize.
ask() {
	{
		echo "$hello"
		cat
	} >messages
	run -0 --separate-stderr pab-mcp "$@" <messages
	says ''
}

@test "initialize: the revision that both know, else the newest" {
	local v
	for v in 2025-11-25 2025-06-18; do
		echo "${hello/2025-06-18/$v}" >messages
		run -0 --separate-stderr pab-mcp <messages
		json ".[0].result | .protocolVersion == \"$v\" and .capabilities == {\"tools\": {}} and
			.serverInfo.name == \"pab\" and (.instructions | contains(\"$W\"))"
	done
	for v in 2024-11-05 2099-01-01 x; do
		echo "${hello/2025-06-18/$v}" >messages
		run -0 --separate-stderr pab-mcp <messages
		json '.[0].result.protocolVersion == "2025-11-25"'
	done
}

@test "tools/list: the tools, as pab-tools gives them" {
	ask --tools all <<'END'
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
END
	printf '%s\n' "$output" | jq -c 'select(.id == 2).result' >got
	pab-tools schema --format mcp --tools all >want
	cmp got want
	ask --only ls,grep --read-only <<'END'
{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"execute","arguments":{"command":"true"}}}
END
	json '(map(select(.id == 2))[0].result.tools | map(.name)) == ["ls", "grep"] and
		(map(select(.id == 3))[0].error.code == -32602)'
}

@test "metadata alone stands beside the text, which is there once" {
	echo unmistakable >f
	ask <<'END'
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"f"}}}
END
	[ "$(grep -o unmistakable <<<"$output" | wc -l)" -eq 1 ]
	json '.[1].result | ._meta.pab == {"status":0,"truncated":false} and (has("structuredContent") | not)'
	ask --structured <<'END'
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"f"}}}
END
	[ "$(grep -o unmistakable <<<"$output" | wc -l)" -eq 1 ]
	json '.[1].result | .structuredContent == {"status":0,"truncated":false} and (has("_meta") | not)'
}

@test "where it acts: --root, --backend, the variable, the directory; rules" {
	mkdir -p root/sub
	echo inside >root/f
	echo outside >f
	read_f='{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"f"}}}'
	ask --root root <<<"$read_f"
	json '.[1].result.content[0].text == "     1\tinside\n"'
	ask -B local:root <<<"$read_f"
	json '.[1].result.content[0].text == "     1\tinside\n"'
	PAB_BACKEND=local:root ask <<<"$read_f"
	json '.[1].result.content[0].text == "     1\tinside\n"'
	ask <<<"$read_f"
	json '.[1].result.content[0].text == "     1\toutside\n"'
	ask <<<"${read_f/\"f\"/\"/etc/passwd\"}"
	json '.[1].result | .isError and ._meta.pab.code == "outside_root"'
	echo secret >.env
	ask <<<"${read_f/\"f\"/\".env\"}"
	json '.[1].result | .isError and ._meta.pab.code == "denied"'
	run -3 --separate-stderr pab-mcp --root none
	run -2 --separate-stderr pab-mcp -B nonsense
	run -2 --separate-stderr pab-mcp operand
	run -2 --separate-stderr pab-mcp --rules none
	run -0 --separate-stderr pab-mcp </dev/null
	same ''
}

@test "a cancelled call ends with all it started, and is not answered" {
	client cancel
}

@test "long commands tell their progress" {
	client progress
}

@test "40 edits of one file in flight: 40 there and 40 reported, read before or not" {
	client parallel
	same $'40 40\n40 40'
}

@test "a client that vanishes, a server that is killed: nothing is left" {
	client gone
}

@test "the process that waits for a call: killed, given much, its server gone" {
	client ahead
}

@test "questions of the rules go to the client" {
	client elicit
	same "error: [pab: a/b.txt: a person said no. This is a decision, not a fault; do not try another way]
error: [pab: a/b.txt: a person said no. This is a decision, not a fault; do not try another way]
error: [pab: a/b.txt: needs appr
wrote a/b.txt: 1 line, 2 bytes (new)
edited a/b.txt: 1 replacement, line 1
[pab: a/b.txt changed since you read it: line 2; the lines of this edit did not]
error: [pab: c.txt: needs approv"
}

@test "bad JSON, unknown methods, huge messages, half lines: answered, and on it goes" {
	client hostile
}

@test "a client that does not read holds nothing up for good" {
	client slow
}

@test "the ledger is the client's" {
	client ledger
	has 'lines 7-8; the lines of this edit did not' "$output"
	has '(line 10); nothing was written; as they are now:' "$output"
}

@test "a call's program begins as one that is executed" {
	local name
	seq 3 >f
	# The server's own options are not the program's.
	{
		echo "$hello"
		echo '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"edit_file","arguments":{"path":"f","old_string":"2","new_string":"two"}}}'
	} >messages
	run -0 --separate-stderr pab-mcp --quiet --json <messages
	says ''
	json '.[1].result.content[0].text == "edited f: 1 replacement, line 2\n"'
	# Every program of the toolset is in the server: it needs none beside it.
	mkdir alone
	cp "$BUILD/pab-mcp" alone
	for name in $(pab-tools list --tools all | awk '{ print $2 }' | sort -u); do
		grep -q "\"$name\", main_" "$TOP/cmd/pab_mcp_inside.c"
	done
	run -0 --separate-stderr alone/pab-mcp <messages
	says ''
	json '(map(select(.id == 2))[0].result.content[0].text | startswith("[pab: f: text not found"))'
}

@test "at a far end" {
	pab-session open pab-test-mcp --on local --workspace . >/dev/null
	client ledger -B session:pab-test-mcp || {
		pab-session close pab-test-mcp
		return 1
	}
	run -0 --separate-stderr pab-session close pab-test-mcp
}

@test "standard output that cannot be written ends it" {
	run -7 --separate-stderr bash -c 'pab-mcp <<<"$1" >/dev/full' - "$hello"
	has 'no space left' "$stderr"
}
