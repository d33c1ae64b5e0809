"""record_samplers.py: ComfyUI's samplers walking a toy denoiser that plain arithmetic repeats exactly.  Writes
samplers.json (the cases) and samplers.safetensors (inputs, results, and one full trace a sampler).

    PYTHONPATH=STUBS python tests/parity/record_samplers.py --comfy COMFYUI

The toy (all in float32, in this order; c is the channel, s the noise level):
    a  = 1 / (s*s + 1);   y = x * sqrt(a)
    x0 = (0.6*a)*x + 0.1*(y*y) - 0.02*((y*y)*y) + 0.05*(c - 1.5)
"""
import contextlib
import os

import reference as ref

SAMPLERS = ("euler", "euler_ancestral", "heun", "dpmpp_2m", "ddim", "uni_pc")
SCHEDULERS = ("normal", "karras", "exponential", "sgm_uniform", "simple", "ddim_uniform")


def cases():
    """Every walk: sampler, scheduler, steps, then what differs from a plain one."""
    for sampler in SAMPLERS:
        for scheduler in SCHEDULERS:
            yield dict(sampler=sampler, scheduler=scheduler, steps=7)
        for scheduler in ("normal", "karras"):
            for steps in (1, 2, 3, 4, 20):
                yield dict(sampler=sampler, scheduler=scheduler, steps=steps)
        yield dict(sampler=sampler, scheduler="normal", steps=5, latent="latent.1")
        yield dict(sampler=sampler, scheduler="ddim_uniform", steps=4, latent="latent.1")
        yield dict(sampler=sampler, scheduler="karras", steps=4, latent="latent.1", denoise=0.6, seed=2 ** 64 - 2)
        yield dict(sampler=sampler, scheduler="karras", steps=6, batch=2, seed=42)
        yield dict(sampler=sampler, scheduler="normal", steps=5, batch=2, latent="latent.2", denoise=0.5, seed=42)
        yield dict(sampler=sampler, scheduler="normal", steps=7, latent="latent.1", mask="mask.hard")
        yield dict(sampler=sampler, scheduler="karras", steps=7, latent="latent.1", mask="mask.soft", seed=3)
        yield dict(sampler=sampler, scheduler="karras", steps=5, batch=2, latent="latent.2", mask="mask.soft", denoise=0.7)
        yield dict(sampler=sampler, scheduler="karras", steps=8, end=5)                          # stops with noise left
        yield dict(sampler=sampler, scheduler="karras", steps=8, start=5, latent="latent.1", add_noise=False)
        yield dict(sampler=sampler, scheduler="normal", steps=8, start=2, end=6, latent="latent.1", full=True)


def toy_model():
    """A denoiser in the place a CFGGuider has: called with (x, sigma), with the model's sampling hung beneath it."""
    import comfy.model_base
    import comfy.model_sampling
    import torch

    class Sampling(comfy.model_sampling.ModelSamplingDiscrete, comfy.model_sampling.EPS):
        pass

    class Inner:
        scale_latent_inpaint = comfy.model_base.BaseModel.scale_latent_inpaint

    class Toy:
        inner_model = Inner()
        inner_model.model_sampling = Sampling()
        model_options = {}
        load_device = "cpu"
        seen = []

        def get_model_object(self, name):
            return getattr(self.inner_model, name)

        def __call__(self, x, sigma, model_options={}, seed=None):
            Toy.seen.append(x.clone())
            s = sigma.reshape(-1, 1, 1, 1)
            a = 1.0 / (s * s + 1.0)
            y = x * torch.sqrt(a)
            c = torch.arange(x.shape[1], dtype=torch.float32).reshape(1, -1, 1, 1)
            return (0.6 * a) * x + 0.1 * (y * y) - 0.02 * ((y * y) * y) + 0.05 * (c - 1.5)

    return Toy()


