/* A power cut at every write, truncation and sync of a busy store: what was acknowledged is there afterwards, whole
 * and once. The disk keeps what was synced; of the rest it keeps, drops or tears sectors as it likes. */
#include <dirent.h>

#include "tests/web/store_for_tests.h"
#include "tests/web/store_vfs.h"

enum { JOBS = 400 };

/* What the store promised about a job, and from which record on. */
typedef struct promise {
    int64_t accepted, ended; /* how many records there were when it was given; 0: never */
} promise;

static promise   promises[JOBS + 1]; /* by seq */
static int       n_jobs;
static lm_store *s;
static chance    luck;

static char *text(int64_t seq)
{
    static char out[3000];

    snprintf(out, sizeof out, "{\"seq\":%d,\"pad\":\"%*s\"}", (int)seq, (int)(seq * 91 % 2500), "x");
    return out;
}

static void add(limn_error *err)
{
    lm_submission in = asked(NULL);
    lm_job        out;

    in.prompt = blob(text(n_jobs + 1));
    if (n_jobs == JOBS || s->ops->add(s, &in, &out, err) != LM_STORE_DONE)
        return;
    n_jobs++;
    lm_job_done(&out);
}

/* Leases one and ends one; true when `*ended` did. */
static bool work(int64_t *ended, limn_error *err)
{
    const lm_result r = told(LM_JOB_SUCCESS, 5);
    lm_job          job;
    bool            ok;

    if (s->ops->lease(s, "w", 1, &job, err) != LM_STORE_DONE)
        return false;
    *ended = job.seq;
    ok = chance_below(&luck, 3) && s->ops->finish(s, job.seq, job.epoch, &r, err) == LM_STORE_DONE;
    lm_job_done(&job);
    return ok;
}

static void transaction(void)
{
    const int  before = n_jobs;
    int64_t    ended[8];
    int        n_ended = 0;
    bool       more;
    limn_error err = { 0 };

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    for (int i = chance_below(&luck, 4); i >= 0; i--)
        add(&err);
    for (int i = chance_below(&luck, 3); i > 0; i--)
        n_ended += work(&ended[n_ended], &err);
    if (chance_below(&luck, 4) == 0)
        s->ops->tidy(s, 10, &more, &err);
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    for (int i = before; i < n_jobs; i++)
        promises[i + 1].accepted = shim_recorded();
    for (int i = 0; i < n_ended; i++)
        promises[ended[i]].ended = shim_recorded();
    if (chance_below(&luck, 8) == 0)
        WANT(s->ops->settle(s, &err) == LM_STORE_DONE);
}

static void record_work(const char *folder, int transactions)
{
    memset(promises, 0, sizeof promises);
    n_jobs = 0;
    shim_record(true);
    if (!(s = store_open(folder, "shim", (lm_keep){ 0 })))
        return;
    for (int i = 0; i < transactions; i++)
        transaction();
    shim_record(false);
    lm_store_close(s);
}

static void look(const lm_job *j, int64_t cut, int *seen)
{
    const promise *p = &promises[j->seq];

    WANT(j->seq >= 1 && j->seq <= JOBS && !j->damaged);
    WANT(!seen[j->seq]++);
    WANT_TEXT(j->prompt.at, text(j->seq));
    if (p->ended && p->ended <= cut)
        WANT(j->state == LM_JOB_SUCCESS);
}

/* Everything promised before the cut is there. */
static void check(const char *folder, int64_t cut)
{
    const lm_ask ask = { .list = LM_LIST_JOBS, .texts = LM_TEXTS_ALL, .max = -1, .bytes = 1 << 30 };
    int          seen[JOBS + 2] = { 0 };
    limn_error   err = { 0 };
    lm_page      page;

    if (!(s = store_open(folder, NULL, (lm_keep){ 0 }))) {
        WANT(!"it opens");
        return;
    }
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE);
    for (int64_t i = 0; i < page.n; i++)
        look(&page.jobs[i], cut, seen);
    for (int i = 1; i <= n_jobs; i++)
        if (promises[i].accepted && promises[i].accepted <= cut)
            WANT(seen[i] == 1);
    lm_page_done(&page);
    lm_store_close(s);
}

/* A cut is no damage: nothing is put aside, ever. */
static bool moved_aside(const char *folder)
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    bool           found = false;

    while (d && (e = readdir(d)))
        found |= strstr(e->d_name, "damaged") != NULL;
    closedir(d);
    return found;
}

static void cut_everywhere(const char *folder, int variants)
{
    for (int64_t cut = 1; cut <= shim_recorded() && !test_failures; cut++)
        for (int v = 0; v < variants; v++) {
            shim_play(folder, cut, v == 1 ? NULL : &luck);
            check(folder, cut);
            WANT(!moved_aside(folder));
            if (test_failures)
                printf("cut %lld of %lld, variant %d\n", (long long)cut, (long long)shim_recorded(), v);
        }
}

TEST(a_power_cut_loses_nothing_that_was_acknowledged)
{
    const int n = rounds(1);
    char      folder[TEMPORARY_PATH], disk[TEMPORARY_PATH];
    int64_t   cuts = 0;

    shim_install();
    for (int i = 0; i < n && !test_failures; i++) {
        luck.at = 0xc01d + (uint64_t)i;
        folder_new(folder);
        folder_new(disk);
        record_work(folder, 20);
        cut_everywhere(disk, n > 1 ? 3 : 2);
        cuts += shim_recorded();
        folder_remove(folder);
        folder_remove(disk);
    }
    printf("%lld cuts\n", (long long)cuts);
    WANT(cuts > 100 * n);
}

TEST_MAIN
