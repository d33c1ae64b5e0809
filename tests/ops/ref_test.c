/* ref_test.c: the plain ops themselves, by numbers that were worked out by hand or recorded from PyTorch. */
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "core/data/safetensors.h"
#include "tests/ops/rig.h"

/* A case's answer against `want`, n numbers, each within 2e-6 of its size (and of 1). */
static bool gives(rig *r, const lm_tensor *y, const float *want, int64_t n)
{
    float *got = rig_read(y);
    bool   same = y && lm_count(y) == n;

    for (int64_t i = 0; same && i < n; i++)
        if (fabs((double)got[i] - (double)want[i]) > 2e-6 * fmax(1.0, fabs((double)want[i]))) {
            printf("number %lld: got %.9g, want %.9g\n", (long long)i, (double)got[i], (double)want[i]);
            same = false;
        }
    if (!y)
        printf("%s\n", r->p->error.text);
    lm_free(got);
    return same;
}

#define NUMBERS(...) (const float[]){ __VA_ARGS__ }
#define GIVES(r, y, ...)                                                                       \
    gives((r), (y), NUMBERS(__VA_ARGS__), (int64_t)(sizeof NUMBERS(__VA_ARGS__) / sizeof(float)))
#define INPUT(r, shape, ...) rig_tensor((r), LM_F32, (shape), NUMBERS(__VA_ARGS__))

/* A rig on the host device in class f32, as a variable. */
#define HOST_RIG(r)                                                                            \
    rig r;                                                                                     \
    rig_open(&r, lm_host_device(), rig_setups[0], 1)

/* ------------------------------------------------------------------ by hand */

TEST(linear_is_rows_times_rows_plus_bias_plus_stream)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(2, 2), 1, 2, 3, 4), *w = INPUT(&r, LM_SHAPE(3, 2), 1, 0, 0, 1, 1, -1);
    lm_tensor *b = INPUT(&r, LM_SHAPE(3), 10, 20, 30);

    WANT(GIVES(&r, lm_linear(r.p, x, w, NULL), 1, 2, -1, 3, 4, -1));
    WANT(GIVES(&r, lm_linear(r.p, x, w, b), 11, 22, 29, 13, 24, 29));
    WANT(GIVES(&r, lm_linear_add(r.p, x, w, b, INPUT(&r, LM_SHAPE(2, 3), 1, 1, 1, 2, 2, 2)), 12, 23, 30, 15,
               26, 31));
    WANT(rig_close(&r));
}

TEST(geglu_gates_the_first_half_by_the_second)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(1, 1), 2), *w = INPUT(&r, LM_SHAPE(2, 1), 3, 0.5f);

    /* 6 · 1 · Φ(1);  Φ(1) = 0.84134475 */
    WANT(GIVES(&r, lm_linear_geglu(r.p, x, w, NULL), 5.0480685f));
    WANT(rig_close(&r));
}

