/* work_trouble_test.c: a worker whose server breaks its word or goes, and one that has no memory, or nothing to do it with. */
#include <errno.h>
#include <sys/wait.h>

#include "core/base/alloc.h"
#include "tests/calls.h"
#include "tests/web/work_office.h"
#include "web/work/pipe.h"

#define WAITING "{" DO("1", "Waits", "") "," SHOWN("2", "1") "}"
#define FINE "{" DO("1", "Number", "\"value\":4") "," SHOWN("2", "1") "}"

/* ------------------------------------------------------------------ a server that breaks its word */

/* What runs is stopped, what waits is dropped, and it hangs up. */
TEST(a_server_that_sends_too_much_is_left)
{
    for (int jobs = 0; jobs < 2; jobs++) {
        office  o;
        lm_wire m;

        office_prepare(&o);
        office_open(&o);
        WANT(office_tell(&o, a_job(1, WAITING)));
        sem_wait(&waits_begun);
        if (jobs)
            WANT(office_tell(&o, a_job(2, FINE)));
        for (int i = 0; i <= LM_WIRE_CHECKS_MOST && !jobs; i++)
            WANT(office_tell(&o, a_check(1 + i, 0, FINE)));
        m = office_until(&o, LM_WIRE_ENDED);
        WANT(m.numbers[LM_END_HOW] == LM_END_INTERRUPTED && m.job == 1);
        lm_wire_done(&m);
        m = office_next(&o);
        WANT(m.type == LM_WIRE_BYE); /* nothing of what waited */
        lm_wire_done(&m);
        office_join(&o, LM_WORK_WELL);
    }
}

/* As many as may wait are answered, in their order, between jobs. */
TEST(as_many_checks_as_may_wait_are_answered)
{
    office o;

    office_prepare(&o);
    office_open(&o);
    WANT(office_tell(&o, a_job(1, WAITING)));
    sem_wait(&waits_begun);
    for (int i = 0; i < LM_WIRE_CHECKS_MOST; i++)
        WANT(office_tell(&o, a_check(1 + i, 0, FINE)));
    sem_post(&waits_goes_on);
    for (int i = 0; i < LM_WIRE_CHECKS_MOST; i++) {
        lm_wire m = office_until(&o, LM_WIRE_CHECKED);

        WANT(m.job == 1 + i && m.numbers[0] == LM_CHECKED_RUNS);
        lm_wire_done(&m);
    }
    office_close(&o);
}

/* ------------------------------------------------------------------ a server that goes */

/* Behind any byte of what it says: the thread comes to its end, whatever runs. */
TEST(a_server_may_go_behind_any_byte)
{
    const lm_wire said[] = { lm_wire_hello("server", ""), a_check(1, 0, FINE), a_job(1, WAITING) };
    char         *frames[3];
    size_t        sizes[3], all = 0;

    for (int i = 0; i < 3; i++) {
        limn_error err = { 0 };

        frames[i] = lm_wire_write(&said[i], &sizes[i], &err);
        all += sizes[i];
    }
    for (size_t cut = 0; cut <= all; cut += cut == all || cut + 7 < all ? 7 : all - cut) {
        size_t  left = cut;
        office  o;
        lm_wire m;

        office_prepare(&o);
        office_begin(&o);
        for (int i = 0; i < 3 && left; i++) {
            const size_t some = left < sizes[i] ? left : sizes[i];

            WANT(send(o.fd, frames[i], some, MSG_NOSIGNAL) == (ssize_t)some);
            left -= some;
        }
        if (cut == all)
            sem_wait(&waits_begun);
        shutdown(o.fd, SHUT_WR);
        m = office_until(&o, LM_WIRE_BYE);
        lm_wire_done(&m);
        office_join(&o, LM_WORK_WELL);
    }
    for (int i = 0; i < 3; i++)
        lm_free(frames[i]);
}

/* A process of its own leaves at once, with a status that says why; it waits for no node. */
static int status_of(const char *last_words, size_t n, bool starves)
{
    office o;
    pid_t  child;
    int    status = -1;

    office_prepare(&o);
    o.work.inside = false;
    fflush(stdout);
    child = fork();
    if (!child) {
        close(o.fd);
        if (starves)
            calls_fail(CALL_LM_TRY_ALLOC, 8, ENOMEM, true);
        _exit(lm_work_serve(&o.work, o.theirs));
    }
    close(o.theirs);
    office_tell(&o, lm_wire_hello("server", ""));
    office_tell(&o, a_job(1, starves ? FINE : WAITING));
    if (n)
        WANT(send(o.fd, last_words, n, MSG_NOSIGNAL) == (ssize_t)n);
    if (!starves)
        shutdown(o.fd, SHUT_WR);
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status));
    close(o.fd);
    lm_registry_free(o.registry);
    return WEXITSTATUS(status);
}

