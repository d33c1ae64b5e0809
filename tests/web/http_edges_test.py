"""The HTTP door at its edges: clients that stop half-way at every step, handlers that answer twice or never, limits that
are just met.

    http_edges_test.py HTTP_DOOR [PART OF A TEST'S NAME]
"""
import errno
import http.client
import os
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests, tests_of  # noqa: E402
from http_client import HOST, Door, answers, drain, head, on  # noqa: E402
from http_faults_test import emptied, fail, served, settled  # noqa: E402

PIECE = os.urandom(3 << 20)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


# ------------------------------------------------------------------ clients that stop

def who_stops_in_the_middle_is_dropped_and_who_has_asked_is_answered():
    with Door() as door:
        (Path(door.folder.name) / "big.bin").write_bytes(PIECE)
        assert door.raw(b"", half_close=True) == b""
        assert door.raw(b"GET /hello HT", half_close=True) == b""
        assert door.raw(on(door, head("/echo", "POST", "Content-Length: 5")) + b"12", half_close=True) == b""
        assert door.raw(on(door, head("/echo", "POST", "Transfer-Encoding: chunked")) + b"2\r\nab", half_close=True) == b""
        # its file is read by another thread while it is known that nothing more will come
        fail(door, "preadv2", errno.EAGAIN, times=1000)
        fail(door, "pread", errno.EINTR, times=300000)
        assert door.raw(on(door, head("/files/big.bin")), half_close=True).endswith(PIECE)
        fail(door, "preadv2", errno.EAGAIN, times=0)
        served(door)


def who_leaves_while_its_text_is_deflated_costs_nothing():
    with Door() as door:
        for _ in range(5):
            s = door.socket()
            s.sendall(on(door, head("/text?bytes=8000000", "GET", "Accept-Encoding: gzip")))
            time.sleep(0.02)
            reset(s)
        served(door)


def who_leaves_while_its_upload_is_written_leaves_nothing():
    with Door() as door:
        for _ in range(5):
            fail(door, "pwrite", errno.EINTR, times=2000000)  # a disk that takes its time
            s = door.socket()
            s.sendall(on(door, head("/file/x", "POST", "Content-Length: 200000")) + b"x" * 100000)
            time.sleep(0.05)
            reset(s)
            fail(door, "pwrite", errno.EINTR, times=0)
        settled(door)
        emptied(door)
        served(door)


def a_body_that_is_refused_tells_its_receiver_once():
    with Door("body_ms=300", "linger_ms=100") as door:
        bad = on(door, head("/count", "POST", "Transfer-Encoding: chunked")) + b"zz\r\n"
        assert b" 400 " in door.raw(bad)
        s = door.socket()
        s.sendall(on(door, head("/count", "POST", "Content-Length: 9")) + b"abc")
        assert drain(s).startswith(b"HTTP/1.1 408")
        assert b" 400 " in door.raw(bad.replace(b"/count", b"/sink"))  # nobody is to be told
        assert door.ask("POST", "/sink", b"x" * 1000)[1] == b"swallowed"
        assert door.ask("POST", "/sink", b"")[1] == b"swallowed"
        served(door)


def the_408_that_cannot_be_sent_is_the_end_of_it():
    with Door("head_ms=300") as door:
        s = door.socket()
        s.sendall(b"GET /he")
        time.sleep(0.05)
        fail(door, "sendmsg", errno.ECONNRESET, at=2)
        assert drain(s) in (b"", b"[reset]")
        served(door)


# ------------------------------------------------------------------ answers

def an_answer_may_leave_byte_by_byte():
    with Door() as door:
        for path, length in ("/hello", 5), ("/text?bytes=5000", 5000), ("/stream?bytes=100", len(b"64\r\n\r\n0\r\n\r\n") + 100):
            s = door.socket()
            time.sleep(0.02)
            fail(door, "trickle", at=2, times=1000)
            s.sendall(on(door, head(path, "GET", "Connection: close")))
            out = drain(s)
            fail(door, "trickle", times=0)
            assert answers(out) == 1 and len(out.split(b"\r\n\r\n", 1)[1]) == length, out[-40:]
        served(door)


