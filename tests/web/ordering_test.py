#!/usr/bin/env python3
"""The queue's order and its pause, GET and POST /limn/queue. ordering_test.py LIMN [NAME]"""
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]


def tell(s, want=200, **body):
    status, answer = s.json("POST", "/limn/queue", body)
    assert status == want, (body, status, answer)
    return answer


def pending(s):
    return [t[1] for t in s.json("GET", "/queue")[1]["queue_pending"]]


def fill(s, n, **more):
    """A paused queue with jobs a, b, c …"""
    tell(s, op="pause")
    for i in range(n):
        s.queue(empty(color=i), prompt_id=chr(97 + i), **more)
    assert pending(s) == [chr(97 + i) for i in range(n)]


def ran(s, jobs):
    """-> the order in which these ended"""
    for job in jobs:
        s.wait(job)
    return [job for job in s.json("GET", "/history")[1] if job in jobs]


def kill(s):
    os.killpg(s.process.pid, signal.SIGKILL)
    s.process.wait()
    s.process.stdout.close()
    s.words.close()


# ------------------------------------------------------------------ order

def what_waits_is_put_in_another_order():
    with Served(LIMN) as s:
        fill(s, 6)
        tag = s.ask("GET", "/queue")[2]["ETag"]
        answer = tell(s, op="move", ids=["e", "b"], before="a")
        assert answer == {"paused": True, "running": 0, "pending": 6, "moved": 2}, answer
        assert pending(s) == ["e", "b", "a", "c", "d", "f"]
        assert s.ask("GET", "/queue", headers={"If-None-Match": tag})[0] == 200, "listings know of it"
        tell(s, op="move", ids=["a", "e"], before=None)
        assert pending(s) == ["b", "c", "d", "f", "a", "e"]
        tell(s, op="move", ids=["d"], before="c")
        assert pending(s) == ["b", "d", "c", "f", "a", "e"]
        assert tell(s, op="move", ids=["c", "none"], before="c")["moved"] == 1
        assert pending(s) == ["b", "d", "c", "f", "a", "e"], "in front of itself it stays"
        assert tell(s, op="move", ids=["none"], before=None)["moved"] == 0
        s.queue(empty(color=90), prompt_id="last")
        s.queue(empty(color=91), prompt_id="first", front=True)
        assert pending(s) == ["first", "b", "d", "c", "f", "a", "e", "last"], "who comes later finds its place"
        tell(s, op="resume")
        order = ["first", "b", "d", "c", "f", "a", "e", "last"]
        assert ran(s, order) == order


def jobs_of_one_number_can_be_told_apart():
    with Served(LIMN) as s:
        fill(s, 5, number=3)
        for i in range(60):  # no room between equal numbers, and less and less between others
            tell(s, op="move", ids=["e"], before="b")
            tell(s, op="move", ids=["b"], before="e")
            assert pending(s) == ["a", "b", "e", "c", "d"], (i, pending(s))


def a_place_that_is_not_there_is_told():
    with Served(LIMN) as s:
        fill(s, 2)
        answer = tell(s, 409, op="move", ids=["a"], before="nobody")
        assert "nobody" in answer["error"] and pending(s) == ["a", "b"]
        for body in ({}, {"op": "jump"}, {"op": "move"}, {"op": "move", "ids": "a"}, {"op": "move", "ids": [1]},
                     {"op": "move", "ids": ["x" * 300]}, {"op": "move", "ids": [""]}, {"op": 5},
                     {"op": "move", "ids": ["a"], "before": 7}, {"op": "move", "ids": ["a"], "before": ""}):
            assert tell(s, 400, **body)["error"], body
        for body in (b"", b"[]", b"{", b'"move"'):
            assert s.ask("POST", "/limn/queue", body)[0] == 400, body
        assert pending(s) == ["a", "b"]


def in_front_of_one_that_runs_is_in_front_of_all():
    with Served(LIMN) as s, s.socket("me") as ws:
        s.queue(sampler(steps=10000), prompt_id="long", client_id="me")
        ws.until("progress")
        for i, job in enumerate("abc"):
            s.queue(empty(color=i), prompt_id=job)
        tell(s, op="move", ids=["c"], before="long")
        assert pending(s) == ["c", "a", "b"]
        assert tell(s, op="move", ids=["long"], before=None)["moved"] == 0, "what runs does not move"
        s.json("POST", "/interrupt")
        assert ran(s, ["c", "a", "b"]) == ["c", "a", "b"]


def everybody_hears_of_it():
    with Served(LIMN) as s:
        fill(s, 2)
        with s.socket() as ws:
            ws.until("status", lambda d: "sid" in d)
            tell(s, op="move", ids=["b"], before="a")
            assert ws.until("status")["status"]["exec_info"]["queue_remaining"] == 2
            tell(s, op="pause")
            ws.until("status")


# ------------------------------------------------------------------ pause

