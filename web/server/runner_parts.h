/* runner_parts.h: what the files of the runner share: runner.c has the worker, runner_lease.c leases jobs and records
 * their ends, runner_tell.c turns what the worker says into messages, runner_nodes.c keeps the state of a job's nodes, runner_end.c words an end,
 * runner_summary.c what short listings show of it, runner_replay.c says again what was said. */
#ifndef LM_WEB_SERVER_RUNNER_PARTS_H
#define LM_WEB_SERVER_RUNNER_PARTS_H

#include "core/base/text.h"
#include "web/server/hub.h"
#include "web/server/runner.h"
#include "web/server/times.h"
#include "web/work/worker.h"

enum {
    LM_TOLD_EVERY_MS = 50,             /* progress, to one client */
    LM_TOLD_RATE = 256 << 10,          /* bytes a second of progress_state, and as many at once */
    LM_TOLD_LIST_MAX = 4 << 20,        /* bytes of a list of ids */
    LM_TOLD_OUTPUTS_MAX = 16 << 20
};

/* A node that runs. */
typedef struct lm_node_now {
    char   *id, *display, *real, *parent; /* parent "": none */
    int64_t value, total;
    char    *node_class;
    uint64_t began, ticked;            /* in uv_hrtime's nanoseconds; ticked: when its steps were told last, 0: never */
} lm_node_now;

/* The nodes of a job: who runs, who has finished, and when clients heard of it last. */
typedef struct lm_nodes {
    lm_node_now *now;
    int          n_now, room;
    lm_text      done;                 /* members of progress_state's "nodes" */
    bool         state_waits, tick_waits;
    uint64_t     state_at, tick_at;    /* when they were told last */
    int64_t      credit;               /* bytes, as of credit_at */
    uint64_t     credit_at;
    char        *tick_node;            /* a tick that waits, and the one that was told last */
    int64_t      tick_value, tick_total;
    char        *blocked;              /* the node that was blocked last: its end is told */
} lm_nodes;

/* What was said of a job, for those who come while it runs. */
typedef struct lm_replay {
    lm_text        cached, executed;   /* frames, each behind its length */
    lm_hub_preview preview;            /* the last one; its texts are ours. picture NULL: none */
} lm_replay;

/* A job on its way. */
typedef struct lm_way {
    lm_runner *runner;
    int64_t    seq, epoch;
    char      *id, *client;            /* client "": none */
    char      *quoted;                 /* the id as JSON */
    bool       stopping, cached_told;  /* somebody pressed stop; execution_cached was said */
    int64_t    began_ms;
    lm_text    sender;                 /* of its summary */
    lm_nodes   nodes;
    lm_replay  replay;
    lm_text    messages;               /* of the history, without brackets */
    lm_text    last;                   /* the frame that waits for the history: it is said when it is true for good */
    bool       last_anyway;
    lm_text    executed, outputs, meta; /* as far as told, without brackets: for the case that the worker dies */
    char      *node, *display;         /* the one that began last; NULL */
    bool       preview_all;            /* previews go to a client that never asked for them, too */
    bool       retold;                 /* the store refused what was told: a short version went */
    lm_job_state state;
    lm_result    result;               /* that could not be handed to the queue yet */
    struct lm_way *next;
} lm_way;

struct lm_runner {
    lm_server      *server;
    lm_worker      *worker;
    lm_way         *now;               /* with the worker */
    int             asked;             /* questions to the queue that are not answered, work beside the loop */
    bool            leasing, leaving;
    lm_way         *unrecorded;        /* ends that the queue had no memory for: they are offered again */
    int64_t         back_seq, back_epoch; /* a lease that it had no memory to take back; 0: none */
    uv_timer_t      soon, later;       /* progress that waits; a lease that is tried again, the end's patience */
    int             open;              /* handles and the worker, on the way out */
    int             patience;          /* steps of the end */
    lm_runner_stats stats;
    bool            has_stats;
    char           *device, *arithmetic;
    uint64_t        stats_at;
    lm_times       *times;
};

/* A text of a frame, "" where it has none. */
static inline const char *lm_way_who(const lm_wire *m, int which)
{
    return m->texts[which].at ? m->texts[which].at : "";
}

/* ------------------------------------------------------------------ runner.c */

/* A question to the queue, or work beside the loop, is over (lm_runner.asked counts them). */
void lm_runner_answered(lm_runner *r);

/* ------------------------------------------------------------------ runner_lease.c */

/* Back to its place in the queue: this start does not count. */
void lm_runner_give_back(lm_runner *r, int64_t seq, int64_t epoch);
/* A job's way is over: its last message was noted. The texts are taken; `way` too. */
void lm_way_record(lm_way *way, lm_result *result);
void lm_way_free(lm_way *way);
/* Ends, and a lease, that the queue had no memory for are offered again; on the way out for the last time. */
void lm_runner_offer_again(lm_runner *r);

/* ------------------------------------------------------------------ runner_tell.c */

/* {"type": …, "data": DATA} to the job's client and those who follow every job. `data` is an object. */
void lm_way_say(lm_way *way, const char *type, const lm_text *data);
/* The same, kept for the history. `anyway`: to everybody where there is no client. */
void lm_way_note(lm_way *way, const char *type, const lm_text *data, bool anyway);
/* The job's last one: noted now, and said by lm_way_over, when the history has it. */
void lm_way_note_last(lm_way *way, const char *type, const lm_text *data, bool anyway);
void lm_way_over(const lm_way *way);
void lm_way_begin(lm_way *way);                      /* execution_start */
void lm_way_kept(lm_way *way, const lm_wire_text *ids); /* execution_cached, once. NULL: nothing was */
void lm_way_hear(lm_way *way, const lm_wire *m);     /* a frame of this job, but for ENDED */
void lm_way_bye(lm_way *way);                        /* executing: null */

/* ------------------------------------------------------------------ runner_nodes.c */

void lm_nodes_begin(lm_way *way, const lm_wire *m);
void lm_nodes_tick(lm_way *way, const lm_wire *m);
/* `m` names the node; one that did not run is finished too. */
void lm_nodes_end(lm_way *way, const lm_wire *m);
bool lm_nodes_runs(const lm_way *way, const char *id);
/* What waits is told, if it may be by now (or at once). Milliseconds until it may be; 0: nothing waits. */
uint64_t lm_nodes_flush(lm_way *way, bool at_once);
void lm_nodes_done(lm_nodes *n);

/* {"prompt_id", "nodes"}, as progress_state has it; without `done` those alone that run. */
void lm_nodes_state(const lm_way *way, lm_text *out, bool done);

/* ------------------------------------------------------------------ runner_replay.c */

void lm_replay_keep(lm_replay *r, const char *type, const lm_text *frame); /* execution_cached, executed; others pass */
void lm_replay_keep_preview(lm_replay *r, const lm_hub_preview *p);
void lm_replay_forget_preview(lm_replay *r);
void lm_replay_done(lm_replay *r);

/* ------------------------------------------------------------------ runner_end.c */

void lm_way_end(lm_way *way, const lm_wire *m);                       /* ENDED. Takes `way` */
void lm_way_lost(lm_way *way, const lm_worker_end *e, bool let_go);   /* its worker is gone. Takes `way` */
void lm_way_unfit(lm_way *way, const char *sentence);                 /* it could not be handed out. Takes `way` */

#endif
