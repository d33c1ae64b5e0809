/* conditioning.c: nodes that encode prompts, and join and mix what was encoded. */
#include <inttypes.h>
#include <string.h>

#include "core/base/log.h"
#include "kernels/ops.h"
#include "nodes/conditioning.h"
#include "nodes/host.h"
#include "nodes/models/clip.h"
#include "nodes/models/inversion.h"

static const limn_output conditioning_out[] = {
    { "CONDITIONING", "CONDITIONING", "What the denoiser listens to." }, { 0 }
};

/* ------------------------------------------------------------------ CLIPTextEncode */

struct encode {
    const char       *text;
    const limn_value *clip;
};
#define LIMN_ARGS struct encode
static const limn_input encode_in[] = {
    LIMN_TEXT(text, NULL, "The prompt; (more:1.3) and (less:0.8) weigh words.",
              .flags = LIMN_MULTILINE | LIMN_DYNAMIC_PROMPTS),
    LIMN_LINK(clip, "CLIP", "The text encoder."),
    LIMN_END
};
#undef LIMN_ARGS

static bool encode_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct encode *a = args;
    const lm_clip       *clip = lm_value_object(a->clip, "clip", &lm_clip_kind);
    lm_pass             *p = lm_pass_begin(call);
    lm_tensor           *tokens = NULL, *pooled = NULL;

    if (clip)
        tokens = lm_clip_encode(p, clip, a->text, (int)lm_value_int(a->clip, "stop_at", -1), &pooled);
    else
        lm_cond_blame(p, "clip", "the checkpoint that this CLIP comes from holds no text encoder");
    out[0] = lm_value_new("CONDITIONING");
    lm_value_push(out[0], lm_cond_new(p, NULL, tokens, pooled));
    return lm_pass_end_with(p, out, 1, err);
}

/* A prompt that names an embedding depends on its file; one that comes by a link may. */
static bool encode_fingerprint(limn_call *call, const void *args, uint64_t *out, limn_error *err)
{
    const struct encode *a = args;
    lm_folders          *folders = lm_call_env(call)->folders;

    (void)err;
    *out = 0;
    if (folders && (!a->text || !*a->text || strstr(a->text, "embedding:")))
        *out = lm_inversion_mark(folders);
    return true;
}

static const limn_node encode = LIMN_NODE(
    .name = "CLIPTextEncode", .title = "CLIP Text Encode (Prompt)", .category = "conditioning",
    .module = "nodes", .version = 1,
    .doc = "Encodes a prompt into what leads the denoiser toward a picture.",
    .inputs = encode_in, .outputs = conditioning_out, .args_size = sizeof(struct encode),
    .run = encode_run, .fingerprint = encode_fingerprint, .example = "workflows/text2image.json");

/* ------------------------------------------------------------------ CLIPSetLastLayer */

struct last_layer {
    const limn_value *clip;
    int64_t           stop_at_clip_layer;
};
#define LIMN_ARGS struct last_layer
static const limn_input last_layer_in[] = {
    LIMN_LINK(clip, "CLIP", "The text encoder."),
    LIMN_INT (stop_at_clip_layer, -1, -24, -1, 1, "-1 is the last layer, -2 the one before it."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output clip_out[] = { { "CLIP", "CLIP", "The text encoder, cut short." }, { 0 } };

static bool last_layer_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct last_layer *a = args;

    (void)call, (void)err;
    out[0] = lm_value_copy(a->clip);
    lm_value_set_int(out[0], "stop_at", a->stop_at_clip_layer);
    return true;
}

static const limn_node last_layer = LIMN_NODE(
    .name = "CLIPSetLastLayer", .title = "CLIP Set Last Layer", .category = "conditioning",
    .module = "nodes", .version = 1,
    .doc = "Takes the prompt from an earlier layer of the text encoder (clip skip).",
    .inputs = last_layer_in, .outputs = clip_out, .args_size = sizeof(struct last_layer),
    .run = last_layer_run, .example = "workflows/nodes/clip_set_last_layer.json");

/* ------------------------------------------------------------------ ConditioningCombine */

struct combine {
    const limn_value *conditioning_1, *conditioning_2;
};
#define LIMN_ARGS struct combine
static const limn_input combine_in[] = {
    LIMN_LINK(conditioning_1, "CONDITIONING", "One prompt."),
    LIMN_LINK(conditioning_2, "CONDITIONING", "Another."),
    LIMN_END
};
#undef LIMN_ARGS

static bool combine_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct combine *a = args;

    (void)call, (void)err;
    out[0] = lm_value_new("CONDITIONING");
    for (int i = 0; i < lm_value_count(a->conditioning_1); i++)
        lm_value_push(out[0], lm_value_ref(lm_value_item(a->conditioning_1, i)));
    for (int i = 0; i < lm_value_count(a->conditioning_2); i++)
        lm_value_push(out[0], lm_value_ref(lm_value_item(a->conditioning_2, i)));
    return true;
}

