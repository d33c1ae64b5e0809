/* data_test.c: scratch memory, passes, tensors and values. */
#include <pthread.h>

#include "core/base/alloc.h"
#include "core/data/pass.h"
#include "core/data/value.h"
#include "tests/test.h"
#include "tests/unit/call_for_tests.h"

/* ------------------------------------------------------------------ scratch */

TEST(scratch_blocks_do_not_overlap_and_come_back)
{
    enum { N = 64, ROUNDS = 4000 };
    lm_scratch    *s = lm_scratch_new(lm_host_device());
    unsigned char *block[N] = { 0 };
    size_t         size[N] = { 0 };
    unsigned       seed = 7;
    int            wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        const int i = (int)(seed = seed * 1664525 + 1013904223) >> 8 & (N - 1);

        for (size_t k = 0; block[i] && k < size[i]; k++)
            wrong += block[i][k] != i;
        lm_scratch_put(s, block[i], size[i]);
        size[i] = (seed >> 4) % 9000;
        block[i] = lm_scratch_get(s, size[i]);
        wrong += (uintptr_t)block[i] % 64 != 0;
        memset(block[i], i, size[i]);
    }
    WANT(wrong == 0);
    WANT(lm_scratch_system_calls(s) == 1);
    for (int i = 0; i < N; i++)
        lm_scratch_put(s, block[i], size[i]);
    lm_scratch_trim(s);
    WANT(lm_scratch_held(s) == 0);
    lm_scratch_free(s);
}

TEST(a_block_that_shrinks_gives_its_rest_to_the_next)
{
    lm_scratch *s = lm_scratch_new(lm_host_device());
    char       *a = lm_scratch_get(s, 6 << 20), *b;

    lm_scratch_shrink(s, a, 6 << 20, (2 << 20) - 10);
    b = lm_scratch_get(s, 4 << 20);
    WANT(b >= a + (2 << 20) && lm_scratch_system_calls(s) == 1);
    lm_scratch_shrink(s, b, 4 << 20, 4 << 20);
    WANT(lm_scratch_most_held(s) == lm_scratch_held(s));
    lm_scratch_put(s, b, 4 << 20);
    lm_scratch_put(s, a, (2 << 20) - 10);
    WANT(lm_scratch_get(s, 8 << 20) == a);
    lm_scratch_trim(s);
    lm_scratch_free(s);
}

TEST(scratch_joins_its_neighbours)
{
    lm_scratch  *s = lm_scratch_new(lm_host_device());
    const size_t third = (size_t)2 << 20;
    void        *a = lm_scratch_get(s, third), *b = lm_scratch_get(s, third),
         *c = lm_scratch_get(s, third);

    lm_scratch_put(s, a, third);
    lm_scratch_put(s, c, third);
    lm_scratch_put(s, b, third);
    WANT(lm_scratch_get(s, 3 * third) == a);
    WANT(lm_scratch_system_calls(s) == 1);
    lm_scratch_free(s);
}

/* ------------------------------------------------------------------ passes */

TEST(what_a_scope_keeps_outlives_it)
{
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
    lm_scope   outer = lm_scope_open(p), inner;
    lm_tensor *a, *b, *view;
    float      numbers[6] = { 1, 2, 3, 4, 5, 6 };

    inner = lm_scope_open(p);
    lm_scratch_tensor(p, LM_F32, LM_SHAPE(100));
    a = lm_from_host(p, LM_SHAPE(2, 3), numbers);
    view = lm_scope_keep(&inner, lm_reshape(p, a, LM_SHAPE(6)));
    b = lm_scratch_tensor(p, LM_F32, LM_SHAPE(100));
    memset(b->data, 0xff, lm_bytes(b));
    WANT(view && lm_dim(view, 0) == 6 && lm_host_view(p, view)[5] == 6);
    WANT(lm_scope_keep(&outer, view) == view && lm_host_view(p, view)[0] == 1);
    WANT(lm_pass_end(p, NULL));
}

TEST(after_a_failure_everything_is_null_and_the_first_sentence_stays)
{
    limn_error err = { 0 };
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));

    WANT(lm_pass_live(p));
    lm_pass_fail(p, INPUT, "the mask is %d wide", 7);
    lm_pass_fail(p, BUG, "another");
    WANT(!lm_scratch_tensor(p, LM_F32, LM_SHAPE(1)) && !lm_host_floats(p, 1));
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_INPUT);
    WANT_TEXT(err.text, "the mask is 7 wide");
}

TEST(pressing_stop_ends_a_pass_as_cancelled)
{
    limn_error err = { 0 };
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));

    atomic_store(&test_stop, true);
    WANT(!lm_scratch_tensor(p, LM_F32, LM_SHAPE(1)));
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_CANCELLED);
}

