#!/usr/bin/env python3
"""limn as a client of limn serve, and of servers that lie. client_test.py LIMN [NAME]"""
import base64
import concurrent.futures
import contextlib
import hashlib
import http.server
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from program import LIMN, PATIENCE, ROOT, Served, empty, limn, run_tests, sampler

TOKEN = "a-token-of-enough-letters"
HERE = ("--base", ROOT, "--no-plugins")


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="limn-client-") as name:
        yield Path(name)


def written(at, graph, name="w.json"):
    path = at / name
    path.write_text(graph if isinstance(graph, str) else json.dumps(graph))
    return path


def url(s):
    return {"LIMN_SERVER": f"http://127.0.0.1:{s.port}"}


def submit(s, path, *more):
    status, out, err = limn("submit", path, *HERE, *more, env=url(s))
    assert status == 0 and len(out.split()) == 1, (status, out, err)
    return out.strip()


# ---------------------------------------------------------------- a server of ours

def a_job_is_submitted_watched_and_fetched():
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        path = written(at, empty(prefix="sub/t"))
        job = submit(s, path)
        status, out, err = limn("watch", job, env=url(s))
        assert (status, out) == (0, "output/sub/t_00001_.png\n"), (status, out, err)
        status, out, err = limn("fetch", job, "--to", at / "got/here", env=url(s))
        assert (status, out) == (0, f"{at}/got/here/t_00001_.png\n"), (status, out, err)
        assert (at / "got/here/t_00001_.png").read_bytes() == (s.base / "output/sub/t_00001_.png").read_bytes()
        assert limn("fetch", job, "--to", at / "got/here", env=url(s))[1] == out, "the same file is there already"
        (at / "got/here/t_00001_.png").write_text("mine")
        status, out, err = limn("fetch", job, "--to", at / "got/here", env=url(s))
        assert (status, out) == (0, f"{at}/got/here/t_00001_ (1).png\n"), (status, out, err)
        assert (at / "got/here/t_00001_.png").read_text() == "mine"
        assert len(os.listdir(at / "got/here")) == 2, os.listdir(at / "got/here")
        status, out, err = limn("fetch", job, "--to", at / "w.json", env=url(s))
        assert (status, out) == (4, "") and f"--to {at}/w.json: Not a directory" in err, (status, out, err)


def a_job_is_changed_waited_for_and_told_as_json():
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        path = written(at, empty())
        status, out, err = limn("submit", path, *HERE, "--set", "1.color=7", "--wait", "--json", env=url(s))
        told = json.loads(out)
        assert status == 0 and told["status"] == "completed" and told["outputs"]["2"]["images"], (status, out, err)
        status, answer = s.json("GET", f"/history/{told['id']}")
        assert answer[told["id"]]["prompt"][2]["1"]["inputs"]["color"] == 7
        status, out, err = limn("submit", path, *HERE, "--wait", env=url(s))
        assert status == 0 and out == "output/t_00002_.png\n" and "job " in err, (status, out, err)


def a_picture_that_was_fetched_can_be_submitted_again():
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        assert submit(s, written(at, empty()), "--wait") == "output/t_00001_.png"
        job = json.loads(limn("history", "--json", env=url(s))[1])[0]["id"]
        assert limn("fetch", job, "--to", at, env=url(s))[0] == 0
        status, out, err = limn("submit", at / "t_00001_.png", *HERE, "--set", "1.color=5", "--wait", env=url(s))
        assert status == 0 and out == "output/t_00002_.png\n", (status, out, err)


def queue_and_history_are_listed_and_cleared():
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        assert limn("queue", env=url(s)) == (0, "", "") and limn("history", env=url(s)) == (0, "", "")
        done = submit(s, written(at, empty()))
        limn("watch", done, env=url(s))
        long = submit(s, written(at, sampler(steps=10000)))
        late = submit(s, written(at, empty(1)))
        early = submit(s, written(at, empty(2)), "--front")
        status, out, err = limn("queue", "--json", env=url(s))
        assert [j["id"] for j in json.loads(out)] == [long, early, late], out
        assert [j["status"] for j in json.loads(out)] == ["in_progress", "pending", "pending"]
        status, out, err = limn("queue", env=url(s))
        assert status == 0 and out.splitlines()[1].startswith(long) and "in_progress" in out, out
        assert limn("queue", "--clear", env=url(s))[0] == 0
        assert [j["id"] for j in json.loads(limn("queue", "--json", env=url(s))[1])] == [long]
        assert limn("cancel", long, env=url(s)) == (0, "", "")
        status, out, err = limn("watch", long, env=url(s))
        assert (status, out) == (130, "") and "stopped" in err, (status, out, err)
        listed = json.loads(limn("history", "--json", env=url(s))[1])
        assert [(j["id"], j["status"]) for j in listed] == [(long, "cancelled"), (done, "completed")], listed
        assert len(json.loads(limn("history", "--max", "1", "--json", env=url(s))[1])) == 1
        status, out, err = limn("history", env=url(s))
        assert done in out and "completed" in out and len(out.splitlines()) == 3, out
        assert limn("history", "--clear", env=url(s))[0] == 0 and limn("history", env=url(s)) == (0, "", "")


