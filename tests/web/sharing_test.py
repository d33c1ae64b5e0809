#!/usr/bin/env python3
"""What travels and what is shown: POST /limn/pack, and the folder of --share. sharing_test.py LIMN [NAME]"""
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from urllib.parse import quote

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
from bundles import manifest, png, sha, with_manifest, workflow  # noqa: E402
from running import run_tests  # noqa: E402
from served import PATIENCE, ROOT, Served, empty  # noqa: E402

LIMN = sys.argv[1]
TEMPLATE = json.loads((ROOT / "workflows/templates/text-to-image.json").read_text())
SECRET = "sk-abcdefghijklmnopqrstuvwx"


def pack(s, what, as_, want=200, **more):
    status, body, headers = s.ask("POST", f"/limn/pack?as={as_}", json.dumps({"workflow": what, **more}))
    assert status == want, (status, body[:300])
    return (json.loads(body) if as_ == "list" or want != 200 else body), headers


def entries(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None
        return {i.filename: z.read(i) for i in z.infolist()}


# ------------------------------------------------------------------ packing

def what_is_packed_here_opens_there():
    with Served(LIMN) as s, Served(LIMN) as t:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input/cat.png").write_bytes(png())
        data, headers = pack(s, workflow(model=None), "bundle", title="圆", author="Ann", licence="CC0")
        assert "workflow.limn" in headers["Content-Disposition"] and headers["X-Content-Type-Options"] == "nosniff", headers
        inside = entries(data)
        m = json.loads(inside["manifest.json"])
        assert (m["title"], m["author"], m["licence"]) == ("圆", "Ann", "CC0") and inside["inputs/1.png"] == png()
        status, answer, _ = t.ask("POST", "/limn/open", data)
        answer = json.loads(answer)
        assert status == 200 and answer["format"] == "bundle" and [p["name"] for p in answer["placed"]] == [f"cat-{sha(png())[:16]}.png"], answer


def a_picture_that_was_made_carries_it():
    with Served(LIMN) as s:
        s.wait(s.queue(empty(prefix="sub/p", side=24, color=0xff0000)))
        name = {"filename": "p_00001_.png", "subfolder": "sub", "type": "output"}
        for as_, kind in ("png", "image/png"), ("webp", "image/webp"):
            for picture in {}, {"picture": name}:
                data, headers = pack(s, TEMPLATE, as_, **picture)
                assert headers["Content-Type"] == kind
                status, answer, _ = s.ask("POST", "/limn/open", data)
                answer = json.loads(answer)
                assert status == 200 and answer["format"] == "canvas" and answer["workflow"] == TEMPLATE
                if picture and as_ == "png":
                    assert data[16:24] == (24).to_bytes(4, "big") * 2, "it is that picture"
        for bad in {"filename": "../p.png", "type": "output"}, {"filename": "none.png"}, {"filename": "x.png", "type": "models"}, \
                {"filename": "p_00001_.png", "subfolder": "/etc"}, {}, 5:
            assert pack(s, TEMPLATE, "png", 400, picture=bad)[0]["error"], bad


def it_is_told_what_would_be_in_it_and_what_not():
    graph = {**workflow(model="none.safetensors"), "9": {"class_type": "Nobody", "inputs": {"api_key": SECRET, "where": "/home/ann/x.png"}}}
    with Served(LIMN) as s:
        told, _ = pack(s, graph, "list")
        assert [p["name"] for p in told["pictures"]] == ["cat.png"] and told["pictures"][0]["here"] is False, told
        assert told["models"] == [{"here": False, "bytes": 0, "folder": told["models"][0]["folder"], "name": "none.safetensors"}], told
        assert told["unknown"] == ["Nobody"] and len(told["removed"]) == 2 and not any(SECRET in r for r in told["removed"]), told
        assert any("cat.png is not here" in n for n in told["notes"])
        for as_ in "bundle", "png", "webp", "json":
            data, _ = pack(s, graph, as_)
            data = b"".join(entries(data).values()) if as_ == "bundle" else data
            assert SECRET.encode() not in data and b"/home/ann" not in data, as_
        told, _ = pack(s, TEMPLATE, "list")
        model, = told["models"]
        assert model["here"] and model["bytes"] == 20389670 and model["family"] == "Stable Diffusion 1.x", model
        assert "sha256" not in json.loads(entries(pack(s, TEMPLATE, "bundle", digests=False)[0])["manifest.json"])["models"][0]
        assert len(json.loads(entries(pack(s, TEMPLATE, "bundle")[0])["manifest.json"])["models"][0]["sha256"]) == 64


def long_names_are_told_in_whole_characters():
    graph = {**workflow(model=None), "8": {"class_type": "类" * 300, "inputs": {"键" * 90 + "password": "x"}}}
    graph["9"] = {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "embedding:" + "词" * 100 + ", " + "embedding:none " * 20000}}
    with Served(LIMN) as s:
        for as_ in "list", "bundle":
            status, body, _ = s.ask("POST", f"/limn/pack?as={as_}", json.dumps({"workflow": graph}))
            assert status == 200, (status, body[:300])
            if as_ == "list":
                notes = json.loads(body.decode())["notes"]
                assert any("类" in n for n in notes) and any("词" in n for n in notes) and len(notes) < 200, len(notes)


