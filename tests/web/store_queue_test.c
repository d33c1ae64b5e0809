/* The queue as a loop uses it: asked here, answered later, while two threads wait for the disk. */
#include <dirent.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "tests/web/store_for_tests.h"
#include "tests/web/store_vfs.h"
#include "web/queue/queue.h"

static char      folder[64];
static lm_queue *q;
static sem_t     woken;
static int64_t   log_bytes;

static void wake(void *self)
{
    (void)self;
    sem_post(&woken);
}

static void start(const char *vfs)
{
    const lm_queue_options o = { .store = { .folder = folder, .vfs = vfs }, .most_pending = 300, .wake = wake,
                                 .log_bytes = log_bytes };
    limn_error             err = { 0 };

    sem_init(&woken, 0, 0);
    if (!(q = lm_queue_open(&o, &err)))
        printf("%s\n", err.text);
    WANT(q != NULL);
}

/* The last answers, in the order they came. */
static lm_answer answers[1024];
static int       n_answers;

static void keep(void *self, lm_answer *a)
{
    (void)self;
    answers[n_answers++] = *a;
    a->job = (lm_job){ 0 };
    a->page = (lm_page){ 0 };
}

static void forget_answers(void)
{
    for (int i = 0; i < n_answers; i++) {
        lm_job_done(&answers[i].job);
        lm_page_done(&answers[i].page);
    }
    n_answers = 0;
}

static void wait_for(int n)
{
    while (n_answers < n) {
        sem_wait(&woken);
        lm_queue_drain(q);
    }
}

static lm_answer *one(bool asked_for)
{
    WANT(asked_for);
    wait_for(n_answers + 1);
    return &answers[n_answers - 1];
}

static bool submit(const char *id, const char *extra)
{
    lm_submission s = { .id = id, .client = "me", .prompt = blob_new("{\"1\": {}}"), .extra = blob_new(extra) };
    limn_error    err = { 0 };

    return lm_queue_submit(q, &s, keep, NULL, &err);
}

static lm_result result(void)
{
    return (lm_result){ LM_JOB_SUCCESS, blob_new("[1]"), blob_new("{}"), blob_new("{}"), blob_new("{}"), 0 };
}

static bool lease(void)
{
    limn_error err = { 0 };

    return lm_queue_lease(q, "w", keep, NULL, &err);
}

static bool finish(int64_t seq, int64_t epoch)
{
    lm_result  r = result();
    limn_error err = { 0 };

    return lm_queue_finish(q, seq, epoch, &r, keep, NULL, &err);
}

static void end(void)
{
    lm_queue_close(q);
    sem_destroy(&woken);
    forget_answers();
    folder_remove(folder);
}

