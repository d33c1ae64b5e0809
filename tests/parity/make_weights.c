/* make_weights.c: writes a Stable Diffusion 1.x checkpoint whose every value follows from its
 * tensor's name, place and shape, so that tests need no stored weights.  C11 and the standard
 * library only.
 *
 *     make_weights tiny|sd1 OUT.safetensors
 *
 * tiny is a narrow SD 1.x (60 MB) with the same depth and the same key names; sd1 is full size
 * (2.1 GB).  weights.py holds the rules in words and writes the same bytes.  Exit status: 0 for a
 * written file, 1 for one that could not be written, 2 for a wrong command line. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNET "model.diffusion_model."
#define TEXT "cond_stage_model.transformer.text_model."
#define VAE  "first_stage_model."

enum { CARRIED = 8, TEXT_LAYERS = 12, TOKENS = 49408, POSITIONS = 77, LEVELS = 4, CHUNK = 1 << 16 };

typedef struct kind {
    const char *name;
    int         unet, unet_mult[LEVELS], vae, vae_mult[LEVELS], text;
} kind;

static const kind kinds[] = {
    { "tiny",  64, { 1, 2, 3, 3 },  32, { 1, 2, 3, 4 },  64 },
    { "sd1",  320, { 1, 2, 4, 4 }, 128, { 1, 2, 4, 4 }, 768 },
};

/* What visits the tensors: the first walk writes the header, the second the values. */
typedef struct sink {
    FILE    *file;
    bool     values;        // the second walk
    char    *header;        // grows during the first
    size_t   used, room;
    uint64_t at;            // bytes of tensor data so far
} sink;

/* ---- values ---------------------------------------------------------------------------------- */

static uint64_t fnv1a(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h;
}

/* The i-th number of the stream h, in [-1, 1): the top 24 bits of splitmix64. */
static double noise(uint64_t h, uint64_t i)
{
    uint64_t z = h + (i + 1) * 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 40) - 8388608.0) / 8388608.0;
}

/* The nearest float16, ties to even.  |v| is below 65504 here: no infinities arise. */
static uint16_t half(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
    bits &= UINT64_MAX >> 1;
    if (fabs(v) < 0x1p-14)                              // subnormal: whole multiples of 2^-24
        return sign | (uint16_t)nearbyint(fabs(v) * 0x1p24);
    bits += ((UINT64_C(1) << 41) - 1) + (bits >> 42 & 1);
    return sign | (uint16_t)((bits >> 42) - ((1023 - 15) << 10));
}

static bool starts_with(const char *s, const char *start)
{
    return strncmp(s, start, strlen(start)) == 0;
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);

    return n >= m && strcmp(s + n - m, end) == 0;
}

/* value = base + scale * u.  The products that meet a base are exact, so fused arithmetic changes
 * nothing. */
static void rule(const char *name, const int *shape, int rank, double *base, double *scale)
{
    double fan_in = 1.0, gain = 1.0;

    for (int i = 1; i < rank; i++)
        fan_in *= shape[i];
    if (strcmp(name, VAE "quant_conv.weight") == 0)
        gain = 5.0;
    if (strcmp(name, UNET "out.2.weight") == 0)
        gain = 0.25;
    *base = 0.0;
    if (ends_with(name, ".bias"))
        *scale = 0.05;
    else if (rank == 1)
        *base = 1.0, *scale = 0.125;
    else if (ends_with(name, "token_embedding.weight"))
        *scale = 1.0;
    else if (ends_with(name, "position_embedding.weight"))
        *scale = 0.25;
    else
        *scale = gain * sqrt(3.0 / fan_in);
}

/* The path that carries the denoiser's input to its output through channels 0..7.  Answers element
 * i of the tensor when it lies on the path (then *v is its value), and false when the rule above
 * decides. */
