/* health.c: is the server there, and would it take a job? */
#include "web/server/checks.h"
#include "web/server/part.h"
#include "web/server/reply.h"
#include "web/server/runner.h"

static void alive(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_json_text(rq, 200, "{\"status\": \"ok\"}");
}

static bool has_worker(const lm_server *s)
{
    lm_runner_stats stats;

    if (!s->runner)
        return false;
    lm_runner_stat(s->runner, &stats);
    return stats.pid > 0;
}

static bool is_full(const lm_server *s)
{
    return s->o->most_pending && lm_queue_count(s->queue).pending >= s->o->most_pending;
}

static void ready(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const struct {
        bool        is_so;
        const char *words;
    } reasons[] = {
        { s->leaving, "the server is ending" },
        { lm_queue_is_broken(s->queue), "the disk or the database failed: no job is taken until a new start" },
        { is_full(s), "as many jobs wait as may" },
        { !has_worker(s), "no worker is there to run a job" },
        { !s->checks || !lm_checks_ready(s->checks), "the worker that checks prompts has not told its nodes yet" },
    };
    lm_text     t = { 0 };
    const char *comma = "";

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].is_so) {
            lm_text_printf(&t, "%s\"%s\"", *comma ? comma : "{\"status\": \"not ready\", \"reasons\": [", reasons[i].words);
            comma = ", ";
        }
    if (!t.size) {
        lm_reply_json_text(rq, 200, "{\"status\": \"ready\", \"reasons\": []}");
        return;
    }
    lm_text_puts(&t, "]}");
    lm_reply_header(rq, "Retry-After", "1");
    lm_reply_json(rq, 503, &t);
}

static const lm_route health_routes[] = {
    { .methods = LM_GET, .pattern = "/healthz", .handle = alive, .flags = LM_ROUTE_OPEN },
    { .methods = LM_GET, .pattern = "/readyz", .handle = ready, .flags = LM_ROUTE_OPEN },
    { 0 },
};

const lm_part lm_health_part = { .name = "health", .routes = health_routes };