def the_first_answer_is_the_answer():
    with Door() as door:
        status, body, headers = door.ask("GET", "/twice")
        assert (status, body) == (200, b"once") and "X-Late" not in headers
        out = door.raw(on(door, head("/begin", "GET", "Connection: close")))
        assert answers(out) == 1 and out.endswith(b"5\r\nwords\r\n0\r\n\r\n"), out
        assert door.ask("GET", "/begin?bad=1")[0] == 500
        for version in "1.1", "1.0":
            out = door.raw(f"GET /begin?status=204 HTTP/{version}\r\nHost: localhost:{door.port}\r\nConnection: close\r\n\r\n".encode())
            assert answers(out) == 1 and b" 204 " in out and b"Transfer-Encoding" not in out, out
        served(door)


def a_head_that_would_be_too_long_or_broken_is_500():
    with Door() as door:
        assert door.ask("GET", "/inject?v=a%09b")[2]["X-Value"] == "a\tb"
        assert door.ask("GET", "/inject?v=x&name=no%20name")[0] == 500
        assert door.ask("GET", "/inject?times=2&v=" + "x" * 3900)[0] == 200
        assert door.ask("GET", "/inject?times=3&v=" + "x" * 3900)[0] == 500
        served(door)


def a_weak_tag_stays_one():
    with Door() as door:
        assert door.ask("GET", "/text?weak=1")[2]["ETag"] == 'W/"v1"'
        assert door.ask("GET", "/text")[2]["ETag"] == 'W/"v1"'  # of two sequences of bytes
        assert door.ask("GET", "/text?bytes=10")[2]["ETag"] == '"v1"'


def pictures_are_kept_for_a_day_and_drawings_asked_for_again():
    with Door() as door:
        for name, said in ("a.png", "public, max-age=86400"), ("a.svg", "no-cache"), ("a.html", "no-store, must-revalidate"):
            (Path(door.folder.name) / name).write_bytes(b"x")
            assert door.ask("GET", "/files/" + name)[2]["Cache-Control"] == said


def answers_that_wait_for_nobody_are_not_cut_off():
    with Door("max_answer_bytes=1000") as door:
        status, body, headers = door.ask("GET", "/text?bytes=200000", headers={"Accept-Encoding": "gzip"})
        assert status == 200 and headers["Content-Encoding"] == "gzip"
        served(door)


def a_stream_that_its_reader_cannot_take_is_cut_off():
    with Door("max_answer_bytes=20000") as door:
        s = door.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(on(door, head("/stream?bytes=30000000")))
        time.sleep(0.3)
        assert len(drain(s)) < 30_000_000
        served(door)


def a_stream_ends_whole_for_a_slow_reader():
    with Door() as door:
        for n in 65536, 70000, 3_000_000:
            s = door.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            s.sendall(on(door, f"GET /stream?bytes={n} HTTP/1.0\r\nHost: localhost:%d\r\n\r\n"))
            time.sleep(0.2)
            assert len(drain(s).split(b"\r\n\r\n", 1)[1]) == n
        served(door)


def every_answer_is_told_of():
    with Door("told") as door:
        for _ in range(3):
            door.ask("GET", "/hello")
        door.raw(b"nonsense\r\n\r\n")
        counts = door.counts()
        assert (counts["told"], counts["headless"]) == (4, 1), counts


# ------------------------------------------------------------------ bodies

def who_sends_before_it_is_asked_is_not_asked():
    with Door() as door:
        s = door.socket()
        s.sendall(on(door, head("/echo", "POST", "Content-Length: 2", "Expect: 100-continue", "Connection: close")) + b"o")
        time.sleep(0.1)
        s.sendall(b"k")
        out = drain(s)
        assert out.endswith(b"ok") and answers(out) == 1, out
        s = door.socket()
        s.sendall(b"POST /echo HTTP/1.0\r\nHost: localhost:%d\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n" % door.port)
        time.sleep(0.05)
        s.sendall(b"ok")
        assert answers(drain(s)) == 1
        served(door)


