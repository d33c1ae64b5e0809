"""Bodies that are wrong, and requests of which nobody knows where they came from: what hostile_test.py sends.

    for method, path, body in malformed(random.Random(1), 1000): …     each must be answered by a 4xx
"""
import json

GOOD = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 7}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "h"}}}

# JSON texts of values that fit nowhere, or just not where they are put.
EXTREMES = ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
            "18446744073709551615", "18446744073709551616", "4294967296", "2147483648", "-2147483649", "-1", "1e308",
            "-1e308", "1e19", "1.5", "-0.0", "1" * 299, "0." + "3" * 200]
WRONG_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e400", "1" * 400, "1e-99999" + "9" * 60]


def prompt(graph=None, **more):
    return json.dumps({"prompt": GOOD if graph is None else graph, **more}).encode()


def changed(path, value):
    """GOOD with another value at a path of keys; `value` is JSON text."""
    graph = json.loads(json.dumps(GOOD))
    at = graph
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = "@@"
    return ('{"prompt": ' + json.dumps(graph).replace('"@@"', value) + "}").encode()


# ------------------------------------------------------------ no JSON at all

def cut(r):
    body = prompt(extra_data={"a": [1, 2, {"b": "c"}]})
    return body[:r.randrange(1, len(body) - 1)]


def with_bytes(r, at_string, *pieces):
    """A piece put where a value, or where a letter of a text, is expected."""
    body = prompt()
    mark = b'"EmptyImage"' if at_string else b": 8,"
    at = body.index(mark) + (r.randrange(1, 10) if at_string else 2)
    return body[:at] + r.choice(pieces) + body[at:]


def no_json(r):
    return r.choice([
        lambda: cut(r), lambda: cut(r), lambda: b"", lambda: r.randbytes(r.randrange(1, 400)) + b"\xff",
        lambda: prompt() + r.choice([b"x", b"{}", b",", b"]", b"}", b"\0", b"\xef\xbb\xbf"]),
        lambda: with_bytes(r, False, b"'", b"0x", b"0", b"+", b".", b"//c\n", b"/* */", b",", b"\0", b"\x1f", b"nan", b"undefined",
                           b"--", b"-0", b"1 ", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b'"a" ', b"[", b"{"),
        lambda: with_bytes(r, True, b"\0", b"\n", b"\x01", b"\x1f", b"\xff", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\xed\xa0\x80",
                           b"\xe2\x82", b"\\x41", b"\\u12", b"\\u00zz", b'" "', b"\\'"),
        lambda: r.choice([b"[", b'{"a":', b'[{"a":']) * r.choice([101, 150, 5000, 60000]),
        lambda: b'{"prompt": ' + b"[" * 120 + b"1" + b"]" * 120 + b"}",
        lambda: prompt(extra_data={"deep": json.loads("[" * 99 + "]" * 99)}),
        lambda: prompt().replace(b'{"prompt":', b'{"prompt": {}, "prompt":'),
        lambda: prompt().replace(b'"width": 8', b'"width": 8, "\\u0077idth": 9'),
        lambda: prompt().replace(b'"2":', b'"1":'), lambda: prompt().decode().encode("utf-16"),
        lambda: prompt().decode().encode("utf-32"), lambda: b"\x1f\x8b\x08" + r.randbytes(30),
        lambda: r.choice([b"null", b"true", b"1", b'"prompt"', b"[]", b"[{}]", b"[1]", b"\xef\xbb\xbf", b" ", b"\n\n"]),
    ])()


# ------------------------------------------------------------ JSON, but not what was asked for

OTHER_KINDS = {"text": ["1", "true", "[]", "{}", "[\"a\"]", "1e3"], "object": ["1", '"x"', "[]", "true", "[{}]"],
               "list": ["1", '"x"', "{}", "true"], "number": ['"x"', "[]", "{}", "[1]", *WRONG_NUMBERS]}
MEMBERS = {"prompt": "object", "prompt_id": "text", "client_id": "text", "number": "number", "extra_data": "object",
           "partial_execution_targets": "list"}


def wrong_member(r):
    name = r.choice(list(MEMBERS))
    value = r.choice(OTHER_KINDS[MEMBERS[name]])
    if name == "prompt":
        return b'{"prompt": ' + value.encode() + b"}"
    if name == "extra_data" and r.random() < 0.3:
        return prompt(extra_data={"client_id": r.choice([1, [], {}, True])})
    return prompt()[:-1] + f', "{name}": {value}'.encode() + b"}"


