/* call.c: what a node may say to the program that runs it. */
#include "core/data/call.h"

#include "core/base/alloc.h"

struct lm_call_memory {
    struct lm_call_memory *next;
    max_align_t            bytes[];
};

void lm_call_answer(limn_call *call, const char *json)
{
    lm_call *mine = lm_call_of(call);

    lm_free(mine->ui_json);
    mine->ui_json = json ? lm_copy_text(json) : NULL;
}

void lm_call_tell(limn_call *call, lm_event e)
{
    const lm_call     *mine = lm_call_of(call);
    const lm_listener *l = &mine->env->listener;

    if (!l->hear)
        return;
    e.node = mine->node;
    e.node_class = mine->node_class;
    e.display = mine->display ? mine->display : mine->node;
    e.real = mine->real ? mine->real : mine->node;
    e.parent = mine->parent;
    if (mine->telling)
        pthread_mutex_lock(mine->telling);
    l->hear(l->self, &e);
    if (mine->telling)
        pthread_mutex_unlock(mine->telling);
}

void lm_call_progress(limn_call *call, int64_t value, int64_t total)
{
    lm_call_tell(call, (lm_event){ .kind = LM_EV_PROGRESS, .value = value, .total = total });
}

bool lm_call_stopped(const limn_call *call)
{
    const lm_call *mine = (const lm_call *)call;

    return mine && (atomic_load_explicit(mine->env->stop, memory_order_relaxed) ||
                    (mine->abandoned && atomic_load_explicit(mine->abandoned, memory_order_relaxed)));
}

void *lm_call_keep(limn_call *call, size_t bytes)
{
    lm_call               *mine = lm_call_of(call);
    struct lm_call_memory *m = lm_try_alloc(sizeof *m + bytes);

    if (!m)
        return NULL;
    m->next = mine->memory;
    mine->memory = m;
    return m->bytes;
}

void lm_call_done(lm_call *call)
{
    for (struct lm_call_memory *m = call->memory, *next; m; m = next) {
        next = m->next;
        lm_free(m);
    }
    call->memory = NULL;
    lm_free(call->ui_json);
    call->ui_json = NULL;
}
