/* times.h: how long nodes and their steps took, by class, since the server began. The clock is the server's: it counts
 * from when it heard that a node runs until it heard that it has run. */
#ifndef LM_WEB_SERVER_TIMES_H
#define LM_WEB_SERVER_TIMES_H

#include "core/base/text.h"

/* The first so many classes have rows of their own; what comes after is told together, as "other". */
enum { LM_TIMES_CLASSES = 200 };

typedef struct lm_times lm_times;

lm_times *lm_times_new(void);             /*                                                       [new] */
void      lm_times_free(lm_times *t);     /* welcomes NULL */

void lm_times_node(lm_times *t, const char *node_class, uint64_t ns);               /* it ran */
void lm_times_steps(lm_times *t, const char *node_class, int64_t steps, uint64_t ns); /* of a node that told of them */

/* As Prometheus reads it: limn_node_seconds{class}, a histogram; limn_steps_total{class}, limn_steps_seconds_total{class}
 * and limn_steps_per_second, a summary: one figure a node that ran. NULL: none. */
void lm_times_write(const lm_times *t, lm_text *out);

#endif
