"""record_graphs.py: whole workflows on the tiny model, node by node through ComfyUI's own classes.  Writes graphs.json
(the workflows in API form, and which answers are on record), graphs.safetensors, and input/*.png (what LoadImage reads).

    PYTHONPATH=STUBS python tests/parity/record_graphs.py --comfy COMFYUI

Each workflow runs twice, the second time without oneDNN and on one thread: how far the two runs differ is the row's
`floor` (relative L2), what float32 itself leaves open.
"""
import os

import reference as ref
import tiny
from record_models import prime_from

KEEP = 1500
POSITIVE, NEGATIVE = "a (red:1.3) ball on a blue table, painting", "blurry, (ugly:1.2)"
SAMPLERS = ("euler", "euler_ancestral", "heun", "dpmpp_2m", "ddim", "uni_pc")


# ---- building -----------------------------------------------------------------------------------------------------

class Graph:
    """A workflow in API form.  g("KSampler", model=…, …) adds a node and answers its number; g.out(n, slot) is a link."""
    def __init__(self, name):
        self.name, self.nodes, self.wanted = name, {}, []
        self.ckpt = self("CheckpointLoaderSimple", ckpt_name="tiny.safetensors")
        self.model, self.clip, self.vae = ([self.ckpt, i] for i in range(3))

    def __call__(self, class_type, **inputs):
        n = str(len(self.nodes) + 1)
        self.nodes[n] = {"class_type": class_type, "inputs": inputs}
        return n

    def text(self, text, clip=None):
        return [self("CLIPTextEncode", text=text, clip=clip or self.clip), 0]

    def empty(self, w=64, h=64, n=1):
        return [self("EmptyLatentImage", width=w, height=h, batch_size=n), 0]

    def sample(self, latent, positive=None, negative=None, **changes):
        inputs = dict(model=self.model, seed=5, steps=6, cfg=7.0, sampler_name="euler", scheduler="normal",
                      positive=positive or self.text(POSITIVE), negative=negative or self.text(NEGATIVE),
                      latent_image=latent, denoise=1.0)
        return self.want([self("KSampler", **{**inputs, **changes}), 0], "LATENT")

    def decode(self, latent, node="VAEDecode", **more):
        return self.want([self(node, samples=latent, vae=self.vae, **more), 0], "IMAGE")

    def want(self, link, kind):
        """Puts an answer on record."""
        self.wanted.append((link, kind))
        return link

    def save(self, image):
        self("SaveImage", images=image, filename_prefix="parity/" + self.name)
        return self


def plain(name, size=(64, 64, 1), **changes):
    g = Graph(name)
    return g.save(g.decode(g.sample(g.empty(*size), **changes)))


