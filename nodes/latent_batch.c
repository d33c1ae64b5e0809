/* latent_batch.c: nodes that pick, repeat and join the latents of a batch. A batch_index remembers which
 * image of the first batch each one is, so that a sampler gives it that image's noise. */
#include "nodes/diffusion/masked.h"
#include "nodes/host.h"
#include "nodes/resize.h"

static const limn_output latent_out[] = { { "LATENT", "LATENT", "The batch." }, { 0 } };

/* v with a copy of t as field `name`; v is freed and NULL comes back when there is no t.   [takes v] */
static limn_value *with_tensor(lm_pass *p, limn_value *v, const char *name, const lm_tensor *t)
{
    lm_tensor *heap = v ? lm_pass_heap(p, t) : NULL;

    if (!heap) {
        lm_value_unref(v);
        return NULL;
    }
    lm_value_set_tensor(v, name, heap);
    return v;
}

/* first, first + 1, …: [n]. */
static lm_tensor *counted(lm_pass *p, int64_t first, int64_t n)
{
    float *at = lm_host_floats(p, n);

    for (int64_t i = 0; at && i < n; i++)
        at[i] = (float)(first + i);
    return lm_from_host(p, LM_SHAPE(n), at);
}

/* ------------------------------------------------------------------ LatentFromBatch */

struct from_batch {
    const limn_value *samples;
    int64_t           batch_index, length;
};
#define LIMN_ARGS struct from_batch
static const limn_input from_batch_in[] = {
    LIMN_LINK(samples,     "LATENT",    "The batch to pick from."),
    LIMN_INT (batch_index, 0, 0, 63, 1, "The first latent to take, counted from 0."),
    LIMN_INT (length,      1, 1, 64, 1, "How many to take, as far as there are any."),
    LIMN_END
};
#undef LIMN_ARGS

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool from_batch_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct from_batch *a = args;
    lm_pass                 *p = lm_pass_begin(call);
    const lm_tensor         *x = lm_latent_samples(p, a->samples);
    const lm_tensor         *mask = lm_value_tensor(a->samples, "noise_mask");
    const lm_tensor         *index = lm_value_tensor(a->samples, "batch_index");
    const int64_t            batch = x ? lm_dim(x, 0) : 1, first = smaller(batch - 1, a->batch_index);
    const int64_t            n = smaller(batch - first, a->length);
    limn_value              *v = lm_latent_new(p, a->samples, x ? lm_slice(p, x, 0, first, n) : NULL);

    if (mask && lm_dim(mask, 0) > 1)
        v = with_tensor(p, v, "noise_mask",
                        lm_slice(p, lm_dim(mask, 0) < batch ? lm_batch_of(p, mask, batch) : mask, 0,
                                 first, n));
    index = index ? lm_slice(p, index, 0, first, n) : counted(p, first, n);
    out[0] = with_tensor(p, v, "batch_index", index);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node from_batch = LIMN_NODE(
    .name = "LatentFromBatch", .title = "Latent From Batch", .category = "latent/batch",
    .module = "nodes", .version = 1,
    .doc = "Picks latents out of a batch; their noise stays what it was there.",
    .inputs = from_batch_in, .outputs = latent_out, .args_size = sizeof(struct from_batch),
    .run = from_batch_run, .example = "workflows/nodes/latent_from_batch.json");

/* ------------------------------------------------------------------ RepeatLatentBatch */

struct repeat {
    const limn_value *samples;
    int64_t           amount;
};
#define LIMN_ARGS struct repeat
static const limn_input repeat_in[] = {
    LIMN_LINK(samples, "LATENT",    "The batch to repeat."),
    LIMN_INT (amount,  1, 1, 64, 1, "How often it is there in the end."),
    LIMN_END
};
#undef LIMN_ARGS

/* The indices of a batch, then the same ones moved up so that no two are alike, and so on. */
static lm_tensor *repeated_index(lm_pass *p, const lm_tensor *index, int64_t amount)
{
    const float  *at = lm_host_view(p, index);
    const int64_t n = lm_count(index);
    float        *out = lm_host_floats(p, n * amount);
    float         least = at ? at[0] : 0.0f, most = least;

    if (!at || !out)
        return NULL;
    for (int64_t i = 0; i < n; i++) {
        least = at[i] < least ? at[i] : least;
        most = at[i] > most ? at[i] : most;
    }
    for (int64_t i = 0; i < n * amount; i++)
        out[i] = at[i % n] + (float)(i / n) * (most - least + 1.0f);
    return lm_from_host(p, LM_SHAPE(n * amount), out);
}

static bool repeat_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct repeat *a = args;
    lm_pass             *p = lm_pass_begin(call);
    const lm_tensor     *x = lm_latent_samples(p, a->samples);
    const lm_tensor     *mask = lm_value_tensor(a->samples, "noise_mask");
    const lm_tensor     *index = lm_value_tensor(a->samples, "batch_index");
    limn_value          *v = lm_latent_new(p, a->samples, x ? lm_repeat(p, x, a->amount) : NULL);

    if (mask && lm_dim(mask, 0) > 1)
        v = with_tensor(p, v, "noise_mask", lm_repeat(p, mask, a->amount));
    if (index)
        v = with_tensor(p, v, "batch_index", repeated_index(p, index, a->amount));
    out[0] = v;
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node repeat = LIMN_NODE(
    .name = "RepeatLatentBatch", .title = "Repeat Latent Batch", .category = "latent/batch",
    .module = "nodes", .version = 1, .doc = "Makes a batch several times as long.",
    .inputs = repeat_in, .outputs = latent_out, .args_size = sizeof(struct repeat),
    .run = repeat_run, .example = "workflows/nodes/repeat_latent_batch.json");

/* ------------------------------------------------------------------ LatentBatch */

struct join {
    const limn_value *samples1, *samples2;
};
#define LIMN_ARGS struct join
static const limn_input join_in[] = {
    LIMN_LINK(samples1, "LATENT", "The first latents; their size is the batch's."),
    LIMN_LINK(samples2, "LATENT", "The ones behind them, resized where they differ."),
    LIMN_END
};
#undef LIMN_ARGS

static const lm_tensor *index_of(lm_pass *p, const limn_value *latent, const lm_tensor *samples)
{
    const lm_tensor *index = lm_value_tensor(latent, "batch_index");

    return index ? index : counted(p, 0, lm_dim(samples, 0));
}

static bool join_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct join *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *x = lm_latent_samples(p, a->samples1), *y = lm_latent_samples(p, a->samples2);
    limn_value        *v = NULL;

    if (x && y && lm_dim(x, 3) != lm_dim(y, 3))
        lm_pass_fail(p, INPUT, "latents of %lld and of %lld channels do not go into one batch",
                     (long long)lm_dim(x, 3), (long long)lm_dim(y, 3));
    if (lm_pass_live(p)) {
        v = lm_latent_new(p, a->samples1, lm_concat(p, x, lm_as_large_as(p, y, x, LM_BILINEAR), 0));
        v = with_tensor(p, v, "batch_index", lm_concat(p, index_of(p, a->samples1, x),
                                                       index_of(p, a->samples2, y), 0));
    }
    out[0] = v;
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node join = LIMN_NODE(
    .name = "LatentBatch", .category = "latent/batch", .module = "comfy_extras.nodes_latent",
    .version = 1, .doc = "Puts the latents of two batches behind each other.",
    .inputs = join_in, .outputs = latent_out, .args_size = sizeof(struct join), .run = join_run,
    .example = "workflows/nodes/latent_batch.json");

const limn_node *const lm_nodes_latent_batch[] = { &from_batch, &repeat, &join, NULL };
