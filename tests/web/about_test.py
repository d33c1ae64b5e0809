#!/usr/bin/env python3
"""What a model browser asks, and which limn this is: GET /limn/models, GET /limn/about. about_test.py LIMN [NAME]"""
import json
import os
import struct
import sys
import time
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served  # noqa: E402

LIMN = sys.argv[1]
UNET = "model.diffusion_model."


def header(tensors, **metadata):
    named = {name: {"dtype": "F16", "shape": list(shape), "data_offsets": [0, 0]} for name, shape in tensors.items()}
    if metadata:
        named["__metadata__"] = metadata
    text = json.dumps(named, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text


BLOCKS = {UNET + "input_blocks.0.0.weight": (320, 4, 3, 3)}
FAMILIES = {
    "sd1": ("Stable Diffusion 1.x", header({**BLOCKS, "cond_stage_model.transformer.x": (1,)})),
    "sd2": ("Stable Diffusion 2.x", header({**BLOCKS, "cond_stage_model.model.x": (1,)})),
    "sd2b": ("Stable Diffusion 2.x", header({**BLOCKS, UNET + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024)})),
    "xl": ("SDXL", header({**BLOCKS, "conditioner.embedders.1.model.x": (1,)})),
    "refiner": ("the SDXL refiner", header({UNET + "input_blocks.0.0.weight": (384, 4, 3, 3), UNET + "label_emb.0.0.weight": (1,)})),
    "sd3": ("Stable Diffusion 3", header({UNET + "joint_blocks.0.context_block.attn.qkv.weight": (1,)})),
    "flux": ("Flux", header({"double_blocks.0.img_attn.norm.key_norm.scale": (1,)})),
    "lora": ("SDXL", header({"lora_unet_x.lora_up.weight": (1,)}, ss_base_model_version="sdxl_base_v1-0")),
    "other": (None, header({"weight": (1,)})),
    "control": (None, header({"input_blocks.0.0.weight": (1,), "input_hint_block.0.weight": (1,)})),
    "none": (None, b"not a model"), "empty": (None, b""), "cut": (None, struct.pack("<Q", 1 << 60)),
    "short": (None, struct.pack("<Q", 5000) + b"{"), "text": (None, struct.pack("<Q", 8) + b"abcdefgh"),
    "odd": (None, struct.pack("<Q", 60) + b'{"input_blocks.0.0.weight' + b"\0" * 40),
}


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0ab")) + chunk(b"IEND", b""))


def folder(s):
    """The models of this test alone."""
    (s.base / "models").unlink()
    (s.base / "models" / "checkpoints").mkdir(parents=True)
    return s.base / "models" / "checkpoints"


def listed(s, kind="checkpoints"):
    status, answer = s.json("GET", f"/limn/models?folder={kind}")
    assert status == 200, answer
    return {f["name"]: f for f in answer["files"]}


def families_are_known_by_their_tensors():
    s = Served(LIMN)
    at = folder(s)
    for name, (_, data) in FAMILIES.items():
        (at / f"{name}.safetensors").write_bytes(data)
    with s:
        for _ in range(2):  # read, and remembered
            found = listed(s)
            assert {n: f.get("family") for n, f in found.items()} == {f"{n}.safetensors": w for n, (w, _) in FAMILIES.items()}
        (at / "sd1.safetensors").write_bytes(FAMILIES["xl"][1])
        os.utime(at / "sd1.safetensors", (5, 5))
        assert listed(s)["sd1.safetensors"]["family"] == "SDXL", "another file under that name is another one"


