"""Draws prompts from a finished checkpoint and measures the pictures."""
import argparse
import json
import random

import torch
from PIL import Image
from safetensors.torch import load_file

from captions import PHRASES, PHRASES_HELD_OUT, Said, say, with_strangers
from export import TABLE, TEXT, UNET, VAE
from judge import look
from noise import SAMPLERS, SCHEDULES, guided, start
from scenes import CENTRE, COUNTS, HELD_OUT, PLACES, SIZES, TRAINED
from text import TextTower
from training import pick_device
from unet import UNet
from vae import Autoencoder
from words import Words, find_wheel


class Painter:
    """The checkpoint, walked in f32 exactly as a Stable Diffusion 1.x program walks it."""
    def __init__(self, path, wheel, device):
        state = load_file(path)
        part = lambda prefix: {k[len(prefix):]: v.float() for k, v in state.items() if k.startswith(prefix)}
        text, table = part(TEXT), part(TEXT)[TABLE]
        used = table.abs().sum(1).nonzero()[:, 0].tolist()
        self.device, self.words, self.tower = device, Words(wheel), TextTower(used)
        text[TABLE] = torch.cat([torch.zeros(1, table.shape[1]), table[used]])
        self.unet, self.vae = UNet(), Autoencoder()
        for module, weights in ((self.tower, text), (self.unet, part(UNET)), (self.vae, part(VAE))):
            module.load_state_dict(weights)
            module.to(device).eval()

    @torch.inference_mode()
    def paint(self, prompts, seeds, steps=20, cfg=5.0, sampler="euler", schedule="normal", size=16, negative=""):
        """-> [N, 3, 8 size, 8 size] in -1..1"""
        context = self.tower([self.words.caption(p) for p in prompts])
        empty = self.tower([self.words.caption(negative)]).expand(len(prompts), -1, -1)
        sigmas = SCHEDULES[schedule](steps)
        x = start(seeds, size, sigmas[0]).to(self.device)
        rng = torch.Generator().manual_seed(seeds[0])
        z = SAMPLERS[sampler](guided(self.unet, context, empty, cfg), x, sigmas, rng)
        return self.vae.decode(z)


def contact_sheet(pictures, columns, path):
    rows = (len(pictures) + columns - 1) // columns
    h, w = pictures.shape[2:]
    sheet = torch.ones(3, rows * (h + 4), columns * (w + 4))
    for i, picture in enumerate(pictures):
        y, x = i // columns * (h + 4) + 2, i % columns * (w + 4) + 2
        sheet[:, y:y + h, x:x + w] = (picture.clamp(-1, 1) + 1) / 2
    picture = Image.fromarray((sheet.movedim(0, 2) * 255).round().byte().numpy())
    picture.quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)       # a third of the bytes


def questions(rng, which, count):
    """(text, what it says) for held-out triples; "unseen" phrasings are held out as well."""
    triples = TRAINED if which == "trained" else HELD_OUT
    start_at, asked = rng.randrange(len(triples)), []
    for i in range(count):
        extra = {"sizes": {"size": SIZES[1 + i % 2]}, "places": {"place": PLACES[1 + i % 4]},
                 "counts": {"count": COUNTS[1 + i % 2]}}.get(which, {})
        said = Said(*triples[(start_at + 7 * i) % len(triples)], **extra)
        text = say(rng, said, PHRASES_HELD_OUT if which == "unseen" else PHRASES)
        asked.append((with_strangers(rng, text) if which == "strangers" else text, said))
    return asked


def extra_right(said, seen):
    """Size, place or count as asked; true where none was."""
    if said.size:
        return seen.radius < 0.19 if said.size == "small" else seen.radius > 0.335
    if said.place:
        x, y = CENTRE[said.place]
        return abs(seen.centre[0] - x) < 0.12 and abs(seen.centre[1] - y) < 0.12
    return len(seen.shapes) == (1 + COUNTS.index(said.count) if said.count else 1)


def marks(said, seen):
    shapes = {said.shape} == set(seen.shapes) and (said.count or len(seen.shapes) == 1)
    return seen.ground == said.ground, seen.colour == said.colour, bool(shapes), extra_right(said, seen)


def measure(painter, asked, first_seed, batch=32, tell=False, **walk):
    """Shares of pictures right in background, object's colour, shape, and in all; and the pictures."""
    rows, pictures = [], []
    for i in range(0, len(asked), batch):
        part = asked[i:i + batch]
        seeds = list(range(first_seed + i, first_seed + i + len(part)))
        painted = painter.paint([text for text, _ in part], seeds, **walk).cpu()
        pictures.append(painted)
        for (text, said), picture in zip(part, painted):
            seen = look(picture)
            rows.append(marks(said, seen))
            if tell and not all(rows[-1]):
                print("   ", text, "->", seen, flush=True)
    right = torch.tensor(rows, dtype=torch.float32)
    names = ("ground", "colour", "shape", "extra")
    return dict(zip(names, right.mean(0).tolist())) | {"all": right.prod(1).mean().item()}, torch.cat(pictures)


def read_options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoint")
    p.add_argument("--work", default="build/train_bundled", help="folder that holds the wheel")
    p.add_argument("--wheel", help="open_clip_torch-3.3.0-py3-none-any.whl; else pip brings it")
    p.add_argument("--set", default="held",
                   choices=("trained", "held", "unseen", "sizes", "places", "counts", "strangers"),
                   help="trained triples; or held-out ones, in unseen phrasings, with an extra, among unknown words")
    p.add_argument("--count", type=int, default=96)
    p.add_argument("--cfg", type=float, nargs="+", default=[5.0])
    p.add_argument("--walk", nargs="+", default=["euler/normal"], help="sampler/schedule")
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--seed", type=int, default=1000)
    p.add_argument("--device", default="auto")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--tell", action="store_true", help="print each picture that is wrong")
    p.add_argument("--sheet", help="write the first pictures here as one PNG")
    return p.parse_args()


def main():
    options = read_options()
    torch.set_num_threads(options.threads)
    painter = Painter(options.checkpoint, options.wheel or find_wheel(options.work), pick_device(options.device))
    for walk in options.walk:
        for cfg in options.cfg:
            asked = questions(random.Random(options.seed), options.set, options.count)
            sampler, schedule = walk.split("/")
            result, pictures = measure(painter, asked, options.seed, tell=options.tell, steps=options.steps, cfg=cfg,
                                       sampler=sampler, schedule=schedule)
            print(json.dumps({"set": options.set, "count": len(asked), "walk": walk, "cfg": cfg}
                             | {k: round(v, 3) for k, v in result.items()}), flush=True)
            if options.sheet:
                contact_sheet(pictures[:32], 8, options.sheet)


if __name__ == "__main__":
    main()
