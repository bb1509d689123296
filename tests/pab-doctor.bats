#!/usr/bin/env bats
# pab-doctor: all holds, as root and as a plain user; and what does not hold is found.
load helper
load user

@test "all holds here" {
	run -0 --separate-stderr pab-doctor --on local --on sandbox --on session -j
	json 'all(.[]; .type != "check" or .held == true)'
	json '.[-1].held >= 150 and .[-1].not_held == 0 and .[-1].untried == 0'
	run -0 --separate-stderr find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'pab-doctor-*' -newer .
	same ''
}

@test "all holds for a plain user" {
	need_root
	run -0 --separate-stderr as_user pab-doctor --on sandbox --on session
	has ' 0 NOT HELD, 0 untried' "$output"
}

@test "where there are no namespaces it says what does not hold" {
	run -7 --separate-stderr forbid userns -- pab-doctor --on sandbox
	has 'NOT HELD  sandbox  plant a hook in .git/hooks' "$output"
	has 'pab-doctor: sandbox: ' "$stderr"
	run -7 --separate-stderr forbid userns landlock -- pab-doctor --on sandbox
	has 'untried   sandbox  run a command' "$output"
}

@test "on the host it finds that nothing holds" {
	need_root
	run -7 --separate-stderr as_user pab-doctor --on host -j
	json '.[-1].not_held >= 25'
	json 'any(.[]; .name == "read_outside" and .held == false)'
	json 'any(.[]; .name == "net4" and .held == false)'
	json 'any(.[]; .name == "protected_parent" and .held == false)'
}

@test "operands and places it does not know" {
	run -2 --separate-stderr pab-doctor x
	run -2 --separate-stderr pab-doctor --on mars
	has "not 'mars'" "$stderr"
}
