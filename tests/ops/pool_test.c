/* pool_test.c: the CPU's threads: every item once, stop between items, work inside work, two passes at once. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "kernels/cpu/pool.h"
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "tests/test.h"

enum { ITEMS = 10007, THREADS = 4 };

struct tally {
    atomic_int seen[ITEMS], total;
    int        wrong_threads;
    bool       inside; /* divide again within an item */
};

static void count(void *self, int64_t i, int thread)
{
    struct tally *t = self;

    atomic_fetch_add(&t->seen[i], 1);
    atomic_fetch_add(&t->total, 1);
    if (thread < 0 || thread >= lm_cpu_threads())
        t->wrong_threads++;
}

static void divide_again(void *self, int64_t i, int thread)
{
    struct tally *t = self;

    (void)i, (void)thread;
    lm_cpu_each(NULL, 100, count, t);
}

static bool each_once(const struct tally *t, int n)
{
    for (int i = 0; i < n; i++)
        if (atomic_load(&t->seen[i]) != 1)
            return false;
    return true;
}

static void count_band(void *self, int64_t first, int64_t last, int thread)
{
    for (int64_t i = first; i < last; i++)
        count(self, i, thread);
}

TEST(every_item_runs_once)
{
    for (int round = 0; round < 50; round++) {
        static struct tally t;

        memset(&t, 0, sizeof t);
        lm_cpu_pool_settle(THREADS);
        WANT(lm_cpu_each(NULL, ITEMS, count, &t));
        WANT(each_once(&t, ITEMS) && t.wrong_threads == 0);
    }
}

TEST(rows_are_cut_into_bands_that_cover_them)
{
    static const double ns[] = { 1e-3, 1, 100, 1e5, 1e9 };

    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        static struct tally t;

        memset(&t, 0, sizeof t);
        WANT(lm_cpu_rows(NULL, ITEMS, ns[i], count_band, &t));
        WANT(each_once(&t, ITEMS));
        WANT(lm_cpu_rows(NULL, 0, ns[i], count_band, &t));
    }
}

TEST(work_inside_work_runs_where_it_is)
{
    static struct tally t;

    WANT(lm_cpu_each(NULL, 20, divide_again, &t));
    WANT(atomic_load(&t.total) == 2000);
}

/* ------------------------------------------------------------------ two at once */

static void *work_too(void *self)
{
    for (int round = 0; round < 200; round++)
        lm_cpu_each(NULL, 50, count, self);
    return NULL;
}

TEST(two_passes_may_compute_at_once)
{
    static struct tally a, b;
    pthread_t           other;

    WANT(pthread_create(&other, NULL, work_too, &a) == 0);
    work_too(&b);
    pthread_join(other, NULL);
    WANT(atomic_load(&a.total) == 10000 && atomic_load(&b.total) == 10000);
}

/* ------------------------------------------------------------------ stop */

/* The sixth item presses it; whoever begins later waits for that. */

struct stopper {
    atomic_bool *flag;
    atomic_int   begun;
};

static void press_stop(void *self, int64_t i, int thread)
{
    struct stopper *s = self;
    const int       before = atomic_fetch_add(&s->begun, 1);

    (void)i, (void)thread;
    if (before == 5)
        atomic_store(s->flag, true);
    while (before > 5 && !atomic_load(s->flag))
        sched_yield();
}

TEST(stop_ends_a_job_between_items)
{
    atomic_bool    stop = false;
    lm_run_env     env = { .device = lm_cpu_device(0), .stop = &stop };
    lm_call        call = { .env = &env };
    lm_pass       *p = lm_pass_begin(&call.call);
    struct stopper s = { .flag = &stop };

    WANT(!lm_cpu_each(p, 1000000, press_stop, &s));
    WANT(atomic_load(&s.begun) <= 6 + lm_cpu_threads());
    WANT(!lm_cpu_rows(p, 10, 1e-3, count_band, NULL));
    lm_pass_end(p, NULL);
}

TEST_MAIN
