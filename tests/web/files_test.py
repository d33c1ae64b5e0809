#!/usr/bin/env python3
"""Files over real sockets: what clients read and write, and what strangers try. files_test.py LIMN [NAME [ATTEMPTS]]"""
import base64
import hashlib
import http.client
import json
import os
import random
import re
import socket
import stat
import struct
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import HOST, PATIENCE, Served  # noqa: E402

LIMN = sys.argv[1]
ATTEMPTS = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
ACTIVE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


class Files(Served):
    """A server whose base lies in a folder of the test's own, with room for what must not be reached."""

    def __init__(self, *options, **more):
        self.outer = tempfile.TemporaryDirectory(prefix="limn-files-")
        base = Path(self.outer.name) / "deep" / "base"
        base.mkdir(parents=True)
        super().__init__(LIMN, *options, base=base, **more)

    def __exit__(self, *failure):
        super().__exit__(*failure)
        self.outer.cleanup()

    def put(self, name, data=b"bytes"):
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def text(self, method, path, body=None, headers=None):
        status, data, _ = self.ask(method, path, body, headers)
        return status, data.decode()

    def upload(self, data, filename="x.png", route="/upload/image", **fields):
        status, answer, _ = self.ask("POST", route, *form(("image", data, filename), *fields.items()))
        return status, json.loads(answer) if status == 200 else answer.decode()

    def waiting(self):
        return os.listdir(self.base / "state" / "uploads")

    def nothing_waits(self):
        return is_soon(lambda: not self.waiting())


def is_soon(what):
    end = time.monotonic() + PATIENCE
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


def form(*parts, boundary="----limn7MA4YWxkTrZu0gW"):
    """(name, value) and (name, bytes, filename) -> body, headers"""
    body = b""
    for name, value, *filename in parts:
        named = f'; filename="{filename[0]}"' if filename else ""
        value = value if isinstance(value, bytes) else value.encode()
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n' +
                 ("Content-Type: image/png\r\n" if filename else "") + "\r\n").encode() + value + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def png(side=8, alpha=None, color=(200, 30, 40), texts=()):
    pixel = bytes(color) + (bytes([alpha]) if alpha is not None else b"")
    chunk = lambda kind, data: (struct.pack(">I", len(data)) + kind + data +  # noqa: E731
                                struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2 if alpha is None else 6, 0, 0, 0)) +
            b"".join(chunk(b"tEXt", k.encode() + b"\0" + v.encode()) for k, v in texts) +
            chunk(b"IDAT", zlib.compress((b"\0" + pixel * side) * side)) + chunk(b"IEND", b""))


def rgba(data):
    """The first pixel of one of our PNGs: the only filter of a first line's first pixel that changes nothing is any."""
    at, idat, kind = 8, b"", None
    while at < len(data):
        n = struct.unpack(">I", data[at:at + 4])[0]
        if data[at + 4:at + 8] == b"IHDR":
            kind = data[at + 17]
        if data[at + 4:at + 8] == b"IDAT":
            idat += data[at + 8:at + 8 + n]
        at += 12 + n
    return tuple(zlib.decompress(idat)[1:5 if kind == 6 else 4])


def inert(headers):
    """The headers that every user's file has."""
    for name, value in ACTIVE_HEADERS.items():
        assert headers.get(name) == value, (name, headers)
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'"), headers
    assert headers["Content-Disposition"].startswith(("inline; ", "attachment; ")), headers


# ------------------------------------------------------------------ /view