TEST(a_job_goes_from_accepted_to_recorded)
{
    limn_error err = { 0 };
    lm_answer *a;
    int64_t    seq, epoch;

    folder_new(folder);
    start(NULL);
    a = one(submit("first", "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"wf-7\"}}}"));
    WANT(a->outcome == LM_STORE_DONE && a->job.number == 0 && lm_queue_count(q).pending == 1);
    WANT_TEXT(a->job.id, "first");
    a = one(lease());
    WANT(a->outcome == LM_STORE_DONE && lm_queue_count(q).running == 1 && lm_queue_count(q).pending == 0);
    WANT_TEXT(a->job.prompt.at, "{\"1\": {}}");
    WANT_TEXT(a->job.extra.at, "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"wf-7\"}}}");
    WANT_TEXT(a->job.workflow, "wf-7");
    WANT_TEXT(a->job.client, "me");
    seq = a->job.seq;
    epoch = a->job.epoch;
    WANT(one(lease())->outcome == LM_STORE_NOTHING);
    WANT(one(finish(seq, epoch - 1))->outcome == LM_STORE_NOTHING);
    WANT(one(finish(seq, epoch))->outcome == LM_STORE_DONE && lm_queue_count(q).history == 1);
    WANT(one(finish(seq, epoch))->outcome == LM_STORE_NOTHING);
    a = one(lm_queue_find(q, "first", 1 << LM_JOB_SUCCESS, LM_TEXTS_ALL, keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && a->job.ended == 1 && a->job.ended_ms > 0);
    WANT_TEXT(a->job.messages.at, "[1]");
    WANT(one(lm_queue_find(q, "nobody", 0, LM_TEXTS_ALL, keep, NULL, &err))->outcome == LM_STORE_NOTHING);
    end();
}

TEST(answers_come_in_the_order_of_the_questions)
{
    folder_new(folder);
    start(NULL);
    for (int i = 0; i < 200; i++) {
        char id[16];

        snprintf(id, sizeof id, "j%d", i);
        WANT(submit(id, "{}"));
    }
    wait_for(200);
    for (int i = 0; i < 200; i++)
        WANT(answers[i].outcome == LM_STORE_DONE && answers[i].job.number == i && answers[i].job.seq == i + 1);
    WANT(lm_queue_count(q).pending == 200);
    end();
}

/* USE-8: by id, at once; what runs is named with its epoch, and what has ended stays as it is. */
TEST(a_cancel_meets_the_job_it_names)
{
    limn_error err = { 0 };
    lm_answer *a;

    folder_new(folder);
    start(NULL);
    one(submit("runs", "{}"));
    one(submit("waits", "{}"));
    one(submit("stays", "{}"));
    one(lease());
    a = one(lm_queue_cancel(q, "waits", keep, NULL, &err));
    WANT(a->dropped.removed == 1 && a->dropped.seq == 0 && lm_queue_count(q).pending == 1);
    a = one(lm_queue_cancel(q, "runs", keep, NULL, &err));
    WANT(a->dropped.removed == 0 && a->dropped.seq == 1 && a->dropped.epoch == 1);
    WANT_TEXT(a->dropped.worker, "w");
    one(finish(1, 1));
    a = one(lm_queue_cancel(q, "runs", keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && a->dropped.removed == 0 && a->dropped.seq == 0);
    a = one(lm_queue_cancel(q, NULL, keep, NULL, &err));
    WANT(a->dropped.removed == 1 && lm_queue_count(q).pending == 0 && lm_queue_count(q).history == 1);
    end();
}

TEST(so_many_may_wait_and_no_more)
{
    folder_new(folder);
    start(NULL);
    for (int i = 0; i < 301; i++)
        WANT(submit(NULL, "{}"));
    wait_for(301);
    WANT(answers[299].outcome == LM_STORE_DONE && answers[300].outcome == LM_STORE_CROWDED);
    WANT(lm_queue_count(q).pending == 300 && strstr(answers[300].error.text, "300 jobs are waiting"));
    end();
}

TEST(extra_data_that_is_no_object_is_refused)
{
    folder_new(folder);
    start(NULL);
    WANT(one(submit("a", "[1]"))->outcome == LM_STORE_REFUSED);
    WANT(one(submit("a", "{\"a\":"))->outcome == LM_STORE_REFUSED && strstr(answers[1].error.text, "extra_data"));
    WANT(one(submit("a", "{\"a\":1,\"api_key_comfy_org\":1,\"api_key_comfy_org\":2}"))->outcome == LM_STORE_REFUSED);
    WANT(one(submit("a", ""))->outcome == LM_STORE_DONE);
    end();
}

/* ---------------------------------------------------------------- secrets */

static bool file_holds(const char *name, const char *what)
{
    char  path[512], *bytes = lm_alloc(8 << 20);
    FILE *f;
    bool  found;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "rb");
    found = f && memmem(bytes, fread(bytes, 1, 8 << 20, f), what, strlen(what));
    if (f)
        fclose(f);
    lm_free(bytes);
    return found;
}

static int files_that_hold(const char *what)
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    int            n = 0;

    while (d && (e = readdir(d)))
        n += e->d_type == DT_REG && file_holds(e->d_name, what);
    closedir(d);
    return n;
}

static const char with_secrets[] = "{\"a\": 1e3, \"api_key\\u005fcomfy_org\": \"hunter2hunter2\", \"b\": [2],"
                                   " \"auth_token_comfy_org\": \"swordfish\"}";

