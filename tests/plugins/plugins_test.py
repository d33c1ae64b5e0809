"""Plugins from outside: what is loaded, what is turned away and with which words, and what a crash costs."""
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import PROGRAM, ROOT, base, limn, main, test, text2image  # noqa: E402

ZOO = Path(os.environ.get("LIMN_ZOO", ROOT / "build/release/tests/plugins/zoo"))
FILE, INVALID, FAILED, PLUGIN, CANCELLED = 4, 3, 1, 7, 130


@contextlib.contextmanager
def home(*names):
    """A base with these animals in its plugins folder, and a memory of its own."""
    with base() as b:
        os.environ["XDG_CACHE_HOME"] = str(b.path / "cache")
        (b.path / "cache").mkdir()
        (b.path / "plugins").mkdir()
        for name in names:
            shutil.copy(ZOO / f"{name}.so", b.path / "plugins")
        yield b


def plugins(b, *args):
    """limn plugins --json -> status, {file: entry}"""
    result = limn("plugins", "--base", b.path, "--json", *args)
    return result.status, {Path(p["file"]).name: p for p in json.loads(result.out)}


def one(class_type, then="PreviewAny", **inputs):
    """A workflow of one node, shown."""
    return {"1": {"class_type": class_type, "inputs": inputs},
            "2": {"class_type": then, "inputs": {"source": ["1", 0]}}}


def shown(result):
    assert result.status == 0, result
    return json.loads(result.out)["outputs"]["2"]["text"]


def refused(name, *words):
    """Turned away, with these words, and the rest of limn goes on."""
    with home("good", name) as b:
        status, found = plugins(b)
        entry = found[f"{name}.so"]
        assert status == FILE and not entry["loaded"], entry
        for word in words:
            assert word in entry["why"], (word, entry["why"])
        assert found["good.so"]["loaded"], found
        result = b.run(one("Zoo_good", x=4), "--json")
        assert shown(result) == ["8"], result
        assert f"plugins/{name}.so is not loaded: {entry['why']}" in result.err, result


# ---------------------------------------------------------------- what is loaded


@test
def a_plugin_in_the_base_is_loaded_and_runs():
    with home("good") as b:
        status, found = plugins(b)
        entry = found["good.so"]
        assert status == 0 and entry["loaded"] and entry["id"] == "org.example.good", entry
        assert entry["nodes"] == ["Zoo_good"] and entry["version"] == "1.0", entry
        assert entry["sha256"] == hashlib.sha256((ZOO / "good.so").read_bytes()).hexdigest()
        assert shown(b.run(one("Zoo_good", x=21), "--json")) == ["42"]
        node = json.loads(limn("nodes", "--base", b.path, "--json").out)["Zoo_good"]
        assert node["python_module"] == "custom_nodes.org.example.good", node
        text = limn("nodes", "Zoo_good", "--base", b.path).out
        assert "From the plugin org.example.good 1.0, plugins/good.so." in text, text
        text = limn("plugins", "--base", b.path).out
        assert "org.example.good" in text and "plugins/good.so" in text and "Zoo_good" in text, text


@test
def a_plugin_that_is_named_is_loaded_and_none_is_without():
    with home() as b:
        assert b.run(one("Zoo_good", x=1)).status == INVALID
        assert shown(b.run(one("Zoo_good", x=1), "--json", "--plugin", ZOO / "good.so")) == ["2"]
        shutil.copy(ZOO / "good.so", b.path / "plugins")
        assert b.run(one("Zoo_good", x=1), "--no-plugins").status == INVALID
        assert plugins(b, "--no-plugins") == (0, {})
        assert "no plugins" in limn("plugins", "--base", b.path, "--no-plugins").out


@test
def a_named_plugin_that_cannot_be_loaded_ends_the_command():
    with home() as b:
        result = b.run(one("Zoo_good", x=1), "--plugin", ZOO / "no_entry.so")
        assert result.status == FILE and "no_entry.so" in result.err and "LIMN_PLUGIN" in result.err, result
        result = b.run(one("Zoo_good", x=1), "--plugin", b.path / "nothing.so")
        assert result.status == FILE and "cannot be opened" in result.err, result