MEDIA = {
    "a.png": (png(), "image/png"), "a.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
    "a.gif": (b"GIF89a\1\0\1\0\0\0\0", "image/gif"), "a.webp": (b"RIFF\x1a\0\0\0WEBPVP8L", "image/webp"),
    "a.wav": (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"), "a.flac": (b"fLaC\0\0\0\x22", "audio/flac"),
    "a.ogg": (b"OggS" + bytes(30), "audio/ogg"), "a.mp3": (b"ID3\4\0\0\0\0\0\x0f" + bytes(20), "audio/mpeg"),
    "b.mp3": (b"\xff\xfb\x90\x64" + bytes(20), "audio/mpeg"), "a.mp4": (b"\0\0\0\x18ftypisom\0\0\2\0", "video/mp4"),
    "a.webm": (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webmB", "video/webm"),
    "a.txt": (b"a prompt <lora:x:1>", "text/plain; charset=utf-8"), "a.json": (b'{"a": 1}', "text/plain; charset=utf-8"),
}


def pictures_sounds_films_and_text_are_shown_by_their_bytes():
    with Files() as s:
        for name, (data, kind) in MEDIA.items():
            s.put("output/" + name, data)
            s.put("output/false." + name[0] + ".html", b"<script>")
            for prefix in "", "/api":
                status, body, headers = s.ask("GET", f"{prefix}/view?filename={name}&rand=0.5")
                assert (status, body, headers["Content-Type"]) == (200, data, kind), (name, status, headers)
                assert headers["Content-Disposition"] == f'inline; filename="{name}"', headers
                inert(headers)
            status, body, headers = s.ask("HEAD", f"/view?filename={name}")
            assert (status, body, headers["Content-Length"]) == (200, b"", str(len(data)))
        s.put("output/lies.png", b"<html><script>alert(1)</script>")
        assert s.ask("GET", "/view?filename=lies.png")[2]["Content-Type"] == "application/octet-stream"
        s.put("output/honest.html", png())  # a picture is one whatever it is called
        assert s.ask("GET", "/view?filename=honest.html")[2]["Content-Type"] == "image/png"


def a_file_is_found_by_type_subfolder_and_annotation():
    with Files() as s:
        for kind in "input", "output", "temp":
            s.put(f"{kind}/x.txt", kind.encode())
            s.put(f"{kind}/sub/deep/é ü.txt", b"deep " + kind.encode())
        view = lambda query: s.text("GET", "/view?" + query)  # noqa: E731
        assert view("filename=x.txt") == (200, "output")
        assert view("filename=x.txt&type=input") == (200, "input")
        assert view("filename=x.txt+%5Btemp%5D") == (200, "temp")
        assert view("filename=x.txt%20[input]&type=output") == (200, "input")
        assert view("filename=ignored/x.txt&type=temp&subfolder=") == (200, "temp")
        for folder in "sub/deep", "sub%2Fdeep", "./sub//deep/", "sub/./deep":
            assert view(f"filename={quote('é ü.txt')}&type=input&subfolder={folder}") == (200, "deep input"), folder
        name = s.ask("GET", f"/view?filename={quote('é ü.txt')}&subfolder=sub/deep")[2]["Content-Disposition"]
        assert name == "inline; filename=\"__ __.txt\"; filename*=UTF-8''%C3%A9%20%C3%BC.txt", name
        s.put('output/q"uo%te;.txt')
        name = s.ask("GET", "/view?filename=" + quote('q"uo%te;.txt'))[2]["Content-Disposition"]
        assert name == "inline; filename=\"q_uo_te;.txt\"; filename*=UTF-8''q%22uo%25te%3B.txt", name


def what_cannot_be_viewed_is_told_by_its_status():
    with Files() as s:
        s.put("output/x.txt")
        s.put("output/.hidden/x.txt")
        (s.base / "output" / "folder").mkdir()
        for query, want in {"": 404, "filename=": 400, "filename=/etc/passwd": 400, "filename=../x.txt": 400,
                            "filename=x.txt&type=models": 400, "filename=x.txt&type=": 400, "filename=y.txt": 404,
                            "filename=x.txt&subfolder=..": 403, "filename=x.txt&subfolder=/etc": 403,
                            "filename=x.txt&subfolder=a/../..": 403, "filename=folder": 404, "filename=x.txt/": 400,
                            "filename=x.txt&subfolder=.hidden": 404, "filename=.x": 404, "filename=%20[input]": 400,
                            "filename=a%00b": 400, "filename=a%0Ab": 400, "filename=%FF": 400,
                            "filename=" + "a" * 300: 400, "filename=x.txt&subfolder=x.txt": 404}.items():
            status, words = s.text("GET", "/view?" + query)
            assert status == want and str(s.base) not in words, (query, status, words)
        assert s.ask("POST", "/view?filename=x.txt")[0] == 405


def originals_come_in_ranges_and_are_not_sent_twice():
    with Files() as s:
        s.put("output/x.png", png() + bytes(100000))
        _, whole, headers = s.ask("GET", "/view?filename=x.png")
        assert headers["Accept-Ranges"] == "bytes" and headers["Last-Modified"] and headers["Cache-Control"] == "no-cache"
        status, part, ranged = s.ask("GET", "/view?filename=x.png", headers={"Range": "bytes=10-19"})
        assert (status, part, ranged["Content-Range"]) == (206, whole[10:20], f"bytes 10-19/{len(whole)}")
        inert(ranged)
        assert s.ask("GET", "/view?filename=x.png", headers={"Range": "bytes=-5"})[1] == whole[-5:]
        assert s.ask("GET", "/view?filename=x.png", headers={"Range": "bytes=999999-"})[0] == 416
        status, nothing, _ = s.ask("GET", "/view?filename=x.png", headers={"If-None-Match": headers["ETag"]})
        assert (status, nothing) == (304, b"")
        s.put("output/x.png", png(9))
        assert s.ask("GET", "/view?filename=x.png", headers={"If-None-Match": headers["ETag"]})[0] == 200


def links_pipes_and_devices_are_refused_at_once():
    with Files() as s:
        secret = s.put("secret.txt", b"secret")
        for root in "input", "output", "temp", "user/default":
            folder = s.base / root
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "link.txt").symlink_to(secret)
            (folder / "up").symlink_to(s.base)
            os.mkfifo(folder / "pipe")
            try:
                os.mknod(folder / "zero", stat.S_IFCHR | 0o600, os.makedev(1, 5))
            except PermissionError:
                pass
        begin = time.monotonic()
        for kind in "input", "output", "temp":
            for query in "filename=link.txt", "filename=secret.txt&subfolder=up", "filename=pipe", "filename=zero":
                status, body, _ = s.ask("GET", f"/view?{query}&type={kind}")
                assert status in (403, 404) and b"secret" != body, (kind, query, status)
        for name in "link.txt", "up%2Fsecret.txt", "pipe", "zero":
            for method in "GET", "DELETE":
                status, body, _ = s.ask(method, "/userdata/" + name)
                assert status in (403, 404) and body != b"secret", (name, status)
            status, _, _ = s.ask("POST", f"/userdata/{name}/move/mine.txt")
            assert status in (400, 403, 404), (name, status)
        assert s.ask("POST", "/userdata/up%2Fnew.txt", b"x")[0] == 403
        assert s.upload(b"x", "new.txt", subfolder="up")[0] == 403
        assert s.upload(b"mine", "link.txt", overwrite="true")[0] == 200  # takes the link's place
        assert secret.read_bytes() == b"secret" and not (s.base / "new.txt").exists()
        assert not (s.base / "input/link.txt").is_symlink()
        assert all("link" not in f and "pipe" not in f for f in s.json("GET", "/userdata?dir=.&recurse=true")[1])
        assert time.monotonic() - begin < PATIENCE


def previews_and_channels_are_made_of_pictures():
    with Files() as s:
        s.put("output/x.png", png(64, alpha=77))
        view = lambda more: s.ask("GET", "/view?filename=x.png&" + more)  # noqa: E731
        status, body, headers = view("preview=webp;90")
        assert (status, headers["Content-Type"], body[:4], body[8:12]) == (200, "image/webp", b"RIFF", b"WEBP"), (status, body)
        inert(headers)
        assert s.ask("GET", "/view?filename=x.png&preview=webp;90", headers={"If-None-Match": headers["ETag"]})[0] == 304
        assert view("preview=webp;80")[2]["ETag"] != headers["ETag"]
        assert view("preview=jpeg")[1][:3] == b"\xff\xd8\xff" and view("preview=jpeg;50")[2]["Content-Type"] == "image/jpeg"
        for odd in "preview=jpeg&channel=a", "preview=", "preview=bmp;0", "preview=webp;99999999999999999999":
            assert view(odd)[2]["Content-Type"] == "image/webp", odd
        assert rgba(view("channel=rgb")[1]) == (200, 30, 40)
        assert rgba(view("channel=a")[1]) == (0, 0, 0, 77)
        assert view("channel=rgba")[1] == png(64, alpha=77)
        s.put("output/no.png", b"no picture")
        assert s.ask("GET", "/view?filename=no.png&preview=webp")[0] == 415


# ------------------------------------------------------------------ uploads

def an_upload_appears_under_its_name():
    with Files() as s:
        for prefix in "", "/api":
            for kind in "input", "output", "temp":
                got = s.upload(png(), "Süß (1).png", prefix + "/upload/image", type=kind, subfolder="a/b", overwrite="1")
                assert got == (200, {"name": "Süß (1).png", "subfolder": "a/b", "type": kind}), got
                assert (s.base / kind / "a" / "b" / "Süß (1).png").read_bytes() == png()
        assert s.upload(b"any bytes", "x.mp3") == (200, {"name": "x.mp3", "subfolder": "", "type": "input"})
        assert s.upload(b"", "empty.txt")[0] == 200 and (s.base / "input/empty.txt").read_bytes() == b""
        big = os.urandom(5 << 20)
        assert s.upload(big, "big.bin")[0] == 200 and (s.base / "input/big.bin").read_bytes() == big
        status, _, _ = s.ask("POST", "/upload/image", *form(("type", "temp"), ("unknown", "x"), ("image", b"y", "order.txt")))
        assert status == 200 and (s.base / "temp/order.txt").read_bytes() == b"y"
        assert s.nothing_waits() and not list(s.base.glob("*/.limn*"))


def a_name_that_is_taken_is_numbered_or_reused():
    with Files() as s:
        names = [s.upload(data, "x.tar.png")[1]["name"] for data in (b"1", b"2", b"1", b"3", b"2")]
        assert names == ["x.tar.png", "x.tar (1).png", "x.tar.png", "x.tar (2).png", "x.tar (1).png"], names
        assert s.upload(b"4", "x.tar.png", overwrite="true")[1]["name"] == "x.tar.png"
        assert s.upload(b"5", "x.tar.png", overwrite="false")[1]["name"] == "x.tar (3).png"
        assert [s.upload(d, "noext")[1]["name"] for d in (b"a", b"b")] == ["noext", "noext (1)"]
        (s.base / "input" / "folder.png").mkdir()
        assert s.upload(b"a", "folder.png")[1]["name"] == "folder (1).png"
        assert s.upload(b"a", "folder.png", overwrite="true")[0] == 400
        assert s.nothing_waits()


def twenty_uploads_of_one_name_lose_nothing():
    with Files() as s:
        got, same = [], []
        run_all([lambda i=i: got.append(s.upload(b"%d" % i * 1000, "x.png")[1]["name"]) for i in range(20)] +
                [lambda: same.append(s.upload(b"same", "y.png")[1]["name"]) for i in range(20)])
        assert len(set(got)) == 20 and set(same) == {"y.png"}, (got, same)
        assert sorted((s.base / "input" / n).read_bytes() for n in got) == sorted(b"%d" % i * 1000 for i in range(20))
        assert s.nothing_waits()


def run_all(jobs):
    failures = []

    def work(job):
        try:
            job()
        except Exception as e:  # noqa: BLE001: told below
            failures.append(repr(e))
    threads = [threading.Thread(target=work, args=(j,)) for j in jobs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures, failures[:3]


B = "xyz"
HEAD = f'--{B}\r\nContent-Disposition: form-data; name="image"; filename="x.png"\r\n\r\n'
TAIL = f"\r\n--{B}--\r\n"
LAWFUL = {
    "no line end behind the last boundary": HEAD + "data" + TAIL[:-2],
    "what looks like a boundary": HEAD.replace("\r\n\r\n", "\r\nX-A: b\r\n\r\n") + "\r\n--xy\r\n-\r\r\n--" + TAIL,
    "letters of any size": HEAD.replace("Content-Disposition: form-data", "content-disposition:FORM-DATA") + "data" + TAIL,
    "a token as a name": HEAD.replace('"image"', "image") + "data" + TAIL,
    "filename*": HEAD.replace('filename="x.png"', "filename*=utf-8''x%2Epng") + "data" + TAIL,
    "both filenames": HEAD.replace('filename="x.png"', "filename=\"y\"; filename*=UTF-8'en'x.png") + "data" + TAIL,
    "a coding that is none": HEAD.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: binary\r\n\r\n") + "data" + TAIL,
}
MALFORMED = {
    "nothing": "", "no boundary": "data", "no end": HEAD + "data", "half an end": HEAD + "data" + TAIL[:-3],
    "only the end": f"--{B}--\r\n", "a preamble": "preamble\r\n" + HEAD + "data" + TAIL, "an epilogue": HEAD + "d" + TAIL + "x",
    "no head": f"--{B}\r\n\r\ndata" + TAIL, "no colon": HEAD.replace("Disposition:", "Disposition") + "d" + TAIL,
    "bare line ends": (HEAD + "data" + TAIL).replace("\r\n", "\n"), "a NUL": HEAD.replace("x.png", "x\0.png") + "d" + TAIL,
    "a folded line": HEAD.replace("; filename", ";\r\n filename") + "d" + TAIL,
    "no form-data": HEAD.replace("form-data", "attachment") + "d" + TAIL,
    "two dispositions": HEAD.replace("\r\n\r\n", "\r\n" + HEAD.split("\r\n")[1] + "\r\n\r\n") + "d" + TAIL,
    "two names": HEAD.replace("; filename", '; name="image"; filename') + "d" + TAIL,
    "two filenames": HEAD.replace("; filename", '; filename="y"; filename') + "d" + TAIL,
    "an open quote": HEAD.replace('x.png"', "x.png") + "d" + TAIL, "no filename": HEAD.replace('; filename="x.png"', "") + "d" + TAIL,
    "an empty filename": HEAD.replace("x.png", "") + "d" + TAIL, "another field": HEAD.replace('"image"', '"imag"') + "d" + TAIL,
    "two images": HEAD + "d\r\n" + HEAD + "d" + TAIL, "base64": HEAD.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n") + "d" + TAIL,
    "a long line": HEAD.replace("x.png", "x" * 5000) + "d" + TAIL, "many lines": HEAD[:-2] + "A: b\r\n" * 20 + "\r\nd" + TAIL,
    "many parts": f'--{B}\r\nContent-Disposition: form-data; name="u"\r\n\r\n\r\n' * 65 + f"--{B}--\r\n",
    "a long field": f'--{B}\r\nContent-Disposition: form-data; name="type"\r\n\r\n' + "t" * 9000 + TAIL,
    "a boundary that goes on": HEAD + "data\r\n--xyzz\r\n" + TAIL, "latin-1": HEAD.replace("x.png", "x\xe9.png") + "d" + TAIL,
    "filename* in another charset": HEAD.replace('filename="x.png"', "filename*=latin1''x.png") + "d" + TAIL,
}


def forms_are_read_as_the_standard_writes_them():
    with Files() as s:
        kind = {"Content-Type": f"multipart/form-data; boundary={B}"}
        for what, body in LAWFUL.items():
            status, answer, _ = s.ask("POST", "/upload/image", body.encode(), kind)
            assert (status, json.loads(answer)["name"][0]) == (200, "x"), (what, status, answer)
        for what, body in MALFORMED.items():
            status, answer, _ = s.ask("POST", "/upload/image", body.encode("latin-1"), kind)
            assert status == 400 and answer.startswith(b"400: "), (what, status, answer)
        for bad in "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=xyz", \
                "multipart/form-data; boundary=xyz; boundary=abc", 'multipart/form-data; boundary="x"y', "application/json", \
                "multipart/form-data; boundary=" + "b" * 71:
            assert s.ask("POST", "/upload/image", (HEAD + "d" + TAIL).encode(), {"Content-Type": bad})[0] == 400, bad
        quoted = {"Content-Type": 'Multipart/Form-Data; charset=utf-8; Boundary="x y:z"'}
        assert s.ask("POST", "/upload/image", (HEAD + "d" + TAIL).replace(B, "x y:z").encode(), quoted)[0] == 200
        assert not [f for f in os.listdir(s.base / "input") if "x" not in f] and s.nothing_waits()


def what_is_no_place_for_an_upload_is_refused():
    with Files() as s:
        for fields in {"type": "models"}, {"type": "user"}, {"subfolder": ".."}, {"subfolder": "/tmp"}, \
                {"subfolder": "a/../../b"}, {"subfolder": "a\\b"}, {"subfolder": ".git"}, {"subfolder": "a\0b"}:
            assert s.upload(b"x", "x.png", **fields)[0] == 400, fields
        for name in "../x.png", "/x.png", "..", ".", ".x.png", "a\\b.png", "x/", "a" * 300, "sub/../x":
            assert s.upload(b"x", name)[0] == 400, name
        assert s.upload(b"x", "sub/x.png") == (200, {"name": "sub/x.png", "subfolder": "", "type": "input"})
        assert s.upload(b"x", "y", subfolder="sub/x.png")[0] == 400
        assert s.nothing_waits()


def uploads_that_are_slow_cut_or_too_large_leave_nothing():
    with Files("--max-upload-size", "1") as s:
        body, headers = form(("image", os.urandom(300000), "x.png"))
        lines = (f"POST /upload/image HTTP/1.1\r\nHost: {HOST}:{s.port}\r\nContent-Type: {headers['Content-Type']}\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n").encode()
        for cut in 0, 10, 100, 150000, len(body) - 1:
            c = socket.create_connection((HOST, s.port), PATIENCE)
            c.sendall(lines + body[:cut])
            c.close()
        crowd, end = [], time.monotonic() + PATIENCE
        while len(s.waiting()) < 64 and time.monotonic() < end:
            crowd.append(socket.create_connection((HOST, s.port), PATIENCE))
            crowd[-1].sendall(lines + body[:200000])
            time.sleep(0.002)
        status, _ = s.upload(b"one too many")
        assert status == 503, status
        for c in crowd:
            c.close()
        assert s.nothing_waits()
        slow = socket.create_connection((HOST, s.port), PATIENCE)
        for i in range(0, len(lines + body), 30011):
            slow.sendall((lines + body)[i:i + 30011])
            time.sleep(0.005)
        assert b"200 OK" in slow.recv(65536)
        slow.close()
        assert s.nothing_waits() and os.listdir(s.base / "input") == ["x.png"], (s.waiting(), os.listdir(s.base / "input"))
        status, words = s.upload(bytes(2 << 20), "y.png")
        assert status == 413, (status, words)
        c = http.client.HTTPConnection(HOST, s.port, timeout=PATIENCE)
        big, _ = form(("image", bytes(2 << 20), "y.png"))
        try:
            c.request("POST", "/upload/image", iter([big[i:i + 60000] for i in range(0, len(big), 60000)]), headers,
                      encode_chunked=True)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert c.getresponse().status == 413
        c.close()
        assert s.ask("POST", "/userdata/big", bytes(2 << 20))[0] == 413
        assert s.nothing_waits() and os.listdir(s.base / "input") == ["x.png"]


def a_mask_takes_its_place_in_its_original():
    with Files() as s:
        s.put("output/sub/o.png", png(16, color=(1, 2, 3), texts=[("prompt", "{}")]))
        mask = png(16, alpha=9)
        ask = lambda original, **more: s.upload(mask, "m.png", "/upload/mask", type="input", subfolder="clipspace",  # noqa: E731
                                                original_ref=json.dumps(original), **more)
        assert ask({"filename": "o.png", "subfolder": "sub"}) == \
            (200, {"name": "m.png", "subfolder": "clipspace", "type": "input"})
        made = (s.base / "input/clipspace/m.png").read_bytes()
        assert rgba(made) == (1, 2, 3, 9) and b"prompt" in made, rgba(made)
        assert ask({"filename": "o.png", "subfolder": "sub", "type": "output"})[1]["name"] == "m.png"  # the same again
        assert ask({"filename": "gone.png"})[0] == 404
        for wrong in {}, [], {"filename": "../o.png"}, {"filename": 7}, {"filename": "o.png", "type": "models"}:
            assert ask(wrong)[0] == 400, wrong
        assert s.upload(mask, "m.png", "/upload/mask")[0] == 400
        s.put("output/no.png", b"no picture")
        assert ask({"filename": "no.png"})[0] == 415
        assert s.nothing_waits() and os.listdir(s.base / "input/clipspace") == ["m.png"]


# ------------------------------------------------------------------ settings

def settings_keep_order_numbers_and_what_they_do_not_know():
    with Files() as s:
        assert s.json("GET", "/users")[1] == {"storage": "server", "migrated": False}
        assert s.json("GET", "/settings") == (200, {}) and s.json("GET", "/settings/a") == (200, None)
        for prefix in "", "/api":
            assert s.ask("POST", prefix + "/settings/Comfy.A%2FB", b"18446744073709551615")[:2] == (200, b"")
        assert s.ask("POST", "/settings", b'{"z": [], "a": {"y": 1.50, "x": [1, "\xc3\xa9\\ud800"]}, "e": {}}',
                     {"Content-Type": "text/plain"})[:2] == (200, b"")
        assert s.ask("POST", "/settings", b'{"new": null, "z": false}')[0] == 200
        want = ('{\n    "Comfy.A/B": 18446744073709551615,\n    "z": false,\n    "a": {\n        "y": 1.50,\n        "x": [\n'
                '            1,\n            "\\u00e9\\ud800"\n        ]\n    },\n    "e": {},\n    "new": null\n}')
        assert (s.base / "user/default/comfy.settings.json").read_text() == want
        assert s.text("GET", "/api/settings/Comfy.A%2FB") == (200, "18446744073709551615")
        for empty in b"", b" \n":
            assert s.ask("POST", "/settings/a", empty)[0] == 200
        assert list(s.json("GET", "/settings")[1]) == ["Comfy.A/B", "z", "e", "new"]
        for body in b"", b"[1]", b"{", b'{"a": 1, "a": 2}', b"[" * 200:
            assert s.ask("POST", "/settings", body)[0] == 400, body
        assert s.ask("POST", "/settings/deep", b"[" * 100 + b"]" * 100)[0] == 400
        assert s.ask("POST", "/settings/x", b" " * (1 << 20) + b"1")[0] == 413
        assert len(s.json("GET", "/settings")[1]) == 4
        assert s.json("GET", "/users", headers={"Comfy-User": "other"})[1] == {"storage": "server", "migrated": True}


def two_changes_of_settings_at_once_lose_nothing():
    with Files() as s:
        run_all([lambda i=i: [s.ask("POST", f"/settings/k{i}.{j}", b"%d" % j) for j in range(5)] for i in range(12)])
        got = s.json("GET", "/settings")[1]
        assert got == {f"k{i}.{j}": j for i in range(12) for j in range(5)}, len(got)


def settings_that_are_broken_are_put_aside():
    with Files() as s:
        for i, broken in enumerate((b'{"a": 1', b"[]", b"\0\0")):
            s.put("user/default/comfy.settings.json", broken)
            assert s.json("GET", "/settings") == (200, {}) and s.json("GET", "/settings/a") == (200, None)
            assert s.ask("POST", "/settings/b", b"2")[0] == 200
            assert s.json("GET", "/settings") == (200, {"b": 2})
            assert (s.base / f"user/default/comfy.settings.broken-{i + 1}.json").read_bytes() == broken


# ------------------------------------------------------------------ userdata

def a_users_files_are_written_read_moved_and_removed():
    with Files() as s:
        assert s.ask("GET", "/api/userdata?dir=workflows&recurse=true&split=false&full_info=true")[0] == 404
        assert s.ask("GET", "/userdata/workflows%2F.index.json")[0] == 404
        assert s.json("GET", "/v2/userdata") == (200, [])
        for prefix in "", "/api":
            assert s.text("POST", prefix + "/userdata/workflows%2Fa%20b.json?overwrite=true", b'{"x": 1}') == (200, '"workflows/a b.json"')
        assert s.ask("POST", "/userdata/workflows%252Ftwice.json", b"2")[0] == 200  # decoded twice
        status, info = s.json("POST", "/userdata/workflows%2Fsub%2F%C3%A9.json?full_info=true", [1, 2])
        assert status == 200 and info["path"] == "workflows/sub/é.json" and info["size"] == 6, info
        assert abs(info["modified"] - time.time() * 1000) < 600000 and isinstance(info["created"], int)
        assert s.text("POST", "/userdata/workflows%2Fa%20b.json?overwrite=false", b"other")[0] == 409
        status, body, headers = s.ask("GET", "/userdata/workflows%2Fa%20b.json")
        assert (status, body, headers["Content-Disposition"]) == (200, b'{"x": 1}', 'attachment; filename="a b.json"')
        inert(headers)
        assert s.text("POST", "/userdata/workflows%2F.index.json", b'{"favorites": []}')[0] == 200  # the front end's
        assert s.json("GET", "/userdata?dir=workflows")[1] == [".index.json", "a b.json", "twice.json"]
        assert s.json("GET", "/userdata?dir=workflows/&recurse=TRUE&split=true")[1][2] == ["sub/é.json", "sub", "é.json"]
        files = s.json("GET", "/userdata?dir=workflows&recurse=true&full_info=true")[1]
        assert [f["path"] for f in files] == [".index.json", "a b.json", "sub/é.json", "twice.json"] and files[2] == {**info, "path": "sub/é.json"}
        move = lambda a, b, q="": s.text("POST", f"/userdata/{a}/move/{b}{q}")  # noqa: E731
        assert move("workflows%2Fa%20b.json", "workflows%2Fnew%2Fc.json") == (200, '"workflows/new/c.json"')
        assert move("workflows%2Ftwice.json", "workflows%2Fnew%2Fc.json", "?overwrite=false")[0] == 409
        assert json.loads(move("workflows%2Ftwice.json", "workflows%2Fnew%2Fc.json", "?full_info=true")[1])["size"] == 1
        assert move("gone", "x")[0] == 404 and move("workflows", "x")[0] == 404
        assert s.ask("DELETE", "/userdata/workflows%2Fnew%2Fc.json")[:2] == (204, b"")
        assert s.ask("DELETE", "/userdata/workflows%2Fnew%2Fc.json")[0] == 404
        assert s.ask("DELETE", "/userdata/workflows")[0] == 404 and s.ask("GET", "/userdata/workflows")[0] == 404
        listed = s.json("GET", "/v2/userdata?path=workflows")[1]
        assert [(e["name"], e["path"], e["type"]) for e in listed] == [
            ("new", "workflows/new", "directory"), ("sub", "workflows/sub", "directory"),
            (".index.json", "workflows/.index.json", "file"), ("é.json", "workflows/sub/é.json", "file")], listed
        assert listed[3]["size"] == 6 and listed[3]["modified"] == info["modified"] / 1000
        assert s.text("GET", "/v2/userdata?path=workflows%2Fsub%2F%C3%A9.json")[0] == 400
        assert s.ask("GET", "/v2/userdata?path=none")[0] == 404
        assert s.nothing_waits()


def names_that_are_not_for_requests_are_refused():
    with Files() as s:
        s.put("user/default/.hidden/x"), s.put("user/default/__private/x"), s.put("user/other/x"), s.put("user/users.json")
        for name in ".hidden%2Fx", "__private%2Fx", "a%2F.b", "a%2F__b%2Fc", "..%2Fother%2Fx", "..%2Fusers.json", "%2Fetc%2Fpasswd", \
                "a%5Cb", "a%0Ab", "%FF", "%252e%252e%252fusers.json", "..":
            for method in "GET", "POST", "DELETE":
                assert s.ask(method, "/userdata/" + name, b"x" if method == "POST" else None)[0] == 403, (method, name)
            assert s.ask("POST", f"/userdata/workflows/move/{name}")[0] == 403
            if name != "..":
                assert s.ask("GET", "/userdata?dir=" + name)[0] == 403, name
        for name in ".", "%2E", "%252E", "a%2F..":
            assert s.ask("POST", "/userdata/" + name, b"x")[0] in (400, 403), name
        assert s.ask("GET", "/userdata")[0] == 400 and s.ask("GET", "/userdata?dir=")[0] == 400
        assert s.json("GET", "/userdata?dir=.&recurse=true") == (200, [])
        assert (s.base / "user/users.json").read_bytes() == b"bytes" and s.nothing_waits()
        assert s.ask("POST", "/userdata/folder%2Ffile", b"x")[0] == 200 and s.ask("POST", "/userdata/folder", b"x")[0] == 400
        assert s.ask("POST", "/userdata/folder%2Ffile%2Fx", b"x")[0] == 400


def a_users_style_is_a_style():
    with Files() as s:
        assert s.ask("GET", "/api/userdata/user.css")[0] == 404
        s.ask("POST", "/userdata/user.css", b"body{}")
        status, body, headers = s.ask("GET", "/api/userdata/user.css")
        assert (status, body, headers["Content-Type"]) == (200, b"body{}", "text/css; charset=utf-8")
        inert(headers)
        s.ask("POST", "/userdata/sub%2Fuser.css", b"body{}")
        assert s.ask("GET", "/userdata/sub%2Fuser.css")[2]["Content-Type"] == "application/octet-stream"


# ------------------------------------------------------------------ folders and pages

def temp_is_empty_at_the_beginning_and_at_the_end():
    s = Files()
    kept = s.put("kept/x")
    s.put("temp/a/b/old.png")
    s.put("state/uploads/.part-1-2-3-4")
    (s.base / "temp" / "link").symlink_to(kept.parent)
    with s:
        assert is_soon(lambda: os.listdir(s.base / "temp") == [])  # beside the loop, which answers meanwhile
        assert s.nothing_waits() and kept.exists()
        assert (s.base / "input").is_dir() and (s.base / "user").is_dir()
        s.put("temp/new.png")
        assert s.ask("GET", "/view?filename=new.png&type=temp")[0] == 200
        s.stop()
        assert os.listdir(s.base / "temp") == [] and kept.exists()
        s.start()


def is_plain(body, headers):
    """A page without scripts, whose style is the one that its policy lets in."""
    style = re.search(rb"<style>(.*?)</style>", body)[1]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy, (digest, policy)
    return b"<script" not in body and b"style=" not in body


def without_a_front_end_there_is_one_page_of_our_own():
    with Files() as s:
        status, body, headers = s.ask("GET", "/")
        assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
        if b"assets/" in body:  # the one that is built into the program: ui_test.py has more of it
            assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
        else:
            assert is_plain(body, headers) and b"--front-end" in body
        assert s.json("GET", "/api/extensions") == (200, []) and s.json("GET", "/extensions")[1] == []
        for path in "/x/y", "/templates/index.json", "/docs/KSampler/en.md", "/extensions/x.js", "/api/nothing":
            assert s.ask("GET", path)[0] == 404, path
        for path in "/workflow_templates", "/i18n", "/global_subgraphs":
            assert s.json("GET", "/api" + path) == (200, {})


def the_token_is_asked_for_once_and_kept_in_a_cookie():
    with tempfile.NamedTemporaryFile("w") as f:
        f.write("a-token/of+24=letters..x\n")
        f.flush()
        with Files("--auth-token-file", f.name) as s:
            status, body, headers = s.ask("GET", "/")
            assert status == 401 and b'action="limn/enter"' in body and is_plain(body, headers), body
            assert s.ask("GET", "/settings")[0] == 401 and s.ask("GET", "/index.html")[0] == 401
            enter = lambda body, **more: s.ask("POST", "/limn/enter", body, {  # noqa: E731
                "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}:{s.port}", **more})
            for wrong in b"", b"token=", b"token=a-token", b"token=a-token/of+24=letters..x", b"%zz":
                assert enter(wrong)[0] == 401, wrong
            assert enter(b"token=" + b"x" * 5000)[0] == 413
            right = b"token=" + quote("a-token/of+24=letters..x", safe="").encode()
            assert enter(right, Origin="http://evil.example")[0] == 403 and enter(right, Origin="null")[0] == 403
            status, _, headers = enter(right)
            assert (status, headers["Location"]) == (303, "../")
            assert headers["Set-Cookie"] == "limn_token=a-token/of+24=letters..x; Path=/; HttpOnly; SameSite=Strict"
            cookie = {"Cookie": "a=b; " + headers["Set-Cookie"].split(";")[0]}
            assert s.ask("GET", "/", headers=cookie)[0] == 200 and s.ask("GET", "/settings", headers=cookie)[0] == 200
            assert s.ask("GET", "/settings", headers={"Authorization": "Bearer a-token/of+24=letters..x"})[0] == 200
            assert "of+24" not in s.said()


def a_manifest_is_for_everybody_and_nothing_else_is():
    """Browsers fetch a page's manifest without its cookies."""
    with tempfile.TemporaryDirectory() as site, tempfile.NamedTemporaryFile("w") as f:
        f.write("a-token-of-thirty-two-letters-00\n")
        f.flush()
        for name in "index.html", "manifest.json", "assets/manifest-1a2b.json", "app/manifest.webmanifest", "assets/manifest.js", "assets/a.json", "assets/manifest-1a2b.json.map":
            (Path(site) / name).parent.mkdir(exist_ok=True)
            (Path(site) / name).write_text("{}")
        with Files("--front-end", site, "--auth-token-file", f.name) as s:
            known = {"Authorization": "Bearer a-token-of-thirty-two-letters-00"}
            assert s.ask("POST", "/userdata/manifest.json", b"mine", known)[0] == 200
            dest = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "manifest"}
            for path in "/manifest.json", "/assets/manifest-1a2b.json", "/app/manifest.webmanifest":
                status, body, headers = s.ask("GET", path, headers=dest)
                assert (status, body, headers["X-Content-Type-Options"]) == (200, b"{}", "nosniff") and s.ask("HEAD", path)[0] == 200, (path, status, headers)
                assert s.ask("GET", path, headers={**dest, "Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"})[0] == 403, path
                assert s.ask("POST", path, b"{}")[0] in (401, 405), path
            for path in ("/assets/manifest.js", "/assets/a.json", "/assets/manifest-1a2b.json.map", "/userdata/manifest.json", "/api/userdata/manifest.json", "/view/manifest.json", "/manifest.json/x",
                         "/manifest.json?", "/assets/a.json?/manifest.json", "/assets/a.json%2Fmanifest.json", "/assets/..%2Fmanifest-x.json", "/templates/manifest.json", "/docs/manifest.json",
                         "/experiment/models/preview/vae/0/manifest.json", "/settings/manifest.json", "/internal/files/manifest.json", "/limn/templates/manifest.json"):
                status, body, _ = s.ask("GET", path)
                assert status == ({"/manifest.json?": 200, "/view/manifest.json": 404}.get(path, 401)), (path, status)
                assert b"mine" not in body, path


def a_front_end_is_served_from_its_folder():
    with tempfile.TemporaryDirectory() as site:
        root = Path(site) / "comfyui_frontend_package"
        for name, data in {"comfyui_frontend_package/static/index.html": b"<html>", "comfyui_frontend_package/static/assets/a.js": b"1",
                           "comfyui_frontend_package/static/assets/a.css": b"2", "comfyui_frontend_package/static/a.woff2": b"3",
                           "comfyui_frontend_package/static/extensions/core/x.js": b"4", "comfyui_frontend_package/secret": b"secret",
                           "comfyui_workflow_templates/templates/index.json": b"[]", "comfyui_embedded_docs/docs/K/en.md": b"# K"}.items():
            (Path(site) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(site) / name).write_bytes(data)
        for given in root, root / "static":
            with Files("--front-end", given) as s:
                for path, kind, body in [("/", "text/html; charset=utf-8", b"<html>"), ("/index.html", "text/html; charset=utf-8", b"<html>"),
                                         ("/assets/a.js", "application/javascript; charset=utf-8", b"1"),
                                         ("/assets/a.css", "text/css; charset=utf-8", b"2"), ("/a.woff2", "font/woff2", b"3"),
                                         ("/extensions/core/x.js", "application/javascript; charset=utf-8", b"4"),
                                         ("/templates/index.json", "application/json; charset=utf-8", b"[]"),
                                         ("/docs/K/en.md", "text/markdown; charset=utf-8", b"# K")]:
                    status, data, headers = s.ask("GET", path)
                    assert (status, headers["Content-Type"], data) == (200, kind, body), (path, status, headers)
                assert s.json("GET", "/api/extensions") == (200, ["/extensions/core/x.js"])
                for path in "/../secret", "/%2e%2e/secret", "/..%2fsecret", "/assets/../../secret", "/assets", "/templates/../docs/K/en.md":
                    assert s.ask("GET", path)[0] in (400, 404), path
        (root / "static" / "index.html").unlink()
        try:
            with Files("--front-end", root):
                raise SystemExit("it began")
        except AssertionError as e:
            assert "index.html" in str(e), e


# ------------------------------------------------------------------ GOAL-1: reading what is outside

UPS = ["../", "..%2f", "..%2F", "%2e%2e/", "%2e%2e%2f", ".%2e/", "%2e./", "..%252f", "%252e%252e%252f", "%252e%252e/", "..%5c", "%2e%2e%5c",
       "..%255c", "....//", "....%2f%2f", "..;/", "..%3b/", "..%00/", "..%c0%af", "%c0%ae%c0%ae/", "%c0%ae%c0%ae%c0%af", "%e0%80%ae%e0%80%ae%2f",
       "..%ef%bc%8f", "%ef%bc%8e%ef%bc%8e%2f", "%u002e%u002e%2f", "..%0d%0a%2f", "..%09%2f", "./../", ".%2f..%2f", "x/../../", "x%2f..%2f..%2f",
       "..//", "..%2f%2f", "%25252e%25252e%25252f", "..%20%2f", "..%2f.%2f", "%2e%2e%2f%2e%2f", "..%u2215", "..%25%32%66", "~%2f"]
FRONTS = ["", "", "", "", "%2f", "%2f%2f", "/", "%5c%5c", "C:%5c", "C:%2f", "file:%2f%2f%2f", "%5c%5c%3f%5c", "sub%2f", "%00", "up%2f", "%20", "%2fproc%2fself%2froot%2f"]
ENDS = ["", "", "", "%00.png", "%20[input]", "%20[output]", "%20[temp]", "%2f", "%2f.", ".", "%20", ":$DATA", "%3f.png", "%0a"]
TARGETS = ["canary.txt", "base%2fcanary.txt", "etc%2fpasswd", "etc/passwd", "state%2flimn.db", "proc%2fself%2fenviron", "user%2fother%2fcanary.txt", "link.txt", "pipe"]
READS = [("GET", "/view?filename={t}"), ("GET", "/view?filename={t}&type=input"), ("GET", "/view?filename={t}&type=temp&preview=webp"),
         ("GET", "/view?filename=canary.txt&subfolder={u}"), ("GET", "/view?filename=canary.txt&subfolder={u}&type=input"),
         ("GET", "/view?filename=x&type={t}"), ("GET", "/view?filename=passwd&subfolder={u}etc"), ("GET", "/api/view?filename={t}&channel=rgb"),
         ("GET", "/userdata/{t}"), ("GET", "/api/userdata/{t}"), ("GET", "/userdata?dir={u}&recurse=true"), ("GET", "/api/userdata?dir={t}&full_info=true"),
         ("GET", "/v2/userdata?path={u}"), ("GET", "/v2/userdata?path={t}"), ("POST", "/userdata/{t}/move/caught.txt"), ("DELETE", "/userdata/{t}"),
         ("GET", "/settings/{t}"), ("GET", "/{t}"), ("GET", "/assets/{t}"), ("GET", "/extensions/{t}"), ("GET", "/templates/{t}"), ("GET", "/docs/{t}"),
         ("GET", "/api/{t}"), ("GET", "/view_metadata/checkpoints?filename={t}"), ("GET", "/view_metadata/{t}?filename=canary.txt"), ("GET", "/models/{t}"),
         ("GET", "/experiment/models/{t}"), ("GET", "/experiment/models/preview/checkpoints/0/{t}"), ("GET", "/internal/files/{t}"), ("GET", "/object_info/{t}"),
         ("GET", "/global_subgraphs/{t}"), ("GET", "/workflow_templates/{t}"), ("GET", "/history/{t}"), ("GET", "/api/jobs/{t}")]
OUTSIDE = [b"CANARY", b"root:x:0", b"SQLite format 3", b"LIMN_CANARY"]


class Attacker:
    """Asks on one connection for as long as that lives; a path goes out as it is written."""

    def __init__(self, s):
        self.s, self.c, self.statuses = s, None, {}

    def ask(self, method, path, body=None, headers=None):
        for again in range(2):
            if not self.c:
                self.c = http.client.HTTPConnection(HOST, self.s.port, timeout=PATIENCE)
            try:
                self.c.putrequest(method, path)
                data = body if body is not None else b""
                for name, value in (headers or {}).items():
                    self.c.putheader(name, value)
                if method == "POST" or data:
                    self.c.putheader("Content-Length", str(len(data)))
                self.c.endheaders(data)
                r = self.c.getresponse()
                out = r.read()
                if r.will_close:
                    self.c = None
                self.statuses[r.status] = self.statuses.get(r.status, 0) + 1
                assert r.status < 500, (method, path, r.status, out[:200])
                return r.status, out
            except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
                self.c = None
                if again:
                    raise


def spelled(chance):
    """-> a name that would lead out, and the way up alone, in one of the many spellings"""
    ups = chance.choice(UPS) * chance.randint(1, 8) if chance.random() < 0.9 else ""
    front = chance.choice(FRONTS)
    return front + ups + chance.choice(TARGETS) + chance.choice(ENDS), front + ups


def set_canaries(s):
    for name in "canary.txt", "../canary.txt", "../../canary.txt", "models_canary.txt", "user/other/canary.txt":
        s.put(name, b"CANARY of " + name.encode())
    for root in "input", "output", "temp", "user/default":
        (s.base / root).mkdir(parents=True, exist_ok=True)
        (s.base / root / "link.txt").symlink_to(s.base / "canary.txt")
        (s.base / root / "up").symlink_to(s.base)
        os.mkfifo(s.base / root / "pipe")


def nothing_outside_is_read_in_any_spelling():
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as site:
        Path(site, "index.html").write_bytes(b"<html>")
        attack_reads(chance, Files("--front-end", site, env={"LIMN_CANARY": "LIMN_CANARY"}))


def attack_reads(chance, server):
    with server as s:
        set_canaries(s)
        a = Attacker(s)
        for i in range(ATTEMPTS):
            method, route = READS[i % len(READS)]
            t, u = spelled(chance)
            path = route.format(t=t, u=u)
            status, body = a.ask(method, path)
            told = body.replace(b"Content-Disposition", b"")
            assert not any(mark in told for mark in OUTSIDE), (method, path, status, body[:200])
        caught = s.base / "user/default/caught.txt"
        assert not caught.exists() or not any(mark in caught.read_bytes() for mark in OUTSIDE)
        assert (s.base / "canary.txt").exists() and (s.base / "user/other/canary.txt").exists()
        assert ATTEMPTS < 2000 or a.statuses.get(404, 0) > ATTEMPTS / 20, a.statuses
        print(f"   {ATTEMPTS} attempts:", dict(sorted(a.statuses.items())))


# ------------------------------------------------------------------ GOAL-2: writing outside

def tree_of(folder, but):
    out = {}
    for path, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if os.path.join(path, f) not in but]
        for name in files + folders:
            whole = os.path.join(path, name)
            st = os.lstat(whole)
            out[whole] = (st.st_mode, st.st_size if name in files else 0)
    return out


