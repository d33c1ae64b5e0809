/* pool.h: the process's one pool of threads, for every kernel of the CPU.
 *
 * It is our own and not OpenMP's, because libgomp decides how long its threads spin when it is loaded and
 * then burns whole cores on a shared machine, and because bands that are handed out one by one keep both
 * cores busy when one of them is also wanted elsewhere. A library that computes is to be called from inside
 * a band, with one thread of its own. Threads start with the first work that is worth dividing, spin for
 * some 20 µs when there is none left, then sleep.
 *
 * One pass divides its work at a time; a second one that computes meanwhile, and work inside a band, run
 * on their own thread alone. */
#ifndef LM_KERNELS_CPU_POOL_H
#define LM_KERNELS_CPU_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/pass.h"

/* Item i of a job, on `thread` of [0, lm_cpu_threads()): memory of a call may be divided by thread. */
typedef void lm_cpu_item(void *self, int64_t i, int thread);

/* Rows [first, last) of a job. */
typedef void lm_cpu_band(void *self, int64_t first, int64_t last, int thread);

/* Every item of [0, n), in no order. The stop flag of p is read before each item, so an item should take a
 * few milliseconds at most; p may be NULL. False when it was stopped: some items did not run. */
bool lm_cpu_each(const lm_pass *p, int64_t n, lm_cpu_item *item, void *self);

/* Rows [0, n), cut into bands by what a row costs: short enough for the stop flag and an even end, long
 * enough to be worth handing out; a small job stays on the caller. `ns` is a guess at nanoseconds a row
 * (0.1 a float touched in cache, 0.3 from memory). */
bool lm_cpu_rows(const lm_pass *p, int64_t n, double ns, lm_cpu_band *band, void *self);

/* Settles the number of threads (0: one a core) unless it is settled already; returns it. */
int lm_cpu_pool_settle(int threads);

#endif
