"""Makes the edits of docs/add-an-op.md in a copy of the sources, compiles it and runs the new op's tests.

    documented_op.py SOURCE_FOLDER COPY_FOLDER C_COMPILER
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

EDIT = re.compile(r'<!-- edit (\S+) (end|before "([^\n]+)") -->\n```c\n(.*?)```\n', re.S)


def apply(copy, page):
    """Inserts each block of the page where its marker says; returns how many there were."""
    edits = EDIT.findall(page)
    for name, _, anchor, block in edits:
        path = copy / name
        text = path.read_text()
        if anchor:
            where = text.find("\n" + anchor) + 1
            if not where:
                sys.exit(f"{name} has no line that begins with '{anchor}'")
            text = text[:where] + block + text[where:]
        else:
            text += block
        path.write_text(text)
    return len(edits)


def main():
    source, copy, compiler = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    shutil.rmtree(copy, ignore_errors=True)
    for room in ("core/base", "core/data", "kernels", "plugins/include", "tests/ops"):
        shutil.copytree(source / room, copy / room)
    for name in ("test.h", "guard.h"):
        shutil.copy(source / "tests" / name, copy / "tests")
    if apply(copy, (source / "docs/add-an-op.md").read_text()) < 8:
        sys.exit("the page has lost its edits")

    # The plain device alone: the CPU's kernels do not change with the page.
    (copy / "no_cpu.c").write_text(
        '#include "kernels/devices.h"\n#include "tests/guard.h"\n'
        "lm_device *lm_cpu_device(int threads) { (void)threads; return lm_host_device(); }\n"
        "lm_device *guard_device(void) { return lm_host_device(); }\n")
    files = sorted(copy.glob("core/base/*.c")) + sorted(copy.glob("core/data/*.c"))
    files += [copy / f"kernels/{name}.c" for name in ("front", "taps")]
    for path in sorted(copy.glob("kernels/ref/*.c")):
        front = copy / "kernels" / path.name
        files += [path] + [front] * front.exists()
    for test in ("elementwise", "ref"):
        subprocess.run([compiler, "-std=gnu11", "-D_GNU_SOURCE", '-DLIMN_VERSION="0"', "-O1", "-Wall", "-Wextra",
                        "-Werror", "-Wno-missing-field-initializers", "-I.", "-Iplugins/include", "-o", test,
                        f"tests/ops/{test}_test.c", "no_cpu.c", *map(str, files), "-ljansson", "-lpthread", "-lm"],
                       cwd=copy, check=True)
        out = subprocess.run([copy / test, "larger"], cwd=source, text=True, stdout=subprocess.PIPE).stdout
        print(out, end="")
        if "ok larger" not in out:
            sys.exit(f"{test}: the documented op does not do what the page says")
    print("ok the_page_about_ops_is_a_path_that_works")


if __name__ == "__main__":
    main()
