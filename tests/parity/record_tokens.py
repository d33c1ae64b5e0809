"""record_tokens.py: prompts, and the (token, weight) chunks ComfyUI's SD 1.x tokenizer makes of them.  Writes tokens.json.

    PYTHONPATH=STUBS python tests/parity/record_tokens.py --comfy COMFYUI
"""
import importlib.util
import logging
import os

import reference as ref

LONG = ("a detailed oil painting of an old lighthouse on a rocky cliff above a stormy sea, crashing waves, foam, dark clouds, "
        "one warm light in the window, gulls, rain, dramatic contrast, thick brush strokes, muted blues and greys, masterpiece, "
        "best quality, highly detailed, sharp focus, cinematic composition, volumetric light, 19th century romanticism")

PROMPTS = [
    # plain
    "", " ", "a", "a cat", "A Photo Of A CAT", "a photo of an astronaut riding a horse on mars",
    "masterpiece, best quality, 1girl, solo", "red  ball\n\non a   blue\ttable", "\n", "  leading and trailing  ",
    "line one\nline two\r\nline three", "tab\there", "end of line\n",
    # punctuation, numbers, contractions
    "it's the cat's toys, they're fun, I've won, we'll go, I'm here, he'd know, don't", "IT'S THE DOG'S, THEY'RE",
    "'quoted' \"double\" `tick`", "1234567890", "3.14159 and 1,000,000", "year 2024, 8k, f/1.8, 85mm", "x2 4k60 a1b2c3",
    "hello-world foo_bar semi;colon", "wow!!! really??? ...", "!@#$%^&*_+=-[]{}|;:,.<>/?~", "50% off & <b>bold</b>",
    "don''t 's't're 'S 'LL", "C++ and C#, R&D; AT&T", "http://example.org/a?b=c&d=e#f", "a.b.c...d", "--ar 16:9 --v 5",
    "under_score __dunder__ ___", "###", "20°C ½ ² ① Ⅳ", "１２３ ＡＢＣ",
    # html entities, which plain CLIP preprocessing would unescape
    "fish &amp; chips", "&lt;tag&gt; &quot;x&quot; &#39;y&#39;", "&amp;amp;",
    # letters beyond ASCII
    "caf\u00e9 cr\u00e8me br\u00fbl\u00e9e", "cafe\u0301 decomposed", "\u00c5ngstr\u00f6m na\u00efve \u00d1and\u00fa",
    "Stra\u00dfe \u1e9e \ufb01n", "\u0130stanbul \u0131", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440",
    "\u03b1\u03b2\u03b3 \u03a3\u03a3\u03a3 \u03c3\u03c2", "\u65e5\u672c\u8a9e\u306e\u732b", "\u4e00\u53ea\u732b\uff0c\u5750\u7740\u3002",
    "\uace0\uc591\uc774", "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd", "\u0e41\u0e21\u0e27\u0e19\u0e48\u0e32\u0e23\u0e31\u0e01",
    "\u0939\u093f\u0928\u094d\u0926\u0940", "a \U0001f431 cat \U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "\U0001f1eb\U0001f1f7 flag \u2764\ufe0f", "zero\u200bwidth", "nbsp\u00a0here", "em\u2014dash \u201cquotes\u201d \u2026", "\ufffd \u0001",
    "na\u00efve\u3000ideographic space", "soft\u00adhyphen",
    # special token text
    "<|endoftext|>", "a <|startoftext|> b <|endoftext|> c", "<|EndOfText|>", "<|endoftext|>x",
    # weights
    "(cat)", "((cat))", "(((cat)))", "a (red) cat", "(red:1.3) cat", "(red:0.5) (blue:1.5)", "((red:1.3) cat)",
    "(red (blue:0.5) green:1.2)", "(a (b (c (d))))", "(cat:1.3:1.5)", "(cat:abc)", "(cat:)", "(:1.3)", "(cat: 1.3 )",
    "(cat:-1)", "(cat:0)", "(cat:1e-1)", "(cat:.5)", "(cat:1_0)", "(cat:inf)", "(cat:1.0)", "(cat:1,5)", "()", "(())",
    "(a)(b)", "(a:1.2)(b:0.8)", "( spaced : 1.2 )", "a ( b ) c", "(time: 10:30)", "(multi word phrase:1.4), tail",
    "(cat:+1.5)", "(cat:0x10)", "(cat:\u0661.\u0665)", "(cat:1.5f)",
    # escapes and unbalanced
    "\\(cat\\)", "a \\(b\\) (c:1.2)", "(a \\(b\\):1.3)", "\\\\(x\\\\)", "back\\slash", "(cat", "cat)", "((cat)", "(cat))",
    "a) b (c", ")(", "(a (b:1.2 c", "(a:1.2) b) c (d", ":1.3)", "[cat] {dog|cat} [a:b:0.5]", "BREAK AND a AND b", "<lora:x:1>",
    # embeddings that do not exist
    "embedding:unknown", "a embedding:unknown cat", "embedding:unknown, cat", "a,embedding:unknown", "a\nembedding:unknown b",
    "(embedding:unknown:1.2) cat", "embedding:a embedding:b c", "embedding:unknown,cat dog",
    # chunks
    LONG, LONG + ", " + LONG, LONG + ", " + LONG + ", " + LONG,
    LONG[:250] + " (glowing window, warm light:1.3) " + LONG[250:],
    "(" + LONG + ":1.2), tail", " ".join(["cat"] * 74), " ".join(["cat"] * 75), " ".join(["cat"] * 76), " ".join(["cat"] * 150),
    " ".join(["cat"] * 151), " ".join(["cat"] * 72) + " (one two three four five:1.1) six",
    " ".join(["cat"] * 72) + " (one two three four five six seven:1.1) eight",
    " ".join(["cat"] * 72) + " (one two three four five six seven eight:1.1) nine",
    " ".join(["cat"] * 75) + " (one:1.1)", " ".join(["(cat:1.1) dog"] * 40), "(" + " ".join(["cat"] * 75) + ":1.1)" + "(dog:0.9)",
    "(" + " ".join(["cat"] * 76) + ":1.1)" + "(dog:0.9)", "supercalifragilisticexpialidocious " * 6,
    "pneumonoultramicroscopicsilicovolcanoconiosis", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]


