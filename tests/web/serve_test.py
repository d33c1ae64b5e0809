"""Jobs end to end: a running `limn serve`, its clients over real sockets, and what they are told.

    serve_test.py LIMN ZOO_IN_RUN [PART OF A TEST'S NAME]

The orders of messages of a fresh run, a cached one and one that fails were taken down from ComfyUI 0.3.64 with the same
workflows, the others follow its sources; where limn tells more or less, the
test says so.
"""
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served, empty, sampler  # noqa: E402

LIMN, ZOO = sys.argv[1], sys.argv[2]


# ------------------------------------------------------------ helpers

def zoo(how, node="Zoo_in_run"):
    return {"1": {"class_type": node, "inputs": {"how": how}},
            "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}}


def story(messages):
    """What was told, short: without status, which may be merged, and without ids and times."""
    out = []
    for m in messages:
        if isinstance(m, bytes):
            out.append(("picture", m[3], m[7] if m[3] == 1 else None))
            continue
        kind, data = m["type"], m["data"]
        if kind == "execution_cached":
            out.append((kind, sorted(data["nodes"])))
        elif kind == "progress_state":
            out.append((kind, {k: v["state"] for k, v in data["nodes"].items()}))
        elif kind in ("executing", "executed"):
            out.append((kind, data["node"]))
        elif kind != "status":
            out.append((kind,))
    return out


def run(ws, s, graph, client, **more):
    """Runs a job to its very end -> its id and all that was told of it."""
    ws.all.clear()
    job = s.queue(graph, client_id=client, **more)
    ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
    return job, list(ws.all)


def queued(s):
    status, answer = s.json("GET", "/queue")
    assert status == 200
    return answer


def pending(s):
    return [t[1] for t in queued(s)["queue_pending"]]


def until(true, what, timeout=PATIENCE):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.01)
    raise AssertionError(f"never: {what}")


def status_of(entry):
    return entry["status"]["status_str"], entry["status"]["completed"], [m[0] for m in entry["status"]["messages"]]


def long_job(s, **more):
    """A sampler that will not end by itself, at work."""
    job = s.queue(sampler(steps=10000, seed=99), **more)
    until(lambda: [t[1] for t in queued(s)["queue_running"]] == [job], "the job runs")
    return job


def stop(s, job=None):
    assert s.ask("POST", "/interrupt", json.dumps({"prompt_id": job}) if job else None)[:2] == (200, b"")


# ------------------------------------------------------------ one job

FRESH = [("execution_start",), ("execution_cached", []),
         ("progress_state", {"1": "running"}), ("executing", "1"), ("progress_state", {"1": "finished"}),
         ("progress_state", {"1": "finished", "2": "running"}), ("executing", "2"), ("executed", "2"),
         ("progress_state", {"1": "finished", "2": "finished"}), ("execution_success",), ("executing", None)]
CACHED = [("execution_start",), ("execution_cached", ["1", "2"]), ("executed", "2"),
          ("progress_state", {"2": "finished"}), ("execution_success",), ("executing", None)]


def a_fresh_run_and_a_cached_one_are_told_in_order():
    with Served(LIMN) as s, s.socket("c") as ws:
        job, told = run(ws, s, empty(), "c")
        assert story(told) == FRESH, story(told)
        remaining = [(i, m["data"]["status"]["exec_info"]["queue_remaining"]) for i, m in enumerate(told)
                     if isinstance(m, dict) and m["type"] == "status"]
        assert remaining[-1] == (len(told) - 2, 0), remaining
        executed = next(m["data"] for m in told if m["type"] == "executed")
        assert executed["output"]["images"] == [{"filename": "t_00001_.png", "subfolder": "", "type": "output"}]
        assert executed["prompt_id"] == job and executed["display_node"] == "2"
        state = [m["data"] for m in told if m["type"] == "progress_state"][0]
        assert state["prompt_id"] == job and state["nodes"]["1"] == {
            "value": 0, "max": 1, "state": "running", "node_id": "1", "prompt_id": job, "display_node_id": "1",
            "parent_node_id": None, "real_node_id": "1"}

        again, told = run(ws, s, empty(), "c")
        assert story(told) == CACHED, story(told)
        entry = s.json("GET", f"/history/{again}")[1][again]
        assert status_of(entry) == ("success", True, ["execution_start", "execution_cached", "execution_success"])
        assert entry["outputs"]["2"]["images"][0]["filename"] == "t_00001_.png"
        assert entry["meta"]["2"] == {"node_id": "2", "display_node": "2", "parent_node": None, "real_node_id": "2"}
        number, id_, prompt, extra, outputs = entry["prompt"]
        assert (number, id_, prompt, outputs) == (1, again, empty(), ["2"])
        assert extra["client_id"] == "c" and abs(extra["create_time"] / 1000 - time.time()) < 1000


