#!/usr/bin/env python3
"""A file that is dropped on the canvas: POST /limn/open. opening_test.py LIMN [NAME]"""
import json
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "cli")]
import bundles  # noqa: E402
from running import run_tests  # noqa: E402
from served import ROOT, Served, empty, sampler  # noqa: E402

LIMN = sys.argv[1]
WORDS = "a red fox in snow\nNegative prompt: blurry\nSteps: 6, Sampler: Euler, CFG scale: 3, Seed: 18446744073709551615, Size: 64x96, Model: {}"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(**texts):
    plain = bundles.png()
    return plain[:33] + b"".join(chunk(b"tEXt", k.encode() + b"\0" + v.encode()) for k, v in texts.items()) + plain[33:]


def jpeg(comment):
    """No more of a JPEG than its EXIF block, with a user's comment."""
    text = b"UNICODE\0" + comment.encode("utf-16-be")
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0) + struct.pack(">HHHIII", 1, 0x9286, 7, len(text), 44, 0) + text
    body = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9"


def opened(s, body, want=200):
    status, answer, _ = s.ask("POST", "/limn/open", body)
    assert status == want, (status, answer[:400])
    answer = json.loads(answer)
    if want == 200:
        assert list(answer) == ["workflow", "format", "placed", "missing", "warnings"], list(answer)
    else:
        assert list(answer) == ["error"] and len(answer["error"]) > 10, answer
    return answer


def by_class(graph, name):
    return [n["inputs"] for n in graph.values() if n["class_type"] == name]


def inputs(s):
    return {p.name: p.read_bytes() for p in (s.base / "input").rglob("*") if p.is_file()}


# ------------------------------------------------------------------ what carries a workflow

def the_words_about_a_picture_become_a_graph():
    with Served(LIMN) as s:
        words = WORDS.format("limn-shapes")
        for body in (picture(parameters=words), jpeg(words), words.encode()):
            answer = opened(s, body)
            graph = answer["workflow"]
            assert answer["format"] == "a1111" and answer["missing"] == answer["placed"] == [], answer
            assert {"a red fox in snow", "blurry"} <= {n["text"] for n in by_class(graph, "CLIPTextEncode")}
            assert [n["seed"] for n in by_class(graph, "KSampler")] == [18446744073709551615]
            assert [(n["width"], n["height"]) for n in by_class(graph, "EmptyLatentImage")] == [(64, 96)]
        assert s.wait(s.queue(graph))["status"]["status_str"] == "success"


def what_is_not_here_is_named_once_with_what_is_near():
    with Served(LIMN) as s:
        answer = opened(s, picture(parameters=WORDS.format("dreams")))
        assert [(m["kind"], m["folder"]) for m in answer["missing"]] == [("model", "checkpoints")], answer
        twice = {**sampler(), "9": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "limn-shape.safetensors"}}}
        twice["1"] = twice["9"]
        assert opened(s, json.dumps(twice).encode())["missing"] == [
            {"kind": "model", "name": "limn-shape.safetensors", "folder": "checkpoints", "near": ["limn-shapes.safetensors"]}]
        graph = {**empty(), "8": {"class_type": "EmptyImgae", "inputs": {}}, "9": {"class_type": "EmptyImgae", "inputs": {}}}
        answer = opened(s, json.dumps(graph).encode())
        assert answer["format"] == "api" and answer["workflow"] == graph
        assert [(m["kind"], m["name"], m["near"][0]) for m in answer["missing"]] == [("node", "EmptyImgae", "EmptyImage")]


def the_best_text_that_is_a_workflow_counts():
    with Served(LIMN) as s:
        canvas = json.loads((ROOT / "tests/canvas/corpus/plain-04.json").read_text())
        answer = opened(s, picture(parameters=WORDS.format("x"), prompt=json.dumps(empty()), workflow=json.dumps(canvas)))
        assert answer["format"] == "canvas" and answer["workflow"] == canvas
        answer = opened(s, picture(prompt=json.dumps(empty()), workflow='{"nodes": ['))
        assert answer["format"] == "api" and answer["workflow"] == empty()
        assert opened(s, json.dumps({"prompt": sampler(), "client_id": "x"}).encode())["workflow"] == sampler()


# ------------------------------------------------------------------ bundles

