/* lease_test.c: the device is for one pass at a time. */
#include "core/data/lease.h"

#include <pthread.h>

#include "core/data/call.h"
#include "tests/test.h"

enum { THREADS = 3, ROUNDS = 300 };

static atomic_bool      stop;
static const lm_run_env env = { .stop = &stop };
static atomic_int       inside, most, taken;

static void *take_turns(void *nothing)
{
    lm_call call = { .env = &env };

    for (int i = 0; i < ROUNDS; i++) {
        const bool mine = lm_lease_take(&call.call);
        const int  now = atomic_fetch_add(&inside, 1) + 1;

        if (now > atomic_load(&most))
            atomic_store(&most, now);
        atomic_fetch_add(&taken, mine);
        atomic_fetch_sub(&inside, 1);
        lm_lease_give();
    }
    return nothing;
}

TEST(threads_take_turns)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        WANT(!pthread_create(&threads[i], NULL, take_turns, NULL));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    WANT(atomic_load(&most) == 1 && atomic_load(&taken) == THREADS * ROUNDS);
}

static void *wait_in_vain(void *result)
{
    lm_call call = { .env = &env };

    *(bool *)result = lm_lease_take(&call.call);
    return NULL;
}

TEST(who_has_it_may_have_it_again_and_who_is_stopped_waits_no_longer)
{
    lm_call   call = { .env = &env };
    pthread_t other;
    bool      got = true;

    WANT(lm_lease_take(&call.call) && lm_lease_take(&call.call));
    lm_lease_give();
    WANT(!pthread_create(&other, NULL, wait_in_vain, &got)); /* still taken, once */
    atomic_store(&stop, true);
    pthread_join(other, NULL);
    WANT(!got);
    atomic_store(&stop, false);
    lm_lease_give();
    WANT(lm_lease_take(&call.call));
    lm_lease_give();
}

TEST_MAIN
