#!/usr/bin/env python3
"""The gallery of the output folder: GET /limn/outputs, and its trash. outputs_test.py LIMN [NAME]"""
import json
import os
import sys
import tempfile
import time
import zlib
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
        until(s, ["b_00001_.png"], q="b_0 a/")
        file, = page(s)["files"]
        file.pop("job", None)  # known a moment later
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


def they_stand_in_the_order_that_is_asked_for():
    with Served(LIMN) as s:
        sizes = {"b10.png": 300, "b9.png": 20, "B2.png": 20, "a/z.png": 500, "a/b/y1.png": 70, "a/b/y01.png": 70, "A/q.png": 80, "a-x/k.png": 90,
                 "图/红.png": 100}
        for i, (name, size) in enumerate(sizes.items()):
            put(s, name, age=i // 2, data=PNG + bytes(size))
        newest = every(s)
        named = ["B2.png", "b9.png", "b10.png", "A/q.png", "a/z.png", "a/b/y01.png", "a/b/y1.png", "a-x/k.png", "图/红.png"]
        assert sorted(newest) == sorted(sizes) and every(s, order="newest") == newest and every(s, order="oldest") == newest[::-1]
        assert every(s, order="name") == named and every(s, order="name", dir="a") == named[4:7]
        assert every(s, order="largest") == sorted(named, key=lambda n: -sizes[n]), "the same size: by name"
        for order in "newest", "oldest", "name", "largest":
            want = every(s, order=order)
            for limit in 1, 2, 4:
                assert every(s, order=order, limit=limit) == want, order
            first = page(s, order=order, limit=4)
            put(s, "a/new.png", age=-9, data=PNG + bytes(75))
            (s.base / "output" / want[3]).unlink()  # the one that the cursor names
            until(s, ["new.png"], limit=1)
            rest = [f["name"] for f in page(s, order=order, limit=99, cursor=first["next"])["files"]]
            assert [n for n in rest if n != "new.png"] == [n.rsplit("/", 1)[-1] for n in want[4:]], order
            for other in "newest", "oldest", "name", "largest":
                page(s, 200 if other == order else 400, order=other, cursor=first["next"])
            (s.base / "output" / "a" / "new.png").unlink()
            put(s, want[3], age=list(sizes).index(want[3]) // 2, data=PNG + bytes(sizes[want[3]]))
        for bad in {"order": "best"}, {"order": ""}, {"starred": "yes"}:
            assert page(s, 400, **bad)["error"], bad


def folders_say_how_many_they_hold():
    def folders():
        answer = s.json("GET", "/limn/outputs/folders")[1]
        return answer["files"], [(f["name"], f["files"]) for f in answer["folders"]]

    with Served(LIMN) as s:
        assert folders() == (0, [])
        for name in ["x.png", "a/1.png", "a/2.png", "a/b/c/3.png", "A/4.png", "ab/5.png", "a b/6.png", "z10/7.png", "z9/8.png", ".trash/9.png"]:
            put(s, name, age=0)
        (s.base / "output" / "empty").mkdir()
        put(s, "words/notes.txt", age=0)
        assert folders() == (9, [("A", 1), ("a", 3), ("a/b", 1), ("a/b/c", 1), ("a b", 1), ("ab", 1), ("z9", 1), ("z10", 1)]), folders()
        for name, files in folders()[1]:
            assert len(every(s, dir=name)) == files, name


def those_with_a_star_can_be_asked_for():
    with Served(LIMN) as s:
        for i in range(30):
            put(s, f"s/{i:02}.png", age=i)
        assert every(s, starred="true") == []
        stars = ["output/s/21.png", "output/s/03.png", "output/gone.png", "input/s/05.png", "output/", 5, None, "output/s/11.png"]
        assert s.json("POST", "/settings/limn.stars", stars)[0] == 200
        assert every(s, starred="true") == every(s, starred="true", limit=1) == ["s/03.png", "s/11.png", "s/21.png"]
        assert every(s, starred="true", order="oldest", q="1.png") == ["s/21.png", "s/11.png"]
        assert s.json("POST", "/settings/limn.stars", {"not": "a list"})[0] == 200 and every(s, starred="true") == []


def what_a_file_is_can_be_asked():
    with Served(LIMN) as s:
        put(s, "a/b.png", age=0)
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "note.txt").write_bytes(b"12345")
        status, told = s.json("GET", "/limn/file?filename=b.png&subfolder=a")
        assert (status, told) == (200, {"size": len(PNG), "mtime": 1700000000000, "width": 8, "height": 6}), told
        status, told = s.json("GET", "/limn/file?filename=" + quote("note.txt [input]"))
        assert status == 200 and told["size"] == 5 and "width" not in told
        for name, status in ("none.png", 404), ("a", 404), ("../x", 400), ("/etc/passwd", 400):
            assert s.ask("GET", "/limn/file?filename=" + quote(name))[0] == status, name
        assert s.ask("GET", "/limn/file")[0] == 404 and s.ask("GET", "/limn/file?filename=x&subfolder=../..")[0] == 403


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
        names = [f["name"] for f in page(s, limit=500, order="name")["files"]]
        assert names == [f"n{i:06}.png" for i in range(500)] and s.json("GET", "/limn/outputs/folders")[1] == {"files": n, "folders": []}
        begin = time.monotonic()
        for _ in range(20):
            first = page(s, limit=50, cursor=first["next"])
            assert len(first["files"]) == 50
            assert s.ask("GET", "/healthz")[0] == 200
        assert time.monotonic() - begin < 10


# ------------------------------------------------------------------ words

def graph(text, seed, prefix="w", ckpt="pony.safetensors"):
    """A prompt that runs, with nodes that nothing needs beside it."""
    return {**empty(prefix=prefix, color=seed % 1000),
            "8": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["9", 1]}},
            "9": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": ckpt}},
            "10": {"class_type": "KSampler", "inputs": {"seed": seed, "steps": 20, "sampler_name": "dpmpp_2m", "scheduler": "karras"}}}


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png_with(*chunks):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 8, 0, 0, 0, 6, 8, 2, 0, 0, 0])) + b"".join(chunks) + chunk(b"IEND", b"")


