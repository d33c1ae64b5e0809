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

static void store_dear(lm_cache *c, uint64_t key, size_t bytes, double seconds)
{
    limn_value *v = value_of((int64_t)key, bytes);

    lm_cache_store(c, key_of(key), &v, 1, NULL, seconds);
    lm_value_unref(v);
}

static void store(lm_cache *c, uint64_t key, size_t bytes)
{
    store_dear(c, key, bytes, 0);
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

/* Of results that cost as much, the larger goes; of those as large, the cheaper; of equals, the less used. */
TEST(what_is_dear_and_small_stays)
{
    lm_cache *c = lm_cache_new(35000);

    store_dear(c, 0, 10000, 9);
    store_dear(c, 1, 10000, 0.001);
    store_dear(c, 2, 1000, 0.001);
    store_dear(c, 3, 15000, 5);
    WANT(kept(c, 1) == -1 && kept(c, 0) == 0 && kept(c, 2) == 2 && kept(c, 3) == 3);
    store_dear(c, 4, 15000, 5);
    WANT(kept(c, 3) == 3 && kept(c, 4) == -1);
    lm_cache_free(c);
}

/* Is a dear result still there after so many prompts with cheaper ones? */
static bool outlives(int prompts)
{
    lm_cache *c = lm_cache_new(50000);
    bool      there;

    store_dear(c, 0, 10000, 10);
    for (int i = 1; i <= prompts; i++) {
        lm_cache_begin(c, NULL, 0);
        store_dear(c, (uint64_t)i, 10000, 1);
    }
    there = kept(c, 0) == 0;
    lm_cache_free(c);
    return there;
}

TEST(what_nobody_uses_is_overtaken_in_the_end)
{
    WANT(outlives(15) && !outlives(60));
}

TEST(a_cost_that_cannot_be_is_no_cost)
{
    lm_cache *c = lm_cache_new(25000);

    store_dear(c, 1, 10000, HUGE_VAL);
    store_dear(c, 2, 10000, NAN);
    store_dear(c, 3, 10000, 1);
    store_dear(c, 4, 10000, 2);
    WANT(kept(c, 1) == -1 && kept(c, 2) == -1 && kept(c, 3) == 3 && kept(c, 4) == 4);
    lm_cache_free(c);
}

TEST(what_the_prompt_asks_for_goes_last)
{
    lm_cache     *c = lm_cache_new(25000);
    const lm_hash asked[] = { key_of(1), key_of(7), key_of(1) };

    store_dear(c, 1, 10000, 0);
    store_dear(c, 2, 10000, 100);
    lm_cache_begin(c, asked, 3);
    store_dear(c, 3, 10000, 0);
    WANT(kept(c, 2) == -1 && kept(c, 1) == 1 && kept(c, 3) == 3);
    lm_cache_begin(c, NULL, 0);
    store_dear(c, 4, 10000, 0);
    WANT(lm_cache_report(c).count == 2 && kept(c, 4) == 4);
    lm_cache_free(c);
}

TEST(classic_keeps_what_the_prompt_asks_for_again)
{
    lm_cache     *c = lm_cache_open(&(lm_cache_options){ .policy = LM_CACHE_CLASSIC, .host_bytes = 1 << 20 });
    const lm_hash asked[] = { key_of(1), key_of(3) };

    lm_cache_begin(c, NULL, 0);
    for (uint64_t i = 1; i <= 3; i++)
        store(c, i, 100);
    WANT(lm_cache_report(c).count == 3);
    lm_cache_begin(c, asked, 2);
    WANT(lm_cache_report(c).count == 2 && kept(c, 1) == 1 && kept(c, 2) == -1 && kept(c, 3) == 3);
    lm_cache_begin(c, asked, 1);
    WANT(lm_cache_report(c).count == 1 && kept(c, 1) == 1);
    lm_cache_free(c);
}

TEST(lru_keeps_so_many_of_earlier_prompts)
{
    lm_cache *c = lm_cache_open(&(lm_cache_options){ .policy = LM_CACHE_LRU, .most = 2, .host_bytes = 1 << 20 });

    for (uint64_t i = 0; i < 4; i++)
        store_dear(c, i, 100, 10 - (double)i);
    WANT(lm_cache_report(c).count == 4); /* one prompt's results stay together */
    WANT(kept(c, 0) == 0);
    lm_cache_begin(c, NULL, 0);
    WANT(lm_cache_report(c).count == 2 && kept(c, 0) == 0 && kept(c, 3) == 3 && kept(c, 1) == -1);
    lm_cache_free(c);
}

static lm_tensor *tensor_of(int64_t n)
{
    lm_tensor *t = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(n), NULL);

    memset(t->data, 0, (size_t)n * 4);
    return t;
}