TEST(a_process_leaves_with_its_server)
{
    static const char garbage[] = "garbage, as long as the head of a frame";

    WANT(status_of(NULL, 0, false) == LM_WORK_WELL);
    WANT(status_of(garbage, sizeof garbage, false) == LM_WORK_BROKEN);
    WANT(status_of(NULL, 0, true) == LM_WORK_NO_MEMORY);
}

static const char *moved_away(void *self)
{
    (void)self;
    return "/away";
}

TEST(what_moved_is_left_to_another_process)
{
    office  o;
    lm_wire m;

    office_prepare(&o);
    o.work.moved = moved_away;
    office_open(&o);
    WANT(office_tell(&o, a_job(1, FINE)));
    m = office_next(&o);
    WANT(m.type == LM_WIRE_BYE); /* not begun */
    lm_wire_done(&m);
    office_join(&o, LM_WORK_WELL);
}

/* ------------------------------------------------------------------ no memory */

static bool nothing_large(size_t bytes)
{
    (void)bytes;
    return false;
}

/* The end of a job for which there is no memory is told all the same, without what was too much. */
TEST(a_job_ends_although_there_is_no_memory_to_tell_what_it_gave)
{
    office  o;
    lm_wire m;

    office_prepare(&o);
    office_open(&o);
    lm_alloc_ask = nothing_large;
    m = office_run(&o, 1, "{" DO("1", "Big", "\"number\":3000000") "," DO("2", "Big", "\"number\":2") "}");
    lm_alloc_ask = NULL;
    WANT(m.type == LM_WIRE_ENDED && m.numbers[LM_END_HOW] == LM_END_SUCCESS);
    WANT(m.texts[LM_END_OUTPUTS].size == 2 && m.texts[LM_END_META].size == 2 && !m.texts[LM_END_ERROR].size);
    lm_wire_done(&m);
    m = office_run(&o, 2, "{" DO("1", "Big", "\"number\":3000000") "}"); /* and the next one whole */
    WANT(text_has(&m, LM_END_OUTPUTS, "\"1\": {}"));
    lm_wire_done(&m);
    office_close(&o);
}

static bool three_megabytes(void *self, const char *as, const char *bytes, size_t n, lm_text *out, limn_error *err)
{
    (void)self, (void)bytes, (void)n;
    if (*as == 'm')
        return limn_fail(err, MEMORY, "there is none");
    if (*as == 'f')
        return limn_fail(err, INPUT, "there is no \"f\"");
    for (char some[10000] = { 0 }; out->size < (*as == 'l' ? LM_WIRE_LARGE : 3000000);)
        lm_text_add(out, some, sizeof some);
    return true;
}

static bool opened(void *self, const char *bytes, size_t n, lm_text *json, limn_error *err)
{
    return three_megabytes(self, bytes, NULL, n, json, err);
}

TEST(what_cannot_be_made_or_opened_is_answered)
{
    static const struct {
        const char *as;
        int         how;
        bool        starved; /* of blocks of a megabyte */
    } asks[] = { { "x", LM_CHECKED_RUNS, false },  { "x", LM_CHECKED_STARVED, true }, { "m", LM_CHECKED_STARVED, false },
                 { "f", LM_CHECKED_NO_WORKFLOW, false }, { "large", LM_CHECKED_NO_WORKFLOW, false } };
    static const int hows[] = { LM_WIRE_OPEN, LM_WIRE_MAKE };

    for (int has = 0; has < 2; has++) {
        office o;

        office_prepare(&o);
        o.work.open = has ? opened : NULL;
        o.work.make = has ? three_megabytes : NULL;
        office_open(&o);
        for (int k = 0; k < 10; k++) {
            lm_wire m = a_check(k + 1, hows[k % 2], asks[k / 2].as);

            m.texts[1] = m.texts[0];
            lm_alloc_ask = has && asks[k / 2].starved ? nothing_large : NULL;
            WANT(office_tell(&o, m));
            m = office_until(&o, LM_WIRE_CHECKED);
            lm_alloc_ask = NULL;
            WANT(m.job == k + 1 && m.numbers[0] == (has ? asks[k / 2].how : LM_CHECKED_NO_WORKFLOW));
            WANT(m.numbers[0] == LM_CHECKED_RUNS ? m.texts[0].size == 3000000 : text_is_json(&m, 0));
            lm_wire_done(&m);
        }
        office_close(&o);
    }
}

TEST(a_worker_that_cannot_begin_gives_back_what_it_has)
{
    enum { FRAME, PIPE_THREAD, HEARING_THREAD, CASES };

    for (int i = FRAME; i < CASES; i++) {
        const int before = descriptors();
        office    o;

        office_prepare(&o);
        if (i == FRAME)
            calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
        else /* the first is the office's own */
            calls_fail(CALL_PTHREAD_CREATE, i == PIPE_THREAD ? 2 : 3, EAGAIN, false);
        office_begin(&o);
        WANT(!office_next(&o).type && calls_failed());
        office_join(&o, LM_WORK_NO_MEMORY);
        WANT(descriptors() == before);
        calls_work();
    }
}

TEST_MAIN
