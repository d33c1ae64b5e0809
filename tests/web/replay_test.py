#!/usr/bin/env python3
"""Who comes while a job runs hears what was said of it, and then of every job: limn_replay. replay_test.py LIMN [NAME]"""
import json
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]


def flags(**more):
    return json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True, **more}})


def endless(color=7):
    """A picture that is there at once, and one that takes until it is stopped."""
    return {**{str(int(k) + 20): v if k == "1" else {**v, "inputs": {**v["inputs"], "images": ["21", 0]}}
               for k, v in empty(color=color).items()}, **sampler(steps=10000)}


def preview(message):
    """-> the metadata of a preview, its picture"""
    kind, n = struct.unpack(">II", message[:8])
    assert kind == 4, kind
    return json.loads(message[8:8 + n]), message[8 + n:]


def until_preview(ws, job):
    while True:
        m = ws.next()
        if isinstance(m, bytes) and preview(m)[0]["prompt_id"] == job:
            return m


def so_far(ws):
    """-> all that was said to it: a ping is answered behind that"""
    ws.send("x", 9)
    while True:
        opcode, data = ws.frame()
        if opcode == 10:
            return ws.all
        if opcode in (1, 2):
            ws.all.append(json.loads(data) if opcode == 1 else data)


def running(s, **more):
    """-> the id of a job that paints, heard by `first`, with a picture and a preview behind it"""
    first = s.socket("first")
    first.__enter__()
    first.send(flags())
    job = s.queue(endless(), **more)
    if more.get("client_id") == "first":
        first.until("executed", lambda d: d["node"] == "22")
        until_preview(first, job)
    return job, first


def kinds(messages):
    return ["preview" if isinstance(m, bytes) else m["type"] for m in messages]


def who_comes_later_hears_what_was_said():
    with Served(LIMN) as s:
        job, first = running(s, client_id="first")
        with s.socket("second") as late:
            late.send(flags(limn_replay=True))
            late.until("feature_flags")
            told = [late.next() for _ in range(5)]
            assert kinds(told) == ["execution_start", "execution_cached", "executed", "progress_state", "preview"], kinds(told)
            assert all(m["data"]["prompt_id"] == job for m in told[:4])
            start = next(m for m in first.all if isinstance(m, dict) and m["type"] == "execution_start")
            assert told[0] == start, "the very same"
            assert told[2]["data"]["node"] == "22" and told[2]["data"]["output"]["images"][0]["filename"] == "t_00001_.png"
            nodes = told[3]["data"]["nodes"]
            assert nodes["5"]["state"] == "running" and nodes["5"]["max"] == 10000 and nodes["22"]["state"] == "finished"
            meta, picture = preview(told[4])
            assert meta["node_id"] == "5" and meta["prompt_id"] == job and picture[:2] == b"\xff\xd8"
            value = nodes["5"]["value"]
            later = late.until("progress", lambda d: d["value"] > value)
            assert later["prompt_id"] == job and later["node"] == "5"
            until_preview(late, job)
            s.json("POST", "/interrupt")
            assert late.until("execution_interrupted")["prompt_id"] == job
            assert late.until("executing")["node"] is None
        first.s.close()


def one_that_comes_back_hears_it_too():
    with Served(LIMN) as s:
        job, first = running(s, client_id="first")
        first.s.close()
        with s.socket("first") as again:
            again.send(flags(limn_replay=True))
            assert again.until("execution_start")["prompt_id"] == job
            until_preview(again, job)
            s.json("POST", "/interrupt")
            assert again.until("execution_interrupted")["prompt_id"] == job
            assert sum(k == "execution_interrupted" for k in kinds(again.all)) == 1, "once, as its owner and as a follower"


def others_hear_nothing_new():
    with Served(LIMN) as s:
        job, first = running(s, client_id="first")
        with s.socket("plain") as plain, s.socket("odd") as odd, s.socket("late") as late:
            plain.send(flags())
            odd.send(flags(limn_replay=1))
            late.send(flags())
            late.send(flags(limn_replay=True))  # only the first text is a handshake
            first.until("progress", lambda d: d["value"] > 3)
            s.json("POST", "/interrupt")
            first.until("executing", lambda d: d["node"] is None)
            s.wait(job)
            for ws in (plain, odd, late):
                heard = so_far(ws)
                assert set(kinds(heard)) == {"status", "feature_flags"}, kinds(heard)
            mine = s.queue(empty(color=9), client_id="plain")
            assert plain.until("execution_start")["prompt_id"] == mine
        first.s.close()


def jobs_of_nobody_are_heard_by_those_who_follow():
    with Served(LIMN) as s, s.socket("plain") as plain, s.socket("f") as follower:
        plain.send(flags())
        follower.send(flags(limn_replay=True))
        follower.until("feature_flags")
        job = s.queue(empty(color=3))
        assert follower.until("execution_success")["prompt_id"] == job
        heard = [m for m in follower.all if isinstance(m, dict) and m["type"] not in ("status", "feature_flags")]
        assert {"execution_start", "execution_cached", "executing", "executed", "progress_state"} <= set(kinds(heard))
        assert all(m["data"]["prompt_id"] == job for m in heard)
        assert sum(k == "executed" for k in kinds(heard)) == 1
        plain.until("status", lambda d: "sid" not in d and d["status"]["exec_info"]["queue_remaining"] == 0)
        assert not {"executed", "executing", "progress_state"} & set(kinds(plain.all))


def when_nothing_runs_nothing_is_said():
    with Served(LIMN) as s:
        s.wait(s.queue(empty()))
        with s.socket("f") as ws:
            ws.send(flags(limn_replay=True))
            ws.until("feature_flags")
            job = s.queue(empty(color=4), client_id="someone")
            assert ws.until("execution_start")["prompt_id"] == job
            assert kinds(ws.all).count("execution_start") == 1


def who_asks_without_metadata_is_shown_no_preview():
    with Served(LIMN) as s:
        job, first = running(s, client_id="first")
        with s.socket("second") as late:
            late.send(json.dumps({"type": "feature_flags", "data": {"limn_replay": True}}))
            assert late.until("progress_state")["prompt_id"] == job
            late.until("progress")
            s.json("POST", "/interrupt")
            late.until("execution_interrupted")
            assert "preview" not in kinds(late.all)
        first.s.close()


def many_who_come_and_go_cost_the_job_nothing():
    with Served(LIMN) as s:
        job, first = running(s, client_id="first")
        for i in range(50):
            ws = s.socket(f"n{i % 7}")
            ws.send(flags(limn_replay=True))
            if i % 3:
                ws.until("progress_state")
            ws.s.close()
        s.json("POST", "/interrupt")
        assert first.until("execution_interrupted")["prompt_id"] == job
        first.s.close()


TESTS = [who_comes_later_hears_what_was_said, one_that_comes_back_hears_it_too, others_hear_nothing_new,
         jobs_of_nobody_are_heard_by_those_who_follow, when_nothing_runs_nothing_is_said,
         who_asks_without_metadata_is_shown_no_preview, many_who_come_and_go_cost_the_job_nothing]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