TEST(what_two_results_share_counts_once)
{
    lm_cache   *c = lm_cache_new(1 << 20);
    limn_value *v = lm_value_new("IMAGE"), *w;
    size_t      one;

    lm_value_set_tensor(v, "pixels", tensor_of(10000));
    w = lm_value_copy(v);
    lm_cache_store(c, key_of(1), &v, 1, NULL, 0);
    one = lm_cache_report(c).bytes;
    lm_cache_store(c, key_of(2), &w, 1, NULL, 0);
    lm_cache_store(c, key_of(3), &v, 1, NULL, 0);
    WANT(one > 40000 && lm_cache_report(c).bytes < one + 1000);
    lm_cache_store(c, key_of(1), NULL, 0, NULL, 0);
    lm_cache_store(c, key_of(2), NULL, 0, NULL, 0);
    WANT(lm_cache_report(c).bytes > 40000);
    lm_cache_store(c, key_of(3), NULL, 0, NULL, 0);
    WANT(lm_cache_report(c).bytes < 1000);
    lm_value_unref(v);
    lm_value_unref(w);
    lm_cache_free(c);
}

TEST(memory_comes_free_when_it_is_asked_for)
{
    lm_cache     *c = lm_cache_new(1 << 20);
    const lm_hash asked = key_of(1);
    limn_value   *held = value_of(5, 10000);

    store_dear(c, 1, 10000, 0);
    store_dear(c, 2, 10000, 9);
    lm_cache_store(c, key_of(5), &held, 1, NULL, 0);
    lm_cache_begin(c, &asked, 1);
    store_dear(c, 3, 10000, 9);
    WANT(lm_cache_let_go(c, 5000, false) > 10000 && kept(c, 5) == -1 && lm_cache_report(c).count == 3);
    lm_cache_store(c, key_of(5), &held, 1, NULL, 0); /* of this prompt, and held elsewhere: no use */
    WANT(lm_cache_let_go(c, 100000, false) > 30000);
    WANT(lm_cache_report(c).count == 1 && kept(c, 5) == 5);
    lm_value_unref(held);
    WANT(lm_cache_let_go(c, 1, false) > 10000 && lm_cache_report(c).bytes == 0);
    lm_cache_free(c);
}

/* Any order of what a cache is asked to do: its account is that of what it holds. */
TEST(the_account_is_right_after_anything)
{
    lm_cache_options o = { .host_bytes = 60000, .device_bytes = 1 };
    uint64_t         x = 1;

    for (int policy = LM_CACHE_BUDGET; policy <= LM_CACHE_CLASSIC; policy++) {
        lm_cache *c;

        o.policy = (lm_cache_policy)policy;
        o.most = 9;
        c = lm_cache_open(&o);
        for (int i = 0; i < 4000; i++) {
            const uint64_t key = (x = x * 6364136223846793005u + 1442695040888963407u) >> 59;
            const lm_hash  asked[] = { key_of(key), key_of(key + 1), key_of(key + 2) };

            if (x >> 20 & 3)
                store_dear(c, key, x >> 30 & 0x3fff, (double)(x >> 40 & 0xff));
            else if (x >> 20 & 8)
                lm_cache_begin(c, asked, 3);
            else
                WANT(kept(c, key) == -1 || kept(c, key) == (int64_t)key);
            if ((x >> 24 & 0x3f) == 7)
                lm_cache_let_go(c, x >> 30 & 0xfff, false);
            WANT(lm_cache_report(c).bytes <= o.host_bytes);
        }
        lm_cache_let_go(c, (size_t)-1, false);
        WANT(lm_cache_report(c).count == 0 && lm_cache_report(c).bytes == 0);
        lm_cache_free(c);
    }
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
    WANT(lm_cache_report(c).count == 1 && lm_cache_report(c).bytes < 2000 && kept(c, 1) == 1);
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
