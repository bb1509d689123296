#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every row of tests/data/rules/table.txt on every backend that tests/backends.py makes.

usage: ruletable.py [BACKEND ...]        the last line is "N passed, N failed"

A row is RULES OPERATION TARGET DECISION. Targets that are named are given to pab-read,
pab-grep, pab-write --dry-run and pab-edit --dry-run; what walks show comes from pab-ls -R,
pab-glob and pab-grep, once for a set of rules.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from backends import KINDS, TOP, Backend

DATA = os.path.join(TOP, "tests/data/rules")
STATUS = {"allow": 0, "missing": 3, "deny": 5, "ask": 6}
NAMED = {
    "read": ["pab-read", "-q", "--"],
    "grep": ["pab-grep", "-q", "x", "--"],
    "write": ["pab-write", "-q", "--dry-run", "--"],
    "edit": ["pab-edit", "-q", "--dry-run", "--old", "x", "--new", "y", "--"],
}
WALKS = {
    "listed": ["pab-ls", "-q0R"],
    "found": ["pab-glob", "-q0uu", "**"],
    "searched": ["pab-grep", "-0luu", "x"],
}


def read_rows():
    with open(DATA + "/table.txt", encoding="utf-8") as f:
        return [[part.replace("\\s", " ") for part in line.split()]
                for line in f if not line.startswith("#")]


def run(backend, args, rules=None, stdin=b""):
    env = dict(backend.env)
    if rules:
        path = os.path.join(DATA, rules)
        env["PAB_RULES"] = path if os.path.exists(path) else rules
    return subprocess.run(args, env=env, cwd=backend.cwd, input=stdin, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def make(backend, rows):
    """Every target that some row does not miss, with one line in it."""
    absent = {target for _, op, target, _ in rows} - {
        target for _, op, target, _ in rows if op == "listed"}
    for target in dict.fromkeys(row[2] for row in rows if row[2] not in absent):
        p = run(backend, ["pab-write", "-q", "--", target], stdin=b"x\n")
        if p.returncode:
            raise SystemExit("%s: %s" % (backend.kind, p.stderr.decode()))


def check(backend, row, walks):
    rules, op, target, want = row
    if op in WALKS:
        if (rules, op) not in walks:
            out = run(backend, WALKS[op], rules).stdout
            walks[rules, op] = set(out.decode().split("\0"))
        got = "shown" if target in walks[rules, op] else "hidden"
        return None if got == want else got
    p = run(backend, NAMED[op] + [target], rules, b"x\n")
    named = p.stderr.count(target.encode()) if want == "deny" else 0
    if p.returncode != STATUS[want] or named > 1:
        return "status %d, %s" % (p.returncode, p.stderr.decode().strip())
    return None


def run_backend(kind, rows):
    backend = Backend(kind, "rules")
    bad, walks = [], {}
    try:
        backend.reset()
        make(backend, rows)
        for row in rows:
            got = check(backend, row, walks)
            if got is not None:
                bad.append("%s: %s: %s" % (kind, " ".join(row), got))
    finally:
        backend.release()
    return kind, bad


def main():
    rows = read_rows()
    kinds = sys.argv[1:] or KINDS
    failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for kind, bad in pool.map(lambda k: run_backend(k, rows), kinds):
            print("\n".join(bad[:40]) + "\n" if bad else "", end="")
            print("%-12s %d of %d rows as written" % (kind, len(rows) - len(bad), len(rows)))
            failed += len(bad)
    print("%d passed, %d failed" % (len(rows) * len(kinds) - failed, failed))
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
