/* vae_test.c: what the VAE nodes do around the network: cuts, masks and tiles, and what they refuse. The tables
 * of inpainting and cuts are the reference's (tests/parity/tables.json). LIMN_TEST_DEVICE=host|guard. */
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/inpaint.h"
#include "nodes/models/vae.h"
#include "nodes/tiles.h"
#include "nodes/types.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/node_for_tests.h"
#include "tests/unit/recorded.h"

extern const limn_node *const lm_nodes_vae[];
extern const limn_node *const lm_nodes_conditioning[];

static lm_device *test_device(void)
{
    const char *name = getenv("LIMN_TEST_DEVICE");

    return name && !strcmp(name, "guard") ? guard_device() : lm_host_device();
}

/* A tensor of the file in its own order (pictures are [N, H, W, C] there). */
static lm_tensor *as_filed(lm_pass *p, lm_weights *w, const char *name)
{
    lm_shape   s;
    float     *file = recorded_floats(w, name, &s);
    lm_tensor *t = lm_from_host(p, s, file);

    free(file);
    return t;
}

static lm_tensor *flat(lm_pass *p, const lm_tensor *t)
{
    return t ? lm_reshape(p, t, LM_SHAPE(lm_count(t))) : NULL;
}

TEST(inpainting_is_prepared_as_the_reference_does)
{
    json_t     *table = recorded_table("tests/parity/tables.json"), *row;
    lm_weights *w = recorded_tensors("tests/parity/tables.safetensors");
    lm_pass    *p = lm_pass_begin(call_on(test_device()));
    limn_error  err = { 0 };
    size_t      i;

    json_array_foreach(json_object_get(table, "inpaint"), i, row) {
        lm_scope   s = lm_scope_open(p);
        lm_tensor *mask = as_filed(p, w, recorded_text(row, "mask")), *picture, *grown;

        if (lm_shape_of(mask).n == 2)
            mask = lm_reshape(p, mask, LM_SHAPE(1, lm_dim(mask, 0), lm_dim(mask, 1)));
        WANT(lm_inpaint_prepare(p, as_filed(p, w, recorded_text(row, "pixels")), mask, 8,
                                recorded_int(row, "grow_mask_by"), &picture, &grown));
        WANT(relative_error(p, picture, as_filed(p, w, recorded_text(row, "encoded"))) < 1e-6);
        WANT(relative_error(p, flat(p, grown), flat(p, as_filed(p, w, recorded_text(row, "noise_mask")))) == 0.0);
        lm_scope_close(&s);
    }
    WANT(i > 5 && lm_pass_end(p, &err));
    lm_weights_unref(w);
    json_decref(table);
}

TEST(pictures_are_cut_as_the_reference_cuts_them)
{
    json_t    *table = recorded_table("tests/parity/tables.json"), *row;
    lm_pass   *p = lm_pass_begin(call_on(test_device()));
    limn_error err = { 0 };
    size_t     i;

    json_array_foreach(json_object_get(table, "encode_crops"), i, row) {
        const int        h = recorded_int(row, "height"), w = recorded_int(row, "width");
        float           *numbers = malloc((size_t)(h * w) * sizeof *numbers);
        const lm_tensor *cut;

        for (int k = 0; k < h * w; k++)
            numbers[k] = (float)k;
        cut = lm_cut_to_cells(p, lm_from_host(p, LM_SHAPE(1, h, w, 1), numbers), 8);
        WANT(lm_dim(cut, 1) == recorded_int(row, "out_height") && lm_dim(cut, 2) == recorded_int(row, "out_width"));
        WANT(lm_host_view(p, cut)[0] == (float)(recorded_int(row, "top") * w + recorded_int(row, "left")));
        free(numbers);
    }
    WANT(i > 3);
    lm_cut_to_cells(p, lm_from_host(p, LM_SHAPE(1, 7, 20, 1), lm_host_floats(p, 140)), 8);
    WANT(!lm_pass_end(p, &err));
    WANT_TEXT(err.text, "a picture of 20 x 7 is smaller than one latent cell, 8 x 8");
    json_decref(table);
}

/* ------------------------------------------------------------------ tiles */

/* Each place becomes a square of 4, its channel doubled: tiles of it add up to the same, however they lie. */
static lm_tensor *doubled(lm_pass *p, void *self, const lm_tensor *x)
{
    ++*(int64_t *)self;
    return lm_scale(p, lm_resample(p, x, 2 * lm_dim(x, 1), 2 * lm_dim(x, 2), LM_NEAREST_EXACT), 2.0);
}