def webp_with(exif):
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(10) + b"EXIF" + len(exif).to_bytes(4, "little") + exif + bytes(len(exif) & 1)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def find(s, q):
    return [f["name"] for f in page(s, q=q)["files"]]


def pictures_are_found_by_what_made_them():
    with Served(LIMN, "--disable-metadata") as s:
        jobs = {}
        for prefix, text, seed, name in (("one", "a Red barn, 雪山", 123456789, "Farm"), ("two", "a blue barn", 2**64 - 3, "Farm"),
                                         ("three", "nothing", 7, "Sea")):
            file = {"file": f"workflows/land/{name}.json"} if name == "Farm" else {"file": "/etc/x.json"}
            jobs[prefix] = s.queue(graph(text, seed, prefix), extra_data={"limn": {"name": name, "uid": "u", **file}})
            s.wait(jobs[prefix])
        until(s, ["three_00001_.png", "two_00001_.png", "one_00001_.png"], q="pony karras")
        assert find(s, "BARN") == ["two_00001_.png", "one_00001_.png"] and find(s, "barn red") == ["one_00001_.png"]
        assert find(s, "雪山") == ["one_00001_.png"] and find(s, "seed:123456789") == ["one_00001_.png"]
        assert find(s, str(2**64 - 3)) == ["two_00001_.png"], "all of its digits"
        assert find(s, "farm dpmpp_2m") == ["two_00001_.png", "one_00001_.png"] and find(s, "sea") == ["three_00001_.png"]
        assert find(s, time.strftime("%Y-%m-%d")) == ["three_00001_.png", "two_00001_.png", "one_00001_.png"]
        assert find(s, "barn 1999-01-01") == [] and find(s, "  ") == find(s, "") and find(s, "three_0 pony") == ["three_00001_.png"]
        file, = page(s, q="red")["files"]
        assert (file["job"], file["workflow"]) == (jobs["one"], "land/Farm") and "reading" not in page(s, q="red"), file
        newest = s.json("GET", "/limn/outputs/newest")[1]["files"]
        assert sorted((f["workflow"], f["name"]) for f in newest) == [("Sea", "three_00001_.png"), ("land/Farm", "two_00001_.png")]


def a_workflow_has_its_picture_as_soon_as_its_job_has_ended():
    with Served(LIMN, "--disable-metadata") as s:
        for i in range(25):
            job = s.queue(graph("a harbour", i, f"n{i}"), extra_data={"limn": {"name": f"n{i}", "uid": "u"}})
            while not s.json("GET", f"/history/{job}")[1]:
                pass
            newest = s.json("GET", "/limn/outputs/newest")[1]["files"]
            assert f"n{i}" in [f["workflow"] for f in newest], (i, newest)


def what_goes_away_or_changes_is_found_as_it_is():
    with Served(LIMN) as s:
        s.wait(s.queue(graph("a harbour", 1, "h")))
        until(s, ["h_00001_.png"], q="harbour")
        gone, = move(s, "trash", files=[{"name": "h_00001_.png"}])
        assert find(s, "harbour") == [] and s.json("GET", "/limn/outputs/newest")[1] == {"files": []}
        assert "error" not in move(s, "restore", tokens=[gone["token"]])[0]
        until(s, ["h_00001_.png"], q="harbour")
        put(s, "h_00001_.png", 0, png_with(chunk(b"tEXt", b"prompt\0" + json.dumps(graph("a lighthouse", 2)).encode())))
        until(s, ["h_00001_.png"], q="lighthouse")
        assert find(s, "harbour") == [] and "job" not in page(s)["files"][0]


