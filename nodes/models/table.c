/* table.c: reads a network's weights as its tables name and shape them. */
#include "nodes/models/table.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

enum { MAX_NAME = 256, MAX_STACK = 4, MAX_REPEATED = 64 };

/* The largest size believed: beyond any model, and small enough for products of four. */
enum { MAX_SIZE = 1 << 24 };

bool lm_reader_fail(lm_reader *r, const char *fmt, ...)
{
    lm_text t = { 0 };
    va_list ap;
    char    text[sizeof r->err->text];

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    lm_text_printf(&t, "%s: %s", lm_weights_label(r->weights), text);
    limn_fail(r->err, FILE, "%s", lm_text_str(&t));
    lm_text_done(&t);
    r->failed = true;
    return false;
}

int64_t lm_reader_size(const lm_reader *r, char letter)
{
    return r->size[letter - 'A'];
}

void lm_reader_set(lm_reader *r, char letter, int64_t size)
{
    r->size[letter - 'A'] = size;
}

/* ------------------------------------------------------------------ names */

bool lm_reader_has(const lm_reader *r, const char *name, ...)
{
    char    rest[MAX_NAME], whole[2 * MAX_NAME];
    va_list ap;

    va_start(ap, name);
    vsnprintf(rest, sizeof rest, name, ap);
    va_end(ap);
    snprintf(whole, sizeof whole, "%.200s%s", r->prefix, rest);
    return lm_weights_find(r->weights, whole) != NULL;
}

int lm_reader_count(const lm_reader *r, const char *before, const char *after)
{
    int n = 0;

    while (n < MAX_REPEATED && lm_reader_has(r, "%s%d%s", before, n, after))
        n++;
    return n;
}

/* ------------------------------------------------------------------ shapes */

/* One axis of a pattern, "4C" or "3"; moves *at behind it. The letter is 0 when there is none. */
static int64_t axis(const char **at, char *letter)
{
    int64_t times = 0;

    while (**at == ' ')
        ++*at;
    for (; **at >= '0' && **at <= '9'; ++*at)
        times = 10 * times + (**at - '0');
    *letter = **at >= 'A' && **at <= 'Z' ? *(*at)++ : 0;
    return times ? times : 1;
}

/* Does `found` follow the pattern?  Then free letters are settled. */
static bool matches(lm_reader *r, const char *pattern, lm_shape found)
{
    int64_t before[sizeof r->size / sizeof *r->size];
    bool    ok = true;
    int     n = 0;

    memcpy(before, r->size, sizeof before);
    for (; *pattern && ok; n++) {
        char          letter;
        const int64_t times = axis(&pattern, &letter);
        const int64_t have = n < found.n ? found.at[n] : 0;

        if (letter && !lm_reader_size(r, letter) && have > 0 && have % times == 0 && have <= MAX_SIZE)
            lm_reader_set(r, letter, have / times);
        ok = have > 0 && have == times * (letter ? lm_reader_size(r, letter) : 1);
    }
    for (; ok && n < found.n; n++)
        ok = found.at[n] == 1;
    if (!ok)
        memcpy(r->size, before, sizeof before);
    return ok;
}

/* "[4C=1280, C=320]", with what is known about the letters. */
static void wanted(const lm_reader *r, const char *pattern, lm_text *out)
{
    for (bool first = true; *pattern; first = false) {
        char          letter;
        const int64_t times = axis(&pattern, &letter), size = letter ? lm_reader_size(r, letter) : 1;

        lm_text_puts(out, first ? "[" : ", ");
        if (size)
            lm_text_printf(out, "%" PRId64, times * size);
        else if (times > 1)
            lm_text_printf(out, "%" PRId64 " times some width", times);
        else
            lm_text_puts(out, "some width");
    }
    lm_text_puts(out, "]");
}

static int pattern_axes(const char *pattern)
{
    int n = 0;

    for (char letter; *pattern; n++)
        axis(&pattern, &letter);
    return n;
}

static bool misshapen(lm_reader *r, const lm_weight *w, const char *pattern)
{
    char    have[LM_SHAPE_TEXT];
    lm_text want = { 0 };

    wanted(r, pattern, &want);
    lm_reader_fail(r, "%s is %s where %s is wanted", w->name, lm_shape_text(w->shape, have),
                   lm_text_str(&want));
    lm_text_done(&want);
    return false;
}

/* ------------------------------------------------------------------ tensors */

static const lm_tensor *hold(lm_reader *r, lm_tensor *t)
{
    if (!t) {
        r->failed = true;
        return NULL;
    }
    r->tensors = lm_grow(r->tensors, (size_t)(r->n_tensors + 1) * sizeof *r->tensors);
    r->tensors[r->n_tensors++] = t;
    return t;
}

/* The tensor <prefix><at><name[0..len)>, its shape checked. NULL with a failure, or when an optional one is
 * absent. */
