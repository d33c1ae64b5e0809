"""What a server accepted, what became of it, and whether nothing of it is lost after a death (GOAL-11).

A job that was answered with 200 is there after every start: waiting, at work, or in the history, once. What the history
has is never run again, and its pictures are whole. A job that was at work three times when the server died has failed,
and says so. What was asked to be taken back may be gone.
"""
import http.client
import json
import os
import signal
import threading
import zlib
from pathlib import Path

from served import empty

GONE = (OSError, EOFError, ValueError, http.client.HTTPException)  # what a client meets when its server dies


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
    bury(s)


def bury(s):
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


def ends_of(entry):
    return [m for m in entry["status"]["messages"] if m[0] != "execution_start" and m[0] != "execution_cached"]


class Book:
    """What was accepted, and what was seen to end."""

    def __init__(self):
        self.accepted, self.ended, self.lock, self.n = {}, {}, threading.Lock(), 0
        self.taken_back, self.stopped = set(), set()  # somebody asked for that; it may have come too late
        self.stop_told = set()  # … and was answered: it never runs again
        self.large = []  # accepted, with prompts of megabytes

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
    except GONE:
        pass


def look(s, book, killed):
    """Everything accepted is somewhere, once; what has ended is as it was."""
    accepted = dict(book.accepted)
    queue = s.json("GET", "/queue")[1]
    history = s.json("GET", "/history")[1]
    waiting = [t[1] for t in queue["queue_running"] + queue["queue_pending"]]
    assert len(waiting) == len(set(waiting)), f"twice in the queue after {killed} kills"
    for job in accepted:
        # between the two questions one may have ended: only then it may be in both
        assert job in history or job in waiting or job in book.taken_back, \
            f"{job} was accepted and is lost after {killed} kills"
    again = book.stop_told & set(waiting)
    assert not again, f"stops were told and are forgotten after {killed} kills: {again}"
    for job, times in book.ended.items():
        if job in book.taken_back and job not in history:
            continue
        assert job in history and job not in waiting, f"{job} had ended and is run again"
        assert ends_of(history[job]) == times, f"{job} ended a second time"
    for job, entry in history.items():
        book.ended.setdefault(job, ends_of(entry))


def check_pictures(s, book):
    """When all has ended -> how many ended well, their pictures, how many were given up."""
    history = s.json("GET", "/history")[1]
    seen = pictures = parked = 0
    for job, n in book.accepted.items():
        if job not in history and job in book.taken_back:
            continue
        entry = history[job]
        if entry["status"]["status_str"] != "success":
            words = json.dumps(entry["status"]["messages"])
            # it took the server with it three times, or somebody pressed stop
            assert "limn ended while this job ran" in words or \
                job in book.stopped and "execution_interrupted" in words, f"{job}: {words}"
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
