# bash completion for pab. Written by completions/generate; do not edit.
# shellcheck shell=bash disable=SC2207

# Prints the options of program $1; those with a value end in "=" and what the value is.
_pab_options() {
	case $1 in
	pab)
		printf "%s\n" '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-ls)
		printf "%s\n" '-R' '--recursive' '--depth=@text' '-d' '--directory' '-l' '--long' '--kind=@text' '--sort=@text' '-t' '-S' '-r' '--reverse' '-0' '--null' '-a' '--all' '-A' '--almost-all' '-F' '--classify' '-h' '--human-readable' '-1' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-read)
		printf "%s\n" '--offset=@text' '--limit=@text' '-r=@text' '--range=@text' '-b=@text' '--bytes=@text' '--raw' '--tags' '--stat' '-n' '--number' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-write)
		printf "%s\n" '--if-match=@text' '--new' '-a' '--append' '--mode=@text' '--eol=@text' '--empty' '--literal' '--diff' '-n' '--dry-run' '--atomic' '--break-links' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-edit)
		printf "%s\n" '--old=@text' '--new=@text' '--old-file=@file' '--new-file=@file' '--at=@text' '--to=@text' '--after=@text' '--before=@text' '--delete=@text' '-a' '--all' '-w' '--word' '--indent' '--literal' '--if-match=@text' '--diff' '-n' '--dry-run' '--atomic' '--break-links' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-sub)
		printf "%s\n" '--apply' '-F' '--fixed-strings' '-i' '--ignore-case' '-S' '--smart-case' '-w' '--word-regexp' '-g=@text' '--glob=@text' '-t=@text' '--type=@text' '-.' '--hidden' '--no-ignore' '--diff' '--atomic' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-patch)
		printf "%s\n" '-n' '--dry-run' '-R' '--reverse' '-p=@text' '--strip=@text' '--atomic' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-glob)
		printf "%s\n" '-e=@text' '--pattern=@text' '-i' '--ignore-case' '-.' '--hidden' '--no-ignore' '-u' '--kind=@text' '--depth=@text' '--sort=@text' '--reverse' '-0' '--null' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-grep)
		printf "%s\n" '-e=@text' '--regexp=@text' '-F' '--fixed-strings' '-i' '--ignore-case' '-S' '--smart-case' '-w' '--word-regexp' '-x' '--line-regexp' '-v' '--invert-match' '-l' '--files-with-matches' '-L' '--files-without-match' '-c' '--count' '-o' '--only-matching' '-q' '--quiet' '-A=@text' '--after-context=@text' '-B=@text' '--before-context=@text' '-C=@text' '--context=@text' '-U' '--multiline' '-m=@text' '--max-count=@text' '-g=@text' '--glob=@text' '-t=@text' '--type=@text' '-.' '--hidden' '-u' '--unrestricted' '-f=@file' '--file=@file' '-a' '--text' '-0' '--null' '--no-ignore' '--include=@text' '--exclude=@text' '--exclude-dir=@text' '--depth=@text' '--max-depth=@text' '--type-list' '--color=@text' '-r' '--recursive' '-R' '--dereference-recursive' '-n' '--line-number' '-H' '--with-filename' '-E' '--extended-regexp' '-P' '--perl-regexp' '-I' '-s' '--no-messages' '--no-heading' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-exec)
		printf "%s\n" '-c=@text' '--command=@text' '-C=@dir' '--directory=@dir' '--stdin' '--timeout=@text' '--grace=@text' '--idle-timeout=@text' '--leave' '--bg' '-t' '--terminal' '--split' '--raw' '--env=@text' '--pass=@text' '--clean-env' '--net' '--allow-write=@text' '--mem=@text' '--cpu=@text' '--procs=@text' '--fsize=@text' '--nofile=@text' '--core=@text' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-job)
		printf "%s\n" '--new' '--reader=@text' '--offset=@text' '--lines=@text' '-f' '--follow' '--wait-for=@text' '--timeout=@text' '--raw' '--now' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-rm)
		printf "%s\n" '-r' '--recursive' '-f' '--force' '-R' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-mv)
		printf "%s\n" '-f' '--force' '--from=local local:' '--to=local local:' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-cp)
		printf "%s\n" '-r' '--recursive' '-f' '--force' '--from=local local:' '--to=local local:' '--fsync=on off' '--journal=on off' '--pack' '--unpack' '-R' '-p' '--preserve' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-mkdir)
		printf "%s\n" '-p' '--parents' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-state)
		printf "%s\n" '--bytes=@text' '--files=@text' '--replace' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-session)
		printf "%s\n" '--on=@text' '--runtime=@text' '--image=@text' '--workspace=@dir' '--workspace-root=@dir' '--mount=@text' '--net' '--env=@text' '--allow-write=@text' '--rules=@text' '--mem=@text' '--cpu=@text' '--procs=@text' '--disk=@text' '--ttl=@text' '--max=@text' '--recreate' '--spec' '--purge' '--yes' '--idle=@text' '--stdin' '-t' '--terminal' '--timeout=@text' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-rules)
		printf "%s\n" '--always' '--for=@text' '--key=@file' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-undo)
		printf "%s\n" '--last=@text' '--since=@text' '-n' '--dry-run' '--fsync=on off' '--journal=on off' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-tools)
		printf "%s\n" '--format=@text' '--only=@text' '--tools=default all' '--read-only' '--edit-format=@text' '--ledger=@text' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-mcp)
		printf "%s\n" '--root=@dir' '--only=@text' '--tools=default all' '--read-only' '--edit-format=@text' '--structured' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	pab-doctor)
		printf "%s\n" '--on=@text' '--all' '-B=local local:' '--backend=local local:' '--allow=@dir' '--cwd=@dir' '-j' '--json' '--output=text json model' '--limits=@text' '--no-limit' '--strict' '-q' '--quiet' '--home=@dir' '--rules=@text' '--ask=@text' '--audit=@text' '--actor=@text' '--help' '--version' '--dump-options'
		;;
	esac
}

