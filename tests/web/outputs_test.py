#!/usr/bin/env python3
"""The gallery of the output folder: GET /limn/outputs, and its trash. outputs_test.py LIMN [NAME]"""
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, SANITIZED, Served, empty  # noqa: E402

LIMN = sys.argv[1]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (8).to_bytes(4, "big") + (6).to_bytes(4, "big") + b"\x08\x02\0\0\0"


def page(s, want=200, **ask):
    status, answer = s.json("GET", "/limn/outputs?" + urlencode(ask))
    assert status == want, (status, answer)
    return answer


def until(s, names, **ask):
    """A walk through the folder may have to rest first."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        got = [f["name"] for f in page(s, **ask)["files"]]
        if got == names:
            return
        time.sleep(0.02)
    raise AssertionError((got, names))


def put(s, path, age, data=PNG):
    file = s.base / "output" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (1.7e9 - age, 1.7e9 - age))


def every(s, **ask):
    """All pages -> names"""
    out, cursor = [], {}
    while True:
        answer = page(s, **ask, **cursor)
        out += [(f["subfolder"] + "/" if f["subfolder"] else "") + f["name"] for f in answer["files"]]
        if "next" not in answer:
            return out
        assert answer["files"], "an empty page in the middle"
        cursor = {"cursor": answer["next"]}


def move(s, op, **body):
    status, answer = s.json("POST", f"/limn/outputs/{op}", body)
    assert status == 200, (status, answer)
    return answer["files"]


# ------------------------------------------------------------------ pages

def what_a_job_made_is_the_first():
    with Served(LIMN) as s:
        assert page(s) == {"files": []}
        s.wait(s.queue(empty(prefix="a/b", side=16)))
        until(s, ["b_00001_.png"])
        file, = page(s)["files"]
        path = s.base / "output" / "a" / "b_00001_.png"
        assert file == {"name": "b_00001_.png", "subfolder": "a", "size": path.stat().st_size, "width": 16, "height": 16,
                        "mtime": path.stat().st_mtime_ns // 10**6}, file
        s.wait(s.queue(empty(prefix="c", color=7)))
        until(s, ["c_00001_.png", "b_00001_.png"])


def pages_stay_where_they_are_while_new_ones_come():
    with Served(LIMN) as s:
        for i in range(25):
            put(s, f"p{i:02}.png", age=i // 2)  # two of each moment
        want = [f"p{i:02}.png" for j in range(0, 25, 2) for i in (j + 1, j) if i < 25]
        assert every(s, limit=7) == want
        first = page(s, limit=10)
        put(s, "newest.png", age=-100)
        (s.base / "output" / want[9]).unlink()  # the one that the cursor names
        until(s, ["newest.png"], limit=1)
        rest = page(s, limit=100, cursor=first["next"])["files"]
        assert [f["name"] for f in first["files"]] + [f["name"] for f in rest] == want


def some_can_be_asked_for():
    with Served(LIMN) as s:
        for i, name in enumerate(["Red.png", "sub/red two.webp", "sub/deep/blue.JPG", "subway.gif", "notes.txt", ".hidden.png",
                                  ".trash/x.png", "图/红.png"]):
            put(s, name, age=i)
        assert every(s) == ["Red.png", "sub/red two.webp", "sub/deep/blue.JPG", "subway.gif", "图/红.png"]
        assert every(s, q="RED") == ["Red.png", "sub/red two.webp"]
        assert every(s, dir="sub") == ["sub/red two.webp", "sub/deep/blue.JPG"] == every(s, dir="sub/")
        assert every(s, dir="sub/deep", q="blue", limit=1) == ["sub/deep/blue.JPG"]
        assert every(s, q="红") == ["图/红.png"] and every(s, dir="图") == ["图/红.png"] and every(s, dir="none") == []
        for bad in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"limit": -1}, {"dir": ".."}, {"dir": "/etc"}, {"cursor": "x"},
                    {"cursor": "99999999999999999999:a"}, {"cursor": ""}):
            assert page(s, 400, **bad)["error"], bad


def links_are_not_followed_and_what_is_no_picture_has_no_size():
    with Served(LIMN) as s:
        put(s, "broken.png", 1, b"no picture")
        (s.base / "output" / "link.png").symlink_to("/etc/hostname")
        (s.base / "output" / "folder.png").mkdir()
        answer = page(s)["files"]
        assert [f["name"] for f in answer] == ["broken.png"] and "width" not in answer[0]


def many_are_listed_in_a_moment():
    n = 5000 if SANITIZED else 20000
    with Served(LIMN) as s:
        folder = s.base / "output"
        folder.mkdir(exist_ok=True)
        for i in range(n):
            file = os.open(folder / f"n{i:06}.png", os.O_CREAT | os.O_WRONLY)
            os.close(file)
        first = page(s, limit=500)
        assert len(first["files"]) == 500
        begin = time.monotonic()
        for _ in range(20):
            first = page(s, limit=50, cursor=first["next"])
            assert len(first["files"]) == 50
            assert s.ask("GET", "/healthz")[0] == 200
        assert time.monotonic() - begin < 10


# ------------------------------------------------------------------ trash

def what_is_put_away_comes_back():
    with Served(LIMN) as s:
        for i, name in enumerate(["a.png", "sub/b.png", "c.png"]):
            put(s, name, age=i, data=PNG + name.encode())
        gone = move(s, "trash", files=[{"name": "a.png", "subfolder": ""}, {"name": "b.png", "subfolder": "sub"}])
        assert [(f["name"], f["subfolder"]) for f in gone] == [("a.png", ""), ("b.png", "sub")] and all(f["token"] for f in gone)
        assert every(s) == ["c.png"] and not (s.base / "output" / "a.png").exists()
        assert s.ask("GET", "/view?filename=a.png")[0] == 404
        back = move(s, "restore", tokens=[f["token"] for f in reversed(gone)])
        assert [(f["name"], f["subfolder"]) for f in back] == [("b.png", "sub"), ("a.png", "")], back
        assert every(s) == ["a.png", "sub/b.png", "c.png"], "with their times"
        assert (s.base / "output" / "sub" / "b.png").read_bytes() == PNG + b"sub/b.png"
        assert list((s.base / "output" / ".trash").iterdir()) == [], "nothing is left there"


def nothing_is_written_over():
    with Served(LIMN) as s:
        put(s, "a.png", 0, b"first")
        one, = move(s, "trash", files=[{"name": "a.png"}])
        put(s, "a.png", 0, b"second")
        two, = move(s, "trash", files=[{"name": "a.png"}])
        put(s, "a.png", 0, b"third")
        answer, = move(s, "restore", tokens=[one["token"]])
        assert "nothing was written over it" in answer["error"]
        assert (s.base / "output" / "a.png").read_bytes() == b"third"
        (s.base / "output" / "a.png").unlink()
        assert "error" not in move(s, "restore", tokens=[two["token"]])[0]
        assert (s.base / "output" / "a.png").read_bytes() == b"second"
        assert "error" in move(s, "restore", tokens=[two["token"]])[0], "once"
        assert "error" in move(s, "restore", tokens=[one["token"]])[0]
        (s.base / "output" / "a.png").unlink()
        assert "error" not in move(s, "restore", tokens=[one["token"]])[0]
        assert (s.base / "output" / "a.png").read_bytes() == b"first"


def names_and_tokens_stay_inside():
    with Served(LIMN) as s:
        put(s, "a.png", 0)
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "mine.png").write_bytes(PNG)
        files = [{"name": "../input/mine.png"}, {"name": "mine.png", "subfolder": "../input"}, {"name": "mine.png [input]"},
                 {"name": "/etc/passwd"}, {"name": "a.png", "subfolder": "/"}, {"name": ""}, {"name": ".trash"}, {}, 5, None,
                 {"name": "x", "subfolder": ".trash"}, {"name": "none.png"}, {"name": "a.png\u0000"}]
        answers = move(s, "trash", files=files)
        assert len(answers) == len(files) and all(f["token"] is None and f["error"] for f in answers), answers
        tokens = ["", "..", "../..", "x" * 29, 5, None, "000000000000-0000000000000000", "/etc"]
        answers = move(s, "restore", tokens=tokens)
        assert len(answers) == len(tokens) and all(f["error"] for f in answers)
        assert every(s) == ["a.png"] and (s.base / "input" / "mine.png").exists()
        for op, body in (("trash", {}), ("trash", {"files": 5}), ("trash", {"files": [{}] * 501}), ("restore", {"tokens": {}}),
                         ("restore", [])):
            assert s.json("POST", f"/limn/outputs/{op}", body)[0] == 400, body
        assert s.ask("POST", "/limn/outputs/trash", b"{")[0] == 400


def what_has_lain_there_for_a_month_goes():
    with Served(LIMN) as s:
        put(s, "a.png", 0)
        put(s, "b.png", 0)
        old, = move(s, "trash", files=[{"name": "a.png"}])
        trash = s.base / "output" / ".trash"
        aged = f"{int(time.time()) - 31 * 86400:012x}" + old["token"][12:]
        (trash / old["token"]).rename(trash / aged)
        (trash / "by hand").mkdir()
        young, = move(s, "trash", files=[{"name": "b.png"}])
        assert sorted(p.name for p in trash.iterdir()) == sorted(["by hand", young["token"]])


TESTS = [what_a_job_made_is_the_first, pages_stay_where_they_are_while_new_ones_come, some_can_be_asked_for,
         links_are_not_followed_and_what_is_no_picture_has_no_size, many_are_listed_in_a_moment,
         what_is_put_away_comes_back, nothing_is_written_over, names_and_tokens_stay_inside,
         what_has_lain_there_for_a_month_goes]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
