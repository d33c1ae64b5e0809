"""record_models.py: the tiny model, layer by layer: text encoder, denoiser, autoencoder.  Writes models.json (what was
run, and the size, stride and norm of every tensor on record) and models.safetensors.

    PYTHONPATH=STUBS python tests/parity/record_models.py --comfy COMFYUI

A tensor of more than KEEP values is thinned: every stride-th value of its flattening is kept, from value 0 on; the stride
is prime, so that no axis is missed.
"""
import math
import os

import reference as ref
import tiny
import weights

KEEP = 400
PROMPTS = ["a photo of an astronaut riding a horse on mars", "a (red:1.3) cat"]
CONDS = [("", None), ("a photo of an astronaut riding a horse on mars", None), ("a photo of a cat", -2),
         ("a (red:1.3) ball on a ((blue)) (table:0.7)", None), ("(all of it:1.4)", -2),
         ("an old lighthouse on a rocky cliff above a stormy sea, crashing waves, foam, dark clouds, one warm light in the "
          "window, gulls, rain, (dramatic contrast:1.2), thick brush strokes, muted blues and greys, highly detailed, sharp "
          "focus, (cinematic composition, volumetric light, long exposure, golden hour:0.8), 19th century romanticism, oil "
          "on canvas, museum piece, great depth, quiet mood", None)]


def prime_from(n):
    while any(n % d == 0 for d in range(2, int(math.sqrt(n)) + 1)):
        n += 1
    return n


