#!/usr/bin/env python3
"""A canvas's file at the server: POST /limn/check, GET /limn/plans, and limn submit. canvas_check_test.py LIMN [NAME]"""
import http.server
import json
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import ROOT, Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]
CORPUS = ROOT / "tests/canvas/corpus"


def node(number, kind, values=None, inputs=(), outputs=(), **more):
    return {"id": number, "type": kind, "pos": [10.0, 20], "size": [210, 80], "flags": {}, "order": number, "mode": 0,
            "inputs": [{"name": name, "type": type_, "link": link} for name, type_, link in inputs],
            "outputs": [{"name": name, "type": name, "links": links} for name, links in outputs],
            "properties": {}, **({"widgets_values": values} if values is not None else {}), **more}


def canvas(*nodes, links=()):
    return {"last_node_id": 99, "nodes": list(nodes), "links": [list(link) for link in links], "groups": [],
            "extra": {"nobody": {"knows": 18446744073709551615}}, "version": 0.4}


def colours(color=0x102030, *more):
    return canvas(node(1, "EmptyImage", [16, 8, 1, color], outputs=[("IMAGE", [1])]),
                  node(2, "SaveImage", ["plain"], inputs=[("images", "IMAGE", 1)]), node(3, "Note", ["nothing"]), *more,
                  links=[(1, 1, 0, 2, 0, "IMAGE")])


def painting(model="limn-shapes.safetensors", text="a red circle"):
    return canvas(
        node(1, "CheckpointLoaderSimple", [model], outputs=[("MODEL", [1]), ("CLIP", [2]), ("VAE", [4])]),
        node(2, "CLIPTextEncode", [text], [("clip", "CLIP", 2)], [("CONDITIONING", [5, 6])]),
        node(4, "EmptyLatentImage", [64, 64, 1], outputs=[("LATENT", [7])]),
        node(5, "KSampler", [18446744073709551615, "randomize", 2, 4, "euler", "normal", 1],
             [("model", "MODEL", 1), ("positive", "CONDITIONING", 5), ("negative", "CONDITIONING", 6),
              ("latent_image", "LATENT", 7)], [("LATENT", [8])]),
        node(6, "VAEDecode", None, [("samples", "LATENT", 8), ("vae", "VAE", 4)], [("IMAGE", [9])]),
        node(7, "SaveImage", ["limn"], [("images", "IMAGE", 9)]),
        links=[(1, 1, 0, 5, 0, "MODEL"), (2, 1, 1, 2, 0, "CLIP"), (4, 1, 2, 6, 1, "VAE"), (5, 2, 0, 5, 1, "CONDITIONING"),
               (6, 2, 0, 5, 2, "CONDITIONING"), (7, 4, 0, 5, 3, "LATENT"), (8, 5, 0, 6, 0, "LATENT"),
               (9, 6, 0, 7, 0, "IMAGE")])


def check(s, body, want=200):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, answer, _ = s.ask("POST", "/limn/check", data)
    assert status == want, (status, answer[:400])
    return json.loads(answer)


# ------------------------------------------------------------------ what is made of it

def a_canvas_is_told_as_the_prompt_it_is():
    with Served(LIMN) as s:
        answer = check(s, colours())
        assert list(answer) == ["error", "node_errors", "outputs", "sentences", "prompt", "unknown_types",
                                "missing_models", "warnings"], list(answer)
        assert answer["error"] is None and answer["outputs"] == ["2"] and answer["node_errors"] == {}
        assert answer["unknown_types"] == answer["missing_models"] == answer["warnings"] == []
        assert list(answer["prompt"]) == ["1", "2"], "notes do not run"
        assert answer["prompt"]["1"] == {"inputs": {"width": 16, "height": 8, "batch_size": 1, "color": 0x102030},
                                         "class_type": "EmptyImage", "_meta": {"title": "EmptyImage"}}
        for body in ({"workflow": colours()}, {"prompt": colours()}):
            assert check(s, body) == answer
        job = s.queue(answer["prompt"])
        assert s.wait(job)["status"]["status_str"] == "success"


