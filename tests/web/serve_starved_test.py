"""The server where memory is short: requests are answered 503, or less is told; it lives, and serves the next one.

    serve_starved_test.py LIMN [PART OF A TEST'S NAME]

The system's limit on address space is drawn so close around the running server that a little, and then a little more, can
still be had, so that each of the larger allocations on a request's way is the one that fails in some round.
"""
import json
import os
import resource
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import HOST, PATIENCE, SANITIZED, Served, empty  # noqa: E402

LIMN = sys.argv[1]
MIB = 1 << 20
ROUNDS = int(os.environ.get("LIMN_STARVED_ROUNDS", "14"))
GOOD, SHORT = (200, 201, 204, 400, 404), (500, 503, 507)


def size_of(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[0]) * resource.getpagesize()


def limit(s, spare):
    """The server has `spare` bytes of address space left; None: as much as it likes."""
    most = resource.RLIM_INFINITY if spare is None else size_of(s.process.pid) + spare
    resource.prlimit(s.process.pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def large(color, mib, error=False):
    graph = empty(color)
    graph["1"]["_meta"] = {"title": "x" * (mib * MIB)}
    if error:  # one output that can run, and one that cannot
        graph["3"] = {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}}
    return graph


def form(data):
    return (b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n" + data + b"\r\n--b--\r\n")


def ask(s, method, path, body, headers=None):
    """-> status, headers; (0, {}) where the connection was cut: there was no memory even for an answer"""
    try:
        status, _, got = s.ask(method, path, body, headers)
        return status, got
    except (ConnectionError, OSError, EOFError) as e:
        assert not isinstance(e, TimeoutError), (method, path)
        return 0, {}
    except Exception as e:  # noqa: BLE001: http.client has its own words for a cut connection
        assert type(e).__name__ in ("RemoteDisconnected", "BadStatusLine", "IncompleteRead"), (method, path, repr(e))
        return 0, {}


def alive(s):
    assert s.process.poll() is None, f"the server ended: {s.process.returncode}\n{s.said()[-3000:]}"


def idle(s):
    end = time.monotonic() + PATIENCE * 3
    while time.monotonic() < end:
        answer = s.json("GET", "/prompt")[1]
        if answer and not answer["exec_info"]["queue_remaining"]:
            return
        time.sleep(0.02)
    raise AssertionError(f"jobs do not end\n{s.said()[-3000:]}")


def tight(s, spares, request, well):
    """Makes the request with each of these spares -> how often which status came. Each 503 says when to come again, and
    as soon as there is memory the same request is well."""
    seen = {}
    for spare in spares:
        idle(s)
        limit(s, spare)
        status, headers = ask(s, *request(spare))
        alive(s)
        assert status in (0, *GOOD, *SHORT), status
        assert status != 503 or "Retry-After" in headers, headers
        seen[status] = seen.get(status, 0) + 1
        limit(s, None)
        assert s.ask("GET", "/queue")[0] == 200
    assert ask(s, *request(-1))[0] == well, "it is not well again"
    return seen


def a_large_workflow_is_refused_and_taken_when_there_is_memory():
    with Served(LIMN) as s:
        s.wait(s.queue(empty(1)))
        body = {}

        def request(spare):
            body[spare] = json.dumps({"prompt": large(spare // 4096 + 2, 3, spare % 2), "prompt_id": f"id{spare}",
                                      "extra_data": {"extra_pnginfo": {"workflow": {"t": "y" * MIB}}}}).encode()
            return "POST", "/prompt", body.pop(spare), {"Content-Type": "application/json"}

        seen = tight(s, [i * MIB * 48 // ROUNDS + i % 2 for i in range(ROUNDS)], request, 200)
        print("  ", seen)
        assert seen.get(503, 0) >= 2 and seen.get(200, 0) >= 2, seen
        idle(s)
        history = s.json("GET", "/history")[1]
        assert len(history) == seen[200] + 2, (len(history), seen)
        bad = {j: e["status"] for j, e in history.items() if e["status"]["status_str"] != "success"}
        assert all("memory" in json.dumps(status) for status in bad.values()), bad


def what_else_is_large_is_refused_and_well_again():
    ids = json.dumps({"delete": [f"{i:x}" for i in range(25000)]}).encode()
    settings = json.dumps({f"key{i}": "v" * 1000 for i in range(900)}).encode()
    kinds = {
        "check": (("POST", "/limn/check", json.dumps({"prompt": large(1, 3, True)}).encode(), {}), 200),
        "ids": (("POST", "/queue", ids, {}), 200),
        "settings": (("POST", "/settings", settings, {}), 200),
        "asked settings": (("GET", "/settings", None, {}), 200),
        "upload": (("POST", "/upload/image", form(b"z" * (3 * MIB)),
                    {"Content-Type": "multipart/form-data; boundary=b"}), 200),
        "tables": (("GET", "/object_info", None, {"Accept-Encoding": "gzip"}), 200),
        "history": (("GET", "/history", None, {}), 200),
        "jobs": (("GET", "/api/jobs", None, {}), 200),
    }
    with Served(LIMN, "--enable-compress-response-body") as s:
        for i in range(4):
            s.wait(s.queue(large(i, 1)))
        total = {}
        for name, (request, well) in kinds.items():
            seen = tight(s, [i * MIB * 16 // ROUNDS for i in range(0, ROUNDS, 2)], lambda _, r=request: r, well)
            print("  ", name, seen)
            for status, n in seen.items():
                total[status] = total.get(status, 0) + n
        assert total.get(503, 0) >= 5 and total[200] >= 5, total
        kept = s.json("GET", "/settings")[1]
        assert len(kept) == 900, "settings were lost"
        assert not list((s.base / "user/default").glob("comfy.settings.broken*")), "good settings were put aside"


def others_are_served_meanwhile():
    """A client that asks for small things hears 200 all the time while large ones are refused."""
    body = json.dumps({"prompt": large(7, 6)}).encode()
    with Served(LIMN) as s:
        s.wait(s.queue(empty(1)))
        limit(s, 4 * MIB)
        for _ in range(ROUNDS // 4):
            with socket.create_connection((HOST, s.port), PATIENCE) as c:
                c.sendall(b"POST /prompt HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %d\r\n\r\n" %
                          (s.port, len(body)))
                for at in range(0, len(body), 64 << 10):
                    try:
                        c.sendall(body[at:at + (64 << 10)])
                    except OSError:
                        break  # refused: it is cut off
                    if at % (1 << 20) == 0:
                        assert s.ask("GET", "/queue")[0] == 200
            alive(s)
        job = s.queue(empty(2))
        assert s.wait(job)["status"]["completed"]
        limit(s, None)
        assert s.json("POST", "/prompt", {"prompt": large(8, 6)})[0] == 200
        idle(s)


TESTS = [a_large_workflow_is_refused_and_taken_when_there_is_memory, what_else_is_large_is_refused_and_well_again,
         others_are_served_meanwhile]


if __name__ == "__main__":
    if SANITIZED:
        print("skipped: a sanitizer needs all the address space there is")
        sys.exit(0)
    sys.exit(run_tests(TESTS))
