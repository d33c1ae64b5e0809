/* fuzz_multipart.c: forms as they come from strangers. The first line of the input is the Content-Type, the rest the
 * body. Read whole, byte by byte and in sevens it tells the same story, and what a part is called fits its place. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/server/multipart.h"

static void want(bool held, int line)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_multipart.c:%d: broken promise\n", line);
    abort();
}

typedef struct story {
    int      parts, ends, over, wrong;
    bool     whole;
    size_t   bytes;
    uint32_t sum;
} story;

static void add(story *s, const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s->sum = s->sum * 31 + (uint8_t)at[i];
}

/* Each piece in a block of its own, so that a byte read beyond its end is seen. */
static bool tell_piece(lm_multipart *m, const char *in, size_t n, story *s)
{
    char  *copy = malloc(n);
    size_t at = 0, used;

    want(copy, __LINE__);
    memcpy(copy, in, n);
    while (at < n && !s->wrong) {
        lm_slice data;

        switch (lm_multipart_next(m, copy + at, n - at, &used, &data)) {
        case LM_MULTIPART_PART:
            s->parts++;
            want(memchr(m->name, 0, sizeof m->name) && memchr(m->filename, 0, sizeof m->filename), __LINE__);
            add(s, m->name, strlen(m->name) + 1);
            add(s, m->filename, strlen(m->filename) + 1);
            break;
        case LM_MULTIPART_DATA:
            want(data.n > 0 && s->parts == s->ends + 1, __LINE__);
            s->bytes += data.n;
            add(s, data.at, data.n);
            break;
        case LM_MULTIPART_END:
            want(s->parts == ++s->ends, __LINE__);
            break;
        case LM_MULTIPART_OVER:
            s->over++;
            break;
        case LM_MULTIPART_WRONG:
            s->wrong++;
            want(m->fault, __LINE__);
            break;
        default:
            want(at + used == n, __LINE__);
        }
        at += used;
        want(at <= n, __LINE__);
    }
    free(copy);
    return !s->wrong;
}

static story read_form(lm_slice type, const char *in, size_t n, size_t piece)
{
    lm_multipart m;
    story        s = { 0 };

    if (!lm_multipart_begin(&m, type))
        return s;
    for (size_t at = 0, some; at < n; at += some) {
        some = n - at < piece ? n - at : piece;
        if (!tell_piece(&m, in + at, some, &s))
            break;
    }
    s.whole = lm_multipart_whole(&m);
    want(s.over <= 1 && s.parts <= LM_MULTIPART_PARTS && s.bytes <= n && (!s.whole || s.over), __LINE__);
    return s;
}

static void same_story(const story *a, const story *b)
{
    want(a->parts == b->parts && a->ends == b->ends && a->over == b->over && a->wrong == b->wrong, __LINE__);
    want(a->whole == b->whole && a->bytes == b->bytes && a->sum == b->sum, __LINE__);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char    *in = (const char *)bytes, *line = size ? memchr(in, '\n', size) : NULL;
    const lm_slice type = { in, line ? (size_t)(line - in) : size };
    const size_t   n = line ? size - type.n - 1 : 0;
    const char    *body = line ? line + 1 : in;
    const story    whole = read_form(type, body, n, n + 1), one = read_form(type, body, n, 1),
                seven = read_form(type, body, n, 7);

    same_story(&whole, &one);
    same_story(&whole, &seven);
    return 0;
}
