/* server.h: limn serve: sockets on one side, workers on the other, and between them a queue that loses nothing.
 *
 *     lm_server_options o = lm_server_defaults();
 *     o.base = "."; o.work = (const char *const[]){ "/usr/bin/limn", "work", "--base", ".", NULL }; …
 *     ok = lm_server_run(&o, &err);      until SIGINT or SIGTERM
 *
 * The first line on stdout is the address, once clients may come. */
#ifndef LM_WEB_SERVER_H
#define LM_WEB_SERVER_H

#include <limn/limn.h>

#include "web/queue/store.h"

/* Does the queue begin jobs when the server starts? KEPT: as it was left. */
typedef enum lm_queue_start { LM_START_KEPT, LM_START_RUN, LM_START_PAUSED } lm_queue_start;

typedef struct lm_server_options {
    /* Folders; NULL: <base>/input, output, temp, user. Texts are lent for as long as the server runs. */
    const char *base, *input, *output, *temp, *user;
    const char *front_end;            /* a folder with an index.html; NULL: none */
    const char *share;                /* a folder of pipelines for everybody, read only; NULL: none */
    const char *const *more_folders;  /* as lm_folders_more takes them; NULL-terminated, may be NULL */

    const char *const *listen;        /* addresses, as literals; NULL-terminated */
    int                port;          /* 0: a free one */
    const char        *token;         /* NULL: nobody is asked */
    const char *const *allowed_hosts; /* NAME or NAME:PORT; NULL-terminated, may be NULL */
    const char        *cors;          /* an origin, or "*"; NULL: our own alone */
    bool               exposed;       /* strangers may come, by --insecure-listen: said at the start and every hour */
    bool               verify;        /* lm_server_verify is meant */

    uint64_t most_prompt, most_upload; /* bytes of a body */
    int64_t  most_pending;            /* jobs; 0: no limit */
    int64_t  most_of_client;          /* … of one client */
    lm_queue_start queue_start;
    lm_keep  keep;                    /* of the history */
    int      preview_side;            /* pixels; 0: no previews */
    bool     preview_all;             /* to clients that never asked for them, too */
    int      hang_ms, job_ms;         /* lm_worker_options' */
    int      changes_a_minute;        /* that one address may ask for; 0: no limit */
    bool     count_loopback;          /* clients on this machine, too */
    int      head_ms, body_ms;        /* lm_http_options' */

    /* Programs to start, words NULL-terminated: a worker, one that only checks, one for pictures outside jobs. */
    const char *const *work, *const *check, *const *pictures;
    /* Instead of the first two: they are done in threads of this process, as lm_worker_options' inside. NULL: not. */
    int              (*inside)(const char *const *words, int fd);
    const char *const *argv;          /* our own command line, shown by /system_stats; secrets left out */
} lm_server_options;

lm_server_options lm_server_defaults(void);

/* Serves until it is told to end. False: it could not begin, with a sentence (FILE, MEMORY, INPUT). */
bool lm_server_run(const lm_server_options *o, limn_error *err);

/* Would it begin? Folders, addresses, the store and the page are looked at; nothing is made, held or changed, so it may be
 * asked beside a server that runs, in the same folder, too. */
bool lm_server_verify(const lm_server_options *o, limn_error *err);

#endif
