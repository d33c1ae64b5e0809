/* store_queue_trouble_test.c: the queue with disks that fail and memory that runs out. */
#include <errno.h>

#include "tests/calls.h"
#include "tests/web/queue_for_tests.h"

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

/* The same for what may have been asked while "a" was not there. */
static bool told_or_refused(bool asked_for)
{
    return told_or_done(asked_for) || answers[n_answers - 1].outcome == LM_STORE_REFUSED;
}

static void changes_of_mind(void)
{
    static const char *const ids[] = { "c", "b" };
    const lm_ask ended = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = -1 };
    lm_ask       jobs = { .list = LM_LIST_JOBS, .texts = LM_TEXTS_SUMMARY, .max = -1, .bytes = 1 };
    limn_error   err = { 0 };

    WANT(told_or_refused(submit("b", "{\"extra_pnginfo\": {\"workflow\": {\"id\": \"w\"}}}")));
    WANT(told_or_refused(submit("c", "{}")));
    WANT(told_or_refused(lm_queue_move(q, ids, 2, "a", keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_move(q, ids, 2, NULL, keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_pause(q, false, keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_list(q, &jobs, keep, NULL, &err)));
    jobs.workflow = "w";
    WANT(told_or_refused(lm_queue_list(q, &jobs, keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_list(q, &ended, keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_cancel(q, "b", keep, NULL, &err)));
    WANT(told_or_refused(lm_queue_cancel(q, "c", keep, NULL, &err)));
}

static void there_and_back(void)
{
    limn_error    err = { 0 };
    const lm_job *j;

    WANT(told_or_done(lease()));
    j = &answers[n_answers - 1].job;
    if (j->seq && j->state == LM_JOB_RUNNING)
        WANT(told_or_done(lm_queue_release(q, j->seq, j->epoch, keep, NULL, &err)));
}

static void a_life(void)
{
    const lm_ask ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1 };
    limn_error   err = { 0 };
    lm_job      *j;

    WANT(told_or_done(submit("a", with_secrets)));
    changes_of_mind();
    there_and_back();
    WANT(told_or_done(lm_queue_list(q, &ask, keep, NULL, &err)));
    WANT(told_or_done(lm_queue_find(q, "a", 0, LM_TEXTS_ALL, keep, NULL, &err)));
    WANT(told_or_done(lease()));
    j = &answers[n_answers - 1].job;
    if (j->seq && j->state == LM_JOB_RUNNING)
        WANT(told_or_done(finish(j->seq, j->epoch)));
    WANT(told_or_done(lm_queue_forget(q, "a", keep, NULL, &err)));
}

TEST(an_end_that_finds_no_memory_can_be_told_again)
{
    limn_error err = { 0 };
    lm_result  r = result();

    folder_new(folder);
    start(NULL);
    one(submit("a", "{}"));
    one(lease());
    calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
    WANT(!lm_queue_finish(q, 1, 1, &r, keep, NULL, &err) && err.code == LIMN_MEMORY);
    calls_work();
    WANT_TEXT(r.messages.at, "[1]");
    WANT(one(lm_queue_finish(q, 1, 1, &r, keep, NULL, &err))->outcome == LM_STORE_DONE && !r.messages.at);
    WANT(lm_queue_count(q).history == 1 && lm_queue_count(q).running == 0);
    end();
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

/* The nth piece of memory of this kind cannot be had; false when there are not that many. */
static bool without_memory(int kind, int nth)
{
    bool came;

    calls_fail(kind, nth, ENOMEM, false);
    a_life();
    came = calls_failed();
    calls_work();
    forget_answers();
    WANT(one(submit("after", "{}"))->outcome == LM_STORE_DONE);
    WANT(!lm_queue_is_broken(q));
    clear_away();
    return came;
}

TEST(memory_that_runs_out_costs_one_request)
{
    folder_new(folder);
    start(NULL);
    for (int kind = CALL_LM_TRY_ALLOC; kind <= CALL_LM_TRY_COPY_BYTES; kind++) {
        int nth = 1;

        while (without_memory(kind, nth) && nth < 1000)
            nth++;
        WANT(nth > 1 && nth < 1000);
    }
    end();
}

TEST_MAIN
