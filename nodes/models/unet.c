/* unet.c: reads a denoiser of Stable Diffusion 1.x, of any width and depth: which parts a block has follows
 * from the names, how wide they are from the shapes. */
#include "nodes/models/unet.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "nodes/models/unet_parts.h"

/* Letters of the shapes: M model width, E time width, X context width; I and O what a residual block takes
 * and gives, C a block's width; A and Z what the network takes and gives. */

#define ROW(field, name, shape) LM_ROW(lm_unet_res, field, name, shape)
static const lm_row res_rows[] = {
    ROW(norm1_g, "in_layers.0.weight", "I"),
    ROW(norm1_b, "in_layers.0.bias", "I"),
    ROW(conv1_w, "in_layers.2.weight", "O I 3 3"),
    ROW(conv1_b, "in_layers.2.bias", "O"),
    ROW(time_w, "emb_layers.1.weight", "O E"),
    ROW(time_b, "emb_layers.1.bias", "O"),
    ROW(norm2_g, "out_layers.0.weight", "O"),
    ROW(norm2_b, "out_layers.0.bias", "O"),
    ROW(conv2_w, "out_layers.3.weight", "O O 3 3"),
    ROW(conv2_b, "out_layers.3.bias", "O"),
    LM_ROWS_END
};
static const lm_row skip_rows[] = {
    ROW(skip_w, "skip_connection.weight", "O I"),
    ROW(skip_b, "skip_connection.bias", "O"),
    LM_ROWS_END
};
#undef ROW

#define ROW(field, name, shape) LM_ROW(lm_unet_layer, field, name, shape)
static const lm_row layer_rows[] = {
    ROW(norm1_g, "norm1.weight", "C"),
    ROW(norm1_b, "norm1.bias", "C"),
    ROW(qkv_w, "attn1.to_q.weight+attn1.to_k.weight+attn1.to_v.weight", "C C"),
    ROW(out1_w, "attn1.to_out.0.weight", "C C"),
    ROW(out1_b, "attn1.to_out.0.bias", "C"),
    ROW(norm2_g, "norm2.weight", "C"),
    ROW(norm2_b, "norm2.bias", "C"),
    ROW(q_w, "attn2.to_q.weight", "C C"),
    ROW(k_w, "attn2.to_k.weight", "C X"),
    ROW(v_w, "attn2.to_v.weight", "C X"),
    ROW(out2_w, "attn2.to_out.0.weight", "C C"),
    ROW(out2_b, "attn2.to_out.0.bias", "C"),
    ROW(norm3_g, "norm3.weight", "C"),
    ROW(norm3_b, "norm3.bias", "C"),
    ROW(geglu_w, "ff.net.0.proj.weight", "8C C"),
    ROW(geglu_b, "ff.net.0.proj.bias", "8C"),
    ROW(ff_w, "ff.net.2.weight", "C 4C"),
    ROW(ff_b, "ff.net.2.bias", "C"),
    LM_ROWS_END
};
#undef ROW

#define ROW(field, name, shape) LM_ROW(lm_unet_transformer, field, name, shape)
static const lm_row transformer_rows[] = {
    ROW(norm_g, "norm.weight", "C"),
    ROW(norm_b, "norm.bias", "C"),
    ROW(in_w, "proj_in.weight", "C C"),
    ROW(in_b, "proj_in.bias", "C"),
    ROW(out_w, "proj_out.weight", "C C"),
    ROW(out_b, "proj_out.bias", "C"),
    LM_ROWS_END
};
#undef ROW

#define ROW(name, shape)                                                                       \
    LM_ROW(lm_unet_part, w, name ".weight", shape), LM_ROW(lm_unet_part, b, name ".bias", "C")
static const lm_row first_rows[] = { LM_ROW(lm_unet_part, w, "weight", "C A 3 3"),
                                     LM_ROW(lm_unet_part, b, "bias", "C"), LM_ROWS_END };
static const lm_row down_rows[] = { ROW("op", "C C 3 3"), LM_ROWS_END };
static const lm_row up_rows[] = { ROW("conv", "C C 3 3"), LM_ROWS_END };
#undef ROW

