/* call.h: one running of one node, as the executor prepares it and nodes see it through lm_pass and the
 * few functions here. */
#ifndef LM_DATA_CALL_H
#define LM_DATA_CALL_H

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
} lm_run_env;

/* What a limn_call is, seen from inside. */
typedef struct lm_call {
    limn_call         call; /* first: a limn_call * is an lm_call * */
    const lm_run_env *env;
    const char       *node, *node_class; /* the id in the workflow, and its class */
    char             *ui_json;           /* lm_call_answer's text, until the executor takes it */
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

void lm_call_progress(limn_call *call, int64_t value, int64_t total);
bool lm_call_stopped(const limn_call *call);

#endif
