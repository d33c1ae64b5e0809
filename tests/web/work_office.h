/* work_office.h: for the tests of the worker's own side: lm_work_serve on a thread, with nodes that do as they are told, and
 * the other end of its wire. */
#ifndef LIMN_TESTS_WEB_WORK_OFFICE_H
#define LIMN_TESTS_WEB_WORK_OFFICE_H

#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/graph/json.h"
#include "tests/test.h"
#include "tests/unit/graph_for_tests.h"
#include "web/work/work.h"
#include "web/work/wire.h"

/* ------------------------------------------------------------------ nodes */

struct deed_args {
    int64_t           number, more;
    const char       *text;
    const limn_value *link;
};
#define LIMN_ARGS struct deed_args
static const limn_input deed_in[] = {
    LIMN_INT(number, 0, -1000000, 100000000, 1, "How much, or which.", .flags = LIMN_OPTIONAL),
    LIMN_INT(more, 0, -1000000, 100000000, 1, "How much else.", .flags = LIMN_OPTIONAL),
    LIMN_TEXT(text, "", "Words.", .flags = LIMN_OPTIONAL),
    LIMN_LINK(link, "*", "Anything.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

/* Big: answers with so many bytes of JSON. */
static bool big_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const size_t n = (size_t)((const struct deed_args *)args)->number;
    char        *json = calloc(1, n + 1);

    (void)out, (void)err;
    memset(json, ' ', n);
    memcpy(json, "{}", 2);
    lm_call_answer(call, json);
    free(json);
    return true;
}

/* Fails: with this code of limn_code. */
static bool fails_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)out;
    limn_fail(err, BUG, "as it was told to");
    err->code = (limn_code)((const struct deed_args *)args)->number;
    return false;
}

/* Waits: begins, and goes on when it is let, or stops when it is stopped. */
static sem_t waits_begun, waits_goes_on;
static bool waits_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)args;
    sem_post(&waits_begun);
    while (sem_trywait(&waits_goes_on)) {
        if (lm_call_stopped(call))
            return limn_fail(err, CANCELLED, "somebody pressed stop");
        usleep(1000);
    }
    out[0] = int_value(1);
    return true;
}

/* Blocker: what follows it is not run. */
static bool blocker_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const char *text = ((const struct deed_args *)args)->text;

    (void)call, (void)err;
    out[0] = lm_value_blocker_new(*text ? text : NULL);
    return true;
}

/* Looks: shows a preview of number x more dots, then waits if its text says so. */
static bool looks_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct deed_args *a = args;
    uint8_t                *rgb = calloc((size_t)(a->number > 0 ? a->number : 1), (size_t)(a->more > 0 ? a->more : 1) * 3);

    lm_call_tell(call, (lm_event){ .kind = LM_EV_PREVIEW, .rgb = rgb, .width = (int)a->number, .height = (int)a->more });
    free(rgb);
    return *a->text ? waits_run(call, args, out, err) : (out[0] = int_value(1), true);
}

#define DEED(id, outputs_, run_, ...) GRAPH_NODE(id, deed_in, outputs_, run_, .args_size = sizeof(struct deed_args), __VA_ARGS__)
static const limn_node
    big_node = DEED("Big", NULL, big_run, .flags = LIMN_OUTPUT_NODE),
    fails_node = DEED("Fails", int_out, fails_run),
    waits_node = DEED("Waits", int_out, waits_run, .flags = LIMN_NO_CACHE),
    blocker_node = DEED("Blocker", int_out, blocker_run),
    looks_node = DEED("Looks", int_out, looks_run, .flags = LIMN_NO_CACHE);
static const limn_node *const deeds[] = { &big_node, &fails_node, &waits_node, &blocker_node, &looks_node, NULL };

#define DO(id, class_, inputs) "\"" id "\":{\"class_type\":\"" class_ "\",\"inputs\":{" inputs "}}"
#define SHOWN(id, from) DO(id, "Show", "\"source\":[\"" from "\",0]")

/* ------------------------------------------------------------------ the office */

enum { PATIENCE_S = 20 };

typedef struct office {
    lm_work        work;
    lm_registry   *registry;
    lm_wire_reader reader;
    pthread_t      thread;
    int            fd, theirs, status;
    char           piece[65536];
    const char    *at;
    size_t         n;
    limn_error     err;
} office;

static void *serve_on(void *self)
{
    office *o = self;

    o->status = lm_work_serve(&o->work, o->theirs);
    return NULL;
}

