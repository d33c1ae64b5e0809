#!/usr/bin/env python3
"""Gathers what the program carries of workflows/templates*, in one folder for embed_ui.py: the list, the files without their
spaces, the pictures, and the list once more as ComfyUI's front end asks for it. Lists begin with an underscore.

    gather_templates.py WORKFLOWS TO
"""
import json
import sys
from pathlib import Path


def short(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def index(listed, language):
    """Source: the shape of index.json in comfyui-workflow-templates, as ComfyUI's front end reads it."""
    return [{"moduleName": "default", "type": "image", "title": category["title"][language],
             "templates": [{"name": t["name"], "title": t["title"][language], "description": t["description"][language],
                            "mediaType": "image", "mediaSubtype": "webp"}
                           for t in listed["templates"] if t["category"] == category["id"]]}
            for category in listed["categories"]]


def main():
    source, to = Path(sys.argv[1]), Path(sys.argv[2])
    to.mkdir(parents=True, exist_ok=True)
    for old in to.iterdir():
        old.unlink()
    listed = json.loads((source / "templates.json").read_text())
    (to / "_list.json").write_text(short(listed))
    (to / "_index.json").write_text(short(index(listed, "en")))
    (to / "_index.zh.json").write_text(short(index(listed, "zh")))
    for entry in listed["templates"]:
        (to / f"{entry['name']}.json").write_text(short(json.loads((source / entry["file"]).read_text())))
        (to / f"{entry['name']}.webp").write_bytes((source / entry["picture"]).read_bytes())


if __name__ == "__main__":
    main()
