/* latent_test.c: the nodes that make, resize, pick and paste latents, against the reference. */
#include "nodes/diffusion/bislerp.h"
#include "nodes/resize.h"
#include "nodes/types.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/node_for_tests.h"
#include "tests/unit/recorded.h"

extern const limn_node *const lm_nodes_latent[], *const lm_nodes_latent_batch[],
    *const lm_nodes_latent_transform[];

static const char tables[] = "tests/parity/tables.json";

/* ------------------------------------------------------------------ latents to work on */

/* A LATENT whose cell values count up from `first`. */
static limn_value *counting(lm_shape s, float first)
{
    lm_pass    *p = lm_pass_begin(&test_call.call);
    float      *at = lm_host_floats(p, lm_shape_count(s));
    limn_value *v;

    for (int64_t i = 0; i < lm_shape_count(s); i++)
        at[i] = first + (float)i;
    v = lm_latent_new(p, NULL, lm_from_host(p, s, at));
    WANT(lm_pass_end(p, NULL));
    return v;
}

static void set_floats(limn_value *v, const char *name, lm_shape s, const float *at)
{
    limn_error err = { 0 };

    lm_value_set_tensor(v, name, lm_tensor_from(test_env.device, LM_F32, s, at, &err));
}

static float *floats_of(const limn_value *v, const char *name, lm_shape *s)
{
    const lm_tensor *t = lm_value_tensor(v, name);
    float           *out = calloc(t ? (size_t)lm_count(t) : 1, sizeof *out);

    *s = t ? lm_shape_of(t) : (lm_shape){ 0 };
    if (t)
        lm_tensor_read(t, LM_F32, out);
    return out;
}

static bool has_shape(const limn_value *v, const char *name, lm_shape want)
{
    const lm_tensor *t = v ? lm_value_tensor(v, name) : NULL;

    return t && lm_shape_same(lm_shape_of(t), want);
}

static bool holds(const limn_value *v, const char *name, const float *want, size_t n)
{
    lm_shape s;
    float   *at = floats_of(v, name, &s);
    bool     same = s.n > 0 && (size_t)lm_shape_count(s) == n && !memcmp(at, want, n * sizeof *at);

    free(at);
    return same;
}

/* ------------------------------------------------------------------ sizes */

static limn_value *resize_row(const json_t *row, const limn_value *latent, const char *method,
                              limn_error *err)
{
    const char *name = recorded_text(row, "node");
    node_args   a = node_begin(lm_nodes_latent, name);

    node_link(&a, "samples", latent);
    node_choice(&a, "upscale_method", method);
    if (!strcmp(name, "LatentUpscaleBy")) {
        node_float(&a, "scale_by", recorded_number(row, "by"));
    } else {
        node_int(&a, "width", recorded_int(row, "width"));
        node_int(&a, "height", recorded_int(row, "height"));
    }
    return node_run(&a, &test_call.call, err);
}

TEST(resizing_arrives_at_the_references_sizes)
{
    json_t *top = recorded_table(tables), *row;
    size_t  i;
    int     n = 0;

    call_on(lm_host_device());
    json_array_foreach(json_object_get(top, "sizes"), i, row) {
        const json_t *from = json_object_get(row, "from"), *to = json_object_get(row, "to");
        limn_value   *v, *out;
        limn_error    err = { 0 };

        if (strncmp(recorded_text(row, "node"), "LatentUpscale", 13))
            continue;
        v = counting(LM_SHAPE(1, json_integer_value(json_array_get(from, 1)),
                              json_integer_value(json_array_get(from, 0)), 4), 0.0f);
        out = resize_row(row, v, "nearest-exact", &err);
        if (json_is_null(to))
            WANT(!out && err.code == LIMN_INPUT && strstr(err.text, "no size"));
        else
            WANT(has_shape(out, "samples", LM_SHAPE(1, json_integer_value(json_array_get(to, 1)),
                                                    json_integer_value(json_array_get(to, 0)), 4)));
        lm_value_unref(out);
        lm_value_unref(v);
        n++;
    }
    WANT(n == 45);
    json_decref(top);
}