@test
def a_plugin_for_an_older_limn_is_loaded():
    with home("old_abi") as b:
        status, found = plugins(b)
        assert status == 0 and found["old_abi.so"]["loaded"] and "newer" not in found["old_abi.so"], found
        assert shown(b.run(one("Zoo_old_abi", x=5), "--json")) == ["10"]


@test
def a_plugin_for_a_newer_limn_is_loaded_as_far_as_it_is_understood():
    with home("future_abi") as b:
        status, found = plugins(b)
        assert status == 0 and found["future_abi.so"]["loaded"] and found["future_abi.so"]["newer"], found
        assert shown(b.run(one("Zoo_future_abi", x=5), "--json")) == ["10"]
        assert "newer limn" in limn("plugins", "--base", b.path).out


@test
def a_file_that_passed_is_not_tried_again():
    with home("counts_loads") as b:
        count = b.path / "count"
        os.environ["LIMN_ZOO_COUNT"] = str(count)
        assert plugins(b)[0] == 0 and count.read_text() == "xx", "tried in a child, then loaded"
        assert plugins(b)[0] == 0 and count.read_text() == "xxx", "only loaded"
        with open(b.path / "plugins/counts_loads.so", "ab") as changed:
            changed.write(b"\0")
        assert plugins(b)[0] == 0 and count.read_text() == "xxxxx", "another file"


@test
def another_build_of_a_plugin_does_not_get_the_results_of_this_one():
    with home("in_run") as b:
        def ran():
            result = b.run(one("Zoo_in_run", how="slow"), "--cache-disk", b.path / "kept")
            assert result.status == 0, result
            return "Zoo_in_run" in result.err

        assert ran() and not ran(), "it is kept on disk"
        with open(b.path / "plugins/in_run.so", "ab") as changed:
            changed.write(b"\0")
        assert ran() and not ran()


@test
def what_a_plugin_brings_beside_nodes_is_listed_and_offered():
    with home("walks") as b:
        entry = plugins(b)[1]["walks.so"]
        assert entry["samplers"][:2] == ["zoo_nan", "zoo_level"] and entry["schedules"][0] == "zoo_rising"
        assert entry["folders"] == ["zoo_models"] and entry["doc"] == "Walks of all kinds."
        assert entry["documents"] == [{"kind": "help", "name": "Zoo.md", "bytes": 16}], entry
        (b.path / "models/zoo_models/deep").mkdir(parents=True)
        for name in ("a.zoo", "b.tar.gz", "c.gz", "deep/D.ZOO"):
            (b.path / "models/zoo_models" / name).write_text("x")
        nodes = json.loads(limn("nodes", "--base", b.path, "--json").out)
        needed = nodes["KSampler"]["input"]["required"]
        assert "zoo_nan" in needed["sampler_name"][0] and "zoo_rising" in needed["scheduler"][0]
        assert nodes["Zoo_walks"]["input"]["required"]["name"][0] == ["a.zoo", "b.tar.gz", "deep/D.ZOO"]
        (b.path / "models/zoo_models/deep/D.ZOO").write_text("four")
        assert shown(b.run(one("Zoo_walks", name="deep/D.ZOO"), "--json")) == ["4"]
        for name in ("c.gz", "../checkpoints/limn-shapes.safetensors"):
            assert b.run(one("Zoo_walks", name=name)).status == INVALID


# ---------------------------------------------------------------- what is turned away


@test
def a_shared_object_that_is_no_plugin_is_turned_away():
    refused("no_entry", "no function limn_plugin_1", "LIMN_PLUGIN")
    refused("null_table", "limn_plugin_1 gave nothing")


@test
def another_generation_is_turned_away():
    refused("future_generation", "generation 2", "generation 1", "newer limn")


@test
def what_only_a_newer_limn_knows_is_turned_away():
    refused("future_flag", "Zoo_future_flag", "input x", "flag 0x40000000", "newer")
    refused("future_kind", "input y", "kind 0x4d", "newer")


@test
def sizes_that_cannot_be_are_turned_away():
    refused("short_struct", "limn_plugin", "8 bytes", "limn.h")
    refused("short_node", "limn_node", "24 bytes")
    refused("huge_node", "limn_node", "1000000000 bytes")
    refused("odd_node", "limn_node", "cannot be")
    refused("liar_stride")


