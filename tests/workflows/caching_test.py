"""What is kept, and how much memory is held: the program from outside."""
import os
import subprocess
import sys

from limn import PROGRAM, ROOT, base, main, png_pixels, test, text2image

SANITIZED = any(name in PROGRAM.read_bytes() for name in (b"__asan_init", b"__tsan_init"))


def run(b, *args, graph=None):
    """Runs a painting; (result, the pixels of its newest picture, the most memory it held in bytes)."""
    path = b.write(graph or text2image(steps=2))
    process = subprocess.Popen([PROGRAM, "run", path, "--base", b.path, "--precision", "f32", "--threads", "2",
                                "--quiet", *map(str, args)], cwd=ROOT, text=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    files = b.files()
    pixels = png_pixels((b.path / "output" / files[-1]).read_bytes())[2] if files else None
    return process.returncode, err, pixels, usage.ru_maxrss * 1024


def kept(b):
    return sorted((b.path / "kept").iterdir())


@test
def a_wrong_word_about_memory_is_status_2():
    with base() as b:
        for words, said in ((["--ram-limit", "3"], "3 bytes"), (["--ram-limit", "3potatoes"], "3potatoes"),
                            (["--vram-limit", "75%"], "--vram-limit"), (["--cache-ram=x"], "--cache-ram"),
                            (["--cache-ram", "4", "--cache-none"], "exclude"), (["--cache-lru", "0"], "--cache-lru"),
                            (["--cache-disk-size", "3GB"], "--cache-disk")):
            status, err, _, _ = run(b, *words)
            assert status == 2 and said in err, (words, status, err)
        status, err, _, _ = run(b, "--cache-disk", "/dev/null/x")
        assert status == 4 and "/dev/null/x" in err, (status, err)
        assert not b.files()


@test
def every_way_of_keeping_paints_the_same():
    with base() as b:
        _, _, first, _ = run(b)
        for words in (["--cache-ram"], ["--cache-ram", "0.5"], ["--cache-lru", "3"], ["--cache-classic"],
                      ["--cache-none"], ["--ram-limit", "off"], ["--ram-limit=75%"]):
            status, err, pixels, _ = run(b, *words)
            assert status == 0 and pixels == first, (words, err)


@test
def what_was_dear_is_found_after_a_restart():
    with base() as b:
        words = ("--cache-disk", b.path / "kept", "--cache-disk-size", "50MB")
        graph = text2image(steps=30)
        status, err, first, _ = run(b, *words, graph=graph)
        assert status == 0 and kept(b), err
        assert all(len(f.stem) == 32 and f.suffix == ".limn" for f in kept(b)), kept(b)
        for f in kept(b):
            os.utime(f, (1000, 1000))
        status, err, again, _ = run(b, "--cache-none", *words, graph=graph)
        assert status == 0 and again == first and len(b.files()) == 2, err
        assert any(f.stat().st_mtime > 2000 for f in kept(b)), "nothing on disk was used"
        for f in kept(b):
            data = bytearray(f.read_bytes())
            data[len(data) // 2] ^= 1
            f.write_bytes(data)
        status, err, again, _ = run(b, *words, graph=graph)
        assert status == 0 and again == first and "is dropped: its contents are damaged" in err, err


@test
def the_ceiling_of_memory_holds():
    if SANITIZED:
        return  # a sanitizer's own memory would be most of it
    with base() as b:
        _, _, first, most = run(b)
        painted = refused = 0
        for share in (1.2, 1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.45):
            for f in (b.path / "output").iterdir():
                f.unlink()
            limit = int(most * share)
            status, err, pixels, held = run(b, "--ram-limit", limit)
            assert held <= limit * 1.05, f"limit {limit}, held {held}"
            if status == 0:
                assert pixels == first
                painted += 1
            else:
                assert status == 6 and "the RAM limit of" in err and not b.files(), (status, err)
                refused += 1
        assert painted >= 3 and refused >= 2, (painted, refused)


if __name__ == "__main__":
    sys.exit(main())
