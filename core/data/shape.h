/* shape.h: the sizes of a tensor's axes, the last one fastest. */
#ifndef LM_DATA_SHAPE_H
#define LM_DATA_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

enum { LM_MAX_DIMS = 8 };

typedef struct lm_shape {
    int     n;
    int64_t at[LM_MAX_DIMS];
} lm_shape;

#define LM_SHAPE(...)                                                                          \
    ((lm_shape){ .n = (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)),             \
                 .at = { __VA_ARGS__ } })

/* Axis i counts from the end when negative. */
static inline int64_t lm_shape_dim(lm_shape s, int i)
{
    return s.at[i < 0 ? s.n + i : i];
}

static inline lm_shape lm_with_dim(lm_shape s, int i, int64_t size)
{
    s.at[i < 0 ? s.n + i : i] = size;
    return s;
}

static inline int64_t lm_shape_count(lm_shape s)
{
    int64_t count = 1;

    for (int i = 0; i < s.n; i++)
        count *= s.at[i];
    return count;
}

static inline bool lm_shape_same(lm_shape a, lm_shape b)
{
    bool same = a.n == b.n;

    for (int i = 0; same && i < a.n; i++)
        same = a.at[i] == b.at[i];
    return same;
}

/* "[2, 64, 64, 320]"; the text lives in `out`. */
enum { LM_SHAPE_TEXT = 8 * 22 + 4 };
const char *lm_shape_text(lm_shape s, char out[LM_SHAPE_TEXT]);

#endif
