/* checks_parts.h: what checks.c (the process that checks, and prompts that wait for it) and checks_tables.c (the tables
 * that it sends) share. */
#ifndef LM_WEB_SERVER_CHECKS_PARTS_H
#define LM_WEB_SERVER_CHECKS_PARTS_H

#include "core/base/text.h"
#include "web/server/checks.h"
#include "web/work/worker.h"

enum { LM_LOOP_JSON = 256 << 10 }; /* bytes of JSON that are read on the loop; more are read beside it */

typedef struct lm_check_wait lm_check_wait;
typedef struct lm_tables_wait lm_tables_wait;

struct lm_checks {
    lm_server      *server;
    lm_worker      *worker;
    bool            born;               /* this process has said HELLO */
    int             open;               /* what must end before the part has: the worker, the timer, work beside */

    lm_check_wait  *first, **last, *unsent; /* in their order; those before `unsent` are with the worker */
    int             waiting;
    int64_t         left_with;          /* the first one's number when a process last went by itself */
    int             careful;            /* so many from the first on go one by one: one of them ended the last process */
    size_t          bytes;
    int64_t         numbers;
    uint64_t        head_since;         /* when the first one began to be waited for */
    uv_timer_t      timer;

    lm_tables      *known;
    lm_tables_wait *asked, *gathering;  /* who gets the tables that are on their way; who came too late for them */
    bool            expected;           /* tables are on their way, or are being read */
    int             process;            /* how many there have been */
};

/* Something that was open has ended. */
void lm_checks_less(lm_checks *c);

/* ------------------------------------------------------------------ checks_named.c */

/* Takes a text of classes, and gives it with those of the named ones that it lacks: as /object_info has them, or as
 * /limn/plans does. NULL without memory.                                                              [new] [any] */
char *lm_checks_with_named(char *json, size_t *n, bool plans);

/* ------------------------------------------------------------------ checks_tables.c */

void lm_checks_tables_begin(lm_checks *c);                    /* a process was greeted: its tables come by themselves */
void lm_checks_tables_heard(lm_checks *c, const lm_wire *m);
void lm_checks_tables_lost(lm_checks *c);                     /* the process is gone: nobody waits any more … */
void lm_checks_tables_again(lm_checks *c);                    /* … or those who wait get the next one's */

#endif
