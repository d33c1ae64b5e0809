/* reply.h: answers as ComfyUI's clients know them: JSON, and faults that are JSON too. */
#ifndef LM_WEB_SERVER_REPLY_H
#define LM_WEB_SERVER_REPLY_H

#include "core/base/text.h"
#include "web/http/http_reply.h"

/* Takes the text, which is JSON; t is empty again. One that failed is a 503. */
void lm_reply_json(lm_request *rq, int status, lm_text *t);
/* A JSON text that lives for ever. */
void lm_reply_json_text(lm_request *rq, int status, const char *json);
/* {"error": {"type", "message", "details", "extra_info": {}}, "node_errors": {}}, the shape of POST /prompt's. */
void lm_reply_fault(lm_request *rq, int status, const char *type, const char *message, const char *details);
/* {"error": "sentence"}, the shape of newer routes. */
void lm_reply_error(lm_request *rq, int status, const char *sentence);
/* What an outcome of the queue means to a client: 503 with Retry-After, 507, 500 … and its sentence. */
void lm_reply_outcome(lm_request *rq, int outcome, const limn_error *err);

#endif
