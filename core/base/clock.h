/* clock.h: what time it is, as a number. */
#ifndef LM_BASE_CLOCK_H
#define LM_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t lm_clock_ms_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Milliseconds since 1970, by the clock that people set.                                        [any] */
static inline int64_t lm_clock_ms(void)
{
    return lm_clock_ms_of(CLOCK_REALTIME);
}

/* Of a clock that nobody sets and that begins anywhere: for how long something takes.           [any] */
static inline int64_t lm_clock_steady_ms(void)
{
    return lm_clock_ms_of(CLOCK_MONOTONIC);
}

/* The same in seconds, to the nanosecond. */
static inline double lm_clock_steady_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
