/* conditioning_set.c: nodes that say where in the picture, when in the walk and how much a prompt counts;
 * and what the conditioning nodes share. */
#include "nodes/conditioning.h"

#include <inttypes.h>

#include "nodes/host.h"

enum { LONGEST_PX = 16384, CELL_PX = 8 };

static const limn_output conditioning_out[] = {
    { "CONDITIONING", "CONDITIONING", "The same prompt, bounded." }, { 0 }
};

/* ------------------------------------------------------------------ shared */

bool lm_cond_blame(lm_pass *p, const char *input, const char *text)
{
    lm_pass_fail(p, INPUT, "%s", text);
    if (!p->error.input[0])
        snprintf(p->error.input, sizeof p->error.input, "%s", input);
    return false;
}

limn_value *lm_cond_new(lm_pass *p, const limn_value *like, const lm_tensor *tokens,
                        const lm_tensor *pooled)
{
    lm_tensor  *heap = lm_pass_heap(p, tokens), *heap_pooled = lm_pass_heap(p, pooled);
    limn_value *v;

    if (!heap || !lm_pass_live(p)) {
        lm_tensor_unref(heap);
        lm_tensor_unref(heap_pooled);
        return NULL;
    }
    v = like ? lm_value_copy(like) : lm_value_new("COND");
    lm_value_set_tensor(v, "tokens", heap);
    if (heap_pooled)
        lm_value_set_tensor(v, "pooled", heap_pooled);
    return v;
}

const lm_tensor *lm_cond_tokens(lm_pass *p, const limn_value *entry)
{
    const lm_tensor *t = lm_value_tensor(entry, "tokens");

    if (!t)
        lm_pass_fail(p, INPUT, "the conditioning holds no encoded prompt");
    return t;
}

/* Gives every entry the same new fields. */
typedef void set_fn(limn_value *entry, const void *args);

static bool set_each(const limn_value *c, const void *args, set_fn *set, limn_value **out)
{
    out[0] = lm_value_new("CONDITIONING");
    for (int i = 0; i < lm_value_count(c); i++) {
        limn_value *entry = lm_value_copy(lm_value_item(c, i));

        set(entry, args);
        lm_value_push(out[0], entry);
    }
    return true;
}

/* ------------------------------------------------------------------ ConditioningSetArea */

struct area {
    const limn_value *conditioning;
    int64_t           width, height, x, y;
    double            strength;
};
#define LIMN_ARGS struct area
static const limn_input area_in[] = {
    LIMN_LINK (conditioning, "CONDITIONING", "A prompt."),
    LIMN_INT  (width,    64,  64,  LONGEST_PX, CELL_PX, "Of the area, in pixels."),
    LIMN_INT  (height,   64,  64,  LONGEST_PX, CELL_PX, "Of the area, in pixels."),
    LIMN_INT  (x,        0,   0,   LONGEST_PX, CELL_PX, "Its left edge, in pixels."),
    LIMN_INT  (y,        0,   0,   LONGEST_PX, CELL_PX, "Its upper edge, in pixels."),
    LIMN_FLOAT(strength, 1.0, 0.0, 10.0,       0.01,    "How much the prompt counts there."),
    LIMN_END
};
#undef LIMN_ARGS

static void area_set(limn_value *entry, const void *args)
{
    const struct area *a = args;

    lm_value_set_int(entry, "area_h", a->height / CELL_PX);
    lm_value_set_int(entry, "area_w", a->width / CELL_PX);
    lm_value_set_int(entry, "area_y", a->y / CELL_PX);
    lm_value_set_int(entry, "area_x", a->x / CELL_PX);
    lm_value_set_int(entry, "area_shares", 0);
    lm_value_set_int(entry, "set_area_to_bounds", 0);
    lm_value_set_number(entry, "strength", a->strength);
}

static bool area_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)err;
    return set_each(((const struct area *)args)->conditioning, args, area_set, out);
}

const limn_node lm_set_area = LIMN_NODE(
    .name = "ConditioningSetArea", .title = "Conditioning (Set Area)", .category = "conditioning",
    .module = "nodes", .version = 1, .doc = "Lets a prompt count in a rectangle only.",
    .inputs = area_in, .outputs = conditioning_out, .args_size = sizeof(struct area), .run = area_run,
    .example = "workflows/nodes/conditioning_set_area.json");

/* ------------------------------------------------------------------ ConditioningSetAreaPercentage */

struct share {
    const limn_value *conditioning;
    double            width, height, x, y, strength;
};
#define LIMN_ARGS struct share
static const limn_input share_in[] = {
    LIMN_LINK (conditioning, "CONDITIONING", "A prompt."),
    LIMN_FLOAT(width,    1.0, 0.0, 1.0,  0.01, "Of the area; 1 is the whole width."),
    LIMN_FLOAT(height,   1.0, 0.0, 1.0,  0.01, "Of the area; 1 is the whole height."),
    LIMN_FLOAT(x,        0.0, 0.0, 1.0,  0.01, "Its left edge."),
    LIMN_FLOAT(y,        0.0, 0.0, 1.0,  0.01, "Its upper edge."),
    LIMN_FLOAT(strength, 1.0, 0.0, 10.0, 0.01, "How much the prompt counts there."),
    LIMN_END
};
#undef LIMN_ARGS

