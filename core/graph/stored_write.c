/* stored_write.c: values into a file, by way of a block that is hashed when it is full. The same walk, without a
 * file, measures. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/stored_inside.h"

typedef struct writer {
    int      fd; /* -1: only measures */
    uint64_t bytes, most;
    bool     failed;
    int      depth;
    int64_t  n_values;
    lm_hash  hash;
    size_t   used;
    char    *block; /* LM_STORED_BLOCK */
} writer;

static bool write_whole(int fd, const char *at, size_t n)
{
    while (n) {
        const ssize_t did = write(fd, at, n);

        if (did < 0 && errno == EINTR)
            continue;
        if (did <= 0) {
            errno = did ? errno : ENOSPC;
            return false;
        }
        at += did;
        n -= (size_t)did;
    }
    return true;
}

static void flush(writer *w)
{
    w->hash = lm_hash_add(w->hash, w->block, w->used);
    if (!w->failed && !write_whole(w->fd, w->block, w->used))
        w->failed = true;
    w->used = 0;
}

/* Counts `n` more bytes; false when nothing is to be written. */
static bool counts(writer *w, uint64_t n)
{
    if (w->failed || n > w->most - w->bytes) {
        w->failed = true;
        return false;
    }
    w->bytes += n;
    return w->fd >= 0;
}

static void put(writer *w, const void *from, size_t n)
{
    const char *at = from;

    if (!counts(w, n))
        return;
    while (n) {
        const size_t room = LM_STORED_BLOCK - w->used, take = n < room ? n : room;

        memcpy(w->block + w->used, at, take);
        w->used += take;
        at += take;
        n -= take;
        if (w->used == LM_STORED_BLOCK)
            flush(w);
    }
}

static void put_number(writer *w, uint64_t x, int bytes)
{
    uint8_t at[8];

    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(x >> 8 * i);
    put(w, at, (size_t)bytes);
}

static void put_double(writer *w, double x)
{
    uint64_t bits;

    memcpy(&bits, &x, 8);
    put_number(w, bits, 8);
}

static void put_text(writer *w, const char *text)
{
    const size_t n = strlen(text);

    w->failed |= n > LM_STORED_TEXT;
    put_number(w, n, 4);
    put(w, text, n);
}

/* The numbers of a tensor, block by block out of its device. */
static void put_data(writer *w, const lm_tensor *t)
{
    const size_t whole = lm_bytes(t);

    if (!counts(w, whole))
        return;
    for (size_t at = 0, take; at < whole; at += take) {
        const size_t room = LM_STORED_BLOCK - w->used;

        take = whole - at < room ? whole - at : room;
        t->device->copy_out(t->device, w->block + w->used, (char *)t->data + at, take);
        w->used += take;
        if (w->used == LM_STORED_BLOCK)
            flush(w);
    }
}

static void put_tensor(writer *w, const lm_tensor *t)
{
    w->failed |= t->mapped || t->release == NULL; /* a file has it already; scratch is on no wire */
    put_number(w, t->dtype, 1);
    put_number(w, (uint64_t)t->shape.n, 1);
    for (int i = 0; i < t->shape.n; i++)
        put_number(w, (uint64_t)t->shape.at[i], 8);
    put_data(w, t);
}

static void put_value(writer *w, const limn_value *v);

static void put_field(writer *w, const lm_field *f)
{
    put_number(w, f->kind, 1);
    put_text(w, f->name);
    switch (f->kind) {
    case LM_FIELD_TENSOR: put_tensor(w, f->tensor); break;
    case LM_FIELD_VALUE: put_value(w, f->value); break;
    case LM_FIELD_INT: put_number(w, (uint64_t)f->integer, 8); break;
    case LM_FIELD_NUMBER: put_double(w, f->number); break;
    case LM_FIELD_TEXT: put_text(w, f->text); break;
    default: w->failed = true;
    }
}

static void put_value(writer *w, const limn_value *v)
{
    const int n_fields = lm_value_field_count(v), n_items = lm_value_count(v);

    w->failed |= ++w->depth > LM_STORED_DEPTH || lm_value_kind_of(v) == LM_VALUE_WIRE ||
                 ++w->n_values > LM_STORED_VALUES || n_fields > LM_STORED_FIELDS;
    put_number(w, lm_value_kind_of(v), 1);
    put_text(w, lm_value_type(v));
    put_number(w, (uint64_t)n_fields, 4);
    for (int i = 0; i < n_fields && !w->failed; i++) {
        const lm_field f = lm_value_field(v, i);

        put_field(w, &f);
    }
    put_number(w, (uint64_t)n_items, 4);
    for (int i = 0; i < n_items && !w->failed; i++)
        put_value(w, lm_value_item(v, i));
    w->depth--;
}

uint64_t lm_stored_size(limn_value *const *values, int n, uint64_t most)
{
    writer w = { .fd = -1, .most = most };

    put(&w, NULL, LM_STORED_HEAD + LM_STORED_TAIL);
    for (int i = 0; i < n && !w.failed; i++)
        put_value(&w, values[i]);
    return w.failed ? 0 : w.bytes;
}

bool lm_stored_write(int fd, const lm_stored_head *head, limn_value *const *values, uint64_t size)
{
    writer w = { .fd = fd, .most = size - LM_STORED_TAIL, .hash = lm_hash_start() };
    char   tail[LM_STORED_TAIL];

    w.block = lm_alloc(LM_STORED_BLOCK);
    put(&w, lm_stored_magic, 8);
    put_number(&w, head->key.a, 8);
    put_number(&w, head->key.b, 8);
    put_double(&w, head->seconds);
    put_number(&w, size - LM_STORED_HEAD - LM_STORED_TAIL, 8);
    put_number(&w, (uint64_t)head->n, 4);
    for (int i = 0; i < head->n && !w.failed; i++)
        put_value(&w, values[i]);
    if (w.used)
        flush(&w);
    lm_stored_tail(w.hash, tail);
    w.failed = w.failed || w.bytes + LM_STORED_TAIL != size || !write_whole(fd, tail, sizeof tail);
    lm_free(w.block);
    return !w.failed;
}