static bool carried(const char *name, const int *shape, int rank, uint64_t i, double *v)
{
    if (!starts_with(name, UNET))
        return false;
    name += strlen(UNET);

    const uint64_t taps = rank == 4 ? (uint64_t)(shape[2] * shape[3]) : 1;
    const uint64_t row_size = rank == 4 ? (uint64_t)shape[1] * taps : 1;
    const int      row = (int)(i / row_size), in = (int)(i % row_size / taps);
    const bool     centre = i % taps == taps / 2;

    *v = 0.0;
    if (strcmp(name, "input_blocks.0.0.weight") == 0) {
        if (row < CARRIED && in == row / 2 && centre)
            *v = row % 2 ? -1.0 : 1.0;
        return row < CARRIED;
    }
    if (strcmp(name, "output_blocks.11.0.skip_connection.weight") == 0) {
        if (in == shape[0] + row)                       // the skip is the second half of the input
            *v = 1.0;
        return row < CARRIED;
    }
    if (strcmp(name, "out.2.weight") == 0) {
        if (row == in / 2 && centre)
            *v = in % 2 ? -1.0 : 1.0;
        return in < CARRIED;
    }
    if (strcmp(name, "out.0.weight") == 0) {
        *v = 1.0;
        return row < CARRIED;
    }
    static const char *const silent[] = {
        "input_blocks.0.0.bias",
        "output_blocks.11.0.skip_connection.bias",
        "output_blocks.11.0.out_layers.3.weight", "output_blocks.11.0.out_layers.3.bias",
        "output_blocks.11.1.proj_out.weight", "output_blocks.11.1.proj_out.bias",
        "out.0.bias",
    };
    for (size_t k = 0; k < sizeof silent / sizeof *silent; k++)
        if (strcmp(name, silent[k]) == 0)
            return row < CARRIED;
    return false;
}

/* Whether any element of the tensor may lie on the path: spares the others the question. */
static bool touches(const char *name)
{
    return starts_with(name, UNET "out") || starts_with(name, UNET "input_blocks.0.");
}

