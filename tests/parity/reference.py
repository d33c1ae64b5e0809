"""reference.py: what every recording script here shares: opening the reference implementation from a path, exact
number text, and files that say which script, version and dtype made them.

The reference is ComfyUI. It is imported from the folder named by --comfy, never copied; PYTHONPATH must name stand-ins
for torchvision and torchaudio where these have no build for the machine.
"""
import argparse
import hashlib
import json
import os
import struct
import sys

import numpy as np

FORMAT = 1      # rises when the meaning of a recorded file changes


def arguments(doc, **defaults):
    """The options every script takes; a script adds its own to what this returns."""
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--comfy", required=True, metavar="DIR", help="a ComfyUI source folder (recorded with 0.3.64)")
    p.add_argument("--commit", default="a125cd84", help="the commit of that folder, for the metadata")
    p.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)), metavar="DIR",
                   help="where the recorded files go (default: beside the scripts)")
    p.set_defaults(**defaults)
    return p


def open_comfy(options, *flags):
    """Makes `import comfy` and `import nodes` work, on the CPU and in float32.  `flags` go to ComfyUI's own parser."""
    sys.argv = [sys.argv[0], "--cpu", "--use-pytorch-cross-attention", "--force-fp32", "--fp32-vae", "--fp32-text-enc",
                "--disable-all-custom-nodes", *flags]
    sys.path.insert(0, options.comfy)
    import comfy.options
    comfy.options.enable_args_parsing()
    import comfy.model_management       # reads the flags, picks the device


def meta(options, script):
    """What a recorded file says about its making; strings only, as safetensors wants."""
    import torch
    version = {}
    with open(os.path.join(options.comfy, "comfyui_version.py")) as f:
        exec(f.read(), version)
    return {"format": str(FORMAT), "script": "tests/parity/" + os.path.basename(script),
            "reference": "ComfyUI " + version["__version__"], "commit": options.commit,
            "torch": torch.__version__, "device": "cpu", "dtype": "float32", "order": "NCHW, last axis fastest"}


def hexf(x):
    """One float32 as C hex text ("0x1.8p+1"), which strtof reads back exactly."""
    x = float(x)
    if x != x or x in (float("inf"), float("-inf")):
        return {"inf": "inf", "-inf": "-inf"}.get(str(x), "nan")
    text = x.hex()
    assert struct.unpack("<f", struct.pack("<f", x))[0] == x, "not a float32"
    head, p, exponent = text.partition("p")
    if "." in head:
        head = head.rstrip("0").rstrip(".")
    return head + p + exponent


def hexd(x):
    """One double as C hex text."""
    head, p, exponent = float(x).hex().partition("p")
    if "." in head:
        head = head.rstrip("0").rstrip(".")
    return head + p + exponent


def sha256(t):
    """SHA-256 of a float32 tensor's bytes, little-endian, in the tensor's own order (NCHW)."""
    return hashlib.sha256(np.ascontiguousarray(t.detach().cpu().numpy().astype("<f4")).tobytes()).hexdigest()


def write_json(path, top):
    """A JSON file that is kind to diffs: one line a row of each table."""
    def row(v):
        return json.dumps(v, ensure_ascii=True, separators=(",", ":"))
    parts = []
    for key, value in top.items():
        if isinstance(value, list) and value:
            body = ",\n".join("  " + row(v) for v in value)
            parts.append(f" {json.dumps(key)}: [\n{body}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {row(value)}")
    with open(path, "w", encoding="ascii", newline="\n") as f:
        f.write("{\n" + ",\n".join(parts) + "\n}\n")
    print(path, os.path.getsize(path), "bytes")


TYPES = {"float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "uint8": "U8"}


def write_tensors(path, tensors, metadata):
    """A safetensors file with its tensors in the order given; the same content is the same bytes, run after run."""
    header, at, data = {"__metadata__": metadata}, 0, []
    for name, t in tensors.items():
        a = np.ascontiguousarray(t.detach().cpu().numpy())
        header[name] = {"dtype": TYPES[a.dtype.name], "shape": list(t.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
        data.append(a)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for a in data:
            f.write(a.tobytes())
    print(path, os.path.getsize(path), "bytes,", len(tensors), "tensors")
