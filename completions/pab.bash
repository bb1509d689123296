# bash completion for pab. Written by completions/generate; do not edit.
# shellcheck shell=bash disable=SC2207

# Prints the options of program $1; those with a value end in "=" and what the value is.
_pab_options() {
	case $1 in
	esac
}

# Prints what the operands of program $1 are.
_pab_operands() {
	case $1 in
	esac
}

_pab_names=""

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

complete -F _pab 
