#!/bin/bash
# What a sandbox costs, whole processes, interleaved: beside bubblewrap alone with the same
# namespaces, in a place that is kept, and beside npm's @anthropic-ai/sandbox-runtime where
# that is installed (SRT names its `srt`, else it is looked for in PATH).
# usage: bench-sandbox.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-200}
dir=$(mktemp -d)
export PAB_HOME=$dir/records HOME=$dir/home PATH=$build:/usr/bin:/bin LC_ALL=C
srt=${SRT:-$(command -v srt || true)}
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS
trap 'pab-session -q close bench; pab-session -q close here; rm -rf "$dir"' EXIT
mkdir "$dir/home" "$dir/tree"
cd "$dir/tree"
pab-session open bench --on sandbox --workspace . --spec >/dev/null
pab-session open here --on local --workspace . --spec >/dev/null
bwrap="bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --bind $dir/tree $dir/tree"

echo "$runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg); goals: 1.2 times bwrap alone, 3 ms kept, a twentieth of srt"
# shellcheck disable=SC2086 # it is a command line
{
	bench "$runs" 'noise: bwrap alone' 'bwrap alone' ::: $bwrap true ::: $bwrap true
	bench "$runs" 'pab-exec -B sandbox' 'bwrap alone' ::: pab-exec -B sandbox -- true ::: $bwrap true
	bench "$runs" 'pab-exec -B sandbox' 'pab-exec, not confined' ::: \
		pab-exec -B sandbox -- true ::: pab-exec -B local -- true
	bench "$runs" 'pab-exec in bwrap' 'bwrap alone' ::: pab-exec -B local -- $bwrap true ::: $bwrap true
}
bench "$runs" 'kept sandbox' 'kept, not confined' ::: pab-exec -B session:bench -- true ::: \
	pab-exec -B session:here -- true
bench "$runs" 'kept sandbox' 'new sandbox' ::: pab-exec -B session:bench -- true ::: \
	pab-exec -B sandbox -- true
if [ "$srt" ]; then
	PATH=$PATH:$(dirname "$(command -v node || echo /usr/bin/node)")
	few=$((runs < 20 ? runs : 20))
	bench "$few" 'pab-exec -B sandbox' 'srt' ::: pab-exec -B sandbox -- true ::: "$srt" true
	bench "$few" 'kept sandbox' 'srt' ::: pab-exec -B session:bench -- true ::: "$srt" true
else
	echo "srt: not installed (npm install @anthropic-ai/sandbox-runtime; SRT=node_modules/.bin/srt)"
fi
