#!/usr/bin/env python3
"""Strangers at the door of a running `limn serve`: who they say they are, and what they send.

    hostile_test.py LIMN [PART OF A TEST'S NAME [BODIES]]

BODIES is the number of malformed bodies (default 1000; 10000 is the whole of GOAL-5)."""
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from hostile_json import malformed  # noqa: E402
from served import HOST, PATIENCE, ROOT, SANITIZED, Served, empty  # noqa: E402

LIMN = sys.argv[1]
BODIES = int(sys.argv[3]) if len(sys.argv) > 3 else 300 if SANITIZED else 1000
TOKEN = "a-token-that-nobody-may-see-0123"
SECRETS = ["sk-comfy-SECRETAUTH", "sk-comfy-SECRETKEY", TOKEN]
PATHS = re.compile(r"(?<![\w:/])/(?:tmp|work|home|root|usr|var|etc|proc)/[\w.-]+|/base/|/state/")


# ------------------------------------------------------------ helpers

def raw(s, data, timeout=PATIENCE, half_close=False):
    """All that comes back for these bytes, until the server closes or says nothing for a second."""
    with socket.create_connection((HOST, s.port), timeout) as c:
        out = b""
        try:
            c.sendall(data)
            if half_close:
                c.shutdown(socket.SHUT_WR)
            while piece := c.recv(1 << 20):
                out += piece
        except (ConnectionError, TimeoutError):
            pass
        return out


def status_of(answer):
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def request(s, method, path, lines, body=b"", closes=True):
    """A request of exactly these lines; {port} in them is ours -> its status"""
    lines = [*lines, *([f"Content-Length: {len(body)}"] if body else []), *(["Connection: close"] if closes else [])]
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(line.replace("{port}", str(s.port)).replace("{other}", str(s.port - 1)) + "\r\n"
                                                     for line in lines) + "\r\n"
    return raw(s, head.encode("latin-1") + body)


UPGRADE = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]


def handshake(s, lines, path="/ws"):
    """-> the head of the answer to an upgrade"""
    with socket.create_connection((HOST, s.port), PATIENCE) as c:
        head = "".join(line.replace("{port}", str(s.port)).replace("{other}", str(s.port - 1)) + "\r\n" for line in [*lines, *UPGRADE])
        c.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
        out = b""
        while b"\r\n\r\n" not in out and (piece := c.recv(65536)):
            out += piece
        return out


def jobs(s):
    """How many jobs the server knows."""
    queue = s.json("GET", "/queue")[1]
    return len(queue["queue_running"]) + len(queue["queue_pending"]) + len(s.json("GET", "/history")[1])


# ------------------------------------------------------------ where requests come from (GOAL-4)

OURS = "Host: 127.0.0.1:{port}"
HOSTS = ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1:{other}",
         "127.0.0.1", "localhost", "localhost.:{port}", "0.0.0.0:{port}", "2130706433:{port}", "0x7f.1:{port}", "127.1:{port}",
         "0177.0.0.1:{port}", "evil@127.0.0.1:{port}", "127.0.0.1:{port}@evil.example", "127.0.0.1:{port}, evil.example",
         "169.254.169.254:{port}", "192.168.1.5:{port}", "[::1]:{other}", "[::1:{port}", "::1:{port}", "127.0.0.1:", "127.0.0.1:0{port}",
         "127.0.0.1:+{port}", "http://127.0.0.1:{port}", "localhost:{port}/", "127.0.0.1:{port}\\", "[127.0.0.1]:{port}", "loc\talhost:{port}", ""]
ORIGINS = ["null", "", "http://evil.example", "http://evil.example:{port}", "https://127.0.0.1:{port}", "http://127.0.0.1:{other}",
           "http://localhost:{port}", "http://127.0.0.1", "http://127.0.0.1:{port}.evil.example", "http://127.0.0.1:{port}@evil.example",
           "http://evil.example#127.0.0.1:{port}", "http://127.0.0.1:{port} http://evil.example", "http://127.0.0.1:{port}/", "file://",
           "chrome-extension://abcdef", "data:", "127.0.0.1:{port}", "http://[::1]:{port}", "moz-extension://127.0.0.1:{port}"]
