# SPDX-License-Identifier: MIT
"""Scratch trees on every backend, for the conformance suite and the differential fuzzer.

Each begins with the same empty tree: the directories m/, m/sub/ and m/sub/n/, because
two of them are mount points where the tree is split.

  local       a directory, the programs standing in it
  walk        the same, without openat2
  state       in memory
  composite2  / and /m on two directories
  composite3  / and /m/sub/n on two directories, /m in memory
  far         a directory, by the socket of a far end in a process of its own
  sandbox     a directory, by a far end that is in bubblewrap
  pipe        as far, through a program that speaks on pipes
  docker      a container of dockerd's, its workspace; podman likewise: where there are
              engines of the tests' own (engines.sh), and the programs are no sanitizers'
  SPEC        anything else: an empty place of the caller's, which is emptied again and
              again; CONF_DIRS=/=DIR,/m=DIR says where its files are on this host, if they
              are, so that links can be made
"""
import os
import re
import shutil
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("PAB_BUILD", "build/std"))
KINDS = ["local", "walk", "state", "composite2", "composite3", "far", "sandbox", "pipe"]
ENGINES = os.environ.get("PAB_TEST_ENGINES")
if ENGINES and not BUILD.endswith("san"):
    KINDS += ["docker", "podman"]
DIRS = ["m", "m/sub", "m/sub/n"]

# The one place where answers of two backends may differ, and how they are made equal: a
# time and a duration; the name of the backend; the path of its root; and, behind "no such
# file", where a relative path starts in a tree that the shell does not stand in.
NORMAL = [
    (rb'"modified_at":"[^"]*"', rb'"modified_at":"TIME"'),
    (rb'"elapsed_ms":\d+', rb'"elapsed_ms":MS'),
    (rb'"backend":"[^"]*"', rb'"backend":"BACKEND"'),
    (rb"outside the root /[^;\n\"\]]*", rb"outside the root ROOT"),
    (rb"; relative paths start at /[^;\n\"\]]* here, not in the shell's directory", rb""),
]


def normal(data):
    for pattern, to in NORMAL:
        data = re.sub(pattern, to, data)
    return data


def state_dir(name):
    """Where common/state.c keeps the tree of that name."""
    for top in "/run/user/%d" % os.geteuid(), "/dev/shm/pab-%d" % os.geteuid():
        path = "%s/pab/state/%s" % (top, name)
        if os.path.isdir(path):
            return path
    raise SystemExit("no directory of the in-memory tree " + name)


