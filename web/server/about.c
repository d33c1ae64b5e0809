/* about.c: GET /limn/about: which limn this is, on what machine, and what it can beyond ComfyUI's routes. */
#include <string.h>

#include "core/base/system.h"
#include "web/server/reply.h"
#include "web/server/runner.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED "true"
#else
#define SANITIZED "false"
#endif
#ifdef __clang__
#define COMPILER __VERSION__ // "Clang 14.0.6"
#else
#define COMPILER "gcc " __VERSION__
#endif
#ifdef __OPTIMIZE__
#define OPTIMIZED "true"
#else
#define OPTIMIZED "false"
#endif

static void put_memory(lm_text *t, const lm_runner_stats *r)
{
    const uint64_t allowed = lm_system_memory(), there = uv_get_total_memory();
    const uint64_t total = allowed && allowed < there ? allowed : there, left = uv_get_free_memory();

    lm_text_printf(t, "\"memory\": {\"total\": %llu, \"free\": %llu, \"worker\": %lld, \"worker_limit\": %lld}",
                   (unsigned long long)total, (unsigned long long)(left < total ? left : total),
                   (long long)r->stats[LM_STAT_RAM], (long long)r->stats[LM_STAT_RAM_LIMIT]);
}

static void put_features(lm_text *t)
{
    static const char *const names[] = { "check", "plans", "replay", "order", "pause", "thumbnails", "outputs", "trash",
                                         "tags", "versions", "models" };

    lm_text_puts(t, "\"features\": [");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        lm_text_printf(t, "%s\"%s\"", i ? ", " : "", names[i]);
    lm_text_puts(t, "]");
}

static void about(lm_request *rq, void *self)
{
    lm_server      *s = self;
    lm_runner_stats r = { 0 };
    lm_text         t = { 0 };

    if (s->runner)
        lm_runner_stat(s->runner, &r);
    lm_text_puts(&t, "{\"name\": \"limn\", \"version\": \"" LIMN_VERSION "\", \"device\": ");
    lm_work_quote(&t, r.device);
    lm_text_puts(&t, ", \"arithmetic\": ");
    lm_work_quote(&t, r.arithmetic);
    lm_text_puts(&t, ", ");
    put_memory(&t, &r);
    lm_text_printf(&t, ", \"build\": {\"compiler\": \"%s\", \"optimized\": " OPTIMIZED ", \"sanitized\": " SANITIZED
                   "}, \"began\": %lld, ", COMPILER, (long long)s->began_ms);
    put_features(&t);
    lm_text_puts(&t, "}");
    lm_reply_header(rq, "Cache-Control", "no-cache");
    lm_reply_json(rq, 200, &t);
}

static const lm_route about_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/about", .handle = about },
    { 0 },
};

const lm_part lm_about_part = { .name = "about", .routes = about_routes };
