/* templates.h: the workflows that come with limn, which the program carries: the gallery of its own page, and of a
 * front end that brings none. */
#ifndef LM_WEB_SERVER_TEMPLATES_H
#define LM_WEB_SERVER_TEMPLATES_H

#include "web/server/part.h"

extern const lm_part lm_templates_part;

/* Answers a front end's GET /templates/NAME, "NAME-1.webp" being the picture of NAME; 404 where there is none.
 * [loop] */
void lm_templates_send(lm_request *rq, const char *name);

#endif
