#!/usr/bin/env python3
"""limn diff: every kind of change is found and nothing else is; what it says in words and to programs.

    diff_test.py LIMN [NAME]"""
import copy
import json
import sys
import tempfile
from pathlib import Path

from program import ROOT, limn, run_tests

CORPUS = ROOT / "tests/canvas/corpus"
ALONE = ("--base", ROOT, "--no-plugins")


def workflow():
    """A small workflow as a canvas saves it, with a group, a note, a subgraph and a class that nobody knows."""
    def node(id, type, inputs=(), outputs=(), values=(), **more):
        return {"id": id, "type": type, "pos": [100 * id, 50], "size": [210, 80], "flags": {}, "order": id, "mode": 0,
                "inputs": [{"name": n, "type": t, "link": link} for n, t, link in inputs],
                "outputs": [{"name": t, "type": t, "links": []} for t in outputs],
                "properties": {"Node name for S&R": type}, "widgets_values": list(values), **more}
    inner = {"id": "aaaa-bbbb", "name": "Softer", "version": 1, "inputs": [], "groups": [],
             "outputs": [{"id": "o", "name": "IMAGE", "type": "IMAGE", "linkIds": [1]}],
             "nodes": [node(1, "EmptyImage", outputs=["IMAGE"], values=[64, 32, 1, 255])],
             "links": [{"id": 1, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "IMAGE"}]}
    return {"id": "w", "revision": 0, "last_node_id": 9, "last_link_id": 9, "version": 0.4, "config": {},
            "nodes": [node(1, "EmptyImage", outputs=["IMAGE"], values=[64, 64, 1, 18446744073709551615]),
                      node(2, "EmptyImage", outputs=["IMAGE"], values=[64, 64, 1, 7]),
                      node(3, "ImageBlend", [("image1", "IMAGE", 1), ("image2", "IMAGE", 2)], ["IMAGE"], [0.5, "normal"]),
                      node(4, "SaveImage", [("images", "IMAGE", 3)], values=["x"], title="Keep it"),
                      node(5, "Note", values=["A note."]),
                      node(6, "aaaa-bbbb", outputs=["IMAGE"]),
                      node(7, "Nobody knows", values=["a", 1])],
            "links": [[1, 1, 0, 3, 0, "IMAGE"], [2, 2, 0, 3, 1, "IMAGE"], [3, 3, 0, 4, 0, "IMAGE"]],
            "groups": [{"title": "Both", "bounding": [0, 0, 400, 300], "color": "#3f789e"}],
            "definitions": {"subgraphs": [inner]}, "extra": {"ds": {"scale": 1, "offset": [0, 0]}}}


def api():
    return {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 7}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"},
                  "_meta": {"title": "Keep it"}}}


class Pair:
    """Two files; as texts where they are given so."""

    def __init__(self, a, b):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-diff-")
        self.paths = [Path(self.folder.name) / name for name in ("a.json", "b.json")]
        for path, side in zip(self.paths, (a, b)):
            path.write_text(side if isinstance(side, str) else json.dumps(side))

    def __enter__(self):
        return self.paths

    def __exit__(self, *failure):
        self.folder.cleanup()


def differences(a, b, *words):
    """-> what limn diff --json finds from a to b; its status agrees."""
    with Pair(a, b) as paths:
        status, out, err = limn("diff", *paths, "--json", *ALONE, *words)
        assert status in (0, 1) and not err, (status, out, err)
        answer = json.loads(out)
        assert answer["same"] == (status == 0) == (not answer["differences"]), (status, answer)
        return answer["differences"]


def words(a, b, *more):
    with Pair(a, b) as paths:
        status, out, err = limn("diff", *paths, *ALONE, *more)
        assert status == (1 if out else 0) and not err, (status, out, err)
        return out


def changed(change, of=workflow):
    """-> the differences that `change` makes."""
    a = of()
    b = copy.deepcopy(a)
    change(b)
    return differences(a, b)


def node(w, id):
    return next(n for n in w["nodes"] if n["id"] == id)