def a_body_finds_no_room_where_others_have_taken_it():
    with Door("max_body_bytes=200000") as door:
        first = door.socket()
        first.sendall(on(door, head("/big", "POST", "Content-Length: 110000", "Connection: close")) + b"x" * 100000)
        end = time.monotonic() + 10
        while door.counts()["body_bytes"] < 100000 and time.monotonic() < end:
            time.sleep(0.01)
        assert door.counts()["body_bytes"] >= 100000, door.counts()
        status, _, headers = door.ask("POST", "/big", b"y" * 110000)
        assert status == 503 and "Retry-After" in headers
        assert door.ask("POST", "/file/none", b"z" * 10)[0] == 503  # its two buffers would not fit either
        first.sendall(b"x" * 10000)
        assert len(drain(first).split(b"\r\n\r\n", 1)[1]) == 110000
        served(door)


def a_steady_body_is_not_slow():
    with Door("rate_window_ms=150", "body_ms=2000") as door:
        s = door.socket()
        s.sendall(on(door, head("/count", "POST", "Content-Length: 800000", "Connection: close")))
        for _ in range(8):
            s.sendall(b"x" * 100000)
            time.sleep(0.06)
        assert drain(s).endswith(b"800000")
        served(door)


def an_upload_may_pause_and_be_left():
    with Door() as door:
        s = door.socket()
        s.sendall(on(door, head("/file/slow", "POST", "Transfer-Encoding: chunked", "Connection: close")))
        s.sendall(b"20000\r\n" + b"x" * 0x20000 + b"\r\n")
        time.sleep(0.3)  # all of it is written by now
        s.sendall(b"0\r\n\r\n")
        assert b" 201 " in drain(s)
        assert (Path(door.folder.name) / "slow").stat().st_size == 0x20000
        os.unlink(Path(door.folder.name) / "slow")
        for path in "/leave", "/leave?taken=1":
            assert door.ask("POST", path, b"bytes")[1] == b"left"
            emptied(door)
        fail(door, "uv_queue_work", at=3)  # one opened the file, one wrote it: the one that removes it
        assert door.ask("POST", "/leave", b"bytes")[1] == b"left"
        emptied(door)
        assert door.ask("GET", "/no-file")[1] == b"none"
        fail(door, "lm_drawer_write", errno.ENOSPC)
        assert door.ask("POST", "/file/x", b"bytes")[0] == 507
        served(door)
    with Door("no_drawer") as door:
        assert door.ask("POST", "/file/x", b"bytes")[0] == 503
        served(door)


def the_last_piece_may_be_waited_for_by_who_sends_no_more():
    with Door() as door:
        for path in "/count?pause=100", "/file/x":
            out = door.raw(on(door, head(path, "POST", "Content-Length: 3")) + b"abc", half_close=True)
            assert out.endswith(b"\r\n\r\n3") or b" 201 " in out, out
        served(door)


# ------------------------------------------------------------------ memory

def without_memory_each_step_fails_alone():
    """The nth allocation from now on fails, while these requests come in two pieces."""
    asks = [(head("/hello?a=%00"), ""), (head("/args/a/x/b?q=" + "q" * 3000, "GET", "Connection: close")[:1500], None),
            (head("/ws", "GET", "Connection: Upgrade", "Upgrade: websocket"), "early frames"),
            (head("/text?bytes=5000", "GET", "Accept-Encoding: gzip", "Connection: close"), ""),
            (head("/stream?bytes=100", "GET", "Connection: close"), ""), (head("/files/page.html", "GET", "Connection: close"), ""),
            (head("/echo", "POST", "Content-Length: 3000", "Connection: close"), "e" * 3000)]
    asks[1] = asks[1][0], head("/args/a/x/b?q=" + "q" * 3000, "GET", "Connection: close")[1500:]
    with Door("cors=http://a.example") as door:
        (Path(door.folder.name) / "page.html").write_text("<p>" * 1000)
        for first, second in asks:
            for at in range(1, 16):
                s = door.socket()
                s.sendall(b"GET")
                first_bytes = (first.replace("%d", str(door.port)) if "%d" in first else first).encode()
                time.sleep(0.005)
                assert door.ask("GET", f"/starve?at={at}")[0] == 200
                try:
                    s.sendall(first_bytes[3:])
                    time.sleep(0.005)
                    s.sendall((second.replace("%d", str(door.port)) if "%d" in second else second).encode())
                    s.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                assert answers(drain(s)) <= 1
                try:
                    door.ask("GET", "/starve?at=0")
                except (OSError, http.client.HTTPException):
                    pass
                assert door.ask("GET", "/hello")[1] == b"hello", (first, at)
        served(door)


