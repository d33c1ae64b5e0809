/* lines.h: the last lines of the log, for GET /internal/logs, and for clients that hear them as they come. */
#ifndef LM_WEB_SERVER_LINES_H
#define LM_WEB_SERVER_LINES_H

#include "web/server/part.h"

enum { LM_LINES_KEPT = 300 };

/* What lm_log says from LM_LOG_INFO on is heard by itself. */
extern const lm_part lm_lines_part;

#endif