def whoever_is_told_the_end_finds_it_in_the_history():
    with Served(LIMN) as s, s.socket("c") as ws:
        for i in range(10):
            job, _ = run(ws, s, empty(color=i), "c")
            assert job in s.json("GET", f"/history/{job}")[1]
            assert queued(s) == {"queue_running": [], "queue_pending": []}
            assert s.json("GET", "/prompt")[1] == {"exec_info": {"queue_remaining": 0}}
        for i in range(10):  # clients ask as soon as they hear how it ended
            job = s.queue(empty(color=i), client_id="c")
            ws.until("execution_success", lambda d: d["prompt_id"] == job)
            assert s.json("GET", f"/history/{job}")[1][job]["status"]["completed"]
            assert queued(s)["queue_running"] == []
        job = long_job(s, client_id="c")
        ws.until("progress", lambda d: d["prompt_id"] == job)
        s.ask("POST", "/interrupt")
        ws.until("execution_interrupted", lambda d: d["prompt_id"] == job)
        assert s.json("GET", f"/history/{job}")[1][job]["status"]["messages"][-1][0] == "execution_interrupted"


def a_sampler_tells_its_steps_and_shows_previews_of_both_kinds():
    with Served(LIMN) as s, s.socket("old") as old, s.socket("new") as new:
        new.send(json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}}))
        new.until("feature_flags")
        job, told = run(old, s, sampler(steps=60), "old", extra_data={"preview_method": "auto"})
        ticks = [m["data"] for m in told if isinstance(m, dict) and m["type"] == "progress"]
        assert ticks[-1] == {"value": 60, "max": 60, "prompt_id": job, "node": "5"}, ticks
        assert [t["value"] for t in ticks] == sorted(t["value"] for t in ticks)
        shown = [m for m in told if isinstance(m, bytes)]
        assert shown and all(m[:8] == b"\0\0\0\1\0\0\0\1" and m[8:10] == b"\xff\xd8" for m in shown)

        job, told = run(new, s, sampler(steps=400, seed=2), "new")
        shown = [m for m in told if isinstance(m, bytes)]
        assert shown and all(m[:4] == b"\0\0\0\4" for m in shown)
        size = int.from_bytes(shown[0][4:8], "big")
        assert json.loads(shown[0][8:8 + size]) == {
            "node_id": "5", "prompt_id": job, "display_node_id": "5", "parent_node_id": None, "real_node_id": "5",
            "image_type": "image/jpeg"}
        assert shown[0][8 + size:][:2] == b"\xff\xd8"
        _, told = run(new, s, sampler(steps=4, seed=3), "new", extra_data={"preview_method": "none"})
        assert not [m for m in told if isinstance(m, bytes)]


def a_client_that_never_asked_for_previews_takes_none_for_a_picture():
    for options, more, want in ([], {}, False), ([], {"preview_method": "default"}, False), \
            (["--preview-method", "auto"], {}, True), (["--preview-method", "auto"], {"preview_method": "none"}, False):
        with Served(LIMN, *options) as s, s.socket("old") as old:
            _, told = run(old, s, sampler(steps=60), "old", extra_data=more)
            assert any(isinstance(m, bytes) for m in told) == want, (options, more)


def whole_pictures_go_to_the_client_while_their_node_runs():
    graph = empty(side=32)
    graph["2"] = {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}
    with Served(LIMN) as s, s.socket("c") as ws:
        for _ in range(2):  # it is never kept
            _, told = run(ws, s, graph, "c")
            at = story(told).index(("picture", 1, 2))
            assert [m for m in story(told)[:at] if m[0] == "executing"][-1] == ("executing", "2")
            picture = next(m for m in told if isinstance(m, bytes))
            assert picture[8:16] == b"\x89PNG\r\n\x1a\n" and picture[-8:-4] == b"IEND"
        assert not list((s.base / "output").glob("*")) if (s.base / "output").exists() else True