static const lm_row time_rows[] = {
    LM_ROW(lm_unet, time1_w, "time_embed.0.weight", "E M"),
    LM_ROW(lm_unet, time1_b, "time_embed.0.bias", "E"),
    LM_ROW(lm_unet, time2_w, "time_embed.2.weight", "E E"),
    LM_ROW(lm_unet, time2_b, "time_embed.2.bias", "E"),
    LM_ROWS_END
};
static const lm_row out_rows[] = {
    LM_ROW(lm_unet, norm_g, "out.0.weight", "C"),
    LM_ROW(lm_unet, norm_b, "out.0.bias", "C"),
    LM_ROW(lm_unet, out_w, "out.2.weight", "Z C 3 3"),
    LM_ROW(lm_unet, out_b, "out.2.bias", "Z"),
    LM_ROWS_END
};

/* ------------------------------------------------------------------ parts */

/* Norms work on 32 groups, attention on 8 heads. */
static void check_width(lm_reader *r, const char *at, int64_t width)
{
    if (!r->failed && width % LM_UNET_GROUPS)
        lm_reader_fail(r, "%s%s works on %" PRId64 " channels, which %d groups cannot share", r->prefix, at,
                       width, LM_UNET_GROUPS);
}

static void read_res(lm_reader *r, lm_unet *u, lm_unet_res *b, const char *at)
{
    lm_reader_set(r, 'I', lm_reader_size(r, 'C'));
    lm_reader_set(r, 'O', 0);
    lm_read_rows(r, res_rows, b, "%s", at);
    if (lm_reader_size(r, 'I') != lm_reader_size(r, 'O') ||
        lm_reader_has(r, "%sskip_connection.weight", at))
        lm_read_rows(r, skip_rows, b, "%s", at);
    b->shift_b = lm_reader_sum(r, b->time_b, b->conv1_b);
    b->index = u->n_res++;
    u->res = lm_grow(u->res, (size_t)u->n_res * sizeof *u->res);
    u->res[b->index] = b;
    check_width(r, at, lm_reader_size(r, 'I'));
    check_width(r, at, lm_reader_size(r, 'O'));
    lm_reader_set(r, 'C', lm_reader_size(r, 'O'));
}

static void read_transformer(lm_reader *r, lm_unet *u, lm_unet_transformer *t, const char *at)
{
    char layers[64];

    snprintf(layers, sizeof layers, "%stransformer_blocks.", at);
    lm_read_rows(r, transformer_rows, t, "%s", at);
    t->n_layers = lm_reader_count(r, layers, ".norm1.weight");
    t->layers = lm_alloc_array((size_t)t->n_layers + 1, sizeof *t->layers);
    for (int i = 0; i < t->n_layers; i++) {
        lm_read_rows(r, layer_rows, &t->layers[i], "%s%d.", layers, i);
        t->layers[i].index = u->n_layers++;
        u->layers = lm_grow(u->layers, (size_t)u->n_layers * sizeof *u->layers);
        u->layers[t->layers[i].index] = &t->layers[i];
    }
}

static lm_unet_kind kind_of(const lm_reader *r, const char *at)
{
    return lm_reader_has(r, "%sin_layers.0.weight", at) ? LM_UNET_RES
           : lm_reader_has(r, "%snorm.weight", at)      ? LM_UNET_ATTEND
           : lm_reader_has(r, "%sop.weight", at)        ? LM_UNET_DOWN
           : lm_reader_has(r, "%sconv.weight", at)      ? LM_UNET_UP
           : lm_reader_has(r, "%sweight", at)           ? LM_UNET_CONV
                                                        : LM_UNET_NOTHING;
}

static void read_part(lm_reader *r, lm_unet *u, lm_unet_part *part, const char *at)
{
    switch (part->kind) {
    case LM_UNET_NOTHING: break;
    case LM_UNET_CONV: lm_read_rows(r, first_rows, part, "%s", at); break;
    case LM_UNET_RES: read_res(r, u, &part->res, at); break;
    case LM_UNET_ATTEND: read_transformer(r, u, &part->attend, at); break;
    case LM_UNET_DOWN: lm_read_rows(r, down_rows, part, "%s", at); break;
    case LM_UNET_UP: lm_read_rows(r, up_rows, part, "%s", at); break;
    }
}