def each_file_has_its_size_time_and_picture():
    s = Served(LIMN)
    at = folder(s)
    (at / "deep").mkdir()
    for name in ("a.safetensors", "deep/b c#1.safetensors", ".hidden.safetensors"):
        (at / name).write_bytes(FAMILIES["sd1"][1])
    os.utime(at / "a.safetensors", (1.5e9, 1.5e9))
    (at / "deep" / "b c#1.preview.png").write_bytes(png())
    (at / "covered.safetensors").write_bytes(header({}, ssmd_cover_images='["aGk="]'))
    with s:
        found = listed(s)
        assert set(found) == {"a.safetensors", "deep/b c#1.safetensors", "covered.safetensors"}
        a, b = found["a.safetensors"], found["deep/b c#1.safetensors"]
        assert a == {"name": "a.safetensors", "size": len(FAMILIES["sd1"][1]), "mtime": 1500000000000, "pathIndex": 0,
                     "family": "Stable Diffusion 1.x"}, a
        assert b["preview"] == "/experiment/models/preview/checkpoints/0/deep/b%20c%231.safetensors"
        status, answer, heads = s.ask("GET", b["preview"])
        assert status == 200 and heads["Content-Type"] == "image/webp", (status, answer[:80])
        assert "preview" in found["covered.safetensors"]
        assert listed(s, "vae") == {}
        kinds = {k["name"]: k["files"] for k in s.json("GET", "/limn/models")[1]["kinds"]}
        assert kinds["checkpoints"] == 3 and kinds["vae"] == 0 and "output" not in kinds and "configs" not in kinds, kinds
        assert s.json("GET", "/limn/models?folder=checkpoints")[1]["folders"] == [str(at.resolve())]
        for kind, want in (("none", 404), ("output", 404), ("..", 404), ("", 404)):
            assert s.json("GET", f"/limn/models?folder={kind}")[0] == want, kind


TAGS = {"10_cat": {"cat": 10, "sitting": 3}, "5_more": {"sitting": 9, "odd": -4, "no number": "x", " ": 2}}
NOTED = {
    "trained": (header({}, ss_output_name="my cat", ss_sd_model_name="/home/x/models\\base-v1.safetensors",
                       ss_tag_frequency=json.dumps(TAGS)), {},
                {"title": "my cat", "base": "base-v1.safetensors", "tags": ["sitting", "cat"]}),
    "spec": (header({}, **{"modelspec.title": "A Title", "modelspec.trigger_phrase": "in the style of x", "ss_output_name": "no"}), {},
             {"title": "A Title", "triggers": ["in the style of x"]}),
    "site": (header({}, ss_output_name="from the header"),
             {".civitai.info": {"baseModel": "SD 1.5", "trainedWords": ["ohwx", " cat ", 7, ""], "model": {"name": "Site"},
                                "files": [{"hashes": {"SHA256": "AB" * 32}}]}},
             {"title": "Site", "base": "SD 1.5", "triggers": ["ohwx", "cat"], "sha256": "ab" * 32}),
    "user": (header({}), {".json": {"sd version": "SDXL", "activation text": "one, two ,, three"}},
             {"base": "SDXL", "triggers": ["one", "two", "three"]}),
    "keeper": (header({}), {".metadata.json": {"model_name": "Kept", "base_model": "Unknown", "sha256": "0" * 64,
                                               "civitai": {"trainedWords": ["w"]}}},
               {"title": "Kept", "triggers": ["w"], "sha256": "0" * 64}),
    "digest": (header({}), {".sha256": "c" * 64 + "  digest.safetensors\n"}, {"sha256": "c" * 64}),
    # what says nothing, and is no harm
    "several": (header({}), {".civitai.info": {"files": [{"hashes": {"SHA256": "a" * 64}}] * 2, "model": 3, "trainedWords": {}}}, {}),
    "broken": (header({}, ss_tag_frequency="{", ss_output_name="  "), {".json": "{\"sd version\"", ".sha256": "xyz"}, {}),
    "lists": (header({}), {".json": [1], ".civitai.info": {"files": [[]], "baseModel": []}}, {}),
    "huge": (header({}), {".json": json.dumps({"model_name": "x"}) + " " * (300 << 10)}, {}),
    "long": (header({}, ss_output_name="\u00e9" * 150), {}, {"title": "\u00e9" * 100}),
}


