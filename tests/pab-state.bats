#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load state
load user

# import DOC [ARG ...]: the document's text into this test's tree.
import() {
	printf '%s' "$1" >doc.json
	pab-state import "$(tree)" "${@:2}" <doc.json
}

# refused WHY DOC: status 2, WHY in the message, no tree made by it.
refused() {
	run -2 --separate-stderr import "$2"
	same ''
	has "$1" "$stderr"
	has 'nothing was imported' "$stderr"
	[ -z "$(tree_dir)" ]
}

DOC='{
  "/src/a.py": {
    "content": ["import os", "", "print(\"caf\u00e9 \ud83d\ude00\")", ""],
    "created_at": "2024-05-06T07:08:09.123456+00:00",
    "modified_at": "2025-05-06T07:08:09.000001+00:00"
  },
  "/notes/todo.md": {
    "content": ["no newline at the end"],
    "created_at": "2024-01-01T00:00:00+00:00",
    "modified_at": "2024-01-01T00:00:00+00:00"
  },
  "/empty": {
    "content": [""],
    "created_at": "1999-12-31T23:59:59.999999+00:00",
    "modified_at": "1999-12-31T23:59:59.999999+00:00"
  },
  "/logo.png": {
    "content": ["iVBORw0KGgo", "AAAANSUhEUg=", "="],
    "created_at": "2024-01-01T00:00:00.500000+00:00",
    "modified_at": "2024-01-01T00:00:00.500000+00:00",
    "encoding": "base64"
  }
}'

@test "list, info, quota, rm" {
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" a <<<12345
	run -0 --separate-stderr pab-state list
	has "$(tree): 6 bytes, 1 file" "$output"
	run -0 --separate-stderr pab-state
	has "$(tree): 6 bytes, 1 file" "$output"
	run -0 --separate-stderr pab-state info "$(tree)"
	same "$(tree): 6 bytes, 1 file; at most 268,435,456 bytes, 100000 files"
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 4k --files 7
	same "$(tree): 6 bytes, 1 file; at most 4,096 bytes, 7 files"
	run -0 --separate-stderr pab-state quota "$(tree)" --files 8
	same "$(tree): 6 bytes, 1 file; at most 4,096 bytes, 8 files"
	run -0 --separate-stderr pab-state -j info "$(tree)"
	json ".[0] == {type: \"entry\", name: \"$(tree)\", kind: \"state\", size: 6, files: 1,
		max_bytes: 4096, max_files: 8} and .[1].type == \"summary\""
	run -0 --separate-stderr pab-state rm "$(tree)"
	same "removed $(tree): 1 file, 6 bytes"
	for verb in info export rm quota; do
		run -3 --separate-stderr pab-state $verb "$(tree)"
		says "pab-state: $(tree): no such tree; pab-state list names them"
	done
	[ -z "$(tree_dir)" ]
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 1k
	run -0 --separate-stderr pab-state -j rm "$(tree)"
	json ".[0] == {type: \"write\", name: \"$(tree)\", action: \"remove\", size: 0, files: 0}"
}

@test "usage: status 2" {
	run -2 --separate-stderr pab-state nosuch x
	run -2 --separate-stderr pab-state list x
	run -2 --separate-stderr pab-state info
	run -2 --separate-stderr pab-state info a b
	run -2 --separate-stderr pab-state rm "$(tree)" --replace
	run -2 --separate-stderr pab-state info "$(tree)" --bytes 1
	for name in ../x .hidden '' a/b "$(printf '%065d' 0)" $'a\nb'; do
		run -2 --separate-stderr pab-state quota "$name" --bytes 1
	done
}

@test "PAB_BACKEND is not opened: a tree that was removed does not come back" {
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-write -q a <<<1
	run -0 --separate-stderr pab-state rm -q "$(tree)"
	run -0 --separate-stderr pab-state list
	[ -z "$(tree_dir)" ]
	PAB_BACKEND=nosuch: run -0 --separate-stderr pab-state list
}