def a_job_that_waits_is_cancelled_and_one_that_ended_is_left():
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        long, late = submit(s, written(at, sampler(steps=10000))), submit(s, written(at, empty()))
        assert limn("cancel", late, env=url(s)) == (0, "", "")
        assert [j["id"] for j in json.loads(limn("queue", "--json", env=url(s))[1])] == [long]
        limn("cancel", long, env=url(s))
        limn("watch", long, env=url(s))
        status, out, err = limn("cancel", long, env=url(s))
        assert status == 0 and "ended already" in err, (status, err)
        for command in ("cancel", "watch", "fetch"):
            status, out, err = limn(command, "no-such-job", env=url(s))
            assert (status, out) == (8, "") and "has no job" in err, (command, status, err)


def a_workflow_that_cannot_run_says_why():
    graph = empty()
    graph["1"]["inputs"]["width"] = 0
    with Served(LIMN, "--no-plugins") as s, folder() as at:
        status, out, err = limn("submit", written(at, graph), *HERE, env=url(s))
        assert (status, out) == (3, "") and "node 1 (EmptyImage), width: " in err, (status, out, err)
        status, out, err = limn("submit", written(at, {"1": {"class_type": "Nobody", "inputs": {}}}), *HERE, env=url(s))
        assert (status, out) == (3, "") and "Nobody" in err, (status, out, err)
        status, out, err = limn("submit", written(at, "{"), *HERE, env=url(s))
        assert (status, out) == (4, "") and "w.json" in err, (status, out, err)
        assert limn("submit", at / "none.json", *HERE, env=url(s))[0] == 4
        for wrong in (("--set", "9.width=3"), ("--seed", "x"), ("--carried", "words")):
            status, out, err = limn("submit", written(at, empty()), *wrong, *HERE, env=url(s))
            assert (status, out) == (2, "") and wrong[1].split("=")[0] in err, (wrong, status, out, err)


def a_token_opens_the_door():
    with folder() as at:
        token, wrong = written(at, TOKEN + "\n", "token"), written(at, TOKEN + "x", "wrong")
        token.chmod(0o600)
        wrong.chmod(0o600)
        with Served(LIMN, "--no-plugins", "--auth-token-file", str(token)) as s:
            for words, say in (((), "wants a token"), (("--auth-token-file", wrong), "does not know this token")):
                status, out, err = limn("queue", *words, env=url(s))
                assert status == 8 and say in err and TOKEN not in err, (status, err)
            status, out, err = limn("submit", written(at, empty()), *HERE, "--wait", "--auth-token-file", token, env=url(s))
            assert status == 0 and out, (status, out, err)
            token.chmod(0o640)
            status, out, err = limn("queue", "--auth-token-file", token, env=url(s))
            assert status == 4 and "chmod 600" in err, (status, err)


def watching_outlives_the_server():
    with folder() as at, folder() as base:
        first = Served(LIMN, "--no-plugins", base=base).start()
        job = submit(first, written(at, sampler(steps=300)))
        watcher = subprocess.Popen([LIMN, "watch", job], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, **url(first)})
        assert job in watcher.stderr.readline()  # it has found the job
        first.stop(signal.SIGKILL)
        with Served(LIMN, "--no-plugins", "--port", str(first.port), base=base):
            out, err = watcher.communicate(timeout=PATIENCE * 2)
        assert (watcher.returncode, out) == (0, "output/w_00001_.png\n"), (watcher.returncode, out, err)


# ---------------------------------------------------------------- nobody, and somebody else

