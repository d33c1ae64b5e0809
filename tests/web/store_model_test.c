/* store_model_test.c: the store beside a model that fits on a page: random changes, random listings, closed and opened in between. */
#include <math.h>

#include "tests/web/store_model.h"

/* ---------------------------------------------------------------- changes */

static char *long_text(int i)
{
    static char text[8000];

    snprintf(text, sizeof text, "{\"n\":%d,\"pad\":\"%*s\"}", i, (i * 37) % 7000, "x");
    return text;
}

static void add(void)
{
    const int     name = chance_below(&luck, NAMES), kind = chance_below(&luck, 4);
    lm_submission in = asked(name_of(name));
    model_job    *j = &m.jobs[m.n];
    limn_error    err = { 0 };
    lm_job        out;

    in.numbered = kind == 0;
    in.front = kind == 1;
    in.number = chance_below(&luck, 9) - 4.5;
    in.prompt = blob(long_text(m.n + 1));
    WANT(s->ops->add(s, &in, &out, &err) == LM_STORE_DONE);
    *j = (model_job){ .seq = out.seq, .name = name };
    j->number = in.numbered ? in.number : in.front ? 0.0 - (double)m.counter : (double)m.counter;
    m.counter += !in.numbered;
    WANT(out.seq == m.n + 1 && out.number == j->number && !strcmp(out.id, name_of(name)));
    m.n++;
    lm_job_done(&out);
}

static void lease(void)
{
    limn_error err = { 0 };
    lm_job     out;
    const int  n = m.paused ? 0 : model_list(LM_JOB_PENDING, list);
    lm_outcome o = s->ops->lease(s, "w0", 77, &out, &err);

    WANT(o == (n ? LM_STORE_DONE : LM_STORE_NOTHING));
    if (o == LM_STORE_DONE && n) {
        model_job *j = list[0];

        j->state = LM_JOB_RUNNING;
        j->epoch = ++m.epoch;
        j->attempts++;
        WANT(out.seq == j->seq && out.epoch == j->epoch && out.attempts == j->attempts);
        WANT(out.state == LM_JOB_RUNNING && out.started_ms == 77);
        WANT_TEXT(out.prompt.at, long_text((int)j->seq));
        WANT_TEXT(out.worker, "w0");
    }
    lm_job_done(&out);
}

static void enter(model_job *j, lm_job_state state, int64_t ms)
{
    for (int i = 0; i < m.n; i++)
        if (&m.jobs[i] != j && m.jobs[i].name == j->name && in_history(&m.jobs[i]))
            m.jobs[i].gone = true;
    j->state = state;
    j->ended = ++m.ended;
    j->ended_ms = ms;
}

static void finish(void)
{
    model_job      *j = any(LM_JOB_RUNNING);
    const lm_result r = told((lm_job_state)(LM_JOB_SUCCESS + chance_below(&luck, 4)), 500 + m.ended);
    limn_error      err = { 0 };

    if (!j)
        return;
    WANT(s->ops->finish(s, j->seq, j->epoch, &r, &err) == LM_STORE_DONE);
    enter(j, r.state, r.ended_ms);
}

/* What a worker says that holds nothing any more. */
static void finish_late(void)
{
    const lm_result r = told(LM_JOB_SUCCESS, 1);
    limn_error      err = { 0 };
    int             i = m.n ? chance_below(&luck, m.n) : 0;
    const int64_t   late = m.jobs[i].epoch - (m.jobs[i].state == LM_JOB_RUNNING);

    WANT(s->ops->finish(s, i + 1, late, &r, &err) == LM_STORE_NOTHING && err.code == LIMN_INPUT);
    WANT(s->ops->release(s, i + 1, late, &err) == LM_STORE_NOTHING);
}

/* The store took its own clock's time. */
static void end_stopped(model_job *j)
{
    limn_error err = { 0 };
    lm_job     got;

    WANT(s->ops->find(s, name_of(j->name), 1u << LM_JOB_INTERRUPTED, LM_TEXTS_ALL, &got, &err) == LM_STORE_DONE);
    WANT(got.seq == j->seq && got.messages.at && strstr(got.messages.at, "execution_interrupted"));
    enter(j, LM_JOB_INTERRUPTED, got.ended_ms);
    lm_job_done(&got);
}

static void release(void)
{
    model_job *j = any(LM_JOB_RUNNING);
    limn_error err = { 0 };

    if (!j)
        return;
    WANT(s->ops->release(s, j->seq, j->epoch, &err) == LM_STORE_DONE);
    if (j->stopping) {
        end_stopped(j);
        return;
    }
    j->state = LM_JOB_PENDING;
    j->attempts--;
}