def a_node_that_fails_is_told_and_the_next_job_runs():
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "bad.png"}},
             "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
    with Served(LIMN) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "bad.png").write_bytes(b"no picture")
        with s.socket("c") as ws:
            job, told = run(ws, s, graph, "c")
            assert story(told) == [("execution_start",), ("execution_cached", []),
                                   ("progress_state", {"1": "running"}), ("executing", "1"), ("execution_error",),
                                   ("executing", None)], story(told)
            error = next(m["data"] for m in told if m["type"] == "execution_error")
            assert error["node_id"] == "1" and error["node_type"] == "LoadImage" and error["prompt_id"] == job
            assert error["executed"] == [] and error["exception_message"].endswith("\n") and error["exception_type"]
            assert isinstance(error["traceback"], list) and error["current_inputs"] == {"image": ["bad.png"]}
            entry = s.json("GET", f"/history/{job}")[1][job]
            assert status_of(entry) == ("error", False, ["execution_start", "execution_cached", "execution_error"])
            assert run(ws, s, empty(), "c")[1][-1]["type"] == "executing"


def a_client_without_an_id_is_found_in_the_history_alone():
    with Served(LIMN) as s, s.socket("c") as ws:
        job = s.queue(empty())
        assert status_of(s.wait(job))[0] == "success"
        ws.until("status", lambda d: d["status"]["exec_info"]["queue_remaining"] == 0)
        assert all(m["type"] == "status" for m in ws.all), ws.all


def each_client_hears_of_its_own_jobs():
    with Served(LIMN) as s, s.socket("a") as a, s.socket("b") as b:
        mine, yours = s.queue(empty(color=1), client_id="a"), s.queue(empty(color=2), client_id="b")
        a.until("executing", lambda d: d["node"] is None)
        b.until("executing", lambda d: d["node"] is None)
        for ws, job in ((a, mine), (b, yours)):
            ids = {m["data"].get("prompt_id") for m in ws.all if m["type"] != "status"}
            assert ids == {job}, ids


# ------------------------------------------------------------ what is accepted

def an_unfit_prompt_is_refused_with_its_faults():
    graph = sampler(steps=0)
    with Served(LIMN) as s:
        status, answer = s.json("POST", "/prompt", {"prompt": graph})
        assert status == 400 and answer["error"]["type"] == "prompt_outputs_failed_validation"
        assert set(answer) == {"error", "node_errors"}
        assert set(answer["error"]) == {"type", "message", "details", "extra_info"}
        faults = answer["node_errors"]["5"]
        assert faults["class_type"] == "KSampler" and faults["dependent_outputs"] == ["7"]
        assert faults["errors"][0]["type"] == "value_smaller_than_min"
        assert faults["errors"][0]["extra_info"]["input_name"] == "steps"
        status, answer = s.json("POST", "/prompt", {"prompt": {"1": {"class_type": "Nope", "inputs": {}}}})
        assert status == 400 and answer["error"]["type"] == "invalid_prompt" and answer["node_errors"] == {}
        status, answer = s.json("POST", "/prompt", {})
        assert status == 400 and answer["error"] == {"type": "no_prompt", "message": "No prompt provided",
                                                     "details": "No prompt provided", "extra_info": {}}
        assert queued(s)["queue_pending"] == [] and s.json("GET", "/history")[1] == {}


def a_check_tells_the_same_and_queues_nothing():
    graph = sampler(steps=0)
    graph["8"] = empty()["1"]
    graph["9"] = {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}}
    with Served(LIMN) as s:
        status, answer = s.json("POST", "/limn/check", {"prompt": graph})
        assert status == 200 and answer["error"] is None and answer["outputs"] == ["9"], answer
        assert answer["node_errors"]["5"]["dependent_outputs"] == ["7"] and "steps" in answer["sentences"][0], answer
        assert s.json("POST", "/limn/check", {"prompt": empty()})[1]["sentences"] == []
        assert s.json("POST", "/limn/check", {})[0] == 400
        assert s.json("GET", "/history")[1] == {} and queued(s) == {"queue_running": [], "queue_pending": []}


def one_good_output_of_two_runs():
    graph = empty()
    graph["5"] = {"class_type": "SaveImage", "inputs": {"images": ["99", 0], "filename_prefix": "x"}}
    with Served(LIMN) as s:
        status, answer = s.json("POST", "/prompt", {"prompt": graph})
        assert status == 200 and list(answer["node_errors"]) == ["5"], answer
        entry = s.wait(answer["prompt_id"])
        assert status_of(entry)[0] == "success" and list(entry["outputs"]) == ["2"] and entry["prompt"][4] == ["2"]