static const limn_node combine = LIMN_NODE(
    .name = "ConditioningCombine", .title = "Conditioning (Combine)", .category = "conditioning",
    .module = "nodes", .version = 1,
    .doc = "Follows both prompts: what the denoiser predicts for each is averaged.",
    .inputs = combine_in, .outputs = conditioning_out, .args_size = sizeof(struct combine),
    .run = combine_run, .example = "workflows/nodes/conditioning_combine.json");

/* ------------------------------------------------------------------ two into one */

/* Makes the new entry of each entry of `to` and the first of `from`. */
typedef limn_value *join_fn(lm_pass *p, const limn_value *to, const limn_value *from, double share);

static bool join(limn_call *call, const limn_value *to, const limn_value *from, double share, join_fn *one,
                 limn_value **out, limn_error *err)
{
    lm_pass          *p = lm_pass_begin(call);
    const limn_value *first = lm_value_count(from) ? lm_value_item(from, 0) : NULL;

    if (!first)
        lm_cond_blame(p, "conditioning_from", "the conditioning is empty");
    else if (lm_value_count(from) > 1)
        lm_log(LM_LOG_WARN, "node %s: only the first entry of conditioning_from is used", lm_call_of(call)->node);
    out[0] = lm_value_new("CONDITIONING");
    for (int i = 0; first && i < lm_value_count(to); i++)
        lm_value_push(out[0], one(p, lm_value_item(to, i), first, share));
    return lm_pass_end_with(p, out, 1, err);
}

struct average {
    const limn_value *conditioning_to, *conditioning_from;
    double            conditioning_to_strength;
};
#define LIMN_ARGS struct average
static const limn_input average_in[] = {
    LIMN_LINK (conditioning_to,   "CONDITIONING", "What is changed."),
    LIMN_LINK (conditioning_from, "CONDITIONING", "What is mixed in; its first entry counts."),
    LIMN_FLOAT(conditioning_to_strength, 1.0, 0.0, 1.0, 0.01, "1 leaves it as it is, 0 replaces it."),
    LIMN_END
};
#undef LIMN_ARGS

/* `from` cut, or filled up with zeros, to as many tokens as `to` has. */
static const lm_tensor *fitted(lm_pass *p, const lm_tensor *from, const lm_tensor *to)
{
    const int64_t have = lm_dim(from, 1), want = lm_dim(to, 1);
    lm_shape      rest;

    if (have == want)
        return from;
    if (have > want)
        return lm_slice(p, from, 1, 0, want);
    rest = lm_with_dim(lm_shape_of(from), 1, want - have);
    return lm_concat(p, from, lm_from_host(p, rest, lm_host_floats(p, lm_shape_count(rest))), 1);
}

static limn_value *average_one(lm_pass *p, const limn_value *to, const limn_value *from, double share)
{
    const lm_tensor *a = lm_cond_tokens(p, to), *b = lm_cond_tokens(p, from);
    const lm_tensor *pooled_b = lm_value_tensor(from, "pooled");
    const lm_tensor *pooled_a = lm_value_has(to, "pooled") ? lm_value_tensor(to, "pooled") : pooled_b;
    lm_tensor       *tokens, *pooled = NULL;

    if (!a || !b)
        return NULL;
    tokens = lm_axpby(p, share, a, 1.0 - share, fitted(p, b, a));
    if (pooled_b)
        pooled = lm_axpby(p, share, pooled_a, 1.0 - share, pooled_b);
    return lm_cond_new(p, to, tokens, pooled);
}

