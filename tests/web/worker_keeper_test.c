/* worker_keeper_test.c: the keeper of a worker while what it keeps ends in the middle of a word, says what it may not, or
 * cannot be had; the worker is a thread that plays a piece. */
#include <errno.h>
#include <sys/wait.h>

#include "tests/calls.h"
#include "tests/web/worker_piece.h"
#include "web/work/work.h"

enum { CALL_UV_ASYNC_INIT = CALL_KINDS };

int __real_uv_async_init(uv_loop_t *l, uv_async_t *a, uv_async_cb f);
int __wrap_uv_async_init(uv_loop_t *l, uv_async_t *a, uv_async_cb f);
int __wrap_uv_async_init(uv_loop_t *l, uv_async_t *a, uv_async_cb f)
{
    return call_verdict(CALL_UV_ASYNC_INIT) ? UV_EMFILE : __real_uv_async_init(l, a, f);
}

/* ------------------------------------------------------------------ torn words */

/* A worker that dies behind any byte of what it says: what was said whole is heard, nothing else; its job is lost unless its
 * end was said whole; it is told once; and another one takes its place. */
TEST(a_worker_may_die_behind_any_byte)
{
    enum { HELLO, STARTED, RUNNING, EXECUTED, ENDED };

    piece_begin();
    piece_add((lm_wire){ .type = LM_WIRE_STARTED, .job = JOB, .epoch = EPOCH, .numbers = { 1 } });
    piece_add(of_job(LM_WIRE_RUNNING));
    piece_add(of_job(LM_WIRE_EXECUTED));
    piece_add((lm_wire){ .type = LM_WIRE_ENDED, .job = JOB, .epoch = EPOCH });
    for (size_t cut = 0; cut <= piece.size; cut++) {
        bench b;
        bool  given, ended;

        piece.cut = cut;
        given = cut >= piece.ends[HELLO];
        ended = cut >= piece.ends[ENDED];
        open_piece(&b);
        WANT(bench_until(&b, has_died));
        WANT(b.end.why == LM_WORKER_DIED && *b.end.sentence);
        WANT(b.end.job == (given && !ended ? JOB : 0) && b.end.epoch == 10 * b.end.job);
        WANT(b.end.begun == (cut >= piece.ends[STARTED]) && !b.end.checks);
        for (int i = STARTED; i < piece.n; i++)
            WANT(b.readies > 1 || !!bench_find(&b, (lm_wire_type)(i == STARTED ? LM_WIRE_STARTED : i == RUNNING ? LM_WIRE_RUNNING
                               : i == EXECUTED ? LM_WIRE_EXECUTED : LM_WIRE_ENDED), 0) == (cut >= piece.ends[i]));
        WANT_TEXT(b.end.node, cut >= piece.ends[RUNNING] && cut < piece.ends[EXECUTED] ? "1" : "");
        WANT(!strstr(b.end.sentence, "breaks the protocol"));
        if (cut % 16 == 0 && given) /* another one takes its place: it is told of, and given nothing by itself */
            WANT(bench_until(&b, is_back));
        bench_done(&b);
    }
}

/* ------------------------------------------------------------------ what may not be said */

TEST(what_a_worker_may_not_say_ends_it_with_the_reason)
{
    static const struct {
        lm_wire     m;
        const char *words;
    } frames[] = {
        { { .type = LM_WIRE_ENDED, .job = JOB + 1, .epoch = EPOCH }, "ENDED for a job or check that it does not have" },
        { { .type = LM_WIRE_ENDED, .job = JOB, .epoch = EPOCH + 1 }, "ENDED for a job or check that it does not have" },
        { { .type = LM_WIRE_STARTED, .job = JOB, .epoch = EPOCH - 1 }, "STARTED for a job or check that it does not have" },
        { { .type = LM_WIRE_CHECKED, .job = 1 }, "CHECKED for a job or check that it does not have" },
        { { .type = LM_WIRE_STOP, .job = JOB, .epoch = EPOCH }, "a frame that goes the other way" },
        { { .type = LM_WIRE_HELLO, .numbers = { LM_WIRE_VERSION } }, "HELLO a second time" },
    };

    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        bench b;

        piece_begin();
        piece_add(frames[i].m);
        piece.stays = true;
        open_piece(&b);
        WANT(bench_until(&b, has_died));
        WANT(b.end.why == LM_WORKER_BROKEN && b.end.job == JOB && b.end.epoch == EPOCH);
        WANT(strstr(b.end.sentence, frames[i].words) && !bench_find(&b, frames[i].m.type, 0));
        bench_done(&b);
    }
}

TEST(a_worker_of_another_version_is_turned_away)
{
    bench   b;
    lm_wire other = lm_wire_hello("cpu", "f32");

    piece_begin();
    piece.size = 0;
    piece.n = 0;
    other.numbers[0] = LM_WIRE_VERSION + 1;
    piece_add(other);
    piece.stays = true;
    open_piece(&b);
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_BROKEN && !b.readies && !b.end.job && strstr(b.end.sentence, "speaks version"));
    bench_done(&b);
}

