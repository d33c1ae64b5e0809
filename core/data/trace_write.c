/* trace_write.c: a trace as JSON, one event a line.
 * Source: "Trace Event Format", the Catapult project; times are microseconds. */
#include "core/data/trace_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static void put_text(lm_text *t, const char *text)
{
    lm_text_puts(t, "\"");
    for (const char *c = text ? text : ""; *c; c++)
        if (*c == '"' || *c == '\\')
            lm_text_printf(t, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            lm_text_printf(t, "\\u%04x", *c);
        else
            lm_text_add(t, c, 1);
    lm_text_puts(t, "\"");
}

/* The file while it grows. */
struct file {
    lm_text    *text;
    const long *ids;
    uint64_t    first; /* when it began */
};

static void put_begin(const struct file *f, const char *name, const char *phase, const lm_trace_entry *e)
{
    const uint64_t at = e->at - f->first;
    lm_text       *t = f->text;

    lm_text_puts(t, ",\n{\"name\":");
    put_text(t, name);
    lm_text_printf(t, ",\"ph\":\"%s\",\"pid\":%ld,\"tid\":%ld,\"ts\":%" PRIu64 ".%03d", phase, (long)getpid(),
                   f->ids[e->thread], at / 1000, (int)(at % 1000));
}

static void put_node(lm_text *t, const lm_trace_entry *e)
{
    lm_text_puts(t, ",\"args\":{\"node\":");
    put_text(t, e->node);
}

static void put_entry(const struct file *f, const lm_trace_entry *e)
{
    lm_text *t = f->text;

    switch (e->kind) {
    case LM_TRACE_BEGIN:
    case LM_TRACE_END:
        put_begin(f, e->of, e->kind == LM_TRACE_BEGIN ? "B" : "E", e);
        lm_text_puts(t, ",\"cat\":\"node\"");
        put_node(t, e);
        lm_text_puts(t, "}}");
        break;
    case LM_TRACE_OPS:
        put_begin(f, e->name, "X", e);
        lm_text_printf(t, ",\"dur\":%" PRIu64 ".%03d,\"cat\":\"op\",\"args\":{\"ops\":%" PRId64 "}}",
                       e->took / 1000, (int)(e->took % 1000), e->a);
        break;
    case LM_TRACE_CACHED:
        put_begin(f, e->of, "i", e);
        lm_text_puts(t, ",\"s\":\"t\",\"cat\":\"cached\"");
        put_node(t, e);
        lm_text_puts(t, "}}");
        break;
    case LM_TRACE_STEP:
        put_begin(f, "step", "i", e);
        lm_text_puts(t, ",\"s\":\"t\",\"cat\":\"step\"");
        put_node(t, e);
        lm_text_printf(t, ",\"step\":%" PRId64 ",\"of\":%" PRId64 "}}", e->a, e->b);
        break;
    case LM_TRACE_MEMORY:
        put_begin(f, "memory, MB", "C", e);
        lm_text_printf(t, ",\"args\":{\"tensors\":%.1f,\"resident\":%.1f}}", (double)e->a / 1e6,
                       (double)e->b / 1e6);
        break;
    }
}

/* By time; at the same time what holds others first, and what is held last ends first. */
static int by_time(const void *a, const void *b)
{
    const lm_trace_entry *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->took == y->took ? 0 : x->took > y->took ? -1 : 1;
}

void lm_trace_write(lm_text *t, const long *ids, lm_trace_entry *entries, size_t n, size_t dropped)
{
    struct file f = { t, ids, 0 };

    qsort(entries, n, sizeof *entries, by_time);
    f.first = n ? entries[0].at : 0;
    lm_text_printf(t, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"limn\":\"%s\",\"dropped\":%zu},\n"
                   "\"traceEvents\":[\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%ld,\"tid\":0,"
                   "\"args\":{\"name\":\"limn\"}}", LIMN_VERSION, dropped, (long)getpid());
    for (int i = 0; ids[i]; i++)
        lm_text_printf(t, ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%ld,\"tid\":%ld,"
                       "\"args\":{\"name\":\"thread %d\"}}", (long)getpid(), ids[i], i + 1);
    for (size_t i = 0; i < n; i++)
        put_entry(&f, &entries[i]);
    lm_text_puts(t, "\n]}\n");
}
