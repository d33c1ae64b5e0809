"""Pictures outside jobs over HTTP: previews and channels of /view, masks, bombs and damaged files.

    python3 shown_test.py LIMN
"""
import json
import random
import socket
import struct
import sys
import time
import zlib
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests, want  # noqa: E402
from served import HOST, ROOT, SANITIZED, Served  # noqa: E402

PICTURES = ROOT / "tests" / "parity" / "pictures"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, kind, rows, more=b""):
    """kind: 0 grey, 2 RGB, 6 RGBA; rows: bytes with a filter byte each."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) + more +
            chunk(b"IDAT", rows if isinstance(rows, bytes) else b"".join(rows)) + chunk(b"IEND", b""))


def bomb(side):
    packer = zlib.compressobj(9)
    row = bytes(side + 1)
    return png(side, side, 0, [packer.compress(row) for _ in range(side)] + [packer.flush()])


def header(answer, name):
    return {k.lower(): v for k, v in answer[2].items()}.get(name)


def view(s, name, more):
    return s.ask("GET", f"/view?filename={name}&type=input{more}")


def pixels(data):
    """Of a PNG of filterless or filtered RGB(A) rows -> width, height, channels, bytes."""
    at, rows = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        at += n + 12
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            rows += body
    c, rows, out = {2: 3, 6: 4}[color], zlib.decompress(rows), bytearray()
    before = bytes(width * c)
    for y in range(height):
        line = rows[y * (width * c + 1):(y + 1) * (width * c + 1)]
        now = bytearray(line[1:])
        for x in range(width * c):
            a, b, u = (now[x - c] if x >= c else 0), before[x], (before[x - c] if x >= c else 0)
            p = a + b - u
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - u), 2, u))[2]
            now[x] = (now[x] + (0, a, b, (a + b) // 2, paeth)[line[0]]) & 255
        out += now
        before = bytes(now)
    return width, height, c, bytes(out)


def rgba(width=5, height=4):
    rows = [b"\0" + bytes((x * 40 + k * 9 + y) & 255 for x in range(width) for k in range(4)) for y in range(height)]
    return png(width, height, 6, zlib.compress(b"".join(rows)), chunk(b"tEXt", b"prompt\0{}")), b"".join(r[1:] for r in rows)


def previews_come_in_the_format_that_was_asked_for(s):
    (s.base / "input" / "a.png").write_bytes(rgba()[0])
    for more, kind, mark in (("&preview=webp;90", "image/webp", b"RIFF"), ("&preview=jpeg", "image/jpeg", b"\xff\xd8\xff"),
                             ("&preview=gif;7", "image/webp", b"RIFF"), ("&preview=jpeg&channel=a", "image/webp", b"RIFF"),
                             ("&preview=webp;50&channel=rgb", "image/webp", b"RIFF"),
                             ("&channel=rgb", "image/png", b"\x89PNG"), ("&channel=a", "image/png", b"\x89PNG")):
        answer = view(s, "a.png", more)
        want(answer[0] == 200 and header(answer, "content-type") == kind and answer[1].startswith(mark), f"{more}: {answer[:1]}")


def channels_are_the_picture_s(s):
    file, raw = rgba()
    (s.base / "input" / "b.png").write_bytes(file)
    want(pixels(view(s, "b.png", "&channel=rgb")[1]) == (5, 4, 3, bytes(v for i, v in enumerate(raw) if i % 4 < 3)), "rgb")
    want(pixels(view(s, "b.png", "&channel=a")[1]) == (5, 4, 4, bytes(v if i % 4 == 3 else 0 for i, v in enumerate(raw))), "a")


def webp_size(data):
    """Source: RFC 9649."""
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(body[i:i + 3], "little") for i in (4, 7))
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)
    return struct.unpack("<HH", body[6:10])


def plain(width, height, value=90):
    row = b"\0" + bytes((x ^ value) & 255 for x in range(width * 3))
    return png(width, height, 2, zlib.compress(row * height))


def small_pictures_fit_into_what_was_asked_for(s):
    (s.base / "input" / "wide2.png").write_bytes(plain(300, 200))
    (s.base / "input" / "tall.png").write_bytes(plain(40, 2000))
    (s.base / "input" / "dot.png").write_bytes(rgba(3, 1)[0])
    for name, more, size in (("wide2.png", "&limn_w=100", (100, 67)), ("wide2.png", "&limn_h=50", (75, 50)),
                             ("wide2.png", "&limn_w=100&limn_h=10", (15, 10)), ("wide2.png", "&limn_w=9&limn_h=900", (9, 6)),
                             ("wide2.png", "&limn_w=4000", (300, 200)), ("tall.png", "&limn_w=20", (20, 1000)),
                             ("tall.png", "&limn_h=10", (1, 10)), ("dot.png", "&limn_w=1&limn_h=1", (1, 1)),
                             ("wide2.png", "&limn_w=30&limn_h=30&preview=jpeg;40", (30, 20))):
        answer = view(s, name, more)
        want(answer[0] == 200 and header(answer, "content-type") == "image/webp" and webp_size(answer[1]) == size,
             f"{name}{more}: {answer[0]} {answer[1][:40]}")
    for more in ("limn_w=0", "limn_w=-1", "limn_w=x", "limn_h=16385", "limn_h=", "limn_w=1e3", "limn_w=99999999999"):
        want(view(s, "wide2.png", f"&{more}")[0] == 400, more)
    want(view(s, "absent.png", "&limn_w=10")[0] == 404, "absent")
    (s.base / "input" / "words2.txt").write_bytes(b"no picture")
    want(view(s, "words2.txt", "&limn_w=10")[0] == 415, "words")


def small_pictures_are_made_once(limn):
    with Served(limn) as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "p.png").write_bytes(plain(300, 200))
        first = view(s, "p.png", "&limn_w=64")
        kept = s.base / "state" / "thumbs"
        whole = lambda: [f for f in kept.glob("*") if f.suffix != ".part"]  # others are being written
        end = time.monotonic() + 20
        while not whole() and time.monotonic() < end:
            time.sleep(0.01)
        want(len(whole()) == 1, "one is kept")
        tag = header(first, "etag")
        want(s.ask("GET", "/view?filename=p.png&type=input&limn_w=64", headers={"If-None-Match": tag})[0] == 304, "304")
        s.stop()
        s.start()
        again = view(s, "p.png", "&limn_w=64")
        want(again[1] == first[1] and header(again, "etag") == tag, "the very same")
        want(not any("--pictures" in words for words in commands(s.process.pid)), "nobody had to make it again")
        (s.base / "input" / "p.png").write_bytes(plain(300, 200, 7))
        other = view(s, "p.png", "&limn_w=64")
        want(other[1] != first[1] and header(other, "etag") != tag, "another picture under that name is another one")
        file, = [f for f in whole() if f.read_bytes().startswith(first[1])]
        file.write_bytes(b"x" * 100)
        (s.base / "input" / "p.png").write_bytes(plain(300, 200))
        want(view(s, "p.png", "&limn_w=64")[0] == 200, "what is damaged there is made again")


def a_mask_is_laid_over_the_original_and_its_texts_stay(s):
    file, raw = rgba()
    (s.base / "input" / "c.png").write_bytes(file)
    mask = png(5, 4, 6, zlib.compress(b"".join(b"\0" + bytes(200 + x if k == 3 else 0 for x in range(5) for k in range(4))
                                               for _ in range(4))))
    parts = (("image", '; filename="m.png"', mask), ("type", "", b"input"),
             ("original_ref", "", json.dumps({"filename": "c.png", "type": "input"}).encode()))
    body = b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (n.encode(), f.encode(), d)
                    for n, f, d in parts) + b"--b--\r\n"
    answer = s.ask("POST", "/upload/mask", body, {"Content-Type": "multipart/form-data; boundary=b"})
    want(answer[0] == 200, answer[:2])
    made = view(s, json.loads(answer[1] or b"{}").get("name", "m.png"), "")[1]
    want(pixels(made) == (5, 4, 4, bytes(200 + i // 4 % 5 if i % 4 == 3 else v for i, v in enumerate(raw))), "pixels")
    want(b"tEXtprompt\0{}" in made, "texts")


def rss(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1])


def tree(pid):
    children = open(f"/proc/{pid}/task/{pid}/children").read().split()
    return {int(c): rss(int(c)) for c in children} | {pid: rss(pid)}


def commands(pid):
    """The command lines of a process's children."""
    out = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                out.append((path.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass
    return out


def a_bomb_is_refused_by_its_header(s):
    (s.base / "input" / "bomb.png").write_bytes(bomb(13000))
    view(s, "a.png", "&preview=webp")
    before = tree(s.process.pid)
    answer = view(s, "bomb.png", "&preview=webp")
    want(answer[0] == 413 and b"13000 x 13000" in answer[1] and b"64 megapixels" in answer[1], answer[:2])
    for pid, now in tree(s.process.pid).items():
        want(SANITIZED or now - before.get(pid, 0) <= 16 * 1024, f"{pid}: {now - before.get(pid, 0)} KiB more")


def damaged_files_are_4xx_and_the_server_stays(s):
    chance, kinds = random.Random(5), ("rgb8.png", "q75.jpg", "lossy.webp", "grey16.png", "q75_progressive.jpg")
    for i in range(60 if SANITIZED else 200):
        data = bytearray((PICTURES / kinds[i % len(kinds)]).read_bytes())
        for _ in range(1 + i % 5):
            data[chance.randrange(len(data))] ^= 1 + chance.randrange(255)
        (s.base / "input" / "damaged.png").write_bytes(data[:chance.randrange(len(data))] if i % 4 == 0 else data)
        answer = view(s, "damaged.png", "&preview=webp" if i % 2 else "&channel=rgb")
        want(answer[0] in (200, 413, 415), f"{i}: {answer[:2]}")
    want(view(s, "a.png", "&preview=webp")[0] == 200, "the next one")


def what_is_no_picture_is_415_and_nothing_is_404(s):
    (s.base / "input" / "words.txt").write_text("hello")
    want(view(s, "words.txt", "&preview=webp")[0] == 415, "words")
    want(view(s, "absent.png", "&preview=webp")[0] == 404, "absent")


def clients_that_leave_cost_nobody_else_anything(s):
    (s.base / "input" / "wide.png").write_bytes(bomb(2000))
    for _ in range(20):
        c = socket.create_connection((HOST, s.port))
        c.sendall(b"GET /view?filename=wide.png&type=input&preview=webp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        c.close()
    want(view(s, "a.png", "&preview=webp")[0] == 200, "the next one")


def a_hundred_at_once_are_pictures_or_503_with_retry_after(s):
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: view(s, "a.png", "&preview=jpeg"), range(100)))
    want(all(a[0] == 200 or (a[0] == 503 and header(a, "retry-after")) for a in answers), {a[0] for a in answers})
    want(sum(a[0] == 200 for a in answers) >= 64, "most are made")


def the_ceiling_of_memory_is_an_option(limn):
    with Served(limn, "--picture-memory", "64") as s:
        (s.base / "input").mkdir(exist_ok=True)
        (s.base / "input" / "large.png").write_bytes(bomb(5000))
        (s.base / "input" / "a.png").write_bytes(rgba()[0])
        answer = view(s, "large.png", "&preview=webp")
        want(answer[0] == 413 and b"no memory for the 75000000 bytes" in answer[1], answer[:2])
        want(view(s, "a.png", "&preview=webp")[0] == 200, "the next one")


TESTS = [previews_come_in_the_format_that_was_asked_for, channels_are_the_picture_s,
         small_pictures_fit_into_what_was_asked_for,
         a_mask_is_laid_over_the_original_and_its_texts_stay, a_bomb_is_refused_by_its_header,
         damaged_files_are_4xx_and_the_server_stays, what_is_no_picture_is_415_and_nothing_is_404,
         clients_that_leave_cost_nobody_else_anything, a_hundred_at_once_are_pictures_or_503_with_retry_after]


def main():
    with Served(sys.argv[1]) as s:
        (s.base / "input").mkdir(exist_ok=True)
        failed = run_tests(TESTS, s)
    return run_tests([the_ceiling_of_memory_is_an_option, small_pictures_are_made_once], sys.argv[1]) or failed


if __name__ == "__main__":
    sys.exit(main())
