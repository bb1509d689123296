#!/usr/bin/env bats
# The records of every program against pab-json(5), both ways: each key that is printed
# stands in the page with a type that fits, and each key of the page is printed by one of
# the calls below.
load helper

# page_keys: "program record key type" of the page's lists, a line each, sorted.
page_keys() {
	sed 's/\\-/-/g' "$TOP/man/pab-json.5" | awk '
	/^\.Ss every program/ { prog = "every"; next }
	/^\.Ss / { prog = $2 }
	/^\.Sh / { prog = "" }
	prog && /^\.It Cm / { record = $3 }
	prog && /^\.It Va / { key = $3; sub(/^\.It Va [^ ]+ Pq /, "")
		print prog, record, key, $0 }' | sort
}

# calls: every form of every program, its name and its output, for the tests below.
calls() {
	local p
	printf '#include <stdio.h>\nint main(void)\n{\n}\n' >a.c
	printf 'caf\xe9\n' >latin1
	printf 'a\r\nb\n' >mixed
	head -c 5000 /dev/zero | tr '\0' x >long
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\200\0\0\1\340' >logo.png
	printf 'bin\0ary' >binary
	: >empty
	mkdir dir
	ln -s a.c link
	ln -s "$(printf 't\xe9')" "$(printf 'n\xe9')"
	for p in pab pab-ls pab-read pab-write pab-edit pab-glob pab-grep pab-exec pab-rm \
		pab-mv pab-cp pab-mkdir pab-state pab-session pab-job pab-rules pab-sub pab-patch \
		pab-undo pab-doctor; do
		: >"$BATS_TEST_TMPDIR/$p"
	done
	call() { # PROGRAM ARG ...: its output goes to the file of its name
		PAB_OUTPUT=json "$@" >last 2>err || : # a summary shows that it ended well
		cat last >>"$BATS_TEST_TMPDIR/$1"
		[ ! -s err ] && tail -n 1 last | grep -q '^{"type":"summary",'
	}
	call pab
	call pab -B local:"$W" --allow "$W/dir"
	call pab -B nonsense
	call pab-ls
	call pab-ls -R missing dir
	call pab-ls --limits rows=1
	call pab-read a.c latin1 mixed long empty missing
	call pab-read --limit 1 a.c
	call pab-read -r 1 -r 3:4 a.c
	call pab-read -b 1:3 a.c
	call pab-read -b 0: latin1
	call pab-read --stat a.c binary
	call pab-read --tags a.c
	call pab-read logo.png
	call pab-read binary
	call pab-write --diff new <a.c
	call pab-write --diff "$(printf 'l\xe9')" <latin1
	call pab-write --new new <a.c
	call pab-edit --diff --all --old m --new mm new
	call pab-edit -n --diff --old caf --new tea latin1 "$(printf 'l\xe9')"
	call pab-edit --old nothere --new x new
	call pab-edit --indent --old '  int mmain(void)' --new '  int mein(void)' new
	call pab-edit --old 'int  mein(void)' --new x new
	printf 'caf\xe9(1, “\n' >nearly
	call pab-edit --old 'caf(1, "' --new x nearly
	call pab-edit --at "$(pab-read -q --tags -r 1 nearly | sed 's/|.*//')" --new x nearly
	rm nearly
	call pab-glob '*'
	call pab-glob 'nothing*'
	call pab-grep -C1 '^int' a.c
	call pab-grep caf
	call pab-grep --limits rows=1 ''
	call pab-grep -C1 --limits columns=20 'x$' long
	call pab-grep x long
	printf '%s\n' "$(printf '%030d' 0)" hit "$(printf '%030d' 0)" |
		call pab-grep -C1 --limits columns=20 hit -
	call pab-grep -c int
	call pab-grep -l caf
	call pab-grep nothinghere missing a.c
	call pab-exec -- printf 'caf\351'
	call pab-exec -- false "$(printf '\xe9')"
	call pab-exec -c "kill -9 \$\$"
	call pab-exec --timeout 100ms -- sleep 9
	call pab-exec --limits bytes=100 -- seq 1000
	call pab-exec --split -c 'printf "\351"; printf "\351" >&2'
	call pab-exec --limits bytes=100 --split -c 'seq 1000; seq 1000 >&2'
	call pab-exec -- nosuchcommand
	call pab-exec -B sandbox -- true
	call pab-exec --mem 200M --cpu 9 --procs 999 --fsize 9M --nofile 99 --core 0 -- true
	mkdir "$(printf 'w\xe9')"
	call pab-exec --bg --split -C "$(printf 'w\xe9')" -- printf '\351' 3>&-
	call pab-job wait k1
	call pab-job read k1
	call pab-exec --bg -c "exec python3 -c 'import socket, time
s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen(); print(1); time.sleep(600)' \"\$@\"" \
		-- "$(printf '\xe9')" 3>&-
	for _ in $(seq 200); do
		pab-job list k2 | grep -q ' :' && break
		sleep 0.05
	done
	call pab-job list
	call pab-job kill k2
	call pab-job gc
	call pab -B composite:/=local:.,/x=local:dir
	call pab-mkdir made "$(printf 'd\xe9')"
	call pab-cp a.c "$(printf 'c\xe9')"
	call pab-cp "$(printf 'c\xe9')" made
	call pab-mv "$(printf 'c\xe9')" "$(printf 'm\xe9')"
	call pab-mv a.c made
	local actor
	actor=$(printf '\xe9')
	cp latin1 "$(printf 's\xe9')"
	call pab-sub caf tea
	call pab-sub --apply --diff --actor "$actor" caf tea "$(printf 's\xe9')"
	call pab-undo
	call pab-undo show "$(pab-undo | cut -c1-8 | head -n 1)"
	call pab-undo --actor "$actor" --last 1
	printf '%s\n' '*** Begin Patch' "*** Update File: $(printf 's\xe9')" \
		"*** Move to: $(printf 'u\xe9')" @@ "-$(cat latin1)" +x '*** End Patch' |
		call pab-patch
	pab-mv -q --actor mover "$(printf 'u\xe9')" "$(printf 'v\xe9')"
	call pab-undo --actor mover --last 1
	call pab-rm "$(printf 'm\xe9')" missing
	call pab-rm -r made
	call pab-state quota pab-test-json --files 9
	call pab-state rm pab-test-json
	call pab-state info pab-test-json
	call pab-rules show --rules readonly
	call pab-rules test --rules readonly read .env latin1
	call pab-rules test --rules permissive execute "echo 'x"
	echo '{"read": {"rules": [{"pattern": "*", "action": "ask"},
		{"pattern": "x", "action": "deny"}]}}' >r.json
	call pab-rules check r.json
	PAB_RULES=default call pab-write ruled <latin1
	call pab-rules pending
	PAB_RULES=r.json call pab-grep x dir
	call pab-doctor --on local
	call pab-session runtimes
	call pab-session open pab-test-json --on local --workspace dir
	call pab-session list
	call pab-session info pab-test-json
	call pab-session close pab-test-json
	call pab-session wake pab-test-json
}

