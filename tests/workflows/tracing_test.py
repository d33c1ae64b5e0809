"""What `limn run --trace FILE` writes: JSON whose nodes and ops nest on every thread."""
import json
import signal
import subprocess
import time

from limn import PROGRAM, ROOT, base, main, test, text2image


def read(path):
    """-> (events, {node id: (thread, begin, end, class)}); every begin has its end and they nest."""
    events = json.loads(path.read_text())["traceEvents"]
    spans, stacks = {}, {}
    for e in sorted((e for e in events if e["ph"] in "BEX"), key=lambda e: (e["ts"], "BXE".index(e["ph"]))):
        stack = stacks.setdefault(e["tid"], [])
        if e["ph"] == "B":
            stack.append(e)
        elif e["ph"] == "E":
            begin = stack.pop()
            assert begin["args"] == e["args"] and begin["name"] == e["name"], (begin, e)
            spans[e["args"]["node"]] = (e["tid"], begin["ts"], e["ts"], e["name"])
        else:
            assert e["dur"] >= 0 and e["args"]["ops"] > 0, e
    assert not any(stacks.values()), stacks
    return events, spans


def ops_in(events, span):
    thread, begin, end, _ = span
    return [e for e in events if e["ph"] == "X" and e["tid"] == thread and begin <= e["ts"] < end]


@test
def nodes_hold_their_ops_and_memory_is_counted():
    with base() as b:
        path = b.path / "out.json"
        result = b.run(text2image("a red circle", steps=3), "--quiet", "--trace", path)
        assert result.status == 0, result
        events, spans = read(path)
        sampler = next(s for s in spans.values() if s[3] == "KSampler")
        assert sum(e["args"]["ops"] for e in ops_in(events, sampler)) > 500
        assert {"conv", "group_norm"} & {e["name"] for e in events if e["ph"] == "X"}
        for e in ops_in(events, sampler):
            assert e["ts"] + e["dur"] <= sampler[2] + 0.001, (e, sampler)
        assert [e["args"]["step"] for e in events if e["name"] == "step"][-1] == 3
        memory = [e["args"] for e in events if e["ph"] == "C"]
        assert max(m["tensors"] for m in memory) > 5
        assert path.stat().st_size < 2_000_000 and not list(b.path.glob("*.part"))


@test
def a_run_that_fails_or_is_stopped_has_a_trace_too():
    with base() as b:
        path, previews = b.path / "out.json", b.path / "previews"
        workflow = text2image("a red circle", steps=10000)
        previews.mkdir()
        run = subprocess.Popen([PROGRAM, "run", b.write(workflow), "--base", b.path, "--precision", "f32",
                                "--quiet", "--trace", path, "--preview", previews], cwd=ROOT,
                               stderr=subprocess.DEVNULL)
        while run.poll() is None and not any(previews.iterdir()):
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
        _, spans = read(path)
        assert any(s[3] == "KSampler" for s in spans.values()), spans


@test
def a_place_that_cannot_be_written_is_said_before_anything_runs():
    with base() as b:
        result = b.run(text2image("a red circle", steps=2), "--trace", b.path / "none" / "out.json")
        assert result.status == 4 and "--trace" in result.err and not b.files(), result


main()
