/* no_entry.c: a shared object that is no plugin. */
#include "zoo.h"

LIMN_EXPORT int somebody_elses(void);
LIMN_EXPORT int somebody_elses(void)
{
    return 1;
}
