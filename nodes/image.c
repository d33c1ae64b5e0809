/* image.c: pictures from files, and from nothing. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/host.h"
#include "nodes/picture/picture.h"

enum { MAX_SIDE = 16384 };

/* ------------------------------------------------------------------ reading */

static bool read_file(limn_call *call, const char *name, lm_picture *out, limn_error *err)
{
    lm_source s;
    bool      fine;
    int       fd = lm_folders_open(lm_call_env(call)->folders, "input", name, err);

    if (fd < 0)
        return false;
    fine = lm_source_file(&s, fd, name, call, err) && lm_picture_read(&s, out, err);
    close(fd);
    return fine;
}

/* One channel of a row's bytes (0..3; the alpha that is not there is 255) as numbers, `from + k · v` for
 * v = byte / 255. */
static void channel(const lm_picture *pic, const uint8_t *row, int c, float from, float k, float *out)
{
    const size_t stride = (size_t)pic->channels;

    for (size_t i = 0; i < (size_t)pic->width; i++)
        out[i] = from + k * ((float)(c < pic->channels ? row[i * stride + (size_t)c] : 255) / 255.0f);
}

static void colours(const lm_picture *pic, const uint8_t *row, float *out)
{
    const size_t stride = (size_t)pic->channels;

    for (size_t i = 0; i < (size_t)pic->width; i++)
        for (size_t c = 0; c < 3; c++)
            out[i * 3 + c] = (float)row[i * stride + c] / 255.0f;
}

static const uint8_t *row_of(const lm_picture *pic, size_t y)
{
    return pic->bytes + y * (size_t)pic->width * (size_t)pic->channels;
}

static float *room_for(lm_pass *p, const lm_picture *pic, int channels)
{
    const size_t n = (size_t)pic->frames * (size_t)pic->height * (size_t)pic->width * (size_t)channels;
    float       *floats = lm_try_alloc(n * sizeof *floats);

    if (!floats)
        lm_pass_fail(p, MEMORY, "there is no memory for the %zu numbers of a picture", n);
    return floats;
}

static limn_value *image_of(lm_pass *p, const lm_picture *pic)
{
    const size_t rows = (size_t)pic->frames * (size_t)pic->height;
    float       *rgb = room_for(p, pic, 3);
    limn_value  *v;

    for (size_t y = 0; y < rows && lm_pass_live(p); y++)
        colours(pic, row_of(pic, y), rgb + y * (size_t)pic->width * 3);
    v = lm_image_from_host(p, LM_SHAPE(pic->frames, pic->height, pic->width, 3), rgb);
    lm_free(rgb);
    return v;
}

static limn_value *mask_of(lm_pass *p, const lm_picture *pic, int c)
{
    const size_t rows = (size_t)pic->frames * (size_t)pic->height;
    const float  from = c == 3 ? 1.0f : 0.0f, k = c == 3 ? -1.0f : 1.0f; /* opaque is 0 */
    float       *mask = room_for(p, pic, 1);
    limn_value  *v;

    for (size_t y = 0; y < rows && lm_pass_live(p); y++)
        channel(pic, row_of(pic, y), c, from, k, mask + y * (size_t)pic->width);
    v = lm_mask_from_host(p, LM_SHAPE(pic->frames, pic->height, pic->width), mask);
    lm_free(mask);
    return v;
}

/* What a picture without alpha has for a mask.  Source: ComfyUI's LoadImage. */
static limn_value *no_mask(lm_pass *p, int frames)
{
    const float *zeros = lm_host_floats(p, (int64_t)frames * 64 * 64);

    return lm_mask_from_host(p, LM_SHAPE(frames, 64, 64), zeros);
}

/* ------------------------------------------------------------------ LoadImage */