def graphs():
    for s in SAMPLERS:
        yield plain(s + "_normal", sampler_name=s)
    yield plain("dpmpp_2m_karras", sampler_name="dpmpp_2m", scheduler="karras")
    for s in ("exponential", "sgm_uniform", "simple", "ddim_uniform"):
        yield plain("euler_" + s, scheduler=s)
    yield plain("wide_batch", (96, 64, 2), seed=42)
    yield plain("odd_size", (72, 40, 1), seed=2 ** 63 + 11)
    yield plain("no_guidance", cfg=1.0)
    yield plain("one_step", steps=1)
    yield plain("twenty_steps", steps=20, sampler_name="dpmpp_2m", scheduler="karras")
    yield plain("ancestral_batch", (64, 64, 2), sampler_name="euler_ancestral", seed=2 ** 64 - 1, scheduler="karras")
    g = Graph("clip_skip_long_prompt")
    clip = [g("CLIPSetLastLayer", clip=g.clip, stop_at_clip_layer=-2), 0]
    long = "a table with " + ", ".join(f"({i} red balls:1.{i % 5})" for i in range(18)) + ", seen from above"
    yield g.save(g.decode(g.sample(g.empty(), g.text(long, clip), g.text("", clip))))

    g = Graph("image_to_image")
    picture = g("LoadImage", image="picture.png")
    latent = g.want([g("VAEEncode", pixels=[picture, 0], vae=g.vae), 0], "LATENT")
    yield g.save(g.decode(g.sample(latent, denoise=0.6, sampler_name="dpmpp_2m", scheduler="karras")))

    for s, channel in (("euler", "alpha"), ("ddim", "red"), ("euler_ancestral", "alpha"), ("uni_pc", "alpha")):
        g = Graph("noise_mask_" + s)
        picture = g("LoadImage", image="picture.png")
        mask = g.want([g("LoadImageMask", image="picture.png", channel=channel), 0], "MASK")
        latent = [g("SetLatentNoiseMask", samples=[g("VAEEncode", pixels=[picture, 0], vae=g.vae), 0], mask=mask), 0]
        yield g.save(g.decode(g.sample(latent, sampler_name=s, denoise=1.0 if s != "euler" else 0.8)))

    g = Graph("encode_for_inpaint")
    picture = g("LoadImage", image="picture.png")
    latent = [g("VAEEncodeForInpaint", pixels=[picture, 0], vae=g.vae, mask=[picture, 1], grow_mask_by=6), 0]
    yield g.save(g.decode(g.sample(g.want(latent, "LATENT"))))

    g = Graph("second_pass")
    first = g.sample(g.empty())
    larger = g.want([g("LatentUpscaleBy", samples=first, upscale_method="bislerp", scale_by=1.5), 0], "LATENT")
    yield g.save(g.decode(g.sample(larger, denoise=0.5, seed=6, scheduler="karras")))

    g = Graph("pixel_second_pass")
    image = g.decode(g.sample(g.empty(64, 48)))
    image = g.want([g("ImageScale", image=image, upscale_method="lanczos", width=88, height=0, crop="disabled"), 0], "IMAGE")
    latent = [g("VAEEncode", pixels=image, vae=g.vae), 0]
    yield g.save(g.decode(g.sample(latent, denoise=0.4, sampler_name="dpmpp_2m")))

    g = Graph("advanced_two_stages")
    p, n = g.text(POSITIVE), g.text(NEGATIVE)
    common = dict(model=g.model, noise_seed=9, steps=8, cfg=6.5, sampler_name="dpmpp_2m", scheduler="karras", positive=p,
                  negative=n)
    first = g.want([g("KSamplerAdvanced", **common, add_noise="enable", latent_image=g.empty(), start_at_step=0,
                      end_at_step=4, return_with_leftover_noise="enable"), 0], "LATENT")
    second = g.want([g("KSamplerAdvanced", **common, add_noise="disable", latent_image=first, start_at_step=4,
                       end_at_step=10000, return_with_leftover_noise="disable"), 0], "LATENT")
    yield g.save(g.decode(second))

    def conditioned(name, build):
        g = Graph(name)
        a, b = g.text("a red ball"), g.text("(a blue table:1.2), night")
        return g.save(g.decode(g.sample(g.empty(64, 96), build(g, a, b), steps=4)))

    def area(g, c, w, h, x, y, strength=1.0):
        return [g("ConditioningSetArea", conditioning=c, width=w, height=h, x=x, y=y, strength=strength), 0]

    def combine(g, a, b):
        return [g("ConditioningCombine", conditioning_1=a, conditioning_2=b), 0]

    def masked(g, c, strength, where):
        mask = [g("LoadImageMask", image="picture.png", channel="alpha"), 0]
        return [g("ConditioningSetMask", conditioning=c, mask=mask, strength=strength, set_cond_area=where), 0]

    def timed(g, c, start, end):
        return [g("ConditioningSetTimestepRange", conditioning=c, start=start, end=end), 0]

    yield conditioned("combine", lambda g, a, b: combine(g, a, b))
    yield conditioned("areas", lambda g, a, b: combine(g, area(g, a, 64, 56, 0, 0), area(g, b, 64, 64, 0, 32, 0.7)))
    yield conditioned("uncovered", lambda g, a, b: combine(g, area(g, a, 48, 64, 0, 0), area(g, b, 40, 64, 24, 32)))
    yield conditioned("area_over_all", lambda g, a, b: combine(g, area(g, a, 32, 32, 16, 40, 2.0), b))
    yield conditioned("masked", lambda g, a, b: combine(g, masked(g, a, 0.8, "default"), b))
    yield conditioned("masked_bounds", lambda g, a, b: combine(g, masked(g, a, 1.0, "mask bounds"), b))
    yield conditioned("timed", lambda g, a, b: combine(g, timed(g, a, 0.0, 0.4), timed(g, b, 0.4, 1.0)))
    yield conditioned("concat", lambda g, a, b: [g("ConditioningConcat", conditioning_to=a, conditioning_from=b), 0])
    yield conditioned("average", lambda g, a, b: [g("ConditioningAverage", conditioning_to=a, conditioning_from=b,
                                                    conditioning_to_strength=0.3), 0])
    yield conditioned("zero_out", lambda g, a, b: combine(g, a, [g("ConditioningZeroOut", conditioning=b), 0]))

    g = Graph("picked_from_batch")
    four = g.empty(64, 64, 4)
    latent = [g("LatentFromBatch", samples=four, batch_index=2, length=2), 0]
    yield g.save(g.decode(g.sample(latent, steps=3)))

    g = Graph("repeated")
    picture = g("LoadImage", image="picture.png")
    latent = [g("VAEEncode", pixels=[picture, 0], vae=g.vae), 0]
    latent = [g("SetLatentNoiseMask", samples=latent, mask=[picture, 1]), 0]
    latent = [g("RepeatLatentBatch", samples=latent, amount=3), 0]
    yield g.save(g.decode(g.sample(latent, steps=3, denoise=0.7)))

    g = Graph("tiled_decode")
    latent = [g("LatentUpscale", samples=[g("VAEEncode", pixels=[g("LoadImage", image="picture.png"), 0], vae=g.vae), 0],
                upscale_method="bicubic", width=136, height=104, crop="center"), 0]
    yield g.save(g.decode(g.want(latent, "LATENT"), "VAEDecodeTiled", tile_size=64, overlap=16, temporal_size=64,
                          temporal_overlap=8))

    g = Graph("picture_arithmetic")
    one, two = g("LoadImage", image="picture.png"), g("LoadImage", image="grey.png")
    both = g.want([g("ImageBatch", image1=[one, 0], image2=[two, 0]), 0], "IMAGE")
    yield g.save(g.want([g("ImageScaleBy", image=both, upscale_method="area", scale_by=0.7), 0], "IMAGE"))


