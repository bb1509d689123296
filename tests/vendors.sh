#!/bin/bash
# SPDX-License-Identifier: MIT
# The schemas and the answers against the vendors' own types, by their compiler.
# usage: vendors.sh NODE_MODULES; in an empty directory. Status 0 when all fit.
set -eu
modules=$1
ln -s "$modules" node_modules
printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1' >p.png
answer() { # CALL: what pab-tools answers to it, one line
	printf '%s\n' "$1" | pab-tools call
}
typed() { # NAME TYPE VALUE
	printf 'export const %s: %s = %s;\n' "$1" "$2" "$3"
}
# An enumeration of strings takes none but its own.
gemini() {
	sed -E 's/"type":"([A-Z]+)"/"type":Type.\1/g'
}
args='{"path":"p.png"}' quoted='"{\"path\":\"p.png\"}"'
{
	cat <<'END'
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { Part, Tool, Type } from '@google/genai';
END
	for more in '--tools all' '--tools all --edit-format hashline'; do
		n=${#more}
		# shellcheck disable=SC2086
		{
			typed "chat$n" 'OpenAI.ChatCompletionTool[]' "$(pab-tools schema --format openai $more)"
			typed "responses$n" 'OpenAI.Responses.FunctionTool[]' \
				"$(pab-tools schema --format openai-responses $more)"
			typed "anthropic$n" 'Anthropic.Tool[]' "$(pab-tools schema --format anthropic $more)"
			typed "google$n" 'Tool[]' "$(pab-tools schema --format gemini $more | gemini)"
		}
	done
	typed a1 OpenAI.ChatCompletionToolMessageParam \
		"$(answer '{"id":"c","function":{"name":"read_file","arguments":'"$quoted"'}}')"
	typed a2 OpenAI.Responses.ResponseInputItem.FunctionCallOutput \
		"$(answer '{"type":"function_call","call_id":"c","name":"read_file","arguments":'"$quoted"'}')"
	typed a3 Anthropic.ToolResultBlockParam \
		"$(answer '{"type":"tool_use","id":"t","name":"read_file","input":'"$args"'}')"
	typed a4 Anthropic.ToolResultBlockParam \
		"$(answer '{"type":"tool_use","id":"t","name":"read_file","input":{"path":"no"}}')"
	typed a5 Part "$(answer '{"functionCall":{"name":"read_file","args":'"$args"'}}')"
} >types.ts
[ "$(grep -c '^export const' types.ts)" -eq 13 ]
exec node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck --module nodenext \
	--target es2022 types.ts
