"""extract_contract.py: what nodes promise their users, for the nodes that limn has, from an object_info.json of
ComfyUI: names, types, order, defaults, ranges, choices and categories; none of its sentences.

    extract_contract.py OBJECT_INFO PROGRAM [NAME…]      writes contract.json beside this script

PROGRAM is limn: its `nodes --json` tells which nodes it has. NAMEs are taken besides.
"""
import json
import subprocess
import sys
from pathlib import Path

KEEP = ("default", "min", "max", "step", "round", "multiline", "dynamicPrompts", "image_upload", "control_after_generate",
        "options")


def one_input(name, spec, optional):
    kind, options = spec[0], spec[1] if len(spec) > 1 else {}
    row = {"name": name, "type": "COMBO" if isinstance(kind, list) else kind}
    if isinstance(kind, list):
        row["choices"] = kind
    if optional:
        row["optional"] = True
    return row | {key: options[key] for key in KEEP if key in options and options[key] is not False}


def one_class(info):
    rows = [one_input(name, info["input"][part][name], part == "optional")
            for part in ("required", "optional") for name in info["input_order"].get(part, [])]
    flags = [key for key in ("output_node", "deprecated", "experimental") if info.get(key)]
    return {"title": info.get("display_name") or info["name"], "category": info["category"],
            "module": info["python_module"], "flags": flags, "inputs": rows,
            "hidden": sorted(info["input"].get("hidden", {})),
            "outputs": [list(pair) for pair in zip(info["output_name"], info["output"])]}


def main():
    info = json.loads(Path(sys.argv[1]).read_text())
    ours = json.loads(subprocess.run([sys.argv[2], "nodes", "--json"], check=True, capture_output=True).stdout)
    kept = {name: one_class(info[name]) for name in sorted({*ours, *sys.argv[3:]}) if name in info}
    lines = [f"{json.dumps(name)}: {json.dumps(c, ensure_ascii=True, separators=(',', ':'))}" for name, c in kept.items()]
    path = Path(__file__).with_name("contract.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(kept), "classes,", path.stat().st_size, "bytes; not in the contract:", sorted({*ours} - {*info}))


main()
