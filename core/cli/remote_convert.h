/* remote_convert.h: a canvas's file, converted by the server that is to run it: its nodes, plugins and files are those
 * that count. */
#ifndef LM_CLI_REMOTE_CONVERT_H
#define LM_CLI_REMOTE_CONVERT_H

#include "core/cli/remote.h"
#include "core/graph/workflow.h"

typedef struct lm_converting {
    lm_remote  *remote;
    const char *file;   /* as people call it */
} lm_converting;

/* A lm_convert_fn over a lm_converting: the workflow as the server made it, with the canvas's own as it is then; what
 * could not be followed is said on stderr. NULL: the server is no limn, or made nothing of it.           [new] */
lm_workflow *lm_remote_convert(void *self, const char *text, size_t size);

#endif
