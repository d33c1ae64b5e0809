/* work.h: the worker: it waits for what the server wants, runs one job after another, and tells what happens.
 *
 *     lm_work w = { .registry = registry, .env = env, .cache = cache, .device = "cpu", .encode = encode };
 *     status = lm_work_serve(&w, fd);
 *
 * Nodes run on this thread and those that the executor makes. A thread of its own reads the wire, so that a stop is
 * heard inside a kernel; another writes (pipe.h); a third makes JPEGs of previews, the newest first, so that no node
 * waits for a picture. When the server goes, the process ends at once, whatever runs; inside the server's own
 * process the job is stopped instead. */
#ifndef LM_WEB_WORK_H
#define LM_WEB_WORK_H

#include "core/base/text.h"
#include "core/data/call.h"
#include "core/graph/cache.h"
#include "core/graph/registry.h"

/* What lm_work_serve gives, and what the process leaves with when it ends here: rows of the program's table. */
enum { LM_WORK_WELL = 0, LM_WORK_NO_MEMORY = 6, LM_WORK_BROKEN = 70 };

/* A picture of bytes [height, width, 3] as a JPEG whose longer side is `side`; the sizes are set to it. NULL: it is
 * not shown.                                                                                     [new] [any] */
typedef char *lm_work_encode_fn(const uint8_t *rgb, int *width, int *height, int side, size_t *size);

/* What a file carries, told as JSON. False: why it carries nothing. */
typedef bool lm_work_open_fn(void *self, const char *bytes, size_t n, lm_text *json, limn_error *err);

/* A folder that this process should be able to open and cannot, as it is another one now; NULL: there is none. [lends] */
typedef const char *lm_work_moved_fn(void *self);

/* Something made of what the server hands down, as `as` says: a bundle, a picture, a card … False: why not. */
typedef bool lm_work_make_fn(void *self, const char *as, const char *bytes, size_t n, lm_text *out, limn_error *err);

typedef struct lm_work {
    const lm_registry *registry;
    lm_run_env         env;         /* stop, listener, previews and texts are set for each job */
    lm_cache          *cache;       /* NULL: nothing is kept */
    const char        *device, *arithmetic; /* for the server's eyes */
    bool               only_checks; /* there is no device: jobs fail */
    lm_work_encode_fn *encode;      /* NULL: no previews */
    lm_work_open_fn   *open;        /* NULL: no file is opened */
    lm_work_make_fn   *make;        /* NULL: nothing is made */
    void              *open_self;   /* of both */
    lm_work_moved_fn  *moved;       /* asked before each job and check: the process then leaves, and its next one is given
                                       what it did not begin. NULL: nothing moves */
    void              *moved_self;
    bool               inside;      /* the server's own process: one that hangs up stops the job, and ends nothing else */
} lm_work;

/* Serves on a connected stream socket, which is taken, until the server says BYE. */
int lm_work_serve(const lm_work *w, int fd);

#endif