def wrong_text(r):
    name = r.choice(["prompt_id", "client_id"])
    text = r.choice(["x" * 257, "x" * 5000, "a\0b", "\0", "é" * 129])
    return prompt(**{name: text})


def wrong_targets(r):
    return prompt(partial_execution_targets=r.choice([[1], [None], [[]], [{"a": 1}], ["1", 2], [True], ["nobody"]]))


def wrong_number(r):
    if r.random() < 0.5:
        return changed(("1", "inputs", r.choice(["width", "height", "batch_size", "color", "other"])), r.choice(WRONG_NUMBERS))
    return prompt()[:-1] + b', "extra_data": {"x": [' + r.choice(WRONG_NUMBERS).encode() + b"]}}"


def wrong_node(r):
    return r.choice([
        lambda: changed(("1",), r.choice(["1", '"x"', "[]", "null", "true", "{}", '{"inputs": {}}'])),
        lambda: changed(("1", "class_type"), r.choice(["1", "null", "[]", "{}", '""', '"Nobody"', '"emptyimage"', '"../x"', '"EmptyImage\\u0000"',
                                                       '"\\ud800"', '"' + "x" * 3000 + '"', '"<script>"', '"%n%s"'])),
        lambda: changed(("1", "inputs"), r.choice(["1", '"x"', "[1]", "null", "true", "{}"])),
        lambda: changed(("1", "inputs", r.choice(["width", "height", "batch_size"])),
                        r.choice([*(e for e in EXTREMES if e != "1.5"), '"x"', '""', "[]", "{}", '["1"]', '"\\u0000"', '"1e999"'])),
        lambda: changed(("2", "inputs", "image"),
                        r.choice(['["4", 0]', '["1", 1]', '["1", -1]', '["1", 4294967296]', '["1", 9223372036854775807]',
                                  '["1", 18446744073709551616]', '["1", "0"]', '["1", null]', '["1", 0, 0]', '["1"]', '[1, 0]', "[]",
                                  '["2", 0]', '["3", 0]', '[null, 0]', '"1"', "1", "null", '{"a": 1}', '["1\\u0000", 0]', '[["1", 0]]'])),
        lambda: prompt({}), lambda: prompt({"1": GOOD["1"]}), lambda: prompt({"1": GOOD["1"], "2": GOOD["2"]}),
        lambda: prompt({"3": GOOD["3"]}),
        lambda: prompt({str(i): {"class_type": "ImageInvert", "inputs": {"image": [str(i + 1), 0]}} for i in range(r.choice([2, 50, 900]))}),
        lambda: changed(("3", "inputs", "filename_prefix"), r.choice(["1e999", "[]", "[1]", '["nobody", 0]'])),
    ])()


# ------------------------------------------------------------ other doors

# Where a body must be JSON, and of which kind; what else is wrong there.
DOORS = [("POST", "/queue", [b"[]", b"1", b'"clear"']), ("POST", "/history", [b"[]", b"1", b"null"]), ("POST", "/free", [b"[]", b"7", b'"x"']),
         ("POST", "/settings", [b"[]", b"1", b"null", b'"x"']), ("POST", "/settings/Some.Key", []),
         ("POST", "/api/jobs/cancel", [b"[]", b"{}", b'{"job_ids": 1}', b'{"job_ids": [1]}', b'{"job_ids": {}}']),
         ("PATCH", "/internal/logs/subscribe", [b"[]", b"{}", b'{"clientId": 1, "enabled": true}', b'{"clientId": "a"}',
                                                b'{"clientId": "a", "enabled": 1}', b'{"clientId": "a", "enabled": "x"}'])]


def broken(r):
    """No JSON, whatever is asked for, and not empty, which some doors welcome."""
    while True:
        body = no_json(r)
        if body.strip() and body not in (b"null", b"true", b"1", b'"prompt"', b"[]", b"[{}]", b"[1]") and len(body) < 60000:
            return body


def elsewhere(r):
    method, path, wrong = r.choice(DOORS)
    body = r.choice(wrong) if wrong and r.random() < 0.5 else broken(r)
    return method, r.choice(["", "/api"]) + path if not path.startswith(("/internal", "/api")) else path, body


def one(r):
    if r.random() < 0.2:
        return elsewhere(r)
    make = r.choice([no_json, no_json, wrong_member, wrong_text, wrong_targets, wrong_number, wrong_node, wrong_node])
    return "POST", r.choice(["/prompt", "/api/prompt"]), make(r)


def malformed(r, n):
    for _ in range(n):
        yield one(r)
