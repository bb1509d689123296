#!/bin/bash
# What CI does for seconds, for minutes: random patterns and texts searched the fast ways and
# by PCRE2 line by line, random trees against git. usage: bench-differ.sh BUILD_DIR
set -eu
cd "$(dirname "$0")/.."
for unit in sift re; do
	ROUNDS=${ROUNDS:-1000000} "$1/unit-$unit"
done
PAB_BUILD=$1 PAB_ROUNDS=${PAB_ROUNDS:-1000} tests/run.sh tests/ignore-git.bats
