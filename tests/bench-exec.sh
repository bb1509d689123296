#!/bin/bash
# What running a command through pab-exec costs: pab-exec -- true beside timeout 5 true
# (goal: 1.5 times), and 1 GB through --raw beside cat (goal: 1.3 times), interleaved in
# one run. Prints medians of whole processes and their ratio.
# usage: bench-exec.sh BUILD_DIR [RUNS] [RUNS_OF_1_GB]
set -eu
build=$(cd "$1" && pwd) runs=${2:-500} big=${3:-15}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!PAB_@}"
export LC_ALL=C HOME=$dir PATH=$build:$PATH
bench=$build/bench
head -c 1000000000 /dev/zero >1gb
cat >through <<'END'
#!/bin/sh
exec 3>&1
"$@" | cat >/dev/null
END
chmod +x through

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
"$bench" "$runs" 'noise: timeout 5 true' 'timeout 5 true' ::: timeout 5 true ::: timeout 5 true
"$bench" "$runs" 'pab-exec -- true' 'timeout 5 true' ::: pab-exec -- true ::: timeout 5 true
"$bench" "$runs" 'pab-exec --leave -- true' 'timeout 5 true' ::: \
	pab-exec --leave -- true ::: timeout 5 true
"$bench" "$runs" 'pab-exec --mem 1G -- true' 'timeout 5 true' ::: \
	pab-exec --mem 1G -- true ::: timeout 5 true
echo "1 GB, $big runs each"
"$bench" "$big" 'to a pipe: pab-exec --raw' 'cat' ::: ./through pab-exec --raw -- cat 1gb ::: \
	./through cat 1gb
"$bench" "$big" 'pab-exec --raw -- cat' 'cat | cat' ::: pab-exec --raw -- cat 1gb ::: \
	sh -c 'cat 1gb | cat'
"$bench" "$big" 'shown: pab-exec -- cat' 'cat | tail -c 30000' ::: pab-exec -- cat 1gb ::: \
	sh -c 'cat 1gb | tail -c 30000'
