"""weights.py: model weights that nobody needs to store: every value follows from its tensor's name, its place and its
shape.  make_weights.c says the same in C, and both write the same bytes.

    python tests/parity/weights.py tiny OUT.safetensors        # needs numpy only

One value.  h = FNV-1a-64(name) xor 0x6c696d6e.  For element i of the flattened tensor (last axis fastest), z is the
i-th output of splitmix64 started at h:
    z = h + (i + 1) * 0x9e3779b97f4a7c15;  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9
    z = (z ^ z >> 27) * 0x94d049bb133111eb;  z = z ^ z >> 31                         (modulo 2^64)
    u = ((z >> 40) - 2^23) / 2^23                                                  in [-1, 1)
    value = base + scale * u, in double, rounded once to float16 (to nearest, ties to even)
Base and scale, the first rule that fits (fan_in: the product of all axes but the first):
    name ends in .bias                        base 0  scale 0.05
    one axis (a norm's weight)                base 1  scale 0.125
    token_embedding.weight                    base 0  scale 1
    position_embedding.weight                 base 0  scale 0.25
    first_stage_model.quant_conv.weight       base 0  scale 5 sqrt(3 / fan_in)     means as large as real ones
    model.diffusion_model.out.2.weight        base 0  scale 0.25 sqrt(3 / fan_in)
    everything else                           base 0  scale sqrt(3 / fan_in)
Then the denoiser is made to carry its input to its output on 8 channels, so that walks stay calm and end at latents of
order one: see `carry`.
"""
import json
import struct
import sys

import numpy as np

# UNet: base width, multipliers, context width; VAE: base width, multipliers; text: width.  UNet heads are always 8 a layer,
# text heads are width / 64, everything else (12 text layers, 2 blocks a level, attention on 3 levels) is SD 1.x's own.
KINDS = {"tiny": dict(unet=64, unet_mult=(1, 2, 3, 3), vae=32, vae_mult=(1, 2, 3, 4), text=64),
         "sd1": dict(unet=320, unet_mult=(1, 2, 4, 4), vae=128, vae_mult=(1, 2, 4, 4), text=768)}
UNET, TEXT, VAE = "model.diffusion_model.", "cond_stage_model.transformer.text_model.", "first_stage_model."
CARRIED = 8


def pair(name, *shape):
    """A weight and its bias."""
    return [(name + ".weight", shape), (name + ".bias", shape[:1])]


def text_layout(p, w):
    out = [(p + "embeddings.token_embedding.weight", (49408, w)), (p + "embeddings.position_embedding.weight", (77, w))]
    for i in range(12):
        q = f"{p}encoder.layers.{i}."
        out += pair(q + "layer_norm1", w)
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            out += pair(f"{q}self_attn.{name}", w, w)
        out += pair(q + "layer_norm2", w) + pair(q + "mlp.fc1", 4 * w, w) + pair(q + "mlp.fc2", w, 4 * w)
    return out + pair(p + "final_layer_norm", w)


def unet_layout(p, m, mult, ctx):
    def res(q, cin, cout):
        out = pair(q + ".in_layers.0", cin) + pair(q + ".in_layers.2", cout, cin, 3, 3)
        out += pair(q + ".emb_layers.1", cout, 4 * m)
        out += pair(q + ".out_layers.0", cout) + pair(q + ".out_layers.3", cout, cout, 3, 3)
        return out + (pair(q + ".skip_connection", cout, cin, 1, 1) if cin != cout else [])

    def transformer(q, c):
        t = q + ".transformer_blocks.0."
        out = pair(q + ".norm", c) + pair(q + ".proj_in", c, c, 1, 1)
        for name, k in (("attn1", c), ("attn2", ctx)):
            out += [(f"{t}{name}.to_q.weight", (c, c)), (f"{t}{name}.to_k.weight", (c, k)), (f"{t}{name}.to_v.weight", (c, k))]
            out += pair(f"{t}{name}.to_out.0", c, c)
        out += pair(t + "ff.net.0.proj", 8 * c, c) + pair(t + "ff.net.2", c, 4 * c)
        for name in ("norm1", "norm2", "norm3"):
            out += pair(t + name, c)
        return out + pair(q + ".proj_out", c, c, 1, 1)

    out = pair(p + "time_embed.0", 4 * m, m) + pair(p + "time_embed.2", 4 * m, 4 * m)
    out += pair(p + "input_blocks.0.0", m, 4, 3, 3)
    c, n, skips = m, 1, [m]
    for level in range(4):
        for _ in range(2):
            out += res(f"{p}input_blocks.{n}.0", c, m * mult[level])
            c = m * mult[level]
            if level < 3:
                out += transformer(f"{p}input_blocks.{n}.1", c)
            skips.append(c)
            n += 1
        if level < 3:
            out += pair(f"{p}input_blocks.{n}.0.op", c, c, 3, 3)
            skips.append(c)
            n += 1
    out += res(p + "middle_block.0", c, c) + transformer(p + "middle_block.1", c) + res(p + "middle_block.2", c, c)
    n = 0
    for level in (3, 2, 1, 0):
        for i in range(3):
            out += res(f"{p}output_blocks.{n}.0", c + skips.pop(), m * mult[level])
            c = m * mult[level]
            if level < 3:
                out += transformer(f"{p}output_blocks.{n}.1", c)
            if level > 0 and i == 2:
                out += pair(f"{p}output_blocks.{n}.{2 if level < 3 else 1}.conv", c, c, 3, 3)
            n += 1
    return out + pair(p + "out.0", m) + pair(p + "out.2", 4, m, 3, 3)


