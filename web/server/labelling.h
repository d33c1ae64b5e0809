/* labelling.h: keeps the labels of pictures (web/queue/labels.h) up to date, beside the loop: it follows the history,
 * job by job, and reads the pictures that no job of it made. */
#ifndef LM_WEB_SERVER_LABELLING_H
#define LM_WEB_SERVER_LABELLING_H

#include "web/queue/labels.h"
#include "web/server/errand.h"

/* The history has grown. [loop] */
void lm_labelling_follow(lm_server *s);
/* lm_errand_go, once what the history has now is labelled, but for a backlog of more than a page of it. [loop] */
void lm_labelling_go(lm_server *s, lm_errand *e);
/* Somebody looks at the pictures: those without a label are read. [loop] */
void lm_labelling_read(lm_server *s);
/* For lm_shelf_ask: the files that have no label; `self` is the lm_labels. [any] */
bool lm_labelling_lacks(void *self, const char *name, int64_t modified_ms);

/* NULL: there are none to be had, and pictures are found by their names. [any] */
lm_labels *lm_labelling_labels(const lm_server *s);

extern const lm_part lm_labelling_part;

#endif
