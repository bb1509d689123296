#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An engine that answers what a test wants, for what real ones cannot be brought to say.
usage: fake_engine.py SOCKET FILE

FILE has an answer a line, "METHOD PATH-PREFIX STATUS BODY"; the first that fits is given,
without the version in front of the path. What fits none gets 404. It ends when its
standard input does."""
import http.server
import os
import re
import socketserver
import sys
import threading

sock, answers = sys.argv[1:3]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        path = re.sub(r"^/v1\.\d+", "", self.path)
        status, body = 404, '{"message":"no such thing here"}'
        for line in open(answers):
            method, prefix, code, text = line.rstrip("\n").split(" ", 3)
            if method == self.command and path.startswith(prefix):
                status, body = int(code), text
                break
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer

    def log_message(self, *args):
        pass

    def address_string(self):
        return "caller"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if os.path.exists(sock):
    os.unlink(sock)
server = Server(sock, Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
