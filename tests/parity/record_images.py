"""record_images.py: what ComfyUI's picture and mask nodes answer to small random tensors.  Writes images.json (the
calls: class, constants, names of tensors) and images.safetensors.

    PYTHONPATH=STUBS python tests/parity/record_images.py --comfy COMFYUI
"""
import os

import reference as ref

HERE = os.path.dirname(os.path.abspath(__file__))


def tensors(torch):
    g = torch.Generator().manual_seed(7)

    def rand(*shape, low=0.0, high=1.0):
        return torch.rand(*shape, generator=g) * (high - low) + low

    few = torch.tensor([0.0, 0.2, 1.0, 128 / 255])
    return {
        "a": rand(1, 7, 9, 3), "b": rand(1, 7, 9, 3), "wide": rand(2, 6, 14, 3, low=-0.1, high=1.1),
        "two": rand(2, 7, 9, 3), "rgba": rand(1, 7, 9, 4), "small": rand(1, 3, 4, 3), "tall": rand(1, 23, 5, 3),
        "big": rand(1, 40, 36, 3), "flat": few[torch.randint(0, 4, (1, 5, 6, 3), generator=g)],
        "mask": rand(1, 7, 9), "masks": rand(2, 7, 9), "mask_small": rand(1, 4, 3),
        "spots": (rand(1, 12, 13) > 0.9).float() * rand(1, 12, 13), "plain": rand(9, 8),
        "latent": rand(1, 7, 9, 4, low=-3, high=3), "latent_two": rand(2, 7, 9, 4, low=-3, high=3),
        "latent_wide": rand(2, 5, 12, 4, low=-3, high=3), "latent_small": rand(1, 3, 4, 4, low=-3, high=3),
        "latent_holes": rand(1, 7, 9, 4, low=-1, high=1) * (rand(1, 7, 9, 1) > 0.5),
    }


