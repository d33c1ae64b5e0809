/* call.c: what a node may say to the program that runs it. */
#include "core/data/call.h"

#include "core/base/alloc.h"

void lm_call_answer(limn_call *call, const char *json)
{
    lm_call *mine = lm_call_of(call);

    lm_free(mine->ui_json);
    mine->ui_json = lm_copy_text(json);
}

void lm_call_progress(limn_call *call, int64_t value, int64_t total)
{
    const lm_listener *l = &lm_call_env(call)->listener;
    const lm_event     e = { .kind = LM_EV_PROGRESS, .node = lm_call_of(call)->node,
                             .node_class = lm_call_of(call)->node_class, .value = value,
                             .total = total };

    if (l->hear)
        l->hear(l->self, &e);
}

bool lm_call_stopped(const limn_call *call)
{
    return atomic_load_explicit(lm_call_env(call)->stop, memory_order_relaxed);
}
