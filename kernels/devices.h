/* devices.h: the devices that this build can offer. */
#ifndef LM_KERNELS_DEVICES_H
#define LM_KERNELS_DEVICES_H

#include "core/data/call.h"
#include "core/data/device.h"

/* What instruction sets the CPU's kernels may use; LIMN_CPU=base|avx2|avx512 in the environment lowers it. */
typedef enum lm_cpu_level { LM_CPU_BASE, LM_CPU_AVX2, LM_CPU_AVX512 } lm_cpu_level;

/* The CPU with its fast kernels; threads 0 = as many as there are cores we may run on. The first call
 * settles the number of threads for the process.                                           [lends] */
lm_device   *lm_cpu_device(int threads);
lm_cpu_level lm_cpu_level_now(void);
const char  *lm_cpu_describe(void); /* "AVX-512 with bf16 products, 2 threads" */
int          lm_cpu_threads(void);

/* Measures (at most 50 ms) which compute class is faster on this machine. `memory` is a file that keeps
 * the answer for this machine and this version, so that the same machine always paints the same picture;
 * NULL: only measure. */
lm_compute lm_cpu_choose_compute(const char *memory);

#endif
