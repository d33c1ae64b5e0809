/* shelf_order.c: in which order pictures stand, and where a page of them ended. */
#include "web/server/shelf_order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

/* ------------------------------------------------------------------ names */

static int sign(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int small(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* What is left of a name's part. */
typedef struct rest {
    const char *at;
    size_t      n;
} rest;

static void step(rest *r, size_t n)
{
    r->at += n;
    r->n -= n;
}

/* The digits without the zeros before them; passed over. */
static rest take_digits(rest *r)
{
    rest out;

    while (r->n && *r->at == '0')
        step(r, 1);
    out = (rest){ r->at, 0 };
    while (out.n < r->n && is_digit(r->at[out.n]))
        out.n++;
    step(r, out.n);
    return out;
}

static int compare_numbers(rest *a, rest *b)
{
    const rest x = take_digits(a), y = take_digits(b);

    return x.n != y.n ? sign(x.n, y.n) : memcmp(x.at, y.at, x.n);
}

static int compare_letters(rest *a, rest *b)
{
    const int c = small(*a->at) - small(*b->at);

    step(a, 1);
    step(b, 1);
    return c;
}

/* Parts that are the same but for case and zeros stand by their bytes. */
static int compare_parts(rest a, rest b)
{
    const rest x = a, y = b;
    int        c = 0;

    while (!c && a.n && b.n)
        c = is_digit(*a.at) && is_digit(*b.at) ? compare_numbers(&a, &b) : compare_letters(&a, &b);
    if (!c)
        c = sign(a.n, b.n);
    if (!c)
        c = memcmp(x.at, y.at, x.n < y.n ? x.n : y.n);
    return c ? c : sign(x.n, y.n);
}

static int compare_names(const char *a, const char *b)
{
    for (;;) {
        const rest x = { a, strcspn(a, "/") }, y = { b, strcspn(b, "/") };
        const bool deep = a[x.n], deeper = b[y.n];
        int        c;

        if (deep != deeper)
            return deep - deeper;
        c = compare_parts(x, y);
        if (c || !deep)
            return c;
        a += x.n + 1;
        b += y.n + 1;
    }
}

/* ------------------------------------------------------------------ orders */

static const lm_tree_entry *entry(const void *at)
{
    return *(const lm_tree_entry *const *)at;
}

/* Of one moment, the last by name. */
static int newest(const void *a, const void *b)
{
    const lm_tree_entry *x = entry(a), *y = entry(b);

    return x->modified_ms != y->modified_ms ? (x->modified_ms < y->modified_ms) - (x->modified_ms > y->modified_ms)
                                            : strcmp(y->name, x->name);
}

static int oldest(const void *a, const void *b)
{
    return newest(b, a);
}

static int by_name(const void *a, const void *b)
{
    return compare_names(entry(a)->name, entry(b)->name);
}

static int largest(const void *a, const void *b)
{
    const lm_tree_entry *x = entry(a), *y = entry(b);

    return x->bytes != y->bytes ? (x->bytes < y->bytes) - (x->bytes > y->bytes) : compare_names(x->name, y->name);
}

static const struct {
    const char       *name;
    char              letter; /* a cursor begins with it */
    lm_shelf_compare *compare;
} orders[LM_SHELF_ORDERS] = {
    [LM_SHELF_NEWEST] = { "newest", 'n', newest },
    [LM_SHELF_OLDEST] = { "oldest", 'o', oldest },
    [LM_SHELF_NAME] = { "name", 'a', by_name },
    [LM_SHELF_LARGEST] = { "largest", 'l', largest },
};

bool lm_shelf_order_read(const char *text, lm_shelf_order *out)
{
    int i = 0;

    while (text && i < LM_SHELF_ORDERS && strcmp(text, orders[i].name))
        i++;
    *out = (lm_shelf_order)i;
    return i < LM_SHELF_ORDERS;
}

lm_shelf_compare *lm_shelf_compare_of(lm_shelf_order order)
{
    return orders[order].compare;
}

/* ------------------------------------------------------------------ cursors */

bool lm_shelf_cursor_read(lm_shelf_order order, const char *text, lm_tree_entry *out)
{
    char     *end;
    long long number;

    if (*text != orders[order].letter)
        return false;
    errno = 0;
    number = strtoll(text + 1, &end, 10);
    if (end == text + 1 || *end != ':' || errno)
        return false;
    *out = (lm_tree_entry){ .name = end + 1, .modified_ms = number, .bytes = (uint64_t)number };
    return true;
}

char *lm_shelf_cursor(lm_shelf_order order, const char *name, int64_t modified_ms, uint64_t bytes)
{
    const size_t room = strlen(name) + 32;
    char        *out = lm_alloc(room);
    const long long number = order == LM_SHELF_LARGEST ? (long long)bytes : order == LM_SHELF_NAME ? 0 : modified_ms;

    snprintf(out, room, "%c%lld:%s", orders[order].letter, number, name);
    return out;
}