def one(found, **want):
    assert len(found) == 1, found
    got = {key: found[0].get(key) for key in want}
    assert got == want, (got, want)


# ---------------------------------------------------------------- nothing


def what_means_the_same_is_the_same():
    def change(w):
        w.update(id="another", revision=7, last_node_id=99, last_link_id=99)
        w["extra"]["ds"] = {"scale": 0.3, "offset": [9, 9]}
        w["extra"]["frontendVersion"] = "1.46.1"
        w["nodes"].reverse()
        for n in w["nodes"]:
            n["order"] = 50 - n["order"]
        for link in w["links"]:
            link[0] += 20
        for n in w["nodes"]:
            for i in n["inputs"]:
                i["link"] += 20
    assert not changed(change)
    a = workflow()
    assert not differences(json.dumps(a), json.dumps(a, sort_keys=True, indent=3).replace("0.5,", "5.0e-1,").replace("210", "210.0"))


def every_file_of_the_corpus_is_itself_and_what_is_exported_from_it():
    n = 0
    for path in sorted(CORPUS.glob("*.json")):
        if path.stem == "subgraph-in-itself":
            continue
        text = path.read_text()
        assert not words(text, text), path
        status, exported, _ = limn("export", path, *ALONE)
        if status or "{" not in exported or "choice" in path.stem or "date" in path.stem or "token" in path.stem:
            continue
        if any(mark in text for mark in ("%date", "{a|", "{")) and "|" in text:
            continue  # a prompt that is chosen by chance
        found = differences(text, exported, "--as-run")
        assert not found, (path, found)
        n += 1
    assert n > 40, n


# ---------------------------------------------------------------- one thing at a time


def a_value_is_found_by_name():
    one(changed(lambda w: node(w, 2)["widgets_values"].__setitem__(3, 8)), kind="value", node="2", field="color", was=7,
        now=8, **{"class": "EmptyImage"})
    one(changed(lambda w: node(w, 3)["widgets_values"].__setitem__(1, "screen")), kind="value", node="3", field="blend_mode",
        was="normal", now="screen")


def seeds_differ_by_one_at_the_end_of_their_range():
    found = changed(lambda w: node(w, 1)["widgets_values"].__setitem__(3, 18446744073709551614))
    one(found, kind="value", field="color", was=18446744073709551615, now=18446744073709551614)


def what_no_table_names_is_found_by_its_place():
    one(changed(lambda w: node(w, 5).update(widgets_values=["Another."])), kind="value", node="5", field="widgets_values[0]",
        was="A note.", now="Another.")
    one(changed(lambda w: node(w, 7)["widgets_values"].__setitem__(1, 2)), kind="value", field="widgets_values[1]", was=1, now=2)
    one(changed(lambda w: node(w, 7)["widgets_values"].append(3)), kind="value", field="widgets_values")


def a_control_is_found_although_it_has_no_name():
    w = {"nodes": [{"id": 1, "type": "KSampler", "inputs": [], "outputs": [],
                    "widgets_values": [1, "fixed", 20, 8.0, "euler", "normal", 1.0]}], "links": []}
    other = copy.deepcopy(w)
    other["nodes"][0]["widgets_values"][1] = "randomize"
    one(differences(w, other), kind="value", field="widgets_values[1]", was="fixed", now="randomize")
    other["nodes"][0]["widgets_values"][2] = 30
    one(differences(w, other), kind="value", field="steps", was=20, now=30)


def a_link_is_found_with_both_its_ends():
    def move(w):
        w["links"][1][1] = 1
    one(changed(move), kind="link", node="3", field="image2", was=["2", 0], now=["1", 0])
    found = changed(lambda w: node(w, 3)["inputs"][1].update(link=None))
    one(found, kind="link", field="image2", was=["2", 0], now=None)


