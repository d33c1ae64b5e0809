"""The templates: each opens, is laid out with care, says what it is in two languages, and paints what it promises.

    templates_test.py LIMN [NAME]                 judge
    templates_test.py LIMN --pictures DIR         keep their pictures, to be looked at (and, with Pillow at hand, the small
                                                  ones of the gallery, workflows/templates/*.webp)
"""
import json
import sys
from pathlib import Path

from colours import COLOURS, nearest
from limn import CHECKPOINT, ROOT, base, limn, main, png_pixels, test

FOLDER = ROOT / "workflows"
LIST = json.loads((FOLDER / "templates.json").read_text())
NAMES = [entry["name"] for entry in LIST["templates"]]


def workflow(name):
    return json.loads((FOLDER / f"templates/{name}.json").read_text())


# ---------------------------------------------------------------- pictures

class Picture:
    def __init__(self, data):
        self.width, self.height, self.rows = png_pixels(data)

    def at(self, x, y):
        return tuple(self.rows[y][3 * x:3 * x + 3])

    def part(self, left, top, width, height):
        """The colours' shares in a rectangle."""
        counts = dict.fromkeys(COLOURS, 0)
        for y in range(top, top + height, 2):
            for x in range(left, left + width, 2):
                counts[nearest(self.at(x, y))] += 1
        total = sum(counts.values())
        return {colour: n / total for colour, n in counts.items()}

    def whole(self):
        return self.part(0, 0, self.width, self.height)


def saved(b, name):
    """Runs a template -> the pictures that it saves; previews are no answer."""
    result = b.run(FOLDER / f"templates/{name}.json", "--quiet", "--no-plugins")
    assert result.status == 0, result
    return [Path(path) for path in result.out.split() if Path(path).is_relative_to(b.path / "output")]


def want(shares, **least):
    """Each colour named is at least so much of it."""
    for colour, share in least.items():
        assert shares[colour] >= share, (colour, share, {c: round(s, 2) for c, s in shares.items() if s > 0.02})


def want_shape(shares, colour, ground):
    want(shares, **{ground: 0.45})
    assert 0.05 < shares[colour] < 0.5, (colour, shares)


