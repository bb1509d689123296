#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random operations side by side on several backends: they must give the same answers
(standard output and error, status; as backends.py makes them equal) and leave the same
tree.
usage: differ.py [BACKEND ...]
Environment: SEED (printed; repeats a run), ROUNDS (operations, 10000), EPISODE (how many
before the trees are emptied, 100). On a difference the shortest list of commands found
that still shows it is printed. Exit status: 0 the same, 1 not."""
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from backends import DIRS, Backend, normal

NAMES = ["a", "b", "c.c", "d.h", ".h", "it's", "a b", "x\ny", "-r", "@o", "\udcff", "é"]
DIRECTORIES = ["", "", "m", "m/sub", "m/sub/n", "d", "m/d", "d/e", "m/sub/n/e", "m/sub/d"]
ODD = ["", ".", "..", "m", "m/sub", "m/sub/n", "m/..", "../x", "m/../..", "m//sub/", "d/",
       "a/", "a/.", "a/..", "nope/../a", "m/sub/../../a", "m/./a", "./a", "m/sub/n/..",
       "a/b/c", "m/sub/n/../../d", "x" * 255, "x" * 256]
LINES = ["hit\n", "miss\n", "hit hit\r\n", "é\n", "\n", "last"]
TARGETS = ["a", "b", "d", "../a", "../m", "m/sub", "sub/n", "..", "../..", "../../x", ".",
           "nope", "../d/e", "m/sub/n/a", "sub/../../a", "a/b"]
IGNORED = ["*.h\n", "/d\n", "a\n!a\n", "sub/\n", "m\n", "n/a\n", "# none\n", "*\n!*/\n!*.c\n"]


class Source:
    """Makes operations: (argv, standard input)."""

    def __init__(self, rng):
        self.rng = rng

    def path(self):
        r = self.rng
        if r.random() < 0.12:
            return r.choice(ODD)
        directory, name = r.choice(DIRECTORIES), r.choice(NAMES)
        if not directory and name[0] in "-@":
            return "./" + name
        return directory + "/" + name if directory else name

    def directory(self):
        r = self.rng
        return r.choice(ODD) if r.random() < 0.2 else r.choice(DIRECTORIES)

    def text(self):
        r = self.rng
        if r.random() < 0.05:
            return b"hit\0\n"
        return "".join(r.choice(LINES) for _ in range(r.randrange(5))).encode()

    def flags(self, *some):
        return [f for f in some if self.rng.random() < 0.3]

    def write(self):
        if self.rng.random() < 0.1:
            name = self.rng.choice([".gitignore", ".ignore"])
            at = self.rng.choice(["", "m/", "m/sub/", "m/sub/n/", "d/"])
            return (["pab-write", "--empty", at + name],
                    self.rng.choice(IGNORED).encode())
        return (["pab-write"] + self.flags("--new", "--append", "--empty", "-j")
                + [self.path()], self.text())

    def edit(self):
        r = self.rng
        old, new = r.choice([("hit", "miss"), ("miss", "hit"), ("\n", "\n\n"), ("é", "")])
        operands = [self.path() for _ in range(r.choice([1, 1, 2]))]
        return (["pab-edit"] + self.flags("--all", "-j") + ["--old", old, "--new", new]
                + operands, b"")

    def mkdir(self):
        return ["pab-mkdir"] + self.flags("-j") + [self.path()], b""

    def rm(self):
        return ["pab-rm"] + self.flags("-r", "-f", "-j") + [self.path()], b""

    def two(self, tool, *flags):
        to = self.directory() if self.rng.random() < 0.3 else self.path()
        return [tool] + self.flags(*flags) + [self.path(), to], b""

    def mv(self):
        return self.two("pab-mv", "-f", "-j")

    def cp(self):
        return self.two("pab-cp", "-r", "-f", "-j")

    def ls(self):
        return ["pab-ls"] + self.flags("-R", "-d", "-0", "-j") + [self.directory()], b""

    def read(self):
        return (["pab-read"] + self.flags("--raw", "-j", "--stat")
                + [self.path() for _ in range(self.rng.choice([1, 1, 2]))], b"")

    def glob(self):
        pattern = self.rng.choice(["*", "*.c", "**/d/**", "a", "m/*", "m/**", "[ab]", "{a,"])
        where = [self.directory()] if self.rng.random() < 0.5 else []
        return (["pab-glob"] + self.flags("-.", "-u", "-0", "-j") + ["--kind", "f,d,l"]
                + [pattern] + where, b"")

    def grep(self):
        pattern = self.rng.choice(["hit", "^m", ".", "hit$", "é", "(", "none"])
        where = [self.path() if self.rng.random() < 0.3 else self.directory()]
        where = where if self.rng.random() < 0.6 else []
        return (["pab-grep"] + self.flags("-l", "-c", "-u", "-.", "-j", "-C1")
                + [pattern] + where, b"")

    def link(self):
        """Not a program's: made on this host, LINK TARGET PATH."""
        at = self.rng.choice(DIRECTORIES)
        name = self.rng.choice(NAMES)
        return ["LINK", self.rng.choice(TARGETS), at + "/" + name if at else name], b""

    def operation(self):
        kinds = [self.link] + [self.write] * 5 + [self.mkdir, self.rm, self.mv, self.mv, self.cp, self.cp,
                                    self.edit, self.edit, self.ls, self.read, self.glob,
                                    self.grep]
        while True:
            argv, data = self.rng.choice(kinds)()
            if not self.moves_mount(argv):
                return argv, data

    @staticmethod
    def moves_mount(argv):
        """What is a mount point on one backend and a directory on another is not to be
        removed, moved or copied over: there they differ, and tests/composite.bats says
        how."""
        if argv[0] not in ("pab-rm", "pab-mv", "pab-cp"):
            return False
        names = [a for a in argv[1:] if a not in ("-r", "-f", "-j")]
        real = [os.path.normpath(n) for n in names[:1]]
        return any(n in (".", "m", "m/sub", "m/sub/n") for n in real)