def what_cannot_be_packed_is_said():
    with Served(LIMN) as s:
        for body in b"", b"{", b"[]", b"5", b"{}", b'{"workflow": 5}', b'{"workflow": {"1": 5}}', b"\xff" * 100:
            for as_ in "list", "bundle", "png", "json":
                status, answer, _ = s.ask("POST", f"/limn/pack?as={as_}", body)
                assert status == 400 and json.loads(answer)["error"], (as_, body, status, answer)
        for as_ in "", "zip", "card", "BUNDLE", "list%00":
            assert s.ask("POST", f"/limn/pack?as={as_}", json.dumps({"workflow": empty()}))[0] == 400, as_
        assert s.ask("POST", "/limn/pack", "{}")[0] == 400
        for key in "title", "author", "licence":
            assert pack(s, empty(), "bundle", 400, **{key: "x" * 301})[0]["error"]
            assert pack(s, empty(), "bundle", 400, **{key: "a\nb"})[0]["error"]
        assert s.json("POST", "/limn/check", empty())[0] == 200, "and the process that checks is there"


# ------------------------------------------------------------------ a shared folder

class Shown:
    """A server that shares a folder of its own."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-shared-")
        self.at = Path(self.folder.name)
        self.s = Served(LIMN, "--share", self.at)
        self.s.start()
        return self

    def __exit__(self, *failure):
        try:
            self.s.__exit__(*failure)
        finally:
            self.folder.cleanup()

    def write(self, name, data):
        path = self.at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())

    def listed(self):
        """All that is there, once it was looked into."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status, answer = self.s.json("GET", "/limn/shared")
            assert status == 200 and answer["shared"], answer
            if not answer["reading"]:
                return {f["name"]: f for f in answer["files"]}
            time.sleep(0.02)
        raise AssertionError(answer)

    def get(self, name, more=""):
        return self.s.ask("GET", f"/limn/shared/{quote(name, safe='')}{more}")