TEST(an_empty_latent_is_an_eighth_of_the_picture)
{
    node_args   a = node_begin(lm_nodes_latent, "EmptyLatentImage");
    limn_error  err = { 0 };
    limn_value *out;
    lm_shape    s;
    float      *at, sum = 0.0f;

    node_int(&a, "width", 520);
    node_int(&a, "height", 515);
    node_int(&a, "batch_size", 3);
    out = node_run(&a, call_on(guard_device()), &err);
    WANT(has_shape(out, "samples", LM_SHAPE(3, 64, 65, 4)));
    at = floats_of(out, "samples", &s);
    for (int64_t i = 0; i < lm_shape_count(s); i++)
        sum += fabsf(at[i]);
    WANT(sum == 0.0f);
    free(at);
    lm_value_unref(out);
}

TEST(a_latent_that_no_machine_can_hold_is_a_sentence)
{
    node_args  a = node_begin(lm_nodes_latent, "EmptyLatentImage");
    limn_error err = { 0 };

    node_int(&a, "width", 16384);
    node_int(&a, "height", 16384);
    node_int(&a, "batch_size", 4096);
    WANT(!node_run(&a, call_on(guard_device()), &err) && err.code == LIMN_MEMORY);
}

TEST(halves_round_to_the_even_one)
{
    WANT(lm_round_even(0.5) == 0 && lm_round_even(1.5) == 2 && lm_round_even(2.5) == 2);
    WANT(lm_round_even(3.4999) == 3 && lm_round_even(7.0) == 7);
}

/* ------------------------------------------------------------------ resized values */

static void compare_resized(lm_device *d)
{
    json_t     *top = recorded_table(tables), *row;
    lm_weights *tensors = recorded_tensors("tests/parity/tables.safetensors");
    size_t      i;
    int         n = 0;
    double      worst = 0.0;

    call_on(d);
    json_array_foreach(json_object_get(top, "resize"), i, row) {
        lm_pass    *p = lm_pass_begin(&test_call.call);
        limn_value *v = lm_latent_new(p, NULL, recorded(p, tensors, recorded_text(row, "input")));
        node_args   a = node_begin(lm_nodes_latent, "LatentUpscale");
        limn_value *out = NULL;
        limn_error  err = { 0 };
        double      off;

        /* The node never goes below 64 pixels, 8 cells; the recorded sizes below are those of images. */
        if (strcmp(recorded_text(row, "input"), "resize.latent") || recorded_int(row, "width") < 8 ||
            recorded_int(row, "height") < 8) {
            free(a.at);
        } else {
            node_link(&a, "samples", v);
            node_int(&a, "width", 8 * recorded_int(row, "width"));
            node_int(&a, "height", 8 * recorded_int(row, "height"));
            node_choice(&a, "upscale_method", recorded_text(row, "method"));
            node_choice(&a, "crop", recorded_text(row, "crop"));
            out = node_run(&a, &test_call.call, &err);
            off = out ? relative_error(p, lm_value_tensor(out, "samples"),
                                       recorded(p, tensors, recorded_text(row, "output"))) : -1.0;
            worst = fmax(worst, off);
            if (!(off >= 0.0 && off <= 2e-6))
                printf("%s to %d x %d: %g %s\n", recorded_text(row, "method"),
                       recorded_int(row, "width"), recorded_int(row, "height"), off, err.text);
            WANT(off >= 0.0 && off <= 2e-6);
            n++;
        }
        WANT(lm_pass_end(p, NULL));
        lm_value_unref(out);
        lm_value_unref(v);
    }
    printf("%d resized latents, the worst %.1e off\n", n, worst);
    WANT(n >= 10);
    lm_weights_unref(tensors);
    json_decref(top);
}