# ------------------------------------------------------------------ upgrades

def only_an_upgrade_without_a_body_is_one():
    up = "Connection: Upgrade", "Upgrade: websocket"
    with Door() as door:
        def said(method, *lines, body=b""):
            out = door.raw(on(door, head("/upgrade", method, *lines)) + body, half_close=True)
            return out.rsplit(b"\r\n\r\n", 1)[1]

        assert said("GET", *up) == b"socket"
        assert said("GET", "Connection: Upgrade") == b"none"
        assert said("GET", "Upgrade: websocket") == b"none"
        assert said("GET", *up, "Upgrade: h2c") == b"none"
        assert said("POST", *up) == b"none"
        assert said("GET", *up, "Content-Length: 3", body=b"abc") == b"none"
        assert said("GET", *up, "Transfer-Encoding: chunked", body=b"0\r\n\r\n") == b"none"
        served(door)


# ------------------------------------------------------------------ letting in

def the_idle_one_that_waits_longest_gives_its_place():
    with Door("max_connections=3") as door:
        kept = [door.socket() for _ in range(3)]
        for i in 1, 0, 2:  # the second is idle for longest
            kept[i].sendall(on(door, head()))
            assert kept[i].recv(1000).endswith(b"hello")
            time.sleep(0.05)
        fourth = door.socket()
        fourth.sendall(on(door, head()))
        assert fourth.recv(1000).endswith(b"hello") and kept[1].recv(10) == b""
        for i in 0, 2:
            kept[i].sendall(on(door, head()))
            assert kept[i].recv(1000).endswith(b"hello")


def a_connection_that_could_not_be_had_is_not_counted():
    with Door("count_loopback", "max_per_address=3") as door:
        for call in "uv_poll_init",:
            fail(door, call, errno.ENOMEM, times=5)
            for _ in range(5):
                drain(door.socket())
        served(door)
        kept = [door.socket(), door.socket()]
        for s in kept:
            s.sendall(on(door, head()))
            assert s.recv(1000).endswith(b"hello")
    with Door("count_loopback", "max_per_address=0") as door:
        kept = [door.socket() for _ in range(300)]
        kept[-1].sendall(on(door, head()))
        assert kept[-1].recv(1000).endswith(b"hello")
        for s in kept:
            s.close()


def without_descriptors_it_goes_on_later():
    with Door() as door:
        for reserve in 1, 2, 3:
            fail(door, "accept4", errno.EMFILE, times=2)  # who said so is idle, and gives its place to the first
            fail(door, "eventfd", errno.EMFILE, times=reserve)
            for s in [door.socket() for _ in range(3)]:
                s.close()
            time.sleep(0.1)
            door.control.close()
            del door.control
            served(door)


def an_address_that_cannot_be_told_is_judged_by_its_name():
    with Door("address=0.0.0.0") as door:
        fail(door, "getsockname", errno.ENOBUFS)
        assert door.ask("GET", "/hello")[1] == b"hello"
        fail(door, "getsockname", errno.ENOBUFS)
        assert door.ask("GET", "/hello", headers={"Host": f"192.0.2.7:{door.port}"})[0] == 403
        status, body, _ = door.ask("GET", "/peer")
        assert body == f"{HOST} {HOST} ".encode()


def who_was_refused_does_not_hold_it_up():
    door = Door("linger_ms=9000")
    with door:
        s = door.socket()
        s.sendall(b"nonsense\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 400")
        began = time.monotonic()
        door.process.terminate()
        assert door.process.wait(10) == 0 and time.monotonic() - began < 4
        s.close()


def who_is_at_work_too_long_when_it_stops_is_cut_off():
    door = Door("stop_ms=200")
    with door:
        busy, kept = door.socket(), door.socket()
        kept.sendall(on(door, head()))
        kept.recv(1000)
        busy.sendall(on(door, head("/later?ms=4000")))
        time.sleep(0.1)
        began = time.monotonic()
        door.process.terminate()
        assert drain(busy) == b"" and time.monotonic() - began < 3.5
        assert kept.recv(10) == b"" and door.process.wait(10) == 0


if __name__ == "__main__":
    sys.exit(run_tests(tests_of(globals(), but=("reset",))))
