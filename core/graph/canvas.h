/* canvas.h: a workflow as a ComfyUI canvas saves it for itself (arrays of nodes and links), turned into the API
 * format exactly as the canvas would have turned it. What is followed rule by rule: docs/workflow-format.md.
 *
 *     lm_canvas_env e = { .registry = r, .folders = f };
 *     if (lm_canvas_is(d, root) && lm_canvas_convert(d, root, &e, &api, &notes, &err)) ... read api
 *
 * The widgets of a node are known from the registry's tables; a class that is not there keeps its links and
 * whatever values can be told apart, so that whoever checks the result can name it.
 * Source: ComfyUI's front end 1.27 and 1.44 (graphToPrompt), compared file by file in tests/canvas. */
#ifndef LM_GRAPH_CANVAS_H
#define LM_GRAPH_CANVAS_H

#include <time.h>

#include "core/base/folders.h"
#include "core/graph/json.h"
#include "core/graph/registry.h"

enum {
    LM_CANVAS_MAX_NODES = 1 << 18, /* in one file, and as many again once subgraphs are expanded */
    LM_CANVAS_MAX_DEPTH = 100      /* subgraphs within subgraphs */
};

typedef struct lm_canvas_env {
    const lm_registry *registry;
    lm_folders        *folders; /* for a file's name that a node never got: the first there is. NULL: none */
    time_t             now;     /* for %date:…%; 0: the clock */
    uint64_t           chance;  /* decides {a|b} in prompts; 0: by chance */
} lm_canvas_env;

/* Is this object a canvas's file? Its nodes are an array; in the API format they are members. */
bool lm_canvas_is(const lm_json *d, lm_json_ref v);

/* Appends the prompt in API format to `out`, and to `notes` a line for each thing in the file that could not
 * be followed. Texts of d in which a choice {a|b} was made have it made from here on. FILE with a sentence for
 * a file that has no meaning (a subgraph that contains itself, more than can be expanded); MEMORY. */
bool lm_canvas_convert(lm_json *d, lm_json_ref root, const lm_canvas_env *env, lm_text *out, lm_text *notes,
                       limn_error *err);

/* What stands where in widgets_values, class by class, as JSON: {"KSampler": [["seed", "value"], ["seed", "control"],
 * ["steps", "value"], …], "LoadImage": [["image", "value"], ["image", "upload"]]}. A "control" says what becomes of a
 * value after a run, a "filter" which choices it may take then, an "upload" is a button. Behind the value of a file of
 * models stands their kind: ["ckpt_name", "value", "checkpoints"]. MEMORY. */
bool lm_canvas_plans(const lm_registry *r, lm_text *out, limn_error *err);

#endif
