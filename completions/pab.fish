# fish completion for pab. Written by completions/generate; do not edit.

# Is this "pab NAME" with the name given?
function __pab_runs
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end
