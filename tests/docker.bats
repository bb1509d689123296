#!/usr/bin/env bats
# Containers, on Docker and on Podman: those that pab makes and those that it finds.
# shellcheck disable=SC2154,SC2016 # bats sets $stderr; $ is for other shells
load helper

setup_file() {
	local said
	[ "${PAB_TEST_ENGINES-}" ] && return
	said=$("$BATS_TEST_DIRNAME/engines.sh" start "$BATS_FILE_TMPDIR/engines") || return 0
	eval "$said"
	export OWN_ENGINES=1
}

teardown_file() {
	[ -z "${OWN_ENGINES-}" ] || "$BATS_TEST_DIRNAME/engines.sh" stop "$PAB_TEST_ENGINES"
}

setup() {
	setup_pab
	unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH XDG_RUNTIME_DIR
	[ "${PAB_TEST_ENGINES-}" ] || skip 'no engines: NOT TESTED'
	E=$PAB_TEST_ENGINES
	export PAB_HOME=$BATS_TEST_TMPDIR/records
	made=()
}

teardown() {
	[ -z "${SHARED-}" ] || rm -rf "$SHARED"
	local kind sock
	for kind in "$PAB_HOME"/places/*/kind; do
		[ -e "$kind" ] || continue
		export DOCKER_HOST
		DOCKER_HOST=$(cat "${kind%/kind}/engine" 2>/dev/null || echo unix:///nowhere)
		docker unpause "$(cat "${kind%/kind}/container")" >/dev/null 2>&1 || true
		pab-session -q close "$(basename "${kind%/kind}")" || true
	done
	for sock in docker podman; do
		[ ${#made[@]} -eq 0 ] ||
			docker -H "unix://$E/$sock.sock" kill "${made[@]}" >/dev/null 2>&1 || true
		[ ${#made[@]} -eq 0 ] ||
			docker -H "unix://$E/$sock.sock" rm -f "${made[@]}" >/dev/null 2>&1 || true
	done
}

# on ENGINE: the engine of what follows, which stands in a directory of its own.
on() {
	export DOCKER_HOST=unix://$E/$1.sock
	mkdir -p "$W/$1"
	cd "$W/$1"
}

# start NAME ARG …: a container that pab does not make.
start() {
	made+=("$1")
	docker run -d --network none --stop-timeout 1 --ulimit nofile=1024 --ulimit nproc=1000 --name "$@" >/dev/null
}

open() {
	pab-session -q open "$@" >/dev/null
}

@test "a session: held as the default profile says, and the files are the caller's" {
	for engine in docker podman; do
		on $engine
		open s$engine --image pab-busybox --workspace .
		local B=session:s$engine
		run -0 --separate-stderr pab-exec -B $B -- sh -c 'pwd; id -u; id -g
			grep -E "^(Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp):" /proc/self/status
			ls /sys/class/net; cat /proc/1/comm; echo "$HOME $NO_COLOR $GIT_CONFIG_VALUE_1"'
		same "/workspace
$(id -u)
$(id -g)
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
lo
pab-serve
/tmp 1 Agent"
		run -1 --separate-stderr pab-exec -B $B -- touch /bin/x
		has 'Read-only file system' "$output"
		run -0 --separate-stderr pab-exec -B $B -- sh -c \
			'printf "#!/bin/sh\necho runs\n" >/tmp/x; chmod +x /tmp/x; /tmp/x; echo hi >made'
		same runs
		[ "$(stat -c '%u:%g' made)" = "$(id -u):$(id -g)" ]
		run -0 --separate-stderr pab-read -B $B made
		same '     1	hi'
		run -0 --separate-stderr pab-ls -B $B ..
		has ' made' "$(pab-ls -B $B)"
		has ' bin/' "$output"
		run -3 --separate-stderr pab-read -B $B nothing
		says "pab-read: nothing: no such file; relative paths start at /workspace here, not in the shell's directory"
		run -0 --separate-stderr docker inspect -f \
			'{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}} {{.HostConfig.ReadonlyRootfs}} {{index .Config.Labels "dev.pab.session"}}' \
			"$(cat "$PAB_HOME/places/s$engine/container")"
		same "1073741824 1073741824 512 true s$engine"
		run -0 --separate-stderr pab-session close s$engine
		[ -z "$(docker ps -aq)" ]
		[ "$(cat made)" = hi ]
	done
}

@test "a session of a caller who is not root" {
	on docker
	local top group
	SHARED=$(mktemp -d /tmp/pab-docker.XXXXXX) top=$SHARED
	group=$(stat -c %g "$E/docker.sock")
	chmod 755 "$top"
	chmod 711 "$E"
	mkdir "$top/records" "$top/work"
	chown -R 12345:12346 "$top"
	cp "$BUILD"/pab-{session,serve,exec,dial,write} "$top"
	as() { PAB_HOME=$top/records setpriv --reuid 12345 --regid 12346 --groups "$group" "$@"; }
	run -0 --separate-stderr as "$top/pab-session" open me --image pab-busybox --workspace "$top/work" --spec
	same session:me
	run -0 --separate-stderr as "$top/pab-exec" -B session:me -- sh -c 'id -u; id -g; echo x >f'
	same $'12345\n12346'
	run -0 --separate-stderr as "$top/pab-write" -q -B session:me g <<<y
	[ "$(stat -c '%u:%g %n' "$top/work/f" "$top/work/g")" = "12345:12346 $top/work/f
12345:12346 $top/work/g" ]
	run -0 --separate-stderr as "$top/pab-session" close me
	chmod 700 "$E"
}

@test "each option of open" {
	for engine in docker podman; do
		on $engine
		mkdir ro rw ws
		echo one >ro/f
		open o$engine --image pab-busybox --workspace ws --mount "ro:/in:ro" --mount rw:/out \
			--env 'GREETING=good day' --env EMPTY= --mem 64M --cpu 0.5 --procs 40
		local B=session:o$engine name
		run -0 --separate-stderr pab-exec -B $B -- sh -c 'echo "$GREETING-$EMPTY"; cat /in/f; echo two >/out/f'
		same $'good day-\none'
		[ "$(cat rw/f)" = two ]
		run -1 --separate-stderr pab-exec -B $B -- sh -c 'echo x >/in/f'
		run -0 --separate-stderr docker inspect -f \
			'{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' \
			"$(cat "$PAB_HOME/places/o$engine/container")"
		same '67108864 500000000 40'
		open o$engine --procs 50
		[ "$(cat "$PAB_HOME/places/o$engine/container")" ]
		run -4 --separate-stderr pab-session open o$engine --net
		has 'is there already' "$stderr"
		head -c 70000 /dev/zero >big
		open d$engine --image pab-busybox --workspace ws --disk 100k
		pab-write -q -B session:d$engine one <big
		pab-write -q -B session:d$engine two <big
		run -3 --separate-stderr pab-write -B session:d$engine three <big
		has 'the workspace holds 140,000 bytes, and may hold 102,400' "$stderr"
		run -4 --separate-stderr pab-session open d$engine --disk 1m
		pab-session -q close d$engine
		open many --image pab-busybox --workspace ws --cpu 1000
		pab-session -q close many
	done
	on docker # whose bridge is the tests' own; podman's would need a plugin
	open n --image pab-busybox --workspace ws --net
	run -0 --separate-stderr pab-exec -B session:n -- ls /sys/class/net
	has eth0 "$output"
}

@test "what cannot be made is said, and leaves nothing" {
	on docker
	run -2 --separate-stderr pab-session open x --image pab-busybox --runtime go
	says 'pab-session: either --image or --runtime, not both'
	run -2 --separate-stderr pab-session open x --image '-v'
	run -2 --separate-stderr pab-session open x --image 'a b'
	run -3 --separate-stderr pab-session open x --runtime nothing
	has "no runtime 'nothing'; pab-session runtimes shows" "$stderr"
	run -2 --separate-stderr pab-session open x --image pab-busybox --mount nonsense
	run -2 --separate-stderr pab-session open x --image pab-busybox --mount .:/.pab/run
	run -3 --separate-stderr pab-session open x --image pab-busybox --mount ./missing:/in
	run -3 --separate-stderr pab-session open x --image pab-busybox --workspace missing
	for dir in / "$PAB_HOME" "$BATS_TEST_TMPDIR" "$PAB_HOME/places"; do
		run -5 --separate-stderr pab-session open x --image pab-busybox --workspace "$dir"
		has "holds pab's own records" "$stderr"
		run -5 --separate-stderr pab-session open x --image pab-busybox --workspace . --mount "$dir:/in"
	done
	run -3 --separate-stderr pab-session open x --image localhost:1/none --workspace .
	has 'image localhost:1/none is not there and could not be pulled: the engine says: ' "$stderr"
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[ -z "$(ls -A "$PAB_HOME/places" | grep -v '^x$')" ]
	run -3 --separate-stderr pab-session info x
	[ -z "$(docker ps -aq)" ]
}

@test "a container that was ended, removed, taken: woken, made anew, left alone" {
	for engine in docker podman; do
		on $engine
		echo one >f
		open l$engine --image pab-busybox --workspace .
		local B=session:l$engine name
		name=$(cat "$PAB_HOME/places/l$engine/container")
		docker kill "$name" >/dev/null
		run -0 --separate-stderr pab-read --raw -B $B f
		same one
		docker rm -f "$name" >/dev/null
		run -0 --separate-stderr pab-read --raw -B $B f
		same one
		# Its own command takes the socket away.
		run -0 --separate-stderr pab-exec -B $B -- rm /.pab/run/sock
		run -0 --separate-stderr pab-read --raw -B $B f
		same one
		# The name means the session.
		run -0 --separate-stderr pab-read --raw -B "docker:$name" f
		same one
		has "session:l$engine" "$(cat "$PAB_HOME/containers/$name".*/transport)"
		docker pause "$name" >/dev/null
		rm "$PAB_HOME/places/l$engine/run/sock"
		run -7 --separate-stderr pab-session wake l$engine
		has "container $name is paused; docker unpause $name lets it go on" "$stderr"
		docker rm -f "$name" >/dev/null
		docker run -d --network none --stop-timeout 1 --ulimit nofile=1024 --ulimit nproc=1000 --name "$name" \
			pab-busybox sleep 1000 >/dev/null
		run -7 --separate-stderr pab-read -B $B f
		[ "$(docker ps -q | wc -l)" -eq 1 ]
		docker rm -f "$name" >/dev/null
		run -0 --separate-stderr pab-session close l$engine
	done
}

