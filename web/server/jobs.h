/* jobs.h: what the files of /api/jobs share. */
#ifndef LM_WEB_SERVER_JOBS_H
#define LM_WEB_SERVER_JOBS_H

#include "web/server/part.h"

/* Handlers (jobs_cancel.c). */
void lm_jobs_cancel_one(lm_request *rq, void *self);
void lm_jobs_cancel_many(lm_request *rq, void *self);

#endif
