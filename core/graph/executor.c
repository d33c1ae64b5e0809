/* executor.c: runs a plan: gets ready, tells what need not run, lets the workers work, tidies up. */
#include "core/graph/executor.h"

#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ what belongs to a task */

void *lm_task_keep(lm_run *x, lm_task *t, size_t bytes)
{
    return lm_arena_take(t->family ? &t->family->memory : &x->memory, bytes);
}

void lm_task_free(lm_task *t)
{
    for (int i = 0; i < t->step->class_->n_outputs; i++) {
        lm_value_unref(t->out[i]);
        if (t->pending)
            lm_value_unref(t->pending[i]);
    }
    lm_free(t->ui);
}

/* ------------------------------------------------------------------ telling */

const lm_task *lm_task_real(const lm_task *t)
{
    return t->real ? t->real : t;
}

lm_event lm_task_event(lm_event_kind kind, const lm_task *t)
{
    const char *id = t->step->id;

    return (lm_event){ .kind = kind, .node = id, .node_class = t->step->class_->node->name,
                       .display = t->display ? t->display : id, .real = lm_task_real(t)->step->id,
                       .parent = lm_task_parent(t) };
}

void lm_run_tell(lm_run *x, lm_event e)
{
    if (!x->env->listener.hear)
        return;
    pthread_mutex_lock(&x->telling);
    x->env->listener.hear(x->env->listener.self, &e);
    pthread_mutex_unlock(&x->telling);
}

void lm_run_tell_task(lm_run *x, lm_event_kind kind, const lm_task *t, const char *json)
{
    lm_event e;

    if (!x->env->listener.hear)
        return;
    e = lm_task_event(kind, t);
    e.json = json;
    lm_run_tell(x, e);
}

void lm_run_tell_cached(lm_run *x, lm_task *t)
{
    if (!t->told_cached)
        lm_run_tell_task(x, LM_EV_CACHED, t, NULL);
    t->told_cached = true;
    if (t->step->output)
        lm_run_tell_task(x, LM_EV_EXECUTED, t, t->ui);
}

/* ------------------------------------------------------------------ what need not run */

/* Behind lazy inputs lies what may be wanted later: a result that the cache has is told as kept all the same, and
 * what it has not is marked. */
static void mark_later(lm_run *x, lm_task *from, bool *later)
{
    size_t n = 0;

    x->stack[n++] = from;
    while (n) {
        const lm_task *t = x->stack[--n];

        for (int i = 0; i < t->step->n_args; i++) {
            lm_task *source = t->step->sources[i].step < 0 ? NULL : x->tasks[t->step->sources[i].step];

            if (!source || source->state != LM_TASK_IDLE || later[source->index] || source->told_cached)
                continue;
            source->told_cached = lm_run_take_cached(x, source);
            for (int k = 0; k < source->step->class_->n_outputs; k++) {
                lm_value_unref(source->out[k]);
                source->out[k] = NULL;
            }
            later[source->index] = !source->told_cached;
            if (later[source->index])
                x->stack[n++] = source;
        }
    }
}

static bool find_later(lm_run *x, bool **later, limn_error *err)
{
    *later = lm_try_alloc((size_t)x->n_tasks + 1);
    if (!*later)
        return limn_fail(err, MEMORY, "no memory to run %d nodes", x->n_tasks);
    for (int i = 0; i < x->n_tasks; i++)
        if (x->tasks[i]->state >= LM_TASK_WAITING && x->tasks[i]->state <= LM_TASK_READY && !x->tasks[i]->twin)
            mark_later(x, x->tasks[i], *later);
    return true;
}

/* Not to be run: found in the cache, or needed by nothing that runs. */
static bool is_kept(const lm_task *t, const bool *later)
{
    return t->state == LM_TASK_DONE || (t->state == LM_TASK_IDLE && !(later && later[t->index]));
}

static void tell_kept(lm_run *x, const bool *later)
{
    int n = 0;

    for (int i = 0; i < x->n_tasks; i++)
        n += is_kept(x->tasks[i], later);
    lm_run_tell(x, (lm_event){ .kind = LM_EV_START, .value = x->n_tasks, .total = n });
    for (int i = 0; i < x->n_tasks; i++) {
        if (!is_kept(x->tasks[i], later))
            continue;
        x->tasks[i]->told_cached = false;
        lm_run_tell_cached(x, x->tasks[i]);
    }
}

static bool want_outputs(lm_run *x, limn_error *err)
{
    bool *later = NULL, ok = true;

    if (x->cache)
        lm_cache_begin(x->cache, x->plan->keys, x->plan->n_steps);
    x->starting = true;
    for (int i = 0; i < x->plan->n_steps; i++)
        if (x->fixed[i].step->output)
            lm_run_want(x, &x->fixed[i]);
    x->starting = false;
    if (x->plan->branches)
        ok = find_later(x, &later, err);
    if (ok)
        tell_kept(x, later);
    lm_free(later);
    return ok;
}

