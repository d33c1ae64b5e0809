/* null_table.c: its entry gives nothing. */
#include <limn/limn.h>

LIMN_EXPORT const limn_plugin *limn_plugin_1(void);
LIMN_EXPORT const limn_plugin *limn_plugin_1(void)
{
    return NULL;
}