@test "an engine that does not answer is no evidence that a container is gone" {
	on docker
	open e --image pab-busybox --workspace .
	echo unix:///nowhere >"$PAB_HOME/places/e/engine"
	# What it takes is known without an engine.
	known='.[0] | .state == "running" and .memory > 0 and .processes == 1 and .cpu_us >= 0'
	run -0 --separate-stderr pab-session --json list
	json "$known"
	run -0 --separate-stderr pab-session --json info e
	json "$known"
	rm "$PAB_HOME/places/e/run/sock"
	run -7 --separate-stderr pab-session close e
	has 'no container engine answers at unix:///nowhere: no such file' "$stderr"
	has 'sandbox' "$stderr"
	run -7 --separate-stderr pab-session wake e
	[ -e "$PAB_HOME/places/e/transport" ]
	[ "$(docker ps -q | wc -l)" -eq 1 ]
	echo "unix://$E/docker.sock" >"$PAB_HOME/places/e/engine"
	run -0 --separate-stderr pab-session close e
	[ -z "$(docker ps -aq)" ]
}

@test "docker:NAME, a container that runs" {
	for engine in docker podman; do
		on $engine
		start f$engine -w /tmp pab-busybox sleep 10000
		local B=docker:f$engine
		run -0 --separate-stderr pab-exec -B $B -- sh -c 'pwd; echo a >f'
		same /tmp
		run -0 --separate-stderr pab-edit -B $B --old a --new b f
		same 'edited f: 1 replacement, line 1'
		[ "$(docker exec f$engine cat /tmp/f)" = b ]
		head -c 3000000 /dev/urandom >big
		run -0 --separate-stderr pab-write -q -B $B /tmp/big <big
		pab-read --raw -B $B /tmp/big | cmp - big
		# One exec, however many calls.
		[ "$(docker top f$engine | grep -c 'pab-serve --stdio')" -eq 1 ]
		run -0 --separate-stderr pab-ls -B $B --cwd /bin busybox
		run -3 --separate-stderr pab-ls -B docker:nothing
		has "no container nothing at unix://$E/$engine.sock" "$stderr"
		run -2 --separate-stderr pab-ls -B 'docker:a/b'
	done
}

