/* pictures.h: pictures outside jobs: previews and channels of /view, masks of the editor, covers of models. They are
 * decoded by `limn work --pictures`, a process with its own ceiling of memory and no rights, started when it is first
 * asked and let go when it has been idle for a while.
 *
 * One order at a time is with the process, the others wait. A process that dies, is late or breaks the protocol costs
 * the order that it had; the next one gets a new process. Everything here is the loop's ([loop]). */
#ifndef LM_WEB_SERVER_PICTURES_H
#define LM_WEB_SERVER_PICTURES_H

#include "web/server/part.h"
#include "web/work/picture_wire.h" /* lm_picture_want */

typedef struct lm_pictures lm_pictures;

typedef struct lm_picture_order {
    lm_picture_want want;
    int             fd, mask;                  /* regular files; taken. mask -1: none */
    int             quality;                   /* 1 … 100; of previews */
    int             side;                      /* the longer one is at most so long; 0: as it is */
    bool            flat;                      /* alpha is left out */
    int             width, height;             /* it is made to fit in there, never larger; 0: any. Not with a side */
} lm_picture_order;

/* `status` 200, or why not: 400 a mask of another size, 415 what is no picture or a damaged one, 413 too large, takes
 * too long or too much memory, 503 no process or too many wait (Retry-After belongs to it). `words`: a sentence, ""
 * with 200. `bytes` are lent. Pictures stand upright, as cameras noted and browsers show them. */
typedef struct lm_picture_made {
    int         status;
    const char *words, *bytes;
    size_t      n;
} lm_picture_made;
typedef void lm_picture_fn(void *self, const lm_picture_made *m);

/* Answered once, later. What is given back is the order's number, for lm_pictures_cancel. */
uint64_t lm_pictures_make(lm_pictures *p, const lm_picture_order *o, lm_picture_fn *fn, void *self);
/* Nobody waits for it any more: `fn` is not called. Harmless when it was. */
void lm_pictures_cancel(lm_pictures *p, uint64_t number);

/* ------------------------------------------------------------------ their keeper */

typedef struct lm_pictures_options {
    const char *const *program;  /* words, NULL-terminated, lent; "--socket 3" is put behind */
    int                idle_ms;  /* without an order the process ends */
    int                order_ms; /* an order may take */
    int                waiting;  /* orders that may wait */
} lm_pictures_options;

lm_pictures_options lm_pictures_defaults(void);
lm_pictures        *lm_pictures_open(uv_loop_t *loop, const lm_pictures_options *o); /*                [new] */
/* Answers what waits with 503. `closed` (may be NULL) is called from the loop when p is no more.    [takes] */
void lm_pictures_close(lm_pictures *p, void (*closed)(void *self), void *self);
int  lm_pictures_pid(const lm_pictures *p); /* of the process; 0: there is none */

extern const lm_part lm_pictures_part, lm_covers_part;

#endif
