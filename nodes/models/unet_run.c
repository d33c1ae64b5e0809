/* unet_run.c: one walk's worth of the denoiser.  Source: Ho et al. 2020 and Rombach et al. 2022; where a
 * picture's size is odd, ComfyUI. */
#include <math.h>
#include <string.h>

#include "kernels/ops.h"
#include "nodes/models/tap.h"
#include "nodes/models/unet_parts.h"

static const double res_eps = 1e-5, transformer_eps = 1e-6, layer_eps = 1e-5;

/* What the time says to each residual block: rows[index] is [n, O], row i for timestep at[i]. */
struct times {
    const double *at;
    int           n;
    lm_tensor   **rows;
};

struct lm_unet_run {
    const lm_unet *u;
    lm_tensor    **k, **v; /* of each transformer layer's second attention, [N, T, C] */
    int64_t        batch;  /* of the context */
    struct times   known;
};

/* ------------------------------------------------------------------ time */

/* cos and sin of each timestep at frequencies from 1 down to 1/10000, [n, M], in f32 as the reference. */
static lm_tensor *waves(lm_pass *p, const double *at, int n, int64_t width)
{
    const int64_t half = width / 2;
    float        *host = lm_host_floats(p, n * width);

    for (int64_t i = 0; host && i < n * half; i++) {
        const int64_t row = i / half, k = i % half;
        const float   angle = (float)at[row] * expf((float)-log(10000.0) * (float)k / (float)half);

        host[row * width + k] = cosf(angle);
        host[row * width + half + k] = sinf(angle);
    }
    return lm_from_host(p, LM_SHAPE(n, width), host);
}

/* Fills t->rows, in the current scope. */
static void tell_times(lm_pass *p, const lm_unet *u, struct times *t)
{
    lm_scope   s = lm_scope_open(p);
    lm_tensor *e = waves(p, t->at, t->n, u->channels);

    e = lm_linear(p, e, u->time1_w, u->time1_b);            // [n, E]
    e = lm_silu  (p, e);
    e = lm_linear(p, e, u->time2_w, u->time2_b);
    lm_seen(p, e, "time_embed");
    e = lm_scope_keep(&s, lm_silu(p, e));

    for (int i = 0; i < u->n_res; i++)
        t->rows[i] = lm_linear(p, e, u->res[i]->time_w, u->res[i]->shift_b);
    lm_drop(p, e);
}

static struct times no_times(lm_pass *p, const lm_unet *u, const double *at, int n)
{
    struct times t = { at, n, lm_scope_bytes(p, (size_t)u->n_res * sizeof(lm_tensor *)) };

    return t;
}

/* Walks of more steps than this tell their first times only: a row of all blocks is 80 kB. */
enum { MOST_TIMES = 256 };

void lm_unet_times(lm_pass *p, lm_unet_run *r, const double *timesteps, int n)
{
    double *at = lm_scope_bytes(p, MOST_TIMES * sizeof *at);
    int     told = 0;

    if (!r || !at)
        return;
    for (int i = 0; i < n && told < MOST_TIMES; i++) {
        int same = 0;

        while (same < told && at[same] != timesteps[i])
            same++;
        at[same] = timesteps[i];
        told += same == told;
    }
    r->known = no_times(p, r->u, at, told);
    if (r->known.rows && told)
        tell_times(p, r->u, &r->known);
}

/* ------------------------------------------------------------------ the beginning of a walk */

lm_unet_run *lm_unet_begin(lm_pass *p, const lm_unet *u, const lm_tensor *context)
{
    const size_t room = (size_t)u->n_layers * sizeof(lm_tensor *);
    lm_unet_run *r = lm_scope_bytes(p, sizeof *r);
    lm_tensor  **k = lm_scope_bytes(p, room), **v = lm_scope_bytes(p, room);

    if (!r || !k || !v || !lm_want_finite(p, context, "the conditioning"))
        return NULL;
    if (context->shape.n != 3 || lm_dim(context, 2) != u->context_width) {
        lm_pass_fail(p, INPUT, "the conditioning is %d wide, and the denoiser listens to %d: they come "
                               "from models of two families", (int)lm_dim(context, -1),
                     (int)u->context_width);
        return NULL;
    }
    *r = (lm_unet_run){ .u = u, .k = k, .v = v, .batch = lm_dim(context, 0) };
    for (int i = 0; i < u->n_layers; i++) {
        k[i] = lm_linear(p, context, u->layers[i]->k_w, NULL);      // [N, T, C]
        v[i] = lm_linear(p, context, u->layers[i]->v_w, NULL);
    }
    return lm_pass_live(p) ? r : NULL;
}

/* ------------------------------------------------------------------ one evaluation */

/* One look at the network: the run, the times it uses, and which of them is meant. */
struct look {
    const lm_unet_run *run;
    const lm_tensor   *x;
    struct times       times;
    int                row;
};