/* Everything but the thread: what a test wants otherwise is set then. */
static inline void office_prepare(office *o)
{
    limn_error err = { 0 };
    int        pair[2];

    *o = (office){ .reader.way = LM_WIRE_TO_SERVER, .registry = lm_registry_new(), .status = -1 };
    WANT(lm_registry_add_list(o->registry, graph_nodes, &err) && lm_registry_add_list(o->registry, deeds, &err));
    WANT(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ PATIENCE_S, 0 }, sizeof(struct timeval));
    o->fd = pair[0];
    o->theirs = pair[1];
    o->work = (lm_work){ .registry = o->registry, .device = "none", .arithmetic = "f32", .inside = true };
    sem_init(&waits_begun, 0, 0);
    sem_init(&waits_goes_on, 0, 0);
}

static inline void office_begin(office *o)
{
    WANT(!pthread_create(&o->thread, NULL, serve_on, o));
}

/* The next frame; type 0: it hung up, or broke the protocol (o->err). Its memory is lm_wire_done's. */
static inline lm_wire office_next(office *o)
{
    lm_wire m = { 0 };
    ssize_t k;

    for (;;) {
        while (o->n) {
            if (!lm_wire_read(&o->reader, &o->at, &o->n, &m, &o->err))
                return (lm_wire){ 0 };
            if (m.type) {
                lm_wire_keep(&o->reader, &m);
                return m;
            }
        }
        if ((k = recv(o->fd, o->piece, sizeof o->piece, 0)) <= 0)
            return (lm_wire){ 0 };
        o->at = o->piece;
        o->n = (size_t)k;
    }
}

/* Passes over what comes before a frame of this type; type 0 where none came. */
static inline lm_wire office_until(office *o, lm_wire_type type)
{
    lm_wire m = office_next(o);

    while (m.type && m.type != type) {
        lm_wire_done(&m);
        m = office_next(o);
    }
    return m;
}

static inline bool office_tell(office *o, lm_wire m)
{
    limn_error err = { 0 };
    size_t     size = 0, done = 0;
    char      *frame = lm_wire_write(&m, &size, &err);

    while (done < size) {
        const ssize_t k = send(o->fd, frame + done, size - done, MSG_NOSIGNAL);

        if (k <= 0)
            break;
        done += (size_t)k;
    }
    lm_free(frame);
    return frame && done == size;
}

static inline lm_wire a_job(int64_t job, const char *prompt)
{
    return (lm_wire){ .type = LM_WIRE_JOB, .job = job, .epoch = 10 * job, .numbers = { 0, 64 },
                      .texts = { lm_wire_say(prompt), lm_wire_say(""), lm_wire_say("") } };
}

static inline lm_wire a_check(int64_t job, int64_t how, const char *prompt)
{
    return (lm_wire){ .type = LM_WIRE_CHECK, .job = job, .numbers = { how },
                      .texts = { lm_wire_say(prompt), lm_wire_say(""), lm_wire_say("") } };
}

static inline void office_open(office *o)
{
    lm_wire m;

    office_begin(o);
    m = office_next(o);
    WANT(m.type == LM_WIRE_HELLO);
    lm_wire_done(&m);
    office_tell(o, lm_wire_hello("server", ""));
    m = office_until(o, LM_WIRE_NODES);
    WANT(m.type == LM_WIRE_NODES && strstr(m.texts[0].at, "\"Waits\""));
    lm_wire_done(&m);
}

/* One that comes to its end by itself. */
static inline void office_join(office *o, int status)
{
    WANT(!pthread_join(o->thread, NULL) && o->status == status);
    close(o->fd);
    lm_wire_reader_done(&o->reader);
    lm_registry_free(o->registry);
    sem_destroy(&waits_begun);
    sem_destroy(&waits_goes_on);
}

/* Told to go, it goes. */
static inline void office_close(office *o)
{
    lm_wire m = { 0 };

    office_tell(o, (lm_wire){ .type = LM_WIRE_BYE });
    m = office_until(o, LM_WIRE_BYE);
    WANT(m.type == LM_WIRE_BYE);
    lm_wire_done(&m);
    office_join(o, LM_WORK_WELL);
}

/* A job's end. */
static inline lm_wire office_run(office *o, int64_t job, const char *prompt)
{
    WANT(office_tell(o, a_job(job, prompt)));
    return office_until(o, LM_WIRE_ENDED);
}

static inline bool text_has(const lm_wire *m, int i, const char *words)
{
    return m->texts[i].at && memmem(m->texts[i].at, m->texts[i].size, words, strlen(words));
}

static inline bool text_is_json(const lm_wire *m, int i)
{
    limn_error err = { 0 };
    lm_json   *d = m->texts[i].at ? lm_json_read(m->texts[i].at, m->texts[i].size, &err) : NULL;

    lm_json_free(d);
    return d;
}

#endif