# Prints what the operands of program $1 are.
_pab_operands() {
	case $1 in
	pab) echo name ;;
	pab-ls) echo file ;;
	pab-read) echo file ;;
	pab-write) echo file ;;
	pab-edit) echo file ;;
	pab-sub) echo pattern ;;
	pab-patch) echo file ;;
	pab-glob) echo pattern ;;
	pab-grep) echo pattern ;;
	pab-exec) echo command ;;
	pab-job) echo command ;;
	pab-rm) echo file ;;
	pab-mv) echo file ;;
	pab-cp) echo file ;;
	pab-mkdir) echo file ;;
	pab-state) echo command ;;
	pab-session) echo command ;;
	pab-rules) echo command ;;
	pab-undo) echo file ;;
	pab-tools) echo command ;;
	pab-mcp) echo file ;;
	pab-doctor) echo file ;;
	esac
}

_pab_names="ls read write edit sub patch glob grep exec job rm mv cp mkdir state session rules undo tools mcp doctor"

# Completes $cur as a value of the kind $1.
_pab_value() {
	compopt -o filenames 2>/dev/null
	case $1 in
	@dir) COMPREPLY=($(compgen -d -- "$cur")) ;;
	@file) COMPREPLY=($(compgen -f -- "$cur")) ;;
	@command) COMPREPLY=($(compgen -c -- "$cur")) ;;
	@text) COMPREPLY=() ;;
	*)
		compopt +o filenames 2>/dev/null
		COMPREPLY=($(compgen -W "$1" -- "$cur"))
		;;
	esac
}

_pab() {
	local IFS=$'\n' cur=${COMP_WORDS[COMP_CWORD]} prog=${COMP_WORDS[0]##*/}
	local at=1 i word value='' ended='' operands=0 line options kind
	COMPREPLY=()
	if [ "$prog" = pab ] && [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = help ]; then
		IFS=$' \n'
		_pab_value "$_pab_names"
		return
	fi
	if [ "$prog" = pab ] && [ "$COMP_CWORD" -gt 1 ] && [[ ${COMP_WORDS[1]} != -* ]]; then
		prog=pab-${COMP_WORDS[1]#pab-}
		at=2
	fi
	options=$(_pab_options "$prog")
	kind=$(_pab_operands "$prog")
	# Walk up to the word: is it a value, an option, or which operand?
	for ((i = at; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ -n "$value" ]; then
			[ "$word" = = ] || value=''
		elif [ -n "$ended" ] || [[ $word != -?* ]]; then
			((operands++))
			[ "$kind" != command ] || ended=1
		elif [ "$word" = -- ]; then
			ended=1
		else
			for line in $options; do
				[[ $line != "$word="* ]] || value=${line#*=}
			done
			# A pattern that an option gives is not the first operand.
			case $kind:$word in
			pattern:-[ef] | pattern:--regexp | pattern:--pattern | pattern:--file)
				((operands++)) ;;
			esac
		fi
	done
	if [ -n "$value" ]; then
		[ "$cur" != = ] || cur=''
		IFS=$' \n'
		_pab_value "$value"
	elif [ -z "$ended" ] && [[ $cur == -* ]]; then
		for line in $options; do
			[[ $line != "$cur"* ]] || COMPREPLY+=("${line%%=*}")
		done
	else
		IFS=$' \n'
		case $kind:$operands in
		name:0) _pab_value "$_pab_names help" ;;
		pattern:0) _pab_value @text ;;
		command:0) _pab_value @command ;;
		*) IFS=$'\n'; _pab_value @file ;;
		esac
	fi
}

complete -F _pab pab pab-ls pab-read pab-write pab-edit pab-sub pab-patch pab-glob pab-grep pab-exec pab-job pab-rm pab-mv pab-cp pab-mkdir pab-state pab-session pab-rules pab-undo pab-tools pab-mcp pab-doctor
