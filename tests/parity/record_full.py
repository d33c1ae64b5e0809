"""record_full.py: a full-size checkpoint through ComfyUI: encodings, single evaluations, whole pictures, and the time they
take.  Nothing of it is kept in the repository; compare_full.py judges another program's tensors against it.

    PYTHONPATH=STUBS python tests/parity/record_full.py --comfy COMFYUI --base BASE --ckpt sd1.safetensors --out OUT [PART …]

BASE is ComfyUI's folder with models/checkpoints/CKPT.  Parts (all but floors, when none is named):
    text    OUT/text.safetensors     cond.N (and .pooled) of the prompts in text.json
    unet    OUT/unet.safetensors     H.x, H.context, H.timestep, H.out for latents of H = 32 and 64, batch 2
    vae     OUT/vae.safetensors      decode.H.latent, .image for H = 32 and 64; encode.image (256 x 256), encode.latent
    images  OUT/NAME.safetensors     the answers of each workflow, by node.slot; OUT/NAME.json is the workflow in API form
    floors  OUT/NAME.floor.safetensors   one workflow again with another order of summation
    time    OUT/time.json            seconds of a guided step and of a decode at 512 x 512
IMAGE is [N, H, W, C]; everything else is in torch's order.  A file that exists is left alone.
"""
import os
import time

import reference as ref
import record_graphs

PROMPTS = [("a photo of an astronaut riding a horse on mars", -1), ("blurry, low quality", -1), ("", -1),
           ("a (red:1.3) ball on a ((blue)) table, [painting], (dull:0.6)", -1),
           (", ".join(f"({n} {thing}:1.{n})" if n % 3 == 0 else f"{n} {thing}" for n, thing in enumerate(
               ("lighthouses", "cliffs", "storms", "waves", "windows", "gulls", "brush strokes", "shades of blue", "ships") * 3))
            + ", a painting in oil", -1),
           ("a photo of an astronaut riding a horse on mars", -2)]
POSITIVE, NEGATIVE = PROMPTS[0][0], PROMPTS[1][0]


class Full(record_graphs.Graph):
    """A workflow on the full-size checkpoint."""
    def __init__(self, name, ckpt):
        super().__init__(name)
        self.nodes["1"]["inputs"]["ckpt_name"] = ckpt

    def picture(self, size):
        image = [self("LoadImage", image="picture.png"), 0]
        return [self("ImageScale", image=image, upscale_method="bicubic", width=size, height=size, crop="center"), 0]

    def paint(self, latent, **changes):
        changes = {"steps": 20, "seed": 1234, "positive": self.text(POSITIVE), "negative": self.text(NEGATIVE), **changes}
        return self.save(self.decode(self.sample(latent, **changes)))


def graphs(ckpt):
    def plain(name, size, **changes):
        g = Full(name, ckpt)
        return g.paint(g.empty(size, size), **changes)

    # ddim without a mask is euler, bit for bit: it is in the masked picture instead
    yield plain("euler_normal_256", 256)
    yield plain("euler_ancestral_normal_256", 256, sampler_name="euler_ancestral")
    yield plain("dpmpp_2m_karras_256", 256, sampler_name="dpmpp_2m", scheduler="karras")

    def inpaint(sampler):
        g = Full(f"inpaint_{sampler}_256", ckpt)
        mask = g.want([g("LoadImageMask", image="picture.png", channel="alpha"), 0], "MASK")
        latent = [g("VAEEncode", pixels=g.picture(256), vae=g.vae), 0]
        return g.paint([g("SetLatentNoiseMask", samples=latent, mask=mask), 0], denoise=0.9, sampler_name=sampler)

    yield inpaint("ddim")

    g = Full("image_to_image_256", ckpt)
    latent = g.want([g("VAEEncode", pixels=g.picture(256), vae=g.vae), 0], "LATENT")
    yield g.paint(latent, denoise=0.6)

    for sampler in ("uni_pc", "heun", "dpmpp_2m"):
        yield plain(f"{sampler}_normal_256", 256, sampler_name=sampler)

    g = Full("weighted_clip_skip_batch_256", ckpt)
    clip = [g("CLIPSetLastLayer", clip=g.clip, stop_at_clip_layer=-2), 0]
    yield g.paint(g.empty(256, 192, 2), positive=g.text(PROMPTS[4][0], clip), negative=g.text("", clip), steps=10)

    yield plain("euler_normal_512", 512)
    for scheduler in ("exponential", "sgm_uniform", "simple", "ddim_uniform"):
        yield plain(f"euler_{scheduler}_256", 256, scheduler=scheduler)
    yield inpaint("euler")


