"""kill -9 at moments with names: between any two steps of a job's way, of a file's, of a start's and of an end's, the
server and all its workers die at once, as when the machine goes; the next server accounts for everything (GOAL-11,
accounts.py).

    serve_points_test.py LIMN [PART OF A POINT'S NAME] [--seed N] [-v]      (sanitized: a third of them, by the seed)

The points are the lm_crash_at() of the sources; each has a row here that says what leads there. A row whose point is
not passed fails.
"""
import base64
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from collections import namedtuple
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from accounts import GONE, Book, bury, check_pictures, job_of, kill, look, submit  # noqa: E402
from served import PATIENCE, ROOT, SANITIZED, Served, sampler  # noqa: E402

LIMN = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("-") else ""
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else int(time.time())
JOBS = 20

# What brings a server to each point; `n`: it happens at a random passing up to this one.
Row = namedtuple("Row", "point load n", defaults=(3,))
ROWS = [Row(*words) for words in [
    # the first start
    ("database-made", "start", 1), ("schema-raising", "start", 1), ("server-open", "start", 1),
    # a prompt becomes a job
    ("prompt-come", "work"), ("prompt-checked", "work"), ("queue-asked", "work", 9), ("batch-taken", "work", 9),
    ("batch-prepared", "work", 9), ("transaction-begun", "work", 9), ("job-asked", "work"), ("change-made", "work", 9),
    ("transaction-made", "work", 9), ("ledger-set", "work", 9), ("transaction-kept", "work", 9),
    ("batch-answered", "work", 9), ("queue-answering", "work", 9), ("queue-answered", "work", 9),
    ("prompt-accepted", "work"), ("prompt-answered", "work"), ("log-lengthened", "work", 1),
    # it runs
    ("lease-asked", "work"), ("job-leased", "work"), ("job-handed-out", "work"), ("work-begun", "work"),
    ("job-recovering", "died", 1), ("store-recovered", "start", 1), ("work-done", "work"), ("work-ended", "work"),
    # its picture takes its place, and its end is kept and told
    ("file-begun", "work"), ("file-written", "work"), ("file-synced", "work"), ("file-placed", "work"),
    ("file-kept", "work"), ("end-heard", "work"), ("job-ending", "work"), ("job-told", "work"), ("end-kept", "work"),
    ("end-told", "work"), ("history-swept", "work"),
    # somebody takes it back
    ("job-dropped", "work"), ("job-stopping", "work", 2), ("job-forgotten", "work", 1), ("interrupt-heard", "work", 2),
    # somebody puts the queue in another order, or makes it wait
    ("jobs-moved", "order", 2), ("queue-paused", "order"),
    # files of clients
    ("drawer-begun", "files", 2), ("upload-landing", "files", 2), ("upload-whole", "files", 2),
    ("drawer-giving", "files", 2), ("file-adopted", "files", 2), ("upload-placed", "files", 2),
    ("settings-written", "files", 2), ("settings-kept", "files", 2), ("tree-moved", "files", 2),
    # an end in good order, cut short
    ("server-leaving", "go", 1), ("job-released", "leave", 1), ("queue-ending", "go", 1), ("store-closing", "go", 1),
    # the log of the database is moved to its place; at the end, as what fills it is looked at by all that come behind
    ("log-moving", "much", 1), ("log-moved", "much", 1), ("log-beginning-anew", "much", 1),
    ("log-begun-anew", "much", 1),
]]


def points_in_sources():
    found = []
    for folder in ("core", "web"):
        for path in (ROOT / folder).rglob("*.c"):
            found += re.findall(r'lm_crash_at\("([a-z-]+)"\)', path.read_text())
    return sorted(found)


# ------------------------------------------------------------ loads

def form(data, filename):
    """-> the body and the headers of an upload"""
    head = f'--limn\r\nContent-Disposition: form-data; name="image"; filename="{filename}"\r\n\r\n'.encode()
    return head + data + b"\r\n--limn--\r\n", {"Content-Type": "multipart/form-data; boundary=limn"}