def a_prompt_in_api_format_is_told_in_the_same_words():
    with Served(LIMN) as s:
        bare, wrapped = check(s, empty()), check(s, {"prompt": empty()})
        assert bare == wrapped and bare["prompt"] == empty() and bare["outputs"] == ["2"]
        answer = check(s, {"prompt": sampler(steps="7")})
        assert answer["prompt"]["5"]["inputs"]["steps"] == "7", "as it came, not as the check understood it"
        assert check(s, {"prompt": sampler(), "partial_execution_targets": ["none"]})["outputs"] == []


def export(base, path):
    out = subprocess.run([LIMN, "export", "--base", base, path], capture_output=True, timeout=60)
    return json.loads(out.stdout) if out.returncode == 0 else None


def every_file_of_the_corpus_is_the_prompt_that_limn_export_makes():
    files = sorted(CORPUS.glob("*.json"))
    compared = 0
    with Served(LIMN) as s:
        for path in files:
            want = export(s.base, path)
            got = check(s, path.read_bytes())
            if want is None:
                assert got["prompt"] is None and got["error"]["type"] == "invalid_workflow", path.name
            elif "{" in json.dumps([n.get("widgets_values") for n in json.loads(path.read_text())["nodes"]]):
                continue  # a choice is made anew each time
            else:
                assert got["prompt"] == want and list(got["prompt"]) == list(want), path.name
                compared += 1
    assert compared > len(files) * 3 // 4, (compared, len(files))


def seeds_keep_all_their_digits():
    with Served(LIMN) as s:
        _, answer, _ = s.ask("POST", "/limn/check", json.dumps(painting()).encode())
        assert b'"seed":18446744073709551615' in answer, answer[:600]


def nodes_within_a_subgraph_are_named_by_the_way_to_them():
    with Served(LIMN) as s:
        answer = check(s, (CORPUS / "nested.json").read_bytes())
        assert any(":" in key for key in answer["prompt"]), list(answer["prompt"])
        named = {n["node"] for n in answer["missing_models"]} | {k for t in answer["unknown_types"] for k in t["nodes"]}
        assert named <= set(answer["prompt"]) and set(answer["node_errors"]) <= set(answer["prompt"])


def a_choice_is_made_once_and_told_with_the_workflow():
    text = "{" + "|".join(f"w{i}" for i in range(1000)) + "} on white"
    with Served(LIMN) as s:
        chosen = set()
        for _ in range(3):
            answer = check(s, {"workflow": painting(text=text), "answer_workflow": True})
            said = answer["prompt"]["2"]["inputs"]["text"]
            assert said.startswith("w") and said.endswith(" on white"), said
            assert answer["workflow"]["nodes"][1]["widgets_values"] == [said], "the picture's workflow says the same"
            assert answer["workflow"]["extra"] == {"nobody": {"knows": 18446744073709551615}}
            chosen.add(said)
        assert len(chosen) > 1
        assert "workflow" not in check(s, painting(text=text))


# ------------------------------------------------------------------ what is wrong with it

def what_is_missing_is_named():
    lost = painting("limn-shape.safetensors")
    lost["nodes"].append(node(8, "KSamplr", [1], [("model", "MODEL", 1)], properties={"cnr_id": "some-pack"}))
    lost["nodes"].append(node(9, "KSamplr", [1]))
    with Served(LIMN) as s:
        answer = check(s, lost)
        kind, = answer["unknown_types"]
        assert kind["type"] == "KSamplr" and kind["nodes"] == ["8", "9"] and kind["near"][0] == "KSampler", kind
        assert kind["pack"] == "some-pack"
        assert answer["error"]["type"] == "invalid_prompt" and answer["outputs"] == []
        model, = answer["missing_models"]
        assert model == {"node": "1", "input": "ckpt_name", "name": "limn-shape.safetensors", "folder": "checkpoints",
                         "near": ["limn-shapes.safetensors"]}, model
        lost["nodes"] = lost["nodes"][:-2]
        answer = check(s, lost)
        assert answer["unknown_types"] == [] and answer["missing_models"] == [model]
        assert answer["node_errors"]["1"]["errors"][0]["type"] == "value_not_in_list"
        assert answer["node_errors"]["1"]["dependent_outputs"] == ["7"]


