#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the cases in tests/conformance/*.t on backends and compares every byte.
usage: conformance.py [--show] [BACKEND ...] [-- FILE ...]

A BACKEND is one of those that backends.py makes, or any spec; none: all of those. A case:

    == what is promised
    $ a command line of sh, run at the root of the tree
    > a line of its standard output
    ! a line of its standard error
    = its exit status, when that is not 0

Each case starts with an empty tree: m/, m/sub/ and m/sub/n/ are there, because some of
them are mount points where the tree is split. $T is a directory of the caller's, outside
the tree. A byte that is no text is written \\xNN, a line on which only "\\" stands says that
the line above has no newline. What has no equal everywhere (times, the root's own path)
is made equal by NORMAL in backends.py. Commands that are the suite's own:

    link TARGET PATH    a symbolic link; not for backends whose files are not on this host
    fifo PATH           a FIFO, likewise

--show prints the cases as they came out. The last line is "N passed, N failed".
"""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from backends import KINDS, TOP, Backend, normal

NOT_HERE = 77  # the status of a hook that this backend has not

HOOKS = """
place() {
	d=
	while IFS=: read -r at dir; do
		case $1 in "$at"/*) d=$dir/${1#"$at"/}; return ;; esac
	done <"$T/../dirs"
	exit %d
}
link() { place "/$2" && ln -s -- "$1" "$d"; }
fifo() { place "/$1" && mkfifo -- "$d"; }
""" % NOT_HERE


class Step:
    def __init__(self, command):
        self.command, self.out, self.err, self.status = command, [], [], 0


def read_cases(path):
    cases, steps = [], None
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines, 1):
        kind, rest = line[:1], line[2:]
        if line.startswith("== "):
            steps = []
            cases.append((os.path.basename(path), line[3:], steps))
        elif not line or kind == "#":
            continue
        elif steps is None or (kind != "$" and not steps):
            raise SystemExit("%s:%d: before any case" % (path, number))
        elif kind == "$":
            steps.append(Step(rest))
        elif kind == ">":
            last = steps[-1].out
            last.append(rest)
        elif kind == "!":
            last = steps[-1].err
            last.append(rest)
        elif kind == "=":
            steps[-1].status = int(rest)
        elif line == "\\":
            last.append("\\")
        elif kind == " ":
            steps[-1].command += "\n" + line
        else:
            raise SystemExit("%s:%d: not understood" % (path, number))
    return cases


def escaped(match):
    return "".join("\\x%02x" % byte for byte in match[0].encode())


def shown(data):
    """Output as a case has it: lines; what is no text, or blank at an end, as \\xNN."""
    text = normal(data).decode("utf-8", "backslashreplace")
    text = re.sub("[\0-\x08\x0b-\x1f\x7f\ufeff]|[ \t]$", escaped, text, flags=re.M)
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines + ["\\"]


def run_step(backend, step):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        p = subprocess.run(["/bin/sh", "-c", HOOKS + step.command], env=backend.env,
                           cwd=backend.cwd, stdin=subprocess.DEVNULL, stdout=out,
                           stderr=err, umask=0o022, timeout=60)
        out.seek(0)
        err.seek(0)
        got = Step(step.command)
        got.out, got.err, got.status = shown(out.read()), shown(err.read()), p.returncode
        return got


def text_of(step):
    lines = ["$ " + step.command]
    for mark, part in ("> ", step.out), ("! ", step.err):
        lines += [s if s == "\\" else (mark + s).rstrip() for s in part]
    if step.status:
        lines.append("= %d" % step.status)
    return "\n".join(lines)


def run_case(backend, case, show):
    """Returns "ok", "not here" or the report of what differs."""
    name, title, steps = case
    if backend.wide and any("outside the root" in line for s in steps for line in s.err):
        return "not here"
    backend.reset()
    told = []
    for step in steps:
        got = run_step(backend, step)
        if got.status == NOT_HERE and step.command.split()[0] in ("link", "fifo"):
            return "not here"
        told.append(text_of(got))
        if not show and text_of(got) != text_of(step):
            return "%s: %s: == %s\nwritten:\n%s\ngot:\n%s\n" % (
                backend.kind, name, title, text_of(step), told[-1])
    if show:
        print("== %s\n%s\n" % (title, "\n".join(told)))
    return "ok"


def run_backend(kind, cases, show):
    backend = Backend(kind)
    with open(os.path.join(backend.scratch, "dirs"), "w") as f:
        for at, directory in backend.dirs:
            f.write("%s:%s\n" % ("/" + at if at else "", directory))
    ok, bad, without = 0, [], []
    try:
        for case in cases:
            answer = run_case(backend, case, show)
            if answer == "ok":
                ok += 1
            elif answer == "not here":
                without.append("%s: %s" % case[:2])
            else:
                bad.append(answer)
    finally:
        backend.release()
    return kind, ok, bad, without


def main():
    args = sys.argv[1:]
    files = []
    if "--" in args:
        files = args[args.index("--") + 1:]
        args = args[:args.index("--")]
    show = "--show" in args
    kinds = [a for a in args if a != "--show"] or KINDS
    files = files or sorted(glob.glob(os.path.join(TOP, "tests/conformance/*.t")))
    cases = [c for f in files for c in read_cases(f)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    passed = failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for kind, ok, bad, without in pool.map(
                lambda k: run_backend(k, cases, show), kinds):
            print("".join(bad), end="")
            print("%-12s %d of %d cases as written, %d not applicable"
                  % (kind, ok, len(cases), len(without)))
            for case in without:
                print("   not applicable: " + case)
            passed, failed = passed + ok, failed + len(bad)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