@test
def declarations_that_cannot_be_right_are_turned_away():
    refused("null_run", "Zoo_null_run", "no run function")
    refused("bad_range", "input x", "500", "0 to 100")
    refused("bad_offset", "input x", "outside")
    refused("bad_name", "node's name", "control character")
    refused("bad_text", "Zoo_bad_text", "not UTF-8")
    refused("bad_folder", "../secrets")
    refused("bad_id", "my plugin", "letters")


@test
def a_name_that_is_taken_is_turned_away():
    refused("duplicate_builtin", "KSampler", "built in")
    refused("duplicate_inside", "two nodes called Zoo_duplicate_inside")
    refused("duplicate_sampler", "sampler euler", "already")
    with home("duplicate_other", "good") as b:
        status, found = plugins(b)  # in the order of names
        assert found["duplicate_other.so"]["loaded"] and not found["good.so"]["loaded"], found
        assert "Zoo_good" in found["good.so"]["why"] and "org.example.duplicate_other" in found["good.so"]["why"]
        shutil.copy(ZOO / "duplicate_other.so", b.path / "plugins/another.so")
        found = plugins(b)[1]
        assert "is there already, from plugins/another.so" in found["duplicate_other.so"]["why"], found


@test
def a_file_that_is_no_shared_object_is_turned_away():
    whole = (ZOO / "good.so").read_bytes()
    with home("good") as b:
        folder = b.path / "plugins"
        (folder / "text.so").write_text("#!/bin/sh\necho hello there, this is long enough to look like a header\n")
        (folder / "empty.so").write_bytes(b"")
        (folder / "header.so").write_bytes(whole[:80])
        (folder / "half.so").write_bytes(whole[:len(whole) // 2])
        (folder / "machine.so").write_bytes(whole[:18] + b"\x2a\x00" + whole[20:])
        (folder / "noise.so").write_bytes(whole[:64] + bytes(range(256)) * 64)
        (folder / "folder.so").mkdir()
        (folder / "nowhere.so").symlink_to("gone")
        os.mkfifo(folder / "pipe.so")
        (folder / ".hidden.so").write_bytes(whole)
        (folder / "readme.txt").write_text("not looked at")
        status, found = plugins(b)
        assert status == FILE and found.pop("good.so")["loaded"]
        assert sorted(found) == ["empty.so", "folder.so", "half.so", "header.so", "machine.so", "noise.so",
                                 "nowhere.so", "pipe.so", "text.so"], found
        assert not any(entry["loaded"] for entry in found.values()), found
        assert "no ELF header" in found["text.so"]["why"] and "empty" in found["empty.so"]["why"]
        assert "not a regular file" in found["folder.so"]["why"] and "opened" in found["nowhere.so"]["why"]
        assert "not a regular file" in found["pipe.so"]["why"], found


@test
def what_goes_wrong_while_loading_costs_a_child():
    refused("crash_on_load", "crashed while it was being loaded", "SIGSEGV")
    refused("abort_on_load", "crashed while it was being loaded", "SIGABRT")
    refused("crash_on_end", "crashed while it was being let go", "SIGSEGV")
    refused("exit_on_load", "ended the program while it was being loaded", "exit status 3")
    with home("hang_on_load") as b:
        began = time.monotonic()
        assert "not loaded within 5 s" in plugins(b)[1]["hang_on_load.so"]["why"]
        assert time.monotonic() - began > 4


@test
def whatever_byte_is_another_the_program_goes_on():
    whole, chance = (ZOO / "good.so").read_bytes(), random.Random(1)
    with home() as b:
        for i in range(60):
            changed = bytearray(whole)
            for _ in range(chance.choice((1, 1, 2, 8, 64))):
                changed[chance.randrange(len(whole))] = chance.randrange(256)
            (b.path / f"plugins/{i:02}.so").write_bytes(changed)
        result = limn("plugins", "--base", b.path, "--json")
        assert result.status == FILE and len(json.loads(result.out)) == 60, result


# ---------------------------------------------------------------- locked


def allow(b, *files, name="plugins/allowed.sha256"):
    lines = ["# ours", ""] + [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in files]
    (b.path / name).write_text("\n".join(lines) + "\n")
    (b.path / name).chmod(0o644)


@test
def locked_loads_only_what_is_allowed():
    with home("good", "counts_loads") as b:
        good = b.path / "plugins/good.so"
        for file in (b.path / "plugins").iterdir():
            file.chmod(0o755)
        status, found = plugins(b, "--plugins-locked")
        assert status == FILE and "allowed.sha256" in found["good.so"]["why"], found
        allow(b, good)
        status, found = plugins(b, "--plugins-locked")
        assert found["good.so"]["loaded"], found
        assert "not in the list of allowed plugins" in found["counts_loads.so"]["why"], found
        assert found["counts_loads.so"]["sha256"] in found["counts_loads.so"]["why"]
        assert shown(b.run(one("Zoo_good", x=3), "--json", "--plugins-locked")) == ["6"]
        allow(b, good, b.path / "plugins/counts_loads.so", name="mine")
        status, found = plugins(b, "--plugins-locked", "--plugins-allowed", b.path / "mine")
        assert status == 0 and len(found) == 2, found


@test
def locked_turns_away_what_others_could_change():
    with home("good") as b:
        good, listed = b.path / "plugins/good.so", b.path / "plugins/allowed.sha256"
        good.chmod(0o755)
        allow(b, good)
        good.chmod(0o777)
        assert "mode 777" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]
        good.chmod(0o755)
        listed.chmod(0o666)
        assert "mode 666" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]
        listed.chmod(0o644)
        (b.path / "plugins").chmod(0o777)
        assert "the folder plugins" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]
        (b.path / "plugins").chmod(0o755)
        assert plugins(b, "--plugins-locked")[0] == 0
        if os.geteuid() == 0:
            os.chown(good, 12345, -1)
            assert "another user (12345)" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]