def calls():
    for mode in ("normal", "multiply", "screen", "overlay", "soft_light", "difference"):
        yield "ImageBlend", dict(image1="@a", image2="@b", blend_factor=0.3, blend_mode=mode)
    yield "ImageBlend", dict(image1="@two", image2="@wide", blend_factor=0.75, blend_mode="overlay")
    yield "ImageBlend", dict(image1="@two", image2="@a", blend_factor=0.5, blend_mode="screen")
    yield "ImageBlend", dict(image1="@a", image2="@rgba", blend_factor=0.5, blend_mode="normal")
    for x, y in ((0, 0), (2, 3), (8, 6), (9, 7)):
        yield "ImageCompositeMasked", dict(destination="@a", source="@small", x=x, y=y, resize_source=False)
        yield "ImageCompositeMasked", dict(destination="@two", source="@small", x=x, y=y, resize_source=False,
                                           mask="@mask")
    yield "ImageCompositeMasked", dict(destination="@two", source="@wide", x=0, y=0, resize_source=True, mask="@masks")
    yield "ImageCompositeMasked", dict(destination="@a", source="@rgba", x=1, y=1, resize_source=False,
                                       mask="@mask_small")
    for pads in ((0, 0, 0, 0, 40), (8, 0, 0, 0, 3), (0, 16, 0, 8, 3), (3, 5, 7, 2, 2), (8, 8, 8, 8, 0), (0, 8, 0, 0, 4)):
        yield "ImagePadForOutpaint", dict(image="@two", **dict(zip(("left", "top", "right", "bottom", "feathering"), pads)))
    yield "ImagePadForOutpaint", dict(image="@big", left=8, top=0, right=16, bottom=8, feathering=12)
    for w, h, x, y in ((4, 3, 2, 1), (512, 512, 3, 2), (2, 2, 100, 100)):
        yield "ImageCrop", dict(image="@two", width=w, height=h, x=x, y=y)
    for way in ("x-axis: vertically", "y-axis: horizontally"):
        yield "ImageFlip", dict(image="@wide", flip_method=way)
    for turn in ("none", "90 degrees", "180 degrees", "270 degrees"):
        yield "ImageRotate", dict(image="@wide", rotation=turn)
    yield "ImageInvert", dict(image="@rgba")
    yield "ImageFromBatch", dict(image="@two", batch_index=1, length=1)
    yield "ImageFromBatch", dict(image="@two", batch_index=9, length=9)
    yield "RepeatImageBatch", dict(image="@two", amount=3)
    yield "ImageBatch", dict(image1="@two", image2="@wide")
    yield "ImageBatch", dict(image1="@a", image2="@b")
    yield "EmptyImage", dict(width=3, height=2, batch_size=2, color=0x123456)
    yield "GetImageSize", dict(image="@wide")
    for method in ("nearest-exact", "bilinear", "area", "bicubic", "lanczos"):
        yield "ImageScale", dict(image="@wide", upscale_method=method, width=10, height=9, crop="center")
        yield "ImageScale", dict(image="@tall", upscale_method=method, width=4, height=7, crop="disabled")
        yield "ImageScale", dict(image="@two", upscale_method=method, width=0, height=11, crop="disabled")
        yield "ImageScaleBy", dict(image="@a", upscale_method=method, scale_by=1.5)
    yield "ImageScale", dict(image="@rgba", upscale_method="lanczos", width=13, height=5, crop="disabled")
    yield "ImageScale", dict(image="@a", upscale_method="lanczos", width=9, height=7, crop="disabled")
    yield "ImageScale", dict(image="@wide", upscale_method="area", width=0, height=0, crop="center")
    yield "ImageScaleToTotalPixels", dict(image="@small", upscale_method="bilinear", megapixels=0.01)
    yield "JoinImageWithAlpha", dict(image="@two", alpha="@mask_small")
    yield "JoinImageWithAlpha", dict(image="@rgba", alpha="@masks")
    yield "SplitImageWithAlpha", dict(image="@rgba")
    yield "SplitImageWithAlpha", dict(image="@two")
    yield "SolidMask", dict(value=0.37, width=3, height=2)
    yield "InvertMask", dict(mask="@masks")
    yield "MaskToImage", dict(mask="@masks")
    yield "MaskToImage", dict(mask="@plain")
    for channel in ("red", "green", "blue", "alpha"):
        yield "ImageToMask", dict(image="@rgba", channel=channel)
    for color in (0, 0xFFFFFF, 0x3333FF, 0x8000FF):
        yield "ImageColorToMask", dict(image="@flat", color=color)
    yield "ThresholdMask", dict(mask="@masks", value=0.41)
    yield "CropMask", dict(mask="@masks", x=3, y=2, width=4, height=100)
    for expand in (-3, -1, 0, 1, 2, 5, 40):
        for corners in (True, False):
            yield "GrowMask", dict(mask="@spots", expand=expand, tapered_corners=corners)
    yield "GrowMask", dict(mask="@plain", expand=1, tapered_corners=True)
    for sides in ((0, 0, 0, 0), (3, 0, 0, 0), (0, 2, 0, 0), (0, 0, 4, 0), (0, 0, 0, 3), (2, 3, 4, 5), (50, 50, 50, 50)):
        yield "FeatherMask", dict(mask="@masks", **dict(zip(("left", "top", "right", "bottom"), sides)))
    for operation in ("multiply", "add", "subtract", "and", "or", "xor"):
        yield "MaskComposite", dict(destination="@masks", source="@mask_small", x=2, y=5, operation=operation)
        yield "MaskComposite", dict(destination="@mask", source="@mask", x=0, y=0, operation=operation)
    yield "StringConcatenate", dict(string_a="a\nb", string_b="ü", delimiter=", ")
    yield "PrimitiveInt", dict(value=-9007199254740993)
    yield "PrimitiveFloat", dict(value=0.1)
    yield "PrimitiveBoolean", dict(value=True)