TEST(tiles_add_up_to_the_whole)
{
    static const int64_t cuts[][3] = { { 8, 8, 2 }, { 5, 9, 1 }, { 32, 4, 3 }, { 4, 32, 0 }, { 40, 40, 8 }, { 7, 7, 6 } };
    lm_pass   *p = lm_pass_begin(call_on(test_device()));
    limn_error err = { 0 };
    float     *numbers = lm_host_floats(p, 2 * 19 * 23 * 2);

    for (int i = 0; i < 2 * 19 * 23 * 2; i++)
        numbers[i] = sinf((float)i);
    const lm_tensor *x = lm_from_host(p, LM_SHAPE(2, 19, 23, 2), numbers);

    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        int64_t   made = 0, done = 0;
        lm_tiling t = { .height = cuts[i][0], .width = cuts[i][1], .overlap = cuts[i][2], .times = 2, .parts = 1,
                        .channels = 2, .one = doubled, .self = &made };
        float    *sum = lm_host_floats(p, 2 * 38 * 46 * 2);

        lm_tiles_add(p, &t, x, 1.0f, sum, &done, lm_tiles_count(&t, x));
        WANT(done == made && done == lm_tiles_count(&t, x));
        WANT(relative_error(p, lm_from_host(p, LM_SHAPE(2, 38, 46, 2), sum), doubled(p, &made, x)) < 1e-6);
    }
    WANT(lm_pass_end(p, &err));
}

TEST(tiles_that_do_not_move_on_are_refused)
{
    lm_pass   *p = lm_pass_begin(call_on(test_device()));
    int64_t    made = 0, done = 0;
    lm_tiling  t = { .height = 4, .width = 4, .overlap = 4, .times = 1, .parts = 1, .channels = 1, .one = doubled,
                     .self = &made };
    limn_error err = { 0 };
    float     *sum = lm_host_floats(p, 64);

    lm_tiles_add(p, &t, lm_from_host(p, LM_SHAPE(1, 8, 8, 1), lm_host_floats(p, 64)), 1.0f, sum, &done, 1);
    WANT(!lm_pass_end(p, &err) && !made);
    WANT_TEXT(err.text, "tiles of 4 cannot overlap by 4");
}

/* ------------------------------------------------------------------ nodes */

static limn_value *value_of(const char *type, const char *field, lm_shape s)
{
    limn_error  err = { 0 };
    limn_value *v = lm_value_new(type);
    float      *zeros = calloc((size_t)lm_shape_count(s), sizeof *zeros);

    for (int64_t i = 0; i < lm_shape_count(s); i++)
        zeros[i] = (float)(i % 7) / 7.0f;
    lm_value_set_tensor(v, field, lm_tensor_from(test_device(), LM_F32, s, zeros, &err));
    free(zeros);
    return v;
}

static limn_value *pixel_vae(void)
{
    limn_value *v = lm_value_new("VAE");

    lm_value_set_object(v, "vae", lm_vae_pixels(), &lm_vae_kind);
    return v;
}

TEST(pixel_space_there_and_back_is_the_picture)
{
    limn_error  err = { 0 };
    limn_value *vae = pixel_vae(), *image = value_of("IMAGE", "pixels", LM_SHAPE(2, 5, 6, 4)), *latent, *back;
    const char *const ways[][2] = { { "VAEEncode", "VAEDecode" }, { "VAEEncodeTiled", "VAEDecodeTiled" } };

    for (int i = 0; i < 2; i++) {
        node_args a = node_begin(lm_nodes_vae, ways[i][0]), b = node_begin(lm_nodes_vae, ways[i][1]);

        node_link(&a, "vae", vae);
        node_link(&a, "pixels", image);
        latent = node_run(&a, call_on(test_device()), &err);
        WANT(latent && lm_shape_same(lm_value_tensor(latent, "samples")->shape, LM_SHAPE(2, 5, 6, 3)));
        node_link(&b, "vae", vae);
        node_link(&b, "samples", latent);
        back = node_run(&b, call_on(test_device()), &err);

        lm_pass *p = lm_pass_begin(call_on(test_device()));
        WANT(relative_error(p, lm_value_tensor(back, "pixels"),
                            lm_slice(p, lm_value_tensor(image, "pixels"), -1, 0, 3)) < 1e-6);
        WANT(lm_pass_end(p, &err));
        lm_value_unref(latent);
        lm_value_unref(back);
    }
    lm_value_unref(vae);
    lm_value_unref(image);
}

static void refuses(const char *node, const limn_value *vae, const char *input, limn_value *given,
                    const char *blamed, const char *text)
{
    limn_error err = { 0 };
    node_args  a = node_begin(lm_nodes_vae, node);

    node_link(&a, "vae", vae);
    node_link(&a, input, given);
    WANT(!node_run(&a, call_on(test_device()), &err));
    WANT_TEXT(err.input, blamed);
    WANT_TEXT(err.text, text);
    lm_value_unref(given);
}

