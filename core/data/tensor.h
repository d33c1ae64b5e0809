/* tensor.h: dense numbers on a device, the last axis fastest, channels last ([N, H, W, C], [N, T, C]).
 *
 * A tensor is either scratch (made by a pass, gone with its scope), heap (counted: ref/unref) or mapped
 * (a weight inside a file that is mapped; holds the file). Kernels may follow .data; nobody else does. */
#ifndef LM_DATA_TENSOR_H
#define LM_DATA_TENSOR_H

#include <stdatomic.h>

#include "core/data/device.h"
#include "core/data/dtype.h"
#include "core/data/shape.h"
#include <limn/limn.h>

typedef struct lm_tensor lm_tensor;

/* What a device keeps beside a weight: the same numbers packed for one kernel. */
typedef struct lm_pack {
    struct lm_pack *next;
    const void     *kind; /* whose packing this is: the address of something static */
    void           *data;
    size_t          bytes;
    void (*free)(void *data, size_t bytes);
} lm_pack;

struct lm_tensor {
    atomic_int   refs;
    lm_dtype     dtype;
    lm_shape     shape;
    lm_device   *device;
    void        *data;
    const char  *name;  /* a weight's name in its file, else NULL; for error texts             */
    void (*release)(lm_tensor *t); /* frees data and t; NULL for scratch                        */
    void        *owner;  /* release's own affair: the file */
    bool         mapped; /* data lies in a file's mapping: its pages can be given back */
    _Atomic(lm_pack *) packs;
    _Atomic size_t     packed;    /* bytes of all packs */
    _Atomic uint64_t   packs_for; /* the last pass that asked for one */
    atomic_int         packs_at;  /* its place in the list of all weights with packs, from 1 on */
};

/* A heap tensor with undefined contents. MEMORY when the device has no room.                  [new] */
lm_tensor *lm_tensor_new(lm_device *d, lm_dtype dtype, lm_shape shape, limn_error *err);

/* A heap tensor with a copy of `host` (dense, same dtype).                                    [new] */
lm_tensor *lm_tensor_from(lm_device *d, lm_dtype dtype, lm_shape shape, const void *host,
                          limn_error *err);

/* One more holder of a heap or mapped tensor.                                                 [new] */
lm_tensor *lm_tensor_ref(const lm_tensor *t);
void       lm_tensor_unref(const lm_tensor *t); /* welcomes NULL                             [takes] */

static inline lm_shape lm_shape_of(const lm_tensor *t) { return t->shape; }
static inline int64_t  lm_dim(const lm_tensor *t, int i) { return lm_shape_dim(t->shape, i); }
static inline int64_t  lm_count(const lm_tensor *t) { return lm_shape_count(t->shape); }
static inline size_t   lm_bytes(const lm_tensor *t)
{
    return (size_t)lm_count(t) * lm_dtype_size(t->dtype);
}

/* The whole contents to dense host memory, converted to `dtype` (F32, F16, BF16), or the other way. */
void lm_tensor_read(const lm_tensor *t, lm_dtype dtype, void *host);
void lm_tensor_write(lm_tensor *t, lm_dtype dtype, const void *host);

/* The packing of `kind` beside weight w, made by `build` the first time (once, whatever the threads do):
 * build fills pack->data, ->bytes and ->free, or returns false. After it, when `done_with_source`, the
 * mapped pages of w are given back to the kernel of the system. NULL when build failed. It stays at least until
 * `pass` (lm_pass.serial) ends; then it may go when memory is short.                    [lends] [any] */
const lm_pack *lm_tensor_pack(const lm_tensor *w, uint64_t pass, const void *kind, bool done_with_source,
                              bool (*build)(const lm_tensor *w, void *self, lm_pack *pack), void *self);

/* Frees every packing beside w: its owner's affair, when the numbers go or change. */
void lm_tensor_drop_packs(lm_tensor *w);

/* Passes say when they begin, and get a number that rises, and when they end. */
uint64_t lm_packs_begin(void);
void     lm_packs_end(uint64_t pass);

/* Frees packings that no running pass has asked for, those used longest ago first, until `bytes` came free; on
 * host memory or on devices with their own. The bytes that came free.                           [any] */
size_t lm_packs_let_go(size_t bytes, bool device);

/* Gives the mapped pages of a weight back (they come again from the file when touched). */
void lm_tensor_give_back(const lm_tensor *w);

#endif
