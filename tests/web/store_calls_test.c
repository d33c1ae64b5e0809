/* store_calls_test.c: each call of the system, of memory and of SQLite that the store makes fails, the first, the second, …
 * with one reason after the other: who asked is told, what was promised is there afterwards, and nothing is there twice. */
#include <errno.h>

#include "tests/calls.h"
#include "tests/web/store_calls.h"
#include "tests/web/store_folder.h"

enum { KEPT = 6 };

static bool promised[KEPT], refused[KEPT], ended[KEPT];

/* With any outcome but DONE and NOTHING there is a sentence. */
static bool said(lm_outcome o, limn_error *err)
{
    WANT(o == LM_STORE_DONE || o == LM_STORE_NOTHING || (err->code != LIMN_OK && *err->text));
    WANT(o != LM_STORE_DONE || err->code == LIMN_OK);
    *err = (limn_error){ 0 };
    return o == LM_STORE_DONE;
}

static lm_outcome end_change(lm_store *s, lm_outcome o, limn_error *err)
{
    if (o != LM_STORE_DONE && o != LM_STORE_NOTHING) {
        s->ops->undo(s);
        return o;
    }
    *err = (limn_error){ 0 }; /* NOTHING may have come with words */
    return s->ops->commit(s, err);
}

static char *const long_text = (char[]){ [0 ... 1999] = 'x', 0 };

static void add_kept(lm_store *s, int i)
{
    limn_error    err = { 0 };
    char          id[8];
    lm_submission in;
    lm_outcome    o;

    snprintf(id, sizeof id, "kept%d", i);
    in = asked(id);
    in.workflow = i % 2 ? "w" : NULL;
    in.prompt = (lm_blob){ long_text, 2000 };
    o = add_text(s, &in, &err);
    promised[i] = o == LM_STORE_DONE;
    refused[i] = o == LM_STORE_FULL || o == LM_STORE_BUSY;
    said(o, &err);
}

/* The next job is leased, given back, leased again, told to stop and ends. */
static void run_one(lm_store *s)
{
    const lm_result r = told(LM_JOB_SUCCESS, 9);
    limn_error      err = { 0 };
    lm_job          job = { 0 };
    lm_dropped      stopped;
    lm_outcome      o = s->ops->begin(s, &err);

    if (!said(o, &err))
        return;
    o = s->ops->lease(s, "w", 5, &job, &err);
    if (o == LM_STORE_DONE)
        o = s->ops->release(s, job.seq, job.epoch, &err);
    lm_job_done(&job);
    if (o == LM_STORE_DONE)
        o = s->ops->lease(s, "w", 5, &job, &err);
    if (o == LM_STORE_DONE)
        o = s->ops->stop(s, job.id, job.epoch, &stopped, &err);
    if (o == LM_STORE_DONE)
        o = s->ops->finish(s, job.seq, job.epoch, &r, &err);
    if (said(end_change(s, o, &err), &err) && job.id && !strncmp(job.id, "kept", 4) && o == LM_STORE_DONE)
        ended[job.id[4] - '0'] = true;
    lm_job_done(&job);
}

static void change_of_mind(lm_store *s)
{
    static const char *const ids[] = { "kept5", "kept4" };
    limn_error               err = { 0 };
    lm_dropped               dropped;
    int64_t                  n;
    bool                     more = true;

    add(s, "gone");
    add(s, "forgotten");
    if (said(s->ops->begin(s, &err), &err))
        said(end_change(s, s->ops->move(s, ids, 2, "kept3", &n, &err), &err), &err);
    if (said(s->ops->begin(s, &err), &err))
        said(end_change(s, s->ops->drop(s, "gone", &dropped, &err), &err), &err);
    if (said(s->ops->begin(s, &err), &err))
        said(end_change(s, s->ops->forget(s, "forgotten", &n, &err), &err), &err);
    for (int i = 0; more && i < 3 && said(s->ops->begin(s, &err), &err); i++)
        said(end_change(s, s->ops->tidy(s, 9, &more, &err), &err), &err);
    said(s->ops->settle(s, &err), &err);
    WANT(s->ops->unsettled(s) >= 0);
    s->ops->make_room(s, 1 << 20);
}

static void read_all(lm_store *s)
{
    lm_ask     ask = { .max = -1, .offset = -1, .texts = LM_TEXTS_ALL };
    limn_error err = { 0 };
    lm_page    page;
    lm_job     job;

    for (int list = LM_LIST_QUEUE; list <= LM_LIST_JOBS; list++)
        for (int narrow = 0; narrow < 2; narrow++) {
            ask.list = (lm_ask_list)list;
            ask.workflow = narrow ? "w" : NULL;
            ask.max = narrow ? 2 : -1;
            if (said(s->ops->list(s, &ask, &page, &err), &err))
                lm_page_done(&page);
            WANT(!page.jobs && !page.n);
        }
    if (said(s->ops->find(s, "kept1", 0, LM_TEXTS_ALL, &job, &err), &err))
        lm_job_done(&job);
    WANT(!job.id);
}

