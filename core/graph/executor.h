/* executor.h: runs a plan, and tells env->listener what happens.
 *
 * From the outputs back, a step is wanted when its result is not in the cache, and then wants its sources; what is
 * ready runs, the earliest in the plan first, up to env->jobs at the same time. A lazy input is wanted only when
 * its node asks for it (limn_node.need). Values may be lists: a node runs once for each item, the last of a
 * shorter list repeated, unless it takes whole lists. A node may give a subgraph in place of values; its steps
 * join the run and are told with the ids "<parent>.<call>.<graph>.<local>". A blocker stops what would receive it.
 * Steps of equal keys run once, as long as the one that ran first is there: a subgraph that is over is forgotten.
 *
 * Events: START (value = steps of the plan, total = those that need not run), CACHED for each step that need
 * not run because its result, or the result of all that wanted it, was kept; then for each other step RUNNING,
 * PROGRESS and PREVIEW as the node reports, and EXECUTED with its ui answer (of a turn of a loop that hands on to the
 * next one, before that runs); BLOCKED instead, or as well when it
 * ran for some of its items; at last DONE, or FAILED or INTERRUPTED with the node at fault. An output node whose
 * result was kept is CACHED, then EXECUTED with the answer of the time it ran. A value is let go as soon as its
 * last reader has run, unless the cache keeps it. */
#ifndef LM_GRAPH_EXECUTOR_H
#define LM_GRAPH_EXECUTOR_H

#include "core/graph/cache.h"
#include "core/graph/plan.h"

/* `cache` may be NULL. On failure *err names the node of the workflow ("7 (KSampler)"), and the input where one is
 * to blame; CANCELLED when env->stop was set. What ran before the failure is in the cache. No thread that it made
 * is left when it returns. */
bool lm_exec_run(const lm_plan *p, lm_cache *cache, const lm_run_env *env, limn_error *err);

#endif
