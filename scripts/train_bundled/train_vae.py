"""Second stage: the autoencoder, on small pictures first."""
from pathlib import Path

import torch

from pictures import draw_all
from scenes import random_scene
from training import Trainer, settle, share
from vae import LATENT, SCALE, Autoencoder

# Until this share of the stage: picture size, batch (times --vae-batch).
CROWD = ((0.30, 32, 8), (0.55, 64, 4), (1.01, 128, 2))


def loss_of(vae, x):
    """Plain L1 + L2.  A sampled posterior would drown the faint means of the start, so its noise is small."""
    mean = vae.mean(x)
    z = mean + 0.05 * torch.randn_like(mean)
    gap = vae.decoder(vae.post_quant_conv(z)) - x
    return gap.abs().mean() + gap.square().mean() + 1e-4 * mean.square().mean()


@torch.no_grad()
def whiten(vae, pictures):
    """Moves a linear map into the 1 x 1 convolutions, so that latents times SCALE have mean 0 and covariance 1."""
    means = torch.cat([vae.mean(part).cpu() for part in pictures.split(8)])
    flat = means.movedim(1, -1).reshape(-1, LATENT).double()
    centre, spread = flat.mean(0), torch.cov(flat.T)
    values, axes = torch.linalg.eigh(spread)
    values = values.clamp_min(0.05 * values.max())
    forward = axes @ torch.diag(values.rsqrt()) @ axes.T / SCALE
    back = torch.linalg.inv(forward)
    quant, post = vae.quant_conv, vae.post_quant_conv
    q, p = quant.weight[:LATENT, :, 0, 0].double().cpu(), post.weight[:, :, 0, 0].double().cpu()
    quant.weight[:LATENT, :, 0, 0] = (forward @ q).to(quant.weight)
    quant.bias[:LATENT] = (forward @ (quant.bias[:LATENT].double().cpu() - centre)).to(quant.bias)
    post.bias += (p @ centre).to(post.bias)
    post.weight[:, :, 0, 0] = (p @ back).to(post.weight)
    return values


def white_path(options):
    return Path(options.work) / "vae_white.pt"


def psnr(a, b):
    return -10 * torch.log10(((a - b) / 2).square().flatten(1).mean(1))


def train_vae(options, worker):
    rng = settle(options, worker, "vae")
    vae = Autoencoder().to(options.device)
    trainer = Trainer(options, worker, rng, "vae", vae, 2e-3, options.vae_steps, options.vae_minutes, decay=0.995)
    while trainer.go_on():
        _, px, size = next(row for row in CROWD if trainer.at < row[0])
        scenes = [random_scene(rng, 0.5) for _ in range(share(size * options.vae_batch, options))]
        x = draw_all(scenes, px, rng).to(options.device)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=options.bf16):
            loss = loss_of(vae, x)
        trainer.learn(loss)
    if worker == 0 and not white_path(options).exists():
        finish(options, trainer.average.model, rng)


@torch.no_grad()
def finish(options, vae, rng):
    """Writes the whitened autoencoder and says how well it does on fresh pictures."""
    fresh = draw_all([random_scene(rng, 0.4) for _ in range(128)], 128, rng).to(options.device)
    before = psnr(vae.decode(vae.encode(fresh[:32])), fresh[:32])
    values = whiten(vae, fresh)
    after = psnr(vae.decode(vae.encode(fresh[:32])), fresh[:32])
    torch.save(vae.state_dict(), white_path(options))
    print({"eigenvalues": values.tolist(), "psnr before": before.mean().item(), "psnr": after.mean().item(),
           "worst": after.min().item()}, flush=True)
