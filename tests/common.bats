load helper

# Every unit program says on standard error what does not hold, and ends with status 1.

unit() {
	echo "$*" >&2
	run -0 --separate-stderr "$@"
	says ''
}

@test "every unit program holds" {
	for program in "$TOP"/tests/unit-*.c; do
		program=${program##*/}
		unit "${program%.c}"
	done
}

@test "paths lead to the same places without openat2" {
	unit no_openat2 unit-root
	rm -r unit-root.*
	unit no_openat2 --eperm unit-root
}
