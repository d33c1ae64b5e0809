/* openapi.c: GET /docs/api: what this server answers, told in OpenAPI 3.1 (openapi.json, built in). */
#include "web/server/reply.h"
#include "web/server/told.h"

extern const char   lm_openapi[]; /* made from openapi.json by the build */
extern const size_t lm_openapi_bytes;

static void description(lm_request *rq, void *self)
{
    const lm_reply_bytes bytes = { .at = lm_openapi, .n = lm_openapi_bytes };

    (void)self;
    lm_reply_lend(rq, 200, "application/json; charset=utf-8", &bytes);
}

static const lm_route openapi_routes[] = {
    { .methods = LM_GET, .pattern = "/docs/api", .handle = description },
    { 0 },
};

const lm_part lm_openapi_part = { .name = "openapi", .routes = openapi_routes };
