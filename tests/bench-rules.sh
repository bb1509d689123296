#!/bin/bash
# What rules cost: a search and a listing of 75,000 files, and start-up, under the
# strictest preset (its question answered) and a plain one, beside no rules, interleaved in
# one run. Prints medians of whole processes and their ratio; the goal for a search is at
# most 1.05.
# usage: bench-rules.sh BUILD_DIR [RUNS]
set -eu
build=$(cd "$1" && pwd) runs=${2:-21}
dir=$(mktemp -d)
trap 'cd /; rm -rf "$dir"' EXIT
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS PAB_CWD PAB_RULES PAB_ASK PAB_AUDIT
export LC_ALL=C HOME=$dir
python3 - "$dir/tree" <<'END'
import os, random, sys
random.seed(7)
words = ("alpha beta gamma delta core util net fs kernel driver table index cache parse "
         "lex node tree graph list queue").split()
for i in range(5000):
    d = os.path.join(sys.argv[1], words[i % 20], words[i // 20 % 20] + str(i // 400), "d%d" % i)
    os.makedirs(d)
    for k in range(15):
        name = "%s_%s%d.%s" % (random.choice(words), random.choice(words), k,
                               random.choice(["c", "h", "md", "py"]))
        with open(os.path.join(d, name), "w") as f:
            f.write("\n".join("line %d of %s %s foo(bar)" % (j, random.choice(words), k)
                              for j in range(random.randint(20, 400))))
END
cd "$dir/tree"
bench=$build/bench yes=$(command -v true)

one() { # NAME PROGRAM ARG ...
	local name=$1
	shift
	"$bench" "$runs" "$name, strict" 'no rules' ::: "$1" -B local --rules strict \
		--ask "$yes" "${@:2}" ::: "$1" -B local "${@:2}"
	"$bench" "$runs" "$name, readonly" 'no rules' ::: "$1" -B local --rules readonly \
		"${@:2}" ::: "$1" -B local "${@:2}"
}

echo "whole processes, $runs runs each, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
"$bench" "$runs" 'noise: pab-grep' 'pab-grep' ::: "$build/pab-grep" -B local -c 'line 300 of' \
	::: "$build/pab-grep" -B local -c 'line 300 of'
one 'pab-grep, 75,000 files' "$build/pab-grep" -c 'line 300 of'
one 'pab-glob, 75,000 files' "$build/pab-glob" --no-limit '*_tree3.c'
runs=$((runs * 15))
one 'pab-ls, one directory' "$build/pab-ls" alpha
"$bench" "$runs" 'noise: pab-ls' 'pab-ls' ::: "$build/pab-ls" -B local alpha ::: \
	"$build/pab-ls" -B local alpha
