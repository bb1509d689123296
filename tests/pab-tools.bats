#!/usr/bin/env bats
# pab-tools: schemas, the prompt, calls in the shapes of clients, the ledger.
# shellcheck disable=SC2016,SC2154 # $ is for other shells; bats sets $stderr
load helper

all=ls,read_file,write_file,edit_file,hashline_edit,glob,grep,execute,run_in_background
all=$all,read_output,kill_shell,list_shells,apply_patch,move_file,delete_file

# call NAME ARGUMENTS [OPTION ...]: one call as MCP has it; its text goes to $text.
call() {
	local name=$1 arguments=$2
	shift 2
	printf '{"name":"%s","arguments":%s}\n' "$name" "$arguments" >"$BATS_TEST_TMPDIR/call.json"
	run -0 --separate-stderr pab-tools call "$@" <"$BATS_TEST_TMPDIR/call.json"
	says ''
	text=$(printf '%s\n' "$output" | jq -r '.content[0].text')
	json '.[0] | .content[0].type == "text" and (.isError | type) == "boolean"'
}

is_error() {
	json '.[0].isError == true'
}

@test "schema: seven by default under 4 kB, all fifteen under 7 kB, in every format" {
	local f n
	for f in openai openai-responses anthropic gemini mcp; do
		run -0 --separate-stderr pab-tools schema --format "$f"
		[ "${#output}" -lt 4000 ]
		json '[.. | objects | .name? // empty | strings] ==
			["ls", "read_file", "write_file", "edit_file", "glob", "grep", "execute"]'
		run -0 --separate-stderr pab-tools schema --format "$f" --only "$all"
		[ "${#output}" -lt 7000 ]
		n=$(printf '%s' "$output" | jq '[.. | objects | .name? // empty | strings] | length')
		[ "$n" -eq 15 ]
	done
	run -0 --separate-stderr pab-tools schema --format mcp
	json '.[0].tools | all(.inputSchema.type == "object") and
		all(.inputSchema.required // [] | type == "array") and
		all(.description | length > 20)'
	run -0 --separate-stderr pab-tools schema --format gemini --only list_shells
	json '.[0][0].functionDeclarations[0] | has("parameters") | not'
}

@test "schema: what is chosen, and what the rules leave" {
	names() {
		printf '%s' "$output" | jq -r '[.[].name] | join(" ")'
	}
	run -0 --separate-stderr pab-tools schema --format anthropic --tools all
	[ "$(names)" = "$(echo "$all" | tr , ' ' | sed 's/hashline_edit //')" ]
	run -0 --separate-stderr pab-tools schema --format anthropic --edit-format hashline
	[ "$(names)" = 'ls read_file write_file hashline_edit glob grep execute' ]
	run -0 --separate-stderr pab-tools schema --format anthropic --only glob,ls --only grep
	[ "$(names)" = 'ls glob grep' ]
	run -0 --separate-stderr pab-tools schema --format anthropic --read-only --tools all
	[ "$(names)" = 'ls read_file glob grep read_output list_shells' ]
	run -0 --separate-stderr pab-tools schema --format anthropic --rules readonly
	[ "$(names)" = 'ls read_file glob grep' ]
	PAB_RULES=review run -0 --separate-stderr pab-tools schema --format anthropic
	[ "$(names)" = 'ls read_file glob grep execute' ]
	run -2 --separate-stderr pab-tools schema --format anthropic --only ls,lss
	says "pab-tools: --only: no tool 'lss'; pab-tools list shows them"
	run -2 --separate-stderr pab-tools schema --format yaml
	run -2 --separate-stderr pab-tools schema
	run -2 --separate-stderr pab-tools schema --format mcp --tools most
	run -2 --separate-stderr pab-tools
	run -2 --separate-stderr pab-tools prompt more
	run -2 --separate-stderr pab-tools prompt --ledger L
}

@test "prompt: under 2 kB, each program that it names is there; list: sizes" {
	run -0 --separate-stderr pab-tools prompt --tools all
	[ "${#output}" -lt 2000 ]
	local p
	for p in $(printf '%s' "$output" | grep -o 'pab-[a-z]*' | sort -u); do
		"$p" --version >/dev/null
	done
	has 'pab-exec --bg' "$output"
	run -0 --separate-stderr pab-tools prompt --rules readonly
	case $output in *pab-edit* | *pab-exec*) return 1 ;; esac
	run -0 --separate-stderr pab-tools list --tools all
	[ "${#lines[@]}" -eq 14 ]
	has 'read_file          pab-read' "$output"
}

