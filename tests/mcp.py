#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An MCP client of the tests' own, for what the official ones do not do.
usage: mcp.py CASE [pab-mcp's options ...]; prints what it saw; status 0 when all is well.
"""
import json
import os
import signal
import subprocess
import sys
import time


class Client:
    def __init__(self, *options, capabilities=None, start=True, **popen):
        self.proc = subprocess.Popen(["pab-mcp", *options], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, **popen)
        self.next, self.kept = 0, []
        if start:
            self.hello = self.call("initialize", protocolVersion="2025-11-25",
                                   capabilities=capabilities or {}, clientInfo={})
            self.send(method="notifications/initialized")

    def raw(self, data):
        self.proc.stdin.write(data)
        self.proc.stdin.flush()

    def send(self, **message):
        self.raw(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def ask(self, method, **params):
        self.next += 1
        self.send(id=self.next, method=method, params=params)
        return self.next

    def read(self):
        line = self.proc.stdout.readline()
        assert line.endswith(b"\n"), f"the server ended: {line!r}"
        return json.loads(line)

    def wait(self, want):
        """The first message that want() takes; others are kept."""
        for i, message in enumerate(self.kept):
            if want(message):
                return self.kept.pop(i)
        while not want(message := self.read()):
            self.kept.append(message)
        return message

    def answer(self, ident):
        return self.wait(lambda m: m.get("id") == ident and "method" not in m)

    def call(self, method, **params):
        return self.answer(self.ask(method, **params))

    def start_tool(self, name, token=None, **arguments):
        meta = {"_meta": {"progressToken": token}} if token else {}
        return self.ask("tools/call", name=name, arguments=arguments, **meta)

    def tool(self, name, **arguments):
        return self.text(self.answer(self.start_tool(name, **arguments)))

    @staticmethod
    def text(message):
        result = message["result"]
        return ("error: " if result["isError"] else "") + result["content"][0]["text"]

    def close(self):
        self.proc.stdin.close()
        rest = self.proc.stdout.read()
        assert self.proc.wait() == 0, self.proc.returncode
        return rest


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(what):
    for _ in range(2000):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def sleeper(client, token=None):
    """A command that runs for long; the id of the call and of a process of its."""
    if os.path.exists("pid"):
        os.unlink("pid")
    ident = client.start_tool("execute", token=token,
                              command="setsid sleep 600 & echo $! >pid.new; mv pid.new pid; wait")
    until(lambda: os.path.exists("pid"))
    with open("pid", encoding="ascii") as f:
        return ident, int(f.read())


def cancel(*options):
    c = Client(*options)
    ident, pid = sleeper(c)
    c.send(method="notifications/cancelled", params={"requestId": ident, "reason": "no"})
    until(lambda: not running(pid))
    assert c.call("ping")["result"] == {}
    assert not [m for m in c.kept if m.get("id") == ident], "a cancelled call was answered"
    c.close()


def progress(*options):
    c = Client(*options)
    ident = c.start_tool("execute", token="t1", command="until test -e go; do sleep 0.05; done")
    seen = [c.wait(lambda m: m.get("method") == "notifications/progress") for _ in range(2)]
    with open("go", "w", encoding="ascii"):
        pass
    c.answer(ident)
    steps = [m["params"]["progress"] for m in seen]
    assert all(m["params"]["progressToken"] == "t1" for m in seen) and steps == sorted(set(steps))
    c.close()


def parallel(*options):
    """40 edits of one file, all in flight; and a file that was read before."""
    c = Client(*options)
    for known in (False, True):
        with open("f", "w", encoding="ascii") as f:
            f.write("".join(f"line {i:03}: old\n" for i in range(40)))
        if known:
            c.tool("read_file", path="f")
        idents = [c.start_tool("edit_file", path="f", old_string=f"line {i:03}: old",
                               new_string=f"line {i:03}: new") for i in range(40)]
        done = sum(not c.answer(i)["result"]["isError"] for i in idents)
        with open("f", encoding="ascii") as f:
            there = f.read().count("new")
        print(f"{there} {done}")
    c.close()


def gone(*options):
    """A client that vanishes, and a server that is killed: nothing stays behind."""
    c = Client("--tools", "all", *options)
    _, pid = sleeper(c)
    c.proc.stdin.close()
    c.proc.stdout.close()
    until(lambda: not running(pid))
    c.proc.wait()
    c = Client("--tools", "all", *options)
    _, pid = sleeper(c)
    c.proc.send_signal(signal.SIGKILL)
    until(lambda: not running(pid))
    c = Client("--tools", "all", *options)
    text = c.tool("run_in_background", command="echo $$ >bg.new; mv bg.new bg; exec sleep 600")
    until(lambda: os.path.exists("bg"))
    with open("bg", encoding="ascii") as f:
        pid = int(f.read())
    assert running(pid) and "running" in c.tool("list_shells")
    assert c.tool("read_output", shell_id=text.strip()).startswith("[pab: ")
    c.close()
    assert not running(pid), "a job outlived its client"
    c = Client(*options)
    _, pid = sleeper(c)
    c.proc.terminate()
    assert c.proc.wait() == 0 and not running(pid)


def ahead(*options):
    """The process that waits for the next call: killed, too small a pipe, its server gone."""
    def waiting():
        with open(f"/proc/{c.proc.pid}/task/{c.proc.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]

    c = Client(*options)
    for _ in range(3):
        until(lambda: len(waiting()) == 1)
        pid = waiting()[0]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not running(pid))
        assert c.tool("write_file", path="f", content="x\n").startswith("wrote f"), "killed"
    large = "0123456789abcde\n" * (1 << 16)
    assert c.tool("write_file", path="g", content=large).startswith("wrote g")
    with open("g", encoding="ascii") as f:
        assert f.read() == large
    until(lambda: len(waiting()) == 1)
    pid = waiting()[0]
    c.proc.kill()
    until(lambda: not running(pid))


def elicit(*options):
    """Questions of the rules: yes, no, put away; a client that cannot be asked."""
    def run(action, **content):
        ident = c.start_tool("write_file", path="a/b.txt", content="x\n")
        q = c.wait(lambda m: m.get("method") == "elicitation/create")
        assert "a/b.txt" in q["params"]["message"], q
        assert q["params"]["requestedSchema"]["type"] == "object"
        c.send(id=q["id"], result={"action": action, **({"content": content} if content else {})})
        return c.text(c.answer(ident))

    c = Client("--rules", "default", *options, capabilities={"elicitation": {}})
    print(run("decline").strip())
    print(run("accept", allow=False).strip())
    print(run("cancel").strip()[:32])
    assert not os.path.exists("a/b.txt")
    print(run("accept", allow=True).strip())
    ident = c.start_tool("execute", command="echo hi")
    q = c.wait(lambda m: m.get("method") == "elicitation/create")
    c.send(method="notifications/cancelled", params={"requestId": ident})
    off = c.wait(lambda m: m.get("method") == "notifications/cancelled")
    assert off["params"]["requestId"] == q["id"]
    # A file that changed: one question, though three programs have it.
    assert "\tx\n" in c.tool("read_file", path="a/b.txt")
    with open("a/b.txt", "a", encoding="ascii") as f:
        f.write("y\n")
    ident = c.start_tool("edit_file", path="a/b.txt", old_string="x", new_string="z")
    q = c.wait(lambda m: m.get("method") == "elicitation/create")
    c.send(id=q["id"], result={"action": "accept"})
    print(c.text(c.answer(ident)).strip())
    assert not [m for m in c.kept if m.get("method") == "elicitation/create"]
    c.close()
    c = Client("--rules", "default", *options, capabilities={"elicitation": {"url": {}}})
    print(c.tool("write_file", path="c.txt", content="x")[:32])
    c.close()


def hostile(*options):
    """What no client should send: each is answered, and the next call works."""
    c = Client(*options, start=False)
    assert c.call("tools/list")["error"]["code"] == -32600
    assert c.call("ping")["result"] == {}
    c = Client(*options)
    # Each is answered with the code; 0: not at all.
    for data, code in ((b"{", -32700), (b"\xff\xfe", -32700), (b'"x"', -32600), (b"[]", -32600),
                       (b"[" * 5000, -32700), (b'{"jsonrpc":"1.0","id":9}', -32600),
                       (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
                       (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
                       (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
                       (b'{"jsonrpc":"2.0","id":9,"method":"ping","params":[]}', -32602),
                       (b'{"jsonrpc":"2.0","id":9,"method":"no/such"}', -32601),
                       (b'{"jsonrpc":"2.0","id":9,"method":"tools/call"}', -32602),
                       (b'{"jsonrpc":"2.0","id":9,"method":"initialize"}', -32602),
                       (b'{"jsonrpc":"2.0","id":9,"id":8,"method":"ping"}', -32700),
                       (b'{"jsonrpc":"2.0","id":9}', -32600),
                       (b'{"jsonrpc":"2.0","id":"pab-ask-1","result":{}}', 0),
                       (b'{"jsonrpc":"2.0","id":"pab-ask-x","error":{}}', 0),
                       (b'{"jsonrpc":"2.0","method":"notifications/cancelled"}', 0),
                       (b'{"jsonrpc":"2.0","method":"notifications/no-such","params":3}', 0),
                       (b"\r", 0), (b"", 0), (b" " * 100, 0),
                       (b'{"jsonrpc":"2.0","id":9,"method":"' + b"x" * (17 << 20) + b'"}', -32600)):
        c.raw(data + b"\n")
        if code:
            message = c.read()
            assert message["error"]["code"] == code, (data[:60], message)
        assert c.call("ping")["result"] == {}, data[:60]
    # A message in many pieces, and many in one.
    whole = b'{"jsonrpc":"2.0","id":"piece","method":"ping"}\r\n'
    for i in range(len(whole)):
        c.raw(whole[i:i + 1])
    c.answer("piece")
    c.raw(b"".join(b'{"jsonrpc":"2.0","id":"n%d","method":"ping"}\n' % i for i in range(500)))
    for i in range(500):
        c.answer(f"n{i}")
    # Arguments of all kinds: a tool's answer, never an end.
    for arguments in ([], "x", 3, None, {"path": 3}, {"path": ["f"]}, {"path": "f", "x": 1},
                      {"path": "a" * 100000}, {"path": "f", "limit": 1e300},
                      {"path": "f", "offset": -1}, {"path": "--version"}, {"path": "-"}):
        ident = c.ask("tools/call", name="read_file", arguments=arguments)
        assert c.answer(ident)["result"]["isError"], arguments
    for command in ("printf '\\377\\000\\033[31m'", "kill -9 $$", "exit 300", "yes | head -c 3000000"):
        assert "result" in c.answer(c.start_tool("execute", command=command)), command
    # A last message without its newline is taken, too.
    c.raw(b'{"jsonrpc":"2.0","id":"last","method":"ping"}')
    assert json.loads(c.close().splitlines()[-1])["id"] == "last"
    # Half a message, then nothing.
    c = Client(*options)
    c.raw(b'{"jsonrpc":"2.0","id":"half","meth')
    assert b"-32700" in c.close()


def slow(*options):
    """A client that sends and sends before it reads: all is answered in the end."""
    with open("big", "w", encoding="ascii") as f:
        f.write("x" * 79 + "\n")
        for i in range(600):
            f.write(f"{i:079}\n")
    c = Client(*options)
    idents = [c.start_tool("read_file", path="big") for _ in range(150)]
    for ident in idents:
        assert len(c.text(c.answer(ident))) > 40000
    c.close()


def ledger(*options):
    """What was read, was changed by others, and is edited."""
    def change(old, new):
        with open("f", encoding="ascii") as f:
            text = f.read()
        with open("f", "w", encoding="ascii") as f:
            f.write(text.replace(old, new))

    with open("f", "w", encoding="ascii") as f:
        f.write("".join(f"line {i}\n" for i in range(1, 11)))
    c = Client(*options)
    c.tool("read_file", path="f")
    change("line 7\n", "line seven\nline 7b\n")
    print(c.tool("edit_file", path="./f", old_string="line 3", new_string="LINE 3"), end="")
    change("line 9", "line nine")
    print(c.tool("edit_file", path="f", old_string="line nine", new_string="x"), end="")
    print(c.tool("edit_file", path="f", old_string="line nine", new_string="LINE 9"), end="")
    change("line 1\n", "")
    print(c.tool("write_file", path=os.path.abspath("f"), content="all\n"), end="")
    os.unlink("f")
    print(c.tool("write_file", path="f", content="all\n"), end="")
    change("all", "other")
    print(c.tool("write_file", path="f", content="again\n"), end="")
    print(c.tool("write_file", path="f", content="again\n"), end="")
    c.close()


if __name__ == "__main__":
    {f.__name__: f for f in (cancel, progress, parallel, gone, ahead, elicit, hostile,
                             slow, ledger)}[sys.argv[1]](*sys.argv[2:])