def a_bundle_is_placed_and_runs():
    with Served(LIMN) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "cat.png").write_bytes(bundles.png((1, 2, 3)))
        (s.base / "w.json").write_text(json.dumps(bundles.workflow(model=None)))
        packed = subprocess.run([LIMN, "pack", s.base / "w.json", "--base", s.base, "--no-plugins"], cwd=s.base,
                                capture_output=True, text=True, check=True)
        body = (s.base / packed.stdout.strip()).read_bytes()
        answer = opened(s, body)
        assert answer["placed"] == [{"name": "cat.png", "subfolder": ""}] and answer["missing"] == [], answer
        (s.base / "input" / "cat.png").write_bytes(bundles.png((9, 9, 9), 5))
        answer = opened(s, body)
        name = answer["workflow"]["1"]["inputs"]["image"]
        assert answer["format"] == "bundle" and answer["placed"] == [{"name": name, "subfolder": ""}] and name != "cat.png"
        there = inputs(s)
        assert there[name] == bundles.png((1, 2, 3)) and there["cat.png"] == bundles.png((9, 9, 9), 5) and len(there) == 2
        assert answer["warnings"] == [], answer
        assert opened(s, body) == answer and inputs(s) == there, "it is there already"
        assert s.wait(s.queue(answer["workflow"]))["status"]["status_str"] == "success"


def a_bundle_tells_what_it_lacks():
    with Served(LIMN) as s:
        said = bundles.manifest(models=[{"folder": "checkpoints", "name": "m.safetensors", "family": "SD1", "bytes": 77, "sha256": "ab" * 32}],
                                plugins=[{"id": "no-such-plugin", "version": "1.2"}])
        answer = opened(s, bundles.zipped(bundles.parts(graph=bundles.workflow(), said=said)))
        assert [m["kind"] for m in answer["missing"]] == ["model", "plugin"], answer
        model, plugin = answer["missing"]
        assert (model["name"], model["folder"], model["bytes"], model["sha256"], model["family"]) == \
            ("m.safetensors", "checkpoints", 77, "ab" * 32, "SD1")
        assert plugin == {"kind": "plugin", "name": "no-such-plugin", "version": "1.2", "near": []}


def nothing_of_a_hostile_bundle_is_left():
    with Served(LIMN) as s:
        before = inputs(s)
        for name, (body, word) in bundles.attacks().items():
            status, answer, _ = s.ask("POST", "/limn/open", body)
            assert status == 400, (name, status, answer[:200])
            assert word in json.loads(answer)["error"] or body[:2] != b"PK", (name, answer)
        assert inputs(s) == before
        assert opened(s, json.dumps(empty()).encode())["format"] == "api"


# ------------------------------------------------------------------ what carries nothing

def what_carries_nothing_is_refused_in_a_sentence():
    with Served(LIMN) as s:
        assert "no workflow" in opened(s, bundles.png(), 400)["error"]
        for body in (b"", b"{}", b"[]", b"null", b"hello", b"\0" * 64, b'{"nodes": [', picture(workflow="{}"), picture(parameters="no steps"),
                     b"\x89PNG\r\n\x1a\n" + b"\xff" * 40, b"PK\3\4" + b"\0" * 40, b"[" * 100000):
            opened(s, body, 400)
        assert s.ask("POST", "/limn/open", b"", {"Content-Length": str((32 << 20) + 1)})[0] == 413


def damaged_files_cost_a_sentence():
    chance = random.Random(7)
    whole = [picture(parameters=WORDS.format("x")), jpeg(WORDS.format("x")), bundles.good(), json.dumps(sampler()).encode()]
    with Served(LIMN) as s:
        for _ in range(200):
            body = bytearray(chance.choice(whole))
            for _ in range(chance.randint(1, 8)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            status, answer, _ = s.ask("POST", "/limn/open", bytes(body[:chance.randint(len(body) // 2, len(body))]))
            assert status in (200, 400) and json.loads(answer), (status, answer[:200])
        assert opened(s, whole[0])["format"] == "a1111"
        assert "the worker that checks" not in s.said(), s.said()[-2000:]


TESTS = [the_words_about_a_picture_become_a_graph, what_is_not_here_is_named_once_with_what_is_near,
         the_best_text_that_is_a_workflow_counts, a_bundle_is_placed_and_runs, a_bundle_tells_what_it_lacks,
         nothing_of_a_hostile_bundle_is_left, what_carries_nothing_is_refused_in_a_sentence, damaged_files_cost_a_sentence]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
