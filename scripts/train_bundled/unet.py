"""The denoiser of Stable Diffusion 1.x, by the checkpoint's own names (model.diffusion_model.*), 64 wide."""
import math

import torch
from torch import nn
from torch.nn import functional as F

from vae import LATENT

WIDTH, LEVELS, BLOCKS, HEADS, CONTEXT = 64, 4, 2, 8, 64
ATTENDING = (0, 1, 2)       # levels with a transformer
TIME = 4 * WIDTH


class ResBlock(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.in_layers = nn.Sequential(nn.GroupNorm(32, c_in), nn.SiLU(), nn.Conv2d(c_in, c_out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(TIME, c_out))
        self.out_layers = nn.Sequential(nn.GroupNorm(32, c_out), nn.SiLU(), nn.Dropout(0.0),
                                        nn.Conv2d(c_out, c_out, 3, padding=1))
        self.skip_connection = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        nn.init.zeros_(self.out_layers[3].weight)
        nn.init.zeros_(self.out_layers[3].bias)

    def forward(self, x, time, _context):
        h = self.in_layers(x) + self.emb_layers(time)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(h)


class CrossAttention(nn.Module):
    def __init__(self, c, c_context):
        super().__init__()
        self.to_q = nn.Linear(c, c, bias=False)
        self.to_k, self.to_v = nn.Linear(c_context, c, bias=False), nn.Linear(c_context, c, bias=False)
        self.to_out = nn.Sequential(nn.Linear(c, c), nn.Dropout(0.0))

    def forward(self, x, context):
        n, t, c = x.shape
        q, k, v = (f(y).view(n, -1, HEADS, c // HEADS).transpose(1, 2)
                   for f, y in ((self.to_q, x), (self.to_k, context), (self.to_v, context)))
        return self.to_out(attend(q, k, v).transpose(1, 2).reshape(n, t, c))


def attend(q, k, v):
    """On a CPU narrow heads go fastest in f32 where keys are many, and written out where they are few."""
    if q.is_cuda or k.shape[2] > 100:
        with torch.autocast(q.device.type, enabled=False):
            return F.scaled_dot_product_attention(q.float(), k.float(), v.float())
    return torch.softmax((q * q.shape[3] ** -0.5) @ k.transpose(2, 3), 3).to(v) @ v


class GatedGelu(nn.Module):
    def __init__(self, c, inner):
        super().__init__()
        self.proj = nn.Linear(c, 2 * inner)

    def forward(self, x):
        x, gate = self.proj(x).chunk(2, -1)
        return x * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.net = nn.Sequential(GatedGelu(c, 4 * c), nn.Dropout(0.0), nn.Linear(4 * c, c))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attn1, self.attn2 = CrossAttention(c, c), CrossAttention(c, CONTEXT)
        self.ff = FeedForward(c)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(c) for _ in range(3))

    def forward(self, x, context):
        y = self.norm1(x)
        x = x + self.attn1(y, y)
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = nn.GroupNorm(32, c, eps=1e-6)
        self.proj_in, self.proj_out = nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(c)])
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)

    def forward(self, x, _time, context):
        n, c, h, w = x.shape
        y = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        y = self.transformer_blocks[0](y, context)
        return x + self.proj_out(y.transpose(1, 2).reshape(n, c, h, w))


class Downsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.op = nn.Conv2d(c, c, 3, stride=2, padding=1)

    def forward(self, x, _time, _context):
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x, _time, _context):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class Stem(nn.Conv2d):
    def forward(self, x, _time, _context):
        return super().forward(x)


class Stage(nn.Sequential):
    """One numbered block of the checkpoint: its parts all take time and context."""
    def forward(self, x, time, context):
        for part in self:
            x = part(x, time, context)
        return x


def embed_time(t):
    """[N] -> [N, WIDTH]: cosines, then sines."""
    rates = torch.exp(-math.log(10000) * torch.arange(WIDTH // 2, device=t.device) / (WIDTH // 2))
    angles = t.float()[:, None] * rates
    return torch.cat([angles.cos(), angles.sin()], 1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time_embed = nn.Sequential(nn.Linear(WIDTH, TIME), nn.SiLU(), nn.Linear(TIME, TIME))
        self.input_blocks = nn.ModuleList(self.way_down())
        self.middle_block = Stage(ResBlock(WIDTH, WIDTH), SpatialTransformer(WIDTH), ResBlock(WIDTH, WIDTH))
        self.output_blocks = nn.ModuleList(self.way_up())
        self.out = nn.Sequential(nn.GroupNorm(32, WIDTH), nn.SiLU(), nn.Conv2d(WIDTH, LATENT, 3, padding=1))
        self.start_as_identity()

    @staticmethod
    def way_down():
        yield Stage(Stem(LATENT, WIDTH, 3, padding=1))
        for level in range(LEVELS):
            for _ in range(BLOCKS):
                yield Stage(ResBlock(WIDTH, WIDTH), *([SpatialTransformer(WIDTH)] if level in ATTENDING else []))
            if level < LEVELS - 1:
                yield Stage(Downsample(WIDTH))

    @staticmethod
    def way_up():
        for level in reversed(range(LEVELS)):
            for i in range(BLOCKS + 1):
                yield Stage(ResBlock(2 * WIDTH, WIDTH),
                            *([SpatialTransformer(WIDTH)] if level in ATTENDING else []),
                            *([Upsample(WIDTH)] if level and i == BLOCKS else []))

    @torch.no_grad()
    def start_as_identity(self):
        """The first guess at the noise is the noisy latent itself, which is nearly right where noise is high.

        Each latent channel travels as a pair (x, -x): silu(x) - silu(-x) = x, and the pair's mean is 0, so the
        two-channel groups of the last norm leave it whole."""
        pairs = torch.arange(2 * LATENT)
        sign = 1.0 - 2.0 * (pairs % 2)
        stem, skip, last = self.input_blocks[0][0], self.output_blocks[-1][0].skip_connection, self.out[2]
        stem.weight[pairs], stem.bias[pairs] = 0.0, 0.0
        stem.weight[pairs, pairs // 2, 1, 1] = sign
        skip.weight[pairs], skip.bias[pairs] = 0.0, 0.0
        skip.weight[pairs, WIDTH + pairs, 0, 0] = 1.0
        last.weight.mul_(0.0)
        last.bias.zero_()
        last.weight[pairs // 2, pairs, 1, 1] = sign

    def forward(self, x, t, context):
        """Noisy latent [N, 4, h, w], step number [N], context [N, 77, 64] -> the noise in it."""
        time = self.time_embed(embed_time(t))
        kept = []
        for block in self.input_blocks:
            x = block(x, time, context)
            kept.append(x)
        x = self.middle_block(x, time, context)
        for block in self.output_blocks:
            x = block(torch.cat([x, kept.pop()], 1), time, context)
        return self.out(x)
