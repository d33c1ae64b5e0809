#!/usr/bin/env python3
"""limn pack, limn unpack and limn run x.limn: what travels arrives, secrets stay, and hostile bundles leave nothing behind.

    bundle_test.py LIMN [NAME]"""
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import bundles
from bundles import manifest, parts, png, sha, with_manifest, workflow, zipped
from program import ROOT, limn, run_tests


class Place:
    """A folder with two machines in it: `here` packs, `there` opens."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-bundle-")
        self.at = Path(self.folder.name)
        for name in "here", "there":
            for part in "input", "output", "models/checkpoints", "models/vae":
                (self.at / name / part).mkdir(parents=True)
        self.here, self.there = self.at / "here", self.at / "there"
        return self

    def __exit__(self, *failure):
        self.folder.cleanup()

    def write(self, name, data):
        path = self.at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else (data if isinstance(data, str) else json.dumps(data)).encode())
        return path

    def pack(self, graph, *words, name="w.json"):
        path = graph if isinstance(graph, Path) else self.write(name, graph)
        status, out, err = limn("pack", path, "--base", self.here, "--no-plugins", *words, cwd=self.at)
        assert status == 0, (status, out, err)
        return self.at / out.strip(), err

    def unpack(self, bundle, *words):
        """-> the workflow as it is written there, what was said"""
        status, out, err = limn("unpack", bundle, *words, "--base", self.there, "--no-plugins", cwd=self.at)
        assert status == 0, (status, out, err)
        return json.loads((self.at / out.strip()).read_text()), err

    def tree(self):
        return sorted((str(p.relative_to(self.at)), p.stat().st_size) for p in self.at.rglob("*"))


def entries(bundle):
    with zipfile.ZipFile(bundle) as z:
        assert z.testzip() is None
        return {i.filename: z.read(i) for i in z.infolist()}


# ---------------------------------------------------------------- there and back

def what_is_packed_here_runs_there():
    with Place() as p:
        p.write("here/input/cat.png", png())
        bundle, said = p.pack(workflow(model=None), "--author", "Ann", "--licence", "CC0", "--thumbnail", p.here / "input/cat.png")
        assert not said, said
        inside = entries(bundle)
        assert sorted(inside) == ["inputs/1.png", "manifest.json", "thumbnail.webp", "workflow.json"] and inside["inputs/1.png"] == png()
        m = json.loads(inside["manifest.json"])
        assert (m["format"], m["author"], m["licence"]) == (1, "Ann", "CC0") and inside["thumbnail.webp"][8:12] == b"WEBP"
        assert m["inputs"] == [{"file": "inputs/1.png", "name": "cat.png", "bytes": len(png()), "sha256": sha(png())}]
        for _ in range(2):
            status, out, err = limn("run", bundle, "--base", p.there, "--no-plugins", "--quiet")
            assert status == 0 and Path(out.strip()).is_file(), err
        fresh = f"cat-{sha(png())[:16]}.png"
        assert os.listdir(p.there / "input") == [fresh] and (p.there / "input" / fresh).read_bytes() == png()
        graph, _ = p.unpack(bundle, "opened")
        assert graph["1"]["inputs"]["image"] == fresh and (p.at / "opened/w.json").is_file()


def the_same_workflow_gives_the_same_bytes():
    with Place() as p:
        p.write("here/input/cat.png", png())
        first = p.pack(workflow(model=None))[0].read_bytes()
        assert p.pack(workflow(model=None))[0].read_bytes() == first
        assert first == p.pack(p.at / "w.json", "-o", p.at / "other.limn")[0].read_bytes()


def canvases_and_subgraphs_keep_their_pictures():
    """A picture named in a subgraph's node and another by the node that stands for it."""
    def socket(name, kind, link, widget=False):
        return {"name": name, "type": kind, "link": link, **({"widget": {"name": name}} if widget else {})}
    inner = {"id": "aaaa", "name": "Loader", "version": 1, "groups": [], "widgets": [],
             "inputs": [{"id": "i", "name": "image", "type": "COMBO", "linkIds": [1]}],
             "outputs": [{"id": "o", "name": "IMAGE", "type": "IMAGE", "linkIds": [2]}],
             "nodes": [{"id": 1, "type": "LoadImage", "inputs": [socket("image", "COMBO", 1, True)],
                        "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [2]}], "widgets_values": ["inner.png", "image"]}],
             "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0, "type": "COMBO"},
                       {"id": 2, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "IMAGE"}]}
    graph = {"version": 0.4, "nodes": [
        {"id": 1, "type": "aaaa", "inputs": [socket("image", "COMBO", None, True)],
         "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}], "widgets_values": ["outer.png"], "properties": {}},
        {"id": 2, "type": "SaveImage", "inputs": [socket("images", "IMAGE", 1)], "widgets_values": ["x"]}],
        "links": [[1, 1, 0, 2, 0, "IMAGE"]], "definitions": {"subgraphs": [inner]}}
    with Place() as p:
        p.write("here/input/inner.png", png())
        p.write("here/input/outer.png", png((1, 2, 3)))
        bundle, said = p.pack(graph)
        assert not said and len(json.loads(entries(bundle)["manifest.json"])["inputs"]) == 2, said
        opened, _ = p.unpack(bundle)
        assert opened["nodes"][0]["widgets_values"] == [f"outer-{sha(png((1, 2, 3)))[:16]}.png"], opened["nodes"][0]
        assert opened["definitions"]["subgraphs"][0]["nodes"][0]["widgets_values"][0] == f"inner-{sha(png())[:16]}.png"
        status, _, err = limn("run", bundle, "--base", p.there, "--no-plugins", "--quiet")
        assert status == 0, err


def a_template_travels():
    with Place() as p:
        shutil.copyfile(ROOT / "models/checkpoints/limn-shapes.safetensors", p.here / "models/checkpoints/limn-shapes.safetensors")
        bundle, said = p.pack(ROOT / "workflows/templates/text-to-image.json")
        assert not said, said
        model = json.loads(entries(bundle)["manifest.json"])["models"][0]
        assert model["family"] == "Stable Diffusion 1.x" and model["bytes"] == 20389670 and len(model["sha256"]) == 64, model
        assert limn("diff", bundle, ROOT / "workflows/templates/text-to-image.json", "--no-plugins")[0] == 0
        _, said = p.unpack(bundle)
        assert "missing: checkpoints/limn-shapes.safetensors (20.4 MB, Stable Diffusion 1.x, SHA-256" in said, said


def a_picture_packs_itself_with_its_thumbnail():
    with Place() as p:
        graph = {"1": {"class_type": "EmptyImage", "inputs": {"width": 300, "height": 200, "batch_size": 1, "color": 255}},
                 "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}
        status, out, err = limn("run", p.write("g.json", graph), "--base", p.here, "--no-plugins", "--quiet")
        assert status == 0, err
        bundle, _ = p.pack(Path(out.strip()))
        inside = entries(bundle)
        assert inside["thumbnail.webp"][8:12] == b"WEBP" and json.loads(inside["workflow.json"])["1"]["inputs"]["width"] == 300
        assert bundle.name == "x_00001_.limn"


# ---------------------------------------------------------------- pictures that are there already

def pictures_are_found_by_content_and_nothing_is_replaced():
    with Place() as p:
        p.write("b.limn", bundles.good())
        p.write("there/input/old/mine.png", png())       # the same bytes under another name
        p.write("there/input/cat.png", png((9, 9, 9)))   # another picture of that name
        before = p.tree()
        graph, said = p.unpack(p.at / "b.limn", "out")
        assert graph["1"]["inputs"]["image"] == "old/mine.png" and "is input/" not in said, (graph, said)
        assert [row for row in p.tree() if row[0].startswith("there")] == [row for row in before if row[0].startswith("there")]
        assert (p.there / "input/cat.png").read_bytes() == png((9, 9, 9))


def names_in_a_bundle_never_become_paths():
    for name in "../../../up.png", "/etc/cat.png", "a/b/c.png", "..", ".hidden.png", "cat.png [output]", "C:\\x\\y.png", "x" * 250, "猫.png", "-o.png":
        with Place() as p:
            m = manifest()
            m["inputs"][0]["name"] = name
            p.write("b.limn", zipped(parts(said=m, graph=workflow(name, None))))
            graph, _ = p.unpack(p.at / "b.limn")
            written = graph["1"]["inputs"]["image"]
            assert os.listdir(p.there / "input") == [written] and "/" not in written and written.endswith(f"{sha(png())[:16]}.png"), written
            assert len(written) < 80 and written[0] not in ".-" and not (p.at.parent / "up.png").exists(), written


def a_workflow_is_never_written_over_another():
    with Place() as p:
        p.write("b.limn", bundles.good())
        p.write("out/b.json", "mine")
        for want in "b-2.json", "b-2.json":
            status, out, _ = limn("unpack", p.at / "b.limn", p.at / "out", "--base", p.there, "--no-plugins")
            assert status == 0 and Path(out.strip()).name == want, out
        assert (p.at / "out/b.json").read_text() == "mine" and sorted(os.listdir(p.at / "out")) == ["b-2.json", "b.json"]


# ---------------------------------------------------------------- models

def models_are_found_by_content_then_by_name():
    data, other = b"\x08" + b"\0" * 7 + b"{}      ", b"\x08" + b"\0" * 7 + b"{ }     "

    def opened(p, said):
        p.write("b.limn", zipped(parts(graph=workflow(), said=manifest(models=said))))
        graph, err = p.unpack(p.at / "b.limn")
        return graph["4"]["inputs"]["ckpt_name"], err
    model = {"folder": "checkpoints", "name": "m.safetensors", "bytes": len(data), "sha256": sha(data), "family": "Stable Diffusion 1.x"}
    with Place() as p:
        p.write("there/models/checkpoints/sub/renamed.safetensors", data)
        p.write("there/models/checkpoints/m.safetensors", other)
        name, said = opened(p, [model])
        assert name == "sub/renamed.safetensors" and "is here as sub/renamed.safetensors" in said, (name, said)
    with Place() as p:
        p.write("there/models/checkpoints/m.safetensors", other)
        name, said = opened(p, [model])
        assert name == "m.safetensors" and "it is another file" in said, (name, said)
    with Place() as p:
        p.write("there/models/checkpoints/M-v2.safetensors", other + b" ")
        p.write("there/models/checkpoints/quite-different.safetensors", other)
        name, said = opened(p, [model])
        assert name == "m.safetensors" and "missing: checkpoints/m.safetensors" in said and "quite" not in said, said
    with Place() as p:
        p.write("there/models/checkpoints/m.safetensors", data)
        p.write("there/models/checkpoints/a.safetensors", data)
        name, said = opened(p, [model])
        assert name == "m.safetensors" and "m.safetensors" not in said, said
        for folder in "../../etc", "input", "/etc", "nowhere", "output":
            _, said = opened(p, [model | {"folder": folder}])
            assert f"missing: {folder}/m.safetensors" in said, said
        _, said = opened(p, [{"folder": "checkpoints", "name": "../../../etc/passwd"}])
        assert "missing:" in said, said


def embeddings_of_prompts_are_models():
    graph = {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat, (embedding:soft:1.2), embedding:sub\nembedding:none", "clip": ["2", 1]}}}
    with Place() as p:
        for name in "soft.safetensors", "deep/sub.safetensors", "softer.safetensors":
            p.write(f"here/models/embeddings/{name}", name)
        bundle, said = p.pack(graph)
        models = json.loads(entries(bundle)["manifest.json"])["models"]
        assert [(m["folder"], m["name"], m["sha256"]) for m in models] == [
            ("embeddings", name, sha(name.encode())) for name in ("soft.safetensors", "deep/sub.safetensors")], models
        assert "the embedding none is not here" in said, said


def plugins_are_named_and_never_brought():
    with Place() as p:
        p.write("b.limn", zipped(parts(said=manifest(plugins=[{"id": "org.example.grain", "version": "1.2"}]))))
        _, said = p.unpack(p.at / "b.limn")
        assert "missing: the plugin org.example.grain 1.2" in said, said
        bundle, said = p.pack({"1": {"class_type": "Nobody knows", "inputs": {}}})
        assert json.loads(entries(bundle)["manifest.json"])["unknown"] == ["Nobody knows"] and "Nobody knows" in said


# ---------------------------------------------------------------- as a picture, as JSON

def texts_of_png(data):
    out, at = {}, 8
    while data[at + 4:at + 8] != b"IEND":
        n, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        assert int.from_bytes(data[at + 8 + n:at + 12 + n], "big") == zlib.crc32(data[at + 4:at + 8 + n])
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            key, _, text = data[at + 8:at + 8 + n].partition(b"\0")
            out[key.decode()] = text.decode()
        at += n + 12
    return out


def texts_of_webp(data):
    """The tags of its EXIF block, as a reader of TIFF finds them."""
    assert data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 == len(data) and data[12:16] == b"VP8X"
    at = 12
    while data[at:at + 4] != b"EXIF":
        at += 8 + int.from_bytes(data[at + 4:at + 8], "little") + (data[at + 4] & 1)
    exif = data[at + 8:at + 8 + int.from_bytes(data[at + 4:at + 8], "little")]
    assert exif[:8] == b"MM\0*\0\0\0\x08"
    out, n = {}, int.from_bytes(exif[8:10], "big")
    for i in range(n):
        entry = exif[10 + 12 * i:22 + 12 * i]
        size, offset = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:12], "big")
        assert entry[2:4] == b"\0\2" and exif[offset + size - 1] == 0
        key, _, text = exif[offset:offset + size - 1].decode().partition(":")
        out[key] = text
    return out


def a_picture_carries_the_workflow():
    template = json.loads((ROOT / "workflows/templates/text-to-image.json").read_text())
    with Place() as p:
        p.write("here/input/cat.png", png())
        for kind, texts in ("png", texts_of_png), ("webp", texts_of_webp):
            for picture in [], ["--thumbnail", p.here / "input/cat.png"]:
                made, said = p.pack(template, "--as", kind, *picture, "-o", p.at / f"made.{kind}")
                data = made.read_bytes()
                told = texts(data)
                assert not said and sorted(told) == ["prompt", "workflow"] and json.loads(told["workflow"]) == template, said
                prompt = json.loads(told["prompt"])
                assert any(n["class_type"] == "KSampler" for n in prompt.values())
                assert limn("diff", made, p.at / "w.json", "--no-plugins")[0] == 0
                status, out, err = limn("export", made, "--no-plugins")
                assert status == 0 and json.loads(out) == json.loads(limn("export", p.at / "w.json", "--no-plugins")[1]), err
        made, _ = p.pack(workflow(model=None), "--as", "png")
        assert made.name == "w.png" and list(texts_of_png(made.read_bytes())) == ["prompt"], "API format has no canvas"
        assert json.loads(limn("export", made, "--no-plugins")[1]) == json.loads(limn("export", p.at / "w.json", "--no-plugins")[1])


def only_the_workflow_travels_with_a_picture():
    """Whatever else the picture's file carried stays, and secrets as in a bundle."""
    graph = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 255}},
             "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": f"x {SECRETS[0]}"}}}
    with Place() as p:
        data = png()
        key = b"tEXtapi_key\0" + SECRETS[4].encode()
        data = data[:33] + (len(key) - 4).to_bytes(4, "big") + key + zlib.crc32(key).to_bytes(4, "big") + data[33:]
        picture = p.write("secret.png", data)
        for kind in "png", "webp":
            made, said = p.pack(graph, "--as", kind, "--thumbnail", picture)
            data = made.read_bytes()
            assert "2" in said and not any(s.encode() in data for s in SECRETS) and b"api_key" not in data, said
        plain, said = p.pack({"prompt": graph, "extra_data": {"token": SECRETS[4]}}, "--as", "json", "-o", p.at / "plain.json")
        assert json.loads(plain.read_text())["2"]["inputs"]["filename_prefix"].strip() == "x" and said