TEST(latents_resize_as_the_references_do)
{
    compare_resized(lm_host_device());
}

TEST(latents_resize_in_memory_that_may_not_be_touched)
{
    compare_resized(guard_device());
}

/* Sizes below the node's own least, straight from its methods. */
TEST(bislerp_shrinks_as_the_reference_does)
{
    json_t     *top = recorded_table(tables), *row;
    lm_weights *tensors = recorded_tensors("tests/parity/tables.safetensors");
    size_t      i;
    int         n = 0;

    call_on(lm_host_device());
    json_array_foreach(json_object_get(top, "resize"), i, row) {
        lm_pass         *p = lm_pass_begin(&test_call.call);
        const lm_tensor *x = recorded(p, tensors, "resize.latent");
        const int        w = recorded_int(row, "width"), h = recorded_int(row, "height");

        if (!strcmp(recorded_text(row, "method"), "bislerp")) {
            if (!strcmp(recorded_text(row, "crop"), "center"))
                x = lm_cut_to_shape(p, x, w, h);
            WANT(relative_error(p, lm_bislerp(p, x, h, w),
                                recorded(p, tensors, recorded_text(row, "output"))) <= 2e-6);
            n++;
        }
        WANT(lm_pass_end(p, NULL));
    }
    WANT(n == 10);
    lm_weights_unref(tensors);
    json_decref(top);
}

TEST(zero_by_zero_leaves_the_latent_as_it_is)
{
    limn_value *v = (call_on(lm_host_device()), counting(LM_SHAPE(1, 5, 7, 4), 1.0f)), *out;
    node_args   a = node_begin(lm_nodes_latent, "LatentUpscale");
    limn_error  err = { 0 };

    node_link(&a, "samples", v);
    node_int(&a, "width", 0);
    node_int(&a, "height", 0);
    out = node_run(&a, &test_call.call, &err);
    WANT(has_shape(out, "samples", LM_SHAPE(1, 5, 7, 4)));
    lm_value_unref(out);
    lm_value_unref(v);
}

/* ------------------------------------------------------------------ masks and other fields */

TEST(a_noise_mask_is_set_and_other_fields_are_carried_along)
{
    static const float mask[6] = { 0.0f, 1.0f, 0.5f, 0.0f, 0.25f, 1.0f };
    limn_value        *v = (call_on(lm_host_device()), counting(LM_SHAPE(1, 4, 4, 4), 0.0f)), *out;
    limn_value        *m = lm_value_new("MASK");
    node_args          a = node_begin(lm_nodes_latent, "SetLatentNoiseMask");
    limn_error         err = { 0 };

    lm_value_set_text(v, "unknown", "stays");
    set_floats(m, "mask", LM_SHAPE(2, 3), mask);
    node_link(&a, "samples", v);
    node_link(&a, "mask", m);
    out = node_run(&a, &test_call.call, &err);
    WANT(has_shape(out, "noise_mask", LM_SHAPE(1, 2, 3)) && holds(out, "noise_mask", mask, 6));
    WANT_TEXT(lm_value_text(out, "unknown"), "stays");
    WANT(!lm_value_has(v, "noise_mask"));
    lm_value_unref(out);
    lm_value_unref(m);
    lm_value_unref(v);
}

TEST(an_empty_value_is_a_sentence_for_every_node)
{
    const limn_node *const *const families[] = { lm_nodes_latent, lm_nodes_latent_batch,
                                                 lm_nodes_latent_transform };
    limn_value                   *nothing = lm_value_new("LATENT");

    call_on(lm_host_device());
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (const limn_node *const *n = families[f]; *n; n++) {
            node_args  a = node_begin(families[f], (*n)->name);
            limn_error err = { 0 };
            bool       takes_latents = false;

            for (const limn_input *in = (*n)->inputs; in->kind != LIMN_KIND_END; in++)
                if (in->kind == LIMN_KIND_LINK) {
                    node_link(&a, in->name, nothing);
                    takes_latents = true;
                }
            if (takes_latents)
                WANT(!node_run(&a, &test_call.call, &err) && err.code == LIMN_INPUT);
            else
                free(a.at);
        }
    lm_value_unref(nothing);
}