class Recorder:
    def __init__(self, options):
        self.options, self.meta = options, ref.meta(options, __file__)
        self.meta["checkpoint"] = options.ckpt
        self.model = self.clip = self.vae = None

    def path(self, name):
        return os.path.join(self.options.out, name)

    def missing(self, name):
        return not os.path.exists(self.path(name))

    def load(self):
        import nodes
        if self.model is None:
            self.model, self.clip, self.vae = nodes.CheckpointLoaderSimple().load_checkpoint(self.options.ckpt)
        return self.model, self.clip, self.vae

    def write(self, name, tensors):
        ref.write_tensors(self.path(name), tensors, self.meta)

    def encode(self, prompt, layer=-1):
        import nodes
        clip = self.clip if layer == -1 else nodes.CLIPSetLastLayer().set_last_layer(self.clip, layer)[0]
        (cond, extra), = nodes.CLIPTextEncode().encode(clip, prompt)[0]
        return cond, extra["pooled_output"]

    def network(self):
        """The bare denoiser, its weights in place."""
        import comfy.model_management
        comfy.model_management.load_models_gpu([self.load()[0]])
        return self.model.model.diffusion_model

    def text(self):
        if not self.missing("text.safetensors"):
            return
        self.load()
        tensors, rows = {}, []
        for i, (prompt, layer) in enumerate(PROMPTS):
            tensors[f"cond.{i}"], tensors[f"cond.{i}.pooled"] = self.encode(prompt, layer)
            rows.append({"prompt": prompt, "stop_at_clip_layer": layer, "output": f"cond.{i}", "pooled": f"cond.{i}.pooled"})
        self.write("text.safetensors", tensors)
        ref.write_json(self.path("text.json"), {"meta": self.meta, "prompts": rows})

    def unet(self):
        import torch
        if not self.missing("unet.safetensors"):
            return
        net, g, tensors = self.network(), torch.Generator().manual_seed(41), {}
        context = torch.cat([self.encode(POSITIVE)[0], self.encode(NEGATIVE)[0]])
        for h in (32, 64):
            x, t = torch.randn((2, 4, h, h), generator=g), torch.full((2,), 500.0)
            tensors.update({f"{h}.x": x, f"{h}.context": context, f"{h}.timestep": t, f"{h}.out": net(x, t, context=context)})
        self.write("unet.safetensors", tensors)

    def autoencoder(self):
        import nodes
        import torch
        if not self.missing("vae.safetensors"):
            return
        vae, g, tensors = self.load()[2], torch.Generator().manual_seed(42), {}
        for h in (32, 64):
            z = torch.randn((1, 4, h, h), generator=g) * 4.0
            tensors[f"decode.{h}.latent"] = z
            tensors[f"decode.{h}.image"], = nodes.VAEDecode().decode(vae, {"samples": z})
        small = torch.rand((1, 3, 32, 32), generator=g)
        image = torch.nn.functional.interpolate(small, scale_factor=8, mode="bicubic").clamp(0, 1).movedim(1, -1)
        tensors["encode.image"] = image.mul(255).floor().div(255).contiguous()
        tensors["encode.latent"] = nodes.VAEEncode().encode(vae, tensors["encode.image"])[0]["samples"]
        self.write("vae.safetensors", tensors)

    def run(self, graph, name):
        import nodes
        if not self.missing(name + ".safetensors"):
            return
        began, cpu = time.perf_counter(), time.process_time()
        loaded = self.load()
        answers = record_graphs.run(graph, loaded)
        tensors = {f"{link[0]}.{link[1]}": a["samples"] if kind == "LATENT" else a
                   for (link, kind), a in zip(graph.wanted, answers)}
        self.write(name + ".safetensors", tensors)
        for (link, kind), a in zip(graph.wanted, answers):
            if kind == "IMAGE":
                self.png(name, a)
        ref.write_json(self.path(graph.name + ".json"), {n: node for n, node in graph.nodes.items()})
        print(f"{name}: {time.perf_counter() - began:.0f} s, {time.process_time() - cpu:.0f} CPU s", flush=True)

    def png(self, name, image):
        import numpy as np
        from PIL import Image
        data = np.clip(255.0 * image[0].cpu().numpy(), 0, 255).astype(np.uint8)
        Image.fromarray(data).save(self.path(name + ".png"))

    def images(self):
        for graph in graphs(self.options.ckpt):
            self.run(graph, graph.name)

    def floors(self):
        import torch
        with torch.backends.mkldnn.flags(enabled=False):
            for graph in graphs(self.options.ckpt):
                if graph.name == "euler_normal_256":
                    self.run(graph, graph.name + ".floor")

    def time(self):
        """A guided step is one evaluation with batch 2.  CPU seconds are all threads' together."""
        import nodes
        import torch
        net, rows = self.network(), []
        context = torch.cat([self.encode(POSITIVE)[0], self.encode(NEGATIVE)[0]])
        x, t = torch.randn((2, 4, 64, 64)), torch.full((2,), 500.0)
        z = {"samples": torch.randn((1, 4, 64, 64)) * 4.0}
        jobs = {"guided step 512": lambda: net(x, t, context=context),
                "guided step 256": lambda: net(x[:, :, :32, :32].contiguous(), t, context=context),
                "decode 512": lambda: nodes.VAEDecode().decode(self.vae, z),
                "encode text": lambda: self.encode(POSITIVE)}
        for name, job in jobs.items():
            job()                                                       # once to warm up
            for _ in range(self.options.repeat):
                load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
                job()
                rows.append({"what": name, "wall_s": round(time.perf_counter() - wall, 3),
                             "cpu_s": round(time.process_time() - cpu, 3), "threads": torch.get_num_threads(),
                             "load_before": round(load, 2)})
                print(rows[-1], flush=True)
        ref.write_json(self.path("time.json"), {"meta": self.meta, "times": rows})


def main():
    parser = ref.arguments(__doc__)
    parser.add_argument("--base", required=True, metavar="DIR", help="ComfyUI's base folder")
    parser.add_argument("--ckpt", default="sd1.safetensors", help="the checkpoint's name in it")
    parser.add_argument("--repeat", type=int, default=3, help="how often a job is timed")
    parser.add_argument("parts", nargs="*", metavar="PART")
    options = parser.parse_args()
    ref.open_comfy(options, "--base-directory", os.path.abspath(options.base))
    import folder_paths
    import torch
    os.makedirs(options.out, exist_ok=True)
    folder_paths.set_input_directory(os.path.join(os.path.dirname(os.path.abspath(__file__)), "input"))
    r = Recorder(options)
    parts = {"text": r.text, "unet": r.unet, "vae": r.autoencoder, "images": r.images, "floors": r.floors, "time": r.time}
    with torch.inference_mode():
        for part in options.parts or [p for p in parts if p != "floors"]:
            parts[part]()


if __name__ == "__main__":
    main()
