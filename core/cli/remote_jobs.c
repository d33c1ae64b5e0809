/* remote_jobs.c: the jobs of a server, however it lists them. */
#include "core/cli/remote_jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

enum { MOST_JOBS = 1000 };

const char *const lm_remote_state_names[LM_REMOTE_STATES] = { "unknown",   "pending", "in_progress",
                                                              "completed", "failed",  "cancelled" };

void lm_remote_job_done(lm_remote_job *j)
{
    lm_free(j->id);
    lm_free(j->fault);
    *j = (lm_remote_job){ 0 };
}

void lm_remote_jobs_done(lm_remote_jobs *j)
{
    for (int i = 0; i < j->n; i++)
        lm_remote_job_done(&j->at[i]);
    lm_free(j->at);
    *j = (lm_remote_jobs){ 0 };
}

/* ------------------------------------------------------------------ values that a server said */

static double number_of(const lm_json *d, lm_json_ref v)
{
    double x;

    return lm_json_to_double(d, v, &x) && fabs(x) < 1e15 ? x : 0;
}

static void add_text(lm_text *t, const lm_json *d, lm_json_ref v, size_t most)
{
    size_t      n;
    const char *at = lm_json_string(d, v, &n);

    if (at)
        lm_remote_clean(t, at, n, most);
}

/* "node 5 (KSampler): what it said" from the data of execution_error; NULL: there is none.          [new] */
static char *fault_of(const lm_json *d, lm_json_ref error)
{
    lm_text t = { 0 };

    if (lm_json_kind_of(d, error) != LM_JSON_OBJECT)
        return NULL;
    lm_text_puts(&t, "node ");
    add_text(&t, d, lm_json_get(d, error, "node_id"), 64);
    lm_text_puts(&t, " (");
    add_text(&t, d, lm_json_get(d, error, "node_type"), 128);
    lm_text_puts(&t, "): ");
    add_text(&t, d, lm_json_get(d, error, "exception_message"), 600);
    while (t.size && strchr(" ?", t.at[t.size - 1])) /* the line's end, cleaned */
        t.at[--t.size] = 0;
    return lm_text_take(&t);
}

/* A job of this name at the end of the list; NULL when there is no room, or no name. */
static lm_remote_job *add(lm_remote_jobs *j, lm_json *d, lm_json_ref id, lm_remote_state state)
{
    const char *text = lm_json_c_string(d, id);

    if (!text || !*text || strlen(text) > 1024 || j->n == MOST_JOBS)
        return NULL;
    j->at = lm_grow(j->at, (size_t)(j->n + 1) * sizeof *j->at);
    j->at[j->n] = (lm_remote_job){ .id = lm_copy_text(text), .state = state };
    return &j->at[j->n++];
}

/* ------------------------------------------------------------------ /api/jobs */

static lm_remote_state state_of(const lm_json *d, lm_json_ref job)
{
    const lm_json_ref said = lm_json_get(d, job, "status");

    for (int i = LM_REMOTE_PENDING; i < LM_REMOTE_STATES; i++)
        if (lm_json_is(d, said, lm_remote_state_names[i]))
            return (lm_remote_state)i;
    return LM_REMOTE_UNKNOWN;
}

static void add_listed(lm_remote_jobs *j, lm_json *d, lm_json_ref job)
{
    lm_remote_job *one = add(j, d, lm_json_get(d, job, "id"), state_of(d, job));

    if (!one)
        return;
    one->number = number_of(d, lm_json_get(d, job, "priority"));
    one->created_ms = number_of(d, lm_json_get(d, job, "create_time"));
    one->started_ms = number_of(d, lm_json_get(d, job, "execution_start_time"));
    one->ended_ms = number_of(d, lm_json_get(d, job, "execution_end_time"));
    one->outputs = (int64_t)number_of(d, lm_json_get(d, job, "outputs_count"));
    if (one->state == LM_REMOTE_FAILED)
        one->fault = fault_of(d, lm_json_get(d, job, "execution_error"));
}

/* Does the server list jobs? Then *out has what it said, or else nothing was said. */
static int ask_listed(lm_remote *r, const char *path, lm_json **out, bool *lists, limn_error *err)
{
    lm_remote_answer a;
    limn_error       ignored = { 0 }, why = { 0 };
    int              status = lm_remote_ask(r, "GET", path, NULL, 0, &a, &why);

    *out = a.body ? lm_json_read(a.body, a.size, &ignored) : NULL;
    /* A 404 with {"error": …} is about the job; any other is about the route. */
    *lists = status == LM_EXIT_WELL ? *out && lm_json_kind_of(*out, lm_json_root(*out)) == LM_JSON_OBJECT
                                    : a.status == 404 && *out && lm_json_get(*out, lm_json_root(*out), "error");
    if (status == LM_EXIT_WELL || a.status == 404 || a.status == 405 || a.status == 501)
        status = LM_EXIT_WELL;
    else
        *err = why;
    lm_remote_answer_done(&a);
    if (!*lists || status != LM_EXIT_WELL) {
        lm_json_free(*out);
        *out = NULL;
    }
    return status;
}