def what_could_not_be_followed_is_said():
    broken = colours()
    broken["nodes"][1]["inputs"][0]["link"] = 77
    with Served(LIMN) as s:
        answer = check(s, broken)
        assert answer["warnings"] and all("\n" not in line for line in answer["warnings"]), answer
        assert answer["node_errors"]["2"]["errors"][0]["type"] == "required_input_missing", answer["node_errors"]


def what_is_no_workflow_is_400():
    with Served(LIMN) as s:
        for body in (b"", b"5", b"[]", b"{}", b'{"nodes": 5}', b'{"workflow": 5}', b'{"prompt": {"1": 5}}', b"{",
                     b'{"workflow": {"nodes": {}}}', b'{"prompt": []}', b"\xff\xfe"):
            answer = check(s, body, 400)
            assert answer["error"]["type"] and answer["error"]["message"], body
        assert check(s, empty())["outputs"] == ["2"]


def a_workflow_without_a_meaning_is_a_fault_of_the_workflow():
    ring = json.loads((CORPUS / "nested.json").read_text())
    inner = ring["definitions"]["subgraphs"][0]
    inner["nodes"].append({**inner["nodes"][0], "id": 4711, "type": inner["id"], "inputs": [], "outputs": []})
    with Served(LIMN) as s:
        answer = check(s, ring)
        assert answer["error"]["type"] == "invalid_workflow" and answer["prompt"] is None, answer["error"]
        assert answer["outputs"] == [] and answer["sentences"] == [answer["error"]["details"]]


def hostile_files_cost_nobody_else_anything():
    rnd = random.Random(4)
    depth = {"nodes": [], "definitions": {"subgraphs": []}}
    for i in range(40):  # 2^40 nodes, if they were expanded
        inner = [{"id": j, "type": f"s{i + 1}"} for j in (1, 2)] if i < 39 else [node(1, "EmptyImage")]
        depth["definitions"]["subgraphs"].append({"id": f"s{i}", "name": "x", "nodes": inner, "links": [],
                                                  "inputs": [], "outputs": []})
    depth["nodes"] = [{"id": 1, "type": "s0"}]
    odd = [depth, {"nodes": [5, None, "x", []]}, {"nodes": [{"id": {}, "type": 7}]},
           {"nodes": [{"id": 1, "type": "Reroute", "inputs": [{"link": 1}]}], "links": [[1, 1, 0, 1, 0, "*"]]},
           {"nodes": [node(i, "PrimitiveNode", ["{" * 9999]) for i in range(50)]}]
    whole = json.dumps(painting())
    with Served(LIMN) as s:
        for one in odd:
            check(s, one)
        for _ in range(60):
            torn = list(whole)
            for _ in range(rnd.randrange(1, 4)):
                torn[rnd.randrange(len(torn))] = rnd.choice('0{}[]",:x-')
            status, answer, _ = s.ask("POST", "/limn/check", "".join(torn).encode())
            assert status in (200, 400) and json.loads(answer), (status, answer[:200])
        assert s.ask("POST", "/limn/check", b'{"nodes": [{"id": 1, "type": "EmptyImage", "widgets_values": [NaN, 1e999]}]}')[0] == 200
        assert check(s, colours())["outputs"] == ["2"] and s.ask("GET", "/healthz")[0] == 200


def a_large_workflow_is_checked_whole():
    n = 3000
    nodes = [node(i, "EmptyImage", [16, 8, 1, i], outputs=[("IMAGE", [i])]) for i in range(1, n)]
    nodes += [node(n + i, "PreviewImage", inputs=[("images", "IMAGE", i)]) for i in range(1, n)]
    links = [(i, i, 0, n + i, 0, "IMAGE") for i in range(1, n)]
    with Served(LIMN) as s:
        answer = check(s, canvas(*nodes, links=links))
        assert len(answer["outputs"]) == n - 1 and len(answer["prompt"]) == 2 * n - 2


# ------------------------------------------------------------------ plans

