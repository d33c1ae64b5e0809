#!/usr/bin/env python3
"""The page that is built into limn: how it is served, and its unit tests; or, with rooms, their stories in a browser.

    ui_test.py LIMN [NAME]
    ui_test.py LIMN --stories ROOM,ROOM… [NAME]

Without the page in the program, without Node, or without Chromium, what would need it is skipped, which is said:
scripts/setup-ui fetches Node, scripts/setup-clients the browser. What web/ui/test prints is printed here."""
import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, ROOT, SANITIZED, Served  # noqa: E402

LIMN = sys.argv[1]
STORIES = sys.argv[3] if sys.argv[2:3] == ["--stories"] else ""
ONLY = next(iter(sys.argv[4 if STORIES else 2:]), "")
UI = ROOT / "build/ui"
NODE = ROOT / "build/node/bin/node"
GZIP = {"Accept-Encoding": "gzip, br"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
          "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
          "require-trusted-types-for 'script'; trusted-types limn")
BUDGET = {".js": 220 * 1024, ".css": 25 * 1024}  # of the first load, deflated
MOST = 400 * 1024  # of all that the page ever fetches of itself, deflated


def files(s):
    """The names that index.html asks for."""
    return re.findall(r'(?:src|href)="\./([^"]+)"', s.ask("GET", "/")[1].decode())


def every_file_is_bound_to_this_server(s):
    for name in ["", "index.html", *files(s)]:
        status, _, head = s.ask("GET", "/" + name)
        assert status == 200, (name, status)
        assert head["Content-Security-Policy"] == POLICY, head
        assert head["X-Content-Type-Options"] == "nosniff" and head["Referrer-Policy"] == "no-referrer"
        assert head["Cross-Origin-Opener-Policy"] == head["Cross-Origin-Resource-Policy"] == "same-origin"
        assert head["Permissions-Policy"] == "camera=(), microphone=(), geolocation=(), clipboard-read=(self)"


