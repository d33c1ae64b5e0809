"""The worked examples of plugins/examples: each workflow runs, and its answer is the right one."""
import contextlib
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import ROOT, base, main, png_pixels, test, text2image  # noqa: E402

BUILT = Path(os.environ.get("LIMN_EXAMPLES", ROOT / "build/release/plugins/examples"))
SOURCES = ROOT / "plugins/examples"


@contextlib.contextmanager
def home():
    with base() as b:
        os.environ["XDG_CACHE_HOME"] = str(b.path)
        yield b


def run(b, workflow, plugin, *args):
    """-> the answer and what was written to stderr"""
    result = b.run(workflow, "--plugin", BUILT / f"{plugin}.so", "--json", *args)
    assert result.status == 0, result
    return json.loads(result.out), result.err


def picture(answer):
    width, height, rows = png_pixels(Path(answer["files"][0]).read_bytes())
    return width, height, [tuple(row[i:i + 3]) for row in rows for i in range(0, len(row), 3)]


def example(name):
    return json.loads((SOURCES / name).read_text())


@test
def grain_changes_a_picture_and_its_seed_decides_how():
    with home() as b:
        graph = example("grain/grain.json")
        width, height, first = picture(run(b, graph, "grain")[0])
        assert (width, height) == (128, 96) and len(set(first)) > 500, "it is not grey any more"
        mean = sum(sum(pixel) for pixel in first) / len(first) / 3
        assert abs(mean - 128) < 6, mean
        assert picture(run(b, graph, "grain")[0])[2] == first
        graph["2"]["inputs"]["seed"] = 8
        assert picture(run(b, graph, "grain")[0])[2] != first
        graph["2"]["inputs"]["strength"] = 0.0
        assert set(picture(run(b, graph, "grain")[0])[2]) == {(128, 128, 128)}


@test
def a_palette_is_found_told_and_painted_with():
    with home() as b:
        graph = example("palette/palette.json")
        answer, _ = run(b, graph, "palette")
        assert sorted(answer["outputs"]["6"]["text"]) == ["#3366cc", "#cc3333"], answer
        assert answer["outputs"]["10"]["text"] == ["PALETTE 2 colours"], answer
        assert set(picture(answer)[2]) == {(255, 0, 0)}, "the red picture comes first"
        graph["7"]["inputs"]["text"] = "#ff0000 blue"
        result = b.check(graph, "--plugin", BUILT / "palette.so")
        assert result.status == 3 and 'text: "blue" is not a colour' in result.err, result


@test
def a_switch_runs_one_branch():
    with home() as b:
        graph = example("palette/choose.json")
        for which, size, ran in ((True, 64, False), (False, 256, True)):
            graph["3"]["inputs"]["which"] = which
            result = b.run(graph, "--plugin", BUILT / "palette.so")
            assert result.status == 0, result
            width, _, _ = png_pixels(Path(result.out.strip().splitlines()[-1]).read_bytes())
            assert width == size and ("ImageScaleBy" in result.err) == ran, result
        del graph["3"]["inputs"]["on_false"]
        result = b.run(graph, "--plugin", BUILT / "palette.so")
        assert result.status == 1 and "nothing is linked to on_false" in result.err, result


@test
def a_loop_does_its_body_as_often_as_it_says():
    with home() as b:
        graph = example("palette/loop.json")
        for times, width in ((3, 16), (1, 64), (5, 4)):
            graph["2"]["inputs"]["times"] = times
            assert picture(run(b, graph, "palette")[0])[0] == width, times


@test
def a_sampler_and_a_schedule_paint():
    with home() as b:
        graph = example("momentum/momentum.json")
        width, height, pixels = picture(run(b, graph, "momentum")[0])
        assert (width, height) == (128, 128)
        middle, corner = pixels[64 * 128 + 64], pixels[0]
        assert middle[0] > 150 > middle[2] and corner[2] > 150 > corner[0], (middle, corner)
        near = picture(b_json(b.run(text2image(steps=12, scheduler="normal"), "--json")))[2]
        apart = sum(abs(x - y) for p, q in zip(pixels, near) for x, y in zip(p, q)) / len(pixels) / 3
        assert 0 < apart < 40, f"another walk to a picture of the same words: {apart}"


def b_json(result):
    assert result.status == 0, result
    return json.loads(result.out)


if __name__ == "__main__":
    sys.exit(main())
