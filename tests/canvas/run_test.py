#!/usr/bin/env python3
"""The program with workflows that a canvas saved: run, check and export."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import ROOT, base, limn, main, png_pixels, png_texts, test, text2image  # noqa: E402

CORPUS = ROOT / "tests/canvas/corpus"


def node(number, kind, values=None, inputs=(), outputs=(), **more):
    return {"id": number, "type": kind, "pos": [10.0, 20], "size": [210, 80], "flags": {}, "order": number, "mode": 0,
            "inputs": [{"name": name, "type": type_, "link": link} for name, type_, link in inputs],
            "outputs": [{"name": name, "type": name, "links": links} for name, links in outputs],
            "properties": {}, **({"widgets_values": values} if values is not None else {}), **more}


def canvas(*nodes, links=()):
    return {"last_node_id": 99, "nodes": list(nodes), "links": [list(link) for link in links], "groups": [],
            "config": {}, "extra": {"ds": {"scale": 1.50}, "nobody": {"knows": ["this", 18446744073709551615]}},
            "version": 0.4}


def colours():
    """A picture in one colour, saved."""
    return canvas(node(1, "EmptyImage", [16, 8, 1, 0x102030], outputs=[("IMAGE", [1])]),
                  node(2, "SaveImage", ["plain"], inputs=[("images", "IMAGE", 1)]),
                  node(3, "Note", ["nothing to run"]), links=[(1, 1, 0, 2, 0, "IMAGE")])


def painting():
    """workflows/text2image.json as a canvas would save it, with two steps."""
    return canvas(
        node(1, "CheckpointLoaderSimple", ["limn-shapes.safetensors"],
             outputs=[("MODEL", [1]), ("CLIP", [2, 3]), ("VAE", [4])]),
        node(2, "CLIPTextEncode", ["a red circle on a blue background"], [("clip", "CLIP", 2)], [("CONDITIONING", [5])]),
        node(3, "CLIPTextEncode", [""], [("clip", "CLIP", 3)], [("CONDITIONING", [6])]),
        node(4, "EmptyLatentImage", [64, 64, 1], outputs=[("LATENT", [7])]),
        node(5, "KSampler", [42, "randomize", 2, 4, "euler", "normal", 1],
             [("model", "MODEL", 1), ("positive", "CONDITIONING", 5), ("negative", "CONDITIONING", 6),
              ("latent_image", "LATENT", 7)], [("LATENT", [8])]),
        node(6, "VAEDecode", None, [("samples", "LATENT", 8), ("vae", "VAE", 4)], [("IMAGE", [9])]),
        node(7, "SaveImage", ["limn"], [("images", "IMAGE", 9)]),
        links=[(1, 1, 0, 5, 0, "MODEL"), (2, 1, 1, 2, 0, "CLIP"), (3, 1, 1, 3, 0, "CLIP"), (4, 1, 2, 6, 1, "VAE"),
               (5, 2, 0, 5, 1, "CONDITIONING"), (6, 3, 0, 5, 2, "CONDITIONING"), (7, 4, 0, 5, 3, "LATENT"),
               (8, 5, 0, 6, 0, "LATENT"), (9, 6, 0, 7, 0, "IMAGE")])


def saved(b):
    return (b.path / "output" / b.files()[-1]).read_bytes()


@test
def a_canvas_paints_what_its_prompt_paints():
    with base() as b, base() as c:
        mine, theirs = b.run(painting()), c.run(text2image(steps=2, size=64))
        assert mine.status == 0 and theirs.status == 0, (mine, theirs)
        assert png_pixels(saved(b)) == png_pixels(saved(c))


@test
def the_canvas_travels_in_the_picture_beside_the_prompt():
    with base() as b:
        done = b.run(colours())
        assert done.status == 0, done
        texts = png_texts(saved(b))
        assert json.loads(texts["workflow"]) == colours()
        assert "18446744073709551615" in texts["workflow"] and '"scale": 1.5' in texts["workflow"]
        assert json.loads(texts["prompt"])["2"]["inputs"] == {"filename_prefix": "plain", "images": ["1", 0]}


@test
def a_picture_that_carries_a_canvas_runs_again():
    with base() as b:
        assert b.run(colours()).status == 0
        again = limn("run", b.path / "output" / b.files()[0], "--base", b.path, "--set", "2.filename_prefix=again")
        assert again.status == 0, again
        assert [name for name in b.files() if name.startswith("again")], b.files()


@test
def settings_name_nodes_as_they_are_called_after_conversion():
    with base() as b:
        done = limn("export", CORPUS / "promoted-127.json", "--base", b.path, "--set", "20:2.width=72",
                    "--set", "21:2.crop=center", "--seed", "7")
        assert done.status == 0, done
        nodes = json.loads(done.out)
        assert nodes["20:2"]["inputs"]["width"] == 72 and nodes["21:2"]["inputs"]["crop"] == "center"
        assert nodes["3"]["inputs"]["seed"] == 7


@test
def what_is_exported_runs_and_is_exported_again_the_same():
    with base() as b:
        path = b.write(colours())
        out = b.path / "api.json"
        done = limn("export", path, "-o", out, "--base", b.path)
        assert done.status == 0 and not done.out, done
        assert limn("export", out, "--base", b.path).out == out.read_text()
        assert limn("run", out, "--base", b.path).status == 0
        assert len(out.read_text().splitlines()) == 4, "one line a node"


@test
def what_cannot_be_written_is_said():
    with base() as b:
        done = limn("export", b.write(colours()), "-o", b.path / "no/such/folder.json", "--base", b.path)
        assert done.status == 4 and "cannot be written" in done.err, done
        done = limn("export", CORPUS / "subgraph-in-itself.json", "-o", b.path / "out.json", "--base", b.path)
        assert done.status == 4 and "the subgraph Mirror contains itself" in done.err, done
        assert not (b.path / "out.json").exists()


@test
def what_cannot_be_followed_is_said():
    with base() as b:
        done = limn("check", CORPUS / "reroute-ring.json", "--base", b.path)
        assert "note: node 141: what it hands on comes back to it" in done.err, done


@test
def an_unknown_class_is_told_with_its_pack():
    with base() as b:
        done = limn("check", CORPUS / "unknown-class.json", "--base", b.path)
        assert done.status == 3 and "FancyUpscale" in done.err and "fancy-pack" in done.err, done


@test
def a_file_that_was_never_chosen_is_the_first_there_is():
    with base() as b:
        done = limn("export", b.write(canvas(node(1, "CheckpointLoaderSimple"))), "--base", b.path)
        assert json.loads(done.out)["1"]["inputs"]["ckpt_name"] == "limn-shapes.safetensors", done


@test
def names_saved_on_windows_find_their_files():
    with base() as b:
        folder = b.path / "models/checkpoints/sub"
        folder.mkdir()
        (b.path / "models/checkpoints/limn-shapes.safetensors").rename(folder / "x.safetensors")
        done = limn("export", b.write(canvas(node(1, "CheckpointLoaderSimple", ["sub\\x.safetensors"]))),
                    "--base", b.path)
        assert json.loads(done.out)["1"]["inputs"]["ckpt_name"] == "sub/x.safetensors", done


if __name__ == "__main__":
    sys.exit(main())