def notes_are_told_from_the_header_and_from_beside():
    s = Served(LIMN)
    at = folder(s)
    for name, (data, beside, _) in NOTED.items():
        (at / f"{name}.safetensors").write_bytes(data)
        for ending, text in beside.items():
            (at / f"{name}{ending}").write_text(text if isinstance(text, str) else json.dumps(text))
    with s:
        for _ in range(2):  # read, and remembered
            found = listed(s)
            for name, (_, _, want) in NOTED.items():
                told = {k: v for k, v in found[f"{name}.safetensors"].items() if k not in ("name", "size", "mtime", "pathIndex")}
                assert told == want, (name, told)
        (at / "digest.json").write_text(json.dumps({"model_name": "Now"}))
        assert listed(s)["digest.safetensors"]["title"] == "Now", "a note that came meanwhile is read"


def thousands_of_files_keep_nobody_waiting():
    s = Served(LIMN)
    at = folder(s)
    for i in range(2000):
        (at / f"{i}.safetensors").write_bytes(FAMILIES["lora"][1])
    with s:
        for _ in range(100):
            answer = s.json("GET", "/limn/models?folder=checkpoints")[1]
            assert len(answer["files"]) == 2000
            assert sum("family" not in f for f in answer["files"]) == answer["unread"]
            if not answer["unread"]:
                return
        raise AssertionError("it never read all of them")


def the_bundled_checkpoint_is_a_stable_diffusion_1():
    with Served(LIMN) as s:
        assert listed(s)["limn-shapes.safetensors"]["family"] == "Stable Diffusion 1.x"


def it_says_which_limn_it_is():
    with Served(LIMN) as s:
        end = time.monotonic() + PATIENCE
        while not s.json("GET", "/limn/about")[1]["device"] and time.monotonic() < end:
            time.sleep(0.02)
        told = s.json("GET", "/limn/about")[1]
        assert told["name"] == "limn" and told["version"][0].isdigit() and told["device"] == "cpu" and told["arithmetic"]
        assert 0 < told["memory"]["free"] <= told["memory"]["total"] and told["began"] > 1.7e12
        assert {"check", "plans", "replay", "order", "versions"} <= set(told["features"]) \
            and {"gcc", "clang"} & set(told["build"]["compiler"].lower().split())
        assert str(s.base) not in json.dumps(told), "no path is told"


def known_png(**inputs):
    """A picture that carries the prompt of one node."""
    text = b"prompt\0" + json.dumps({"1": {"class_type": "X", "inputs": inputs}, "2": {"class_type": "X", "inputs": inputs}}).encode()
    chunk = lambda kind, data: len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")  # noqa: E731
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0") + chunk(b"tEXt", text) +
            chunk(b"IEND", b""))


def a_model_says_for_how_many_pictures_it_was_used():
    s = Served(LIMN)
    at = folder(s)
    (at / "in").mkdir()
    for name in ("a.safetensors", "ab.safetensors", "in/a.safetensors", "unused.safetensors"):
        (at / name).write_bytes(FAMILIES["sd1"][1])
    (s.base / "output").mkdir(exist_ok=True)
    for i, names in enumerate([["a.safetensors"], ["a.safetensors", "in/a.safetensors"], ["in/a.safetensors"], ["in/a.safetensors"], ["gone.ckpt"]]):
        (s.base / "output" / f"{i}.png").write_bytes(known_png(**{f"name{n}": name for n, name in enumerate(names)}, text="ab.safetensors is fine"))
    with s:
        end = time.monotonic() + PATIENCE
        want = {"a.safetensors": 2, "in/a.safetensors": 3}
        while (got := used(s)) != want and time.monotonic() < end:  # they are read one by one
            time.sleep(0.02)
        assert got == want, got
        assert s.json("GET", "/limn/models/used")[0] == s.json("GET", "/limn/models/used?folder=none")[0] == 404


def used(s):
    status, answer = s.json("GET", "/limn/models/used?folder=checkpoints")
    assert status == 200, answer
    return {f["name"]: f["pictures"] for f in answer["files"]}


TESTS = [families_are_known_by_their_tensors, each_file_has_its_size_time_and_picture,
         notes_are_told_from_the_header_and_from_beside, thousands_of_files_keep_nobody_waiting,
         a_model_says_for_how_many_pictures_it_was_used, the_bundled_checkpoint_is_a_stable_diffusion_1, it_says_which_limn_it_is]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
