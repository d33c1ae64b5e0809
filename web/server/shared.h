/* shared.h: a folder of pipelines that the owner shows to everybody who comes (--share): listed, read, never written.
 *
 * What a file is, only the worker that checks finds out: it is handed the bytes, and gives a card back. Cards are kept
 * for one state of a file each, so what changes in the folder is seen with the next listing. */
#ifndef LM_WEB_SERVER_SHARED_H
#define LM_WEB_SERVER_SHARED_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/base/text.h"
#include "web/server/part.h"

enum { LM_SHARED_MOST = 1000, LM_SHARED_BYTES = 63 << 20, LM_SHARED_CARD = 64 << 10, LM_SHARED_PICTURE = 1 << 20 };

typedef enum lm_card_state { LM_CARD_UNREAD, LM_CARD_BEING_READ, LM_CARD_READ, LM_CARD_BAD } lm_card_state;

/* Counted, and as it is for ever: whoever tells of it holds no lock. */
typedef struct lm_card {
    atomic_int refs;
    char      *json;                       /* core/cli/card.h's, or {"error": "…"} */
    char      *picture;                    /* a WebP; NULL: none */
    size_t     n_picture;
} lm_card;
lm_card *lm_card_new(char *json, char *picture, size_t n_picture); /* takes both                        [new] */
lm_card *lm_card_ref(lm_card *c);                                  /* welcomes NULL, as the next one */
void     lm_card_unref(lm_card *c);

typedef struct lm_shared_file {
    char         *name;                    /* from the folder */
    int64_t       modified_ms, changed_ms;
    uint64_t      bytes;
    lm_card_state state;
    lm_card      *card;                    /* NULL: none yet */
} lm_shared_file;

typedef struct lm_shared {
    lm_server      *server;
    const char     *root;                  /* lent by the options */
    pthread_mutex_t lock;                  /* of what follows */
    lm_shared_file *at;                    /* sorted by name */
    size_t          n, left_out;
    /* of the loop */
    bool            reads, leaving;
} lm_shared;

/* ---- shared_folder.c. Is it the name of a file that is shown? */
bool lm_shared_shows(const char *name);
/* Looks into the folder: cards of files that are as they were stay. False and errno: it is not to be had. [any] */
bool lm_shared_look(lm_shared *s);
/* The one of this name; NULL: none. Under the lock.                                                      [lends] */
const lm_shared_file *lm_shared_find(const lm_shared *s, const char *name);
void lm_shared_free_file(lm_shared_file *f);

/* shared_read.c: files without a card are handed to the worker, one after the other. [loop] */
void lm_shared_read(lm_shared *s);
/* … and no more of them: lm_server_stopped comes when the last has ended. */
void lm_shared_stop(lm_shared *s);

extern const lm_part lm_shared_part;

#endif
