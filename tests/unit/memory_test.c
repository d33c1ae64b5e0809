/* memory_test.c: how much is held, how much may be, and who gives way. */
#include "core/data/memory.h"

#include <pthread.h>

#include "call_for_tests.h"
#include "core/base/alloc.h"
#include "core/base/system.h"
#include "core/data/pass.h"
#include "core/graph/cache.h"
#include "tests/test.h"

static void *far_alloc(lm_device *d, size_t bytes) { (void)d; return malloc(bytes); }
static void  far_free(lm_device *d, void *memory, size_t bytes) { (void)d, (void)bytes; free(memory); }
/* A device with memory of its own. */
static lm_device far = { .name = "far", .alloc = far_alloc, .free = far_free };

/* What is left below a limit `room` above what is held now. */
static void limit_room(size_t room)
{
    lm_memory_limit(0, 0);
    lm_memory_limit(lm_memory_held(false) + room, 0);
}

TEST(what_devices_hold_is_told_apart)
{
    const size_t ram = lm_memory_held(false), vram = lm_memory_held(true);
    void        *near = lm_device_alloc(lm_host_device(), 5000000), *away = lm_device_alloc(&far, 1000);

    WANT(lm_device_held(&far) == 1000 && lm_memory_held(true) == vram + 1000);
    WANT(lm_device_held(lm_host_device()) == 5000000 && lm_memory_held(false) >= ram + 4000000);
    lm_device_free(lm_host_device(), near, 5000000);
    lm_device_free(&far, away, 1000);
    WANT(lm_device_held(&far) == 0 && lm_memory_held(true) == vram && lm_device_held(lm_host_device()) == 0);
}

TEST(large_blocks_of_bookkeeping_count)
{
    const size_t before = lm_alloc_large_bytes();
    char        *a = lm_alloc(1 << 20), *small = lm_alloc(100);

    WANT(lm_alloc_large_bytes() >= before + (1 << 20) && lm_alloc_large_bytes() < before + (2 << 20));
    a = lm_grow(a, 3 << 20);
    WANT(lm_alloc_large_bytes() >= before + (3 << 20) && lm_alloc_large_bytes() < before + (4 << 20));
    a = lm_grow(a, 10);
    WANT(lm_alloc_large_bytes() == before);
    lm_free(a);
    lm_free(small);
    WANT(lm_alloc_large_bytes() == before);
}

TEST(beyond_the_limit_is_refused_with_both_sizes)
{
    char  text[LM_MEMORY_WORDS];
    void *fits, *none;

    limit_room(30 << 20);
    fits = lm_device_alloc(lm_host_device(), 10 << 20);
    none = lm_device_alloc(lm_host_device(), 25 << 20);
    WANT(fits && !none);
    lm_memory_words(lm_host_device(), 25 << 20, text);
    WANT(strstr(text, "it needs 26 MB") && strstr(text, "RAM limit of") && strstr(text, "leaves 2"));
    WANT(!lm_try_alloc(25 << 20));
    lm_device_free(lm_host_device(), fits, 10 << 20);
    fits = lm_device_alloc(lm_host_device(), 25 << 20);
    WANT(fits);
    lm_device_free(lm_host_device(), fits, 25 << 20);
    lm_memory_limit(0, 5000);
    WANT(!lm_device_alloc(&far, 5001) && (fits = lm_device_alloc(&far, 5000)));
    lm_device_free(&far, fits, 5000);
    lm_memory_limit(0, 0);
}

TEST(what_no_address_could_hold_is_refused)
{
    limn_error err = { 0 };

    WANT(!lm_device_alloc(lm_host_device(), (size_t)-1) && !lm_device_alloc(lm_host_device(), (size_t)-1 / 2));
    WANT(!lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE((int64_t)1 << 58), &err) && err.code == LIMN_MEMORY);
    WANT(strstr(err.text, "it needs"));
}

/* ------------------------------------------------------------------ caches give way */

static lm_hash key_of(uint64_t i) { return lm_hash_u64(lm_hash_start(), i); }

static void keep(lm_cache *c, uint64_t key, int64_t n, double seconds)
{
    limn_value *v = lm_value_new("IMAGE");

    lm_value_set_tensor(v, "pixels", lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(n), NULL));
    lm_cache_store(c, key_of(key), &v, 1, NULL, seconds);
    lm_value_unref(v);
}

TEST(caches_give_way_before_anything_is_refused)
{
    lm_cache   *c = lm_cache_new((size_t)1 << 30);
    limn_value *v = NULL;
    void       *m;

    keep(c, 1, 2 << 20, 1);
    keep(c, 2, 2 << 20, 9);
    lm_cache_begin(c, NULL, 0);
    limit_room(1 << 20);
    m = lm_device_alloc(lm_host_device(), 8 << 20);
    WANT(m && lm_cache_report(c).count == 1 && lm_cache_lookup(c, key_of(2), &v, 1, NULL));
    lm_value_unref(v);
    lm_device_free(lm_host_device(), m, 8 << 20);
    m = lm_try_alloc(14 << 20);
    WANT(m && lm_cache_report(c).count == 0);
    lm_free(m);
    lm_memory_limit(0, 0);
    lm_cache_free(c);
}

/* ------------------------------------------------------------------ packed weights give way */

static bool pack_large(const lm_tensor *w, void *self, lm_pack *pack);

