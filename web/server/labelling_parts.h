/* labelling_parts.h: what the files of labelling share: labelling.c follows the history and reads pictures, labelling_job.c
 * makes labels. */
#ifndef LM_WEB_SERVER_LABELLING_PARTS_H
#define LM_WEB_SERVER_LABELLING_PARTS_H

#include "web/server/labelling.h"

enum { LM_LABELS_AT_ONCE = 64 };

/* Labels that are gathered, and kept when there are LM_LABELS_AT_ONCE of them; their texts are theirs. */
typedef struct lm_gathered {
    lm_labels *to;
    lm_label   at[LM_LABELS_AT_ONCE];
    size_t     n;
    bool       failed; /* some were not kept */
} lm_gathered;

/* One more: a file of that time (ms since 1970), of this job, made by a workflow of this name; its words are those and `prompt`. */
void lm_gathered_add(lm_gathered *g, const char *path, int64_t ms, const char *job, const char *name, const lm_text *prompt);
/* `followed` as lm_labels_put has it. False: they were not all kept. */
bool lm_gathered_keep(lm_gathered *g, int64_t followed);
/* The pictures that a job has left below `root`. */
void lm_label_job(const char *root, const lm_job *job, lm_gathered *out);

#endif
