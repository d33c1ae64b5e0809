"""The N-th allocation fails, the N-th call to files fails: for each N, and each time the program ends with a status
that its help lists, a sentence, no half-written file under a final name, and in good time.

    faults_test.py LIMN FILTER SHIM DISK_SCENARIO PLUGIN

Cheap scenarios go through every N. Painting has tens of thousands of allocations: LIMN_FAULTS=N takes as many of
them as there is time for (the suite: 120), LIMN_FAULTS=all every one.
"""
import concurrent.futures
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import PROGRAM, base, main, png_chunks, test, text2image  # noqa: E402

SHIM, DISK, PLUGIN = sys.argv[3:6]
DEAR = os.environ.get("LIMN_FAULTS", "120")
STATUSES = {0, 1, 2, 3, 4, 5, 6}  # as `limn --help` lists them, but for bugs (70) and Ctrl-C
AT_ONCE = max(1, min(2, os.cpu_count() or 1))
LIMIT_S = 60


def call(command, **variables):
    """Runs with the shim, without notes of earlier runs; (status, what it said, how many calls of the kind there
    were)."""
    ours, theirs = os.pipe()
    with tempfile.TemporaryDirectory(prefix="limn-notes-") as notes:
        env = {**os.environ, "XDG_CACHE_HOME": notes, "LD_PRELOAD": SHIM, "LIMN_FAULT_COUNT": str(theirs),
               **{"LIMN_FAULT_" + k.upper(): str(v) for k, v in variables.items()}}
        done = subprocess.run([str(c) for c in command], env=env, pass_fds=[theirs], capture_output=True,
                              text=True, timeout=LIMIT_S)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        count = pipe.read().split()  # a child may have told its own before
    return done.returncode, done.stderr + done.stdout, int(count[-1]) if count else 0


def png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((x * 31 + y * 17) % 256 for x in range(width * 3)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


INVERT = {"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
          "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
          "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}}


def which(count, dear):
    """The numbers to go through."""
    if not dear or DEAR == "all":
        return range(1, count + 1)
    step = max(1, count // int(DEAR))
    return range(1, count + 1, step)


def look_at_output(folder, status, err):
    """Pictures under final names are whole; a good end has one; nothing else was left, unless memory was so short
    that the program left at once."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    pictures = [p for p in files if p.suffix == ".png"]
    for p in pictures:
        assert [kind for kind, _ in png_chunks(p.read_bytes())][-1] == "IEND", f"{p} is not whole"
    assert status != 0 or len(pictures) == 1, f"status 0 and {len(pictures)} pictures"
    left = [p.name for p in files if p.suffix != ".png"]
    assert not left or "bookkeeping" in err, f"{left} was left behind"


def look_at_nothing(folder, status, err):
    assert not any(folder.iterdir()), list(folder.iterdir())


def look_at_results(folder, status, err):
    found, said, _ = call([DISK, folder, "look"], at=0, kind="io")
    assert found == 0, f"a damaged result lies on disk: {said}"


def once(command, look, n, **variables):
    """One run in which call n fails -> (status, what is wrong or None)."""
    said, got = "", None
    with tempfile.TemporaryDirectory(prefix="limn-faults-") as folder:
        try:
            got, said, _ = call(command(folder), at=n, **variables)
            assert got in STATUSES, f"status {got}"
            assert got == 0 or said.strip(), f"status {got} and not a word"
            look(Path(folder), got, said)
        except (AssertionError, subprocess.TimeoutExpired) as e:
            return got, f"{variables}, call {n}: {e}\n{said}"
    return got, None


def go_through(command, look, dear=False, **variables):
    """`command` is made for a folder of its own; `look` judges what is in it afterwards."""
    with tempfile.TemporaryDirectory(prefix="limn-faults-") as folder:
        status, err, count = call(command(folder), at=0, **variables)
    assert status == 0 and count > 5, (status, err, count)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda n: once(command, look, n, **variables), which(count, dear)))
    wrong = [w for _, w in ends if w]
    assert not wrong, f"{len(wrong)} of {len(ends)} went wrong; the first:\n" + "\n".join(wrong[:5])
    assert any(status for status, _ in ends), "no call that failed made a difference"
    statuses = {s: sum(1 for e, _ in ends if e == s) for s in sorted({e for e, _ in ends})}
    print(f"   {variables}: {len(ends)} of {count} calls, statuses {statuses}", flush=True)


def check(_):
    return [PROGRAM, "check", home.path / "invert.json", "--base", home.path]


def run(name):
    return lambda folder: [PROGRAM, "run", home.path / name, "--base", home.path, "--output", folder, "--quiet",
                           "--precision", "f32", "--threads", "2"]


invert, paint = run("invert.json"), run("paint.json")


def keep(folder):
    return [DISK, folder]


@test
def any_allocation_of_a_check_may_fail():
    go_through(check, look_at_nothing, kind="alloc")


@test
def any_call_to_files_of_a_check_may_fail():
    for kind in ("io", "short"):
        go_through(check, look_at_nothing, kind=kind)


@test
def any_allocation_of_a_small_run_may_fail():
    go_through(invert, look_at_output, kind="alloc")
    go_through(invert, look_at_output, kind="alloc", many=1000000)


@test
def any_call_to_files_of_a_small_run_may_fail():
    go_through(invert, look_at_output, kind="io")
    go_through(invert, look_at_output, kind="short")


@test
def a_disk_that_is_full_from_some_call_on_is_told():
    go_through(invert, look_at_output, kind="io", many=1000000)


@test
def allocations_of_a_painting_may_fail():
    go_through(paint, look_at_output, dear=True, kind="alloc")


@test
def calls_to_files_of_a_painting_may_fail():
    go_through(paint, look_at_output, dear=True, kind="io")


def load(_):
    return [PROGRAM, "plugins", "--base", home.path, "--plugin", PLUGIN]


@test
def any_call_of_loading_a_plugin_may_fail():
    for kind in ("alloc", "io", "short"):
        go_through(load, look_at_nothing, kind=kind)


@test
def any_call_of_the_cache_on_disk_may_fail():
    for kind in ("alloc", "io", "short"):
        go_through(keep, look_at_results, kind=kind)
        go_through(keep, look_at_results, kind=kind, many=1000000)


if __name__ == "__main__":
    with base() as home:
        (home.path / "input/a.png").write_bytes(png(8, 8))
        home.write(INVERT, "invert.json")
        home.write(text2image(steps=1, size=64), "paint.json")
        sys.exit(main())