static void free_large(void *data, size_t bytes)
{
    lm_device_free(lm_host_device(), data, bytes);
}

enum { LARGE = 4 << 20 };

static bool pack_large(const lm_tensor *w, void *self, lm_pack *pack)
{
    (void)w;
    ++*(int *)self;
    pack->bytes = LARGE;
    pack->free = free_large;
    pack->data = lm_device_alloc(lm_host_device(), LARGE);
    return pack->data;
}

static const lm_pack *pack(const lm_tensor *w, lm_pass *p, int *built)
{
    static char kind;

    return lm_tensor_pack(w, p->serial, &kind, false, pack_large, built);
}

TEST(packed_weights_that_no_pass_uses_give_way)
{
    lm_tensor *w[3];
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device())), *q;
    int        built = 0;

    for (int i = 0; i < 3; i++)
        w[i] = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(4), NULL);
    WANT(pack(w[0], p, &built) && pack(w[1], p, &built) && built == 2);
    WANT(lm_packs_let_go(1, false) == 0); /* p is running */
    q = lm_pass_begin(call_on(lm_host_device()));
    WANT(pack(w[1], q, &built) && built == 2);
    WANT(lm_pass_end(p, NULL));
    limit_room(1 << 20);
    WANT(pack(w[2], q, &built) && built == 3); /* w[0]'s went, in the middle of packing */
    WANT(!atomic_load(&w[0]->packs) && atomic_load(&w[0]->packed) == 0 && atomic_load(&w[1]->packed) == LARGE);
    WANT(!pack(w[0], q, &built));              /* the others are in use */
    WANT(lm_pass_end(q, NULL));
    p = lm_pass_begin(call_on(lm_host_device()));
    built = 0;
    WANT(pack(w[0], p, &built) && built == 1); /* packed again */
    WANT(lm_pass_end(p, NULL));
    WANT(lm_packs_let_go((size_t)-1, true) == 0 && lm_packs_let_go((size_t)-1, false) == 2 * LARGE);
    lm_memory_limit(0, 0);
    for (int i = 0; i < 3; i++)
        lm_tensor_unref(w[i]);
    WANT(lm_device_held(lm_host_device()) == 0);
}

/* Threads pack, look at what they packed, and let go of what is idle, all at once. */
static lm_tensor *shared[6];

static bool pack_mark(const lm_tensor *w, void *self, lm_pack *k)
{
    (void)self;
    k->bytes = 64;
    k->data = lm_alloc(64);
    k->free = NULL;
    *(const lm_tensor **)k->data = w;
    return true;
}

static void free_mark(void *data, size_t bytes)
{
    memset(data, 0xdd, bytes);
    lm_free(data);
}

static bool pack_freed(const lm_tensor *w, void *self, lm_pack *k)
{
    pack_mark(w, self, k);
    k->free = free_mark;
    return true;
}

static void *use_packs(void *self)
{
    static char kind;
    uint32_t    x = (uint32_t)(uintptr_t)self;

    for (int i = 0; i < 3000; i++) {
        const uint64_t pass = lm_packs_begin();

        for (int k = 0; k < 3; k++) {
            const lm_tensor *w = shared[(x = x * 1664525u + 1013904223u) >> 16 & 3];
            const lm_pack   *p = lm_tensor_pack(w, pass, &kind, false, pack_freed, NULL);

            if (!p || *(const lm_tensor *const *)p->data != w)
                return self;
            if (k == 1)
                lm_packs_let_go(100, false);
            if (*(const lm_tensor *const *)p->data != w)
                return self;
        }
        lm_packs_end(pass);
    }
    return NULL;
}

TEST(packs_go_and_come_under_all_hands)
{
    pthread_t t[4];
    void     *wrong;

    for (int i = 0; i < 4; i++)
        shared[i] = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(4), NULL);
    for (uintptr_t i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, use_packs, (void *)(i + 1));
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &wrong);
        WANT(!wrong);
    }
    for (int i = 0; i < 4; i++)
        lm_tensor_unref(shared[i]);
    WANT(lm_packs_let_go(1, false) == 0);
}

/* ------------------------------------------------------------------ jobs */

TEST(a_tensor_that_does_not_fit_ends_its_pass_and_the_next_one_runs)
{
    limn_error err = { 0 };
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));

    limit_room(12 << 20);
    WANT(!lm_scratch_tensor(p, LM_F32, LM_SHAPE(4 << 20)));
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_MEMORY && strstr(err.text, "limit of"));
    p = lm_pass_begin(call_on(lm_host_device()));
    WANT(lm_scratch_tensor(p, LM_F32, LM_SHAPE(5, 1 << 19))); /* 10.5 MB: with a smaller piece than usual */
    WANT(lm_pass_end(p, &err));
    lm_memory_limit(0, 0);
}

TEST(sizes_have_words)
{
    char text[LM_SIZE_WORDS];

    WANT_TEXT(lm_size_words(1234567890, text), "1.2 GB");
    WANT_TEXT(lm_size_words(640000000, text), "640 MB");
    WANT_TEXT(lm_size_words(64000000, text), "64 MB");
    WANT_TEXT(lm_size_words(6400000, text), "6.4 MB");
    WANT_TEXT(lm_size_words(12000, text), "12 KB");
    WANT(lm_system_memory() > 1 << 20);
}

TEST_MAIN
