"""Runs the example of every node that declares one, and compares its answer with the one on record.

    examples_test.py PROGRAM             compare
    examples_test.py PROGRAM --record    write tests/nodes/recorded.json anew: look at the pictures first

A picture is kept as the averages of a 32 x 32 grid, which every kernel must meet to 2/255.
"""
import base64
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import ROOT, base, limn, png_pixels  # noqa: E402

RECORD = ROOT / "tests/nodes/recorded.json"
GRID, ALLOWED = 32, 2


def grid_of(path):
    """The averages of a picture's cells, as bytes."""
    width, height, rows = png_pixels(Path(path).read_bytes())
    cells = bytearray()
    for gy in range(GRID):
        for gx in range(GRID):
            y0, y1 = gy * height // GRID, max((gy + 1) * height // GRID, gy * height // GRID + 1)
            x0, x1 = gx * width // GRID, max((gx + 1) * width // GRID, gx * width // GRID + 1)
            for channel in range(3):
                part = [rows[y][3 * x + channel] for y in range(y0, y1) for x in range(x0, x1)]
                cells.append(round(sum(part) / len(part)))
    return width, height, bytes(cells)


def run_example(path):
    """-> what is kept of an example's answer."""
    with base() as b:
        shutil.copytree(ROOT / "workflows/nodes/input", b.path / "input", dirs_exist_ok=True)
        result = b.run(path, "--json")
        assert result.status == 0, result
        answer = json.loads(result.out)
        kept = {"outputs": {}, "pictures": []}
        for node, outputs in answer["outputs"].items():
            kept["outputs"][node] = {key: [item.get("type") if isinstance(item, dict) else item
                                           for item in items] for key, items in outputs.items()}
        for file in answer["files"]:
            width, height, cells = grid_of(file)
            kept["pictures"].append([width, height, base64.b64encode(cells).decode()])
        return kept


def difference(got, want):
    """A sentence, or None."""
    if got["outputs"] != want["outputs"]:
        return f"answers {got['outputs']}, on record {want['outputs']}"
    for i, (a, b) in enumerate(zip(got["pictures"], want["pictures"])):
        if a[:2] != b[:2]:
            return f"picture {i} is {a[:2]}, on record {b[:2]}"
        far = max(abs(x - y) for x, y in zip(base64.b64decode(a[2]), base64.b64decode(b[2])))
        if far > ALLOWED:
            return f"picture {i} is {far}/255 away from the one on record"
    return None if len(got["pictures"]) == len(want["pictures"]) else "another number of pictures"


def examples():
    return sorted((ROOT / "workflows/nodes").glob("*.json"))


def missing_examples():
    """Nodes that no example uses."""
    classes = set(json.loads(limn("nodes", "--json").out))
    for path in examples():
        classes -= {node["class_type"] for node in json.loads(path.read_text()).values()}
    return sorted(classes)


def main():
    if "--record" in sys.argv:
        kept = {path.stem: run_example(path) for path in examples()}
        RECORD.write_text(json.dumps(kept, indent=0) + "\n")
        return 0
    recorded, failed = json.loads(RECORD.read_text()), 0
    for path in examples():
        try:
            wrong = difference(run_example(path), recorded[path.stem])
        except Exception as error:  # a missing record, a crash: both are this example's failure
            wrong = repr(error)
        if wrong:
            print(f"{path.relative_to(ROOT)}:0: {wrong}")
        print(("FAILED " if wrong else "ok ") + f"the example {path.stem} gives what is on record",
              flush=True)
        failed += bool(wrong)
    without = missing_examples()
    print(("FAILED " if without else "ok ") + "every node has an example " + " ".join(without))
    return failed + len(without) > 0


if __name__ == "__main__":
    sys.exit(main())