def partial_targets_run_alone():
    graph = empty()
    graph["5"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    with Served(LIMN) as s:
        entry = s.wait(s.queue(graph, partial_execution_targets=["5"]))
        assert list(entry["outputs"]) == ["5"] and entry["prompt"][4] == ["5"]
        entry = s.wait(s.queue(graph, partial_execution_targets=None))
        assert sorted(entry["outputs"]) == ["2", "5"]
        status, answer = s.json("POST", "/prompt", {"prompt": graph, "partial_execution_targets": []})
        assert status == 400 and answer["error"]["type"] == "prompt_no_outputs", answer


def seeds_order_and_texts_come_back_as_they_were():
    graph = sampler(steps=1, seed=18446744073709551615, text="ü \u0001 \\ \" 图")
    extra = {"extra_pnginfo": {"workflow": {"id": "w", "z": 1, "a": [1.50, 2e3, 12345678901234567890]}}}
    raw = json.dumps({"prompt": graph, "extra_data": extra}).replace("1.5,", "1.50,")
    with Served(LIMN) as s:
        status, answer, _ = s.ask("POST", "/api/prompt", raw)
        assert status == 200, answer
        job = json.loads(answer)["prompt_id"]
        entry = s.wait(job)
        assert entry["prompt"][2] == graph and list(entry["prompt"][2]) == list(graph)
        assert list(entry["prompt"][3]["extra_pnginfo"]["workflow"]) == ["id", "z", "a"]
        raw = s.ask("GET", f"/history/{job}")[1]
        assert b"18446744073709551615" in raw and b"1.50" in raw and b"12345678901234567890" in raw


def ids_numbers_and_places_are_the_clients():
    with Served(LIMN) as s:
        runs = long_job(s)
        answers = [s.json("POST", "/prompt", {"prompt": empty(color=i), **more})[1] for i, more in enumerate((
            {"prompt_id": "mine"}, {"number": -2.5}, {"front": True}, {"prompt_id": None, "client_id": None},
            {"number": 1e300}, {"number": 0, "front": True}))]
        assert [a["number"] for a in answers] == [1, -2.5, -2, 3, 1e300, 0], answers
        assert answers[0]["prompt_id"] == "mine"
        want = [a["prompt_id"] for a in sorted(answers, key=lambda a: a["number"])]
        assert pending(s) == want
        assert s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] == 7
        entry = queued(s)["queue_pending"][-1]
        assert entry[0] == 1e300 and entry[2] == empty(color=4) and entry[4] == ["2"] and "create_time" in entry[3]
        stop(s, runs)
        for job in want:
            s.wait(job)
        ended = list(s.json("GET", "/history")[1])
        assert ended == [runs] + want, (ended, want)


def bodies_of_any_kind_are_answered():
    good = json.dumps({"prompt": empty()})
    deep = "[" * 200 + "]" * 200
    bad = ["", "{", "[]", "null", "3", '"x"', '{"prompt": null}', '{"prompt": []}', '{"prompt": "x"}', '{"prompt": 7}',
           '{"prompt": {}}', '{"prompt": {"1": null}}', '{"prompt": {"1": []}}', '{"prompt": {"1": {}}}',
           '{"prompt": {"1": {"class_type": 7}}}', '{"prompt": {"1": {"class_type": "SaveImage", "inputs": []}}}',
           '{"prompt": {"1": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}}}}',
           '{"prompt": {"1": {"class_type": "SaveImage", "inputs": {"images": ["1", -1]}}}}',
           '{"prompt": {"1": {"class_type": "SaveImage", "inputs": {"images": ["1", 1e30]}}}}',
           good[:-1] + ', "number": "x"}', good[:-1] + ', "number": NaN}', good[:-1] + ', "number": 1e999}',
           good[:-1] + ', "number": []}', good[:-1] + ', "client_id": 5}',
           good[:-1] + ', "client_id": "%s"}' % ("x" * 300), good[:-1] + ', "prompt_id": ""}',
           good[:-1] + ', "prompt_id": {}}', good[:-1] + ', "prompt_id": "a\\u0000b"}',
           good[:-1] + ', "prompt_id": "%s"}' % ("x" * 257), good[:-1] + ', "extra_data": []}',
           good[:-1] + ', "extra_data": "x"}', good[:-1] + ', "partial_execution_targets": {}}',
           good[:-1] + ', "partial_execution_targets": [1]}', good[:-1] + ', "front": {}}',
           good[:-1] + ', "prompt": {}}', good + "x", good[:-1] + ', "x": %s}' % deep, "\xff\xfe",
           good[:-1] + ', "x": -Infinity}']
    with Served(LIMN) as s:
        for body in bad:
            status, answer, _ = s.ask("POST", "/prompt", body.encode("latin-1"))
            assert status == 400, (status, body[:200], answer)
            error = json.loads(answer)["error"]
            assert error["type"] and error["message"], (body[:200], answer)
        for kind in (None, "text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded"):
            status, answer, _ = s.ask("POST", "/prompt", good, {"Content-Type": kind} if kind else {})
            assert status == 200, (kind, answer)
        for path in ("/queue", "/free"):
            assert s.ask("POST", path, "{")[0] == 400 and s.ask("POST", path, "{}")[:2] == (200, b"")
        for body in ("{", "[]", "null", '{"prompt_id": 7}', "\xff"):
            assert s.ask("POST", "/interrupt", body)[0] == 400, body


