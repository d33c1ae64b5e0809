/* ids.c: requests that name jobs, and what is done for each of them. */
#include "web/server/ids.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "web/server/errand.h"
#include "web/server/reply.h"

static void ids_free(lm_ids *ids)
{
    for (int i = 0; i < ids->n; i++)
        lm_free(ids->at[i]);
    lm_free(ids->at);
    lm_text_done(&ids->bad);
    lm_request_unref(ids->rq);
    lm_free(ids);
}

/* ------------------------------------------------------------------ reading, in another thread */

/* What Python takes for true, as far as clients send it. */
static bool is_true(const lm_json *d, lm_json_ref v)
{
    double number;
    size_t size;

    switch (lm_json_kind_of(d, v)) {
    case LM_JSON_TRUE: return true;
    case LM_JSON_NUMBER: return lm_json_to_double(d, v, &number) && number != 0;
    case LM_JSON_STRING: return lm_json_string(d, v, &size) && size;
    case LM_JSON_ARRAY:
    case LM_JSON_OBJECT: return lm_json_count(d, v) != 0;
    default: return false;
    }
}

/* No job is called so. */
static void add_bad(lm_ids *ids, const lm_json *d, lm_json_ref v)
{
    if (ids->bad.size > 4096)
        return;
    ids->bad.may_fail = true;
    lm_text_puts(&ids->bad, ids->bad.size ? ", " : "");
    lm_json_write(d, v, LM_JSON_SPACES, &ids->bad);
}

/* One that is no id is longer, or has a NUL or half a character. */
static const char *id_of(const lm_json *d, lm_json_ref v)
{
    size_t      n;
    const char *id = lm_json_string(d, v, &n);

    return id && n && n <= LM_STORE_NAME_MAX && lm_utf8_well(id, n) && !memchr(id, 0, n) ? id : NULL;
}

static bool take_ids(lm_ids *ids, const lm_json *d, lm_json_ref list)
{
    bool well = (ids->at = lm_try_alloc((lm_json_count(d, list) + 1) * sizeof *ids->at));

    for (lm_json_ref v = lm_json_first(d, list); well && v; v = lm_json_next(d, v)) {
        const char *id = id_of(d, v);

        if (!id)
            add_bad(ids, d, v);
        else if ((well = (ids->at[ids->n] = lm_try_copy_bytes(id, strlen(id)))))
            ids->n++;
    }
    return well && !ids->bad.failed;
}

static bool read_body(lm_ids *ids, lm_slice body, limn_error *err)
{
    const char  *list = ids->form->list;
    lm_json     *d = lm_json_read(body.at, body.n, err);
    lm_json_ref  root, v;
    lm_json_kind kind;

    if (!d)
        return false;
    root = lm_json_root(d);
    v = lm_json_get(d, root, list);
    kind = lm_json_kind_of(d, v);
    ids->clear = ids->form->clears && is_true(d, lm_json_get(d, root, "clear"));
    if (!take_ids(ids, d, kind == LM_JSON_ARRAY ? v : 0))
        limn_fail(err, MEMORY, "there is no memory for so many ids");
    else if (lm_json_kind_of(d, root) != LM_JSON_OBJECT)
        limn_fail(err, INPUT, "the body is not a JSON object");
    else if (kind != LM_JSON_ABSENT && kind != LM_JSON_NULL && kind != LM_JSON_ARRAY)
        limn_fail(err, INPUT, "\"%s\" is not a list", list);
    lm_json_free(d);
    return err->code == LIMN_OK;
}

typedef struct reading {
    lm_errand e;
    lm_ids   *ids;
    lm_slice  body;
} reading;

static void read_there(lm_errand *e)
{
    reading *r = (reading *)e;

    if (!read_body(r->ids, r->body, &r->ids->error))
        lm_errand_refuse(e, r->ids->error.code == LIMN_MEMORY ? 503 : 400, r->ids->error.text);
}

/* ------------------------------------------------------------------ asking, on the loop */

static void one_less(lm_ids *ids)
{
    if (--ids->waiting)
        return;
    ids->form->answer(ids);
    ids_free(ids);
}

static void keep_fault(lm_ids *ids, lm_outcome outcome, const limn_error *err)
{
    if (ids->outcome != LM_STORE_DONE)
        return;
    ids->outcome = outcome;
    ids->error = *err;
}

void lm_ids_answered(void *self, lm_answer *a)
{
    lm_ids *ids = self;

    if (a->outcome != LM_STORE_DONE && a->outcome != LM_STORE_NOTHING)
        keep_fault(ids, a->outcome, &a->error);
    ids->done += a->removed + a->dropped.removed;
    one_less(ids);
}

static void ask_for(lm_ids *ids, const char *id)
{
    limn_error err = { 0 };

    ids->waiting++;
    if (!ids->form->ask(ids, id, &err)) {
        keep_fault(ids, LM_STORE_BUSY, &err);
        ids->waiting--;
    }
}

static void refuse(lm_ids *ids)
{
    lm_text t = { .may_fail = true };

    lm_text_printf(&t, "{\"error\": \"%s: a list of at least one id is wanted, and nothing else in it\", \"invalid_ids\": "
                   "[%s]}", ids->form->list, lm_text_str(&ids->bad));
    lm_reply_json(ids->rq, 400, &t);
    ids_free(ids);
}

static void ask_all(lm_errand *e)
{
    lm_ids *ids = ((reading *)e)->ids;

    if (e->status != 200) {
        lm_reply_error(e->rq, e->status, e->words);
        ids_free(ids);
        return;
    }
    if (ids->form->strict && (!ids->n || ids->bad.size)) {
        refuse(ids);
        return;
    }
    ids->waiting = 1; /* ours, so that it does not end before all have been asked */
    if (ids->clear)
        ask_for(ids, NULL);
    for (int i = 0; i < ids->n; i++)
        ask_for(ids, ids->at[i]);
    one_less(ids);
}

void lm_ids_read(lm_server *s, lm_request *rq, const lm_ids_form *form)
{
    reading *r = lm_errand_new(rq, sizeof *r, read_there, ask_all);

    if (!r)
        return;
    r->ids = lm_alloc(sizeof *r->ids); /* small */
    *r->ids = (lm_ids){ .server = s, .rq = lm_request_ref(rq), .form = form };
    r->body = lm_request_body(rq);
    lm_errand_go(&r->e);
}

void lm_ids_reply_empty(lm_ids *ids)
{
    if (ids->outcome == LM_STORE_DONE)
        lm_reply_empty(ids->rq, 200);
    else
        lm_reply_outcome(ids->rq, (int)ids->outcome, &ids->error);
}
