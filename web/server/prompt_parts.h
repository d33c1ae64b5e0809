/* prompt_parts.h: what a prompt that somebody posted is read into. prompt_read.c reads, prompt.c leads it into the
 * queue. */
#ifndef LM_WEB_SERVER_PROMPT_PARTS_H
#define LM_WEB_SERVER_PROMPT_PARTS_H

#include "core/base/text.h"
#include "web/http/slice.h"

enum { LM_PROMPT_MOST_NODES = 100000 };

typedef struct lm_posted {
    char   *id, *client;                /* NULL: none given */
    bool    numbered, front;
    double  number;
    lm_text prompt, extra, targets;     /* JSON; targets may be empty */
    lm_text secrets;                    /* members that never leave, without braces */
    int64_t created_ms;

    bool    checked_only;               /* set before it is read: a canvas's file will do, and one without a wrapping */
    bool    canvas, canvas_too;         /* the prompt is a canvas's file; who asks wants it back */

    const char *fault;                  /* why not, as a type of error; NULL: it was read */
    limn_error  err;                    /* its sentence */
} lm_posted;

/* Every member is of its type, every number finite, every text as long as it may be, or there is a fault. `source`
 * (Comfy-Usage-Source) may be empty. */
void lm_posted_read(lm_posted *p, lm_slice body, lm_slice source);
void lm_posted_done(lm_posted *p);
/* extra_data with its secrets. t is the caller's. */
void lm_posted_extra(lm_posted *p, lm_text *t);

#endif
