"""What the programs of this folder share: the program under test, and a place to play in."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/web")]
from running import run_tests  # noqa: E402, F401
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
