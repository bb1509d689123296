# Ignore rules against git itself, on random trees: what pab-glob leaves out is what
# git check-ignore names. PAB_SEED repeats a failure, PAB_ROUNDS sets how many trees.

load helper

# Small alphabets, so that rules hit. The order of the draws is the seed's.
pick() {
	local -n from=$1
	picked=${from[RANDOM % ${#from[@]}]}
}

NAMES=(a b foo bar foobar foo.c b.c a.o 'x y' 'end ' '#h' '!n' '[z]' 'q\' é .dot data build)
PARTS=(a b foo bar '*' '*.c' '?' 'f*' '*o' '[a-f]*' '[!a]*' '[[:alpha:]]' '**' '***' 'foo**' 'f?**'
	'**r' 'b?r' '\*' '\#h' '\!n' '#h' '!n' '[]z]*' '[z' 'x y' 'end\ ' 'end ' 'q\\' 'q\' é '??'
	'.*' '[^.]*' '{a,b}' data 'da*' '[[:foo:]]' '[a-' '[b-a]' '*.*' 'f[n-p]o' '' 'fo\o' '[\a]')
ENDS=('' '' '' '' '/' ' ' '  ' '\ ' $'\t' $'\r' '/*' '/**' '//' '\')
STARTS=('' '' '' '!' '/' '**/' '!/' '\' ' ' '#' '!!' './' '*/')

random_rule() {
	local n=$((RANDOM % 3)) i
	pick STARTS
	rule=$picked
	pick PARTS
	rule+=$picked
	for ((i = 0; i < n; i++)); do
		pick PARTS
		rule+=/$picked
	done
	pick ENDS
	rule+=$picked
}

random_tree() {
	local dir=$1 depth=$2 i
	for ((i = 0; i < 5; i++)); do
		pick NAMES
		if ((depth && RANDOM % 3 == 0)); then
			if [ ! -e "$dir/$picked" ]; then
				mkdir "$dir/$picked"
				random_tree "$dir/$picked" $((depth - 1))
			fi
		elif [ ! -e "$dir/$picked" ]; then
			: >"$dir/$picked"
		fi
	done
	((RANDOM % 2 == 0)) || return 0
	for ((i = RANDOM % 4; i >= 0; i--)); do
		random_rule
		printf '%s\n' "$rule"
	done >"$dir/.gitignore"
}

# What git does not leave out: a path is out when it or a directory above it is named.
git_keeps() {
	(cd tree && find . -mindepth 1 -name .git -prune -o -printf '%P\0') | sort -z >all
	git -C tree check-ignore --no-index -z --stdin <all >out || [ $? -eq 1 ]
	sort -z out | comm -z -23 all -
}

pab_keeps() {
	(cd tree && pab-glob -q -0 -. --kind f,d,l '**') || [ $? -eq 1 ]
}

one_tree() {
	RANDOM=$1
	rm -rf tree
	mkdir tree
	git init -q tree
	random_tree tree 3
	git_keeps >want.0
	pab_keeps >got.0
	tr '\0' '\n' <want.0 >want
	tr '\0' '\n' <got.0 | sort >got
	cmp -s want got && return
	echo "git (-) and pab-glob (+) differ; PAB_SEED=$1 PAB_ROUNDS=1" >&2
	diff -u want got >&2
	(cd tree && find . -name .gitignore -exec tail -vn +1 {} + | cat -A) >&2
	return 1
}

@test "ignore rules mean what git takes them for" {
	command -v git >/dev/null || skip "git is not installed"
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	seed=${PAB_SEED:-$((SRANDOM % 32768))}
	echo "PAB_SEED=$seed"
	for ((round = 0; round < ${PAB_ROUNDS:-40}; round++)); do
		one_tree $(((seed + round) % 32768))
	done
}