def nodes_that_came_and_went():
    one(changed(lambda w: w["nodes"].append({"id": 8, "type": "PreviewImage", "inputs": [], "outputs": []})), kind="added",
        node="8", **{"class": "PreviewImage"})
    one(changed(lambda w: w["nodes"].remove(node(w, 5))), kind="removed", node="5", **{"class": "Note"})
    one(changed(lambda w: node(w, 5).update(type="MarkdownNote")), kind="retyped", node="5", was="Note", now="MarkdownNote")


def what_a_person_sees_of_a_node():
    one(changed(lambda w: node(w, 4).update(title="Keep")), kind="title", node="4", was="Keep it", now="Keep")
    one(changed(lambda w: node(w, 1).update(title="Sky")), kind="title", node="1", was=None, now="Sky")
    one(changed(lambda w: node(w, 1).update(pos=[7, 8])), kind="moved", node="1", was=[100, 50], now=[7, 8])
    one(changed(lambda w: node(w, 1).update(size=[300, 80])), kind="resized", node="1", now=[300, 80])
    one(changed(lambda w: node(w, 1).update(mode=4)), kind="mode", node="1", was=0, now=4)
    one(changed(lambda w: node(w, 1).update(color="#222")), kind="look", node="1", field="color", was=None, now="#222")
    one(changed(lambda w: node(w, 1)["properties"].update(ver="2")), kind="look", node="1", field="properties")


def groups_come_go_and_change():
    one(changed(lambda w: w["groups"].append({"title": "More", "bounding": [0, 0, 1, 1]})), kind="group", field="More", was=None)
    one(changed(lambda w: w["groups"].clear()), kind="group", field="Both", now=None)
    one(changed(lambda w: w["groups"][0].update(color="#fff")), kind="group", field="Both")


def subgraphs_are_compared_within():
    def inner(w):
        return w["definitions"]["subgraphs"][0]
    one(changed(lambda w: inner(w)["nodes"][0]["widgets_values"].__setitem__(0, 128)), kind="value", graph="aaaa-bbbb", node="1",
        field="width", was=64, now=128)
    found = changed(lambda w: (inner(w)["links"].clear(), inner(w)["outputs"][0].update(linkIds=[])))
    one(found, kind="link", graph="aaaa-bbbb", field="IMAGE", was=["1", 0], now=None)
    found = changed(lambda w: w["definitions"]["subgraphs"].append({"id": "c", "name": "New", "nodes": [], "links": []}))
    one(found, kind="subgraph", graph="c", was=None, now=True)
    found = changed(lambda w: inner(w).update(name="Harder"))
    assert {"subgraph"} <= {d["kind"] for d in found} and any(d.get("field") == "name" for d in found), found


def other_members_of_the_file():
    one(changed(lambda w: w["extra"].update(limn={"app": 1})), kind="file", field="extra.limn", was=None, now={"app": 1})
    one(changed(lambda w: w.update(models=[{"name": "x"}])), kind="file", field="models")
    one(changed(lambda w: w.update(extra=[1, "ds"])), kind="file", field="extra", now=[1, "ds"])
    one(changed(lambda w: w.update(extra=[1, "ds"]), lambda: dict(workflow(), extra=[2])), kind="file", field="extra", was=[2])
    assert not changed(lambda w: w.pop("extra"))


def the_api_format():
    one(changed(lambda w: w["1"]["inputs"].update(width=65), api), kind="value", node="1", field="width", was=64, now=65)
    one(changed(lambda w: w["2"]["inputs"].update(images=["9", 1]), api), kind="link", node="2", was=["1", 0], now=["9", 1])
    one(changed(lambda w: w["2"]["_meta"].update(title="No"), api), kind="title", node="2", was="Keep it", now="No")
    one(changed(lambda w: w["1"].update(class_type="SolidMask"), api), kind="retyped", node="1")
    one(changed(lambda w: w["1"]["inputs"].pop("color"), api), kind="value", field="color", was=7, now=None)
    assert not differences(api(), {"prompt": api(), "client_id": "x"})
    kinds = {d["kind"] for d in changed(lambda w: w["1"].update(inputs=[1, ["2", 0], 3]), api)}
    assert kinds == {"value"}, kinds


# ---------------------------------------------------------------- as it is run, and in words


