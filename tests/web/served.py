"""A running `limn serve` for tests, and the clients that talk to it; the standard library is all it needs.

    with Served(limn) as s:
        status, answer = s.json("POST", "/prompt", {"prompt": graph})
        with s.socket("client-1") as ws: ws.until("execution_success")
"""
import base64
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent.parent
SANITIZED = os.environ.get("LIMN_SANITIZED", "") not in ("", "0")
PATIENCE = 60 if SANITIZED else 20

# A plain picture, without a model: {color} may be any integer, so that the cache can be missed at will.
def empty(color=255, prefix="t", side=8):
    return {"1": {"class_type": "EmptyImage", "inputs": {"width": side, "height": side, "batch_size": 1, "color": color}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}}}


# The bundled checkpoint at work.
def sampler(steps=20, seed=1, side=64, text="a red circle on a white background", cfg=1.0):
    return {"1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "limn-shapes.safetensors"}},
            "2": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["1", 1]}},
            "4": {"class_type": "EmptyLatentImage", "inputs": {"width": side, "height": side, "batch_size": 1}},
            "5": {"class_type": "KSampler",
                  "inputs": {"model": ["1", 0], "seed": seed, "steps": steps, "cfg": cfg, "sampler_name": "euler",
                             "scheduler": "normal", "positive": ["2", 0], "negative": ["2", 0],
                             "latent_image": ["4", 0], "denoise": 1.0}},
            "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
            "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "w"}}}


class Served:
    """A server over a base folder of its own (or `base`); leaving stops it, and it must leave cleanly. `session`: with
    its workers it is a group of processes of its own."""

    def __init__(self, limn, *options, base=None, env=None, session=False):
        self.limn, self.options, self.env, self.session = limn, options, env, session
        self.folder = None if base else tempfile.TemporaryDirectory(prefix="limn-served-")
        self.base = Path(base or self.folder.name)
        if not (self.base / "models").exists():
            (self.base / "models").symlink_to(ROOT / "models")

    def start(self):
        self.words = open(self.base / "stderr.txt", "ab")
        self.process = subprocess.Popen([self.limn, "serve", "--base", self.base, "--port", "0", *self.options],
                                        stdout=subprocess.PIPE, stderr=self.words, text=True,
                                        env={**os.environ, **(self.env or {})}, start_new_session=self.session)
        address = self.process.stdout.readline()
        assert address.startswith("http://"), f"no address: {address!r}\n{self.said()}"
        self.port = int(address.rsplit(":", 1)[1].rstrip("/\n"))
        return self

    def said(self):
        return (self.base / "stderr.txt").read_text(errors="replace")

    def stop(self, signal_=signal.SIGTERM):
        self.process.send_signal(signal_)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "no end"
        self.process.stdout.close()
        self.words.close()
        return status

    __enter__ = start

    def __exit__(self, *failure):
        status = self.stop() if self.process.poll() is None else self.process.returncode
        said = self.said()
        if self.folder:
            self.folder.cleanup()
        if failure[0]:
            print(said[-4000:])
        else:
            assert status == 0, f"the server ended with {status}\n{said[-4000:]}"

    # ------------------------------------------------------------ HTTP

    def ask(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """-> status, bytes, headers"""
        c = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data, dict(r.getheaders())

    def json(self, method, path, body=None, headers=None):
        """-> status, the answer's JSON (None when it is empty)"""
        data = json.dumps(body).encode() if body is not None else None
        status, answer, _ = self.ask(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        return status, json.loads(answer) if answer else None

    def queue(self, prompt, **more):
        """Posts a prompt -> its id."""
        status, answer = self.json("POST", "/prompt", {"prompt": prompt, **more})
        assert status == 200, (status, answer)
        return answer["prompt_id"]

    def wait(self, job, timeout=PATIENCE):
        """-> the history's entry of a job, once it is there"""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            entry = self.json("GET", f"/history/{job}")[1].get(job)
            if entry:
                return entry
            time.sleep(0.01)
        raise AssertionError(f"job {job} did not end\n{self.said()[-4000:]}")

    def socket(self, client="", **more):
        return Socket(self.port, f"/ws?clientId={client}" if client else "/ws", **more)


class Socket:
    """A WebSocket that hides nothing (RFC 6455)."""

    def __init__(self, port, path="/ws", headers=None, timeout=PATIENCE, early=b""):
        self.s = socket.create_connection((HOST, port), timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {"Host": f"{HOST}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
                 "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **(headers or {})}
        self.s.sendall((f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) +
                        "\r\n").encode() + early)
        self.left = b""
        while b"\r\n\r\n" not in self.left:
            piece = self.s.recv(65536)
            if not piece:
                break
            self.left += piece
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        self.status = int(self.head.split()[1]) if self.head else 0
        self.all = []

    def __enter__(self):
        assert self.status == 101, self.head
        return self

    def __exit__(self, *failure):
        self.s.close()

    def take(self, n):
        while len(self.left) < n:
            piece = self.s.recv(1 << 20)
            if not piece:
                raise EOFError
            self.left += piece
        out, self.left = self.left[:n], self.left[n:]
        return out

    def frame(self):
        """-> opcode, payload"""
        a, b = self.take(2)
        n = b & 127
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
        elif n == 127:
            n = struct.unpack(">Q", self.take(8))[0]
        return a & 15, self.take(n)

    def send(self, payload, opcode=1, fin=True, mask=True):
        payload = payload.encode() if isinstance(payload, str) else payload
        key = os.urandom(4)
        n = len(payload)
        head = bytes([(0x80 if fin else 0) | opcode])
        flag = 0x80 if mask else 0
        head += (bytes([flag | n]) if n < 126 else bytes([flag | 126]) + struct.pack(">H", n) if n < 65536 else
                 bytes([flag | 127]) + struct.pack(">Q", n))
        body = bytes(c ^ key[i & 3] for i, c in enumerate(payload)) if mask else payload
        self.s.sendall(head + (key if mask else b"") + body)

    def next(self):
        """-> the next message: a dict of JSON, or bytes; pings are answered"""
        while True:
            opcode, data = self.frame()
            if opcode == 9:
                self.send(data, 10)
            elif opcode == 8:
                raise EOFError(data)
            elif opcode in (1, 2):
                message = json.loads(data) if opcode == 1 else data
                self.all.append(message)
                return message

    def until(self, kind, where=lambda data: True):
        """Reads on until a message of this type -> its data; all that came is in .all"""
        while True:
            m = self.next()
            if isinstance(m, dict) and m["type"] == kind and where(m["data"]):
                return m["data"]
