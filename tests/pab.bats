#!/usr/bin/env bats
load helper

@test "pab: where am I, in under 25 lines" {
	run -0 --separate-stderr pab
	says ""
	[ "$(wc -l <<<"$output")" -lt 25 ]
	has "directory  $W" "$output"
	has "paths      not confined" "$output"
	has "commands   not confined" "$output"
	has "backend    none named: this host (rules: none)" "$output"
	local name
	for name in ls read write edit glob grep exec; do
		has "
pab-$name " "$output"
	done
}

@test "pab: a confined place says its roots and what keeps it" {
	mkdir -p root/sub other
	run -0 --separate-stderr pab -B "local:$W/root" --allow "$W/other"
	has "backend    local:$W/root (rules: none)" "$output"
	has "also       $W/other" "$output"
	has "directory  $W/root" "$output"
	has "kept below the root" "$output"
	cd root/sub
	run -0 --separate-stderr pab -B "local:$W/root"
	has "directory  $W/root/sub (root: $W/root)" "$output"
	[ "$(wc -l <<<"$output")" -lt 25 ]
	PAB_BACKEND=local:$W/root run -0 --separate-stderr pab -j
	json ".[0].cwd == \"$W/root/sub\" and .[0].roots == [\"$W/root\"]"
	json '.[0].enforced.paths | . == "openat2" or . == "walk"'
	json '.[0].enforced.commands == "none" and .[0].rules == null'
	json 'length == 1 and .[0].type == "summary" and .[0].status == 0'
	json ".[0].backend == \"local:$W/root\" and (.[0].tools | length) == $(($(sed -n "s/^PROGS := //p" "$TOP/Makefile" | wc -w) - 1))"
}

@test "pab: what is enforced follows what the kernel can" {
	command -v no_openat2 >/dev/null || skip "no_openat2 is not built"
	run -0 --separate-stderr no_openat2 pab -B local -j
	json '.[0].enforced.paths == "walk"'
}

@test "pab: a name with control bytes is shown escaped" {
	local d=$W/$'a\nb'
	mkdir "$d"
	run -0 --separate-stderr pab -B "local:$d"
	has "directory  \$'$W/a\\nb'" "$output"
}

@test "pab NAME runs pab-NAME with its arguments and status" {
	run -3 --separate-stderr pab exec -c 'echo "$1"; exit 3' -- 'a b'
	same "a b"
	has "pab-exec: exit 3" "$stderr"
	run -0 --separate-stderr pab pab-exec -q -- true
	PATH=/usr/bin:/bin run -0 --separate-stderr "$BUILD/pab" exec -- true
	run -0 --separate-stderr pab exec --version
	has "pab-exec " "$output"
}

@test "pab: no such tool" {
	run -2 --separate-stderr pab exce
	says "pab: no tool 'exce'; did you mean exec?"
	run -2 --separate-stderr pab ../pab-exec
	run -2 --separate-stderr pab ''
	run -2 --separate-stderr pab xyzzy
	says "pab: no tool 'xyzzy'; pab shows them all"
	PAB_OUTPUT=json run -2 --separate-stderr pab xyzzy
	json '.[0].type == "error" and .[0].code == "usage" and .[1].type == "summary"'
	run -2 --separate-stderr pab -j exec
	has "options go behind the name" "$output"
}

@test "pab help" {
	run -0 --separate-stderr pab help
	local all=$output
	run -0 --separate-stderr pab --help
	same "$all"
	[ "${#lines[@]}" -le 45 ]
	run -0 --separate-stderr pab-exec --help
	all=$output
	run -0 --separate-stderr pab help exec
	same "$all"
	run -2 --separate-stderr pab help exce
	run -0 --separate-stderr pab --version
	has "pab 0" "$output"
}

@test "pab: a wrong backend, and output that cannot be written" {
	PAB_BACKEND=nowhere: run -2 --separate-stderr pab
	has "no backend 'nowhere:'" "$stderr"
	run -7 --separate-stderr sh -c 'pab >/dev/full'
	run -7 --separate-stderr sh -c 'pab --help >&-'
}

@test "pab-serve: every tool by name, with and without pab-" {
	[ -x "$BUILD/pab-serve" ] || skip "pab-serve is not built"
	run -0 --separate-stderr pab-serve pab-exec -- echo hi
	same hi
	run -3 --separate-stderr pab-serve exec -c 'exit 3'
	ln -s "$BUILD/pab-serve" pab-exec
	run -0 --separate-stderr ./pab-exec -- echo linked
	same linked
	run -0 --separate-stderr pab-serve pab --version
	run -2 --separate-stderr pab-serve
	has "pab-serve TOOL [ARG ...]" "$stderr"
	run -2 --separate-stderr pab-serve exce
	has "no tool 'exce'" "$stderr"
	run -2 --separate-stderr pab-serve ''
	local name
	for name in ls read write edit glob grep; do
		run -0 --separate-stderr pab-serve "$name" --version
		has "pab-$name " "$output"
	done
}