@test
def locked_turns_away_a_file_that_changed():
    with home("good") as b:
        good = b.path / "plugins/good.so"
        good.chmod(0o755)
        allow(b, good)
        assert plugins(b, "--plugins-locked")[0] == 0, "and it is remembered as one that passed"
        with open(good, "ab") as changed:
            changed.write(b"\0")
        assert "not in the list" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]
        (b.path / "plugins/allowed.sha256").write_text("not a digest\n")
        assert "line 1" in plugins(b, "--plugins-locked")[1]["good.so"]["why"]


@test
def locked_runs_what_was_measured_whatever_becomes_of_the_file():
    with home("in_run") as b:
        file = b.path / "plugins/in_run.so"
        file.chmod(0o755)
        allow(b, file)
        path = b.write(one("Zoo_in_run", how="polite"))
        p = subprocess.Popen([PROGRAM, "run", path, "--base", b.path, "--plugins-locked"], stderr=subprocess.PIPE, text=True)
        while "it sleeps" not in p.stderr.readline():
            assert p.poll() is None
        maps = Path(f"/proc/{p.pid}/maps").read_text()
        with open(file, "r+b") as changed:
            changed.truncate(0)
        p.send_signal(signal.SIGINT)
        err = p.communicate(timeout=60)[1]
        assert "memfd:limn plugin" in maps and "in_run.so" not in maps, maps
        assert p.returncode == CANCELLED, (p.returncode, err)


# ---------------------------------------------------------------- what happens in run


def ends(result, *words):
    assert result.status == PLUGIN, result
    last = result.err.strip().splitlines()[-1]
    for word in words:
        assert word in last, (word, result)
    assert not result.out, result


@test
def a_crash_in_run_ends_the_program_with_one_sentence():
    with home("in_run") as b:
        for how, word in (("segv", "SIGSEGV"), ("fpe", "SIGFPE"), ("ill", "SIG"), ("abort", "SIGABRT"),
                          ("overflow", "SIGSEGV"), ("bad_host", "SIGSEGV")):
            ends(b.run(one("Zoo_in_run", how=how), "--json"), "node 1 (Zoo_in_run)", "org.example.in_run",
                 "plugins/in_run.so", "crashed in run", word)
        assert b.files() == []


@test
def a_crash_in_a_thread_of_the_plugin_names_the_plugin():
    with home("in_run") as b:
        ends(b.run(one("Zoo_in_run", how="thread")), "org.example.in_run", "crashed", "SIGSEGV")


@test
def a_crash_in_check_is_told_by_limn_check_too():
    with home("in_run") as b:
        ends(b.check(one("Zoo_check", how="segv")), "node 1 (Zoo_check)", "crashed in check", "SIGSEGV")


@test
def exit_in_run_does_not_look_like_success():
    with home("in_run") as b:
        ends(b.run(one("Zoo_in_run", how="exit")), "node 1 (Zoo_in_run)", "called exit in run")