def more_calls():
    """Those that joined later stand behind, so that the numbers of the first ones stay."""
    for radius, sigma in ((1, 1.0), (2, 0.3), (5, 2.0), (6, 10.0), (1, 0.1)):
        yield "ImageBlur", dict(image="@two", blur_radius=radius, sigma=sigma)
        yield "ImageSharpen", dict(image="@two", sharpen_radius=radius, sigma=sigma, alpha=radius * 0.8)
    yield "ImageBlur", dict(image="@big", blur_radius=31, sigma=0.7)
    yield "ImageBlur", dict(image="@rgba", blur_radius=3, sigma=0.7)
    yield "ImageSharpen", dict(image="@rgba", sharpen_radius=3, sigma=0.7, alpha=0.0)
    for direction in ("right", "down", "left", "up"):
        for other in ("@wide", "@tall", "@rgba"):
            for match in (True, False):
                yield "ImageStitch", dict(image1="@two", direction=direction, match_image_size=match, spacing_width=0,
                                          spacing_color="white", image2=other)
        yield "ImageStitch", dict(image1="@wide", direction=direction, match_image_size=True, spacing_width=3,
                                  spacing_color="blue", image2="@a")
    for colour in ("white", "black", "red", "green", "blue"):
        yield "ImageStitch", dict(image1="@rgba", direction="right", match_image_size=False, spacing_width=4,
                                  spacing_color=colour, image2="@small")
    yield "ImageStitch", dict(image1="@two", direction="up", match_image_size=True, spacing_width=8,
                              spacing_color="red")
    for one, two in (("@latent", "@latent_two"), ("@latent_two", "@latent"), ("@latent_two", "@latent_wide"),
                     ("@latent_wide", "@latent_small"), ("@latent_two", "@latent_holes")):
        yield "LatentBlend", dict(samples1=one, samples2=two, blend_factor=0.3)
        yield "LatentAdd", dict(samples1=one, samples2=two)
        yield "LatentSubtract", dict(samples1=one, samples2=two)
    for one, two in (("@latent", "@latent_two"), ("@latent", "@latent_holes"), ("@latent_holes", "@latent_small")):
        for ratio in (0.0, 0.25, 1.0):
            yield "LatentInterpolate", dict(samples1=one, samples2=two, ratio=ratio)
    for x, y in ((0, 0), (16, 31), (64, 48), (72, 0), (0, 8000)):
        for source, mask in (("@latent_small", {}), ("@latent_wide", {"mask": "@mask_small"}),
                             ("@latent", {"mask": "@masks"})):
            for resize in (False, True) if x == 16 else (False,):
                yield "LatentCompositeMasked", dict(destination="@latent_two", source=source, x=x, y=y,
                                                    resize_source=resize, **mask)


def give(given, name):
    """A recorded tensor as the nodes take it: latents in their own axes, in a dictionary."""
    t = given[name].clone()
    return {"samples": t.movedim(-1, 1).contiguous()} if name.startswith("latent") else t


def take(answer):
    return answer["samples"].movedim(1, -1) if isinstance(answer, dict) else answer


def run(cls, inputs):
    """The node's outputs as a tuple, whichever way the class is written."""
    if hasattr(cls, "FUNCTION") and not hasattr(cls, "define_schema"):
        return getattr(cls(), cls.FUNCTION)(**inputs)
    return cls.execute(**inputs).args


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    import asyncio
    import torch
    import utils.install_util   # before a node makes another module of that name known
    import nodes
    asyncio.run(nodes.init_extra_nodes(init_custom_nodes=False, init_api_nodes=False))

    kept, rows = tensors(torch), []
    given = dict(kept)
    for i, (name, inputs) in enumerate([*calls(), *more_calls()]):
        actual = {k: give(given, v[1:]) if isinstance(v, str) and v.startswith("@") else v for k, v in inputs.items()}
        outputs = []
        with torch.inference_mode():
            answers = run(nodes.NODE_CLASS_MAPPINGS[name], actual)
        for slot, answer in enumerate(map(take, answers)):
            if torch.is_tensor(answer) and answer.numel() > 8000:
                answer = {"shape": list(answer.shape)}
            elif torch.is_tensor(answer):
                kept[f"{i}.{slot}"] = answer.contiguous().float()
                answer = f"@{i}.{slot}"
            outputs.append(answer)
        rows.append({"class": name, "inputs": inputs, "outputs": outputs})
    meta = {**ref.meta(options, __file__), "order": "NHWC, last axis fastest"}
    ref.write_json(os.path.join(options.out, "images.json"), {"meta": meta, "calls": rows})
    ref.write_tensors(os.path.join(options.out, "images.safetensors"), kept, meta)


main()
