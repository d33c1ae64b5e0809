/* health.c: is the server there, and would it take a job? */
#include "web/server/part.h"
#include "web/server/reply.h"

static void alive(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_json_text(rq, 200, "{\"status\": \"ok\"}");
}

static const lm_route health_routes[] = {
    { .methods = LM_GET, .pattern = "/healthz", .handle = alive, .flags = LM_ROUTE_OPEN },
    { 0 },
};

const lm_part lm_health_part = { .name = "health", .routes = health_routes };
