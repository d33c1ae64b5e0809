"""limn.py: what the end-to-end tests share: running the program, and reading the PNGs that it writes.

Only Python's standard library, so that a fresh machine needs nothing more.
"""
import contextlib
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "build/release/core/cli/limn"
CHECKPOINT = "limn-shapes.safetensors"


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"


def limn(*args, **options):
    """Runs the program to its end."""
    done = subprocess.run([PROGRAM, *map(str, args)], text=True, capture_output=True, cwd=ROOT,
                          **options)
    return Result(done.returncode, done.stdout, done.stderr)


class Base:
    """A base folder of its own, with a copy of the bundled checkpoint in it."""

    def __init__(self, folder):
        self.path = Path(folder)
        for name in ("models/checkpoints", "input", "output"):
            (self.path / name).mkdir(parents=True)
        shutil.copyfile(ROOT / "models/checkpoints" / CHECKPOINT,
                        self.path / "models/checkpoints" / CHECKPOINT)

    def write(self, workflow, name="workflow.json"):
        path = self.path / name
        path.write_text(workflow if isinstance(workflow, str) else json.dumps(workflow))
        return path

    def run(self, workflow, *args, **options):
        path = workflow if isinstance(workflow, Path) else self.write(workflow)
        return limn("run", path, "--base", self.path, "--precision", "f32", *args, **options)

    def check(self, workflow, *args):
        return limn("check", self.write(workflow), "--base", self.path, *args)

    def files(self, folder="output"):
        return sorted(p.relative_to(self.path / folder).as_posix()
                      for p in (self.path / folder).rglob("*") if p.is_file())


@contextlib.contextmanager
def base():
    with tempfile.TemporaryDirectory(prefix="limn-test-") as folder:
        yield Base(folder)


def text2image(prompt="a red circle on a blue background", negative="", seed=42, steps=20, cfg=4.0,
               size=128, **sampler):
    """The workflow of workflows/text2image.json with other words and numbers."""
    graph = json.loads((ROOT / "workflows/text2image.json").read_text())
    graph["2"]["inputs"]["text"] = prompt
    graph["3"]["inputs"]["text"] = negative
    graph["4"]["inputs"].update(width=size, height=size)
    graph["5"]["inputs"].update(seed=seed, steps=steps, cfg=cfg, **sampler)
    return graph


# ---------------------------------------------------------------- PNG


def png_chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]
        yield kind.decode(), body
        at += 12 + size


def png_texts(data):
    return dict(body.decode("latin-1").split("\0", 1) for kind, body in png_chunks(data)
                if kind == "tEXt")


def png_pixels(data):
    """An 8-bit RGB PNG without interlacing -> width, height, rows of bytes."""
    chunks = list(png_chunks(data))
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, colour, interlace) == (8, 2, 0), "not a plain RGB PNG"
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == "IDAT"))
    stride, rows, above = width * 3, [], bytearray(width * 3)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left = row[i - 3] if i >= 3 else 0
            corner = above[i - 3] if i >= 3 else 0
            row[i] = (row[i] + predict(kind, left, above[i], corner)) & 255
        rows.append(row)
        above = row
    return width, height, rows


def predict(kind, left, up, corner):
    if kind == 4:
        p = left + up - corner
        return min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))[2]
    return (0, left, up, (left + up) // 2)[kind]


# ---------------------------------------------------------------- tests

_tests = []


def test(function):
    """Marks a test; its name is a sentence."""
    _tests.append(function)
    return function


def main():
    return run_tests(_tests)
