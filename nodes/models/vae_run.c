/* vae_run.c: runs the autoencoder.  Source: Esser et al. 2021 and Rombach et al. 2022.
 *
 * Pictures are the largest tensors of all (256 channels at 512 x 512 are 268 MB), so each function here
 * takes its x over: it is dropped, or written over, as soon as nobody needs it. */
#include "kernels/ops.h"
#include "nodes/models/tap.h"
#include "nodes/models/vae_parts.h"

static const double eps = 1e-6;

/* x [1, h, w, I] -> [1, h, w, O]; takes x over.  Where the width changes, the shorter way round is made
 * first: x itself can go then. */
static lm_tensor *res(lm_pass *p, const lm_vae_side *s, const lm_vae_res *b, lm_tensor *x)
{
    lm_tensor *skip = b->skip_w ? lm_linear(p, x, b->skip_w, b->skip_b) : x;
    lm_tensor *h;

    if (b->skip_w)
        h = lm_group_norm_silu_over(p, x, b->norm1_g, b->norm1_b, LM_VAE_GROUPS, eps);
    else
        h = lm_group_norm_silu(p, x, b->norm1_g, b->norm1_b, LM_VAE_GROUPS, eps);
    h = lm_conv_over(p, h, b->conv1_w, b->conv1_b, NULL, s->conv);
    h = lm_group_norm_silu_over(p, h, b->norm2_g, b->norm2_b, LM_VAE_GROUPS, eps);
    h = lm_conv_over(p, h, b->conv2_w, b->conv2_b, skip, s->conv);
    return lm_over(p, skip, h);
}

/* x [1, h, w, C] -> the same: every cell looks at every other; takes x over. */
static lm_tensor *attend(lm_pass *p, const lm_vae_attention *a, lm_tensor *x)
{
    lm_tensor *h = lm_group_norm(p, x, a->norm_g, a->norm_b, LM_VAE_GROUPS, eps), *q, *k, *v;

    q = lm_linear(p, h, a->q_w, a->q_b);
    k = lm_linear(p, h, a->k_w, a->k_b);
    v = lm_over(p, h, lm_linear(p, h, a->v_w, a->v_b));
    h = lm_attention(p, q, k, v, 1, 0);
    lm_drop(p, q);
    lm_drop(p, k);
    lm_drop(p, v);
    h = lm_over(p, h, lm_linear_add(p, h, a->out_w, a->out_b, x));
    return lm_over(p, x, h);
}

static lm_tensor *middle(lm_pass *p, const lm_vae_side *s, lm_tensor *x)
{
    x = res(p, s, &s->middle1, x);
    lm_seen(p, x, "mid.block_1");
    x = attend(p, &s->attention, x);
    lm_seen(p, x, "mid.attn_1");
    x = res(p, s, &s->middle2, x);
    lm_seen(p, x, "mid.block_2");
    return x;
}

/* The residual blocks of a level; `way` is "down" or "up". */
static lm_tensor *blocks(lm_pass *p, const lm_vae_side *s, const char *way, int level, lm_tensor *x)
{
    const lm_vae_level *l = &s->level[level];

    for (int i = 0; i < l->n_blocks; i++) {
        x = res(p, s, &l->block[i], x);
        lm_seen(p, x, "%s.%d.block.%d", way, level, i);
    }
    return x;
}

/* What both sides end in. */
static lm_tensor *finish(lm_pass *p, const lm_vae_side *s, lm_tensor *x)
{
    x = lm_group_norm_silu_over(p, x, s->norm_g, s->norm_b, LM_VAE_GROUPS, eps);
    x = lm_over(p, x, lm_conv(p, x, s->out_w, s->out_b, LM_CONV_3x3));
    lm_seen(p, x, "conv_out");
    return x;
}

/* ------------------------------------------------------------------ one picture */

/* One picture or latent of a batch. */
struct work {
    const lm_vae    *vae;
    const lm_tensor *x;
    int64_t          i;
};

/* In the search for broken numbers, what came from outside is looked at first. */
static lm_tensor *given(lm_pass *p, const struct work *w, const char *what)
{
    if (p->check_finite && !lm_want_finite(p, w->x, what))
        p->check_finite = false; /* found: no block is to blame */
    return lm_slice(p, w->x, 0, w->i, 1);
}