@test
def an_exception_that_leaves_run_is_told_as_one():
    if not (ZOO / "throws.so").exists():
        return  # there is no C++ compiler here
    with home("throws") as b:
        ends(b.run(one("Zoo_throws")), "node 1 (Zoo_throws)", "let a C++ exception out in run", "SIGABRT")


@test
def a_node_that_never_returns_ends_with_the_second_stop():
    for how, presses in (("polite", 1), ("sleep", 2)):
        with home("in_run") as b:
            path = b.write(one("Zoo_in_run", how=how))
            p = subprocess.Popen([PROGRAM, "run", path, "--base", b.path], stderr=subprocess.PIPE, text=True)
            while "it sleeps" not in p.stderr.readline():
                assert p.poll() is None
            for _ in range(presses):
                time.sleep(0.2)
                assert p.poll() is None, "it ended too early"
                p.send_signal(signal.SIGINT)
            assert p.wait(timeout=30) == CANCELLED, p.returncode
            p.stderr.close()


@test
def a_node_that_gives_the_wrong_thing_fails_with_its_name():
    with home("in_run") as b:
        for how, words in (("wrong_type", ("PALETTE", "INT")), ("nothing", ("gave nothing", "INT")),
                           ("silent", ("without saying why", "org.example.in_run")), ("rude", ("!!!",)),
                           ("half", ("it stopped half way",))):
            result = b.run(one("Zoo_in_run", how=how))
            assert result.status == FAILED, (how, result)
            assert "node 1 (Zoo_in_run)" in result.err or how == "rude", (how, result)
            assert all(word in result.err for word in words), (how, result)
            assert "\033" not in result.err, result


@test
def a_line_of_the_log_is_one_line():
    with home("in_run") as b:
        result = b.run(one("Zoo_in_run", how="log"))
        assert result.status == 0 and "warning: node 1 (Zoo_in_run): one line [0m\n" in result.err, result


@test
def what_a_node_tells_is_heard():
    with home("in_run") as b:
        (b.path / "looks").mkdir()
        result = b.run(one("Zoo_in_run", how="tell"), "--json", "--preview", b.path / "looks")
        assert json.loads(result.out)["outputs"]["1"] == {"text": ["hello"]}, result
        assert len(list((b.path / "looks").iterdir())) == 1


@test
def an_answer_that_is_not_json_is_left_out():
    with home("in_run") as b:
        result = b.run(one("Zoo_in_run", how="babble"), "--json")
        assert result.status == 0 and list(json.loads(result.out)["outputs"]) == ["2"], result
        assert "its answer is left out: line 1" in result.err, result


@test
def a_plugin_that_cannot_be_opened_costs_its_nodes_only():
    with home("open_fails", "good") as b:
        assert plugins(b)[0] == 0, "nothing is opened before a node runs"
        assert shown(b.run(one("Zoo_good", x=2), "--json")) == ["4"]
        result = b.run(one("Zoo_open_fails", x=2))
        assert result.status == FAILED and "its licence is not there (limn 0." in result.err, result
        shutil.copy(ZOO / "open_crashes.so", b.path / "plugins")
        ends(b.run(one("Zoo_open_crashes", x=2)), "node 1", "org.example.open_crashes", "crashed in open", "SIGSEGV")


@test
def a_sampler_or_schedule_that_goes_wrong_is_told():
    small = dict(steps=2, size=64)
    with home("walks") as b:
        for choice, words in ((dict(sampler_name="zoo_nan"), ("zoo_nan", "end of its walk")),
                              (dict(sampler_name="zoo_level"), ("zoo_level", "noise level 0")),
                              (dict(sampler_name="zoo_deaf"), ("zoo_deaf", "noise level -1")),
                              (dict(scheduler="zoo_rising"), ("zoo_rising", "levels fall")),
                              (dict(scheduler="zoo_refusing"), ("it has no levels for 2 steps",))):
            result = b.run(text2image(**small, **choice))
            assert result.status == FAILED and "(KSampler)" in result.err, result
            assert all(word in result.err for word in words), (words, result)
        ends(b.run(text2image(**small, sampler_name="zoo_crash")), "(KSampler)", "org.example.walks",
             "its sampler's walk", "SIGSEGV")


if __name__ == "__main__":
    sys.exit(main())