TEST(a_tensor_that_cannot_fit_is_a_sentence_with_its_size)
{
    limn_error err = { 0 };
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));

    WANT(!lm_scratch_tensor(p, LM_F32, LM_SHAPE((int64_t)1 << 40, (int64_t)1 << 40)));
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_MEMORY && strstr(err.text, "it needs"));
}

TEST(a_second_round_of_a_pass_asks_the_system_for_nothing)
{
    lm_pass *p = lm_pass_begin(call_on(lm_host_device()));
    size_t   first = 0;

    for (int round = 0; round < 10; round++) {
        lm_scope s = lm_scope_open(p);

        for (int i = 1; i < 20; i++)
            lm_scratch_tensor(p, LM_F32, LM_SHAPE(i * 50000));
        lm_scope_close(&s);
        if (!round)
            first = lm_scratch_system_calls(p->scratch);
    }
    WANT(first > 0 && lm_scratch_system_calls(p->scratch) == first);
    WANT(lm_pass_end(p, NULL));
}

TEST(dropping_gives_memory_back_at_once)
{
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
    lm_tensor *a = lm_scratch_tensor(p, LM_F32, LM_SHAPE(1 << 20));
    void      *where = a->data;

    lm_drop(p, a);
    WANT(lm_scratch_tensor(p, LM_F32, LM_SHAPE(1 << 20))->data == where);
    lm_drop(p, NULL);
    WANT(lm_pass_end(p, NULL));
}

/* ------------------------------------------------------------------ tensors */

TEST(tensor_memory_is_accounted)
{
    const size_t before = lm_device_bytes();
    lm_tensor   *t = lm_tensor_new(lm_host_device(), LM_F16, LM_SHAPE(1000), NULL);

    WANT(lm_device_bytes() == before + 2000);
    WANT(lm_tensor_ref(t) == t);
    lm_tensor_unref(t);
    WANT(lm_device_bytes() == before + 2000);
    lm_tensor_unref(t);
    WANT(lm_device_bytes() == before);
}

static int  packings;
static bool pack_once(const lm_tensor *w, void *self, lm_pack *pack)
{
    (void)w;
    packings++;
    pack->data = self;
    return self != NULL;
}

static void *packer(void *w)
{
    static char kind;

    return (void *)lm_tensor_pack(w, 0, &kind, false, pack_once, "packed");
}

TEST(a_weight_is_packed_once_whatever_the_threads_do)
{
    static char other;
    lm_tensor  *w = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(4), NULL);
    pthread_t   t[4];
    void       *got[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, packer, w);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], &got[i]);
    WANT(packings == 1 && got[0] && got[0] == got[3]);
    WANT(lm_tensor_pack(w, 0, &other, false, pack_once, NULL) == NULL);
    lm_tensor_unref(w);
}

/* ------------------------------------------------------------------ values */

static int freed;
static void count_free(void *object)
{
    (void)object;
    freed++;
}
static const lm_object_kind thing = { .name = "thing", .free = count_free };

TEST(a_value_keeps_its_fields_and_a_copy_shares_them)
{
    limn_value *v = lm_value_new("LATENT"), *copy;
    const float one = 1;
    int         object;

    lm_value_set_tensor(v, "samples",
                        lm_tensor_from(lm_host_device(), LM_F32, LM_SHAPE(1), &one, NULL));
    lm_value_set_int(v, "count", 3);
    lm_value_set_uint(v, "seed", UINT64_MAX);
    lm_value_set_number(v, "strength", 0.5);
    lm_value_set_text(v, "name", "a");
    lm_value_set_text(v, "name", lm_value_text(v, "name"));
    lm_value_set_object(v, "thing", &object, &thing);
    lm_value_push(v, lm_value_new("ITEM"));
    copy = lm_value_copy(v);
    lm_value_set_number(copy, "strength", 2);
    lm_value_set_tensor(copy, "samples", NULL);
    WANT(lm_value_number(v, "strength", 0) == 0.5 && lm_value_number(copy, "strength", 0) == 2);
    WANT(lm_value_number(v, "count", 0) == 3 && lm_value_int(v, "strength", -1) == -1);
    WANT((uint64_t)lm_value_int(copy, "seed", 0) == UINT64_MAX);
    WANT(lm_value_tensor(v, "samples") && !lm_value_tensor(copy, "samples"));
    WANT(lm_value_object(copy, "thing", &thing) == &object);
    WANT(!lm_value_object(copy, "thing", &(lm_object_kind){ 0 }));
    WANT(lm_value_count(copy) == 1 && lm_value_item(copy, 0) == lm_value_item(v, 0));
    WANT_TEXT(lm_value_text(copy, "name"), "a");
    WANT(lm_value_bytes(v) > 4 && !lm_value_has(v, "nothing"));
    lm_value_unref(v);
    WANT(freed == 0);
    lm_value_unref(copy);
    WANT(freed == 1);
    lm_value_unref(NULL);
}

TEST_MAIN
