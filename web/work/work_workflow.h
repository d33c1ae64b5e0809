/* work_workflow.h: what a check of a whole workflow tells beside its faults: members that follow work_check.h's.
 *
 *     "prompt": {ID: {"class_type", "inputs", "_meta"}}, or null
 *     "workflow": {…}                       only when it was asked for: as the canvas saved it, choices {a|b} made
 *     "unknown_types": [{"type", "nodes": [ID], "pack"?, "near": ["KSampler"]}]
 *     "missing_models": [{"node", "input", "name", "folder", "near": ["sd15.safetensors"]}]
 *     "warnings": ["node 7: …"]
 *
 * ID is a node of the prompt: "7", and "12:3" within a subgraph. */
#ifndef LM_WEB_WORK_WORKFLOW_H
#define LM_WEB_WORK_WORKFLOW_H

#include "core/base/folders.h"
#include "core/graph/workflow.h"

typedef struct lm_work_tale {
    lm_workflow       *workflow;
    const lm_registry *registry;
    lm_folders        *folders;  /* NULL: no model is missing */
    lm_text            prompt;   /* as it was before it was checked */
    bool               canvas;   /* tell the canvas's own workflow as well */
} lm_work_tale;

/* The prompt in API format, before a check changes its constants. `converted`: it was made of a canvas's file. */
void lm_work_keep_prompt(lm_work_tale *t, bool converted);
/* Appends the members, each with a comma before it. */
void lm_work_tell_workflow(lm_text *out, const lm_work_tale *t);
/* The same where nothing was made of the file. */
void lm_work_tell_nothing(lm_text *out);

#endif