/* It leaves by itself: begun or not is what decides whether the job may run again. */
TEST(a_worker_that_says_goodbye_tells_whether_it_had_begun)
{
    for (int begins = 0; begins < 2; begins++) {
        bench b;

        piece_begin();
        if (begins)
            piece_add((lm_wire){ .type = LM_WIRE_STARTED, .job = JOB, .epoch = EPOCH });
        piece_add((lm_wire){ .type = LM_WIRE_BYE });
        open_piece(&b);
        WANT(bench_until(&b, has_died));
        WANT(b.end.why == LM_WORKER_LEFT && b.end.job == JOB && b.end.begun == begins);
        bench_done(&b);
    }
}

/* ------------------------------------------------------------------ clocks */

static bool is_silent(const bench *b) { return b->ends > 0; }

TEST(each_clock_ends_a_worker_for_its_own_reason)
{
    static const struct {
        size_t        offset;
        bool          greets, stops;
        lm_worker_why why;
    } clocks[] = {
        { offsetof(lm_worker_options, start_ms), false, false, LM_WORKER_SILENT },
        { offsetof(lm_worker_options, hang_ms), true, false, LM_WORKER_SILENT },
        { offsetof(lm_worker_options, job_ms), true, false, LM_WORKER_LATE },
        { offsetof(lm_worker_options, stop_ms), true, true, LM_WORKER_LATE },
    };

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        bench b;

        piece_begin();
        piece_add((lm_wire){ .type = LM_WIRE_STARTED, .job = JOB, .epoch = EPOCH });
        piece.cut = clocks[i].greets ? piece.size : piece.ends[0] - 1;
        piece.stays = true;
        set_piece(&b);
        *(int *)((char *)&b.o + clocks[i].offset) = 30;
        bench_start(&b);
        if (clocks[i].stops) {
            WANT(bench_until(&b, has_begun));
            lm_worker_stop(b.worker, JOB, EPOCH + 1);
            lm_worker_stop(b.worker, JOB + 1, EPOCH);
            WANT(!b.worker->stop_by);
            lm_worker_stop(b.worker, JOB, EPOCH);
            lm_worker_stop(b.worker, JOB, EPOCH); /* a second word does not make it wait longer */
            WANT(b.worker->stop_by);
        }
        WANT(bench_until(&b, is_silent));
        WANT(b.end.why == clocks[i].why && b.end.job == (clocks[i].greets ? JOB : 0));
        bench_done(&b);
    }
}

/* Held, it is not hanging: nobody reads what it says. */
TEST(a_worker_that_is_held_does_not_count_as_silent)
{
    bench b;

    piece_begin();
    piece_add((lm_wire){ .type = LM_WIRE_STARTED, .job = JOB, .epoch = EPOCH });
    piece.stays = true;
    set_piece(&b);
    b.o.hang_ms = 50;
    bench_start(&b);
    WANT(bench_until(&b, has_begun));
    lm_worker_hold(b.worker, true);
    lm_worker_hold(b.worker, true);
    for (int i = 0; i < 20; i++) {
        uv_run(&b.loop, UV_RUN_NOWAIT);
        usleep(10000);
    }
    WANT(!b.ends);
    lm_worker_hold(b.worker, false);
    WANT(bench_until(&b, has_died) && b.end.why == LM_WORKER_SILENT);
    bench_done(&b);
}

/* What runs in our own process and does not end takes the process with it, when all is to end. */
TEST(a_thread_that_does_not_end_is_not_waited_for)
{
    int         status = 0;
    const pid_t child = fork();

    if (!child) {
        bench b;

        piece_begin();
        piece.deaf = true;
        set_piece(&b);
        b.o.close_ms = 10;
        bench_start(&b);
        bench_until(&b, is_there);
        bench_done(&b);
        _exit(0);
    }
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == LM_WORK_BROKEN);
}

/* ------------------------------------------------------------------ any state */

/* Told to go, ended, held, stopped, asked: whatever it does just then. */
TEST(a_worker_may_be_told_anything_at_any_time)
{
    enum { STARTING, WORKING, GONE, STATES };
    const lm_wire check = { .type = LM_WIRE_CHECK, .job = 1 };

    for (int state = STARTING; state < STATES; state++)
        for (int kills = 0; kills < 2; kills++) {
            bench      b;
            limn_error err[2] = { { 0 } };

            piece_begin();
            piece.stays = state != GONE;
            piece.cut = state == STARTING ? 3 : piece.size;
            set_piece(&b);
            b.o.rest_ms = b.o.most_rest_ms = 60000;
            bench_start(&b);
            b.worker->deaths = state == GONE ? 5 : 0; /* it rests */
            if (state == GONE)
                b.o.rest_ms = 0;
            if (state != STARTING)
                WANT(bench_until(&b, state == WORKING ? is_there : has_died));
            WANT(lm_worker_is_ready(b.worker) == (state == WORKING) && !lm_worker_is_free(b.worker));
            WANT(!lm_worker_job(b.worker, &check, &err[0]) && *err[0].text);
            WANT(lm_worker_check(b.worker, &check, &err[1]) == (state == WORKING));
            WANT(state != GONE || !lm_worker_pid(b.worker));
            lm_worker_hold(b.worker, true);
            lm_worker_stop(b.worker, JOB, EPOCH);
            lm_worker_ask(b.worker, LM_WIRE_WANT_STATS);
            lm_worker_free(b.worker, LM_WIRE_RESULTS);
            lm_worker_hold(b.worker, false);
            if (kills) {
                lm_worker_kill(b.worker);
                lm_worker_kill(b.worker);
                WANT(bench_until(&b, has_died));
                WANT(state == GONE || (b.end.why == LM_WORKER_KILLED && b.end.checks == (state == WORKING)));
            }
            bench_done(&b);
        }
}