static int list(lm_remote *r, const char *path, lm_remote_jobs *out, bool *lists, limn_error *err)
{
    lm_json    *d;
    lm_json_ref jobs;
    int         status = ask_listed(r, path, &d, lists, err);

    if (!d)
        return status;
    jobs = lm_json_get(d, lm_json_root(d), "jobs");
    *lists = lm_json_kind_of(d, jobs) == LM_JSON_ARRAY;
    for (lm_json_ref v = *lists ? lm_json_first(d, jobs) : 0; v; v = lm_json_next(d, v))
        add_listed(out, d, v);
    lm_json_free(d);
    return status;
}

/* ------------------------------------------------------------------ /queue */

static void add_tuples(lm_remote_jobs *j, lm_json *d, const char *key, lm_remote_state state)
{
    const lm_json_ref rows = lm_json_get(d, lm_json_root(d), key);

    for (lm_json_ref v = lm_json_kind_of(d, rows) == LM_JSON_ARRAY ? lm_json_first(d, rows) : 0; v; v = lm_json_next(d, v)) {
        lm_remote_job *one = add(j, d, lm_json_at(d, v, 1), state);

        if (!one)
            continue;
        one->number = number_of(d, lm_json_at(d, v, 0));
        one->created_ms = number_of(d, lm_json_get(d, lm_json_at(d, v, 3), "create_time"));
    }
}

static int by_turn(const void *a, const void *b)
{
    const lm_remote_job *x = a, *y = b;

    if (x->state != y->state)
        return (x->state < y->state) - (x->state > y->state);
    return (x->number > y->number) - (x->number < y->number);
}

int lm_remote_queue(lm_remote *r, lm_remote_jobs *out, limn_error *err)
{
    lm_json *d;
    bool     lists;
    int      status;

    *out = (lm_remote_jobs){ 0 };
    status = list(r, "/api/jobs?status=in_progress,pending&limit=1000&offset=0&sort_order=asc", out, &lists, err);
    if (status == LM_EXIT_WELL && !lists && (status = lm_remote_json(r, "/queue", &d, err)) == LM_EXIT_WELL) {
        add_tuples(out, d, "queue_running", LM_REMOTE_RUNNING);
        add_tuples(out, d, "queue_pending", LM_REMOTE_PENDING);
        lm_json_free(d);
    }
    if (out->n)
        qsort(out->at, (size_t)out->n, sizeof *out->at, by_turn);
    return status;
}

/* ------------------------------------------------------------------ /history */

static void read_message(lm_remote_job *one, const lm_json *d, lm_json_ref message)
{
    const lm_json_ref name = lm_json_at(d, message, 0), data = lm_json_at(d, message, 1);
    const double      when = number_of(d, lm_json_get(d, data, "timestamp"));

    if (lm_json_is(d, name, "execution_start"))
        one->started_ms = when;
    else if (lm_json_is(d, name, "execution_success"))
        one->ended_ms = when;
    if (lm_json_is(d, name, "execution_interrupted") || lm_json_is(d, name, "execution_error")) {
        one->ended_ms = when;
        one->state = lm_json_is(d, name, "execution_error") ? LM_REMOTE_FAILED : LM_REMOTE_CANCELLED;
    }
    if (lm_json_is(d, name, "execution_error") && !one->fault)
        one->fault = fault_of(d, data);
}

static void count_files(lm_remote_job *one, lm_json *d, lm_json_ref entry)
{
    const lm_json_ref outputs = lm_json_get(d, entry, "outputs");

    for (lm_json_ref node = lm_json_first_key(d, outputs); node; node = lm_json_next(d, node)) {
        const lm_json_ref answer = lm_json_value(d, node);

        for (lm_json_ref k = lm_json_first_key(d, answer); k; k = lm_json_next(d, k))
            if (lm_json_kind_of(d, lm_json_value(d, k)) == LM_JSON_ARRAY)
                one->outputs += lm_json_count(d, lm_json_value(d, k));
    }
}

static void read_entry(lm_remote_job *one, lm_json *d, lm_json_ref entry)
{
    const lm_json_ref status = lm_json_get(d, entry, "status"), messages = lm_json_get(d, status, "messages");

    if (!lm_json_is(d, lm_json_get(d, status, "status_str"), "success") && lm_json_kind_of(d, status) == LM_JSON_OBJECT)
        one->state = LM_REMOTE_FAILED;
    for (lm_json_ref v = lm_json_kind_of(d, messages) == LM_JSON_ARRAY ? lm_json_first(d, messages) : 0; v;
         v = lm_json_next(d, v))
        read_message(one, d, v);
    one->number = number_of(d, lm_json_at(d, lm_json_get(d, entry, "prompt"), 0));
    count_files(one, d, entry);
}

