/* stored_inside.h: what stored_write.c and stored_read.c share and nobody else sees. */
#ifndef LM_GRAPH_STORED_INSIDE_H
#define LM_GRAPH_STORED_INSIDE_H

#include "core/graph/stored_value.h"

enum {
    LM_STORED_HEAD = 8 + 16 + 8 + 8 + 4,
    LM_STORED_TAIL = 16,
    LM_STORED_BLOCK = 1 << 16, /* what is hashed in one go: part of the format */
    LM_STORED_TEXT = 1 << 24,  /* bytes of a text */
    LM_STORED_DEPTH = 32,      /* values in values */
    LM_STORED_VALUES = 1 << 20, /* in a file */
    LM_STORED_FIELDS = 1 << 12  /* of a value */
};

static const char lm_stored_magic[] = "limn-v1\n";

static inline void lm_stored_tail(lm_hash h, char tail[LM_STORED_TAIL])
{
    for (int i = 0; i < 8; i++) {
        tail[i] = (char)(h.a >> 8 * i);
        tail[8 + i] = (char)(h.b >> 8 * i);
    }
}

#endif
