// SPDX-License-Identifier: MIT
// A whole agent loop: OpenAI's SDK, a model on loopback that goes by a script, and pab's
// tools. The task: write fibonacci.py, run it, show the first ten numbers.
// usage: node agent.mjs NODE_MODULES; PAB_BACKEND says where. Prints the final message.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { createRequire } from 'node:module';

const { OpenAI } = createRequire(`${process.argv[2]}/x.js`)('openai');
const program = 'a, b = 0, 1\nfor _ in range(10):\n    print(a, end=" ")\n    a, b = b, a + b\n';
const calls = [
	['write_file', { path: 'fibonacci.py', content: program }],
	['execute', { command: 'python3 fibonacci.py' }],
];

// The model: after each answer the next call, then what the last answer was.
const server = http.createServer(async (request, response) => {
	let body = '';
	for await (const chunk of request) body += chunk;
	const { messages, tools } = JSON.parse(body);
	assert.deepEqual(tools.map((t) => t.function.name).sort(),
		['edit_file', 'execute', 'glob', 'grep', 'ls', 'read_file', 'write_file']);
	const answers = messages.filter((m) => m.role === 'tool');
	const next = calls[answers.length];
	const message = next
		? { role: 'assistant', content: null, tool_calls: [{ id: `call_${answers.length}`,
			type: 'function', function: { name: next[0], arguments: JSON.stringify(next[1]) } }] }
		: { role: 'assistant', content: answers.at(-1).content };
	response.setHeader('content-type', 'application/json');
	response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'script',
		choices: [{ index: 0, message, finish_reason: next ? 'tool_calls' : 'stop' }] }));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const client = new OpenAI({ apiKey: 'none', maxRetries: 0,
	baseURL: `http://127.0.0.1:${server.address().port}/v1` });
const pab = (args, input = '') => JSON.parse(execFileSync('pab-tools', args, { input }));
const tools = pab(['schema', '--format', 'openai']);
const messages = [{ role: 'user', content: 'Write fibonacci.py, run it, show the first 10.' }];
for (;;) {
	const { choices } = await client.chat.completions.create({ model: 'script', messages, tools });
	const { message } = choices[0];
	messages.push(message);
	if (!message.tool_calls) break;
	for (const call of message.tool_calls)
		messages.push(pab(['call', '--ledger', `${process.env.HOME}/ledger`], JSON.stringify(call)));
}
console.log(messages.at(-1).content);
server.close();
