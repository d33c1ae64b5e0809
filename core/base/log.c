/* log.c: one line to stderr for the person who runs limn, or for the program that gathers logs. */
#include "core/base/log.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { LINE = 1024 };

lm_log_level lm_log_least = LM_LOG_WARN;
bool         lm_log_json;

static struct {
    pthread_mutex_t lock;
    lm_log_fn      *fn;
    void           *self;
} listener = { .lock = PTHREAD_MUTEX_INITIALIZER };

void lm_log_hear(lm_log_fn *fn, void *self)
{
    pthread_mutex_lock(&listener.lock);
    listener.fn = fn;
    listener.self = self;
    pthread_mutex_unlock(&listener.lock);
}

static void tell(lm_log_level level, const char *line)
{
    pthread_mutex_lock(&listener.lock);
    if (listener.fn)
        listener.fn(listener.self, level, line);
    pthread_mutex_unlock(&listener.lock);
}

/* How many bytes of `at` are one character of UTF-8; 0: it is none.  Source: RFC 3629, section 4. */
static int character(const unsigned char *at)
{
    const int n = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

    for (int i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) || (*at == 0xf0 && at[1] < 0x90) ||
        (*at == 0xf4 && at[1] > 0x8f))
        return 0;
    return n;
}

/* Writes the text as it stands between the quotes of JSON, at most six bytes for one; where it ends. */
static char *quote(char *out, const char *text)
{
    for (int n; *text; text += n ? n : 1) {
        n = character((const unsigned char *)text);
        if (!n)
            out = stpcpy(out, "\\ufffd");
        else if (n == 1 && ((unsigned char)*text < 0x20 || *text == 0x7f))
            out += sprintf(out, "\\u%04x", (unsigned)(unsigned char)*text);
        else if (*text == '"' || *text == '\\')
            out += sprintf(out, "\\%c", *text);
        else
            out = mempcpy(out, text, (size_t)n);
    }
    return out;
}

static void write_json(const char *level, const char *text)
{
    char            line[6 * LINE + 128], *end;
    struct timespec now;
    struct tm       utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    end = line + strftime(line, 64, "{\"time\": \"%Y-%m-%dT%H:%M:%S", &utc);
    end += sprintf(end, ".%03ldZ\", \"level\": \"%s\", \"message\": \"", now.tv_nsec / 1000000, level);
    end = quote(end, text);
    end = stpcpy(end, "\"}\n");
    fwrite(line, 1, (size_t)(end - line), stderr);
}

void lm_log(lm_log_level level, const char *fmt, ...)
{
    static const char *const names[] = { "debug", "info", "warning", "error" };
    char                     line[LINE];
    va_list                  ap;

    if (level < lm_log_least && level < LM_LOG_INFO)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (level >= LM_LOG_INFO)
        tell(level, line);
    if (level < lm_log_least)
        return;
    if (lm_log_json)
        write_json(names[level], line);
    else
        fprintf(stderr, "limn: %s: %s\n", names[level], line);
}
