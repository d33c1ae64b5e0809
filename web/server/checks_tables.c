/* checks_tables.c: the tables of all nodes, as the worker that checks sends them: read once, shared by all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/graph/json.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"

struct lm_tables_wait {
    lm_tables_wait *next;
    lm_tables_fn   *fn;
    void           *self;
};

/* ------------------------------------------------------------------ tables */

lm_tables *lm_tables_ref(lm_tables *t)
{
    if (t)
        t->refs++;
    return t;
}

void lm_tables_unref(lm_tables *t)
{
    if (!t || --t->refs)
        return;
    for (int i = 0; i < t->n_classes; i++)
        lm_free((char *)t->classes[i].name);
    lm_free(t->classes);
    lm_free(t->json);
    lm_free(t->plans);
    lm_free(t);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct lm_table *)a)->name, ((const struct lm_table *)b)->name);
}

const struct lm_table *lm_tables_find(const lm_tables *t, const char *name)
{
    const struct lm_table key = { .name = name };

    return t && t->n_classes ? bsearch(&key, t->classes, (size_t)t->n_classes, sizeof key, by_name) : NULL;
}

static void add_class(lm_tables *t, lm_json *d, lm_json_ref key, lm_slice info)
{
    bool output = false;

    lm_json_to_bool(d, lm_json_get(d, lm_json_value(d, key), "output_node"), &output);
    t->classes[t->n_classes++] =
        (struct lm_table){ .name = lm_copy_text(lm_json_c_string(d, key)), .info = info, .output = output };
}

static void make_tag(char tag[40], const char *text, size_t n)
{
    const lm_hash hash = lm_hash_add(lm_hash_start(), text, n);

    snprintf(tag, 40, "\"%016llx%016llx\"", (unsigned long long)hash.a, (unsigned long long)hash.b);
}

/* Takes the texts. NULL, with a sentence, when it is none of ours. */
static lm_tables *read_tables(char *json, size_t n, char *plans, size_t n_plans, limn_error *err)
{
    lm_json   *d = lm_json_read(json, n, err);
    lm_tables *t = lm_alloc(sizeof *t);
    lm_members m = lm_members_of((lm_slice){ json, n });
    lm_slice   key, info;

    *t = (lm_tables){ .refs = 1, .json = json, .n = n, .plans = plans, .n_plans = n_plans };
    make_tag(t->tag, json, n);
    make_tag(t->plans_tag, plans, n_plans);
    if (d)
        t->classes = lm_try_alloc(((size_t)lm_json_count(d, lm_json_root(d)) + 1) * sizeof *t->classes);
    if (!t->classes) {
        limn_fail(err, MEMORY, "there is no memory for them");
        lm_json_free(d);
        lm_tables_unref(t);
        return NULL;
    }
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k && lm_members_next(&m, &key, &info);
         k = lm_json_next(d, k))
        add_class(t, d, k, info);
    lm_json_free(d);
    qsort(t->classes, (size_t)t->n_classes, sizeof *t->classes, by_name);
    return t;
}

/* ------------------------------------------------------------------ who waits */

static void answer_all(lm_checks *c, lm_tables_wait *list, lm_tables *t)
{
    lm_tables_ref(t);
    while (list) {
        lm_tables_wait *w = list;

        list = w->next;
        w->fn(w->self, t);
        lm_free(w);
    }
    lm_tables_unref(t);
    (void)c;
}

/* One look of the worker serves all who came before it. */
static void ask(lm_checks *c)
{
    if (!c->gathering || c->expected || !c->born)
        return;
    c->asked = c->gathering;
    c->gathering = NULL;
    c->expected = true;
    lm_worker_ask(c->worker, LM_WIRE_WANT_NODES);
}

void lm_checks_tables(lm_checks *c, lm_tables_fn *fn, void *self)
{
    lm_tables_wait *w = lm_alloc(sizeof *w);

    *w = (lm_tables_wait){ c->gathering, fn, self };
    c->gathering = w;
    ask(c);
}

lm_tables *lm_checks_known(const lm_checks *c)
{
    return c->known;
}

void lm_checks_tables_begin(lm_checks *c)
{
    c->process++;
    c->expected = true;
    c->asked = c->gathering;
    c->gathering = NULL;
}

void lm_checks_tables_lost(lm_checks *c)
{
    lm_tables_wait *asked = c->asked, *gathering = c->gathering;

    c->expected = false;
    c->asked = c->gathering = NULL;
    answer_all(c, asked, NULL);
    answer_all(c, gathering, NULL);
}

void lm_checks_tables_again(lm_checks *c)
{
    lm_tables_wait **last = &c->asked;

    while (*last)
        last = &(*last)->next;
    *last = c->gathering;
    c->gathering = c->asked;
    c->asked = NULL;
    c->expected = false;
}

/* ------------------------------------------------------------------ what comes */

/* `t` NULL: nothing has changed. */
static void take(lm_checks *c, lm_tables *t)
{
    lm_tables_wait *asked = c->asked;

    if (t) {
        lm_tables_unref(c->known);
        c->known = t;
    }
    c->asked = NULL;
    c->expected = false;
    answer_all(c, asked, c->known);
    ask(c);
}

typedef struct reading {
    uv_work_t  work;
    lm_checks *checks;
    int        process;
    char      *json, *plans;
    size_t     n, n_plans;
    lm_tables *tables;
    limn_error err;
} reading;

/* Its process takes them for told: another one tells them anew. */
static void lose(lm_checks *c)
{
    if (c->worker)
        lm_worker_kill(c->worker);
}

static void drop(reading *r)
{
    limn_fail(&r->err, MEMORY, "there is no memory for them");
    lm_free(r->json);
    lm_free(r->plans);
}

static void read_beside(uv_work_t *work)
{
    reading *r = work->data;

    r->json = lm_checks_with_named(r->json, &r->n, false);
    r->plans = lm_checks_with_named(r->plans, &r->n_plans, true);
    if (r->json && r->plans)
        r->tables = read_tables(r->json, r->n, r->plans, r->n_plans, &r->err);
    else
        drop(r);
}

static void has_read(uv_work_t *work, int status)
{
    reading   *r = work->data;
    lm_checks *c = r->checks;

    (void)status;
    if (!r->tables) {
        lm_log(LM_LOG_ERROR, "the tables of nodes cannot be read: %s", r->err.text);
        lose(c);
    }
    if (r->process == c->process && c->expected)
        take(c, r->tables);
    else
        lm_tables_unref(r->tables);
    lm_free(r);
    lm_checks_less(c);
}

void lm_checks_tables_heard(lm_checks *c, const lm_wire *m)
{
    reading *r;

    if (!m->numbers[0]) {
        take(c, NULL);
        return;
    }
    r = lm_alloc(sizeof *r);
    *r = (reading){ .checks = c, .process = c->process, .n = m->texts[0].size,
                    .json = lm_try_copy_bytes(m->texts[0].at, m->texts[0].size), .n_plans = m->texts[1].size,
                    .plans = lm_try_copy_bytes(m->texts[1].at, m->texts[1].size) };
    r->work.data = r;
    c->open++;
    if (!r->json || !r->plans) {
        drop(r);
        has_read(&r->work, 0);
    } else if (uv_queue_work(&c->server->loop, &r->work, read_beside, has_read)) {
        read_beside(&r->work);
        has_read(&r->work, 0);
    }
}