/* ------------------------------------------------------------------ the whole */

static int choose_jobs(const lm_run_env *env)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (env->jobs > 0)
        return env->jobs < LM_RUN_JOBS ? env->jobs : LM_RUN_JOBS;
    return cores < 2 ? 2 : cores > 4 ? 4 : (int)cores;
}

static void add_fixed(lm_run *x, int i)
{
    const lm_step *s = &x->plan->steps[i];

    x->fixed[i].step = s;
    x->fixed[i].out = x->slots + s->first_slot;
    x->fixed[i].readers = x->readers + s->first_slot;
    x->fixed[i].index = i;
    x->fixed[i].order = (uint64_t)i << 32;
    x->fixed[i].stays = s->output;
    x->tasks[i] = &x->fixed[i];
}

static bool get_ready(lm_run *x, limn_error *err)
{
    const lm_plan *p = x->plan;
    const size_t   steps = (size_t)p->n_steps + 1, slots = (size_t)p->n_slots + 1;
    size_t         keys = 64;

    while (keys < 2 * steps)
        keys *= 2;
    x->fixed = lm_try_alloc(steps * sizeof *x->fixed);
    x->tasks = lm_try_alloc(steps * sizeof *x->tasks);
    x->slots = lm_try_alloc(slots * sizeof *x->slots);
    x->readers = lm_try_alloc(slots * sizeof *x->readers);
    x->ready = lm_try_alloc(steps * sizeof *x->ready);
    x->stack = lm_try_alloc(steps * sizeof *x->stack);
    x->edges = lm_try_alloc((p->n_links + 1) * sizeof *x->edges);
    x->by_key = lm_try_alloc(keys * sizeof *x->by_key);
    if (!x->fixed || !x->tasks || !x->slots || !x->readers || !x->ready || !x->stack || !x->edges || !x->by_key)
        return limn_fail(err, MEMORY, "no memory to run %d nodes", p->n_steps);
    x->tasks_room = x->n_tasks = p->n_steps;
    x->ready_room = x->stack_room = steps;
    x->edges_room = p->n_links;
    x->key_mask = keys - 1;
    for (int i = 0; i < p->n_steps; i++)
        add_fixed(x, i);
    pthread_mutex_init(&x->lock, NULL);
    pthread_mutex_init(&x->telling, NULL);
    pthread_mutex_init(&x->keying, NULL);
    pthread_cond_init(&x->changed, NULL);
    return true;
}

static void put_away(lm_run *x)
{
    lm_run_free_all_families(x);
    for (int32_t i = 0; x->key_mask && i < x->plan->n_steps; i++)
        lm_task_free(&x->fixed[i]);
    if (x->key_mask) {
        pthread_mutex_destroy(&x->lock);
        pthread_mutex_destroy(&x->telling);
        pthread_mutex_destroy(&x->keying);
        pthread_cond_destroy(&x->changed);
    }
    lm_index_done(&x->ids);
    lm_arena_done(&x->memory);
    lm_free(x->holes);
    lm_free(x->fixed);
    lm_free(x->tasks);
    lm_free(x->slots);
    lm_free(x->readers);
    lm_free(x->ready);
    lm_free(x->stack);
    lm_free(x->unread);
    lm_free(x->edges);
    lm_free(x->by_key);
    if (x->cache)
        lm_cache_settle(x->cache);
}

static void tell_end(lm_run *x, limn_error *err)
{
    lm_event e = { .kind = LM_EV_DONE };

    if (x->failed) {
        e = lm_task_event(x->error.code == LIMN_CANCELLED ? LM_EV_INTERRUPTED : LM_EV_FAILED, x->failed);
        e.error = &x->error;
    }
    if (x->failed || x->error.code == LIMN_OK)
        lm_run_tell(x, e);
    if (err && err->code == LIMN_OK && x->error.code != LIMN_OK)
        *err = x->error;
}

bool lm_exec_run(const lm_plan *p, lm_cache *cache, const lm_run_env *env, limn_error *err)
{
    lm_run *x = lm_alloc(sizeof *x);
    bool    well;

    x->plan = p;
    x->memo = p->memo;
    x->memo.lock = &x->keying;
    x->cache = cache;
    x->from_disk = cache && lm_cache_reads_disk(cache);
    x->env = env;
    x->jobs = choose_jobs(env);
    x->patient = !env->jobs;
    if (get_ready(x, &x->error) && want_outputs(x, &x->error))
        lm_run_work(x);
    well = x->error.code == LIMN_OK;
    tell_end(x, err);
    put_away(x);
    lm_free(x);
    return well;
}