def walk(toy, case, tensors):
    """One walk, the way CFGGuider runs it after the latent was scaled: slice, noise, sample, and back."""
    import comfy.sample
    import comfy.samplers
    import torch
    case = {"denoise": 1.0, "batch": 1, "latent": None, "mask": None, "seed": 0, "start": None, "end": None, "full": False,
            "add_noise": True, **case}
    k = comfy.samplers.KSampler(toy, steps=case["steps"], device="cpu", sampler=case["sampler"],
                                scheduler=case["scheduler"], denoise=case["denoise"], model_options={})
    sigmas = k.sigmas.float()
    if case["end"] is not None and case["end"] < len(sigmas) - 1:
        sigmas = sigmas[:case["end"] + 1].clone()
        if case["full"]:
            sigmas[-1] = 0
    if case["start"] is not None:
        sigmas = sigmas[case["start"]:].clone()
    shape = (case["batch"], 4, 8, 8)
    latent = tensors[case["latent"]].clone() if case["latent"] else torch.zeros(shape)
    noise = comfy.sample.prepare_noise(latent, case["seed"]) if case["add_noise"] else torch.zeros(shape)
    mask = tensors[case["mask"]].expand(shape).clone() if case["mask"] else None
    row = {**case, "seed": str(case["seed"]), "sigmas": [ref.hexf(s) for s in sigmas]}
    def run(like):
        toy.seen.clear()
        args = [None if t is None else t.to(like) for t in (sigmas.clone(), noise.clone(), latent, mask)]
        return comfy.samplers.sampler_object(case["sampler"]).sample(
            toy, args[0], {"model_options": {}, "seed": case["seed"]}, None, args[1], args[2], args[3], True)

    with doubles(toy):
        exact = run(torch.float64)
    x = run(torch.float32)
    row["calls"] = len(toy.seen)
    row["floor"] = float(f"{float((x - exact).abs().max() / exact.abs().max()):.1e}")
    return row, x, torch.cat(toy.seen)


@contextlib.contextmanager
def doubles(toy):
    """Everything in float64, but the same float32 noise: how far the float32 walk is from the exact one."""
    import torch
    sampling, drawn = toy.inner_model.model_sampling, torch.randn
    sampling.double()
    torch.set_default_dtype(torch.float64)
    torch.randn = lambda *a, **k: drawn(*a, **{**k, "dtype": torch.float32}).double()
    try:
        yield
    finally:
        torch.randn = drawn
        torch.set_default_dtype(torch.float32)
        toy.inner_model.model_sampling = type(sampling)()


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    import torch
    tensors, rows = {}, []
    with torch.inference_mode():
        g = torch.Generator().manual_seed(77)
        tensors["latent.1"] = torch.randn((1, 4, 8, 8), generator=g)
        tensors["latent.2"] = torch.randn((2, 4, 8, 8), generator=g)
        tensors["mask.hard"] = torch.zeros((1, 1, 8, 8))
        tensors["mask.hard"][:, :, 2:6, 3:] = 1.0
        tensors["mask.soft"] = torch.rand((1, 1, 8, 8), generator=g)
        toy = toy_model()
        x, s = torch.randn((1, 4, 8, 8), generator=g) * 5.0, torch.tensor([4.75])
        tensors["toy.x"], tensors["toy.x0"] = x, toy(x, s)
        for case in cases():
            row, x, seen = walk(toy, case, tensors)
            row["output"] = f"walk.{len(rows)}"
            tensors[row["output"]] = x
            assert bool(torch.isfinite(x).all()), row
            if row["scheduler"] == "karras" and row["steps"] == 7 and not row["mask"]:
                row["trace"] = f"trace.{row['sampler']}"
                tensors[row["trace"]] = seen
            rows.append(row)
    meta = ref.meta(options, __file__)
    ref.write_json(os.path.join(options.out, "samplers.json"), {"meta": meta, "toy_sigma": ref.hexf(s), "walks": rows})
    ref.write_tensors(os.path.join(options.out, "samplers.safetensors"), tensors, meta)


if __name__ == "__main__":
    main()
