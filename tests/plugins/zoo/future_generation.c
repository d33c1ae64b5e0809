/* future_generation.c: speaks the language of a limn to come. */
#include <limn/limn.h>

LIMN_EXPORT const void *limn_plugin_2(void);
LIMN_EXPORT const void *limn_plugin_2(void)
{
    return "whatever that may be";
}
