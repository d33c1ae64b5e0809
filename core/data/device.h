/* device.h: where tensors live and what computes on them. The CPU is a device; so is the tests' guard
 * (the CPU's kernels over memory that faults when anybody else touches it), and CUDA is the next one.
 *
 * Above kernels/ nobody follows a tensor's pointer: bytes go in and out through lm_device_read and
 * lm_device_write, or through a host view of the pass (pass.h). */
#ifndef LM_DATA_DEVICE_H
#define LM_DATA_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

struct lm_ops; /* kernels/ops.h */

typedef struct lm_device lm_device;
struct lm_device {
    const char          *name; /* "cpu", "guard" */
    const struct lm_ops *ops;  /* a row left NULL, or ops NULL, is answered by ref/ */
    bool                 host_memory; /* the host may follow pointers outside kernels (the CPU: true) */

    /* Memory for tensors: 64-byte aligned, not zeroed. NULL when there is no more. */
    void *(*alloc)(lm_device *d, size_t bytes);
    void (*free)(lm_device *d, void *memory, size_t bytes);
    void (*copy_in)(lm_device *d, void *memory, const void *host, size_t bytes);
    void (*copy_out)(lm_device *d, void *host, const void *memory, size_t bytes);

    /* Around each kernel; NULL when there is nothing to do. They nest. */
    void (*enter)(lm_device *d);
    void (*leave)(lm_device *d);

    _Atomic size_t held; /* lm_device_alloc's affair */
};

/* The host's own memory with no fast kernels: every op is answered by ref/.                 [lends] */
lm_device *lm_host_device(void);

/* Bytes now held by tensors on all devices, and the most there ever were. [any] */
size_t lm_device_bytes(void);
size_t lm_device_peak_bytes(void);

/* Bytes now held by tensors, scratch and packed weights on this device.                      [any] */
size_t lm_device_held(const lm_device *d);

/* alloc/free with accounting and within the limits (memory.h); the device's own functions are called through
 * these.                                                                                    [any] */
void *lm_device_alloc(lm_device *d, size_t bytes);
void  lm_device_free(lm_device *d, void *memory, size_t bytes);

#endif
