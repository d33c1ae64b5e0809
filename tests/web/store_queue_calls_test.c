/* store_queue_calls_test.c: the queue when a call of the system or of SQLite fails, what gathers while its writer is
 * busy, and who asks too much or too late. */
#include <errno.h>

#include "tests/calls.h"
#include "tests/web/queue_for_tests.h"
#include "tests/web/store_calls.h"

/* ---------------------------------------------------------------- a writer that stands still */

static atomic_bool held;
static sem_t       stands, goes;

static void stand(void)
{
    if (atomic_exchange(&held, false)) {
        sem_post(&stands);
        sem_wait(&goes);
    }
}

/* Behind the answer to what is asked next. */
static void hold_writer(void)
{
    sem_init(&stands, 0, 0);
    sem_init(&goes, 0, 0);
    at_wake = stand;
    atomic_store(&held, true);
}

static void is_held(void)
{
    sem_wait(&stands);
}

static void let_go(void)
{
    sem_post(&goes);
    at_wake = NULL;
}

static bool submit_bytes(const char *id, size_t n)
{
    chance        luck = { n };
    lm_submission s = { .id = id, .prompt = { lm_alloc(n + 1), n }, .extra = blob_new("{}") };
    limn_error    err = { 0 };

    for (size_t i = 0; i < n; i++)
        s.prompt.at[i] = (char)chance_next(&luck);
    return lm_queue_submit(q, &s, keep, NULL, &err);
}

static int done(void)
{
    int n = 0;

    for (int i = 0; i < n_answers; i++)
        n += answers[i].outcome == LM_STORE_DONE;
    return n;
}

static void begin(void)
{
    folder_new(folder);
    start(NULL);
}

TEST(what_gathers_is_accepted_however_much_it_is)
{
    begin();
    hold_writer();
    WANT(submit("first", "{}"));
    is_held();
    for (int i = 0; i < 3; i++)
        WANT(submit_bytes(NULL, 4 << 20)); /* 8 MiB are one transaction */
    for (int i = 0; i < 290; i++)
        WANT(submit(NULL, "{}")); /* so are 256 jobs */
    let_go();
    wait_for(294);
    WANT(done() == 294 && lm_queue_count(q).pending == 294);
    end();
}

/* One that is refused, and one that does not fit: the others have their place. */
TEST(in_a_crowd_each_has_its_own_answer)
{
    begin();
    hold_writer();
    WANT(submit("first", "{}"));
    is_held();
    WANT(submit("bad", "[]") && submit("a", "{}") && submit("b", "{}"));
    calls_fail(CALL_SQLITE3_BIND_BLOB64, 1, SQLITE_FULL, false); /* of all of them together */
    let_go();
    wait_for(4);
    WANT(calls_failed() && answers[1].outcome == LM_STORE_REFUSED && done() == 3);
    calls_work();
    end();
}

TEST(a_disk_that_breaks_in_a_crowd_takes_nothing_after_that)
{
    begin();
    hold_writer();
    WANT(submit("first", "{}"));
    is_held();
    WANT(submit("a", "{}") && submit("b", "{}") && submit("c", "{}"));
    calls_fail(CALL_SQLITE3_BIND_BLOB64, 1, SQLITE_FULL, false);         /* together they do not fit; one by one */
    calls_fail(CALL_SQLITE3_BIND_DOUBLE, 2, SQLITE_IOERR_WRITE, false);  /* the second finds the disk broken */
    let_go();
    wait_for(4);
    WANT(answers[1].outcome == LM_STORE_DONE && answers[2].outcome == LM_STORE_BROKEN);
    WANT(answers[3].outcome == LM_STORE_BROKEN && lm_queue_is_broken(q));
    calls_work();
    lm_queue_close(q);
    start(NULL);
    WANT(lm_queue_count(q).pending == 2);
    end();
}

TEST(sweeping_that_finds_no_room_costs_nobody_anything)
{
    begin();
    one(submit("a", "{}"));
    one(lease());
    hold_writer();
    WANT(finish(1, 1));
    is_held(); /* it will look through the history next */
    calls_fail(CALL_SQLITE3_STEP, 1, SQLITE_FULL, false);
    let_go();
    wait_for(3);
    WANT(one(submit("b", "{}"))->outcome == LM_STORE_DONE && calls_failed() && !lm_queue_is_broken(q));
    calls_work();
    end();
}

/* ---------------------------------------------------------------- results and the disk */

