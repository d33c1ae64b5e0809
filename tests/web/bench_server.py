"""limn serve beside ComfyUI's own server, in one run on one machine; figures go to docs/speed.md by hand.

    bench_server.py LIMN [--comfy FOLDER --python PYTHON] [--rounds N] [--only PART]

Rounds alternate between the two, so that both see the same neighbours. Seconds of the processor are the judge where the
machine is shared; walls stand beside them. Wants wrk for requests a second.
"""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import HOST, ROOT, Served, empty, sampler



def option(name, otherwise=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


LIMN, COMFY, PYTHON = sys.argv[1], option("--comfy"), option("--python", sys.executable)
ROUNDS, ONLY = int(option("--rounds", 3)), option("--only", "")
TRIVIAL = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
           "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}}
TICKS = os.sysconf("SC_CLK_TCK")


def say(*words):
    print(*words, flush=True)


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def middle(values):
    return share(values, 0.5)


# ------------------------------------------------------------ the two servers

class Comfy:
    """ComfyUI's own server, over a base folder of its own."""
    name = "ComfyUI"

    def __init__(self, base):
        self.base = Path(base)
        for part in ("models/checkpoints", "input", "output", "user"):
            (self.base / part).mkdir(parents=True, exist_ok=True)

    def start(self):
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [PYTHON, "main.py", "--cpu", "--listen", HOST, "--port", str(self.port), "--base-directory", str(self.base),
             "--disable-all-custom-nodes", "--use-pytorch-cross-attention"],
            cwd=COMFY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Limn:
    name = "limn"

    def __init__(self, base):
        self.s = Served(LIMN, "--max-pending", "0", base=base)
        self.base = self.s.base

    def start(self):
        self.s.start()
        self.port, self.process = self.s.port, self.s.process
        return self

    def stop(self):
        self.s.stop()


def ask(port, method, path, body=None, timeout=120):
    c = http.client.HTTPConnection(HOST, port, timeout=timeout)
    c.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, data


def tree(pid):
    """A process and all below it."""
    out, todo = [], [pid]
    while todo:
        pid = todo.pop()
        out.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                todo += [int(p) for p in task.read_text().split()]
            except OSError:
                pass
    return out


def cpu_of(pids):
    """Seconds of the processor that they have used."""
    total = 0
    for pid in pids:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(words[11]) + int(words[12])
        except OSError:
            pass
    return total / TICKS


def memory_of(pids):
    """-> anonymous, PSS, in MB"""
    total = {"Anonymous": 0, "Pss": 0}
    for pid in pids:
        for name, kb in re.findall(r"^(Anonymous|Pss): +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M):
            total[name] += int(kb)
    return total["Anonymous"] / 1024, total["Pss"] / 1024


def first_answer(side):
    """Starts it -> seconds until the first answer, and of the processor."""
    begin = time.monotonic()
    side.start()
    while True:
        try:
            if ask(side.port, "GET", "/prompt")[0] == 200:
                return time.monotonic() - begin, cpu_of(tree(side.process.pid))
        except OSError:
            time.sleep(0.002)


# ------------------------------------------------------------ start and rest

def bench_start(sides):
    for k in range(ROUNDS):
        for side in sides:
            for n in range(5 if side.name == "limn" else 1):
                wall, cpu = first_answer(side)
                say(f"start to first answer: {side.name} {wall * 1e3:.0f} ms, {cpu * 1e3:.0f} ms of the processor")
                if k == n == 0:
                    time.sleep(1)
                    pids = tree(side.process.pid)
                    say("at rest: %s %.1f MB anonymous, %.1f MB PSS" % (side.name, *memory_of(pids)),
                        f"in {len(pids)} processes")
                side.stop()


# ------------------------------------------------------------ requests a second

def wrk(side, path, seconds, connections=100, script=None):
    """-> requests a second, p50, p99 in ms, microseconds of the server's processor a request"""
    pids = tree(side.process.pid)
    before = cpu_of(pids)
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency"] +
                         (["-s", script] if script else []) + [f"http://{HOST}:{side.port}{path}"],
                         capture_output=True, text=True).stdout
    used = cpu_of(pids) - before
    count = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec: +([\d.]+)", out).group(1))
    unit = {"us": 1e-3, "ms": 1.0, "s": 1e3}
    at = {p: float(v) * unit[u] for p, v, u in re.findall(r"(50|99)% +([\d.]+)(us|ms|s)", out)}
    if bad := re.search(r"(Non-2xx.*|Socket errors.*)", out):
        say("   ", side.name, path, bad.group(1))
    return rate, at["50"], at["99"], used / max(count, 1) * 1e6


def settle(side):
    ask(side.port, "POST", "/queue", {"clear": True})
    while json.loads(ask(side.port, "GET", "/prompt")[1])["exec_info"]["queue_remaining"]:
        time.sleep(0.05)


def bench_rates(sides):
    script = tempfile.NamedTemporaryFile("w", suffix=".lua")
    script.write("wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\n"
                 f"wrk.body = [==[{json.dumps({'prompt': TRIVIAL})}]==]\n")
    script.flush()
    for side in sides:
        first_answer(side)
        for n in range(20):
            ask(side.port, "POST", "/prompt", {"prompt": empty(color=n)})
        settle(side)
    for path, how in (("/queue", None), ("/history", None), ("/prompt", script.name)):
        seen = {side.name: [] for side in sides}
        for _ in range(ROUNDS):
            for side in sides:
                seen[side.name].append(wrk(side, path, 3, script=how))
                settle(side)
                if how:
                    ask(side.port, "POST", "/history", {"clear": True})
        for name, rows in seen.items():
            say(f"{'POST' if how else 'GET'} {path}, 100 connections: {name}", "; ".join(
                f"{r:,.0f} a second, p50 {a:.1f}, p99 {b:.1f} ms, {c:.1f} us of its processor" for r, a, b, c in rows))
    for side in sides:
        side.stop()


# ------------------------------------------------------------ while a sampler has every core

def bench_busy(sides):
    side = next(s for s in sides if s.name == "limn")
    side.start()
    s = side.s
    busy = s.queue(sampler(steps=10000, side=512))
    while not json.loads(ask(side.port, "GET", "/queue")[1])["queue_running"]:
        time.sleep(0.05)
    if os.sched_getscheduler(0) == os.SCHED_RR:  # chrt -r 5: without the neighbours; but the sampler is no favourite
        for worker in tree(side.process.pid)[1:]:
            if b"--only-checks" not in Path(f"/proc/{worker}/cmdline").read_bytes():
                for task in os.listdir(f"/proc/{worker}/task"):
                    os.sched_setscheduler(int(task), os.SCHED_OTHER, os.sched_param(0))
    for n in range(1000):
        s.queue(TRIVIAL)
    time.sleep(2)
    for k in range(ROUNDS):
        posts, syncs = [], []
        with open(side.base / "sync.bin", "wb+") as f:
            f.write(bytes(1 << 20))
            os.fsync(f.fileno())
            for n in range(250):
                begin = time.perf_counter()
                os.pwrite(f.fileno(), bytes([n & 255]) * 4096, 4096 * (n % 200))
                os.fdatasync(f.fileno())
                syncs.append((time.perf_counter() - begin) * 1e3)
                begin = time.perf_counter()
                s.queue(TRIVIAL)
                posts.append((time.perf_counter() - begin) * 1e3)
        say(f"while a sampler has every core, 1,000 queued: one fdatasync p50 {share(syncs, .5):.2f}, p99 "
            f"{share(syncs, .99):.2f} ms; POST /prompt, its connection included, p50 {share(posts, .5):.2f}, p99 "
            f"{share(posts, .99):.2f} ms; above: {share(posts, .5) - share(syncs, .5):.2f}, "
            f"{share(posts, .99) - share(syncs, .99):.2f} ms")
    ask(side.port, "POST", "/queue", {"clear": True})
    s.json("POST", "/interrupt", {"prompt_id": busy})
    side.stop()


# ------------------------------------------------------------ previews, stop

def run_sampler(s, ws, seed, how, steps=40):
    """-> seconds of the worker's processor for one job"""
    pids = tree(s.process.pid)
    before = cpu_of(pids)
    job = s.queue(sampler(steps=steps, seed=seed, side=256), client_id="c", extra_data={"preview_method": how})
    ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
    return cpu_of(pids) - before


def bench_previews(sides):
    side = next(s for s in sides if s.name == "limn")
    side.start()
    s, seen = side.s, {"none": [], "latent2rgb": []}
    with s.socket("c") as ws:
        seed = 0
        run_sampler(s, ws, seed, "none", 4)
        for k in range(ROUNDS * 2):
            for how in seen:
                seed += 1
                seen[how].append(run_sampler(s, ws, seed, how))
        shown = sum(isinstance(m, bytes) for m in ws.all)
    say(f"40 steps of 256 x 256, {shown} previews in all: without " + ", ".join(f"{v:.2f}" for v in seen["none"]) +
        " CPU-s; with " + ", ".join(f"{v:.2f}" for v in seen["latent2rgb"]) +
        f"; the least of each: {100 * (min(seen['latent2rgb']) / min(seen['none']) - 1):+.1f} %")
    side.stop()


# ------------------------------------------------------------ from a step's end to its client


def bench_ticks(sides):
    """Steps that tell when they ended, each with a preview; how late is each heard of?"""
    with tempfile.TemporaryDirectory() as folder:
        plugin = f"{folder}/ticks.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", f"-I{ROOT}/plugins/include", "-o", plugin,
                        f"{ROOT}/tests/web/ticks.c"], check=True)
        with Served(LIMN, "--plugin", plugin) as s, s.socket("c") as ws:
            for k in range(ROUNDS):
                late, shown = [], 0
                graph = {"1": {"class_type": "Ticks", "inputs": {"steps": 120, "seed": k, "shows": True}},
                         "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}}
                s.queue(graph, client_id="c", extra_data={"preview_method": "auto"})
                while True:
                    m = ws.next()
                    if isinstance(m, bytes):
                        shown += 1
                    elif m["type"] == "progress":
                        late.append((time.time() % 86400 * 1e6 - m["data"]["value"]) / 1e3)
                    elif m["type"] == "executing" and m["data"]["node"] is None:
                        break
                say(f"from a step's end to its client, previews on: {len(late)} steps, {shown} previews, p50 "
                    f"{share(late, .5):.2f}, p99 {share(late, .99):.2f}, most {max(late):.2f} ms")


def main():
    say("load", " ".join(f"{x:.1f}" for x in os.getloadavg()), "on", os.cpu_count(), "cores,", time.strftime("%F %T"))
    folders = [tempfile.mkdtemp(prefix="limn-bench-") for _ in range(2)]
    sides = [Limn(folders[0])] + ([Comfy(folders[1])] if COMFY else [])
    for bench in (bench_start, bench_rates, bench_busy, bench_ticks, bench_previews):
        if ONLY in bench.__name__ and (bench is not bench_rates or shutil.which("wrk")):
            bench(sides)
            say("load", " ".join(f"{x:.1f}" for x in os.getloadavg()))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
