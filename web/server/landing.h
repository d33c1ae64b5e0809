/* landing.h: bytes of a body on their way into a new file of the drawer of uploads. libuv's threads write, one piece at
 * a time; meanwhile the next one is gathered. [loop] */
#ifndef LM_WEB_SERVER_LANDING_H
#define LM_WEB_SERVER_LANDING_H

#include "web/server/part.h"

typedef struct lm_landing lm_landing;

/* `ready` is called after each write. NULL: too many at once, or no memory.                      [new] */
lm_landing *lm_landing_new(lm_server *s, void (*ready)(void *self), void *self);
/* Copies what one piece of a body holds; only where there is room for it, which `ready` may have made. */
void lm_landing_put(lm_landing *l, lm_slice piece);
bool lm_landing_has_room(const lm_landing *l);
/* Nothing more will come for now: what was gathered is written. */
void lm_landing_flush(lm_landing *l);
/* What failed, as errno, or 0. Is all of it written? */
int  lm_landing_error(const lm_landing *l);
bool lm_landing_idle(const lm_landing *l);
/* Once it is idle: the file is the caller's. Then, as before, lm_landing_free; a file not taken is removed. */
int  lm_landing_take(lm_landing *l, char temporary[LM_DRAWER_NAME]);
void lm_landing_free(lm_landing *l);

#endif
