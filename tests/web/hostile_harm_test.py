#!/usr/bin/env python3
"""What costs a running `limn serve` time, memory or a worker: slow clients, bombs, clients that leave, plugins that misbehave.

    hostile_harm_test.py LIMN ZOO_IN_RUN ZOO_ESCAPES [PART OF A TEST'S NAME [whole]]

`whole` takes the limits and numbers of GOAL-15 and GOAL-16 as they are, which lasts minutes; figures are printed with a name."""
import contextlib
import ctypes
import json
import os
import random
import re
import resource
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import HOST, PATIENCE, ROOT, SANITIZED, Served, empty, sampler  # noqa: E402

LIMN, IN_RUN, ESCAPES = sys.argv[1:4]
SHOWS = len(sys.argv) > 4
WHOLE = sys.argv[5:] == ["whole"]
MIB = 1 << 20


# ------------------------------------------------------------ helpers

def memory_of(pid, what="VmRSS"):
    return int(re.search(what + r":\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10


def children_of(s):
    """Command line -> pid of the server's processes"""
    pids = Path(f"/proc/{s.process.pid}/task/{s.process.pid}/children").read_text().split()
    out = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            out[Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()] = int(pid)
    return out


def worker_of(s):
    return next((pid for line, pid in children_of(s).items() if " work" in line and "--only-checks" not in line and "--pictures" not in line), None)


def metric(s, name):
    return int(re.search(rf"^{name} (\d+)", s.ask("GET", "/metrics")[1].decode(), re.M)[1])


def until(true, what, timeout=PATIENCE):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"never: {what}")


class Watch:
    """Asks the server again and again meanwhile; each question must be answered."""

    def __init__(self, s, path="/prompt", pause=0.005):
        self.s, self.path, self.pause, self.times, self.failed, self.over = s, path, pause, [], [], False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over:
            begin = time.monotonic()
            try:
                status = self.s.ask("GET", self.path)[0]
                if status != 200:
                    self.failed.append(status)
            except OSError as e:
                self.failed.append(e)
            self.times.append(time.monotonic() - begin)
            time.sleep(self.pause)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.over = True
        self.thread.join()
        if not failure[0]:
            assert not self.failed and self.times, self.failed[:3]

    def p99(self):
        return sorted(self.times)[len(self.times) * 99 // 100] * 1000


def say(words):
    if SHOWS:
        print("  ", words)


# ------------------------------------------------------------ slow clients (GOAL-16)

def connect(s, receive=None):
    c = socket.socket()
    if receive:
        c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    c.settimeout(PATIENCE)
    c.connect((HOST, s.port))
    return c


def clients_that_are_slow_are_cut_off_and_slow_nobody_down():
    n, head, body = (2000, 10, 30) if WHOLE else (240, 1, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with Served(LIMN, "--header-timeout", str(head), "--body-timeout", str(body)) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input/large.txt").write_bytes(b"large " * (6 * MIB))
        ours = f"Host: {HOST}:{s.port}\r\n".encode()
        starts = [b"GET /prompt HTTP/1.1\r\n" + ours + b"X-A", b"G", b"POST /prompt HTTP/1.1\r\n" + ours + b"Content-Length: 90\r\n\r\n{",
                  b"POST /prompt HTTP/1.1\r\n" + ours + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
                  b"POST /upload/image HTTP/1.1\r\n" + ours + b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000\r\n\r\n--b\r\n"
                  b'Content-Disposition: form-data; name="image"; filename="s.png"\r\n\r\nxx',
                  b"GET /view?filename=large.txt&type=input HTTP/1.1\r\n" + ours + b"\r\n", b"", b"POST /prompt HTTP/1.1\r\n" + ours + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"]
        clients, begin, before = [], time.monotonic(), memory_of(s.process.pid)
        with Watch(s) as watch:
            for i in range(n):
                c = connect(s, 4096)
                c.sendall(starts[i % len(starts)])
                clients.append(c)
            opened = time.monotonic()
            grown = memory_of(s.process.pid) - before
            last = metric(s, "limn_http_connections")
            assert last >= (n // 2 if not SANITIZED else 1), last
            while metric(s, "limn_http_connections") > 2:  # ours and the watch's
                late = time.monotonic() - opened
                assert late < 2 * body + head + 10, metric(s, "limn_http_connections")
                for c in clients[2::len(starts)]:  # a body that trickles is cut off for its rate
                    with contextlib.suppress(OSError):
                        c.send(b" ")
                time.sleep(0.1)
            late = time.monotonic() - opened
        say(f"{n} slow clients: GET p99 {watch.p99():.1f} ms over {len(watch.times)} answers, {grown / MIB:.1f} MiB more, all gone {late:.1f} s after the last came"
            f" (limits {head} and {body} s)")
        assert SANITIZED or grown < 64 * MIB, grown
        assert not os.listdir(s.base / "state/uploads")
        for c in clients:
            c.close()
        assert s.wait(s.queue(empty()))["status"]["completed"]


# ------------------------------------------------------------ a socket that does not read (GOAL-15)

def noise(side, seed):
    """A PNG that deflates to no less than its pixels."""
    rows = b"".join(b"\0" + random.Random(seed * 4096 + y).randbytes(3 * side) for y in range(side))
    return png_of(side, side, 2, rows, level=0)


def chunk(kind, data, length=None):
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height, color, rows, level=9, before=b"", depth=8):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)) + before +
            chunk(b"IDAT", zlib.compress(rows, level)) + chunk(b"IEND", b""))


def form(*parts, boundary="----limn7MA4YWxkTrZu0gW"):
    """(name, value) and (name, bytes, filename) -> body, headers"""
    body = b""
    for name, value, *filename in parts:
        named = f'; filename="{filename[0]}"' if filename else ""
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() +
                 (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def upload(s, name, data):
    status, answer, _ = s.ask("POST", "/upload/image", *form(("image", data, name), ("overwrite", "1")))
    assert status == 200, (name, status, answer)


def a_socket_that_does_not_read_costs_others_nothing():
    n = 60 if WHOLE else 10
    shown = lambda i: {"1": {"class_type": "LoadImage", "inputs": {"image": f"n{i}.png"}},  # noqa: E731
                       "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}
    with Served(LIMN) as s:
        for i in range(n):
            upload(s, f"n{i}.png", noise(1024, i))
        stalled = connect(s, 4096)
        stalled.sendall((f"GET /ws?clientId=stalled HTTP/1.1\r\nHost: {HOST}:{s.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        assert stalled.recv(12) == b"HTTP/1.1 101"
        until(lambda: metric(s, "limn_sockets") == 1, "the socket is there")
        before, most, delays = memory_of(s.process.pid), 0, []
        with s.socket("other") as ws:
            for i in range(n):
                s.queue(shown(i), client_id="stalled")
                job = s.queue(empty(color=i), client_id="other")
                ws.until("execution_success", lambda d: d["prompt_id"] == job)
                entry = s.wait(job)
                ended = next(m[1]["timestamp"] for m in entry["status"]["messages"] if m[0] == "execution_success")
                heard = next(m["data"]["timestamp"] for m in ws.all if isinstance(m, dict) and m["type"] == "execution_success" and m["data"]["prompt_id"] == job)
                assert abs(heard - ended) < 60000
                begin = time.monotonic()
                s.json("POST", "/queue", {"clear": True})
                assert s.ask("GET", "/prompt")[0] == 200
                delays.append(time.monotonic() - begin)
                most = max(most, memory_of(s.process.pid) - before)
            if WHOLE:
                until(lambda: metric(s, "limn_sockets_closed_slow_total") == 1, "the stalled socket is closed", 61)
        assert sum(len(e["outputs"]) >= 0 for e in s.json("GET", "/history")[1].values()) == 2 * n
        say(f"{n} pictures of 3 MB for a socket that does not read: {most / MIB:.1f} MiB more; a change and an answer meanwhile at most {max(delays) * 1000:.0f} ms")
        assert SANITIZED or most <= 40 * MIB, most
        stalled.close()


def answers_that_nobody_reads_share_a_limit():
    with Served(LIMN) as s:
        begin = memory_of(s.process.pid)
        runs = s.queue(sampler(steps=10000, seed=3))
        until(lambda: s.json("GET", "/queue")[1]["queue_running"], "a job runs")
        for i in range(2):
            s.queue(empty(color=i), extra_data={"x": ["y" * MIB] * 20})
        before, clients = memory_of(s.process.pid), []
        for _ in range(16):
            c = connect(s, 4096)
            c.sendall(f"GET /queue HTTP/1.1\r\nHost: {HOST}:{s.port}\r\n\r\n".encode())
            clients.append(c)
        until(lambda: metric(s, "limn_http_connections") <= 10, "the largest answers are cut off")
        grown = memory_of(s.process.pid) - before
        assert SANITIZED or grown < 300 * MIB, grown
        assert len(s.json("GET", "/queue")[1]["queue_pending"]) == 2  # who reads gets it all, also now
        for c in clients:
            c.close()
        s.json("POST", "/queue", {"clear": True})
        s.ask("POST", "/interrupt", json.dumps({"prompt_id": runs}))
        s.wait(runs)
        until(lambda: metric(s, "limn_http_connections") <= 1, "all are gone")
        left = memory_of(s.process.pid) - begin
        say(f"16 that do not read 40 MB of queue: {grown / MIB:.0f} MiB more; {left / MIB:.1f} MiB when they are gone")
        assert SANITIZED or left < 32 * MIB, left


# ------------------------------------------------------------ bombs (GOAL-8)

def bombs():
    """name, bytes, does a header alone show that it is too large?"""
    def flat(width, height, bytes_a_row):  # deflated row by row: the picture itself is never in memory
        z, out = zlib.compressobj(9), b""
        block = (b"\0" * (bytes_a_row + 1)) * 64
        for _ in range(height // 64):
            out += z.compress(block)
        return out + z.flush()
    def large(side, color, channels, rows=None):  # fewer rows than it says are enough: its head should do
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, color, 0, 0, 0)) +
                chunk(b"IDAT", flat(side, rows or side, side * channels)) + chunk(b"IEND", b""))
    ihdr = lambda w, h, c=2, d=8: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, d, c, 0, 0, 0))  # noqa: E731
    yield "thirteen.png", large(12992, 2, 3, 128)
    yield "nine.png", large(9024, 0, 1)
    yield "claims.png", ihdr(8, 8) + struct.pack(">I", 1560281098) + b"tEXt" + b"a\0b" + b"\0" * 30
    yield "ztxt.png", ihdr(8, 8) + b"".join(chunk(b"zTXt", b"workflow\0\0" + zlib.compress(b" " * (64 * MIB), 9)) for _ in range(2)) + chunk(b"IEND", b"")
    yield "sides.png", ihdr(0x7fffffff, 0x7fffffff) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    yield "wide.png", ihdr(0x7fffffff, 1, 6, 16) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    yield "none.png", ihdr(0, 0) + chunk(b"IEND", b"")
    yield "iccp.png", ihdr(8, 8) + chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * (64 * MIB), 9)) + chunk(b"IEND", b"")
    yield "large.jpg", (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\xff\xc0\0\x11\x08\xff\xff\xff\xff\3\1\x22\0\2\x11\1\3\x11\1" + b"\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0" + b"\0" * 99)
    yield "large.webp", b"RIFF" + struct.pack("<I", 40) + b"WEBPVP8L" + struct.pack("<I", 28) + b"\x2f\xff\xff\xff\x0f" + b"\0" * 23
    good = png_of(16, 16, 2, (b"\0" + b"\x10\x20\x30" * 16) * 16)
    r = random.Random(8)
    for i in range(40):
        data = bytearray(good)
        for _ in range(r.randrange(1, 6)):
            data[r.randrange(8, len(data))] = r.randrange(256)
        yield f"bad{i}.png", bytes(data[:r.randrange(20, len(data))] if i % 2 else data[:-5])


def pictures_that_are_bombs_are_refused_and_cost_little():
    with Served(LIMN) as s:
        upload(s, "good.png", png_of(16, 16, 2, (b"\0" + b"\x10\x20\x30" * 16) * 16))
        assert s.ask("GET", "/view?filename=good.png&type=input&preview=webp")[0] == 200
        reader = next(pid for line, pid in children_of(s).items() if "--pictures" in line)
        before, reader_before = memory_of(s.process.pid), memory_of(reader, "VmHWM")
        for name, data in bombs():
            upload(s, name, data)
            for more in "&preview=webp;90", "&preview=jpeg", "&channel=rgb", "&channel=a":
                begin = time.monotonic()
                status, answer, headers = s.ask("GET", f"/view?filename={name}&type=input{more}")
                took = time.monotonic() - begin
                # what has no word for it is sent as it is, never decoded
                assert 400 <= status < 500 or (status == 200 and name.startswith("bad")), (name, more, status, answer[:200])
                assert status == 200 or (str(s.base) not in answer.decode() and len(answer) > 8), (name, answer)
                assert took < PATIENCE, (name, took)
        if reader in children_of(s).values() and not SANITIZED:
            grown = memory_of(reader, "VmHWM") - reader_before
            say(f"50 bombs and broken pictures, four readings each: the reader at most {grown / MIB:.1f} MiB more, the server {(memory_of(s.process.pid) - before) / MIB:.1f} MiB")
            assert grown <= 16 * MIB, grown
        assert SANITIZED or memory_of(s.process.pid) - before <= 16 * MIB
        for name in "thirteen.png", "claims.png", "sides.png", "bad1.png":  # and in a job
            load = {"1": {"class_type": "LoadImage", "inputs": {"image": name}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
            entry = s.wait(s.queue(load))
            assert entry["status"]["status_str"] == "error" and name in json.dumps(entry["status"]["messages"]), entry["status"]
        assert s.ask("GET", "/view?filename=good.png&type=input&preview=webp")[0] == 200
        assert s.wait(s.queue(empty()))["status"]["completed"]


# ------------------------------------------------------------ clients that leave

def who_leaves_in_the_middle_leaves_nothing_behind():
    """Every door, with a client that goes at any moment: while it sends, while it waits, while it is answered."""
    rounds = 40 if WHOLE else 6
    r = random.Random(6)
    with Served(LIMN) as s:
        upload(s, "a.png", noise(256, 1))
        job = s.queue(empty(side=64))
        s.wait(job)
        prompt = json.dumps({"prompt": empty(color=3)}).encode()
        big = json.dumps({"prompt": empty(color=4), "extra_data": {"x": ["y" * 40] * 9000}}).encode()
        mask, mask_lines = form(("image", noise(64, 2), "m.png"), ("original_ref", json.dumps({"filename": "a.png", "type": "input"})))
        image, image_lines = form(("image", noise(300, 3), "b.png"))
        posts = [("/prompt", prompt, {}), ("/prompt", big, {}), ("/upload/image", image, image_lines), ("/upload/mask", mask, mask_lines),
                 ("/settings", b'{"a": 1}', {}), ("/settings/x", b'"y"', {}), ("/userdata/f.txt?overwrite=true", b"x" * 70000, {}),
                 ("/userdata/f.txt/move/g.txt?overwrite=true", b"", {}), ("/queue", b'{"delete": ["a", "b", "c"]}', {}), ("/history", b'{"delete": ["a"]}', {}),
                 ("/interrupt", b'{"prompt_id": "nobody"}', {}), ("/free", b"{}", {}), ("/api/jobs/cancel", b'{"job_ids": ["a", "b"]}', {}), (f"/api/jobs/{job}/cancel", b"", {})]
        gets = ["/", "/prompt", "/queue", "/history", f"/history/{job}", "/api/jobs", f"/api/jobs/{job}", "/object_info", "/object_info/KSampler", "/models", "/models/checkpoints",
                "/embeddings", "/view?filename=a.png&type=input", "/view?filename=a.png&type=input&preview=webp", "/view?filename=a.png&type=input&channel=rgb",
                "/view_metadata/checkpoints?filename=limn-shapes.safetensors", "/system_stats", "/features", "/metrics", "/internal/logs", "/internal/logs/raw", "/internal/files/input",
                "/internal/folder_paths", "/settings", "/settings/x", "/users", "/userdata?dir=workflows", "/userdata/f.txt", "/v2/userdata", "/docs/api", "/experiment/models",
                "/experiment/models/checkpoints", "/experiment/models/preview/checkpoints/0/limn-shapes.safetensors", "/ws?clientId=z", "/readyz", "/extensions", "/i18n"]
        requests = [("POST", path, body, lines) for path, body, lines in posts] + [("GET", path, b"", {}) for path in gets] + [("DELETE", "/userdata/f.txt", b"", {})]
        for _ in range(rounds):
            r.shuffle(requests)
            for method, path, body, lines in requests:
                c = connect(s, r.choice([None, 4096]))
                upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} if path.startswith("/ws") else {}
                whole = (f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{s.port}\r\nContent-Length: {len(body)}\r\n" +
                         "".join(f"{k}: {v}\r\n" for k, v in {**lines, **upgrade}.items()) + "\r\n").encode() + body
                cut = r.choice([len(whole), len(whole), len(whole), len(whole) - len(body), r.randrange(len(whole))])
                with contextlib.suppress(OSError):
                    c.sendall(whole[:cut] + (whole if r.random() < 0.2 and cut == len(whole) else b""))
                    time.sleep(r.choice([0, 0, 0.0005, 0.002]))
                    if r.random() < 0.3:
                        c.settimeout(0.01)
                        c.recv(100)
                if r.random() < 0.6:
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
                c.close()
        until(lambda: metric(s, "limn_http_connections") <= 1 and metric(s, "limn_http_requests_at_work") <= 1, "all requests are let go")
        until(lambda: metric(s, "limn_sockets") == 0, "all sockets are gone", 90)
        until(lambda: not os.listdir(s.base / "state/uploads"), "nothing waits to be kept")
        assert metric(s, "limn_http_body_bytes") == 0
        assert s.wait(s.queue(empty(color=9)), 4 * PATIENCE)["status"]["completed"]


def requests_in_one_breath_are_all_answered():
    """Many requests behind each other in one connection: the answer to one is sent in the middle of the next one's beginning."""
    n = 12
    doors = [("POST", "/settings", b'{"a": 1}'), ("POST", "/settings/x", b'"y"'), ("GET", "/settings", b""), ("POST", "/userdata/f.txt?overwrite=true", b"x" * 90),
             ("GET", "/userdata/f.txt", b""), ("POST", "/prompt", json.dumps({"prompt": empty()}).encode()), ("GET", "/queue", b""), ("GET", "/history", b""),
             ("POST", "/history", b'{"delete": ["a", "b"]}'), ("POST", "/queue", b'{"delete": ["a", "b"]}'), ("GET", "/object_info", b""), ("GET", "/api/jobs", b""),
             ("POST", "/api/jobs/cancel", b'{"job_ids": ["a"]}'), ("GET", "/view?filename=a.png&type=input&preview=webp", b""), ("GET", "/models/checkpoints", b""),
             ("GET", "/view?filename=a.png&type=input", b""), ("GET", "/experiment/models/preview/checkpoints/0/limn-shapes.safetensors", b"")]
    with Served(LIMN) as s:
        upload(s, "a.png", noise(64, 1))
        for method, path, body in doors:
            whole = f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{s.port}\r\nContent-Length: {len(body)}\r\n".encode()
            ends = b"Connection: close\r\n"
            with connect(s) as c:
                c.sendall((whole + b"\r\n" + body) * (n - 1) + whole + ends + b"\r\n" + body)
                out = b""
                while piece := c.recv(1 << 20):
                    out += piece
            found = len(re.findall(rb"HTTP/1\.1 (?:200|404|429|304) ", out))
            assert found == n, (method, path, found, out[-300:])


# ------------------------------------------------------------ plugins that misbehave (GOAL-21)

def zoo(how, node="Zoo_in_run", **more):
    return {"1": {"class_type": node, "inputs": {"how": how, **more}}, "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}}


def failure(s, graph):
    entry = s.wait(s.queue(graph), 2 * PATIENCE)
    assert entry["status"]["status_str"] == "error", (graph, entry["status"])
    return next(m[1] for m in entry["status"]["messages"] if m[0] == "execution_error")


SIGNALS = {"segv": 11, "thread": 11, "overflow": 11, "fpe": 8, "ill": 4, "abort": 6, "bad_host": 11}


def plugins_that_crash_loop_or_take_all_memory_cost_their_job():
    waits = []
    with Served(LIMN, "--plugin", IN_RUN, "--hang-timeout", "4") as s, Watch(s, pause=0.02) as watch:
        for i, how in enumerate(["segv", "thread", "overflow", "fpe", "ill", "abort", "bad_host", "exit", "sleep", "greedy"]):
            if how == "greedy":
                if SANITIZED:
                    continue
                s.wait(s.queue(empty(color=500)))
                pid = worker_of(s)
                score = [int(Path(f"/proc/{p}/oom_score_adj").read_text()) for p in (pid, s.process.pid)]
                assert score[0] >= 500 and score[0] > score[1] or score[1] >= 500, score  # where memory ends, the worker goes first
                most = memory_of(pid, "VmData") + 300 * MIB
                resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
            said = failure(s, zoo(how))
            ended = time.monotonic()
            assert how == "thread" or (said["node_id"] == "1" and said["node_type"] == "Zoo_in_run"), (how, said)
            assert "in_run" in said.get("plugin", "") or how == "sleep", (how, said)
            assert "/" + Path(IN_RUN).parent.name not in json.dumps(said) and str(s.base) not in json.dumps(said), (how, said)
            if how in SIGNALS and not SANITIZED:
                assert said["signal"] == SIGNALS[how], (how, said)
            assert s.wait(s.queue(empty(color=i)))["status"]["completed"], how
            waits.append(time.monotonic() - ended)
    say(f"{len(waits)} ways to fail: the next job was done at most {max(waits) * 1000:.0f} ms after; GET p99 meanwhile {watch.p99():.1f} ms over {len(watch.times)} answers")
    assert SANITIZED or max(waits) < PATIENCE / 2, waits


def plugins_start_no_program_and_open_no_socket():
    with Served(LIMN, "--plugin", ESCAPES) as s:
        for how in ["exec", "connect"] + ([] if SANITIZED else ["trace"]):
            said = failure(s, zoo(how, "Zoo_escapes"))
            assert f"{how}: Operation not permitted" in said["exception_message"], said
        assert s.wait(s.queue(zoo("stay", "Zoo_escapes")))["status"]["completed"]


def landlock():
    """The kernel's version of it; 0: it has none"""
    return max(0, ctypes.CDLL(None).syscall(444, None, 0, 1))


def plugins_read_and_write_nothing_outside_their_places():
    if not landlock():
        return "    this kernel has no Landlock: nothing was tried"
    with tempfile.TemporaryDirectory(prefix="limn-secret-") as outside, tempfile.TemporaryDirectory(prefix="limn-base-") as base:
        os.mkdir(base + "/models")
        shutil.copytree(ROOT / "models/checkpoints", base + "/models/checkpoints")
        try_ways_out(outside, base)


def try_ways_out(outside, base):
    with Served(LIMN, "--plugin", ESCAPES, base=base) as s:
        secret, model = Path(outside, "secret.txt"), s.base / "models/checkpoints/limn-shapes.safetensors"
        secret.write_text("secret")
        (s.base / "token").write_text("secret")
        s.ask("POST", "/userdata/mine.txt", b"mine")
        upload(s, "a.png", noise(8, 1))
        mine = next(p for p in (s.base / "user").rglob("mine.txt"))
        tries = [("read", f) for f in (secret, s.base / "token", s.base / "state/limn.sqlite", mine, "/etc/hostname", f"/proc/{s.process.pid}/environ", f"/proc/{s.process.pid}/mem")]
        tries += [("list", d) for d in ("/", "/root", "/etc", outside, s.base, s.base / "state", mine.parent)]
        tries += [("write", f) for f in (secret, outside + "/new", s.base / "new", s.base / "state/new", s.base / "models/new", s.base / "input/new", "/tmp/limn-new", "/usr/new")]
        tries += [("append", f) for f in (secret, model, s.base / "input/a.png", "/proc/self/comm", s.base / "state/limn.sqlite")]
        tries += [("make", s.base / "models/folder"), ("make", outside + "/folder"), ("remove", secret), ("remove", model), ("remove", s.base / "input/a.png"),
                  ("rename", secret), ("rename", model), ("link", s.base / "output/link"), ("link", outside + "/link")]
        tries += [("truncate", f) for f in (secret, model)] if landlock() >= 3 else []
        for how, where in tries:
            said = failure(s, zoo(how, "Zoo_escapes", where=str(where)))["exception_message"]
            assert f"{how}: Permission denied" in said and str(where) not in said, (how, where, said)
        assert "mode: Operation not permitted" in failure(s, zoo("mode", "Zoo_escapes", where=str(s.base / "token")))["exception_message"]
        if landlock() >= 6:
            assert "kill: Operation not permitted" in failure(s, zoo("kill", "Zoo_escapes"))["exception_message"]
        for how, where in [("read", model), ("list", model.parent), ("read", s.base / "input/a.png"), ("list", s.base / "input"), ("write", s.base / "output/new"),
                           ("append", s.base / "output/new"), ("make", s.base / "temp/folder"), ("rename", s.base / "output/new"), ("remove", s.base / "output/new.2")]:
            entry = s.wait(s.queue(zoo(how, "Zoo_escapes", where=str(where))))
            assert entry["status"]["completed"], (how, where, entry["status"])
        assert secret.read_text() == "secret" and os.listdir(outside) == ["secret.txt"] and model.stat().st_size > 1000
        assert s.wait(s.queue(sampler(steps=1)))["status"]["completed"] and s.ask("GET", "/prompt")[0] == 200
        say(f"{len(tries)} ways out of the worker's places, none of them open")


def folders_that_come_or_are_exchanged_are_found():
    """A worker keeps to the folders that were there when it began; for others there is the next one, and nobody notices."""
    with tempfile.TemporaryDirectory(prefix="limn-later-") as outside:
        more, config = Path(outside, "mounted/later"), Path(outside, "more.yaml")
        config.write_text(f"more:\n  base_path: {more}\n  checkpoints: checkpoints\n")
        with Served(LIMN, "--extra-model-paths-config", config) as s:
            assert s.wait(s.queue(empty(color=1)))["status"]["completed"]
            first = worker_of(s)
            (more / "checkpoints").mkdir(parents=True)
            shutil.copy(ROOT / "models/checkpoints/limn-shapes.safetensors", more / "checkpoints/later.safetensors")
            graph = sampler(steps=1)
            graph["1"]["inputs"]["ckpt_name"] = "later.safetensors"
            assert "later.safetensors" in s.json("GET", "/models/checkpoints")[1]
            assert "later.safetensors" in json.dumps(s.json("GET", "/object_info/CheckpointLoaderSimple")[1])
            assert s.wait(s.queue(graph))["status"]["completed"]
            second = worker_of(s)
            shutil.rmtree(s.base / "output")
            with s.socket("c") as ws:
                jobs = [s.queue(empty(color=i, prefix="after"), client_id="c") for i in (2, 3)]
                for job in jobs:
                    ws.until("execution_success", lambda d, job=job: d["prompt_id"] == job)
            assert all(s.wait(job)["status"]["completed"] for job in jobs)
            assert len(list((s.base / "output").glob("after*"))) == 2
            third = worker_of(s)
            if landlock():
                assert len({first, second, third}) == 3 and s.said().count("another one than before") >= 2, s.said()
            assert len(s.json("GET", "/history")[1]) == 4
            shutil.rmtree(s.base / "input", ignore_errors=True)  # the process that checks writes there
            assert s.json("POST", "/limn/check", {"prompt": graph})[0] == 200
            upload(s, "b.png", noise(8, 2))
            shown = {"1": {"class_type": "LoadImage", "inputs": {"image": "b.png"}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
            assert s.wait(s.queue(shown))["status"]["completed"]
            say(f"workers {first}, {second}, {third}, {worker_of(s)}")


def held_by(pid):
    """What its descriptors lead to: names of files, and of sockets and pipes by their numbers"""
    out = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            out.add(os.readlink(fd))
    return out


def workers_hold_nothing_of_the_servers():
    with Served(LIMN) as s:
        upload(s, "a.png", noise(16, 1))
        assert s.ask("GET", "/view?filename=a.png&type=input&preview=webp")[0] == 200
        s.wait(s.queue(empty()))
        with s.socket("c"):
            ours, workers = held_by(s.process.pid), children_of(s)
            assert len(workers) == 3 and any("sqlite" in name for name in ours), (workers, ours)
            for line, pid in workers.items():
                both = {name for name in held_by(pid) & ours if name.startswith("socket:") or name.startswith(str(s.base / "state"))}
                assert not both, (line, both)
                assert not [name for name in held_by(pid) if name.startswith(str(s.base / "state"))], line
                rights = int(re.search(r"CapPrm:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[1], 16)
                assert not rights & ~0b1110, (line, hex(rights))  # of root's: files of any owner


TESTS = [clients_that_are_slow_are_cut_off_and_slow_nobody_down, a_socket_that_does_not_read_costs_others_nothing, answers_that_nobody_reads_share_a_limit,
         pictures_that_are_bombs_are_refused_and_cost_little, who_leaves_in_the_middle_leaves_nothing_behind, requests_in_one_breath_are_all_answered,
         plugins_that_crash_loop_or_take_all_memory_cost_their_job, plugins_start_no_program_and_open_no_socket, plugins_read_and_write_nothing_outside_their_places,
         folders_that_come_or_are_exchanged_are_found, workers_hold_nothing_of_the_servers]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=4))