class Record:
    def __init__(self):
        self.tensors, self.rows = {}, []

    def add(self, name, t, keep=KEEP):
        """A tensor on record; keep=None keeps all of it."""
        t = t.detach().float().contiguous()
        flat = t.flatten()
        stride = 1 if keep is None or flat.numel() <= keep else prime_from(flat.numel() // keep + 1)
        assert bool(t.isfinite().all()), name
        self.tensors[name] = t.clone() if stride == 1 else flat[::stride].clone()
        self.rows.append({"name": name, "shape": list(t.shape), "stride": stride, "norm": ref.hexd(flat.double().norm()),
                          "mean": ref.hexd(flat.double().mean())})
        print(f"  {name:44} {str(tuple(t.shape)):20} rms {float(flat.double().pow(2).mean().sqrt()):8.3f}")

    def hook(self, name, module, part=None):
        """Records what the module answers, once a forward."""
        def note(_, args, out):
            self.add(name, out if part is None else out[part])
        return module.register_forward_hook(note)


def text(rec, clip):
    """Each layer's answer (before the final norm), and the final one, for plain token ids."""
    import torch
    rows, model = [], clip.cond_stage_model.clip_l.transformer.text_model
    for i, prompt in enumerate(PROMPTS):
        ids = [t for t, _ in clip.tokenize(prompt)["l"][0]]
        p = f"text.{i}."
        hooks = [rec.hook(f"{p}layers.{n}", layer) for n, layer in enumerate(model.encoder.layers)]
        hooks += [rec.hook(p + "final_layer_norm", model.final_layer_norm)]
        model(torch.tensor([ids]), dtype=torch.float32)
        for h in hooks:
            h.remove()
        rows.append({"prefix": p, "prompt": prompt, "ids": ids})
    return rows


def conditioning(rec, clip):
    """CLIPTextEncode's tensors: weights, long prompts, clip skip."""
    import nodes
    rows = []
    for i, (prompt, skip) in enumerate(CONDS):
        c = clip if skip is None else nodes.CLIPSetLastLayer().set_last_layer(clip, skip)[0]
        (cond, extra), = nodes.CLIPTextEncode().encode(c, prompt)[0]
        rec.add(f"cond.{i}", cond, None)
        rec.add(f"cond.{i}.pooled", extra["pooled_output"], None)
        rows.append({"prompt": prompt, "stop_at_clip_layer": -1 if skip is None else skip, "output": f"cond.{i}",
                     "pooled": f"cond.{i}.pooled"})
    return rows


def unet(rec, model):
    """Bare evaluations: the answer of every block, and inside two of them."""
    import torch
    rows, net = [], model.model.diffusion_model
    g = torch.Generator().manual_seed(31)
    cases = [((1, 4, 16, 16), 981.0, ["cond.1"]), ((1, 4, 16, 16), 20.0, ["cond.3"]),
             ((2, 4, 8, 24), 500.0, ["cond.0", "cond.1"]), ((1, 4, 10, 13), 999.0, ["cond.5"])]
    for i, (shape, t, conds) in enumerate(cases):
        p = f"unet.{i}."
        x = torch.randn(shape, generator=g)
        rec.add(p + "x", x, None)
        hooks = []
        if i != 1:
            hooks = [rec.hook(p + "time_embed", net.time_embed)]       # a block's answer is its last part's
            hooks += [rec.hook(f"{p}input_blocks.{n}", b[-1]) for n, b in enumerate(net.input_blocks)]
            hooks += [rec.hook(p + "middle_block", net.middle_block[-1])]
            hooks += [rec.hook(f"{p}output_blocks.{n}", b[-1]) for n, b in enumerate(net.output_blocks)]
        if i == 0:
            b = net.input_blocks[1]
            hooks += [rec.hook(p + "input_blocks.1.0", b[0])]
            q, t0 = p + "input_blocks.1.1.", b[1].transformer_blocks[0]
            hooks += [rec.hook(q + "attn1", t0.attn1), rec.hook(q + "attn2", t0.attn2), rec.hook(q + "ff", t0.ff),
                      rec.hook(q + "transformer_blocks.0", t0)]
            hooks += [rec.hook(f"{p}middle_block.{n}", net.middle_block[n]) for n in (0, 1)]
            hooks += [rec.hook(f"{p}output_blocks.8.{n}", net.output_blocks[8][n]) for n in (0, 1)]
        y = net(x, torch.full((shape[0],), t), context=torch.cat([rec.tensors[c] for c in conds]))
        for h in hooks:
            h.remove()
        rec.add(p + "out", y, None)
        rows.append({"prefix": p, "timestep": t, "x": p + "x", "context": conds, "out": p + "out"})
    return rows


def denoise(rec, model):
    """The denoiser around it: x at noise level sigma -> its guess at the clean latent."""
    import torch
    rows = []
    g = torch.Generator().manual_seed(32)
    for i, sigma in enumerate((14.614643, 3.3, 0.9, 0.0292)):
        x = torch.randn((1, 4, 8, 8), generator=g) * (1.0 + sigma ** 2) ** 0.5
        rec.add(f"denoise.{i}.x", x, None)
        y = model.model.apply_model(x, torch.tensor([sigma]), c_crossattn=rec.tensors["cond.1"])
        rec.add(f"denoise.{i}.out", y, None)
        rows.append({"sigma": ref.hexf(torch.tensor(sigma)), "x": f"denoise.{i}.x", "context": ["cond.1"],
                     "out": f"denoise.{i}.out"})
    return rows


def parts(rec, p, side, order):
    """Hooks on one side of the autoencoder, level by level."""
    hooks = [rec.hook(p + "conv_in", side.conv_in)]
    for name in ("block_1", "attn_1", "block_2"):
        hooks += [rec.hook(f"{p}mid.{name}", getattr(side.mid, name))]
    for n, level in enumerate(getattr(side, order)):
        hooks += [rec.hook(f"{p}{order}.{n}.block.{i}", b) for i, b in enumerate(level.block)]
        for name in ("downsample", "upsample"):
            if hasattr(level, name):
                hooks += [rec.hook(f"{p}{order}.{n}.{name}", getattr(level, name))]
    return hooks + [rec.hook(p + "norm_out", side.norm_out), rec.hook(p + "conv_out", side.conv_out)]


def vae(rec, vae):
    """The autoencoder's bare decoder and encoder, then what VAEDecode and VAEEncode make of them."""
    import nodes
    import torch
    net, rows = vae.first_stage_model, []
    g = torch.Generator().manual_seed(33)
    for i, shape in enumerate([(1, 4, 8, 8), (2, 4, 3, 5)]):
        p = f"decode.{i}."
        z = torch.randn(shape, generator=g) * 3.0
        rec.add(p + "latent", z, None)
        hooks = parts(rec, p, net.decoder, "up")
        y = net.decode(z)
        for h in hooks:
            h.remove()
        rec.add(p + "out", y, 4000)
        image, = nodes.VAEDecode().decode(vae, {"samples": z})
        rec.add(p + "image", image, 4000)
        rows.append({"prefix": p, "latent": p + "latent", "out": p + "out", "image": p + "image"})
    for i, shape in enumerate([(1, 48, 64, 3), (2, 37, 26, 3)]):
        p = f"encode.{i}."
        image = torch.randint(0, 256, shape, generator=g).float() / 255.0
        image = (image + image.roll(1, 1) + image.roll(1, 2)) / 3.0
        rec.add(p + "image", image, None)
        if i == 0:
            hooks = parts(rec, p, net.encoder, "down") + [rec.hook(p + "quant_conv", net.quant_conv)]
            rec.add(p + "out", net.encode(image.movedim(-1, 1) * 2.0 - 1.0), None)
            for h in hooks:
                h.remove()
        latent, = nodes.VAEEncode().encode(vae, image)
        rec.add(p + "latent", latent["samples"], None)
        rows.append({"prefix": p, "image": p + "image", "latent": p + "latent"})
    return rows


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    import torch
    with torch.inference_mode():
        model, clip, autoencoder = tiny.load()
        rec = Record()
        top = {"meta": ref.meta(options, __file__), "kind": "tiny", "text": text(rec, clip),
               "conditioning": conditioning(rec, clip), "unet": unet(rec, model), "denoise": denoise(rec, model),
               "vae": vae(rec, autoencoder)}
    top["weights"] = weights.KINDS["tiny"]
    top["tensors"] = rec.rows
    ref.write_json(os.path.join(options.out, "models.json"), top)
    ref.write_tensors(os.path.join(options.out, "models.safetensors"), rec.tensors, top["meta"])


if __name__ == "__main__":
    main()
