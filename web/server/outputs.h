/* outputs.h: the pictures that jobs made: listed, put away, brought back. */
#ifndef LM_WEB_SERVER_OUTPUTS_H
#define LM_WEB_SERVER_OUTPUTS_H

#include "web/server/errand.h"
#include "web/server/shelf.h"

/* Appends "name": …, "subfolder": … of a name from the root. */
void lm_output_name(lm_text *out, const char *path);

/* Appends ", "width": …, "height": …" where the first bytes tell them; `head` has room for LM_PICTURE_HEAD. */
void lm_output_size(lm_text *out, const char *root, const char *name, uint8_t *head);

/* outputs_newest.c, outputs_folders.c: what their GETs answer. */
void lm_outputs_newest(lm_request *rq, void *self);
void lm_outputs_folders(lm_request *rq, void *self);

/* trash.c: POST /limn/outputs/trash, POST /limn/outputs/restore. */
void lm_outputs_trash(lm_request *rq, void *self);
void lm_outputs_restore(lm_request *rq, void *self);

extern const lm_part lm_outputs_part;

#endif
