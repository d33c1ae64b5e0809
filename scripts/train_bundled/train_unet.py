"""Third stage: the denoiser, with text tower and autoencoder frozen."""
import torch

from captions import describe, say, with_strangers
from noise import ALPHAS, STEPS, add_noise
from pictures import draw_all
from scenes import random_scene
from train_text import Reader
from train_vae import white_path
from training import Trainer, load_average, settle, share
from unet import UNet
from vae import Autoencoder
from words import Words

# Until this share of the stage: picture size, share of scenes with size, place or count, greatest loss weight.
# Colours and words are learnt on small pictures; outlines need the large ones.
LESSONS = ((0.12, 64, 0.0, 20.0), (0.56, 128, 0.0, 8.0), (1.01, 128, 0.4, 5.0))
REFRESH_EVERY, REFRESH = 16, 16


class Tower:
    """The frozen text tower, run once for every distinct caption."""
    def __init__(self, options, words):
        reader, _ = load_average(options, "text", Reader(words))
        self.tower, self.words, self.known = reader.tower.eval().requires_grad_(False), words, {}

    @torch.no_grad()
    def __call__(self, texts):
        for text in set(texts) - self.known.keys():
            self.known[text] = self.tower([self.words.caption(text)])[0]
        return torch.stack([self.known[t] for t in texts])


def load_vae(options):
    vae = Autoencoder()
    vae.load_state_dict(torch.load(white_path(options), weights_only=True))
    return vae.eval().requires_grad_(False)


class Pool:
    """Encoded pictures.  Encoding costs more than a step of the denoiser, so each picture serves often
    before a new one takes its place."""
    def __init__(self, options, rng, vae):
        self.options, self.rng, self.vae = options, rng, vae
        self.lesson, self.latents, self.scenes, self.oldest = None, None, [], 0

    @torch.no_grad()
    def encode(self, count, px, extras):
        scenes = [random_scene(self.rng, extras) for _ in range(count)]
        parts = []
        for i in range(0, count, 16):
            x = draw_all(scenes[i:i + 16], px, self.rng).to(self.options.device)
            with torch.autocast(x.device.type, torch.bfloat16, enabled=self.options.bf16):
                parts.append(self.vae.encode(x).float())
        return scenes, torch.cat(parts)

    def attend(self, lesson):
        """Begins anew when the picture size changes; else slips in a few fresh pictures, at first beside the
        others, then in place of the oldest."""
        _, px, extras, _ = lesson
        if self.lesson is None or self.lesson[1] != px:
            self.scenes, self.latents = self.encode(self.options.pool // 4, px, extras)
            self.oldest = 0
        else:
            scenes, latents = self.encode(REFRESH, px, extras)
            if len(self.scenes) < self.options.pool:
                self.scenes, self.latents = self.scenes + scenes, torch.cat([self.latents, latents])
            else:
                self.scenes[self.oldest:self.oldest + REFRESH] = scenes
                self.latents[self.oldest:self.oldest + REFRESH] = latents
                self.oldest = (self.oldest + REFRESH) % len(self.scenes)
        self.lesson = lesson

    def batch(self, size):
        at = [self.rng.randrange(len(self.scenes)) for _ in range(size)]
        return self.latents[at], [self.scenes[i] for i in at]


def caption_of(rng, scene):
    text = say(rng, describe(rng, scene))
    return with_strangers(rng, text) if rng.random() < 0.05 else text


def weights(t, greatest):
    """The loss in v, written for noise: 1 / alpha, bounded, of mean 1 over all steps."""
    table = (1 / ALPHAS).clamp_max(greatest)
    return (table / table.mean())[t].float()


def spread_steps(count):
    """Random steps, one from each of `count` equal parts of the table: calmer than free ones."""
    return ((torch.randperm(count) + torch.rand(count)) / count * STEPS).long().clamp_max(STEPS - 1)


def train_unet(options, worker):
    rng, words = settle(options, worker, "unet"), Words(options.wheel)
    tower, pool = Tower(options, words), Pool(options, rng, load_vae(options).to(options.device))
    unet = UNet().to(options.device)
    trainer = Trainer(options, worker, rng, "unet", unet, 1.3e-3, options.unet_steps, options.unet_minutes)
    while trainer.go_on():
        lesson = next(row for row in LESSONS if trainer.at < row[0])
        if pool.lesson is None or lesson[1] != pool.lesson[1] or trainer.step % REFRESH_EVERY == 0:
            pool.attend(lesson)
        z, scenes = pool.batch(share(options.unet_batch, options))
        context = tower([caption_of(rng, s) for s in scenes]).to(options.device)
        t = spread_steps(len(z))
        noise = torch.randn_like(z)
        with torch.autocast(z.device.type, torch.bfloat16, enabled=options.bf16):
            guess = unet(add_noise(z, noise, t), t.to(z.device), context)
        error = (guess.float() - noise).square().mean((1, 2, 3))
        trainer.learn((error * weights(t, lesson[3]).to(error)).mean())