/* ------------------------------------------------------------------ batches */

static limn_value *pick(const limn_value *v, int64_t first, int64_t n)
{
    node_args  a = node_begin(lm_nodes_latent_batch, "LatentFromBatch");
    limn_error err = { 0 };

    node_link(&a, "samples", v);
    node_int(&a, "batch_index", first);
    node_int(&a, "length", n);
    return node_run(&a, &test_call.call, &err);
}

TEST(picking_from_a_batch_remembers_which_images_they_were)
{
    limn_value *v = (call_on(guard_device()), counting(LM_SHAPE(4, 1, 1, 2), 0.0f)), *out, *again;

    out = pick(v, 1, 2);
    WANT(holds(out, "samples", (float[]){ 2, 3, 4, 5 }, 4));
    WANT(holds(out, "batch_index", (float[]){ 1, 2 }, 2));
    again = pick(out, 1, 9);
    WANT(holds(again, "samples", (float[]){ 4, 5 }, 2) && holds(again, "batch_index", (float[]){ 2 }, 1));
    lm_value_unref(again);
    lm_value_unref(out);
    out = pick(v, 63, 2); /* beyond the end: the last one */
    WANT(holds(out, "samples", (float[]){ 6, 7 }, 2) && holds(out, "batch_index", (float[]){ 3 }, 1));
    lm_value_unref(out);
    lm_value_unref(v);
}

TEST(picking_takes_the_masks_of_what_it_picks)
{
    limn_value *v = (call_on(lm_host_device()), counting(LM_SHAPE(4, 1, 1, 2), 0.0f)), *out;

    set_floats(v, "noise_mask", LM_SHAPE(2, 1, 1), (float[]){ 0.25f, 0.75f });
    out = pick(v, 1, 2); /* two masks for four latents: they take turns */
    WANT(holds(out, "noise_mask", (float[]){ 0.75f, 0.25f }, 2));
    lm_value_unref(out);
    set_floats(v, "noise_mask", LM_SHAPE(1, 1, 1), (float[]){ 0.5f });
    out = pick(v, 1, 2);
    WANT(holds(out, "noise_mask", (float[]){ 0.5f }, 1));
    lm_value_unref(out);
    lm_value_unref(v);
}

TEST(a_repeated_batch_counts_on_in_its_indices)
{
    limn_value *v = (call_on(guard_device()), counting(LM_SHAPE(2, 1, 1, 2), 0.0f)), *out;
    node_args   a = node_begin(lm_nodes_latent_batch, "RepeatLatentBatch");
    limn_error  err = { 0 };

    set_floats(v, "batch_index", LM_SHAPE(2), (float[]){ 5, 3 });
    set_floats(v, "noise_mask", LM_SHAPE(2, 1, 1), (float[]){ 0, 1 });
    node_link(&a, "samples", v);
    node_int(&a, "amount", 3);
    out = node_run(&a, &test_call.call, &err);
    WANT(holds(out, "samples", (float[]){ 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3 }, 12));
    WANT(holds(out, "batch_index", (float[]){ 5, 3, 8, 6, 11, 9 }, 6));
    WANT(holds(out, "noise_mask", (float[]){ 0, 1, 0, 1, 0, 1 }, 6));
    lm_value_unref(out);
    lm_value_unref(v);
}