# seen_keys: "program record key type" of all that calls printed, sorted. A key in base64
# counts as its plain one; "b64" says so in the file of that name.
seen_keys() {
	local p
	: >"$BATS_TEST_TMPDIR/b64"
	for p in "$BATS_TEST_TMPDIR"/pab*; do
		jq -r --arg prog "${p##*/}" '
		def leaves($at): if type == "object" then to_entries[] | .key as $k | .value
				| leaves(if $at == "" then $k else $at + "." + $k end)
			elif type == "array" and length > 0 then
				if .[0] | type == "object" then .[] | leaves($at + "[]")
				else [$at, "array of \(.[0] | type)s"] end
			else [$at, type] end;
		.type as $t | del(.type) | leaves("") | [$prog, $t] + . | join(" ")' "$p"
	done | sed -E 's/^(.*)\[\]\.b64 string$/\1 array of strings/' | while read -r line; do
		case $line in
		*_b64\ string)
			echo "${line%_b64 string}" >>"$BATS_TEST_TMPDIR/b64"
			line="${line%_b64 string} string"
			;;
		esac
		printf '%s\n' "$line"
	done | sort -u
}

@test "records are JSON, one a line, type first, of the closed list, a summary last" {
	calls
	local p n=0 list='["entry","file","match","context","edit","write","patch","exec","check",
		"job","session","rule","notice","error","summary"]'
	for p in "$BATS_TEST_TMPDIR"/pab*; do
		# One line is one object: as many lines as values.
		[ "$(wc -l <"$p")" -eq "$(jq -c . "$p" | wc -l)" ]
		[ "$(grep -cv '^{"type":"[a-z]*",' "$p")" = 0 ]
		jq -es "all(.[]; .type as \$t | $list | index(\$t))" "$p" >/dev/null
		jq -es '.[-1].type == "summary"' "$p" >/dev/null
		n=$((n + $(wc -l <"$p")))
	done
	[ "$n" -gt 100 ]
}

