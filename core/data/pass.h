/* pass.h: one stretch of tensor work. It carries the device, the scratch memory, the stop button and the
 * first error. After a failure every op returns NULL at once and lm_pass_end reports it, so model code
 * needs no test on each line: NULL travels only with an error.
 *
 *     lm_pass   *p = lm_pass_begin(call);
 *     lm_tensor *h = lm_linear(p, x, w, b);         // scratch: gone when the pass or its scope ends
 *     out[0] = ...lm_pass_heap(p, h)...;            // what goes on a wire is copied out
 *     return lm_pass_end(p, err);
 */
#ifndef LM_DATA_PASS_H
#define LM_DATA_PASS_H

#include "core/data/call.h"
#include "core/data/scratch.h"
#include "core/data/tensor.h"

typedef struct lm_pass lm_pass;
struct lm_pass {
    limn_call  *call;
    lm_device  *device;
    lm_compute  compute;
    lm_scratch *scratch;
    limn_error  error;
    struct lm_scratch_tensor *newest; /* every live scratch tensor, newest first */
    struct lm_scratch_tensor *spare;  /* records to use again: a step allocates nothing */
    const char *op;       /* while tracing: the op that runs now, since when, and how many run inside it */
    uint64_t    op_began;
    int         ops_inside;
    bool        check_finite; /* every front tests its answer with lm_want_finite: slow, to find a NaN */
    unsigned    damage;       /* lm_weights_damage when the pass began */
    uint64_t    serial;       /* rises from pass to pass: for lm_tensor_pack */
    bool        leased;       /* it has the device to itself: from its first op to its end */
};

lm_pass *lm_pass_begin(limn_call *call);                    /* never NULL                      [new] */
bool     lm_pass_end(lm_pass *p, limn_error *err);          /* false and *err when it failed [takes] */

/* No failure so far and nobody pressed stop. Pressing stop is recorded as CANCELLED here. */
bool lm_pass_live(lm_pass *p);
bool lm_pass_stopped(const lm_pass *p); /* the stop flag alone: what kernels poll between bands [any] */

/* The device is this pass's alone from here on: every op calls it first. A pass that was stopped while it waited
 * goes without. */
void lm_pass_lease(lm_pass *p);

/* Records the first failure; always false. */
LIMN_PRINTF(5, 6)
bool lm_pass_fail_at(lm_pass *p, limn_code code, const char *file, int line, const char *fmt, ...);
#define lm_pass_fail(p, code, ...) lm_pass_fail_at((p), LIMN_##code, __FILE__, __LINE__, __VA_ARGS__)

/* ------------------------------------------------------------------ memory */

/* Scratch with undefined contents. NULL (and MEMORY recorded, with the size) when there is none. */
lm_tensor *lm_scratch_tensor(lm_pass *p, lm_dtype dtype, lm_shape shape);             /* [lends] */

/* The same memory under another shape with as many elements. The view lives as long as t.    [lends] */
lm_tensor *lm_reshape(lm_pass *p, const lm_tensor *t, lm_shape shape);

/* Gives a scratch tensor's memory back before its scope ends. Views of it die with it; other kinds of
 * tensors are left alone; welcomes NULL. */
void lm_drop(lm_pass *p, const lm_tensor *t);

/* x turned into a tensor that lies in its memory from the start on: what is left over goes back. The
 * numbers stay as they are; a kernel wrote them there. BUG when x is smaller, or not scratch.  [lends] */
lm_tensor *lm_become(lm_pass *p, lm_tensor *x, lm_dtype dtype, lm_shape shape);

/* A scope: what is made inside goes when it ends, but for what is kept. They nest strictly. */
typedef struct lm_scope {
    lm_pass                  *pass;
    struct lm_scratch_tensor *mark;
} lm_scope;
lm_scope lm_scope_open(lm_pass *p);
void     lm_scope_close(lm_scope *s);
/* Ends the scope and hands t (NULL after a failure) to the one around it. A view keeps what it views. */
lm_tensor *lm_scope_keep(lm_scope *s, const lm_tensor *t);

/* ------------------------------------------------------------------ crossing to the host and to wires */

/* Numbers from the host into scratch, as f32. */
lm_tensor *lm_from_host(lm_pass *p, lm_shape shape, const float *host);               /* [lends] */
/* A dense f32 copy (or, where device and dtype allow, the memory itself) to read on the host; lives as
 * long as the scope. NULL after a failure. */
const float *lm_host_view(lm_pass *p, const lm_tensor *t);                            /* [lends] */
/* Host memory, zeroed, that lives as long as the scope: for bookkeeping, or floats to fill and hand to
 * lm_from_host. NULL after a failure. */
void  *lm_scope_bytes(lm_pass *p, size_t bytes);                                      /* [lends] */
float *lm_host_floats(lm_pass *p, int64_t count);                                     /* [lends] */

/* A heap copy of t that outlives the pass, converted to f32. NULL after a failure.              [new] */
lm_tensor *lm_pass_heap(lm_pass *p, const lm_tensor *t);

/* Step `value` of `total` is done. */
void lm_pass_progress(lm_pass *p, int64_t value, int64_t total);

#endif