# ---- pictures -----------------------------------------------------------------------------------------------------

def pictures(folder):
    """The PNG kinds LoadImage meets.  Every value is a plain function of its place."""
    import numpy as np
    from PIL import Image
    os.makedirs(folder, exist_ok=True)
    h, w = 48, 64
    y, x = np.mgrid[0:h, 0:w]
    disc = ((x - 40) ** 2 + (y - 20) ** 2 < 200)
    rgb = np.stack([x * 4, y * 5, 255 - (x + y) * 2], -1).astype(np.uint8)
    rgb[disc] = (230, 40, 20)
    alpha = np.clip(((x - 40) ** 2 + (y - 20) ** 2).astype(int) - 100, 0, 255).astype(np.uint8)
    grey = ((x * 7 + y * 3) % 256).astype(np.uint8)
    Image.fromarray(np.dstack([rgb, alpha]), "RGBA").save(os.path.join(folder, "picture.png"), optimize=True)
    small = (slice(0, 12), slice(0, 16))
    files = {"rgb.png": Image.fromarray(rgb[::4, ::4]), "grey.png": Image.fromarray(grey[small]),
             "grey_alpha.png": Image.fromarray(np.dstack([grey, alpha])[::4, ::4].copy(), "LA"),
             "bits.png": Image.fromarray(disc[::2, ::2]), "grey16.png": Image.fromarray((x * 900 + y * 300).astype(np.uint16)[small])}
    palette = Image.fromarray(rgb[::4, ::4]).quantize(11)
    files["palette.png"] = palette
    for name, image in files.items():
        image.save(os.path.join(folder, name))
    palette.save(os.path.join(folder, "palette_alpha.png"), transparency=bytes([0, 128, 255, 30]))
    palette.save(os.path.join(folder, "palette_key.png"), transparency=2)
    files["rgb.png"].save(os.path.join(folder, "rgb_key.png"), transparency=tuple(int(v) for v in rgb[0, 0]))
    files["rgb.png"].save(os.path.join(folder, "turned.png"), exif=turned())
    files["rgb.png"].save(os.path.join(folder, "comment.png"), pnginfo=note())
    return sorted(os.listdir(folder))