@test "call: each tool, its arguments to a program, its output as for a model" {
	call write_file '{"path":"d/a.txt","content":"one\ntwo\n"}'
	[ "$text" = 'wrote d/a.txt: 2 lines, 8 bytes (new)' ]
	call write_file '{"path":"d/a.txt","content":""}'
	[ ! -s d/a.txt ]
	call write_file '{"path":"d/a.txt","content":"one\ntwo\n"}'
	call read_file '{"path":"d/a.txt","offset":1,"limit":1}'
	has '     2	two' "$text"
	call read_file '{"path":"d/a.txt:2","limit":null}'
	has '     1	one' "$text"
	call edit_file '{"path":"d/a.txt","old_string":"o","new_string":"0","replace_all":"true"}'
	[ "$(cat d/a.txt)" = $'0ne\ntw0' ]
	call glob '{"pattern":"*.txt","path":"d"}'
	[ "$text" = d/a.txt ]
	call grep '{"pattern":"w"}'
	[ "$text" = d/a.txt ]
	call grep '{"pattern":"w","output_mode":"content","glob_pattern":"*.txt"}'
	[ "$text" = $'d/a.txt\n2:tw0' ]
	call grep '{"pattern":"w","output_mode":"count"}'
	[ "$text" = d/a.txt:1 ]
	echo w >.hidden
	call grep '{"pattern":"w","ignore_hidden":false}'
	has .hidden "$text"
	call ls '{}'
	has d/ "$text"
	call execute '{"command":"echo out; exit 3","timeout":"9"}'
	[[ $text =~ ^out$'\n'\[pab:\ exit\ 3\ after ]]
	json '.[0] | .isError == false and ._meta.pab.status == 3'
	call execute '{"command":"true"}'
	[ "$text" = '[pab: no output]' ]
	call execute '{"command":"sleep 9","timeout":0}'
	is_error
	call move_file '{"source":"d/a.txt","destination":"b.txt"}' --tools all
	call delete_file '{"path":"b.txt"}' --tools all
	[ ! -e b.txt ]
	call apply_patch '{"patch":"*** Begin Patch\n*** Add File: n\n+x\n*** End Patch\n"}' --tools all
	[ "$(cat n)" = x ]
}

@test "call: edits by line tags" {
	printf 'a\nb\nc\n' >f
	hash_of() { # LINE
		call read_file '{"path":"f"}' --edit-format hashline
		printf '%s\n' "$text" | sed -n "s/^$1:\(....\)|.*/\1/p"
	}
	edit() {
		call hashline_edit "$1" --edit-format hashline
	}
	edit '{"path":"f","start_line":2,"start_hash":"'"$(hash_of 2)"'","new_content":"B"}'
	edit '{"path":"f","start_line":0,"insert_after":true,"new_content":"top"}'
	edit '{"path":"f","start_line":4,"start_hash":"4:'"$(hash_of 4)"'","insert_after":true,"new_content":"\n"}'
	[ "$(cat f; echo .)" = $'top\na\nB\nc\n\n.' ]
	edit '{"path":"f","start_line":1,"start_hash":"'"$(hash_of 1)"'","end_line":2,"end_hash":"'"$(hash_of 2)"'","new_content":""}'
	[ "$(cat f; echo .)" = $'B\nc\n\n.' ]
	edit '{"path":"f","start_line":1,"start_hash":"0000","new_content":"x"}'
	is_error
	json '.[0]._meta.pab.code == "stale"'
	local bad
	for bad in '"start_line":-1,"start_hash":"0000"' '"start_line":1' '"start_line":0' \
		'"start_line":1,"start_hash":"0000","end_line":2' \
		'"start_line":1,"start_hash":"0000","end_line":2,"end_hash":"0000","insert_after":true'; do
		edit "{\"path\":\"f\",\"new_content\":\"x\",$bad}"
		is_error
		has 'hashline_edit: ' "$text"
	done
}

@test "call: background commands" {
	call run_in_background '{"command":"echo begun; exec sleep 600"}' --tools all 3>&-
	local id=$text
	json '.[0]._meta.pab.shell_id | test("^k[0-9]+$")'
	call list_shells '{}' --tools all
	has "$id running" "$text"
	for _ in $(seq 200); do
		call read_output "{\"shell_id\":\"$id\"}" --tools all
		case $text in *begun*) break ;; esac
		sleep 0.05
	done
	has begun "$text"
	call read_output "{\"shell_id\":\"$id\"}" --tools all
	has 'no new output' "$text"
	call kill_shell "{\"shell_id\":\"$id\"}" --tools all
	has "$id: killed" "$text"
}

