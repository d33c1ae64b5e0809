"""What the programs of this folder share: the program under test, a place to play in, and how tests are told."""
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/web"))
from served import PATIENCE, SANITIZED, Served, empty, sampler  # noqa: E402, F401

LIMN = sys.argv[1]
CRASHES = ("Sanitizer", "runtime error:", "Segmentation")


def limn(*words, env=None, cwd=None, text=None):
    """Runs a command -> its status, stdout, stderr. One that crashes fails the test, whatever it was asked."""
    done = subprocess.run([LIMN, *map(str, words)], input=text, capture_output=True, cwd=cwd, timeout=PATIENCE * 3,
                          env={**os.environ, "LIMN_SERVER": "", **(env or {})})
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    assert done.returncode >= 0 and not any(word in err for word in CRASHES), (words, done.returncode, err[-3000:])
    return done.returncode, out, err


def run_tests(tests):
    failed = 0
    for test in tests:
        if len(sys.argv) > 2 and sys.argv[2] not in test.__name__:
            continue
        begin = time.monotonic()
        try:
            test()
            print("ok", test.__name__, f"({time.monotonic() - begin:.1f} s)" if len(sys.argv) > 2 else "")
        except Exception as e:  # noqa: BLE001: a test that fails says how, the next one runs
            failed += 1
            at = e.__traceback__
            while at.tb_next and at.tb_next.tb_frame.f_code.co_filename == at.tb_frame.f_code.co_filename or \
                    at.tb_frame.f_code.co_name == "run_tests":
                at = at.tb_next
            print(f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}: {type(e).__name__}: {str(e)[:1500]}")
            print("FAILED", test.__name__)
        sys.stdout.flush()
    return failed > 0
