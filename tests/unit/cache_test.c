/* cache_test.c: results kept between runs, within a budget. */
#include "core/graph/cache.h"

#include <pthread.h>

#include "core/base/alloc.h"
#include "tests/test.h"

static lm_hash key_of(uint64_t i)
{
    return lm_hash_u64(lm_hash_start(), i);
}

/* A value of some `bytes`. */
static limn_value *value_of(int64_t mark, size_t bytes)
{
    limn_value *v = lm_value_new("LUMP");
    char       *text = lm_alloc(bytes + 1);

    memset(text, 'x', bytes);
    lm_value_set_int(v, "value", mark);
    lm_value_set_text(v, "text", text);
    lm_free(text);
    return v;
}

static void store(lm_cache *c, uint64_t key, size_t bytes)
{
    limn_value *v = value_of((int64_t)key, bytes);

    lm_cache_store(c, key_of(key), &v, 1, NULL, 0);
    lm_value_unref(v);
}

/* The mark of what is kept, or -1. */
static int64_t kept(lm_cache *c, uint64_t key)
{
    limn_value *v = NULL;
    int64_t     mark = -1;

    if (lm_cache_lookup(c, key_of(key), &v, 1, NULL))
        mark = lm_value_int(v, "value", -2);
    lm_value_unref(v);
    return mark;
}

TEST(what_was_stored_is_found_with_its_answer)
{
    lm_cache   *c = lm_cache_new(1 << 20);
    limn_value *in[2] = { value_of(1, 10), value_of(2, 10) }, *out[2];
    char       *ui = NULL;

    lm_cache_store(c, key_of(1), in, 2, "{\"images\":[]}", 0);
    WANT(lm_cache_lookup(c, key_of(1), out, 2, &ui) && out[0] == in[0] && out[1] == in[1]);
    WANT_TEXT(ui, "{\"images\":[]}");
    WANT(!lm_cache_lookup(c, key_of(2), out, 2, &ui));
    WANT(!lm_cache_lookup(c, key_of(1), out, 1, NULL)); /* another number of outputs is another result */
    WANT(lm_cache_report(c).hits == 1 && lm_cache_report(c).misses == 2 && lm_cache_report(c).stores == 1);
    lm_free(ui);
    for (int i = 0; i < 4; i++)
        lm_value_unref(i < 2 ? in[i] : out[i - 2]);
    lm_cache_free(c);
}

TEST(a_result_without_outputs_has_an_answer_too)
{
    lm_cache *c = lm_cache_new(1 << 20);
    char     *ui = NULL;

    lm_cache_store(c, key_of(1), NULL, 0, NULL, 0);
    WANT(lm_cache_lookup(c, key_of(1), NULL, 0, &ui) && !ui);
    lm_cache_store(c, key_of(1), NULL, 0, "{}", 0);
    WANT(lm_cache_lookup(c, key_of(1), NULL, 0, &ui));
    WANT_TEXT(ui, "{}");
    WANT(lm_cache_report(c).count == 1);
    lm_free(ui);
    lm_cache_free(c);
}

TEST(a_full_cache_lets_the_least_used_go)
{
    lm_cache *c = lm_cache_new(35000);

    for (uint64_t i = 0; i < 3; i++)
        store(c, i, 10000);
    WANT(kept(c, 0) == 0); /* 0 was used after 1 */
    store(c, 3, 10000);
    WANT(kept(c, 1) == -1 && kept(c, 0) == 0 && kept(c, 2) == 2 && kept(c, 3) == 3);
    WANT(lm_cache_report(c).count == 3 && lm_cache_report(c).evictions == 1);
    WANT(lm_cache_report(c).bytes > 30000 && lm_cache_report(c).bytes <= 35000);
    lm_cache_free(c);
}

TEST(what_is_larger_than_the_budget_is_not_kept)
{
    lm_cache *c = lm_cache_new(5000);

    store(c, 1, 100000);
    WANT(kept(c, 1) == -1 && lm_cache_report(c).bytes == 0 && lm_cache_report(c).count == 0);
    lm_cache_free(c);
}

static size_t growing_bytes;
static size_t measure_growing(const void *object) { (void)object; return growing_bytes; }
static void   free_nothing(void *object) { (void)object; }
static const lm_object_kind growing_kind = { .name = "growing", .free = free_nothing, .bytes = measure_growing };

TEST(a_value_that_grew_is_measured_again)
{
    lm_cache   *c = lm_cache_new(50000);
    limn_value *v = lm_value_new("MODEL");

    growing_bytes = 1000;
    lm_value_set_object(v, "object", &growing_bytes, &growing_kind);
    store(c, 1, 1000);
    lm_cache_store(c, key_of(2), &v, 1, NULL, 0);
    lm_value_unref(v);
    growing_bytes = 40000;
    lm_cache_settle(c);
    WANT(lm_cache_report(c).count == 2 && lm_cache_report(c).bytes > 41000);
    growing_bytes = 60000;
    lm_cache_settle(c);
    WANT(lm_cache_report(c).count == 0 && lm_cache_report(c).bytes == 0);
    lm_cache_free(c);
}

TEST(a_cache_holds_many_and_clears)
{
    lm_cache *c = lm_cache_new((size_t)1 << 30);

    for (uint64_t i = 0; i < 10000; i++)
        store(c, i, 8);
    for (uint64_t i = 0; i < 10000; i++)
        WANT(kept(c, i) == (int64_t)i);
    lm_cache_clear(c);
    WANT(lm_cache_report(c).count == 0 && lm_cache_report(c).bytes == 0 && kept(c, 5) == -1);
    store(c, 5, 8);
    WANT(kept(c, 5) == 5);
    lm_cache_free(c);
}

static void *work(void *self)
{
    lm_cache *c = self;

    for (uint64_t i = 0; i < 3000; i++) {
        const int64_t mark = kept(c, i % 50);

        if (mark != -1 && mark != (int64_t)(i % 50))
            return c;
        store(c, (i * 7) % 50, 200);
    }
    return NULL;
}

TEST(threads_may_share_a_cache)
{
    lm_cache *c = lm_cache_new(8000);
    pthread_t threads[4];
    void     *wrong;

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, c);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &wrong);
        WANT(!wrong);
    }
    WANT(lm_cache_report(c).bytes <= 8000);
    lm_cache_free(c);
}

TEST_MAIN
