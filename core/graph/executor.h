/* executor.h: runs a plan, one step after another, and tells env->listener what happens.
 *
 * Events: START (value = steps of the plan, total = those that need not run), CACHED for each step that need
 * not run because its result, or the result of all that wanted it, was kept; then for each other step RUNNING,
 * PROGRESS and PREVIEW as the node reports, and EXECUTED with its ui answer; at last DONE, or FAILED with the
 * node at fault. An output node whose result was kept is CACHED, then EXECUTED with the answer of the time it
 * ran. A value is let go as soon as its last reader has run, unless the cache keeps it. */
#ifndef LM_GRAPH_EXECUTOR_H
#define LM_GRAPH_EXECUTOR_H

#include "core/graph/cache.h"
#include "core/graph/plan.h"

/* `cache` may be NULL. On failure *err names the node ("7 (KSampler)"), and the input where one is to blame;
 * CANCELLED when env->stop was set. What ran before the failure is in the cache. */
bool lm_exec_run(const lm_plan *p, lm_cache *cache, const lm_run_env *env, limn_error *err);

#endif
