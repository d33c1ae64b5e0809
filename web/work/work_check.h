/* work_check.h: what a check found, as the JSON that ComfyUI's clients know.
 *
 *     {"error": {"type", "message", "details", "extra_info": {}} or null, "node_errors": {ID: {"errors": [{"type",
 *      "message", "details", "extra_info"}], "dependent_outputs": [ID], "class_type"}}, "outputs": [ID],
 *      "sentences": ["node 7 (KSampler), steps: …"]}
 *
 * `error` is null when something can run; `outputs` are those that can. Source: ComfyUI 0.3.64's validate_prompt. */
#ifndef LM_WEB_WORK_CHECK_H
#define LM_WEB_WORK_CHECK_H

#include "core/base/text.h"
#include "core/graph/check.h"

void lm_work_faults(lm_text *out, lm_check *c, lm_folders *folders);
/* The same for a prompt that could not be read, and for a canvas's file of which no prompt can be made. */
void lm_work_unreadable(lm_text *out, const char *sentence);
void lm_work_inconvertible(lm_text *out, const char *sentence);

/* Appends a text as JSON; NULL is "". */
void lm_work_quote(lm_text *out, const char *text);

#endif