def tile(p, i, columns, rows=1, space=4):
    """The i-th of pictures that were stitched together."""
    w = (p.width - space * (columns - 1)) // columns
    h = (p.height - space * (rows - 1)) // rows
    return p.part(i % columns * (w + space), i // columns * (h + space), w, h)


# ---------------------------------------------------------------- what each promises

def text_to_image(p):
    assert (p.width, p.height) == (128, 128)
    want_shape(p.whole(), "red", "blue")


def batch(*four):
    assert len(four) == 4 and len({bytes(b"".join(p.rows)) for p in four}) == 4
    for p in four:
        want_shape(p.whole(), "yellow", "purple")


def one_of_a_batch(p):
    want_shape(p.whole(), "green", "white")


def two_pass(p):
    assert (p.width, p.height) == (192, 192)
    want_shape(p.whole(), "white", "green")


def subgraph(p):
    want_shape(tile(p, 0, 2), "red", "blue")
    want_shape(tile(p, 1, 2), "black", "orange")


def image_to_image(p):
    want_shape(tile(p, 0, 2), "red", "blue")
    want_shape(tile(p, 1, 2), "green", "blue")


def inpaint(p):
    want_shape(tile(p, 0, 2), "red", "blue")
    want_shape(tile(p, 1, 2), "yellow", "blue")
    edge = [abs(a - b) for y in (2, 125) for x in range(4, 124) for a, b in zip(p.at(x, y), p.at(x + 132, y))]
    assert sum(edge) / len(edge) < 12, sum(edge) / len(edge)


def background(p):
    want_shape(tile(p, 0, 2), "red", "blue")
    after = tile(p, 1, 2)
    want(after, yellow=0.4, red=0.08)
    assert after["blue"] < 0.05, after


def outpaint(p):
    """Above 128 pixels in a frame of white, below it 192 of one colour."""
    assert (p.width, p.height) == (192, 260)
    want(p.part(0, 0, 30, 128), white=0.95)
    for left in (0, 164):
        want(p.part(left, 134, 26, 120), purple=0.85)
    want(p.part(32, 134, 128, 120), purple=0.4, yellow=0.08)


def area_composition(p):
    assert (p.width, p.height) == (256, 128)
    want_shape(p.part(0, 0, 112, 128), "red", "blue")
    want_shape(p.part(144, 0, 112, 128), "white", "green")


def mask_by_hand(p):
    left, right = p.part(0, 0, 48, 128), p.part(80, 0, 48, 128)
    want(left, blue=0.5)
    assert right["blue"] < 0.15 and right["yellow"] + right["orange"] > 0.4, right
    want(p.part(44, 44, 40, 40), red=0.5)


def latent_composite(p):
    assert (p.width, p.height) == (256, 128)
    left, right = p.part(0, 0, 128, 128), p.part(128, 0, 128, 128)
    want(left, white=0.5, red=0.03)
    want(right, white=0.5, blue=0.05)
    assert left["blue"] < 0.05 and right["red"] < 0.05, (left, right)


def prompt_blend(p):
    one, mix, other = (tile(p, i, 3) for i in range(3))
    want(one, white=0.5, red=0.05)
    want(other, white=0.5, blue=0.05)
    assert mix["red"] < one["red"] and mix["blue"] < other["blue"], (one, mix, other)
    want(mix, white=0.5)


def style_mix(p):
    want_shape(p.whole(), "purple", "yellow")


def compare_samplers(p):
    for i in range(2):
        want_shape(tile(p, i, 2), "orange", "black")
    assert any(p.at(x, 64) != p.at(x + 132, 64) for x in range(128)), "the two are the same picture"


def xy_grid(p):
    assert (p.width, p.height) == (392, 260)
    for i in (3, 4, 5):
        want_shape(tile(p, i, 3, 2), "purple", "white")
    assert tile(p, 2, 3, 2)["white"] < tile(p, 5, 3, 2)["white"], "few steps under much guidance should be unfinished"


def seeds(p):
    tiles = [tile(p, i, 2, 2) for i in range(4)]
    for shares in tiles:
        want_shape(shares, "black", "yellow")
    assert len({tuple(sorted(shares.items())) for shares in tiles}) == 4


def negative(p):
    free, kept_away = tile(p, 0, 2), tile(p, 1, 2)
    assert free["blue"] > 0.08 and kept_away["blue"] < 0.02, (free, kept_away)
    want(kept_away, white=0.5)


def upscale(p):
    assert (p.width, p.height) == (516, 256)
    want_shape(tile(p, 0, 2), "red", "white")
    want_shape(tile(p, 1, 2), "red", "white")
    steps = [sum(p.at(x + d, y) == p.at(x + d + 1, y) for y in range(0, 256, 8) for x in range(0, 254, 2)) for d in (0, 260)]
    assert steps[0] > 4000 and steps[1] < steps[0], steps  # every pixel of the plain one is there twice


def image_blend(p):
    shares = p.whole()
    want(shares, white=0.4)
    dark = sum(sum(p.at(x, y)) < 240 for y in range(44, 84, 2) for x in range(44, 84, 2)) / 400
    assert dark > 0.15 and shares["yellow"] > 0.02, (dark, shares)


def collage(p):
    assert (p.width, p.height) == (192, 128)
    want(p.part(64, 24, 64, 80), red=0.4)
    assert p.at(2, 2) == (0x1E, 0x3A, 0x5F) and p.at(2, 64) == (0xF2, 0xC1, 0x4E) and p.at(189, 126) == (0x1E, 0x3A, 0x5F)


def paints(name):
    judge = globals()[name.replace("-", "_")]

    def painted():
        with base() as b:
            judge(*(Picture(path.read_bytes()) for path in saved(b, name)))
    painted.__name__ = f"{name.replace('-', '_')}_paints_what_it_promises"
    return painted


# ---------------------------------------------------------------- the list

@test
def the_list_and_the_folder_agree():
    there = sorted(path.stem for path in (FOLDER / "templates").glob("*.json"))
    assert sorted(NAMES) == there and len(set(NAMES)) == len(NAMES) >= 16, (NAMES, there)
    categories = [category["id"] for category in LIST["categories"]]
    for entry in LIST["templates"]:
        assert entry["file"] == f"templates/{entry['name']}.json" and entry["category"] in categories, entry
        assert (FOLDER / entry["picture"]).read_bytes()[8:12] == b"WEBP", entry["picture"]
        assert (FOLDER / entry["picture"]).stat().st_size < 6000, entry["picture"]
        for texts in (entry["title"], entry["description"]):
            assert texts["en"].isascii() and not texts["zh"].isascii(), texts
        assert entry["description"]["en"].endswith(".") and entry["description"]["zh"].endswith("。"), entry
        assert entry["needs"]["models"] == [{"folder": "checkpoints", "name": CHECKPOINT}], entry["needs"]
    assert {entry["category"] for entry in LIST["templates"]} == set(categories)


@test
def every_template_is_understood_without_a_note():
    for name in NAMES:
        result = limn("export", FOLDER / f"templates/{name}.json", "--base", ROOT, "--no-plugins")
        assert result.status == 0 and not result.err, (name, result)
        classes = {node["class_type"] for node in json.loads(result.out).values()}
        assert "CheckpointLoaderSimple" in classes and "SaveImage" in classes, (name, classes)


# ---------------------------------------------------------------- how they are laid out

TITLE = 30


def box(node):
    return node["pos"][0], node["pos"][1] - TITLE, node["pos"][0] + node["size"][0], node["pos"][1] + node["size"][1]


def apart(a, b, least):
    return a[2] + least <= b[0] or b[2] + least <= a[0] or a[3] + least <= b[1] or b[3] + least <= a[1]


def frame(group):
    x, y, w, h = group["bounding"]
    return x, y, x + w, y + h


def within(inner, outer):
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@test
def nodes_stand_apart_in_groups_that_stand_apart():
    for name in NAMES:
        w = workflow(name)
        boxes = [(node["id"], box(node)) for node in w["nodes"]]
        for i, (id, one) in enumerate(boxes):
            assert all(apart(one, other, 20) for _, other in boxes[i + 1:]), (name, id)
            assert sum(within(one, frame(g)) for g in w["groups"]) == 1, (name, id)
        frames = [frame(g) for g in w["groups"]]
        assert all(apart(a, b, 20) for i, a in enumerate(frames) for b in frames[i + 1:]), name
        assert all(g["title"].strip() for g in w["groups"]) and len(w["groups"]) >= 3, name


@test
def columns_are_aligned_and_links_lead_to_the_right_or_to_another_row():
    for name in NAMES:
        w = workflow(name)
        nodes = {node["id"]: node for node in w["nodes"]}
        rows = sorted({g["bounding"][1] for g in w["groups"]})

        def row(node):
            return sum(top <= node["pos"][1] for top in rows)
        for _, source, _, target, *_ in w["links"]:
            a, b = nodes[source], nodes[target]
            back = a["pos"][0] > b["pos"][0] and row(a) == row(b)
            assert not back, (name, source, target)
        for g in w["groups"]:
            inside = [node for node in w["nodes"] if within(box(node), frame(g))]
            for x in {node["pos"][0] for node in inside}:
                assert len({node["size"][0] for node in inside if node["pos"][0] == x}) == 1, (name, g["title"])


@test
def every_link_is_known_at_both_ends():
    for name in NAMES:
        w = workflow(name)
        nodes = {node["id"]: node for node in w["nodes"]}
        for number, source, slot, target, at, kind in w["links"]:
            assert nodes[target]["inputs"][at]["link"] == number, (name, number)
            assert number in nodes[source]["outputs"][slot]["links"], (name, number)
            assert {kind, nodes[source]["outputs"][slot]["type"]} == {kind}, (name, number)


@test
def points_on_links_are_known_by_their_links_and_lie_beside_nodes():
    combed = 0
    for name in NAMES:
        w = workflow(name)
        points = {point["id"]: point for point in w["extra"].get("reroutes", [])}
        through = {id: set() for id in points}
        for link in w["extra"].get("linkExtensions", []):
            at = link["parentId"]
            while at is not None:
                through[at].add(link["id"])
                at = points[at].get("parentId")
        assert {id: set(point["linkIds"]) for id, point in points.items()} == through, name
        assert set().union(*through.values()) <= {link[0] for link in w["links"]}, name
        for point in points.values():
            assert all(apart(box(node), (*point["pos"], *point["pos"]), 4) for node in w["nodes"]), (name, point)
        combed += bool(points)
    assert combed >= 2


for name in NAMES:
    test(paints(name))


# ---------------------------------------------------------------- to be looked at

def keep_pictures(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        with base() as b:
            for i, path in enumerate(saved(b, name)):
                (folder / f"{name}-{i}.png").write_bytes(path.read_bytes())
        print(name, flush=True)


def keep_small_ones(folder):
    from PIL import Image
    for name in NAMES:
        shown = [Image.open(path) for path in sorted(folder.glob(f"{name}-*.png"))]
        if name == "batch":
            whole = Image.new("RGB", (260, 260), "white")
            for i, part in enumerate(shown):
                whole.paste(part, (i % 2 * 132, i // 2 * 132))
        else:
            whole = shown[-1]
        whole.thumbnail((256, 256))
        whole.convert("RGB").save(FOLDER / f"templates/{name}.webp", quality=80, method=6)


if __name__ == "__main__":
    if "--pictures" in sys.argv:
        at = Path(sys.argv[sys.argv.index("--pictures") + 1])
        keep_pictures(at)
        keep_small_ones(at)
        sys.exit(0)
    sys.exit(main())
