/* tensor.c: heap tensors, and their crossing to the host. */
#include "core/data/tensor.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/data/memory.h"

/* ------------------------------------------------------------------ heap tensors */

static void release_heap(lm_tensor *t)
{
    lm_device_free(t->device, t->data, lm_bytes(t));
    lm_free(t);
}

lm_tensor *lm_tensor_new(lm_device *d, lm_dtype dtype, lm_shape shape, limn_error *err)
{
    lm_tensor *t = lm_alloc(sizeof *t);
    char       text[LM_SHAPE_TEXT], words[LM_MEMORY_WORDS];

    t->dtype = dtype;
    t->shape = shape;
    t->device = d;
    t->release = release_heap;
    atomic_init(&t->refs, 1);
    t->data = lm_device_alloc(d, lm_bytes(t));
    if (t->data)
        return t;
    limn_fail(err, MEMORY, "a tensor %s does not fit: %s", lm_shape_text(shape, text),
              lm_memory_words(d, lm_bytes(t), words));
    lm_free(t);
    return NULL;
}

lm_tensor *lm_tensor_from(lm_device *d, lm_dtype dtype, lm_shape shape, const void *host,
                          limn_error *err)
{
    lm_tensor *t = lm_tensor_new(d, dtype, shape, err);

    if (t)
        d->copy_in(d, t->data, host, lm_bytes(t));
    return t;
}

lm_tensor *lm_tensor_ref(const lm_tensor *t)
{
    lm_tensor *mine = (lm_tensor *)t;

    atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
    return mine;
}

void lm_tensor_unref(const lm_tensor *t)
{
    lm_tensor *mine = (lm_tensor *)t;

    if (!mine || atomic_fetch_sub(&mine->refs, 1) > 1)
        return;
    lm_tensor_drop_packs(mine);
    mine->release(mine);
}

/* ------------------------------------------------------------------ crossing to the host */

void lm_tensor_read(const lm_tensor *t, lm_dtype dtype, void *host)
{
    void *raw;

    if (t->device->host_memory) {
        lm_convert(host, dtype, t->data, t->dtype, lm_count(t));
        return;
    }
    if (dtype == t->dtype) {
        t->device->copy_out(t->device, host, t->data, lm_bytes(t));
        return;
    }
    raw = lm_alloc(lm_bytes(t));
    t->device->copy_out(t->device, raw, t->data, lm_bytes(t));
    lm_convert(host, dtype, raw, t->dtype, lm_count(t));
    lm_free(raw);
}

void lm_tensor_write(lm_tensor *t, lm_dtype dtype, const void *host)
{
    void *raw;

    if (t->device->host_memory) {
        lm_convert(t->data, t->dtype, host, dtype, lm_count(t));
        return;
    }
    if (dtype == t->dtype) {
        t->device->copy_in(t->device, t->data, host, lm_bytes(t));
        return;
    }
    raw = lm_alloc(lm_bytes(t));
    lm_convert(raw, t->dtype, host, dtype, lm_count(t));
    t->device->copy_in(t->device, t->data, raw, lm_bytes(t));
    lm_free(raw);
}

/* ------------------------------------------------------------------ pages of files */

/* Only whole pages inside a file mapping are given back: heap memory would be lost. */
void lm_tensor_give_back(const lm_tensor *w)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t from = ((uintptr_t)w->data + page - 1) & ~(page - 1);
    const uintptr_t to = ((uintptr_t)w->data + lm_bytes(w)) & ~(page - 1);

    if (w->mapped && to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}
