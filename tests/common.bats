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

@test "JSON gives every byte back" {
	run -0 --separate-stderr unit-jout print
	json 'length > 1900 and all(.[]; .type == "entry" and (if .s_b64 then
		(.s_b64 | test("^[A-Za-z0-9+/]+=*$")) else (.s | explode | length) > 0 end)) and
		(map(select(.n < 128)) | all(.s == ([.n] | implode))) and
		(map(select(.n >= 128 and .n < 256)) | all(.s == null and .s_b64 != null))'
}
