/* pool.c: threads that take items from a shared counter.
 *
 * A job is open from the moment its fields are written until its opener has seen the counter run out. The
 * word `door` holds how many helpers are inside (low 32 bits), whether the job is open, and the number of
 * the job (above). A helper enters by adding one while the door is open and works until the counter runs
 * out; the opener closes the door and waits for those inside. A helper that wakes up late finds it closed,
 * so nobody waits for a thread that never came. */
#include "kernels/cpu/pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/devices.h"

enum { MOST_THREADS = 256, SPINS = 1500 }; /* a spin is some 15 ns: 20 µs */

static const uint64_t OPEN = (uint64_t)1 << 32, NEXT_JOB = (uint64_t)1 << 33, INSIDE = 0xffffffff;

static struct {
    pthread_mutex_t busy; /* held by the opener of a job */
    int             threads, started;

    _Atomic uint64_t door;
    _Atomic uint32_t bell, asleep; /* bell changes with each job; helpers sleep on it */
    _Atomic uint32_t left;         /* changes when the last helper leaves a closed job */

    _Atomic int64_t next;
    atomic_bool     stopped;
    int64_t         n;
    lm_cpu_item    *item;
    void           *self;
    const lm_pass  *pass;
} pool = { .busy = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local bool in_a_band;

/* ------------------------------------------------------------------ waiting */

static void rest(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void sleep_on(_Atomic uint32_t *word, uint32_t seen)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word, int how_many)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, how_many, NULL, NULL, 0);
}

/* ------------------------------------------------------------------ working */

static void work(int thread)
{
    const int64_t n = pool.n;
    int64_t       i;

    in_a_band = true;
    while ((i = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed)) < n) {
        if (pool.pass && lm_pass_stopped(pool.pass)) {
            atomic_store_explicit(&pool.stopped, true, memory_order_relaxed);
            atomic_store_explicit(&pool.next, n, memory_order_relaxed);
            break;
        }
        pool.item(pool.self, i, thread);
    }
    in_a_band = false;
}

static bool enter(uint64_t *last_job)
{
    uint64_t door = atomic_load(&pool.door);

    while ((door & OPEN) && (door & ~INSIDE) != *last_job)
        if (atomic_compare_exchange_weak(&pool.door, &door, door + 1)) {
            *last_job = door & ~INSIDE;
            return true;
        }
    return false;
}

static void leave(void)
{
    const uint64_t before = atomic_fetch_sub(&pool.door, 1);

    if (!(before & OPEN) && (before & INSIDE) == 1) {
        atomic_fetch_add(&pool.left, 1);
        wake(&pool.left, 1);
    }
}

static void *helper(void *arg)
{
    const int thread = (int)(intptr_t)arg;
    uint64_t  last_job = 0;

    for (;;) {
        const uint32_t bell = atomic_load(&pool.bell);
        bool           inside = enter(&last_job);

        for (int i = 0; i < SPINS && !inside && atomic_load(&pool.bell) == bell; i++)
            rest();
        if (!inside && atomic_load(&pool.bell) == bell) {
            atomic_fetch_add(&pool.asleep, 1);
            sleep_on(&pool.bell, bell);
            atomic_fetch_sub(&pool.asleep, 1);
        }
        if (inside) {
            work(thread);
            leave();
        }
    }
    return NULL;
}

static void start_helpers(void)
{
    for (; pool.started < pool.threads - 1; pool.started++) {
        pthread_t id;

        if (pthread_create(&id, NULL, helper, (void *)(intptr_t)(pool.started + 1)))
            return; /* fewer hands, the same work */
        pthread_detach(id);
    }
}

/* ------------------------------------------------------------------ jobs */

static void open_door(void)
{
    const uint64_t job = (atomic_load(&pool.door) & ~(OPEN | INSIDE)) + NEXT_JOB;

    atomic_store(&pool.door, job | OPEN);
    atomic_fetch_add(&pool.bell, 1);
    if (atomic_load(&pool.asleep))
        wake(&pool.bell, INT_MAX);
}

