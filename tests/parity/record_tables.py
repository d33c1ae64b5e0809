"""record_tables.py: everything about ComfyUI that is a table rather than a network: noise, schedules, resizing, masks,
sizes, step slicing, file names.  Writes tables.json and tables.safetensors; README.md says what each row means.

    PYTHONPATH=STUBS python tests/parity/record_tables.py --comfy COMFYUI
"""
import itertools
import os
import subprocess
import sys
import tempfile
import time

import reference as ref

MAX_SEED = 2 ** 64 - 1
NOISE = [(s, (1, 4, 64, 64)) for s in (0, 42, 123456789012345, MAX_SEED)]           # the shapes people draw
NOISE += [(s, (2, 4, 8, 8)) for s in (0, 42, 2 ** 32, 2 ** 32 + 42)]                  # only the low 32 bits count
NOISE += [(s, (1, 4, 3, 5)) for s in (0, 42, 123456789012345, MAX_SEED)]             # 60: redraws its last 16
NOISE += [(0, (3, 4, 3, 5)), (7, (1, 4, 2, 2)), (7, (1, 1, 1, 17))]
NOISE += [(s, (1, 1, 1, 7)) for s in (0, 42)] + [(s, (1, 1, 3, 5)) for s in (0, 42, MAX_SEED)]     # below 16
NOISE += [(5, (1, 1, 1, 1)), (5, (1, 1, 1, 2))]
BATCHED = [(42, (1, 4, 8, 8), [0]), (42, (1, 4, 8, 8), [3]), (42, (2, 4, 8, 8), [1, 1]), (42, (3, 4, 8, 8), [5, 0, 2]),
           (42, (2, 4, 3, 5), [0, 1]), (9, (2, 1, 1, 7), [1, 0])]


def draw(comfy_sample, seed, shape, batch_index=None):
    import torch
    return comfy_sample.prepare_noise(torch.zeros(shape), seed, batch_index)


def noise_rows(scalar):
    """One row a draw.  `scalar` holds the hashes of a torch that was told to use no vector instructions: its
    logarithm, sine and cosine round differently, so the bytes differ in the last place."""
    import comfy.sample
    rows = []
    for seed, shape, index in [(s, n, None) for s, n in NOISE] + BATCHED:
        t = draw(comfy.sample, seed, shape, index)
        flat = t.flatten()
        rows.append({"seed": str(seed), "shape": list(shape), "batch_index": index,
                     "first": [ref.hexf(v) for v in flat[:8]], "last": [ref.hexf(v) for v in flat[-8:]],
                     "sum": ref.hexd(flat.double().sum()), "sha256": ref.sha256(t),
                     "sha256_scalar": scalar[len(rows)]})
    return rows


class FakeModel:
    """The little of a MODEL that schedules and step slicing look at."""
    def __init__(self):
        import comfy.latent_formats
        import comfy.model_sampling
        import comfy.supported_models
        import torch

        class Sampling(comfy.model_sampling.ModelSamplingDiscrete, comfy.model_sampling.EPS):
            pass
        self.model_sampling = Sampling()
        self.latent_format = comfy.latent_formats.SD15()
        self.load_device = torch.device("cpu")
        self.model_options = {}

    def get_model_object(self, name):
        return getattr(self, name)


def schedule_rows(model):
    import comfy.samplers
    rows = []
    for sampler, scheduler, steps, denoise in itertools.product(
            ("euler", "uni_pc"), ("normal", "karras", "exponential", "sgm_uniform", "simple", "ddim_uniform"),
            (1, 2, 4, 7, 20, 30), (1.0, 0.6, 0.25)):
        k = comfy.samplers.KSampler(model, steps=steps, device="cpu", sampler=sampler, scheduler=scheduler,
                                    denoise=denoise, model_options={})
        rows.append({"sampler": sampler, "scheduler": scheduler, "steps": steps, "denoise": denoise,
                     "sigmas": [ref.hexf(s) for s in k.sigmas]})
    return rows


