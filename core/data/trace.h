/* trace.h: what a run did when, for chrome://tracing and Perfetto: nodes, the ops inside them, results that
 * were found, steps, and memory. One trace a process; while there is none, a report costs one branch.
 *
 *     lm_trace_start();
 *     env.listener = lm_trace_listener(env.listener);       nodes: from the run's events
 *     …                                                     ops: the fronts of kernels/ report themselves
 *     char *json = lm_trace_end(&size);
 *
 * A node is a pair of begin and end on the thread that told of its beginning; they nest on every thread.
 * An op is a span on the thread that called it; neighbours of less than 50 µs become one span, so that the
 * file of a small model stays small.  Source of the format: "Trace Event Format", the Catapult project. */
#ifndef LM_DATA_TRACE_H
#define LM_DATA_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/data/event.h"

extern atomic_bool lm_trace_on; /* set by the two functions below alone */

static inline bool lm_tracing(void)
{
    return __builtin_expect(atomic_load_explicit(&lm_trace_on, memory_order_relaxed), false);
}

void lm_trace_start(void);

/* Ends it: the file's text. Nodes that were never told to end do so now. NULL when none was started. [new] */
char *lm_trace_end(size_t *size);

/* A listener that records what it hears and passes it on to `next`, which may be empty. */
lm_listener lm_trace_listener(lm_listener next);

/* Nanoseconds of a steady clock, for lm_trace_op.                                           [any] */
uint64_t lm_trace_clock(void);

/* Op `name`, something static, ran on this thread from `began` until now.                    [any] */
void lm_trace_op(const char *name, uint64_t began);

#endif
