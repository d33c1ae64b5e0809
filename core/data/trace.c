/* trace.c: records a trace. One lock guards everything: an op takes it once, for some 50 ns. */
#include "core/data/trace.h"

#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/system.h"
#include "core/data/device.h"
#include "core/data/trace_parts.h"

enum { MOST_THREADS = 256, MOST_ENTRIES = 2000000 /* 128 MB */ };
static const uint64_t short_ns = 50000, longest_group_ns = 1000000, memory_every_ns = 5000000;

typedef struct open_node {
    char            *node, *of;
    bool             over; /* told to end, while a later one of its thread was still open */
    struct open_node *below;
} open_node;

typedef struct thread {
    long           id;    /* of the system; 0: free */
    open_node     *nodes; /* the one begun last first */
    lm_trace_entry group; /* ops that may become one span with the next; a == 0: none */
} thread;

atomic_bool lm_trace_on;

static struct {
    pthread_mutex_t lock;
    thread          threads[MOST_THREADS];
    lm_trace_entry *entries;
    size_t          n, room, dropped;
    uint64_t        last, measured; /* no two entries of nodes share a time; when memory was last asked for */
    lm_listener     next;
} trace = { .lock = PTHREAD_MUTEX_INITIALIZER };

uint64_t lm_trace_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ------------------------------------------------------------------ entries; the lock is held */

static void add(lm_trace_entry e)
{
    if (trace.n == MOST_ENTRIES && e.kind != LM_TRACE_END) {
        trace.dropped++;
        lm_free(e.node);
        lm_free(e.of);
        return;
    }
    if (trace.n == trace.room) {
        trace.room = trace.room ? 2 * trace.room : 1024;
        trace.entries = lm_grow(trace.entries, trace.room * sizeof *trace.entries);
    }
    trace.entries[trace.n++] = e;
}

/* This thread's row; those beyond the last share it. */
static int row(void)
{
    static _Thread_local long id;
    int                       i = 0;

    if (!id)
        id = syscall(SYS_gettid);
    while (i < MOST_THREADS - 1 && trace.threads[i].id && trace.threads[i].id != id)
        i++;
    trace.threads[i].id = id;
    return i;
}

/* Now, and later than every entry of a node before. */
static uint64_t new_time(void)
{
    const uint64_t now = lm_trace_clock();

    return trace.last = now > trace.last ? now : trace.last + 1;
}

static void measure_memory(uint64_t at)
{
    trace.measured = at;
    add((lm_trace_entry){ .kind = LM_TRACE_MEMORY, .at = at, .a = (int64_t)lm_device_bytes(),
                          .b = (int64_t)lm_system_resident(NULL) });
}

/* ------------------------------------------------------------------ ops */

static void end_group(thread *t)
{
    if (t->group.a)
        add(t->group);
    t->group.a = 0;
}

static bool joins(const lm_trace_entry *g, uint64_t began, uint64_t end)
{
    return g->a && g->took / (uint64_t)g->a < short_ns && end - began < short_ns &&
           began - (g->at + g->took) < short_ns && end - g->at < longest_group_ns;
}

static void add_op(const char *name, uint64_t began, uint64_t now)
{
    const int i = row();
    thread   *t = &trace.threads[i];

    if (joins(&t->group, began, now)) {
        t->group.took = now - t->group.at;
        t->group.a++;
        if (t->group.name != name)
            t->group.name = "short ops";
    } else {
        end_group(t);
        t->group = (lm_trace_entry){ .kind = LM_TRACE_OPS, .thread = i, .at = began, .took = now - began,
                                     .name = name, .a = 1 };
    }
    if (now - trace.measured > memory_every_ns)
        measure_memory(now);
}

void lm_trace_op(const char *name, uint64_t began)
{
    pthread_mutex_lock(&trace.lock);
    if (lm_tracing())
        add_op(name, began, lm_trace_clock());
    pthread_mutex_unlock(&trace.lock);
}

/* ------------------------------------------------------------------ nodes; the lock is held */

static char *copy(const char *text)
{
    return text ? lm_copy_text(text) : NULL;
}