def graphs_of_every_kind_are_drawn():
    odd = [{"nodes": [{"id": 1, "type": "X", "pos": [1e300, -1e300], "size": [-5, 1e308]}, {"id": "a", "type": "Y", "pos": {"0": 5, "1": None}}],
            "links": [[1, 1, 0, "a", 0, "T"], {"origin_id": "a", "target_id": 1}, [1], 5, None], "groups": [{"bounding": [0, 0, -1, 5]}, {}]},
           {"nodes": [], "links": []},
           {str(i): {"class_type": "PreviewAny", "inputs": {"source": [str((i + 1) % 300), 0]}} for i in range(300)}]
    with Place() as p:
        for graph in odd:
            status, out, err = limn("pack", p.write("o.json", graph), "--base", p.here, "--no-plugins", "-o", p.at / "o.limn", cwd=p.at)
            assert status in (0, 4), (status, err)
            if status == 0:
                assert entries(p.at / "o.limn")["thumbnail.webp"][8:12] == b"WEBP"
        many = {"nodes": [{"id": i, "type": f"T{i % 7}", "pos": [i % 60 * 250, i // 60 * 200], "size": [200, 150]} for i in range(3000)],
                "links": [[i, i, 0, i + 1, 0, "T"] for i in range(2999)], "version": 0.4}
        assert entries(p.pack(many)[0])["thumbnail.webp"][8:12] == b"WEBP"


def options_of_packing():
    with Place() as p:
        shutil.copyfile(ROOT / "models/checkpoints/limn-shapes.safetensors", p.here / "models/checkpoints/limn-shapes.safetensors")
        bundle, _ = p.pack(ROOT / "workflows/templates/text-to-image.json", "--no-digests", "--title", "A 圆", "--author", "Ann")
        m = json.loads(entries(bundle)["manifest.json"])
        assert m["title"] == "A 圆" and m["models"][0]["bytes"] == 20389670 and "sha256" not in m["models"][0], m
        _, said = p.unpack(bundle)
        assert "missing: checkpoints/limn-shapes.safetensors (20.4 MB, Stable Diffusion 1.x)" in said, said
        graph = p.write("w.json", workflow(model=None))
        assert limn("pack", graph, "--as", "gif", "--base", p.here, cwd=p.at)[0] == 2
        assert limn("pack", "w.json", "--as", "json", "--base", p.here, "--no-plugins", cwd=p.at)[0] == 4
        assert json.loads(graph.read_text()) == workflow(model=None), "it is not written over itself"


# ---------------------------------------------------------------- what stays at home

SECRETS = ["sk-abcdefghijklmnopqrstuvwx", "hf_ABCDEFGHIJKLMNOPQRSTUVWX12", "ghp_abcdefghijklmnopqrstuvwx123", "AKIAABCDEFGHIJKLMNOP", "hunter2-under-a-name",
           "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"]
PATHS = ["/home/ann", "/Users/ann", "ann\\Pictures", "/data/models/private", "/mnt/disk"]


def secrets_and_paths_stay():
    graph = {"version": 0.4, "nodes": [
        {"id": 1, "type": "Note", "widgets_values": [f"use {SECRETS[0]} and look in /home/ann/notes/x.txt, then C:\\Users\\ann\\Pictures\\y.png."]},
        {"id": 2, "type": "SaveImage", "inputs": [], "widgets_values": ["/data/models/private/x"], "properties": {"api_key": SECRETS[4]}},
        {"id": 3, "type": "Nobody knows", "inputs": [{"name": "apiKey", "type": "STRING", "link": None, "widget": {"name": "apiKey"}}],
         "widgets_values": [SECRETS[4]]},
        {"id": 4, "type": "StringConcatenate", "widgets_values": [f"Bearer {SECRETS[5]}", f"x={SECRETS[3]}", ", "]}], "links": [],
        "extra": {"auth_token_comfy_org": SECRETS[4], "deep": [{"Client-Secret": [SECRETS[4], SECRETS[2]]}], "source": "/Users/ann/work/w.json",
                  "where": "file:///home/ann/x", "text": f"{SECRETS[1]}", "share": "\\\\server\\ann\\Pictures", "disk": "D:\\ann\\Pictures\\z.png",
                  "mounted": "see /mnt/disk/x.png", "keep": "a red circle / a blue one", "url": "https://example.org/a/b", "tokens": 77, "note": "/"}}
    with Place() as p:
        bundle, said = p.pack(graph)
        text = b"\n".join(data for name, data in entries(bundle).items() if name != "thumbnail.webp").decode()
        for gone in SECRETS + PATHS:
            assert gone not in text, (gone, text)
        w = json.loads(entries(bundle)["workflow.json"])
        assert w["extra"]["keep"] == "a red circle / a blue one" and w["extra"]["url"] == "https://example.org/a/b" and w["extra"]["note"] == "/"
        assert w["extra"]["source"] == "w.json" and w["extra"]["tokens"] == 77 and w["nodes"][1]["widgets_values"] == ["x"]
        assert w["nodes"][0]["widgets_values"] == ["use  and look in x.txt, then y.png."], w["nodes"][0]
        assert "extra.auth_token_comfy_org: a secret" in said and "extra.source: an absolute path" in said and SECRETS[0] not in said, said


def ordinary_words_are_left_alone():
    words = ["a cat, (detailed:1.2) / oil painting", "task-force in a skyscraper", "sk-8er boy", "Basic shapes", "/imagine a cat", "//", "1/2", "c:", "and/or",
             "x/y/z.safetensors", "masterpiece\\nbest quality", "~", "home/made bread", "eyJ"]
    graph = {"1": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "\n".join(words)}},
             **{str(i + 2): {"class_type": "PreviewAny", "inputs": {"source": word}} for i, word in enumerate(words)}}
    with Place() as p:
        bundle, said = p.pack(graph)
        assert json.loads(entries(bundle)["workflow.json"]) == graph and not said, said


def what_travels_with_a_prompt_stays_as_well():
    with Place() as p:
        body = {"prompt": workflow(model=None), "client_id": "me", "extra_data": {"api_key_comfy_org": SECRETS[4], "extra_pnginfo": {}}}
        p.write("here/input/cat.png", png())
        bundle, _ = p.pack(body)
        assert json.loads(entries(bundle)["workflow.json"]) == workflow(model=None)


# ---------------------------------------------------------------- hostile ones

def nothing_of_a_hostile_bundle_is_left():
    for name, (data, word) in bundles.attacks().items():
        with Place() as p:
            path = p.write("evil.limn", data)
            before = p.tree()
            for words in (["unpack", path, p.at / "out"], ["run", path]):
                status, out, err = limn(*words, "--base", p.there, "--no-plugins", cwd=p.at)
                assert status == 4 and "evil.limn" in err and not out, (name, words, status, out, err)
                assert word in err or data[:2] != b"PK", (name, words, err)
                assert "\x1b" not in err and len(err) < 1000, (name, err)
            assert p.tree() == before, (name, set(p.tree()) ^ set(before))


def every_single_bit_counts():
    """A bundle with one bit turned over opens with the same content, or not at all."""
    ok = bundles.good()
    with Place() as p:
        kept = 0
        for i in range(0, len(ok) * 8, 83):
            data = bytearray(ok)
            data[i // 8] ^= 1 << i % 8
            path = p.write("x.limn", bytes(data))
            status, out, err = limn("unpack", path, p.at / f"o{i}", "--base", p.there, "--no-plugins")
            assert status in (0, 4), (i, status, err)
            if status == 0:
                graph = json.loads(Path(out.strip()).read_text())
                assert graph["1"]["inputs"]["image"] == f"cat-{sha(png())[:16]}.png", (i, graph)
                kept += 1
        assert os.listdir(p.there / "input") == [f"cat-{sha(png())[:16]}.png"] and kept < 40, kept


def a_second_picture_that_is_broken_leaves_the_first_unwritten():
    one, two = png(), png((5, 5, 5))
    m = manifest()
    m["inputs"].append({"file": "inputs/2.png", "name": "two.png", "bytes": len(two), "sha256": sha(two)})
    broken = bundles.Entry("inputs/2.png", two[:-1] + b"x", both={"crc": 1})
    with Place() as p:
        path = p.write("b.limn", zipped(parts(one, said=m) + [broken]))
        assert limn("unpack", path, p.at / "o", "--base", p.there, "--no-plugins")[0] == 4
        assert not os.listdir(p.there / "input") and not (p.at / "o").exists()


def a_bundle_that_others_zipped_again_opens():
    """Python's zipfile and its like: other times, extra fields, another order."""
    with Place() as p:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as z:
            for e in reversed(parts()):
                z.writestr(e.name.decode(), e.data)
        graph, _ = p.unpack(p.write("b.limn", made.getvalue()))
        assert graph["1"]["class_type"] == "LoadImage"


def a_pipe_is_opened_once():
    with Place() as p:
        os.mkfifo(p.at / "pipe")
        path = p.write("w.json", {"1": {"class_type": "PreviewAny", "inputs": {"source": "x" * 200000}}})
        writer = subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', path, p.at / "pipe"])
        status, out, err = limn("check", p.at / "pipe", "--base", p.there, "--no-plugins")
        assert (status, writer.wait(30)) == (0, 0), (status, out, err)


def what_is_no_bundle_is_said():
    with Place() as p:
        for name, data, said in (("x.limn", b"hello", "not a bundle"), ("w.json", json.dumps(workflow()).encode(), "not a bundle")):
            status, _, err = limn("unpack", p.write(name, data), "--base", p.there)
            assert status == 4 and said in err and name in err, err
        assert limn("unpack", p.at / "none.limn", "--base", p.there)[0] == 4
        assert limn("pack", p.write("bad.json", b"{"), "--base", p.here)[0] == 4 and not list(p.at.glob("*.limn.new"))
        status, out, _ = limn("unpack", p.write("b.limn", with_manifest(manifest(author="Ann"))), "--list", "--base", p.there)
        assert status == 0 and "author    Ann" in out and not os.listdir(p.there / "input")


if __name__ == "__main__":
    sys.exit(run_tests([
        what_is_packed_here_runs_there, the_same_workflow_gives_the_same_bytes, canvases_and_subgraphs_keep_their_pictures, a_template_travels,
        a_picture_packs_itself_with_its_thumbnail, a_picture_carries_the_workflow, only_the_workflow_travels_with_a_picture, graphs_of_every_kind_are_drawn,
        options_of_packing, pictures_are_found_by_content_and_nothing_is_replaced, names_in_a_bundle_never_become_paths,
        a_workflow_is_never_written_over_another, models_are_found_by_content_then_by_name, embeddings_of_prompts_are_models, plugins_are_named_and_never_brought, secrets_and_paths_stay,
        ordinary_words_are_left_alone, what_travels_with_a_prompt_stays_as_well, nothing_of_a_hostile_bundle_is_left, every_single_bit_counts,
        a_second_picture_that_is_broken_leaves_the_first_unwritten, a_bundle_that_others_zipped_again_opens, a_pipe_is_opened_once,
        what_is_no_bundle_is_said]))
