"""The N-th allocation fails, the N-th call to files fails: for each N, and each time the program ends with a status
that its help lists, a sentence, no half-written file under a final name, and in good time.

    faults_test.py LIMN FILTER SHIM DISK_SCENARIO PLUGIN

The first scenarios and all with few calls go through every N. Others go through LIMN_FAULTS of theirs (the suite: 24; a
painting has tens of thousands of allocations), with LIMN_FAULTS=all through every one.
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import PROGRAM, base, main, png_chunks, test, text2image  # noqa: E402
from scenarios import GRAPHS, WORDY, prepare  # noqa: E402

SHIM, DISK, PLUGIN = sys.argv[3:6]
DEAR = os.environ.get("LIMN_FAULTS", "24")
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


def go_through(command, look, dear=False, well=0, **variables):
    """`command` is made for a folder of its own; `look` judges what is in it afterwards."""
    with tempfile.TemporaryDirectory(prefix="limn-faults-") as folder:
        status, err, count = call(command(folder), at=0, **variables)
    assert status == well and (count > 5 or dear), (status, err[:300], count)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda n: once(command, look, n, **variables), which(count, dear)))
    wrong = [w for _, w in ends if w]
    assert not wrong, f"{len(wrong)} of {len(ends)} went wrong; the first:\n" + "\n".join(wrong[:5])
    assert dear or any(status != well for status, _ in ends), "no call that failed made a difference"
    statuses = {s: sum(1 for e, _ in ends if e == s) for s in sorted({e for e, _ in ends})}
    print(f"   {variables}: {len(ends)} of {count} calls, statuses {statuses}", flush=True)
    return any(status != well for status, _ in ends)


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


def through_all_kinds(command, look, well=0):
    differs = [go_through(command, look, dear=True, well=well, kind=kind) for kind in ("alloc", "io", "short")]
    assert any(differs), "no call that failed made a difference"


def words_of(name):
    words = [str(w).format(here=home.path, plugin=PLUGIN) for w in WORDY[name]]
    return lambda folder: [PROGRAM, *words, *([] if words[0] == "inspect" else ["--base", home.path])]


def add_scenarios():
    """A test for each of the tables' rows."""
    for name in GRAPHS:
        def run_it(name=name):
            through_all_kinds(run(f"{name}.json"), look_at_output)
        run_it.__name__ = f"calls_of_a_run_may_fail_{name}"
        test(run_it)
    for name in WORDY:
        def say_it(name=name):
            through_all_kinds(words_of(name), look_at_nothing, well=3 if "wrong" in name else 0)
        say_it.__name__ = "calls_may_fail_to_" + "".join(c if c.isalnum() else "_" for c in name)
        test(say_it)


@test
def calls_of_a_run_may_fail_whose_workflow_a_picture_carries():
    through_all_kinds(run("carries.png"), look_at_output)


if __name__ == "__main__":
    with base() as home:
        prepare(home, PLUGIN)
        add_scenarios()
        home.write(text2image(steps=1, size=64), "paint.json")
        sys.exit(main())