TEST(a_result_is_tried_again_though_nobody_asks)
{
    log_bytes = 4096; /* nothing to be done about the log meanwhile */
    begin();
    one(submit("a", "{}"));
    one(lease());
    calls_fail(CALL_SQLITE3_STEP, 1, SQLITE_FULL, true);
    WANT(finish(1, 1));
    WANT(one(submit("b", "{}"))->outcome == LM_STORE_FULL);
    calls_work();
    wait_for(4);
    WANT(answers[3].outcome == LM_STORE_DONE && lm_queue_count(q).history == 1);
    end();
}

TEST(a_result_that_waits_at_the_end_is_told_so)
{
    begin();
    one(submit("a", "{}"));
    one(lease());
    calls_fail(CALL_SQLITE3_STEP, 1, SQLITE_BUSY, true);
    WANT(finish(1, 1));
    WANT(one(submit("b", "{}"))->outcome == LM_STORE_BUSY);
    lm_queue_close(q);
    WANT(n_answers == 4 && answers[3].outcome == LM_STORE_BUSY && *answers[3].error.text);
    calls_work();
    log_bytes = 0;
    start(NULL);
    WANT(lm_queue_count(q).pending == 1 && lm_queue_count(q).history == 0); /* it runs again */
    end();
}

TEST(an_end_that_is_none_is_refused_alone)
{
    lm_result  r = result();
    limn_error err = { 0 };

    begin();
    one(submit("a", "{}"));
    one(lease());
    r.state = LM_JOB_PENDING;
    WANT(one(lm_queue_finish(q, 1, 1, &r, keep, NULL, &err))->outcome == LM_STORE_REFUSED);
    WANT(one(finish(1, 1))->outcome == LM_STORE_DONE);
    end();
}

/* ---------------------------------------------------------------- the log */

static void until_broken(void)
{
    while (!lm_queue_is_broken(q))
        usleep(1000);
}

/* The reader moves it first; what was committed meanwhile is the writer's. */
TEST(a_log_that_cannot_be_moved_is_a_broken_disk)
{
    for (int nth = 1; nth <= 2; nth++) {
        log_bytes = 1;
        calls_fail(CALL_SQLITE3_WAL_CHECKPOINT_V2, nth, SQLITE_IOERR_FSYNC, false);
        begin();
        one(submit("a", "{}"));
        until_broken();
        WANT(one(submit("b", "{}"))->outcome == LM_STORE_BROKEN && strstr(answers[1].error.text, "has failed"));
        WANT(n_answers == 2 && answers[0].outcome == LM_STORE_DONE);
        calls_work();
        log_bytes = 0;
        end();
    }
}

TEST(a_log_that_grows_too_fast_is_moved_by_the_writer)
{
    struct stat st;
    char        path[TEMPORARY_PATH + 40];

    log_bytes = 4096;
    begin();
    for (int i = 0; i < 40; i++)
        WANT(one(submit_bytes(NULL, 200000))->outcome == LM_STORE_DONE);
    snprintf(path, sizeof path, "%s/limn.sqlite-wal", folder);
    WANT(!stat(path, &st) && st.st_size < 4 << 20); /* 40 of them are 8 MiB */
    log_bytes = 0;
    end();
}

/* ---------------------------------------------------------------- opening and closing */

TEST(a_queue_that_cannot_begin_says_why_and_leaves_the_folder)
{
    static const struct {
        int         kind, nth, answer;
        const char *words;
    } cases[] = { { CALL_PTHREAD_CREATE, 1, EAGAIN, "thread" }, { CALL_PTHREAD_CREATE, 2, EAGAIN, "thread" },
                  { CALL_FLOCK, 1, EWOULDBLOCK, "another limn is already serving" }, { CALL_FLOCK, 1, ENOLCK, "cannot be locked" },
                  { CALL_SQLITE3_OPEN_V2, 1, SQLITE_CANTOPEN, "limn.sqlite" },
                  { CALL_SQLITE3_OPEN_V2, 2, SQLITE_CANTOPEN, "limn.sqlite" } };
    const lm_queue_options o = { .store = { .folder = folder_new(folder) } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        limn_error err = { 0 };

        calls_fail(cases[i].kind, cases[i].nth, cases[i].answer, cases[i].kind == CALL_FLOCK); /* asked again and again */
        WANT(!lm_queue_open(&o, &err) && err.code != LIMN_OK && strstr(err.text, cases[i].words) && calls_failed());
        calls_work();
    }
    start(NULL);
    WANT(one(submit("a", "{}"))->outcome == LM_STORE_DONE);
    end();
}