TEST(conv_sees_its_window_and_zeros_around_the_picture)
{
    HOST_RIG(r);
    lm_tensor *ones = INPUT(&r, LM_SHAPE(1, 3, 3, 1), 1, 1, 1, 1, 1, 1, 1, 1, 1);
    lm_tensor *w = INPUT(&r, LM_SHAPE(1, 1, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
    lm_tensor *x = INPUT(&r, LM_SHAPE(1, 2, 2, 1), 1, 2, 3, 4);
    lm_tensor *shift = INPUT(&r, LM_SHAPE(1, 1, 3, 3), 0, 0, 0, 0, 0, 1, 0, 0, 0);
    lm_tensor *one = INPUT(&r, LM_SHAPE(1, 1, 1, 1), 1);

    WANT(GIVES(&r, lm_conv(r.p, ones, w, NULL, LM_CONV_3x3), 4, 6, 4, 6, 9, 6, 4, 6, 4));
    /* Cross-correlation, not mirrored: the tap right of the middle fetches the pixel to the right. */
    WANT(GIVES(&r, lm_conv(r.p, x, shift, NULL, LM_CONV_3x3), 2, 0, 4, 0));
    WANT(GIVES(&r, lm_conv(r.p, ones, w, NULL, ((lm_conv_spec){ .stride = 2, .bottom = 1, .right = 1 })), 9));
    WANT(GIVES(&r, lm_conv(r.p, ones, w, NULL,
                           ((lm_conv_spec){ .stride = 2, .top = 1, .left = 1, .bottom = 1, .right = 1 })),
               4, 4, 4, 4));
    WANT(GIVES(&r, lm_conv(r.p, x, one, NULL, ((lm_conv_spec){ .upsample = true })), 1, 1, 2, 2, 1, 1, 2, 2,
               3, 3, 4, 4, 3, 3, 4, 4));
    WANT(rig_close(&r));
}

TEST(conv_adds_a_bias_for_each_picture)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(2, 1, 1, 2), 1, 2, 3, 4);
    lm_tensor *w = INPUT(&r, LM_SHAPE(2, 2, 1, 1), 1, 0, 1, 1);

    WANT(GIVES(&r, lm_conv(r.p, x, w, INPUT(&r, LM_SHAPE(2), 10, 20), LM_CONV_1x1), 11, 23, 13, 27));
    WANT(GIVES(&r, lm_conv(r.p, x, w, INPUT(&r, LM_SHAPE(2, 2), 10, 20, 30, 40), LM_CONV_1x1), 11, 23, 33,
               47));
    WANT(rig_close(&r));
}

TEST(attention_weighs_values_by_the_softmax_of_scores)
{
    HOST_RIG(r);
    lm_tensor *q = INPUT(&r, LM_SHAPE(1, 2, 1), 0, 1), *k = INPUT(&r, LM_SHAPE(1, 2, 1), 0, 1.0986123f);
    lm_tensor *v = INPUT(&r, LM_SHAPE(1, 2, 1), 8, 16);
    lm_tensor *two = INPUT(&r, LM_SHAPE(1, 1, 4), 1, 1, 2, 0), *keys = INPUT(&r, LM_SHAPE(1, 1, 8), 1, 1, 1,
                                                                              1, 5, 6, 7, 8);

    /* e^0 : e^0 = 1 : 1, then e^0 : e^(ln 3) = 1 : 3 */
    WANT(GIVES(&r, lm_attention(r.p, q, k, v, 1, 0), 12, 14));
    WANT(GIVES(&r, lm_attention(r.p, q, k, v, 1, LM_CAUSAL), 8, 14));
    WANT(GIVES(&r, lm_attention_kv(r.p, two, keys, 2, 0), 5, 6, 7, 8));
    WANT(rig_close(&r));
}

TEST(attention_divides_scores_by_the_root_of_the_head_size)
{
    HOST_RIG(r);
    lm_tensor *q = INPUT(&r, LM_SHAPE(1, 1, 4), 1, 1, 1, 1);
    lm_tensor *k = INPUT(&r, LM_SHAPE(1, 2, 4), 0, 0, 0, 0, 1.0986123f, 1.0986123f, 0, 0);
    lm_tensor *v = INPUT(&r, LM_SHAPE(1, 2, 4), 0, 4, 8, 12, 4, 4, 4, 4);

    /* 2 ln 3 / √4 = ln 3 */
    WANT(GIVES(&r, lm_attention(r.p, q, k, v, 1, 0), 3, 4, 5, 6));
    WANT(rig_close(&r));
}

