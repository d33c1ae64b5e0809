/* part.h: the server is a list of parts, and this is what each of them tells the list. server.c opens them in the
 * order of the list, gathers their routes in that order, and on the way out stops and closes them from its end.
 *
 * A part is one file or a few with a noun for a name; what others may ask of it stands in its header. Everything
 * runs on the loop and waits for nothing. */
#ifndef LM_WEB_SERVER_PART_H
#define LM_WEB_SERVER_PART_H

#include "core/base/drawer.h"
#include "core/base/folders.h"
#include "web/http/http_reply.h"
#include "web/queue/queue.h"
#include "web/server/server.h"

typedef struct lm_server {
    const lm_server_options *o;
    uv_loop_t                loop;
    int64_t                  began_ms;  /* since 1970 */
    int                      port;      /* where we listen */
    bool                     leaving;   /* told to end: nothing new is begun */

    /* What parts have opened for all; each is its part's own. */
    lm_folders         *folders;        /* input, output, temp and models */
    lm_drawer          *uploads;        /* where bodies of LM_ROUTE_FILE are written: <base>/state/uploads */
    lm_queue           *queue;
    lm_http            *http;
    struct lm_hub      *hub;            /* hub.h: sockets */
    struct lm_checks   *checks;         /* checks.h: the worker that only checks, and the tables of nodes */
    struct lm_runner   *runner;         /* runner.h: from the queue to the worker and back */
    struct lm_pictures *pictures;       /* pictures.h: pictures outside jobs */
    struct lm_thumbs   *thumbs;         /* thumbs.h: view.c's */
    struct lm_versions *versions;       /* versions.h: what was saved before */
    struct lm_shelf    *shelf;          /* shelf.h: the output folder's pictures */
    struct lm_labelling *labelling;     /* labelling.h: by which words they are found; NULL: by their names */
    struct lm_shared   *shared;         /* shared.h: pipelines that everybody is shown; NULL: none */
    struct lm_users    *users;          /* users.h: settings and files of users */
    struct lm_front    *front;          /* page.c's: the front end */
    struct lm_rates    *rates;          /* rates.h: how fast one address may change things; NULL: as it likes */
    struct lm_lines    *lines;          /* lines.h: the last lines of the log */
    struct lm_kept     *kept;           /* listing.h: answers that nothing has changed since */
    struct lm_deflated *deflated;       /* nodes.c's: the tables of nodes, deflated; or it is at it */
    bool                deflating;

    struct lm_opened *opened;           /* server.c's */
    void             *queue_wake;       /* queue_part.c's */
    void             *exposed;          /* exposed.c's */
} lm_server;

/* Each may be NULL. A part whose `open` failed is stopped and closed too: both welcome what is half there. */
typedef struct lm_part {
    const char     *name;
    bool          (*open)(lm_server *s, limn_error *err);
    void          (*stop)(lm_server *s);  /* lets work end, then calls lm_server_stopped, now or later */
    void          (*close)(lm_server *s); /* the loop has ended */
    const lm_route *routes;               /* { 0 } ends them; their handlers are given the lm_server */
} lm_part;

/* A row's body_limit that stands for options' most_prompt. */
#define LM_BODY_PROMPT UINT64_MAX
/* … and for most_upload. */
#define LM_BODY_UPLOAD (UINT64_MAX - 1)

/* The folders that the options name; nothing is made.                                              [new] */
lm_folders *lm_server_folders(const lm_server_options *o, limn_error *err);
/* Opens one part alone, which asks for no other, and closes it again. */
bool lm_server_try(const lm_server_options *o, const lm_part *part, limn_error *err);
/* Ends a part's `stop`. */
void lm_server_stopped(lm_server *s);
/* The routes of all parts, in their order.                                                       [lends] */
const lm_route *lm_server_routes(lm_server *s);
/* As if SIGTERM had come. */
void lm_server_leave(lm_server *s);

extern const lm_part lm_folders_part, lm_queue_part, lm_door_part, lm_health_part, lm_exposed_part,
    lm_rates_part;

#endif