/* Nobody is woken: who drains now and then has the answers, and closing gives out the rest. */
TEST(a_queue_that_wakes_nobody_answers_when_it_is_asked)
{
    const lm_queue_options o = { .store = { .folder = folder_new(folder) } };
    limn_error             err = { 0 };

    lm_queue_close(NULL);
    WANT((q = lm_queue_open(&o, &err)));
    WANT(submit("a", "{}"));
    while (!n_answers)
        lm_queue_drain(q);
    for (int i = 0; i < 400; i++)
        WANT(submit(NULL, "{}")); /* as many as come */
    lm_queue_close(q);
    WANT(done() == 401);
    forget_answers();
    folder_remove(folder);
}

static int refused;

static void ask_again(void *self, lm_answer *a)
{
    static const char *const ids[] = { "a" };
    const lm_ask             ask = { .list = LM_LIST_QUEUE, .max = -1 };
    limn_error               err[10] = { { 0 } };

    (void)self, (void)a;
    refused += !submit("b", "{}");
    refused += !lease();
    refused += !finish(1, 1);
    refused += !lm_queue_release(q, 1, 1, keep, NULL, &err[0]);
    refused += !lm_queue_cancel(q, "a", keep, NULL, &err[1]);
    refused += !lm_queue_move(q, ids, 1, NULL, keep, NULL, &err[2]);
    refused += !lm_queue_pause(q, true, keep, NULL, &err[3]);
    refused += !lm_queue_forget(q, "a", keep, NULL, &err[4]);
    refused += !lm_queue_find(q, "a", 0, LM_TEXTS_ALL, keep, NULL, &err[5]);
    refused += !lm_queue_list(q, &ask, keep, NULL, &err[6]);
    for (int i = 0; i < 7; i++)
        WANT(err[i].code == LIMN_MEMORY && strstr(err[i].text, "limn is ending"));
}

TEST(who_asks_while_it_closes_is_told_no)
{
    limn_error err = { 0 };

    begin();
    hold_writer();
    WANT(lm_queue_cancel(q, "nothing", ask_again, NULL, &err));
    is_held();
    let_go();
    lm_queue_close(q);
    WANT(refused == 10 && n_answers == 0);
    sem_destroy(&woken);
    folder_remove(folder);
}

TEST(so_much_may_wait_and_no_more)
{
    limn_error err = { 0 };

    most_waiting = 1000;
    begin();
    hold_writer();
    WANT(lm_queue_cancel(q, "nothing", keep, NULL, &err));
    is_held();
    WANT(submit_bytes("alone", 5000)); /* one is always taken */
    WANT(!submit_bytes("late", 10));
    WANT(lm_queue_cancel(q, "nothing", keep, NULL, &err)); /* what makes it less is not kept waiting */
    let_go();
    wait_for(3);
    WANT(done() == 3 && submit_bytes("later", 10));
    wait_for(4);
    most_waiting = 0;
    end();
}

/* ---------------------------------------------------------------- what extra_data says */

static const char *workflow_of(const char *extra)
{
    static char out[LM_STORE_NAME_MAX + 1];

    WANT(one(submit("x", extra))->outcome == LM_STORE_DONE);
    one(lease());
    snprintf(out, sizeof out, "%s", answers[n_answers - 1].job.workflow);
    return out;
}

