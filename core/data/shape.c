/* shape.c: the sizes of a tensor's axes. */
#include "core/data/shape.h"

#include <inttypes.h>
#include <stdio.h>

const char *lm_shape_text(lm_shape s, char out[LM_SHAPE_TEXT])
{
    int at = snprintf(out, LM_SHAPE_TEXT, "[");

    for (int i = 0; i < s.n; i++)
        at += snprintf(out + at, (size_t)(LM_SHAPE_TEXT - at), "%s%" PRId64, i ? ", " : "", s.at[i]);
    snprintf(out + at, (size_t)(LM_SHAPE_TEXT - at), "]");
    return out;
}
