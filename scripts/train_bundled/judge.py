"""Measures in pixels what a picture shows: background, colour, shapes, where and how big; nothing here was learnt."""
import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from pictures import coverage
from scenes import COLOURS, SHAPES

PALETTE = torch.tensor(list(COLOURS.values())) / 255.0
NAMES = list(COLOURS)
ALIKE = 0.75            # least overlap (intersection over union) with the best template
SPECK = 0.004           # a blob under this share of the picture is no object
SCALES, SHIFTS = (0.92, 1.0, 1.08), (-0.02, 0.0, 0.02)


@dataclass(frozen=True)
class Seen:
    ground: str
    colour: str
    shapes: tuple       # one an object; "" where no template is alike
    overlap: float      # of the worst object with its template
    radius: float       # of the first object, as scenes count it
    centre: tuple


def nearest_colour(rgb):
    return NAMES[(PALETTE - rgb).square().sum(1).argmin().item()]


def ring_median(picture):
    edge = torch.cat([picture[:, :6].flatten(1), picture[:, -6:].flatten(1),
                      picture[:, :, :6].flatten(1), picture[:, :, -6:].flatten(1)], 1)
    return edge.median(1).values


def object_mask(picture, ground):
    """Pixels that lie more than half way from the background to the furthest common colour."""
    far = (picture - ground[:, None, None]).square().sum(0).sqrt()
    reach = far.flatten().sort(descending=True).values[far.numel() // 100]     # the top hundredth
    return far > max(0.12, 0.5 * reach.item())


def blobs(mask):
    """The separate objects of a mask: every pixel's number spreads to its neighbours until nothing changes."""
    label = torch.arange(1, mask.numel() + 1, dtype=torch.float32).view(1, *mask.shape) * mask
    while True:
        spread = F.max_pool2d(label, 3, 1, 1) * mask
        if torch.equal(spread, label):
            break
        label = spread
    numbers, sizes = label[label > 0].unique(return_counts=True)
    return [label[0] == n for n, size in zip(numbers, sizes) if size > SPECK * mask.numel()]


def middle(mask):
    ys, xs = mask.nonzero(as_tuple=True)
    return (xs.float().mean().item() + 0.5) / mask.shape[1], (ys.float().mean().item() + 0.5) / mask.shape[0]


def radius_of(shape, mask):
    """The radius at which this shape covers as much as the mask does."""
    quarter = coverage(shape, (0.5, 0.5), 0.25, 128).mean().item()
    return 0.25 * math.sqrt(mask.float().mean().item() / quarter)


def best_shape(mask):
    """Compares one blob with each shape of the same area, a little shifted and scaled.  -> name, overlap, radius"""
    centre, best = middle(mask), ("", 0.0, 0.0)
    for shape in SHAPES:
        radius = radius_of(shape, mask)
        for scale in SCALES:
            for dy in SHIFTS:
                template = coverage(shape, (centre[0], centre[1] + dy), radius * scale, mask.shape[0]) > 0.5
                overlap = (template & mask).sum().item() / (template | mask).sum().item()
                best = max(best, (shape, overlap, radius), key=lambda b: b[1])
    return best


def look(picture):
    """picture: [3, px, px] in -1..1"""
    picture = (picture.float().clamp(-1, 1) + 1) / 2
    ground = ring_median(picture)
    mask = object_mask(picture, ground)
    found = blobs(mask)
    if not found:
        return Seen(nearest_colour(ground), "", (), 0.0, 0.0, (0.5, 0.5))
    mask = torch.stack(found).any(0)
    inner = -F.max_pool2d(-mask[None].float(), 5, 1, 2)[0] > 0.5
    inner = inner if inner.sum() >= 8 else mask
    fits = [best_shape(blob) for blob in found]
    return Seen(nearest_colour(ground), nearest_colour(picture[:, inner].median(1).values),
                tuple(name if overlap > ALIKE else "" for name, overlap, _ in fits),
                round(min(overlap for _, overlap, _ in fits), 2), round(fits[0][2], 3),
                tuple(round(c, 2) for c in middle(mask)))