def a_large_prompt_is_read_beside_and_one_too_large_refused():
    graph = empty()
    graph["1"]["_meta"] = {"title": "x" * 3000000}
    with Served(LIMN, "--max-prompt-size", "4") as s:
        assert status_of(s.wait(s.queue(graph)))[0] == "success"
        graph["1"]["_meta"]["title"] *= 2
        assert s.ask("POST", "/prompt", json.dumps({"prompt": graph}))[0] == 413
        assert s.json("GET", "/prompt")[0] == 200


def secrets_are_seen_nowhere():
    extra = {"auth_token_comfy_org": "topsecret1", "api_key_comfy_org": "topsecret2", "x": 1}
    with Served(LIMN) as s:
        runs = long_job(s, extra_data=extra)
        waits = s.queue(empty(), extra_data=extra)
        assert b"topsecret" not in s.ask("GET", "/queue")[1] and b'"x"' in s.ask("GET", "/queue")[1]
        stop(s, runs)
        s.wait(waits)
        assert b"topsecret" not in s.ask("GET", "/history")[1] and "topsecret" not in s.said()


def a_full_queue_says_so():
    with Served(LIMN, "--max-pending", "2") as s:
        runs = long_job(s)
        s.queue(empty(color=1)), s.queue(empty(color=2))
        status, answer = s.json("POST", "/prompt", {"prompt": empty(color=3)})
        assert status == 429 and answer["error"]["message"], (status, answer)
        s.json("POST", "/queue", {"clear": True})
        s.queue(empty(color=3))
        stop(s, runs)


def one_client_does_not_fill_the_queue():
    """Known by its client_id, or by its address where it names none; also after a restart."""
    options = ("--max-pending-per-client", "2", "--max-pending", "6")

    def post(s, color, client=None):
        return s.json("POST", "/prompt", {"prompt": empty(color=color), **({"client_id": client} if client else {})})

    with tempfile.TemporaryDirectory(prefix="limn-served-") as base:
        with Served(LIMN, *options, base=base) as s:
            s.json("POST", "/limn/queue", {"op": "pause"})
            assert [post(s, i, "a")[0] for i in range(2)] == [200, 200]
            status, data, headers = s.ask("POST", "/prompt", json.dumps({"prompt": empty(color=7), "client_id": "a"}))
            assert status == 429 and int(headers["Retry-After"]) > 0, (status, headers)
            assert "of this client" in json.loads(data)["error"]["message"], data
            assert [post(s, i)[0] for i in range(3)] == [200, 200, 429]
            assert post(s, 5, "b")[0] == 200
        with Served(LIMN, *options, base=base) as s:
            assert [post(s, 6, "a")[0], post(s, 7)[0], post(s, 8, "b")[0], post(s, 9, "c")[0]] == [429, 429, 200, 429]
            s.json("POST", "/limn/queue", {"op": "resume"})
            until(lambda: not pending(s), "what waited ran")
            assert post(s, 10, "a")[0] == 200


# ------------------------------------------------------------ stopping

def an_interrupt_stops_the_job_it_names():
    with Served(LIMN) as s, s.socket("c") as ws:
        job = long_job(s, client_id="c")
        ws.until("progress")
        stop(s, "another")
        assert [t[1] for t in queued(s)["queue_running"]] == [job]
        stop(s, job)
        gone = ws.until("execution_interrupted")
        assert gone["prompt_id"] == job and gone["node_id"] == "5" and gone["node_type"] == "KSampler", gone
        assert set(gone) == {"prompt_id", "node_id", "node_type", "executed", "timestamp"} and "1" in gone["executed"]
        ws.until("executing", lambda d: d["node"] is None)
        entry = s.json("GET", f"/history/{job}")[1][job]
        assert status_of(entry) == ("error", False, ["execution_start", "execution_cached", "execution_interrupted"])
        second = long_job(s)
        stop(s)
        assert status_of(s.wait(second))[2][-1] == "execution_interrupted"
        stop(s)  # nothing runs
        assert status_of(s.wait(s.queue(empty())))[0] == "success"


