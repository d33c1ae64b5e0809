"""A running http_door, and clients that say what they like to it."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

DOOR = sys.argv[1]
HOST = "127.0.0.1"
SANITIZED = os.environ.get("LIMN_SANITIZED", "") not in ("", "0")


class Door:
    """A running http_door; leaving it stops it, and it must leave cleanly."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-door-")
        self.process = subprocess.Popen([DOOR, self.folder.name, *self.options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *failure):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "no end"
        self.process.stdout.close()
        self.folder.cleanup()
        if not failure[0]:
            assert status == 0, f"the door ended with {status}"

    def socket(self, timeout=10):
        return socket.create_connection((HOST, self.port), timeout)

    def client(self, timeout=10):
        return http.client.HTTPConnection(HOST, self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None):
        c = self.client()
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data, dict(r.getheaders())

    def raw(self, data, timeout=10, half_close=False):
        """Sends bytes and reads until the server closes."""
        s = self.socket(timeout)
        s.sendall(data)
        if half_close:
            s.shutdown(socket.SHUT_WR)
        return drain(s)

    def counts(self):
        return json.loads(self.ask("GET", "/counts")[1])


def drain(s):
    out = b""
    try:
        while piece := s.recv(65536):
            out += piece
    except ConnectionResetError:
        out += b"[reset]"
    s.close()
    return out


def answers(out):
    return len(re.findall(rb"HTTP/1\.1 \d\d\d ", out))


def head(path="/hello", method="GET", *lines):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost:%d", *lines, "", ""])


def on(door, text):
    return (text % door.port).encode()