class Files:
    """What a client had kept for it, and was told so."""

    def __init__(self):
        self.n, self.uploads, self.setting, self.sent, self.notes = 0, {}, 0, 0, {}

    def keep(self, s):
        for _ in range(3):
            self.n += 1
            n = self.n
            data = f"upload {n} ".encode() * 9000
            self.uploads.setdefault(f"up{n}.png", [data, False])
            status, answer, _ = s.ask("POST", "/upload/image", *form(data, f"up{n}.png"))
            assert status == 200, (status, answer)
            self.uploads[f"up{n}.png"][1] = True
            self.sent = n
            assert s.json("POST", "/settings/limn.test", n)[0] == 200
            self.setting = n
            text = f"note {n} " * 500
            self.notes[n] = [text, 0]
            assert s.ask("POST", f"/userdata/note{n}.txt", text)[0] == 200
            self.notes[n][1] = 1
            there = quote(f"moved{n}.txt", safe="")
            assert s.ask("POST", f"/userdata/note{n}.txt/move/{there}")[0] == 200
            self.notes[n][1] = 2

    def look(self, s):
        """What was acknowledged is there; whatever is there is whole."""
        for name, (data, known) in self.uploads.items():
            path = s.base / "input" / name
            assert path.exists() or not known, f"{name} was uploaded and is lost"
            assert not path.exists() or path.read_bytes() == data, f"{name} is broken"
        value = s.json("GET", "/settings/limn.test")[1] or 0
        assert self.setting <= value <= self.sent, f"a setting is {value}, not {self.setting} to {self.sent}"
        for n, (text, known) in self.notes.items():
            seen = [s.ask("GET", f"/userdata/{name}{n}.txt") for name in ("note", "moved")]
            there = [data.decode() == text for status, data, _ in seen if status == 200]
            assert all(there) and len(there) < 2, f"note{n} is broken, or there twice"
            assert there or not known, f"note{n} is lost"
            assert known < 2 or seen[1][0] == 200, f"note{n} was moved and is not where it should be"


def fiddle(s, book, chance):
    """Takes jobs back, forgets what has ended, presses stop."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        some = list(book.accepted)
        if some:
            job = chance.choice(some[-8:])
            book.taken_back.add(job)
            s.json("POST", "/queue", {"delete": [job]})
            job = chance.choice(some)
            book.taken_back.add(job)
            s.json("POST", "/history", {"delete": [job]})
        for task in s.json("GET", "/queue")[1]["queue_running"]:
            book.stopped.add(task[1])
            if s.json("POST", "/interrupt", {"prompt_id": task[1]})[0] == 200:
                book.stop_told.add(task[1])
        time.sleep(0.05)


def work(s, book, files, chance):
    left = threading.Semaphore(JOBS)
    threads = [threading.Thread(target=submit, args=(s, book, left)) for _ in range(3)]
    for t in threads:
        t.start()
    fiddle(s, book, chance)


def order(s, book, files, chance):
    """A paused queue, in another order than it came."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        s.json("POST", "/limn/queue", {"op": "pause"})
        submit(s, book, threading.Semaphore(3))
        waiting = [t[1] for t in s.json("GET", "/queue")[1]["queue_pending"]]
        s.json("POST", "/limn/queue", {"op": "move", "ids": waiting[-2:], "before": chance.choice([None, *waiting[:1]])})
        s.json("POST", "/limn/queue", {"op": "move", "ids": waiting[:1], "before": None})
        s.json("POST", "/limn/queue", {"op": "resume"})


def keep_files(s, book, files, chance):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        files.keep(s)


def much(s, book, files, chance):
    """Prompts that fill the database's log: 16 MiB are moved at once. Those of the last time were accounted for; they go, as
    each answer of a whole queue would have them all."""
    old = [job for job in book.large if job not in book.taken_back]
    book.taken_back.update(old)
    s.json("POST", "/queue", {"delete": old})
    s.json("POST", "/history", {"delete": old})
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        n = book.next()
        filler = base64.b64encode(chance.randbytes(1500000)).decode()  # kept with the job, and read by nobody else
        status, answer = s.json("POST", "/prompt", {"prompt": job_of(n), "prompt_id": f"job-{n}", "extra_data": {"filler": filler}})
        assert status == 200, answer
        book.accept(f"job-{n}", n)
        book.large.append(f"job-{n}")


def begin_long(s, book):
    job = f"long-{book.next()}"
    s.json("POST", "/prompt", {"prompt": sampler(steps=10000), "prompt_id": job, "front": True})
    end = time.monotonic() + PATIENCE
    while job not in [t[1] for t in s.json("GET", "/queue")[1]["queue_running"]] and time.monotonic() < end:
        time.sleep(0.01)


def leave(s, book, files, chance):
    """A long job runs when the server is told to go."""
    begin_long(s, book)
    go(s)