@test "a document as the library writes it: loaded to the byte" {
	run -0 --separate-stderr import "$DOC"
	has "$(tree): " "$output"
	says ''
	tree=$(tree_dir)/tree
	printf 'import os\n\nprint("café 😀")\n' | cmp - "$tree/src/a.py"
	printf 'no newline at the end' | cmp - "$tree/notes/todo.md"
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' | cmp - "$tree/logo.png"
	[ -f "$tree/empty" ] && [ ! -s "$tree/empty" ]
	[ "$(stat -c %y "$tree/src/a.py")" = '2025-05-06 07:08:09.000001000 +0000' ]
	[ "$(usage)" = "$(counted)" ]
	run -0 --separate-stderr pab-read -q -B "state:$(tree)" /src/a.py -r 1
	same '     1	import os'
}

@test "and exported to the same content, which Python reads" {
	run -0 --separate-stderr import "$DOC"
	pab-state export "$(tree)" >out.json
	python3 - <<-'PY'
	import base64, datetime, json
	def load(f):
	    docs = json.load(open(f, encoding="utf-8"))
	    for path, d in docs.items():
	        assert path.startswith("/") and set(d) <= {"content", "created_at",
	            "modified_at", "encoding"}, path
	        for k in ("created_at", "modified_at"):
	            d[k] = datetime.datetime.fromisoformat(d[k])
	            assert d[k].utcoffset() == datetime.timedelta(0)
	        if d.get("encoding") == "base64":
	            d["content"] = base64.b64decode("".join(d["content"]), validate=True)
	        else:
	            d["content"] = "\n".join(d["content"])
	    return docs
	a, b = load("doc.json"), load("out.json")
	if a != b:
	    raise SystemExit("%r\n%r" % (a, b))
	PY
}

@test "export, import, export: the same bytes" {
	run -0 --separate-stderr pab-mkdir -B "state:$(tree)" /
	tree=$(tree_dir)/tree
	mkdir -p "$tree/d/e"
	printf 'a\nb' >"$tree/d/e/f"
	printf 'a\0b' >"$tree/nul"
	printf 'caf\xe9' >"$tree/latin1"
	printf '\n\n' >"$tree/lines"
	printf '"\\\t\x01\x7f\r\n' >"$tree/"$'od"d\\ name\t'
	touch -d '0999-01-01T00:00:00Z' "$tree/nul"
	touch -d '9999-12-31T23:59:59.999999999Z' "$tree/lines"
	pab-state export "$(tree)" >one
	run -0 --separate-stderr pab-state import "$(tree)" --replace <one
	pab-state export "$(tree)" >two
	cmp one two
	run -0 --separate-stderr pab-state import "$(tree 2)" <one
	pab-state export "$(tree 2)" >three
	cmp one three
	[ "$(jq -r 'keys | length' one)" = 5 ]
	jq -e '."/nul".modified_at == "0999-01-01T00:00:00.000000+00:00"' one
	python3 -c 'import json; json.load(open("one", encoding="utf-8"))'
}

@test "legacy entries: without encoding, without times, without a slash" {
	run -0 --separate-stderr import '{"a": {"content": ["x"]}, "/b/c": {"content": []}}'
	[ "$(cat "$(tree_dir)/tree/a")" = x ]
	[ ! -s "$(tree_dir)/tree/b/c" ]
	run -0 --separate-stderr import '{}' --replace
	[ "$(usage)" = '0 0' ]
	run -0 --separate-stderr pab-state export "$(tree)"
	same '{}'
}

@test "members that are not known are passed over, and said" {
	run -0 --separate-stderr import '{"/a": {"content": ["x"], "mode": 420, "x": [{}]}}'
	says 'pab-state: left out: 2 members of files that pab does not know'
}

@test "a tree that is not empty takes --replace; links and empty directories are said" {
	run -0 --separate-stderr import '{"/old": {"content": ["x"]}}'
	run -4 --separate-stderr import '{"/new": {"content": ["y"]}}'
	has 'the tree is not empty; --replace' "$stderr"
	[ "$(ls -A "$(tree_dir)/tree")" = old ]
	run -0 --separate-stderr import '{"/new": {"content": ["y"]}}' --replace
	[ "$(ls -A "$(tree_dir)/tree")" = new ]
	[ "$(ls -A "$(tree_dir)" | tr '\n' ' ')" = 'tree usage ' ]
	mkdir -p "$(tree_dir)/tree/a/b" "$(tree_dir)/tree/c"
	ln -s new "$(tree_dir)/tree/l"
	run -0 --separate-stderr pab-state export "$(tree)"
	says 'pab-state: left out, as a document has no place for them: 1 links, 2 empty directories'
	json '.[0] | keys == ["/new"]'
}