struct load_image {
    const char *image;
};
#define LIMN_ARGS struct load_image
static const limn_input load_image_in[] = {
    LIMN_FILE_IN(image, "input", "A PNG, JPEG or WebP in the input folder.", .flags = LIMN_UPLOAD),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output load_image_out[] = {
    { "IMAGE", "IMAGE", "The picture; every frame of an animation." },
    { "MASK", "MASK", "What is transparent; 64 x 64 of nothing when the file has no alpha." },
    { 0 }
};

static bool load_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct load_image *a = args;
    lm_picture               pic;
    lm_pass                 *p;

    if (!read_file(call, a->image, &pic, err))
        return false;
    p = lm_pass_begin(call);
    out[0] = image_of(p, &pic);
    out[1] = pic.channels == 4 && !pic.alpha_is_key ? mask_of(p, &pic, 3) : no_mask(p, pic.frames);
    lm_picture_done(&pic);
    return lm_pass_end_with(p, out, 2, err);
}

static const limn_node load_image = LIMN_NODE(
    .name = "LoadImage", .title = "Load Image", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Brings a picture from the input folder into the graph.",
    .inputs = load_image_in, .outputs = load_image_out, .args_size = sizeof(struct load_image),
    .run = load_image_run, .example = "workflows/nodes/load_image.json");

/* ------------------------------------------------------------------ LoadImageMask */

static const char *const channels[] = { "alpha", "red", "green", "blue", NULL };

struct load_mask {
    const char *image;
    int32_t     channel; /* of channels */
};
#define LIMN_ARGS struct load_mask
static const limn_input load_mask_in[] = {
    LIMN_FILE_IN(image, "input", "A PNG, JPEG or WebP in the input folder.", .flags = LIMN_UPLOAD),
    LIMN_CHOICE (channel, channels, "Which channel to take; alpha is turned round: opaque becomes 0."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output load_mask_out[] = { { "MASK", "MASK", "The channel." }, { 0 } };

static bool load_mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    static const int        places[] = { 3, 0, 1, 2 };
    const struct load_mask *a = args;
    lm_picture              pic;
    lm_pass                *p;

    if (!read_file(call, a->image, &pic, err))
        return false;
    p = lm_pass_begin(call);
    pic.frames = 1; /* the first frame of an animation is the mask */
    out[0] = mask_of(p, &pic, places[a->channel]);
    lm_picture_done(&pic);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node load_mask = LIMN_NODE(
    .name = "LoadImageMask", .title = "Load Image (as Mask)", .category = "mask", .module = "nodes",
    .version = 1, .doc = "Takes one channel of a picture in the input folder as a mask.",
    .inputs = load_mask_in, .outputs = load_mask_out, .args_size = sizeof(struct load_mask),
    .run = load_mask_run, .example = "workflows/nodes/load_image_mask.json");

/* ------------------------------------------------------------------ EmptyImage */

struct empty {
    int64_t width, height, batch_size, color;
};
#define LIMN_ARGS struct empty
static const limn_input empty_in[] = {
    LIMN_INT(width,      512, 1, MAX_SIDE, 1, "Columns."),
    LIMN_INT(height,     512, 1, MAX_SIDE, 1, "Rows."),
    LIMN_INT(batch_size, 1,   1, 4096, 0,     "How many of them."),
    LIMN_INT(color,      0,   0, 0xffffff, 1, "Red, green and blue as one number, 0xRRGGBB."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output empty_out[] = { { "IMAGE", "IMAGE", "One colour everywhere." }, { 0 } };

static bool empty_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct empty *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const int64_t       rows = a->batch_size * a->height;
    float              *px = lm_host_floats(p, rows * a->width * 3), *to = px;

    for (int64_t y = 0; y < rows && lm_pass_live(p); y++)
        for (int64_t x = 0; x < a->width; x++)
            for (int c = 0; c < 3; c++)
                *to++ = (float)((double)(a->color >> (16 - 8 * c) & 0xff) / 255.0);
    out[0] = lm_image_from_host(p, LM_SHAPE(a->batch_size, a->height, a->width, 3), px);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node empty = LIMN_NODE(
    .name = "EmptyImage", .title = "EmptyImage", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Makes pictures of one colour.",
    .inputs = empty_in, .outputs = empty_out, .args_size = sizeof(struct empty),
    .run = empty_run, .example = "workflows/nodes/empty_image.json");

const limn_node *const lm_nodes_image[] = { &load_image, &load_mask, &empty, NULL };