def who_is_not_there_is_named():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        status, out, err = limn("queue", "--server", f"http://127.0.0.1:{port}")
        assert status == 8 and f"127.0.0.1:{port}" in err and "nobody answers" in err, (status, err)
    for wrong in ("ftp://127.0.0.1", "http://", "http://[", "not a url", "http://127.0.0.1:99999", "http://h/?q"):
        status, out, err = limn("queue", "--server", wrong)
        assert status == 2 and wrong in err, (wrong, status, err)
    for proxy in ({"http_proxy": "http://127.0.0.1:1"}, {"ALL_PROXY": "http://127.0.0.1:1"}):
        with Served(LIMN, "--no-plugins") as s:
            assert limn("queue", env={**url(s), **proxy})[0] == 0, "this machine is asked without a proxy"


class Liar:
    """A server that gives each path the answer it was told: (status, body, headers)."""

    def __init__(self, answers, otherwise=(404, b"nothing", {})):
        self.answers, self.otherwise, self.asked = answers, otherwise, []

    def __enter__(self):
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                n = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(n)
                liar.asked.append((self.command, self.path, body))
                path = self.path.split("?")[0]
                found = [a for key, a in liar.answers.items() if path.startswith(key)] or [liar.otherwise]
                status, data, headers = found[0]
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for k, v in headers.items():
                        self.send_header(k, v)
                    if "Content-Length" not in headers:
                        self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            do_GET = do_POST = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()


def as_json(value):
    return (200, value if isinstance(value, bytes) else json.dumps(value).encode(), {})


def a_server_that_talks_nonsense_is_told_so():
    nonsense = [b"", b"{", b"[]", b"null", b"1e999", b'"x"', b"<html>", b"\xff\xfe\x00", b"[" * 5000, b'{"jobs": 3}',
                b'{"jobs": [1, null, [], {"id": 5}, {"id": ""}], "pagination": 7}', b'{"queue_running": {"a": 1}, "queue_pending": 5}',
                b'{"queue_running": [[]], "queue_pending": [[0], [0, 1], ["x", "a", 3, 4], 7]}',
                b'{"jobs": [{"id": "\\u001b[2J\\u0007", "status": "failed", "create_time": -1e99, "execution_start_time": "x",'
                b' "execution_end_time": 1e400, "outputs_count": 1e300, "execution_error": {"node_id": {}, "exception_message":'
                b' "\\u001b]0;x\\u0007\\u009b"}}]}',
                b'{"x": {"outputs": {"1": {"images": [{"filename": 5}, 7, {"filename": ""}]}}, "status": 3, "prompt": "x"}}',
                b'{"x": {"outputs": [], "status": {"messages": [[], [1], "x", ["execution_error"], ["execution_error", []]]}}}',
                b'{"prompt_id": 5}', b'{"prompt_id": "\\u001b"}', b'{"node_errors": {"1": {"errors": [5, {}, {"message": 7}]}}, "prompt_id": "x"}']
    with folder() as at:
        path = written(at, empty())
        for body in nonsense:
            with Liar({}, (200, body, {})) as s:
                for words in (("queue",), ("history", "--json"), ("watch", "x", "--quiet"),
                              ("fetch", "x", "--to", at / "got")):
                    code, out, err = limn(*words, env=url(s))
                    assert code in (0, 1, 8, 130) and (code == 0 or err), (body[:80], words, code, err)
                    assert not any(ord(c) < 32 and c != "\n" or c == "\x7f" for c in out + err), (body, words, out, err)
            with Liar({}, (400, body, {})) as s:
                code, out, err = limn("submit", path, *HERE, env=url(s))
                assert code in (3, 8) and err and not out and "\x1b" not in err, (body[:80], code, out, err)


def answers_have_a_largest_size():
    with Liar({}, (200, b"[" + b" " * (34 << 20) + b"]", {})) as s:
        status, out, err = limn("queue", env=url(s))
        assert status == 8 and "more than 32 MB" in err, (status, err)
    with Liar({}, (200, b"{}", {"Content-Length": "100"})) as s:
        status, out, err = limn("history", env=url(s))
        assert status == 8 and err, (status, err)


def what_a_server_refuses_is_one_sentence():
    for status, body, say in ((401, b"", "wants a token (401)"), (403, b'{"error": "this host is unknown"}', "this host is unknown"),
                              (413, b"too large", "(413): too large"), (429, b'{"error": {"message": "slowly", "details": "5 s"}}',
                                                                        "slowly: 5 s"),
                              (503, b"\x1b[31mlater\x07", "(503): "), (500, b"<html>" + b"x" * 5000, "(500): a web page came back: is that a limn"),
                              (404, b"<!DOCTYPE HTML>\n<title>Not\x1b Found</title>" + b"x" * 5000, "came back, \"Not")):
        with Liar({}, (status, body, {})) as s, folder() as at:
            code, out, err = limn("submit", written(at, empty()), *HERE, env=url(s))
            assert code == 8 and say in err and len(err) < 500 and "\x1b" not in err and "\x07" not in err, (status, code, err)


