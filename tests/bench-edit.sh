#!/bin/bash
# pab-edit beside sed -i and perl -pi: what an edit keeps, who wins a race, how long it
# takes. usage: bench-edit.sh BUILD_DIR [RUNS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) runs=${2:-200}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
unset PAB_BACKEND PAB_OUTPUT PAB_LIMITS PAB_FSYNC
export LC_ALL=C HOME=$dir PATH=$build:$PATH

echo '== what an edit keeps: row, pab-edit, sed -i, perl -0pi'
LARGE=1 "$here/fidelity.sh" "$build" pab-edit sed perl | column -t -s $'\t'

# one TOOL N FILE: line N of the file, "line N: old", becomes new.
one() {
	case $1 in
	pab-edit) pab-edit -q --old "line $2: old" --new "line $2: new" "$3" ;;
	sed) sed -i "s/line $2: old/line $2: new/" "$3" ;;
	perl) perl -0pi -e "s/line $2: old/line $2: new/" "$3" ;;
	esac >/dev/null 2>&1
}

# race TOOL DIR: 40 at once; how many are there, how many were reported as done.
race() {
	local tool=$1 i pids=() said=0
	for i in $(seq -f %03g 40); do
		one "$tool" "$i" "$2" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" && said=$((said + 1))
	done
	echo "$(grep -c new "$2") there, $said reported"
}

fresh() {
	seq -f 'line %03g: old' 40 >"$1"
}

echo '== 40 writers on one file, three times'
for tool in pab-edit sed perl; do
	for _ in 1 2 3; do
		fresh "$dir/f"
		echo "$tool: $(race "$tool" "$dir/f")"
	done
done
echo '== 40 writers on 40 files of one directory: edited, other names left behind'
for tool in pab-edit sed perl; do
	rm -rf "$dir/many"
	mkdir "$dir/many"
	for i in $(seq -f %03g 40); do echo "line $i: old" >"$dir/many/$i"; done
	for i in $(seq -f %03g 40); do one "$tool" "$i" "$dir/many/$i" & done
	wait
	echo "$tool: $(cat "$dir"/many/* | grep -c new), $(find "$dir/many" -type f ! -name '[0-9][0-9][0-9]' | wc -l)"
done
if [ "$(id -u)" = 0 ]; then
	echo '== two users, 20 writers each, on one file both may write: edits there, its owner'
	export -f one
	for tool in pab-edit sed perl; do
		rm -rf "$dir/shared"
		mkdir -m 777 "$dir/shared"
		fresh "$dir/shared/f"
		chmod 666 "$dir/shared/f"
		for i in $(seq -f %03g 1 20); do one "$tool" "$i" "$dir/shared/f" & done
		for i in $(seq -f %03g 21 40); do
			PAB_HOME=$dir/shared/.home setpriv --reuid 65534 --regid 65534 --clear-groups \
				bash -c "one $tool $i $dir/shared/f" &
		done
		wait
		echo "$tool: $(grep -c new "$dir/shared/f"), $(stat -c %U "$dir/shared/f")"
	done
fi
echo '== 40 writers, readers meanwhile: edits there, reads, reads that saw no whole file'
for tool in pab-edit sed perl; do
	fresh "$dir/f"
	: >"$dir/go"
	(
		torn=0 n=0
		while [ -e "$dir/go" ]; do
			[ "$(wc -l <"$dir/f")" = 40 ] || torn=$((torn + 1))
			n=$((n + 1))
		done
		echo "$n reads, $torn torn" >"$dir/reads"
	) 2>/dev/null &
	reader=$!
	there=$(race "$tool" "$dir/f")
	rm "$dir/go"
	wait $reader
	echo "$tool: $there; $(cat "$dir/reads")"
done
echo '== the file grows meanwhile: 500 lines are appended while 20 edits are made; lines lost'
for tool in pab-edit sed perl; do
	fresh "$dir/f"
	(for i in $(seq 500); do echo "more $i" >>"$dir/f"; done) &
	for i in $(seq -f %03g 20); do one "$tool" "$i" "$dir/f"; done
	wait
	echo "$tool: $((500 - $(grep -c more "$dir/f"))) lines, $((20 - $(grep -c new "$dir/f"))) edits"
done

# times NAME RUNS FILE-SIZE: one edit, there and back again.
times() {
	local n=$2 b=$build/bench
	"$b" "$n" 'noise: sed -i' 'sed -i' ::: sed -i 's/value=@1;/value=@2;/' o1 ::: \
		sed -i 's/value=@1;/value=@2;/' o2
	PAB_FSYNC=off "$b" "$n" "pab-edit, $1" 'sed -i' ::: \
		pab-edit --old 'value=@1;' --new 'value=@2;' f ::: sed -i 's/value=@1;/value=@2;/' o1
	PAB_FSYNC=off "$b" "$n" "pab-edit, $1" 'perl -pi' ::: \
		pab-edit --old 'value=@1;' --new 'value=@2;' f ::: \
		perl -pi -e 's/value=@1;/value=@2;/' o2
	"$b" "$n" "pab-edit, $1, fsync" 'sed -i, sync' ::: \
		sh -c "pab-edit --old 'value=@1;' --new 'value=@2;' f; :" ::: \
		sh -c 'sed -i "s/value=@1;/value=@2;/" o1; sync o1'
	"$b" "$n" "pab-edit, $1, fsync" 'perl -pi, sync' ::: \
		sh -c "pab-edit --old 'value=@1;' --new 'value=@2;' f; :" ::: \
		sh -c 'perl -pi -e "s/value=@1;/value=@2;/" o2; sync o2'
}

cd "$dir" || exit 1
echo "== time of whole processes, interleaved; $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
seq -f 'line %g of a small file, as sources are' 1 250 >f
sed -i '125s/.*/value=1;/' f
cp f o1
cp f o2
times '10 kB' "$runs"
seq -f 'line %g of a large file, as logs are, with some words' 1 1700000 >f
sed -i '850000s/.*/value=1;/' f
cp f o1
cp f o2
times "$(($(stat -c %s f) / 1000000)) MB" $((runs / 20 + 1))
echo "== why a text is not there, in that file"
sed -n '850001,850004s/ /  /p' f >old
bash -c 'time pab-edit --old-file old --new x f' 2>&1 | sed -n '1p;/real/p'