def plans_say_what_stands_where():
    with Served(LIMN) as s:
        status, answer, headers = s.ask("GET", "/limn/plans")
        plans = json.loads(answer)
        assert status == 200 and headers["Content-Type"].startswith("application/json")
        assert plans["KSampler"] == [["seed", "value"], ["seed", "control"], ["steps", "value"], ["cfg", "value"],
                                     ["sampler_name", "value"], ["scheduler", "value"], ["denoise", "value"]]
        assert plans["LoadImage"] == [["image", "value"], ["image", "upload"]]
        assert plans["SaveImage"] == [["filename_prefix", "value"]] and plans["VAEDecode"] == []
        assert plans["UpscaleModelLoader"] == [["model_name", "value"]]
        assert plans["CheckpointLoaderSimple"] == [["ckpt_name", "value", "checkpoints"]]
        assert plans["VAELoader"] == [["vae_name", "value", "vae"]]
        info = s.json("GET", "/object_info")[1]
        assert set(plans) == set(info)
        for name, plan in plans.items():
            inputs = {**info[name]["input"].get("required", {}), **info[name]["input"].get("optional", {})}
            assert {row[0] for row in plan} <= set(inputs), name
            assert {row[1] for row in plan} <= {"value", "control", "filter", "upload"}, name
        again = s.ask("GET", "/limn/plans", headers={"If-None-Match": headers["ETag"]})
        assert again[0] == 304 and again[1] == b""


# ------------------------------------------------------------------ limn submit

class Fake(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, body))
        told = self.server.answers.get(self.path)
        if self.path == "/prompt":
            told = {"prompt_id": body["prompt_id"], "number": 0, "node_errors": {}}
        data = json.dumps(told).encode() if told else b"404: Not Found"
        self.send_response(200 if told else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words):
        pass


def submitted(answers, *options):
    """Gives the painting to a server that answers so -> what it heard, what was said"""
    server = http.server.HTTPServer(("127.0.0.1", 0), Fake)
    server.heard, server.answers = [], answers
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.json"
        path.write_text(json.dumps(painting()))
        out = subprocess.run([LIMN, "submit", path, "--base", folder, *options], capture_output=True, text=True,
                             env={"LIMN_SERVER": f"http://127.0.0.1:{server.server_port}", "HOME": folder}, timeout=60)
    server.shutdown()
    thread.join()
    server.server_close()
    assert out.returncode == 0, out.stderr
    return server.heard, out.stderr


def submit_lets_the_server_convert():
    made = {"1": {"class_type": "Theirs", "inputs": {"x": 1}}}
    workflow = {"nodes": [], "chosen": True}
    heard, said = submitted({"/limn/check": {"prompt": made, "workflow": workflow, "warnings": ["node 7 is odd"]}},
                            "--set", "1.x=5")
    assert [path for path, _ in heard] == ["/limn/check", "/prompt"]
    assert heard[0][1] == {"answer_workflow": True, "workflow": painting()}
    assert heard[1][1]["prompt"] == {"1": {"class_type": "Theirs", "inputs": {"x": 5}}}
    assert heard[1][1]["extra_data"]["extra_pnginfo"]["workflow"] == workflow
    assert "node 7 is odd" in said


def submit_converts_where_the_server_is_no_limn():
    for answers in ({}, {"/limn/check": {"prompt": None}}, {"/limn/check": {"error": "no"}}):
        heard, _ = submitted(answers)
        assert [path for path, _ in heard] == ["/limn/check", "/prompt"], heard
        assert heard[1][1]["prompt"]["5"]["class_type"] == "KSampler"
        assert heard[1][1]["extra_data"]["extra_pnginfo"]["workflow"] == painting()


TESTS = [a_canvas_is_told_as_the_prompt_it_is, a_prompt_in_api_format_is_told_in_the_same_words,
         every_file_of_the_corpus_is_the_prompt_that_limn_export_makes, seeds_keep_all_their_digits,
         nodes_within_a_subgraph_are_named_by_the_way_to_them, a_choice_is_made_once_and_told_with_the_workflow,
         what_is_missing_is_named, what_could_not_be_followed_is_said, what_is_no_workflow_is_400,
         a_workflow_without_a_meaning_is_a_fault_of_the_workflow, hostile_files_cost_nobody_else_anything,
         a_large_workflow_is_checked_whole, plans_say_what_stands_where, submit_lets_the_server_convert,
         submit_converts_where_the_server_is_no_limn]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