def nobody_is_sent_elsewhere():
    with Liar({}, (200, b"{}", {})) as other, folder() as at:
        for status in (301, 302, 303, 307, 308):
            with Liar({}, (status, b"", {"Location": f"http://127.0.0.1:{other.port}/prompt"})) as s:
                for words in (("submit", written(at, empty()), *HERE), ("queue",), ("fetch", "x")):
                    code, out, err = limn(*words, env=url(s))
                    assert code == 8 and "sends us elsewhere" in err and str(other.port) in err, (status, code, err)
        assert not other.asked, other.asked


def hostile_names_reach_no_other_place():
    names = ["../up.png", "/etc/passwd", "..", ".", "", ".hidden", "a/../../b.png", "c\\..\\d.png", "e\nf.png", "g\x1b[2J.png",
             "h\x00i.png", "x" * 300 + ".png", "dir/", "~", "j k.png", "ü.png", "con:.png", "a\u009bb.png", "-rf", "good.png"]
    outputs = {"1": {"images": [{"filename": n, "subfolder": "../..", "type": "../x&y=1"} for n in names],
                     "text": ["hello"], "animated": [True]}}
    with folder() as at:
        (at / "in").mkdir()
        (at / "in/good.png").symlink_to(at / "outside.png")
        answers = {"/history/": as_json({"x": {"outputs": outputs, "status": {"status_str": "success"}}}),
                   "/view": (200, b"picture", {})}
        with Liar(answers) as s:
            status, out, err = limn("fetch", "x", "--to", at / "in", env=url(s))
        got = {p.relative_to(at).as_posix() for p in at.rglob("*") if p.is_file() or p.is_symlink()}
        assert status == 8 and "no name that a file may get here" in err, (status, err)
        assert got == {"in/" + n for n in ("up.png", "passwd", "b.png", "d.png", "~", "j k.png", "ü.png", "con:.png", "-rf",
                                           "good.png", "good (1).png", "h\ufffdi.png")}, sorted(got)
        assert not (at / "outside.png").exists() and "\x1b" not in out + err
        views = [p for _, p, _ in s.asked if p.startswith("/view")]
        assert all(p.count("&") == 2 and p.count("=") == 3 for p in views), views


def a_file_that_breaks_off_leaves_nothing():
    answers = {"/history/": as_json({"x": {"outputs": {"1": {"images": [{"filename": "a.png"}]}}, "status": {"status_str": "success"}}}),
               "/view": (200, b"half", {"Content-Length": "100", "Connection": "close"})}
    with folder() as at, Liar(answers) as s:
        status, out, err = limn("fetch", "x", "--to", at, env=url(s))
        assert status == 8 and "a.png" in err and not out and not os.listdir(at), (status, out, err, os.listdir(at))


def frame(payload, opcode=1, size=None):
    n = len(payload) if size is None else size
    return bytes([0x80 | opcode]) + (bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n) if n < 65536 else
                                     b"\x7f" + struct.pack(">Q", n)) + payload


def what_a_socket_says_is_never_the_truth():
    """A WebSocket that breaks the rules costs the progress, and nothing else."""
    end = frame(b'{"type": "executing", "data": {"node": null, "prompt_id": "x"}}')
    node = frame(b'{"type": "executing", "data": {"node": "\\u001b[2J' + b"5" * 300 + b'", "prompt_id": "x"}}')
    steps = [frame(b'{"type": "progress", "data": {"prompt_id": "x", "value": %s, "max": %s}}' % v)
             for v in ((b"1", b"20"), (b"-1e300", b"1e-300"), (b"1e400", b"5"), (b'"a"', b"[]"), (b"5", b"0"))]
    says = [node + b"".join(steps) + end, frame(b"p" * 125, 9) * 300 + end, frame(os.urandom(300000), 2) + end,
            frame(b" " * 70000) + end, frame(b"{" * 200) + frame(b"\xff\x00") + end, frame(b"", 8), os.urandom(5000),
            b"\x81\xff" + b"x" * 100, b"\x01\x05hello\x80\x05hello" + end, frame(b"x", 1, 1 << 50), frame(b"x" * 20, 9, 200) + end,
            frame(b"half", 1, 5000), b""]
    def hear(payload):
        with Speaker(payload) as s:
            return payload[:60], limn("watch", "x", env=url(s)), s.upgrades

    with concurrent.futures.ThreadPoolExecutor(len(says)) as pool:  # most of it is waiting
        for payload, (status, out, err), upgrades in pool.map(hear, says):
            assert (status, out) == (0, "output/a.png\n") and "\x1b" not in err, (payload, status, out, err)
            assert upgrades == 1, "it has listened"