@test "docker:NAME, callers at once, the first ones too; and one that is killed" {
	for engine in docker podman; do
		on $engine
		start m$engine pab-busybox sleep 10000
		local B=docker:m$engine i pids=()
		for i in $(seq 30); do
			echo "$i" | pab-exec -B $B --stdin -- sh -c 'sleep 0.1; cat' >out$i &
			pids+=($!)
		done
		wait "${pids[@]}"
		for i in $(seq 30); do [ "$(cat out$i)" = "$i" ]; done
		pab-exec -B $B --timeout none -- sleep 4321 &
		until docker top m$engine | grep -q 'sleep 4321'; do sleep 0.05; done
		kill -9 $!
		for i in $(seq 200); do
			docker top m$engine | grep -q 'sleep 4321' || break
			sleep 0.05
		done
		run -1 --separate-stderr grep 'sleep 4321' <(docker top m$engine)
		run -0 --separate-stderr pab-exec -B $B -- echo still
		same still
	done
}

# settled WHAT CMD …: runs CMD until it no longer finds the stream of before.
settled() {
	local what=$1 i
	shift
	for i in $(seq 50); do
		run --separate-stderr "$@"
		case $stderr in *"$what"*) return ;; esac
		sleep 0.1
	done
	echo "$stderr" >&2
	return 1
}

