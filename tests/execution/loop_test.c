/* loop_test.c: loops of subgraphs: what stays of a turn that is over, those that never end, and results that come from
 * the disk while other nodes run. */
#include <dirent.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include "core/graph/cache_disk.h"
#include "execution_for_tests.h"
#include "nodes.h"
#include "tests/temporary.h"

/* ------------------------------------------------------------------ memory */

/* The sanitizers have their own allocator, and say how much of it is taken. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t bytes_taken(void)
{
    const struct mallinfo2 m = mallinfo2();

    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : m.uordblks + m.hblkhd;
}

/* Notes what is taken when so many nodes have run. */
struct count {
    int    ran, executed, early, late;
    size_t at_early, at_late;
};

static void hear_count(void *self, const lm_event *e)
{
    struct count *c = self;

    c->executed += e->kind == LM_EV_EXECUTED;
    if (e->kind != LM_EV_RUNNING)
        return;
    c->ran++;
    if (c->ran == c->early)
        c->at_early = bytes_taken();
    if (c->ran == c->late)
        c->at_late = bytes_taken();
}

static bool run_counted(const char *text, struct count *c, int jobs, limn_error *err)
{
    const lm_run_env env = { .stop = &run_stop, .listener = { hear_count, c }, .jobs = jobs };
    char            *json = lm_copy_text(text);
    lm_workflow     *w;
    lm_check        *k;
    lm_plan         *p;
    bool             well;

    for (char *at = json; (at = strchr(at, '\'')); *at = '"') {}
    w = lm_workflow_read(json, strlen(json), err);
    k = lm_check_some(w, all_nodes(), &env, NULL);
    p = lm_plan_new(k, &env, err);
    well = p && lm_exec_run(p, NULL, &env, err);
    lm_plan_free(p);
    lm_check_free(k);
    lm_workflow_free(w);
    lm_free(json);
    return well;
}

#define COUNT(turns) "{" NODE_("open", "TestForLoopOpen", "'remaining':" #turns ",'initial_value1':0") ","               \
                     NODE_("add", "TestIntMath", FROM("a", "open", 2) ",'b':1,'operation':'add'") ","                   \
                     NODE_("close", "TestForLoopClose", FROM("flow_control", "open", 0) "," FROM("initial_value1", "add", 0)) "," \
                     SHOW_("s", "close") "}"

TEST(a_long_loop_takes_no_more_memory_than_a_short_one)
{
    struct count c = { .early = 1000, .late = 51000 };
    limn_error   err = { 0 };

    mallopt(M_ARENA_MAX, 1); /* the one that mallinfo2 counts */
    WANT(run_counted(COUNT(11000), &c, run_jobs(), &err));
    WANT(c.ran >= c.late && c.executed == c.ran);
    WANT(c.at_early && c.at_late < c.at_early + (64 << 10)); /* of a turn less than six bytes stay */
}

/* ------------------------------------------------------------------ without an end */

/* A node that asks for itself: always the same one, or one of a few in a row, or a new one each time. */
struct again {
    int64_t turn, period;
};
#define LIMN_ARGS struct again
static const limn_input again_in[] = {
    LIMN_INT(turn, 0, 0, 1000000, 1, "Which turn it is."), LIMN_INT(period, 1, 1, 1000000, 1, "Turns before the first comes again."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output again_out[] = { LIMN_OUT("value", "INT", "Never."), LIMN_OUT_END };

static bool again_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct again *a = args;
    limn_graph         *g = DO(call)->graph(call);
    const int           next = DO(call)->add(g, "TestAgain", NULL);

    (void)err;
    DO(call)->put_int(g, next, "turn", (a->turn + 1) % a->period);
    DO(call)->put_int(g, next, "period", a->period);
    out[0] = DO(call)->wire(g, next, 0);
    return true;
}
static const limn_node again_node = LIMN_NODE(.name = "TestAgain", .inputs = again_in, .outputs = again_out,
                                              .args_size = sizeof(struct again), .run = again_run);

TEST(a_loop_that_comes_back_to_where_it_was_is_a_cycle)
{
    char       text[200];
    limn_error none = { 0 };

    all_nodes();
    WANT(lm_registry_add(run_nodes, &again_node, &none));
    for (int period = 1; period <= 40; period += period < 6 ? 1 : 17) {
        struct count c = { 0 };
        limn_error   err = { 0 };

        snprintf(text, sizeof text, "{'g':{'class_type':'TestAgain','inputs':{'turn':0,'period':%d}}," SHOW_("s", "g") "}", period);
        WANT(!run_counted(text, &c, run_jobs(), &err));
        WANT(err.code == LIMN_INPUT && strstr(err.text, "Dependency cycle detected: "));
        WANT_TEXT(err.node, "g (TestAgain)");
        WANT(c.ran <= 4 * period + 2);
    }
}

/* ------------------------------------------------------------------ the disk */

static char folder[TEMPORARY_PATH];

static lm_cache *open_disk(void)
{
    limn_error err = { 0 };

    return lm_cache_open(&(lm_cache_options){ .host_bytes = 1 << 20, .disk = lm_cache_disk_open(folder, 1 << 24, &err) });
}

static void remove_folder(void)
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    char           path[600];

    while ((e = readdir(d))) {
        snprintf(path, sizeof path, "%s/%.300s", folder, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    closedir(d);
    WANT(!rmdir(folder));
}

/* Slow enough to be worth a file, and only there in a subgraph: it is looked for while the run goes on. */
static bool slow_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct again *a = args;

    (void)err;
    nanosleep(&(struct timespec){ .tv_nsec = 60000000 }, NULL);
    out[0] = DO(call)->value("INT");
    DO(call)->set_int(out[0], "value", a->turn);
    return true;
}
static const limn_node slow_node = LIMN_NODE(.name = "TestSlow", .inputs = again_in, .outputs = again_out,
                                             .args_size = sizeof(struct again), .run = slow_run);

static bool bring_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct again *a = args;
    limn_graph         *g = DO(call)->graph(call);
    const int           slow = DO(call)->add(g, "TestSlow", NULL), equal = DO(call)->add(g, "TestSlow", NULL);
    const int           sum = DO(call)->add(g, "TestIntMath", NULL);

    (void)err;
    DO(call)->put_int(g, slow, "turn", a->turn);
    DO(call)->put_int(g, equal, "turn", a->turn);
    DO(call)->put_int(g, slow, "period", 1);
    DO(call)->put_int(g, equal, "period", 1);
    DO(call)->put_wire(g, sum, "a", slow, 0);
    DO(call)->put_wire(g, sum, "b", equal, 0);
    DO(call)->put_text(g, sum, "operation", "add");
    out[0] = DO(call)->wire(g, sum, 0);
    return true;
}
static const limn_node bring_node = LIMN_NODE(.name = "TestBring", .inputs = again_in, .outputs = again_out,
                                              .args_size = sizeof(struct again), .run = bring_run, .flags = LIMN_NO_CACHE);