def nothing_outside_is_written_in_any_spelling():
    chance = random.Random(2)
    n = max(ATTEMPTS // 4, 500)
    with Files() as s:
        set_canaries(s)
        but = {str(s.base / f) for f in ("input", "output", "temp", "user/default", "state", "models")}
        before = tree_of(s.outer.name, but)
        a = Attacker(s)
        for i in range(n):
            t, u = spelled(chance)
            raw, up = (t, u) if chance.random() < 0.3 else ({"t": decoded(t), "u": decoded(u)}["t"], decoded(u))
            kind = chance.choice(["input", "output", "temp"])
            if i % 4 == 0:
                body, headers = form(("image", b"written", raw.replace('"', "")), ("type", kind), ("overwrite", "true"))
            elif i % 4 == 1:
                body, headers = form(("image", b"written", "canary.txt"), ("subfolder", up), ("type", kind), ("overwrite", "true"))
            if i % 4 < 2:
                a.ask("POST", chance.choice(["/upload/image", "/api/upload/image"]), body, headers)
            elif i % 4 == 2:
                a.ask("POST", f"/userdata/{t}", b"written")
            else:
                a.ask("POST", "/userdata/mine.txt", b"written")
                a.ask("POST", f"/userdata/mine.txt/move/{t}")
        assert tree_of(s.outer.name, but) == before
        for name in "canary.txt", "../canary.txt", "../../canary.txt", "user/other/canary.txt":
            assert (s.base / name).read_bytes() == b"CANARY of " + name.encode()
        assert a.statuses.get(400, 0) + a.statuses.get(403, 0) > n / 4 and s.nothing_waits(), a.statuses
        print(f"   {n} attempts:", dict(sorted(a.statuses.items())))


def nothing_outside_is_reached_by_a_nodes_input():
    """What a workflow names is opened and written by the worker: pictures outside as inputs, prefixes that lead out."""
    with Files() as s:
        for name in "outside.png", "../outside.png", "../../outside.png", "user/default/outside.png", "models_outside.png":
            s.put(name, png(8))
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "link.png").symlink_to(s.base / "outside.png")
        (s.base / "input" / "up").symlink_to(s.base)
        os.mkfifo(s.base / "input" / "pipe.png")
        ups = ["../", "../../", "/", "//", "..\\", "x/../../", "./../", "up/", "~/", "C:\\", "..\0/", "%2e%2e%2f", "..%2f", "....//", f"{s.base}/"]
        ways = [u + name + end for u in ups for name in ("outside.png", "user/default/outside.png") for end in ("", " [input]", " [output]")]
        ways += ["link.png", "pipe.png", "up/outside.png", "", ".", ".."]
        before, jobs = tree_of(s.outer.name, {str(s.base / "output"), str(s.base / "state")}), []
        for i, way in enumerate(ways):
            node = ["LoadImage", "LoadImageMask"][i % 2]
            graph = {"1": {"class_type": node, "inputs": {"image": way, "channel": "alpha"}},
                     "2": {"class_type": "SaveImage" if i % 2 == 0 else "MaskToImage", "inputs": {"images": ["1", 0], "mask": ["1", 0],
                                                                                                  "filename_prefix": "leak"}},
                     "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "leak"}}}
            if i % 2 == 0:
                del graph["3"]
            status, answer = s.json("POST", "/prompt", {"prompt": graph})
            assert status in (200, 400), (way, status, answer)
            jobs += [answer["prompt_id"]] if status == 200 else []
        for way in ups:
            graph = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}},
                     "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": way + "written"}}}
            status, answer = s.json("POST", "/prompt", {"prompt": graph})
            assert status in (200, 400), (way, status, answer)
            jobs += [answer["prompt_id"]] if status == 200 else []
        for job in jobs:
            s.wait(job)
        assert tree_of(s.outer.name, {str(s.base / "output"), str(s.base / "state")}) == before
        assert not list((s.base / "output").rglob("leak*")), list((s.base / "output").rglob("leak*"))
        (s.base / "input" / "inside.png").write_bytes(png(8))  # the same question, honestly
        graph["1"] = {"class_type": "LoadImage", "inputs": {"image": "inside.png"}}
        graph["2"]["inputs"]["filename_prefix"] = "sub/leak"
        s.wait(s.queue(graph))
        assert len(list((s.base / "output").rglob("leak*.png"))) == 1
        print(f"   {len(ways) + len(ups)} inputs, {len(jobs)} ran into it")


