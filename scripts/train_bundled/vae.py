"""The autoencoder of Stable Diffusion 1.x, by the checkpoint's own names (first_stage_model.*)."""
import torch
from torch import nn
from torch.nn import functional as F

WIDTH, LEVELS, BLOCKS, LATENT, SCALE = 64, 4, 2, 4, 0.18215


def norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class Block(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.norm1, self.conv1 = norm(c_in), nn.Conv2d(c_in, c_out, 3, padding=1)
        self.norm2, self.conv2 = norm(c_out), nn.Conv2d(c_out, c_out, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else None
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (self.nin_shortcut(x) if self.nin_shortcut else x)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = norm(c)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(c, c, 1) for _ in range(4))
        nn.init.zeros_(self.proj_out.weight)

    def forward(self, x):
        n, c, h, w = x.shape
        y = self.norm(x)
        q, k, v = (f(y).flatten(2).transpose(1, 2) for f in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None])[:, 0]
        return x + self.proj_out(y.transpose(1, 2).reshape(n, c, h, w))


class Downsample(nn.Module):
    """Starts as a 2 x 2 mean."""
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, stride=2)
        with torch.no_grad():
            self.conv.weight.mul_(0.1)
            self.conv.weight[torch.arange(c), torch.arange(c), :2, :2] += 0.25

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Starts as nearest."""
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        with torch.no_grad():
            self.conv.weight.mul_(0.1)
            self.conv.weight[torch.arange(c), torch.arange(c), 1, 1] += 1.0

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class Level(nn.Module):
    def __init__(self, blocks, **resample):
        super().__init__()
        self.block = nn.ModuleList(Block(WIDTH, WIDTH) for _ in range(blocks))
        for name, module in resample.items():
            self.add_module(name, module)


class Middle(nn.Module):
    def __init__(self):
        super().__init__()
        self.block_1, self.attn_1, self.block_2 = Block(WIDTH, WIDTH), Attention(WIDTH), Block(WIDTH, WIDTH)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


def anchored(conv):
    """Odd channels get a large constant: with two channels a group, the norm would lose each mean without it."""
    with torch.no_grad():
        conv.bias[1::2] = 1.5
    return conv


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = anchored(nn.Conv2d(3, WIDTH, 3, padding=1))
        self.down = nn.ModuleList(
            Level(BLOCKS, **({"downsample": Downsample(WIDTH)} if i < LEVELS - 1 else {})) for i in range(LEVELS))
        self.mid = Middle()
        self.norm_out, self.conv_out = norm(WIDTH), nn.Conv2d(WIDTH, 2 * LATENT, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            for block in level.block:
                x = block(x)
            x = level.downsample(x) if hasattr(level, "downsample") else x
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = anchored(nn.Conv2d(LATENT, WIDTH, 3, padding=1))
        self.mid = Middle()
        self.up = nn.ModuleList(
            Level(BLOCKS + 1, **({"upsample": Upsample(WIDTH)} if i > 0 else {})) for i in range(LEVELS))
        self.norm_out, self.conv_out = norm(WIDTH), nn.Conv2d(WIDTH, 3, 3, padding=1)

    def forward(self, z):
        x = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            for block in level.block:
                x = block(x)
            x = level.upsample(x) if hasattr(level, "upsample") else x
        return self.conv_out(F.silu(self.norm_out(x)))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * LATENT, 2 * LATENT, 1), nn.Conv2d(LATENT, LATENT, 1)
        self.start_plain()

    @torch.no_grad()
    def start_plain(self):
        """The 1 x 1 convolutions begin as identities, and the posterior all but certain."""
        for conv in (self.quant_conv, self.post_quant_conv):
            conv.weight.copy_(torch.eye(conv.weight.shape[0])[:, :, None, None])
            conv.bias.zero_()
        self.quant_conv.weight[LATENT:] = 0
        self.quant_conv.bias[LATENT:] = -6.0

    def mean(self, x):
        """Picture [N, 3, H, W] in -1..1 -> the posterior's mean [N, 4, H/8, W/8], not yet times SCALE."""
        return self.quant_conv(self.encoder(x))[:, :LATENT]

    def encode(self, x):
        return self.mean(x) * SCALE

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z / SCALE))
