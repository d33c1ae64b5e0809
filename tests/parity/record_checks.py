"""record_checks.py: what ComfyUI answers to prompts that are wrong, and what it makes of constants.  Writes checks.json.

    PYTHONPATH=STUBS python tests/parity/record_checks.py --comfy COMFYUI

The node classes are made up; tests/unit/check_test.c declares the same ones.  A row holds the prompt, the error of the
whole, the outputs that may run, the faults of each node (sorted: ComfyUI walks its inputs in no fixed order) and the
inputs as they are after the check.
"""
import asyncio
import copy
import json
import logging
import os

import reference as ref


class Any(str):
    """ComfyUI's way of saying that any type will do."""
    def __ne__(self, other):
        return False


LONG = ["name%02d" % i for i in range(25)]


def node(required, optional=None, out=(), output=False, validate=None):
    body = {"INPUT_TYPES": classmethod(lambda cls: {"required": required, "optional": optional or {}}),
            "RETURN_TYPES": tuple(out), "FUNCTION": "run", "CATEGORY": "test", "OUTPUT_NODE": output}
    if validate:
        body["VALIDATE_INPUTS"] = classmethod(validate)
    return type("Node", (), body)


def even_only(cls, count):
    return True if count is None or count % 2 == 0 else "%d is odd" % count


CLASSES = {
    "TNumbers": node({"whole": ("INT", {"default": 5, "min": 1, "max": 10}), "any": ("INT", {"default": 0}),
                      "seed": ("INT", {"default": 0, "min": 0, "max": 2 ** 64 - 1}),
                      "real": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 2.0}), "free": ("FLOAT", {"default": 0.0}),
                      "flag": ("BOOLEAN", {"default": False}), "words": ("STRING", {"default": ""}),
                      "pick": (["red", "green", "blue"],)},
                     {"maybe": ("INT", {"default": 2, "min": 0, "max": 3})},
                     ("NUM", "INT", "FLOAT", "STRING", "INT,FLOAT", "COMBO")),
    "TLong": node({"name": (LONG,)}, out=("NUM",)),
    "TSink": node({"num": ("NUM",)}, {"count": ("INT", {"default": 1, "min": 0, "max": 9}), "mixed": ("FLOAT,INT",),
                                      "other": ("NUM",)}, output=True),
    "TPair": node({"a": ("NUM",), "b": ("NUM",)}, out=("NUM",)),
    "TAny": node({"source": (Any("*"),)}, output=True),
    "TEven": node({"count": ("INT", {"default": 0, "min": 0, "max": 9})}, out=("NUM",), validate=even_only),
}
GOOD = {"whole": 5, "any": 0, "seed": 0, "real": 0.5, "free": 0.0, "flag": False, "words": "w", "pick": "red"}


def numbers(**changes):
    """A prompt of one TNumbers with these inputs changed (... takes one away) and a sink."""
    inputs = {**GOOD, **changes}
    return {"1": {"class_type": "TNumbers", "inputs": {k: v for k, v in inputs.items() if v is not ...}},
            "2": {"class_type": "TSink", "inputs": {"num": ["1", 0]}}}


def sink(**inputs):
    """A prompt of a good TNumbers and a sink with these inputs."""
    return {"1": {"class_type": "TNumbers", "inputs": dict(GOOD)},
            "2": {"class_type": "TSink", "inputs": {"num": ["1", 0], **inputs}}}


def constants():
    ints = [1, 10, 0, 11, -3, 5.0, 5.9, -0.5, 0.99, 10.9, 1e1, 1e20, -1e20, True, False, None, "5", " 7 ", "+3", "-3", "1_0",
            "1__0", "_1", "007", "5.0", "", "abc", "it's", "0x5", [], {}, {"x": 1}, {"__value__": 5}, {"__value__": "6"},
            {"__value__": [1, 2]}, 18446744073709551616, 10 ** 30, -10 ** 30, "9" * 30, "5\n"]
    floats = [0, 1, 2, 2.0, 2.5, -0.1, 1e400, True, False, None, "1e0", " .5 ", "1.", "1_0.5", "1_0e-1", "nan?", "inf", "-Infinity",
              "1,5", "", "0x1p3", "1e", "1.2.3", "--1", {"__value__": 0.25}, {}, 10 ** 400]
    frees = [1e300, "inf", 3, "-1.5e3", 1e22, 123456789.125, True]
    anys = [-(2 ** 63), 2 ** 63 - 1, 0, "12", 3.7, False]
    seeds = [0, 2 ** 63, 2 ** 64 - 1, 2 ** 64, 18446744073709552000, -1, 1.5, "18446744073709551615", 1e19, 3e19, True]
    flags = [True, False, 0, 1, -1, 0.0, 0.5, "", "false", "False", "0", None, {}, {"a": 1}, {"__value__": []}, {"__value__": [0]}]
    words = ["", "a b", 0, 12, -0.0, 1.0, 0.1, 1e16, 1e15, 123456789012345678, 1e-5, 0.0001, 1.5e300, True, False, None,
             {"a": 1}, {"a": [1, "b", None, 2.5, True]}, {"it's": "x\n"}, {"__value__": [1, "two"]}, "\u4e2d\u00e9", 1e400,
             18446744073709551615, 100.0, 12345.678]
    picks = ["red", "blue", "Red", "", 1, None, True, 0.5, {"__value__": "green"}, {"__value__": ["red"]}, {"a": 1}, "it's \"x\""]
    for name, values in (("whole", ints), ("real", floats), ("free", frees), ("any", anys), ("seed", seeds), ("flag", flags),
                         ("words", words), ("pick", picks), ("maybe", [..., 0, 4, -1, None])):
        for v in values:
            yield numbers(**{name: v})


