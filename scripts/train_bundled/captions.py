"""Says what a scene shows: whole captions, partial ones, and which labels they carry."""
from dataclasses import dataclass

from scenes import COLOUR_NAMES, COUNTS, PLACES, SHAPES, SIZES

PHRASES = (
    "{thing} on {a_ground} background",
    "{bare}, {ground} background",
    "a picture of {thing} on {ground}",
    "{thing} on {ground}",
    "{a_ground} background with {thing}",
    "an image of {thing} on {a_ground} background",
    "{bare} on {ground} background",
    "{thing} in front of {a_ground} background",
    "a drawing of {thing}, {ground} background",
    "{ground} background, {bare}",
    "{thing}, {ground} background",
)
PHRASES_HELD_OUT = (
    "a drawing of {thing} on {a_ground} background",
    "{a_ground} picture with {thing}",
    "an image of {thing} in front of {a_ground} background",
)
PLACE_WORDS = {"left": ("on the left", "at the left", "left"), "right": ("on the right", "at the right", "right"),
               "top": ("at the top", "on top", "top"), "bottom": ("at the bottom", "bottom"),
               "": ("in the middle", "in the center")}
SIZE_WORDS = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
EXTRA_WORDS = ("shape", "shapes", "medium")
LABELS = {"colour": ("",) + COLOUR_NAMES, "shape": ("",) + SHAPES, "ground": ("",) + COLOUR_NAMES,
          "size": SIZES, "place": PLACES, "count": ("",) + COUNTS[1:]}


@dataclass(frozen=True)
class Said:
    """What a caption tells of its scene; an empty string is a thing left open."""
    colour: str = ""
    shape: str = ""
    ground: str = ""
    size: str = ""
    place: str = ""
    count: str = ""

    def labels(self):
        return [LABELS[k].index(getattr(self, k)) for k in LABELS]


def all_words():
    """Every word that a caption can hold, for the token table."""
    text = " ".join(PHRASES + PHRASES_HELD_OUT).replace("{a_ground}", "").replace("{ground}", "")
    text = text.replace("{thing}", "a an").replace("{bare}", "").replace(",", " , ")
    words = set(text.split()) | set(COLOUR_NAMES) | set(SHAPES) | {s + "s" for s in SHAPES} | set(COUNTS[1:])
    for phrases in (*PLACE_WORDS.values(), *SIZE_WORDS.values(), EXTRA_WORDS):
        words |= {w for phrase in phrases for w in phrase.split()}
    return sorted(words)


def with_article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def thing_words(rng, said):
    """-> ("a small red circle", "small red circle"), or the same for two or three of them"""
    noun = (said.shape or "shape") + ("s" if said.count else "")
    size = rng.choice(SIZE_WORDS[said.size]) if said.size else ""
    bare = " ".join(w for w in (said.count, size, said.colour, noun) if w)
    return (bare if said.count else with_article(bare)), bare


def say(rng, said, phrases=PHRASES):
    """One caption for what is said."""
    if not (said.colour or said.shape or said.count or said.size or said.place):
        return rng.choice(("{0} background", "{0}", "a {0} picture")).format(said.ground) if said.ground else ""
    thing, bare = thing_words(rng, said)
    place = rng.choice(PLACE_WORDS[said.place]) if said.place else ""
    if said.place == "" and not said.count and rng.random() < 0.06:
        place = rng.choice(PLACE_WORDS[""])
    early = place and rng.random() < 0.6
    if early:
        thing, bare = f"{thing} {place}", f"{bare} {place}"
    if said.ground:
        text = rng.choice(phrases).format(thing=thing, bare=bare, ground=said.ground,
                                          a_ground=with_article(said.ground))
    else:
        text = rng.choice(("{0}", "{0}", "a picture of {0}", "a drawing of {0}")).format(thing)
    return f"{text}, {place}" if place and not early else text


def describe(rng, scene):
    """What a caption says of a scene: mostly all of it, sometimes a part, sometimes nothing."""
    said = Said(scene.colour, scene.shape, scene.ground, scene.size, scene.place,
                COUNTS[scene.count - 1] if scene.count > 1 else "")
    chance = rng.random()
    if chance < 0.10:
        return Said()
    if chance < 0.25:
        keep = rng.choice(("shape", "colour", "ground", "shape ground", "colour ground", "colour shape")).split()
        return Said(**{k: getattr(said, k) for k in (*keep, "size", "place", "count")
                       if k in keep or len(keep) > 1})
    return said


def with_strangers(rng, caption):
    """Puts words in that the model does not know, so that they learn to do no harm."""
    parts = caption.split()
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        parts.insert(rng.choice((0, len(parts), len(parts), rng.randint(0, len(parts)))), "zebra")
    return " ".join(parts)
