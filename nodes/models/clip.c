/* clip.c: CLIP's text tower, from token ids to tokens.  Source: Radford et al. 2021. */
#include "nodes/models/clip.h"

#include <stdatomic.h>

#include "core/base/alloc.h"
#include "kernels/ops.h"
#include "nodes/models/clip_parts.h"
#include "nodes/models/table.h"
#include "nodes/models/tap.h"

enum { HEAD_WIDTH = 64, MAX_LAYERS = 64 };
static const double eps = 1e-5;

struct layer {
    const lm_tensor *ln1_g, *ln1_b, *q_w, *q_b, *k_w, *k_b, *v_w, *v_b, *out_w, *out_b;
    const lm_tensor *ln2_g, *ln2_b, *fc1_w, *fc1_b, *fc2_w, *fc2_b;
};

struct lm_clip {
    atomic_int       refs;
    const lm_tensor *tokens, *positions, *norm_g, *norm_b;
    int64_t          width;
    int              heads, n_layers;
    struct layer    *layers;
    lm_held          held;
};

#define ROW(field, name, shape) LM_ROW(struct layer, field, name, shape)
static const lm_row layer_rows[] = {
    ROW(ln1_g, "layer_norm1.weight", "C"),
    ROW(ln1_b, "layer_norm1.bias", "C"),
    ROW(q_w, "self_attn.q_proj.weight", "C C"),
    ROW(q_b, "self_attn.q_proj.bias", "C"),
    ROW(k_w, "self_attn.k_proj.weight", "C C"),
    ROW(k_b, "self_attn.k_proj.bias", "C"),
    ROW(v_w, "self_attn.v_proj.weight", "C C"),
    ROW(v_b, "self_attn.v_proj.bias", "C"),
    ROW(out_w, "self_attn.out_proj.weight", "C C"),
    ROW(out_b, "self_attn.out_proj.bias", "C"),
    ROW(ln2_g, "layer_norm2.weight", "C"),
    ROW(ln2_b, "layer_norm2.bias", "C"),
    ROW(fc1_w, "mlp.fc1.weight", "F C"),
    ROW(fc1_b, "mlp.fc1.bias", "F"),
    ROW(fc2_w, "mlp.fc2.weight", "C F"),
    ROW(fc2_b, "mlp.fc2.bias", "C"),
    LM_ROWS_END
};
#undef ROW

static const lm_row clip_rows[] = {
    LM_ROW(struct lm_clip, tokens, "embeddings.token_embedding.weight", "V C"),
    LM_ROW(struct lm_clip, positions, "embeddings.position_embedding.weight", "77 C"),
    LM_ROW(struct lm_clip, norm_g, "final_layer_norm.weight", "C"),
    LM_ROW(struct lm_clip, norm_b, "final_layer_norm.bias", "C"),
    LM_ROWS_END
};

/* ------------------------------------------------------------------ loading */

static void read_widths(lm_reader *r, lm_clip *c)
{
    c->width = lm_reader_size(r, 'C');
    c->heads = (int)(c->width / HEAD_WIDTH);
    if (!r->failed && c->width % HEAD_WIDTH)
        lm_reader_fail(r, "the text encoder is %d wide, which is not a multiple of %d", (int)c->width,
                       HEAD_WIDTH);
    if (!r->failed && lm_reader_size(r, 'V') != LM_N_TOKENS)
        lm_reader_fail(r, "the text encoder knows %d tokens; %d are wanted", (int)lm_reader_size(r, 'V'),
                       LM_N_TOKENS);
}

static void read_layers(lm_reader *r, lm_clip *c)
{
    c->n_layers = lm_reader_count(r, "encoder.layers.", ".layer_norm1.weight");
    if (!r->failed && !c->n_layers)
        lm_reader_fail(r, "the tensor %sencoder.layers.0.layer_norm1.weight is missing", r->prefix);
    c->layers = lm_alloc_array((size_t)c->n_layers + 1, sizeof *c->layers);
    for (int i = 0; i < c->n_layers; i++)
        lm_read_rows(r, layer_rows, &c->layers[i], "encoder.layers.%d.", i);
}