TEST(norms_bring_mean_0_and_variance_1)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(1, 2, 4), 1, 3, 10, 10, 1, 3, 10, 14);
    lm_tensor *g = INPUT(&r, LM_SHAPE(4), 1, 1, 2, 1), *b = INPUT(&r, LM_SHAPE(4), 0, 1, 0, 0);

    /* group 0: 1 3 1 3, mean 2, variance 1; group 1: 10 10 10 14, mean 11, variance 3 */
    WANT(GIVES(&r, lm_group_norm(r.p, x, g, b, 2, 0.0), -1, 2, -1.1547005f, -0.57735026f, -1, 2,
               -1.1547005f, 1.7320508f));
    /* x · sigmoid(x): -1 gives -0.26894143, 2 gives 1.7615942 */
    WANT(GIVES(&r, lm_slice(r.p, lm_group_norm_silu(r.p, x, g, b, 2, 0.0), -1, 0, 2), -0.26894143f,
               1.7615942f, -0.26894143f, 1.7615942f));
    /* rows: mean 6, variance 16.5; mean 7, variance 27.5 */
    WANT(GIVES(&r, lm_layer_norm(r.p, x, INPUT(&r, LM_SHAPE(4), 1, 1, 1, 1), INPUT(&r, LM_SHAPE(4), 0, 0, 0, 0),
                                 0.0),
               -1.2309149f, -0.73854895f, 0.98473194f, 0.98473194f, -1.1441551f, -0.76277007f, 0.57207755f,
               1.3348476f));
    /* eps joins the variance: 1 / √(1 + 3) */
    WANT(GIVES(&r, lm_slice(r.p, lm_group_norm(r.p, x, g, b, 2, 3.0), -1, 0, 1), -0.5f, -0.5f));
    WANT(rig_close(&r));
}

TEST(activations_have_their_textbook_values)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(4), -2, 0, 1, 3);

    WANT(GIVES(&r, lm_silu(r.p, x), -0.23840584f, 0, 0.7310586f, 2.8577224f));
    WANT(GIVES(&r, lm_gelu(r.p, x), -0.04550026f, 0, 0.8413447f, 2.9959502f));
    WANT(GIVES(&r, lm_quick_gelu(r.p, x), -0.06434138f, 0, 0.84579577f, 2.9819287f));
    WANT(GIVES(&r, lm_tanh(r.p, x), -0.9640276f, 0, 0.7615942f, 0.9950548f));
    WANT(rig_close(&r));
}

TEST(sums_products_and_clamps_do_as_they_say)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(2, 2), 1, 2, 3, 4), *y = INPUT(&r, LM_SHAPE(2, 2), 10, 20, 30, 40);
    lm_tensor *row = INPUT(&r, LM_SHAPE(1, 2), 5, 6), *column = INPUT(&r, LM_SHAPE(2, 1), 5, 6);

    WANT(GIVES(&r, lm_axpby(r.p, 2, x, 0.5, y), 7, 14, 21, 28));
    WANT(GIVES(&r, lm_sub(r.p, y, x), 9, 18, 27, 36));
    WANT(GIVES(&r, lm_axpy(r.p, y, -10, x), 0, 0, 0, 0));
    WANT(GIVES(&r, lm_add(r.p, x, row), 6, 8, 8, 10));
    WANT(GIVES(&r, lm_sub(r.p, row, x), 4, 4, 2, 2));
    WANT(GIVES(&r, lm_mul(r.p, x, column), 5, 10, 18, 24));
    WANT(GIVES(&r, lm_affine(r.p, x, -1, 1), 0, -1, -2, -3));
    WANT(GIVES(&r, lm_clamp(r.p, x, 0.5, -0.5, 0.25, 1), 0.25f, 0.5f, 1, 1));
    WANT(rig_close(&r));
}

TEST(concat_slice_repeat_and_gather_place_numbers)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(2, 2), 1, 2, 3, 4), *z = INPUT(&r, LM_SHAPE(2, 1), 5, 6);

    WANT(GIVES(&r, lm_concat(r.p, x, z, -1), 1, 2, 5, 3, 4, 6));
    WANT(GIVES(&r, lm_concat(r.p, x, x, 0), 1, 2, 3, 4, 1, 2, 3, 4));
    WANT(GIVES(&r, lm_slice(r.p, x, 1, 1, 1), 2, 4));
    WANT(GIVES(&r, lm_slice(r.p, x, 0, 1, 1), 3, 4));
    WANT(GIVES(&r, lm_repeat(r.p, z, 2), 5, 6, 5, 6));
    WANT(GIVES(&r, lm_gather(r.p, x, (const int32_t[]){ 1, 0, 1 }, 3), 3, 4, 1, 2, 3, 4));
    WANT(rig_close(&r));
}

