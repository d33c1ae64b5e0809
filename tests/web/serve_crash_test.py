"""kill -9 at random moments: a server under load is killed with all its workers, started again over the same folder,
and every job that it accepted is accounted for (GOAL-11, USE-1, USE-3).

    serve_crash_test.py LIMN [--rounds N] [--seed N]

accounts.py says what is looked for. serve_points_test.py has the same for moments with names.
"""
import random
import sys
import tempfile
import threading
import time

from accounts import Book, check_pictures, kill, look, submit
from served import PATIENCE, SANITIZED, Served

LIMN = sys.argv[1]


def option(name, otherwise):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


ROUNDS, SEED = option("--rounds", 4 if SANITIZED else 8), option("--seed", int(time.time()))
SUBMITTERS, JOBS = 4, 20


def main():
    chance, book, slowest = random.Random(SEED), Book(), 0.0
    folder = tempfile.TemporaryDirectory(prefix="limn-crash-")
    for k in range(ROUNDS):
        s = Served(LIMN, base=folder.name)
        begin = time.monotonic()
        s.start()
        slowest = max(slowest, time.monotonic() - begin)
        look(s, book, k)
        left = threading.Semaphore(JOBS)
        threads = [threading.Thread(target=submit, args=(s, book, left)) for _ in range(SUBMITTERS)]
        for t in threads:
            t.start()
        had, at = len(book.accepted), time.monotonic()
        while chance.random() < 0.98 and len(book.accepted) == had and time.monotonic() < at + PATIENCE:
            time.sleep(0.01)  # mostly once the first is accepted, sometimes before
        time.sleep(chance.random() * chance.choice((0.05, 0.4, 1.0)))
        kill(s, chance.random() < 0.5)
        for t in threads:
            t.join()
    with Served(LIMN, base=folder.name) as s:
        look(s, book, ROUNDS)
        end = time.monotonic() + PATIENCE * (1 + len(book.accepted) / 200)
        while s.json("GET", "/prompt")[1]["exec_info"]["queue_remaining"] and time.monotonic() < end:
            time.sleep(0.05)
        look(s, book, ROUNDS)
        seen, pictures, parked = check_pictures(s, book)
    print(f"{ROUNDS} kills, {len(book.accepted)} jobs accepted: {seen} ended well, {parked} parked, 0 lost, {pictures} "
          f"pictures whole; listening again after {slowest:.2f} s at most (seed {SEED})")
    folder.cleanup()
    print("ok a_killed_server_loses_nothing_and_runs_nothing_twice")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as e:
        print(f"tests/web/serve_crash_test.py: seed {SEED}: {e}")
        print("FAILED a_killed_server_loses_nothing_and_runs_nothing_twice")
        sys.exit(1)
