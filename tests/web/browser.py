"""A headless Chromium for tests, driven over its DevTools protocol; the standard library is all it needs.

    with Browser() as b:
        page = b.open(f"http://127.0.0.1:{port}/")
        page.until("document.title"), page.shot("a.png")

It reaches this machine and nothing else. Source: https://chromedevtools.github.io/devtools-protocol/ (1.3)."""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from served import PATIENCE, Socket

PROGRAM = shutil.which("chromium") or shutil.which("chromium-headless-shell")
OPTIONS = """--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --mute-audio
    --no-default-browser-check --disable-extensions --disable-background-networking --disable-component-update
    --disable-sync --disable-default-apps --disable-features=Translate,MediaRouter,OptimizationHints
    --force-color-profile=srgb --remote-debugging-port=0 --remote-allow-origins=*""".split()


class Browser:
    def __init__(self, width=1400, height=900):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-browser-", ignore_cleanup_errors=True)
        self.words = open(os.path.join(self.folder.name, "stderr.txt"), "w+")
        self.process = subprocess.Popen(
            [PROGRAM, *OPTIONS, f"--user-data-dir={self.folder.name}/profile", f"--window-size={width},{height}",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=self.words, start_new_session=True)
        self.number = 0
        self.pages = {}
        try:
            self.socket = self.join()
        except BaseException:
            self.end()
            raise

    def join(self):
        end = time.monotonic() + 2 * PATIENCE
        path = os.path.join(self.folder.name, "profile", "DevToolsActivePort")
        while time.monotonic() < end and self.process.poll() is None:
            lines = open(path).read().split("\n") if os.path.exists(path) else []
            if len(lines) >= 2 and lines[1]:
                return Socket(int(lines[0]), lines[1], timeout=4 * PATIENCE).__enter__()
            time.sleep(0.05)
        self.words.seek(0)
        raise AssertionError(f"chromium did not start: {self.words.read()[-2000:]}")

    def end(self):
        """Ends it and every process that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.words.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.s.close()
        self.end()

    def tell(self, method, session=None, **params):
        """Says it, and does not wait for the answer -> its number"""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params,
                                     **({"sessionId": session} if session else {})}))
        return self.number

    def call(self, method, session=None, **params):
        number = self.tell(method, session, **params)
        while True:
            m = self.hear()
            if m.get("id") == number:
                assert "error" not in m, (method, m["error"])
                return m["result"]

    def hear(self):
        m = self.socket.next()
        self.socket.all.clear()
        if m.get("sessionId") in self.pages and "method" in m:
            self.pages[m["sessionId"]].hear(m["method"], m["params"])
        return m

    def listen(self, seconds):
        """Hears events for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.socket.left or select.select([self.socket.s], [], [], left)[0]:
                self.hear()

    def open(self, url, before=""):
        """A new page; `before` is a script that runs in front of the page's own."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for method in "Page.enable", "Network.enable", "Runtime.enable", "Log.enable":
            page.call(method)
        if before:
            page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        page.call("Page.navigate", url=url)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.answers = []   # (status, method, url) of whatever was answered
        self.failures = []  # (what, url) of whatever was not
        self.errors = []    # what the page's scripts said was wrong
        self.asked = {}

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def hear(self, method, p):
        if method == "Network.requestWillBeSent":
            self.asked[p["requestId"]] = (p["request"]["method"], p["request"]["url"])
        elif method == "Network.responseReceived":
            verb, _ = self.asked.get(p["requestId"], ("GET", ""))
            self.answers.append((p["response"]["status"], verb, p["response"]["url"]))
        elif method == "Network.loadingFailed" and not p.get("canceled"):
            self.failures.append((p["errorText"], self.asked.get(p["requestId"], ("", "?"))[1]))
        elif method == "Page.javascriptDialogOpening":  # "leave this page?"
            self.browser.tell("Page.handleJavaScriptDialog", self.session, accept=True)
        elif method == "Runtime.exceptionThrown":
            d = p["exceptionDetails"]
            self.errors.append(d.get("exception", {}).get("description") or d["text"])
        elif method == "Runtime.consoleAPICalled" and p["type"] == "error":
            self.errors.append(" ".join(str(a.get("value", a.get("description", ""))) for a in p["args"]))

    def eval(self, script):
        """The value of an expression, waited for."""
        r = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in r, (script[:300], r["exceptionDetails"].get("exception", r))
        return r["result"].get("value")

    def until(self, script, seconds=None):
        """The first true value of an expression; it may throw until then."""
        end = time.monotonic() + (seconds or 4 * PATIENCE)
        last = None
        while time.monotonic() < end:
            try:
                if last := self.eval(script):
                    return last
            except AssertionError as e:
                last = e
            self.browser.listen(0.05)
        raise AssertionError(f"it never came true: {script[:300]} ({last})")

    def key(self, key, code, number, ctrl=False):
        """Presses a key and lets it go."""
        for kind in "rawKeyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number,
                      modifiers=2 if ctrl else 0)

    def click(self, x, y):
        for kind in "mousePressed", "mouseReleased":
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def reload(self):
        self.eval("window.leaving = true")
        self.call("Page.reload")
        self.until("!window.leaving")

    def shot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
