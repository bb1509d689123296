#!/bin/sh
# Makes sure that the Debian packages for building (build) or for everything (test) are
# there: installs what is missing when root or sudo can, else prints the list and stops.
set -u

build='gcc make pkg-config libc6-dev libpcre2-dev libmd-dev libcjson-dev'
test="$build bats jq git acl attr util-linux procps python3 time patch ripgrep strace"
ci="$test clang clang-format clang-tidy libclang-rt-14-dev cppcheck codespell shellcheck
	mandoc groff fish zsh binutils gcc-aarch64-linux-gnu
	libc6-dev-arm64-cross"

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
[ -n "$missing" ] || exit 0

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
