#!/bin/bash
# SPDX-License-Identifier: MIT
# Container engines of the tests' own: a dockerd (on a socket, and by TLS on loopback) and
# a podman service, each with its data in one directory, and the images that the tests use,
# made here from what this machine has. Nothing of any other engine is touched.
# usage: engines.sh start DIR       prints what a shell evaluates: PAB_TEST_ENGINES=DIR
#        engines.sh stop DIR        ends them; leaves nothing
#        engines.sh with CMD ARG …  runs CMD with PAB_TEST_ENGINES set, then stops them
#        engines.sh crash DIR       kills dockerd with SIGKILL, and starts it again
# exit status: 77 when they cannot be started and CI is not set; "with" goes on without.
#
#   DIR/docker.sock DIR/podman.sock DIR/tls/{ca,cert,key}.pem DIR/tls/address
#   images pab-busybox (a shell), pab-static (one executable and nothing else) and
#   pab-debian (Debian's essential packages, apt and python3)
set -u

cannot() {
	echo "engines.sh: $*" >&2
	[ -z "${CI-}" ] || exit 1
	exit 77
}

# until_answers COMMAND: for at most 30 seconds.
until_answers() {
	for _ in $(seq 300); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}

certificates() { # into DIR/tls, for 127.0.0.1
	mkdir -p "$dir/tls" && (
		cd "$dir/tls" || exit 1
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key \
			-out ca.pem
		for who in server client; do
			openssl req -newkey rsa:2048 -nodes -subj /CN=$who -keyout $who.key -out $who.csr
			printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >ext
			openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
				-extfile ext -out $who.pem
		done
		ln -s client.key key.pem
		ln -s client.pem cert.pem
	) >/dev/null 2>&1
}

# A bridge of its own: with "--bridge none" dockerd would delete the host's docker0.
make_bridge() {
	local bridge=pabt$$
	ip link add "$bridge" type bridge && ip addr add "172.31.$(($$ % 250 + 1)).1/24" dev "$bridge" ||
		return 1
	echo "$bridge" >"$dir/bridge"
	echo "tcp://127.0.0.1:$((20000 + $$ % 20000))" >"$dir/tls/address"
}

start_docker() {
	local bridge address
	bridge=$(cat "$dir/bridge") address=$(cat "$dir/tls/address")
	setsid dockerd --host "unix://$dir/docker.sock" --host "$address" --tlsverify \
		--tlscacert "$dir/tls/ca.pem" --tlscert "$dir/tls/server.pem" \
		--tlskey "$dir/tls/server.key" --data-root "$dir/docker" --exec-root "$dir/exec" \
		--pidfile "$dir/docker.pid" --bridge "$bridge" --iptables=false --ip-masq=false \
		</dev/null >>"$dir/docker.log" 2>&1 &
	echo $! >"$dir/docker.leader"
	until_answers docker -H "unix://$dir/docker.sock" version
}

start_podman() {
	mkdir -p "$dir/podman.net"
	podman --root "$dir/podman" --runroot "$dir/podman.run" --cgroup-manager cgroupfs \
		--events-backend file --network-config-dir "$dir/podman.net" \
		--runtime "$(command -v runc)" system service --time 0 "unix://$dir/podman.sock" \
		</dev/null >"$dir/podman.log" 2>&1 &
	echo $! >"$dir/podman.leader"
	until_answers docker -H "unix://$dir/podman.sock" version
}

busybox_tree() {
	mkdir -p "$1/bin" "$1/tmp" "$1/etc"
	chmod 1777 "$1/tmp"
	cp "$(command -v busybox)" "$1/bin/busybox"
	local name
	for name in $("$1/bin/busybox" --list | grep -vx busybox); do
		ln -s busybox "$1/bin/$name"
	done
}

