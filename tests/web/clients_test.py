#!/usr/bin/env python3
"""Clients of ComfyUI's API that others wrote, at work against limn serve. clients_test.py LIMN [NAME]

scripts/setup-clients fetches them; one that is not there is skipped, which is said. Each has a driver in clients/
whose steps are the tests here: it prints "ok STEP" or "FAILED STEP" for each."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
from served import PATIENCE, ROOT, SANITIZED, Served, sampler  # noqa: E402

LIMN = sys.argv[1]
HERE = Path(__file__).resolve().parent / "clients"
FETCHED = ROOT / "build/clients"
NODE = ROOT / "build/node/bin/node"

# client: its driver, the program that runs it, where its packages are
CLIENTS = {
    "stable_canvas": ("stable_canvas.mjs", NODE, FETCHED / "npm/node_modules"),
    "saintno": ("saintno.mjs", NODE, FETCHED / "npm/node_modules"),
    "simplified": ("simplified.py", Path(sys.executable), FETCHED / "python"),
}


def png(width, height):
    """A picture without alpha."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([y * 8 % 256, 40, 200]) * width for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def titled(prompt):
    """Titles, by which some clients find nodes."""
    titles = {"KSampler": "Sampler", "SaveImage": "Save"}
    for key, node in prompt.items():
        node["_meta"] = {"title": titles.get(node["class_type"], f"{node['class_type']} {key}")}
    return prompt


def given(folder):
    """What every driver is given -> the file's path"""
    picture = Path(folder) / "a picture.png"
    picture.write_bytes(png(40, 30))
    path = Path(folder) / "given.json"
    path.write_text(json.dumps({"quick": titled(sampler(steps=4)), "walk": titled(sampler(steps=60)),
                                "long": titled(sampler(steps=10000, seed=3)),
                                "picture": str(picture)}))
    return path


def drive(name, *options, env=None, how=""):
    """Runs a driver against a server of its own; prints its words -> did all go well?"""
    script, program, packages = CLIENTS[name]
    if not (program.is_file() and packages.is_dir()):
        print(f"SKIPPED {name}: it is not here; scripts/setup-clients fetches it")
        return True
    with Served(LIMN, *options) as s, tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, HERE / script, f"http://127.0.0.1:{s.port}", given(folder)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE * 10,
                              env={**os.environ, "PACKAGES": str(packages), "PATIENCE": str(PATIENCE), **(env or {})})
        said = 0
        for line in done.stdout.splitlines():
            word, _, step = line.partition(" ")
            if word in ("ok", "FAILED") and step:
                said += 1
                print(word, f"{name}{how}: {step}")
            else:
                print(line)
        good = done.returncode == 0 and said > 0
        if not good:
            print(s.said()[-3000:])
            if "FAILED " not in done.stdout:
                print(f"FAILED {name}{how}: it ended with {done.returncode}")
    return good


def drive_with_a_token():
    """The one that can send a token, to a server that asks for it; bearer on HTTP and on the socket."""
    with tempfile.NamedTemporaryFile("w", suffix=".token") as f:
        f.write("a-token-of-thirty-two-letters-00")
        f.flush()
        return drive("saintno", "--auth-token-file", f.name, how=" with a token",
                     env={"TOKEN": "a-token-of-thirty-two-letters-00"})


def main():
    wanted = [name for name in CLIENTS if len(sys.argv) < 3 or sys.argv[2] in name]
    good = [drive(name) for name in wanted] + [drive_with_a_token() for name in wanted if name == "saintno"]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