TEST(joined_batches_have_the_first_ones_size_and_all_indices)
{
    limn_value *v = (call_on(guard_device()), counting(LM_SHAPE(2, 2, 2, 1), 0.0f)), *out;
    limn_value *w = counting(LM_SHAPE(1, 2, 4, 1), 10.0f); /* the middle two columns stay */
    node_args   a = node_begin(lm_nodes_latent_batch, "LatentBatch");
    limn_error  err = { 0 };

    set_floats(w, "batch_index", LM_SHAPE(1), (float[]){ 7 });
    node_link(&a, "samples1", v);
    node_link(&a, "samples2", w);
    out = node_run(&a, &test_call.call, &err);
    WANT(holds(out, "samples", (float[]){ 0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 15, 16 }, 12));
    WANT(holds(out, "batch_index", (float[]){ 0, 1, 7 }, 3));
    lm_value_unref(out);
    lm_value_unref(w);
    lm_value_unref(v);
}

TEST(batches_of_other_channels_do_not_join)
{
    limn_value *v = (call_on(lm_host_device()), counting(LM_SHAPE(1, 2, 2, 4), 0.0f));
    limn_value *w = counting(LM_SHAPE(1, 2, 2, 3), 0.0f);
    node_args   a = node_begin(lm_nodes_latent_batch, "LatentBatch");
    limn_error  err = { 0 };

    node_link(&a, "samples1", v);
    node_link(&a, "samples2", w);
    WANT(!node_run(&a, &test_call.call, &err) && err.code == LIMN_INPUT && strstr(err.text, "channels"));
    lm_value_unref(w);
    lm_value_unref(v);
}

/* ------------------------------------------------------------------ turning, cutting, pasting */

static limn_value *turned(const char *node, const char *input, const char *how, const limn_value *v)
{
    node_args  a = node_begin(lm_nodes_latent_transform, node);
    limn_error err = { 0 };

    node_link(&a, "samples", v);
    node_choice(&a, input, how);
    return node_run(&a, &test_call.call, &err);
}

TEST(latents_turn_clockwise_and_mirror)
{
    static const struct { const char *node, *input, *how; lm_shape s; float want[6]; } cases[] = {
        { "LatentRotate", "rotation", "none", { 4, { 1, 2, 3, 1 } }, { 0, 1, 2, 3, 4, 5 } },
        { "LatentRotate", "rotation", "90 degrees", { 4, { 1, 3, 2, 1 } }, { 3, 0, 4, 1, 5, 2 } },
        { "LatentRotate", "rotation", "180 degrees", { 4, { 1, 2, 3, 1 } }, { 5, 4, 3, 2, 1, 0 } },
        { "LatentRotate", "rotation", "270 degrees", { 4, { 1, 3, 2, 1 } }, { 2, 5, 1, 4, 0, 3 } },
        { "LatentFlip", "flip_method", "x-axis: vertically", { 4, { 1, 2, 3, 1 } }, { 3, 4, 5, 0, 1, 2 } },
        { "LatentFlip", "flip_method", "y-axis: horizontally", { 4, { 1, 2, 3, 1 } }, { 2, 1, 0, 5, 4, 3 } },
    };
    limn_value *v = (call_on(guard_device()), counting(LM_SHAPE(1, 2, 3, 1), 0.0f));

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        limn_value *out = turned(cases[i].node, cases[i].input, cases[i].how, v);

        WANT(has_shape(out, "samples", cases[i].s) && holds(out, "samples", cases[i].want, 6));
        lm_value_unref(out);
    }
    lm_value_unref(v);
}

static limn_value *cropped(const limn_value *v, int64_t w, int64_t h, int64_t x, int64_t y)
{
    node_args  a = node_begin(lm_nodes_latent_transform, "LatentCrop");
    limn_error err = { 0 };

    node_link(&a, "samples", v);
    node_int(&a, "width", w);
    node_int(&a, "height", h);
    node_int(&a, "x", x);
    node_int(&a, "y", y);
    return node_run(&a, &test_call.call, &err);
}

