/* remote_jobs.h: the jobs of a server. Newer servers list them at /api/jobs; others are asked for /queue and /history,
 * which give the same, at greater length. */
#ifndef LM_CLI_REMOTE_JOBS_H
#define LM_CLI_REMOTE_JOBS_H

#include "core/cli/remote.h"

typedef enum lm_remote_state {
    LM_REMOTE_UNKNOWN, /* the server has no such job */
    LM_REMOTE_PENDING,
    LM_REMOTE_RUNNING,
    LM_REMOTE_COMPLETED, /* this one and what follows: ended */
    LM_REMOTE_FAILED,
    LM_REMOTE_CANCELLED,
    LM_REMOTE_STATES
} lm_remote_state;
extern const char *const lm_remote_state_names[LM_REMOTE_STATES]; /* "pending", "in_progress", "completed", … */

typedef struct lm_remote_job {
    char           *id;      /* as the server said it */
    lm_remote_state state;
    double          number;  /* pending ones run in its order */
    double          created_ms, started_ms, ended_ms; /* since 1970; 0: unknown */
    int64_t         outputs;
    char           *fault;   /* of a failed one, cleaned: "node 5 (KSampler): …"; NULL: none */
} lm_remote_job;

typedef struct lm_remote_jobs {
    lm_remote_job *at;
    int            n;
} lm_remote_jobs;

/* What waits and runs, the running first and then in order; at most a thousand.                     [new] */
int lm_remote_queue(lm_remote *r, lm_remote_jobs *out, limn_error *err);
/* What ended, the newest first.                                                                     [new] */
int lm_remote_history(lm_remote *r, int most, lm_remote_jobs *out, limn_error *err);
/* One job, UNKNOWN among its states; free with lm_remote_job_done.                                  [new] */
int lm_remote_find(lm_remote *r, const char *id, lm_remote_job *out, limn_error *err);
/* The history's entry of a job: 0 in *entry when there is none.                                     [new] */
int lm_remote_entry(lm_remote *r, const char *id, lm_json **out, lm_json_ref *entry, limn_error *err);

void lm_remote_job_done(lm_remote_job *j);
void lm_remote_jobs_done(lm_remote_jobs *j);

/* remote_shown.c: as people see them, and as JSON, to stdout. */
void lm_remote_jobs_print(const lm_remote_jobs *j, bool ended);
void lm_remote_jobs_print_json(const lm_remote_jobs *j);

/* A file among the outputs of an entry, in the order of the entry; false ends the walk. Texts are lent, as the server
 * said them; `folder` and `type` may be "". */
typedef struct lm_remote_file {
    const char *name, *folder, *type;
} lm_remote_file;
typedef bool lm_remote_file_fn(void *self, const lm_remote_file *f);
bool lm_remote_each_file(lm_json *d, lm_json_ref entry, lm_remote_file_fn *fn, void *self);

#endif