/* What the time says to block b, [O]. */
static lm_tensor *shift_of(lm_pass *p, const struct look *l, const lm_unet_res *b)
{
    lm_tensor *rows = l->times.rows[b->index], *row;

    row = l->times.n > 1 ? lm_slice(p, rows, 0, l->row, 1) : rows;
    return row ? lm_reshape(p, row, LM_SHAPE(lm_dim(row, -1))) : NULL;
}

/* x [N, h, w, I] -> [N, h, w, O] */
static lm_tensor *res(lm_pass *p, const struct look *l, const lm_unet_res *b, const lm_tensor *x)
{
    lm_scope         s = lm_scope_open(p);
    const lm_tensor *shift = shift_of(p, l, b), *skip;
    lm_tensor       *h;

    h = lm_group_norm_silu(p, x, b->norm1_g, b->norm1_b, LM_UNET_GROUPS, res_eps);
    h = lm_over(p, h, lm_conv(p, h, b->conv1_w, shift, LM_CONV_3x3));               // [N, h, w, O]
    h = lm_group_norm_silu_over(p, h, b->norm2_g, b->norm2_b, LM_UNET_GROUPS, res_eps);
    skip = b->skip_w ? lm_linear(p, x, b->skip_w, b->skip_b) : x;
    h = lm_conv_add(p, h, b->conv2_w, b->conv2_b, skip, LM_CONV_3x3);

    return lm_scope_keep(&s, h);
}

/* x [N, h, w, C] -> the same; attention to itself, to the context, and a gated network. */
static lm_tensor *layer(lm_pass *p, const struct look *l, const lm_unet_layer *t, const lm_tensor *x)
{
    const lm_tensor *k = l->run->k[t->index], *v = l->run->v[t->index];
    lm_scope         s = lm_scope_open(p);
    lm_tensor       *h, *y;

    h = lm_layer_norm(p, x, t->norm1_g, t->norm1_b, layer_eps);
    h = lm_over(p, h, lm_linear(p, h, t->qkv_w, NULL));                             // [N, h, w, 3C]
    h = lm_over(p, h, lm_attention_qkv(p, h, LM_UNET_HEADS, 0));
    y = lm_over(p, h, lm_linear_add(p, h, t->out1_w, t->out1_b, x));

    h = lm_layer_norm(p, y, t->norm2_g, t->norm2_b, layer_eps);
    h = lm_over(p, h, lm_linear(p, h, t->q_w, NULL));
    h = lm_over(p, h, lm_attention(p, h, k, v, LM_UNET_HEADS, 0));
    h = lm_over(p, h, lm_linear_add(p, h, t->out2_w, t->out2_b, y));
    y = lm_over(p, y, h);

    h = lm_layer_norm(p, y, t->norm3_g, t->norm3_b, layer_eps);
    h = lm_over(p, h, lm_linear_geglu(p, h, t->geglu_w, t->geglu_b));               // [N, h, w, 4C]
    y = lm_linear_add(p, h, t->ff_w, t->ff_b, y);

    return lm_scope_keep(&s, y);
}

/* x [N, h, w, C] -> the same */
static lm_tensor *attend(lm_pass *p, const struct look *l, const lm_unet_transformer *t,
                         const lm_tensor *x, const char *name)
{
    lm_scope   s = lm_scope_open(p);
    lm_tensor *h;

    h = lm_group_norm(p, x, t->norm_g, t->norm_b, LM_UNET_GROUPS, transformer_eps);
    h = lm_over(p, h, lm_linear(p, h, t->in_w, t->in_b));
    for (int i = 0; i < t->n_layers; i++) {
        h = lm_over(p, h, layer(p, l, &t->layers[i], h));
        lm_seen(p, h, "%s.1.transformer_blocks.%d", name, i);
    }
    return lm_scope_keep(&s, lm_linear_add(p, h, t->out_w, t->out_b, x));
}

static lm_tensor *down(lm_pass *p, const lm_unet_part *part, const lm_tensor *x)
{
    lm_conv_spec half = LM_CONV_3x3;

    half.stride = 2;
    return lm_conv(p, x, part->w, part->b, half);
}

/* Doubles x to the size of `like`, the answer that the next block takes as well. Where that one's picture
 * was odd, the last row or column of the doubled one is left out. */
static lm_tensor *up(lm_pass *p, const lm_unet_part *part, const lm_tensor *x, const lm_tensor *like)
{
    const int64_t h = 2 * lm_dim(x, 1), w = 2 * lm_dim(x, 2);
    lm_conv_spec  spec = LM_CONV_3x3;
    lm_scope      s = lm_scope_open(p);

    if (!like || (lm_dim(like, 1) == h && lm_dim(like, 2) == w)) {
        spec.upsample = true;
    } else {
        x = lm_resample(p, x, h, w, LM_NEAREST_EXACT);
        x = lm_slice(p, x, 1, 0, lm_dim(like, 1));
        x = lm_slice(p, x, 2, 0, lm_dim(like, 2));
    }
    return lm_scope_keep(&s, lm_conv(p, x, part->w, part->b, spec));
}