static int list_history(lm_remote *r, int most, lm_remote_jobs *out, limn_error *err)
{
    lm_text     path = { 0 };
    lm_json    *d;
    int         status;

    lm_text_printf(&path, "/history?max_items=%d", most);
    status = lm_remote_json(r, path.at, &d, err);
    lm_text_done(&path);
    if (status != LM_EXIT_WELL)
        return status;
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k; k = lm_json_next(d, k)) {
        lm_remote_job *one = add(out, d, k, LM_REMOTE_COMPLETED);

        if (one)
            read_entry(one, d, lm_json_value(d, k));
    }
    lm_json_free(d);
    for (int i = 0, k = out->n - 1; i < k; i++, k--) { /* the oldest came first */
        const lm_remote_job kept = out->at[i];

        out->at[i] = out->at[k];
        out->at[k] = kept;
    }
    return LM_EXIT_WELL;
}

int lm_remote_history(lm_remote *r, int most, lm_remote_jobs *out, limn_error *err)
{
    lm_text path = { 0 };
    bool    lists;
    int     status;

    *out = (lm_remote_jobs){ 0 };
    lm_text_printf(&path, "/api/jobs?status=completed,failed,cancelled&limit=%d&offset=0", most);
    status = list(r, path.at, out, &lists, err);
    lm_text_done(&path);
    return status == LM_EXIT_WELL && !lists ? list_history(r, most, out, err) : status;
}

/* ------------------------------------------------------------------ one job */

int lm_remote_entry(lm_remote *r, const char *id, lm_json **out, lm_json_ref *entry, limn_error *err)
{
    lm_text path = { 0 };
    int     status;

    lm_text_puts(&path, "/history/");
    lm_remote_escape(&path, id);
    status = lm_remote_json(r, path.at, out, err);
    lm_text_done(&path);
    *entry = status == LM_EXIT_WELL ? lm_json_get(*out, lm_json_root(*out), id) : 0;
    if (*entry && lm_json_kind_of(*out, *entry) != LM_JSON_OBJECT)
        *entry = 0;
    return status;
}

static int find_in_history(lm_remote *r, const char *id, lm_remote_job *out, limn_error *err)
{
    lm_json    *d;
    lm_json_ref entry;
    int         status = lm_remote_entry(r, id, &d, &entry, err);

    if (status == LM_EXIT_WELL && entry) {
        out->state = LM_REMOTE_COMPLETED;
        read_entry(out, d, entry);
    }
    if (status == LM_EXIT_WELL)
        lm_json_free(d);
    return status;
}

static int find_in_queue(lm_remote *r, const char *id, lm_remote_job *out, limn_error *err)
{
    lm_remote_jobs all;
    int            status = lm_remote_queue(r, &all, err);

    for (int i = 0; status == LM_EXIT_WELL && i < all.n; i++)
        if (!strcmp(all.at[i].id, id))
            out->state = all.at[i].state;
    lm_remote_jobs_done(&all);
    return status;
}

/* What ends between two questions is in neither answer: the history is asked once more. */
static int find_unlisted(lm_remote *r, const char *id, lm_remote_job *out, limn_error *err)
{
    int status = find_in_history(r, id, out, err);

    if (status == LM_EXIT_WELL && out->state == LM_REMOTE_UNKNOWN)
        status = find_in_queue(r, id, out, err);
    if (status == LM_EXIT_WELL && out->state == LM_REMOTE_UNKNOWN)
        status = find_in_history(r, id, out, err);
    return status;
}

int lm_remote_find(lm_remote *r, const char *id, lm_remote_job *out, limn_error *err)
{
    lm_remote_jobs one = { 0 };
    lm_text        path = { 0 };
    lm_json       *d;
    bool           lists;
    int            status;

    *out = (lm_remote_job){ .id = lm_copy_text(id) };
    lm_text_puts(&path, "/api/jobs/");
    lm_remote_escape(&path, id);
    status = ask_listed(r, path.at, &d, &lists, err);
    lm_text_done(&path);
    if (d)
        add_listed(&one, d, lm_json_root(d));
    lm_json_free(d);
    if (one.n && !strcmp(one.at[0].id, id)) {
        lm_remote_job_done(out);
        *out = one.at[0];
        one.at[0] = (lm_remote_job){ 0 };
    }
    lm_remote_jobs_done(&one);
    return status == LM_EXIT_WELL && out->state == LM_REMOTE_UNKNOWN ? find_unlisted(r, id, out, err) : status;
}