/* How many of its parts change the size of the picture. */
static int read_block(lm_reader *r, lm_unet *u, lm_unet_block *b, const char *name)
{
    int turns = 0;

    snprintf(b->name, sizeof b->name, "%s", name);
    for (int i = 0; i < LM_UNET_PARTS && !r->failed; i++) {
        char at[sizeof b->name + 8];

        snprintf(at, sizeof at, "%s.%d.", b->name, i);
        b->part[i].kind = kind_of(r, at);
        read_part(r, u, &b->part[i], at);
        turns += b->part[i].kind == LM_UNET_DOWN || b->part[i].kind == LM_UNET_UP;
    }
    if (!r->failed && b->part[0].kind == LM_UNET_NOTHING)
        lm_reader_fail(r, "the tensors of %s%s are missing", r->prefix, b->name);
    return turns;
}

/* ------------------------------------------------------------------ the network */

static int count_blocks(const lm_reader *r)
{
    int  n = 0;
    char at[32];

    for (; n < 64; n++) {
        snprintf(at, sizeof at, "input_blocks.%d.0.", n);
        if (kind_of(r, at) == LM_UNET_NOTHING)
            break;
    }
    return n;
}

/* Channels run down the input blocks, through the middle, and up the output blocks, where each takes the
 * answer of its opposite as well. */
static void read_blocks(lm_reader *r, lm_unet *u)
{
    const int n = u->n_blocks = count_blocks(r);
    int64_t  *channels = lm_alloc_array((size_t)n + 1, sizeof *channels);
    int       downs = 0, ups = 0;
    char      name[32];

    u->in = lm_alloc_array((size_t)n + 1, sizeof *u->in);
    u->out = lm_alloc_array((size_t)n + 1, sizeof *u->out);
    for (int i = 0; i < n && !r->failed; i++) {
        snprintf(name, sizeof name, "input_blocks.%d", i);
        downs += read_block(r, u, &u->in[i], name);
        channels[i] = lm_reader_size(r, 'C');
    }
    if (!r->failed)
        read_block(r, u, &u->middle, "middle_block");
    for (int i = 0; i < n && !r->failed; i++) {
        snprintf(name, sizeof name, "output_blocks.%d", i);
        lm_reader_set(r, 'C', lm_reader_size(r, 'C') + channels[n - 1 - i]);
        ups += read_block(r, u, &u->out[i], name);
    }
    if (!r->failed && downs != ups)
        lm_reader_fail(r, "the denoiser halves its picture %d times and doubles it %d times", downs, ups);
    u->n_levels = downs + 1;
    lm_free(channels);
}

lm_unet *lm_unet_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err)
{
    lm_reader r = { .weights = w, .device = d, .prefix = prefix, .err = err };
    lm_unet  *u = lm_alloc(sizeof *u);

    atomic_init(&u->refs, 1);
    lm_read_rows(&r, time_rows, u, "%s", "");
    read_blocks(&r, u);
    lm_read_rows(&r, out_rows, u, "%s", "");
    u->channels = lm_reader_size(&r, 'M');
    u->channels_in = lm_reader_size(&r, 'A');
    u->channels_out = lm_reader_size(&r, 'Z');
    u->context_width = lm_reader_size(&r, 'X');
    if (!r.failed && !u->n_layers)
        lm_reader_fail(&r, "the denoiser has no attention, so it cannot follow a prompt");
    if (lm_reader_done(&r, &u->held))
        return u;
    lm_unet_unref(u);
    return NULL;
}

lm_unet *lm_unet_ref(lm_unet *u)
{
    atomic_fetch_add(&u->refs, 1);
    return u;
}

static void free_block(lm_unet_block *b)
{
    for (int i = 0; i < LM_UNET_PARTS; i++)
        lm_free(b->part[i].attend.layers);
}

void lm_unet_unref(lm_unet *u)
{
    if (!u || atomic_fetch_sub(&u->refs, 1) > 1)
        return;
    for (int i = 0; i < u->n_blocks; i++) {
        free_block(&u->in[i]);
        free_block(&u->out[i]);
    }
    free_block(&u->middle);
    lm_held_free(&u->held);
    lm_free(u->in);
    lm_free(u->out);
    lm_free(u->res);
    lm_free(u->layers);
    lm_free(u);
}

int64_t lm_unet_in_channels(const lm_unet *u)
{
    return u->channels_in;
}

int64_t lm_unet_out_channels(const lm_unet *u)
{
    return u->channels_out;
}

int64_t lm_unet_context_width(const lm_unet *u)
{
    return u->context_width;
}

int lm_unet_levels(const lm_unet *u)
{
    return u->n_levels;
}

size_t lm_unet_bytes(const lm_unet *u)
{
    return lm_held_bytes(&u->held);
}