@test "docker:NAME, stopped, paused, never started, removed, made anew" {
	for engine in docker podman; do
		on $engine
		start t$engine pab-busybox sleep 10000
		local B=docker:t$engine
		run -0 --separate-stderr pab-exec -B $B -- true
		docker pause t$engine >/dev/null
		run -7 --separate-stderr pab-ls -B $B
		says "pab-ls: container t$engine is paused; docker unpause t$engine lets it go on"
		docker unpause t$engine >/dev/null
		run -0 --separate-stderr pab-exec -B $B -- true
		docker stop -t 0 t$engine >/dev/null
		settled "container t$engine does not run (exited); docker start t$engine starts it" pab-ls -B $B
		[ "$status" -eq 7 ]
		docker start t$engine >/dev/null
		run -0 --separate-stderr pab-exec -B $B -- true
		docker rm -f t$engine >/dev/null
		settled "no container t$engine at " pab-ls -B $B
		[ "$status" -eq 3 ]
		start t$engine pab-busybox sleep 10000
		docker pause t$engine >/dev/null
		run -7 --separate-stderr pab-ls -B $B
		has 'is paused' "$stderr"
		docker unpause t$engine >/dev/null
		docker rm -f t$engine >/dev/null
		docker create --network none --name t$engine pab-busybox sleep 1 >/dev/null
		run -7 --separate-stderr pab-ls -B $B
		has "container t$engine does not run (" "$stderr"
	done
}

@test "docker:NAME, read-only, empty, of another user, of another architecture" {
	for engine in docker podman; do
		on $engine
		start r$engine --read-only pab-busybox sleep 10000
		run -5 --separate-stderr pab-ls -B docker:r$engine
		says "pab-ls: container r$engine has a read-only root, into which pab-serve cannot be put; pab-session open ID --image makes one that has it"
		start e$engine pab-static /sleep 10000
		run -0 --separate-stderr pab-ls -B docker:e$engine
		has ' sleep' "$output"
		run -0 --separate-stderr pab-write -q -B docker:e$engine /made <<<x
		run -127 --separate-stderr pab-exec -B docker:e$engine -- sh
		has 'not_found' "$stderr"
		start u$engine -u 1234:1234 pab-busybox sleep 10000
		run -0 --separate-stderr pab-exec -B docker:u$engine -- id -u
		same 1234
		run -7 --separate-stderr pab-write -q -B docker:u$engine /bin/x <<<x
	done
}

# fake ANSWERS: an engine that gives those.
fake() {
	export DOCKER_HOST=unix://$W/fake.sock
	printf '%s\n' "$@" 'GET /version 200 {"ApiVersion":"1.41","MinAPIVersion":"1.24"}' >answers
	coproc FAKE { exec "$TOP/tests/fake_engine.py" "$W/fake.sock" "$W/answers" 3>&-; }
	read -r _ <&"${FAKE[0]}"
}

