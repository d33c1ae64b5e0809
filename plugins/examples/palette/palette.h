/* palette.h: a type of value of our own: a few colours. Its values say "PALETTE" on the wire, and carry the struct
 * as an object of the kind palette_kind in the field "colours". */
#ifndef PALETTE_H
#define PALETTE_H

#include <limn/limn.h>

enum { MOST_COLOURS = 64 };

struct palette {
    int   count;
    float rgb[MOST_COLOURS][3]; /* 0 … 1 */
};

extern const limn_object_kind palette_kind;

/* The palette inside a value; NULL when it is none. */
const struct palette *palette_of(limn_call *call, const limn_value *v);
/* A value around a copy of *p; NULL without memory. */
limn_value *palette_value(limn_call *call, const struct palette *p);

extern const limn_node palette_from_image, palette_from_text, palette_apply, palette_names; /* nodes.c */
extern const limn_node choose;                                                              /* choose.c */
extern const limn_node loop_open, loop_close;                                               /* loop.c */

#endif
