/* store_queue_test.c: the queue as a loop uses it: asked here, answered later, while two threads wait for the disk. */
#include "tests/web/queue_for_tests.h"

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

/* A job's end and the next one's lease are one commit, however slowly they are asked for. */
TEST(what_is_gathered_is_written_and_synced_at_once)
{
    shim_install();
    folder_new(folder);
    start("shim");
    for (int i = 0; i < 6; i++)
        one(submit(NULL, "{}"));
    one(lease());
    for (int i = 1; i < 6; i++) {
        const int n = n_answers;

        shim_fail(SHIM_SYNC, 0, 0, false);
        lm_queue_gather(q);
        WANT(finish(i, i));
        usleep(5000);
        lm_queue_drain(q);
        WANT(n_answers == n && lm_queue_count(q).running == 1 && shim_count(SHIM_SYNC) == 0);
        WANT(lease());
        lm_queue_go(q);
        wait_for(n + 2);
        WANT(answers[n].outcome == LM_STORE_DONE && answers[n + 1].outcome == LM_STORE_DONE);
        WANT(answers[n + 1].job.seq == i + 1 && shim_count(SHIM_SYNC) == 1);
    }
    lm_queue_gather(q);
    lm_queue_go(q); /* nothing */
    WANT(one(finish(6, 6))->outcome == LM_STORE_DONE);
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

/* What was told to be stopped never runs again: given back, or left behind by a server that is gone. */
TEST(a_stop_outlives_the_worker_and_the_server)
{
    limn_error err = { 0 };
    lm_answer *a;

    folder_new(folder);
    start(NULL);
    one(submit("given-back", "{}"));
    one(submit("left", "{}"));
    one(submit("stays", "{}"));
    for (int i = 0; i < 2; i++)
        one(lease());
    WANT(one(lm_queue_stop(q, "nobody", 0, keep, NULL, &err))->outcome == LM_STORE_NOTHING);
    WANT(one(lm_queue_stop(q, "left", 1, keep, NULL, &err))->outcome == LM_STORE_NOTHING); /* another's epoch */
    a = one(lm_queue_stop(q, "left", 0, keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && a->dropped.seq == 2 && a->dropped.epoch == 2);
    a = one(lm_queue_call_off(q, "given-back", keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && a->dropped.seq == 1 && a->dropped.removed == 0);
    a = one(lm_queue_release(q, 1, 1, keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && a->removed == 1);
    WANT(lm_queue_count(q).pending == 1 && lm_queue_count(q).running == 1 && lm_queue_count(q).history == 1);
    lm_queue_close(q);
    start(NULL);
    WANT(lm_queue_count(q).pending == 1 && lm_queue_count(q).running == 0 && lm_queue_count(q).history == 2);
    a = one(lm_queue_find(q, "left", 1u << LM_JOB_INTERRUPTED, LM_TEXTS_ALL, keep, NULL, &err));
    WANT(a->outcome == LM_STORE_DONE && strstr(a->job.messages.at, "\"execution_interrupted\",{\"prompt_id\":\"left\""));
    WANT(one(lease())->job.seq == 3);
    end();
}

TEST(entries_that_grow_old_are_counted_without_being_asked_for)
{
    int64_t before;

    folder_new(folder);
    start(NULL);
    one(submit("old", "{}"));
    one(lease());
    WANT(one(finish(1, 1))->outcome == LM_STORE_DONE && lm_queue_count(q).history == 1);
    lm_queue_close(q);
    sem_destroy(&woken);
    forget_answers();
    usleep(20000);
    kept_so_long.age_ms = 10;
    start(NULL);
    before = lm_queue_count(q).changes;
    kept_so_long.age_ms = 0;
    sem_wait(&woken); /* nobody asked, and yet there is news */
    lm_queue_drain(q);
    WANT(n_answers == 0 && lm_queue_count(q).history == 0 && lm_queue_count(q).changes > before);
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

/* ---------------------------------------------------------------- the log */

static int64_t log_is(void)
{
    struct stat st;
    char        path[TEMPORARY_PATH + 40];

    snprintf(path, sizeof path, "%s/limn.sqlite-wal", folder);
    return stat(path, &st) ? -1 : (int64_t)st.st_size;
}

/* Both threads move it while jobs come in; a listing in pages finds them all. */
static void keep_the_log_short(const char *vfs, int jobs)
{
    lm_ask     ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1, .bytes = 4000 };
    int64_t    n = 0;
    limn_error err = { 0 };
    lm_answer *a;

    folder_new(folder);
    log_bytes = 64 << 10;
    start(vfs);
    for (int i = 0; i < jobs; i++)
        one(submit(NULL, "{}"));
    do {
        a = one(lm_queue_list(q, &ask, keep, NULL, &err));
        n += a->page.n;
        ask.from = a->page.next;
    } while (a->page.more);
    WANT(n == jobs);
    WANT(log_is() > 0 && log_is() < 1 << 20); /* a hundred commits are about 2.7 MiB */
    log_bytes = 0;
    end();
}

TEST(the_log_stays_short)
{
    keep_the_log_short(NULL, 300);
}

TEST(the_log_stays_short_where_the_database_is_slow_to_sync)
{
    shim_install();
    shim_slow(100);
    keep_the_log_short("shim", 100);
    shim_slow(0);
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
