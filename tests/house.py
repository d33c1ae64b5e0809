#!/usr/bin/env python3
"""Compares every #include, a few words and a few calls with the picture of the house in tests/house.txt.

Prints "ok NAME" or "FAILED NAME" for each kind of rule, as the C tests do.
"""
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TREES = ("core", "kernels", "nodes", "plugins", "web")


def read_rules():
    rooms, homes, words, calls = {}, [], [], []
    for line in (ROOT / "tests/house.txt").read_text().splitlines():
        line = line.split("#")[0] if not line.startswith(("@", "!", "=")) else line
        if not line.strip():
            continue
        if line.startswith("@"):
            homes.append((line.split()[1], line.split()[2:]))
        elif line.startswith("!"):
            words.append((line.split()[1], line.split()[2:]))
        elif line.startswith("="):
            calls.append((line.split()[1], line.split()[2:]))
        else:
            room, allowed = line.split(":")
            rooms[room.strip()] = allowed.split()
    return rooms, homes, words, calls


def sources():
    for tree in TREES:
        for path in sorted((ROOT / tree).rglob("*.[ch]")):
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def within(name, places):
    return any(name == place or name.startswith(place + "/") or fnmatch(name, place) for place in places)


def room_of(name, rooms):
    if name.startswith(("plugins/include/", "limn/")):
        return "limn"
    fitting = [room for room in rooms if name == room or name.startswith(room + "/")]
    return max(fitting, key=len, default=None)


def includes(text, pattern):
    return re.findall(rf'^\s*#\s*include\s+{pattern}', text, re.M)


def check_rooms(rooms):
    for name, text in sources():
        room = room_of(name, rooms)
        if room is None:
            yield f"{name}: in no room of tests/house.txt"
            continue
        for target in includes(text, r'[<"]([^>"]+\.h)[>"]'):
            if not (ROOT / target).exists() and not target.startswith("limn/"):
                continue
            other = room_of(target, rooms)
            if other != room and "*" not in rooms.get(room, []) and other not in rooms.get(room, []):
                yield f"{name}: {room} may not include {target}"


def check_homes(homes):
    for name, text in sources():
        for header, places in homes:
            for target in includes(text, r"[<\"]([^>\"]+)[>\"]"):
                if (target == header or target.startswith(header)) and not within(name, places):
                    yield f"{name}: {target} has its home in {', '.join(places)}"


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def check_words(words):
    for name, text in sources():
        for room, said in words:
            if within(name, [room]):
                for word in said:
                    if re.search(word, text, re.I):
                        yield f"{name}: says '{word}'"


def check_calls(calls):
    for name, text in sources():
        for call, places in calls:
            if name.startswith(("core/", "nodes/", "web/")) and not within(name, places):
                for found in re.findall(rf"(?<![>.\w])({call})\s*\(", without_comments(text)):
                    yield f"{name}: calls {found}(), which stands only in {', '.join(places)}"


def check_headers_guarded():
    for name, text in sources():
        if name.endswith(".h") and not re.search(r"#ifndef \w+\n#define \w+", text) \
                and "The file that includes it" not in text:  # a template, included once for each use
            yield f"{name}: has no guard"


def main():
    rooms, homes, words, calls = read_rules()
    rules = {
        "includes_point_down": check_rooms(rooms),
        "libraries_stay_at_home": check_homes(homes),
        "rooms_do_not_say_foreign_words": check_words(words),
        "files_are_opened_behind_one_door": check_calls(calls),
        "headers_are_guarded": check_headers_guarded(),
    }
    failed = 0
    for rule, found in rules.items():
        found = list(found)
        for line in found:
            print(f"tests/house.txt:0: {line}")
        print(("FAILED " if found else "ok ") + rule)
        failed += bool(found)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
