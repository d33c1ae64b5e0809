/* work_places.h: the places that a worker keeps to, from its command line. */
#ifndef LM_CLI_WORK_PLACES_H
#define LM_CLI_WORK_PLACES_H

#include "core/cli/places.h"
#include "core/cli/session.h"

/* Of a worker that runs jobs, or that only checks. The folders that it writes in are made. They are not kept to yet; that
 * comes before anything of a stranger's is opened, and before there are other threads.               [new] */
lm_places *lm_work_places(const lm_args *a, bool only_checks);

#endif
