/* router.h: which handler answers a request, by a table of rows.
 *
 *     static const lm_route routes[] = {
 *         { LM_GET | LM_POST, "/queue",           queue,     LM_ROUTE_API, .body_limit = 1 << 20 },
 *         { LM_GET,           "/userdata/{file}", user_file, LM_ROUTE_API },
 *         { LM_GET,           "/{path*}",         page },
 *         { 0 }
 *     };
 *
 * The path is compared raw, part by part between its '/': "{file}" takes one part, which may hold %2F, and
 * is decoded once; "{path*}" takes all that is left, and refuses %2F in it. Nothing is folded: "//", "." and
 * ".." are parts like others, and "/queue/" is not "/queue". The first row that fits answers; HEAD is answered
 * by the row of GET; OPTIONS without a row of its own is answered by the server. */
#ifndef LM_WEB_ROUTER_H
#define LM_WEB_ROUTER_H

#include <stdint.h>

#include "web/http/http_parse.h"

typedef struct lm_request lm_request;

enum {
    LM_ROUTE_API = 1,    /* also under /api */
    LM_ROUTE_OPEN = 2,   /* asks for no token: health checks, the page that asks for the token */
    LM_ROUTE_STREAM = 4, /* the handler is called when the head is there, and takes the body as it comes */
    LM_ROUTE_FILE = 8,   /* the body is written to a new file of the server's drawer before the handler is called */
    LM_ROUTE_SOCKET = 16, /* requests for an upgrade may come here; judged as strictly as what changes state */
    LM_ROUTE_ASKS = 32,  /* with LM_ROUTE_OPEN: who has no token is asked for it here, so a wrong one counts as elsewhere */
};

typedef struct lm_route {
    unsigned    methods; /* of lm_http_method */
    const char *pattern;
    void (*handle)(lm_request *rq, void *self);
    unsigned    flags;
    uint64_t    body_limit; /* bytes; more: 413. 0: 64 KiB */
    void       *self;       /* NULL: what the server's options say */
    bool (*open_for)(const lm_http_head *h); /* as LM_ROUTE_OPEN, where it says so; may be NULL */
} lm_route;

enum { LM_ROUTE_ARGS = 4 };

typedef struct lm_route_args {
    int         n;
    lm_slice    raw[LM_ROUTE_ARGS];
    bool        rest; /* the last one was "{…*}" */
    const char *value[LM_ROUTE_ARGS]; /* decoded */
    char       *memory;
} lm_route_args;

/* Does `path` fit the pattern? Sets n, raw and rest. */
bool lm_route_match(const char *pattern, lm_slice path, lm_route_args *args);

/* Decodes what was taken: 0; 400 for a wrong '%' or a NUL, 404 for %2F in a rest, 503 without memory. */
int  lm_route_decode(lm_route_args *args);
void lm_route_args_done(lm_route_args *args);

typedef struct lm_route_found {
    const lm_route *route;   /* NULL: none */
    unsigned        allowed; /* the methods of all rows that fit the path, when none fits the method */
    lm_route_args   args;    /* raw */
} lm_route_found;
lm_route_found lm_route_find(const lm_route *routes, lm_http_method method, lm_slice path);

/* "GET, HEAD, OPTIONS". `text` has room for 64 bytes. */
const char *lm_route_allow(unsigned methods, char text[64]);

#endif
