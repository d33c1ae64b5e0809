"""Load: a hundred connections that ask for everything, two hundred sockets, and a stream of small jobs (GOAL-13,
GOAL-14); and a client that never reads (GOAL-15).

    load_test.py LIMN [PART OF A TEST'S NAME] [--seconds N]

Every answer must be a good one, every job that was accepted ends once, is told once to its client and stands in the
history. Figures are printed, not judged: other programs share the machine. Memory is judged, but not under a sanitizer.
"""
import asyncio
import base64
import json
import os
import random
import struct
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import HOST, PATIENCE, SANITIZED, Served, empty  # noqa: E402

LIMN = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("--") else ""
SECONDS = float(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 5 if SANITIZED else 10
CONNECTIONS, SOCKETS, TALKING = 100, 200, 20  # so many of the sockets belong to clients with jobs
GETS = ["/queue", "/history?max_items=5", "/prompt", "/system_stats", "/object_info/KSampler", "/api/jobs?limit=5", "/features",
        "/settings", "/metrics", "/models/checkpoints", "/view?filename=t_00001_.png", "/healthz"]


# ------------------------------------------------------------ a client that costs little

class Asker:
    """One connection, kept; what it asks comes back as (status, bytes)."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, method, path, body=b""):
        if not self.writer:
            self.reader, self.writer = await asyncio.open_connection(HOST, self.port)
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nContent-Length: {len(body)}\r\n\r\n"
                          .encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0]
        if length:
            data = await self.reader.readexactly(int(length))
        else:
            data = b""
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                data += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        if "connection: close" in head:
            self.close()
        return int(head.split()[1]), data

    def close(self):
        if self.writer:
            self.writer.close()
        self.writer = None


async def socket_of(port, client):
    """-> reader, writer of a WebSocket that is open"""
    reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 25)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(f"GET /ws?clientId={client} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\n"
                 f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head, head
    return reader, writer


async def frame_of(reader):
    a, b = await reader.readexactly(2)
    n = b & 127
    if n > 125:
        n = int.from_bytes(await reader.readexactly(2 if n == 126 else 8), "big")
    return a & 15, await reader.readexactly(n)


# ------------------------------------------------------------ the load

class Load:
    def __init__(self, s, seconds):
        self.s, self.until = s, time.monotonic() + seconds
        self.statuses, self.times, self.accepted, self.told = {}, [], {}, {}
        self.heard, self.delays, self.waiting = 0, [], 0

    def over(self):
        return time.monotonic() >= self.until

    async def ask_much(self, k):
        """Asks one thing after the other; every fifth connection sometimes begins anew."""
        chance, c = random.Random(k), Asker(self.s.port)
        while not self.over():
            begin = time.monotonic()
            path = chance.choice(GETS)
            status, _ = await c.ask("GET", path)
            self.times.append(time.monotonic() - begin)
            self.statuses[path, status] = self.statuses.get((path, status), 0) + 1
            if k % 5 == 0 and chance.random() < 0.05:
                c.close()
            if len(self.times) % 1000 == 0 and len(self.times) > 200000:
                del self.times[:100000]
        c.close()

    async def submit(self, k):
        """Jobs that miss the cache, hit it, or save a picture; never more than a few ahead of the worker."""
        c, n = Asker(self.s.port), 0
        while not self.over():
            if self.waiting > 40:
                await asyncio.sleep(0.005)
                continue
            graph = empty(color=n % 3 if n % 5 else k * 100000 + n, prefix="t", side=8)
            if n % 50:
                graph["2"] = {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}
            n += 1
            client = f"talk{(k + n) % TALKING}"
            self.waiting += 1
            status, data = await c.ask("POST", "/prompt", json.dumps({"prompt": graph, "client_id": client}).encode())
            assert status == 200, (status, data[:300])
            self.accepted[json.loads(data)["prompt_id"]] = client
        c.close()

    async def hear(self, client, ready):
        reader, writer = await socket_of(self.s.port, client)
        ready.release()
        try:
            while True:
                opcode, data = await frame_of(reader)
                self.heard += 1
                if opcode == 9:
                    writer.write(bytes([0x8a, 0x80 | len(data)]) + bytes(4) + data)
                elif opcode == 1 and b'"executing"' in data[:30] and b'"node": null' in data:
                    job = json.loads(data)["data"]["prompt_id"]
                    self.told.setdefault(job, []).append(client)
                    self.waiting -= 1
                elif opcode == 1 and b'"execution_start"' in data[:40]:
                    self.delays.append(time.time() * 1000 - json.loads(data)["data"]["timestamp"])
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        writer.close()

    async def all(self):
        ready = asyncio.Semaphore(0)
        names = [f"talk{k}" for k in range(TALKING)] + [f"idle{k}" for k in range(SOCKETS - TALKING)]
        ears = [asyncio.ensure_future(self.hear(name, ready)) for name in names]
        for _ in names:
            await asyncio.wait_for(ready.acquire(), PATIENCE)
        watch = asyncio.ensure_future(watch_memory(self))
        await asyncio.gather(*(self.ask_much(k) for k in range(CONNECTIONS)), *(self.submit(k) for k in range(4)))
        end = time.monotonic() + PATIENCE
        while len(self.told) < len(self.accepted) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        watch.cancel()
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)


# ------------------------------------------------------------ memory

def processes(s):
    """The server and its workers."""
    out = [s.process.pid]
    for task in Path(f"/proc/{s.process.pid}/task").glob("*/children"):
        out += [int(pid) for pid in task.read_text().split()]
    return out


def anonymous(pids):
    """Bytes of memory that is no file's."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/status").read_text()
        total += int(text.partition("RssAnon:")[2].split()[0]) * 1024
    return total


def worker_of(s):
    """The process that runs jobs. It keeps their results, until there are too many or somebody says /free."""
    return next(pid for pid in processes(s)[1:] if b"--only-checks" not in Path(f"/proc/{pid}/cmdline").read_bytes())


async def watch_memory(load):
    load.memory, worker = [], worker_of(load.s)
    while True:
        load.memory.append((time.monotonic(), anonymous([p for p in processes(load.s) if p != worker])))
        await asyncio.sleep(0.25)


def slope(points):
    """Bytes a second over the second half, by least squares."""
    points = points[len(points) // 2:]
    n = len(points)
    if n < 3:
        return 0.0
    mean_t, mean_y = sum(t for t, _ in points) / n, sum(y for _, y in points) / n
    return sum((t - mean_t) * (y - mean_y) for t, y in points) / sum((t - mean_t) ** 2 for t, _ in points)


# ------------------------------------------------------------ tests

def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def under_load_every_answer_is_good_and_every_job_ends_once():
    with Served(LIMN, "--history-entries", "1000000") as s:
        s.wait(s.queue(empty()))  # the picture that everybody looks at
        before = anonymous(processes(s))
        load = Load(s, SECONDS)
        begin = time.monotonic()
        asyncio.run(load.all())
        took = time.monotonic() - begin
        bad = {k: n for k, n in load.statuses.items() if k[1] != 200}
        assert not bad, bad
        missing = [job for job in load.accepted if job not in load.told]
        assert not missing, f"{len(missing)} of {len(load.accepted)} jobs were never told to have ended: {missing[:5]}"
        for job, client in load.accepted.items():
            assert load.told[job] == [client], (job, load.told[job], client)
        strange = set(load.told) - set(load.accepted)
        assert not strange, strange
        ended, at = {}, 0
        while page := s.json("GET", f"/history?max_items=2000&offset={at}")[1]:
            assert not set(page) & set(ended)
            ended.update({job: entry["status"]["status_str"] for job, entry in page.items()})
            at += 2000
        assert len(ended) == len(load.accepted) + 1 and set(load.accepted) < set(ended), (len(ended), len(load.accepted))
        assert set(ended.values()) == {"success"}, ended
        after, rise = anonymous(processes(s)), slope(load.memory)
        s.json("POST", "/free", {"free_memory": True, "unload_models": True})
        s.wait(s.queue(empty(color=1)))
        freed = anonymous(processes(s))
        print(f"{took:.0f} s: {len(load.accepted)} jobs ({len(load.accepted) / took:.0f} a second), "
              f"{sum(load.statuses.values())} answers ({sum(load.statuses.values()) / took:.0f} a second, p50 "
              f"{share(load.times, .5) * 1e3:.1f}, p99 {share(load.times, .99) * 1e3:.1f} ms at this client), "
              f"{load.heard} frames, delay p50 {share(load.delays, .5):.1f}, p99 {share(load.delays, .99):.1f} ms; "
              f"anonymous memory {before / 1e6:.1f} MB before, {after / 1e6:.1f} after, {freed / 1e6:.1f} freed, "
              f"{rise * 3600 / 1e6:+.1f} MB an hour in the second half without the worker")
        if not SANITIZED:
            second = [y for _, y in load.memory[len(load.memory) // 2:]]
            assert max(second) - second[0] < 4 << 20, f"memory rose by {max(second) - second[0]} bytes"
            assert freed - before < 8 << 20, f"{freed - before} bytes did not come back"


def noise(side):
    """A PNG that no compression makes small."""
    rows = b"".join(b"\0" + os.urandom(side * 3) for _ in range(side))
    chunk = lambda kind, data: (struct.pack(">I", len(data)) + kind + data +  # noqa: E731
                                struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


def one_that_never_reads_costs_the_others_nothing():
    jobs = int(sys.argv[sys.argv.index("--jobs") + 1]) if "--jobs" in sys.argv else 8
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "noise.png"}},
             "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}
    with Served(LIMN) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "noise.png").write_bytes(noise(1024))
        s.wait(s.queue(empty()))
        before = most = anonymous([s.process.pid])
        with s.socket("deaf") as deaf, s.socket("other") as other:
            ids, delays = [], []
            for k in range(jobs):
                s.queue(graph, client_id="deaf")
                ids.append(s.queue(empty(color=k), client_id="other"))
            while ids:
                m = other.next()
                most = max(most, anonymous([s.process.pid]))
                if isinstance(m, dict) and "timestamp" in m["data"]:
                    delays.append(time.time() * 1000 - m["data"]["timestamp"])
                if isinstance(m, dict) and m["type"] == "executing" and m["data"]["node"] is None:
                    ids.remove(m["data"]["prompt_id"])
            assert len(s.json("GET", "/history")[1]) == 2 * jobs + 1
            got = 0
            try:
                while True:
                    got += len(deaf.frame()[1])
            except (EOFError, ConnectionError):
                pass  # it was closed: too much waited for it
        print(f"{jobs} jobs with pictures of 3 MB to one that never reads: the server grew by {(most - before) / 1e6:.1f} MB, "
              f"the others' events came {share(delays, .99):.1f} ms late (p99); it was sent {got / 1e6:.1f} MB")
        assert got < 3 * (jobs - 1) << 20, "it was never closed"
        assert SANITIZED or most - before < 16 << 20, f"it cost {most - before} bytes"


TESTS = [under_load_every_answer_is_good_and_every_job_ends_once, one_that_never_reads_costs_the_others_nothing]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=ONLY))