SAME = "Origin: http://127.0.0.1:{port}"
HOSTILE = ([[f"Host: {h}"] for h in HOSTS] + [[OURS, f"Origin: {o}"] for o in ORIGINS] + [
    [], [OURS, OURS], [OURS, "Host: evil.example"], ["Host: evil.example:{port}", "Origin: http://evil.example:{port}"],
    [OURS, SAME, SAME], [OURS, SAME, "Origin: http://evil.example"], [OURS, SAME, "Sec-Fetch-Site: cross-site"],
    [OURS, SAME, "Sec-Fetch-Site: same-site"], [OURS, SAME, "Sec-Fetch-Site: none"], [OURS, "Sec-Fetch-Site: cross-site"],
    [OURS, "Sec-Fetch-Site: same-site"], [OURS, "Sec-Fetch-Site: none"], [OURS, "Sec-Fetch-Mode: navigate"],
    [OURS, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"], [OURS, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
    [OURS, "Origin: null", "Sec-Fetch-Site: cross-site"], [OURS, "Origin: null", "Sec-Fetch-Site: same-origin"],
    [OURS, "Origin: http://evil.example", "Sec-Fetch-Site: same-origin"],
    [OURS, "Origin: http://evil.example", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"],
    [OURS, "Origin: null", "Content-Type: application/x-www-form-urlencoded"]])
TYPES = ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
HONEST = {
    "curl --json": [OURS, "User-Agent: curl/7.88.1", "Accept: application/json", "Content-Type: application/json"],
    "curl -d": [OURS, "User-Agent: curl/7.88.1", "Accept: */*", "Content-Type: application/x-www-form-urlencoded"],
    "curl to localhost": ["Host: localhost:{port}", "User-Agent: curl/7.88.1", "Accept: */*"],
    "curl to LOCALHOST": ["Host: LOCALHOST:{port}", "User-Agent: curl/7.88.1"],
    "urllib": ["Accept-Encoding: identity", "Content-Type: application/x-www-form-urlencoded", OURS, "User-Agent: Python-urllib/3.11"],
    "requests": [OURS, "User-Agent: python-requests/2.31", "Accept-Encoding: gzip, deflate", "Accept: */*", "Content-Type: application/json"],
    "aiohttp": [OURS, "Accept: */*", "Accept-Encoding: gzip, deflate", "User-Agent: Python/3.11 aiohttp/3.9", "Content-Type: application/json"],
    "Go": [OURS, "User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"],
    "Chrome, our page": [OURS, SAME, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Content-Type: application/json",
                         'sec-ch-ua: "Chromium";v="120"', "Referer: http://127.0.0.1:{port}/", "Cookie: a=b"],
    "Chrome by name": ["Host: localhost:{port}", "Origin: http://localhost:{port}", "Sec-Fetch-Site: same-origin", "Content-Type: text/plain;charset=UTF-8"],
    "Safari of old": [OURS, SAME, "User-Agent: Safari/15", "Content-Type: text/plain;charset=UTF-8"],
    "another name of loopback": ["Host: 127.0.0.2:{port}", "User-Agent: x"],
    "a proxy's name": ["Host: limn.example.org", "X-Forwarded-Proto: https", "Origin: https://limn.example.org", "Sec-Fetch-Site: same-origin"],
    "a proxy's name with its port": ["Host: limn.example.org:8443", "Origin: https://limn.example.org:8443"],
}


def sources_that_are_hostile_are_refused_and_honest_ones_served():
    body = json.dumps({"prompt": empty(color=1)}).encode()
    assert len(HOSTILE) >= 60, len(HOSTILE)
    with Served(LIMN, "--allowed-host", "limn.example.org", "--allowed-host", "limn.example.org:8443") as s:
        for i, lines in enumerate(HOSTILE):
            kind = [] if any(line.startswith("Content-Type") for line in lines) else [f"Content-Type: {TYPES[i % len(TYPES)]}"]
            for answer in (request(s, "POST", "/prompt", [*lines, *kind], body), request(s, "POST", "/api/prompt", [*lines, *kind], body),
                           request(s, "DELETE", "/userdata/a.json", lines), handshake(s, lines), handshake(s, lines, "/api/ws?clientId=x")):
                assert status_of(answer) in (400, 403), (lines, answer[:200])
                assert b"access-control-allow" not in answer.lower(), (lines, answer[:400])
        answer = request(s, "POST", "http://evil.example/prompt", [OURS], body)
        assert status_of(answer) in (400, 403), answer[:200]
        for lines in HOSTILE:  # nor does a question before the question let them in
            answer = request(s, "OPTIONS", "/prompt", [*lines, "Access-Control-Request-Method: POST"])
            assert b"access-control-allow" not in answer.lower(), (lines, answer)
        assert jobs(s) == 0
        for name, lines in HONEST.items():
            answer = request(s, "POST", "/prompt", lines, body)
            assert status_of(answer) == 200, (name, answer[:300])
            assert status_of(handshake(s, lines)) == 101, name
        deadline = time.monotonic() + PATIENCE
        while len(s.json("GET", "/history")[1]) < len(HONEST) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert jobs(s) == len(HONEST)


# ------------------------------------------------------------ what they say (GOAL-5)

def is_fault(path, status, data):
    """The documented answer to a prompt that is not taken; elsewhere a sentence."""
    if not 400 <= status < 500 or PATHS.search(data.decode()):
        return False
    if not path.endswith("/prompt"):
        return len(data) > 3
    answer = json.loads(data)
    e = answer["error"]
    return (set(answer) == {"error", "node_errors"} and set(e) == {"type", "message", "details", "extra_info"}
            and all(isinstance(e[k], str) for k in ("type", "message", "details")) and e["type"] and e["message"]
            and isinstance(e["extra_info"], dict) and isinstance(answer["node_errors"], dict))


def bodies_that_are_wrong_are_refused_with_a_word_and_good_ones_run():
    with Served(LIMN) as s:
        c = http.client.HTTPConnection(HOST, s.port, timeout=PATIENCE)
        good = 0
        for i, (method, path, body) in enumerate(malformed(random.Random(BODIES), BODIES)):
            c.request(method, path, body, {"Content-Type": "application/json"})
            r = c.getresponse()
            data = r.read()
            assert is_fault(path, r.status, data), (method, path, body[:300], len(body), r.status, data[:300])
            if i % 100 == 99:
                good += 1
                assert s.wait(s.queue(empty(color=i)))["status"]["completed"]
        assert jobs(s) == good
        c.close()


def what_cannot_be_framed_closes_the_connection():
    """Requests that two readers could understand in two ways: one answer, and the end."""
    hidden = b"POST /interrupt HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 0\r\n\r\n"
    start = b"POST /prompt HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
    shapes = [
        start + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", start + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}",
        start + b"Content-Length: 4, 4\r\n\r\n{}", start + b"Content-Length: +4\r\n\r\n{}", start + b"Content-Length: 0x4\r\n\r\n{}",
        start + b"Content-Length: -1\r\n\r\n", start + b"Content-Length: 18446744073709551616\r\n\r\n", start + b"Content-Length : 4\r\n\r\n{}",
        start + b"Content-Length: 99999999999999999999999\r\n\r\n", start + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        start + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", start + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", start + b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + b"X: a\r\n folded\r\n\r\n", start + b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", start + b"X: a\rY: b\r\n\r\n",
        start + b"X: \0\r\n\r\n", start + b": empty\r\n\r\n", start + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        start + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", start + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n0\r\n\r\n",
        start + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n", start + b"Transfer-Encoding: chunked\r\n\r\n 2\r\n{}\r\n0\r\n\r\n",
        start + b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 99\r\n\r\n", b"POST  /prompt HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
        b"POST /prompt HTTP/1.1 \r\nHost: 127.0.0.1:%d\r\n\r\n", b"POST /prompt\r\nHost: 127.0.0.1:%d\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /prompt http/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: a\r\n\r\n", b"\0" * 64, b"\x16\x03\x01\x02\x00\x01\x00",
    ]
    with Served(LIMN) as s:
        for shape in shapes:
            out = raw(s, (shape + hidden).replace(b"%d", str(s.port).encode()))
            assert 400 <= status_of(out) <= 505 and len(re.findall(rb"HTTP/1.1 \d\d\d ", out)) == 1, (shape, out[:300])
            assert status_of(out) != 500 and b"Connection: close" in out, (shape, out[:300])
        assert s.json("GET", "/prompt")[0] == 200 and jobs(s) == 0


def floods_of_headers_and_bodies_meet_their_limits():
    with Served(LIMN, "--max-prompt-size", "1") as s:
        ours = f"Host: 127.0.0.1:{s.port}"
        before = memory_of(s)
        for lines, status in (([ours, *(f"X-{i}: 1" for i in range(100))], 431), ([ours, "X: " + "a" * 33000], 431),
                              ([ours, "Cookie: " + "; ".join(f"limn_token={i}" for i in range(8000))], 431),
                              ([ours, *(f"Range: bytes={i}-" for i in range(200))], 431)):
            assert status_of(request(s, "GET", "/prompt", lines)) == status, lines[1][:40]
        assert status_of(request(s, "GET", "/view?" + "a=b&" * 3000, [ours])) == 414
        assert status_of(request(s, "GET", "/view?" + "a&" * 1500, [ours])) in (400, 404)
        assert status_of(request(s, "POST", "/prompt", [ours, "Content-Length: 1048577"], b"")) == 413
        def chunks_without_end(piece):
            with socket.create_connection((HOST, s.port), PATIENCE) as c:
                c.sendall(f"POST /prompt HTTP/1.1\r\n{ours}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
                sent, begin, out = 0, time.monotonic(), b""
                try:
                    while time.monotonic() < begin + PATIENCE:
                        sent += c.send(piece * (65536 // len(piece) + 1))
                        if sent > 16 << 20:
                            time.sleep(0.01)
                except ConnectionError:
                    out = b"cut"
                assert out, (piece[:20], sent)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(chunks_without_end, (b"1\r\n \r\n", b"10000\r\n" + b" " * 65536 + b"\r\n", b"1;" + b"x" * 2000 + b"\r\n \r\n")))
        with s.socket("c") as ws:  # frames and messages without end
            ws.s.sendall(b"\x81\xff" + (1 << 62).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * 4096)
            try:
                while ws.frame()[0] != 8:
                    pass
            except (EOFError, ConnectionError):
                pass
        assert SANITIZED or memory_of(s) - before < 16 << 20, (before, memory_of(s))
        assert s.wait(s.queue(empty()))["status"]["completed"]


def memory_of(s):
    return int(re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{s.process.pid}/status").read_text())[1]) << 10


# ------------------------------------------------------------ the token and other secrets (SEC-7, SEC-43)

def token_file(folder, token=TOKEN, mode=0o600):
    path = Path(folder) / "token.txt"
    path.write_text(token + "\n")
    path.chmod(mode)
    return str(path)


EVERYWHERE = ["/queue", "/history", "/prompt", "/api/jobs", "/system_stats", "/internal/logs", "/internal/logs/raw", "/metrics", "/features",
              "/object_info/SaveImage", "/settings", "/users", "/userdata?dir=", "/internal/files/output", "/docs/api", "/readyz", "/"]


def seen_in(folder, secrets):
    """(file, secret) for each that is found in a file, the names of files too"""
    for path in sorted(Path(folder).rglob("*")):
        data = path.name.encode() + (path.read_bytes() if path.is_file() and not path.is_symlink() else b"")
        yield from ((path, secret) for secret in secrets if secret.encode() in data)


def secrets_appear_in_no_answer_no_file_and_no_log():
    extra = {"auth_token_comfy_org": SECRETS[0], "api_key_comfy_org": SECRETS[1], "extra_pnginfo": {"workflow": {"nodes": []}}}
    with tempfile.TemporaryDirectory() as folder:
        with Served(LIMN, "--auth-token-file", token_file(folder), "--verbose", "DEBUG") as s:
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            with s.socket("c", headers=bearer) as ws:
                bad = {"1": {"class_type": "LoadImage", "inputs": {"image": "nobody.png"}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
                s.json("POST", "/prompt", {"prompt": bad, "extra_data": extra}, bearer)
                job = s.json("POST", "/prompt", {"prompt": empty(), "client_id": "c", "extra_data": extra}, bearer)[1]["prompt_id"]
                ws.until("executing", lambda d: d["node"] is None and d["prompt_id"] == job)
                told = json.dumps([m for m in ws.all if not isinstance(m, bytes)])
            for path in [f"/prompt?token={TOKEN}", f"/{TOKEN}", f"/view?filename={TOKEN}", f"/nothing?access_token={TOKEN}"]:
                assert s.ask("GET", path)[0] == 401, path
            s.ask("GET", "/prompt", headers={"Authorization": f"Bearer x{TOKEN}", "Cookie": f"limn_token={TOKEN}x"})
            pictures = [p for p in (s.base / "output").rglob("*.png")]
            assert pictures and b"EmptyImage" in pictures[0].read_bytes()  # the workflow is in it, so that there is something to search
            for path in [*EVERYWHERE, f"/history/{job}", f"/api/jobs/{job}", f"/view?filename={pictures[0].name}", f"/view?filename={pictures[0].name}&preview=webp"]:
                status, data, headers = s.ask("GET", path, headers=bearer)
                assert status in (200, 400, 404) and len(data) > 1, (path, status)
                for secret in SECRETS:
                    assert secret not in data.decode("latin-1") + str(headers) + told, (path, secret)
            assert not list(seen_in(s.base, SECRETS)), list(seen_in(s.base, SECRETS))  # the log and the store's files too
            for line in Path(f"/proc/{s.process.pid}/cmdline"), Path(f"/proc/{s.process.pid}/environ"):
                assert TOKEN.encode() not in line.read_bytes()
            base = s.base
            assert not list(seen_in(base, SECRETS))


def the_token_opens_by_three_ways_and_by_no_other():
    with tempfile.TemporaryDirectory() as folder, Served(LIMN, "--auth-token-file", token_file(folder)) as s:
        ours = f"Host: 127.0.0.1:{s.port}"
        good = [f"Authorization: Bearer {TOKEN}"], [f"authorization: bearer {TOKEN}"], [f"Cookie: limn_token={TOKEN}"], [f"Cookie: a=b; limn_token={TOKEN}; c=d"]
        bad = [[], ["Authorization: Bearer"], ["Authorization: Bearer "], [f"Authorization: Bearer {TOKEN}x"], [f"Authorization: Bearer {TOKEN[:-1]}"],
               [f"Authorization: Basic {TOKEN}"], [f"Authorization: {TOKEN}"], [f"Authorization: Bearer {TOKEN.upper()}"], [f"Cookie: limn_token=x{TOKEN}"],
               [f"Cookie: limn_token2={TOKEN}"], [f"Cookie: LIMN_TOKEN={TOKEN}"], [f"X-Auth-Token: {TOKEN}"], [f"Sec-WebSocket-Protocol: limn.token.{TOKEN}"],
               [f"Authorization: Bearer {TOKEN}", f"Authorization: Bearer {TOKEN}"], [f"Authorization: Bearer {TOKEN}{TOKEN}"], [f"Cookie: limn_token={TOKEN}{TOKEN}"]]
        for lines in good:
            assert status_of(request(s, "GET", "/queue", [ours, *lines])) == 200, lines
            assert status_of(handshake(s, [ours, *lines])) == 101, lines
        assert status_of(handshake(s, [ours, f"Sec-WebSocket-Protocol: limn.token.{TOKEN}"])) == 101
        for lines in bad:
            for method, path in (("GET", "/queue"), ("POST", "/prompt"), ("GET", "/view?filename=a.png"), ("POST", "/upload/image"), ("GET", "/metrics"),
                                 ("GET", "/object_info"), ("DELETE", "/userdata/a"), ("GET", "/internal/logs"), ("GET", "/nowhere"), ("GET", "/docs/api")):
                answer = request(s, method, path, [ours, *lines])
                assert status_of(answer) in (401, 400), (lines, path, answer[:200])
            if "Protocol" not in "".join(lines):
                assert status_of(handshake(s, [ours, *lines])) in (401, 400), lines
        assert status_of(request(s, "GET", f"/queue?token={TOKEN}", [ours])) == 401
        assert s.ask("GET", "/healthz")[0] == 200 and s.ask("GET", "/readyz")[0] in (200, 503)  # which tell nothing


def strangers_are_let_in_only_with_a_word():
    with tempfile.TemporaryDirectory() as folder:
        def verify(*options):
            r = subprocess.run([LIMN, "serve", "--base", folder, "--port", "0", "--verify", *options], capture_output=True, text=True, timeout=PATIENCE)
            return r.returncode, r.stderr

        for address in ("0.0.0.0", "::", "", "192.0.2.1", "127.0.0.1,0.0.0.0"):
            status, said = verify("--listen", address)
            assert status and "--auth-token-file" in said and "--insecure-listen" in said, (address, said)
        token = token_file(folder)
        assert verify("--listen", "0.0.0.0", "--auth-token-file", token)[0] == 0
        assert verify("--listen", "0.0.0.0", "--insecure-listen")[0] == 0
        for text, mode in ((TOKEN, 0o644), (TOKEN, 0o620), ("short", 0o600), ("", 0o600), (TOKEN + "\r\nSet-Cookie: a=b", 0o600), (TOKEN + " x", 0o600)):
            status, said = verify("--auth-token-file", token_file(folder, text, mode))
            assert status and "--auth-token-file" in said and TOKEN not in said, (text, mode, said)


# ------------------------------------------------------------ how often (rates)

def ask_from(s, address, method, path, headers=None, body=None):
    c = http.client.HTTPConnection(HOST, s.port, timeout=PATIENCE, source_address=(address, 0))
    c.request(method, path, body, headers or {})
    r = c.getresponse()
    r.read()
    c.close()
    return r.status, r.getheader("Retry-After")


def an_address_changes_things_only_so_fast():
    with tempfile.TemporaryDirectory() as folder:
        with Served(LIMN, "--rate-limit", "6", "--rate-limit-loopback", "--auth-token-file", token_file(folder)) as s:
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            for i in range(6):
                assert ask_from(s, "127.0.0.1", "POST", "/free", bearer)[0] == 200
            for path in "/free", "/prompt", "/upload/image", "/settings":
                status, after = ask_from(s, "127.0.0.1", "POST", path, bearer, b"{}")
                assert status == 429 and 1 <= int(after) <= 10, (path, status, after)
            for i in range(20):  # looking costs nothing
                assert ask_from(s, "127.0.0.1", "GET", "/prompt", bearer)[0] == 200
            assert ask_from(s, "127.0.0.2", "POST", "/free", bearer)[0] == 200  # others do not wait
            tries = [ask_from(s, "127.0.0.3", "GET", "/prompt", {"Authorization": "Bearer " + str(i) * 20})[0] for i in range(10)]
            assert tries == [401] * 6 + [429] * 4, tries  # who guesses tokens, waits
            tries = [ask_from(s, "127.0.0.4", "GET", "/", {"Authorization": "Bearer " + str(i) * 20})[0] for i in range(10)]
            assert tries == [401] * 6 + [429] * 4, tries  # where it is asked for, too
            assert all(ask_from(s, "127.0.0.5", "GET", "/", bearer)[0] == 200 for _ in range(10))
        with Served(LIMN, "--rate-limit", "2") as s:
            assert all(ask_from(s, "127.0.0.1", "POST", "/free")[0] != 429 for _ in range(20))  # this machine's own are not counted


TESTS = [sources_that_are_hostile_are_refused_and_honest_ones_served, bodies_that_are_wrong_are_refused_with_a_word_and_good_ones_run,
         what_cannot_be_framed_closes_the_connection, floods_of_headers_and_bodies_meet_their_limits,
         secrets_appear_in_no_answer_no_file_and_no_log, the_token_opens_by_three_ways_and_by_no_other, strangers_are_let_in_only_with_a_word,
         an_address_changes_things_only_so_fast]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
