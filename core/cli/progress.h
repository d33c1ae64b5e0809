/* progress.h: shows a run to the person at the terminal: a bar that moves on a terminal, a line a node
 * elsewhere, nothing when quiet. Collects the pictures that were saved. */
#ifndef LM_CLI_PROGRESS_H
#define LM_CLI_PROGRESS_H

#include <stdio.h>

#include "core/base/folders.h"
#include "core/base/text.h"
#include "core/data/event.h"

/* A node at work; several may be at once. */
typedef struct lm_running {
    char       *node;
    const char *node_class;
    double      began, first_tick; /* seconds; first_tick: when value 1 was reported */
    int64_t     value, total;
} lm_running;

struct lm_workflow;

typedef struct lm_progress {
    FILE       *out; /* stderr; NULL: quiet */
    bool        terminal;
    lm_folders *folders;
    char       *preview_dir; /* --preview: the newest preview of each node as a PNG; NULL: none */

    int64_t     steps, steps_done, cached;
    lm_running *running;
    int         n_running;
    double      began; /* seconds */
    bool        line_open;

    struct {
        char *node, *path;
    }      *files; /* pictures and files that output nodes saved */
    int     n_files, n_sorted; /* those of earlier runs are in their order */
    lm_text outputs; /* JSON: "9": {"images": [...]}, … */
} lm_progress;

void        lm_progress_init(lm_progress *p, lm_folders *folders, FILE *out);
lm_listener lm_progress_listener(lm_progress *p);
/* Nodes that run at once end in any order: brings the files of the last run into that of the workflow. */
void        lm_progress_sort(lm_progress *p, const struct lm_workflow *w);
double      lm_progress_seconds(const lm_progress *p); /* since init */
void        lm_progress_done(lm_progress *p);

#endif