class Backend:
    def __init__(self, kind, tag="conf"):
        if not os.path.exists(BUILD + "/pab-ls"):
            raise SystemExit("no programs in %s: make all testers" % BUILD)
        os.umask(0o022)
        self.kind = kind
        self.scratch = tempfile.mkdtemp(prefix="pab-%s." % tag)
        self.state = None  # the name of an in-memory tree
        self.wide = kind in ("docker", "podman")  # the root is above where we stand
        self.session = None  # the id of a session that is to be closed
        self.dirs = []  # where paths of the tree are on this host, longest first
        self.cwd = self.path("elsewhere")
        self.via = ["no_openat2"] if kind == "walk" else []
        self.env = {
            "PATH": "%s:%s" % (BUILD, os.environ["PATH"]),
            "HOME": self.path("home"),
            "T": self.path("caller"),
            "LC_ALL": "C",
            "TZ": "UTC0",
            "PAB_FSYNC": "off",
            "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1",
            "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1",
        }
        self.spec = self.make(kind, "test-conf-%s-%s-%d" % (tag, kind, os.getpid()))
        if self.via:
            self.wrap()
        self.env["PAB_BACKEND"] = self.spec
        if kind not in KINDS and self.tool("pab-ls", "-0Rq", "--kind", "f,l"):
            raise SystemExit("%s is not empty, and would be emptied" % kind)

    def path(self, name):
        path = os.path.join(self.scratch, name)
        os.makedirs(path, exist_ok=True)
        return path

    def make(self, kind, name):
        a, b = self.path("first"), self.path("second")
        if kind in ("local", "walk"):
            self.cwd, self.dirs = a, [("", a)]
            return "local"
        if kind in ("state", "composite3"):
            self.state = name
            env = dict(self.env, PAB_BACKEND="state:" + name)
            subprocess.run(["pab-ls", "-q"], env=env, cwd=self.cwd, check=True,
                           stdout=subprocess.DEVNULL)
            tree = state_dir(name) + "/tree"
            os.chmod(tree, 0o755)  # as the other backends' directories
        if kind == "state":
            self.dirs = [("", tree)]
            return "state:" + name
        if kind == "composite2":
            self.dirs = [("m", b), ("", a)]
            return "composite:/=local:%s,/m=local:%s" % (a, b)
        if kind == "composite3":
            self.dirs = [("m/sub/n", b), ("m", tree), ("", a)]
            return "composite:/=local:%s,/m=state:%s,/m/sub/n=local:%s" % (a, name, b)
        if kind in ("far", "sandbox", "pipe"):
            self.dirs = [("", a)]
            self.env["PAB_HOME"] = self.path("records")
            self.session = "s"
            on = "sandbox" if kind == "sandbox" else "local"
            self.run("pab-session", "open", "s", "--on", on, "--workspace", a)
            if kind == "pipe":
                self.use_pipe(a)
            return "session:s"
        if kind in ("docker", "podman") and ENGINES:
            self.dirs = [("", a)]
            self.env["PAB_HOME"] = self.path("records")
            self.env["DOCKER_HOST"] = "unix://%s/%s.sock" % (ENGINES, kind)
            self.session = "s"
            self.run("pab-session", "open", "s", "--image", "pab-busybox",
                     "--workspace", a)
            return "session:s"
        for item in filter(None, os.environ.get("CONF_DIRS", "").split(",")):
            at, directory = item.split("=", 1)
            self.dirs.append((at.strip("/"), directory))
        self.dirs.sort(key=lambda d: -len(d[0]))
        return kind

    def run(self, *args):
        subprocess.run(args, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=True)

    def use_pipe(self, directory):
        """Ends the far end and puts a program in the place of its socket."""
        with open(self.path("records/places/s") + "/transport", "w") as f:
            f.write("pipe:%s/pab-serve --stdio --backend composite:/=local:%s --home %s\n"
                    % (BUILD, directory, self.path("far")))

    def wrap(self):
        """Scripts of the programs' names that run them through self.via."""
        bin_dir = self.path("bin")
        for name in os.listdir(BUILD):
            if name == "pab" or re.fullmatch("pab-[a-z]+", name):
                script = os.path.join(bin_dir, name)
                with open(script, "w") as f:
                    f.write('#!/bin/sh\nexec %s "%s/%s" "$@"\n'
                            % (" ".join(self.via), BUILD, name))
                os.chmod(script, 0o755)
        self.env["PATH"] = bin_dir + ":" + self.env["PATH"]

    def host(self, path):
        """Where a path of the tree is on this host, or None."""
        for at, directory in self.dirs:
            if not at or path == at or path.startswith(at + "/"):
                return os.path.join(directory, path[len(at):].lstrip("/"))
        return None

    def tool(self, *args):
        return subprocess.run(args, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=True).stdout

    def empty(self):
        """Removes all by the tools, the deepest first: a mount point stays, empty."""
        names = self.tool("pab-ls", "-0Rq").split(b"\0")[:-1]
        if names:
            subprocess.run(["pab-rm", "-rfq", "--"] + names[::-1], env=self.env,
                           cwd=self.cwd, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)

    def reset(self):
        """Makes the tree empty but for DIRS."""
        shutil.rmtree(self.path("caller"))
        self.path("caller")
        if self.kind not in KINDS:
            self.empty()
            self.tool("pab-mkdir", "-q", DIRS[-1])
            return
        for _, directory in self.dirs:
            for name in os.listdir(directory):
                path = os.path.join(directory, name)
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                else:
                    os.unlink(path)
        if self.state:
            usage = state_dir(self.state) + "/usage"
            if os.path.exists(usage):
                os.unlink(usage)
        if self.kind == "composite3":
            os.makedirs(self.host("m/sub"))
        elif "m" not in dict(self.dirs):
            os.makedirs(os.path.join(self.dirs[0][1], DIRS[-1]))
        else:
            os.makedirs(self.host(DIRS[-1]))

    def release(self):
        if self.kind not in KINDS:
            self.empty()
        if self.state:
            subprocess.run(["pab-state", "rm", self.state], env=self.env,
                           stdout=subprocess.DEVNULL)
        if self.session:
            self.run("pab-session", "close", self.session)
        shutil.rmtree(self.scratch)