TEST(secrets_reach_the_worker_and_never_the_disk)
{
    limn_error err = { 0 };
    lm_answer *a;

    folder_new(folder);
    start(NULL);
    one(submit("plain-name", with_secrets));
    a = one(lease());
    WANT_TEXT(a->job.extra.at, "{\"a\":1e3,\"b\":[2]}");
    WANT_TEXT(a->job.secrets.at, "{\"api_key_comfy_org\":\"hunter2hunter2\",\"auth_token_comfy_org\":\"swordfish\"}");
    one(lm_queue_release(q, a->job.seq, a->job.epoch, keep, NULL, &err));
    a = one(lease());
    WANT(a->job.secrets.size > 0);
    one(finish(a->job.seq, a->job.epoch));
    one(submit("plain-name", with_secrets));
    WANT(files_that_hold("plain-name") > 0);
    WANT(files_that_hold("hunter2hunter2") == 0 && files_that_hold("swordfish") == 0);
    lm_queue_close(q);
    WANT(files_that_hold("plain-name") > 0 && files_that_hold("hunter2hunter2") == 0);
    start(NULL);
    a = one(lease());
    WANT(a->outcome == LM_STORE_DONE && a->job.secrets.size == 0);
    end();
}

/* ---------------------------------------------------------------- disks that fail */

TEST(after_a_failed_sync_nothing_more_is_accepted)
{
    limn_error err = { 0 };

    shim_install();
    folder_new(folder);
    start("shim");
    WANT(one(submit("before", "{}"))->outcome == LM_STORE_DONE);
    shim_fail(SHIM_SYNC, 1, SQLITE_IOERR_FSYNC, false);
    WANT(one(submit("during", "{}"))->outcome == LM_STORE_BROKEN && *answers[1].error.text);
    WANT(one(submit("after", "{}"))->outcome == LM_STORE_BROKEN);
    WANT(one(lease())->outcome == LM_STORE_BROKEN && lm_queue_is_broken(q));
    WANT(shim_count(SHIM_SYNC) == 1);
    WANT(one(lm_queue_find(q, "before", 0, LM_TEXTS_ALL, keep, NULL, &err))->outcome == LM_STORE_DONE);
    lm_queue_close(q);
    shim_fail(SHIM_SYNC, 0, 0, false);
    start(NULL);
    WANT(one(lease())->outcome == LM_STORE_DONE);
    WANT_TEXT(answers[n_answers - 1].job.id, "before");
    end();
}

TEST(a_result_waits_for_room_on_the_disk)
{
    shim_install();
    folder_new(folder);
    start("shim");
    one(submit("a", "{}"));
    one(lease());
    shim_fail(SHIM_WRITE, 1, SQLITE_FULL, true);
    WANT(finish(1, 1));
    WANT(one(submit("b", "{}"))->outcome == LM_STORE_FULL && strstr(answers[2].error.text, "full"));
    WANT(!lm_queue_is_broken(q) && lm_queue_count(q).running == 1);
    shim_fail(SHIM_WRITE, 0, 0, false);
    wait_for(4);
    WANT(answers[3].outcome == LM_STORE_DONE && lm_queue_count(q).history == 1);
    WANT(one(submit("b", "{}"))->outcome == LM_STORE_DONE);
    end();
}

/* One that does not fit does not cost the others their place. */
TEST(one_that_does_not_fit_is_refused_alone)
{
    lm_submission big = { .id = "big", .extra = blob_new("{}") };
    limn_error    err = { 0 };
    chance        luck = { 3 };

    shim_install();
    folder_new(folder);
    start("shim");
    one(submit("a", "{}"));
    big.prompt = (lm_blob){ lm_alloc(400001), 400000 };
    for (int i = 0; i < 400000; i++)
        big.prompt.at[i] = (char)chance_next(&luck);
    shim_fail(SHIM_WRITE, 60, SQLITE_FULL, false); /* the big one has about 100 pages, each two writes */
    WANT(lm_queue_submit(q, &big, keep, NULL, &err) && submit("b", "{}") && submit("c", "{}"));
    wait_for(4);
    WANT(answers[2].outcome == LM_STORE_DONE && answers[3].outcome == LM_STORE_DONE);
    WANT(shim_failed());
    shim_fail(SHIM_WRITE, 0, 0, false);
    end();
}

