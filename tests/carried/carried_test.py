"""Workflows that travel in pictures: what is found, what counts first, and every way such a file can lie."""
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import PROGRAM, ROOT, base, limn, main, png_texts, test  # noqa: E402
from pictures import (DESCRIPTION, MAKE, MODEL, chunk, exif, exif_jpeg, exif_webp, jpeg, png,  # noqa: E402
                      text_chunk, unicode_comment, webp)

PROMPT = {"1": {"class_type": "EmptyImage",
                "inputs": {"width": 32, "height": 16, "batch_size": 1, "color": 255}},
          "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "p"}}}
TEXT = json.dumps(PROMPT)
WORDS = """a red circle on a blue background
Negative prompt: a [white] square
Steps: 2, Sampler: DPM++ 2M Karras, CFG scale: 4, Seed: 18446744073709551615, Size: 64x64, Model: limn-shapes"""


def prompt(prefix):
    """The prompt, with a name of its own for the picture."""
    graph = json.loads(TEXT)
    graph["2"]["inputs"]["filename_prefix"] = prefix
    return json.dumps(graph)


def put(b, data, name="p.png"):
    (b.path / name).write_bytes(data)
    return b.path / name


def saved(b, data, name="p.png"):
    """Runs a picture -> the prefix of what it saved."""
    result = b.run(put(b, data, name), "--quiet")
    assert result.status == 0, result
    files = b.files()
    for file in files:
        (b.path / "output" / file).unlink()
    assert len(files) == 1, files
    return files[0].split("_0")[0]


def refused(b, data, *words, status=4, name="p.png"):
    result = b.run(put(b, data, name), "--quiet")
    assert result.status == status, result
    for word in (name, *words):
        assert word in result.err, f"wanted {word!r} in: {result}"
    assert not b.files(), b.files()


@test
def what_limn_saved_runs_again_and_gives_the_same_picture():
    with base() as b:
        path = b.write(TEXT)
        first = Path(b.run(path, "--quiet").out.strip())
        again = Path(b.run(first, "--quiet").out.strip())
        assert first != again and first.read_bytes() == again.read_bytes()
        assert json.loads(png_texts(again.read_bytes())["prompt"]) == PROMPT
        assert limn("check", first, "--base", b.path).status == 0


@test
def every_chunk_of_text_carries_a_prompt():
    with base() as b:
        for kind in ("tEXt", "zTXt", "iTXt", "packed iTXt", "comf"):
            name = kind.split()[0].lower()
            assert saved(b, png(text_chunk("prompt", prompt(name), kind))) == name


@test
def exif_of_webp_and_jpeg_carries_a_prompt():
    with base() as b:
        for tag, key in ((MODEL, "prompt"), (MAKE, "Prompt"), (DESCRIPTION, "prompt")):
            for end in "<>":
                tags = [(tag, f"{key}:{prompt('w')}")]
                assert saved(b, exif_webp(tags, end=end), "p.webp") == "w"
                assert saved(b, webp((b"EXIF", b"Exif\0\0" + exif(tags, end=end))), "p.webp") == "w"
                assert saved(b, exif_jpeg(tags, end=end), "p.jpg") == "w"
        data = webp((b"VP8X", b"\0" * 9), (b"EXIF", exif([(MODEL, "prompt:" + prompt("odd"))])))
        assert saved(b, data) == "odd"  # known by its content, whatever its name


@test
def a_comment_that_is_json_is_a_prompt():
    with base() as b:
        assert saved(b, exif_jpeg(comment=unicode_comment(prompt("é"))), "p.jpg") == "é"
        assert saved(b, exif_jpeg(comment=b"ASCII\0\0\0" + prompt("a").encode()), "p.jpg") == "a"


@test
def the_workflow_counts_before_the_prompt_and_the_last_of_two_counts():
    with base() as b:
        data = png(text_chunk("prompt", prompt("p")), text_chunk("workflow", prompt("first")),
                   text_chunk("workflow", prompt("last")), text_chunk("parameters", "x\nSteps: 1"))
        assert saved(b, data) == "last"
        tags = [(MODEL, "prompt:" + prompt("p")), (MAKE, "workflow:" + prompt("w"))]
        assert saved(b, exif_webp(tags), "p.webp") == "w"


@test
def a_workflow_that_cannot_be_read_leaves_the_word_to_the_prompt():
    with base() as b:
        for broken in ("[]", "nonsense", "{", "7", '"text"'):
            data = png(text_chunk("workflow", broken), text_chunk("prompt", prompt("p")))
            result = b.run(put(b, data))
            assert result.status == 0 and "note: its workflow is passed over" in result.err, result


@test
def a_key_chooses_among_what_a_picture_carries():
    with base() as b:
        path = put(b, png(text_chunk("prompt", prompt("p")), text_chunk("workflow", prompt("w"))))
        for key in ("prompt", "workflow"):
            assert b.run(path, "--carried", key).status == 0 and b.files()[-1].startswith(key[0]), b.files()
        both = put(b, png(text_chunk("prompt", prompt("p")), text_chunk("parameters", WORDS)))
        result = b.run(both, "--carried", "parameters", "--set", "SaveImage.filename_prefix=a")
        assert result.status == 0 and "note:" in result.err and b.files()[0].startswith("a_"), result
        assert "note:" not in b.run(both).err
        path = put(b, png(text_chunk("prompt", prompt("p")), text_chunk("workflow", prompt("w")),
                          text_chunk("parameters", "a cat")))
        result = b.run(path, "--carried", "gossip")
        assert result.status == 2 and "--carried gossip: it is workflow, prompt or parameters" in result.err, result
        path = put(b, png(text_chunk("prompt", prompt("p")), text_chunk("Author", "y")), "q.png")
        result = b.run(path, "--carried", "workflow")
        assert result.status == 4 and "carries no workflow: its texts are prompt, Author" in result.err, result
        path = b.path / "p.png"
        result = b.run(path, "--carried", "parameters")
        assert result.status == 4 and "no line begins with" in result.err, result


@test
def a_canvas_in_a_picture_runs_and_travels_on():
    canvas = {"version": 0.4, "links": [[1, 1, 0, 2, 0, "IMAGE"]], "groups": [{"title": "kept"}], "nodes": [
        {"id": 1, "type": "EmptyImage", "mode": 0, "widgets_values": [32, 16, 1, 255],
         "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]},
        {"id": 2, "type": "SaveImage", "mode": 0, "inputs": [{"name": "images", "type": "IMAGE", "link": 1}],
         "widgets_values": ["drawn"]}]}
    with base() as b:
        data = png(text_chunk("workflow", json.dumps(canvas)), text_chunk("prompt", prompt("p")))
        assert b.run(put(b, data)).status == 0 and b.files() == ["drawn_00001_.png"], b.files()
        texts = png_texts((b.path / "output/drawn_00001_.png").read_bytes())
        assert json.loads(texts["workflow"]) == canvas and "drawn" in texts["prompt"], texts
        canvas["nodes"][0].update(type="FaceDetailer", properties={"aux_id": "somebody/faces"})
        result = b.check(canvas)
        assert "node 1 (FaceDetailer): limn has no node of this class; it comes from somebody/faces" in result.err, \
            result


@test
def a_picture_without_a_workflow_is_told_so():
    with base() as b:
        refused(b, png(), "carries no workflow", "no text at all")
        refused(b, png(text_chunk("Software", "x"), text_chunk("Author", "y")), "carries no workflow",
                "Software, Author")
        refused(b, exif_jpeg([(MAKE, "Canon")]), "its texts are Make", name="p.jpg")
        refused(b, webp((b"VP8 ", b"\0" * 10)), "no text at all", name="p.webp")
        refused(b, png(text_chunk("prompt", "{")), "line 1")
        refused(b, png(text_chunk("workflow", "{"), text_chunk("prompt", "{")), "its workflow: line 1")


@test
def text_beyond_eight_mebibytes_is_refused_while_it_grows():
    with base() as b:
        refused(b, png(chunk(b"zTXt", b"prompt\0\0" + zlib.compress(b" " * (9 << 20), 9))), "8 MiB")
        refused(b, png(*[text_chunk(f"k{i}", b" " * (1 << 20), "zTXt") for i in range(9)]), "8 MiB")
        refused(b, webp((b"EXIF", b"II*\0" + b"\0" * (9 << 20))), "8 MiB", name="p.webp")
        # one text of a mebibyte, named by ten entries
        entry = struct.pack("<HHII", MAKE, 2, 1 << 20, 200)
        block = b"II*\0" + struct.pack("<IH", 8, 10) + entry * 10
        refused(b, webp((b"EXIF", block.ljust(200, b"\0") + b"x" * (1 << 20))), "8 MiB", name="p.webp")


@test
def whatever_is_cut_off_or_points_outside_is_a_sentence():
    good = {"p.png": png(text_chunk("prompt", TEXT)),
            "p.webp": exif_webp([(MODEL, "prompt:" + TEXT)]),
            "p.jpg": exif_jpeg([(MODEL, "prompt:" + TEXT)])}
    with base() as b:
        for name, data in good.items():
            for cut in (len(data) // 3, len(data) // 2, len(data) - 40):
                refused(b, data[:cut], "this picture", name=name)
        far = struct.pack("<HHII", MAKE, 2, 100, 1 << 30)
        for block in (b"II*\0" + struct.pack("<IH", 8, 1) + far,
                      b"II*\0" + struct.pack("<IH", 8, 60000) + struct.pack("<HHI4s", MAKE, 2, 2, b"a"),
                      b"MM\0*" + struct.pack(">IH", 8, 1) + struct.pack(">HHII", MAKE, 2, 2 ** 32 - 1, 8)):
            refused(b, webp((b"EXIF", block)), "damaged", "EXIF block", name="p.webp")
            refused(b, jpeg((0xe1, b"Exif\0\0" + block)), "damaged", "EXIF block", name="p.jpg")
        refused(b, webp((b"EXIF", exif()))[:-2], "cut off", name="p.webp")
        refused(b, b"RIFF\xff\0\0\0WEBPEXIF\xff\xff\xff\xff", "cut off", name="p.webp")
        liar = webp((b"EXIF", b"x" * 20)).replace(b"EXIF\x14", b"EXIF\xff")
        refused(b, liar, "claims 255 bytes", name="p.webp")


@test
def json_of_a_hundred_levels_is_read_and_more_is_refused():
    with base() as b:
        deep = json.loads(TEXT)
        deep["1"]["_meta"] = {"x": json.loads("[" * 90 + "]" * 90)}
        assert saved(b, png(text_chunk("prompt", json.dumps(deep)))) == "p"
        refused(b, png(text_chunk("prompt", '{"1": ' + "[" * 200 + "]" * 200 + "}")), "100")


@test
def the_words_of_a1111_paint_a_picture_wherever_they_stand():
    with base() as b:
        pictures = []
        for name, data in (("a.txt", WORDS.encode()), ("a.png", png(text_chunk("parameters", WORDS))),
                           ("a.jpg", exif_jpeg(comment=unicode_comment(WORDS))),
                           ("a.webp", exif_webp(comment=unicode_comment(WORDS, "le"), end=">"))):
            result = b.run(put(b, data, name), "--quiet", "--set", "SaveImage.filename_prefix=x")
            assert result.status == 0 and "note:" in result.err, result
            pictures.append(Path(result.out.strip()).read_bytes())
        assert all(picture == pictures[0] for picture in pictures)
        graph = json.loads(png_texts(pictures[0])["prompt"])
        assert next(n for n in graph.values() if n["class_type"] == "KSampler")["inputs"]["seed"] == 2 ** 64 - 1


@test
def words_that_want_more_than_limn_has_are_checked_like_any_workflow():
    with base() as b:
        path = b.write(WORDS.replace("Model: limn-shapes", "Model: dreams").replace("2M Karras", "SDE Karras"),
                       "a.txt")
        result = limn("check", path, "--base", b.path)
        assert result.status == 3, result
        for word in ("ckpt_name", '"dreams"', "limn-shapes", '"dpmpp_sde" is known'):
            assert word in result.err, (word, result)
        refused(b, b"just a text", "neither JSON, nor a picture", name="a.txt")


@test
def inspect_shows_the_texts_of_every_format():
    with base() as b:
        out = limn("inspect", put(b, png(text_chunk("prompt", TEXT), text_chunk("who", "Ada", "zTXt")))).out
        assert "EmptyImage" in out and "Ada" in out and "1 x 1" in out, out
        jpg = (ROOT / "tests/parity/pictures/q30.jpg").read_bytes()
        told = jpg[:2] + jpeg((0xe1, b"Exif\0\0" + exif([(MAKE, "Canon"), (MODEL, "prompt:{}")])),
                              (0xfe, b"a comment"))[2:-6] + jpg[2:]
        out = limn("inspect", put(b, told, "p.jpg")).out
        out = limn("inspect", put(b, png(text_chunk("k", "a\33[2Jb\nc")))).out
        assert "a?[2Jb\n  c" in out and "\33" not in out, out
        out = limn("inspect", put(b, told, "p.jpg")).out
        for word in ("JPEG", "Make\n  Canon", "prompt\n  {}", "Comment\n  a comment"):
            assert word in out, out


@test
def a_picture_may_come_through_the_standard_input():
    with base() as b:
        done = subprocess.run([PROGRAM, "run", "-", "--base", b.path, "--quiet"], capture_output=True,
                              input=png(text_chunk("prompt", prompt("piped"))), cwd=ROOT)
        assert done.returncode == 0 and b.files() == ["piped_00001_.png"], done


@test
def a_picture_may_come_through_a_named_pipe():
    with base() as b:
        os.mkfifo(b.path / "pipe.png")
        with subprocess.Popen([PROGRAM, "run", b.path / "pipe.png", "--base", b.path, "--quiet"], cwd=ROOT,
                              stdout=subprocess.DEVNULL) as process:
            (b.path / "pipe.png").write_bytes(png(text_chunk("prompt", prompt("piped"))))
            assert process.wait(60) == 0 and b.files() == ["piped_00001_.png"]


if __name__ == "__main__":
    sys.exit(main())
