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
        for kind, want in (("none", 404), ("output", 404), ("..", 404), ("", 404)):
            assert s.json("GET", f"/limn/models?folder={kind}")[0] == want, kind


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
        assert {"check", "plans", "replay", "order", "versions"} <= set(told["features"]) and told["build"]["compiler"]
        assert str(s.base) not in json.dumps(told), "no path is told"


TESTS = [families_are_known_by_their_tensors, each_file_has_its_size_time_and_picture,
         the_bundled_checkpoint_is_a_stable_diffusion_1, it_says_which_limn_it_is]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
