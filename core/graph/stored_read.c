/* stored_read.c: values out of a file that anybody may have damaged. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/stored_inside.h"

/* After the first fault all reads give zeros. */
typedef struct reader {
    int         fd;
    lm_device  *device;
    uint64_t    left; /* bytes before the tail that were not taken yet */
    uint64_t    file; /* … and of those, not in the block yet */
    int         depth;
    int64_t     n_values;
    lm_hash     hash;
    size_t      at, used;
    char       *block;
    limn_error *err;
    bool        failed;
} reader;

LIMN_PRINTF(2, 3)
static bool fault(reader *r, const char *fmt, ...)
{
    char    text[160];
    va_list ap;

    if (r->failed)
        return false;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    limn_fail(r->err, FILE, "%s", text);
    r->failed = true;
    return false;
}

static bool read_whole(reader *r, char *to, size_t n)
{
    while (n) {
        const ssize_t got = read(r->fd, to, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fault(r, got ? "it cannot be read: %s" : "it became shorter while it was read%s",
                         got ? strerror(errno) : "");
        to += got;
        n -= (size_t)got;
    }
    return true;
}

static bool fill(reader *r)
{
    const size_t n = r->file < LM_STORED_BLOCK ? (size_t)r->file : LM_STORED_BLOCK;

    if (!read_whole(r, r->block, n))
        return false;
    r->hash = lm_hash_add(r->hash, r->block, n);
    r->file -= n;
    r->at = 0;
    r->used = n;
    return true;
}

/* Asks for n bytes: are there as many? */
static bool takes(reader *r, uint64_t n)
{
    if (r->failed)
        return false;
    if (n > r->left)
        return fault(r, "it claims %" PRIu64 " bytes where %" PRIu64 " are left", n, r->left);
    r->left -= n;
    return true;
}

/* At most n bytes of the block, which was filled when it was empty; NULL after a fault. */
static const char *some(reader *r, uint64_t n, size_t *got)
{
    const char *at;

    if (r->failed || (r->at == r->used && !fill(r)))
        return NULL;
    *got = r->used - r->at;
    *got = n < *got ? (size_t)n : *got;
    at = r->block + r->at;
    r->at += *got;
    return at;
}

static void get(reader *r, void *to, size_t n)
{
    char       *at = to;
    const char *from;
    size_t      got;

    memset(to, 0, n);
    if (!takes(r, n))
        return;
    for (; n && (from = some(r, n, &got)); n -= got, at += got)
        memcpy(at, from, got);
}

static uint64_t get_number(reader *r, int bytes)
{
    uint8_t  at[8];
    uint64_t x = 0;

    get(r, at, (size_t)bytes);
    for (int i = bytes; i-- > 0;)
        x = x << 8 | at[i];
    return x;
}

static double get_double(reader *r)
{
    const uint64_t bits = get_number(r, 8);
    double         x;

    memcpy(&x, &bits, 8);
    return x;
}

/* NULL after a fault.                                                                           [new] */
static char *get_text(reader *r)
{
    const uint64_t n = get_number(r, 4);
    char          *text;

    if (r->failed || n > r->left || n > LM_STORED_TEXT) {
        fault(r, "a text claims %" PRIu64 " bytes", n);
        return NULL;
    }
    text = lm_try_alloc((size_t)n + 1);
    if (!text) {
        limn_fail(r->err, MEMORY, "no memory for a text of %" PRIu64 " bytes", n);
        r->failed = true;
        return NULL;
    }
    get(r, text, (size_t)n);
    if (!r->failed && strlen(text) == n)
        return text;
    fault(r, "a text ends before its length");
    lm_free(text);
    return NULL;
}

/* ------------------------------------------------------------------ tensors */

static bool get_shape(reader *r, lm_dtype *dtype, lm_shape *shape)
{
    uint64_t bytes;

    *dtype = (lm_dtype)get_number(r, 1);
    shape->n = (int)get_number(r, 1);
    if (r->failed || *dtype > LM_BF16 || shape->n > LM_MAX_DIMS)
        return fault(r, "a tensor of dtype %d with %d axes", (int)*dtype, shape->n);
    bytes = lm_dtype_size(*dtype);
    for (int i = 0; i < shape->n; i++) {
        shape->at[i] = (int64_t)get_number(r, 8);
        if (r->failed || shape->at[i] < 0 || __builtin_mul_overflow(bytes, (uint64_t)shape->at[i], &bytes))
            return fault(r, "an axis of a tensor has no sensible size");
    }
    return bytes <= r->left || fault(r, "a tensor claims %" PRIu64 " bytes where %" PRIu64 " are left", bytes,
                                     r->left);
}

static lm_tensor *get_tensor(reader *r)
{
    lm_dtype    dtype;
    lm_shape    shape = { 0 };
    lm_tensor  *t;
    const char *from;
    uint64_t    left;
    size_t      got;

    if (!get_shape(r, &dtype, &shape))
        return NULL;
    t = lm_tensor_new(r->device, dtype, shape, r->err);
    r->failed |= !t;
    left = t ? lm_bytes(t) : 0;
    takes(r, left);
    for (char *to = t ? t->data : NULL; left && (from = some(r, left, &got)); left -= got, to += got)
        r->device->copy_in(r->device, to, from, got);
    return t;
}

/* ------------------------------------------------------------------ values */

static limn_value *get_value(reader *r);

/* Sets a field of v. What could not be read is NULL, and removes nothing: a fault is known by then. */
static void get_field(reader *r, limn_value *v)
{
    const uint64_t kind = get_number(r, 1);
    char          *name = get_text(r), *text;

    if (!name)
        return;
    if (lm_value_has(v, name))
        fault(r, "a field is there twice");
    else if (kind == LM_FIELD_TENSOR)
        lm_value_set_tensor(v, name, get_tensor(r));
    else if (kind == LM_FIELD_VALUE)
        lm_value_set_value(v, name, get_value(r));
    else if (kind == LM_FIELD_INT)
        lm_value_set_uint(v, name, get_number(r, 8));
    else if (kind == LM_FIELD_NUMBER)
        lm_value_set_number(v, name, get_double(r));
    else if (kind == LM_FIELD_TEXT) {
        text = get_text(r);
        lm_value_set_text(v, name, text);
        lm_free(text);
    } else
        fault(r, "a field of kind %d", (int)kind);
    lm_free(name);
}

static limn_value *new_value(reader *r)
{
    const uint64_t kind = get_number(r, 1);
    char          *type = get_text(r);
    limn_value    *v = NULL;

    if (type && kind == LM_VALUE_PLAIN)
        v = lm_value_new(type);
    else if (type && kind == LM_VALUE_LIST)
        v = lm_value_list_new();
    else if (type && kind == LM_VALUE_BLOCKER)
        v = lm_value_blocker_new(NULL);
    else
        fault(r, "a value of kind %d", (int)kind);
    if (v && strcmp(lm_value_type(v), type)) /* a list's and a blocker's type are given */
        fault(r, "a value of kind %d has another type", (int)kind);
    lm_free(type);
    return v;
}

/* NULL after a fault. */
static limn_value *get_value(reader *r)
{
    limn_value *v;
    uint64_t    n;

    if (++r->depth > LM_STORED_DEPTH || ++r->n_values > LM_STORED_VALUES)
        fault(r, "values in too many or too deep");
    v = r->failed ? NULL : new_value(r);
    n = get_number(r, 4);
    if (n > LM_STORED_FIELDS)
        fault(r, "a value of %" PRIu64 " fields", n);
    for (uint64_t i = 0; i < n && !r->failed; i++)
        get_field(r, v);
    n = get_number(r, 4);
    for (uint64_t i = 0; i < n && !r->failed; i++) {
        limn_value *item = get_value(r);

        if (item)
            lm_value_push(v, item);
    }
    r->depth--;
    if (!r->failed)
        return v;
    lm_value_unref(v);
    return NULL;
}

/* ------------------------------------------------------------------ the file */

static bool get_head(reader *r, lm_stored_head *head, uint64_t size)
{
    char    magic[8];
    lm_hash key;

    get(r, magic, 8);
    if (!r->failed && memcmp(magic, lm_stored_magic, 8))
        return fault(r, "it is no file of results, or of another version");
    key.a = get_number(r, 8);
    key.b = get_number(r, 8);
    head->seconds = get_double(r);
    if (!r->failed && get_number(r, 8) != size - LM_STORED_HEAD - LM_STORED_TAIL)
        return fault(r, "it does not have the length it was given");
    if (!r->failed && ((int64_t)get_number(r, 4) != head->n || !lm_hash_same(key, head->key)))
        return fault(r, "it holds another result");
    return !r->failed;
}

static bool check_tail(reader *r)
{
    char want[LM_STORED_TAIL], have[LM_STORED_TAIL] = { 0 };

    if (!r->failed && r->left)
        return fault(r, "%" PRIu64 " bytes belong to nothing", r->left);
    lm_stored_tail(r->hash, want);
    return !r->failed && read_whole(r, have, sizeof have) &&
           (!memcmp(want, have, sizeof have) || fault(r, "its contents are damaged"));
}

bool lm_stored_read(int fd, lm_stored_head *head, lm_device *d, limn_value **out, limn_error *err)
{
    limn_error  mine = { 0 };
    reader      r = { .fd = fd, .device = d ? d : lm_host_device(), .hash = lm_hash_start(),
                      .err = err ? err : &mine };
    struct stat s;

    memset(out, 0, (size_t)head->n * sizeof *out);
    if (fstat(fd, &s) || s.st_size < LM_STORED_HEAD + LM_STORED_TAIL)
        return fault(&r, "it is too short");
    r.left = r.file = (uint64_t)s.st_size - LM_STORED_TAIL;
    r.block = lm_alloc(LM_STORED_BLOCK);
    get_head(&r, head, (uint64_t)s.st_size);
    for (int i = 0; i < head->n && !r.failed; i++)
        out[i] = get_value(&r);
    check_tail(&r);
    lm_free(r.block);
    for (int i = 0; i < head->n && r.failed; i++) {
        lm_value_unref(out[i]);
        out[i] = NULL;
    }
    return !r.failed;
}
