"""The server's own paths when the disk fails: one call after the other that concerns the files of a request says "no space
left", "input/output error" or "too many open files", or writes only half of what it was asked.

    serve_disk_test.py LIMN DISK_SHIM [PART OF A TEST'S NAME]

Each time the request is answered in words that fit, what stands under a final name is whole, the old or the new, nothing lies
about, and the server goes on.
"""
import errno
import json
import mmap
import os
import struct
import sys
import tempfile
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served, empty  # noqa: E402

LIMN, SHIM = sys.argv[1:3]
SHORT, MOST = -1, 60
KINDS = {"no space": errno.ENOSPC, "broken": errno.EIO, "descriptors": errno.EMFILE, "half": SHORT}
WORDS = {errno.ENOSPC: ({507}, "no space"), errno.EIO: ({500, 507, 503}, ""), errno.EMFILE: ({503, 500}, ""), SHORT: (set(), "")}


def form(*parts):
    """(name, value) and (name, bytes, filename) -> body, headers"""
    body = b""
    for name, value, *filename in parts:
        named = f'; filename="{filename[0]}"' if filename else ""
        body += (f'--limn\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() +
                 (value if filename else value.encode()) + b"\r\n")
    return body + b"--limn--\r\n", {"Content-Type": "multipart/form-data; boundary=limn"}


