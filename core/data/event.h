/* event.h: what happens while a workflow runs, told to whoever listens (progress bar, socket, trace).
 * All pointers are lent for the call. Events may come from any executor thread, one at a time. */
#ifndef LM_DATA_EVENT_H
#define LM_DATA_EVENT_H

#include <limn/limn.h>

typedef enum lm_event_kind {
    LM_EV_START,       /* a run begins; value = steps of the plan, total = those found in the cache */
    LM_EV_CACHED,      /* node: its result was there */
    LM_EV_RUNNING,     /* node: begins */
    LM_EV_PROGRESS,    /* node: value of total */
    LM_EV_PREVIEW,     /* node: a small picture, [height, width, 3] bytes */
    LM_EV_PICTURE,     /* node: a whole picture for whoever wants the run: a PNG */
    LM_EV_EXECUTED,    /* node: done; json = its ui answer ({"images": [...]}) or NULL */
    LM_EV_BLOCKED,     /* node: not run, or not for every item, because what it was given says stop; error = the
                          message (code INPUT), NULL when it was told before or there is none */
    LM_EV_FAILED,      /* node: error; the run ends */
    LM_EV_INTERRUPTED, /* node: the same when somebody pressed stop */
    LM_EV_DONE         /* the run ended well */
} lm_event_kind;

typedef struct lm_event {
    lm_event_kind     kind;
    const char       *node, *node_class; /* the id in the running graph, and its class; NULL for the run */
    const char       *display; /* the node of the canvas to show it on: itself, or what brought it in */
    const char       *real;    /* the node of the workflow that brought it in: itself for those of the workflow */
    const char       *parent;  /* the node that it was expanded from; NULL for those of the workflow */
    int64_t           value, total;
    const uint8_t    *rgb;
    int               width, height;
    const char       *picture; /* bytes … */
    size_t            n_picture;
    const char       *json;
    const limn_error *error;
} lm_event;

typedef struct lm_listener {
    void (*hear)(void *self, const lm_event *e);
    void *self;
} lm_listener;

#endif