def decoded(text):
    """Forms carry bytes as they are: what %xx means, once."""
    raw = re.sub(r"%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)
    return raw.replace("\r", "").replace("\n", "").replace("\0", "")


# ------------------------------------------------------------------ GOAL-3: files that would run

HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ACTIVE = {
    **{f"a.{e}": HTML for e in ("html", "htm", "HTML", "shtml", "xhtml", "xht", "hta", "htc", "php", "asp", "jsp", "mht", "mhtml", "eml", "png", "jpg",
                                "webp", "gif", "mp4", "webm", "txt", "json", "csv", "md", "pdf", "unknown", "html.png", "png.html", "swf", "stl", "rss")},
    **{f"b.{e}": SVG for e in ("svg", "SVG", "svgz", "xml", "xsl", "xslt", "rdf", "atom", "png", "txt", "mathml", "wsdl")},
    **{f"c.{e}": b"alert(1)" for e in ("js", "mjs", "cjs", "jsx", "ts", "vbs", "wasm", "css", "json", "appcache", "manifest")},
    "d.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "d.swf": b"FWS\x0a\x12\0\0\0", "d.html": b"\xff\xfe<\0h\0t\0m\0l\0",
    "d.js": b"\xff\xd8\xff=0;/*", "d.zip": b"PK\3\4", "no ending": HTML, "e.html": b"\xef\xbb\xbf" + HTML, "f.gif": b"GIF89a=1;alert(1)//",
    "g.wav": b"RIFF=1;/*WAVE*/alert(1)",
}
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "text/plain; charset=utf-8")


