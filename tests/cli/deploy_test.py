#!/usr/bin/env python3
"""docs/deploy: the nginx configuration in front of a server, and the unit's grammar. deploy_test.py LIMN [NAME]"""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from program import LIMN, PATIENCE, ROOT, Served, limn, run_tests

NAME, TOKEN = "limn.example.org", "a-token-of-enough-letters"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:{ROOT}/build/nginx/usr/sbin")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Proxy:
    """nginx with docs/deploy/nginx.conf, its places and ports changed, in front of a server."""

    def __init__(self, port, *changes):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-nginx-")
        self.at = Path(self.folder.name)
        self.port, self.plain = free_port(), free_port()
        conf = (ROOT / "docs/deploy/nginx.conf").read_text()
        for old, new in (("127.0.0.1:8188", f"127.0.0.1:{port}"), ("/etc/limn/limn.example.org", str(self.at / "cert")),
                         ("listen 443", f"listen 127.0.0.1:{self.port}"), ("listen 80", f"listen 127.0.0.1:{self.plain}"), *changes):
            assert old in conf, old
            conf = conf.replace(old, new)
        conf = re.sub(r"    listen \[::\].*\n", "", conf)
        temporary = "".join(f"{k}_temp_path {self.at}/{k};\n" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.at / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.at}/pid; error_log {self.at}/error.log;\n"
            f"events {{ }}\nhttp {{ access_log off; {temporary}\n{conf}\n}}\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
                        "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-keyout", self.at / "cert.key", "-out",
                        self.at / "cert.pem"], check=True, capture_output=True)

    def __enter__(self):
        self.process = subprocess.Popen([NGINX, "-c", self.at / "nginx.conf", "-p", self.at, "-e", self.at / "error.log"])
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None, (self.at / "error.log").read_text()
                time.sleep(0.05)
        raise AssertionError("nginx does not listen")

    def __exit__(self, *failure):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.folder.cleanup()

    def tls(self):
        context = ssl.create_default_context(cafile=self.at / "cert.pem")
        s = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        return context.wrap_socket(s, server_hostname=NAME)

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection(NAME, timeout=PATIENCE)
        c.sock = self.tls()
        c.request(method, path, body, {"Host": NAME, **(headers or {})})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data, dict(r.getheaders())


