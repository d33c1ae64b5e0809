/* lease.h: the device computes for one pass at a time. A pass takes the lease with its first op and gives it back
 * when it ends, so that what only moves memory and files (saving, loading) overlaps with what computes. */
#ifndef LM_DATA_LEASE_H
#define LM_DATA_LEASE_H

#include <limn/limn.h>

/* Waits for its turn; the thread that has it gets it once more. False: the call was stopped meanwhile. [any] */
bool lm_lease_take(const limn_call *call);
void lm_lease_give(void);

#endif