@test "call: a call in each client's shape is answered in that shape" {
	echo text >f
	cat >calls <<'END'
{"name":"read_file","arguments":{"path":"f"}}
{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"f"}}}
{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{\"path\":\"f\"}"}}
{"type":"function_call","call_id":"c2","name":"read_file","arguments":"{\"path\":\"no\"}"}
{"type":"tool_use","id":"t1","name":"read_file","input":{"path":"no"}}
{"functionCall":{"id":"g1","name":"read_file","args":{"path":"f"}}}
{"functionCall":{"name":"read_file","args":{"path":"no"}}}

[{"type":"tool_use","id":"t2","name":"ls","input":{}},{"id":"c3","function":{"name":"ls","arguments":""}}]
END
	run -0 --separate-stderr pab-tools call <calls
	says ''
	json 'length == 9 and (.[0].content[0].text == "     1\ttext\n") and
		(.[1] | .jsonrpc == "2.0" and .id == 7 and (.result.isError | not)) and
		(.[2] == {"role":"tool","tool_call_id":"c1","content":"     1\ttext\n"}) and
		(.[3] == {"type":"function_call_output","call_id":"c2","output":"[pab: no: no such file]\n"}) and
		(.[4] | .type == "tool_result" and .tool_use_id == "t1" and .is_error) and
		(.[5].functionResponse | .id == "g1" and .name == "read_file" and
			.response.output == "     1\ttext\n") and
		(.[6].functionResponse | has("id") | not) and .[6].functionResponse.response.error and
		(.[7] | .tool_use_id == "t2" and (has("is_error") | not)) and
		(.[8].tool_call_id == "c3")'
}

@test "call: a picture is one" {
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\200\0\0\1\340' >p.png
	call read_file '{"path":"p.png"}'
	[ "$text" = 'p.png: PNG image, 640x480, 24 bytes' ]
	printf '%s' "$output" | jq -r '.content[1].data' | base64 -d >got
	cmp got p.png
	json '.[0].content[1] | .type == "image" and .mimeType == "image/png"'
	printf '%s\n' '{"type":"tool_use","id":"t","name":"read_file","input":{"path":"p.png"}}' \
		'{"functionCall":{"name":"read_file","args":{"path":"p.png"}}}' >calls
	run -0 --separate-stderr pab-tools call <calls
	json '(.[0].content[1].source | .type == "base64" and .media_type == "image/png") and
		(.[1].functionResponse.parts[0].inlineData.data | startswith("iVBOR"))'
	truncate -s 5M p.png
	call read_file '{"path":"p.png"}'
	has 'too large to be shown' "$text"
	json '.[0].content | length == 1'
}

