#!/usr/bin/env python3
"""The server against its own description, GET /docs/api, both ways. openapi_test.py LIMN SOURCES"""
import json
import re
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import PATIENCE, Served, empty  # noqa: E402

LIMN, SOURCES = sys.argv[1], Path(sys.argv[2])


def routes():
    """The rows of all tables of routes -> {(method, path): also under /api}"""
    out = {}
    row = re.compile(r'\{\s*\.methods\s*=\s*([A-Z_| ]+),\s*\.pattern\s*=\s*"([^"]+)"([^{}]*)\}')
    for file in sorted((SOURCES / "web" / "server").glob("*.c")):
        text = file.read_text()
        found = row.findall(text)
        assert len(found) == text.count(".pattern ="), f"{file.name}: a row that this test cannot read"
        for methods, pattern, rest in found:
            for method in re.findall("LM_([A-Z]+)", methods):
                out[method.lower(), pattern.replace("*}", "}")] = "LM_ROUTE_API" in rest
    return out


def operations(doc):
    return {(method, path): op for path, ops in doc["paths"].items() for method, op in ops.items()}


# ------------------------------------------------------------------ schemas

KINDS = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}


def is_a(kind, value):
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def fits(doc, schema, value, where):
    """Raises unless the value is as the schema says (the words that our description uses)."""
    if "$ref" in schema:
        return fits(doc, doc["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, where)
    known = {"type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "enum", "oneOf",
             "description", "format", "minimum"}
    assert set(schema) <= known, f"{where}: words that this test does not know: {set(schema) - known}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert not kinds or any(is_a(k, value) for k in kinds), f"{where}: {value!r:.100} is no {kinds}"
    assert "enum" not in schema or value in schema["enum"], f"{where}: {value!r}"
    if "oneOf" in schema:
        assert sum(fits_at_all(doc, one, value) for one in schema["oneOf"]) == 1, f"{where}: {value!r:.100}"
    if isinstance(value, dict):
        for key in schema.get("required", []):
            assert key in value, f"{where}: {key} is missing"
        for key, member in value.items():
            more = schema.get("additionalProperties")
            inner = schema.get("properties", {}).get(key, more if isinstance(more, dict) else {})
            fits(doc, inner, member, f"{where}.{key}")
    if isinstance(value, list):
        assert len(value) >= schema.get("minItems", 0), f"{where}: too short"
        firsts = schema.get("prefixItems", [])
        for i, item in enumerate(value):
            fits(doc, firsts[i] if i < len(firsts) else schema.get("items", {}), item, f"{where}[{i}]")


def fits_at_all(doc, schema, value):
    try:
        fits(doc, schema, value, "")
        return True
    except AssertionError:
        return False


def check(doc, s, method, path, asked, want, body=None, headers=None):
    """Asks, and compares status, type and content with what is described under `path`."""
    status, answer, heads = s.ask(method.upper(), asked, body, headers)
    responses = operations(doc)[method, path]["responses"]
    assert status == want, f"{method} {asked}: {status} instead of {want}: {answer[:200]}"
    assert str(status) in responses, f"{method} {path}: {status} is not described"
    content = responses[str(status)].get("content", {})
    kind = heads.get("Content-Type", "").split(";")[0]
    if not content:
        assert answer == b"", f"{method} {asked}: a body that is not described: {answer[:100]}"
        return
    assert kind in content or "*/*" in content, f"{method} {asked}: {kind} is not one of {list(content)}"
    if kind == "application/json" and kind in content:
        fits(doc, content[kind]["schema"], json.loads(answer), f"{method} {asked}")


# ------------------------------------------------------------------ tests

def every_route_is_described_and_nothing_else():
    doc = json.loads((SOURCES / "web" / "server" / "openapi.json").read_text())
    described = {key: op.get("x-also-under") == "/api" for key, op in operations(doc).items()}
    there = routes()
    assert len(there) > 40
    assert not set(there) - set(described), f"not described: {sorted(set(there) - set(described))}"
    assert not set(described) - set(there), f"not there: {sorted(set(described) - set(there))}"
    wrong = [k for k in there if there[k] != described[k]]
    assert not wrong, f"/api or not: {wrong}"


def the_description_is_whole():
    doc = json.loads((SOURCES / "web" / "server" / "openapi.json").read_text())
    assert doc["openapi"] == "3.1.0" and doc["info"]["title"] == "limn"
    used = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', json.dumps(doc)))
    assert used == set(doc["components"]["schemas"]), used ^ set(doc["components"]["schemas"])
    for (method, path), op in operations(doc).items():
        named = {p["name"] for p in op.get("parameters", []) if p["in"] == "path"}
        assert named == set(re.findall(r"\{([^}]+)\}", path)), (method, path)
        assert op["summary"] and op["tags"] and op["responses"], (method, path)
        assert all(r["description"] for r in op["responses"].values()), (method, path)


def the_server_is_as_described():
    with Served(LIMN) as s:
        status, answer, headers = s.ask("GET", "/docs/api")
        doc = json.loads(answer)
        assert status == 200 and doc == json.loads((SOURCES / "web" / "server" / "openapi.json").read_text())
        job = s.queue(empty(), client_id="me")
        s.wait(job)
        end = time.monotonic() + PATIENCE
        while s.ask("GET", "/readyz")[0] != 200 and time.monotonic() < end:
            time.sleep(0.02)
        tag = {"If-None-Match": s.ask("GET", "/history")[2]["ETag"]}
        info = {"If-None-Match": s.ask("GET", "/object_info")[2]["ETag"]}
        rows = [
            ("get", "/prompt", "/prompt", 200), ("get", "/queue", "/queue", 200), ("get", "/queue", "/queue", 304, None, tag),
            ("post", "/prompt", "/prompt", 200, json.dumps({"prompt": empty(color=9)})),
            ("post", "/prompt", "/prompt", 400, "{}"), ("post", "/prompt", "/prompt", 400, '{"prompt": {"1": {}}}'),
            ("post", "/limn/check", "/limn/check", 200, json.dumps({"prompt": empty()})),
            ("post", "/limn/check", "/limn/check", 200, json.dumps({"nodes": [{"id": 1, "type": "Nope"}]})),
            ("post", "/limn/check", "/limn/check", 400, "{}"),
            ("post", "/limn/open", "/limn/open", 200, json.dumps({"1": {"class_type": "Nope", "inputs": {}}})),
            ("post", "/limn/open", "/limn/open", 400, "{}"),
            ("post", "/limn/diff", "/limn/diff", 200, json.dumps({"a": empty(color=1), "b": empty(color=2)})),
            ("post", "/limn/diff", "/limn/diff", 400, "{}"),
            ("post", "/limn/pack", "/limn/pack?as=list", 200, json.dumps({"workflow": empty()})),
            ("post", "/limn/pack", "/limn/pack?as=bundle", 200, json.dumps({"workflow": empty()})),
            ("post", "/limn/pack", "/limn/pack?as=png", 200, json.dumps({"workflow": empty()})),
            ("post", "/limn/pack", "/limn/pack?as=none", 400, json.dumps({"workflow": empty()})),
            ("get", "/limn/shared", "/limn/shared", 200), ("get", "/limn/shared/{file}", "/limn/shared/x.json", 404),
            ("get", "/limn/shared/{file}/picture", "/limn/shared/x.json/picture", 404),
            ("get", "/limn/plans", "/limn/plans", 200),
            ("get", "/limn/templates", "/limn/templates", 200), ("get", "/limn/templates/{name}", "/limn/templates/batch", 200),
            ("get", "/limn/templates/{name}", "/limn/templates/batch.webp", 200),
            ("get", "/limn/templates/{name}", "/limn/templates/none", 404),
            ("get", "/limn/queue", "/limn/queue", 200), ("post", "/limn/queue", "/limn/queue", 400, "{}"),
            ("post", "/limn/queue", "/limn/queue", 200, '{"op": "move", "ids": [], "before": null}'),
            ("post", "/limn/queue", "/limn/queue", 409, '{"op": "move", "ids": ["x"], "before": "none"}'),
            ("post", "/limn/queue", "/limn/queue", 200, '{"op": "resume"}'),
            ("post", "/queue", "/queue", 200, "{}"), ("post", "/queue", "/queue", 400, "x"),
            ("post", "/interrupt", "/interrupt", 200), ("post", "/free", "/free", 200, "{}"),
            ("get", "/history", "/history", 200), ("get", "/history", "/history?max_items=x", 400),
            ("get", "/history/{id}", f"/history/{job}", 200), ("get", "/history/{id}", "/history/none", 200),
            ("post", "/history", "/history", 200, '{"delete": []}'), ("post", "/history", "/history", 400, "x"),
            ("get", "/api/jobs", "/api/jobs", 200), ("get", "/api/jobs", "/api/jobs?limit=0", 400),
            ("get", "/api/jobs/{id}", f"/api/jobs/{job}", 200), ("get", "/api/jobs/{id}", "/api/jobs/none", 404),
            ("post", "/api/jobs/cancel", "/api/jobs/cancel", 200, '{"job_ids": ["none"]}'),
            ("post", "/api/jobs/cancel", "/api/jobs/cancel", 400, '{"job_ids": [5]}'),
            ("post", "/api/jobs/{id}/cancel", "/api/jobs/none/cancel", 200),
            ("get", "/object_info", "/object_info", 200), ("get", "/object_info", "/object_info", 304, None, info),
            ("get", "/object_info/{class}", "/object_info/KSampler", 200),
            ("get", "/node_replacements", "/node_replacements", 200), ("get", "/embeddings", "/embeddings", 200),
            ("get", "/extensions", "/extensions", 200), ("get", "/global_subgraphs", "/global_subgraphs", 200),
            ("get", "/global_subgraphs/{id}", "/global_subgraphs/x", 200),
            ("get", "/models", "/models", 200), ("get", "/models/{type}", "/models/checkpoints", 200),
            ("get", "/models/{type}", "/models/none", 404), ("get", "/experiment/models", "/experiment/models", 200),
            ("get", "/experiment/models/{type}", "/experiment/models/checkpoints", 200),
            ("get", "/experiment/models/{type}", "/experiment/models/none", 404),
            ("get", "/experiment/models/preview/{type}/{pathIndex}/{file}", "/experiment/models/preview/vae/0/x.pt", 404),
            ("get", "/view_metadata/{folder}", "/view_metadata/checkpoints?filename=limn-shapes.safetensors", 200),
            ("get", "/view_metadata/{folder}", "/view_metadata/checkpoints?filename=x", 404),
            ("get", "/view", "/view?filename=t_00001_.png", 200), ("get", "/view", "/view?filename=none.png", 404),
            ("get", "/view", "/view?filename=..%2Fx.png", 400),
            ("get", "/users", "/users", 200), ("get", "/settings", "/settings", 200), ("post", "/settings", "/settings", 200, "{}"),
            ("get", "/settings/{id}", "/settings/x", 200), ("post", "/settings/{id}", "/settings/x", 200, "5"),
            ("get", "/userdata", "/userdata?dir=none", 404), ("get", "/v2/userdata", "/v2/userdata", 200),
            ("post", "/userdata/{file}", "/userdata/a.json", 200, "5"),
            ("get", "/userdata/{file}", "/userdata/a.json", 200), ("get", "/userdata/{file}", "/userdata/none", 404),
            ("post", "/userdata/{file}/move/{dest}", "/userdata/a.json/move/b.json", 200),
            ("post", "/userdata/{file}", "/userdata/b.json", 412, "5", {"If-Match": '"other"'}),
            ("post", "/userdata/{file}/move/{dest}", "/userdata/b.json/move/c.json", 412, "", {"If-Match": '"other"'}),
            ("delete", "/userdata/{file}", "/userdata/b.json", 412, None, {"If-Match": '"other"'}),
            ("post", "/userdata/{file}", "/userdata/workflows%2Fw.json", 200, "5"),
            ("get", "/limn/models", "/limn/models?folder=checkpoints", 200), ("get", "/limn/models", "/limn/models", 200),
            ("get", "/limn/models", "/limn/models?folder=none", 404),
            ("get", "/limn/models/used", "/limn/models/used?folder=checkpoints", 200), ("get", "/limn/models/used", "/limn/models/used", 404),
            ("get", "/limn/about", "/limn/about", 200),
            ("get", "/limn/outputs", "/limn/outputs", 200), ("get", "/limn/outputs", "/limn/outputs?limit=0", 400),
            ("get", "/limn/outputs", "/limn/outputs?q=t", 200), ("get", "/limn/outputs/newest", "/limn/outputs/newest", 200),
            ("get", "/limn/outputs", "/limn/outputs?order=none", 400), ("get", "/limn/outputs/folders", "/limn/outputs/folders", 200),
            ("get", "/limn/file", "/limn/file?filename=t_00001_.png", 200), ("get", "/limn/file", "/limn/file?filename=none.png", 404),
            ("get", "/limn/file", "/limn/file?filename=..%2Fx.png", 400),
            ("post", "/limn/outputs/trash", "/limn/outputs/trash", 200, '{"files": [{"name": "none.png"}]}'),
            ("post", "/limn/outputs/trash", "/limn/outputs/trash", 400, "{}"),
            ("post", "/limn/outputs/restore", "/limn/outputs/restore", 200, '{"tokens": ["x"]}'),
            ("post", "/limn/outputs/restore", "/limn/outputs/restore", 400, "{}"),
            ("post", "/limn/versions", "/limn/versions?file=workflows/w.json", 204, '{"filename": "t_00001_.png"}'),
            ("post", "/limn/versions", "/limn/versions?file=workflows/w.json", 404, '{"filename": "none.png"}'),
            ("post", "/limn/versions", "/limn/versions?file=workflows/w.json", 400, "5"),
            ("get", "/limn/versions/{id}/picture", "/limn/versions/x/picture?file=workflows/w.json", 404),
            ("get", "/limn/versions", "/limn/versions?file=workflows/w.json", 200),
            ("get", "/limn/versions", "/limn/versions?file=a.json", 400),
            ("get", "/limn/versions/{id}", "/limn/versions/x?file=workflows/w.json", 404),
            ("delete", "/userdata/{file}", "/userdata/b.json", 204), ("delete", "/userdata/{file}", "/userdata/none", 404),
            ("post", "/upload/image", "/upload/image", 400, "x"), ("post", "/upload/mask", "/upload/mask", 400, "x"),
            ("get", "/system_stats", "/system_stats", 200), ("get", "/features", "/features", 200),
            ("get", "/i18n", "/i18n", 200), ("get", "/workflow_templates", "/workflow_templates", 200),
            ("get", "/internal/folder_paths", "/internal/folder_paths", 200),
            ("get", "/internal/files/{type}", "/internal/files/input", 200),
            ("get", "/internal/files/{type}", "/internal/files/none", 400),
            ("get", "/internal/logs", "/internal/logs", 200), ("get", "/internal/logs/raw", "/internal/logs/raw", 200),
            ("patch", "/internal/logs/subscribe", "/internal/logs/subscribe", 200, '{"clientId": "me", "enabled": true}'),
            ("patch", "/internal/logs/subscribe", "/internal/logs/subscribe", 400, "{}"),
            ("get", "/metrics", "/metrics", 200), ("get", "/healthz", "/healthz", 200), ("get", "/readyz", "/readyz", 200),
            ("get", "/docs/api", "/docs/api", 200), ("get", "/", "/", 200),
            ("post", "/limn/enter", "/limn/enter", 404, "token=x", {"Content-Type": "application/x-www-form-urlencoded"}),
        ]
        faults = []
        for row in rows:
            try:
                check(doc, s, *row)
                if operations(doc)[row[0], row[1]].get("x-also-under") and row[0] == "get":
                    check(doc, s, row[0], row[1], "/api" + row[2], *row[3:])
            except AssertionError as e:
                faults.append(str(e))
        assert not faults, "\n".join(faults)
        asked = {(r[0], r[1]) for r in rows}
        left = {k for k in operations(doc) if k not in asked}
        assert left <= {("post", "/users"), ("get", "/ws"), ("get", "/templates/{path}"), ("get", "/docs/{path}"),
                        ("get", "/{path}")}, f"not asked: {left}"


TESTS = [every_route_is_described_and_nothing_else, the_description_is_whole, the_server_is_as_described]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, only=3))