TEST(what_does_not_fit_is_refused)
{
    limn_value *none = lm_value_new("VAE"), *vae = pixel_vae();

    refuses("VAEDecode", none, "samples", value_of("LATENT", "samples", LM_SHAPE(1, 4, 4, 4)), "vae",
            "the checkpoint that this VAE comes from holds none");
    refuses("VAEDecode", vae, "samples", value_of("LATENT", "samples", LM_SHAPE(1, 4, 4, 4)), "samples",
            "the latent has 4 channels, the VAE wants 3");
    refuses("VAEEncode", none, "pixels", value_of("IMAGE", "pixels", LM_SHAPE(1, 8, 8, 3)), "vae",
            "the checkpoint that this VAE comes from holds none");
    lm_value_unref(none);
    lm_value_unref(vae);
}

/* ------------------------------------------------------------------ memory that runs out */

/* The CPU, of which only so much may be held at a time. */
static struct {
    lm_device *cpu;
    size_t     held, most, limit; /* bytes; most: ever; limit 0: none */
} small;

static void *small_alloc(lm_device *d, size_t bytes)
{
    void *memory;

    (void)d;
    if (small.limit && small.held + bytes > small.limit)
        return NULL;
    memory = small.cpu->alloc(small.cpu, bytes);
    small.held += memory ? bytes : 0;
    small.most = small.held > small.most ? small.held : small.most;
    return memory;
}

static void small_free(lm_device *d, void *memory, size_t bytes)
{
    (void)d;
    small.held -= bytes;
    small.cpu->free(small.cpu, memory, bytes);
}

static limn_value *decode_on(lm_device *d, const limn_value *vae, const limn_value *latent)
{
    limn_error err = { 0 };
    node_args  a = node_begin(lm_nodes_vae, "VAEDecode");

    node_link(&a, "vae", vae);
    node_link(&a, "samples", latent);
    return node_run(&a, call_on(d), &err);
}

TEST(a_decode_that_does_not_fit_is_made_of_tiles)
{
    limn_error  err = { 0 };
    lm_weights *w = recorded_tensors(LIMN_TINY);
    lm_device   d = *(small.cpu = lm_cpu_device(0));
    limn_value *vae = lm_value_new("VAE"), *latent = lm_value_new("LATENT"), *whole, *tiled;
    const int64_t n = 8 * 300 * 4;
    float        *z = calloc((size_t)n, sizeof *z);

    for (int64_t i = 0; i < n; i++)
        z[i] = 3.0f * sinf((float)(i * i % 1009));
    d.alloc = small_alloc;
    d.free = small_free;
    lm_value_set_object(vae, "vae", lm_vae_load(w, "first_stage_model.", &d, &err), &lm_vae_kind);
    lm_value_set_tensor(latent, "samples", lm_tensor_from(&d, LM_F32, LM_SHAPE(1, 8, 300, 4), z, &err));
    whole = decode_on(&d, vae, latent);
    small.limit = small.most * 3 / 4;
    tiled = decode_on(&d, vae, latent);
    small.limit = 0;

    /* Tiles see less of the picture than the whole, so they are near it, not the same. */
    lm_pass *p = lm_pass_begin(call_on(lm_cpu_device(0)));
    WANT(whole && tiled);
    if (whole && tiled) {
        const double off = relative_error(p, lm_value_tensor(tiled, "pixels"), lm_value_tensor(whole, "pixels"));

        WANT(off > 1e-4 && off < 0.5);
    }
    WANT(lm_pass_end(p, &err));
    lm_value_unref(whole);
    lm_value_unref(tiled);
    lm_value_unref(vae);
    lm_value_unref(latent);
    lm_weights_unref(w);
    free(z);
}

TEST(a_clip_without_an_encoder_is_refused)
{
    limn_error  err = { 0 };
    limn_value *clip = lm_value_new("CLIP");
    node_args   a = node_begin(lm_nodes_conditioning, "CLIPTextEncode");

    *(const char **)(void *)(a.at + node_input(a.node, "text")->offset) = "a cat";
    node_link(&a, "clip", clip);
    WANT(!node_run(&a, call_on(test_device()), &err));
    WANT_TEXT(err.input, "clip");
    WANT_TEXT(err.text, "the checkpoint that this CLIP comes from holds no text encoder");
    lm_value_unref(clip);
}

TEST(masks_and_pictures_must_be_as_many)
{
    limn_error err = { 0 };
    lm_pass   *p = lm_pass_begin(call_on(test_device()));
    lm_tensor *picture, *grown;

    WANT(!lm_inpaint_prepare(p, lm_from_host(p, LM_SHAPE(2, 8, 8, 3), lm_host_floats(p, 384)),
                             lm_from_host(p, LM_SHAPE(3, 8, 8), lm_host_floats(p, 192)), 8, 6, &picture, &grown));
    WANT(!lm_pass_end(p, &err));
    WANT_TEXT(err.text, "3 masks for 2 pictures");
}

TEST_MAIN
