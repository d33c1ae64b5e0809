/* pass.c: one stretch of tensor work: its first error, its scratch tensors and their scopes.
 *
 * Every live scratch tensor is a record in one list, newest first; a scope is a mark in that list. What is
 * kept moves behind the mark, the rest is put back. A view is a record without memory of its own that
 * names the record it looks into; keeping it keeps that one too. */
#include "core/data/pass.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/data/lease.h"
#include "core/data/memory.h"
#include "core/data/safetensors.h"

typedef struct lm_scratch_tensor {
    lm_tensor                 tensor; /* first, so that the two pointers are one */
    size_t                    bytes;  /* of scratch memory; 0 for a view or host memory */
    void                     *host;   /* host memory beside a device that has its own, else NULL */
    struct lm_scratch_tensor *viewed, *next;
    bool                      kept;
} record;

/* ------------------------------------------------------------------ the pass */

lm_pass *lm_pass_begin(limn_call *call)
{
    lm_pass *p = lm_alloc(sizeof *p);

    p->call = call;
    p->device = lm_call_env(call)->device;
    p->compute = lm_call_env(call)->compute;
    p->scratch = lm_scratch_new(p->device);
    p->damage = lm_weights_damage(NULL);
    p->serial = lm_packs_begin();
    return p;
}

void lm_pass_lease(lm_pass *p)
{
    if (!p->leased)
        p->leased = lm_lease_take(p->call);
}

static void put_back(lm_pass *p, record *r)
{
    lm_tensor_drop_packs(&r->tensor);
    if (r->bytes)
        lm_scratch_put(p->scratch, r->tensor.data, r->bytes);
    lm_free(r->host);
    r->next = p->spare;
    p->spare = r;
}

static void check_files(lm_pass *p)
{
    const char *label;

    if (lm_weights_damage(&label) != p->damage)
        lm_pass_fail(p, FILE, "%s: the file became shorter while it was being read", label);
}

bool lm_pass_end(lm_pass *p, limn_error *err)
{
    record *next;
    bool    well;

    check_files(p);
    well = lm_pass_live(p);
    if (!well && err && err->code == LIMN_OK)
        *err = p->error;
    for (record *r = p->newest; r; r = next) {
        next = r->next;
        put_back(p, r);
    }
    for (record *r = p->spare; r; r = next) {
        next = r->next;
        lm_free(r);
    }
    if (p->leased)
        lm_lease_give();
    lm_packs_end(p->serial);
    lm_scratch_free(p->scratch);
    lm_free(p);
    return well;
}

bool lm_pass_stopped(const lm_pass *p)
{
    return lm_call_stopped(p->call);
}

bool lm_pass_live(lm_pass *p)
{
    if (p->error.code != LIMN_OK)
        return false;
    return !lm_pass_stopped(p) || lm_pass_fail(p, CANCELLED, "stopped on request");
}

bool lm_pass_fail_at(lm_pass *p, limn_code code, const char *file, int line, const char *fmt, ...)
{
    char    text[sizeof p->error.text];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (code == LIMN_MEMORY)
        lm_memory_add_words(p->device, text, sizeof text);
    return limn_fail_at(&p->error, code, file, line, "%s", text);
}

void lm_pass_progress(lm_pass *p, int64_t value, int64_t total)
{
    lm_call_progress(p->call, value, total);
}

/* ------------------------------------------------------------------ scratch tensors */

static record *new_record(lm_pass *p, lm_dtype dtype, lm_shape shape, void *data)
{
    record *r = p->spare;

    if (r)
        p->spare = r->next;
    else
        r = lm_alloc(sizeof *r);
    *r = (record){ 0 };
    r->tensor.dtype = dtype;
    r->tensor.shape = shape;
    r->tensor.device = p->device;
    r->tensor.data = data;
    atomic_init(&r->tensor.refs, 1);
    r->next = p->newest;
    p->newest = r;
    return r;
}

static bool bytes_of(lm_dtype dtype, lm_shape shape, size_t *bytes)
{
    *bytes = lm_dtype_size(dtype);
    for (int i = 0; i < shape.n; i++)
        if (shape.at[i] < 0 || __builtin_mul_overflow(*bytes, (size_t)shape.at[i], bytes))
            return false;
    return true;
}

lm_tensor *lm_scratch_tensor(lm_pass *p, lm_dtype dtype, lm_shape shape)
{
    char    text[LM_SHAPE_TEXT], words[LM_MEMORY_WORDS];
    size_t  bytes;
    void   *data = NULL;
    record *r;

    if (!lm_pass_live(p))
        return NULL;
    if (bytes_of(dtype, shape, &bytes))
        data = lm_scratch_get(p->scratch, bytes);
    else
        bytes = SIZE_MAX;
    if (!data) {
        lm_pass_fail(p, MEMORY, "a tensor %s does not fit: %s", lm_shape_text(shape, text),
                     lm_memory_words(p->device, bytes, words));
        return NULL;
    }
    r = new_record(p, dtype, shape, data);
    r->bytes = bytes ? bytes : 1;
    return &r->tensor;
}

static bool is_scratch(const lm_tensor *t)
{
    return t->release == NULL;
}