def no_users_file_runs_in_a_page_of_ours():
    assert len(ACTIVE) >= 60, len(ACTIVE)
    with Files() as s:
        for name, data in ACTIVE.items():
            assert s.upload(data, name, overwrite="1")[0] == 200, name
            assert s.ask("POST", "/userdata/" + quote(name, safe=""), data)[0] == 200
            for path in "/view?type=input&filename=" + quote(name), "/userdata/" + quote(name, safe=""):
                for destination in "document", "iframe", "script", "style", "object", "embed", "worker":
                    status, body, headers = s.ask("GET", path, headers={"Sec-Fetch-Dest": destination})
                    kind = headers["Content-Type"]
                    assert (status, body) == (200, data), (path, status)
                    inert(headers)
                    assert kind == "application/octet-stream" or kind.startswith(SHOWN), (path, kind)
                    saved = headers["Content-Disposition"].startswith("attachment; ")
                    assert saved or (kind != "application/octet-stream" and path.startswith("/view")), (path, headers)
        status, body, headers = s.ask("GET", "/view?type=input&filename=b.svg", headers={"Sec-Fetch-Dest": "image"})
        assert headers["Content-Type"] == "image/svg+xml" and headers["Vary"] == "Sec-Fetch-Dest" and headers["Cache-Control"] == "no-store"
        assert "script-src" not in headers["Content-Security-Policy"]
        inert(headers)
        assert s.ask("GET", "/view?type=input&filename=a.png", headers={"Sec-Fetch-Dest": "image"})[2]["Content-Type"] == "application/octet-stream"


HELPERS = {"attack_reads", "form", "is_soon", "png", "is_plain", "rgba", "inert", "run_all", "spelled", "set_canaries", "tree_of", "decoded", "quote", "main"}
TESTS = [f for name, f in list(globals().items())
         if callable(f) and getattr(f, "__module__", "") == "__main__" and not isinstance(f, type) and name not in HELPERS]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
