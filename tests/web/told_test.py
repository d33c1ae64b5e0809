#!/usr/bin/env python3
"""What the server tells: history, jobs, nodes, models, the system, its log and counters. told_test.py LIMN [NAME]

Shapes are those of ComfyUI 0.3.64 (and of its jobs API since 0.6.0), as its clients rely on them."""
import gzip
import json
import os
import re
import signal
import socket
import sqlite3
import struct
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import HOST, PATIENCE, Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def get(s, path, status=200):
    got, answer = s.json("GET", path)
    assert got == status, (path, got, answer)
    return answer


def until(what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def failing():
    """A prompt that is fit to run, and fails: its file is there, but cut off."""
    return {"1": {"class_type": "LoadImage", "inputs": {"image": "broken.png"}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "t"}}}


def run(s, n, **more):
    """-> the ids of n jobs that have ended, in that order"""
    ids = [s.queue(empty(color=i), **more) for i in range(n)]
    for job in ids:
        s.wait(job)
    return ids


def keys(answer, want):
    assert list(answer) == want.split(), (list(answer), want)


# ------------------------------------------------------------------ history

def an_entry_is_told_as_clients_know_it():
    with Served(LIMN) as s:
        extra = {"extra_pnginfo": {"workflow": {"id": "wf-1"}}, "api_key_comfy_org": "sk-1", "auth_token_comfy_org": "sk-2"}
        job = s.queue(empty(prefix="a/b"), client_id="c1", extra_data=extra)
        entry = s.wait(job)
        keys(entry, "prompt outputs status meta")
        number, ident, prompt, told, outputs = entry["prompt"]
        assert (number, ident, prompt, outputs) == (0, job, empty(prefix="a/b"), ["2"])
        assert told["client_id"] == "c1" and told["extra_pnginfo"] == {"workflow": {"id": "wf-1"}}
        assert isinstance(told["create_time"], int)
        assert entry["outputs"] == {"2": {"images": [{"filename": "b_00001_.png", "subfolder": "a", "type": "output"}]}}
        assert entry["meta"] == {"2": {"node_id": "2", "display_node": "2", "parent_node": None, "real_node_id": "2"}}
        keys(entry["status"], "status_str completed messages")
        assert entry["status"]["status_str"] == "success" and entry["status"]["completed"] is True
        names = [m[0] for m in entry["status"]["messages"]]
        assert names == ["execution_start", "execution_cached", "execution_success"], names
        assert all(m[1]["prompt_id"] == job and isinstance(m[1]["timestamp"], int) for m in entry["status"]["messages"])
        for path in ("/history", f"/history/{job}", f"/api/jobs/{job}", "/api/jobs", "/queue"):
            assert b"sk-" not in s.ask("GET", path)[1], path
        assert get(s, "/history") == get(s, "/api/history") == {job: entry}
        assert get(s, "/history/none") == {} and get(s, "/history/" + "x" * 300) == {}


def pages_are_counted_as_the_reference_counts():
    with Served(LIMN) as s:
        ids = run(s, 6)
        for query, want in (("", ids), ("?max_items=2", ids[-2:]), ("?max_items=2&offset=1", ids[1:3]),
                            ("?offset=4", ids[4:]), ("?max_items=100", ids), ("?max_items=0", []),
                            ("?max_items=-1", []), ("?offset=-7", ids), ("?offset=9", []),
                            ("?max_items=3&offset=-1", ids[-3:]), ("?clientId=me&max_items=1", ids[-1:])):
            assert list(get(s, "/history" + query)) == want, query
        for query in ("?max_items=x", "?max_items=", "?offset=1.5", "?max_items=9999999999999999999", "?offset=%00"):
            status, answer = s.json("GET", "/history" + query) if "%00" not in query else (s.ask("GET", "/history" + query)[0], None)
            assert status == 400 and (answer is None or "integer" in answer["error"]), (query, status, answer)


def settled(s, path):
    """An answer whose tag stays: what was just recorded can be read a moment before the tags know it."""
    old, new = None, s.ask("GET", path)
    while old is None or old[2]["ETag"] != new[2]["ETag"]:
        time.sleep(0.05)
        old, new = new, s.ask("GET", path)
    return new


