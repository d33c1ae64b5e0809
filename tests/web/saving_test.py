#!/usr/bin/env python3
"""Saving without writing over others: entity tags of /userdata, and the versions that are kept. saving_test.py LIMN [NAME]"""
import json
import sys
import threading
from pathlib import Path
from urllib.parse import quote

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import Served, empty  # noqa: E402

LIMN = sys.argv[1]
FILE = "workflows/x.json"


def route(name):
    return "/userdata/" + quote(name, safe="")


def save(s, text, name=FILE, want=200, more="", **conditions):
    headers = {k.replace("_", "-"): v for k, v in conditions.items()}
    status, answer, heads = s.ask("POST", route(name) + more, text, headers)
    assert status == want, (status, answer)
    return heads.get("ETag")


def load(s, name=FILE, want=200):
    status, answer, heads = s.ask("GET", route(name))
    assert status == want, (status, answer)
    return answer.decode(), heads.get("ETag")


def versions(s, name=FILE):
    status, answer = s.json("GET", "/limn/versions?file=" + quote(name))
    assert status == 200, answer
    return answer


def version(s, ident, name=FILE, want=200):
    status, answer, heads = s.ask("GET", f"/limn/versions/{ident}?file={quote(name)}")
    assert status == want, (status, answer)
    return answer.decode(), heads


# ------------------------------------------------------------------ tags

def a_tag_says_which_writing_was_read():
    with Served(LIMN) as s:
        first = save(s, "1")
        assert first and load(s) == ("1", first)
        second = save(s, "2", If_Match=first)
        assert second != first and load(s) == ("2", second)
        save(s, "3", want=412, If_Match=first)
        assert load(s) == ("2", second), "nothing was written"
        save(s, "3", If_Match=f'"other", {second}')
        save(s, "4", If_Match="*")
        save(s, "5", want=412, If_Match='W/' + load(s)[1])
        assert load(s)[0] == "4"
        assert s.ask("GET", route(FILE), headers={"If-None-Match": load(s)[1]})[0] == 304


def the_same_bytes_written_at_once_are_another_writing():
    with Served(LIMN) as s:
        tags = [save(s, "same") for _ in range(30)]
        assert all(a != b for a, b in zip(tags, tags[1:])), "two writings after each other have the same tag"


def a_new_file_can_be_asked_for():
    with Served(LIMN) as s:
        save(s, "1", want=412, If_Match="*")
        save(s, "1", If_None_Match="*")
        save(s, "2", want=412, If_None_Match="*")
        save(s, "2", want=409, more="?overwrite=false")
        assert load(s)[0] == "1"


def removing_and_moving_keep_to_tags_too():
    with Served(LIMN) as s:
        old = save(s, "1")
        tag = save(s, "2")
        assert s.ask("DELETE", route(FILE), headers={"If-Match": old})[0] == 412
        there = route(FILE) + "/move/" + quote("workflows/y.json", safe="")
        assert s.ask("POST", there, headers={"If-Match": old})[0] == 412 and load(s)[0] == "2"
        status, _, heads = s.ask("POST", there, headers={"If-Match": tag})
        assert status == 200 and heads["ETag"] == load(s, "workflows/y.json")[1]
        assert s.ask("DELETE", route("workflows/y.json"), headers={"If-Match": heads["ETag"]})[0] == 204
        load(s, "workflows/y.json", 404)


def what_was_read_as_gzip_may_be_written_over():
    with Served(LIMN) as s:
        save(s, json.dumps({"nodes": ["the same again"] * 900}))
        status, _, heads = s.ask("GET", route(FILE), headers={"Accept-Encoding": "gzip"})
        assert status == 200 and heads["Content-Encoding"] == "gzip" and heads["ETag"].endswith('-gz"')
        known = heads["ETag"]
        save(s, "{}", If_Match=known)
        save(s, "[]", want=412, If_Match=known)
        assert load(s)[0] == "{}"