@test "refused: what is no JSON, or not as strict as RFC 8259 has it" {
	refused 'at line 1, column 1' ''
	refused 'missing or misplaced' '{"/a": {"content": ["x"]}'
	refused 'something behind the value' '{"/a": {"content": ["x"]}} x'
	refused 'something behind the value' '{} {}'
	refused 'missing or misplaced' "{'/a': {}}"
	refused 'missing or misplaced' '{"/a": {"content": ["x",]}}'
	refused 'missing or misplaced' '{"/a": {"content": ["\x"]}}'
	refused 'hexadecimal' '{"/a": {"content": ["\uZZZZ"]}}'
	refused 'hexadecimal' '{"/a": {"content": ["\u12"]}}'
	refused 'u0000' '{"/a": {"content": ["a\u0000b"]}}'
	refused 'u0000' '{"/a\u0000": {"content": []}}'
	refused 'missing or misplaced' '{"/a": {"content": ["\ud800"]}}'
	refused 'missing or misplaced' '{"/a": {"content": ["\udc00\ud800"]}}'
	refused 'a control byte at line 2' $'{\n"/a\001": {"content": []}}'
	refused 'a control byte' $'{"/a": {"content": ["x\ny"]}}'
	refused 'a byte that is not UTF-8 at line 2, column 4' $'{\n"/a\xff": {"content": []}}'
	refused 'a byte that is not UTF-8' $'{"/a": {"content": ["\xed\xa0\x80"]}}'
	refused 'no number' '{"/a": {"content": [], "n": 01}}'
	refused 'more than 100 levels' "{\"/a\": $(printf '[%.0s' {1..200})"
	refused 'no object of paths' '[]'
	refused 'no object of paths' 'null'
}

@test "refused: keys twice, paths twice, files that are directories" {
	refused "the key '/a' stands twice" '{"/a": {"content": []}, "/a": {"content": []}}'
	refused "the key 'content' stands twice" '{"/a": {"content": [], "content": ["x"]}}'
	refused "the key '/a' stands twice" '{"/a": {"content": []}, "/\u0061": {"content": []}}'
	refused 'a: the path stands twice' '{"/a": {"content": []}, "a": {"content": []}}'
	refused 'a: it is a file and a directory' \
		'{"/a": {"content": []}, "/a!": {"content": []}, "/a/b": {"content": []}}'
	refused 'it is a file and a directory' '{"a/b/c/d": {"content": []}, "/a/b": {"content": []}}'
}

@test "refused: paths that lead out or are no paths" {
	for path in /../x .. /a/../b /a/.. a/./b . / '' // //a /a// a/ "/$(printf '%0256d' 0)" \
		"/.pab-0123456789abcdef.0~" "$(printf '/%099d' {1..50})"; do
		refused ': a' "{\"$path\": {\"content\": [\"x\"]}}"
	done
	[ ! -e ../x ]
}