def who_has_the_answer_is_told_so():
    with Served(LIMN) as s:
        run(s, 1)
        for path in ("/history", "/history?max_items=5", "/api/jobs?status=completed&limit=9", "/queue"):
            status, body, headers = settled(s, path)
            assert status == 200
            tag = headers["ETag"]
            status, nothing, again = s.ask("GET", path, None, {"If-None-Match": tag})
            assert (status, nothing, again["ETag"]) == (304, b"", tag), (path, status)
            assert s.ask("GET", path, None, {"If-None-Match": '"other"'})[1] == body
        run(s, 1)
        status, body, headers = s.ask("GET", "/history", None, {"If-None-Match": tag})
        assert status == 200 and len(json.loads(body)) == 2 and headers["ETag"] != tag


def a_long_history_streams_and_outlives_who_leaves():
    with Served(LIMN) as s:
        ids = run(s, 9, extra_data={"filler": "x" * 100000})
        status, body, headers = s.ask("GET", "/history")
        assert status == 200 and headers.get("Transfer-Encoding") == "chunked" and len(body) > 900000
        assert list(json.loads(body)) == ids
        small, packed = s.ask("GET", "/history", None, {"Accept-Encoding": "gzip"})[1:]
        assert packed["Content-Encoding"] == "gzip" and gzip.decompress(small) == body and len(small) < len(body) / 9
        assert packed["ETag"] == headers["ETag"] and packed["ETag"].startswith('W/"') and packed["Vary"] == headers["Vary"]
        assert s.ask("HEAD", "/history")[:2] == (200, b"")
        for take in (1, 200000):  # two that go while it comes
            c = socket.create_connection((HOST, s.port), PATIENCE)
            c.sendall(f"GET /history HTTP/1.1\r\nHost: {HOST}:{s.port}\r\n\r\n".encode())
            c.recv(take)
            c.close()
        slow = socket.create_connection((HOST, s.port), PATIENCE)
        slow.sendall(f"GET /history HTTP/1.1\r\nHost: {HOST}:{s.port}\r\nConnection: close\r\n\r\n".encode())
        time.sleep(0.2)
        assert len(get(s, "/history?max_items=2")) == 2
        data = b""
        while piece := slow.recv(65536):
            data += piece
        slow.close()
        assert data.endswith(b"0\r\n\r\n") and all(i.encode() in data for i in ids)
        one = s.ask("GET", f"/history/{ids[0]}", None, {"Accept-Encoding": "gzip"})
        assert one[2]["Content-Encoding"] == "gzip" and ids[0] in json.loads(gzip.decompress(one[1]))


def entries_are_forgotten_one_by_one_and_all():
    with Served(LIMN) as s:
        ids = run(s, 4)
        for body in ({"delete": [ids[1], "none", 5, None, "x" * 999]}, {"delete": []}, {}, {"delete": None}, {"clear": False}):
            status, answer, _ = s.ask("POST", "/history", json.dumps(body))
            assert (status, answer) == (200, b""), (body, status, answer)
        assert list(get(s, "/history")) == [ids[0], ids[2], ids[3]]
        for body in ("", "x", "[]", "5", '{"delete": 5}', '{"delete": "x"}', "{" * 200, '{"clear": tru'):
            status, answer = s.ask("POST", "/history", body)[:2]
            assert status == 400 and isinstance(json.loads(answer)["error"], str), (body, status, answer)
        assert s.ask("POST", "/history", b"x" * (2 << 20))[0] == 413
        assert len(get(s, "/history")) == 3
        many = {"delete": [str(i) for i in range(20000)] + [ids[0]]}
        assert s.ask("POST", "/api/history", json.dumps(many))[:2] == (200, b"")
        assert list(get(s, "/history")) == ids[2:]
        assert s.ask("POST", "/history", '{"clear": true}')[:2] == (200, b"")
        assert get(s, "/history") == {} and get(s, "/api/jobs")["jobs"] == []