/* As far as it comes. A store that failed to open was told, and another one can be opened. */
static void a_life(void)
{
    const lm_store_options o = { .folder = folder, .keep = { .entries = 5, .age_ms = 1 << 20 } };
    limn_error             err = { 0 };
    lm_store              *s = lm_store_open(&o, &err), *reader;

    WANT(s || (err.code != LIMN_OK && *err.text));
    if (!s)
        return;
    for (int i = 0; i < KEPT; i++)
        add_kept(s, i);
    run_one(s);
    change_of_mind(s);
    run_one(s);
    reader = lm_store_reader(s, &err);
    WANT(reader || *err.text);
    if (reader) {
        read_all(reader);
        said(reader->ops->settle(reader, &err), &err);
        WANT(!reader->ops->make_room(reader, 1 << 20)); /* the writer's alone */
    }
    lm_store_close(reader);
    read_all(s);
    lm_store_close(s);
}

static int found(lm_store *s, int i, lm_job_state *state)
{
    const lm_ask ask = { .list = LM_LIST_JOBS, .max = -1, .offset = -1 };
    limn_error   err = { 0 };
    char         id[8];
    lm_page      p;
    int          n = 0;

    snprintf(id, sizeof id, "kept%d", i);
    WANT(s->ops->list(s, &ask, &p, &err) == LM_STORE_DONE);
    for (int64_t k = 0; k < p.n; k++)
        if (!strcmp(p.jobs[k].id, id)) {
            *state = p.jobs[k].state;
            n++;
        }
    lm_page_done(&p);
    return n;
}

static void what_was_promised_is_there(void)
{
    lm_store    *s = store_open(folder, NULL, (lm_keep){ 0 });
    lm_job_state state = LM_JOB_PENDING;

    WANT(s != NULL);
    for (int i = 0; s && i < KEPT; i++) {
        const int n = found(s, i, &state);

        WANT(n <= 1 && (!promised[i] || n == 1) && (!refused[i] || n == 0));
        WANT(!ended[i] || state == LM_JOB_SUCCESS);
    }
    lm_store_close(s);
}

static bool once(int kind, int64_t nth, int answer)
{
    char name[300];
    int  before;
    bool came;

    folder_new(folder);
    memset(promised, 0, sizeof promised);
    memset(refused, 0, sizeof refused);
    memset(ended, 0, sizeof ended);
    before = descriptors();
    calls_fail(kind, nth, answer, false);
    a_life();
    came = calls_failed();
    calls_work();
    WANT(descriptors() == before);
    if (!there_is("damaged", name)) /* what SQLite calls damaged as it is opened is put aside */
        what_was_promised_is_there();
    folder_remove(folder);
    if (test_failures)
        printf("call %d, number %lld, answer %d\n", kind, (long long)nth, answer);
    return came && !test_failures;
}

/* Programs that look after their memory are slow. */
#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 4 };
#else
enum { STRIDE = 1 };
#endif

/* Every nth; with several reasons, each has its own of them in the suite. */
static int64_t each_fails(int kind, const int *answers, int n_answers)
{
    const int all = rounds(0);
    int64_t   n = 0;
    bool      came = true;

    for (int64_t nth = 1; came; nth += all ? 1 : STRIDE)
        for (int i = 0; came && i < n_answers; i++)
            if (all || i == nth / STRIDE % n_answers) {
                came = once(kind, nth, answers[i]);
                n++;
            }
    return n;
}

TEST(calls_of_the_system_that_fail_break_no_promise)
{
    static const int error = EIO;
    int64_t          n = 0;

    for (int kind = 0; kind < CALL_LM_TRY_ALLOC; kind++)
        n += each_fails(kind, &error, 1);
    WANT(n > 40 / STRIDE);
}

TEST(memory_that_runs_out_breaks_no_promise)
{
    static const int error = ENOMEM;

    WANT(each_fails(CALL_LM_TRY_ALLOC, &error, 1) > 40 / STRIDE);
    WANT(each_fails(CALL_SQLITE3_COLUMN_TEXT, &error, 1) > 20 / STRIDE);
}

/* Whatever SQLite says of a statement, at whatever step. */
TEST(statements_that_fail_break_no_promise)
{
    static const int steps[] = { SQLITE_NOMEM, SQLITE_FULL, SQLITE_IOERR_NOMEM, SQLITE_IOERR_READ, SQLITE_CORRUPT, SQLITE_LOCKED,
                                 SQLITE_PROTOCOL, SQLITE_IOERR_WRITE, SQLITE_CANTOPEN, SQLITE_NOTADB };
    static const int others[] = { SQLITE_NOMEM, SQLITE_BUSY };

    WANT(each_fails(CALL_SQLITE3_STEP, steps, sizeof steps / sizeof *steps) > 200 / STRIDE);
    for (int kind = CALL_SQLITE3_STEP + 1; kind < CALL_SQLITE3_COLUMN_TEXT; kind++)
        WANT(each_fails(kind, others, 2) > 0);
}

