/* listing.h: what the queue lists, as one JSON answer.
 *
 *     lm_listing l = { .ask = { .list = LM_LIST_HISTORY, … }, .form = &history };
 *     snprintf(l.key, sizeof l.key, "history %lld", …);
 *     lm_listing_answer(server, rq, &l);
 *
 * Short answers are whole, and kept until the queue changes, so that many clients who ask again and again are answered
 * from memory; who has the answer already is told so (ETag). Long ones leave page by page, each read when the last has
 * gone, so that the memory they take does not depend on their length. */
#ifndef LM_WEB_SERVER_LISTING_H
#define LM_WEB_SERVER_LISTING_H

#include "core/base/text.h"
#include "web/server/part.h"

/* An answer that is being written. Bytes are copied; beyond LM_SHEET_BYTES they begin to leave. */
enum { LM_SHEET_BYTES = 128 << 10 };
typedef struct lm_sheet {
    lm_request     *rq;
    lm_text         text;
    bool            begun, full; /* it leaves as a stream; the stream has no room just now */
    const char     *tag;         /* an entity tag, when it begins to leave */
    lm_reply_ready *ready;
    void           *self;
} lm_sheet;
void lm_sheet_add(lm_sheet *s, const char *bytes, size_t n);
void lm_sheet_puts(lm_sheet *s, const char *text);
void lm_sheet_quote(lm_sheet *s, const char *text); /* as JSON */
void lm_sheet_printf(lm_sheet *s, const char *fmt, ...) LIMN_PRINTF(2, 3);
/* A JSON text as it is kept, or `otherwise` when there is none. */
void lm_sheet_blob(lm_sheet *s, const lm_blob *json, const char *otherwise);
/* Sends it and lets it go; one without `ready` keeps what does not fit yet. */
void lm_sheet_send(lm_sheet *s);
/* [number, id, prompt, extra_data, outputs wanted]: a job as ComfyUI's clients know it. */
void lm_sheet_tuple(lm_sheet *s, const lm_job *j);
void lm_sheet_number(lm_sheet *s, double number);

typedef struct lm_listing lm_listing;
typedef struct lm_listing_form {
    const char *head;                                              /* "{" */
    void (*entry)(lm_listing *l, lm_sheet *out, const lm_job *j);  /* with its own comma: l->told tells how many were */
    void (*tail)(lm_listing *l, lm_sheet *out);
    bool wants_summaries;   /* texts are LM_TEXTS_SUMMARY; where an ended job has none, all its texts are brought */
} lm_listing_form;

struct lm_listing {
    lm_ask                 ask;
    const struct lm_listing_form *form;
    char                   key[512]; /* one question, one key; workflow ids are in it */
    int64_t                number;   /* the form's own */
    int64_t                told, total; /* entries written; lm_page.total of the first page */

    /* The listing's own. */
    lm_server  *server;
    lm_request *rq;
    lm_sheet    sheet;
    char        tag[64], *workflow;
    int64_t     changes;
    bool        asking, whole;   /* an answer is to come or being written; with all texts, for once */
};

/* `l` is copied, ask.workflow too. Answers now or later, whatever comes. */
void lm_listing_answer(lm_server *s, lm_request *rq, const lm_listing *l);

/* Fills in the entity tag of whatever is told of the queue as it is now; true: the client has it, and was answered 304. */
bool lm_listing_has_it(lm_server *s, lm_request *rq, char tag[64]);

extern const lm_part lm_listing_part;

#endif