TEST(no_more_checks_wait_than_may_and_all_are_counted_when_it_dies)
{
    const lm_wire check = { .type = LM_WIRE_CHECK, .job = 1 }, stop = { .type = LM_WIRE_STOP, .job = 1, .epoch = 1 };
    limn_error    err[2] = { { 0 } };
    bench         b;

    piece_begin();
    piece.stays = true;
    open_piece(&b);
    WANT(bench_until(&b, is_there));
    WANT(!lm_worker_check(b.worker, &stop, &err[0]) && err[0].code == LIMN_BUG && !lm_worker_checks(b.worker));
    for (int i = 0; i < LM_WIRE_CHECKS_MOST; i++)
        WANT(lm_worker_check(b.worker, &check, &err[1]));
    WANT(!lm_worker_check(b.worker, &check, &err[1]) && strstr(err[1].text, "64 checks wait"));
    lm_worker_kill(b.worker);
    WANT(bench_until(&b, has_died));
    WANT(b.end.checks == LM_WIRE_CHECKS_MOST && !lm_worker_checks(b.worker));
    bench_done(&b);
}

/* ------------------------------------------------------------------ a system that has no more of something */

TEST(without_memory_there_is_no_keeper_and_without_a_thread_another_start)
{
    static const int kinds[] = { CALL_PTHREAD_CREATE, CALL_UV_ASYNC_INIT };

    for (int nth = 1; nth <= 2; nth++) {
        bench      b;
        limn_error err = { 0 };

        bench_init(&b, nothing);
        calls_fail(CALL_LM_TRY_ALLOC, nth, ENOMEM, false);
        WANT(!lm_worker_new(&b.loop, &b.o, &err) && err.code == LIMN_MEMORY && calls_failed());
        calls_work();
        uv_close((uv_handle_t *)&b.patience, NULL);
        uv_run(&b.loop, UV_RUN_DEFAULT);
        WANT(!uv_loop_close(&b.loop));
        folder_remove(b.folder);
    }
    for (int i = 0; i < 2; i++) {
        const int before = descriptors();
        bench     b;

        piece_begin();
        piece.stays = true;
        calls_fail(kinds[i], 1, ENOMEM, false);
        open_piece(&b);
        WANT(bench_until(&b, is_there) && calls_failed());
        WANT(b.ends == 1 && b.end.why == LM_WORKER_UNBORN && *b.end.sentence && !b.end.job);
        calls_work();
        bench_done(&b);
        WANT(descriptors() == before);
    }
}

/* One that cannot be told costs nothing but itself. */
TEST(what_there_is_no_memory_for_is_not_told_and_the_worker_stays)
{
    const lm_wire check = { .type = LM_WIRE_CHECK, .job = 1 };
    bench         b;

    piece_begin();
    piece.stays = true;
    open_piece(&b);
    WANT(bench_until(&b, is_there));
    for (int nth = 1; nth <= 2; nth++) {
        limn_error err = { 0 };

        calls_fail(CALL_LM_TRY_ALLOC, nth, ENOMEM, false);
        WANT(!lm_worker_check(b.worker, &check, &err) && err.code == LIMN_MEMORY && calls_failed());
        calls_work();
    }
    WANT(!b.ends && !lm_worker_checks(b.worker) && lm_worker_is_ready(b.worker));
    bench_done(&b);
}

/* Without memory for a word of its own, or for our answer to its HELLO, a worker is replaced. */
TEST(a_worker_that_cannot_be_heard_is_replaced)
{
    for (int nth = 1; nth <= 3; nth++) { /* HELLO's frame, our own, and the letter around it */
        bench b;

        piece_begin();
        piece.stays = true;
        open_piece(&b);
        calls_fail(CALL_LM_TRY_ALLOC, nth, ENOMEM, false);
        WANT(bench_until(&b, is_there) && calls_failed());
        WANT(b.ends == 1 && b.end.why == LM_WORKER_BROKEN && !b.end.job);
        calls_work();
        bench_done(&b);
    }
    lm_free(piece.bytes);
    piece.bytes = NULL;
}

TEST_MAIN
