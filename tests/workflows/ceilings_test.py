"""A table of workflows and ceilings: under each ceiling a workflow gives the picture that it gives without one, or is
refused with both sizes; more than the ceiling and a twentieth (of these small
ones: 2 MiB, for stacks and bookkeeping that nobody asks about) is never held. Source: GOAL-18 of the sheet of reliability
(workflows around the ceiling)."""
import hashlib
import json
import os
import re
import subprocess
import sys

from limn import PROGRAM, ROOT, base, main, test, text2image

SANITIZED = any(name in PROGRAM.read_bytes() for name in (b"__asan_init", b"__tsan_init"))
LEAST = 20 << 20  # the program itself; the option takes no less than 16 MB
SHARES = (1.3, 1.05, 0.98, 0.94, 0.9, 0.86, 0.82, 0.75, 0.65, 0.5)


def image(width, height, batch=1):
    """Pixels and nothing else, enlarged and turned."""
    return {"1": {"class_type": "EmptyImage", "inputs": {"width": width, "height": height, "batch_size": batch, "color": 255}},
            "2": {"class_type": "ImageScaleBy", "inputs": {"image": ["1", 0], "upscale_method": "bilinear", "scale_by": 2.0}},
            "3": {"class_type": "ImageRotate", "inputs": {"image": ["2", 0], "rotation": "90 degrees"}},
            "4": {"class_type": "ImageFromBatch", "inputs": {"image": ["3", 0], "batch_index": 0, "length": 1}},
            "5": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": "x"}}}


def coded(edge, batch):
    """Through the autoencoder and back."""
    graph = json.loads((ROOT / "workflows/nodes/vae_encode.json").read_text())
    graph["2"] = {"class_type": "EmptyImage", "inputs": {"width": edge, "height": edge, "batch_size": batch, "color": 77}}
    return graph


def batch(n):
    graph = text2image(steps=1, size=64)
    graph["4"]["inputs"]["batch_size"] = n
    return graph


WORKFLOWS = {
    "a small painting": text2image(steps=1, size=64),
    "a larger painting": text2image(steps=1, size=160),
    "four paintings at once": batch(4),
    "a picture there and back": coded(96, 1),
    "three pictures there and back": coded(64, 3),
    "a large picture turned": image(700, 600),
    "a batch of pictures turned": image(200, 150, 12),
}


def run(b, graph, *args):
    """(status, what it said, a digest of each file it saved, the most memory it held in bytes)

    The system begins to count where this program stands when it makes another, so it stays small: no pixels here."""
    for f in (b.path / "output").iterdir():
        f.unlink()
    process = subprocess.Popen([PROGRAM, "run", b.write(graph), "--base", b.path, "--precision", "f32", "--threads", "2",
                                "--quiet", *map(str, args)], cwd=ROOT, text=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    saved = [hashlib.sha256((b.path / "output" / f).read_bytes()).digest() for f in b.files()]
    return process.returncode, err, saved, usage.ru_maxrss * 1024


def try_ceilings(b, graph):
    """(how often it went well, how often it was refused)"""
    status, err, first, most = run(b, graph)
    assert status == 0 and first, err
    ends = {0: 0, 6: 0}
    for share in SHARES:
        limit = max(int(most * share), LEAST + int(share * 1e5))
        status, err, saved, held = run(b, graph, "--ram-limit", limit)
        assert held <= limit + max(limit // 20, 2 << 20), f"limit {limit}, held {held}, status {status}: {err}"
        assert status in ends, (share, status, err)
        ends[status] += 1
        if status == 0:
            assert saved == first, f"another picture under {share} of what it held"
        else:
            assert not saved and "the RAM limit of" in err, err
            assert len(re.findall(r"\d[\d.]* (?:bytes|[KMG]B)", err)) >= 2, f"not both sizes: {err}"
    return ends[0], ends[6]


@test
def a_workflow_under_a_ceiling_is_right_or_refused():
    if SANITIZED:
        return  # a sanitizer's own memory would be most of it
    well = refused = 0
    with base() as b:
        for name, graph in WORKFLOWS.items():
            try:
                did = try_ceilings(b, graph)
            except AssertionError as e:
                raise AssertionError(f"{name}: {e}") from None
            print(f"   {name}: {did[0]} well, {did[1]} refused", flush=True)
            well, refused = well + did[0], refused + did[1]
    assert well + refused >= 60 and well >= 15 and refused >= 15, (well, refused)


if __name__ == "__main__":
    sys.exit(main())
