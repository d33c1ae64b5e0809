/* remote.h: a server that runs, limn's or ComfyUI's, as the commands see it that are its clients.
 *
 *     status = lm_remote_open(&r, args, &err);
 *     status = lm_remote_ask(r, "GET", "/queue", NULL, 0, &answer, &err); … lm_remote_answer_done(&answer);
 *     lm_remote_close(r);
 *
 * libcurl carries it: HTTPS, proxies as the environment names them (never for this machine's own addresses), no
 * redirect is followed. Functions return what the program leaves with (lm_exit), and fill *err unless that is WELL.
 * What a server says is data: its texts are shown without control characters, its answers have a largest size. */
#ifndef LM_CLI_REMOTE_H
#define LM_CLI_REMOTE_H

#include <stdint.h>

#include "core/base/text.h"
#include "core/cli/command.h"
#include "core/graph/json.h"

typedef struct lm_remote lm_remote;

/* Rows for a client's option table. */
#define LM_OPTIONS_REMOTE                                                                      \
    { "--server", "URL", "Whom to ask (default: $LIMN_SERVER, or http://127.0.0.1:8188)." },   \
    { "--auth-token-file", "FILE", "The secret that the server wants to hear; nobody else may read the file." }

/* USAGE: the URL; FILE: the token's file.                                                           [new] */
int  lm_remote_open(lm_remote **out, const lm_args *a, limn_error *err);
void lm_remote_close(lm_remote *r); /* welcomes NULL */

typedef struct lm_remote_answer {
    int    status; /* HTTP's; 0: there was no answer */
    bool   asked;  /* something of the request has left */
    char  *body;   /* a NUL behind it; NULL: none */
    size_t size;
} lm_remote_answer;
void lm_remote_answer_done(lm_remote_answer *a);

/* `path` begins with '/'; `json` may be NULL. SERVER when there is no answer, when it is too large, and when its status
 * is no 2xx; then the answer is there nevertheless. */
int lm_remote_ask(lm_remote *r, const char *method, const char *path, const char *json, size_t n, lm_remote_answer *out,
                  limn_error *err);

/* GET, and the answer's JSON. SERVER too when it is none.                                           [new] */
int lm_remote_json(lm_remote *r, const char *path, lm_json **out, limn_error *err);

/* GET, and the body goes to `sink`, piece by piece; false stops it (FILE, with the sink's *err). */
typedef bool lm_remote_sink(void *self, const char *at, size_t n, limn_error *err);
int lm_remote_load(lm_remote *r, const char *path, uint64_t most, lm_remote_sink *sink, void *self, limn_error *err);

/* "http://127.0.0.1:8188", for people. */
const char *lm_remote_name(const lm_remote *r);

/* Appends a text as it may stand in a query or between two '/'. */
void lm_remote_escape(lm_text *t, const char *text);

/* remote_words.c: appends a text of the server's as people may see it: one line, no control characters, `most` bytes. */
void lm_remote_clean(lm_text *t, const char *text, size_t n, size_t most);
/* The sentence of an answer that says no: {"error": {"message", "details"}}, {"error": "…"}, or its text. */
void lm_remote_words(lm_text *t, const lm_remote_answer *a);

/* A command that is a client: opens what --server names, calls `work`, tells what went wrong. */
int lm_remote_command(const lm_args *a, int (*work)(lm_remote *r, const lm_args *a, limn_error *err));

#endif
