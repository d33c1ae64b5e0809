/* worker_calls_test.c: the wire between server and workers when a call of the system or memory fails, and orders for
 * pictures that are none. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/calls.h"
#include "tests/test.h"
#include "web/work/picture_wire.h"
#include "web/work/pipe.h"

enum { CALL_SENDMSG = CALL_KINDS, CALL_RECVMSG, CALL_SEND, CALL_RECV };

#define WRAP(which, ...) CALL_WRAP(which, ssize_t, -1, __VA_ARGS__)

WRAP(CALL_SENDMSG, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
WRAP(CALL_RECVMSG, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags))
WRAP(CALL_SEND, send, (int fd, const void *at, size_t n, int flags), (fd, at, n, flags))
WRAP(CALL_RECV, recv, (int fd, void *at, size_t n, int flags), (fd, at, n, flags))

/* ------------------------------------------------------------------ pictures */

static const lm_picture_ask good = { .want = LM_PICTURE_WEBP, .quality = 90, .width = 10, .height = 10 };

TEST(an_order_is_one_only_where_every_field_is_in_its_range)
{
    static const struct {
        size_t at;
        int    low, high; /* the last ones that are well; with want and mask it is their company that is not */
    } fields[] = {
        { offsetof(lm_picture_ask, want), LM_PICTURE_WEBP, LM_PICTURE_ALPHA }, { offsetof(lm_picture_ask, quality), 1, 100 },
        { offsetof(lm_picture_ask, side), 0, INT32_MAX }, { offsetof(lm_picture_ask, width), 0, LM_PICTURE_BOX },
        { offsetof(lm_picture_ask, height), 0, LM_PICTURE_BOX }, { offsetof(lm_picture_ask, flat), 0, 1 },
        { offsetof(lm_picture_ask, mask), 0, 0 },
    };
    lm_picture_ask a = good;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (int end = 0; end < 2; end++) {
            int32_t *field = (int32_t *)((char *)&a + fields[i].at);

            a = good;
            *field = end ? fields[i].high : fields[i].low;
            WANT(lm_picture_ask_ok(&a, sizeof a, 2));
            *field = end ? (int32_t)((uint32_t)fields[i].high + 1) : fields[i].low - 1; /* INT32_MAX + 1 is below 0 */
            WANT(!lm_picture_ask_ok(&a, sizeof a, 2));
        }
    a = good;
    WANT(!lm_picture_ask_ok(&a, sizeof a - 1, 2) && !lm_picture_ask_ok(&a, sizeof a, 1) && !lm_picture_ask_ok(&a, sizeof a, 3));
    a.want = LM_PICTURE_MASK;
    a.mask = 1;
    WANT(lm_picture_ask_ok(&a, sizeof a, 3) && !lm_picture_ask_ok(&a, sizeof a, 2));
    a.want = LM_PICTURE_MASK + 1;
    WANT(!lm_picture_ask_ok(&a, sizeof a, 3));
    a.want = LM_PICTURE_MASK;
    a.mask = 2;
    WANT(!lm_picture_ask_ok(&a, sizeof a, 4));
}

TEST(an_answer_has_a_status_of_ours_and_clean_words)
{
    static const int  well[] = { 200, 400, 413, 415 };
    lm_picture_answer a = { .status = 404 };

    WANT(!lm_picture_answer_ok(&a, sizeof a));
    for (int i = 0; i < 4; i++) {
        a.status = well[i];
        WANT(lm_picture_answer_ok(&a, sizeof a) && !lm_picture_answer_ok(&a, sizeof a - 1));
    }
    memset(a.words, 'x', sizeof a.words);
    memcpy(a.words, "a\nb\x7f" "c", 5);
    WANT(lm_picture_answer_ok(&a, sizeof a) && strlen(a.words) == sizeof a.words - 1 && !strncmp(a.words, "a b cx", 6));
}

