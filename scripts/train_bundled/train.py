"""Trains limn's bundled checkpoint from nothing:  python scripts/train_bundled/train.py

The stages run one after the other; each goes on from where it was stopped, and a finished one is passed over."""
import argparse
import os

from export import export
from train_text import train_text
from train_unet import train_unet
from train_vae import train_vae
from training import launch, pick_device
from words import find_wheel

STAGES = {"text": train_text, "vae": train_vae, "unet": train_unet, "export": export}


def read_options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("stages", nargs="*", default=list(STAGES))
    p.add_argument("--work", default="build/train_bundled", help="folder for resumable state")
    p.add_argument("--wheel", help="open_clip_torch 3.3.0, for the tokenizer's merges; else pip brings it")
    p.add_argument("--device", default="auto", help="auto, cpu or cuda")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--workers", type=int, default=1, help="processes that average their gradients")
    p.add_argument("--threads", type=int, default=max(1, os.cpu_count() or 1), help="threads of each process")
    p.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True, help="autocast in vae and unet")
    for stage, batch, steps in (("text", 64, 600), ("vae", 2, 2000), ("unet", 16, 3200)):
        p.add_argument(f"--{stage}-batch", type=int, default=batch, help="of all workers together")
        p.add_argument(f"--{stage}-steps", type=int, default=steps)
        p.add_argument(f"--{stage}-minutes", type=float, default=0, help="ends the stage early, 0: never")
    p.add_argument("--pool", type=int, default=1280, help="encoded pictures that each worker keeps")
    p.add_argument("--out", default="models/checkpoints/limn-shapes.safetensors")
    return p.parse_args()


def main():
    options = read_options()
    options.device = pick_device(options.device)
    os.makedirs(options.work, exist_ok=True)
    options.wheel = options.wheel or find_wheel(options.work)
    for stage in options.stages:
        if stage == "export":
            export(options, 0)
        else:
            launch(STAGES[stage], options)


if __name__ == "__main__":
    main()
