/* slice.h: bytes inside somebody else's memory; no NUL ends them. */
#ifndef LM_WEB_SLICE_H
#define LM_WEB_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

typedef struct lm_slice {
    const char *at;
    size_t      n;
} lm_slice;

static inline lm_slice lm_slice_of(const char *text)
{
    return (lm_slice){ text, text ? strlen(text) : 0 };
}

static inline bool lm_slice_is(lm_slice s, const char *text)
{
    return s.n == strlen(text) && !memcmp(s.at, text, s.n);
}

/* The same letters, whatever their case (ASCII). */
static inline bool lm_slice_like(lm_slice s, const char *text)
{
    return s.n == strlen(text) && !strncasecmp(s.at, text, s.n);
}

static inline lm_slice lm_slice_trim(lm_slice s) /* spaces and tabs at both ends */
{
    while (s.n && (*s.at == ' ' || *s.at == '\t'))
        s.at++, s.n--;
    while (s.n && (s.at[s.n - 1] == ' ' || s.at[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Takes what stands before the next `mark` off `s`, trimmed: while (lm_slice_next(&list, ',', &item)) … */
static inline bool lm_slice_next(lm_slice *s, char mark, lm_slice *item)
{
    const char *found;

    if (!s->at)
        return false;
    found = s->n ? memchr(s->at, mark, s->n) : NULL;
    *item = lm_slice_trim((lm_slice){ s->at, found ? (size_t)(found - s->at) : s->n });
    *s = found ? (lm_slice){ found + 1, s->n - (size_t)(found + 1 - s->at) } : (lm_slice){ NULL, 0 };
    return true;
}

#endif