static void write_values(FILE *f, const char *name, const int *shape, int rank, uint64_t count)
{
    static uint8_t bytes[2 * CHUNK];
    const uint64_t h = fnv1a(name) ^ 0x6c696d6eu;
    const bool     ask = touches(name);
    double         base, scale, v;

    rule(name, shape, rank, &base, &scale);
    for (uint64_t i = 0, n = 0; i < count; i++) {
        if (!ask || !carried(name, shape, rank, i, &v))
            v = base + scale * noise(h, i);
        const uint16_t b = half(v);
        bytes[n++] = (uint8_t)b;
        bytes[n++] = (uint8_t)(b >> 8);
        if (n == sizeof bytes || i + 1 == count) {
            fwrite(bytes, 1, n, f);
            n = 0;
        }
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static void say(sink *s, const char *text)
{
    const size_t n = strlen(text);

    if (s->used + n + 1 > s->room) {
        s->room = 2 * (s->room + n) + 1024;
        s->header = realloc(s->header, s->room);
        if (!s->header) {
            fputs("make_weights: out of memory\n", stderr);
            exit(1);
        }
    }
    memcpy(s->header + s->used, text, n + 1);
    s->used += n;
}

static void describe(sink *s, const char *type, const char *name, const int *shape, int rank,
                     uint64_t size)
{
    char text[512];

    snprintf(text, sizeof text, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", name, type);
    say(s, text);
    for (int i = 0; i < rank; i++) {
        snprintf(text, sizeof text, "%s%d", i ? "," : "", shape[i]);
        say(s, text);
    }
    snprintf(text, sizeof text, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", s->at,
             s->at + size);
    say(s, text);
    s->at += size;
}

/* One tensor: prefix + name; its axes end at the first 0. */
static void tensor(sink *s, const char *prefix, const char *name, int a, int b, int c, int d)
{
    const int shape[4] = { a, b, c, d };
    int       rank = 0;
    uint64_t  count = 1;
    char      full[256];

    while (rank < 4 && shape[rank])
        count *= (uint64_t)shape[rank++];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    if (s->values)
        write_values(s->file, full, shape, rank, count);
    else
        describe(s, "F16", full, shape, rank, 2 * count);
}

/* A weight and its bias. */
static void pair(sink *s, const char *prefix, const char *name, int a, int b, int c, int d)
{
    char part[128];

    snprintf(part, sizeof part, "%s.weight", name);
    tensor(s, prefix, part, a, b, c, d);
    snprintf(part, sizeof part, "%s.bias", name);
    tensor(s, prefix, part, a, 0, 0, 0);
}

static void norm(sink *s, const char *p, const char *name, int c)
{
    pair(s, p, name, c, 0, 0, 0);
}

static void linear(sink *s, const char *p, const char *name, int out, int in)
{
    pair(s, p, name, out, in, 0, 0);
}

static void conv1(sink *s, const char *p, const char *name, int out, int in)
{
    pair(s, p, name, out, in, 1, 1);
}

static void conv3(sink *s, const char *p, const char *name, int out, int in)
{
    pair(s, p, name, out, in, 3, 3);
}

/* ---- the three networks ---------------------------------------------------------------------- */

static void text_tower(sink *s, int w)
{
    char p[128];

    tensor(s, TEXT, "embeddings.token_embedding.weight", TOKENS, w, 0, 0);
    tensor(s, TEXT, "embeddings.position_embedding.weight", POSITIONS, w, 0, 0);
    for (int i = 0; i < TEXT_LAYERS; i++) {
        snprintf(p, sizeof p, TEXT "encoder.layers.%d.", i);
        norm(s, p, "layer_norm1", w);
        linear(s, p, "self_attn.q_proj", w, w);
        linear(s, p, "self_attn.k_proj", w, w);
        linear(s, p, "self_attn.v_proj", w, w);
        linear(s, p, "self_attn.out_proj", w, w);
        norm(s, p, "layer_norm2", w);
        linear(s, p, "mlp.fc1", 4 * w, w);
        linear(s, p, "mlp.fc2", w, 4 * w);
    }
    norm(s, TEXT, "final_layer_norm", w);
}

static void unet_res(sink *s, const char *p, int in, int out, int embedding)
{
    norm(s, p, "in_layers.0", in);
    conv3(s, p, "in_layers.2", out, in);
    linear(s, p, "emb_layers.1", out, embedding);
    norm(s, p, "out_layers.0", out);
    conv3(s, p, "out_layers.3", out, out);
    if (in != out)
        conv1(s, p, "skip_connection", out, in);
}

static void unet_attention(sink *s, const char *p, const char *name, int c, int context)
{
    char q[160];

    snprintf(q, sizeof q, "%stransformer_blocks.0.%s.", p, name);
    tensor(s, q, "to_q.weight", c, c, 0, 0);
    tensor(s, q, "to_k.weight", c, context, 0, 0);
    tensor(s, q, "to_v.weight", c, context, 0, 0);
    linear(s, q, "to_out.0", c, c);
}

static void unet_transformer(sink *s, const char *p, int c, int context)
{
    norm(s, p, "norm", c);
    conv1(s, p, "proj_in", c, c);
    unet_attention(s, p, "attn1", c, c);
    unet_attention(s, p, "attn2", c, context);
    linear(s, p, "transformer_blocks.0.ff.net.0.proj", 8 * c, c);
    linear(s, p, "transformer_blocks.0.ff.net.2", c, 4 * c);
    norm(s, p, "transformer_blocks.0.norm1", c);
    norm(s, p, "transformer_blocks.0.norm2", c);
    norm(s, p, "transformer_blocks.0.norm3", c);
    conv1(s, p, "proj_out", c, c);
}

/* The path of block n's part k, as in "model.diffusion_model.input_blocks.4.1.". */
static const char *block(char *out, size_t room, const char *side, int n, int k)
{
    snprintf(out, room, UNET "%s.%d.%d.", side, n, k);
    return out;
}

static void unet(sink *s, int m, const int *mult, int context)
{
    char p[128];
    int  skips[12], n_skips = 0, c = m, n = 1;

    linear(s, UNET, "time_embed.0", 4 * m, m);
    linear(s, UNET, "time_embed.2", 4 * m, 4 * m);
    conv3(s, UNET, "input_blocks.0.0", m, 4);
    skips[n_skips++] = m;
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < 2; i++, n++) {
            unet_res(s, block(p, sizeof p, "input_blocks", n, 0), c, m * mult[level], 4 * m);
            c = m * mult[level];
            if (level < 3)
                unet_transformer(s, block(p, sizeof p, "input_blocks", n, 1), c, context);
            skips[n_skips++] = c;
        }
        if (level < 3) {
            conv3(s, block(p, sizeof p, "input_blocks", n++, 0), "op", c, c);
            skips[n_skips++] = c;
        }
    }
    unet_res(s, UNET "middle_block.0.", c, c, 4 * m);
    unet_transformer(s, UNET "middle_block.1.", c, context);
    unet_res(s, UNET "middle_block.2.", c, c, 4 * m);
    n = 0;
    for (int level = LEVELS - 1; level >= 0; level--)
        for (int i = 0; i < 3; i++, n++) {
            c += skips[--n_skips];
            unet_res(s, block(p, sizeof p, "output_blocks", n, 0), c, m * mult[level], 4 * m);
            c = m * mult[level];
            if (level < 3)
                unet_transformer(s, block(p, sizeof p, "output_blocks", n, 1), c, context);
            if (level > 0 && i == 2)
                conv3(s, block(p, sizeof p, "output_blocks", n, level < 3 ? 2 : 1), "conv", c, c);
        }
    norm(s, UNET, "out.0", m);
    conv3(s, UNET, "out.2", 4, m);
}

static void vae_res(sink *s, const char *p, int in, int out)
{
    norm(s, p, "norm1", in);
    conv3(s, p, "conv1", out, in);
    norm(s, p, "norm2", out);
    conv3(s, p, "conv2", out, out);
    if (in != out)
        conv1(s, p, "nin_shortcut", out, in);
}

/* side: "encoder" or "decoder". */
static void vae_middle(sink *s, const char *side, int c)
{
    char p[128];

    snprintf(p, sizeof p, VAE "%s.mid.block_1.", side);
    vae_res(s, p, c, c);
    snprintf(p, sizeof p, VAE "%s.mid.attn_1.", side);
    norm(s, p, "norm", c);
    conv1(s, p, "q", c, c);
    conv1(s, p, "k", c, c);
    conv1(s, p, "v", c, c);
    conv1(s, p, "proj_out", c, c);
    snprintf(p, sizeof p, VAE "%s.mid.block_2.", side);
    vae_res(s, p, c, c);
}

static void vae(sink *s, int ch, const int *mult)
{
    const int top = ch * mult[LEVELS - 1];
    int       c = ch;
    char      p[128];

    conv3(s, VAE, "encoder.conv_in", ch, 3);
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < 2; i++) {
            snprintf(p, sizeof p, VAE "encoder.down.%d.block.%d.", level, i);
            vae_res(s, p, c, ch * mult[level]);
            c = ch * mult[level];
        }
        snprintf(p, sizeof p, VAE "encoder.down.%d.", level);
        if (level < LEVELS - 1)
            conv3(s, p, "downsample.conv", c, c);
    }
    vae_middle(s, "encoder", top);
    norm(s, VAE, "encoder.norm_out", top);
    conv3(s, VAE, "encoder.conv_out", 8, top);
    conv1(s, VAE, "quant_conv", 8, 8);
    conv1(s, VAE, "post_quant_conv", 4, 4);
    conv3(s, VAE, "decoder.conv_in", top, 4);
    vae_middle(s, "decoder", top);
    for (int level = LEVELS - 1; level >= 0; level--) {
        for (int i = 0; i < 3; i++) {
            snprintf(p, sizeof p, VAE "decoder.up.%d.block.%d.", level, i);
            vae_res(s, p, c, ch * mult[level]);
            c = ch * mult[level];
        }
        snprintf(p, sizeof p, VAE "decoder.up.%d.", level);
        if (level > 0)
            conv3(s, p, "upsample.conv", c, c);
    }
    norm(s, VAE, "decoder.norm_out", ch);
    conv3(s, VAE, "decoder.conv_out", 3, ch);
}

