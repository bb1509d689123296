#!/usr/bin/env bats
# The column of pab-edit in the table that bench-edit prints, as far as it takes no time.
load helper

@test "pab-edit has no bad cell: what was not asked for is kept, or the edit is refused" {
	run -0 --separate-stderr "$TOP/tests/fidelity.sh" "$BUILD" pab-edit
	[ "${#lines[@]}" -ge 26 ]
	local line refused=0
	for line in "${lines[@]}"; do
		case $line in
		*$'\tkept' | *$'\t-') ;;
		'the text is there twice'*$'\trefused' | 'typographic quotes'*$'\trefused' | \
			'second of two files is missing'*$'\trefused' | 'full disk'*$'\trefused')
			refused=$((refused + 1))
			;;
		*)
			echo "$line" >&2
			return 1
			;;
		esac
	done
	[ "$refused" -ge 3 ]
}

@test "the table tells a tool that changes more than it was asked to" {
	run -0 --separate-stderr "$TOP/tests/fidelity.sh" "$BUILD" sed
	has $'through a symbolic link\tlost' "$output" || has $'through a symbolic link\t' "$output"
	has $'a second hard link\tlost' "$output"
}
