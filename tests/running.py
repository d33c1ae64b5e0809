"""Runs the tests of a program in Python and tells of each as the programs in C do (tests/test.h): a line "ok NAME" or
"FAILED NAME", and what failed in front of the latter: "FILE:LINE: …", "not so: …", and more of it as "why: …", which is
what the suite's summary shows.

    from running import run_tests, tests_of       # this folder is put on sys.path first
    sys.exit(run_tests(tests_of(globals(), but=("main", "helper"))))

A test is a function whose name is a sentence. It fails by an exception, or by a `want` that is not so, which lets it go
on. A text that it gives is printed in front of its "ok".
"""
import sys
import time
import traceback

_wants = []
MORE_LINES = 4  # of what failed, behind its first one


def want(condition, words):
    """A promise that need not end the test when it is broken."""
    if not condition:
        _wants.append(words)
        print(f"not so: {words}")


def tests_of(names, but=()):
    """The functions that a program's globals() has, in their order, but for these helpers."""
    return [f for name, f in list(names.items()) if callable(f) and not isinstance(f, type) and name not in but
            and getattr(f, "__module__", "") == names["__name__"] and not name.startswith("_")]


def place(error):
    """Where the test's own file was last on the way to what failed: "FILE:LINE"."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    own = [f for f in frames if f.filename == frames[0].filename]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else "?"


def say_why(error, note):
    """What failed: its place and first line, some more, and then the rest, for who reads all."""
    own = traceback.extract_tb(error.__traceback__)[-1].line or ""  # what is asserted without a word says itself
    first, *more = [line for line in str(error)[:4000].splitlines() if line.strip()] or [own]
    print(f"{place(error)}: {note}{type(error).__name__}: {first}")
    for i, line in enumerate(more):
        print(f"why:   {line}" if i < MORE_LINES else line)


def run_one(test, *args, name="", note="", timed=False):
    """-> was it well?"""
    name, begin = name or test.__name__, time.monotonic()
    _wants.clear()
    try:
        said = test(*args)
        if isinstance(said, str):
            print(said)
        well = not _wants
    except Exception as e:  # noqa: BLE001: a test that fails says how, the next one runs
        well = False
        say_why(e, note)
        if timed:
            traceback.print_exc(file=sys.stdout)
    print("ok" if well else "FAILED", name, *([f"({time.monotonic() - begin:.1f} s)"] if timed else []), flush=True)
    return well


def run_tests(tests, *args, only=2, note=""):
    """Runs those whose name has the word argv[only] in it (or the text `only`), each with `args`; one that was chosen
    tells its time, too. `note` stands in front of what fails, as a seed. -> did any fail?"""
    chosen = only if isinstance(only, str) else sys.argv[only] if len(sys.argv) > only else ""
    results = [run_one(test, *args, note=note, timed=bool(chosen)) for test in tests if chosen in test.__name__]
    return not all(results)
