#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decides every line of tests/data/rules/lines.txt and compares with what is expected.

usage: rulelines.py [FILE]        the last line is "N passed, N failed"
"""
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("PAB_BUILD", "build/std"))
DATA = os.path.join(TOP, "tests/data/rules")


def read_rows(path):
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                rules, want, text = line.split(" ", 2)
                text = text.replace("\\n", "\n").replace("\\t", "\t")
                yield number, rules, want, text


def make_tree(top):
    for name in ".ssh", "sub", "out", "home":
        os.mkdir(os.path.join(top, name))
    for name in ".env", ".ssh/id_rsa", "server.pem", "a.txt", "notes.txt":
        with open(os.path.join(top, name), "w") as f:
            f.write("x\n")
    os.symlink(".env", os.path.join(top, "link"))


def decide(top, rules, rows):
    """All the rows of one set of rules in one run of the program."""
    path = os.path.join(DATA, rules)
    env = {"PATH": os.environ["PATH"], "HOME": os.path.join(top, "home"),
           "PAB_BACKEND": "local", "LC_ALL": "C", "PAB_RULES":
           path if os.path.exists(path) else rules,
           "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1"}
    p = subprocess.run([BUILD + "/pab-rules", "-j", "test", "execute", "--"]
                       + [row[3] for row in rows], cwd=top, env=env, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
    if p.returncode not in (0, 5, 6):
        raise SystemExit("pab-rules: status %d" % p.returncode)
    records = [json.loads(line) for line in p.stdout.splitlines()]
    return [r for r in records if r["type"] == "rule"]


def main():
    rows = list(read_rows(sys.argv[1] if len(sys.argv) > 1 else DATA + "/lines.txt"))
    passed = failed = 0
    with tempfile.TemporaryDirectory() as top:
        make_tree(top)
        for rules in dict.fromkeys(row[1] for row in rows):
            mine = [row for row in rows if row[1] == rules]
            got = decide(top, rules, mine)
            if len(got) != len(mine):
                raise SystemExit("%s: %d answers to %d lines" % (rules, len(got), len(mine)))
            for (number, _, want, text), record in zip(mine, got):
                if record["action"] == want:
                    passed += 1
                    continue
                failed += 1
                print("line %d: %s: %r: %s, not %s (%s)" % (
                    number, rules, text, record["action"], want,
                    record.get("unsure") or record["pattern"]))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
