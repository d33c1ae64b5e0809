/* noise_test.c: our noise against PyTorch's, bit for bit. */
#include "core/base/hash.h"
#include "nodes/diffusion/noise.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

static const char tables[] = "tests/parity/tables.json";

/* SHA-256 of a draw [N, h, w, C] in the reference's order. */
static void digest_of(const float *t, lm_shape nchw, char hex[65])
{
    const int64_t channels = nchw.at[1], cells = nchw.at[2] * nchw.at[3];
    float        *turned = calloc((size_t)lm_shape_count(nchw), sizeof *turned);
    lm_sha256     sum;
    uint8_t       digest[32];

    for (int64_t n = 0; n < nchw.at[0]; n++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t i = 0; i < cells; i++)
                turned[(n * channels + c) * cells + i] = t[(n * cells + i) * channels + c];
    lm_sha256_init(&sum);
    lm_sha256_add(&sum, turned, (size_t)lm_shape_count(nchw) * sizeof *turned);
    lm_sha256_done(&sum, digest);
    lm_hex(digest, sizeof digest, hex);
    free(turned);
}

static lm_tensor *index_tensor(lm_pass *p, const json_t *index)
{
    const size_t n = json_array_size(index);
    float        at[16];

    if (json_is_null(index))
        return NULL;
    for (size_t i = 0; i < n; i++)
        at[i] = (float)json_integer_value(json_array_get(index, i));
    return lm_from_host(p, LM_SHAPE((int64_t)n), at);
}

static void compare_all(lm_device *d)
{
    json_t  *top = recorded_table(tables), *row;
    size_t   i;

    json_array_foreach(json_object_get(top, "noise"), i, row) {
        lm_shape   nchw = recorded_shape(json_object_get(row, "shape"));
        lm_pass   *p = lm_pass_begin(call_on(d));
        lm_tensor *index = index_tensor(p, json_object_get(row, "batch_index"));
        lm_tensor *x = lm_noise(p, channels_last_shape(nchw), recorded_seed(row), index);
        char       hex[65] = "";

        if (x)
            digest_of(lm_host_view(p, x), nchw, hex);
        WANT_TEXT(hex, recorded_text(row, "sha256"));
        WANT(lm_pass_end(p, NULL));
    }
    WANT(i >= 20);
    json_decref(top);
}

TEST(every_recorded_draw_comes_out_bit_for_bit)
{
    compare_all(lm_host_device());
}

TEST(no_draw_touches_memory_of_the_device)
{
    compare_all(guard_device());
}

TEST(the_checked_seed_begins_as_everyone_knows)
{
    static const float want[] = { 0x1.ed4a52p+0f, 0x1.7cbea6p+0f, 0x1.cd2acep-1f, -0x1.0d81b6p+1f };
    static float       got[16384];
    lm_random          r;

    lm_random_seed(&r, 42);
    lm_random_normals(&r, got, 16384);
    WANT(!memcmp(got, want, sizeof want));
}

TEST(only_the_low_half_of_a_seed_counts)
{
    lm_random a, b;
    float     x[40], y[40];

    lm_random_seed(&a, 7);
    lm_random_seed(&b, 7 + (UINT64_C(3) << 32));
    lm_random_normals(&a, x, 40);
    lm_random_normals(&b, y, 40);
    WANT(!memcmp(x, y, sizeof x));
}

TEST(a_stream_goes_on_where_it_stopped_even_after_an_odd_draw)
{
    lm_random a, b;
    float     x[12], y[12];

    lm_random_seed(&a, 5);
    lm_random_seed(&b, 5);
    lm_random_normals(&a, x, 7);
    lm_random_normals(&a, x + 7, 5);
    lm_random_normals(&b, y, 12);
    WANT(!memcmp(x, y, sizeof x));
}

TEST(a_batch_index_that_cannot_be_is_a_sentence)
{
    static const float bad[][2] = { { -1.0f, 0.0f }, { 0.0f, 2e6f }, { NAN, 0.0f } };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
        limn_error err = { 0 };

        WANT(!lm_noise(p, LM_SHAPE(2, 4, 4, 4), 1, lm_from_host(p, LM_SHAPE(2), bad[i])));
        WANT(!lm_pass_end(p, &err) && err.code == LIMN_INPUT && strstr(err.text, "batch_index"));
    }
}

TEST(a_batch_index_of_another_length_is_a_sentence)
{
    static const float one[] = { 0.0f };
    lm_pass           *p = lm_pass_begin(call_on(lm_host_device()));
    limn_error         err = { 0 };

    WANT(!lm_noise(p, LM_SHAPE(2, 4, 4, 4), 1, lm_from_host(p, LM_SHAPE(1), one)));
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_INPUT);
}

TEST_MAIN