def of_many_who_write_at_once_one_wins_each_time():
    with Served(LIMN) as s:
        save(s, "0")
        won = []

        def add():
            while len(won) < 60:
                text, tag = load(s)
                status, _, _ = s.ask("POST", route(FILE), str(int(text) + 1), {"If-Match": tag})
                assert status in (200, 412), status
                if status == 200:
                    won.append(1)

        threads = [threading.Thread(target=add) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert load(s)[0] == str(len(won)), "a writing was lost"


# ------------------------------------------------------------------ versions

def the_last_fifty_are_kept():
    with Served(LIMN) as s:
        for i in range(60):
            save(s, json.dumps({"n": i}))
        found = versions(s)
        assert len(found) == 50
        assert [json.loads(version(s, v["id"])[0])["n"] for v in found] == list(range(59, 9, -1)), "newest first"
        assert all(v["size"] == len(version(s, v["id"])[0]) for v in found[:3])
        times = [v["mtime"] for v in found]
        assert times == sorted(times, reverse=True) and times[0] > 1.7e12
        heads = version(s, found[0]["id"])[1]
        assert heads["Content-Type"].startswith("application/json") and "attachment" in heads["Content-Disposition"]
        s.stop()
        s.start()
        assert versions(s) == found


def what_stood_there_before_is_kept_too():
    with Served(LIMN) as s:
        path = s.base / "user" / "default" / "workflows" / "x.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("by hand")
        save(s, "1")
        save(s, "1")
        assert [version(s, v["id"])[0] for v in versions(s)] == ["1", "by hand"], "the same again is no new version"
        save(s, "2", want=412, If_Match='"no"')
        assert len(versions(s)) == 2


def versions_go_with_a_file_and_outlive_it():
    with Served(LIMN) as s:
        save(s, "1")
        save(s, "2")
        s.ask("POST", route(FILE) + "/move/" + quote("workflows/deep/y.json", safe=""))
        assert versions(s) == [] and len(versions(s, "workflows/deep/y.json")) == 2
        s.ask("DELETE", route("workflows/deep/y.json"))
        found = versions(s, "workflows/deep/y.json")
        assert version(s, found[0]["id"], "workflows/deep/y.json")[0] == "2"
        save(s, version(s, found[1]["id"], "workflows/deep/y.json")[0], "workflows/deep/y.json", If_None_Match="*")
        assert load(s, "workflows/deep/y.json")[0] == "1"


def only_workflows_have_versions_and_names_stay_inside():
    with Served(LIMN) as s:
        save(s, "1", "note.json")
        save(s, "1")
        ident = versions(s)[0]["id"]
        for name in ("", "note.json", "workflows/x.txt", "workflows/", "../x.json", "workflows/../../x.json", "/etc/x.json"):
            status = s.ask("GET", "/limn/versions?file=" + quote(name))[0]
            assert status in (400, 403), (name, status)
        assert s.ask("GET", "/limn/versions")[0] == 400
        version(s, ident)
        for wrong in ("x", "0" * 30, ident[:-1] + "g", "..", ident.replace("-", "_"), "0000000000000-0000000000000000"):
            version(s, wrong, want=404)
        version(s, ident, "workflows/other.json", want=404)
        assert versions(s, "workflows/other.json") == []


def a_damaged_version_is_none():
    with Served(LIMN) as s:
        save(s, "1234")
        save(s, "5678")
        first, second = versions(s)
        for path in (s.base / "state" / "versions").rglob(second["id"]):
            path.write_text("xxxx")
        version(s, second["id"], want=404)
        assert version(s, first["id"])[0] == "5678"
        save(s, "9")
        assert load(s)[0] == "9" and len(versions(s)) == 3


def newest(s, name=FILE, want=204, **picture):
    status, answer, heads = s.ask("POST", "/limn/versions?file=" + quote(name), json.dumps(picture))
    assert status == want, (status, answer)


def a_version_has_a_small_picture():
    with Served(LIMN) as s:
        newest(s, want=400)
        newest(s, want=404, filename="none.png")
        s.wait(s.queue(empty(prefix="deep/p", side=400)))
        newest(s, want=404, filename="p_00001_.png", subfolder="deep")  # there is no version yet
        save(s, "1")
        newest(s, filename="p_00001_.png", subfolder="deep", type="output")
        first, = versions(s)
        ask = lambda ident, name=FILE: s.ask("GET", f"/limn/versions/{ident}/picture?file={quote(name)}")  # noqa: E731
        status, bytes_, heads = ask(first["id"])
        assert status == 200 and heads["Content-Type"] == "image/webp" and bytes_[:4] == b"RIFF" and len(bytes_) < 10000
        assert first["picture"] > 0
        save(s, "2")
        assert [("picture" in v) for v in versions(s)] == [False, True] and ask(versions(s)[0]["id"])[0] == 404
        (s.base / "output" / "no.png").write_bytes(b"no picture")
        newest(s, want=415, filename="no.png")
        for bad in ({"filename": "../x.png"}, {"filename": ""}, {"filename": 5}, {"filename": "p", "type": "models"}):
            newest(s, want=400, **bad)
        newest(s, want=403, filename="p.png", subfolder="../..")
        newest(s, "note.json", want=400, filename="p_00001_.png", subfolder="deep")
        for _ in range(2):  # the later one takes the place
            newest(s, filename="p_00001_.png [output]", subfolder="deep")
        (s.base / "output" / "deep" / "p_00001_.png").unlink()
        assert ask(first["id"])[0] == 200, "it is kept"
        s.ask("POST", route(FILE) + "/move/" + quote("workflows/y.json", safe=""))
        assert all("picture" in v for v in versions(s, "workflows/y.json")) and ask(first["id"], "workflows/y.json")[0] == 200
        for wrong in ("x", "..", "0" * 30):
            assert ask(wrong)[0] == 404


def where_no_version_can_be_kept_saving_goes_on():
    with Served(LIMN) as s:
        (s.base / "state" / "versions").write_text("a file in the way")
        save(s, "1")
        save(s, "2")
        assert load(s)[0] == "2" and versions(s) == []


TESTS = [a_tag_says_which_writing_was_read, the_same_bytes_written_at_once_are_another_writing, a_new_file_can_be_asked_for,
         removing_and_moving_keep_to_tags_too, what_was_read_as_gzip_may_be_written_over, of_many_who_write_at_once_one_wins_each_time, the_last_fifty_are_kept,
         what_stood_there_before_is_kept_too, versions_go_with_a_file_and_outlive_it,
         only_workflows_have_versions_and_names_stay_inside, a_damaged_version_is_none, a_version_has_a_small_picture,
         where_no_version_can_be_kept_saving_goes_on]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
