"""Writes the three trained parts as one Stable Diffusion 1.x checkpoint in f16."""
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from noise import ALPHAS
from pictures import draw_all
from scenes import random_scene
from train_text import Reader
from train_unet import load_vae
from training import load_average
from unet import UNet
from words import Words

TEXT, UNET, VAE = "cond_stage_model.transformer.text_model.", "model.diffusion_model.", "first_stage_model."
TABLE = "embeddings.token_embedding.weight"


def under(prefix, state):
    return {prefix + k: v.detach().cpu().to(torch.float16).contiguous() for k, v in state.items()}


@torch.no_grad()
def preview_mix(vae, seed, count=64, px=128):
    """The mix of a cell's four channels, and a bias, that is nearest to its colour on drawn pictures, as the
    metadata limn.latent_rgb has it: limn shows walks by it.  -> fifteen numbers, three a row"""
    rng = random.Random(seed)
    x = draw_all([random_scene(rng, 0.4) for _ in range(count)], px, rng)
    z = vae.encode(x).movedim(1, -1).flatten(0, 2)
    colours = F.avg_pool2d(x, 8).movedim(1, -1).flatten(0, 2)
    mix = torch.linalg.lstsq(torch.cat([z, torch.ones(len(z), 1)], 1).double(), colours.double()).solution
    return ", ".join(" ".join(f"{v:.4f}" for v in row) for row in mix.tolist())


def export(options, _worker):
    reader, text = load_average(options, "text", Reader(Words(options.wheel)))
    unet, drawn = load_average(options, "unet", UNet())
    text_state = dict(reader.tower.state_dict(), **{TABLE: reader.tower.whole_table()})
    vae = torch.load(f"{options.work}/vae.pt", weights_only=True)
    whole = load_vae(options)
    tensors = under(TEXT, text_state) | under(UNET, unet.state_dict()) | under(VAE, whole.state_dict())
    tensors["alphas_cumprod"] = ALPHAS.float()
    steps = {"text": text["step"], "vae": vae["step"], "unet": drawn["step"]}
    note = {"name": "limn-shapes", "license": "MIT", "script": "scripts/train_bundled/train.py",
            "seed": str(options.seed), "limn.latent_rgb": preview_mix(whole, options.seed),
            "training_steps": " ".join(f"{k} {v}" for k, v in steps.items())}
    Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, options.out, metadata=note)
    Path(options.out).chmod(0o644)
    print(f"{options.out}: {sum(t.numel() for t in tensors.values()):,} numbers, {steps}")
