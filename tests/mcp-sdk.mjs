// SPDX-License-Identifier: MIT
// pab-mcp spoken to by the official SDK, which checks every message against its schemas.
// usage: node mcp-sdk.mjs NODE_MODULES COMMAND [ARG ...]; status 0 when all is well.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const [modules, command, ...args] = process.argv.slice(2);
const sdk = createRequire(`${modules}/x.js`);
const { Client } = sdk('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = sdk('@modelcontextprotocol/sdk/client/stdio.js');
const { ElicitRequestSchema } = sdk('@modelcontextprotocol/sdk/types.js');

async function connect(more = [], capabilities = {}) {
	const client = new Client({ name: 'test', version: '1' }, { capabilities });
	const env = { ...process.env };
	await client.connect(new StdioClientTransport({ command, args: [...args, ...more], env }));
	return client;
}
const call = (client, name, args, options) =>
	client.callTool({ name, arguments: args }, undefined, options);
const text = async (...what) => (await call(...what)).content[0].text;

let client = await connect();
assert.equal(client.getServerVersion().name, 'pab');
assert.match(client.getInstructions(), /act in/);
await client.ping();
const { tools } = await client.listTools();
assert.deepEqual(tools.map((t) => t.name),
	['ls', 'read_file', 'write_file', 'edit_file', 'glob', 'grep', 'execute']);
assert.equal(tools.find((t) => t.name === 'grep').annotations.readOnlyHint, true);

// Each tool once.
assert.match(await text(client, 'write_file', { path: 'd/a.txt', content: 'one\ntwo\n' }), /^wrote/);
assert.equal(await text(client, 'read_file', { path: 'd/a.txt' }), '     1\tone\n     2\ttwo\n');
assert.match(await text(client, 'edit_file',
	{ path: 'd/a.txt', old_string: 'two', new_string: 'zwei' }), /^edited/);
assert.equal(await text(client, 'grep', { pattern: 'zw', output_mode: 'content' }), 'd/a.txt\n2:zwei\n');
assert.equal(await text(client, 'glob', { pattern: '*.txt' }), 'd/a.txt\n');
assert.match(await text(client, 'ls', {}), /d\//);
assert.equal(await text(client, 'execute', { command: 'cat d/a.txt' }), 'one\nzwei\n');

// An error is marked; a picture is one; metadata stands beside.
const missing = await call(client, 'read_file', { path: 'nope' });
assert.equal(missing.isError, true);
assert.deepEqual(missing._meta.pab, { status: 3, code: 'not_found', truncated: false });
fs.writeFileSync('p.png', Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64'));
const picture = await call(client, 'read_file', { path: 'p.png' });
assert.equal(picture.content[1].mimeType, 'image/png');
assert.deepEqual(Buffer.from(picture.content[1].data, 'base64'), fs.readFileSync('p.png'));
await assert.rejects(call(client, 'no_such_tool', {}), /unknown tool/);

// Progress, and an end from this side.
const steps = [];
await call(client, 'execute', { command: 'until test -e go; do sleep 0.05; done' }, {
	onprogress: (p) => { steps.push(p.progress); fs.writeFileSync('go', ''); } });
assert.ok(steps.length >= 1);
const stop = new AbortController();
const ended = call(client, 'execute', { command: 'touch begun; sleep 600' }, { signal: stop.signal });
while (!fs.existsSync('begun')) await new Promise((done) => setTimeout(done, 10));
stop.abort('enough');
await assert.rejects(ended);
await client.ping();
await client.close();

// Structured content, the other set of tools, rules.
client = await connect(['--structured', '--edit-format', 'hashline', '--only', 'read_file,hashline_edit']);
const read = await call(client, 'read_file', { path: 'd/a.txt' });
assert.deepEqual(read.structuredContent, { status: 0, truncated: false });
const [, hash] = /^2:([0-9a-f]{4})\|zwei$/m.exec(read.content[0].text);
assert.match(await text(client, 'hashline_edit',
	{ path: 'd/a.txt', start_line: 2, start_hash: hash, new_content: 'two' }), /^edited/);
assert.equal((await client.listTools()).tools.length, 2);
await client.close();
client = await connect(['--rules', 'readonly']);
assert.deepEqual((await client.listTools()).tools.map((t) => t.name), ['ls', 'read_file', 'glob', 'grep']);
await client.close();

// A question to the person.
client = await connect(['--rules', 'default'], { elicitation: { form: {} } });
client.setRequestHandler(ElicitRequestSchema, (q) => {
	assert.match(q.params.message, /Allow write: asked\.txt\?/);
	return { action: 'accept', content: { allow: true } };
});
assert.match(await text(client, 'write_file', { path: 'asked.txt', content: 'x\n' }), /^wrote/);
await client.close();
console.log('ok');
