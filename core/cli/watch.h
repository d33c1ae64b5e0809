/* watch.h: a job on a server, followed to its end. */
#ifndef LM_CLI_WATCH_H
#define LM_CLI_WATCH_H

#include "core/cli/remote_jobs.h"
#include "core/cli/remote_socket.h"
#include "core/graph/workflow.h"

/* Rows for the tables of those who wait. */
#define LM_OPTIONS_WATCH                                                                       \
    { "--json", NULL, "Print the result as JSON." },                                           \
    { "--quiet", NULL, "Show no progress." }

/* Shows progress on stderr until the job has ended, then prints the names of its files (or the result as JSON) on
 * stdout. Returns what limn run would: WELL, FAILED with the node's sentence, CANCELLED; SERVER when the server has no
 * such job, or is silent for a minute. `s` says what happens between two questions and may be NULL; `w` names the
 * nodes and may be NULL. */
int lm_watch(lm_remote *r, lm_remote_socket *s, const char *id, lm_workflow *w, const lm_args *a, limn_error *err);

/* The client id under which limn submit sends a job: whoever watches it may listen there. */
void lm_watch_client(lm_text *t, const char *id);

/* watch_bar.c: the line at the terminal. */
typedef struct lm_bar {
    bool         on, line_open;
    bool         lines;         /* no terminal: a line for each state instead */
    lm_remote_state told;
    lm_workflow *workflow;      /* may be NULL */
    char         node[96];      /* the one at work; "": none */
    double       value, total;  /* of it; 0: unknown */
    double       began_s;
} lm_bar;
void lm_bar_begin(lm_bar *b, lm_workflow *w, bool on);
/* No terminal: "job ID: in_progress" when it is another state than before. */
void lm_bar_tell(lm_bar *b, const char *id, lm_remote_state state);
/* A message of the server's, as it came. True: it is about this job's end. */
bool lm_bar_hear(lm_bar *b, const char *id, const char *message, size_t n);
void lm_bar_draw(lm_bar *b, lm_remote_state state);
void lm_bar_clear(lm_bar *b);

#endif