static bool average_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct average *a = args;

    return join(call, a->conditioning_to, a->conditioning_from, a->conditioning_to_strength, average_one,
                out, err);
}

static const limn_node average = LIMN_NODE(
    .name = "ConditioningAverage", .title = "ConditioningAverage", .category = "conditioning",
    .module = "nodes", .version = 1, .doc = "Mixes two encoded prompts, token by token.",
    .inputs = average_in, .outputs = conditioning_out, .args_size = sizeof(struct average),
    .run = average_run, .example = "workflows/nodes/conditioning_average.json");

struct concat {
    const limn_value *conditioning_to, *conditioning_from;
};
#define LIMN_ARGS struct concat
static const limn_input concat_in[] = {
    LIMN_LINK(conditioning_to,   "CONDITIONING", "What comes first."),
    LIMN_LINK(conditioning_from, "CONDITIONING", "What is appended; its first entry counts."),
    LIMN_END
};
#undef LIMN_ARGS

static limn_value *concat_one(lm_pass *p, const limn_value *to, const limn_value *from, double share)
{
    const lm_tensor *a = lm_cond_tokens(p, to), *b = lm_cond_tokens(p, from);

    (void)share;
    return a && b ? lm_cond_new(p, to, lm_concat(p, a, b, 1), NULL) : NULL;
}

static bool concat_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct concat *a = args;

    return join(call, a->conditioning_to, a->conditioning_from, 0.0, concat_one, out, err);
}

static const limn_node concat = LIMN_NODE(
    .name = "ConditioningConcat", .title = "Conditioning (Concat)", .category = "conditioning",
    .module = "nodes", .version = 1,
    .doc = "Appends the tokens of one prompt to another's, as if it were one longer prompt.",
    .inputs = concat_in, .outputs = conditioning_out, .args_size = sizeof(struct concat),
    .run = concat_run, .example = "workflows/nodes/conditioning_concat.json");

/* ------------------------------------------------------------------ ConditioningZeroOut */

struct zero_out {
    const limn_value *conditioning;
};
#define LIMN_ARGS struct zero_out
static const limn_input zero_out_in[] = { LIMN_LINK(conditioning, "CONDITIONING", "A prompt."), LIMN_END };
#undef LIMN_ARGS

static bool zero_out_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct zero_out *a = args;
    lm_pass               *p = lm_pass_begin(call);

    out[0] = lm_value_new("CONDITIONING");
    for (int i = 0; i < lm_value_count(a->conditioning); i++) {
        const limn_value *entry = lm_value_item(a->conditioning, i);
        const lm_tensor  *tokens = lm_cond_tokens(p, entry), *pooled = lm_value_tensor(entry, "pooled");

        if (tokens)
            lm_value_push(out[0], lm_cond_new(p, entry, lm_scale(p, tokens, 0.0),
                                              pooled ? lm_scale(p, pooled, 0.0) : NULL));
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node zero_out = LIMN_NODE(
    .name = "ConditioningZeroOut", .title = "ConditioningZeroOut", .category = "advanced/conditioning",
    .module = "nodes", .version = 1, .doc = "Puts zeros in place of everything a prompt says.",
    .inputs = zero_out_in, .outputs = conditioning_out, .args_size = sizeof(struct zero_out),
    .run = zero_out_run, .example = "workflows/nodes/conditioning_zero_out.json");

const limn_node *const lm_nodes_conditioning[] = {
    &encode, &last_layer, &combine, &average, &concat, &zero_out,
    &lm_set_area, &lm_set_area_percentage, &lm_set_area_strength, &lm_set_mask, &lm_set_timestep_range,
    NULL
};