def a_paused_queue_begins_nothing_and_ends_what_runs():
    with Served(LIMN) as s, s.socket("me") as ws:
        assert s.json("GET", "/limn/queue")[1] == {"paused": False, "running": 0, "pending": 0}
        s.queue(sampler(steps=10000), prompt_id="long", client_id="me")
        ws.until("progress")
        s.queue(empty(), prompt_id="next")
        tell(s, op="pause")
        assert s.json("GET", "/limn/queue")[1] == {"paused": True, "running": 1, "pending": 1}
        s.json("POST", "/interrupt")
        assert ws.until("executing", lambda d: d["node"] is None)["prompt_id"] == "long"
        for _ in range(3):
            assert s.queue(empty(color=5)) and s.json("GET", "/limn/queue")[1]["running"] == 0
        assert pending(s)[0] == "next" and len(pending(s)) == 4
        assert b"limn_queue_paused 1\n" in s.ask("GET", "/metrics")[1]
        tell(s, op="resume")
        s.wait("next")
        assert b"limn_queue_paused 0\n" in s.ask("GET", "/metrics")[1]


def order_and_pause_outlive_a_kill():
    with tempfile.TemporaryDirectory(prefix="limn-order-") as folder:
        s = Served(LIMN, base=folder, session=True).start()
        fill(s, 5)
        tell(s, op="move", ids=["d"], before="a")
        kill(s)
        s = Served(LIMN, base=folder, session=True).start()
        assert s.json("GET", "/limn/queue")[1] == {"paused": True, "running": 0, "pending": 5}
        assert pending(s) == ["d", "a", "b", "c", "e"]
        tell(s, op="move", ids=["b", "d"], before=None)
        tell(s, op="resume")
        tell(s, op="pause")
        waiting = pending(s)
        kill(s)
        with Served(LIMN, base=folder) as s:
            again = pending(s)
            assert again == waiting or again == ["a", "c", "e", "b", "d"][-len(again):], (waiting, again)
            tell(s, op="resume")
            order = ["a", "c", "e", "b", "d"]
            assert ran(s, order) == order


def a_start_may_pause_the_queue_or_resume_it():
    with tempfile.TemporaryDirectory(prefix="limn-order-") as folder:
        s = Served(LIMN, base=folder, session=True).start()
        s.queue(sampler(steps=10000), prompt_id="long")
        end = time.monotonic() + PATIENCE
        while not s.json("GET", "/limn/queue")[1]["running"]:
            assert time.monotonic() < end
            time.sleep(0.01)
        s.queue(empty(), prompt_id="next")
        kill(s)
        with Served(LIMN, "--queue-at-start", "paused", base=folder) as s:
            assert s.json("GET", "/limn/queue")[1] == {"paused": True, "running": 0, "pending": 2}
            assert s.json("POST", "/queue", {"delete": ["long"]})[0] == 200
            assert pending(s) == ["next"] and not s.json("GET", "/history")[1]
        with Served(LIMN, "--queue-at-start", "kept", base=folder) as s:
            assert s.json("GET", "/limn/queue")[1] == {"paused": True, "running": 0, "pending": 1}
        with Served(LIMN, "--queue-at-start", "run", base=folder) as s:
            assert s.wait("next")["status"]["completed"] and not s.json("GET", "/limn/queue")[1]["paused"]
        with Served(LIMN, base=folder) as s:
            assert s.json("GET", "/limn/queue")[1] == {"paused": False, "running": 0, "pending": 0}


def a_queue_of_the_version_before_is_taken_over():
    import sqlite3
    with tempfile.TemporaryDirectory(prefix="limn-order-") as folder:
        with Served(LIMN, base=folder) as s:
            s.wait(s.queue(empty(color=77)))
            fill(s, 3)
        db = sqlite3.connect(f"{folder}/state/limn.sqlite")
        for column in "paused", "success", "error", "interrupted", "failed":
            db.execute(f"ALTER TABLE ledger DROP COLUMN {column}")
        db.execute("DROP INDEX job_pending_of")
        db.execute("DROP INDEX job_in_order")
        for column in "stopping", "owner":
            db.execute(f"ALTER TABLE job DROP COLUMN {column}")
        db.execute("PRAGMA user_version = 1")
        db.commit()
        db.close()
        with Served(LIMN, base=folder) as s:
            assert s.json("GET", "/limn/queue")[1]["paused"] is False
            assert s.json("GET", "/api/jobs?status=completed")[1]["pagination"]["total"] == 1  # counted anew
            assert ran(s, ["a", "b", "c"]) == ["a", "b", "c"]


def a_long_queue_is_put_in_order_in_a_moment():
    with Served(LIMN) as s:
        tell(s, op="pause")
        ids = []
        for i in range(400):
            ids.append(s.queue(empty(color=i), prompt_id=f"job-{i}"))
        tell(s, op="move", ids=ids[200:], before=ids[0])
        assert pending(s) == ids[200:] + ids[:200]
        s.json("POST", "/queue", {"clear": True})
        assert s.json("GET", "/limn/queue")[1]["pending"] == 0


TESTS = [what_waits_is_put_in_another_order, jobs_of_one_number_can_be_told_apart, a_place_that_is_not_there_is_told,
         in_front_of_one_that_runs_is_in_front_of_all, everybody_hears_of_it,
         a_paused_queue_begins_nothing_and_ends_what_runs, order_and_pause_outlive_a_kill,
         a_start_may_pause_the_queue_or_resume_it, a_queue_of_the_version_before_is_taken_over, a_long_queue_is_put_in_order_in_a_moment]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