def die(base, book):
    """A long job runs when the server dies."""
    s = Served(LIMN, base=base, session=True)
    s.start()
    s.json("POST", "/limn/queue", {"op": "resume"})
    begin_long(s, book)
    kill(s, True)


def go(s, *_):
    s.process.send_signal(signal.SIGTERM)


LOADS = {"start": lambda *_: None, "died": lambda *_: None, "work": work, "order": order, "files": keep_files, "much": much, "go": go, "leave": leave}


# ------------------------------------------------------------ rounds

def start(base, row, n):
    """An armed server, and whether it came as far as to say its address."""
    s = Served(LIMN, base=base, session=True, env={"LIMN_CRASH_AT": f"{row.point}:{n}+all"})
    before = len(s.said()) if (s.base / "stderr.txt").exists() else 0
    try:
        s.start()
        threading.Thread(target=watch, args=(s, before), daemon=True).start()
        return s, True
    except AssertionError:
        bury(s)
        return s, False


def watch(s, before):
    """A worker at its point reaches no other process: it has said where it is and waits, and all are ended from here."""
    while s.process.poll() is None:
        if "LIMN_CRASH_AT" in s.said()[before:]:
            try:
                os.killpg(s.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return
        time.sleep(0.02)


def run(s, row, book, files, chance, killed):
    """What the last server left is accounted for; then it is this one's turn."""
    try:
        look(s, book, killed)
        files.look(s)
        s.json("POST", "/limn/queue", {"op": "resume"})  # the last server may have died while it was paused
        LOADS[row.load](s, book, files, chance)
    except GONE:
        pass
    try:
        s.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        kill(s, True)
        raise AssertionError(f"{row.point} is not passed") from None
    bury(s)


def settle(folder, book, files, rounds):
    """Nothing kills the last one: all that waits is run, and everything is looked at."""
    with Served(LIMN, base=folder) as s:
        look(s, book, rounds)
        files.look(s)
        s.json("POST", "/limn/queue", {"op": "resume"})
        left, end = 0, 0.0
        while now := s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"]:
            if now != left:
                left, end = now, time.monotonic() + 2 * PATIENCE  # as long as one after the other ends
            assert time.monotonic() < end, s.json("GET", "/limn/queue")
            for job in s.json("GET", "/api/jobs?status=in_progress")[1]["jobs"]:  # without its prompt, of megabytes
                if job["id"].startswith("long-"):
                    s.json("POST", "/interrupt", {"prompt_id": job["id"]})
            time.sleep(0.05)
        look(s, book, rounds)
        return check_pictures(s, book)


def every_point_has_a_row():
    found, rows = points_in_sources(), sorted(r.point for r in ROWS)
    assert len(set(found)) == len(found), "a point has two places"
    assert found == rows, f"points without a row, or rows without a point: {sorted(set(found) ^ set(rows))}"
    return f"{len(rows)} points"


def nothing_is_lost_at_any_named_moment():
    chance, book, files, slowest = random.Random(SEED), Book(), Files(), 0.0
    rows = [r for r in ROWS if ONLY in r.point]
    if SANITIZED and not ONLY:
        rows = rows[SEED % 3::3]
    with tempfile.TemporaryDirectory(prefix="limn-points-") as folder:
        for k, row in enumerate(rows):
            if row.load == "died":
                die(folder, book)
            begin = time.monotonic()
            s, said = start(folder, row, chance.randint(1, row.n))
            slowest = max(slowest, time.monotonic() - begin)
            if said:
                run(s, row, book, files, chance, k)
            assert s.process.returncode == -signal.SIGKILL, \
                f"{row.point}: it ended with {s.process.returncode}\n{s.said()[-2000:]}"
            if ONLY or "-v" in sys.argv:
                print(f"{row.point}: {time.monotonic() - begin:.2f} s")
        seen, pictures, parked = settle(folder, book, files, len(rows))
    return (f"{len(rows)} deaths, {len(book.accepted)} jobs accepted: {seen} ended well, {parked} parked or stopped, "
            f"{len(book.taken_back)} taken back, 0 lost; {pictures} pictures, {len(files.uploads)} uploads whole; "
            f"listening again after {slowest:.2f} s at most (seed {SEED})")


if __name__ == "__main__":
    sys.exit(run_tests([every_point_has_a_row, nothing_is_lost_at_any_named_moment], only="", note=f"seed {SEED}: "))
