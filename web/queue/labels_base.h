/* labels_base.h: what the files of labels share: their database and its statements; nobody else includes it. Everything is
 * under the lock, and a failure is a line in the log, once: nobody is to be told of each picture. */
#ifndef LM_WEB_LABELS_BASE_H
#define LM_WEB_LABELS_BASE_H

#include <pthread.h>
#include <sqlite3.h>

#include "web/queue/labels.h"

typedef enum lm_labels_sql {
    LM_LABELS_PUT,      /* path, modified, job, name, words */
    LM_LABELS_FOLLOW,   /* ended */
    LM_LABELS_FOLLOWED,
    LM_LABELS_STATES,   /* -> path, modified */
    LM_LABELS_TELL,     /* path, modified -> job, name */
    LM_LABELS_ALL,      /* -> path, modified, words */
    LM_LABELS_NEWEST,   /* -> path, modified, job, name */
    LM_LABELS_COUNT,
    LM_LABELS_TRIM,     /* how many: the oldest */
    LM_LABELS_SQL
} lm_labels_sql;

struct lm_labels {
    pthread_mutex_t lock;      /* of all that follows */
    sqlite3        *db;
    sqlite3_stmt   *statements[LM_LABELS_SQL];
    lm_states       known;     /* of every label */
    bool            complained;
};

bool          lm_labels_well(lm_labels *l, int rc); /* did that go well? */
sqlite3_stmt *lm_labels_statement(lm_labels *l, lm_labels_sql which); /* NULL: it cannot be had             [lends] */
bool          lm_labels_next(lm_labels *l, sqlite3_stmt *at); /* to its next row; without a statement there is none */
void          lm_labels_rest(sqlite3_stmt *at);               /* no more of it; welcomes NULL */
const char   *lm_labels_text(sqlite3_stmt *at, int column);   /* never NULL; until the next row              [lends] */
int64_t       lm_labels_number(lm_labels *l, lm_labels_sql which); /* of its first row; 0 without */
bool          lm_labels_run(lm_labels *l, const char *words);
bool          lm_labels_know(lm_labels *l); /* `known` anew, from what is there */

#endif