def png(side, alpha):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes((200, 30, 40, alpha)) * side) * side
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Disk:
    """The page that tests/faults/disk_shim.c reads."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="limn-disk-")
        self.file.truncate(256)
        self.page = mmap.mmap(self.file.fileno(), 256)

    def fail(self, where, at, error):
        self.page[24:256] = where.encode().ljust(232, b"\0")
        self.page[:24] = struct.pack("qqq", at, error, 0)

    def work(self):
        """-> how many calls there were"""
        calls = struct.unpack("q", self.page[16:24])[0]
        self.page[:8] = struct.pack("q", 0)
        return calls


class OnDisk(Served):
    def __init__(self):
        self.disk = Disk()
        super().__init__(LIMN, "--no-plugins", env={"LD_PRELOAD": SHIM, "LIMN_DISK": self.disk.file.name})

    def post(self, route, body, headers=None):
        """-> status, words"""
        status, answer, _ = self.ask("POST", route, body, headers or {"Content-Type": "application/json"})
        return status, answer.decode(errors="replace")

    def upload(self, data, name, route="/upload/image", **fields):
        return self.post(route, *form(("image", data, name), *fields.items()))


def soon(what):
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.01)


def litter(base):
    """Names that no request gave."""
    return [str(p.relative_to(base)) for d in ("input", "output", "user", "state/uploads", "state/versions")
            for p in (base / d).rglob("*") if p.is_file() and (p.name.startswith((".", "limn-")) or d == "state/uploads")]


def go_through(s, wheres, file, request):
    """`request(i)` writes and gives back (status, words, the bytes that are wanted under `file`), once for each call that can fail.
    -> how many failed in all, and how many of these requests were refused"""
    failed = refused = 0
    for where in wheres:
        for kind, error in KINDS.items():
            for at in range(1, MOST):
                path = s.base / file
                before = path.read_bytes() if path.exists() else None
                s.disk.fail(where, at, error)
                status, words, after = request(failed * 100 + at)
                calls = s.disk.work()
                told = (file, where, kind, at, status, words)
                assert s.process.poll() is None, (told, s.said()[-3000:])
                now = path.read_bytes() if path.exists() else None
                assert now == after if status == 200 else now in (before, after), told
                soon(lambda: not litter(s.base))
                if calls < at:
                    assert status == 200, told
                    break
                failed += 1
                refused += status != 200
                if os.environ.get("LIMN_DISK_SHOW") and status != 200:
                    print("  ", told)
                wanted, text = WORDS[error]
                assert status == 200 or (status in wanted and words and text in words), told
            else:
                raise AssertionError(f"{file}: more than {MOST} calls")
    assert failed >= 8 and refused >= 4, (file, failed, refused)
    return failed, refused


def an_upload_is_whole_or_not_there():
    with OnDisk() as s:
        def new(i):
            data = os.urandom(200000)
            return *s.upload(data, "a.bin", overwrite="1"), data

        print("  ", go_through(s, ("/state/uploads", "/input/"), "input/a.bin", new))
        original = png(16, 255)
        assert s.upload(original, "o.png")[0] == 200
        masked = []

        def mask(i):
            answer = s.upload(png(16, i % 256), "m.png", "/upload/mask", overwrite="1",
                              original_ref=json.dumps({"filename": "o.png", "type": "input"}))
            masked.append(answer[0])
            made = (s.base / "input/m.png").read_bytes() if (s.base / "input/m.png").exists() else None
            assert made is None or made.endswith(b"IEND\xaeB`\x82"), "a picture is whole"
            return *answer, made

        print("  ", go_through(s, ("/state/uploads", "/input/"), "input/m.png", mask))
        assert (s.base / "input/o.png").read_bytes() == original and masked.count(200) > 8


def settings_and_files_of_users_are_the_old_or_the_new():
    with OnDisk() as s:
        kept = {}

        def settings(i):
            status, words = s.post("/settings", json.dumps({"key": i, "text": "x" * 5000}))
            there = json.loads((s.base / "user/default/comfy.settings.json").read_text())
            assert there["key"] in (i, kept.get("key")), "a setting is the old one or the new one"
            kept["key"] = there["key"]
            return status, words, (s.base / "user/default/comfy.settings.json").read_bytes()

        assert s.post("/settings", "{\"key\": 0}")[0] == 200
        kept["key"] = 0
        print("  ", go_through(s, ("/user/",), "user/default/comfy.settings.json", settings))

        def saved(i):
            data = json.dumps({"nodes": [], "i": i, "x": "y" * 3000}).encode()
            return *s.post("/userdata/workflows%2Fa.json", data), data

        print("  ", go_through(s, ("/user/",), "user/default/workflows/a.json", saved))
        versions = s.json("GET", "/limn/versions?file=workflows%2Fa.json")[1]
        assert versions, "what was saved is kept as versions"


def versions_that_cannot_be_kept_cost_no_file():
    """The file itself is saved, or the answer says why not; each version that is listed is one that can be read."""
    failed = 0
    with OnDisk() as s:
        for kind, error in KINDS.items():
            for at in range(1, MOST):
                data = json.dumps({"nodes": [], "kind": kind, "at": at}).encode()
                s.disk.fail("/state/versions", at, error)
                status, words = s.post("/userdata/workflows%2Fv.json", data)
                calls = s.disk.work()
                assert s.process.poll() is None and (status == 200 or words), (kind, at, status, words)
                now = (s.base / "user/default/workflows/v.json").read_bytes()
                assert (now == data) == (status == 200), (kind, at, status, words)
                soon(lambda: not litter(s.base))
                if calls < at:
                    break
                failed += 1
        assert failed >= 8, failed
        for v in s.json("GET", "/limn/versions?file=workflows%2Fv.json")[1]:
            status, text, _ = s.ask("GET", f"/limn/versions/{v['id']}?file=workflows%2Fv.json")
            assert status == 200 and json.loads(text)["nodes"] == [], (v, status)


def a_small_picture_that_cannot_be_kept_is_shown_all_the_same():
    with OnDisk() as s:
        assert s.upload(png(64, 255), "p.png")[0] == 200
        failed = 0
        for error in KINDS.values():
            for at in range(1, MOST):
                s.disk.fail("/state/thumbs", at, error)
                status, data, _ = s.ask("GET", f"/view?filename=p.png&type=input&limn_w={failed + 2}&limn_h=64")
                calls = s.disk.work()
                assert s.process.poll() is None and status == 200 and data[8:12] == b"WEBP", (error, at, status, data[:200])
                if calls < at:
                    break
                failed += 1
        assert failed >= 4, failed
        again = s.ask("GET", "/view?filename=p.png&type=input&limn_w=2&limn_h=64")
        assert again[0] == 200 and again[1][8:12] == b"WEBP", again[:1]


def a_job_that_meets_a_full_disk_says_so_and_the_next_one_is_done():
    with OnDisk() as s:
        s.wait(s.queue(empty(1)))
        failed = 0
        for error in KINDS.values():
            for at in range(1, MOST):
                s.disk.fail("/output/", at, error)
                entry = s.wait(s.queue(empty(failed * 1000 + at)))
                calls = s.disk.work()
                status = entry["status"]
                for p in (s.base / "output").rglob("*"):
                    assert p.read_bytes().endswith(b"IEND\xaeB`\x82"), f"{p} is not whole"
                if calls < at:
                    assert status["completed"], status
                    break
                if not status["completed"]:
                    failed += 1
                    said = json.dumps(status["messages"])
                    assert error != SHORT and os.strerror(error).lower() in said.lower(), said
                assert s.process.poll() is None and s.ask("GET", "/queue")[0] == 200
        assert failed >= 4, failed
        print("  ", failed, "jobs failed")
        assert s.wait(s.queue(empty(99)))["status"]["completed"]


TESTS = [an_upload_is_whole_or_not_there, settings_and_files_of_users_are_the_old_or_the_new,
         versions_that_cannot_be_kept_cost_no_file, a_small_picture_that_cannot_be_kept_is_shown_all_the_same,
         a_job_that_meets_a_full_disk_says_so_and_the_next_one_is_done]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=3))