static lm_tensor *load(lm_reader *r, const char *at, const char *name, int len, const char *pattern,
                       bool optional)
{
    lm_text          whole = { 0 };
    const lm_weight *w;
    lm_tensor       *t;

    lm_text_printf(&whole, "%s%s%.*s", r->prefix, at, len, name);
    w = lm_weights_find(r->weights, lm_text_str(&whole));
    if (!w && !optional)
        lm_reader_fail(r, "the tensor %s is missing", lm_text_str(&whole));
    lm_text_done(&whole);
    if (!w)
        return NULL;
    if (!matches(r, pattern, w->shape)) {
        misshapen(r, w, pattern);
        return NULL;
    }
    t = lm_weights_tensor(r->weights, r->device, w->name, r->err);
    if (t)
        t->shape.n = pattern_axes(pattern);
    else
        r->failed = true;
    return t;
}

/* Tensors with the same trailing axes, one behind the other along axis 0; they are let go of. */
static lm_tensor *stack(lm_reader *r, lm_tensor **parts, int n)
{
    const lm_dtype dtype = parts[0]->dtype;
    lm_shape       shape = parts[0]->shape;
    size_t         bytes = 0;
    lm_tensor     *t;
    char          *host;

    shape.at[0] = 0;
    for (int i = 0; i < n; i++) {
        shape.at[0] += parts[i]->shape.at[0];
        bytes += (size_t)lm_count(parts[i]) * lm_dtype_size(dtype);
    }
    host = lm_try_alloc(bytes);
    if (!host) {
        limn_fail(r->err, MEMORY, "no room for a weight of %zu bytes", bytes);
        return NULL;
    }
    bytes = 0;
    for (int i = 0; i < n; i++) {
        lm_tensor_read(parts[i], dtype, host + bytes);
        bytes += (size_t)lm_count(parts[i]) * lm_dtype_size(dtype);
        lm_tensor_give_back(parts[i]);
    }
    t = lm_tensor_from(r->device, dtype, shape, host, r->err);
    lm_free(host);
    return t;
}

/* A row whose name is "a+b+c". */
static const lm_tensor *load_stacked(lm_reader *r, const char *at, const lm_row *row)
{
    lm_tensor *parts[MAX_STACK] = { 0 }, *whole = NULL;
    int        n = 0;

    for (const char *name = row->name; name && !r->failed && n < MAX_STACK; n++) {
        const size_t len = strcspn(name, "+");

        parts[n] = load(r, at, name, (int)len, row->shape, false);
        name = name[len] ? name + len + 1 : NULL;
    }
    if (!r->failed)
        whole = stack(r, parts, n);
    for (int i = 0; i < n; i++)
        lm_tensor_unref(parts[i]);
    return hold(r, whole);
}

static const lm_tensor *load_row(lm_reader *r, const char *at, const lm_row *row)
{
    lm_tensor *t;

    if (strchr(row->name, '+'))
        return load_stacked(r, at, row);
    t = load(r, at, row->name, (int)strlen(row->name), row->shape, row->optional);
    return t ? hold(r, t) : NULL;
}

void lm_read_rows(lm_reader *r, const lm_row *rows, void *block, const char *at, ...)
{
    char    prefix[MAX_NAME];
    va_list ap;

    va_start(ap, at);
    vsnprintf(prefix, sizeof prefix, at, ap);
    va_end(ap);
    for (; rows->name && !r->failed; rows++) {
        const lm_tensor *t = load_row(r, prefix, rows);

        memcpy((char *)block + rows->offset, &t, sizeof t);
    }
}

const lm_tensor *lm_reader_sum(lm_reader *r, const lm_tensor *a, const lm_tensor *b)
{
    const int64_t n = r->failed ? 0 : lm_count(a);
    float        *x, *y;
    lm_tensor    *t;

    if (r->failed)
        return NULL;
    x = lm_alloc_array((size_t)n, sizeof *x);
    y = lm_alloc_array((size_t)n, sizeof *y);
    lm_tensor_read(a, LM_F32, x);
    lm_tensor_read(b, LM_F32, y);
    for (int64_t i = 0; i < n; i++)
        x[i] += y[i];
    t = lm_tensor_from(r->device, LM_F32, LM_SHAPE(n), x, r->err);
    lm_free(x);
    lm_free(y);
    return hold(r, t);
}

/* ------------------------------------------------------------------ what a network holds */

bool lm_reader_done(lm_reader *r, lm_held *out)
{
    *out = (lm_held){ r->tensors, r->n_tensors };
    r->tensors = NULL;
    r->n_tensors = 0;
    if (r->failed)
        lm_held_free(out);
    return !r->failed;
}

void lm_held_free(lm_held *h)
{
    for (int i = 0; i < h->n; i++)
        lm_tensor_unref(h->at[i]);
    lm_free(h->at);
    *h = (lm_held){ 0 };
}

size_t lm_held_bytes(const lm_held *h)
{
    size_t bytes = 0;

    for (int i = 0; i < h->n; i++) {
        bytes += atomic_load(&h->at[i]->packed);
        bytes += h->at[i]->mapped ? 0 : lm_bytes(h->at[i]);
    }
    return bytes;
}