@test "call: what cannot be understood, and arguments that do not fit" {
	echo x >f
	printf '%s\n' '{' '{"name":"ls","arguments":{}}' >calls
	run -2 --separate-stderr pab-tools call <calls
	has 'no JSON that pab takes' "$stderr"
	json 'length == 1'
	echo '3' >calls
	run -2 --separate-stderr pab-tools call <calls
	json '.[0].isError'
	echo '{"type":"tool_use","id":"t","input":{}}' >calls
	run -2 --separate-stderr pab-tools call <calls
	json '.[0].is_error and .[0].tool_use_id == "t"'
	call nothing '{}'
	is_error
	[ "$text" = "[pab: no tool 'nothing'; there is ls, read_file, write_file, edit_file, glob, grep, execute]" ]
	call move_file '{"source":"f","destination":"g"}'
	is_error
	local a
	for a in '{}' '[]' '{"path":3}' '{"path":"f","limit":"many"}' '{"path":"f","limit":1.5}' \
		'{"path":"f","line":1}' '{"path":null}' '{"path":"f","offset":-3}'; do
		call read_file "$a"
		is_error
		json '.[0]._meta.pab.code == "usage"'
	done
	call grep '{"pattern":"x","output_mode":"all"}'
	[ "$text" = '[pab: grep: output_mode is one of files_with_matches, content, count]' ]
	: >calls
	run -0 --separate-stderr pab-tools call <calls
	same ''
}

@test "call: nothing of the arguments goes through a shell or becomes an option" {
	local name
	for name in '$(touch hacked)' '`touch hacked`' '; touch hacked' -- --help -rf - '@x' 'a b' "it's"; do
		call write_file "{\"path\":$(jq -n --arg n "$name" '$n'),\"content\":\"$name\"}"
		[ "$(cat "./$name")" = "$name" ]
		call read_file "{\"path\":$(jq -n --arg n "./$name" '$n')}"
		has "$name" "$text"
	done
	[ ! -e hacked ]
	call write_file "{\"path\":\"new\\nline\",\"content\":\"x\"}"
	[ -e $'new\nline' ]
	call grep '{"pattern":"--files-with-matches"}'
	call glob '{"pattern":"-rf"}'
	[ "$text" = ./-rf ]
	call read_file '{"path":"/etc/passwd"}'
	is_error
	json '.[0]._meta.pab.code == "outside_root"'
}

@test "call --ledger: an edit of what changed since it was read" {
	seq -f 'line %g' 10 >f
	call edit_file '{"path":"f","old_string":"line 2","new_string":"LINE 2"}' --ledger L
	call read_file '{"path":"f"}' --ledger L
	sed -i 's/line 8/line eight/' f
	# Lines that are as they were read: done, and said.
	call edit_file '{"path":"./f","old_string":"line 3\nline 4","new_string":"x"}' --ledger L
	[ "$text" = $'edited f: 1 replacement, line 3\n[pab: ./f changed since you read it: line 8; the lines of this edit did not]' ]
	# And again without a word, as what it wrote is known.
	call edit_file '{"path":"f","old_string":"x","new_string":"y"}' --ledger L
	[ "$text" = 'edited f: 1 replacement, line 3' ]
	# Its own line changed: refused, shown, and then known.
	sed -i 's/line 9/line nine/' f
	local was
	was=$(cat f)
	call edit_file '{"path":"f","old_string":"line nine","new_string":"z"}' --ledger L
	is_error
	[ "$text" = $'[pab: f: changed since you read it (line 8); nothing was written; as they are now:]\n     8\tline nine' ]
	[ "$(cat f)" = "$was" ]
	call edit_file '{"path":"f","old_string":"line nine","new_string":"z"}' --ledger L
	[ "$text" = 'edited f: 1 replacement, line 8' ]
	# Several places, of which one changed.
	seq 5 >g
	call read_file '{"path":"g"}' --ledger L
	printf '1\n2\n3\n4\n5\n1\n' >g
	call edit_file '{"path":"g","old_string":"1","new_string":"one\nmore","replace_all":true}' --ledger L
	is_error
	[ "$(grep -c one g)" = 0 ]
	# A text that is not there: its own error, and why that may be.
	call edit_file '{"path":"f","old_string":"line 8","new_string":"z"}' --ledger L
	is_error
	json '.[0]._meta.pab.code == "no_match"'
}