def a_damaged_entry_is_one_entry_and_no_broken_page():
    s = Served(LIMN)
    with s:
        keep = s.folder
        ids = run(s, 4)
        s.folder = None
    db = sqlite3.connect(s.base / "state" / "limn.sqlite")
    seq = {i: n for n, i in db.execute("SELECT seq, id FROM job")}
    db.execute("DELETE FROM asked WHERE seq = ?", (seq[ids[1]],))
    db.execute("DELETE FROM told WHERE seq = ?", (seq[ids[1]],))
    messages = json.dumps([["execution_start", {"prompt_id": ids[2], "timestamp": 5}],
                           ["execution_error", {"prompt_id": ids[2], "node_id": "1", "node_type": "N", "executed": [],
                                                "exception_message": "no\n", "exception_type": "E", "traceback": ["t"],
                                                "timestamp": 6}]])
    db.execute("UPDATE told SET summary = x'', summary_size = 0, messages = CAST(? AS BLOB), messages_size = ? WHERE seq = ?",
               (messages, len(messages), seq[ids[2]]))
    db.execute("UPDATE job SET state = 5 WHERE seq = ?", (seq[ids[2]],))
    db.commit()
    db.close()
    with Served(LIMN, base=s.base) as s:
        history = get(s, "/history")
        assert list(history) == ids
        broken = history[ids[1]]
        keys(broken, "prompt outputs status meta")
        assert broken["status"]["status_str"] == "error" and broken["status"]["completed"] is False
        assert broken["status"]["messages"][0][0] == "execution_error"
        assert history[ids[3]]["status"]["completed"] is True
        jobs = {j["id"]: j for j in get(s, "/api/jobs")["jobs"]}
        assert set(jobs) == set(ids) and all(isinstance(j["create_time"], int) for j in jobs.values())
        late = jobs[ids[2]]  # told from its texts, as nobody made a summary
        assert late["status"] == "failed" and late["outputs_count"] == 1, late
        assert late["execution_error"]["exception_message"] == "no\n" and late["execution_error"]["traceback"] == ["t"]
        assert isinstance(get(s, f"/api/jobs/{ids[1]}")["workflow"], dict)
    keep.cleanup()


# ------------------------------------------------------------------ jobs

def jobs_pass_the_front_ends_eye():
    with Served(LIMN) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        sender = {"uid": "u-1", "name": "肖像", "seed": str(2 ** 64 - 1)}
        good = s.queue(empty(), extra_data={"extra_pnginfo": {"workflow": {"id": "wf-1", "nodes": []}},
                                            "filler": "x" * 400000, "limn": {**sender, "outputs": ["2"]}})
        s.wait(good)
        bad = s.queue(failing())
        s.wait(bad)
        answer = get(s, "/api/jobs")
        assert [j.get("limn") for j in answer["jobs"]] == [None, sender], answer
        keys(answer, "jobs pagination")
        assert answer["pagination"] == {"offset": 0, "limit": 2, "total": 2, "has_more": False}, answer["pagination"]
        job = answer["jobs"][1]
        assert (job["id"], job["status"], job["priority"], job["seq"], job["workflow_id"]) == (good, "completed", 0, 1, "wf-1")
        for key in ("create_time", "execution_start_time", "execution_end_time", "outputs_count", "previewable_outputs_count"):
            assert isinstance(job[key], int) and not isinstance(job[key], bool), key
        assert job["preview_output"] == {"filename": "t_00001_.png", "subfolder": "", "type": "output", "nodeId": "2",
                                         "mediaType": "images"}
        assert None not in job.values()
        failed = answer["jobs"][0]
        assert (failed["id"], failed["status"]) == (bad, "failed") and "preview_output" not in failed
        error = failed["execution_error"]
        assert (error["node_id"], error["node_type"]) == ("1", "LoadImage") and "cut off" in error["exception_message"]
        assert isinstance(error["exception_type"], str) and all(isinstance(line, str) for line in error["traceback"])
        whole = get(s, f"/api/jobs/{good}")
        assert {k: whole[k] for k in job} == job
        assert whole["outputs"] == s.wait(good)["outputs"] and whole["execution_status"]["completed"] is True
        keys(whole["workflow"], "prompt extra_data")
        assert whole["workflow"]["extra_data"]["extra_pnginfo"]["workflow"] == {"id": "wf-1", "nodes": []}
        assert get(s, "/api/jobs/none", 404) == {"error": "Job not found"}
        assert s.ask("GET", "/jobs")[0] == 404


