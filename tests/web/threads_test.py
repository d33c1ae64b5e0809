"""A fixed third of the end-to-end tests against a server built for the thread sanitizer (GOAL-23).

    threads_test.py LIMN ZOO_IN_RUN [PROGRAM]

The loop, the queue's two threads, libuv's, and the worker's own meet there as they do in service. Whatever the tests say,
a report of the sanitizer, of any process of theirs, is a failure.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMN, ZOO = sys.argv[1:3]
PROGRAMS = {"serve_test.py": [LIMN, ZOO], "told_test.py": [LIMN], "files_test.py": [LIMN]}
THIRD = 1  # of each three tests, in the order of the file


def names(program):
    """Tests take no arguments."""
    found = re.findall(r"^def (\w+)\(\):", (HERE / program).read_text(), re.M)
    return [name for name in found if name != "main"][THIRD::3]


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix="limn-threads-") as folder:
        options = f"suppressions={HERE}/tsan.txt log_path={folder}/report exitcode=66"
        for program, arguments in PROGRAMS.items():
            for name in names(program) if len(sys.argv) < 4 or sys.argv[3] == program else []:
                out = subprocess.run([sys.executable, HERE / program, *arguments, name], stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, errors="replace",
                                     env={**os.environ, "TSAN_OPTIONS": options, "LIMN_SANITIZED": "1"})
                print(out.stdout, end="", flush=True)
                failed += out.returncode != 0
        reports = [path.read_text(errors="replace") for path in Path(folder).glob("report*")]
        for report in reports[:3]:
            print(report[:3000])
        print("FAILED" if reports else "ok", "no_two_threads_meet_unguarded")
    return failed > 0 or len(reports) > 0


if __name__ == "__main__":
    sys.exit(main())
