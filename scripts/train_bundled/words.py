"""CLIP's byte-pair tokens for lower-case captions: text in, 77 ids out.

The merges come from the open_clip_torch wheel; nothing of it is unpacked to disk."""
import gzip
import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

START, END, LENGTH, VOCABULARY = 49406, 49407, 77, 49408
WHEEL, WHEEL_FILE = "open_clip_torch==3.3.0", "open_clip_torch-3.3.0-py3-none-any.whl"
MERGES_MEMBER = "open_clip/bpe_simple_vocab_16e6.txt.gz"
MERGES_SHA256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"
MERGES_COUNT = 48894


def find_wheel(folder):
    """The wheel in this folder; pip brings it the first time."""
    path = Path(folder) / WHEEL_FILE
    if not path.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), WHEEL], check=True)
    return path


def byte_symbols():
    """The 256 one-letter symbols in vocabulary order: printable bytes first, as CLIP has them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]


def read_merges(wheel):
    packed = zipfile.ZipFile(wheel).read(MERGES_MEMBER)
    if hashlib.sha256(packed).hexdigest() != MERGES_SHA256:
        raise SystemExit(f"{wheel}: the merges are not the ones CLIP was trained with")
    lines = gzip.decompress(packed).decode().split("\n")
    return [tuple(line.split()) for line in lines[1:1 + MERGES_COUNT]]


class Words:
    def __init__(self, wheel):
        merges = read_merges(wheel)
        symbols = byte_symbols()
        vocabulary = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges]
        self.ids = {token: i for i, token in enumerate(vocabulary)}
        self.rank = {pair: i for i, pair in enumerate(merges)}

    def word(self, word):
        """Ids of one ASCII word: the pair that was learnt earliest joins first."""
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            at = min(range(len(parts) - 1), key=lambda i: self.rank.get((parts[i], parts[i + 1]), 1 << 30))
            if (parts[at], parts[at + 1]) not in self.rank:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[p] for p in parts]

    def caption(self, text):
        """START, the words, END; END again up to 77, which is how SD 1.x pads."""
        pieces = re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower())
        ids = [i for piece in pieces for i in self.word(piece)][:LENGTH - 2]
        return [START, *ids] + [END] * (LENGTH - 1 - len(ids))