def jobs_are_filtered_sorted_and_paged():
    with Served(LIMN) as s:
        ids = run(s, 3, extra_data={"extra_pnginfo": {"workflow": {"id": "one"}}}) + run(
            s, 2, extra_data={"extra_pnginfo": {"workflow": {"id": "two"}}})

        def listed(query):
            return [j["id"] for j in get(s, "/api/jobs?" + query)["jobs"]]

        assert listed("") == ids[::-1] and listed("sort_order=asc") == ids
        assert listed("status=completed,failed&limit=2") == ids[:2:-1]
        assert listed("status=pending,in_progress") == [] and listed("status=cancelled") == []
        assert listed("workflow_id=one&sort_order=asc") == ids[:3] and listed("workflow_id=none") == []
        assert sorted(listed("sort_by=execution_duration")) == sorted(ids)
        pages = get(s, "/api/jobs?limit=2&offset=2")
        assert [j["id"] for j in pages["jobs"]] == [ids[2], ids[1]]
        assert pages["pagination"] == {"offset": 2, "limit": 2, "total": 5, "has_more": True}
        assert get(s, "/api/jobs?limit=9&offset=9")["pagination"] == {"offset": 9, "limit": 9, "total": 5, "has_more": False}
        assert get(s, "/api/jobs?offset=-3")["pagination"]["offset"] == 0
        for query in ("limit=0", "limit=-1", "limit=x", "offset=x", "status=gone", "sort_by=id", "sort_order=up",
                      "workflow_id=" + "w" * 257):
            assert isinstance(get(s, "/api/jobs?" + query, 400)["error"], str), query


def jobs_are_cancelled_wherever_they_are():
    with Served(LIMN) as s:
        running = s.queue(sampler(steps=10000))
        until(lambda: get(s, "/api/jobs?status=in_progress")["jobs"])
        waiting = [s.queue(empty(color=i)) for i in range(4)]
        assert len(get(s, "/api/jobs?status=pending&limit=200")["jobs"]) == 4
        one = get(s, f"/api/jobs/{waiting[0]}")
        assert one["status"] == "pending" and one["outputs_count"] == 0 and one["outputs"] == {}
        assert s.json("POST", f"/api/jobs/{waiting[0]}/cancel") == (200, {"cancelled": True})
        assert s.json("POST", f"/api/jobs/{waiting[0]}/cancel") == (200, {"cancelled": False})
        assert s.json("POST", "/api/jobs/cancel", {"job_ids": waiting[1:3] + ["none"]}) == (200, {"cancelled": True})
        assert s.json("POST", "/api/jobs/cancel", {"job_ids": ["none"]}) == (200, {"cancelled": False})
        for body in ({"job_ids": []}, {}, {"job_ids": [waiting[3], 7]}, {"job_ids": ["x" * 300]}):
            status, answer = s.json("POST", "/api/jobs/cancel", body)
            assert status == 400 and isinstance(answer["error"], str) and isinstance(answer["invalid_ids"], list), answer
        assert s.json("POST", "/api/jobs/cancel", {"job_ids": 5})[0] == 400
        assert [p[1] for p in get(s, "/queue")["queue_pending"]] == [waiting[3]]
        assert s.json("POST", f"/api/jobs/{running}/cancel") == (200, {"cancelled": True})
        s.wait(running)
        s.wait(waiting[3])
        assert get(s, f"/api/jobs/{running}")["status"] == "cancelled"
        assert get(s, f"/api/jobs/{waiting[3]}")["status"] == "completed"
        assert s.json("POST", f"/api/jobs/{running}/cancel") == (200, {"cancelled": False})


# ------------------------------------------------------------------ nodes and models

