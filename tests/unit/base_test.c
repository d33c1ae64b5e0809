/* base_test.c: texts, hashes and element types. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/data/dtype.h"
#include "core/data/shape.h"
#include "tests/test.h"

TEST(a_text_grows_and_is_always_terminated)
{
    lm_text t = { 0 };
    char   *mine;

    WANT_TEXT(lm_text_str(&t), "");
    for (int i = 0; i < 1000; i++)
        lm_text_printf(&t, "%d,", i % 10);
    WANT(t.size == 2000 && strlen(t.at) == 2000);
    mine = lm_text_take(&t);
    WANT(!strncmp(mine, "0,1,2,", 6) && t.at == NULL && t.size == 0);
    lm_free(mine);
    lm_text_done(&t);
}

static void want_sha(const char *text, size_t n, const char *hex)
{
    lm_sha256 s;
    uint8_t   digest[32];
    char      got[65];

    lm_sha256_init(&s);
    for (size_t i = 0; i < n; i += 7) /* in odd pieces */
        lm_sha256_add(&s, text + i, n - i < 7 ? n - i : 7);
    lm_sha256_done(&s, digest);
    lm_hex(digest, 32, got);
    WANT_TEXT(got, hex);
}

TEST(sha256_gives_the_standard_digests)
{
    char *million = lm_alloc(1000000);

    want_sha("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    want_sha("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    want_sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    memset(million, 'a', 1000000);
    want_sha(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    lm_free(million);
}

TEST(keys_tell_apart_what_differs)
{
    const lm_hash start = lm_hash_start();
    const lm_hash ab = lm_hash_text(start, "ab");
    const lm_hash a_b = lm_hash_text(lm_hash_text(start, "a"), "b");

    WANT(lm_hash_same(ab, lm_hash_text(start, "ab")));
    WANT(!lm_hash_same(ab, a_b));
    WANT(!lm_hash_same(lm_hash_text(start, ""), start));
    WANT(!lm_hash_same(lm_hash_add(start, "a\0", 2), lm_hash_add(start, "a", 1)));
    WANT(!lm_hash_same(lm_hash_mix(ab, a_b), lm_hash_mix(a_b, ab)));
}

TEST(a_hundred_thousand_near_keys_do_not_meet)
{
    enum { N = 100000 };
    uint64_t *low = lm_alloc_array(N, sizeof *low);
    int       same = 0;

    for (int i = 0; i < N; i++)
        low[i] = lm_hash_u64(lm_hash_start(), (uint64_t)i).a & 0xffffffffffffu;
    for (int i = 1; i < N; i++) /* insertion into 2^17 buckets would be longer; neighbours suffice */
        same += low[i] == low[i - 1];
    WANT(same == 0);
    lm_free(low);
}

TEST(every_half_survives_the_way_through_float)
{
    int wrong = 0;

    for (uint32_t x = 0; x < 65536; x++) {
        const float f = lm_f16_to_f32((uint16_t)x);
        const bool  nan = (x & 0x7c00) == 0x7c00 && (x & 1023);

        wrong += nan ? f == f : lm_f32_to_f16(f) != x;
    }
    WANT(wrong == 0);
}

TEST(floats_round_to_the_nearest_half_and_bfloat)
{
    WANT(lm_f32_to_f16(65519.0f) == 0x7bff && lm_f32_to_f16(65520.0f) == 0x7c00);
    WANT(lm_f32_to_f16(0x1p-25f) == 0 && lm_f32_to_f16(0x1.000002p-25f) == 1);
    WANT(lm_f32_to_f16(1.0f + 0x1p-11f) == 0x3c00 && lm_f32_to_f16(1.0f + 0x1.8p-10f) == 0x3c02);
    WANT(lm_f32_to_f16(-2.5f) == 0xc100);
    WANT(lm_f32_to_bf16(1.0f) == 0x3f80 && lm_f32_to_bf16(1.0f + 0x1p-8f) == 0x3f80);
    WANT(lm_f32_to_bf16(1.0f + 0x1.8p-7f) == 0x3f82);
    WANT(lm_bf16_to_f32(lm_f32_to_bf16(NAN)) != lm_bf16_to_f32(lm_f32_to_bf16(NAN)));
    WANT(lm_f32_to_bf16(INFINITY) == 0x7f80);
}

TEST(types_have_the_names_that_files_use)
{
    lm_dtype t;

    for (int i = 0; i < LM_N_DTYPES; i++)
        WANT(lm_dtype_parse(lm_dtype_name((lm_dtype)i), &t) && t == (lm_dtype)i && lm_dtype_size(t));
    WANT(!lm_dtype_parse("f32", &t) && !lm_dtype_parse("", &t));
}

TEST(a_shape_reads_as_a_list)
{
    char text[LM_SHAPE_TEXT];

    WANT_TEXT(lm_shape_text(LM_SHAPE(2, 64, 64, 320), text), "[2, 64, 64, 320]");
    WANT_TEXT(lm_shape_text((lm_shape){ 0 }, text), "[]");
    WANT(lm_shape_count(LM_SHAPE(2, 3, 4)) == 24 && lm_shape_count((lm_shape){ 0 }) == 1);
    WANT(lm_shape_dim(LM_SHAPE(5, 6, 7), -1) == 7 && lm_shape_dim(LM_SHAPE(5, 6, 7), 0) == 5);
}

/* ------------------------------------------------------------------ shortage */

static bool never(size_t bytes)
{
    (void)bytes;
    return false;
}

TEST(a_text_that_may_fail_is_empty_then_and_stays_so)
{
    lm_text t = { .may_fail = true };

    lm_alloc_ask = never; /* asked from 1 MiB on */
    for (int i = 0; i < 1 << 18; i++)
        lm_text_puts(&t, "12345678");
    WANT(t.failed && !t.size && !t.at && !*lm_text_str(&t));
    lm_text_printf(&t, "%d", 5);
    WANT(!t.size && !lm_text_room(&t, 1) && !lm_text_take(&t));
    lm_alloc_ask = NULL;
    WANT(t.may_fail && !t.failed);
    lm_text_puts(&t, "again");
    WANT_TEXT(lm_text_str(&t), "again");
    lm_text_done(&t);
}

TEST(a_text_has_the_room_that_was_made)
{
    lm_text     t = { .may_fail = true };
    const char *at;

    WANT(lm_text_room(&t, 100000));
    at = t.at;
    for (int i = 0; i < 100000; i++)
        lm_text_add(&t, "x", 1);
    WANT(t.at == at && t.size == 100000);
    lm_text_done(&t);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int spend_all(void)
{
    struct rlimit most = { 1 << 26, 1 << 26 };
    int           n = 0;

    lm_alloc_keep_reserve(8 << 20);
    if (lm_alloc_is_short() || setrlimit(RLIMIT_AS, &most))
        return 1;
    while (lm_try_alloc(1 << 20))
        n++;
    for (; !lm_alloc_is_short(); n++)
        if (!lm_alloc(60 << 10) || n > 10000)
            return 2;
    return lm_alloc(60 << 10) ? 0 : 3; /* of what was spent there is more */
}

TEST(a_reserve_is_spent_before_the_process_ends_and_says_so)
{
    const pid_t child = fork();
    int         status = -1;

    if (!child)
        _exit(spend_all());
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status));
}
#endif

TEST_MAIN
