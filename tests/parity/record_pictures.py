"""record_pictures.py: small picture files of every kind, and what Pillow makes of them the way ComfyUI's LoadImage and
LoadImageMask use it.  Writes pictures/*, and pictures/expected.txt beside pictures/expected.bin:

    FILE WIDTH HEIGHT FRAMES ALPHA      RGB bytes of every frame, then alpha bytes of every frame
    resize FILE WIDTH HEIGHT CHANNELS   the first frame of FILE by Pillow's LANCZOS

ALPHA: 0 none (255 everywhere), 1 LoadImage sees it, 2 only LoadImageMask does (one transparent colour of a grey or RGB
PNG).  Greys of 16 bits are v / 255, cut off at 255: what ComfyUI asks for and what Pillow did while it called them "I".

    python tests/parity/record_pictures.py [--ycck FILE]

--ycck: a JPEG in YCCK, which Pillow cannot write (jpeg_set_colorspace(&c, JCS_YCCK) of libjpeg can).
"""
import argparse
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps, ImageSequence

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "pictures")
W, H = 13, 9


# ---- PNG by hand: every bit depth, interlacing ---------------------------------------------------------------------

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_rows(samples, bits):
    """[h, w, c] of whole numbers as filtered rows."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            packed = row.astype(">u2").tobytes()
        else:
            text = "".join(format(int(v), f"0{bits}b") for v in row)
            text += "0" * (-len(text) % 8)
            packed = bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))
        rows += b"\0" + packed
    return rows


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png(samples, bits, kind, *extra, interlaced=False):
    h, w = samples.shape[:2]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    raw = b"".join(pack_rows(p, bits) for p in parts if p.size)
    head = struct.pack(">IIBBBBB", w, h, bits, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(extra) + chunk(b"IDAT", zlib.compress(raw, 9))
            + chunk(b"IEND", b""))


def noise(channels, bits, seed):
    y, x = np.mgrid[0:H, 0:W]
    rng = np.random.default_rng(seed)
    top = (1 << bits) - 1
    waves = np.stack([np.sin(x / 3 + c) + np.cos(y / 2 - c) + rng.random((H, W)) / 2 for c in range(channels)], -1)
    return np.clip((waves + 2) / 4.5 * top, 0, top).astype(np.int64)


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e.tobytes()


def pngs():
    palette = bytes(np.random.default_rng(5).integers(0, 256, 768).astype(np.uint8))
    for bits in (1, 2, 4, 8, 16):
        yield f"grey{bits}", png(noise(1, bits, bits), bits, 0)
        yield f"grey{bits}_woven", png(noise(1, bits, bits), bits, 0, interlaced=True)
    for bits in (1, 2, 4, 8):
        indices = noise(1, bits, 10 + bits)
        colours = chunk(b"PLTE", palette[:3 << bits])
        yield f"palette{bits}", png(indices, bits, 3, colours)
        yield f"palette{bits}_alpha", png(indices, bits, 3, colours, chunk(b"tRNS", bytes([9, 255, 128, 0][:1 << bits])))
        yield f"palette{bits}_woven", png(indices, bits, 3, colours, interlaced=True)
    for name, kind, channels in (("rgb", 2, 3), ("grey_alpha", 4, 2), ("rgba", 6, 4)):
        for bits in (8, 16):
            yield f"{name}{bits}", png(noise(channels, bits, 30 + bits + kind), bits, kind)
            yield f"{name}{bits}_woven", png(noise(channels, bits, 30 + bits + kind), bits, kind, interlaced=True)
    grey, rgb = noise(1, 8, 50), noise(3, 8, 51)
    yield "grey8_key", png(grey, 8, 0, chunk(b"tRNS", struct.pack(">H", int(grey[2, 3, 0]))))
    yield "grey1_key", png(noise(1, 1, 1), 1, 0, chunk(b"tRNS", struct.pack(">H", 1)))
    yield "rgb8_key", png(rgb, 8, 2, chunk(b"tRNS", struct.pack(">HHH", *map(int, rgb[4, 5]))))
    for o in range(1, 9):
        yield f"turned{o}", png(rgb, 8, 2, chunk(b"eXIf", exif(o)[6:]))
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>"
    yield "turned_xmp", png(rgb, 8, 2, chunk(b"iTXt", xmp))
    yield "profile", png(rgb, 8, 2, chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"sRGB", b"\0"),
                         chunk(b"iCCP", b"wrong\0\0" + zlib.compress(b"no profile")), chunk(b"pHYs", b"\0" * 9))


def others():
    def saved(image, **how):
        to = io.BytesIO()
        image.save(to, **how)
        return to.getvalue()

    rgb = Image.fromarray(noise(3, 8, 60).astype(np.uint8))
    rgba = Image.fromarray(noise(4, 8, 61).astype(np.uint8))
    for quality, s in ((30, 0), (75, 1), (92, 2)):
        yield f"q{quality}.jpg", saved(rgb, format="JPEG", quality=quality, subsampling=s)
        yield f"q{quality}_progressive.jpg", saved(rgb, format="JPEG", quality=quality, subsampling=s, progressive=True)
    yield "grey.jpg", saved(rgb.convert("L"), format="JPEG")
    yield "cmyk.jpg", saved(rgb.convert("CMYK"), format="JPEG", quality=90)
    yield "restarts.jpg", saved(rgb, format="JPEG", restart_marker_blocks=1)
    for o in (2, 5, 6, 7, 8):
        yield f"turned{o}.jpg", saved(rgb, format="JPEG", exif=exif(o))
    yield "two.mpo.jpg", saved(rgb, format="MPO", save_all=True, append_images=[rgba.convert("RGB")])
    yield "lossy.webp", saved(rgb, format="WEBP", quality=60)
    yield "lossless.webp", saved(rgb, format="WEBP", lossless=True)
    yield "lossy_alpha.webp", saved(rgba, format="WEBP", quality=60)
    yield "lossless_alpha.webp", saved(rgba, format="WEBP", lossless=True)
    yield "turned.webp", saved(rgb, format="WEBP", lossless=True, exif=exif(8))
    frames = [Image.fromarray(np.roll(noise(4, 8, 62), i, 1).astype(np.uint8)) for i in range(3)]
    yield "frames_alpha.webp", saved(frames[0], format="WEBP", save_all=True, append_images=frames[1:], lossless=True)
    frames = [f.convert("RGB") for f in frames]
    yield "frames.webp", saved(frames[0], format="WEBP", save_all=True, append_images=frames[1:], lossless=True)


# ---- what ComfyUI makes of a file -----------------------------------------------------------------------------------

def look(data):
    """-> RGB frames, alpha frames, the ALPHA column."""
    image, rgbs, alphas, seen = Image.open(io.BytesIO(data)), [], [], 0
    for frame in ImageSequence.Iterator(image):
        frame = ImageOps.exif_transpose(frame)
        if frame.mode == "I;16":
            frame = Image.fromarray(np.minimum(np.array(frame) * (1 / 255), 255).astype(np.uint8))
        rgbs.append(np.array(frame.convert("RGB")))
        alphas.append(np.array(frame.convert("RGBA").getchannel("A")))
        counts = "A" in frame.getbands() or (frame.mode == "P" and "transparency" in frame.info)
        seen = 1 if counts else 2 if "transparency" in frame.info else 0
        if image.format in ("MPO", "JPEG"):
            break
    return rgbs, alphas, seen


SIZES = ((5, 4), (31, 20), (13, 3), (4, 9), (20, 2), (3, 30))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ycck", metavar="FILE")
    options = p.parse_args()
    files = {name + ".png": data for name, data in pngs()} | dict(others())
    if options.ycck:
        files["ycck.jpg"] = open(options.ycck, "rb").read()
    os.makedirs(OUT, exist_ok=True)
    lines, blob = [], b""
    for name, data in files.items():
        with open(os.path.join(OUT, name), "wb") as f:
            f.write(data)
        rgbs, alphas, seen = look(data)
        lines.append(f"{name} {rgbs[0].shape[1]} {rgbs[0].shape[0]} {len(rgbs)} {seen}")
        blob += b"".join(a.tobytes() for a in rgbs) + b"".join(a.tobytes() for a in alphas)
    for name, mode in (("rgb8.png", "RGB"), ("rgba8.png", "RGBA")):
        for size in SIZES:
            small = Image.open(io.BytesIO(files[name])).convert(mode).resize(size, Image.Resampling.LANCZOS)
            lines.append(f"resize {name} {size[0]} {size[1]} {len(mode)}")
            blob += np.array(small).tobytes()
    with open(os.path.join(OUT, "expected.txt"), "w") as f:
        f.write("\n".join(lines) + "\n")
    with open(os.path.join(OUT, "expected.bin"), "wb") as f:
        f.write(blob)
    print(len(files), "files,", sum(map(len, files.values())), "bytes;", len(blob), "bytes expected of them")


main()
