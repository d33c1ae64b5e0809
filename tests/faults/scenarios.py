"""scenarios.py: what is done while one call after the other fails: each touches other files, formats and nodes.

A scenario is (name, the words of the command, what is wanted in its own folder). `{out}` and `{here}` in the words are
the scenario's folder for pictures and the base.
"""
import base64
import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/carried"))
from pictures import exif_jpeg, exif_webp, png as carrying_png, text_chunk, unicode_comment  # noqa: E402

WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")  # one pixel, lossless
JPEG = base64.b64decode(  # two by two pixels
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9"
    "//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAACAAIDASIAAhEB"
    "AxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAbEAACAQUAAAAAAAAAAAAAAAAAAQMCERMhcv/EABUBAQEAAAAAAAAAAAAAAAAAAAME/8QAFxEAAwEA"
    "AAAAAAAAAAAAAAAAAAExAv/aAAwDAQACEQMRAD8Al5pVpSV26YAAdJtVn//Z")
WORDS = "a red circle\nSteps: 2, Sampler: Euler, CFG scale: 4, Seed: 7, Size: 64x64, Model: limn-shapes"


def png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((x * 31 + y * 17) % 256 for x in range(width * 3)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def graph(*nodes):
    """("LoadImage", {"image": "a.png"}), … -> a prompt, ids from 1 on; the last is saved unless it shows itself."""
    made = {str(i): {"class_type": name, "inputs": inputs} for i, (name, inputs) in enumerate(nodes, 1)}
    if nodes[-1][0] not in ("PreviewAny", "SaveImage"):
        made[str(len(nodes) + 1)] = {"class_type": "SaveImage",
                                     "inputs": {"images": [str(len(nodes)), 0], "filename_prefix": "x"}}
    return made


EMPTY = graph(("EmptyImage", {"width": 16, "height": 8, "batch_size": 1, "color": 255}))
CANVAS = {"nodes": [{"id": 1, "type": "EmptyImage", "mode": 0, "widgets_values": [16, 8, 1, 255], "inputs": [],
                     "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]},
                    {"id": 2, "type": "SaveImage", "mode": 0, "widgets_values": ["x"], "outputs": [],
                     "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]}],
          "links": [[1, 1, 0, 2, 0, "IMAGE"]], "version": 0.4}

# What is run, and saves one picture.
GRAPHS = {
    "invert": graph(("LoadImage", {"image": "a.png"}), ("ImageInvert", {"image": ["1", 0]})),
    "jpeg": graph(("LoadImage", {"image": "a.jpg"}), ("ImageFlip", {"image": ["1", 0], "flip_method": "x-axis: vertically"})),
    "webp": graph(("LoadImage", {"image": "a.webp"}), ("RepeatImageBatch", {"image": ["1", 0], "amount": 1})),
    "mask": graph(("LoadImageMask", {"image": "a.png", "channel": "red"}), ("GrowMask", {"mask": ["1", 0], "expand": 1, "tapered_corners": True}),
                  ("MaskToImage", {"mask": ["2", 0]})),
    "scaled": graph(("LoadImage", {"image": "a.png"}),
                    ("ImageScale", {"image": ["1", 0], "upscale_method": "lanczos", "width": 5, "height": 4, "crop": "center"})),
    "joined": graph(("LoadImage", {"image": "a.png"}), ("SolidMask", {"value": 0.5, "width": 8, "height": 8}),
                    ("JoinImageWithAlpha", {"image": ["1", 0], "alpha": ["2", 0]})),
    "canvas": CANVAS,
}

# Commands that leave nothing but words.
WORDY = {
    "check": ["check", "{here}/invert.json"],
    "check what is wrong": ["check", "{here}/wrong.json"],
    "export a canvas": ["export", "{here}/canvas.json"],
    "export nested subgraphs": ["export", ROOT / "tests/canvas/corpus/nested.json"],
    "export a group node": ["export", ROOT / "tests/canvas/corpus/group-node.json"],
    "export what is set and got": ["export", ROOT / "tests/canvas/corpus/everywhere.json"],
    "export A1111's words": ["export", "{here}/words.png"],
    "check a JPEG's workflow": ["check", "{here}/carries.jpg"],
    "check a WebP's workflow": ["check", "{here}/carries.webp"],
    "inspect a checkpoint": ["inspect", "{here}/models/checkpoints/limn-shapes.safetensors"],
    "inspect a JPEG": ["inspect", "{here}/input/a.jpg"],
    "explain a node": ["nodes", "KSampler"],
    "list the nodes": ["nodes", "--json"],
    "show a number": ["run", "{here}/number.json", "--quiet"],
    "load a plugin": ["plugins", "--plugin", "{plugin}"],
    "load a locked plugin": ["plugins", "--plugin", "{plugin}", "--plugins-locked", "--plugins-allowed", "{here}/allowed"],
    "run a plugin's node": ["run", "{here}/foreign.json", "--quiet", "--plugin", "{plugin}"],
}


def prepare(home, plugin):
    """Writes what the scenarios read."""
    for name, made in GRAPHS.items():
        home.write(made, f"{name}.json")
    files = {"input/a.png": png(8, 8), "input/a.webp": WEBP,
             "input/a.jpg": JPEG,
             "words.png": carrying_png(text_chunk("parameters", WORDS)),
             "carries.png": carrying_png(text_chunk("prompt", json.dumps(EMPTY))),
             "carries.jpg": exif_jpeg(comment=unicode_comment(WORDS)), "carries.webp": exif_webp([(0x010f, "prompt:" + json.dumps(EMPTY))]),
             "allowed": f"{hashlib.sha256(Path(plugin).read_bytes()).hexdigest()}  it\n".encode()}
    for name, data in files.items():
        (home.path / name).write_bytes(data)
    (home.path / "allowed").chmod(0o644)
    home.write({"1": {"class_type": "KSampelr", "inputs": {}}, "2": {"class_type": "SaveImage", "inputs": {}}}, "wrong.json")
    home.write(graph(("PrimitiveInt", {"value": 7}), ("PreviewAny", {"source": ["1", 0]})), "number.json")
    home.write(graph(("Zoo_good", {"x": 3}), ("PreviewAny", {"source": ["1", 0]})), "foreign.json")