@test "numbers are integers, times RFC 3339 with nanoseconds, base64 is what was there" {
	calls
	cat "$BATS_TEST_TMPDIR"/pab* | jq -es 'all(.. | numbers; . == floor)' >/dev/null
	run -0 --separate-stderr jq -rs 'map(.modified_at // empty) | .[]' \
		"$BATS_TEST_TMPDIR/pab-ls"
	[ "${#lines[@]}" -gt 5 ]
	local line
	for line in "${lines[@]}"; do
		[[ $line =~ ^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{9}Z$ ]]
	done
	jq -rs 'map(select(.path == "latin1").content_b64 // empty)[0]' \
		"$BATS_TEST_TMPDIR/pab-read" | base64 -d >got
	cmp got latin1
	jq -rs 'map(.content_b64 // empty) | last' "$BATS_TEST_TMPDIR/pab-read" |
		base64 -d >got
	cmp got logo.png
}

@test "every key that is printed stands in pab-json(5), with a type that fits" {
	calls
	local prog record key type want bad=0
	page_keys >page
	while read -r prog record key type; do
		want=$(sed -n "s/^\($prog\|every\) $record ${key//[\[\]]/.} //p" page)
		case "$want:$type" in
		bytes:string | string:string | time:string) ;;
		integer:number | boolean:boolean | null:null) ;;
		'integer or null:number' | 'integer or null:null') ;;
		'string or null:string' | 'string or null:null') ;;
		'time or null:string' | 'time or null:null') ;;
		'array of integers:array of numbers' | 'array of integers:array') ;;
		'boolean or null:boolean' | 'array of strings:array') ;;
		'array of bytes:array of strings' | 'array of strings:array of strings') ;;
		:array) grep -qF "$prog $record ${key}[]." page || bad=1 ;;
		*)
			printf '%s %s %s is %s; the page says: %s\n' "$prog" "$record" \
				"$key" "$type" "${want:-nothing}" >&2
			bad=1
			;;
		esac
	done < <(seen_keys)
	[ "$bad" -eq 0 ]
}

@test "every key of pab-json(5) is printed" {
	calls
	local prog record key type bad=0
	seen_keys >seen
	[ "$(page_keys | wc -l)" -gt 100 ]
	while read -r prog record key type; do
		[ "$prog" != every ] || prog='[a-z-]*'
		grep -q "^$prog $record ${key//[\[\]]/.} " seen || {
			printf 'never printed: %s %s %s\n' "$prog" "$record" "$key" >&2
			bad=1
		}
	done < <(page_keys)
	[ "$bad" -eq 0 ]
}

@test "keys of type bytes come in base64 when they are not UTF-8, others never" {
	calls
	seen_keys >seen
	page_keys >page
	[ "$(sort -u "$BATS_TEST_TMPDIR/b64" | wc -l)" -ge 8 ]
	local prog record key
	while read -r prog record key; do
		grep -q "^\($prog\|every\) $record ${key//[\[\]]/.} bytes$" page || {
			printf '%s %s %s_b64, but the page says no bytes\n' "$prog" "$record" \
				"$key" >&2
			return 1
		}
	done < <(sort -u "$BATS_TEST_TMPDIR/b64")
}

@test "each key has a meaning in the page" {
	local bad
	bad=$(awk 'key && /^\.(It|El)/ { print key } { key = "" } /^\.It Va / { key = $3 }' \
		"$TOP/man/pab-json.5")
	[ -z "$bad" ]
}
