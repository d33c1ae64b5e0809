#!/usr/bin/env python3
"""Writes the files of a folder as the table lm_ui_files (web/server/ui.h), deflated where that makes them smaller.

    embed_ui.py TO.c [FOLDER [NAME]]         without a folder the table is empty; NAME is the table's
"""
import gzip
import hashlib
import sys
from pathlib import Path


def array(name, data):
    rows = (",".join(map(str, data[i:i + 32])) for i in range(0, len(data), 32))
    return f"static const char {name}[] = {{\n" + ",\n".join(rows) + "\n};\n"


def main():
    to, folder = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    name = sys.argv[3] if len(sys.argv) > 3 else "lm_ui_files"
    arrays, table = [], []
    for i, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file()) if folder else []):
        whole = path.read_bytes()
        packed = gzip.compress(whole, 9, mtime=0)
        deflated = len(packed) < len(whole)
        data = packed if deflated else whole
        tag = hashlib.sha256(whole).hexdigest()[:20]
        arrays.append(array(f"f{i}", [b - 256 if b > 127 else b for b in data]))
        table.append(f'    {{ "{path.relative_to(folder).as_posix()}", "\\"{tag}\\"", f{i}, {len(data)}, {len(whole)}, '
                     f'{"true" if deflated else "false"} }},\n')
    to.write_text('#include "web/server/ui.h"\n\n' + "".join(arrays) +
                  f"extern const int {name}_n;\nextern const lm_ui_file {name}[];\n"
                  f"const int {name}_n = {len(table)};\nconst lm_ui_file {name}[] = {{\n" +
                  "".join(table) + "    { 0 },\n};\n")


if __name__ == "__main__":
    main()
