/* log.h: one line to stderr for the person who runs limn, or for the program that gathers logs. Quiet by default below
 * LM_LOG_WARN. */
#ifndef LM_BASE_LOG_H
#define LM_BASE_LOG_H

#include <stdbool.h>

#include <limn/limn.h>

typedef enum lm_log_level { LM_LOG_DEBUG, LM_LOG_INFO, LM_LOG_WARN, LM_LOG_ERROR } lm_log_level;

extern lm_log_level lm_log_least; /* lines below this are not written */
/* Lines are {"time": "2026-11-22T08:15:00.123Z", "level": "warning", "message": "…"}, what is no UTF-8 in them U+FFFD;
 * set before threads begin. */
extern bool lm_log_json;

void lm_log(lm_log_level level, const char *fmt, ...) LIMN_PRINTF(2, 3); /*               [any] */

/* Who hears each line from LM_LOG_INFO on, be it written or not, without an end of line: one at most, NULL: nobody. It is
 * called by whoever logs, one line at a time, and must not log; not any more once lm_log_hear(NULL, NULL) is back. [any] */
typedef void lm_log_fn(void *self, lm_log_level level, const char *line);
void lm_log_hear(lm_log_fn *fn, void *self);

#endif