def pipelines_are_shown_with_what_they_need():
    with Shown() as t:
        t.write("one.json", TEMPLATE)
        t.write("team/圆.limn", with_manifest(manifest(title="Circles", author="Ann", licence="CC0")))
        t.write("api.JSON", {**empty(), "9": {"class_type": "Nobody", "inputs": {}}})
        t.write("notes.txt", b"x")
        t.write(".hidden.json", TEMPLATE)
        t.write("broken.json", b"{")
        t.write("sub/nothing.png", png())
        t.s.wait(t.s.queue(empty(prefix="p"), extra_data={"extra_pnginfo": {"workflow": TEMPLATE}}))
        shutil.copyfile(t.s.base / "output/p_00001_.png", t.at / "made.png")
        files = t.listed()
        assert sorted(files) == ["api.JSON", "broken.json", "made.png", "one.json", "sub/nothing.png", "team/圆.limn"], files.keys()
        one = files["one.json"]
        assert one["models"] == [{"folder": "checkpoints", "name": "limn-shapes.safetensors", "here": True}] and one["picture"], one
        bundle = files["team/圆.limn"]
        assert (bundle["title"], bundle["author"], bundle["licence"], bundle["format"]) == ("Circles", "Ann", "CC0", "bundle"), bundle
        assert files["api.JSON"]["unknown"] == ["Nobody"] and files["made.png"]["format"] == "canvas"
        assert files["broken.json"]["error"] and files["sub/nothing.png"]["error"] and not files["broken.json"]["picture"]
        for name in "one.json", "team/圆.limn", "made.png":
            status, data, headers = t.get(name, "/picture")
            assert status == 200 and data[8:12] == b"WEBP" and headers["Content-Type"] == "image/webp", name
            status, data, headers = t.get(name)
            assert status == 200 and data == (t.at / name).read_bytes() and headers["Content-Type"] == "application/octet-stream"
            assert headers["Content-Disposition"].startswith("attachment") and "sandbox" in headers["Content-Security-Policy"]
            status, answer, _ = t.s.ask("POST", "/limn/open", data)
            assert status == 200 and json.loads(answer)["workflow"], name
        assert t.get("broken.json", "/picture")[0] == 404


def what_changes_there_is_seen_without_a_new_start():
    with Shown() as t:
        assert t.listed() == {}
        t.write("a.json", TEMPLATE)
        assert t.listed()["a.json"]["format"] == "canvas"
        t.write("a.json", empty())
        assert t.listed()["a.json"]["format"] == "api"
        (t.at / "a.json").rename(t.at / "b.json")
        assert list(t.listed()) == ["b.json"] and t.get("a.json")[0] == 404
        (t.at / "b.json").unlink()
        assert t.listed() == {} and t.get("b.json", "/picture")[0] == 404
        t.at.rename(t.at.with_suffix(".gone"))
        assert t.s.json("GET", "/limn/shared")[0] == 503
        t.at.with_suffix(".gone").rename(t.at)
        assert t.listed() == {}


def nothing_leads_out_of_it():
    with Shown() as t:
        (t.s.base / "secret.json").write_text(json.dumps(TEMPLATE))
        t.write("good.json", TEMPLATE)
        (t.at / "link.json").symlink_to(t.s.base / "secret.json")
        (t.at / "here.json").symlink_to("good.json")
        (t.at / "folder").symlink_to(t.s.base)
        os.mkfifo(t.at / "fifo.json")
        (t.at / "dir.json").mkdir()
        t.write(".git/config.json", TEMPLATE)
        assert list(t.listed()) == ["good.json"]
        names = ["link.json", "here.json", "folder/secret.json", "fifo.json", "dir.json", ".git/config.json", "../secret.json", "/etc/hostname.json",
                 "..", ".", "", "good.json/", "good.json/x.json", "./../good.json", "a\\..\\b.json", "good.json\0", "x" * 300 + ".json", "notes.txt",
                 f"{t.at}/good.json", "folder/../good.json", "//good.json", "%2e%2e/secret.json"]
        for name in names:
            for more in "", "/picture":
                status, data, _ = t.get(name, more)
                assert status in (400, 404) or (name == "good.json/" and status == 200), (name, more, status)
                assert b"KSampler" not in data or name == "good.json/", name
        for path in "/limn/shared/../../secret.json", "/limn/shared/folder/secret.json", "/limn/shared//etc/hostname", "/limn/shared/%2e%2e%2fsecret.json":
            assert t.s.ask("GET", path)[0] in (400, 404), path