def as_it_is_run_places_and_notes_do_not_count():
    a = workflow()
    b = copy.deepcopy(a)
    node(b, 1).update(pos=[7, 8], title="Sky", color="#222")
    node(b, 5).update(widgets_values=["Another."])
    b["groups"].clear()
    for w in (a, b):
        w["nodes"].remove(node(w, 7))
    assert len(differences(a, b)) == 5 and not differences(a, b, "--as-run")
    node(b, 3)["mode"] = 4
    kinds = [d["kind"] for d in differences(a, b, "--as-run")]
    assert sorted(kinds) == ["link", "removed"], kinds


def words_say_it():
    a = workflow()
    b = copy.deepcopy(a)
    node(b, 3)["widgets_values"][0] = 0.25
    b["links"][1][1] = 1
    node(b, 4)["mode"] = 2
    for id in (1, 2):
        node(b, id)["pos"] = [0, 0]
    b["nodes"].remove(node(b, 5))
    assert words(a, b).splitlines() == [
        'node 3 (ImageBlend), image2: came from output 0 of node 2 (EmptyImage), comes from output 0 of node 1 (EmptyImage)',
        'node 3 (ImageBlend), blend_factor: 0.5 became 0.25',
        'node 4 (SaveImage "Keep it") was running and is muted',
        'node 5 (Note) is gone',
        '2 nodes moved: 1, 2'], words(a, b)


def texts_of_files_do_not_reach_the_terminal_as_they_are():
    a = api()
    b = copy.deepcopy(a)
    b["2"]["_meta"]["title"] = "\x1b[31mred\x07" + "x" * 5000
    out = words(a, b)
    assert "\x1b" not in out and "\x07" not in out and len(out) < 600, out[:700]


def pictures_are_what_they_carry():
    with tempfile.TemporaryDirectory(prefix="limn-diff-") as folder, Pair(api(), api()) as paths:
        status, out, err = limn("run", paths[0], "--base", folder, "--quiet", "--no-plugins")
        assert status == 0, err
        picture = out.strip()
        assert limn("diff", picture, paths[0], *ALONE)[0] == 0
        status, out, _ = limn("run", paths[0], "--base", folder, "--quiet", "--no-plugins", "--set", "1.color=9")
        assert limn("diff", picture, out.strip(), *ALONE)[:2] == (1, "node 1 (EmptyImage), color: 7 became 9\n")


def trouble_is_two():
    with Pair(api(), "{ this is no JSON") as paths:
        for a, b, said in ((paths[0], paths[1], "b.json"), (paths[0], "/nowhere.json", "/nowhere.json")):
            status, out, err = limn("diff", a, b, *ALONE)
            assert status == 2 and said in err and not out, (status, out, err)
        assert limn("diff", paths[0])[0] == 2 and limn("diff", paths[0], paths[0], "--jsonn")[0] == 2
    for text in ("[]", "7", '"x"', '{"1": 2}'):
        for pair, said in ((Pair(api(), text), "b.json"), (Pair(text, api()), "a.json"), (Pair(text, workflow()), "a.json")):
            with pair as paths:
                status, _, err = limn("diff", *paths, *ALONE)
                assert status == 2 and said in err, (text, status, err)


if __name__ == "__main__":
    sys.exit(run_tests([
        what_means_the_same_is_the_same, every_file_of_the_corpus_is_itself_and_what_is_exported_from_it,
        a_value_is_found_by_name, seeds_differ_by_one_at_the_end_of_their_range, what_no_table_names_is_found_by_its_place,
        a_control_is_found_although_it_has_no_name, a_link_is_found_with_both_its_ends, nodes_that_came_and_went,
        what_a_person_sees_of_a_node, groups_come_go_and_change, subgraphs_are_compared_within, other_members_of_the_file,
        the_api_format, as_it_is_run_places_and_notes_do_not_count, words_say_it,
        texts_of_files_do_not_reach_the_terminal_as_they_are, pictures_are_what_they_carry, trouble_is_two]))
