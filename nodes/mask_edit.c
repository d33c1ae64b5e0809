/* mask_edit.c: nodes that grow, fade and combine masks. */
#include <math.h>
#include <string.h>

#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { MAX_SIDE = 16384 };

static const limn_output mask_out[] = { { "MASK", "MASK", "The mask, changed." }, { 0 } };

/* ------------------------------------------------------------------ GrowMask */

struct grow {
    const limn_value *mask;
    int64_t           expand;
    bool              tapered_corners;
};
#define LIMN_ARGS struct grow
static const limn_input grow_in[] = {
    LIMN_LINK(mask,            "MASK",                    "The mask."),
    LIMN_INT (expand,          0, -MAX_SIDE, MAX_SIDE, 1, "By how many pixels; below 0 it shrinks."),
    LIMN_BOOL(tapered_corners, true,                      "Grow in a diamond rather than in a square."),
    LIMN_END
};
#undef LIMN_ARGS

/* The larger of two, or with `sign` -1 the smaller. */
static float more(float a, float b, float sign)
{
    return sign * b > sign * a ? b : a;
}

/* One step: each pixel takes the most (or least) of itself and the neighbours that the kernel names. What
 * lies outside does not count. True when anything changed. */
static bool grow_once(lm_pass *p, const float *in, float *out, int64_t h, int64_t w, bool diamond,
                      float sign)
{
    bool changed = false;

    for (int64_t y = 0; y < h && lm_pass_live(p); y++)
        for (int64_t x = 0; x < w; x++) {
            const float *at = in + y * w + x;
            float        v = *at;

            for (int64_t dy = y > 0 ? -1 : 0; dy <= (y < h - 1); dy++)
                for (int64_t dx = x > 0 ? -1 : 0; dx <= (x < w - 1); dx++)
                    if (!diamond || !dx || !dy)
                        v = more(v, at[dy * w + dx], sign);
            changed |= v != *at;
            out[y * w + x] = v;
        }
    return changed;
}

/* Grows the mask at *m `steps` times, with `other` to work in; *m is where the result lies. */
static void grow_one(lm_pass *p, float **m, float **other, int64_t h, int64_t w, const struct grow *a)
{
    const float sign = a->expand < 0 ? -1.0f : 1.0f;
    bool        changed = true;

    for (int64_t i = 0, n = a->expand < 0 ? -a->expand : a->expand; i < n && changed; i++) {
        float *made = *other;

        changed = grow_once(p, *m, made, h, w, a->tapered_corners, sign);
        *other = *m;
        *m = made;
    }
}

static limn_value *grown(lm_pass *p, const struct grow *a, const lm_tensor *t)
{
    const int64_t n = lm_dim(t, 0), h = lm_dim(t, 1), w = lm_dim(t, 2);
    const size_t  bytes = (size_t)(h * w) * sizeof(float);
    const float  *in = lm_host_view(p, t);
    float        *out = lm_host_floats(p, n * h * w), *m = lm_host_floats(p, h * w);
    float        *other = lm_host_floats(p, h * w);

    for (int64_t i = 0; i < n && lm_pass_live(p); i++) {
        memcpy(m, in + i * h * w, bytes);
        grow_one(p, &m, &other, h, w, a);
        memcpy(out + i * h * w, m, bytes);
    }
    return lm_mask_from_host(p, lm_shape_of(t), out);
}

static bool grow_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grow *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_mask_batch(p, a->mask);

    if (t)
        out[0] = grown(p, a, t);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node grow = LIMN_NODE(
    .name = "GrowMask", .title = "GrowMask", .category = "mask", .module = "comfy_extras.nodes_mask",
    .version = 1, .doc = "Widens a mask, or narrows it.",
    .inputs = grow_in, .outputs = mask_out, .args_size = sizeof(struct grow),
    .run = grow_run, .example = "workflows/nodes/grow_mask.json");

/* ------------------------------------------------------------------ FeatherMask */

struct feather {
    const limn_value *mask;
    int64_t           left, top, right, bottom;
};
#define LIMN_ARGS struct feather
static const limn_input feather_in[] = {
    LIMN_LINK(mask,   "MASK",            "The mask."),
    LIMN_INT (left,   0, 0, MAX_SIDE, 1, "Over how many columns it fades in from the left."),
    LIMN_INT (top,    0, 0, MAX_SIDE, 1, "Over how many rows it fades in from above."),
    LIMN_INT (right,  0, 0, MAX_SIDE, 1, "Over how many columns it fades out to the right."),
    LIMN_INT (bottom, 0, 0, MAX_SIDE, 1, "Over how many rows it fades out below."),
    LIMN_END
};
#undef LIMN_ARGS

static float rate(int64_t i, int64_t n)
{
    return (float)((double)(i + 1) / (double)n);
}

/* The right and lower edges count from 0 backwards, so that their first line is the picture's first.
 * Source: ComfyUI's FeatherMask, whose results workflows rely on. */
static int64_t backwards(int64_t i, int64_t size)
{
    return i ? size - i : 0;
}

static void fade_column(float *m, int64_t h, int64_t w, int64_t x, float by)
{
    for (int64_t y = 0; y < h; y++)
        m[y * w + x] *= by;
}

static void fade_row(float *m, int64_t w, int64_t y, float by)
{
    for (int64_t x = 0; x < w; x++)
        m[y * w + x] *= by;
}