def sigma_model(model):
    """The model's own table, and the two ways between a sigma and a place in it."""
    import torch
    s = model.model_sampling
    picks = torch.cat([s.sigmas[::111], s.sigmas[-3:] * 1.01, s.sigmas[:2] * 0.9,
                       torch.tensor([0.001, 0.0291, 0.03, 0.1, 0.5, 1.0, 1.6129, 3.3, 7.0, 14.6, 14.6146, 20.0])])
    times = [0.0, 0.25, 1.0, 10.5, 333.0, 499.5, 500.0, 998.75, 999.0, 1200.0, -3.0]
    percents = [-0.1, 0.0, 0.001, 0.1, 0.25, 0.3333, 0.5, 0.75, 0.9, 0.999, 1.0, 1.5]
    return {"count": len(s.sigmas), "sigma_min": ref.hexf(s.sigma_min), "sigma_max": ref.hexf(s.sigma_max),
            "sha256": ref.sha256(s.sigmas), "sigmas": [ref.hexf(v) for v in s.sigmas],
            "timestep_of_sigma": [[ref.hexf(v), int(s.timestep(v))] for v in picks],
            "sigma_of_timestep": [[ref.hexf(t), ref.hexf(s.sigma(torch.tensor(t)))] for t in times],
            "sigma_of_percent": [[p, ref.hexd(s.percent_to_sigma(p))] for p in percents]}


def resize_rows(tensors):
    """comfy.utils.common_upscale on a small picture (values in 0..1) and a small latent (signed)."""
    import comfy.utils
    import torch
    g = torch.Generator().manual_seed(20240)
    tensors["resize.image"] = torch.rand((2, 3, 6, 9), generator=g)
    tensors["resize.latent"] = torch.randn((2, 4, 5, 7), generator=g)
    flat = tensors["resize.latent"]
    flat[0, :, 2, 3] = flat[0, :, 2, 2] * 1.5        # parallel neighbours: bislerp keeps the first
    flat[0, :, 3, 5] = -flat[0, :, 3, 4]             # opposite ones: it mixes them straight
    flat[1, :, 1, 1] = 0.0                           # and a vector without direction
    rows = []
    sizes = [(9, 6), (18, 12), (13, 5), (4, 3), (5, 11), (1, 1), (8, 8)]
    for source, methods in (("image", ("nearest-exact", "bilinear", "area", "bicubic", "lanczos")),
                            ("latent", ("nearest-exact", "bilinear", "area", "bicubic", "bislerp"))):
        for method, (w, h), crop in itertools.product(methods, sizes, ("disabled", "center")):
            if crop == "center" and (w, h) not in ((13, 5), (5, 11), (8, 8)):
                continue
            name = f"resize.{len(rows)}"
            tensors[name] = comfy.utils.common_upscale(tensors["resize." + source], w, h, method, crop)
            rows.append({"input": "resize." + source, "method": method, "width": w, "height": h, "crop": crop,
                         "output": name})
    return rows


def mask_rows(tensors):
    """What a latent's noise_mask becomes for the sampler: resized bilinear, repeated over channels and batch."""
    import comfy.sampler_helpers
    import torch
    g = torch.Generator().manual_seed(20241)
    rows = []
    for i, (mask, latent) in enumerate([((16, 16), (1, 4, 8, 8)), ((1, 8, 8), (2, 4, 8, 8)), ((3, 5, 9), (2, 4, 4, 6)),
                                        ((2, 24, 16), (5, 4, 6, 4)), ((1, 1, 7, 5), (1, 4, 7, 5))]):
        tensors[f"mask.{i}.input"] = torch.rand(mask, generator=g)
        out = comfy.sampler_helpers.prepare_mask(tensors[f"mask.{i}.input"].reshape((-1, 1) + mask[-2:]), latent, "cpu")
        tensors[f"mask.{i}.output"] = out[:, :1]
        assert all(bool((out[:, c] == out[:, 0]).all()) for c in range(out.shape[1]))
        rows.append({"input": f"mask.{i}.input", "latent": list(latent), "output": f"mask.{i}.output"})
    return rows