TEST(packets_are_sent_and_received_again_after_an_interruption)
{
    int     pair[2], fds[LM_PICTURE_FDS], n_fds, before;
    char    got[8];
    ssize_t n;

    WANT(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
    before = descriptors();
    calls_fail(CALL_SENDMSG, 1, EINTR, false);
    calls_fail(CALL_RECVMSG, 1, EINTR, false);
    WANT(lm_picture_send(pair[0], "order", 5, pair, 2));
    n = lm_picture_receive(pair[1], got, sizeof got, fds, &n_fds);
    WANT(calls_failed() && n == 5 && n_fds == 2 && !memcmp(got, "order", 5));
    while (n_fds > 0)
        close(fds[--n_fds]);
    calls_work();
    WANT(lm_picture_send(pair[0], "plain", 5, NULL, 0) && lm_picture_receive(pair[1], got, sizeof got, fds, &n_fds) == 5 && !n_fds);
    WANT(lm_picture_send(pair[0], "much too long", 13, pair, 1)); /* what came with it goes */
    WANT(lm_picture_receive(pair[1], got, sizeof got, fds, &n_fds) == -1 && errno == EBADMSG && !n_fds);
    calls_fail(CALL_SENDMSG, 1, EPIPE, false);
    calls_fail(CALL_RECVMSG, 1, ECONNRESET, false);
    WANT(!lm_picture_send(pair[0], "order", 5, NULL, 0) && errno == EPIPE);
    WANT(lm_picture_receive(pair[1], got, sizeof got, fds, &n_fds) == -1 && errno == ECONNRESET && !n_fds);
    calls_work();
    WANT(descriptors() == before);
    close(pair[0]);
    WANT(lm_picture_receive(pair[1], got, sizeof got, fds, &n_fds) == 0);
    close(pair[1]);
}

/* ------------------------------------------------------------------ frames */

TEST(a_frame_that_may_not_go_does_not)
{
    limn_error err[4] = { { 0 } };
    lm_wire    m = { .type = LM_WIRE_STOP, .job = INT64_MIN, .epoch = 1 };
    size_t     size;

    WANT(!lm_wire_write(&m, &size, &err[0]) && err[0].code == LIMN_BUG);
    m = (lm_wire){ .type = (lm_wire_type)9999 };
    WANT(!lm_wire_write(&m, &size, &err[1]) && err[1].code == LIMN_BUG);
    WANT_TEXT(lm_wire_name((lm_wire_type)9999), "(none)");
    m = lm_wire_hello("cpu", "f32");
    m.numbers[0] = -1;
    WANT(!lm_wire_write(&m, &size, &err[2]) && strstr(err[2].text, "below 0"));
    m = lm_wire_hello("cpu", "f32");
    calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
    WANT(!lm_wire_write(&m, &size, &err[3]) && err[3].code == LIMN_MEMORY);
    calls_work();
}

TEST(a_reader_without_memory_says_so_and_reads_no_more)
{
    const lm_wire  hello = lm_wire_hello("cpu", "f32");
    lm_wire_reader r = { .way = LM_WIRE_TO_SERVER };
    limn_error     err[3] = { { 0 } };
    size_t         size, n;
    char          *frame = lm_wire_write(&hello, &size, &err[0]);
    const char    *at = frame;
    lm_wire        m;

    n = size;
    calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
    WANT(frame && !lm_wire_read(&r, &at, &n, &m, &err[1]) && err[1].code == LIMN_MEMORY);
    calls_work();
    at = frame;
    n = size;
    WANT(!lm_wire_read(&r, &at, &n, &m, &err[2]) && strstr(err[2].text, "the stream is broken"));
    lm_wire_reader_done(&r);
    lm_free(frame);
}

/* ------------------------------------------------------------------ the pipe */

TEST(a_pipe_that_cannot_be_had_is_told)
{
    static const int kinds[] = { CALL_LM_TRY_ALLOC, CALL_PTHREAD_CREATE };

    for (int i = 0; i < 2; i++) {
        limn_error err = { 0 };

        calls_fail(kinds[i], 1, ENOMEM, false);
        WANT(!lm_pipe_new(-1, &err) && err.code == LIMN_MEMORY && *err.text && calls_failed());
        calls_work();
    }
}

TEST(a_pipe_goes_on_after_an_interruption)
{
    const lm_wire hello = lm_wire_hello("cpu", "f32"), wrong = { .type = (lm_wire_type)9999 };
    int           pair[2];
    limn_error    err = { 0 }, bad = { 0 };
    lm_pipe      *p;
    lm_wire       m;
    size_t        size;
    char         *frame = lm_wire_write(&hello, &size, &err), got[256];

    WANT(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair) && (p = lm_pipe_new(pair[0], &err)));
    calls_fail(CALL_SEND, 1, EINTR, false);
    WANT(lm_pipe_send(p, &hello, &err) && read(pair[1], got, sizeof got) == (ssize_t)size && !memcmp(got, frame, size));
    WANT(!lm_pipe_send(p, &wrong, &bad) && bad.code == LIMN_BUG);
    lm_pipe_offer(p, &wrong); /* nobody waits for it */
    calls_fail(CALL_RECV, 1, EINTR, false);
    WANT(write(pair[1], frame, size) == (ssize_t)size && lm_pipe_read(p, &m, &err) && m.type == LM_WIRE_HELLO);
    lm_wire_done(&m);
    calls_work();
    close(pair[1]);
    WANT(!lm_pipe_read(p, &m, &err) && err.code == LIMN_OK); /* it has ended, which is no fault */
    lm_pipe_end(p);
    lm_pipe_free(p);
    lm_free(frame);
}

TEST_MAIN