lm_clip *lm_clip_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err)
{
    lm_reader r = { .weights = w, .device = d, .prefix = prefix, .err = err };
    lm_clip  *c = lm_alloc(sizeof *c);

    atomic_init(&c->refs, 1);
    lm_read_rows(&r, clip_rows, c, "%s", "");
    read_widths(&r, c);
    read_layers(&r, c);
    if (lm_reader_done(&r, &c->held))
        return c;
    lm_clip_unref(c);
    return NULL;
}

lm_clip *lm_clip_ref(lm_clip *c)
{
    atomic_fetch_add(&c->refs, 1);
    return c;
}

void lm_clip_unref(lm_clip *c)
{
    if (!c || atomic_fetch_sub(&c->refs, 1) > 1)
        return;
    lm_held_free(&c->held);
    lm_free(c->layers);
    lm_free(c);
}

int64_t lm_clip_width(const lm_clip *c)
{
    return c->width;
}

int lm_clip_layers(const lm_clip *c)
{
    return c->n_layers;
}

size_t lm_clip_bytes(const lm_clip *c)
{
    return lm_held_bytes(&c->held);
}

/* ------------------------------------------------------------------ the tower */

/* One layer.  x [N, T, C] -> [N, T, C].  Pre-norm, causal, quick-GELU. */
static lm_tensor *layer(lm_pass *p, const lm_clip *c, const struct layer *l, const lm_tensor *x)
{
    lm_scope   s = lm_scope_open(p);
    lm_tensor *h, *q, *k, *v, *y;

    h = lm_layer_norm(p, x, l->ln1_g, l->ln1_b, eps);       // [N, T, C]
    q = lm_linear    (p, h, l->q_w, l->q_b);
    k = lm_linear    (p, h, l->k_w, l->k_b);
    v = lm_linear    (p, h, l->v_w, l->v_b);
    h = lm_attention (p, q, k, v, c->heads, LM_CAUSAL);     // [N, T, C]
    y = lm_linear_add(p, h, l->out_w, l->out_b, x);

    h = lm_layer_norm(p, y, l->ln2_g, l->ln2_b, eps);
    h = lm_linear    (p, h, l->fc1_w, l->fc1_b);            // [N, T, 4C]
    h = lm_quick_gelu(p, h);
    y = lm_linear_add(p, h, l->fc2_w, l->fc2_b, y);         // [N, T, C]

    return lm_scope_keep(&s, y);
}

lm_tensor *lm_clip_embed(lm_pass *p, const lm_clip *c, const int32_t *ids, int64_t n)
{
    return lm_gather(p, c->tokens, ids, n);                 // [n, C]
}

lm_tensor *lm_clip_start(lm_pass *p, const lm_clip *c, const lm_tensor *embeds)
{
    const int64_t n = embeds ? lm_count(embeds) / (LM_CHUNK * c->width) : 0;
    lm_scope      s = lm_scope_open(p);
    lm_tensor    *at = lm_cast(p, c->positions, LM_F32);

    embeds = lm_reshape(p, embeds, LM_SHAPE(n, LM_CHUNK, c->width));
    at = lm_reshape(p, at, LM_SHAPE(1, LM_CHUNK, c->width));
    return lm_scope_keep(&s, lm_add(p, embeds, at));
}

lm_tensor *lm_clip_run(lm_pass *p, const lm_clip *c, const lm_tensor *x, int first, int end)
{
    lm_scope s = lm_scope_open(p);

    for (int i = first; i < end; i++) {
        lm_tensor *y = layer(p, c, &c->layers[i], x);

        if (i > first)
            lm_drop(p, x);
        x = y;
        lm_seen(p, x, "text_model.encoder.layers.%d", i);
    }
    return lm_scope_keep(&s, x);
}

lm_tensor *lm_clip_norm(lm_pass *p, const lm_clip *c, const lm_tensor *x)
{
    return lm_layer_norm(p, x, c->norm_g, c->norm_b, eps);
}
