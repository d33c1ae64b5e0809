/* nodes.c: nodes that make palettes and paint with them. */
#include "palette.h"

#include <string.h>

static const limn_output palette_out[] = { LIMN_OUT("palette", "PALETTE", "The colours."), LIMN_OUT_END };

static float distance(const float *a, const float *b)
{
    const float r = a[0] - b[0], g = a[1] - b[1], z = a[2] - b[2];

    return r * r + g * g + z * z;
}

static int nearest(const struct palette *p, const float *rgb)
{
    int best = 0;

    for (int i = 1; i < p->count; i++)
        if (distance(p->rgb[i], rgb) < distance(p->rgb[best], rgb))
            best = i;
    return best;
}

static bool no_memory(limn_error *err)
{
    return limn_fail(err, MEMORY, "no memory for a palette");
}

/* ------------------------------------------------------------------ from a picture */

struct from_image {
    const limn_value *image;
    int64_t           colours;
};
#define LIMN_ARGS struct from_image
static const limn_input from_image_in[] = {
    LIMN_LINK(image,   "IMAGE",             "The picture whose colours are wanted."),
    LIMN_INT (colours, 8, 2, MOST_COLOURS, 1, "How many."),
    LIMN_END
};
#undef LIMN_ARGS

/* At most so many pixels are looked at, evenly spread. */
enum { LOOKS = 16384, ROUNDS = 8 };

struct pixels {
    const float *at;
    int64_t      count, stride; /* in numbers */
};

static const float *pixel(const struct pixels *px, int64_t i)
{
    return px->at + i * px->stride;
}

/* The next colour is the pixel that is farthest from all so far. */
static void spread(struct palette *p, const struct pixels *px, int wanted)
{
    memcpy(p->rgb[0], pixel(px, 0), sizeof p->rgb[0]);
    for (p->count = 1; p->count < wanted; p->count++) {
        int64_t far = 0;
        float   most = -1;

        for (int64_t i = 0; i < px->count; i++) {
            const float d = distance(pixel(px, i), p->rgb[nearest(p, pixel(px, i))]);

            if (d > most) {
                most = d;
                far = i;
            }
        }
        memcpy(p->rgb[p->count], pixel(px, far), sizeof p->rgb[0]);
    }
}

/* Each colour moves to the middle of the pixels that are nearest to it.  Source: Lloyd 1982. */
static void settle(struct palette *p, const struct pixels *px)
{
    double  sum[MOST_COLOURS][3] = { { 0 } };
    int64_t members[MOST_COLOURS] = { 0 };

    for (int64_t i = 0; i < px->count; i++) {
        const int k = nearest(p, pixel(px, i));

        members[k]++;
        for (int c = 0; c < 3; c++)
            sum[k][c] += (double)pixel(px, i)[c];
    }
    for (int k = 0; k < p->count; k++)
        for (int c = 0; c < 3 && members[k]; c++)
            p->rgb[k][c] = (float)(sum[k][c] / (double)members[k]);
}

static bool from_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct from_image *a = args;
    struct palette           p = { 0 };
    struct pixels            px;
    limn_tensor              in; /* [N, H, W, 3 or 4] */
    int64_t                  channels, all;

    if (!call->host->read(call, a->image, "pixels", &in, err))
        return false;
    channels = in.shape.dim[3];
    all = in.count / channels;
    px = (struct pixels){ in.f32, all < LOOKS ? all : LOOKS, all < LOOKS ? channels : all / LOOKS * channels };
    spread(&p, &px, (int)a->colours);
    for (int i = 0; i < ROUNDS; i++) {
        if (call->host->stopped(call))
            return limn_fail(err, CANCELLED, "stopped on request");
        settle(&p, &px);
        call->host->progress(call, i + 1, ROUNDS);
    }
    out[0] = palette_value(call, &p);
    return out[0] || no_memory(err);
}

const limn_node palette_from_image = LIMN_NODE(
    .name = "PaletteFromImage", .title = "Palette from image", .category = "image/palette", .version = 1,
    .doc = "Finds the colours that stand for a picture best.", .inputs = from_image_in, .outputs = palette_out,
    .args_size = sizeof(struct from_image), .run = from_image_run, .example = "palette.json");

/* ------------------------------------------------------------------ from words */

struct from_text {
    const char *text;
};
#define LIMN_ARGS struct from_text
static const limn_input from_text_in[] = {
    LIMN_TEXT(text, "#000000 #ffffff", "Colours as #rrggbb, with blanks or commas between them.",
              .flags = LIMN_MULTILINE),
    LIMN_END
};
#undef LIMN_ARGS

static bool wrong(limn_error *err, const char *word)
{
    if (err && err->code == LIMN_OK)
        snprintf(err->input, sizeof err->input, "text");
    return limn_fail(err, INPUT, "\"%.20s\" is not a colour: they are written #rrggbb", word);
}

static bool read_colours(const char *text, struct palette *p, limn_error *err)
{
    for (text += strspn(text, ", \t\n"); *text; text += strspn(text, ", \t\n")) {
        unsigned r, g, b;
        char     end = 0;

        if (p->count == MOST_COLOURS)
            return limn_fail(err, INPUT, "there are more than %d colours", MOST_COLOURS);
        if (strcspn(text, ", \t\n") != 7 || sscanf(text, "#%2x%2x%2x%c", &r, &g, &b, &end) < 3)
            return wrong(err, text);
        p->rgb[p->count][0] = (float)r / 255;
        p->rgb[p->count][1] = (float)g / 255;
        p->rgb[p->count++][2] = (float)b / 255;
        text += 7;
    }
    return p->count || wrong(err, "");
}

