/* make_picture.h: one picture becomes another: what pictures outside jobs are decoded for. */
#ifndef LM_CLI_MAKE_PICTURE_H
#define LM_CLI_MAKE_PICTURE_H

#include "web/work/picture_wire.h"

/* Answers an order that is well-formed: reads fds[1] (and fds[2], the mask), writes the result to fds[0]. */
lm_picture_answer lm_make_picture(const lm_picture_ask *a, const int fds[LM_PICTURE_FDS]);

#endif
