"""First stage: the text tower learns to carry what a caption says to every later position."""
import torch
from torch import nn
from torch.nn import functional as F

from captions import LABELS, all_words, describe, say, with_strangers
from scenes import random_scene
from text import WIDTH, TextTower
from training import Trainer, settle, share
from words import END, START, Words


def new_tower(words):
    return TextTower([START, END, *(t for w in all_words() for t in words.word(w))])


class Reader(nn.Module):
    """The tower and one linear head a label; the heads are thrown away afterwards."""
    def __init__(self, words):
        super().__init__()
        self.tower = new_tower(words)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, len(names)) for names in LABELS.values())

    def forward(self, ids, at):
        hidden = self.tower(ids)[torch.arange(len(ids)), at]
        return [head(hidden) for head in self.heads]


def batch(rng, words, size):
    ids, labels = [], []
    for _ in range(size):
        said = describe(rng, random_scene(rng, 0.5))
        text = say(rng, said)
        text = with_strangers(rng, text) if rng.random() < 0.2 else text
        ids.append(words.caption(text))
        labels.append(said.labels())
    at = torch.tensor([rng.randint(line.index(END), len(line) - 1) for line in ids])
    return ids, at, torch.tensor(labels)


def train_text(options, worker):
    rng, words = settle(options, worker, "text"), Words(options.wheel)
    reader = Reader(words).to(options.device)
    trainer = Trainer(options, worker, rng, "text", reader, 1e-3, options.text_steps, options.text_minutes)
    right, seen = torch.zeros(len(LABELS)), 0
    while trainer.go_on():
        ids, at, labels = batch(rng, words, share(options.text_batch, options))
        scores, labels = reader(ids, at.to(options.device)), labels.to(options.device)
        trainer.learn(sum(F.cross_entropy(s, labels[:, i]) for i, s in enumerate(scores)))
        right += torch.tensor([(s.argmax(1) == labels[:, i]).sum().item() for i, s in enumerate(scores)])
        seen += len(ids)
        if trainer.step % 50 == 0 and worker == 0:
            print({k: round(v, 3) for k, v in zip(LABELS, (right / seen).tolist())}, flush=True)
            right, seen = right * 0, 0