def graphs():
    yield {}
    yield {"1": {"class_type": "TNumbers", "inputs": GOOD}}
    yield {"1": {"inputs": {}}, "2": {"class_type": "TSink", "inputs": {}}}
    yield {"1": {"class_type": "TSink", "inputs": {}}, "x y": {"class_type": "Nope", "inputs": {}}}
    yield {"1": {"class_type": "TSink", "inputs": {}}}
    yield {"1": {"class_type": "TNumbers", "inputs": {}}, "2": {"class_type": "TSink", "inputs": {"num": ["1", 0]}}}
    for missing in ("whole", "seed", "words", "pick", "flag", "real"):
        yield numbers(**{missing: ...})
    yield sink(unknown=5, another=["99", 0])
    # links
    for link in ([], ["1"], ["1", 0, 0], ["99", 0], ["1", 6], ["1", "0"], ["1", 0.0], ["1", None], [1, 0], [None, 0],
                 ["1", 1], ["1", 3], ["1", 5], ["it's", 0]):
        yield sink(num=link)
        yield {**sink(), "3": {"class_type": "TPair", "inputs": {"a": link, "b": ["1", 0]}},
               "4": {"class_type": "TSink", "inputs": {"num": ["3", 0]}}}
    for slot in range(6):
        yield sink(mixed=["1", slot])
        yield sink(count=["1", slot])
        yield {**sink(), "3": {"class_type": "TAny", "inputs": {"source": ["1", slot]}}}
        if slot < 5:    # a choice linked to a COMBO: refused here, taken by later versions and by limn
            yield {**numbers(pick=["5", slot]), "5": {"class_type": "TNumbers", "inputs": GOOD}}
    # long lists
    for name in ("name07", "name25", 7):
        yield {"1": {"class_type": "TLong", "inputs": {"name": name}}, "2": {"class_type": "TSink", "inputs": {"num": ["1", 0]}}}
    # a node's own check
    for count in (2, 3, 12, "4", "5", None):
        yield {"1": {"class_type": "TEven", "inputs": {"count": count}}, "2": {"class_type": "TSink", "inputs": {"num": ["1", 0]}}}
    # several faults, shared ancestors, outputs that can run beside outputs that cannot
    yield numbers(whole=0, real=3, pick="x")
    bad = {"class_type": "TNumbers", "inputs": {**GOOD, "whole": 0}}
    yield {**sink(), "3": bad, "4": {"class_type": "TSink", "inputs": {"num": ["3", 0]}}}
    yield {"3": bad, "4": {"class_type": "TSink", "inputs": {"num": ["3", 0]}}, "5": {"class_type": "TSink", "inputs": {"num": ["3", 0]}}}
    yield {**sink(), "3": bad, "4": {"class_type": "TPair", "inputs": {"a": ["3", 0], "b": ["1", 0]}},
           "5": {"class_type": "TSink", "inputs": {"num": ["4", 0], "count": 10}}}
    yield {**sink(), "3": bad}      # wrong, but nobody needs it
    yield sink(count=10, other=["1", 1])


def order_free(errors):
    rows = [{"type": e["type"], "message": e["message"], "details": e["details"],
             "input_name": e["extra_info"].get("input_name")} for e in errors]
    return sorted(rows, key=lambda r: json.dumps(r))


def ask(execution, prompt):
    after = copy.deepcopy(prompt)
    ok, error, outputs, faults = asyncio.run(execution.validate_prompt("p", after, None))
    row = {"prompt": json.dumps(prompt), "outputs": sorted(outputs)}     # as text: infinities and large integers
    if error:
        row["error"] = {k: error[k] for k in ("type", "message", "details")}
    if faults:
        row["faults"] = {i: {"errors": order_free(f["errors"]), "class_type": f["class_type"]} for i, f in sorted(faults.items())}
    if ok:
        row["after"] = {i: n["inputs"] for i, n in after.items()}
    return row


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    logging.disable(logging.CRITICAL)
    import execution
    import nodes
    nodes.NODE_CLASS_MAPPINGS.update(CLASSES)
    rows = [ask(execution, p) for p in [*constants(), *graphs()]]
    top = {"meta": ref.meta(options, __file__), "checks": rows}
    ref.write_json(os.path.join(options.out, "checks.json"), top)


if __name__ == "__main__":
    main()
