#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The far end's protocol (pab-serve(8)) spoken by someone else: the tests' own.
usage: far.py liar MODE SOCKET          a far end that lies, for one connection
       far.py hostile SOCKET            a client that breaks every rule in turn
       far.py slow SOCKET               two requests on one stream, one not read
       far.py proxy MODE FROM TO        between a client and a far end, until killed
       far.py terminal CMD ARG ...      a person at a terminal that changes its size
Prints what it saw; status 0 when that is as it should be.
"""
import fcntl
import os
import pty
import select
import socket
import struct
import sys
import termios
import threading
import time

MAX, WINDOW = 256 << 10, 1 << 20


def frame(kind, sub=0, ident=0, data=b""):
    return struct.pack(">IcBHI", len(data), kind.encode(), sub, 0, ident) + data


HELLO = frame("H", data=b"pab\x01test")


def item(tag, data, ident=1):
    return frame("I", ord(tag), ident, data)


def request(*words, ident=1):
    return b"".join(item("a", w.encode(), ident) for w in words) + frame("S", 0, ident)


class Stream:
    def __init__(self, sock):
        self.sock, self.rest = sock, b""

    def next(self):
        """The next frame as (type, sub, id, data), None at the end."""
        while True:
            if len(self.rest) >= 12:
                n, kind, sub, _, ident = struct.unpack(">IcBHI", self.rest[:12])
                if len(self.rest) >= 12 + n:
                    data, self.rest = self.rest[12:12 + n], self.rest[12 + n:]
                    return kind.decode("latin-1"), sub, ident, data
            try:
                more = self.sock.recv(1 << 20)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.rest += more


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    return s


def listen(path):
    s = socket.socket(socket.AF_UNIX)
    if os.path.exists(path):
        os.unlink(path)
    s.bind(path)
    os.chmod(path, 0o600)
    s.listen(16)
    return s


EXIT = frame("X", 0, 1, b"\0\0")
LIES = {
    "magic": [frame("H", data=b"HTTP/1.1 200 OK")],
    "protocol": [frame("H", data=b"pab\x09future")],
    "nohello": [EXIT],
    "noframe": [b"GET / HTTP/1.0\r\n\r\n" * 4],
    "huge": [HELLO, struct.pack(">IcBHI", 0xffffffff, b"D", 1, 0, 1)],
    "unknown": [HELLO, frame("Z", 0, 1)],
    "client": [HELLO, frame("K", 0, 1, b"\x09")],
    "otherid": [HELLO, frame("D", 1, 7, b"x"), EXIT],
    "hello2": [HELLO, HELLO, EXIT],
    "channel": [HELLO, frame("D", 9, 1, b"x"), EXIT],
    "credit": [HELLO, frame("C", 0, 1, b"\xff\xff\xff\xff"), EXIT],
    "stdin": [HELLO, frame("C", 0, 1, b"\0\0\1\0")],
    "file": [HELLO, frame("C", 3, 1, b"\0\0\1\0")],
    "half": [HELLO, frame("D", 1, 1, b"half an answer\n"), frame("D", 1, 1, b"xyz")[:13]],
    "words": [HELLO, frame("!", 0, 1, b"not_found: \x1b]0;evil\x07 gone")],
    "last": [HELLO, frame("!", 0, 0, b"\x1b[2Jtired")],
    "controls": [HELLO, frame("D", 1, 1, b"a\x1b]0;evil\x07\x1b[31mred\x1b[0m\x1b"),
                 frame("D", 1, 1, b"[2J\xc2"), frame("D", 1, 1, b"\x9bz\r\n\x1b["), EXIT],
    "signal": [HELLO, frame("X", 0, 1, b"\1\x0b")],
    "status": [HELLO, frame("X", 0, 1, b"\0\x2a")],
}


def liar(mode, path):
    """Says what LIES has, or endless output, or nothing; then waits for the end."""
    server = listen(path)
    print("listening", flush=True)
    sock = server.accept()[0]
    sock.settimeout(60)
    if mode == "endless":
        data = HELLO
        granted = WINDOW
        stream = Stream(sock)
        sent = 0
        try:
            while True:
                sock.sendall(data)
                data = frame("D", 1, 1, b"y\n" * (MAX // 4))
                sent += MAX // 2
                while sent + MAX // 2 > granted:
                    got = stream.next()
                    if got is None:
                        return 0
                    if got[0] == "C":
                        granted += struct.unpack(">I", got[3])[0]
        except (BrokenPipeError, ConnectionResetError):
            return 0
    for data in LIES.get(mode, [HELLO] if mode == "stall" else []):
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            break
    got = b""
    try:
        if mode in ("half", "nothing"):
            sock.shutdown(socket.SHUT_WR)
        while True:
            more = sock.recv(65536)
            if not more:
                break
            got += more
    except (ConnectionResetError, socket.timeout):
        pass
    print("secret leaked" if b"SECRET" in got else "no secret", flush=True)
    return 0


def refused(path, name, *parts):
    """The stream must end with an error about itself."""
    s = connect(path)
    said = None
    try:
        for p in parts:
            s.sendall(p)
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        stream = Stream(s)
        while True:
            f = stream.next()
            if f is None:
                break
            if f[0] == "!" and f[2] == 0:
                said = f[3].decode()
    except (BrokenPipeError, ConnectionResetError):
        pass
    print("%s: %s" % (name, said))
    return said is not None


def hostile(path):
    big = b"x" * MAX
    ok = True
    for name, parts in {
            "no pab": [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"\0" * 20],
            "protocol 9": [frame("H", data=b"pab\x09new")],
            "no hello": [request("pab-ls")],
            "hello twice": [HELLO, HELLO],
            "huge": [HELLO, struct.pack(">IcBHI", 0xfffffff0, b"I", 97, 0, 1)],
            "type": [HELLO, frame("q", 0, 1)],
            "server's": [HELLO, frame("X", 0, 1, b"\0\0")],
            "reserved": [HELLO, struct.pack(">IcBHI", 0, b"P", 0, 7, 0)],
            "length": [HELLO, frame("K", 0, 1, b"too long")],
            "id 0": [HELLO, item("a", b"pab-ls", 0)],
            "tag": [HELLO, item("z", b"?")],
            "nul": [HELLO, item("a", b"pab-\0ls")],
            "no name": [HELLO, item("f", b"--old-file=x")],
            "variable": [HELLO, item("e", b"PAB_BACKEND=local:/")],
            "variable 2": [HELLO, item("e", b"=x")],
            "too large": [HELLO] + [item("a", big)] * 20,
            "files": [HELLO] + [item("f", b"-f\0x")] * 17,
            "requests": [HELLO] + [item("a", b"x", i) for i in range(1, 66)],
            "unasked": [HELLO, request("pab-exec", "--", "sleep", "30"),
                        frame("D", 0, 1, b"x")],
            "channel": [HELLO, request("pab-exec", "--", "sleep", "30"),
                        frame("D", 5, 1, b"x")],
            "credit": [HELLO, request("pab-exec", "--", "sleep", "30"),
                       frame("C", 1, 1, b"\0\0\0\1")],
            "item late": [HELLO, request("pab-exec", "--", "sleep", "30"), item("a", b"x")],
            "start twice": [HELLO, request("pab-exec", "--", "sleep", "30"),
                            frame("S", 0, 1)],
    }.items():
        ok &= refused(path, name, *parts)
    # What is no error of the stream: frames for what is not there, tools that are not.
    s = connect(path)
    s.sendall(HELLO + frame("K", 0, 9, b"\x0f") + frame("D", 0, 9, b"x") + frame("E", 0, 9)
              + request("pab-nothing", ident=3) + frame("P") + frame("S", 0, 8)
              + item("a", b"pab-ls", 4) + item("a", b"--backend=local:/", 4)
              + frame("S", 0, 4))
    stream, seen = Stream(s), {}
    while len(seen) < 3:
        f = stream.next()
        if f is None:
            break
        if f[0] in "!pX":
            seen[f[0]] = f[3]
    print("no such tool:", seen.get("!"))
    print("other backend: status", seen.get("X", b"??")[1])
    ok &= seen.get("!", b"").startswith(b"unsupported: ") and "p" in seen
    ok &= seen.get("X") == b"\0\5"
    # Half a frame and gone; and descriptors, which are not taken.
    for part in HELLO[:7], HELLO + request("pab-ls")[:9]:
        s = connect(path)
        s.sendall(part)
        s.close()
    s = connect(path)
    read_end, write_end = os.pipe()
    socket.send_fds(s, [HELLO + request("pab-exec", "--", "true")], [write_end])
    os.close(write_end)
    while stream and (f := Stream(s).next()) and f[0] != "X":
        pass
    print("descriptor kept:", os.read(read_end, 1) != b"")
    return 0 if ok else 1


def slow(path):
    s = connect(path)
    s.sendall(HELLO + request("pab-exec", "--raw", "--", "head", "-c", "1G", "/dev/zero",
                              ident=1)
              + request("pab-exec", "--", "echo", "through", ident=2))
    stream, got, other = Stream(s), 0, b""
    while True:
        f = stream.next()
        if f is None:
            print("the stream ended")
            return 1
        if f[0] == "D" and f[2] == 1:
            got += len(f[3])
        elif f[0] == "D":
            other += f[3]
        elif f[0] == "X" and f[2] == 2:
            break
    print("not read: %s; the other: %s"
          % ("a window at most" if got <= WINDOW else got, other.decode().strip()))
    first = got <= WINDOW and other == b"through\n"
    granted = 0
    while True:
        s.sendall(frame("C", 1, 1, struct.pack(">I", got - granted)))
        granted = got
        f = stream.next()
        if f is None or f[0] == "X":
            break
        got += len(f[3])
    print("then: %d bytes" % got)
    return 0 if first and f and got == 1 << 30 else 1


def pump(mode, a, b):
    """Moves bytes as the mode says; returns when one side is gone."""
    total = 0
    try:
        while True:
            data = a.recv(65536)
            if not data:
                break
            total += len(data)
            if mode == "split":
                for i in range(len(data)):
                    b.sendall(data[i:i + 1])
            elif mode == "delay":
                time.sleep(0.02)
                b.sendall(data)
            elif mode == "cut" and total > 3000:
                b.sendall(data[:len(data) - (total - 3000)])
                break
            else:
                b.sendall(data)
    except OSError:
        pass
    for s in a, b:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def proxy(mode, at, to):
    server = listen(at)
    print("listening", flush=True)
    while True:
        a = server.accept()[0]
        b = socket.socket(socket.AF_UNIX)
        b.connect(to)
        for x, y, m in (a, b, mode if mode in ("split", "delay") else "none"), (b, a, mode):
            threading.Thread(target=pump, args=(m, x, y), daemon=True).start()


def terminal(*command):
    """Types at a shell: its size, twice; a command ended by ^C; the end."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    seen = b""

    def until(text):
        nonlocal seen
        end = time.time() + 20
        while text not in seen and time.time() < end:
            if select.select([fd], [], [], 0.1)[0]:
                seen += os.read(fd, 4096)
        if text not in seen:
            sys.exit("%s NOT SEEN in %r" % (text.decode(), seen))
        print(text.decode(), "seen")
        seen = seen.partition(text)[2]

    def size(rows, columns):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    until(b"go:")
    size(33, 101)
    os.write(fd, b"until [ \"$(stty size)\" = '33 101' ]; do :; done; echo first $?\n")
    until(b"first 0")
    size(44, 55)
    os.write(fd, b"until [ \"$(stty size)\" = '44 55' ]; do :; done; echo second $?\n")
    until(b"second 0")
    # Not a child that the shell forks after the word: what is typed would come too early.
    os.write(fd, b"sh -c 'echo up; exec sleep 3606.25'\n")
    until(b"up\r\n")
    os.write(fd, b"\x03")
    until(b"go:")
    os.write(fd, b"exit 7\n")
    while True:
        try:
            if not os.read(fd, 4096):
                break
        except OSError:
            break
    print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return 0


if __name__ == "__main__":
    sys.exit(globals()[sys.argv[1]](*sys.argv[2:]))
