/* lease.c: the device computes for one pass at a time. */
#include "core/data/lease.h"

#include <pthread.h>
#include <time.h>

#include "core/data/call.h"

enum { LOOK_NS = 20000000 }; /* how often who waits looks whether it was stopped */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  is_free = PTHREAD_COND_INITIALIZER;
static pthread_t       holder;
static int             depth;

static void wait_a_moment(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += LOOK_NS;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&is_free, &lock, &t);
}

bool lm_lease_take(const limn_call *call)
{
    const pthread_t me = pthread_self();
    bool            stopped = false;

    pthread_mutex_lock(&lock);
    while (depth && !pthread_equal(holder, me) && !(stopped = lm_call_stopped(call)))
        wait_a_moment();
    if (!stopped) {
        holder = me;
        depth++;
    }
    pthread_mutex_unlock(&lock);
    return !stopped;
}

void lm_lease_give(void)
{
    pthread_mutex_lock(&lock);
    if (!--depth)
        pthread_cond_signal(&is_free);
    pthread_mutex_unlock(&lock);
}
