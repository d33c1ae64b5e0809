"""compare_full.py: how far one safetensors file is from another, tensor by tensor.  Needs numpy.

    python tests/parity/compare_full.py REF.safetensors OUT.safetensors [--limit L2] [--nhwc]

For each tensor that both files hold: relative L2 (|out - ref| / |ref|), the largest difference, and PSNR in decibels (against
1 for values within 0..1, else against the reference's span).  --nhwc: OUT keeps rank-4 tensors with channels last where
REF has channels second.  Exit status 1: a tensor of REF is missing, has another shape, or exceeds the limit.
"""
import argparse
import json
import struct
import sys

import numpy as np

TYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "F16": np.dtype("<f2"), "U8": np.dtype("u1"),
         "I64": np.dtype("<i8"), "I32": np.dtype("<i4")}


def read(path):
    """{name: array in float64}."""
    with open(path, "rb") as f:
        data = f.read()
    size, = struct.unpack("<Q", data[:8])
    out = {}
    for name, t in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        a, b = t["data_offsets"]
        raw = data[8 + size + a:8 + size + b]
        if t["dtype"] == "BF16":
            v = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            v = np.frombuffer(raw, TYPES[t["dtype"]])
        out[name] = v.astype(np.float64).reshape(t["shape"])
    return out


def compare(ref, out):
    """(relative L2, largest difference, PSNR)."""
    d = out - ref
    l2 = np.linalg.norm(d) / max(np.linalg.norm(ref), 1e-30)
    peak = 1.0 if ref.min() >= 0.0 and ref.max() <= 1.0 else ref.max() - ref.min()
    mse = float(np.mean(d * d))
    psnr = float("inf") if mse == 0.0 else 10.0 * np.log10(peak * peak / mse)
    return l2, float(np.abs(d).max()) if d.size else 0.0, psnr


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("ref")
    p.add_argument("out")
    p.add_argument("--limit", type=float, help="the largest relative L2 that passes")
    p.add_argument("--nhwc", action="store_true")
    options = p.parse_args()
    ref, out = read(options.ref), read(options.out)
    failed = False
    print(f"{'tensor':32} {'shape':22} {'rel L2':>10} {'max abs':>10} {'PSNR dB':>8}")
    for name, r in ref.items():
        if name not in out:
            print(f"{name:32} missing")
            failed = True
            continue
        o = out[name]
        if options.nhwc and o.ndim == 4 and o.shape != r.shape:
            o = np.moveaxis(o, -1, 1)
        if o.shape != r.shape:
            print(f"{name:32} {r.shape} in the reference, {o.shape} here")
            failed = True
            continue
        l2, largest, psnr = compare(r, o)
        bad = not np.isfinite(l2) or (options.limit is not None and l2 > options.limit)
        failed |= bad
        print(f"{name:32} {'x'.join(map(str, r.shape)):22} {l2:10.2e} {largest:10.2e} {psnr:8.1f}{'   FAR' if bad else ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
