/* Each call to the disk fails once, or from then on: nothing that was promised is lost, nothing refused for want of
 * room is there, and nothing is half recorded. */
#include <dirent.h>
#include <sqlite3.h>

#include "tests/web/store_for_tests.h"
#include "tests/web/store_vfs.h"

enum { JOBS = 24 };
typedef enum fate { UNKNOWN, PROMISED, REFUSED } fate;

static fate fates[JOBS];
static bool ended[JOBS];

static const char *name(int i)
{
    static char out[16];

    snprintf(out, sizeof out, "j%d", i);
    return out;
}

static lm_outcome add_one(lm_store *s, int i, limn_error *err)
{
    lm_submission    in = asked(name(i));
    lm_job           job = { 0 };
    const lm_outcome o = s->ops->add(s, &in, &job, err);

    lm_job_done(&job);
    return o;
}

static lm_outcome run_one(lm_store *s, int *which, limn_error *err)
{
    const lm_result r = told(LM_JOB_SUCCESS, 9);
    lm_job          job = { 0 };
    lm_outcome      o = s->ops->lease(s, "w", 5, &job, err);

    if (o == LM_STORE_DONE) {
        *which = atoi(job.id + 1);
        o = s->ops->finish(s, job.seq, job.epoch, &r, err);
    }
    lm_job_done(&job);
    return o;
}

/* Adds three, runs one. */
static lm_outcome one_transaction(lm_store *s, int first, limn_error *err)
{
    int        which = -1;
    lm_outcome o = s->ops->begin(s, err);
    const bool began = o == LM_STORE_DONE;

    for (int i = first; i < first + 3 && o == LM_STORE_DONE; i++)
        o = add_one(s, i, err);
    if (o == LM_STORE_DONE)
        o = run_one(s, &which, err);
    if (o == LM_STORE_DONE)
        o = s->ops->commit(s, err);
    else if (began)
        s->ops->undo(s);
    for (int i = first; i < first + 3; i++)
        fates[i] = o == LM_STORE_DONE ? PROMISED : o == LM_STORE_FULL || o == LM_STORE_BUSY ? REFUSED : UNKNOWN;
    if (o == LM_STORE_DONE)
        ended[which] = true;
    return o;
}

/* Eight transactions, as far as they come. */
static void work(const char *folder)
{
    lm_store  *s = store_open(folder, "shim", (lm_keep){ .entries = 5 });
    lm_outcome o = LM_STORE_DONE;

    memset(fates, 0, sizeof fates);
    memset(ended, 0, sizeof ended);
    for (int i = 0; s && i < JOBS && o != LM_STORE_BROKEN; i += 3) {
        limn_error err = { 0 };

        o = one_transaction(s, i, &err);
        WANT((o == LM_STORE_DONE) == (err.code == LIMN_OK) && (o == LM_STORE_DONE || *err.text));
        if (i == 12 && o != LM_STORE_BROKEN)
            o = s->ops->settle(s, &err);
    }
    lm_store_close(s);
}

static int found(lm_store *s, int i, lm_job_state *state)
{
    const lm_ask ask = { .list = LM_LIST_JOBS, .max = -1 };
    limn_error   err = { 0 };
    lm_page      p;
    int          n = 0;

    if (s->ops->list(s, &ask, &p, &err) != LM_STORE_DONE)
        return -1;
    for (int64_t k = 0; k < p.n; k++)
        if (!strcmp(p.jobs[k].id, name(i))) {
            *state = p.jobs[k].state;
            n++;
        }
    lm_page_done(&p);
    return n;
}

static void check(const char *folder)
{
    lm_store    *s = store_open(folder, NULL, (lm_keep){ 0 });
    lm_job_state state = LM_JOB_PENDING;

    WANT(s != NULL);
    for (int i = 0; s && i < JOBS; i++) {
        const int n = found(s, i, &state);

        WANT(n >= 0 && n <= 1);
        WANT(fates[i] != PROMISED || n == 1);
        WANT(fates[i] != REFUSED || n == 0);
        WANT(!ended[i] || state == LM_JOB_SUCCESS);
    }
    lm_store_close(s);
}

static bool anything_aside(const char *folder)
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    bool           any = false;

    while (d && (e = readdir(d)))
        any |= strstr(e->d_name, "damaged") != NULL;
    closedir(d);
    return any;
}

/* The nth call fails; false when there are not that many. */
static bool once(shim_call call, int64_t nth, int rc, bool stays)
{
    char folder[TEMPORARY_PATH];
    bool came;

    folder_new(folder);
    shim_fail(call, nth, rc, stays);
    work(folder);
    came = shim_failed();
    shim_fail(call, 0, 0, false);
    check(folder);
    WANT(!anything_aside(folder));
    folder_remove(folder);
    if (test_failures)
        printf("call %d, number %lld, answers %d, stays %d\n", call, (long long)nth, rc, stays);
    return came;
}

/* Every nth, or in the suite every few. */
static void all_of(shim_call call, int rc, bool stays)
{
    const int step = rounds(4);

    for (int64_t nth = 1; !test_failures && once(call, nth, rc, stays); nth += step > 1 ? 1 + nth % step : 1)
        ;
}

TEST(a_full_disk_refuses_and_records_nothing_by_halves)
{
    shim_install();
    all_of(SHIM_WRITE, SQLITE_FULL, false);
    all_of(SHIM_WRITE, SQLITE_FULL, true);
}

TEST(a_disk_that_cannot_write_breaks_no_promise)
{
    shim_install();
    all_of(SHIM_WRITE, SQLITE_IOERR_WRITE, false);
    all_of(SHIM_WRITE, SQLITE_IOERR_WRITE, true);
    all_of(SHIM_TRUNCATE, SQLITE_IOERR_TRUNCATE, false);
}

TEST(a_disk_that_cannot_sync_breaks_no_promise)
{
    shim_install();
    all_of(SHIM_SYNC, SQLITE_IOERR_FSYNC, false);
    all_of(SHIM_SYNC, SQLITE_IOERR_FSYNC, true);
}

TEST(files_that_cannot_be_opened_or_read_break_no_promise)
{
    shim_install();
    all_of(SHIM_OPEN, SQLITE_CANTOPEN, false);
    all_of(SHIM_OPEN, SQLITE_CANTOPEN, true);
    all_of(SHIM_READ, SQLITE_IOERR_READ, false);
}

TEST_MAIN