@test "refused: wrong types, base64, times" {
	refused '/a: its value is no object' '{"/a": "text"}'
	refused '/a: its content is no array of lines' '{"/a": {}}'
	refused '/a: its content is no array of lines' '{"/a": {"content": "text"}}'
	refused '/a: a line that is no string' '{"/a": {"content": ["x", 1]}}'
	refused '/a: a line that is no string' '{"/a": {"content": [null]}}'
	refused '/a: its created_at is no string' '{"/a": {"content": [], "created_at": 5}}'
	refused '/a: its modified_at is no string' '{"/a": {"content": [], "modified_at": null}}'
	refused '/a: its encoding is no string' '{"/a": {"content": [], "encoding": null}}'
	refused '/a: an encoding other' '{"/a": {"content": [], "encoding": "hex"}}'
	for b in A AB ABC 'AB==CD==' 'A===' '====' 'AB=C' 'AB C' 'AB-_' 'AB==x' 'AC=='$'\\n' \
		'AB==AB==' 'AQ=A' 'AR=='; do
		refused '/a: its base64 is damaged' \
			"{\"/a\": {\"content\": [\"$b\"], \"encoding\": \"base64\"}}"
	done
	for time in '' 2024 2024-01-01 2024-13-01T00:00:00 2024-00-01T00:00:00 \
		2023-02-29T00:00:00 2024-04-31T00:00:00 2024-01-01T24:00:00 2024-01-01T00:60:00 \
		2024-01-01T00:00:60 2024-01-01T00:00 2024-01-01T00:00:00. 2024-01-01T00:00:00+24:00 \
		2024-01-01T00:00:00+0 2024-01-01T00:00:00ZZ '2024-01-01T00:00:00 ' ' 2024-1-01T00:00:00' \
		+024-01-01T00:00:00 0000-01-01T00:00:00 0001-01-01T00:00:00+01:00 \
		9999-12-31T23:59:59-00:01 2024-01-01T-1:00:00 yesterday; do
		refused '/a: a time that is not ISO 8601' \
			"{\"/a\": {\"content\": [], \"created_at\": \"$time\"}}"
	done
}

@test "times as Python writes them, all forms" {
	while read -r time want; do
		run -0 --separate-stderr import \
			"{\"/a\": {\"content\": [], \"modified_at\": \"$time\", \"created_at\": \"$time\"}}" \
			--replace
		run -0 --separate-stderr pab-state export "$(tree)"
		json ".[0][\"/a\"].modified_at == \"$want\""
		json ".[0][\"/a\"].created_at == \"$want\""
	done <<-'END'
	2024-02-29T12:00:00.5+00:00 2024-02-29T12:00:00.500000+00:00
	2024-02-29T12:00:00 2024-02-29T12:00:00.000000+00:00
	2024-02-29T12:00:00Z 2024-02-29T12:00:00.000000+00:00
	2024-02-29T12:00:00.123456789+05:30 2024-02-29T06:30:00.123456+00:00
	1969-12-31T23:59:59.25-01:00 1970-01-01T00:59:59.250000+00:00
	0001-01-01T00:00:00+00:00 0001-01-01T00:00:00.000000+00:00
	9999-12-31T23:59:59.999999+00:00 9999-12-31T23:59:59.999999+00:00
	END
}

@test "too large for the quota: refused whole, status 3, no tree made" {
	python3 -c 'import json
print(json.dumps({"/%d" % i: {"content": ["x" * 1000]} for i in range(100001)}))' >doc
	run -3 --separate-stderr pab-state import "$(tree)" <doc
	has 'and the tree may hold 268435456 in 100000; nothing was imported' "$stderr"
	[ -z "$(tree_dir)" ]
	run -0 --separate-stderr pab-state quota "$(tree)" --bytes 4
	run -3 --separate-stderr import '{"/a": {"content": ["12345"]}}'
	run -3 --separate-stderr import '{"/a": {"content": ["MTIzNDU="], "encoding": "base64"}}'
	run -0 --separate-stderr import '{"/a": {"content": ["MTIzNA=="], "encoding": "base64"}}'
	run -3 --separate-stderr import '{"/a": {"content": ["12345"]}}' --replace
	[ "$(cat "$(tree_dir)/tree/a")" = 1234 ]
}

@test "a name that is not UTF-8: no export, not a byte of it" {
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" a <<<x
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" $'z\xff' <<<x
	run -2 --separate-stderr pab-state export "$(tree)"
	same ''
	has 'is not UTF-8 and cannot stand in a document; nothing was exported' "$stderr"
	run -2 --separate-stderr pab-state -j export "$(tree)"
	json '.[0].code == "bad_input" and .[1].type == "summary"'
}