def turned():
    from PIL import Image
    exif = Image.Exif()
    exif[0x0112] = 6                # orientation: turn a quarter clockwise to show
    return exif


def note():
    from PIL.PngImagePlugin import PngInfo
    info = PngInfo()
    info.add_text("prompt", '{"1": {"class_type": "A", "inputs": {}}}')
    return info


# ---- running ------------------------------------------------------------------------------------------------------

def run(graph, loaded):
    """Every node once, in the order of its links; the answers by node number."""
    import nodes
    done = {}

    def value(v):
        return answer(v[0])[v[1]] if isinstance(v, list) else v

    def answer(n):
        if n not in done:
            node = graph.nodes[n]
            if node["class_type"] == "CheckpointLoaderSimple":
                done[n] = loaded
            else:
                cls = nodes.NODE_CLASS_MAPPINGS[node["class_type"]]
                done[n] = getattr(cls(), cls.FUNCTION)(**{k: value(v) for k, v in node["inputs"].items()})
        return done[n]

    return [value(link) for link, _ in graph.wanted]


def record(graphs, loaded, tensors):
    import torch
    rows = []
    for graph in graphs:
        answers = run(graph, loaded)
        threads = torch.get_num_threads()
        with torch.backends.mkldnn.flags(enabled=False):
            torch.set_num_threads(1)
            again = run(graph, loaded)
        torch.set_num_threads(threads)
        outputs = []
        for (link, kind), a, b in zip(graph.wanted, answers, again):
            if kind == "LATENT":
                a, b = a["samples"], b["samples"]
            name = f"{graph.name}.{link[0]}.{link[1]}"
            flat = a.contiguous().flatten()
            stride = 1 if kind == "LATENT" or flat.numel() <= KEEP else prime_from(flat.numel() // KEEP + 1)
            tensors[name] = a.contiguous().clone() if stride == 1 else flat[::stride].clone()
            assert bool(a.isfinite().all()), name
            outputs.append({"node": link[0], "slot": link[1], "type": kind, "shape": list(a.shape), "stride": stride,
                            "norm": ref.hexd(flat.double().norm()), "tensor": name,
                            "floor": float(f"{float((a - b).double().norm() / max(float(a.double().norm()), 1e-30)):.1e}")})
        rows.append({"name": graph.name, "outputs": outputs, "graph": graph.nodes})
        print(f"{graph.name:24}", *(f"{o['type'].lower()} rms {float(tensors[o['tensor']].pow(2).mean().sqrt()):.3f} "
                                    f"floor {o['floor']:.0e};" for o in outputs))
    return rows


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    import folder_paths
    import nodes
    import PIL
    import torch
    inputs = os.path.join(options.out, "input")
    files, tensors, loads = pictures(inputs), {}, []
    folder_paths.set_input_directory(inputs)
    with torch.inference_mode():
        for name in files:
            image, mask = nodes.LoadImage().load_image(name)
            tensors["load." + name], tensors[f"load.{name}.mask"] = image, mask
            loads.append({"file": name, "image": "load." + name, "mask": f"load.{name}.mask",
                          "image_shape": list(image.shape), "mask_shape": list(mask.shape)})
        rows = record(graphs(), tiny.load(), tensors)
    meta = ref.meta(options, __file__)
    top = {"meta": {**meta, "pillow": PIL.__version__}, "loads": loads, "graphs": rows}
    ref.write_json(os.path.join(options.out, "graphs.json"), top)
    ref.write_tensors(os.path.join(options.out, "graphs.safetensors"), tensors, meta)


if __name__ == "__main__":
    main()
