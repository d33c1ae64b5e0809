"""What a picture shows: one scene, drawn at random from what the words can say."""
import random
from dataclasses import dataclass

COLOURS = {"red": (217, 30, 36), "green": (28, 150, 60), "blue": (34, 70, 215), "yellow": (245, 218, 36),
           "white": (245, 245, 245), "black": (14, 14, 14), "orange": (245, 130, 24), "purple": (128, 40, 160)}
COLOUR_NAMES = tuple(COLOURS)
SHAPES = ("circle", "square", "triangle", "star")
SIZES = ("", "small", "big")
PLACES = ("", "left", "right", "top", "bottom")
COUNTS = ("one", "two", "three")

RADIUS = {"": (0.22, 0.33), "small": (0.11, 0.16), "big": (0.36, 0.43)}     # of the picture's width
CENTRE = {"": (0.5, 0.5), "left": (0.25, 0.5), "right": (0.75, 0.5), "top": (0.5, 0.25), "bottom": (0.5, 0.75)}
ROWS = {1: (0.5,), 2: (0.27, 0.73), 3: (0.19, 0.5, 0.81)}
RADIUS_IN_ROW = {2: (0.14, 0.19), 3: (0.11, 0.14)}


@dataclass(frozen=True)
class Scene:
    colour: str
    shape: str
    ground: str
    size: str = ""
    place: str = ""
    count: int = 1
    radius: float = 0.28
    centres: tuple = ((0.5, 0.5),)


def held_out(colour, shape, ground):
    """About a ninth of all triples, spread evenly, that training never sees."""
    return (COLOUR_NAMES.index(colour) + 2 * SHAPES.index(shape) + 4 * COLOUR_NAMES.index(ground)) % 9 == 0


def triples(held):
    return [(c, s, g) for c in COLOUR_NAMES for s in SHAPES for g in COLOUR_NAMES
            if c != g and held_out(c, s, g) == held]


TRAINED, HELD_OUT = triples(False), triples(True)


def place_scene(rng, colour, shape, ground, size="", place="", count=1):
    """Fills in radius and centres; plain scenes wander a little around the middle."""
    low, high = RADIUS[size] if count == 1 else RADIUS_IN_ROW[count]
    if place and not size:
        low, high = 0.15, 0.21
    radius = rng.uniform(low, high)
    x, y = CENTRE[place]
    slack = max(0.0, min(0.08, 0.49 - radius)) if not place else 0.03
    x, y = x + rng.uniform(-slack, slack), y + rng.uniform(-slack, slack)
    if count > 1:
        y = 0.5 + rng.uniform(-0.08, 0.08)
        return Scene(colour, shape, ground, size, place, count, radius, tuple((cx, y) for cx in ROWS[count]))
    return Scene(colour, shape, ground, size, place, count, radius, ((x, y),))


def random_scene(rng: random.Random, extras: float):
    """A trained triple; with chance `extras` it also has a size, a place or a count."""
    triple = rng.choice(TRAINED)
    if rng.random() >= extras:
        return place_scene(rng, *triple)
    kind = rng.choice(("size", "place", "count", "size and place"))
    if kind == "count":
        return place_scene(rng, *triple, count=rng.choice((2, 3)))
    size = rng.choice(SIZES[1:]) if kind == "size" else "small" if kind == "size and place" else ""
    place = rng.choice(PLACES[1:]) if "place" in kind else ""
    return place_scene(rng, *triple, size=size, place=place)