@test "created_at survives edits, writes, moves and copies" {
	run -0 --separate-stderr import "$DOC"
	if ! getfattr --only-values -n user.pab.created "$(tree_dir)/tree/empty" >/dev/null 2>&1; then
		skip 'no user attributes on a tmpfs before Linux 6.6: NOT TESTED'
	fi
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-edit --old os --new sys /src/a.py
	run -0 --separate-stderr pab-write /notes/todo.md <<<new
	run -0 --separate-stderr pab-mv /src/a.py /b.py
	run -0 --separate-stderr pab-mv --to local:. /b.py "$W/b.py"
	run -0 --separate-stderr pab-mv --from local:. "$W/b.py" /c.py
	run -0 --separate-stderr pab-state export "$(tree)"
	json '.[0] | (."/c.py".created_at == "2024-05-06T07:08:09.123456+00:00") and
		(."/notes/todo.md".created_at == "2024-01-01T00:00:00.000000+00:00") and
		(."/notes/todo.md".modified_at > "2026")'
	# A file of our own: its birth is noted by the first change.
	run -0 --separate-stderr pab-write /own <<<1
	born=$(pab-state export "$(tree)" | jq -r '."/own".created_at')
	sleep 0.05
	run -0 --separate-stderr pab-write /own <<<2
	run -0 --separate-stderr pab-edit --old 2 --new 3 /own
	run -0 --separate-stderr pab-state export "$(tree)"
	json ".[0].\"/own\" | .created_at == \"$born\" and .modified_at > \"$born\""
}

@test "killed at every system call: the old tree or the new one" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	printf '{"/o/1": {"content": ["1"]}, "/o/2": {"content": ["2"]}}' >old
	printf '{"/n/1": {"content": ["1"]}, "/n/2": {"content": ["2"]}, "/x": {"content": []}}' >new
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		pab-state import -q "$(tree)" --replace <old >/dev/null
		"$BUILD/killat" -s $n pab-state import "$(tree)" --replace <new >/dev/null &&
			rc=0 || rc=$?
		have=$(cd "$(tree_dir)/tree" && find . -type f | sort | tr '\n' ' ')
		[ "$have" = './o/1 ./o/2 ' ] || [ "$have" = './n/1 ./n/2 ./x ' ] || {
			echo "killed at $n: $have" >&2
			return 1
		}
		[ $rc = 0 ] || break
		run -0 --separate-stderr pab-write -q -B "state:$(tree)" /y <<<1
		[ "$(usage)" = "$(counted)" ]
	done
	[ $rc = 1 ]
	[ "$n" -gt 60 ]
	[ "$(ls -A "$(tree_dir)" | tr '\n' ' ')" = 'home tree usage ' ]
}

@test "killed at every system call: rm leaves the tree or nothing to be seen" {
	export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0
	for ((n = 1; n < 9000; n += ${KILL_STEP:-1})); do
		pab-write -q -B "state:$(tree)" /a/b <<<1
		pab-write -q -B "state:$(tree)" /c <<<1
		"$BUILD/killat" -s $n pab-state rm -q "$(tree)" && rc=0 || rc=$?
		[ -z "$(tree_dir)" ] || [ "$(counted)" = '4 2' ]
		[ $rc = 0 ] || break
	done
	[ $rc = 1 ]
	[ -z "$(tree_dir)" ]
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" /a <<<1
	base=$(dirname "$(tree_dir)")
	run -0 --separate-stderr pab-state list
	[ ! -e "$base/$(temp_of "$(tree)")" ]
}

@test "two imports at once: one of the documents, whole" {
	for i in 1 2; do
		python3 -c "import json
print(json.dumps({'/$i/%d' % i: {'content': ['x' * i]} for i in range(300)}))" >doc$i
	done
	for _ in {1..10}; do
		pab-state import -q "$(tree)" --replace <doc1 >/dev/null &
		pab-state import -q "$(tree)" --replace <doc2 >/dev/null &
		wait
		[ "$(ls "$(tree_dir)/tree" | wc -l)" = 1 ]
		[ "$(usage)" = '44850 300' ]
	done
}

# late COMMAND ...: runs it between the start of a write into the tree and its end.
late() {
	mkfifo in
	pab-write /w <in >out 2>err &
	exec 7>in
	local i
	for ((i = 0; i < 500; i++)); do # until it has opened the tree
		ls -l "/proc/$!/fd" 2>/dev/null | grep -q "$(tree_dir)" && break
		sleep 0.02
	done
	"$@"
	echo x >&7
	exec 7>&-
	wait $! && rc=0 || rc=$?
	rm in
}

