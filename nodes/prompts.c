/* prompts.c: conditionings become prompts with places, weights and times. */
#include "nodes/prompts.h"

#include <math.h>

#include "kernels/ops.h"
#include "nodes/diffusion/masked.h"

static const char *const side_names[] = { "positive", "negative" };

static bool blame(lm_pass *p, lm_side side)
{
    if (!p->error.input[0])
        snprintf(p->error.input, sizeof p->error.input, "%s", side_names[side]);
    return false;
}

/* ------------------------------------------------------------------ reading one entry */

/* The box around what is not 0 in a mask [N, h, w, 1], at least eight cells a side. */
static bool bounds_of(lm_pass *p, const lm_tensor *mask, lm_region *r)
{
    const float  *m = lm_host_view(p, mask);
    const int64_t h = m ? lm_dim(mask, 1) : 0, w = m ? lm_dim(mask, 2) : 0;
    int64_t       top = h, left = w, bottom = -1, right = -1;

    for (int64_t i = 0; m && i < lm_count(mask); i++) {
        const int64_t y = i / w % h, x = i % w;

        if (m[i] == 0.0f)
            continue;
        top = y < top ? y : top;
        left = x < left ? x : left;
        bottom = y > bottom ? y : bottom;
        right = x > right ? x : right;
    }
    if (bottom < 0)
        top = left = 0; /* an empty mask: the smallest box there is */
    *r = (lm_region){ .y = top, .x = left };
    r->h = bottom - top + 1 > 8 ? bottom - top + 1 : 8;
    r->w = right - left + 1 > 8 ? right - left + 1 : 8;
    return m != NULL;
}

/* The mask [M, H, W] of an entry at the latent's size, for its batch. */
static const lm_tensor *mask_of(lm_pass *p, const limn_value *entry, lm_shape latent)
{
    const lm_tensor *m = lm_value_tensor(entry, "mask");
    const bool       one = m && lm_dim(m, 0) == 1;

    return m ? lm_masked_fit(p, m, one ? lm_with_dim(latent, 0, 1) : latent) : NULL;
}

/* A share of a side in cells, at least `least`. */
static int64_t share_of_side(const limn_value *entry, const char *name, int64_t side, int64_t least)
{
    const int64_t cells = (int64_t)rint(lm_value_number(entry, name, 0.0) * (double)side);

    return cells > least ? cells : least;
}

static lm_region area_of(const limn_value *entry, lm_shape latent)
{
    if (!lm_value_has(entry, "area_h"))
        return (lm_region){ .whole = true };
    if (lm_value_int(entry, "area_shares", 0))
        return (lm_region){ .h = share_of_side(entry, "area_h", latent.at[1], 1),
                            .w = share_of_side(entry, "area_w", latent.at[2], 1),
                            .y = share_of_side(entry, "area_y", latent.at[1], 0),
                            .x = share_of_side(entry, "area_x", latent.at[2], 0) };
    return (lm_region){ .h = lm_value_int(entry, "area_h", 0), .w = lm_value_int(entry, "area_w", 0),
                        .y = lm_value_int(entry, "area_y", 0), .x = lm_value_int(entry, "area_x", 0) };
}

static bool read_entry(lm_pass *p, lm_prompt *out, const limn_value *entry, const lm_levels *levels,
                       lm_shape latent)
{
    *out = (lm_prompt){ .tokens = lm_value_tensor(entry, "tokens"), .area = area_of(entry, latent),
                        .mask = mask_of(p, entry, latent), .from = INFINITY, .to = -INFINITY };
    out->strength = lm_value_number(entry, "strength", 1.0);
    out->mask_strength = lm_value_number(entry, "mask_strength", 1.0);
    if (lm_value_has(entry, "start_percent"))
        out->from = lm_levels_of_percent(levels, lm_value_number(entry, "start_percent", 0.0));
    if (lm_value_has(entry, "end_percent"))
        out->to = lm_levels_of_percent(levels, lm_value_number(entry, "end_percent", 1.0));
    if (out->mask && lm_value_int(entry, "set_area_to_bounds", 0))
        bounds_of(p, out->mask, &out->area);
    if (!out->tokens || lm_shape_of(out->tokens).n != 3)
        return lm_pass_fail(p, INPUT, "the conditioning holds no encoded prompt");
    return lm_pass_live(p);
}

/* ------------------------------------------------------------------ both sides alike */

/* The prompt of `side` that gives its tokens to an area of the other side: the smallest around it, else
 * the first that has no area. NULL when there is none, or when it has this very area. */
static const lm_prompt *smallest_around(const lm_prompts *all, lm_side side, lm_region area)
{
    const lm_prompt *best = NULL;

    for (const lm_prompt *q = all->at; q < all->at + all->n; q++) {
        if (q->side != side || (!q->area.whole && !lm_region_encloses(q->area, area)))
            continue;
        if (!best || (!q->area.whole && (best->area.whole || lm_region_cells(q->area) <
                                                                 lm_region_cells(best->area))))
            best = q;
    }
    return best && lm_region_same(best->area, area) ? NULL : best;
}

/* Gives every area of `side` its like on the other one. There is room behind the prompts. */
static void copy_areas(lm_prompts *all, lm_side side)
{
    const int n = all->n;

    for (int i = 0; i < n; i++) {
        const lm_prompt *q = &all->at[i], *giver = NULL;

        if (q->side == side && !q->area.whole)
            giver = smallest_around(all, side == LM_POSITIVE ? LM_NEGATIVE : LM_POSITIVE, q->area);
        if (giver) {
            lm_prompt *copy = &all->at[all->n++];

            *copy = *q;
            copy->side = giver->side;
            copy->tokens = giver->tokens;
        }
    }
}

/* ------------------------------------------------------------------ weights */