def clients_come_through_nginx():
    if not NGINX:
        print("skipped: nginx is not there; scripts/fetch-nginx unpacks one")
        return
    with tempfile.TemporaryDirectory(prefix="limn-deploy-") as name:
        token = Path(name) / "token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        known = {"Authorization": "Bearer " + TOKEN}
        with Served(LIMN, "--no-plugins", "--allowed-host", NAME, "--auth-token-file", str(token)) as s, Proxy(s.port) as p:
            assert p.ask("GET", "/queue")[0] == 401
            status, body, headers = p.ask("GET", "/queue", headers=known)
            assert status == 200 and "Strict-Transport-Security" in headers, (status, body)
            assert p.ask("GET", "/queue", headers={**known, "Host": "other.example.org"})[0] == 403
            c = http.client.HTTPConnection("127.0.0.1", p.plain, timeout=PATIENCE)
            c.request("GET", "/queue", headers={"Host": NAME})
            assert c.getresponse().status == 308
            c.close()
            words = ("--server", f"https://127.0.0.1:{p.port}", "--auth-token-file", token)
            status, out, err = limn("queue", *words)
            assert status == 8 and "certificate" in err, (status, err)  # nobody we trust
            status, out, err = limn("queue", *words, env={"SSL_CERT_FILE": str(p.at / "cert.pem")})
            assert status == 8 and "(403)" in err, (status, err)  # heard, under a name that is not ours
            handshake = (f"GET /ws?clientId=a HTTP/1.1\r\nHost: {NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                         f"Origin: https://{NAME}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n")
            with p.tls() as ws:
                ws.sendall(handshake.encode())
                got = b""
                while b'"status"' not in got:
                    piece = ws.recv(65536)
                    assert piece, got
                    got += piece
                assert got.startswith(b"HTTP/1.1 101"), got


def counted(p, method, path):
    """How many requests, one behind the other, are let through before the first 429"""
    c = http.client.HTTPConnection(NAME, timeout=PATIENCE)
    c.sock = p.tls()
    for n in range(999):  # as many as nginx takes in one connection
        c.request(method, path, b"{}" if method == "POST" else None, {"Host": NAME})
        r = c.getresponse()
        r.read()
        if r.status == 429:
            break
        assert r.status == 200, r.status
    c.close()
    return n


def nginx_counts_what_an_address_asks_for():
    """Its bursts; they are refilled by six a minute here, so that a slow machine counts as a fast one does."""
    if not NGINX:
        print("skipped: nginx is not there; scripts/fetch-nginx unpacks one")
        return
    with Served(LIMN, "--no-plugins", "--allowed-host", NAME) as s, Proxy(s.port, ("rate=50r/s", "rate=6r/m"), ("rate=20r/s", "rate=6r/m")) as p:
        page = ["/", "/features", "/queue", "/settings", "/system_stats", "/users", "/limn/about", "/history", "/models", "/embeddings", "/extensions", "/i18n"]
        for path in page * 4:  # four pages at once
            assert p.ask("GET", path)[0] == 200, path
        changes = counted(p, "POST", "/queue")
        assert 101 <= changes < 110, changes
        assert p.ask("GET", "/queue")[0] == 200  # who changed too much may still look
        asked = counted(p, "GET", "/features") + changes + 4 * len(page) + 2
        assert 501 <= asked < 520, asked


def the_unit_is_well_formed():
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        print("skipped: systemd-analyze is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="limn-unit-") as name:
        unit = Path(name) / "limn.service"
        text = (ROOT / "docs/deploy/limn.service").read_text()
        unit.write_text(text.replace("/usr/local/bin/limn", LIMN))
        done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True)
        about_us = [line for line in (done.stdout + done.stderr).splitlines() if "limn.service" in line]
        assert not about_us, about_us
        options = re.findall(r"^Exec\w+=\S+ serve (.*)$", text, re.M)
        assert len(options) == 2, options
        for words in options:
            status, out, err = limn("serve", "--verify", *words.replace("--verify ", "").replace("/etc/limn/token", "/dev/null")
                                    .split())
            assert status == 4 and "/dev/null" in err, (status, err)  # all of it is understood, but for the token


def instructions(text):
    """[(word, arguments)] of a container file, lines that go on joined"""
    lines = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    return [tuple(line.split(None, 1)) for line in lines.splitlines() if line.strip()]


def the_container_file_copies_and_starts_what_is_there():
    """No container engine is asked: the file's own words are held against the clone and the program."""
    known = {"FROM", "RUN", "COPY", "WORKDIR", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT"}
    said = instructions((ROOT / "docs/deploy/Containerfile").read_text())
    assert said[0][0] == "FROM" and {word for word, _ in said} <= known, said
    stages = [m[1] for word, args in said if word == "FROM" for m in [re.search(r" AS (\w+)$", args)] if m]
    for args in [args for word, args in said if word == "COPY"]:
        stage = re.match(r"--from=(\S+) ", args)
        *sources, target = args.split()[bool(stage):]
        assert target.startswith("/") and (not stage or stage[1] in stages), args
        for source in sources:
            if not stage:
                assert (ROOT / source).exists(), source
            elif source.startswith("/limn/"):
                assert (ROOT / source.removeprefix("/limn/")).exists(), source
            else:
                assert source == "/usr/local/bin/limn", source  # what `cmake --install` puts there
    for words in re.findall(r"(scripts/\S+)", " ".join(args for word, args in said if word == "RUN")):
        assert os.access(ROOT / words, os.X_OK), words
    (entry,) = [json.loads(args) for word, args in said if word == "ENTRYPOINT"]
    assert entry[:2] == ["limn", "serve"] and ("EXPOSE", "8188") in said and ("STOPSIGNAL", "SIGTERM") in said, entry
    with tempfile.TemporaryDirectory(prefix="limn-container-") as name:
        words = [name if w == "/base" else "/dev/null" if w == "/run/token" else w for w in entry[1:]]
        status, out, err = limn(*words, "--verify", "--port", "0")
        assert status == 4 and "/dev/null" in err, (status, err)  # all of it is understood, but for the token


TESTS = [clients_come_through_nginx, nginx_counts_what_an_address_asks_for, the_unit_is_well_formed,
         the_container_file_copies_and_starts_what_is_there]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
