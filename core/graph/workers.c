/* workers.c: the threads that run tasks.
 *
 * Who called lm_exec_run works as well, and alone as long as one thing after another is ready. Helpers come when
 * two are, called by whoever is about to take one of them, and end with the run. Unless the number of jobs was asked
 * for, they are patient: they take something only when nothing was finished for a moment, so that a graph of many
 * small nodes runs on one thread. */
#include <time.h>

#include "core/base/alloc.h"
#include "core/graph/run.h"

enum { PATIENCE_NS = 300000 };

static void *help(void *self);

static bool is_over(const lm_run *x)
{
    return x->failed || (!x->n_ready && !x->n_stack && !x->n_running);
}

static void wake(lm_run *x)
{
    if (x->n_waiting && (x->n_ready || x->n_stack || is_over(x)))
        pthread_cond_broadcast(&x->changed);
}

/* How much there is to do: what is ready, and what is to be looked for outside of the lock. */
static size_t to_do(const lm_run *x)
{
    return x->n_ready + x->n_stack;
}

/* Threads that are not in the midst of something: it does not matter how long the others stay there. */
static size_t n_free(const lm_run *x)
{
    return (size_t)(x->n_threads + 1 - x->n_running);
}

/* There is more than those who are free can do. */
static void call_helpers(lm_run *x)
{
    while (x->n_threads + 1 < x->jobs && n_free(x) < to_do(x)) {
        if (pthread_create(&x->threads[x->n_threads], NULL, help, x))
            x->jobs = x->n_threads + 1; /* as many as could be had */
        else
            x->n_threads++;
    }
    if (to_do(x) > 1)
        wake(x);
}

static void run_ready(lm_run *x, lm_stint *j)
{
    const bool looks = (j->task = lm_run_pop_ready(x))->step->class_->node->flags & LIMN_WANTS_GRAPH;

    j->task->state = LM_TASK_RUNNING;
    x->n_running++;
    x->n_looking += looks;
    lm_stint_run(j);
    x->n_looking -= looks;
    x->n_running--;
}

/* What is kept need not run: looking comes first. */
static void do_one(lm_run *x, lm_stint *j)
{
    call_helpers(x);
    if (x->n_stack)
        lm_run_look_outside(x);
    else
        run_ready(x, j);
    lm_run_free_families(x);
    wake(x);
}

/* ------------------------------------------------------------------ helpers */

static void wait_a_moment(lm_run *x)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += PATIENCE_NS;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&x->changed, &x->lock, &t);
}

static void wait_changed(lm_run *x)
{
    x->n_waiting++;
    pthread_cond_wait(&x->changed, &x->lock);
    x->n_waiting--;
}

/* Is there something that the others do not come to? */
static bool is_needed(const lm_run *x, uint64_t *finished)
{
    const bool stalled = *finished == x->n_finished;

    *finished = x->n_finished;
    return to_do(x) && (stalled || !x->patient);
}

static void *help(void *self)
{
    lm_run  *x = self;
    lm_stint j;
    uint64_t finished = UINT64_MAX;

    if (!lm_stint_init(&j, x))
        return NULL;
    pthread_mutex_lock(&x->lock);
    while (!is_over(x)) {
        if (is_needed(x, &finished))
            do_one(x, &j);
        else if (to_do(x))
            wait_a_moment(x);
        else
            wait_changed(x);
    }
    pthread_cond_broadcast(&x->changed);
    pthread_mutex_unlock(&x->lock);
    lm_stint_done(&j);
    return NULL;
}

/* ------------------------------------------------------------------ who called */

void lm_run_work(lm_run *x)
{
    lm_stint j;

    if (!lm_stint_init(&j, x)) {
        limn_fail(&x->error, MEMORY, "no memory to run a node");
        return;
    }
    pthread_mutex_lock(&x->lock);
    while (!is_over(x)) {
        if (to_do(x))
            do_one(x, &j);
        else
            wait_changed(x);
    }
    pthread_cond_broadcast(&x->changed);
    pthread_mutex_unlock(&x->lock);
    for (int i = 0; i < x->n_threads; i++)
        pthread_join(x->threads[i], NULL);
    if (!x->failed && x->n_unfinished)
        lm_run_find_cycle(x);
    lm_stint_done(&j);
}
