"""The HTTP door when calls of the system fail: one request, or one connection, is lost, and the next is served.

    http_faults_test.py HTTP_DOOR [PART OF A TEST'S NAME]
"""
import base64
import contextlib
import errno
import http.client
import os
import socket
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from http_client import DOOR, HOST, Door, answers, drain, head, on  # noqa: E402

PIECE = os.urandom(3 << 20)


def fail(door, call, why=errno.EIO, at=1, times=1):
    """Over a connection that stays, so that its end is none of the calls that are counted."""
    if not hasattr(door, "control"):
        door.control = door.client()
    door.control.request("GET", f"/fail?call={call}&errno={why}&at={at}&times={times}")
    answer = door.control.getresponse()
    answer.read()
    assert answer.status == 204


def lost(door, text):
    """A request whose connection is cut -> what came before that"""
    return door.raw(on(door, text))


def unpacked(answer):
    """The whole body, out of its chunks and of its gzip; None: it is broken."""
    top, _, rest = answer.partition(b"\r\n\r\n")
    if b"Transfer-Encoding: chunked" not in top:
        return rest if b"Content-Length: %d\r\n" % len(rest) in top + b"\r\n" else None
    body = b""
    while rest:
        line, _, rest = rest.partition(b"\r\n")
        if line == b"0":
            return zlib.decompress(body, 31) if rest == b"\r\n" else None
        size = int(line or b"0", 16)
        if len(rest) < size + 2:
            return None
        body, rest = body + rest[:size], rest[size + 2:]
    return None


def settled(door):
    """Nothing is held any more, and nobody is there but who asks for that and who says what fails."""
    connections = 2 if hasattr(door, "control") else 1
    end = time.monotonic() + 20
    while time.monotonic() < end:
        counts = door.counts()
        if (counts["held"], counts["connections"]) == (1, connections):
            return
        time.sleep(0.01)
    raise AssertionError(counts)


def emptied(door, *but):
    """Nothing is left of what was not kept: it goes beside the loop, a moment after the answer."""
    end = time.monotonic() + 20
    while left := [f for f in os.listdir(door.folder.name) if f not in but]:
        assert time.monotonic() < end, left
        time.sleep(0.01)


def served(door):
    assert door.ask("GET", "/hello")[1] == b"hello"
    settled(door)


def what_is_deflated_on_its_way_is_whole_or_broken():
    with Door() as door:
        text = base64.b64encode(os.urandom(600_000))
        (Path(door.folder.name) / "big.js").write_bytes(text)
        ask = head("/files/big.js", "GET", "Accept-Encoding: gzip", "Connection: close")
        fail(door, "preadv2", errno.EAGAIN, times=1000)  # each piece goes through two threads
        assert unpacked(lost(door, ask)) == text
        fail(door, "preadv2", errno.EAGAIN, times=1000)
        fail(door, "pread", errno.EIO, at=2)
        assert unpacked(lost(door, ask)) is None
        fail(door, "preadv2", errno.EAGAIN, times=0)
        for at in 2, 3, 7:  # the first one opens the file
            fail(door, "uv_queue_work", at=at)
            assert unpacked(lost(door, ask)) is None
        whole = broken = 0
        for at in range(1, 20):  # no memory: as it is, a 503, or broken, but never wrong
            door.ask("GET", f"/starve?at={at}")
            out = lost(door, ask)
            with contextlib.suppress(OSError, http.client.HTTPException):
                door.ask("GET", "/starve?at=0")  # may be what it hits
            got = unpacked(out)
            assert got in (text, None) or b" 503 " in out or b" 500 " in out, out[:200]
            whole += got == text
            broken += got is None
        assert whole and broken, (whole, broken)
        served(door)


def an_upload_that_cannot_be_written_says_why_and_leaves_nothing():
    with Door() as door:
        for why, status in ((errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 500)):
            fail(door, "pwrite", why)
            assert door.ask("POST", "/file/small", b"x" * 1000)[0] == status
            fail(door, "pwrite", why, at=3)
            assert answers(door.raw(on(door, head("/file/large", "POST", f"Content-Length: {len(PIECE)}")) + PIECE)) == 1
            settled(door)
            emptied(door)
        fail(door, "pwrite", errno.EINTR, times=3)
        assert door.ask("POST", "/file/whole", PIECE)[0] == 201
        assert (Path(door.folder.name) / "whole").read_bytes() == PIECE
        served(door)


