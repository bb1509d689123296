#!/bin/sh
# Makes sure that the Debian packages for building (build) or for everything (test) are
# there: installs what is missing when root or sudo can, else prints the list and stops.
set -u

# What npm brings, for the tests with official clients.
npm='@modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/inspector@2.12.0 openai@7.57.0
	@anthropic-ai/sdk@1.14.0 @google/genai@3.3.0 typescript@5.9.3'

build='gcc make pkg-config libc6-dev libpcre2-dev libmd-dev libcjson-dev libcurl4-openssl-dev'
test="$build bubblewrap bats jq git acl attr util-linux procps python3 time patch ripgrep strace"
ci="$test clang clang-format clang-tidy libclang-rt-14-dev cppcheck codespell shellcheck
	docker.io podman iproute2 openssl busybox-static mandoc groff fish zsh binutils gcc-aarch64-linux-gnu
	libc6-dev-arm64-cross"

command -v npm >/dev/null || ci="$ci npm"

# They go to build/npm, which they have for themselves.
npm_packages() {
	dir=$(dirname "$0")/../build/npm
	[ "$(cat "$dir/have" 2>/dev/null)" != "$npm" ] || return 0
	mkdir -p "$dir" && echo '{"private": true}' >"$dir/package.json" || return 1
	# shellcheck disable=SC2086
	if npm install --prefix "$dir" --no-save --no-audit --no-fund --ignore-scripts \
		$npm >"$dir/log" 2>&1; then
		printf '%s\n' "$npm" >"$dir/have"
	else
		tail -n 20 "$dir/log"
		return 1
	fi
}

case ${1-} in
build) want=$build ;;
test) want=$test ;;
ci) want=$ci ;;
*)
	echo "usage: deps.sh build|test|ci" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo "This is no Debian; these packages, or their like, are needed:" $want
	for tool in gcc pkg-config; do
		command -v $tool >/dev/null || exit 1
	done
	exit 0
fi

missing=
for p in $want; do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
if [ -z "$missing" ]; then
	[ "$1" != ci ] || npm_packages
	exit
fi

echo "missing packages:$missing"
sudo=
if [ "$(id -u)" != 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "install them as root: apt-get install$missing"
		exit 1
	fi
	sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{
	$sudo apt-get install -y -q $missing ||
		{ $sudo apt-get update -q && $sudo apt-get install -y -q $missing; }
} >/tmp/pab-deps.$$ 2>&1 || {
	tail -n 20 /tmp/pab-deps.$$
	rm -f /tmp/pab-deps.$$
	echo "could not install:$missing"
	exit 1
}
rm -f /tmp/pab-deps.$$
[ "$1" != ci ] || npm_packages
