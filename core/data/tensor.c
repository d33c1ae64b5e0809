/* tensor.c: heap tensors, their crossing to the host, and packings beside weights. */
#include "core/data/tensor.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"

/* ------------------------------------------------------------------ heap tensors */

static void release_heap(lm_tensor *t)
{
    lm_device_free(t->device, t->data, lm_bytes(t));
    lm_free(t);
}

lm_tensor *lm_tensor_new(lm_device *d, lm_dtype dtype, lm_shape shape, limn_error *err)
{
    lm_tensor *t = lm_alloc(sizeof *t);
    char       text[LM_SHAPE_TEXT];

    t->dtype = dtype;
    t->shape = shape;
    t->device = d;
    t->release = release_heap;
    atomic_init(&t->refs, 1);
    t->data = lm_device_alloc(d, lm_bytes(t));
    if (t->data)
        return t;
    limn_fail(err, MEMORY, "a tensor %s of %.1f MB does not fit: tensors hold %.1f MB now",
              lm_shape_text(shape, text), (double)lm_bytes(t) / 1e6, (double)lm_device_bytes() / 1e6);
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

void lm_tensor_drop_packs(lm_tensor *w)
{
    lm_pack *next;

    for (lm_pack *k = atomic_exchange(&w->packs, NULL); k; k = next) {
        next = k->next;
        if (k->free)
            k->free(k->data, k->bytes);
        lm_free(k);
    }
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

/* ------------------------------------------------------------------ packings */

static const lm_pack *find_pack(const lm_tensor *w, const void *kind)
{
    for (const lm_pack *k = atomic_load_explicit(&w->packs, memory_order_acquire); k; k = k->next)
        if (k->kind == kind)
            return k;
    return NULL;
}

const lm_pack *lm_tensor_pack(const lm_tensor *w, const void *kind, bool done_with_source,
                              bool (*build)(const lm_tensor *w, void *self, lm_pack *pack), void *self)
{
    static pthread_mutex_t building = PTHREAD_MUTEX_INITIALIZER;
    const lm_pack         *found = find_pack(w, kind);
    lm_tensor             *mine = (lm_tensor *)w;
    lm_pack               *made;

    if (found)
        return found;
    pthread_mutex_lock(&building);
    found = find_pack(w, kind);
    if (!found) {
        made = lm_alloc(sizeof *made);
        made->kind = kind;
        if (build(w, self, made)) {
            made->next = atomic_load(&mine->packs);
            atomic_store_explicit(&mine->packs, made, memory_order_release);
            found = made;
        } else {
            lm_free(made);
        }
        if (found && done_with_source)
            lm_tensor_give_back(w);
    }
    pthread_mutex_unlock(&building);
    return found;
}

/* Only whole pages inside a file mapping are given back: heap memory would be lost. */
void lm_tensor_give_back(const lm_tensor *w)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t from = ((uintptr_t)w->data + page - 1) & ~(page - 1);
    const uintptr_t to = ((uintptr_t)w->data + lm_bytes(w)) & ~(page - 1);

    if (w->mapped && to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}
