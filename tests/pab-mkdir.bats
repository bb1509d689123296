#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets $stderr
load helper
load state
load user

@test "directories are made, parents too; what is there is fine" {
	run -0 --separate-stderr pab-mkdir a/b/c d
	same $'made a/b/c/\nmade d/'
	says ''
	[ -d a/b/c ] && [ -d d ]
	run -0 --separate-stderr pab-mkdir -p a/b/c/ new
	same $'made a/b/c/ (already there)\nmade new/'
	run -0 --separate-stderr pab-mkdir -q e
	same ''
	[ "$(stat -c %a e)" = 755 ]
	umask 027
	run -0 --separate-stderr pab-mkdir -q x/y
	[ "$(stat -c %a x x/y | tr '\n' ' ')" = '750 750 ' ]
}

@test "a file in the way: 4 under the name, 3 on the way to it; others are made" {
	touch f
	mkfifo p
	run -4 --separate-stderr pab-mkdir f a
	same 'made a/'
	says 'pab-mkdir: f: already exists and is a file'
	run -3 --separate-stderr pab-mkdir f/b c
	same 'made c/'
	says 'pab-mkdir: f/b: not a directory'
	run -4 --separate-stderr pab-mkdir p
	has 'is a FIFO' "$stderr"
	[ -f f ]
}

@test "through links: a directory is there, a dangling one leads to it" {
	mkdir d
	ln -s d l
	ln -s new dangling
	run -0 --separate-stderr pab-mkdir l l/x dangling
	[ -d d/x ] && [ -d new ] && [ -L dangling ]
	ln -s ../../out up
	run -5 --separate-stderr pab-mkdir -B local up up/x ../y
	[ ! -e ../y ]
}

@test "in state and composite, and the root is there" {
	export PAB_BACKEND=state:$(tree)
	run -0 --separate-stderr pab-mkdir a/b / .
	same $'made a/b/\nmade / (already there)\nmade ./ (already there)'
	[ -d "$(tree_dir)/tree/a/b" ]
	mkdir l
	printf '{"routes": {"/": "local:%s/l", "/m/n": "%s", "/ro": {"backend": "%s",
		"ro": true}}}' "$W" "$PAB_BACKEND" "$PAB_BACKEND" >c.json
	export PAB_BACKEND=@$W/c.json
	run -5 --separate-stderr pab-mkdir x m/n/y m/n ro/z m
	[ -d l/x ] && [ -d "$(tree_dir)/tree/y" ] && [ ! -e "$(tree_dir)/tree/z" ]
	has 'read-only' "$stderr"
}

@test "names, records, usage" {
	run -0 --separate-stderr pab-mkdir -j 'a b' $'\xff'
	json '.[0] == {type: "write", path: "a b", action: "mkdir", created: true}'
	json '.[1].path_b64 == "/w==" and .[2].type == "summary"'
	run -0 --separate-stderr pab-mkdir -j 'a b'
	json '.[0].created == false'
	run -3 --separate-stderr pab-mkdir "$(printf '%0256d' 0)"
	has 'name' "$stderr"
	run -2 --separate-stderr pab-mkdir
	run -7 --separate-stderr sh -c 'pab-mkdir z >/dev/full'
	[ -d z ]
}

@test "no permission: status 7, nothing made" {
	need_root
	mkdir d
	run -7 --separate-stderr as_user pab-mkdir d/x
	has 'ermission' "$stderr"
	[ ! -e d/x ]
}