@test "call --ledger: write_file, tags, files that go and come" {
	seq 3 >f
	call read_file '{"path":"f"}' --ledger L --edit-format hashline
	local tag=${text#*:}
	sed -i 's/3/three/' f
	call write_file '{"path":"'"$PWD"'//f","content":"mine\n"}' --ledger L
	is_error
	has '(line 3)' "$text"
	[ "$(cat f)" = $'1\n2\nthree' ]
	sed -i 's/2/two/' f
	call hashline_edit '{"path":"f","start_line":1,"start_hash":"'"${tag%%|*}"'","new_content":"one"}' \
		--ledger L --edit-format hashline
	has 'the lines of this edit did not' "$text"
	call write_file '{"path":"f","content":"mine\n"}' --ledger L
	[ "$(cat f)" = mine ]
	rm f
	call edit_file '{"path":"f","old_string":"mine","new_string":"x"}' --ledger L
	is_error
	json '.[0]._meta.pab.code == "not_found"'
	call write_file '{"path":"f","content":"again\n"}' --ledger L
	[ "$(cat f)" = again ]
	# More changed than is shown: to be read again.
	seq 1000 >big
	call read_file '{"path":"big"}' --ledger L
	seq 2 2000 >big
	call edit_file '{"path":"big","old_string":"1500\n","new_string":"x\n"}' --ledger L
	is_error
	has 'read it again before you change it' "$text"
}

@test "call --ledger: a ledger that is torn, hostile or no file" {
	echo x >f
	call read_file '{"path":"f"}' --ledger L
	printf 'garbage\n\n local%%0a/f 00\nlocal%%0a/f zz zz\nlocal%%0a/f ' >>L
	call edit_file '{"path":"f","old_string":"x","new_string":"y"}' --ledger L
	[ "$(cat f)" = y ]
	mkfifo pipe
	run -3 --separate-stderr pab-tools call --ledger pipe <"$BATS_TEST_TMPDIR/call.json"
	mkdir dir
	run -3 --separate-stderr pab-tools call --ledger dir <"$BATS_TEST_TMPDIR/call.json"
	run -3 --separate-stderr pab-tools call --ledger no/dir <"$BATS_TEST_TMPDIR/call.json"
}

@test "call --ledger: old lines are dropped when there are many" {
	seq 1 200000 >f
	printf '{"name":"read_file","arguments":{"path":"f","limit":1}}\n%.0s' $(seq 12) >calls
	run -0 --separate-stderr pab-tools call --ledger L <calls
	[ "$(wc -c <L)" -lt 13000000 ]
	echo 0 >>f
	call write_file '{"path":"f","content":"x"}' --ledger L
	is_error
}

@test "call --ledger: a ledger is made small in one step, whoever else writes" {
	local i pids=()
	seq 1 200000 >f
	printf '{"name":"read_file","arguments":{"path":"f","limit":1}}\n%.0s' $(seq 6) >calls
	run -0 --separate-stderr pab-tools call --ledger L <calls
	[ "$(wc -c <L)" -gt 8388608 ]
	# The old file, by another name, is never written to from where it is replaced.
	ln L old
	cp old before
	chmod 640 L
	for i in 1 2 3 4 5 6 7 8; do
		echo "$i" >"g$i"
		echo '{"name":"read_file","arguments":{"path":"g'"$i"'"}}' |
			pab-tools call --ledger L >/dev/null &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(wc -c <L)" -lt 8388608 ]
	[ "$(stat -c %a L)" = 640 ]
	cmp before <(head -c "$(wc -c <before)" old)
	for i in 1 2 3 4 5 6 7 8; do grep -q "/g$i [0-9a-f]" L; done
	run -0 --separate-stderr ls -A
	[ "$(ls -A | grep -c '^\.pab')" = 0 ]
}

# patch TEXT: apply_patch of it.
patch() {
	call apply_patch "$(jq -nc --arg p "$1" '{patch: $p}')" --tools all --ledger L
}

@test "call --ledger: apply_patch is held to what was read, as edit_file is" {
	local was
	seq -f 'line %g' 30 >f
	call read_file '{"path":"f"}' --ledger L
	sed -i 's/line 28/line twentyeight/' f
	# The lines of the patch are as they were read: done, and said.
	patch $'--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n line 2\n-line 3\n+LINE 3\n+more\n line 4\n'
	[ "$text" = $'patched f: 1 hunk, +2 -1\n[pab: f changed since you read it: line 28; the lines of this patch did not]' ]
	# What it wrote is known: by the next patch, and by an edit.
	patch $'*** Begin Patch\n*** Update File: f\n-more\n+less\n*** End Patch\n'
	[ "$text" = 'patched f: 1 hunk, +1 -1' ]
	call edit_file '{"path":"f","old_string":"less","new_string":"none"}' --ledger L
	[ "$text" = 'edited f: 1 replacement, line 4' ]
	# A line of its second hunk changed: refused, shown, and then known.
	sed -i 's/line 20/line twenty/' f
	was=$(cat f)
	patch $'--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n+top\n line 1\n@@ -21,1 +22,1 @@\n-line twenty\n+x\n'
	is_error
	[ "$text" = $'[pab: f: changed since you read it (line 21); nothing was written; as they are now:]\n    21\tline twenty' ]
	json '.[0]._meta.pab.code == "stale"'
	[ "$(cat f)" = "$was" ]
	patch $'--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n+top\n line 1\n@@ -21,1 +22,1 @@\n-line twenty\n+x\n'
	[ "$text" = 'patched f: 2 hunks, +2 -1' ]
	# One file of two changed: neither is written. A removal is of all lines.
	echo two >g
	call read_file '{"path":"g"}' --ledger L
	echo other >>g
	patch $'*** Begin Patch\n*** Update File: f\n-top\n+TOP\n*** Delete File: g\n*** End Patch\n'
	is_error
	has 'g: changed since you read it' "$text"
	[ -e g ]
	[ "$(head -n 1 f)" = top ]
	# A patch that does not fit has its own error.
	patch $'--- a/f\n+++ b/f\n@@ -1 +1 @@\n-nothing like it\n+x\n'
	is_error
	json '.[0]._meta.pab.code == "no_match"'
}

@test "call --ledger: what is moved stays known, what is deleted does not" {
	local at
	mkdir -p d/e into
	for at in f d/e/g h k m; do seq 3 >$at; done
	for at in f d/e/g h k m; do call read_file '{"path":"'$at'"}' --ledger L; done
	call move_file '{"source":"f","destination":"new name"}' --tools all --ledger L
	call move_file '{"source":"./d","destination":"'"$PWD"'/dir"}' --tools all --ledger L
	call move_file '{"source":"m","destination":"into"}' --tools all --ledger L
	patch $'diff --git a/k b/l\nrename from k\nrename to l\n'
	for at in 'new name' dir/e/g l into/m; do
		echo changed >"$at"
		call write_file '{"path":"'"$at"'","content":"x"}' --ledger L
		is_error
		has 'changed since you read it' "$text"
	done
	# The old names are nobody's, and so are deleted ones: what is there now was never read.
	call delete_file '{"path":"h"}' --tools all --ledger L
	for at in f d/e/g h k m; do
		mkdir -p d/e
		echo another >"$at"
		call write_file '{"path":"'$at'","content":"x"}' --ledger L
		[ "$(cat $at)" = x ]
	done
}

@test "facts: what a program that calls is told beside the text" {
	printf 'a\nb\n' >f
	export PAB_OUTPUT=model+facts
	run -0 --separate-stderr pab-read f
	same $'     1\ta\n     2\tb'
	has "sums $(sha256sum f | cut -d' ' -f1) " "$stderr"
	[ "${#stderr}" -eq 86 ]
	run -0 --separate-stderr pab-read --limits bytes=1 f
	has truncated "$stderr"
	run -3 --separate-stderr pab-read none
	says 'code not_found'
	run -0 --separate-stderr pab-edit --old b --new c f
	has "sums $(sha256sum f | cut -d' ' -f1) " "$stderr"
	run -0 --separate-stderr pab-edit -n --old c --new d f
	says ''
	: >e
	run -0 --separate-stderr pab-write --empty f <e
	has ' -' "$stderr"
}

@test "call --ledger: what was deleted is forgotten" {
	echo one >f
	call read_file '{"path":"f"}' --ledger L
	call delete_file '{"path":"./f"}' --tools all --ledger L
	[ ! -e f ]
	echo another >f
	call write_file '{"path":"f","content":"mine\n"}' --ledger L
	[ "$(cat f)" = mine ]
}