def vae_layout(p, ch, mult):
    def res(q, cin, cout):
        out = pair(q + ".norm1", cin) + pair(q + ".conv1", cout, cin, 3, 3)
        out += pair(q + ".norm2", cout) + pair(q + ".conv2", cout, cout, 3, 3)
        return out + (pair(q + ".nin_shortcut", cout, cin, 1, 1) if cin != cout else [])

    def mid(q, c):
        out = res(q + "mid.block_1", c, c) + pair(q + "mid.attn_1.norm", c)
        for name in ("q", "k", "v", "proj_out"):
            out += pair(f"{q}mid.attn_1.{name}", c, c, 1, 1)
        return out + res(q + "mid.block_2", c, c)

    top = ch * mult[3]
    out, c = pair(p + "encoder.conv_in", ch, 3, 3, 3), ch
    for level in range(4):
        for i in range(2):
            out += res(f"{p}encoder.down.{level}.block.{i}", c, ch * mult[level])
            c = ch * mult[level]
        if level < 3:
            out += pair(f"{p}encoder.down.{level}.downsample.conv", c, c, 3, 3)
    out += mid(p + "encoder.", top) + pair(p + "encoder.norm_out", top) + pair(p + "encoder.conv_out", 8, top, 3, 3)
    out += pair(p + "quant_conv", 8, 8, 1, 1) + pair(p + "post_quant_conv", 4, 4, 1, 1)
    out += pair(p + "decoder.conv_in", top, 4, 3, 3) + mid(p + "decoder.", top)
    c = top
    for level in (3, 2, 1, 0):
        for i in range(3):
            out += res(f"{p}decoder.up.{level}.block.{i}", c, ch * mult[level])
            c = ch * mult[level]
        if level > 0:
            out += pair(f"{p}decoder.up.{level}.upsample.conv", c, c, 3, 3)
    return out + pair(p + "decoder.norm_out", ch) + pair(p + "decoder.conv_out", 3, ch, 3, 3)


def layout(kind):
    """Every float16 tensor of a kind, (name, shape), in the order of the file."""
    k = KINDS[kind]
    return (text_layout(TEXT, k["text"]) + unet_layout(UNET, k["unet"], k["unet_mult"], k["text"])
            + vae_layout(VAE, k["vae"], k["vae_mult"]))


def fnv1a(name):
    h = 0xcbf29ce484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001b3 % 2 ** 64
    return h


def rule(name, shape):
    """(base, scale) of a tensor's values."""
    if name.endswith(".bias"):
        return 0.0, 0.05
    if len(shape) == 1:
        return 1.0, 0.125
    if name.endswith("token_embedding.weight"):
        return 0.0, 1.0
    if name.endswith("position_embedding.weight"):
        return 0.0, 0.25
    gain = {VAE + "quant_conv.weight": 5.0, UNET + "out.2.weight": 0.25}.get(name, 1.0)
    return 0.0, gain * float(np.sqrt(3.0 / int(np.prod(shape[1:]))))


def carry(name, w):
    """Lays a path from input to output through channels 0..7: +x and -x of each latent channel enter by the first
    convolution, come back by the last skip, and leave as silu(x) - silu(-x) = x."""
    if not name.startswith(UNET):
        return
    name, r = name[len(UNET):], range(CARRIED)
    if name.rsplit(".", 1)[0] in ("input_blocks.0.0", "output_blocks.11.0.skip_connection", "output_blocks.11.0.out_layers.3",
                                  "output_blocks.11.1.proj_out"):
        w[:CARRIED] = 0
    if name == "input_blocks.0.0.weight":
        for i in r:
            w[i, i // 2, 1, 1] = 1 - 2 * (i % 2)
    elif name == "output_blocks.11.0.skip_connection.weight":
        for i in r:
            w[i, w.shape[0] + i] = 1                     # the skip is the second half of the input
    elif name == "out.0.weight":
        w[:CARRIED] = 1
    elif name == "out.0.bias":
        w[:CARRIED] = 0
    elif name == "out.2.weight":
        w[:, :CARRIED] = 0
        for i in r:
            w[i // 2, i, 1, 1] = 1 - 2 * (i % 2)


def tensor(name, shape):
    """The float16 values of one tensor."""
    h = np.uint64(fnv1a(name) ^ 0x6c696d6e)
    base, scale = rule(name, shape)
    count = int(np.prod(shape))
    out = np.empty(count, np.float16)
    for at in range(0, count, 1 << 20):
        i = np.arange(at + 1, min(at + (1 << 20), count) + 1, dtype=np.uint64)
        z = h + i * np.uint64(0x9e3779b97f4a7c15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94d049bb133111eb)
        z = z ^ z >> np.uint64(31)
        u = ((z >> np.uint64(40)).astype(np.float64) - 2.0 ** 23) / 2.0 ** 23
        out[at:at + len(i)] = (base + scale * u).astype(np.float16)
    out = out.reshape(shape)
    carry(name, out)
    return out


def arrays(kind, prefix=""):
    """{name without prefix: float16 array} of the tensors whose name begins with prefix."""
    return {n[len(prefix):]: tensor(n, s) for n, s in layout(kind) if n.startswith(prefix)}


def write(kind, path):
    """The checkpoint file.  Its one integer tensor, the text encoder's position numbers, comes last."""
    header, at = {"__metadata__": {"format": "pt", "made_by": "limn tests/parity make_weights " + kind}}, 0
    for name, shape in layout(kind):
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    header[TEXT + "embeddings.position_ids"] = {"dtype": "I64", "shape": [1, 77], "data_offsets": [at, at + 8 * 77]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, shape in layout(kind):
            f.write(tensor(name, shape).astype("<f2").tobytes())
        f.write(np.arange(77, dtype="<i8").tobytes())


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS:
        sys.exit("usage: weights.py " + "|".join(KINDS) + " OUT.safetensors")
    write(sys.argv[1], sys.argv[2])
