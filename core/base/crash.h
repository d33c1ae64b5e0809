/* crash.h: named points at which a test ends this process, as kill -9 would, to see what is left. */
#ifndef LM_BASE_CRASH_H
#define LM_BASE_CRASH_H

/* Passing a point does nothing unless LIMN_CRASH_AT names it: "point" ends the process at the first passing,
 * "point:3" at the third, "point:3+all" with it every process of its group, as when the machine goes (who may not send them a signal says
 * so on stderr and waits for whoever reads that to do it). Each name
 * stands at one place in the sources and once in tests/web/serve_points_test.py. A few nanoseconds.       [any] */
void lm_crash_at(const char *point);

#endif