def an_interrupt_that_cannot_be_read_stops_nothing():
    with Served(LIMN) as s:
        job = long_job(s)
        for body in ('{"prompt_id": 17}', '{"prompt_id": ["x"]}', '{"prompt_id": {}}', '{"prompt_id": true}', '{"prompt_id": false}',
                     "[]", '"x"', "17", '{"prompt_id": "x"', "\xff"):
            status, answer, _ = s.ask("POST", "/interrupt", body.encode("latin-1"))
            assert status == 400 and json.loads(answer)["error"]["message"], (body, status, answer)
            assert [t[1] for t in queued(s)["queue_running"]] == [job], body
        stop(s, job)
        s.wait(job)
        for body in (None, "", "{}", '{"prompt_id": null}', '{"prompt_id": ""}'):  # what clients send for whatever runs
            job = long_job(s)
            assert s.ask("POST", "/interrupt", body)[:2] == (200, b""), body
            assert status_of(s.wait(job))[2][-1] == "execution_interrupted", body


def what_waits_can_be_taken_back():
    with Served(LIMN) as s:
        runs = long_job(s)
        ids = [s.queue(empty(color=i)) for i in range(4)]
        assert s.ask("POST", "/queue", json.dumps({"delete": [ids[1], "unknown", runs]}))[:2] == (200, b"")
        assert pending(s) == [ids[0], ids[2], ids[3]]
        assert [t[1] for t in queued(s)["queue_running"]] == [runs]
        assert s.ask("POST", "/api/queue", json.dumps({"clear": True}))[:2] == (200, b"")
        assert pending(s) == [] and s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] == 1
        stop(s, runs)
        s.wait(runs)
        assert list(s.json("GET", "/history")[1]) == [runs]


def what_was_kept_can_be_let_go():
    with Served(LIMN) as s, s.socket("c") as ws:
        run(ws, s, empty(), "c")
        assert ("execution_cached", ["1", "2"]) in story(run(ws, s, empty(), "c")[1])
        assert s.ask("POST", "/free", json.dumps({"unload_models": True, "free_memory": True}))[:2] == (200, b"")
        assert ("execution_cached", []) in story(run(ws, s, empty(), "c")[1])


# ------------------------------------------------------------ when something dies

def a_worker_that_crashes_costs_its_job_and_no_more():
    with Served(LIMN, "--plugin", ZOO) as s, s.socket("c") as ws:
        first = s.queue(zoo("segv"), client_id="c")
        after = s.queue(empty(), client_id="c")
        ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == first)
        error = next(m["data"] for m in ws.all if m["type"] == "execution_error")
        assert error["node_id"] == "1" and error["node_type"] == "Zoo_in_run", error
        assert "crashed" in error["exception_message"] and "in_run" in error["plugin"], error
        assert error["signal"] == 11 and isinstance(error["traceback"], list), error
        entry = s.wait(first)
        assert status_of(entry) == ("error", False, ["execution_start", "execution_cached", "execution_error"])
        ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == after)
        assert status_of(s.wait(after))[0] == "success"
        assert status_of(s.wait(s.queue(zoo("abort"))))[0] == "error"
        assert status_of(s.wait(s.queue(empty(color=3))))[0] == "success"
        assert len(s.json("GET", "/history")[1]) == 4


def a_job_that_hangs_or_takes_too_long_is_ended():
    with Served(LIMN, "--plugin", ZOO, "--hang-timeout", "1") as s:
        entry = s.wait(s.queue(zoo("sleep")))
        assert status_of(entry)[0] == "error"
        assert "said nothing for too long" in entry["status"]["messages"][-1][1]["exception_message"], entry
        assert status_of(s.wait(s.queue(empty())))[0] == "success"
    with Served(LIMN, "--job-timeout", "1") as s:
        entry = s.wait(s.queue(sampler(steps=10000)))
        assert "took too long" in entry["status"]["messages"][-1][1]["exception_message"], entry