/* ---------------------------------------------------------------- one by one */

static lm_outcome outcome_of(int rc, int system_errno, limn_error *err)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_outcome o = LM_STORE_DONE;

    store_calls_errno = system_errno;
    if (s->ops->begin(s, err) == LM_STORE_DONE) {
        calls_fail(CALL_SQLITE3_STEP, 1, rc, false);
        o = s->ops->commit(s, err);
        calls_work();
    }
    store_calls_errno = 0;
    lm_store_close(s);
    folder_remove(folder);
    return o;
}

TEST(each_failure_has_its_outcome_and_its_sentence)
{
    static const struct {
        int         rc, system_errno;
        lm_outcome  outcome;
        const char *words;
    } cases[] = {
        { SQLITE_FULL, 0, LM_STORE_FULL, "is full" },
        { SQLITE_IOERR_WRITE, ENOSPC, LM_STORE_FULL, "is full" },
        { SQLITE_IOERR_SHMSIZE, EDQUOT, LM_STORE_FULL, "is full" },
        { SQLITE_IOERR_TRUNCATE, ENOSPC, LM_STORE_FULL, "is full" },
        { SQLITE_IOERR_WRITE, EIO, LM_STORE_BROKEN, "nput/output error" },
        { SQLITE_IOERR_FSYNC, ENOSPC, LM_STORE_BROKEN, "nothing more is accepted" }, /* never "no room" */
        { SQLITE_IOERR_FSYNC, 0, LM_STORE_BROKEN, "disk I/O error" },
        { SQLITE_BUSY, 0, LM_STORE_BUSY, "just now" },
        { SQLITE_LOCKED, 0, LM_STORE_BUSY, "just now" },
        { SQLITE_NOMEM, 0, LM_STORE_BUSY, "just now" },
        { SQLITE_IOERR_NOMEM, 0, LM_STORE_BUSY, "just now" },
        { SQLITE_CORRUPT, 0, LM_STORE_BROKEN, "malformed" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        limn_error err = { 0 };

        WANT(outcome_of(cases[i].rc, cases[i].system_errno, &err) == cases[i].outcome);
        if (!strstr(err.text, cases[i].words)) {
            test_failures++;
            printf("%d says: %s\n", cases[i].rc, err.text);
        }
    }
}

TEST(the_log_moves_later_when_somebody_else_is_at_it)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err = { 0 };

    WANT(add(s, "a") == LM_STORE_DONE && s->ops->unsettled(s) > 0);
    calls_fail(CALL_SQLITE3_WAL_CHECKPOINT_V2, 1, SQLITE_BUSY, false);
    WANT(s->ops->settle(s, &err) == LM_STORE_DONE && calls_failed());
    calls_work();
    WANT(add(s, "b") == LM_STORE_DONE && s->ops->settle(s, &err) == LM_STORE_DONE && s->ops->unsettled(s) == 0);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_new_database_that_is_damaged_at_once_is_told)
{
    const lm_store_options o = { .folder = folder_new(folder) };
    limn_error             err = { 0 };

    calls_fail(CALL_SQLITE3_STEP, 1, SQLITE_CORRUPT, true);
    WANT(!lm_store_open(&o, &err) && err.code == LIMN_FILE && strstr(err.text, "is the disk sound?"));
    calls_work();
    lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    folder_remove(folder);
}

/* What cannot be moved out of the way is not overwritten either. */
TEST(a_damaged_database_that_cannot_be_moved_stays)
{
    const lm_store_options o = { .folder = folder_new(folder) };
    const char            *letter = "this is a letter to my aunt";
    char                   name[300];

    for (int nth = 1; nth <= 3; nth++) {
        char       bytes[64] = "";
        limn_error err = { 0 };
        FILE      *f = fopen(path_of("limn.sqlite"), "w");

        WANT(f && fputs(letter, f) >= 0 && !fclose(f));
        calls_fail(CALL_RENAMEAT, nth, EACCES, false);
        WANT(!lm_store_open(&o, &err) && calls_failed() && strstr(err.text, "cannot be moved aside"));
        calls_work();
        f = fopen(path_of("limn.sqlite"), "r");
        WANT(f && fread(bytes, 1, 63, f) > 0 && !fclose(f));
        WANT_TEXT(bytes, letter);
        WANT(!there_is("damaged", name));
    }
    folder_remove(folder);
}

TEST_MAIN
