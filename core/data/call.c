/* call.c: what a node may say to the program that runs it. */
#include "core/data/call.h"

#include "core/base/alloc.h"

void lm_call_answer(limn_call *call, const char *json)
{
    lm_free(call->ui_json);
    call->ui_json = lm_copy_text(json);
}

void lm_call_progress(limn_call *call, int64_t value, int64_t total)
{
    const lm_listener *l = &call->env->listener;
    const lm_event     e = { .kind = LM_EV_PROGRESS, .node = call->node,
                             .node_class = call->node_class, .value = value, .total = total };

    if (l->hear)
        l->hear(l->self, &e);
}

bool lm_call_stopped(const limn_call *call)
{
    return atomic_load_explicit(call->env->stop, memory_order_relaxed);
}
