/* canvas_choice.c: prompts with choices in them, {a|b}, as the canvas decides them before it sends. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

enum { LONGEST = 1 << 20 }; /* bytes; a longer prompt is left as it is */

/* A pair of braces: where its options begin is found by following `next` from bar to bar. */
struct brace {
    size_t  end;              /* the closing brace, or the text's end */
    int32_t bars, last_bar;   /* how many; the last of them */
};

struct bar {
    size_t  at;
    int32_t before; /* the bar of the same braces before it, -1: none */
};

struct prompt {
    const char   *text;
    size_t        size;
    int32_t      *brace_at; /* of each byte, 1 + the brace that opens there */
    struct brace *braces;
    struct bar   *bars;
    int32_t       n_braces, n_bars;
};

/* ------------------------------------------------------------------ comments */

static void drop_comments(const char *text, size_t size, lm_text *out)
{
    bool closes = true; /* until it is known that nothing more does */

    for (size_t i = 0; i < size;) {
        const char  *rest = text + i, *end = NULL;
        const size_t left = size - i;

        if (closes && left > 3 && rest[0] == '/' && rest[1] == '*') {
            end = memmem(rest + 2, left - 2, "*/", 2);
            closes = end;
        }
        if (end) {
            i += (size_t)(end - rest) + 2;
        } else if (left >= 2 && rest[0] == '/' && rest[1] == '/') {
            while (i < size && text[i] != '\n' && text[i] != '\r')
                i++;
        } else {
            lm_text_add(out, rest, 1);
            i++;
        }
    }
}

/* ------------------------------------------------------------------ finding the braces */

static void open_brace(struct prompt *p, size_t at, int32_t *stack, int *depth)
{
    p->braces[p->n_braces] = (struct brace){ .end = p->size, .last_bar = -1 };
    stack[(*depth)++] = p->n_braces++;
    p->brace_at[at] = p->n_braces;
}

static void add_bar(struct prompt *p, size_t at, int32_t brace)
{
    struct brace *b = &p->braces[brace];

    p->bars[p->n_bars] = (struct bar){ at, b->last_bar };
    b->last_bar = p->n_bars++;
    b->bars++;
}

static void find_braces(struct prompt *p, int32_t *stack)
{
    int depth = 0;

    for (size_t i = 0; i < p->size; i++) {
        if (p->text[i] == '\\')
            i++;
        else if (p->text[i] == '{')
            open_brace(p, i, stack, &depth);
        else if (p->text[i] == '}' && depth)
            p->braces[stack[--depth]].end = i;
        else if (p->text[i] == '|' && depth)
            add_bar(p, i, stack[depth - 1]);
    }
}

/* ------------------------------------------------------------------ choosing */

/* Source: Steele, Lea, Flood 2014, splitmix64. */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Where the chosen option of a brace begins and ends. */
static void choose(const struct prompt *p, size_t open, const struct brace *b, uint64_t *chance, size_t *from,
                   size_t *to)
{
    int32_t skip = b->bars - (int32_t)(next_number(chance) % ((uint64_t)b->bars + 1)), bar = b->last_bar;

    *to = b->end;
    for (; skip; skip--) {
        *to = p->bars[bar].at;
        bar = p->bars[bar].before;
    }
    *from = bar < 0 ? open + 1 : p->bars[bar].at + 1;
}

struct range {
    size_t stop, then; /* at `stop` it goes on at `then` */
};

/* An escaped brace or bar loses its escape, other escapes stay as they are. */
static size_t add_escape(const struct prompt *p, size_t i, lm_text *out)
{
    const bool lone = i + 1 >= p->size;

    if (lone || !strchr("{}|", p->text[i + 1]) || !p->text[i + 1])
        lm_text_add(out, p->text + i, 1);
    if (!lone)
        lm_text_add(out, p->text + i + 1, 1);
    return i + 2;
}

static void walk(const struct prompt *p, struct range *stack, uint64_t *chance, lm_text *out)
{
    int    depth = 0;
    size_t i = 0, from, to;

    stack[0] = (struct range){ p->size, p->size };
    while (depth >= 0) {
        if (i >= stack[depth].stop) {
            i = stack[depth--].then;
        } else if (p->text[i] == '\\') {
            i = add_escape(p, i, out);
        } else if (p->brace_at[i]) {
            const struct brace *b = &p->braces[p->brace_at[i] - 1];

            choose(p, i, b, chance, &from, &to);
            stack[++depth] = (struct range){ to, b->end < p->size ? b->end + 1 : p->size };
            i = from;
        } else {
            lm_text_add(out, p->text + i++, 1);
        }
    }
}

static bool has_choices(const char *text, size_t size)
{
    return size <= LONGEST && (memchr(text, '{', size) || memchr(text, '/', size) || memchr(text, '\\', size));
}

void lm_canvas_choose(const char *text, size_t size, uint64_t *chance, lm_text *out)
{
    lm_text       plain = { 0 };
    struct prompt p = { 0 };
    int32_t      *stack;
    struct range *ranges;

    if (!has_choices(text, size)) {
        lm_text_add(out, text, size);
        return;
    }
    drop_comments(text, size, &plain);
    p.text = lm_text_str(&plain);
    p.size = plain.size;
    p.brace_at = lm_alloc_array(p.size + 1, sizeof *p.brace_at);
    p.braces = lm_alloc_array(p.size + 1, sizeof *p.braces);
    p.bars = lm_alloc_array(p.size + 1, sizeof *p.bars);
    stack = lm_alloc_array(p.size + 1, sizeof *stack);
    ranges = lm_alloc_array(p.size + 2, sizeof *ranges);
    find_braces(&p, stack);
    walk(&p, ranges, chance, out);
    lm_free(ranges);
    lm_free(stack);
    lm_free(p.bars);
    lm_free(p.braces);
    lm_free(p.brace_at);
    lm_text_done(&plain);
}
