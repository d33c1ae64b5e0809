#!/usr/bin/env python3
"""What changed between two workflows: POST /limn/diff. diffing_test.py LIMN [NAME]"""
import copy
import json
import random
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "cli")]
import diff_test  # noqa: E402
from running import run_tests  # noqa: E402
from served import ROOT, Served, empty  # noqa: E402

LIMN = sys.argv[1]


def found(s, a, b, **more):
    status, answer, _ = s.ask("POST", "/limn/diff", json.dumps({"a": a, "b": b, **more}))
    assert status == 200, (status, answer[:400])
    answer = json.loads(answer)
    assert list(answer) == ["same", "differences", "left_out"] and answer["left_out"] == 0, answer
    assert answer["same"] == (not answer["differences"]), answer
    return answer["differences"]


def variants():
    """The small workflow of limn diff's own test, changed here and there."""
    def seed(w): w["nodes"][0]["widgets_values"][3] = 18446744073709551614
    def link(w): w["links"][1][1] = 1
    def came(w): w["nodes"].append({**copy.deepcopy(w["nodes"][0]), "id": 20})
    def went(w): del w["nodes"][6]
    def mode(w): w["nodes"][3]["mode"] = 4
    def title(w): w["nodes"][3]["title"] = "Another"
    def moved(w): w["nodes"][0]["pos"] = [0, 0]
    def within(w): w["definitions"]["subgraphs"][0]["nodes"][0]["widgets_values"][0] = 65
    def group(w): w["groups"][0]["color"] = "#000"
    for change in (seed, link, came, went, mode, title, moved, within, group):
        w = diff_test.workflow()
        change(w)
        yield w


def the_route_finds_what_the_command_finds():
    with Served(LIMN) as s:
        was = diff_test.workflow()
        assert found(s, was, was) == []
        for now in variants():
            there = found(s, was, now)
            assert there and there == diff_test.differences(was, now), there
            assert found(s, was, now, as_run=True) == diff_test.differences(was, now, "--as-run")
        assert found(s, empty(color=7), empty(color=9)) == diff_test.differences(empty(color=7), empty(color=9))
        assert found(s, was, empty()) == diff_test.differences(was, empty())


def seeds_are_told_to_the_last_digit():
    with Served(LIMN) as s:
        there = found(s, diff_test.workflow(), next(variants()))
        assert [(d["kind"], d["node"], d["was"], d["now"]) for d in there] == \
            [("value", "1", 18446744073709551615, 18446744073709551614)], there


def files_of_the_corpus_are_themselves():
    with Served(LIMN) as s:
        for path in sorted((ROOT / "tests/canvas/corpus").glob("*.json"))[::3]:
            graph = json.loads(path.read_text())
            if not isinstance(graph.get("nodes"), list):
                continue
            status, answer, _ = s.ask("POST", "/limn/diff", json.dumps({"a": graph, "b": graph}))
            answer = json.loads(answer)
            assert answer.get("same") is True if status == 200 else "contains itself" in answer["error"], (path.name, answer)


def who_is_no_workflow_is_named():
    with Served(LIMN) as s:
        for body, of in (({"b": empty()}, "a"), ({"a": empty()}, "b"), ({"a": [], "b": empty()}, "a"), ({"a": empty(), "b": {"1": 2}}, "b"),
                         ({"a": {"1": 2}, "b": empty()}, "a"), ([], "a"), (7, "a")):
            status, answer, _ = s.ask("POST", "/limn/diff", json.dumps(body))
            answer = json.loads(answer)
            assert status == 400 and answer["of"] == of and len(answer["error"]) > 10, (body, status, answer)
        for body in (b"", b"{", b"hello", b"\0" * 64, b"[" * 100000):
            status, answer, _ = s.ask("POST", "/limn/diff", body)
            assert status == 400 and list(json.loads(answer)) == ["error"], (body[:20], status, answer[:200])
        assert s.ask("POST", "/limn/diff", b"", {"Content-Length": str((32 << 20) + 1)})[0] == 413


def damaged_bodies_cost_a_sentence():
    chance = random.Random(11)
    whole = json.dumps({"a": diff_test.workflow(), "b": next(variants())}).encode()
    with Served(LIMN) as s:
        for _ in range(200):
            body = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                body[chance.randrange(len(body))] = chance.choice(b'{}[]",:0129x\\')
            status, answer, _ = s.ask("POST", "/limn/diff", bytes(body))
            assert status in (200, 400) and json.loads(answer), (status, answer[:200])
        assert found(s, empty(), empty()) == []
        assert "the worker that checks" not in s.said(), s.said()[-2000:]


TESTS = [the_route_finds_what_the_command_finds, seeds_are_told_to_the_last_digit, files_of_the_corpus_are_themselves,
         who_is_no_workflow_is_named, damaged_bodies_cost_a_sentence]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