def no_route_writes_there():
    with Shown() as t:
        t.write("a.json", TEMPLATE)
        t.listed()
        before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in t.at.rglob("*")}
        for method in "POST", "PUT", "DELETE", "PATCH":
            for path in "/limn/shared", "/limn/shared/a.json", "/limn/shared/new.json", "/limn/shared/a.json/picture":
                assert t.s.ask(method, path, "{}")[0] == 405, (method, path)
        for file in f"{t.at}/x.json", f"..%2f..%2f{t.at.name}%2fx.json":
            assert t.s.ask("POST", f"/userdata/{quote(file, safe='')}", "{}")[0] >= 400
        assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in t.at.rglob("*")} == before


def hostile_files_cost_their_own_card():
    with Shown() as t:
        data = with_manifest(manifest())
        t.write("bits.limn", data[:40] + bytes([data[40] ^ 1]) + data[41:])
        t.write("bomb.json", b"[" * 100000)
        t.write("long.json", {"1": {"class_type": "x" * 5000, "inputs": {}}, **{str(i): {"class_type": f"C{i}", "inputs": {}} for i in range(500)}})
        with open(t.at / "large.png", "wb") as f:
            f.truncate(64 << 20)
        t.write("empty.limn", b"")
        t.write("good.json", TEMPLATE)
        files = t.listed()
        assert files["good.json"]["picture"] and files["long.json"]["format"] == "api"
        assert all(files[name]["error"] for name in ("bits.limn", "bomb.json", "large.png", "empty.limn")), files
        assert not list((t.s.base / "input").glob("*")) if (t.s.base / "input").exists() else True, "a card places nothing"


def without_a_folder_nothing_is_shared():
    with Served(LIMN) as s:
        assert s.json("GET", "/limn/shared") == (200, {"shared": False, "files": [], "reading": False, "left_out": 0})
        assert s.ask("GET", "/limn/shared/a.json")[0] == 404


def only_a_folder_that_nobody_writes_in_is_taken():
    with tempfile.TemporaryDirectory() as base:
        base = Path(base)
        for name in "base/output/team", "base/user", "elsewhere", "base/shared":
            (base / name).mkdir(parents=True)
        (base / "file").write_text("x")
        (base / "link").symlink_to(base / "base/output")

        def verify(folder, *more, cwd=None):
            return subprocess.run([Path(LIMN).resolve(), "serve", "--verify", "--base", base / "base", "--share", folder, *more], capture_output=True, text=True,
                                  timeout=PATIENCE, cwd=cwd)
        for folder in "elsewhere", "base/shared":
            ran = verify(base / folder)
            assert ran.returncode == 0, ran.stderr
        for folder in "base", "base/output", "base/output/team", "base/user", "link", "file", "none":
            ran = verify(base / folder)
            assert ran.returncode == 2 and "--share" in ran.stderr, (folder, ran)
        assert verify(base / "elsewhere", "--output", base / "elsewhere/out").returncode == 2
        assert verify(base / "elsewhere", "--user-directory", base / "elsewhere").returncode == 2
        assert verify(".", "--output", "out", cwd=base / "elsewhere").returncode == 2, "one that is not there yet, by its name alone"
        assert verify(".", "--output", "../out", cwd=base / "elsewhere").returncode == 0


TESTS = [what_is_packed_here_opens_there, a_picture_that_was_made_carries_it, it_is_told_what_would_be_in_it_and_what_not,
         long_names_are_told_in_whole_characters, what_cannot_be_packed_is_said, pipelines_are_shown_with_what_they_need, what_changes_there_is_seen_without_a_new_start,
         nothing_leads_out_of_it, no_route_writes_there, hostile_files_cost_their_own_card, without_a_folder_nothing_is_shared,
         only_a_folder_that_nobody_writes_in_is_taken]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