static void stop(void)
{
    const int  name = chance_below(&luck, NAMES);
    model_job *j = any(LM_JOB_RUNNING);
    limn_error err = { 0 };
    lm_dropped out;

    WANT(s->ops->stop(s, name_of(name), m.epoch + 1, &out, &err) == LM_STORE_NOTHING && !out.seq);
    if (!j)
        return;
    WANT(s->ops->stop(s, name_of(j->name), j->epoch, &out, &err) == LM_STORE_DONE);
    WANT(out.seq == j->seq && out.epoch == j->epoch && out.removed == 0);
    j->stopping = true;
}

static void drop(bool all)
{
    const int  name = chance_below(&luck, NAMES);
    int        removed = 0;
    bool       runs = false;
    lm_dropped out;
    limn_error err = { 0 };

    for (int i = 0; i < m.n; i++) {
        model_job *j = &m.jobs[i];

        if (j->gone || (!all && j->name != name))
            continue;
        runs |= j->state == LM_JOB_RUNNING;
        removed += j->state == LM_JOB_PENDING;
        j->gone = j->state == LM_JOB_PENDING;
    }
    WANT(s->ops->drop(s, all ? NULL : name_of(name), &out, &err) == LM_STORE_DONE);
    WANT(out.removed == removed && (out.seq != 0) == (runs && !all));
}

/* ---------------------------------------------------------------- order */

static bool is_among(const model_job *j, const int *names, int n)
{
    for (int i = 0; i < n; i++)
        if (names[i] == j->name)
            return true;
    return false;
}

/* The order that list[0 .. n) is to have: what stays and stands in front of the `at`-th, what moves, the rest. */
static void expect_order(int n, const int *names, int n_names, int at, model_job **out)
{
    int k = 0;

    for (int i = 0; i < at; i++)
        if (!is_among(list[i], names, n_names))
            out[k++] = list[i];
    for (int which = 0; which < n_names; which++)
        for (int i = 0; i < n; i++)
            if (list[i]->name == names[which])
                out[k++] = list[i];
    for (int i = at; i < n; i++)
        if (!is_among(list[i], names, n_names))
            out[k++] = list[i];
}

/* The numbers are the store's to choose: the model takes them over, and wants them in order. */
static void take_numbers(model_job **order, int n)
{
    limn_error err = { 0 };

    for (int i = 0; i < n; i++) {
        lm_ask  ask = { .list = LM_LIST_JOBS, .max = 1, .states = 1, .ascending = true, .offset = 0 };
        lm_page page;

        for (int k = 0; k < m.n && &m.jobs[k] != order[i]; k++)
            ask.offset += !m.jobs[k].gone && m.jobs[k].state == LM_JOB_PENDING;
        WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.n == 1 && page.jobs[0].seq == order[i]->seq);
        order[i]->number = page.n ? page.jobs[0].number : 0;
        WANT(i == 0 || before(order[i - 1], order[i], LM_JOB_PENDING));
        lm_page_done(&page);
    }
}

static void move(void)
{
    static model_job *order[MOST];
    const int         n = model_list(LM_JOB_PENDING, list), n_names = 1 + chance_below(&luck, 5);
    const int         target = chance_below(&luck, 4) && n ? chance_below(&luck, n) : n;
    const char       *ids[5];
    int               names[5], count = 0, at = target, moving = 0;
    int64_t           moved;
    limn_error        err = { 0 };

    for (int i = 0; i < n_names; i++) {
        const int name = chance_below(&luck, NAMES);

        if (!is_among(&(model_job){ .name = name }, names, count))
            names[count++] = name;
    }
    for (int i = 0; i < count; i++)
        ids[i] = lm_copy_text(name_of(names[i]));
    for (int i = 0; i < n; i++)
        moving += is_among(list[i], names, count);
    for (int i = 0; target < n && i < target; i++)
        if (list[i]->name == list[target]->name)
            at = i < at ? i : at; /* the first of that name */
    WANT(s->ops->move(s, ids, count, target < n ? name_of(list[target]->name) : NULL, &moved, &err) == LM_STORE_DONE && moved == moving);
    expect_order(n, names, count, at, order);
    if (moving && memcmp(order, list, sizeof *list * (size_t)n)) {
        bool last = true;

        for (int i = at; i < n; i++)
            last &= is_among(list[i], names, count);
        m.counter += last ? moving : 0;
        take_numbers(order, n);
    }
    for (int i = 0; i < count; i++)
        lm_free((char *)ids[i]);
    ids[0] = "x";
    WANT(s->ops->move(s, ids, 1, "nobody", &moved, &err) == LM_STORE_NOTHING && err.code == LIMN_INPUT && !moved);
}