# The files of Debian packages that this machine has, with their record for dpkg.
debian_files() {
	dpkg-query -W -f='${Essential} ${Package}\n' | sed -n 's/^yes //p' >"$dir/want"
	printf "%s\n" apt debian-archive-keyring mawk python3-minimal libpython3-stdlib >>"$dir/want"
	local name
	awk '
		/^Package: / { p = $2 }
		/^(Pre-)?Depends: / {
			sub(/^[^:]*: /, "")
			n = split($0, d, /, */)
			for (i = 1; i <= n; i++) { # of alternatives, every one that is here
				m = split(d[i], a, / *\| */)
				for (k = 1; k <= m; k++) { sub(/[ (:].*/, "", a[k]); need[p] = need[p] " " a[k] }
			}
		}
		/^Status: .* installed/ { here[p] = 1 }
		END {
			while ((getline line <WANT) > 0) list[++top] = line
			for (at = 1; at <= top; at++) {
				if (seen[list[at]]++ || !(list[at] in here)) continue
				print list[at]
				n = split(need[list[at]], d, " ")
				for (i = 1; i <= n; i++) list[++top] = d[i]
			}
		}' WANT="$dir/want" /var/lib/dpkg/status >"$dir/packages"
	while read -r name; do
		cat "/var/lib/dpkg/info/$name.list" "/var/lib/dpkg/info/$name:$(dpkg --print-architecture).list"
	done <"$dir/packages" 2>/dev/null | grep -vE '^/(usr/share/(doc|man|locale|info|i18n|zoneinfo)|usr/lib/.*/gconv|dev|proc|sys)/|\.pyc$' |
		sort -u >"$dir/files"
	ls -d /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list \
		/etc/passwd /etc/group /etc/alternatives/* 2>/dev/null >>"$dir/files"
}

debian_tree() {
	mkdir -p "$1"
	debian_files
	local name
	for name in bin sbin lib lib64; do # /bin may be a link, and is unpacked through it
		[ ! -L /$name ] || { mkdir -p "$1/usr/$name" && ln -s "usr/$name" "$1/$name"; }
	done
	tar -C / --no-recursion -cf - -T "$dir/files" 2>/dev/null |
		tar -C "$1" --keep-directory-symlink -xf - 2>/dev/null
	mkdir -p "$1"/{tmp,proc,sys,dev,run,root,etc/apt/sources.list.d} "$1/var/lib/dpkg/info" \
		"$1"/var/lib/apt/lists/partial "$1"/var/cache/apt/archives/partial
	chmod 1777 "$1/tmp"
	rm -rf "$1"/usr/share/{doc,man,locale} "$1"/usr/lib/python3*/{test,idlelib,lib2to3,ensurepip}
	awk 'NR == FNR { want[$1] = 1; next } /^Package: / { on = $2 in want } on' \
		"$dir/packages" /var/lib/dpkg/status >"$1/var/lib/dpkg/status"
	: >"$1/var/lib/dpkg/available"
	cp -p /var/lib/dpkg/info/format "$1/var/lib/dpkg/info"
	while read -r name; do
		cp -p "/var/lib/dpkg/info/$name".* "/var/lib/dpkg/info/$name:"*.* "$1/var/lib/dpkg/info"
	done <"$dir/packages" 2>/dev/null
}

make_images() {
	local sock pids=()
	busybox_tree "$dir/busybox"
	mkdir "$dir/static"
	cp "$dir/busybox/bin/busybox" "$dir/static/sleep"
	debian_tree "$dir/debian"
	tar -C "$dir/busybox" -cf "$dir/busybox.tar" .
	tar -C "$dir/static" -cf "$dir/static.tar" .
	tar -C "$dir/debian" -cf "$dir/debian.tar" .
	for sock in docker podman; do
		for name in busybox static debian; do
			docker -H "unix://$dir/$sock.sock" import "$dir/$name.tar" "pab-$name:latest" \
				>/dev/null || return 1
		done &
		pids+=($!)
	done
	wait "${pids[@]}" || return 1
	rm -rf "$dir"/{busybox,static,debian}{,.tar}
}

start() {
	local need
	[ "$(id -u)" = 0 ] || cannot 'engines of their own take root'
	for need in dockerd docker podman runc ip openssl busybox; do
		command -v $need >/dev/null || cannot "$need is missing (Debian: docker.io podman busybox-static)"
	done
	mkdir -p "$dir" && certificates || cannot 'no certificates'
	make_bridge && start_docker || { tail -n 5 "$dir/docker.log" >&2; stop; cannot 'dockerd did not start'; }
	start_podman || { tail -n 5 "$dir/podman.log" >&2; stop; cannot 'podman did not start'; }
	make_images || { stop; cannot 'no images'; }
	echo "export PAB_TEST_ENGINES='$dir'"
}

stop() {
	local pid sock
	for sock in docker podman; do
		[ -S "$dir/$sock.sock" ] || continue
		# shellcheck disable=SC2046
		docker -H "unix://$dir/$sock.sock" rm -f $(docker -H "unix://$dir/$sock.sock" ps -aq) \
			>/dev/null 2>&1
	done
	for sock in podman docker; do
		pid=$(cat "$dir/$sock.leader" 2>/dev/null) || continue
		kill "$pid" 2>/dev/null
		for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
		kill -9 "$pid" 2>/dev/null
	done
	# What stood around a container when dockerd was killed may be known to none.
	pkill -KILL -f -- "-address $dir/"
	[ ! -e "$dir/bridge" ] || ip link del "$(cat "$dir/bridge")"
	awk -v d="$dir/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r |
		while read -r at; do umount -l "$at"; done
	rm -rf "$dir"
}

crash() {
	local pid
	pid=$(cat "$dir/docker.leader")
	kill -9 "$pid"
	while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	start_docker || cannot 'dockerd did not start again'
}

case ${1-} in
start | stop | crash)
	dir=${2:?}
	"$1"
	;;
with)
	shift
	dir=$(mktemp -d /tmp/pab-engines.XXXXXX)
	trap 'stop' EXIT
	if (start) >/dev/null; then
		export PAB_TEST_ENGINES=$dir
	elif [ -n "${CI-}" ]; then
		exit 1
	else
		export PAB_TEST_ENGINES=
		echo 'NO ENGINES: what is tested on docker and podman is skipped' >&2
	fi
	"$@"
	exit
	;;
*)
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
	;;
esac
