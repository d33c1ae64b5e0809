/* log.h: one line to stderr for the person who runs limn. Quiet by default below LM_LOG_WARN. */
#ifndef LM_BASE_LOG_H
#define LM_BASE_LOG_H

#include <limn/limn.h>

typedef enum lm_log_level { LM_LOG_DEBUG, LM_LOG_INFO, LM_LOG_WARN, LM_LOG_ERROR } lm_log_level;

extern lm_log_level lm_log_least; /* lines below this are not written */

void lm_log(lm_log_level level, const char *fmt, ...) LIMN_PRINTF(2, 3); /*               [any] */

#endif
