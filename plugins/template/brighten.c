/* brighten.c: a whole plugin. Change the names, the table and the loop, and it is yours. It is C and C++ alike; in
 * C++ the fields of a table must come in the order of limn.h, as they do here. */
#include <limn/limn.h>

/* What `run` is given: a field for each row of the table below. */
struct brighten {
    const limn_value *image;
    double            amount;
};
#define LIMN_ARGS struct brighten
static const limn_input brighten_in[] = {
    LIMN_LINK (image,  "IMAGE",             "The picture."),
    LIMN_FLOAT(amount, 1.2, 0.0, 4.0, 0.05, "1 leaves it alone, 2 is twice as bright."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output brighten_out[] = { LIMN_OUT("IMAGE", "IMAGE", "The brighter picture."), LIMN_OUT_END };

static bool brighten_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct brighten *a = (const struct brighten *)args;
    limn_tensor            in, px; /* [N, H, W, 3], 0 … 1 */

    if (!call->host->read(call, a->image, "pixels", &in, err) ||
        !call->host->make(call, &out[0], "IMAGE", "pixels", in.shape, &px, err))
        return false;
    for (int64_t i = 0; i < in.count; i++) {
        const float y = in.f32[i] * (float)a->amount;

        px.f32[i] = y > 1.0f ? 1.0f : y;
    }
    return true;
}

static const limn_node brighten = LIMN_NODE(
    .name = "Brighten", .title = "Brighten", .category = "image/my plugin", .doc = "Makes a picture brighter.",
    .version = 1,
    .inputs = brighten_in, .outputs = brighten_out, .args_size = sizeof(struct brighten),
    .run = brighten_run, .example = "brighten.json");

static const limn_node *const all[] = { &brighten, NULL };
LIMN_PLUGIN(.id = "org.example.brighten", .name = "Brighten", .version = "1.0", .doc = "My first plugin.",
            .nodes = all);
