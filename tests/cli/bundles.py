"""Bundles made by hand, well and badly, byte by byte. bundles.py FOLDER writes them as seeds for tests/fuzz/fuzz_bundle.c."""
import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path


def png(colour=(200, 30, 30), side=4):
    """A small picture."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes(colour) * side for _ in range(side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Entry:
    """What a zip says of an entry; `local` says otherwise in front of its bytes."""

    def __init__(self, name, data, deflate=False, **lies):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data = data
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.packed = packer.compress(data) + packer.flush() if deflate else data
        self.lies = lies
        self.head = {"flags": 0, "method": 8 if deflate else 0, "crc": zlib.crc32(data), "packed": len(self.packed), "size": len(data),
                     "extra": b"", "comment": b"", "mode": 0o100644, "made_by": 3, "name": self.name} | lies.get("both", {})

    def local(self):
        h = self.head | self.lies.get("local", {})
        return b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, h["flags"], h["method"], 0, 33, h["crc"], h["packed"], h["size"],
                                       len(h["name"]), len(h["extra"])) + h["name"] + h["extra"]

    def central(self, at):
        h = self.head | self.lies.get("central", {})
        return b"PK\1\2" + struct.pack("<BBHHHHHIIIHHHHHII", 20, h["made_by"], 20, h["flags"], h["method"], 0, 33, h["crc"], h["packed"],
                                       h["size"], len(h["name"]), len(h["extra"]), len(h["comment"]), h.get("disk", 0), 0,
                                       h["mode"] << 16, h.get("at", at)) + h["name"] + h["extra"] + h["comment"]


def zipped(entries, before=b"", between=b"", after=b"", **end):
    body, directory = before, b""
    for e in entries:
        directory += e.central(len(body))
        body += e.local() + e.packed + between
    n = end.get("count", len(entries))
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", end.get("disk", 0), 0, n, end.get("whole", n), end.get("size", len(directory)),
                                                       end.get("at", len(body)), len(end.get("comment", b""))) + end.get("comment", b"") + after


def workflow(image="cat.png", model="m.safetensors"):
    return {"1": {"class_type": "LoadImage", "inputs": {"image": image}},
            "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
            "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "out"}}} | (
                {} if not model else {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": model}}})


def sha(data):
    return hashlib.sha256(data).hexdigest()


def manifest(picture=None, **more):
    picture = picture or png()
    return {"format": 1, "limn": "0.1.0",
            "inputs": [{"file": "inputs/1.png", "name": "cat.png", "bytes": len(picture), "sha256": sha(picture)}],
            "models": [], "plugins": []} | more


def parts(picture=None, graph=None, said=None):
    """The entries of a good bundle."""
    picture = picture or png()
    return [Entry("manifest.json", json.dumps(said or manifest(picture)).encode(), True),
            Entry("workflow.json", json.dumps(graph or workflow(model=None)).encode(), True), Entry("inputs/1.png", picture)]


def good():
    return zipped(parts())


def with_entry(*entries):
    return zipped(parts() + list(entries))


def with_manifest(said):
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    return zipped([Entry("manifest.json", text, True)] + parts()[1:])


def without(name):
    return zipped([e for e in parts() if e.name != name.encode()])


def lying(i, **lies):
    entries = parts()
    old = entries[i]
    entries[i] = Entry(old.name, old.data, old.head["method"] == 8, **lies)
    return zipped(entries)


def overlapping():
    """Two rows of the directory for the same bytes."""
    entries = parts()
    body = b"".join(e.local() + e.packed for e in entries)
    directory, at = b"", 0
    for e in entries:
        directory += e.central(at)
        at += len(e.local() + e.packed)
    twin = Entry("inputs/2.png", entries[2].data)
    directory += twin.central(at - len(entries[2].local() + entries[2].packed))
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 4, 4, len(directory), len(body), 0)


def nested_quine():
    """The second entry's header lies within the first one's bytes."""
    inner = Entry("workflow.json", json.dumps(workflow(model=None)).encode())
    outer = Entry("manifest.json", b" " + inner.local() + inner.packed)
    body = outer.local() + outer.packed
    directory = outer.central(0) + inner.central(len(outer.local()) + 1)
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 2, 2, len(directory), len(body), 0)


def attacks():
    """name -> (bytes, a word of what is said of them)"""
    ok = good()
    picture = png()
    second = png((0, 0, 255))
    listed = manifest()["inputs"]
    names = {"absolute": "/etc/passwd", "parent": "../workflow.json", "parent_within": "inputs/../../x.png", "backslash": "..\\x.png",
             "drive": "C:/x.png", "dot": "./workflow2.json", "twice_slash": "inputs//1.png", "ends_in_slash": "inputs/", "empty": "",
             "nul": b"workflow.json\0.png", "newline": "inputs/a\nb.png", "unicode": "inputs/é.png", "colon": "inputs/x.png:stream",
             "long": "inputs/" + "x" * 200, "home": "~/x.png", "dots": "inputs/..."}
    out = {f"name_{key}": (with_entry(Entry(name, picture)), "name" if key != "dots" else "pictures") for key, name in names.items()}
    out |= {
        "truncated": (ok[:-30], "end"), "one_byte_short": (ok[:-1], "end"), "only_the_beginning": (b"PK\3\4", "whole"),
        "junk_before": (zipped(parts(), before=b"#!/bin/sh\n"), ""), "junk_after": (ok + b"x", "end"),
        "junk_between": (zipped(parts(), between=b"hidden"), "between"), "comment": (zipped(parts(), comment=b"hello"), "end"),
        "two_disks": (zipped(parts(), disk=1), "parts"), "counts_differ": (zipped(parts(), whole=9), "parts"),
        "too_few_rows": (zipped(parts(), count=2), "directory"), "too_many_rows": (zipped(parts(), count=4), "directory"),
        "directory_elsewhere": (zipped(parts(), at=5), "directory"), "directory_beyond": (zipped(parts(), at=0xfffffff0), "directory"),
        "huge_count": (zipped(parts(), count=0xffff), "entries"),
        "many_entries": (zipped(parts() + [Entry(f"inputs/x{i}.png", b"") for i in range(300)]), "entries"),
        "a_link": (with_entry(Entry("inputs/2.png", b"/etc/passwd", both={"mode": 0o120777})), "link"),
        "a_folder": (with_entry(Entry("inputs/2.png", b"", both={"mode": 0o040755})), "folder"),
        "a_device": (with_entry(Entry("inputs/2.png", b"", both={"mode": 0o020666})), "device"),
        "encrypted": (lying(2, both={"flags": 1}), "encrypted"), "sizes_behind": (lying(2, both={"flags": 8}), "behind"),
        "strange_flags": (lying(2, both={"flags": 0x2000}), "flags"), "bzip2": (lying(2, both={"method": 12}), "packed"),
        "row_comment": (lying(2, central={"comment": b"x"}), "comment"), "row_disk": (lying(2, central={"disk": 1}), "disk"),
        "other_name_inside": (lying(2, local={"name": b"inputs/2.png"}), "something else"),
        "other_size_inside": (lying(2, local={"size": 9}), "something else"), "other_crc_inside": (lying(2, local={"crc": 9}), "something else"),
        "other_method_inside": (lying(2, local={"method": 8}), "something else"),
        "other_flags_inside": (lying(2, local={"flags": 2048}), "something else"),
        "wrong_crc": (lying(2, both={"crc": 1}), "damaged"), "stored_lie": (lying(2, both={"size": 5}), "stored"),
        "deflated_less": (lying(1, both={"size": 10}), "damaged"), "deflated_more": (lying(1, both={"size": 5000}), "damaged"),
        "packed_beyond": (lying(2, both={"packed": 1 << 30, "size": 1 << 30}), ""), "offset_beyond": (lying(2, central={"at": 1 << 30}), "not where"),
        "offset_of_another": (lying(2, central={"at": 0}), "something else"),
        "same_name_twice": (with_entry(Entry("inputs/1.png", second)), "twice"), "same_name_other_case": (with_entry(Entry("INPUTS/1.PNG", second)), "twice"),
        "overlap": (overlapping(), ""), "header_within": (nested_quine(), ""),
        "bomb": (with_entry(Entry("inputs/2.png", b"\0" * (40 << 20), True)), "grow"),
        "claims_4_gb": (lying(1, both={"size": 0xffffffff}), "grow"),
        "code": (with_entry(Entry("plugin.so", b"\x7fELF")), "no bundle has"), "a_script": (with_entry(Entry("inputs/run/x.sh", b"#!")), "no bundle has"),
        "a_picture_nobody_lists": (with_entry(Entry("inputs/2.png", second)), "lists"),
        "no_manifest": (without("manifest.json"), "not a bundle"), "no_workflow": (without("workflow.json"), "not a bundle"),
        "no_picture": (without("inputs/1.png"), "not in the bundle"),
        "large_thumbnail": (with_entry(Entry("thumbnail.webp", bytes(range(256)) * 8192)), "at most"),
        "manifest_no_json": (with_manifest(b"{"), "line 1"), "manifest_key_twice": (with_manifest(b'{"format":1,"format":1}'), "line 1"),
        "manifest_deep": (with_manifest(b"[" * 5000), "line 1"), "manifest_list": (with_manifest([]), "format"),
        "format_2": (with_manifest(manifest(format=2)), "format 1"), "format_text": (with_manifest(manifest(format="1")), "format 1"),
        "author_number": (with_manifest(manifest(author=5)), "author"), "author_escapes": (with_manifest(manifest(author="\x1b[31m")), "author"),
        "author_nul": (with_manifest(manifest(author="a\0b")), "author"), "licence_long": (with_manifest(manifest(licence="x" * 5000)), "licence"),
        "inputs_object": (with_manifest(manifest(inputs={})), "list"), "inputs_numbers": (with_manifest(manifest(inputs=[1])), "sha256"),
        "input_without_digest": (with_manifest(manifest(inputs=[{"file": "inputs/1.png", "name": "cat.png"}])), "sha256"),
        "digest_path": (with_manifest(manifest(inputs=[listed[0] | {"sha256": "../" + "a" * 61}])), "sha256"),
        "digest_of_another": (with_manifest(manifest(inputs=[listed[0] | {"sha256": sha(second)}])), "manifest"),
        "input_is_the_workflow": (with_manifest(manifest(inputs=[listed[0] | {"file": "workflow.json"}])), "not in the bundle"),
        "input_twice": (with_manifest(manifest(inputs=listed * 2)), "twice"), "input_no_name": (with_manifest(manifest(inputs=[listed[0] | {"name": ""}])), "name"),
        "many_models": (with_manifest(manifest(models=[{"folder": "vae", "name": "x"}] * 300)), "at most"),
        "model_negative": (with_manifest(manifest(models=[{"folder": "vae", "name": "x", "bytes": -1}])), "model"),
        "model_no_folder": (with_manifest(manifest(models=[{"name": "x"}])), "model"),
        "no_picture_inside": (zipped(parts(b"#!/bin/sh\nrm -rf /\n")), "picture"),
        "workflow_no_json": (zipped([parts()[0], Entry("workflow.json", b"{", True), parts()[2]]), "line 1"),
        "workflow_list": (zipped(parts(graph=[1, 2])), "workflow"),
    }
    return out


def seeds():
    for name, (data, _) in attacks().items():
        if len(data) < 4096:
            yield name, data
    yield "good", good()
    yield "extra_fields", zipped([Entry(e.name, e.data, e.head["method"] == 8, both={"extra": b"UT\5\0\3abcd"}) for e in parts()])
    yield "models", with_manifest(manifest(author="A", licence="B", models=[{"folder": "vae", "name": "x", "bytes": 5, "sha256": "ab" * 32, "family": "F"}],
                                           plugins=[{"id": "p", "version": "1"}]))


if __name__ == "__main__":
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for name, data in seeds():
        (to / name).write_bytes(data)