@test "what engines say that ours cannot be brought to" {
	fake 'GET /containers/dead/json 200 {"Id":"d","State":{"Status":"dead"}}' \
		'GET /containers/arm/json 200 {"Id":"a","Image":"i","State":{"Status":"running"}}' \
		'GET /images/i/json 200 {"Id":"i","Architecture":"s390x"}' \
		'GET /containers/odd/json 200 {"Id":' \
		'GET /containers/loud/json 500 {"message":"a\tvery\nlong\u001b[31m tale"}' \
		'GET /containers/silent/json 200 []' \
		'GET /containers/full/json 200 {"Id":"f","State":{"Status":"running"}}' \
		'PUT /containers/f/archive 500 {"message":"no space left on device"}'
	run -7 --separate-stderr pab-ls -B docker:dead
	says 'pab-ls: container dead is dead, in which nothing runs; it has to be made anew'
	run -5 --separate-stderr pab-ls -B docker:arm
	has 'container arm is for s390x, and pab-serve here for ' "$stderr"
	run -2 --separate-stderr pab-ls -B docker:odd
	run -7 --separate-stderr pab-ls -B docker:loud
	has 'the engine says: a very long ' "$stderr"
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	run -7 --separate-stderr pab-ls -B docker:silent
	run -7 --separate-stderr pab-ls -B docker:full
	says 'pab-ls: the engine says: no space left on device'
	printf 'GET /version 200 {"ApiVersion":"1.99","MinAPIVersion":"1.90"}\n' >answers
	run -5 --separate-stderr pab-ls -B docker:x
	has 'the engine speaks versions 1.90 to 1.99' "$stderr"
	printf 'GET /version 200 nonsense\n' >answers
	run -2 --separate-stderr pab-ls -B docker:x
	kill "$FAKE_PID"
}

@test "no engine, and engines by other ways" {
	run -7 --separate-stderr env DOCKER_HOST=unix:///nowhere pab-ls -B docker:x
	has 'pab-ls: no container engine answers at unix:///nowhere: no such file' "$stderr"
	has '--on sandbox' "$stderr"
	if [ ! -S /var/run/docker.sock ] && [ ! -S /run/podman/podman.sock ]; then
		run -7 --separate-stderr pab-session open x --image pab-busybox --workspace .
		has 'no container engine here' "$stderr"
		has '--on sandbox needs none' "$stderr"
	fi
	run -5 --separate-stderr env DOCKER_HOST=tcp://192.0.2.1:2375 pab-ls -B docker:x
	has 'without TLS' "$stderr"
	run -5 --separate-stderr env DOCKER_HOST=ssh://host pab-ls -B docker:x
	# A context of docker's.
	local sum
	sum=$(printf mine | sha256sum | cut -d' ' -f1)
	mkdir -p "$HOME/.docker/contexts/meta/$sum"
	echo '{"currentContext":"mine"}' >"$HOME/.docker/config.json"
	echo "{\"Name\":\"mine\",\"Endpoints\":{\"docker\":{\"Host\":\"unix://$E/docker.sock\"}}}" \
		>"$HOME/.docker/contexts/meta/$sum/meta.json"
	run -3 --separate-stderr pab-ls -B docker:nothing
	has "no container nothing at unix://$E/docker.sock" "$stderr"
	run -7 --separate-stderr env DOCKER_CONTEXT=other pab-ls -B docker:x
	has "the docker context 'other' is not there" "$stderr"
	# $XDG_RUNTIME_DIR, as rootless podman has it.
	rm -r "$HOME/.docker"
	mkdir -p run/podman
	ln -s "$E/podman.sock" run/podman/podman.sock
	if [ ! -S /var/run/docker.sock ]; then
		run -3 --separate-stderr env XDG_RUNTIME_DIR="$W/run" pab-ls -B docker:nothing
		has "no container nothing at unix://$W/run/podman/podman.sock" "$stderr"
	fi
}