static lm_tensor *decode_one(lm_pass *p, void *self)
{
    const struct work *w = self;
    const lm_vae_side *s = &w->vae->decoder;
    lm_conv_spec       twice = s->conv;
    lm_scope           scope = lm_scope_open(p);
    lm_tensor         *x = given(p, w, "the latent it was given");

    twice.upsample = true;
    x = lm_over(p, x, lm_linear(p, x, s->latent_w, s->latent_b));
    x = lm_over(p, x, lm_conv(p, x, s->in_w, s->in_b, LM_CONV_3x3));
    lm_seen(p, x, "conv_in");
    x = middle(p, s, x);
    for (int level = s->n_levels - 1; level >= 0; level--) {
        const lm_vae_level *l = &s->level[level];

        x = blocks(p, s, "up", level, x);
        if (level > 0) {
            x = lm_over(p, x, lm_conv(p, x, l->w, l->b, twice));
            lm_seen(p, x, "up.%d.upsample", level);
        }
    }
    return lm_scope_keep(&scope, finish(p, s, x));
}

static lm_tensor *encode_one(lm_pass *p, void *self)
{
    const struct work *w = self;
    const lm_vae_side *s = &w->vae->encoder;
    lm_conv_spec       half = { .stride = 2, .bottom = 1, .right = 1 };
    lm_scope           scope = lm_scope_open(p);
    lm_tensor         *x = given(p, w, "the picture it was given");

    x = lm_over(p, x, lm_conv(p, x, s->in_w, s->in_b, LM_CONV_3x3));
    lm_seen(p, x, "conv_in");
    for (int level = 0; level < s->n_levels; level++) {
        const lm_vae_level *l = &s->level[level];

        x = blocks(p, s, "down", level, x);
        if (level + 1 < s->n_levels) {
            x = lm_over(p, x, lm_conv(p, x, l->w, l->b, half));
            lm_seen(p, x, "down.%d.downsample", level);
        }
    }
    x = finish(p, s, middle(p, s, x));
    x = lm_over(p, x, lm_linear(p, x, s->latent_w, s->latent_b));   // [1, h, w, mean | log variance]
    lm_seen(p, x, "quant_conv");
    return lm_scope_keep(&scope, lm_slice(p, x, -1, 0, w->vae->channels));
}

/* ------------------------------------------------------------------ batches */

/* Runs `one` for each of a batch, and lines up the answers. */
static lm_tensor *each(lm_pass *p, const lm_vae *v, const lm_tensor *x, const char *whole,
                       lm_tensor *(*one)(lm_pass *p, void *self))
{
    const int64_t     n = lm_dim(x, 0);
    lm_scope          s = lm_scope_open(p);
    const lm_tensor **parts = lm_scope_bytes(p, (size_t)n * sizeof *parts);
    struct work       w = { v, x, 0 };

    for (; parts && w.i < n && lm_pass_live(p); w.i++)
        parts[w.i] = lm_checked(p, one(p, &w), whole, one, &w);
    if (!parts || !lm_pass_live(p))
        return lm_scope_keep(&s, NULL);
    return lm_scope_keep(&s, n == 1 ? (lm_tensor *)parts[0] : lm_concat_all(p, parts, (int)n, 0));
}

lm_tensor *lm_vae_decode(lm_pass *p, const lm_vae *v, const lm_tensor *z)
{
    char text[LM_SHAPE_TEXT];

    if (!z || !lm_pass_live(p))
        return NULL;
    if (z->shape.n != 4 || lm_dim(z, 3) != v->channels) {
        lm_pass_fail(p, INPUT, "the VAE decodes latents with %d channels, not %s", (int)v->channels,
                     lm_shape_text(z->shape, text));
        return NULL;
    }
    if (!v->decoder.n_levels)
        return lm_scale(p, z, 1.0);
    return each(p, v, z, "the VAE's decoder", decode_one);
}

lm_tensor *lm_vae_encode(lm_pass *p, const lm_vae *v, const lm_tensor *x)
{
    const int64_t factor = lm_vae_factor(v);
    char          text[LM_SHAPE_TEXT];

    if (!x || !lm_pass_live(p))
        return NULL;
    if (x->shape.n != 4 || lm_dim(x, 3) != 3 || lm_dim(x, 1) % factor || lm_dim(x, 2) % factor) {
        lm_pass_fail(p, INPUT, "the VAE encodes pictures with 3 channels and sides of a multiple of %d, "
                               "not %s", (int)factor, lm_shape_text(x->shape, text));
        return NULL;
    }
    if (!v->encoder.n_levels)
        return lm_scale(p, x, 1.0);
    return each(p, v, x, "the VAE's encoder", encode_one);
}