static void feather_one(float *m, int64_t h, int64_t w, const struct feather *a)
{
    const int64_t left = lm_least(a->left, w), right = lm_least(a->right, w);
    const int64_t top = lm_least(a->top, h), bottom = lm_least(a->bottom, h);

    for (int64_t i = 0; i < left; i++)
        fade_column(m, h, w, i, rate(i, left));
    for (int64_t i = 0; i < right; i++)
        fade_column(m, h, w, backwards(i, w), rate(i, right));
    for (int64_t i = 0; i < top; i++)
        fade_row(m, w, i, rate(i, top));
    for (int64_t i = 0; i < bottom; i++)
        fade_row(m, w, backwards(i, h), rate(i, bottom));
}

/* The mask's numbers, to be changed. */
static float *copy_of(lm_pass *p, const lm_tensor *t)
{
    const float *in = lm_host_view(p, t);
    float       *out = lm_host_floats(p, lm_count(t));

    if (!in || !out)
        return NULL;
    memcpy(out, in, (size_t)lm_count(t) * sizeof *out);
    return out;
}

static bool feather_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct feather *a = args;
    lm_pass              *p = lm_pass_begin(call);
    const lm_tensor      *t = lm_mask_batch(p, a->mask);
    float                *m = t ? copy_of(p, t) : NULL;

    for (int64_t i = 0; m && i < lm_dim(t, 0); i++)
        feather_one(m + i * lm_dim(t, 1) * lm_dim(t, 2), lm_dim(t, 1), lm_dim(t, 2), a);
    if (m)
        out[0] = lm_mask_from_host(p, lm_shape_of(t), m);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node feather = LIMN_NODE(
    .name = "FeatherMask", .title = "FeatherMask", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Lets a mask fade at its edges.",
    .inputs = feather_in, .outputs = mask_out, .args_size = sizeof(struct feather),
    .run = feather_run, .example = "workflows/nodes/feather_mask.json");

/* ------------------------------------------------------------------ MaskComposite */

static float multiply(float a, float b) { return a * b; }
static float add(float a, float b)      { return a + b; }
static float subtract(float a, float b) { return a - b; }
static bool  set(float x)               { return nearbyintf(x) != 0; }
static float both(float a, float b)     { return set(a) && set(b); }
static float either(float a, float b)   { return set(a) || set(b); }
static float one_only(float a, float b) { return set(a) != set(b); }

static const char *const operations[] = { "multiply", "add", "subtract", "and", "or", "xor", NULL };
static float (*const combine[])(float, float) = { multiply, add, subtract, both, either, one_only };

struct composite {
    const limn_value *destination, *source;
    int64_t           x, y;
    int32_t           operation; /* of operations */
};
#define LIMN_ARGS struct composite
static const limn_input composite_in[] = {
    LIMN_LINK  (destination, "MASK",            "The mask below."),
    LIMN_LINK  (source,      "MASK",            "The mask laid over it."),
    LIMN_INT   (x,           0, 0, MAX_SIDE, 1, "Where its first column comes to lie."),
    LIMN_INT   (y,           0, 0, MAX_SIDE, 1, "Where its first row comes to lie."),
    LIMN_CHOICE(operation,   operations,        "What is done where both are."),
    LIMN_END
};
#undef LIMN_ARGS

/* Row by row where the two overlap. */
static void combine_one(float *m, const lm_tensor *t, const float *over, const lm_tensor *o,
                        const struct composite *a)
{
    const int64_t h = lm_dim(t, 1), w = lm_dim(t, 2), ow = lm_dim(o, 2);

    for (int64_t y = 0; y < lm_dim(o, 1) && a->y + y < h; y++)
        for (int64_t x = 0; x < ow && a->x + x < w; x++) {
            float *to = m + (a->y + y) * w + a->x + x;

            *to = combine[a->operation](*to, over[y * ow + x]);
        }
}

static bool composite_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct composite *a = args;
    lm_pass                *p = lm_pass_begin(call);
    const lm_tensor        *t = lm_mask_batch(p, a->destination), *o = lm_mask_batch(p, a->source);
    const float            *over = o ? lm_host_view(p, o) : NULL;
    float                  *m = t ? copy_of(p, t) : NULL;

    if (a->x < 0 || a->y < 0)
        lm_pass_fail(p, INPUT, "x and y cannot be below 0");
    if (m && over && lm_dim(o, 0) != 1 && lm_dim(o, 0) != lm_dim(t, 0))
        lm_pass_fail(p, INPUT, "the source has %lld masks, the destination %lld",
                     (long long)lm_dim(o, 0), (long long)lm_dim(t, 0));
    for (int64_t i = 0; m && over && i < lm_dim(t, 0) && lm_pass_live(p); i++)
        combine_one(m + i * lm_dim(t, 1) * lm_dim(t, 2), t,
                    over + (i % lm_dim(o, 0)) * lm_dim(o, 1) * lm_dim(o, 2), o, a);
    for (int64_t i = 0; m && over && i < lm_count(t); i++)
        m[i] = m[i] < 0 ? 0 : m[i] > 1 ? 1 : m[i];
    if (m && over)
        out[0] = lm_mask_from_host(p, lm_shape_of(t), m);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node composite = LIMN_NODE(
    .name = "MaskComposite", .title = "MaskComposite", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Combines two masks where they overlap.",
    .inputs = composite_in, .outputs = mask_out, .args_size = sizeof(struct composite),
    .run = composite_run, .example = "workflows/nodes/mask_composite.json");

const limn_node *const lm_nodes_mask_edit[] = { &grow, &feather, &composite, NULL };