def older_pictures_say_what_made_them():
    prompt = json.dumps(graph("an old castle", 42)).encode()
    with Served(LIMN) as s:
        put(s, "a.png", 1, png_with(chunk(b"tEXt", b"prompt\0" + prompt)))
        put(s, "b.webp", 2, webp_with(b"MM\0*prompt:" + prompt + b"\0"))
        put(s, "c.png", 3, png_with(chunk(b"iTXt", b"prompt\0\0\0en\0\0" + prompt)))
        put(s, "d.png", 4, png_with(chunk(b"tEXt", b"parameters\0castle, masterpiece\nSteps: 20, Seed: 99, Model: dreamer")))
        until(s, ["a.png", "b.webp", "c.png", "d.png"], q="castle")
        assert find(s, "old seed:42") == ["a.png", "b.webp", "c.png"] and find(s, "dreamer") == ["d.png"]
        for i, bad in enumerate([PNG + b"\xff" * 40, png_with(chunk(b"tEXt", b"prompt\0{")), png_with(chunk(b"tEXt", b"prompt")),
                                 png_with(chunk(b"iTXt", b"prompt\0\1\0")), webp_with(b"prompt:{"), b"RIFF\0\0\0\0WEBPEXIF\xff\xff\xff\xff",
                                 png_with(chunk(b"tEXt", b"prompt\0[1,[2]]")), b"", b"\x89PNG\r\n\x1a\n" + bytes(400)]):
            put(s, f"bad{i}.png", 10 + i, bad)
        until(s, [f"bad{i}.png" for i in range(9)], q="bad")
        assert find(s, "castle") == ["a.png", "b.webp", "c.png", "d.png"]


def what_is_known_outlives_a_start_and_comes_back_when_it_is_damaged():
    with tempfile.TemporaryDirectory(prefix="limn-served-") as base:
        with Served(LIMN, "--disable-metadata", base=base) as s:
            s.wait(s.queue(graph("a quiet garden", 5, "g")))
            until(s, ["g_00001_.png"], q="quiet garden")
        with Served(LIMN, "--disable-metadata", base=base) as s:
            assert find(s, "quiet garden") == ["g_00001_.png"]
        for damage in (b"no database", b"SQLite format 3\0" + b"\xff" * 5000, b""):
            for ending in "-wal", "-shm":
                (Path(base) / "state" / f"labels.sqlite{ending}").unlink(missing_ok=True)
            (Path(base) / "state" / "labels.sqlite").write_bytes(damage)
            with Served(LIMN, "--disable-metadata", base=base) as s:
                until(s, ["g_00001_.png"], q="quiet garden")
                s.wait(s.queue(graph("a loud garden", 6, "l")))
                until(s, ["l_00001_.png"], q="loud", limit=1)
                assert move(s, "trash", files=[{"name": f["name"]} for f in page(s, q="loud")["files"]])


def without_a_place_for_it_pictures_are_found_by_name():
    with Served(LIMN) as s:
        (s.base / "state" / "labels.sqlite").exists() and s.stop()
        for file in (s.base / "state").glob("labels.sqlite*"):
            file.unlink()
        (s.base / "state" / "labels.sqlite").mkdir()
        s.start()
        s.wait(s.queue(graph("a quiet garden", 5, "g")))
        until(s, ["g_00001_.png"], q="g_0")
        assert find(s, "garden") == [] and page(s)["files"][0]["name"] == "g_00001_.png"
        assert s.json("GET", "/limn/outputs/newest")[1] == {"files": []}


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
         they_stand_in_the_order_that_is_asked_for, folders_say_how_many_they_hold, those_with_a_star_can_be_asked_for,
         what_a_file_is_can_be_asked, links_are_not_followed_and_what_is_no_picture_has_no_size, many_are_listed_in_a_moment,
         pictures_are_found_by_what_made_them, a_workflow_has_its_picture_as_soon_as_its_job_has_ended,
         what_goes_away_or_changes_is_found_as_it_is, older_pictures_say_what_made_them,
         what_is_known_outlives_a_start_and_comes_back_when_it_is_damaged, without_a_place_for_it_pictures_are_found_by_name,
         what_is_put_away_comes_back, nothing_is_written_over, names_and_tokens_stay_inside,
         what_has_lain_there_for_a_month_goes]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
