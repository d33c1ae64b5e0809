/* work_parts.h: what the files of the worker share: work.c reads and hands out, work_job.c runs a job, work_tell.c
 * turns events into frames, work_end.c words how it ended, work_check.c words faults, work_preview.c makes pictures of
 * previews. */
#ifndef LM_WEB_WORK_PARTS_H
#define LM_WEB_WORK_PARTS_H

#include <pthread.h>

#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/graph/check.h"
#include "web/work/pipe.h"
#include "web/work/work.h"

enum {
    LM_WORK_ID_MAX = 4096,           /* bytes of a node's id; longer ones are refused */
    LM_WORK_ANSWER_MAX = 8 << 20,    /* of one node's answer; larger ones are left out */
    LM_WORK_OUTPUTS_MAX = 16 << 20,  /* of all of them, with who gave them, as a history has them */
    LM_WORK_LIST_MAX = 4 << 20,      /* of a list of ids in words about a failure */
    LM_WORK_TOLD_MAX = LM_WIRE_LARGE - 4096 /* of what a check tells */
};

typedef struct lm_preview lm_preview;

typedef struct lm_working {
    const lm_work  *with;
    lm_pipe        *pipe;
    lm_preview     *preview;        /* NULL: none */
    atomic_bool     stop;

    pthread_mutex_t lock;           /* over what follows */
    pthread_cond_t  work;
    lm_wire         inbox[LM_WIRE_CHECKS_MOST + 1];
    int             first, waiting, checks;
    int64_t         job, epoch;     /* 0: there is none */
    int64_t         asked, freed;   /* bits of ASK and FREE */
    bool            bye, leaving;

    lm_hash         nodes;          /* of the catalogue that was sent last */
    bool            nodes_sent;
} lm_working;

/* ------------------------------------------------------------------ work.c */

/* False: it is too large for its row, or there is no memory for it; said on stderr. */
bool lm_work_send(lm_working *w, const lm_wire *m);
/* CHECKED. Somebody waits for it, so where it cannot go it says that alone. */
void lm_work_send_checked(lm_working *w, const lm_wire *m);
/* From here on a stop means no job, and the next one may come: before ENDED is sent. */
void lm_work_is_free(lm_working *w);
/* STATS, if they were asked for. */
void lm_work_send_stats(lm_working *w);

/* ------------------------------------------------------------------ work_job.c */

void lm_work_job(lm_working *w, const lm_wire *m);
void lm_work_check(lm_working *w, const lm_wire *m);

/* ------------------------------------------------------------------ work_open.c */

/* A check that asks what a file carries: CHECKED, with that as JSON, or {"error": "sentence"}. */
void lm_work_open(lm_working *w, const lm_wire *m);
/* A check that asks for something to be made: CHECKED, with its bytes, or {"error": "sentence"}. */
void lm_work_make(lm_working *w, const lm_wire *m);

/* ------------------------------------------------------------------ work_diff.c */

/* A check that asks what changed between two workflows: CHECKED, with that as JSON, or {"error", "of"?}. */
void lm_work_diff(lm_working *w, const lm_wire *m);

/* ------------------------------------------------------------------ work_tell.c */

/* One job, as far as it was told. */
typedef struct lm_told {
    lm_working *w;
    int64_t     job, epoch, began_ms;
    bool        left_out;           /* an answer was, and that was said */
    bool        starting;           /* KEPT is still being collected … */
    int64_t     steps, to_keep, n_kept;
    lm_text     kept;               /* … here, */
    lm_wire    *held;               /* and what goes behind it here */
    int         n_held;
    char       *last_kept;          /* the id of the last CACHED: its EXECUTED is no run */
    lm_text     executed, there;    /* ids, as JSON without brackets: that ran; that have results */
    lm_text     outputs, meta;      /* members, without braces */
    char       *node;               /* at fault: of the workflow; NULL */
} lm_told;

lm_listener lm_told_listener(lm_told *t);
/* What is still held goes. */
void        lm_told_begin(lm_told *t);
void        lm_told_done(lm_told *t);
/* Appends ", " unless it is the first, then the text as JSON. */
void        lm_told_add(lm_text *list, const char *text);

/* ------------------------------------------------------------------ work_end.c */

/* ENDED. `workflow` may be NULL. */
void lm_work_end(lm_told *t, lm_workflow *workflow, const lm_registry *r, const limn_error *err);
/* ENDED, REFUSED, with that JSON. */
void lm_work_refuse(lm_told *t, const char *words, const lm_text *json);

/* ------------------------------------------------------------------ work_preview.c */

lm_preview *lm_preview_new(lm_pipe *p, lm_work_encode_fn *encode); /* NULL: no memory             [new] */
void        lm_preview_free(lm_preview *v);                        /* welcomes NULL */
void        lm_preview_begin(lm_preview *v, int64_t job, int64_t epoch, int side);
void        lm_preview_show(lm_preview *v, const lm_event *e);
/* Nothing of this node (NULL: of any) is shown any more. */
void        lm_preview_forget(lm_preview *v, const char *node);

#endif