def a_socket_counts_only_when_its_key_was_read():
    """A ping is answered by whoever listens (RFC 6455, 4.1)."""
    good = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
    say = {good: True, "upgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\nsec-websocket-accept:\t{accept} \r\n": True,
           good.replace("Sec-WebSocket-Accept: {accept}\r\n", ""): False, good.replace("{accept}", "{accept}x"): False,
           good.replace("{accept}", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="): False, good + "Sec-WebSocket-Accept: {accept}\r\n": False,
           good.replace("Upgrade: websocket\r\n", ""): False, good.replace("Connection: Upgrade\r\n", ""): False,
           good + "Sec-WebSocket-Extensions: permessage-deflate\r\n": False, good + "Sec-WebSocket-Protocol: chat\r\n": False,
           "HTTP/1.1 200 OK\r\n" + good: False, "HTTP/1.0 101 Yes\r\n" + good: False}

    def hear(welcome):
        with Speaker(frame(b"are you there", 9), welcome) as s:
            return welcome, limn("watch", "x", env=url(s)), s.upgrades, s.heard

    with concurrent.futures.ThreadPoolExecutor(len(say)) as pool:
        for welcome, (status, out, err), upgrades, heard in pool.map(hear, say):
            assert (status, out, upgrades) == (0, "output/a.png\n", 1), (welcome, status, out, err, upgrades)
            assert (heard[:1] == b"\x8a") == say[welcome], (welcome, heard)


class Speaker:
    """A server with one job, which ends soon, and a WebSocket that says what it is told."""

    def __init__(self, payload, welcome="Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"):
        self.payload, self.welcome, self.upgrades, self.asked, self.heard = payload, welcome, 0, 0, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                c, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        with contextlib.suppress(OSError), c:
            left = b""
            while True:
                while b"\r\n\r\n" not in left:
                    piece = c.recv(65536)
                    if not piece:
                        return
                    left += piece
                head, _, left = left.partition(b"\r\n\r\n")
                path = head.split()[1].decode()
                if path.startswith("/ws?clientId=limn-x"):
                    self.upgrades += 1
                    key = next(v.strip() for k, _, v in (line.partition(b":") for line in head.split(b"\r\n"))
                               if k.lower() == b"sec-websocket-key")
                    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
                    status = "" if self.welcome.startswith("HTTP/") else "HTTP/1.1 101 Yes\r\n"
                    c.sendall((status + self.welcome.format(accept=accept) + "\r\n").encode() + self.payload)
                    while piece := c.recv(65536):
                        self.heard += piece
                    return
                self.asked += path.startswith("/api/jobs/")
                job = {"id": "x", "status": "in_progress" if self.asked < 2 else "completed", "create_time": 1}
                entry = {"x": {"outputs": {"1": {"images": [{"filename": "a.png"}]}}, "status": {"status_str": "success"}}}
                body = json.dumps(job if path.startswith("/api/jobs/") else entry).encode()
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def a_failed_job_is_told_with_its_node():
    messages = [["execution_start", {"timestamp": 1000}],
                ["execution_error", {"timestamp": 3500, "node_id": "5", "node_type": "KSampler", "exception_message": "no\x1b luck\n"}]]
    answers = {"/history/": as_json({"x": {"outputs": {}, "status": {"status_str": "error", "messages": messages}}})}
    with Liar(answers) as s:
        status, out, err = limn("watch", "x", env=url(s))
        assert status == 1 and "node 5 (KSampler): no? luck" in err, (status, out, err)
        status, out, err = limn("watch", "x", "--json", env=url(s))
        assert status == 1 and json.loads(out)["seconds"] == 2.5 and json.loads(out)["status"] == "failed", (status, out)


TESTS = [f for name, f in list(globals().items())
         if callable(f) and getattr(f, "__module__", "") == "__main__" and not isinstance(f, type)
         and name not in ("as_json", "folder", "frame", "written", "url", "submit")]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