@test "by TCP with TLS" {
	on docker
	start tls pab-busybox sleep 10000
	DOCKER_HOST=$(cat "$E/tls/address")
	export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$E/tls
	run -0 --separate-stderr pab-exec -B docker:tls -- sh -c 'head -c 2000000 /dev/zero | wc -c'
	same 2000000
	head -c 3000000 /dev/urandom >big
	run -0 --separate-stderr pab-write -q -B docker:tls /big <big
	pab-read --raw -B docker:tls /big | cmp - big
	open t --image pab-busybox --workspace .
	run -0 --separate-stderr pab-exec -B session:t -- pwd
	same /workspace
	has "$DOCKER_HOST $E/tls" "$(cat "$PAB_HOME/places/t/engine")"
	pab-session -q close t
	run -7 --separate-stderr env DOCKER_CERT_PATH="$W" pab-ls -B docker:tls
	has 'no container engine answers at tcp://127.0.0.1:' "$stderr"
	run -7 --separate-stderr env -u DOCKER_TLS_VERIFY pab-ls -B docker:tls
	# A server whose certificate is another's.
	mkdir certs
	cp "$E"/tls/*.pem certs
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout k -out certs/ca.pem 2>/dev/null
	run -7 --separate-stderr env DOCKER_CERT_PATH="$W/docker/certs" pab-ls -B docker:tls
	has 'certificate' "$stderr"
}

recipe() { # NAME JSON
	mkdir -p -m 700 "$PAB_HOME" "$PAB_HOME/runtimes"
	echo "$2" >"$PAB_HOME/runtimes/$1.json"
}

@test "runtimes: fifteen, and those in files" {
	run -0 --separate-stderr pab-session runtimes
	[ "${#lines[@]}" -eq 15 ]
	has 'python-web: built from python:3.12-slim with pip fastapi uvicorn sqlalchemy httpx' "$output"
	has 'rust: rust:1-slim' "$output"
	recipe mine '{"image":"pab-busybox","work_dir":"/src"}'
	recipe go '{"image":"other/go"}'
	recipe wrong '{"imag":"x"}'
	run -2 --separate-stderr pab-session runtimes
	has 'mine: pab-busybox (own)' "$output"
	has 'go: other/go (own)' "$output"
	has "there is no 'imag' in a recipe" "$stderr"
	run -2 --separate-stderr pab-session runtimes x
}

@test "a recipe is checked before a line is written" {
	on docker
	bad() { # WHY JSON
		recipe r "$2"
		run -2 --separate-stderr pab-session open r --runtime r --workspace .
		has "$1" "$stderr"
	}
	bad 'JSON' '{'
	bad 'is a JSON object' '[]'
	bad 'either image or base_image' '{}'
	bad 'either image or base_image' '{"image":"a","base_image":"b"}'
	bad 'line of text' '{"base_image":"a\nRUN b"}'
	bad 'name' '{"base_image":"a b"}'
	bad "no name of a package" '{"base_image":"a","packages":["x; rm -rf /"]}'
	bad "no name of a package" '{"base_image":"a","packages":["--index-url=x"]}'
	bad "no name of a package" "{\"base_image\":\"a\",\"packages\":[\"x'y\"]}"
	bad 'list of strings' '{"base_image":"a","packages":[1]}'
	bad 'is pip, npm, apt or cargo' '{"base_image":"a","package_manager":"yum"}'
	bad 'no line of text' '{"base_image":"a","setup_commands":["a\nUSER root"]}'
	bad 'ends in a backslash' '{"base_image":"a","setup_commands":["a \\"]}'
	bad 'no name of a variable' '{"base_image":"a","env_vars":{"A B":"c"}}'
	bad 'no name of a variable' '{"base_image":"a","env_vars":{"PAB_HOME":"c"}}'
	bad 'no line of text' '{"base_image":"a","env_vars":{"A":"b\nc"}}'
	bad 'no directory' '{"base_image":"a","work_dir":"/a b"}'
	bad 'no directory' '{"base_image":"a","work_dir":"/"}'
	bad 'no directory' '{"base_image":"a","work_dir":"/.pab/run"}'
	bad 'used as it is' '{"image":"a","packages":["b"]}'
	bad "no 'extra'" '{"image":"a","extra":1}'
}

@test "a recipe is built once, called by its content; older ones go, by their label" {
	for engine in docker podman; do
		on $engine
		recipe tree '{"base_image":"pab-debian","packages":["tree"],"package_manager":"apt",
			"build_network":"host","setup_commands":["echo $((40+2)) >/etc/answer"],
			"env_vars":{"MODE":"a \"b\" $HOME \\x"},"work_dir":"/src"}'
		recipe tree-more '{"base_image":"pab-busybox","setup_commands":["echo more >/more"]}'
		open t --runtime tree --workspace .
		run -0 --separate-stderr pab-exec -B session:t -- sh -c \
			'tree --version | cut -c 1-4; cat /etc/answer; echo "$MODE"; pwd; python3 -c "print(6*7)"'
		same $'tree\n42\na "b" $HOME \\x\n/src\n42'
		open more --runtime tree-more --workspace .
		run -0 --separate-stderr docker images -q --filter label=dev.pab.runtime=tree
		local first=$output
		pab-session -q close t
		open t --runtime tree --workspace .
		pab-session -q close t
		run -0 --separate-stderr docker images -q --filter label=dev.pab.runtime=tree
		same "$first"
		recipe tree '{"base_image":"pab-busybox","setup_commands":["echo other >/other"]}'
		open t --runtime tree --workspace .
		run -0 --separate-stderr pab-read --raw -B session:t /other
		same other
		run -0 --separate-stderr docker images -q --filter label=dev.pab.runtime=tree
		[ "${#lines[@]}" -eq 1 ]
		[ "$output" != "$first" ]
		run -0 --separate-stderr docker images -q --filter label=dev.pab.runtime=tree-more
		[ "${#lines[@]}" -eq 1 ]
		pab-session -q close t
		pab-session -q close more
	done
}

@test "a build that fails is shown with its step" {
	for engine in docker podman; do
		on $engine
		recipe fails '{"base_image":"pab-busybox","setup_commands":["true","exit 7"]}'
		run -7 --separate-stderr pab-session open b --runtime fails --workspace .
		has 'runtime fails could not be built: the engine says: ' "$stderr"
		has 'exit 7' "$stderr"
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		recipe fails '{"base_image":"localhost:1/none"}'
		run -3 --separate-stderr pab-session open b --runtime fails --workspace .
		has 'image localhost:1/none is not there' "$stderr"
	done
}

@test "pab-doctor: in a container of each engine all that is promised holds; nothing stays" {
	local before
	for engine in docker podman; do
		on $engine
		before=$(docker images -q | sort)
		run -0 --separate-stderr pab-doctor --on $engine -j
		json 'all(.[]; .type != "check" or .place == "'$engine'")'
		json 'all(.[]; .type != "check" or .held == true or .promised == false)'
		json '.[-1].held >= 60 and .[-1].not_held == 0 and .[-1].untried == 0'
		# the trying is meant: what no container promises is found to be possible
		json 'any(.[]; .name == "protected_write" and .held == false and .promised == false)'
		[ -z "$(docker ps -aq)" ]
		[ "$(docker images -q | sort)" = "$before" ]
	done
	run -7 --separate-stderr pab-doctor --on docker # Podman answers there
	has 'apt-get install docker.io' "$stderr"
}

# inside ARG …: a program of ours in a container of Docker's own profile, on this
# machine's libraries.
inside() {
	docker run --rm --network none -v /usr:/usr:ro -v "$BUILD:/pab:ro" -e PATH=/pab:/usr/bin:/bin \
		-e HOME=/home -e PAB_HOME=/tmp/records -w /tmp "$@"
}

@test "inside a container: namespaces are forbidden, Landlock holds, the rest is said" {
	on docker
	for user in 0:0 1000:1000; do
		run -0 --separate-stderr inside --user $user pab-debian pab-exec -B sandbox -j -- true
		json '.[0].enforced.files == "landlock" and .[0].enforced.network == "denied"'
		json '.[0].enforced.unprotected | index(".git/hooks") != null'
		has 'held by Landlock and seccomp alone' "$output"
		run -7 --separate-stderr inside --user $user pab-debian pab-doctor --on sandbox -j
		json '.[-1].held >= 45'
		json '[.[] | select(.held == false) | .name | select(startswith("protected_") | not)]
			== ["secret", "host_rename"]'
		# a kept one is never weaker
		run -7 --separate-stderr inside --user $user pab-debian pab-session open x --on sandbox \
			--workspace /tmp
		has 'its far end did not come up: ' "$stderr"
	done
	cat >profile <<-'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	 {"names": ["landlock_create_ruleset"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
	 {"names": ["unshare", "clone", "clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
	  "args": [{"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}]}]}
	END
	run -125 --separate-stderr inside --security-opt seccomp=profile pab-debian \
		pab-exec -B sandbox -- touch /tmp/f
	has 'no sandbox can be made here' "$stderr"
}