def where_no_thread_can_be_had_the_answer_says_so():
    with Door() as door:
        (Path(door.folder.name) / "page.txt").write_bytes(b"text" * 100)
        fail(door, "uv_queue_work")
        assert door.ask("GET", "/files/page.txt")[0] == 503
        assert door.ask("GET", "/files/page.txt")[1] == b"text" * 100
        fail(door, "uv_queue_work")
        status, body, headers = door.ask("GET", "/text?bytes=200000", headers={"Accept-Encoding": "gzip"})
        assert status == 200 and "Content-Encoding" not in headers and len(body) == 200000
        for at in 1, 2:
            fail(door, "uv_queue_work", at=at)
            out = door.raw(on(door, head("/file/up", "POST", f"Content-Length: {len(PIECE)}")) + PIECE)
            assert not out or b" 503 " in out or b" 500 " in out, out[:200]
            settled(door)
            emptied(door, "page.txt")
        served(door)


def a_file_that_cannot_be_read_on_is_a_broken_answer():
    with Door() as door:
        (Path(door.folder.name) / "big.bin").write_bytes(PIECE)
        ask = head("/files/big.bin", "GET", "Connection: close")
        fail(door, "preadv2", errno.EAGAIN, times=1000)  # as where nothing is in memory: another thread reads
        assert lost(door, ask).endswith(PIECE)
        fail(door, "preadv2", errno.EAGAIN, times=1000)
        fail(door, "pread", errno.EINTR, times=2)
        assert lost(door, ask).endswith(PIECE)
        fail(door, "preadv2", errno.EAGAIN, times=1000)
        fail(door, "pread", errno.EIO, at=2)
        assert len(lost(door, ask)) < len(PIECE)
        fail(door, "preadv2", errno.EAGAIN, times=1000)
        fail(door, "uv_queue_work", at=3)  # the first one opens the file
        assert len(lost(door, ask)) < len(PIECE)
        fail(door, "preadv2", errno.EAGAIN, times=0)
        served(door)


def a_file_that_became_shorter_is_a_broken_answer():
    with Door() as door:
        path = Path(door.folder.name) / "big.bin"
        path.write_bytes(b"x" * 40_000_000)
        s = door.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        s.sendall(on(door, head("/files/big.bin")))
        first = s.recv(4096)
        os.truncate(path, 1000)
        assert len(first) + len(drain(s)) < 40_000_000
        served(door)


