/* runner.h: the way of a job: leased from the queue, run by the worker, told to its client, recorded.
 *
 * Order is a promise: what listings show has changed before a message says so; the last `status` and
 * {"type": "executing", "data": {"node": null}} come when the history has the job. */
#ifndef LM_WEB_SERVER_RUNNER_H
#define LM_WEB_SERVER_RUNNER_H

#include "core/base/text.h"
#include "web/server/part.h"
#include "web/work/wire.h"

typedef struct lm_runner lm_runner;

/* Something may be pending: a free worker is given it. */
void lm_runner_look(lm_runner *r);

/* Stops the one that lm_queue_call_off or lm_queue_stop found running (lm_dropped), and no other. Was it at work? Nobody is
 * told of it before the disk has it: a stop that was told outlives the worker and the server. */
bool lm_runner_stop(lm_runner *r, int64_t seq, int64_t epoch);
/* For POST /free: LM_WIRE_RESULTS, LM_WIRE_MODELS; after the job that runs. */
void lm_runner_free(lm_runner *r, int64_t what);

/* What runs now; lent until the loop turns. */
typedef struct lm_running {
    int64_t     seq, epoch;
    const char *id, *client;     /* client "": none */
    const char *node, *display;  /* the one that began last; NULL: none is at work */
} lm_running;
bool lm_runner_running(const lm_runner *r, lm_running *out);
/* Says to this one, who just came, what was said of the jobs that run: execution_start, execution_cached, executed,
 * progress_state, and the last preview. `r` may be NULL. */
struct lm_hub_socket;
void lm_runner_replay(const lm_runner *r, struct lm_hub_socket *s);
/* Pending and running, as clients count. */
int64_t lm_runner_remaining(const lm_runner *r);
/* Says `status` to every socket. */
void lm_runner_tell_status(lm_runner *r);

/* The worker's last numbers (LM_STAT_RAM …), and what it said of itself; false: none yet. */
typedef struct lm_runner_stats {
    int64_t     stats[LM_STAT_COUNT];
    const char *device, *arithmetic;
    int         pid;
    uint64_t    jobs[4];          /* ended: LM_END_SUCCESS … */
    uint64_t    lost;             /* with their worker */
} lm_runner_stats;
bool lm_runner_stat(lm_runner *r, lm_runner_stats *out); /* asks for newer ones, for the next time */
const struct lm_times *lm_runner_times(const lm_runner *r);

/* What is recorded of a job that ended, beside its texts: `summary`, an object whose members are those of a job in
 * GET /api/jobs, ready to be copied there: execution_start_time, execution_end_time (ms since 1970), outputs_count,
 * previewable_outputs_count, and where there is one preview_output; of what failed execution_error; limn, where the page
 * sent it: the uid and the name of its document, its seed. At most 64 KiB.
 * `messages`: [["execution_start", {…}], …], as a history's entry has them. A job that the server gave up at its start
 * (docs/queue.md) has the store's own messages and no summary.
 *
 * Appends a summary. `error` is execution_error's data, or empty; `sender` as from below, or empty. */
void lm_summary_write(lm_text *out, int64_t began_ms, int64_t ended_ms, const char *outputs, size_t n_outputs,
                      const char *error, size_t n_error, const lm_text *sender);
/* Appends what extra_data tells of the document that a job was sent from: an object with "uid", "name" and "seed" as
 * far as they are short texts; nothing where another program sent it. */
void lm_summary_sender(lm_text *out, const char *extra, size_t n);

extern const lm_part lm_runner_part, lm_prompt_part, lm_queueing_part, lm_ordering_part; /* runner.c, prompt.c, … */

#endif