static bool from_text_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct from_text *a = args;
    struct palette          p = { 0 };

    if (!read_colours(a->text, &p, err))
        return false;
    out[0] = palette_value(call, &p);
    return out[0] || no_memory(err);
}

/* Before anything runs: `limn check` says it already. A linked text holds its default here. */
static bool from_text_check(limn_call *call, const void *args, limn_error *err)
{
    struct palette p = { 0 };

    (void)call;
    return read_colours(((const struct from_text *)args)->text, &p, err);
}

const limn_node palette_from_text = LIMN_NODE(
    .name = "PaletteFromText", .title = "Palette from text", .category = "image/palette", .version = 1,
    .doc = "Reads colours.", .inputs = from_text_in, .outputs = palette_out,
    .args_size = sizeof(struct from_text), .run = from_text_run, .check = from_text_check,
    .example = "palette.json");

/* ------------------------------------------------------------------ painting */

struct apply {
    const limn_value *image, *palette;
    double            dither;
};
#define LIMN_ARGS struct apply
static const limn_input apply_in[] = {
    LIMN_LINK (image,   "IMAGE",              "The picture."),
    LIMN_LINK (palette, "PALETTE",            "The colours that it may have."),
    LIMN_FLOAT(dither,  0.0, 0.0, 1.0, 0.01,  "Above 0, neighbours share a tone that is between two colours."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output image_out[] = { LIMN_OUT("IMAGE", "IMAGE", "The picture in these colours."), LIMN_OUT_END };

/* -0.5 … 0.5, a pattern of 4 x 4.  Source: Bayer 1973. */
static float threshold(int64_t x, int64_t y)
{
    static const int at[4][4] = { { 0, 8, 2, 10 }, { 12, 4, 14, 6 }, { 3, 11, 1, 9 }, { 15, 7, 13, 5 } };

    return ((float)at[y & 3][x & 3] + 0.5f) / 16 - 0.5f;
}

static void paint(const struct palette *p, const limn_tensor *in, limn_tensor *out, float dither)
{
    const int64_t width = in->shape.dim[2], channels = in->shape.dim[3];

    for (int64_t i = 0; i < in->count / channels; i++) {
        const float *from = in->f32 + i * channels;
        const float  shift = dither * threshold(i % width, i / width);
        const float  wanted[3] = { from[0] + shift, from[1] + shift, from[2] + shift };

        memcpy(out->f32 + i * channels, p->rgb[nearest(p, wanted)], 3 * sizeof(float));
        if (channels == 4)
            out->f32[i * channels + 3] = from[3];
    }
}

static bool apply_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct apply   *a = args;
    const struct palette *p = palette_of(call, a->palette);
    limn_tensor           in, px;

    if (!p)
        return limn_fail(err, INPUT, "the PALETTE is empty");
    if (!call->host->read(call, a->image, "pixels", &in, err) ||
        !call->host->make(call, &out[0], "IMAGE", "pixels", in.shape, &px, err))
        return false;
    paint(p, &in, &px, (float)a->dither);
    return true;
}

const limn_node palette_apply = LIMN_NODE(
    .name = "PaletteApply", .title = "Paint with palette", .category = "image/palette", .version = 1,
    .doc = "Gives each pixel the nearest colour of a palette.", .inputs = apply_in, .outputs = image_out,
    .args_size = sizeof(struct apply), .run = apply_run, .example = "palette.json");

/* ------------------------------------------------------------------ a list */

struct names {
    const limn_value *palette;
};
#define LIMN_ARGS struct names
static const limn_input names_in[] = { LIMN_LINK(palette, "PALETTE", "The colours."), LIMN_END };
#undef LIMN_ARGS
static const limn_output names_out[] = {
    LIMN_OUT_LIST("names", "STRING", "Each colour as #rrggbb; what follows runs once for each."), LIMN_OUT_END
};

static int level(float x)
{
    return x <= 0 ? 0 : x >= 1 ? 255 : (int)(x * 255 + 0.5f);
}

static bool names_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct palette *p = palette_of(call, ((const struct names *)args)->palette);

    if (!p)
        return limn_fail(err, INPUT, "the PALETTE is empty");
    out[0] = call->host->list();
    for (int i = 0; i < p->count; i++) {
        limn_value *name = call->host->value("STRING");
        char        text[8];

        snprintf(text, sizeof text, "#%02x%02x%02x", level(p->rgb[i][0]) & 255, level(p->rgb[i][1]) & 255,
                 level(p->rgb[i][2]) & 255);
        call->host->set_text(name, "value", text);
        call->host->push(out[0], name);
    }
    return true;
}

const limn_node palette_names = LIMN_NODE(
    .name = "PaletteNames", .title = "Names of colours", .category = "image/palette", .version = 1,
    .doc = "The colours of a palette as texts.", .inputs = names_in, .outputs = names_out,
    .args_size = sizeof(struct names), .run = names_run, .example = "palette.json");