def inpaint_rows(tensors):
    """VAEEncodeForInpaint with an encoder that only remembers what it was given."""
    import nodes
    import torch
    g = torch.Generator().manual_seed(20242)
    rows = []

    class Remember:
        downscale_ratio = 8

        def encode(self, pixels):
            self.pixels = pixels
            return torch.zeros(1)

    def blot(h, w):
        m = torch.zeros((1, h, w))
        m[:, h // 3:h // 3 + 3, w // 2:w // 2 + 2] = 1.0
        m[:, 0, 0] = 0.5                             # round half to even: 0
        m[:, h - 2, 1] = 0.75
        m[:, h - 2, w - 1] = 0.4
        return m

    cases = [((1, 24, 32, 3), (24, 32), grow) for grow in (0, 1, 2, 3, 5, 6, 7, 64)]
    cases += [((1, 27, 37, 3), (27, 37), 6), ((1, 15, 23, 3), (8, 12), 0), ((2, 16, 24, 3), (40, 20), 4)]
    for i, (size, mask, grow) in enumerate(cases):
        vae = Remember()
        tensors[f"inpaint.{i}.pixels"] = torch.rand(size, generator=g).mul(255).floor().div(255)
        tensors[f"inpaint.{i}.mask"] = blot(*mask)
        out, = nodes.VAEEncodeForInpaint().encode(vae, tensors[f"inpaint.{i}.pixels"], tensors[f"inpaint.{i}.mask"], grow)
        tensors[f"inpaint.{i}.encoded"] = vae.pixels
        tensors[f"inpaint.{i}.noise_mask"] = out["noise_mask"]
        rows.append({"pixels": f"inpaint.{i}.pixels", "mask": f"inpaint.{i}.mask", "grow_mask_by": grow,
                     "encoded": f"inpaint.{i}.encoded", "noise_mask": f"inpaint.{i}.noise_mask"})
    return rows


def crop_rows():
    """VAEEncode: which window of the picture is encoded (offset and size of each axis)."""
    rows = []
    import comfy.sd
    import torch

    class Ratio:
        crop_input = True

        def spacial_compression_encode(self):
            return 8
    for h, w in [(64, 64), (65, 71), (70, 79), (8, 15), (513, 770)]:
        ramp = torch.arange(h)[:, None] * 10000 + torch.arange(w)[None, :]
        out = comfy.sd.VAE.vae_encode_crop_pixels(Ratio(), ramp.reshape(1, h, w, 1))[0, :, :, 0]
        rows.append({"height": h, "width": w, "top": int(out[0, 0]) // 10000, "left": int(out[0, 0]) % 10000,
                     "out_height": out.shape[0], "out_width": out.shape[1]})
    return rows


def size_rows():
    """Sizes the resizing nodes arrive at; `from` is [width, height] in the node's own unit (latent cells or pixels)."""
    import nodes
    import torch
    rows = []

    def latent(w, h):
        return {"samples": torch.zeros((1, 4, h, w))}

    for (w, h), (nw, nh) in itertools.product([(64, 64), (96, 65), (13, 40)],
                                              [(0, 0), (768, 0), (0, 700), (1, 0), (516, 8), (60, 60), (1000, 1004)]):
        o = nodes.LatentUpscale().upscale(latent(w, h), "nearest-exact", nw, nh, "disabled")[0]["samples"]
        rows.append({"node": "LatentUpscale", "from": [w, h], "width": nw, "height": nh, "to": [o.shape[3], o.shape[2]]})
    for (w, h), by in itertools.product([(64, 48), (5, 7), (13, 31), (101, 99)], [1.5, 0.5, 0.1, 1.1, 2.5, 0.3]):
        try:
            o = nodes.LatentUpscaleBy().upscale(latent(w, h), "nearest-exact", by)[0]["samples"]
            i, = nodes.ImageScaleBy().upscale(torch.zeros((1, h, w, 3)), "nearest-exact", by)
            assert i.shape[1:3] == o.shape[2:4]
            to = [o.shape[3], o.shape[2]]
        except RuntimeError:                         # a side of 0: torch refuses
            to = None
        rows += [{"node": node, "from": [w, h], "by": by, "to": to} for node in ("LatentUpscaleBy", "ImageScaleBy")]
    for (w, h), (nw, nh) in itertools.product([(64, 48), (7, 50), (50, 7)], [(0, 0), (25, 0), (0, 25), (3, 0), (33, 21)]):
        o, = nodes.ImageScale().upscale(torch.zeros((1, h, w, 3)), "nearest-exact", nw, nh, "disabled")
        rows.append({"node": "ImageScale", "from": [w, h], "width": nw, "height": nh, "to": [o.shape[2], o.shape[1]]})
    for w, h in [(512, 512), (520, 515), (16, 23), (1001, 999)]:
        o = nodes.EmptyLatentImage().generate(w, h, 1)[0]["samples"]
        rows.append({"node": "EmptyLatentImage", "width": w, "height": h, "to": [o.shape[3], o.shape[2]]})
    return rows


def batch_rows(tensors):
    """ImageBatch: the second picture is brought to the first one's size, bilinear, cropped to its shape."""
    import nodes
    import torch
    g = torch.Generator().manual_seed(20243)
    rows = []
    for i, (a, b) in enumerate([((1, 4, 6, 3), (2, 4, 6, 3)), ((1, 4, 6, 3), (1, 8, 5, 3)), ((2, 5, 5, 3), (1, 3, 7, 3))]):
        tensors[f"batch.{i}.image1"] = torch.rand(a, generator=g)
        tensors[f"batch.{i}.image2"] = torch.rand(b, generator=g)
        tensors[f"batch.{i}.output"], = nodes.ImageBatch().batch(tensors[f"batch.{i}.image1"], tensors[f"batch.{i}.image2"])
        rows.append({"image1": f"batch.{i}.image1", "image2": f"batch.{i}.image2", "output": f"batch.{i}.output"})
    return rows


def advanced_rows(model):
    """KSamplerAdvanced: the sigmas it walks, and whether it adds noise.  No sigmas: the latent is returned untouched."""
    import comfy.samplers
    import nodes
    import torch
    rows, seen = [], {}

    def spy(model, noise, positive, negative, cfg, device, sampler, sigmas, *args, **kw):
        seen.update(sigmas=sigmas.clone(), noise=bool(noise.count_nonzero()))
        return noise

    real, comfy.samplers.sample = comfy.samplers.sample, spy
    preview, nodes.latent_preview.prepare_callback = nodes.latent_preview.prepare_callback, lambda *a, **k: None
    try:
        for sampler, (steps, start, end), left, add in itertools.product(
                ("euler", "uni_pc"), [(8, 0, 10000), (8, 0, 5), (8, 5, 10000), (8, 3, 6), (8, 0, 8), (8, 7, 8), (8, 8, 9),
                                      (8, 0, 0), (8, 4, 4), (8, 5, 3), (1, 0, 1)],
                ("disable", "enable"), ("enable", "disable")):
            if add == "disable" and (steps, start, end) != (8, 3, 6):
                continue
            seen.clear()
            row = {"sampler": sampler, "scheduler": "karras", "steps": steps, "start_at_step": start, "end_at_step": end,
                   "return_with_leftover_noise": left, "add_noise": add}
            nodes.KSamplerAdvanced().sample(model, add, 3, steps, 7.0, sampler, "karras", [], [],
                                            {"samples": torch.zeros((1, 4, 8, 8))}, start, end, left)
            row["sigmas"] = [ref.hexf(s) for s in seen.get("sigmas", [])]
            row["noise"] = seen.get("noise", False)
            rows.append(row)
    finally:
        comfy.samplers.sample, nodes.latent_preview.prepare_callback = real, preview
    return rows


def name_rows():
    """SaveImage's file names: prefix, what the folder already holds, the clock -> the next name or a refusal."""
    import folder_paths
    clock = time.struct_time((2025, 3, 9, 7, 5, 2, 6, 68, 0))
    rows = []
    cases = [("ComfyUI", []), ("ComfyUI", ["ComfyUI_00001_.png", "ComfyUI_00007_.png"]),
             ("ComfyUI", ["ComfyUI_00007_.webp", "ComfyUI_123456_.png", "ComfyUI_x_.png", "ComfyUI_temp_00050_.png"]),
             ("ComfyUI", ["ComfyUIx_00009_.png", "other_00009_.png", "ComfyUI_00003.png", "ComfyUI_00004_b_.png"]),
             ("a b", ["a b_00002_.png"]), ("ünï", ["ünï_00004_.png"]), ("cats/tabby", ["cats/tabby_00011_.png"]),
             ("cats/%width%x%height%", ["cats/640x480_00001_.png"]), ("%year%-%month%-%day%/run", []),
             ("t%hour%%minute%%second%", ["t070502_00002_.png"]), ("%unknown%", []), ("n_%batch_num%", []),
             ("n_%batch_num%", ["n_0_00001_.png"]), ("dots/../dots/z", ["dots/z_00001_.png"]), ("../evil", []),
             ("cats/", []), ("", []), ("/tmp/abs", []), ("a//b", ["a/b_00002_.png"]), ("ComfyUI_", ["ComfyUI__00002_.png"]),
             ("IMG", ["img_00005_.png"]), ("p", ["p_-3_.png"]), ("p", ["p_ 12 _.png"]), ("p", ["p_1_000_.png"])]
    real, folder_paths.time.localtime = folder_paths.time.localtime, lambda *a: clock
    try:
        for prefix, files in cases:
            with tempfile.TemporaryDirectory() as out:
                for name in files:
                    os.makedirs(os.path.dirname(os.path.join(out, name)), exist_ok=True)
                    open(os.path.join(out, name), "w").close()
                row = {"prefix": prefix, "width": 640, "height": 480, "files": files}
                try:
                    folder, name, counter, sub, _ = folder_paths.get_save_image_path(prefix, out, 640, 480)
                    first = name.replace("%batch_num%", "0")
                    row.update(subfolder=sub, name=name, counter=counter, file=f"{first}_{counter:05}_.png",
                               folder=os.path.relpath(os.path.normpath(folder), out))
                except Exception:
                    row.update(refused=True)
                rows.append(row)
    finally:
        folder_paths.time.localtime = real
    return rows


def byte_rows():
    """SaveImage's bytes: clip(255 x), the fraction dropped."""
    import numpy as np
    values = np.array([-1.0, -0.001, 0.0, 0.001, 0.0039, 1 / 255, 0.00393, 0.5, 0.501, 0.999, 254.999 / 255, 1.0, 1.5, 7.0],
                      np.float32)
    return [[ref.hexf(v), int(np.clip(np.float32(255.0) * v, 0, 255).astype(np.uint8))] for v in values]


def main():
    parser = ref.arguments(__doc__)
    parser.add_argument("--scalar-noise", action="store_true", help="only print the hashes of the noise rows")
    options = parser.parse_args()
    ref.open_comfy(options)
    import torch
    if options.scalar_noise:
        import comfy.sample
        for seed, shape, index in [(s, n, None) for s, n in NOISE] + BATCHED:
            print(ref.sha256(draw(comfy.sample, seed, shape, index)))
        return
    scalar = subprocess.run([sys.executable, __file__, "--comfy", options.comfy, "--scalar-noise"], check=True,
                            stdout=subprocess.PIPE, text=True, env={**os.environ, "ATEN_CPU_CAPABILITY": "default"})
    scalar = [line for line in scalar.stdout.split() if len(line) == 64]
    tensors = {}
    with torch.inference_mode():
        model = FakeModel()
        top = {"meta": {**ref.meta(options, __file__), "cpu_capability": torch.backends.cpu.get_cpu_capability()},
               "noise": noise_rows(scalar),
               "sigma_model": sigma_model(model),
               "schedules": schedule_rows(model),
               "resize": resize_rows(tensors),
               "noise_masks": mask_rows(tensors),
               "inpaint": inpaint_rows(tensors),
               "encode_crops": crop_rows(),
               "sizes": size_rows(),
               "image_batches": batch_rows(tensors),
               "advanced": advanced_rows(model),
               "file_names": name_rows(),
               "bytes": byte_rows()}
    ref.write_json(os.path.join(options.out, "tables.json"), top)
    ref.write_tensors(os.path.join(options.out, "tables.safetensors"), tensors, ref.meta(options, __file__))


if __name__ == "__main__":
    main()
