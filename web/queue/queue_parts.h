/* queue_parts.h: what the queue's files share; nobody else includes it. */
#ifndef LM_WEB_QUEUE_PARTS_H
#define LM_WEB_QUEUE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "web/queue/queue.h"

typedef enum lm_wish_kind {
    LM_WISH_SUBMIT,
    LM_WISH_LEASE,
    LM_WISH_FINISH,
    LM_WISH_RELEASE,
    LM_WISH_CANCEL,
    LM_WISH_STOP,
    LM_WISH_MOVE,
    LM_WISH_PAUSE,
    LM_WISH_FORGET,
    LM_WISH_AGED,               /* nobody's: the history has lost its oldest entries meanwhile */
    LM_WISH_FIND,               /* this one and what follows: the reader's */
    LM_WISH_LIST
} lm_wish_kind;

/* One thing asked for, from the call to the answer. */
typedef struct lm_wish {
    struct lm_wish *next;
    lm_wish_kind    kind;
    lm_answer_fn   *fn;
    void           *self;
    char           *id, *client, *workflow; /* copies; id: also a worker's name, and whom to move in front of */
    char           *names;      /* MOVE: ids, each with a NUL behind it */
    int32_t         n_names;
    bool            paused, stops; /* stops: CANCEL also of the one that runs */
    lm_submission   submission;
    lm_blob         secrets;
    lm_result       result;
    int64_t         seq, epoch;
    unsigned        states;
    lm_store_texts  texts;
    lm_ask          ask;
    size_t          weight;     /* bytes of texts that it brought */
    bool            settled;    /* the answer stands: nothing more is to be tried */
    lm_tally        tally;      /* after it */
    lm_answer       a;
} lm_wish;

typedef struct lm_wishes {
    lm_wish *first, **last;
} lm_wishes;

/* What a job's client must not find on a disk. The writer's own. */
typedef struct lm_secret {
    struct lm_secret *next;
    int64_t           seq;
    char             *id;
    bool              leased;
    lm_blob           text;
} lm_secret;

struct lm_queue {
    lm_queue_options o;
    lm_store        *store, *door;
    pthread_t        writer, reader;
    pthread_mutex_t  lock;              /* of what follows */
    pthread_cond_t   to_write, to_read;
    lm_wishes        writing, reading, answered;
    size_t           waiting;           /* bytes of texts between submit and the disk */
    bool             stopping;
    bool             gathering;
    lm_wishes        gathered;          /* the writer's, when it is all there */
    bool             settle, settling, settled; /* the log is long: the reader's turn; it moves; but for its end it did */
    atomic_bool      broken;
    lm_tally         tally;             /* the loop's */
    /* the writer's */
    lm_secret       *secrets;
    lm_wishes        held;              /* results that found the disk full */
    bool             untidy, cramped, roomy; /* something to sweep; room to make in the log; no more of that */
    int64_t          settle_at;         /* bytes in the log that call for settling */
    lm_tally         latest;
};

/* ---- queue_wish.c */
void     lm_submission_free(lm_submission *s);         /* its texts, not its words */
void     lm_wishes_init(lm_wishes *w);
void     lm_wishes_put(lm_wishes *w, lm_wish *wish);
lm_wish *lm_wishes_take(lm_wishes *w);                /* NULL when it is empty */
void     lm_wishes_move(lm_wishes *to, lm_wishes *from); /* to the end of `to` */
void     lm_wish_free(lm_wish *wish);

/* ---- queue.c */
void     lm_queue_answer(lm_queue *q, lm_wishes *done); /* from any thread */
void     lm_queue_break(lm_queue *q, const limn_error *why);
int64_t  lm_queue_now_ms(void);

/* ---- queue_change.c: within a transaction: does what a wish of the writer's asks for, and fills its answer. */
lm_outcome lm_wish_change(lm_queue *q, lm_wish *w);

void *lm_queue_write(void *q); /* the two threads */
void *lm_queue_read(void *q);

/* ---- queue_extra.c: splits the text of extra_data: *extra keeps what may be stored, byte for byte where nothing
 * is secret; *secrets is { 0 } or a JSON object; *workflow NULL or an id, both new. INPUT, MEMORY. */
bool lm_extra_split(lm_blob *extra, lm_blob *secrets, char **workflow, limn_error *err);

/* ---- queue_secrets.c */
void lm_secrets_follow(lm_secret **list, lm_wish *w); /* after the change that w asked for has been made */
void lm_secrets_free(lm_secret **list);

#endif
