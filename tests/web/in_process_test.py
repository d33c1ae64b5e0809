"""limn serve --in-process: the same answers, in one process; what crashes takes all of it, and the queue keeps its jobs.

    in_process_test.py LIMN ZOO_IN_RUN
"""
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served, empty, sampler  # noqa: E402

LIMN, ZOO = sys.argv[1], sys.argv[2]


def children(pid):
    return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]


def told(ws, s, graph):
    ws.all.clear()
    job = s.queue(graph, client_id="c")
    ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
    return job, [m["type"] for m in ws.all if isinstance(m, dict) and m["type"] not in ("status", "progress_state", "progress")]


def until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)


def one_process_answers_as_three_do():
    f32 = ("--precision", "f32")  # two that measure may choose differently
    with Served(LIMN, *f32) as many, Served(LIMN, *f32, "--in-process") as one, many.socket("c") as a, one.socket("c") as b:
        for graph in (empty(), empty(), sampler(steps=3), {"1": {"class_type": "PreviewImage", "inputs": {}}}):
            if len(graph) > 1:
                assert told(a, many, graph)[1] == told(b, one, graph)[1]
            assert many.json("POST", "/limn/check", {"prompt": graph}) == one.json("POST", "/limn/check", {"prompt": graph})
        assert many.json("GET", "/object_info") == one.json("GET", "/object_info")
        assert len(children(many.process.pid)) == 2 and children(one.process.pid) == []
        assert one.json("GET", "/readyz")[0] == 200
        pictures = [(s.base / "output" / "w_00001_.png").read_bytes() for s in (many, one)]
        assert pictures[0] == pictures[1]
        assert "takes the server with it" in one.said() and "takes the server with it" not in many.said()


def a_job_is_stopped_and_the_next_one_runs():
    with Served(LIMN, "--in-process") as s:
        job = s.queue(sampler(steps=10000))
        until(lambda: s.json("GET", "/queue")[1]["queue_running"], "it runs")
        assert s.ask("POST", "/interrupt")[0] == 200
        assert [m[0] for m in s.wait(job)["status"]["messages"]][-1] == "execution_interrupted"
        assert s.wait(s.queue(empty()))["status"]["completed"]


def who_leaves_gives_its_job_back():
    with tempfile.TemporaryDirectory() as base:
        with Served(LIMN, "--in-process", base=base) as s:
            job = s.queue(sampler(steps=10000))
            until(lambda: s.json("GET", "/queue")[1]["queue_running"], "it runs")
        with Served(LIMN, "--in-process", base=base) as s:
            until(lambda: [t[1] for t in s.json("GET", "/queue")[1]["queue_running"]] == [job], "it runs again")
            s.ask("POST", "/interrupt")
            s.wait(job)


def a_server_that_could_not_begin_says_so():
    with tempfile.TemporaryDirectory() as base:
        assert os.spawnl(os.P_WAIT, LIMN, LIMN, "serve", "--verify", "--in-process", "--base", base, "--port", "0") == 0
    with tempfile.NamedTemporaryFile(suffix=".so") as none, Served(LIMN, "--in-process", "--plugin", none.name) as s:
        status, answer = s.json("POST", "/prompt", {"prompt": empty()})
        assert status == 503 and "Retry" not in json.dumps(answer), (status, answer)


def a_plugin_that_crashes_takes_all_of_it_but_the_queue():
    with tempfile.TemporaryDirectory() as base:
        s = Served(LIMN, "--in-process", "--plugin", ZOO, base=base).start()
        try:
            job = s.queue({"1": {"class_type": "Zoo_in_run", "inputs": {"how": "segv"}},
                           "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}})
            assert s.process.wait(PATIENCE) == 7, "a plugin ended the program"
        finally:
            s.stop()
        assert "crashed in run" in s.said()
        with Served(LIMN, "--plugin", ZOO, base=base) as s:  # and in a process of its own it costs the job alone
            assert s.wait(job)["status"]["status_str"] == "error"


TESTS = [one_process_answers_as_three_do, a_job_is_stopped_and_the_next_one_runs, who_leaves_gives_its_job_back,
         a_server_that_could_not_begin_says_so, a_plugin_that_crashes_takes_all_of_it_but_the_queue]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=3))
