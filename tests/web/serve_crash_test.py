"""kill -9 at random moments: a server under load is killed with all its workers, started again over the same folder,
and every job that it accepted is accounted for (GOAL-11, USE-1, USE-3).

    serve_crash_test.py LIMN [--rounds N] [--seed N]

A job that was answered with 200 is there after every start: waiting, at work, or in the history, once. What the history
has is never run again, and its pictures are whole. A job that was at work three times when the server died has failed,
and says so.
"""
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

from served import PATIENCE, SANITIZED, Served, empty

LIMN = sys.argv[1]


def option(name, otherwise):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


ROUNDS, SEED = option("--rounds", 4 if SANITIZED else 8), option("--seed", int(time.time()))
SUBMITTERS, JOBS = 4, 20


def job_of(n):
    """Takes a moment, and saves a picture of its own under its own name."""
    graph = empty(color=n & 0xffffff, prefix=f"job{n}", side=48 + n % 5 * 200)
    graph["3"] = {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}}
    graph["2"]["inputs"]["images"] = ["3", 0]
    return graph


def kill(s, workers):
    """The server; and its workers with it, as when the machine goes, or they are left to find out."""
    children = []
    if workers:
        for task in Path(f"/proc/{s.process.pid}/task").glob("*/children"):
            children += [int(pid) for pid in task.read_text().split()]
    for pid in [s.process.pid] + children:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    s.process.wait()
    s.process.stdout.close()
    s.words.close()


def png_is_whole(path):
    """Signature, chunks and their sums, IEND at the very end."""
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return False
    at = 8
    while at + 12 <= len(data):
        n = int.from_bytes(data[at:at + 4], "big")
        if zlib.crc32(data[at + 4:at + 8 + n]) != int.from_bytes(data[at + 8 + n:at + 12 + n], "big"):
            return False
        at += 12 + n
        if data[at - n - 8:at - n - 4] == b"IEND":
            return at == len(data)
    return False


class Book:
    """What was accepted, and what was seen to end."""

    def __init__(self):
        self.accepted, self.ended, self.lock, self.n = {}, {}, threading.Lock(), 0

    def next(self):
        with self.lock:
            self.n += 1
            return self.n

    def accept(self, job, n):
        with self.lock:
            self.accepted[job] = n


def submit(s, book, left):
    """Posts until there is nothing left to post, or nobody."""
    try:
        while left.acquire(blocking=False):
            n = book.next()
            status, answer = s.json("POST", "/prompt", {"prompt": job_of(n), "prompt_id": f"job-{n}"})
            if status == 200:
                book.accept(answer["prompt_id"], n)
    except (OSError, EOFError, ValueError, __import__("http.client").client.HTTPException):
        pass


def look(s, book, killed):
    """Everything accepted is somewhere, once; what has ended is as it was."""
    queue = s.json("GET", "/queue")[1]
    history = s.json("GET", "/history")[1]
    waiting = [t[1] for t in queue["queue_running"] + queue["queue_pending"]]
    assert len(waiting) == len(set(waiting)), f"twice in the queue after {killed} kills"
    for job in book.accepted:
        # between the two questions one may have ended: only then it may be in both
        assert job in history or job in waiting, f"{job} was accepted and is lost after {killed} kills"
    for job, times in book.ended.items():
        assert job in history and job not in waiting, f"{job} had ended and is run again"
        assert ends_of(history[job]) == times, f"{job} ended a second time"
    for job, entry in history.items():
        book.ended.setdefault(job, ends_of(entry))


def ends_of(entry):
    return [m for m in entry["status"]["messages"] if m[0] != "execution_start" and m[0] != "execution_cached"]


def check_pictures(s, book):
    history = s.json("GET", "/history")[1]
    seen = pictures = parked = 0
    for job, n in book.accepted.items():
        entry = history[job]
        if entry["status"]["status_str"] != "success":
            words = json.dumps(entry["status"]["messages"])
            assert "limn ended while this job ran" in words, f"{job}: {words}"  # it took the server with it three times
            parked += 1
            continue
        seen += 1
        for image in entry["outputs"]["2"]["images"]:
            path = s.base / "output" / image["subfolder"] / image["filename"]
            assert image["filename"].startswith(f"job{n}_"), (job, image)
            assert path.exists() and png_is_whole(path), f"{job}: {path} is missing or broken"
            pictures += 1
    for path in (s.base / "output").rglob("*.png"):
        assert png_is_whole(path), f"{path} is broken"
    return seen, pictures, parked


def main():
    chance, book, slowest = random.Random(SEED), Book(), 0.0
    folder = tempfile.TemporaryDirectory(prefix="limn-crash-")
    for k in range(ROUNDS):
        s = Served(LIMN, base=folder.name)
        begin = time.monotonic()
        s.start()
        slowest = max(slowest, time.monotonic() - begin)
        look(s, book, k)
        left = threading.Semaphore(JOBS)
        threads = [threading.Thread(target=submit, args=(s, book, left)) for _ in range(SUBMITTERS)]
        for t in threads:
            t.start()
        had, at = len(book.accepted), time.monotonic()
        while chance.random() < 0.98 and len(book.accepted) == had and time.monotonic() < at + PATIENCE:
            time.sleep(0.01)  # mostly once the first is accepted, sometimes before
        time.sleep(chance.random() * chance.choice((0.05, 0.4, 1.0)))
        kill(s, chance.random() < 0.5)
        for t in threads:
            t.join()
    with Served(LIMN, base=folder.name) as s:
        look(s, book, ROUNDS)
        end = time.monotonic() + PATIENCE * (1 + len(book.accepted) / 200)
        while s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] and time.monotonic() < end:
            time.sleep(0.05)
        look(s, book, ROUNDS)
        seen, pictures, parked = check_pictures(s, book)
    print(f"{ROUNDS} kills, {len(book.accepted)} jobs accepted: {seen} ended well, {parked} parked, 0 lost, {pictures} "
          f"pictures whole; listening again after {slowest:.2f} s at most (seed {SEED})")
    folder.cleanup()
    print("ok a_killed_server_loses_nothing_and_runs_nothing_twice")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as e:
        print(f"tests/web/serve_crash_test.py: seed {SEED}: {e}")
        print("FAILED a_killed_server_loses_nothing_and_runs_nothing_twice")
        sys.exit(1)