#define BRING(id, turn) NODE_(id, "TestBring", "'turn':" #turn ",'period':1")

TEST(what_a_subgraph_asks_for_is_found_on_disk)
{
    static const char graph[] = "{" BRING("p", 3) "," BRING("q", 4) "," BRING("r", 5) "," SHOW_("s", "p") "," SHOW_("t", "q") ","
                                SHOW_("u", "r") "}";
    limn_error        err = { 0 };
    lm_cache         *cache;

    all_nodes();
    WANT(lm_registry_add(run_nodes, &slow_node, &err) && lm_registry_add(run_nodes, &bring_node, &err));
    temporary_folder(folder, "loop");
    for (int again = 0; again < 2; again++) {
        cache = open_disk();
        run_graph(graph, cache);
        WANT_TEXT(last.err.text, "");
        WANT_TEXT(answer("s"), "\"6\"");
        WANT_TEXT(answer("t"), "\"8\"");
        WANT_TEXT(answer("u"), "\"10\"");
        WANT(ran("p.0.0.2") && ran("q.0.0.2")); /* too cheap for a file */
        WANT(lm_cache_report(cache).disk_hits == (again ? 3 : 0));
        WANT(was_executed("p.0.0.0") && was_executed("p.0.0.1")); /* the one runs, the other takes what it gave */
        WANT((ran("p.0.0.0") || ran("p.0.0.1")) == !again);
        lm_cache_free(cache);
    }
    remove_folder();
}

/* ------------------------------------------------------------------ keys */

/* Its fingerprint waits for another one that is asked at the same time; its result is how many came. */
static atomic_int met;

static bool meet_fingerprint(limn_call *call, const void *args, uint64_t *mark, limn_error *err)
{
    (void)call, (void)err;
    atomic_fetch_add(&met, 1);
    for (int i = 0; i < 5000 && atomic_load(&met) < 2; i++)
        rest(1000000);
    *mark = (uint64_t)((const struct again *)args)->turn;
    return true;
}

static bool meet_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)args, (void)err;
    out[0] = new_int(call, "INT", atomic_load(&met));
    return true;
}
static const limn_node meet_node = LIMN_NODE(.name = "TestMeetFingerprint", .inputs = again_in, .outputs = again_out,
                                             .args_size = sizeof(struct again), .run = meet_run,
                                             .fingerprint = meet_fingerprint);

static bool party_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct again *a = args;
    limn_graph         *g = DO(call)->graph(call);
    const int           meet = DO(call)->add(g, "TestMeetFingerprint", NULL);

    (void)err;
    DO(call)->put_int(g, meet, "turn", a->turn);
    DO(call)->put_int(g, meet, "period", 1);
    out[0] = DO(call)->wire(g, meet, 0);
    return true;
}
static const limn_node party_node = LIMN_NODE(.name = "TestParty", .inputs = again_in, .outputs = again_out,
                                              .args_size = sizeof(struct again), .run = party_run);

TEST(fingerprints_in_two_subgraphs_are_asked_at_the_same_time)
{
    limn_error err = { 0 };

    all_nodes();
    WANT(lm_registry_add(run_nodes, &meet_node, &err) && lm_registry_add(run_nodes, &party_node, &err));
    WANT_TEXT(err.text, "");
    atomic_store(&met, run_jobs() > 1 ? 0 : 1);
    run_graph("{" NODE_("p", "TestParty", "'turn':1,'period':1") "," NODE_("q", "TestParty", "'turn':2,'period':1") ","
              SHOW_("s", "p") "," SHOW_("t", "q") "}", NULL);
    WANT_TEXT(last.err.text, "");
    if (run_jobs() > 1) {
        WANT_TEXT(answer("s"), "\"2\"");
        WANT_TEXT(answer("t"), "\"2\"");
    }
}

TEST_MAIN