TEST(sixteen_bit_numbers_are_rounded_to_the_nearest_even)
{
    HOST_RIG(r);
    lm_tensor *x = INPUT(&r, LM_SHAPE(4), 1.00390625f, 1.01171875f, 1.00048828125f, 1.00146484375f);

    WANT(GIVES(&r, lm_slice(r.p, lm_cast(r.p, x, LM_BF16), 0, 0, 2), 1.0f, 1.015625f));
    WANT(GIVES(&r, lm_slice(r.p, lm_cast(r.p, x, LM_F16), 0, 2, 2), 1.0f, 1.001953125f));
    WANT(rig_close(&r));
}

/* ------------------------------------------------------------------ recorded from PyTorch */

/* NCHW to NHWC. */
static float *channels_last(const lm_tensor *t)
{
    const int64_t channels = lm_dim(t, 1), pixels = lm_dim(t, 2) * lm_dim(t, 3), n = lm_count(t);
    float        *from = rig_read(t), *to = lm_alloc_array((size_t)n, sizeof *to);

    for (int64_t i = 0; i < n; i++) {
        const int64_t picture = i / (channels * pixels), channel = i / pixels % channels, pixel = i % pixels;
        to[(picture * pixels + pixel) * channels + channel] = from[i];
    }
    lm_free(from);
    return to;
}

static lm_shape channels_last_shape(const lm_tensor *t)
{
    return LM_SHAPE(lm_dim(t, 0), lm_dim(t, 2), lm_dim(t, 3), lm_dim(t, 1));
}

static int mode_of(const char *method)
{
    static const char *const names[LM_N_RESAMPLE] = { "nearest-exact", "bilinear", "bicubic", "area" };
    int                      mode = 0;

    while (mode < LM_N_RESAMPLE && strcmp(names[mode], method))
        mode++;
    return mode;
}

static bool agrees(lm_weights *w, const json_t *row, lm_resample_mode mode)
{
    lm_tensor *in = lm_weights_tensor(w, lm_host_device(), json_string_value(json_object_get(row, "input")), NULL);
    lm_tensor *out = lm_weights_tensor(w, lm_host_device(), json_string_value(json_object_get(row, "output")),
                                       NULL);
    float     *from = channels_last(in), *want = channels_last(out);
    HOST_RIG(r);
    lm_tensor *y = lm_resample(r.p, rig_tensor(&r, LM_F32, channels_last_shape(in), from), lm_dim(out, 2),
                               lm_dim(out, 3), mode);
    const bool same = gives(&r, y, want, lm_count(out));

    lm_free(from);
    lm_free(want);
    lm_tensor_unref(in);
    lm_tensor_unref(out);
    return rig_close(&r) && same;
}

TEST(resampling_is_what_pytorch_recorded)
{
    const int   fd = open("tests/parity/tables.safetensors", O_RDONLY | O_CLOEXEC);
    lm_weights *w = lm_weights_open(fd, "tables.safetensors", NULL);
    json_t     *tables = json_load_file("tests/parity/tables.json", 0, NULL);
    size_t      i, compared = 0;
    json_t     *row;

    close(fd);
    WANT(w && tables);
    json_array_foreach(json_object_get(tables, "resize"), i, row) {
        const char *method = json_string_value(json_object_get(row, "method"));
        const int   mode = mode_of(method);

        if (mode == LM_N_RESAMPLE || strcmp(json_string_value(json_object_get(row, "crop")), "disabled"))
            continue;
        compared++;
        if (!agrees(w, row, (lm_resample_mode)mode)) {
            test_failures++;
            printf("resize row %zu, %s\n", i, method);
        }
    }
    WANT(compared == 2 * 4 * 7);
    json_decref(tables);
    lm_weights_unref(w);
}

TEST_MAIN