def files_have_their_types(s):
    types = {"": "text/html", ".js": "application/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    for name in ["", *files(s)]:
        ending = re.search(r"(\.\w+)?$", name)[0]
        assert s.ask("GET", "/" + name)[2]["Content-Type"].startswith(types[ending]), name


def hashed_names_are_kept_for_ever_and_others_asked_for_again(s):
    kept = [name for name in files(s) if name.startswith("assets/")]
    assert len(kept) >= 2, files(s)
    for name in kept:
        assert s.ask("GET", "/" + name)[2]["Cache-Control"] == "public, max-age=31536000, immutable"
    for name in {"", "index.html", *files(s)} - set(kept):
        assert s.ask("GET", "/" + name)[2]["Cache-Control"] == "no-cache", name


def who_has_a_file_is_told_so(s):
    for name in ["", *files(s)]:
        for accepts in ({}, GZIP):
            tag = s.ask("GET", "/" + name, headers=accepts)[2]["ETag"]
            status, body, head = s.ask("GET", "/" + name, headers={**accepts, "If-None-Match": tag})
            assert status == 304 and not body and head["ETag"] == tag, (name, status)
            assert head["Content-Security-Policy"] == POLICY
    assert s.ask("GET", "/", headers={"If-None-Match": '"other"'})[0] == 200


def deflated_and_plain_are_the_same_bytes(s):
    for name in ["", *files(s)]:
        _, plain, head = s.ask("GET", "/" + name)
        assert "Content-Encoding" not in head, head
        _, packed, head = s.ask("GET", "/" + name, headers=GZIP)
        if head.get("Content-Encoding") == "gzip":
            assert head["Vary"] == "Accept-Encoding" and len(packed) < len(plain)
            packed = gzip.decompress(packed)
        assert packed == plain, name
        assert s.ask("GET", "/" + name)[1] == plain  # and again, from what was kept


def head_is_get_without_a_body(s):
    for name in ["", *files(s)]:
        _, body, of_get = s.ask("GET", "/" + name)
        status, nothing, of_head = s.ask("HEAD", "/" + name)
        assert status == 200 and nothing == b"" and of_head["Content-Length"] == str(len(body))
        assert of_head["ETag"] == of_get["ETag"]


def other_names_are_not_there(s):
    for name in ("nothing", "assets/", "assets/index.js", "index.html/", "assets/../index.html", "%2e%2e/etc/passwd"):
        assert s.ask("GET", "/" + name)[0] in (400, 404), name


def nothing_in_the_page_names_another_origin(s):
    html = s.ask("GET", "/")[1].decode()
    assert not re.search(r"https?://|(?:src|href)=\"(?!\./)", html), html
    for name in (n for n in files(s) if n.endswith(".css")):
        assert b"url(" not in s.ask("GET", "/" + name)[1]


def the_first_load_is_within_its_budget(s):
    for ending, most in BUDGET.items():
        size = sum(len(s.ask("GET", "/" + n, headers=GZIP)[1]) for n in files(s) if n.endswith(ending))
        assert 0 < size <= most, f"{ending}: {size} of {most}"


def everything_together_is_within_its_budget(s):
    sizes, wanted = {}, {"", *files(s)}
    while wanted:
        name = wanted.pop()
        body = s.ask("GET", "/" + name, headers=GZIP)[1]
        sizes[name] = len(body)
        if name.endswith(".js"):
            said = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
            parts = re.findall(r"""["'`](?:\./|/?assets/)?([\w.-]+-[\w-]{8}\.(?:js|css))["'`]""", said)
            wanted |= {"assets/" + part for part in parts} - set(sizes)
    found = {name[len("assets/"):-len("-12345678.js")] for name in sizes}
    assert {"index", "shared", "dialogs", "mask", "zh", "carried.worker"} <= found, found
    assert sum(sizes.values()) <= MOST, f"{sum(sizes.values())} of {MOST}: {sizes}"


def a_front_end_of_ones_own_takes_its_place(_):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text("<p>mine</p>")
        with Served(LIMN, "--front-end", folder) as s:
            assert s.ask("GET", "/")[1] == b"<p>mine</p>"
            assert s.ask("GET", "/first.js")[0] == 404


def who_has_no_token_sees_nothing_of_it(_):
    with tempfile.NamedTemporaryFile("w") as f:
        f.write("a-token/of+24=letters..x\n")
        f.flush()
        with Served(LIMN, "--auth-token-file", f.name) as s:
            status, body, _ = s.ask("GET", "/")
            assert status == 401 and b"token" in body and b"assets/" not in body
            assert s.ask("GET", "/first.js")[0] == 401
            mine = {"Authorization": "Bearer a-token/of+24=letters..x"}
            assert b"assets/" in s.ask("GET", "/", headers=mine)[1]


TESTS = [f for name, f in list(globals().items()) if getattr(f, "__module__", "") == __name__ and name != "files"]


def serving():
    """-> did all go well? None: there is no page"""
    good = True
    with Served(LIMN) as s:
        if not files(s):
            print("SKIPPED ui: this limn was built without its page; scripts/setup-ui fetches what that takes")
            return None
        good = not run_tests(TESTS, s, only=ONLY)
    return good


def run_node(*command):
    """Prints what it says; with it end the server and the browser that it began. -> did all go well?"""
    node = subprocess.Popen([NODE, *command], cwd=UI, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "LIMN": LIMN, "PATIENCE": str(PATIENCE), "NO_COLOR": "1"}, start_new_session=True)
    try:
        said = node.communicate(timeout=PATIENCE * 25)[0]
    except subprocess.TimeoutExpired:
        os.killpg(node.pid, signal.SIGKILL)
        said = node.communicate()[0] + f"FAILED {command[0]}: it did not end\n"
    print(said, end="")
    if node.returncode and "FAILED " not in said:
        print(f"FAILED {command[0]}: it ended with {node.returncode}")
    return node.returncode == 0


def in_node():
    subprocess.run([ROOT / "scripts/build-ui", "sources"], check=True)
    typed = run_node("node_modules/typescript/bin/tsc", "-p", ".")
    print("ok" if typed else "FAILED", "the page's types")
    return run_node("test/unit/run.ts") and typed


def in_browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if not chromium:
        print("SKIPPED ui stories: there is no Chromium here; scripts/setup-clients installs it")
        return True
    subprocess.run([ROOT / "scripts/build-ui", "sources"], check=True)
    return run_node("test/e2e/run.ts", LIMN, ROOT, chromium, STORIES, ONLY)


def there_is_a_page():
    with Served(LIMN) as s:
        return bool(files(s))


def main():
    if STORIES:
        served = there_is_a_page() or None
    else:
        served = serving()
    if served is None:
        return 0
    if not (NODE.is_file() and (UI / "node_modules").is_dir()):
        print("SKIPPED ui in Node and Chromium: Node is not here; scripts/setup-ui fetches it")
        return not served
    if STORIES:
        return not in_browser()
    return not all([served, ONLY or SANITIZED or in_node()])


if __name__ == "__main__":
    sys.exit(main())
