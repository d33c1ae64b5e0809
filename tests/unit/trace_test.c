/* trace_test.c: what is recorded, from several threads, and how it is written. */
#include "core/data/trace.h"

#include <jansson.h>
#include <pthread.h>

#include "core/base/alloc.h"
#include "tests/test.h"

/* ------------------------------------------------------------------ reading one */

static json_t *finish(void)
{
    size_t  size;
    char   *text = lm_trace_end(&size);
    json_t *whole = text ? json_loadb(text, size, 0, NULL) : NULL;

    lm_free(text);
    WANT(whole);
    return whole;
}

static const char *text_of(const json_t *event, const char *key)
{
    return json_string_value(json_object_get(event, key));
}

/* Events of one phase ("B", "X", …) and, unless it is NULL, one name. */
static int count(const json_t *whole, const char *phase, const char *name)
{
    json_t *event;
    size_t  i;
    int     n = 0;

    json_array_foreach(json_object_get(whole, "traceEvents"), i, event)
        n += !strcmp(text_of(event, "ph"), phase) && (!name || !strcmp(text_of(event, "name"), name));
    return n;
}

/* Begins and ends in the order of the file, on each of the threads that are named. */
static bool nests(const json_t *whole)
{
    enum { DEEP = 64, THREADS = 16 };
    const char *open[THREADS][DEEP];
    json_int_t  ids[THREADS] = { 0 };
    int         depth[THREADS] = { 0 };
    json_t     *event;
    size_t      i;

    json_array_foreach(json_object_get(whole, "traceEvents"), i, event) {
        const char *phase = text_of(event, "ph");
        const char *node = text_of(json_object_get(event, "args"), "node");
        int         t = 0;

        while (ids[t] && ids[t] != json_integer_value(json_object_get(event, "tid")))
            t++;
        ids[t] = json_integer_value(json_object_get(event, "tid"));
        if (!strcmp(phase, "B"))
            open[t][depth[t]++] = node;
        if (!strcmp(phase, "E") && (!depth[t] || strcmp(open[t][--depth[t]], node)))
            return false;
    }
    for (int t = 0; t < THREADS; t++)
        if (depth[t])
            return false;
    return true;
}

static lm_listener recorder;

static void start(void)
{
    lm_trace_start();
    recorder = lm_trace_listener((lm_listener){ 0 });
}

static void tell(lm_event_kind kind, const char *node)
{
    const lm_event e = { .kind = kind, .node = node, .node_class = "Class \"quoted\"\n" };

    recorder.hear(recorder.self, &e);
}

/* ------------------------------------------------------------------ rules */

TEST(without_a_trace_nothing_is_kept)
{
    size_t size;

    WANT(!lm_tracing());
    recorder = lm_trace_listener((lm_listener){ 0 });
    tell(LM_EV_RUNNING, "1");
    lm_trace_op("conv", lm_trace_clock());
    WANT(lm_trace_end(&size) == NULL && size == 0);
}

TEST(nodes_nest_even_when_told_to_end_in_another_order)
{
    json_t *whole;

    start();
    tell(LM_EV_CACHED, "0");
    tell(LM_EV_RUNNING, "1");
    tell(LM_EV_RUNNING, "2");
    tell(LM_EV_RUNNING, "2"); /* told twice */
    tell(LM_EV_EXECUTED, "1");
    tell(LM_EV_EXECUTED, "0"); /* was found: never began */
    tell(LM_EV_RUNNING, "3");
    tell(LM_EV_EXECUTED, "3");
    tell(LM_EV_FAILED, "2");
    tell(LM_EV_RUNNING, "left open");
    whole = finish();
    WANT(nests(whole));
    WANT(count(whole, "B", NULL) == 4 && count(whole, "E", NULL) == 4 && count(whole, "i", NULL) == 1);
    WANT(count(whole, "C", "memory, MB") > 4);
    json_decref(whole);
}

TEST(short_ops_become_one_span_and_long_ones_stay)
{
    const uint64_t now = lm_trace_clock();
    json_t        *whole;

    start();
    for (int i = 0; i < 10; i++)
        lm_trace_op("silu", lm_trace_clock());
    for (int i = 0; i < 3; i++)
        lm_trace_op("conv", lm_trace_clock() - 80000 - (uint64_t)i);
    lm_trace_op("add", now);
    whole = finish();
    WANT(count(whole, "X", "conv") == 3);
    WANT(count(whole, "X", NULL) < 10); /* and not 14, however busy the machine is */
    json_decref(whole);
}

static void *work(void *name)
{
    for (int i = 0; i < 200; i++) {
        char node[32];

        snprintf(node, sizeof node, "%s.%d", (const char *)name, i);
        tell(LM_EV_RUNNING, node);
        lm_trace_op("linear", lm_trace_clock() - 60000);
        tell(i % 7 ? LM_EV_EXECUTED : LM_EV_BLOCKED, node);
    }
    return NULL;
}

TEST(threads_have_rows_of_their_own)
{
    static char name[4][2] = { "a", "b", "c", "d" };
    pthread_t   id[4];
    json_t     *whole;

    start();
    for (int i = 0; i < 4; i++)
        WANT(!pthread_create(&id[i], NULL, work, name[i]));
    for (int i = 0; i < 4; i++)
        pthread_join(id[i], NULL);
    whole = finish();
    WANT(nests(whole));
    WANT(count(whole, "B", NULL) == 800 && count(whole, "E", NULL) == 800 && count(whole, "X", "linear") == 800);
    WANT(count(whole, "M", "thread_name") == 4);
    json_decref(whole);
}

TEST_MAIN
