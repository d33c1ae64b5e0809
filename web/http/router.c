/* router.c: a path and a method against a table of rows. */
#include "web/http/router.h"

#include "core/base/alloc.h"
#include "web/http/query.h"

/* ------------------------------------------------------------------ one pattern */

static bool take(lm_route_args *args, const char *at, size_t n)
{
    if (args->n == LM_ROUTE_ARGS)
        return false;
    args->raw[args->n++] = (lm_slice){ at, n };
    return true;
}

bool lm_route_match(const char *pattern, lm_slice path, lm_route_args *args)
{
    const char *at = path.at, *end = path.at + path.n;

    args->n = 0;
    args->rest = false;
    for (; *pattern; pattern++) {
        if (*pattern != '{') {
            if (at == end || *at++ != *pattern)
                return false;
            continue;
        }
        const char  *close = strchr(pattern, '}');
        const char  *slash = memchr(at, '/', (size_t)(end - at));
        const size_t n = (args->rest = close[-1] == '*') || !slash ? (size_t)(end - at) : (size_t)(slash - at);

        if ((!n && !args->rest) || !take(args, at, n))
            return false;
        at += n;
        pattern = close;
    }
    return at == end;
}

static bool has_hidden_slash(lm_slice raw)
{
    for (size_t i = 0; i + 2 < raw.n; i++)
        if (raw.at[i] == '%' && raw.at[i + 1] == '2' && (raw.at[i + 2] | 0x20) == 'f')
            return true;
    return false;
}

int lm_route_decode(lm_route_args *args)
{
    size_t size = 0;
    char  *to;

    args->memory = NULL;
    for (int i = 0; i < args->n; i++)
        size += args->raw[i].n + 1;
    if (!size)
        return 0;
    if (args->rest && has_hidden_slash(args->raw[args->n - 1]))
        return 404;
    if (!(to = args->memory = lm_try_alloc(size)))
        return 503;
    for (int i = 0; i < args->n; i++) {
        if (!lm_percent_decode(args->raw[i], LM_DECODE_PATH, to))
            return 400;
        args->value[i] = to;
        to += args->raw[i].n + 1;
    }
    return 0;
}

void lm_route_args_done(lm_route_args *args)
{
    lm_free(args->memory);
    args->memory = NULL;
}

/* ------------------------------------------------------------------ the table */

static bool fits(const lm_route *r, lm_slice path, bool api, lm_route_args *args)
{
    if (lm_route_match(r->pattern, path, args))
        return true;
    return api && r->flags & LM_ROUTE_API &&
           lm_route_match(r->pattern, (lm_slice){ path.at + 4, path.n - 4 }, args);
}

static unsigned methods_of(const lm_route *r)
{
    return r->methods | (r->methods & LM_GET ? LM_HEAD : 0);
}

lm_route_found lm_route_find(const lm_route *routes, lm_http_method method, lm_slice path)
{
    lm_route_found found = { 0 };
    const bool     api = path.n > 4 && !memcmp(path.at, "/api/", 5);

    for (const lm_route *r = routes; r->pattern; r++) {
        if (!fits(r, path, api, &found.args))
            continue;
        found.allowed |= methods_of(r);
        if (methods_of(r) & method) {
            found.route = r;
            return found;
        }
    }
    return found;
}

const char *lm_route_allow(unsigned methods, char text[64])
{
    static const lm_http_method order[] = { LM_GET, LM_HEAD, LM_POST, LM_PUT, LM_PATCH, LM_DELETE, LM_OPTIONS };
    char                       *w = text;

    methods |= LM_OPTIONS;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (methods & order[i])
            w = stpcpy(stpcpy(w, w == text ? "" : ", "), lm_http_method_name(order[i]));
    return text;
}