def who_leaves_while_a_file_is_read_is_forgotten():
    with Door() as door:
        (Path(door.folder.name) / "big.bin").write_bytes(PIECE)
        for _ in range(20):
            fail(door, "preadv2", errno.EAGAIN, times=1000)
            s = door.socket()
            s.sendall(on(door, head("/files/big.bin")))
            s.recv(1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()  # by a reset
        fail(door, "preadv2", errno.EAGAIN, times=0)
        served(door)


def a_call_that_was_interrupted_is_made_again():
    with Door() as door:
        for call in "recv", "sendmsg":
            for why in errno.EINTR, errno.EAGAIN:
                s = door.socket()
                time.sleep(0.05)
                fail(door, call, why, at=2 if call == "sendmsg" else 1)  # the first one says 204
                s.sendall(on(door, head("/echo", "POST", "Content-Length: 5", "Connection: close")) + b"12345")
                assert drain(s).endswith(b"12345"), (call, why)
        served(door)


def a_connection_that_breaks_is_dropped():
    with Door() as door:
        for call in "recv", "sendmsg":
            s = door.socket()
            time.sleep(0.05)
            fail(door, call, errno.ECONNRESET, at=2 if call == "sendmsg" else 1)
            s.sendall(on(door, head("/hello")))
            drain(s)
        s = door.socket()
        time.sleep(0.05)
        fail(door, "send", errno.EPIPE)
        s.sendall(on(door, head("/echo", "POST", "Content-Length: 5", "Expect: 100-continue")))
        assert b"100 Continue" not in drain(s)
        served(door)


def accepting_survives_what_the_system_says():
    with Door() as door:
        for why in (errno.EINTR, errno.ECONNABORTED, errno.ENFILE, errno.EMFILE, errno.ENOBUFS):
            c = door.client()
            c.request("GET", f"/fail?call=accept4&errno={why}")
            c.getresponse().read()
            others = [door.socket() for _ in range(3)]
            for s in others:
                try:
                    s.sendall(on(door, head("/hello", "GET", "Connection: close")))
                    drain(s)
                except OSError:
                    s.close()
            c.close()
            served(door)
        fail(door, "uv_poll_init")
        assert drain(door.socket())[:13] in (b"", b"[reset]", b"HTTP/1.1 503 ")
        served(door)


def it_listens_on_several_addresses_of_both_kinds():
    addresses = ["address=127.0.0.1"] + (["address=::1"] if has_ipv6() else []) + ["address=127.0.0.2"]
    with Door(*addresses) as door:
        for address in addresses:
            with socket.create_connection((address[8:], door.port), 10) as s:
                name = f"[{address[8:]}]" if ":" in address else address[8:]
                s.sendall(f"GET /hello HTTP/1.1\r\nHost: {name}:{door.port}\r\nConnection: close\r\n\r\n".encode())
                assert drain(s).endswith(b"hello"), address
    for everywhere in ["0.0.0.0"] + (["::"] if has_ipv6() else []):
        with Door(f"address={everywhere}", "count_loopback", "max_per_address=5") as door:
            here = "::1" if ":" in everywhere else HOST
            name = f"[{here}]" if ":" in here else here
            kept = [socket.create_connection((here, door.port), 10) for _ in range(8)]
            said = []
            for s in kept:
                s.settimeout(10)
                try:
                    s.sendall(f"GET /hello HTTP/1.1\r\nHost: {name}:{door.port}\r\n\r\n".encode())
                    said.append(s.recv(4096))
                except OSError:
                    said.append(b"")
            assert sum(b" 200 " in one for one in said) == 5, said
            for s in kept:
                s.close()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def a_door_that_cannot_open_says_why():
    def words(*options):
        done = subprocess.run([DOOR, door.folder.name, *options], capture_output=True, text=True, timeout=20)
        assert done.returncode == 1, done
        return done.stderr

    with Door() as door:
        assert "it is not an IP address" in words("address=localhost")
        assert "it is not an IP address" in words("address=fe80::1%lo")
        assert "cannot listen on 192.0.2.1" in words("address=192.0.2.1")
        assert "cannot listen on more than" in words(*[f"address=127.0.0.{i}" for i in range(1, 60)])
        assert words("cors=http://" + "x" * 300 + ".example")


def the_largest_answer_goes_when_answers_take_too_much():
    sizes = 6_000_000, 9_000_000, 5_800_000, 5_600_000
    with Door("max_answer_bytes=20000000") as door:
        readers = []
        for n in sizes:
            s = door.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            s.sendall(on(door, head(f"/text?bytes={n}", "GET", "Connection: close")))
            readers.append((n, s))
            time.sleep(0.1)
        whole = [n for n, s in readers if len(drain(s)) > n]
        assert whole == [sizes[0], *sizes[2:]], whole
        served(door)


def old_clients_keep_their_connection_when_they_ask_for_it():
    with Door() as door:
        s = door.socket()
        for _ in range(3):
            s.sendall(on(door, "GET /hello HTTP/1.0\r\nHost: localhost:%d\r\nConnection: keep-alive\r\n\r\n"))
            got = b""
            while not got.endswith(b"hello"):
                got += s.recv(4096)
            assert b"Connection: keep-alive" in got
        s.close()
        stream = door.raw(on(door, "GET /stream?bytes=100000 HTTP/1.0\r\nHost: localhost:%d\r\n\r\n"))
        assert stream.endswith(b"\0" * 1000) and b"chunked" not in stream
        served(door)


TESTS = [what_is_deflated_on_its_way_is_whole_or_broken,
         an_upload_that_cannot_be_written_says_why_and_leaves_nothing, where_no_thread_can_be_had_the_answer_says_so,
         a_file_that_cannot_be_read_on_is_a_broken_answer, a_file_that_became_shorter_is_a_broken_answer,
         who_leaves_while_a_file_is_read_is_forgotten, a_call_that_was_interrupted_is_made_again,
         a_connection_that_breaks_is_dropped, accepting_survives_what_the_system_says,
         it_listens_on_several_addresses_of_both_kinds, a_door_that_cannot_open_says_why,
         the_largest_answer_goes_when_answers_take_too_much, old_clients_keep_their_connection_when_they_ask_for_it]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
