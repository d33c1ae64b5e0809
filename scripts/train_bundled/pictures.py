"""Draws scenes from signed distances, so that every edge is smooth at any size."""
import math

import torch

from scenes import COLOURS

CORNERS = {"square": 4, "triangle": 3, "star": 5}
STRETCH = {"circle": 0.92, "square": 1.16, "triangle": 1.2, "star": 1.2}   # so that shapes look alike in size
STAR_WAIST = 0.45
JITTER = 5.0 / 255.0


def outline(shape, radius):
    """Corners of a polygon around the origin, y pointing down; squares stand flat, the others on a tip."""
    n = CORNERS[shape]
    turn = math.pi / 4 if shape == "square" else -math.pi / 2
    steps = 2 * n if shape == "star" else n
    reach = [radius * (STAR_WAIST if shape == "star" and i % 2 else 1.0) for i in range(steps)]
    return [(r * math.cos(turn + 2 * math.pi * i / steps), r * math.sin(turn + 2 * math.pi * i / steps))
            for i, r in enumerate(reach)]


def polygon_distance(x, y, corners):
    """Signed distance to a closed polygon, negative inside (even-odd rule)."""
    nearest = torch.full_like(x, 1e9)
    inside = torch.zeros_like(x, dtype=torch.bool)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
        ex, ey = bx - ax, by - ay
        t = (((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)).clamp(0, 1)
        nearest = torch.minimum(nearest, (x - ax - t * ex) ** 2 + (y - ay - t * ey) ** 2)
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < ex * (y - ay) / ey + ax)
    return torch.where(inside, -nearest.sqrt(), nearest.sqrt())


def coverage(shape, centre, radius, px):
    """How much of each pixel the shape covers, 0..1.  -> [px, px]"""
    at = (torch.arange(px) + 0.5) / px
    x, y = at[None, :] - centre[0] + 0 * at[:, None], at[:, None] - centre[1] + 0 * at[None, :]
    radius = radius * STRETCH[shape]
    distance = (x * x + y * y).sqrt() - radius if shape == "circle" else polygon_distance(x, y, outline(shape, radius))
    return (0.5 - distance * px).clamp(0, 1)


def colour(name, rng):
    return torch.tensor([c / 255.0 + rng.gauss(0, 1) * JITTER for c in COLOURS[name]]).clamp(0, 1)


def draw(scene, px, rng):
    """One scene as a picture.  -> [3, px, px] in -1..1"""
    cover = torch.zeros(px, px)
    for centre in scene.centres:
        cover = torch.maximum(cover, coverage(scene.shape, centre, scene.radius, px))
    ground, paint = colour(scene.ground, rng)[:, None, None], colour(scene.colour, rng)[:, None, None]
    return (ground + (paint - ground) * cover) * 2 - 1


def draw_all(scenes, px, rng):
    return torch.stack([draw(s, px, rng) for s in scenes])
