load helper

# Every unit program: what does not hold it prints, and ends with status 1.

unit() {
	run -0 --separate-stderr "$@"
	same ''
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