/* Sizes and first values as torch slices them. */
TEST(a_piece_is_cut_where_asked_and_eight_cells_remain)
{
    static const struct { int64_t h, w, width, height, x, y, got_h, got_w; float first; } cases[] = {
        { 16, 20, 80, 72, 24, 16, 9, 10, 43.0f },    { 16, 20, 512, 512, 0, 0, 16, 20, 0.0f },
        { 16, 20, 512, 512, 8000, 8000, 8, 8, 172.0f }, { 4, 6, 64, 64, 0, 0, 4, 2, 4.0f },
    };

    call_on(guard_device());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        limn_value *v = counting(LM_SHAPE(1, cases[i].h, cases[i].w, 1), 0.0f);
        limn_value *out = cropped(v, cases[i].width, cases[i].height, cases[i].x, cases[i].y);
        lm_shape    s;
        float      *at = floats_of(out, "samples", &s);

        WANT(lm_shape_same(s, LM_SHAPE(1, cases[i].got_h, cases[i].got_w, 1)) &&
             at[0] == cases[i].first);
        free(at);
        lm_value_unref(out);
        lm_value_unref(v);
    }
}

static limn_value *pasted(const limn_value *to, const limn_value *from, int64_t x, int64_t y,
                          int64_t feather, limn_error *err)
{
    node_args a = node_begin(lm_nodes_latent_transform, "LatentComposite");

    node_link(&a, "samples_to", to);
    node_link(&a, "samples_from", from);
    node_int(&a, "x", x);
    node_int(&a, "y", y);
    node_int(&a, "feather", feather);
    return node_run(&a, &test_call.call, err);
}

TEST(a_latent_is_pasted_and_cut_at_the_edges)
{
    limn_value *to = (call_on(guard_device()), counting(LM_SHAPE(2, 3, 3, 1), 0.0f));
    limn_value *from = counting(LM_SHAPE(1, 2, 2, 1), 100.0f), *out;
    limn_error  err = { 0 };

    out = pasted(to, from, 8, 0, 0, &err);
    WANT(holds(out, "samples", (float[]){ 0, 100, 101, 3, 102, 103, 6, 7, 8,
                                          9, 100, 101, 12, 102, 103, 15, 16, 17 }, 18));
    lm_value_unref(out);
    out = pasted(to, from, 16, 16, 0, &err);
    WANT(holds(out, "samples", (float[]){ 0, 1, 2, 3, 4, 5, 6, 7, 100,
                                          9, 10, 11, 12, 13, 14, 15, 16, 100 }, 18));
    lm_value_unref(out);
    WANT(!pasted(to, from, 24, 0, 0, &err) && err.code == LIMN_INPUT && strstr(err.text, "outside"));
    lm_value_unref(from);
    lm_value_unref(to);
}

/* A row of 8 cells, 0 below and 1 above, six cells pasted from the second on: they fade over 2 cells on
 * both sides. The column at the latent's own edge would not fade. */
TEST(pasted_edges_fade_but_not_at_the_latents_own_edge)
{
    static float zero[8], one[6] = { 1, 1, 1, 1, 1, 1 };
    limn_value  *to = (call_on(guard_device()), lm_value_new("LATENT")), *from = lm_value_new("LATENT");
    limn_value  *out;
    limn_error   err = { 0 };

    set_floats(to, "samples", LM_SHAPE(1, 1, 8, 1), zero);
    set_floats(from, "samples", LM_SHAPE(1, 1, 6, 1), one);
    out = pasted(to, from, 8, 0, 16, &err);
    WANT(holds(out, "samples", (float[]){ 0, 0.5f, 1, 1, 1, 1, 0.5f, 0 }, 8));
    lm_value_unref(out);
    out = pasted(to, from, 16, 0, 16, &err);
    WANT(holds(out, "samples", (float[]){ 0, 0, 0.5f, 1, 1, 1, 1, 1 }, 8));
    lm_value_unref(out);
    lm_value_unref(from);
    lm_value_unref(to);
}

TEST_MAIN
