"""CLIP's text tower as in Stable Diffusion 1.x (cond_stage_model.transformer.text_model.*), 64 wide."""
import torch
from torch import nn
from torch.nn import functional as F

from words import LENGTH, VOCABULARY

WIDTH, LAYERS, HEADS = 64, 12, 1


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = (f(x).view(n, t, HEADS, c // HEADS).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(n, t, c))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        h = self.fc1(x)
        return self.fc2(h * torch.sigmoid(1.702 * h))       # quick-GELU


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn, self.mlp = SelfAttention(), Mlp()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, rows):
        super().__init__()
        self.token_embedding = nn.Embedding(rows, WIDTH)
        self.position_embedding = nn.Embedding(LENGTH, WIDTH)
        nn.init.normal_(self.token_embedding.weight, std=0.3)
        nn.init.normal_(self.position_embedding.weight, std=0.1)

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding.weight[:ids.shape[1]]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))


class TextTower(nn.Module):
    """Works on the few rows of the token table that are in use; row 0 stands for every other word and stays zero."""
    def __init__(self, tokens):
        super().__init__()
        self.tokens = sorted(set(tokens))
        self.row = {t: i + 1 for i, t in enumerate(self.tokens)}
        self.embeddings, self.encoder = Embeddings(1 + len(self.tokens)), Encoder()
        self.final_layer_norm = nn.LayerNorm(WIDTH)
        with torch.no_grad():
            self.embeddings.token_embedding.weight[0] = 0
        self.embeddings.token_embedding.weight.register_hook(self.keep_row_zero)

    @staticmethod
    def keep_row_zero(gradient):
        gradient = gradient.clone()
        gradient[0] = 0
        return gradient

    def forward(self, ids):
        """ids: a list of 77 CLIP ids a caption -> [N, 77, 64]"""
        x = self.embeddings(torch.tensor([[self.row.get(t, 0) for t in line] for line in ids],
                                         device=self.final_layer_norm.weight.device))
        for layer in self.encoder.layers:
            x = layer(x)
        return self.final_layer_norm(x)

    def whole_table(self):
        """The token table over CLIP's vocabulary, unused rows zero."""
        table = torch.zeros(VOCABULARY, WIDTH)
        table[self.tokens] = self.embeddings.token_embedding.weight.detach().cpu()[1:]
        return table