lm_tensor *lm_reshape(lm_pass *p, const lm_tensor *t, lm_shape shape)
{
    char    had[LM_SHAPE_TEXT], asked[LM_SHAPE_TEXT];
    record *r;

    if (!t || !lm_pass_live(p))
        return NULL;
    if (lm_shape_count(shape) != lm_count(t)) {
        lm_pass_fail(p, BUG, "%s cannot be seen as %s", lm_shape_text(t->shape, had),
                     lm_shape_text(shape, asked));
        return NULL;
    }
    r = new_record(p, t->dtype, shape, t->data);
    r->tensor.device = t->device;
    r->viewed = is_scratch(t) ? (record *)t : NULL;
    return &r->tensor;
}

void lm_drop(lm_pass *p, const lm_tensor *t)
{
    if (!t || !is_scratch(t))
        return;
    for (record **at = &p->newest; *at; at = &(*at)->next)
        if (&(*at)->tensor == t) {
            record *gone = *at;

            *at = gone->next;
            put_back(p, gone);
            return;
        }
}

lm_tensor *lm_become(lm_pass *p, lm_tensor *x, lm_dtype dtype, lm_shape shape)
{
    record *r = (record *)x;
    size_t  bytes;

    if (!x || !lm_pass_live(p))
        return NULL;
    if (!is_scratch(x) || !bytes_of(dtype, shape, &bytes) || bytes > lm_bytes(x)) {
        lm_pass_fail(p, BUG, "a tensor cannot become a larger one");
        return NULL;
    }
    x->dtype = dtype;
    x->shape = shape;
    if (bytes && bytes < r->bytes) {
        lm_scratch_shrink(p->scratch, x->data, r->bytes, bytes);
        r->bytes = bytes;
    }
    return x;
}

/* ------------------------------------------------------------------ scopes */

lm_scope lm_scope_open(lm_pass *p)
{
    /* An empty record is the mark: lm_drop of anything real cannot take it away. */
    return (lm_scope){ p, new_record(p, LM_F32, LM_SHAPE(0), NULL) };
}

static void mark_kept(const lm_tensor *t)
{
    for (record *r = t && is_scratch(t) ? (record *)t : NULL; r; r = r->viewed)
        r->kept = true;
}

void lm_scope_close(lm_scope *s)
{
    lm_pass *p = s->pass;
    record  *kept = NULL, **tail = &kept, *r, *next;

    for (r = p->newest; r && r != s->mark; r = next) {
        next = r->next;
        if (r->kept) {
            r->kept = false;
            *tail = r;
            tail = &r->next;
        } else {
            put_back(p, r);
        }
    }
    *tail = s->mark->next;
    p->newest = kept;
    put_back(p, s->mark);
    s->mark = NULL;
}

lm_tensor *lm_scope_keep(lm_scope *s, const lm_tensor *t)
{
    mark_kept(t);
    lm_scope_close(s);
    return lm_pass_live(s->pass) ? (lm_tensor *)t : NULL;
}

/* ------------------------------------------------------------------ the host and the wires */

void *lm_scope_bytes(lm_pass *p, size_t bytes)
{
    const bool arena = p->device->host_memory;
    void      *memory;
    record    *r;
    char       words[LM_MEMORY_WORDS];

    if (!lm_pass_live(p))
        return NULL;
    memory = arena ? lm_scratch_get(p->scratch, bytes) : lm_try_alloc(bytes);
    if (!memory) {
        lm_pass_fail(p, MEMORY, "host memory does not suffice: %s", lm_memory_words(NULL, bytes, words));
        return NULL;
    }
    r = new_record(p, LM_F32, LM_SHAPE(0), arena ? memory : NULL);
    r->bytes = arena ? (bytes ? bytes : 1) : 0;
    r->host = arena ? NULL : memory;
    return memset(memory, 0, bytes);
}

float *lm_host_floats(lm_pass *p, int64_t count)
{
    size_t bytes;

    if (count < 0 || __builtin_mul_overflow((size_t)count, sizeof(float), &bytes)) {
        lm_pass_fail(p, MEMORY, "%lld numbers do not fit", (long long)count);
        return NULL;
    }
    return lm_scope_bytes(p, bytes);
}

lm_tensor *lm_from_host(lm_pass *p, lm_shape shape, const float *host)
{
    lm_tensor *t = host ? lm_scratch_tensor(p, LM_F32, shape) : NULL;

    if (t)
        lm_tensor_write(t, LM_F32, host);
    return t;
}

const float *lm_host_view(lm_pass *p, const lm_tensor *t)
{
    float *copy;

    if (!t || !lm_pass_live(p))
        return NULL;
    if (t->device->host_memory && t->dtype == LM_F32)
        return t->data;
    copy = lm_host_floats(p, lm_count(t));
    if (copy)
        lm_tensor_read(t, LM_F32, copy);
    return copy;
}

lm_tensor *lm_pass_heap(lm_pass *p, const lm_tensor *t)
{
    lm_tensor *heap;
    float     *host;

    if (!t || !lm_pass_live(p))
        return NULL;
    heap = lm_tensor_new(p->device, LM_F32, t->shape, &p->error);
    if (!heap)
        return NULL;
    if (t->device == p->device && p->device->host_memory) {
        lm_convert(heap->data, LM_F32, t->data, t->dtype, lm_count(t));
        return heap;
    }
    host = lm_alloc(lm_bytes(heap));
    lm_tensor_read(t, LM_F32, host);
    lm_tensor_write(heap, LM_F32, host);
    lm_free(host);
    return heap;
}
