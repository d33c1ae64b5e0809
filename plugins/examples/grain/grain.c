/* grain.c: a plugin of one node that works on pictures: film grain.
 *
 * Grain is noise that depends on the seed and the place alone, so the same seed gives the same picture on every
 * machine and with any number of threads. It is strongest in the middle tones, as on film. */
#include <limn/limn.h>

struct grain {
    const limn_value *image;
    double            strength, size;
    bool              colour;
    uint64_t          seed;
};
#define LIMN_ARGS struct grain
static const limn_input grain_in[] = {
    LIMN_LINK (image,    "IMAGE",                "The picture."),
    LIMN_FLOAT(strength, 0.15, 0.0, 1.0, 0.01,   "How far grain lifts or lowers a middle tone."),
    LIMN_FLOAT(size,     1.5, 1.0, 16.0, 0.1,    "How wide a grain is, in pixels."),
    LIMN_BOOL (colour,   false,                  "Grain of its own in each channel."),
    LIMN_SEED (seed,                             "The same seed gives the same grain."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output grain_out[] = { LIMN_OUT("IMAGE", "IMAGE", "The picture with grain."), LIMN_OUT_END };

/* -1 … 1, as good as random: the bits of place and seed, stirred.  Source: the finaliser of SplitMix64. */
static float speck(uint64_t seed, int64_t x, int64_t y)
{
    uint64_t z = seed ^ ((uint64_t)x * 0x9e3779b97f4a7c15u) ^ ((uint64_t)y * 0xd1b54a32d192ed03u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (float)(z >> 40) / (float)(1 << 23) - 1.0f;
}

/* Between four specks, so that a grain may be wider than a pixel. */
static float grain_at(uint64_t seed, float x, float y)
{
    const int64_t left = (int64_t)x, top = (int64_t)y;
    const float   u = x - (float)left, v = y - (float)top;
    const float   above = speck(seed, left, top) * (1 - u) + speck(seed, left + 1, top) * u;
    const float   below = speck(seed, left, top + 1) * (1 - u) + speck(seed, left + 1, top + 1) * u;

    return above * (1 - v) + below * v;
}

static float brightness(const float *rgb)
{
    const float y = 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];

    return y < 0 ? 0 : y > 1 ? 1 : y;
}

/* One row of one picture, `channels` numbers a pixel; a fourth one, alpha, is left alone. */
static void grain_row(const struct grain *a, uint64_t seed, int64_t y, int64_t width, int channels,
                      const float *in, float *out)
{
    for (int64_t x = 0; x < width; x++, in += channels, out += channels) {
        const float light = brightness(in), weight = (float)a->strength * 4 * light * (1 - light);
        const float fx = (float)x / (float)a->size, fy = (float)y / (float)a->size;
        const float all = a->colour ? 0 : grain_at(seed, fx, fy);

        for (int c = 0; c < 3; c++)
            out[c] = in[c] + weight * (a->colour ? grain_at(seed + 1 + (uint64_t)c, fx, fy) : all);
        if (channels == 4)
            out[3] = in[3];
    }
}

static bool grain_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grain *a = args;
    limn_tensor         in, px; /* [N, H, W, 3 or 4], 0 … 1 */

    if (!call->host->read(call, a->image, "pixels", &in, err) ||
        !call->host->make(call, &out[0], "IMAGE", "pixels", in.shape, &px, err))
        return false;

    const int64_t height = in.shape.dim[1], width = in.shape.dim[2], rows = in.shape.dim[0] * height;
    const int     channels = (int)in.shape.dim[3];

    for (int64_t row = 0; row < rows; row++) {
        const int64_t at = row * width * channels;

        if (row % 64 == 0) {
            if (call->host->stopped(call))
                return limn_fail(err, CANCELLED, "stopped on request");
            call->host->progress(call, row, rows);
        }
        grain_row(a, a->seed + (uint64_t)(row / height) * 977, row % height, width, channels, in.f32 + at,
                  px.f32 + at);
    }
    return true;
}

static const limn_node grain = LIMN_NODE(
    .name = "FilmGrain", .title = "Film grain", .category = "image/filter", .version = 1,
    .doc = "Adds grain, strongest in the middle tones.",
    .inputs = grain_in, .outputs = grain_out, .args_size = sizeof(struct grain), .run = grain_run,
    .example = "grain.json");

static const limn_document chinese = {
    sizeof chinese, "i18n", "zh/nodeDefs.json",
    "{\"FilmGrain\": {\"display_name\": \"胶片颗粒\", \"description\": \"添加颗粒，中间调最明显。\"}}"
};
static const limn_document help = {
    sizeof help, "help", "FilmGrain.md",
    "# Film grain\n\nGrain breaks up smooth gradients and hides banding. Begin with a strength of 0.1; a size\n"
    "of 1 is fine grain, 3 is coarse. With *colour* each channel has grain of its own.\n"
};

LIMN_PLUGIN(.id = "org.limn.example.grain", .name = "Film grain", .version = "1.0",
            .doc = "A picture filter: the smallest kind of plugin that is of use.",
            .nodes = (const limn_node *const[]){ &grain, NULL },
            .documents = (const limn_document *const[]){ &chinese, &help, NULL });