static void share_set(limn_value *entry, const void *args)
{
    const struct share *a = args;

    lm_value_set_number(entry, "area_h", a->height);
    lm_value_set_number(entry, "area_w", a->width);
    lm_value_set_number(entry, "area_y", a->y);
    lm_value_set_number(entry, "area_x", a->x);
    lm_value_set_int(entry, "area_shares", 1);
    lm_value_set_int(entry, "set_area_to_bounds", 0);
    lm_value_set_number(entry, "strength", a->strength);
}

static bool share_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)err;
    return set_each(((const struct share *)args)->conditioning, args, share_set, out);
}

const limn_node lm_set_area_percentage = LIMN_NODE(
    .name = "ConditioningSetAreaPercentage", .title = "Conditioning (Set Area with Percentage)",
    .category = "conditioning", .module = "nodes", .version = 1,
    .doc = "Lets a prompt count in a rectangle only, given in shares of the picture.",
    .inputs = share_in, .outputs = conditioning_out, .args_size = sizeof(struct share),
    .run = share_run, .example = "workflows/nodes/conditioning_set_area_percentage.json");

/* ------------------------------------------------------------------ ConditioningSetAreaStrength */

struct strength {
    const limn_value *conditioning;
    double            strength;
};
#define LIMN_ARGS struct strength
static const limn_input strength_in[] = {
    LIMN_LINK (conditioning, "CONDITIONING", "A prompt."),
    LIMN_FLOAT(strength, 1.0, 0.0, 10.0, 0.01, "How much it counts beside others."),
    LIMN_END
};
#undef LIMN_ARGS

static void strength_set(limn_value *entry, const void *args)
{
    lm_value_set_number(entry, "strength", ((const struct strength *)args)->strength);
}

static bool strength_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)err;
    return set_each(((const struct strength *)args)->conditioning, args, strength_set, out);
}

const limn_node lm_set_area_strength = LIMN_NODE(
    .name = "ConditioningSetAreaStrength", .title = "ConditioningSetAreaStrength",
    .category = "conditioning", .module = "nodes", .version = 1,
    .doc = "Sets how much a prompt counts beside others.",
    .inputs = strength_in, .outputs = conditioning_out, .args_size = sizeof(struct strength),
    .run = strength_run, .example = "workflows/nodes/conditioning_set_area_strength.json");

/* ------------------------------------------------------------------ ConditioningSetMask */

static const char *const bounds_names[] = { "default", "mask bounds", NULL };

struct mask {
    const limn_value *conditioning, *mask;
    double            strength;
    int32_t           set_cond_area;
};
#define LIMN_ARGS struct mask
static const limn_input mask_in[] = {
    LIMN_LINK  (conditioning, "CONDITIONING", "A prompt."),
    LIMN_LINK  (mask, "MASK", "Where it counts: 1 fully, 0 not at all."),
    LIMN_FLOAT (strength, 1.0, 0.0, 10.0, 0.01, "How much it counts there."),
    LIMN_CHOICE(set_cond_area, bounds_names,
                "Whether the denoiser sees all of the picture or the mask's box."),
    LIMN_END
};
#undef LIMN_ARGS

static bool mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct mask *a = args;
    lm_pass           *p = lm_pass_begin(call);
    lm_tensor         *mask = lm_pass_heap(p, lm_mask_batch(p, a->mask));

    out[0] = lm_value_new("CONDITIONING");
    for (int i = 0; mask && i < lm_value_count(a->conditioning); i++) {
        limn_value *entry = lm_value_copy(lm_value_item(a->conditioning, i));

        lm_value_set_tensor(entry, "mask", lm_tensor_ref(mask));
        lm_value_set_int(entry, "set_area_to_bounds", a->set_cond_area);
        lm_value_set_number(entry, "mask_strength", a->strength);
        lm_value_push(out[0], entry);
    }
    lm_tensor_unref(mask);
    return lm_pass_end_with(p, out, 1, err);
}

const limn_node lm_set_mask = LIMN_NODE(
    .name = "ConditioningSetMask", .title = "Conditioning (Set Mask)", .category = "conditioning",
    .module = "nodes", .version = 1, .doc = "Lets a prompt count where a mask says so.",
    .inputs = mask_in, .outputs = conditioning_out, .args_size = sizeof(struct mask), .run = mask_run,
    .example = "workflows/nodes/conditioning_set_mask.json");

/* ------------------------------------------------------------------ ConditioningSetTimestepRange */

struct range {
    const limn_value *conditioning;
    double            start, end;
};
#define LIMN_ARGS struct range
static const limn_input range_in[] = {
    LIMN_LINK (conditioning, "CONDITIONING", "A prompt."),
    LIMN_FLOAT(start, 0.0, 0.0, 1.0, 0.001, "From this share of the walk on; 0 is its beginning."),
    LIMN_FLOAT(end,   1.0, 0.0, 1.0, 0.001, "Up to this share of the walk; 1 is its end."),
    LIMN_END
};
#undef LIMN_ARGS

static void range_set(limn_value *entry, const void *args)
{
    const struct range *a = args;

    lm_value_set_number(entry, "start_percent", a->start);
    lm_value_set_number(entry, "end_percent", a->end);
}

static bool range_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)err;
    return set_each(((const struct range *)args)->conditioning, args, range_set, out);
}

const limn_node lm_set_timestep_range = LIMN_NODE(
    .name = "ConditioningSetTimestepRange", .title = "ConditioningSetTimestepRange",
    .category = "advanced/conditioning", .module = "nodes", .version = 1,
    .doc = "Lets a prompt count in a part of the walk only.",
    .inputs = range_in, .outputs = conditioning_out, .args_size = sizeof(struct range),
    .run = range_run, .example = "workflows/nodes/conditioning_set_timestep_range.json");
