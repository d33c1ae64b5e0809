"""Pictures judged by their pixels: the bundled checkpoint follows the prompt, through the whole program."""
import sys

from limn import base, main, png_pixels, test, text2image

COLOURS = {"red": (220, 40, 40), "green": (40, 160, 60), "blue": (40, 70, 210),
           "yellow": (240, 220, 50), "white": (245, 245, 245), "black": (20, 20, 20),
           "orange": (245, 140, 30), "purple": (140, 50, 170)}


def paint(b, prompt, **settings):
    """Runs a prompt -> (width, height, rows)."""
    result = b.run(text2image(prompt, **settings), "--quiet")
    assert result.status == 0, result
    return png_pixels(open(result.out.strip(), "rb").read())


def nearest(pixel):
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(pixel, COLOURS[name])))


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


@test
def the_same_seed_gives_the_same_picture_and_another_gives_another():
    with base() as b:
        first = paint(b, "a red circle on a blue background", seed=5, steps=4)
        again = paint(b, "a red circle on a blue background", seed=5, steps=4)
        other = paint(b, "a red circle on a blue background", seed=6, steps=4)
        assert first == again and first != other


if __name__ == "__main__":
    sys.exit(main())