TEST(a_workflows_id_is_one_that_can_be_kept)
{
    char          extra[4000], *w = extra;
    lm_submission named = { .id = "x", .workflow = "by name", .prompt = blob_new("{}"),
                            .extra = blob_new("{\"extra_pnginfo\": {\"workflow\": {\"id\": \"by extra\"}}}") };
    limn_error    err = { 0 };

    begin();
    WANT_TEXT(workflow_of("{\"extra_pnginfo\": {\"workflow\": {\"id\": 7}}}"), "");
    WANT_TEXT(workflow_of("{\"extra_pnginfo\": {\"workflow\": {\"id\": \"a\\u0000b\"}}}"), "a\xef\xbf\xbd" "b");
    sprintf(extra, "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"%0300d\"}}}", 0);
    WANT_TEXT(workflow_of(extra), "");
    w = stpcpy(w, "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"");
    for (int i = 0; i < 200; i++)
        w = stpcpy(w, "\\u0000"); /* 200 bytes, and 600 to C */
    stpcpy(w, "\"}}}");
    WANT_TEXT(workflow_of(extra), "");
    WANT(one(lm_queue_submit(q, &named, keep, NULL, &err))->outcome == LM_STORE_DONE);
    one(lease());
    WANT_TEXT(answers[n_answers - 1].job.workflow, "by name");
    end();
}

TEST(secrets_go_with_their_own_job_and_are_wiped)
{
    limn_error err = { 0 };

    store_calls_secret = "hunter2hunter2";
    begin();
    for (int i = 0; i < 3; i++)
        one(submit(i == 0 ? "a" : i == 1 ? "b" : "c", with_secrets));
    one(submit("plain", "{}"));
    WANT(one(lease())->job.secrets.size && answers[n_answers - 1].job.seq == 1);
    WANT(one(lease())->job.secrets.size && answers[n_answers - 1].job.seq == 2);
    one(lm_queue_release(q, 1, 1, keep, NULL, &err));
    forget_answers();
    store_calls_wiped = 0;
    one(lm_queue_cancel(q, "c", keep, NULL, &err));
    WANT(store_calls_wiped == 1);
    one(finish(2, 2));
    WANT(store_calls_wiped == 2);
    WANT(one(lease())->job.secrets.size && answers[n_answers - 1].job.seq == 1); /* a has its own still */
    WANT(one(lease())->job.seq == 4 && !answers[n_answers - 1].job.secrets.at); /* who brought none has none */
    forget_answers();
    store_calls_wiped = 0;
    one(submit("d", with_secrets));
    calls_fail(CALL_SQLITE3_STEP, 1, SQLITE_FULL, true);
    WANT(store_calls_wiped == 1); /* extra_data as it came */
    WANT(one(submit("refused", with_secrets))->outcome == LM_STORE_FULL);
    lm_queue_drain(q);
    calls_work();
    WANT(store_calls_wiped == 3); /* what came, and what was kept of it */
    lm_queue_close(q);
    WANT(store_calls_wiped == 5); /* of a and d */
    store_calls_secret = NULL;
    forget_answers();
    sem_destroy(&woken);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- any call fails */

static int asked_for;

static void ask(bool was_asked)
{
    asked_for += was_asked;
}

/* Each is answered once, whatever it is. */
static void a_life(void)
{
    static const char *const ids[] = { "b" };
    lm_ask                   list = { .list = LM_LIST_JOBS, .texts = LM_TEXTS_ALL, .max = -1 };
    limn_error               err = { 0 };

    asked_for = 0;
    ask(submit("a", with_secrets));
    ask(submit("b", "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"w\"}}}"));
    ask(lm_queue_move(q, ids, 1, "a", keep, NULL, &err));
    ask(lease());
    wait_for(asked_for);
    ask(finish(answers[n_answers - 1].job.seq, answers[n_answers - 1].job.epoch));
    ask(lm_queue_list(q, &list, keep, NULL, &err));
    ask(lm_queue_find(q, "a", 0, LM_TEXTS_ALL, keep, NULL, &err));
    ask(lm_queue_pause(q, true, keep, NULL, &err));
    ask(lm_queue_cancel(q, "a", keep, NULL, &err));
    ask(lm_queue_forget(q, "b", keep, NULL, &err));
}

static bool once(int kind, int nth, int answer)
{
    bool came;

    begin();
    calls_fail(kind, nth, answer, false);
    a_life();
    lm_queue_close(q);
    came = calls_failed();
    calls_work();
    WANT(n_answers == asked_for && asked_for == 10);
    for (int i = 0; i < n_answers; i++)
        WANT(answers[i].outcome == LM_STORE_DONE || answers[i].outcome == LM_STORE_NOTHING || *answers[i].error.text);
    sem_destroy(&woken);
    forget_answers();
    start(NULL);
    WANT(lm_queue_count(q).pending + lm_queue_count(q).running <= 2);
    end();
    if (test_failures)
        printf("call %d, number %d, answer %d\n", kind, nth, answer);
    return came && !test_failures;
}

TEST(every_question_has_one_answer_whatever_sqlite_says)
{
    static const int codes[] = { SQLITE_FULL, SQLITE_NOMEM, SQLITE_IOERR_WRITE, SQLITE_CORRUPT };
    static const int kinds[] = { CALL_SQLITE3_STEP, CALL_SQLITE3_PREPARE_V3, CALL_SQLITE3_PREPARE_V2, CALL_SQLITE3_BIND_INT64,
                                 CALL_SQLITE3_COLUMN_TEXT };

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int nth = 1; once(kinds[k], nth, codes[nth % 4]) && nth < 500; nth++)
            ;
}

TEST_MAIN
