/* log.c: one line to stderr for the person who runs limn. */
#include "core/base/log.h"

lm_log_level lm_log_least = LM_LOG_WARN;

void lm_log(lm_log_level level, const char *fmt, ...)
{
    static const char *const names[] = { "debug", "info", "warning", "error" };
    char                     line[1024];
    va_list                  ap;

    if (level < lm_log_least)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    fprintf(stderr, "limn: %s: %s\n", names[level], line);
}
