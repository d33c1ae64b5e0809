#!/usr/bin/env python3
"""The gallery of templates, as a page and as a front end of ComfyUI's ask for it. templates_test.py LIMN SOURCES"""
import gzip
import json
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests  # noqa: E402
from served import Served  # noqa: E402

LIMN, SOURCES = sys.argv[1], Path(sys.argv[2])
LIST = json.loads((SOURCES / "workflows/templates.json").read_text())


def the_list_and_every_file_are_those_of_the_sources():
    with Served(LIMN) as s:
        status, body, headers = s.ask("GET", "/limn/templates")
        assert status == 200 and json.loads(body) == LIST and headers["Content-Type"].startswith("application/json"), headers
        for entry in LIST["templates"]:
            status, body, headers = s.ask("GET", f"/limn/templates/{entry['name']}")
            assert status == 200 and json.loads(body) == json.loads((SOURCES / "workflows" / entry["file"]).read_text()), entry
            assert s.ask("GET", f"/limn/templates/{entry['name']}.json")[1] == body, entry
            status, body, headers = s.ask("GET", f"/limn/templates/{entry['name']}.webp")
            assert (status, headers["Content-Type"]) == (200, "image/webp"), (entry, headers)
            assert body == (SOURCES / "workflows" / entry["picture"]).read_bytes(), entry


def both_codings_and_conditions():
    with Served(LIMN) as s:
        plain = s.ask("GET", "/limn/templates/batch")
        packed = s.ask("GET", "/limn/templates/batch", headers={"Accept-Encoding": "gzip"})
        assert packed[2]["Content-Encoding"] == "gzip" and gzip.decompress(packed[1]) == plain[1], packed[2]
        assert "Content-Encoding" not in plain[2] and plain[2]["X-Content-Type-Options"] == "nosniff", plain[2]
        for path in "/limn/templates", "/limn/templates/batch", "/limn/templates/batch.webp":
            tag = s.ask("GET", path)[2]["ETag"]
            assert s.ask("GET", path, headers={"If-None-Match": tag})[:2] == (304, b""), path
            status, body, headers = s.ask("HEAD", path)
            assert status == 200 and body == b"" and int(headers["Content-Length"]) > 100, (path, headers)


def what_is_no_template_is_not_found():
    with Served(LIMN) as s:
        for name in ("none", "_list", "_list.json", "_index.json", "templates.json", "batch.txt", "batch.json.json", ".json", ".webp", "%00",
                     "batch%00", "..%2fbatch", "../batch", "x" * 300, "batc"):
            assert s.ask("GET", f"/limn/templates/{name}")[0] in (400, 404), name
        assert s.ask("POST", "/limn/templates", "{}")[0] == 405
        assert s.ask("GET", "/templates/index.json")[0] == 404, "our own page asks elsewhere"


def a_front_end_without_templates_is_given_these():
    with tempfile.TemporaryDirectory() as site:
        front = Path(site) / "comfyui_frontend_package/static"
        front.mkdir(parents=True)
        (front / "index.html").write_text("<html>")
        with Served(LIMN, "--front-end", front) as s:
            for file, language in ("index.json", "en"), ("index.zh.json", "zh"):
                modules = json.loads(s.ask("GET", f"/templates/{file}")[1])
                assert [m["title"] for m in modules] == [c["title"][language] for c in LIST["categories"]]
                assert all(m["moduleName"] == "default" and m["type"] == "image" for m in modules)
                names = [t["name"] for m in modules for t in m["templates"]]
                assert names == [t["name"] for t in LIST["templates"]] and len(names) >= 16
            for entry in LIST["templates"]:
                assert "nodes" in json.loads(s.ask("GET", f"/templates/{entry['name']}.json")[1])
                status, body, _ = s.ask("GET", f"/templates/{entry['name']}-1.webp")
                assert status == 200 and body[8:12] == b"WEBP", entry
            for name in "none.json", "-1.webp", "none-1.webp", "x" * 200 + "-1.webp", "_list.json", "index_logo.json", "../batch.json":
                assert s.ask("GET", f"/templates/{name}")[0] in (400, 404), name


if __name__ == "__main__":
    sys.exit(run_tests([the_list_and_every_file_are_those_of_the_sources, both_codings_and_conditions,
                        what_is_no_template_is_not_found, a_front_end_without_templates_is_given_these], only=3))
