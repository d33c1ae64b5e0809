"""GET /experiment/models/preview: the pictures of models, beside them or in their headers, and what is none.

    python3 covers_test.py LIMN
"""
import base64
import json
import struct
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_tests, want  # noqa: E402
from served import ROOT, Served  # noqa: E402

PICTURES = ROOT / "tests" / "parity" / "pictures"


def model(covers=None, raw=None, header=None):
    """A safetensors file with these pictures in its header."""
    metadata = {} if covers is None else {"ssmd_cover_images": json.dumps(covers)}
    metadata = metadata if raw is None else {"ssmd_cover_images": raw}
    text = header if header is not None else json.dumps({"__metadata__": metadata}).encode()
    return struct.pack("<Q", len(text)) + text


def picture(name):
    return (PICTURES / name).read_bytes()


def lay_out(base):
    first, second = base / "models" / "controlnet", base / "models" / "t2i_adapter"
    (first / "deep").mkdir(parents=True)
    second.mkdir()
    files = {
        "beside.safetensors": model(), "beside.png": picture("rgb8.png"),
        "named.safetensors": model(), "named.preview.jpg": picture("q75.jpg"),
        "deep/in.side.safetensors": model([base64.b64encode(picture("lossy.webp")).decode(), "rubbish"]),
        "bare.safetensors": model(), "text.safetensors": model(raw="no JSON"), "none.safetensors": model([]),
        "numbers.safetensors": model([7]), "rubbish.safetensors": model(["!!!! no base64 ????"]),
        "list.safetensors": model(header=b"[1, 2]"), "cut.safetensors": model()[:6],
        "claims.safetensors": struct.pack("<Q", 1 << 60) + b"{}",
        "damaged.safetensors": model(), "damaged.png": picture("rgb8.png")[:60],
        "linked.safetensors": model(),
    }
    for name, content in files.items():
        (first / name).write_bytes(content)
    (base / "secret.png").write_bytes(picture("rgb8.png"))
    (first / "linked.png").symlink_to(base / "secret.png")
    (second / "other.png").write_bytes(picture("rgba8.png"))


def get(s, path, under=""):
    status, body, headers = s.ask("GET", under + "/experiment/models/preview/" + path)
    return status, {k.lower(): v for k, v in headers.items()}.get("content-type"), body


def is_webp(answer):
    return answer[0] == 200 and answer[1] == "image/webp" and answer[2][:4] == b"RIFF" and answer[2][8:12] == b"WEBP"


def a_picture_beside_the_model_or_in_its_header_is_shown_as_webp(s):
    for path in ("controlnet/0/beside.safetensors", "controlnet/0/named.safetensors", "controlnet/0/beside.ckpt",
                 "controlnet/0/deep/in.side.safetensors", "controlnet/1/other.safetensors"):
        want(is_webp(get(s, path)), path)
    want(is_webp(get(s, "controlnet/0/beside.safetensors", "/api")), "under /api")


def it_is_made_to_fit_where_it_is_shown(s):
    whole, small = get(s, "controlnet/0/named.safetensors"), get(s, "controlnet/0/named.safetensors?limn_w=8&limn_h=8")
    want(is_webp(small) and len(small[2]) < len(whole[2]), f"{len(small[2])} of {len(whole[2])}")
    for side in ("0", "x", "", "99999"):
        want(get(s, f"controlnet/0/named.safetensors?limn_w={side}")[0] == 400, side)


def what_has_no_picture_is_404(s):
    for path in ("controlnet/0/bare.safetensors", "controlnet/0/text.safetensors", "controlnet/0/none.safetensors",
                 "controlnet/0/numbers.safetensors", "controlnet/0/rubbish.safetensors", "controlnet/0/list.safetensors",
                 "controlnet/0/cut.safetensors", "controlnet/0/claims.safetensors", "controlnet/0/damaged.safetensors",
                 "controlnet/0/absent.safetensors", "controlnet/1/beside.safetensors", "controlnet/2/beside.safetensors",
                 "controlnet/99999999999999999999/beside.safetensors", "controlnet/-1/beside.safetensors",
                 "controlnet/x/beside.safetensors", "nothing/0/beside.safetensors", "output/0/beside.png"):
        answer = get(s, path)
        want(answer[0] == 404, f"{path}: {answer[0]}")


def nothing_outside_the_folder_is_shown(s):
    for path in ("controlnet/0/../../secret.safetensors", "controlnet/0/..%2F..%2Fsecret.safetensors",
                 "controlnet/0/%2e%2e/%2e%2e/secret.safetensors", "controlnet/0//etc/passwd",
                 "controlnet/0/linked.safetensors", "controlnet/0/..\\..\\secret.safetensors".replace("\\", "%5C")):
        answer = get(s, path)
        want(answer[0] in (400, 404), f"{path}: {answer[0]}")


def the_server_still_answers(s):
    want(s.ask("GET", "/healthz")[0] == 200, "healthz")


TESTS = [a_picture_beside_the_model_or_in_its_header_is_shown_as_webp, it_is_made_to_fit_where_it_is_shown,
         what_has_no_picture_is_404, nothing_outside_the_folder_is_shown, the_server_still_answers]


def main():
    with tempfile.TemporaryDirectory(prefix="limn-covers-") as folder:
        lay_out(Path(folder))
        with Served(sys.argv[1], base=folder) as s:
            return run_tests(TESTS, s)


if __name__ == "__main__":
    sys.exit(main())
