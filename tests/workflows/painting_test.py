"""Pictures judged by their pixels: the bundled checkpoint follows the prompt, through the whole program."""
import sys

from colours import COLOURS, nearest
from limn import ROOT, base, main, png_pixels, test, text2image


def paint(b, prompt, **settings):
    """Runs a prompt -> (width, height, rows)."""
    result = b.run(text2image(prompt, **settings), "--quiet")
    assert result.status == 0, result
    return png_pixels(open(result.out.strip(), "rb").read())


def at(picture, x, y):
    width, height, rows = picture
    i = int(x * width) * 3
    return tuple(rows[int(y * height)][i:i + 3])


def share(picture, colour):
    """Which part of the picture is nearest to this colour."""
    width, height, rows = picture
    near = sum(nearest(tuple(rows[y][3 * x:3 * x + 3])) == colour
               for y in range(0, height, 2) for x in range(0, width, 2))
    return near / (len(range(0, height, 2)) * len(range(0, width, 2)))


def corners(picture):
    return [nearest(at(picture, x, y)) for x in (0.03, 0.97) for y in (0.03, 0.97)]


def want_object(picture, colour, ground):
    assert corners(picture).count(ground) >= 3, corners(picture)
    assert 0.04 < share(picture, colour) < 0.6, share(picture, colour)


@test
def the_prompt_decides_colour_and_background():
    cases = [("red", "circle", "blue"), ("yellow", "square", "purple"), ("white", "triangle", "green"),
             ("black", "star", "orange"), ("green", "circle", "white")]
    with base() as b:
        for colour, shape, ground in cases:
            picture = paint(b, f"a {colour} {shape} on a {ground} background", seed=7)
            want_object(picture, colour, ground)


@test
def a_square_fills_its_corners_and_a_triangle_does_not():
    """The share of the object's bounding box that the object fills."""
    fills = {}
    with base() as b:
        for shape in ("square", "circle", "triangle", "star"):
            picture = paint(b, f"a red {shape} on a white background", seed=3)
            width, height, rows = picture
            inside = [(x, y) for y in range(height) for x in range(width)
                      if nearest(tuple(rows[y][3 * x:3 * x + 3])) == "red"]
            xs, ys = [p[0] for p in inside], [p[1] for p in inside]
            fills[shape] = len(inside) / ((max(xs) - min(xs) + 1) * (max(ys) - min(ys) + 1))
    print("   fills", {shape: round(fill, 2) for shape, fill in fills.items()})
    assert fills["square"] > 0.85 and 0.68 < fills["circle"] < 0.86
    assert 0.4 < fills["triangle"] < 0.66 and 0.25 < fills["star"] < 0.6


def pictures_of(b, name, *settings):
    """Runs a workflow of the repository -> its pictures in order."""
    result = b.run(ROOT / "workflows" / name, "--quiet", *settings)
    assert result.status == 0, result
    return [png_pixels(open(path, "rb").read()) for path in result.out.split()]


@test
def image_to_image_changes_the_colour_and_keeps_the_background():
    with base() as b:
        before, after = pictures_of(b, "image2image.json")
        want_object(before, "red", "blue")
        want_object(after, "green", "blue")


@test
def inpainting_repaints_the_mask_and_keeps_the_rest():
    with base() as b:
        before, after = pictures_of(b, "inpainting.json")
        want_object(before, "red", "blue")
        want_object(after, "yellow", "blue")
        edge = [abs(x - y) for row in (1, 2, 3, 125, 126) for x, y in
                zip(before[2][row], after[2][row])]
        assert sum(edge) / len(edge) < 12, sum(edge) / len(edge)


@test
def a_negative_prompt_turns_its_colour_away():
    """Asked for a shape of no colour, the model picks one; named in the negative prompt, it is left."""
    free, kept_away = 0, 0
    with base() as b:
        for seed in range(5):
            prompt = {"prompt": "a circle on a white background", "seed": seed, "cfg": 3.0}
            picture = paint(b, **prompt)
            colour = max((c for c in COLOURS if c != "white"), key=lambda c: share(picture, c))
            free += share(picture, colour)
            kept_away += share(paint(b, **prompt, negative=f"a {colour} shape"), colour)
    print(f"   {free:.3f} of five pictures in the colour chosen, {kept_away:.3f} when turned away")
    assert free > 0.1 and kept_away < 0.5 * free


@test
def guidance_pulls_toward_the_prompt():
    """The walk without guidance differs, and with more of it the background is at least as sure."""
    with base() as b:
        loose = paint(b, "a purple star on a yellow background", seed=11, cfg=1.0)
        firm = paint(b, "a purple star on a yellow background", seed=11, cfg=5.0)
        assert loose != firm
        want_object(firm, "purple", "yellow")


@test
def every_sampler_and_schedule_paints_the_prompt():
    with base() as b:
        for sampler in ("euler", "euler_ancestral", "heun", "dpmpp_2m", "ddim", "uni_pc"):
            for scheduler in ("normal", "karras", "exponential", "sgm_uniform", "simple",
                              "ddim_uniform"):
                picture = paint(b, "a blue square on a white background", seed=4,
                                sampler_name=sampler, scheduler=scheduler)
                assert corners(picture).count("white") >= 3 and share(picture, "blue") > 0.04, \
                    (sampler, scheduler, corners(picture), share(picture, "blue"))


@test
def the_same_seed_gives_the_same_picture_and_another_gives_another():
    with base() as b:
        first = paint(b, "a red circle on a blue background", seed=5, steps=4)
        again = paint(b, "a red circle on a blue background", seed=5, steps=4)
        other = paint(b, "a red circle on a blue background", seed=6, steps=4)
        assert first == again and first != other


if __name__ == "__main__":
    sys.exit(main())
