/* guard.h: the CPU's ops over memory that nobody else may touch. It is inaccessible (PROT_NONE) except
 * inside kernels and the device's own copies, so that whatever follows a tensor's pointer above kernels/
 * ends in a fault instead of working by luck until the first device with memory of its own arrives.
 *
 *     lm_run_env env = { .device = guard_device(), … };
 *
 * Fresh memory is filled with NaNs, so that reading what nobody wrote shows. One thread computes at a time
 * while another may allocate; link limn_guard. */
#ifndef LIMN_TESTS_GUARD_H
#define LIMN_TESTS_GUARD_H

#include "core/data/device.h"

lm_device *guard_device(void); /*                                                            [lends] */

#endif