static void pause_or_go_on(void)
{
    limn_error err = { 0 };

    m.paused = !m.paused;
    WANT(s->ops->pause(s, m.paused, &err) == LM_STORE_DONE);
}

static void forget(bool all)
{
    const int  name = chance_below(&luck, NAMES);
    int64_t    removed, want = 0;
    limn_error err = { 0 };

    for (int i = 0; i < m.n; i++)
        if (in_history(&m.jobs[i]) && (all || m.jobs[i].name == name)) {
            m.jobs[i].gone = true;
            want++;
        }
    WANT(s->ops->forget(s, all ? NULL : name_of(name), &removed, &err) == LM_STORE_DONE);
    WANT(removed == want);
}

static void tidy(void)
{
    limn_error err = { 0 };
    bool       more = true;
    int        n;

    while (more)
        if (s->ops->tidy(s, 1, &more, &err) != LM_STORE_DONE)
            return;
    n = model_list(LM_JOB_SUCCESS, list);
    for (int i = 0; i < n - m.keep; i++)
        list[i]->gone = true;
}

static void reopen(void)
{
    const lm_keep keep = { .entries = m.keep };

    lm_store_close(s);
    s = store_open(folder, NULL, keep);
    for (int i = 0; i < m.n; i++) {
        model_job *j = &m.jobs[i];

        if (j->gone || j->state != LM_JOB_RUNNING)
            continue;
        j->state = LM_JOB_PENDING;
        if (j->stopping)
            enter(j, LM_JOB_INTERRUPTED, 1000);
        else if (j->attempts == LM_STORE_RUNS_MAX)
            enter(j, LM_JOB_FAILED, 1000);
    }
}

/* ---------------------------------------------------------------- listings */

static void same(const lm_page *p, int64_t at, const model_job *j)
{
    const lm_job *g = &p->jobs[at];

    WANT(g->seq == j->seq && g->state == j->state && g->number == j->number && g->attempts == j->attempts);
    WANT(g->ended == j->ended && g->ended_ms == j->ended_ms && g->epoch == j->epoch && !g->damaged);
    WANT_TEXT(g->id, name_of(j->name));
    if (g->prompt.at)
        WANT_TEXT(g->prompt.at, long_text((int)j->seq));
}

/* All pages one after the other, against list[0 .. n). */
static void compare(lm_ask ask, int n)
{
    limn_error err = { 0 };
    lm_page    page;
    int        at = 0;

    do {
        WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE);
        for (int64_t i = 0; i < page.n && at < n; i++)
            same(&page, i, list[at++]);
        if (page.n + at > n + page.n || (at == n && page.n == 0 && page.more))
            break;
        ask.from = page.next;
        WANT(!page.more || page.n > 0);
        if (!page.more)
            break;
        lm_page_done(&page);
    } while (true);
    WANT(at == n && !page.more);
    lm_page_done(&page);
}

static void look_at_queue(void)
{
    static model_job *joined[MOST];
    const lm_ask      ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .bytes = 9000 };
    int               n = model_list(LM_JOB_RUNNING, list), p;

    memcpy(joined, list, sizeof *list * (size_t)n);
    p = model_list(LM_JOB_PENDING, list);
    memmove(list + n, list, sizeof *list * (size_t)p);
    memcpy(list, joined, sizeof *list * (size_t)n);
    compare(ask, n + p);
}

/* Source: ComfyUI's get_history: offset alone or with max_items counts from the oldest, max_items alone asks for the
 * last ones. */
static void look_at_history(void)
{
    const int n = model_list(LM_JOB_SUCCESS, list);
    lm_ask    ask = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = chance_below(&luck, 9) - 1,
                      .offset = chance_below(&luck, 9) - 3, .bytes = 9000 };
    int       from = 0, count = n;

    if (ask.offset >= 0)
        from = ask.offset < n ? (int)ask.offset : n;
    else if (ask.max >= 0)
        from = ask.max < n ? n - (int)ask.max : 0;
    count = ask.max >= 0 && ask.max < n - from ? (int)ask.max : n - from;
    memmove(list, list + from, sizeof *list * (size_t)count);
    compare(ask, count);
}

