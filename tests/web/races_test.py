"""Races: stop pressed at any moment, cancel against start and end, and sockets that are cut (GOAL-17, GOAL-25).

    races_test.py LIMN [PART OF A TEST'S NAME] [--rounds N]

Nobody's job is stopped but the one that was named; a client that comes back knows how its job ended. Figures are
printed, not judged.
"""
import random
import socket
import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, SANITIZED, Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("--") else ""
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else int(time.time())


def rounds(otherwise):
    return int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else \
        otherwise // 4 if SANITIZED else otherwise


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def end_of(entry):
    """"success", or the last message's name."""
    return entry["status"]["messages"][-1][0].replace("execution_", "")


# ------------------------------------------------------------ stop

def stop_is_heard_at_any_moment():
    """A sampler that would run for hours, stopped while it starts, loads, encodes, samples. Then one more job runs."""
    chance, times, jobs = random.Random(SEED), [], rounds(40)
    with Served(LIMN) as s, s.socket("c") as ws:
        for k in range(jobs):
            if k % 10 == 9:  # the model has to be loaded again
                s.json("POST", "/free", {"unload_models": True, "free_memory": True})
            job = s.queue(sampler(steps=10000, seed=k, side=chance.choice((64, 128))), client_id="c")
            ws.until("execution_start", lambda d: d["prompt_id"] == job)
            time.sleep(chance.random() * chance.choice((0.01, 0.1, 0.25)))
            begin = time.monotonic()
            s.json("POST", "/interrupt", {"prompt_id": job})
            ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
            times.append((time.monotonic() - begin) * 1e3)
            assert end_of(s.wait(job)) == "interrupted", s.wait(job)
            assert s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] == 0
        assert end_of(s.wait(s.queue(empty()))) == "success"
    print(f"{jobs} stops: heard, ended and told after {share(times, .5):.1f} ms (p50), {share(times, .99):.1f} ms (p99)")


WAYS = {
    "interrupt": lambda s, job: s.json("POST", "/interrupt", {"prompt_id": job}),
    "delete": lambda s, job: s.json("POST", "/queue", {"delete": [job]}),
    "cancel": lambda s, job: s.json("POST", f"/api/jobs/{job}/cancel"),
}


def race(s, chance, n, meant, kept, lock):
    """Pairs of jobs: one is taken back when it is about to start, runs or ends; the other must not notice."""
    for k in range(n):
        mine, other = f"mine-{id(chance)}-{k}", f"other-{id(chance)}-{k}"
        s.queue(empty(color=chance.randrange(1 << 24), side=chance.choice((8, 512, 1536))), prompt_id=mine)
        s.queue(empty(color=chance.randrange(1 << 24), side=chance.choice((8, 64))), prompt_id=other)
        way = chance.choice(list(WAYS))
        if chance.random() < 0.7:  # about when it starts, or later
            while mine in [t[1] for t in s.json("GET", "/queue")[1]["queue_pending"]]:
                pass
        time.sleep(chance.random() * chance.choice((0, 0.002, 0.01, 0.05)))
        status, answer = WAYS[way](s, mine)
        assert status == 200, (status, answer)
        with lock:
            meant[mine] = way
            kept.append(other)


def nobody_is_stopped_but_the_one_that_was_named():
    n, meant, kept, lock, failed = rounds(160), {}, [], threading.Lock(), []

    def run(k):
        try:
            race(s, random.Random(SEED + k), n // 4, meant, kept, lock)
        except Exception as e:  # noqa: BLE001: told by the test
            failed.append(e)

    with Served(LIMN, "--history-entries", "1000000") as s:
        threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed, failed[0]
        end = time.monotonic() + PATIENCE
        while s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] and time.monotonic() < end:
            time.sleep(0.02)
        history = s.json("GET", "/history")[1]
        for job in kept:
            assert job in history and end_of(history[job]) == "success", f"{job} was not meant: {history.get(job)}"
        ends = {}
        for job, way in meant.items():
            how = end_of(history[job]) if job in history else "gone"
            assert how in ("success", "interrupted") or how == "gone" and way != "interrupt", (job, way, how)
            assert way != "delete" or how != "interrupted", (job, how)  # that takes back only what waits
            ends[way, how] = ends.get((way, how), 0) + 1
    told = ", ".join(f"{way} {how} {count}" for (way, how), count in sorted(ends.items()))
    print(f"{len(meant)} races: {told}; {len(kept)} others ended well (seed {SEED})")


# ------------------------------------------------------------ sockets that are cut

def cut(ws, chance):
    """In good order, or as when a cable is drawn."""
    if chance.random() < 0.5:
        ws.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws.s.close()


def know(s, ws, job):
    """What a client does that came back: it looks, and if there is nothing it listens. -> how it ended"""
    entry = s.json("GET", f"/history/{job}")[1].get(job)
    if entry:
        return end_of(entry)
    ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
    return end_of(s.json("GET", f"/history/{job}")[1][job])


def live(s, name, chance, n, late, failed):
    """A client whose socket is cut at random moments of its jobs."""
    try:
        for k in range(n):
            ws = s.socket(name)
            job = s.queue(empty(color=chance.randrange(1 << 24), side=chance.choice((8, 256, 1024))), client_id=name)
            if chance.random() < 0.7:
                time.sleep(chance.random() * chance.choice((0.005, 0.03, 0.1)))
            else:
                ws.until(chance.choice(("execution_start", "executed", "execution_success", "executing")))
            cut(ws, chance)
            ws = s.socket(name)
            back = time.time() * 1e3
            assert ws.next()["type"] == "status"
            assert know(s, ws, job) == "success"
            ended = s.json("GET", f"/history/{job}")[1][job]["status"]["messages"][-1][1]["timestamp"]
            late.append(time.time() * 1e3 - max(back, ended))
            ws.s.close()
    except Exception as e:  # noqa: BLE001: told by the test
        failed.append(e)


def one_that_comes_back_knows_how_its_job_ended():
    n, late, failed = rounds(48), [], []
    with Served(LIMN) as s:
        threads = [threading.Thread(target=live, args=(s, f"c{k}", random.Random(SEED + k), n // 4, late, failed))
                   for k in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed, failed[0]
    print(f"{len(late)} sockets cut: all knew, {share(late, .5):.1f} ms (p50), {max(late):.1f} ms (most) after they were back "
          f"or their job had ended (seed {SEED})")


TESTS = [stop_is_heard_at_any_moment, nobody_is_stopped_but_the_one_that_was_named,
         one_that_comes_back_knows_how_its_job_ended]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=ONLY, note=f"seed {SEED}: "))