def main():
    options = ref.arguments(__doc__).parse_args()
    ref.open_comfy(options)
    import tempfile
    import comfy.sd1_clip
    import transformers
    logging.disable(logging.WARNING)
    rows = []
    with tempfile.TemporaryDirectory() as embeddings:        # an empty folder: names are looked for, and never found
        tokenizer = comfy.sd1_clip.SD1Tokenizer(embedding_directory=embeddings)
        for text in PROMPTS:
            try:
                chunks = tokenizer.tokenize_with_weights(text)["l"]
            except Exception as e:
                rows.append({"text": text, "error": type(e).__name__})
                continue
            rows.append({"text": text, "chunks": [pack(c) for c in chunks]})
    meta = {**ref.meta(options, __file__), "transformers": transformers.__version__, "end": 49407, "length": 77,
            "ftfy": "present" if importlib.util.find_spec("ftfy") else "absent: no mojibake repair, html entities kept"}
    ref.write_json(os.path.join(options.out, "tokens.json"), {"meta": meta, "prompts": rows})


def pack(chunk):
    """[ids, weights] without the filling: ids stop after the first end token that only end tokens of weight 1 follow."""
    ids, weights = [int(t) for t, _ in chunk], [float(w) for _, w in chunk]
    assert len(ids) == 77
    n = 77
    while n > 1 and ids[n - 2] == ids[n - 1] == 49407 and weights[n - 2] == weights[n - 1] == 1.0:
        n -= 1
    if all(w == 1.0 for w in weights):
        return [ids[:n]]
    return [ids[:n], [ref.hexd(w) for w in weights[:n]]]


if __name__ == "__main__":
    main()
