/* told.h: what the server tells: the parts of history, jobs, nodes, models and the system, and what they share. */
#ifndef LM_WEB_SERVER_TOLD_H
#define LM_WEB_SERVER_TOLD_H

#include "web/server/errand.h"

/* The query's integer of that name, if it is there. False: it is no integer, and the request was answered 400. */
bool lm_told_number(lm_request *rq, const char *name, int64_t *out);

/* An errand that looks into folders: `go` writes what it finds into e.json. The words are the request's. */
typedef struct lm_look {
    lm_errand   e;
    lm_folders *folders;
    const char *kind, *name;
} lm_look;
void lm_look_go(lm_request *rq, lm_server *s, const char *kind, const char *name, void (*go)(lm_errand *e));

/* ["/where/models/vae", …]: the directories of a kind, as absolute paths. It asks the disk.        [any] */
void lm_told_roots(lm_text *out, const lm_folders *f, const char *kind);

extern const lm_part lm_history_part, lm_jobs_part, lm_nodes_part, lm_models_part, lm_system_part, lm_metrics_part,
    lm_openapi_part, lm_model_list_part, lm_model_used_part, lm_about_part;

#endif
