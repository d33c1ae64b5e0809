/* carried.h: the workflow that a file carries, whatever kind of file it is: JSON, a bundle, or the texts of a picture.
 *
 *     lm_carried c;
 *     if (lm_carried_read(&c, path, NULL, folders, &err))      // c.at[0].text is what the canvas would open
 *         w = lm_carried_workflow(&c, &env, &err);
 *     lm_carried_done(&c);
 *
 * Of a picture's texts the first that is there counts, as when a picture is dropped on ComfyUI's canvas:
 * `workflow` (what the canvas saved), `prompt` (what was run), `parameters` (A1111's words, which become a
 * graph). Where one cannot be read as a workflow, the next is taken, and a note says so; --carried names one. */
#ifndef LM_CLI_CARRIED_H
#define LM_CLI_CARRIED_H

#include "core/base/folders.h"
#include "core/base/text.h"
#include "core/graph/workflow.h"

enum { LM_CARRIED_MOST = 2 };

typedef struct lm_carried {
    struct {
        const char *key;  /* "workflow", "prompt", "parameters"; "file" for a file that is JSON itself */
        char       *text; /* JSON: of the canvas or in API format; "parameters" have become API format */
        size_t      size;
    } at[LM_CARRIED_MOST]; /* the best first */
    int     n;
    lm_text notes; /* sentences, a line each, about what could not be taken over */
} lm_carried;

/* `path` may be "-". Of a picture `key` takes one text alone (NULL: the best). `folders` (may be NULL) says which
 * model files are here. FILE when the file cannot be read, is damaged, or carries nothing. */
bool lm_carried_read(lm_carried *c, const char *path, const char *key, lm_folders *folders, limn_error *err);
/* The same of bytes, which are copied. A bundle's are not looked into: bundled.h does that. */
bool lm_carried_bytes(lm_carried *c, const char *at, size_t size, lm_folders *folders, limn_error *err);
void lm_carried_done(lm_carried *c); /* welcomes a zeroed one */

/* The first that can be read as a workflow, the canvas's own format with `env`. NULL with the first one's error
 * when none can.                                                                                [new] */
lm_workflow *lm_carried_workflow(lm_carried *c, const lm_canvas_env *env, limn_error *err);

#endif