@test "what is written into a tree that was replaced or removed meanwhile is not lost" {
	export PAB_BACKEND=state:$(tree)
	printf '{"/doc": {"content": ["1"]}}' >doc
	run -0 --separate-stderr pab-write -q /old <<<x
	late sh -c "pab-state import -q $(tree) --replace <doc"
	[ $rc = 7 ]
	has 'the in-memory tree was replaced or removed meanwhile' "$(cat err)"
	[ "$(ls -A "$(tree_dir)/tree")" = doc ]
	[ "$(usage)" = "$(counted)" ]
	late pab-state rm -q "$(tree)"
	[ $rc = 7 ]
	late true
	[ $rc = 0 ]
	[ "$(ls -A "$(tree_dir)/tree")" = w ]
}

@test "writers and imports at once: the usage is what is there" {
	export PAB_BACKEND=state:$(tree)
	printf '{"/doc": {"content": ["1"]}}' >doc
	for i in {1..15}; do
		pab-write -q /w$i <<<x 2>/dev/null &
		pab-state import -q "$(tree)" --replace <doc >/dev/null &
		wait
		[ "$(usage)" = "$(counted)" ]
	done
}

@test "a usage file that is damaged or gone is counted anew" {
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" /a <<<12345
	for text in '' 'garbage' '-1 -1 50 5' '1 2 3'; do
		printf '%s' "$text" >"$(tree_dir)/usage"
		run -0 --separate-stderr pab-write -q -B "state:$(tree)" /b <<<1
		[ "$(usage)" = '8 2' ]
		run -0 --separate-stderr pab-rm -q -B "state:$(tree)" /b
	done
	rm "$(tree_dir)/usage"
	run -0 --separate-stderr pab-state list
	has "$(tree): 6 bytes, 1 file" "$output"
}

@test "a directory that someone else prepared is refused: status 7, backend" {
	need_root
	[ ! -d /run/user/65534 ] || skip 'that user has a directory of its own: NOT TESTED'
	as_user true
	for way in 'mkdir -m 700' 'mkdir -m 777' 'ln -s /tmp' 'touch'; do
		rm -rf /dev/shm/pab-65534
		$way /dev/shm/pab-65534
		run -7 --separate-stderr as_user pab-state -j list
		json '.[0].code == "backend" and .[0].status == 7'
		run -7 --separate-stderr as_user pab-write -B state /x
	done
	rm -rf /dev/shm/pab-65534
	mkdir -m 755 /dev/shm/pab-65534
	chown 65534:65534 /dev/shm/pab-65534
	run -7 --separate-stderr as_user pab-state list
	chmod 700 /dev/shm/pab-65534
	run -0 --separate-stderr as_user pab-state list
	rm -rf /dev/shm/pab-65534
}

@test "one user's trees are not another's" {
	need_root
	[ ! -e /dev/shm/pab-65534 ] && [ ! -e /run/user/65534 ] ||
		skip 'that user has trees of its own: NOT TESTED'
	run -0 --separate-stderr pab-write -q -B "state:$(tree)" /a <<<x
	run -3 --separate-stderr as_user pab-state info "$(tree)"
	[ "$(stat -c '%a %u' /dev/shm/pab-65534)" = '700 65534' ]
	rm -rf /dev/shm/pab-65534
}

@test "export to a full disk is status 7, and no whole document" {
	run -0 --separate-stderr import "$DOC"
	run -7 --separate-stderr sh -c "pab-state export $(tree) >/dev/full"
	has 'No space left' "$stderr"
	run -7 --separate-stderr sh -c "pab-state export $(tree) >&-"
	run -0 --separate-stderr sh -c "pab-state import $(tree 2) <&- || echo \$?"
	same 2
}

@test "huge: a hundred thousand lines, a file of 30 MB, a thousand directories" {
	python3 - <<-'PY' >doc
	import json
	print(json.dumps({"/big": {"content": ["x" * 30000000]},
	    "/lines": {"content": ["line %d" % i for i in range(100000)]},
	    "/" + "/".join(["d"] * 1000): {"content": ["deep"]}}))
	PY
	run -0 --separate-stderr pab-state import "$(tree)" <doc
	pab-state export "$(tree)" >one
	jq -e 'keys | length == 3' one
	[ "$(tail -n 1 "$(tree_dir)/tree/lines")" = 'line 99999' ]
	[ "$(usage)" = "$(counted)" ]
}