static void look_at_jobs(void)
{
    static const unsigned masks[] = { 0, 1, 2, 4, 8 | 32, 16, 63 };
    lm_ask     ask = { .list = LM_LIST_JOBS, .texts = LM_TEXTS_SUMMARY, .max = chance_below(&luck, 7) - 1,
                       .offset = chance_below(&luck, 5) - 1, .states = masks[chance_below(&luck, 7)],
                       .ascending = chance_below(&luck, 2) };
    const int  skip = ask.offset > 0 ? (int)ask.offset : 0;
    limn_error err = { 0 };
    lm_page    page;
    int        n = 0, want;

    for (int i = 0; i < m.n; i++) {
        model_job *j = &m.jobs[ask.ascending ? i : m.n - 1 - i];

        if (!j->gone && (!ask.states || ask.states >> j->state & 1))
            list[n++] = j;
    }
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.total == n);
    want = skip >= n ? 0 : ask.max >= 0 && ask.max < n - skip ? (int)ask.max : n - skip;
    WANT(page.n == want);
    for (int i = 0; i < want && i < page.n; i++)
        same(&page, i, list[skip + i]);
    lm_page_done(&page);
}

static void look_at_one(void)
{
    const int  name = chance_below(&luck, NAMES);
    model_job *want = NULL;
    limn_error err = { 0 };
    lm_job     got;
    lm_outcome o;

    for (int state = 0; state < 3 && !want; state++) {
        const lm_job_state order[] = { LM_JOB_RUNNING, LM_JOB_PENDING, LM_JOB_SUCCESS };
        const int          n = model_list(order[state], list);

        for (int i = 0; i < n; i++) /* of several that run or wait, the first by number */
            if (list[i]->name == name && (!want || (state < 2 && before(list[i], want, LM_JOB_PENDING))))
                want = list[i];
    }
    o = s->ops->find(s, name_of(name), 0, LM_TEXTS_ALL, &got, &err);
    WANT(o == (want ? LM_STORE_DONE : LM_STORE_NOTHING));
    WANT(!want || (got.state == want->state && got.number == want->number));
    lm_job_done(&got);
}

static void count(void)
{
    lm_tally t;

    s->ops->count(s, &t);
    WANT(t.pending == model_list(LM_JOB_PENDING, list) && t.running == model_list(LM_JOB_RUNNING, list));
    WANT(t.history == model_list(LM_JOB_SUCCESS, list) && t.paused == m.paused);
}

/* ---------------------------------------------------------------- */

static void change(void)
{
    const int kind = chance_below(&luck, 100);

    if (kind < 34)
        add();
    else if (kind < 40)
        move();
    else if (kind < 43)
        pause_or_go_on();
    else if (kind < 62)
        lease();
    else if (kind < 78)
        finish();
    else if (kind < 80)
        stop();
    else if (kind < 84)
        release();
    else if (kind < 88)
        finish_late();
    else if (kind < 92)
        drop(false);
    else if (kind < 97)
        forget(false);
    else if (kind < 98)
        drop(true);
    else if (kind < 99)
        forget(true);
    else
        tidy();
}

/* A transaction that is undone leaves no trace. */
static void undone(void)
{
    static model saved;
    limn_error   err = { 0 };

    saved = m;
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    for (int i = chance_below(&luck, 6); i >= 0 && m.n < MOST; i--)
        change();
    s->ops->undo(s);
    m = saved;
}

static void step(void)
{
    limn_error err = { 0 };

    if (chance_below(&luck, 15) == 0)
        undone();
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    for (int i = chance_below(&luck, 6); i >= 0 && m.n < MOST; i--)
        change();
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    if (chance_below(&luck, 20) == 0)
        WANT(s->ops->settle(s, &err) == LM_STORE_DONE);
    if (chance_below(&luck, 12) == 0)
        reopen();
    count();
    look_at_one();
}

TEST(random_changes_give_what_the_model_gives)
{
    for (int round = 0; round < rounds(6); round++) {
        m = (model){ .keep = 5 + round % 3 * 20 };
        luck.at = 0x11eaf + (uint64_t)round;
        s = store_open(folder_new(folder), NULL, (lm_keep){ .entries = m.keep });
        for (int i = 0; i < 150 && s && !test_failures; i++) {
            step();
            switch (chance_below(&luck, 4)) {
            case 0:
                look_at_queue();
                break;
            case 1:
                look_at_history();
                break;
            case 2:
                look_at_jobs();
                break;
            }
        }
        if (test_failures)
            printf("round %d\n", round);
        lm_store_close(s);
        folder_remove(folder);
    }
}

TEST_MAIN