def a_check_that_crashes_costs_its_prompt_and_no_more():
    with Served(LIMN, "--plugin", ZOO) as s:
        answers = []

        def ask(graph):
            answers.append(s.json("POST", "/prompt", {"prompt": graph}))

        threads = [threading.Thread(target=ask, args=(g,)) for g in
                   [empty(color=i) for i in range(8)] + [zoo("segv", "Zoo_check")] + [empty(color=i) for i in range(8)]]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(a[0] for a in answers) == [200] * 16 + [503], answers
        refused = next(a[1] for a in answers if a[0] == 503)
        assert "crashed" in refused["error"]["message"], refused
        until(lambda: len(s.json("GET", "/history")[1]) == 16, "all others ran")


def a_server_that_is_told_to_leave_keeps_what_waits():
    base = tempfile.mkdtemp(prefix="limn-served-")
    try:
        with Served(LIMN, base=base) as s:
            runs = long_job(s)
            ids = [s.queue(empty(color=i), **more) for i, more in enumerate(({}, {"number": 7.5}, {"front": True}))]
            done = pending(s)
            begin = time.monotonic()
            assert s.stop() == 0
            assert time.monotonic() - begin < PATIENCE
        with Served(LIMN, base=base) as s:
            until(lambda: [t[1] for t in queued(s)["queue_running"]] == [runs], "what ran runs again")
            stop(s, runs)
            for job in ids:
                assert status_of(s.wait(job))[0] == "success"
            ended = [j for j in s.json("GET", "/history")[1] if j != runs]
            assert ended == done, (ended, done)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def worker_of(s):
    """The process that runs the jobs."""
    for pid in Path(f"/proc/{s.process.pid}/task/{s.process.pid}/children").read_text().split():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"work" in words and b"--only-checks" not in words and b"--pictures" not in words:
            return int(pid)
    raise AssertionError("there is no worker")


def a_stop_that_was_told_is_not_forgotten():
    """The worker hears nothing any more, and the server is told to go, or dies, before it has ended it."""
    for ask, signal_ in (("cancel", signal.SIGTERM), ("cancel", signal.SIGKILL), ("interrupt", signal.SIGKILL)):
        with tempfile.TemporaryDirectory(prefix="limn-served-") as base:
            s = Served(LIMN, base=base).start()
            job = long_job(s)
            pid = worker_of(s)
            os.kill(pid, signal.SIGSTOP)
            if ask == "cancel":
                assert s.json("POST", f"/api/jobs/{job}/cancel") == (200, {"cancelled": True})
            else:
                stop(s, job)
            assert s.stop(signal_) == (0 if signal_ == signal.SIGTERM else -signal_), (ask, signal_)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            with Served(LIMN, base=base) as s:
                assert queued(s) == {"queue_running": [], "queue_pending": []}, (ask, signal_)
                assert status_of(s.json("GET", f"/history/{job}")[1][job])[2][-1] == "execution_interrupted"


def leaving_early_is_no_error():
    """Ctrl-C at a terminal, or a system's end, reaches the workers as it reaches the server, in any order."""
    for i, number in enumerate((signal.SIGINT, signal.SIGTERM) * 3):
        with Served(LIMN, session=True) as s:
            time.sleep(i * 0.02)  # whatever they are doing by then
            os.killpg(s.process.pid, number)
            assert s.process.wait(PATIENCE) == 0
            assert "error" not in s.said(), s.said()


def a_job_that_takes_the_server_with_it_three_times_is_parked():
    base = tempfile.mkdtemp(prefix="limn-served-")
    s = Served(LIMN, base=base).start()
    try:
        runs, waits = long_job(s), s.queue(empty())
        for _ in range(3):
            until(lambda: [t[1] for t in queued(s)["queue_running"]] == [runs], "it runs again")
            s.stop(signal.SIGKILL)
            s = Served(LIMN, base=base).start()
        entry = s.wait(runs)
        assert status_of(entry)[0] == "error" and "three times" in json.dumps(entry["status"]["messages"]), entry
        assert status_of(s.wait(waits))[0] == "success"
        assert s.stop() == 0
    finally:
        if s.process.poll() is None:
            s.stop(signal.SIGKILL)
        shutil.rmtree(base, ignore_errors=True)


def a_short_job_ends_before_the_server_does():
    base = tempfile.mkdtemp(prefix="limn-served-")
    try:
        with Served(LIMN, "--plugin", ZOO, base=base) as s:
            job = s.queue(zoo("slow"))
            until(lambda: not pending(s), "it was begun")
            assert s.stop() == 0
        with Served(LIMN, "--plugin", ZOO, base=base) as s:
            entry = s.json("GET", f"/history/{job}")[1]
            assert status_of(entry[job])[0] == "success"
    finally:
        shutil.rmtree(base, ignore_errors=True)