def make_link(backend, target, path):
    """A symbolic link, where no other is on the way to it."""
    parts = path.split("/")
    for n in range(1, len(parts)):
        at = "/".join(parts[:n])
        if at not in DIRS and (os.path.islink(backend.host(at))
                               or not os.path.isdir(backend.host(at))):
            return 1, b"", b""
    if os.path.lexists(backend.host(path)):
        return 1, b"", b""
    os.symlink(target, backend.host(path))
    return 0, b"", b""


def run(backend, operation):
    argv, data = operation
    if argv[0] == "LINK":
        return make_link(backend, *argv[1:])
    with tempfile.TemporaryFile() as src:
        src.write(data)
        src.seek(0)
        p = subprocess.run([os.fsencode(a) if isinstance(a, str) else a for a in argv],
                           env=backend.env, cwd=backend.cwd, stdin=src,
                           capture_output=True, timeout=60)
    return p.returncode, normal(p.stdout), normal(p.stderr)


def look(directory, skip, at, found):
    for entry in os.scandir(os.fsencode(directory)):
        path = os.path.join(at, entry.name)
        if path in skip:
            continue
        st = entry.stat(follow_symlinks=False)
        if entry.is_symlink():
            found[path] = "link", os.readlink(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            found[path] = "dir", st.st_mode
            look(entry.path, skip, path, found)
        else:
            with open(entry.path, "rb") as f:
                found[path] = "file", st.st_mode, f.read()


def tree(backend):
    """The whole tree as it is on this host, mount points laid over each other."""
    found = {}
    mounts = {os.fsencode(at) for at, _ in backend.dirs if at}
    for at, directory in backend.dirs:
        look(directory, mounts, os.fsencode(at), found)
    for at in [b"m", b"m/sub", b"m/sub/n"]:
        found.pop(at, None)
    return found


def shown(operation):
    argv, data = operation
    words = " ".join(shlex.quote(a) for a in argv)
    words = words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "printf %%b %s | %s" % (shlex.quote(repr(data)[2:-1]), words) if data else words


def compare(backends, answers):
    """Returns what differs, or None."""
    for b, got in zip(backends[1:], answers[1:]):
        for name, x, y in zip(("status", "output", "error"), answers[0], got):
            if x != y:
                return "%s: %s: %r\n%s: %s: %r" % (
                    backends[0].kind, name, x, b.kind, name, y)
    return None


def compare_trees(backends):
    trees = [tree(b) for b in backends]
    for b, t in zip(backends[1:], trees[1:]):
        for path in sorted(set(trees[0]) | set(t)):
            if trees[0].get(path) != t.get(path):
                return "tree: %r: %s: %r, %s: %r" % (
                    path, backends[0].kind, trees[0].get(path), b.kind, t.get(path))
    return None


def play(backends, pool, operations, every):
    """Runs them on empty trees. Returns how many ran, and what differs after the last."""
    list(pool.map(lambda b: b.reset(), backends))
    for i, operation in enumerate(operations, 1):
        why = compare(backends, list(pool.map(lambda b: run(b, operation), backends)))
        if not why and (i % every == 0 or i == len(operations)):
            why = compare_trees(backends)
        if why:
            return i, why
    return len(operations), None


def shorten(backends, pool, operations, limit=150):
    """Leaves out what is not needed for a difference: halves first, then single ones."""
    n, why = play(backends, pool, operations, 1)
    operations = operations[:n]
    size = len(operations) // 2
    while size and limit:
        at = 0
        while at < len(operations) - 1 and limit:
            shorter = operations[:at] + operations[at + size:]
            n, other = play(backends, pool, shorter, 1)
            limit -= 1
            if other:
                operations, why = shorter[:n], other
            else:
                at += size
        size //= 2
    return operations, why


def main():
    seed = int(os.environ.get("SEED") or random.randrange(1 << 32))
    rounds = int(os.environ.get("ROUNDS") or 10000)
    episode = int(os.environ.get("EPISODE") or 100)
    rng = random.Random(seed)
    print("differ: SEED=%d ROUNDS=%d" % (seed, rounds), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    kinds = sys.argv[1:] or ["local", "state", "composite3"]
    backends, done = [], 0
    try:
        backends = [Backend(kind, "differ") for kind in kinds]
        with ThreadPoolExecutor(max_workers=len(kinds)) as pool:
            while done < rounds:
                source = Source(rng)
                operations = [source.operation() for _ in range(min(episode, rounds - done))]
                n, why = play(backends, pool, operations, 10)
                done += n
                if why:
                    operations, short = shorten(backends, pool, operations)
                    print("after %d operations %s\nthe shortest that was found:" % (done, why))
                    print("".join("  %s\n" % shown(o) for o in operations) + (short or why))
                    return 1
    finally:
        for backend in backends:
            backend.release()
    print("differ: %d operations, the same on %s" % (done, ", ".join(kinds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
