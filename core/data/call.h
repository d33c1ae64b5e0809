/* call.h: one running of one node, as the executor prepares it and nodes see it through lm_pass and the
 * few functions here. */
#ifndef LM_DATA_CALL_H
#define LM_DATA_CALL_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/base/folders.h"
#include "core/data/device.h"
#include "core/data/event.h"
#include <limn/limn.h>

/* In which arithmetic products are computed; sums are f32 in both. */
typedef enum lm_compute { LM_COMPUTE_F32, LM_COMPUTE_BF16 } lm_compute;

/* What all calls of a run share; the program fills it, nodes read it. */
typedef struct lm_run_env {
    lm_device   *device;
    lm_compute   compute;
    lm_folders  *folders;
    atomic_bool *stop;          /* set by anyone to cancel; never NULL */
    lm_listener  listener;
    const char  *prompt_json;   /* the workflow in API format, for SaveImage's metadata, or NULL */
    const char  *workflow_json; /* the UI workflow that travelled with it, or NULL */
    bool         previews;      /* nodes may send LM_EV_PREVIEW */
    bool         no_metadata;   /* pictures carry no text chunks */
    int          jobs;          /* nodes that may run at the same time; 0: limn chooses; 1: one after another */
} lm_run_env;

/* What a limn_call is, seen from inside. Who makes one sets call.host (core/data/host.h) and env at least. */
typedef struct lm_call {
    limn_call         call; /* first: a limn_call * is an lm_call * */
    const lm_run_env *env;
    const char       *node, *node_class; /* the id in the running graph, and its class */
    const char       *display, *real;    /* what events show it as, and the node of the workflow that brought */
    const char       *parent;            /*   it in; NULL: itself. The node it was expanded from, or NULL     */
    char             *ui_json;           /* lm_call_answer's text, until the executor takes it */
    const atomic_bool *abandoned;        /* set when another node failed: stop as well; may be NULL */
    pthread_mutex_t  *telling;           /* held while the listener hears; NULL: there is one thread */
    struct lm_call_memory *memory;       /* what lm_call_keep gave */
    void             *inside;            /* the executor's own */
} lm_call;

static inline lm_call *lm_call_of(limn_call *call)
{
    return (lm_call *)call;
}

static inline const lm_run_env *lm_call_env(const limn_call *call)
{
    return ((const lm_call *)call)->env;
}

/* The node's answer for the canvas and for `limn run`: {"images": [{"filename", "subfolder", "type"}]}. */
void lm_call_answer(limn_call *call, const char *json);

/* Tells the listener; e's ids are filled in here. */
void lm_call_tell(limn_call *call, lm_event e);
void lm_call_progress(limn_call *call, int64_t value, int64_t total);

/* Somebody pressed stop, or the run is lost: what lasts asks every few milliseconds. NULL: never. */
bool lm_call_stopped(const limn_call *call);

/* Zeroed memory that lives until the call is over; NULL: there is none.                       [lends] */
void *lm_call_keep(limn_call *call, size_t bytes);
/* Lets go of it and of the answer: the affair of who made the call. */
void  lm_call_done(lm_call *call);

#endif