/* Visits every tensor in the order of the file; the text encoder's position numbers, the one
 * integer tensor, are last. */
static void visit(sink *s, const kind *k)
{
    text_tower(s, k->text);
    unet(s, k->unet, k->unet_mult, k->text);
    vae(s, k->vae, k->vae_mult);
    if (!s->values) {
        describe(s, "I64", TEXT "embeddings.position_ids", (const int[]){ 1, POSITIONS }, 2,
                 8 * POSITIONS);
        return;
    }
    for (int i = 0; i < POSITIONS; i++)
        fwrite((const uint8_t[8]){ (uint8_t)i }, 1, 8, s->file);
}

static bool write_file(const kind *k, const char *path)
{
    sink s = { .file = fopen(path, "wb") };

    if (!s.file)
        return false;
    say(&s, "{\"__metadata__\":{\"format\":\"pt\",\"made_by\":\"limn tests/parity make_weights ");
    say(&s, k->name);
    say(&s, "\"}");
    visit(&s, k);
    say(&s, "}");
    while (s.used % 8)
        say(&s, " ");

    uint8_t size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)((uint64_t)s.used >> 8 * i);
    fwrite(size, 1, sizeof size, s.file);
    fwrite(s.header, 1, s.used, s.file);
    free(s.header);
    s.values = true;
    visit(&s, k);

    const bool good = !ferror(s.file);
    return fclose(s.file) == 0 && good;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            if (write_file(&kinds[i], argv[2]))
                return 0;
            fprintf(stderr, "make_weights: %s could not be written\n", argv[2]);
            return 1;
        }
    fputs("usage: make_weights tiny|sd1 OUT.safetensors\n", stderr);
    return 2;
}