static void begin_node(const lm_event *e)
{
    const int      i = row();
    thread        *t = &trace.threads[i];
    open_node     *o = lm_alloc(sizeof *o);
    const uint64_t at = new_time();

    end_group(t);
    *o = (open_node){ .node = copy(e->node), .of = copy(e->node_class), .below = t->nodes };
    t->nodes = o;
    measure_memory(at);
    add((lm_trace_entry){ .kind = LM_TRACE_BEGIN, .thread = i, .at = at, .node = copy(e->node),
                          .of = copy(e->node_class) });
}

/* Ends the newest nodes of a thread, as far as they are over. */
static void end_nodes(int i)
{
    thread *t = &trace.threads[i];

    while (t->nodes && t->nodes->over) {
        open_node *o = t->nodes;

        end_group(t);
        t->nodes = o->below;
        add((lm_trace_entry){ .kind = LM_TRACE_END, .thread = i, .at = new_time(), .node = o->node, .of = o->of });
        lm_free(o);
    }
}

static void end_node(const char *id)
{
    for (int i = 0; i < MOST_THREADS && trace.threads[i].id; i++)
        for (open_node *o = trace.threads[i].nodes; o; o = o->below)
            if (!strcmp(o->node, id)) {
                o->over = true;
                end_nodes(i);
                measure_memory(new_time());
                return;
            }
}

static bool is_open(const char *id)
{
    for (int i = 0; i < MOST_THREADS && trace.threads[i].id; i++)
        for (const open_node *o = trace.threads[i].nodes; o; o = o->below)
            if (!strcmp(o->node, id))
                return true;
    return false;
}

static void note(int kind, const lm_event *e)
{
    add((lm_trace_entry){ .kind = kind, .thread = row(), .at = lm_trace_clock(), .node = copy(e->node),
                          .of = copy(e->node_class), .a = e->value, .b = e->total });
}

static void record(const lm_event *e)
{
    switch (e->kind) {
    case LM_EV_RUNNING:
        if (!is_open(e->node))
            begin_node(e);
        break;
    case LM_EV_CACHED:
        note(LM_TRACE_CACHED, e);
        break;
    case LM_EV_PROGRESS:
        note(LM_TRACE_STEP, e);
        break;
    case LM_EV_EXECUTED: /* also told of those that were found */
    case LM_EV_FAILED:
    case LM_EV_INTERRUPTED:
        end_node(e->node);
        break;
    default:
        break;
    }
}

static void hear(void *self, const lm_event *e)
{
    (void)self;
    if (lm_tracing() && e->node) {
        pthread_mutex_lock(&trace.lock);
        record(e);
        pthread_mutex_unlock(&trace.lock);
    }
    if (trace.next.hear)
        trace.next.hear(trace.next.self, e);
}

lm_listener lm_trace_listener(lm_listener next)
{
    trace.next = next;
    return (lm_listener){ hear, NULL };
}

/* ------------------------------------------------------------------ a whole trace */

void lm_trace_start(void)
{
    pthread_mutex_lock(&trace.lock);
    atomic_store(&lm_trace_on, true);
    measure_memory(new_time());
    pthread_mutex_unlock(&trace.lock);
}

static void end_all(void)
{
    for (int i = 0; i < MOST_THREADS && trace.threads[i].id; i++) {
        for (open_node *o = trace.threads[i].nodes; o; o = o->below)
            o->over = true;
        end_nodes(i);
        end_group(&trace.threads[i]);
    }
    measure_memory(new_time());
}

static void forget(void)
{
    for (size_t i = 0; i < trace.n; i++) {
        lm_free(trace.entries[i].node);
        lm_free(trace.entries[i].of);
    }
    lm_free(trace.entries);
    memset(trace.threads, 0, sizeof trace.threads);
    trace.entries = NULL;
    trace.n = trace.room = trace.dropped = 0;
    trace.next = (lm_listener){ 0 };
}

char *lm_trace_end(size_t *size)
{
    long    ids[MOST_THREADS + 1] = { 0 };
    lm_text t = { 0 };

    pthread_mutex_lock(&trace.lock);
    if (lm_tracing()) {
        end_all();
        for (int i = 0; i < MOST_THREADS; i++)
            ids[i] = trace.threads[i].id;
        atomic_store(&lm_trace_on, false);
        lm_trace_write(&t, ids, trace.entries, trace.n, trace.dropped);
        forget();
    }
    pthread_mutex_unlock(&trace.lock);
    *size = t.size;
    return t.at ? lm_text_take(&t) : NULL;
}
