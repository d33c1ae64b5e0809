/* store_model.h: what a store ought to hold, on a page: jobs in an array, listings by insertion. */
#ifndef LIMN_TESTS_STORE_MODEL_H
#define LIMN_TESTS_STORE_MODEL_H

#include "tests/web/store_for_tests.h"

enum { MOST = 4000, NAMES = 40 };

typedef struct model_job {
    int64_t      seq, epoch, ended, ended_ms;
    lm_job_state state;
    double       number;
    int          attempts, name;
    bool         gone, stopping;
} model_job;

typedef struct model {
    model_job jobs[MOST];
    int       n;
    int64_t   counter, epoch, ended, keep;
    bool      paused;
} model;

static model     m;
static lm_store *s;
static chance    luck;
static char      folder[TEMPORARY_PATH];

static inline const char *name_of(int i)
{
    static char text[4][32];
    static int  turn;
    char       *out = text[turn++ & 3];

    snprintf(out, 32, "job \"%d\" \xc3\xa9", i);
    return out;
}

static inline bool in_history(const model_job *j)
{
    return !j->gone && j->state >= LM_JOB_SUCCESS;
}

/* The k-th of a listing of the model, or NULL. */
static inline bool before(const model_job *a, const model_job *b, lm_job_state state)
{
    if (state == LM_JOB_PENDING)
        return a->number < b->number || (a->number == b->number && a->seq < b->seq);
    return state == LM_JOB_RUNNING ? a->epoch < b->epoch : a->ended < b->ended;
}

static inline int model_list(lm_job_state state, model_job **out)
{
    int n = 0;

    for (int i = 0; i < m.n; i++) {
        model_job *j = &m.jobs[i];
        int        at = n;

        if (j->gone || (state < LM_JOB_SUCCESS ? j->state != state : j->state < LM_JOB_SUCCESS))
            continue;
        while (at > 0 && before(j, out[at - 1], state)) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = j;
        n++;
    }
    return n;
}

static model_job *list[MOST];

static inline model_job *any(lm_job_state state)
{
    const int n = model_list(state, list);

    return n ? list[chance_below(&luck, n)] : NULL;
}

#endif