static void close_door(void)
{
    uint32_t left = atomic_load(&pool.left);

    atomic_fetch_and(&pool.door, ~OPEN);
    for (int i = 0; atomic_load(&pool.door) & INSIDE; i++) {
        if (i < SPINS) {
            rest();
            continue;
        }
        if (atomic_load(&pool.door) & INSIDE)
            sleep_on(&pool.left, left);
        left = atomic_load(&pool.left);
    }
}

static bool alone(const lm_pass *p, int64_t n, lm_cpu_item *item, void *self)
{
    for (int64_t i = 0; i < n; i++) {
        if (p && lm_pass_stopped(p))
            return false;
        item(self, i, 0);
    }
    return true;
}

bool lm_cpu_each(const lm_pass *p, int64_t n, lm_cpu_item *item, void *self)
{
    bool whole;

    if (n <= 1 || in_a_band || lm_cpu_pool_settle(0) == 1 || pthread_mutex_trylock(&pool.busy))
        return alone(p, n, item, self);
    start_helpers();
    pool.n = n;
    pool.item = item;
    pool.self = self;
    pool.pass = p;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.stopped, false);
    open_door();
    work(0);
    close_door();
    whole = !atomic_load(&pool.stopped);
    pthread_mutex_unlock(&pool.busy);
    return whole;
}

struct rows {
    lm_cpu_band *band;
    void        *self;
    int64_t      n, each;
};

static void rows_item(void *self, int64_t i, int thread)
{
    const struct rows *r = self;
    const int64_t      first = i * r->each, last = first + r->each;

    r->band(r->self, first, last < r->n ? last : r->n, thread);
}

bool lm_cpu_rows(const lm_pass *p, int64_t n, double ns, lm_cpu_band *band, void *self)
{
    const double least = 15e3, most = 2e6, all = (double)n * ns; /* nanoseconds of a band */
    double       bands = all / most;
    struct rows  r = { band, self, n, n };

    if (bands < 4.0 * lm_cpu_pool_settle(0))
        bands = 4.0 * lm_cpu_pool_settle(0);
    if (bands > all / least)
        bands = all / least;
    if (bands > 1)
        r.each = (int64_t)((double)n / bands) + 1;
    if (n > 0 && r.each >= n && !(p && lm_pass_stopped(p))) {
        band(self, 0, n, 0);
        return true;
    }
    return n <= 0 || lm_cpu_each(p, (n + r.each - 1) / r.each, rows_item, &r);
}

/* ------------------------------------------------------------------ how many */

/* Is `cpu` the first of those that share its core?  A core's second thread adds nothing to products. */
static bool leads_its_core(int cpu, const cpu_set_t *ours)
{
    char  path[96];
    int   first;
    bool  leads = true;
    FILE *f;

    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    f = fopen(path, "re");
    if (!f)
        return true;
    if (fscanf(f, "%d", &first) == 1)
        leads = first == cpu || first < 0 || first >= CPU_SETSIZE || !CPU_ISSET(first, ours);
    fclose(f);
    return leads;
}

static int count_cores(void)
{
    cpu_set_t ours;
    int       n = 0;

    if (sched_getaffinity(0, sizeof ours, &ours)) {
        const long online = sysconf(_SC_NPROCESSORS_ONLN);

        return online < 1 ? 1 : (int)online;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        n += CPU_ISSET(cpu, &ours) && leads_its_core(cpu, &ours);
    return n < 1 ? 1 : n;
}

int lm_cpu_pool_settle(int threads)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static atomic_int      settled;
    int                    now = atomic_load(&settled);

    if (now)
        return now;
    pthread_mutex_lock(&lock);
    if (!atomic_load(&settled)) {
        now = threads > 0 ? threads : count_cores();
        pool.threads = now < MOST_THREADS ? now : MOST_THREADS;
        atomic_store(&settled, pool.threads);
    }
    pthread_mutex_unlock(&lock);
    return atomic_load(&settled);
}

int lm_cpu_threads(void)
{
    return lm_cpu_pool_settle(0);
}