/* One part of a block; x stays. */
static lm_tensor *run_part(lm_pass *p, const struct look *l, const lm_unet_part *part, const char *name,
                           const lm_tensor *x, const lm_tensor *like)
{
    switch (part->kind) {
    case LM_UNET_CONV: return lm_conv(p, x, part->w, part->b, LM_CONV_3x3);
    case LM_UNET_RES: return res(p, l, &part->res, x);
    case LM_UNET_ATTEND: return attend(p, l, &part->attend, x, name);
    case LM_UNET_DOWN: return down(p, part, x);
    case LM_UNET_UP: return up(p, part, x, like);
    case LM_UNET_NOTHING: break;
    }
    return NULL;
}

/* One block; x stays. `like`: what an UP part is to fit, or NULL. */
static lm_tensor *run_block(lm_pass *p, const struct look *l, const lm_unet_block *b, const lm_tensor *x,
                            const lm_tensor *like)
{
    lm_scope         s = lm_scope_open(p);
    const lm_tensor *h = x;

    for (int i = 0; i < LM_UNET_PARTS && b->part[i].kind != LM_UNET_NOTHING && lm_pass_live(p); i++) {
        lm_tensor *y = run_part(p, l, &b->part[i], b->name, h, like);

        if (h != x)
            lm_drop(p, h);
        h = y;
        lm_seen(p, h, "%s.%d", b->name, i);
    }
    lm_seen(p, h, "%s", b->name);
    return lm_scope_keep(&s, h);
}

/* The whole network. Each input block's answer is kept for the output block opposite. */
static lm_tensor *forward(lm_pass *p, void *self)
{
    const struct look *l = self;
    const lm_unet     *u = l->run->u;
    const int          n = u->n_blocks;
    lm_scope           s = lm_scope_open(p);
    lm_tensor        **skip = lm_scope_bytes(p, (size_t)n * sizeof *skip);
    const lm_tensor   *x = l->x;
    lm_tensor         *h;

    if (p->check_finite)
        lm_want_finite(p, x, "the latent it was given");
    for (int i = 0; i < n && lm_pass_live(p); i++)
        x = skip[i] = run_block(p, l, &u->in[i], x, NULL);
    h = run_block(p, l, &u->middle, x, NULL);
    for (int i = n - 1; i >= 0 && lm_pass_live(p); i--) {
        lm_tensor *both = lm_concat(p, h, skip[i], -1);         // [N, h, w, C + C']

        lm_drop(p, h);
        lm_drop(p, skip[i]);
        h = run_block(p, l, &u->out[n - 1 - i], both, i ? skip[i - 1] : NULL);
        lm_drop(p, both);
    }
    h = lm_group_norm_silu_over(p, h, u->norm_g, u->norm_b, LM_UNET_GROUPS, res_eps);
    return lm_scope_keep(&s, lm_conv(p, h, u->out_w, u->out_b, LM_CONV_3x3));
}

static bool takes(lm_pass *p, const lm_unet_run *r, const lm_tensor *x)
{
    char text[LM_SHAPE_TEXT];

    if (x->shape.n != 4 || lm_dim(x, 3) != r->u->channels_in)
        return lm_pass_fail(p, INPUT, "the denoiser takes latents with %d channels, not %s",
                            (int)r->u->channels_in, lm_shape_text(x->shape, text));
    if (r->batch != 1 && r->batch != lm_dim(x, 0))
        return lm_pass_fail(p, BUG, "a batch of %d latents with %d conditionings", (int)lm_dim(x, 0),
                            (int)r->batch);
    return true;
}

/* The times that hold `timestep`, if they were told; else just that one, computed now. */
static void find_time(lm_pass *p, struct look *l, const double *timestep)
{
    const struct times *known = &l->run->known;

    for (l->row = 0; l->row < known->n && known->at[l->row] != *timestep; l->row++)
        continue;
    l->times = *known;
    if (l->row < known->n)
        return;
    l->times = no_times(p, l->run->u, timestep, 1);
    if (l->times.rows)
        tell_times(p, l->run->u, &l->times);
}

lm_tensor *lm_unet_eval(lm_pass *p, lm_unet_run *r, const lm_tensor *x, double timestep)
{
    lm_scope    s;
    struct look l = { .run = r, .x = x };
    lm_tensor  *y = NULL;

    if (!lm_pass_live(p) || !takes(p, r, x))
        return NULL;
    s = lm_scope_open(p);
    find_time(p, &l, &timestep);
    if (lm_pass_live(p))
        y = forward(p, &l);
    return lm_scope_keep(&s, lm_checked(p, y, "the denoiser", forward, &l));
}
