#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two MCP servers measured in turns (bench-mcp.sh): medians, and their ratio.
usage: bench-mcp.py PAB-MCP SERVER-FILESYSTEM
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

STARTS, CALLS = 20, 200


class Server:
    def __init__(self, argv, root):
        self.start = time.perf_counter()
        self.proc = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, cwd=root)
        self.next, self.kept = 0, {}
        self.call("initialize", protocolVersion="2025-06-18", capabilities={},
                  clientInfo={"name": "bench", "version": "1"})
        self.started = time.perf_counter() - self.start
        self.send(method="notifications/initialized")

    def send(self, **message):
        self.proc.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.proc.stdin.flush()

    def ask(self, method, **params):
        self.next += 1
        self.send(id=self.next, method=method, params=params)
        return self.next

    def answer(self, ident):
        while ident not in self.kept:
            line = self.proc.stdout.readline()
            message = json.loads(line)
            if "method" not in message:
                self.kept[message["id"]] = message, len(line)
        return self.kept.pop(ident)

    def call(self, method, **params):
        return self.answer(self.ask(method, **params))

    def tool(self, name, arguments):
        began = time.perf_counter()
        message, _ = self.call("tools/call", name=name, arguments=arguments)
        took = time.perf_counter() - began
        assert not message["result"].get("isError"), message
        return took

    def memory(self):
        with open(f"/proc/{self.proc.pid}/status", encoding="ascii") as f:
            return int(next(x for x in f if x.startswith("VmRSS")).split()[1])

    def end(self):
        self.proc.stdin.close()
        self.proc.stdout.close()
        self.proc.terminate()
        self.proc.wait()


class Side:
    """What differs between the two."""

    def __init__(self, argv, root, read, edit):
        self.argv, self.root, self.read_name, self.edit_name = argv, root, read, edit
        self.path = os.path.join(root, "f.txt")

    def edit_arguments(self, old, new):
        if self.read_name == "read_file":
            return {"path": self.path, "old_string": old, "new_string": new}
        return {"path": self.path, "edits": [{"oldText": old, "newText": new}]}

    def fill(self):
        with open(self.path, "w", encoding="ascii") as f:
            f.write("".join(f"line {i:03}: old and some more text\n" for i in range(200)))


def report(what, ours, theirs, unit, goal):
    ratio = ours / theirs
    print(f"{what:34} {ours:10.2f} {theirs:10.2f} {unit:3} {ratio:8.3f}  goal {goal:.3f}"
          f"  {'met' if ratio <= goal else 'MISSED'}")


def parallel(side):
    counts = []
    for _ in range(3):
        side.fill()
        server = Server(side.argv, side.root)
        idents = [server.ask("tools/call", name=side.edit_name, arguments=side.edit_arguments(
            f"line {i:03}: old", f"line {i:03}: new")) for i in range(40)]
        done = sum(not server.answer(i)[0]["result"].get("isError") for i in idents)
        with open(side.path, encoding="ascii") as f:
            counts.append(f"{f.read().count('new')} ({done} reported)")
        server.end()
    return ", ".join(counts)


def main(ours, theirs):
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        os.environ["HOME"] = a
        root = os.path.join(a, "root")
        os.mkdir(root)
        sides = [Side([ours], root, "read_file", "edit_file"),
                 Side(["node", theirs, b], b, "read_text_file", "edit_file")]
        print(f"{'':34} {'pab-mcp':>10} {'filesystem':>10}        ratio  load "
              f"{os.getloadavg()[0]:.2f}")
        starts = [[], []]
        for _ in range(STARTS):
            for i, side in enumerate(sides):
                server = Server(side.argv, side.root)
                starts[i].append(server.started * 1000)
                server.end()
        report("start to initialize", *map(statistics.median, starts), "ms", 1 / 20)
        servers = [Server(s.argv, s.root) for s in sides]
        sizes = [s.call("tools/list")[1] for s in servers]
        reads, edits = [[], []], [[], []]
        for side in sides:
            side.fill()
        for n in range(CALLS):
            for i, side in enumerate(sides):
                reads[i].append(1000 * servers[i].tool(side.read_name, {"path": side.path}))
                old, new = ("old", "new") if n % 2 == 0 else ("new", "old")
                edits[i].append(1000 * servers[i].tool(side.edit_name, side.edit_arguments(
                    f"line 100: {old}", f"line 100: {new}")))
        report("read", *map(statistics.median, reads), "ms", 1 / 3)
        report("edit", *map(statistics.median, edits), "ms", 1 / 3)
        report("tools/list", *sizes, "B", 1 / 3)
        report("resident memory after the calls", *[s.memory() / 1024 for s in servers], "MB",
               1 / 10)
        for server in servers:
            server.end()
        for side, name in zip(sides, ("pab-mcp", "server-filesystem")):
            print(f"40 parallel edits kept, {name}: {parallel(side)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