def nodes_are_told_from_one_text_and_new_models_are_in_it():
    s = Served(LIMN)
    (s.base / "models").unlink()
    (s.base / "models" / "checkpoints").mkdir(parents=True)
    with s:
        status, body, headers = s.ask("GET", "/object_info")
        nodes = json.loads(body)
        assert status == 200 and {"KSampler", "SaveImage", "LoadImage"} <= set(nodes)
        assert nodes["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] == []
        for info in nodes.values():
            assert {"input", "input_order", "output", "output_is_list", "output_name", "name", "display_name", "description",
                    "category", "python_module", "output_node"} <= set(info)
        # Pages look these up, and break without them; none of them can be used.
        lora = nodes["LoraLoader"]
        assert lora["input_order"]["required"] == ["model", "clip", "lora_name", "strength_model", "strength_clip"]
        assert list(lora["input"]["required"]) == lora["input_order"]["required"] and lora["output_is_list"] == [False] * 2
        assert nodes["UNETLoader"]["input"]["required"]["unet_name"][0] == []
        status, answer = s.json("POST", "/prompt", {"prompt": {"1": {"class_type": "UNETLoader", "inputs": {}}}})
        assert status == 400 and "UNETLoader" in answer["error"]["message"], answer
        tag = headers["ETag"]
        assert s.ask("GET", "/api/object_info", None, {"If-None-Match": tag})[0] == 304
        for _ in range(5):  # deflated for this answer, then once for all
            _, small, more = s.ask("GET", "/object_info", None, {"Accept-Encoding": "gzip"})
            assert more["Content-Encoding"] == "gzip" and gzip.decompress(small) == body and more["ETag"] == tag
            assert "Accept-Encoding" in more["Vary"]
        assert s.ask("GET", "/object_info", None, {"If-None-Match": tag, "Accept-Encoding": "gzip"})[0] == 304
        assert get(s, "/object_info/KSampler") == {"KSampler": nodes["KSampler"]}
        assert get(s, "/object_info/None") == {} and get(s, "/object_info/a%2Fb%22") == {}
        (s.base / "models" / "checkpoints" / "new.safetensors").write_bytes(b"")
        status, body, headers = s.ask("GET", "/object_info", None, {"If-None-Match": tag})
        assert status == 200 and headers["ETag"] != tag
        assert json.loads(body)["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] == ["new.safetensors"]
        assert get(s, "/node_replacements") == {}


def safetensors(header):
    return struct.pack("<Q", len(header)) + header


def models_are_listed_and_tell_of_themselves():
    s = Served(LIMN)
    (s.base / "models").unlink()
    loras = s.base / "models" / "loras"
    (loras / "sub").mkdir(parents=True)
    (s.base / "models" / "embeddings" / "sub").mkdir(parents=True)
    (loras / "b.safetensors").write_bytes(safetensors(b'{"__metadata__": {"z": "1", "a": "2"}, "w": {}}'))
    (loras / "sub" / "A.safetensors").write_bytes(safetensors(b'{"w": {}}'))
    (loras / ".hidden.safetensors").write_bytes(b"")
    (loras / "long.safetensors").write_bytes(struct.pack("<Q", (1 << 20) + 1) + b" " * ((1 << 20) + 1))
    (loras / "huge.safetensors").write_bytes(struct.pack("<Q", 1 << 63))
    (loras / "short.safetensors").write_bytes(b"1234567")
    (loras / "list.safetensors").write_bytes(safetensors(b'["__metadata__"]'))
    (loras / "deep.safetensors").write_bytes(safetensors(b"[" * 100000))
    os.symlink("/etc/hostname", loras / "out.safetensors")
    for name in ("a.safetensors", "sub/b.c.safetensors"):
        (s.base / "models" / "embeddings" / name).write_bytes(b"")
    with s:
        kinds = get(s, "/models")
        assert {"checkpoints", "loras", "vae", "text_encoders", "diffusion_models", "embeddings"} <= set(kinds)
        assert not {"input", "output", "temp"} & set(kinds)
        names = get(s, "/models/loras")
        assert names == sorted(names) and "sub/A.safetensors" in names and "out.safetensors" not in names
        folders = get(s, "/experiment/models")
        assert all(list(f) == ["name", "folders"] and f["folders"] for f in folders)
        assert "configs" not in [f["name"] for f in folders]
        paths = get(s, "/internal/folder_paths")
        assert paths["loras"] == [str(loras.resolve())] and set(paths) == set(kinds)
        files = get(s, "/experiment/models/loras")
        assert ".hidden.safetensors" not in [f["name"] for f in files]
        for f in files:
            keys(f, "name pathIndex modified created size")
            assert f["pathIndex"] == 0 and f["size"] == (loras / f["name"]).stat().st_size
            assert abs(f["modified"] - (loras / f["name"]).stat().st_mtime) < 1e-3
        for bad in ("none", "input", "output", "..%2Fmodels", "%2Fetc"):
            assert s.ask("GET", f"/models/{bad}")[0] == 404 and s.ask("GET", f"/experiment/models/{bad}")[0] == 404
        assert get(s, "/embeddings") == ["a", "sub/b.c"]
        status, body, _ = s.ask("GET", "/view_metadata/loras?filename=b.safetensors")
        assert (status, list(json.loads(body).items())) == (200, [("z", "1"), ("a", "2")])
        for query in ("loras?filename=sub%2FA.safetensors", "loras?filename=long.safetensors", "loras?filename=huge.safetensors",
                      "loras?filename=short.safetensors", "loras?filename=list.safetensors", "loras?filename=deep.safetensors",
                      "loras?filename=out.safetensors", "loras?filename=none.safetensors", "loras?filename=b", "loras",
                      "none?filename=b.safetensors", "loras?filename=..%2Floras%2Fb.safetensors",
                      "loras?filename=%2Fetc%2Fx.safetensors", "output?filename=b.safetensors",
                      "loras?filename=" + "x" * 5000 + ".safetensors"):
            status = s.ask("GET", "/view_metadata/" + query)[0]
            assert status in (404, 414), (query[:80], status)


def files_of_the_working_folders_come_newest_first():
    with Served(LIMN) as s:
        assert get(s, "/internal/files/output") == []
        run(s, 2)
        for n, name in enumerate(["z.txt", "a b.png", "ü.bin"]):
            (s.base / "output" / name).write_bytes(b"")
            os.utime(s.base / "output" / name, (5000000000 - n, 5000000000 - n))
        (s.base / "output" / "sub").mkdir()
        assert get(s, "/internal/files/output") == ["z.txt", "a b.png", "ü.bin", "t_00002_.png", "t_00001_.png"]
        for bad in ("nope", "models", "..", "%2e%2e%2fstate", "state"):
            assert get(s, f"/internal/files/{bad}", 400) == {"error": "Invalid directory type"}
        assert s.ask("GET", "/api/internal/files/output")[0] == 404


# ------------------------------------------------------------------ the system

def the_system_tells_numbers_and_no_secrets():
    secret = "a-very-secret-token-of-32-characters"
    with tempfile.TemporaryDirectory() as folder:
        token = Path(folder) / "token.txt"
        token.write_text(secret + "\n")
        token.chmod(0o600)
        with Served(LIMN, "--auth-token-file", token) as s:
            assert s.ask("GET", "/system_stats")[0] == 401
            bearer = {"Authorization": f"Bearer {secret}"}
            for path in ("/system_stats", "/internal/logs/raw", "/metrics", "/docs/api", "/features"):
                status, body, _ = s.ask("GET", path, None, bearer)
                assert status == 200 and secret.encode() not in body, path
            assert s.ask("GET", "/healthz")[0] == 200 and s.ask("GET", "/readyz")[0] in (200, 503)
    with Served(LIMN, "--preview-size", "256") as s:
        answer = get(s, "/system_stats")
        assert get(s, "/api/system_stats").keys() == answer.keys()
        assert "--preview-size" in answer["system"]["argv"]
        system, device = answer["system"], answer["devices"][0]
        for key in ("os", "comfyui_version", "python_version", "pytorch_version"):
            assert isinstance(system[key], str) and system[key], key
        assert system["embedded_python"] is False and all(isinstance(a, str) for a in system["argv"])
        assert 0 < system["ram_free"] <= system["ram_total"]
        assert (device["name"], device["type"], device["index"]) == ("cpu", "cpu", None)
        for key in ("vram_total", "vram_free", "torch_vram_total", "torch_vram_free"):
            assert isinstance(device[key], int) and device[key] > 0
        features = get(s, "/features")
        assert features["supports_preview_metadata"] is True and features["max_upload_size"] == 100 << 20
        assert not features.get("assets") and not features.get("node_replacements")


def lines_of_the_log_are_kept_and_heard():
    with Served(LIMN) as s:
        s.json("GET", "/object_info")
        raw = get(s, "/internal/logs/raw")
        keys(raw, "entries size")
        assert set(raw["size"]) == {"cols", "rows"} and raw["entries"]
        for e in raw["entries"]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", e["t"]) and e["m"].endswith("\n")
        text = get(s, "/internal/logs")
        assert isinstance(text, str) and f"{raw['entries'][0]['t']} - {raw['entries'][0]['m']}" in text
        assert s.ask("GET", "/api/internal/logs")[0] == 404
        for body in ("", "x", "{}", '{"clientId": 5, "enabled": true}', '{"clientId": "c"}', '{"clientId": "c", "enabled": 1}'):
            assert s.ask("PATCH", "/internal/logs/subscribe", body)[0] == 400, body
        with s.socket("listener") as ws, s.socket("other") as other:
            ws.until("status")
            other.until("status")
            body = json.dumps({"clientId": "listener", "enabled": True})
            assert s.ask("PATCH", "/internal/logs/subscribe", body)[:2] == (200, b"")
            children = (s.process.pid, open(f"/proc/{s.process.pid}/task/{s.process.pid}/children").read().split())
            os.kill(int(children[1][0]), signal.SIGKILL)
            data = ws.until("logs")
            keys(data, "entries size")
            assert data["entries"] and all(set(e) == {"t", "m"} for e in data["entries"])
            heard = data["entries"][0]
            assert heard in get(s, "/internal/logs/raw")["entries"]
            for i in range(70):  # more than may listen
                s.ask("PATCH", "/internal/logs/subscribe", json.dumps({"clientId": f"c{i}", "enabled": True}))
            s.ask("PATCH", "/internal/logs/subscribe", json.dumps({"clientId": "c69", "enabled": False}))
            job = s.queue(empty(), client_id="other")  # the server goes on
            other.until("executing", lambda d: d["node"] is None)
            assert "logs" not in [m["type"] for m in other.all if isinstance(m, dict)]
            assert s.wait(job)["status"]["completed"]


def metrics_are_counted():
    def read(s):
        status, body, headers = s.ask("GET", "/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
        out, types = {}, {}
        for line in body.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                assert name not in types and kind in ("counter", "gauge", "histogram", "summary")
                types[name] = kind
            elif not line.startswith("# HELP "):
                m = re.fullmatch(r'([a-z_]+)(\{[a-z]+="[^"]+"(?:,le="[0-9.+Inf]+")?\})? (-?[0-9.]+)', line)
                of = m and re.sub("_(bucket|sum|count)$", "", m[1])
                assert m and (m[1] in types or types.get(of) in ("histogram", "summary")), line
                assert m[1] not in types or (m[1].endswith("_total") or m[1].endswith("_seconds_total")) == (types[m[1]] == "counter"), line
                assert m[1] + (m[2] or "") not in out
                out[m[1] + (m[2] or "")] = float(m[3])
        return out

    with Served(LIMN) as s:
        job = s.queue(sampler(steps=4))
        s.wait(job)
        s.queue(sampler(steps=4))  # kept: it runs no node
        m = until(lambda: (lambda m: m if m['limn_jobs_total{result="success"}'] == 2 and m["limn_model_loads_total"] else None)(read(s)))
        assert m['limn_node_seconds_count{class="KSampler"}'] == 1 == m['limn_node_seconds_bucket{class="KSampler",le="+Inf"}'], m
        assert m['limn_steps_total{class="KSampler"}'] == 4 and m['limn_steps_seconds_total{class="KSampler"}'] > 0, m
        assert m["limn_steps_per_second_count"] >= 1 and m["limn_steps_per_second_sum"] > 0
        assert m['limn_node_seconds_sum{class="KSampler"}'] >= m['limn_steps_seconds_total{class="KSampler"}'] * 0.99
        assert m["limn_model_loads_total"] == 1
    with Served(LIMN) as s:
        run(s, 1)
        before = read(s)
        assert before["limn_history_entries"] == 1 and before["limn_queue_pending"] == 0
        assert abs(before["process_start_time_seconds"] - time.time()) < 3600
        with s.socket("me") as ws:
            ws.until("status")
            run(s, 2)
            after = until(lambda: (lambda m: m if m['limn_jobs_total{result="success"}'] == 3 else None)(read(s)))
            assert after["limn_sockets"] == 1
        assert after["limn_history_entries"] == 3 and after["limn_worker_up"] == 1
        assert after["limn_http_requests_total"] > before["limn_http_requests_total"]
        assert after['limn_http_answers_total{status="2xx"}'] > before['limn_http_answers_total{status="2xx"}']
        until(lambda: read(s)["limn_cache_misses_total"] > 0)
        s.ask("GET", "/nothing/there")
        assert read(s)['limn_http_answers_total{status="4xx"}'] > after['limn_http_answers_total{status="4xx"}']


def readiness_has_reasons():
    with Served(LIMN) as s:
        assert get(s, "/healthz") == {"status": "ok"}
        until(lambda: s.json("GET", "/readyz")[0] == 200)
        assert get(s, "/readyz") == {"status": "ready", "reasons": []}
        assert s.ask("GET", "/api/healthz")[0] == 404
    with Served(LIMN, "--max-pending", "1") as s:
        until(lambda: s.json("GET", "/readyz")[0] == 200)
        s.queue(sampler(steps=10000))
        until(lambda: get(s, "/queue")["queue_running"])
        s.queue(empty())
        answer = get(s, "/readyz", 503)
        assert answer == {"status": "not ready", "reasons": ["as many jobs wait as may"]}
        assert s.json("POST", "/prompt", {"prompt": empty()})[0] == 429
        s.ask("POST", "/queue", '{"clear": true}')
        assert get(s, "/readyz")["status"] == "ready"
        s.ask("POST", "/interrupt")


# ------------------------------------------------------------------ all of them

BARE = ["/internal/logs", "/internal/logs/raw", "/internal/folder_paths", "/internal/files/input", "/metrics", "/healthz",
        "/readyz", "/docs/api", "/api/jobs"]
BOTH = ["/history", "/history/x", "/object_info", "/object_info/SaveImage", "/embeddings", "/node_replacements", "/models",
        "/models/loras", "/experiment/models", "/experiment/models/loras", "/system_stats", "/features"]


def every_route_knows_its_methods():
    with Served(LIMN) as s:
        until(lambda: s.json("GET", "/readyz")[0] == 200)
        for path in BARE + BOTH + ["/api" + p for p in BOTH]:
            status, body, headers = s.ask("GET", path)
            assert status == 200 and body, (path, status)
            assert headers["Content-Type"] == "application/json; charset=utf-8" or path == "/metrics", (path, headers)
            status, nothing, heads = s.ask("HEAD", path)
            assert (status, nothing) == (200, b"") and heads.get("Content-Type") == headers["Content-Type"], (path, heads)
            status, _, headers = s.ask("DELETE", path)
            assert status == 405 and "GET, HEAD" in headers["Allow"], (path, status, headers)
            assert s.ask("OPTIONS", path)[0] == 200
        for path in BARE:
            if not path.startswith("/api"):
                assert s.ask("GET", "/api" + path)[0] == 404, path
        assert s.ask("GET", "/system_stats/")[0] == 404


TESTS = [an_entry_is_told_as_clients_know_it, pages_are_counted_as_the_reference_counts, who_has_the_answer_is_told_so,
         a_long_history_streams_and_outlives_who_leaves, entries_are_forgotten_one_by_one_and_all,
         a_damaged_entry_is_one_entry_and_no_broken_page, jobs_pass_the_front_ends_eye, jobs_are_filtered_sorted_and_paged,
         jobs_are_cancelled_wherever_they_are, nodes_are_told_from_one_text_and_new_models_are_in_it,
         models_are_listed_and_tell_of_themselves, files_of_the_working_folders_come_newest_first,
         the_system_tells_numbers_and_no_secrets, lines_of_the_log_are_kept_and_heard, metrics_are_counted,
         readiness_has_reasons, every_route_knows_its_methods]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