# ------------------------------------------------------------ much of it

def many_at_once_lose_nothing_and_keep_their_order():
    with Served(LIMN) as s, s.socket("c") as ws:
        ids, lock = [], threading.Lock()

        def post(k):
            for i in range(10):
                job = s.queue(empty(color=(k * 10 + i) % 7), client_id="c")
                with lock:
                    ids.append(job)

        threads = [threading.Thread(target=post, args=(k,)) for k in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        ended = []
        while len(ended) < len(ids):
            ended.append(ws.until("executing", lambda d: d["node"] is None)["prompt_id"])
        assert sorted(ended) == sorted(ids) and len(set(ids)) == 80
        history = s.json("GET", "/history")[1]
        assert list(history) == ended
        numbers = [history[j]["prompt"][0] for j in ended]
        assert numbers == sorted(numbers)


def a_long_queue_is_listed_in_order():
    graph = empty()
    graph["1"]["_meta"] = {"title": "x" * 20000}
    with Served(LIMN) as s:
        runs = long_job(s)
        ids = [s.queue(graph, number=1000 - i) for i in range(120)]
        answer = queued(s)
        assert [t[1] for t in answer["queue_pending"]] == ids[::-1]
        assert [t[1] for t in answer["queue_running"]] == [runs] and answer["queue_pending"][5][2] == graph
        s.json("POST", "/queue", {"clear": True})
        stop(s, runs)


def the_states_of_many_nodes_are_told_in_bounds():
    graph = {"0": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}}
    for i in range(1, 1500):
        graph[str(i)] = {"class_type": "ImageInvert", "inputs": {"image": [str(i - 1), 0]}}
    graph["out"] = {"class_type": "PreviewImage", "inputs": {"images": ["1499", 0]}}
    with Served(LIMN) as s, s.socket("c") as ws:
        _, told = run(ws, s, graph, "c")
        states = [m["data"]["nodes"] for m in told if m["type"] == "progress_state"]
        assert len(states[-1]) == 1501 and all(n["state"] == "finished" for n in states[-1].values())
        assert len([m for m in told if m["type"] == "executing"]) == 1502
        told_bytes = sum(len(json.dumps(m)) for m in states)
        assert told_bytes < 20000000, told_bytes  # one for each begin and end would be 800 MB


def threads_behind(pid):
    """-> what each thread of a process has as its nice value"""
    found = set()
    for p in Path(f"/proc/{pid}/task").glob("*/stat"):
        try:
            found.add(int(p.read_text().rpartition(")")[2].split()[16]))
        except OSError:
            pass  # it has ended since
    return found


def workers_by_kind(server):
    """-> nice values of the server's own threads, and of those of each kind of worker"""
    found = {"server": threads_behind(server)}
    for p in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(p.read_text().rpartition(")")[2].split()[1])
            words = (p.parent / "cmdline").read_bytes().decode().split("\0") if parent == server else []
        except OSError:
            continue
        if "work" in words:
            kind = next((w for w in ("--only-checks", "--pictures") if w in words), "jobs")
            found[kind] = threads_behind(p.parent.name)
    return found


def workers_stand_behind_the_server_for_the_processor():
    for options, jobs, others in ((), 5, 3), (("--worker-nice", "0"), 0, 0), (("--worker-nice", "10"), 10, 5):
        with Served(LIMN, *options) as s:
            job = s.queue(empty())
            name = s.wait(job)["outputs"]["2"]["images"][0]["filename"]
            assert s.ask("GET", f"/view?filename={name}&preview=webp;90")[0] == 200
            here = os.getpriority(os.PRIO_PROCESS, 0)
            want = {"server": here, "jobs": here + jobs, "--only-checks": here + others, "--pictures": here + others}
            found = workers_by_kind(s.process.pid)
            assert found == {kind: {min(19, nice)} for kind, nice in want.items()}, found


TESTS = [f for name, f in list(globals().items())
         if callable(f) and getattr(f, "__module__", "") == "__main__" and not isinstance(f, type)
         and name not in ("zoo", "story", "run", "queued", "pending", "until", "status_of", "long_job", "stop", "threads_behind", "workers_by_kind", "worker_of",
                      "main")]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=3))
