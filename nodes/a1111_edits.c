/* a1111_edits.c: [from:to:when] and [this|that] in a prompt, settled: what the walk sees for most of its steps. */
#include <math.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"

enum { MAX_DEPTH = 100 };

typedef struct edits {
    const lm_a1111_reading *how;
    const char             *s;
    uint32_t               *close; /* of each '[': where its ']' is; 0: nowhere */
    lm_text                 out;
} edits;

static void match_brackets(edits *e, size_t n)
{
    uint32_t *open = lm_alloc_array(n + 1, sizeof *open), depth = 0;

    e->close = lm_alloc_array(n + 1, sizeof *e->close);
    for (size_t i = 0; i < n; i++)
        if (e->s[i] == '\\')
            i++;
        else if (e->s[i] == '[')
            open[depth++] = (uint32_t)i;
        else if (e->s[i] == ']' && depth)
            e->close[open[--depth]] = (uint32_t)i;
    lm_free(open);
}

/* What separates the inside of a bracket at its own level. */
typedef struct seams {
    size_t colon[3], bar; /* places; bar: the first */
    int    n_colons, n_bars;
} seams;

static seams find_seams(const edits *e, size_t from, size_t to)
{
    seams found = { .n_colons = 0 };
    int   round = 0;

    for (size_t i = from; i < to; i++) {
        const char c = e->s[i];

        if (c == '\\')
            i++;
        else if (c == '[' && e->close[i])
            i = e->close[i];
        else if (c == '(' || c == ')')
            round += c == '(' ? 1 : round > 0 ? -1 : 0;
        else if (!round && c == ':' && found.n_colons++ < 3)
            found.colon[found.n_colons - 1] = i;
        else if (!round && c == '|' && !found.n_bars++)
            found.bar = i;
    }
    return found;
}

static void settle(edits *e, size_t from, size_t to, int depth);

/* The text that stands for the longer part of the walk. */
static void settle_change(edits *e, size_t from, size_t to, const seams *at, double when, int depth)
{
    const double share = when >= 1.0 && e->how->steps > 0 ? when / e->how->steps : when;
    const bool   two = at->n_colons == 2;

    lm_a1111_note(e->how->notes, "[%.*s] changes the prompt on the way, which the graph cannot: what stands for "
                  "the longer part is kept", (int)(to - from), e->s + from);
    if (share >= 0.5 && two)
        settle(e, from, at->colon[0], depth);
    else if (share < 0.5)
        settle(e, two ? at->colon[0] + 1 : from, at->colon[two], depth);
}

static void settle_bracket(edits *e, size_t from, size_t to, int depth)
{
    const seams at = find_seams(e, from, to);
    double      when;

    if (at.n_bars) {
        lm_a1111_note(e->how->notes, "[%.*s] alternates from step to step, which the graph cannot: the first is kept",
                      (int)(to - from), e->s + from);
        settle(e, from, at.bar, depth);
    } else if (at.n_colons && at.n_colons < 3 &&
               lm_a1111_number_at(e->s + at.colon[at.n_colons - 1] + 1, to - at.colon[at.n_colons - 1] - 1, &when)) {
        settle_change(e, from, to, &at, when, depth);
    } else {
        lm_text_puts(&e->out, "[");
        settle(e, from, to, depth);
        lm_text_puts(&e->out, "]");
    }
}

static void settle(edits *e, size_t from, size_t to, int depth)
{
    for (size_t i = from; i < to; i++)
        if (e->s[i] == '[' && e->close[i] && depth < MAX_DEPTH) {
            settle_bracket(e, i + 1, e->close[i], depth + 1);
            i = e->close[i];
        } else {
            lm_text_add(&e->out, e->s + i, 1);
            if (e->s[i] == '\\' && i + 1 < to)
                lm_text_add(&e->out, e->s + ++i, 1);
        }
}

/* [new] */
char *lm_a1111_without_edits(const char *s, const lm_a1111_reading *how)
{
    edits e = { .how = how, .s = s };

    match_brackets(&e, strlen(s));
    settle(&e, 0, strlen(s), 0);
    lm_free(e.close);
    return lm_text_take(&e.out);
}
