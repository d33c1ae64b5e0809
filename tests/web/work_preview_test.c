/* work_preview_test.c: which pictures of a node that runs are shown. */
#include <errno.h>

#include "core/base/alloc.h"
#include "tests/calls.h"
#include "tests/web/work_office.h"

static bool nothing_large(size_t bytes)
{
    (void)bytes;
    return false;
}

static sem_t painting, painted;
static char *paint(const uint8_t *rgb, int *width, int *height, int side, size_t *size)
{
    (void)rgb, (void)side;
    if (*width == 13)
        return NULL; /* not shown */
    if (*width == 77) {
        sem_post(&painting);
        sem_wait(&painted);
    }
    *size = (size_t)*height;
    return lm_copy_bytes("JPEG", 4);
}

/* How many previews come before its end; the node goes on when one was seen, or when `stale` was begun. */
static int previews(office *o, int64_t job, const char *size, bool stale)
{
    char    prompt[300];
    int     n = 0;
    lm_wire m;

    snprintf(prompt, sizeof prompt, "{" DO("1", "Looks", "%s,\"text\":\"%s\"") "," SHOWN("2", "1") "}", size,
             strncmp(size, "\"number\":4,", 11) && !stale ? "" : "wait");
    WANT(office_tell(o, a_job(job, prompt)));
    if (stale) {
        sem_wait(&painting);
        sem_post(&waits_goes_on);
    }
    for (m = office_next(o); m.type && m.type != LM_WIRE_ENDED; m = office_next(o)) {
        if (m.type == LM_WIRE_PREVIEW) {
            WANT(!n++ && m.numbers[0] == 4 && text_has(&m, LM_WHO_NODE, "1") && text_has(&m, LM_WHO_MORE, "JPEG"));
            sem_post(&waits_goes_on);
        }
        if (m.type == LM_WIRE_EXECUTED && stale) {
            sem_post(&painted); /* it is ready when its node has ended */
            stale = false;
        }
        lm_wire_done(&m);
    }
    WANT(m.type == LM_WIRE_ENDED && m.numbers[LM_END_HOW] == LM_END_SUCCESS);
    lm_wire_done(&m);
    return n;
}

TEST(only_a_picture_that_is_one_is_shown_and_only_while_its_node_runs)
{
    office o;

    sem_init(&painting, 0, 0);
    sem_init(&painted, 0, 0);
    office_prepare(&o);
    o.work.encode = paint;
    office_open(&o);
    WANT(previews(&o, 1, "\"number\":4,\"more\":4", false) == 1);
    WANT(previews(&o, 2, "\"number\":0,\"more\":4", false) == 0);
    WANT(previews(&o, 3, "\"number\":5,\"more\":-1", false) == 0);
    WANT(previews(&o, 4, "\"number\":4097,\"more\":1", false) == 0);
    WANT(previews(&o, 5, "\"number\":1,\"more\":4097", false) == 0);
    lm_alloc_ask = nothing_large;
    WANT(previews(&o, 6, "\"number\":1024,\"more\":1024", false) == 0);
    lm_alloc_ask = NULL;
    WANT(previews(&o, 7, "\"number\":77,\"more\":4", true) == 0);
    WANT(previews(&o, 8, "\"number\":13,\"more\":4", false) == 0);
    WANT(previews(&o, 9, "\"number\":4,\"more\":4", false) == 1);
    office_close(&o);
}

/* Without a thread for them there are none, and jobs run. */
TEST(without_a_thread_there_are_no_previews)
{
    for (int i = 0; i < 2; i++) {
        office o;

        office_prepare(&o);
        o.work.encode = paint;
        if (i)
            calls_fail(CALL_PTHREAD_CREATE, 4, EAGAIN, false);
        else /* its own; pipe and office have theirs */
            calls_fail(CALL_LM_TRY_ALLOC, 2, ENOMEM, false);
        office_open(&o);
        WANT(calls_failed());
        calls_work();
        WANT(previews(&o, 1, "\"number\":77,\"more\":4", false) == 0);
        office_close(&o);
    }
}

TEST_MAIN