/* ---------------------------------------------------------------- memory that runs out */

static atomic_llong fail_at; /* counts down; the allocation at 1 fails */

void *__real_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes)
{
    return atomic_fetch_sub(&fail_at, 1) == 1 ? NULL : __real_lm_try_alloc(bytes);
}

/* DONE, or a refusal that says "memory". */
static bool told_or_done(bool asked_for)
{
    const lm_answer *a;

    if (!asked_for)
        return true;
    wait_for(n_answers + 1);
    a = &answers[n_answers - 1];
    return a->outcome == LM_STORE_DONE || a->outcome == LM_STORE_NOTHING ||
           (a->outcome == LM_STORE_BUSY && a->error.code == LIMN_MEMORY);
}

static void a_life(void)
{
    const lm_ask ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1 };
    limn_error   err = { 0 };
    lm_job      *j;

    WANT(told_or_done(submit("a", with_secrets)));
    WANT(told_or_done(lm_queue_list(q, &ask, keep, NULL, &err)));
    WANT(told_or_done(lm_queue_find(q, "a", 0, LM_TEXTS_ALL, keep, NULL, &err)));
    WANT(told_or_done(lease()));
    j = &answers[n_answers - 1].job;
    if (j->seq && j->state == LM_JOB_RUNNING)
        WANT(told_or_done(finish(j->seq, j->epoch)));
}

static void clear_away(void)
{
    limn_error       err = { 0 };
    const lm_answer *a = one(lm_queue_find(q, "a", 1 << LM_JOB_RUNNING, LM_TEXTS_NONE, keep, NULL, &err));

    if (a->outcome == LM_STORE_DONE)
        one(finish(a->job.seq, a->job.epoch));
    one(lm_queue_cancel(q, NULL, keep, NULL, &err));
    one(lm_queue_forget(q, NULL, keep, NULL, &err));
    forget_answers();
}

TEST(memory_that_runs_out_costs_one_request)
{
    bool came = true;

    folder_new(folder);
    start(NULL);
    for (int nth = 1; came && nth < 500; nth++) {
        atomic_store(&fail_at, nth);
        a_life();
        came = atomic_load(&fail_at) <= 0;
        atomic_store(&fail_at, 0);
        forget_answers();
        WANT(one(submit("after", "{}"))->outcome == LM_STORE_DONE);
        WANT(!lm_queue_is_broken(q));
        clear_away();
    }
    WANT(!came);
    end();
}

/* ---------------------------------------------------------------- the log */

/* Both threads move it while jobs come in; a listing in pages finds them all. */
TEST(the_log_stays_short)
{
    lm_ask      ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1, .bytes = 4000 };
    int64_t     n = 0;
    limn_error  err = { 0 };
    lm_answer  *a;
    struct stat st;
    char        path[128];

    folder_new(folder);
    log_bytes = 64 << 10;
    start(NULL);
    for (int i = 0; i < 300; i++)
        one(submit(NULL, "{}"));
    do {
        a = one(lm_queue_list(q, &ask, keep, NULL, &err));
        n += a->page.n;
        ask.from = a->page.next;
    } while (a->page.more);
    WANT(n == 300);
    snprintf(path, sizeof path, "%s/limn.sqlite-wal", folder);
    WANT(!stat(path, &st) && st.st_size < 2 << 20); /* 300 commits are about 8 MiB */
    log_bytes = 0;
    end();
}

/* ---------------------------------------------------------------- closing */

TEST(closing_finishes_what_was_asked)
{
    limn_error err = { 0 };

    folder_new(folder);
    start(NULL);
    for (int i = 0; i < 100; i++)
        WANT(submit(NULL, "{}"));
    lm_queue_close(q);
    WANT(n_answers == 100);
    for (int i = 0; i < n_answers; i++)
        WANT(answers[i].outcome == LM_STORE_DONE);
    start(NULL);
    WANT(lm_queue_count(q).pending == 100);
    WANT(one(lm_queue_forget(q, NULL, keep, NULL, &err))->removed == 0);
    end();
}

TEST_MAIN