/* Mask times both strengths inside the area, 0 outside. */
static void weigh_mask(lm_prompt *q, const float *mask, float *weight, lm_shape latent)
{
    const int64_t h = latent.at[1], w = latent.at[2];
    const float   k = (float)q->mask_strength, strength = (float)q->strength;

    for (int64_t n = 0; n < q->weight_n; n++)
        for (int64_t y = q->area.y; y < q->area.y + q->area.h; y++)
            for (int64_t x = q->area.x; x < q->area.x + q->area.w; x++) {
                const int64_t i = (n * h + y) * w + x;

                weight[i] = mask[i] * k * strength;
            }
}

static bool weigh(lm_pass *p, lm_prompt *q, lm_shape latent)
{
    const float *mask = q->mask ? lm_host_view(p, q->mask) : NULL;
    float       *weight;

    if (!lm_region_clip(p, &q->area, latent))
        return false;
    if (q->area.whole && !q->mask && q->strength == 1.0)
        return true;
    q->weight_n = q->mask ? lm_dim(q->mask, 0) : 1;
    weight = lm_host_floats(p, q->weight_n * latent.at[1] * latent.at[2]);
    q->weight = weight;
    if (!weight || (q->mask && !mask))
        return false;
    if (q->mask)
        weigh_mask(q, mask, weight, latent);
    else
        lm_region_fade(weight, q->area, q->strength, latent);
    return true;
}

/* ------------------------------------------------------------------ all of it */

static bool read_side(lm_pass *p, lm_prompts *all, const limn_value *c, lm_side side,
                      const lm_levels *levels, lm_shape latent)
{
    for (int i = 0; i < lm_value_count(c); i++) {
        if (!read_entry(p, &all->at[all->n], lm_value_item(c, i), levels, latent))
            return blame(p, side);
        all->at[all->n++].side = side;
    }
    return true;
}

bool lm_prompts_settle(lm_pass *p, lm_prompts *out, const limn_value *positive,
                       const limn_value *negative, const lm_levels *levels, lm_shape latent)
{
    const int room = 2 * (lm_value_count(positive) + lm_value_count(negative)) + 1;

    *out = (lm_prompts){ .at = lm_scope_bytes(p, (size_t)room * sizeof *out->at) };
    if (!out->at || !read_side(p, out, positive, LM_POSITIVE, levels, latent) ||
        !read_side(p, out, negative, LM_NEGATIVE, levels, latent))
        return false;
    copy_areas(out, LM_POSITIVE);
    copy_areas(out, LM_NEGATIVE);
    for (lm_prompt *q = out->at; q < out->at + out->n; q++)
        if (!weigh(p, q, latent))
            return blame(p, q->side);
    return true;
}

/* ------------------------------------------------------------------ joining what was predicted */

static bool counts(const lm_prompts *all, int i, lm_side side, const lm_tensor *const *x0)
{
    return x0[i] && all->at[i].side == side;
}

static float weight_at(const lm_prompt *q, int64_t i, int64_t cells)
{
    return !q->weight ? 1.0f : q->weight[q->weight_n > 1 ? i : i % cells];
}

/* The sum of the weights of what counts, [n, h, w]; the tiny number keeps cells that nobody covers from
 * dividing by 0. */
static float *total_weight(lm_pass *p, const lm_prompts *all, lm_side side, const lm_tensor *const *x0,
                           int64_t cells, int64_t *n)
{
    float *total;

    *n = 1;
    for (int i = 0; i < all->n; i++)
        if (counts(all, i, side, x0) && all->at[i].weight_n > *n)
            *n = all->at[i].weight_n;
    total = lm_host_floats(p, *n * cells);
    for (int64_t c = 0; total && c < *n * cells; c++) {
        total[c] = 1e-37f;
        for (int i = 0; i < all->n; i++)
            if (counts(all, i, side, x0))
                total[c] += weight_at(&all->at[i], c, cells);
    }
    return total;
}

/* A prompt's share of the total, [n, h, w, 1]. */
static lm_tensor *share_of(lm_pass *p, const lm_prompt *q, const float *total, lm_shape s)
{
    const int64_t cells = s.at[1] * s.at[2];
    float        *share = lm_host_floats(p, lm_shape_count(s));

    for (int64_t c = 0; share && c < lm_shape_count(s); c++)
        share[c] = weight_at(q, c, cells) / total[c];
    return lm_from_host(p, s, share);
}

/* Each answer times its share, added up; 0 where there is none. */
static const lm_tensor *weighted_sum(lm_pass *p, const lm_prompts *all, lm_side side,
                                     const lm_tensor *const *x0, const lm_tensor *x)
{
    lm_shape         share = lm_with_dim(lm_shape_of(x), 3, 1);
    const float     *total = total_weight(p, all, side, x0, share.at[1] * share.at[2], &share.at[0]);
    const lm_tensor *sum = NULL;

    for (int i = 0; total && i < all->n; i++)
        if (counts(all, i, side, x0)) {
            const lm_tensor *wide = lm_region_place(p, x0[i], all->at[i].area, lm_shape_of(x));
            const lm_tensor *term = lm_mul(p, wide, share_of(p, &all->at[i], total, share));

            sum = sum ? lm_add(p, sum, term) : term;
        }
    return sum ? sum : lm_scale(p, x, 0.0);
}

const lm_tensor *lm_prompts_join(lm_pass *p, const lm_prompts *all, lm_side side,
                                 const lm_tensor *const *x0, const lm_tensor *x)
{
    int active = 0, last = 0;

    for (int i = 0; i < all->n; i++)
        if (counts(all, i, side, x0)) {
            last = i;
            active++;
        }
    if (active == 1 && !all->at[last].weight)
        return x0[last];
    return weighted_sum(p, all, side, x0, x);
}
