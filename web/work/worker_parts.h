/* worker_parts.h: what the files of the worker's keeper share: worker.c starts and ends processes, worker_wire.c speaks
 * with them, worker_end.c finds words for an end. */
#ifndef LM_WEB_WORKER_PARTS_H
#define LM_WEB_WORKER_PARTS_H

#include <pthread.h>

#include "web/work/worker.h"

enum { LM_WORKER_LINE = 1024, LM_WORKER_PIECE = 64 << 10 };

typedef enum lm_worker_state {
    LM_WORKER_STARTING, /* no HELLO yet */
    LM_WORKER_READY,
    LM_WORKER_DYING,    /* nothing is said or heard any more; the process may be there or not */
    LM_WORKER_RESTING   /* there is none */
} lm_worker_state;

struct lm_worker {
    uv_loop_t        *loop;
    lm_worker_options o;
    char            **argv;

    uv_process_t      process;
    pthread_t         thread;        /* with o.inside, instead of the process: … */
    uv_async_t        returned;      /* … its end, … */
    int               fd, status;    /* … its socket, and what it returned */
    uv_pipe_t         wire, words;
    uv_timer_t        timer;
    lm_worker_state   state;
    int               closing_handles, pid, deaths; /* deaths: since it last ended a job */
    bool              has_process, exited, wire_ended, words_ended, held, leaving, said_bye, begun;
    void            (*closed)(void *self);
    void             *closed_self;

    uint64_t          start_by, stop_by, close_by, job_by, heard_at, gone_by, rest_until, /* 0: none */
                      lost_by;       /* a thread that does not end has so long, when all is to end */
    int64_t           job, epoch;
    int               checks;

    lm_wire_reader    reader;
    lm_worker_end     end;
    char              node[256], node_class[128]; /* that began last, and has not ended */
    char              line[LM_WORKER_LINE];
    size_t            line_size;
    char              piece[LM_WORKER_PIECE];
};

/* ------------------------------------------------------------------ worker.c */

/* It is over, for this reason: the first one counts. Kills it if it lives. */
void lm_worker_over(lm_worker *w, lm_worker_why why);
/* Its wire (or its stderr) has come to an end. */
void lm_worker_stream_ended(lm_worker *w, bool wire);
/* Looks at the clocks again. */
void lm_worker_arm(lm_worker *w);

/* From the loop: the process has ended. */
void lm_worker_exited(lm_worker *w, int status, int signal);

/* ------------------------------------------------------------------ worker_inside.c: a thread in the process's place */

int  lm_worker_go_inside(lm_worker *w, int fd); /* takes fd; an error of libuv's, or 0 */
void lm_worker_hang_up(lm_worker *w);           /* what it does is stopped */
void lm_worker_give_up(void);                   /* it does not end: the process does */

/* ------------------------------------------------------------------ worker_wire.c */

bool lm_worker_send(lm_worker *w, const lm_wire *m, limn_error *err);
bool lm_worker_listen(lm_worker *w); /* begins to read both streams */

/* ------------------------------------------------------------------ worker_end.c */

/* A line of its stderr: noted, and looked at for a crash's sentence. */
void lm_worker_note_line(lm_worker *w, const char *line);
/* Fills in what end.sentence says. */
void lm_worker_word(lm_worker *w);

#endif
