/* random_test.c: graphs grown at random from a few nodes that have everything: lists, lazy inputs, subgraphs, blockers,
 * nodes that fail. Whatever is grown, one node at a time, four at a time, from a cache and from a small cache that
 * loses half come to the same answers; and stopping at any event leaves a cache from which the next run comes to
 * them as well.
 *
 * Seeds are fixed; LIMN_TEST_RANDOM=N grows N graphs instead of the suite's few. */
#include "core/data/host.h"
#include "execution_for_tests.h"

/* ------------------------------------------------------------------ nodes: numbers only */

struct grown {
    const limn_value *a, *b, *rest;
    int64_t           k;
};
#define LIMN_ARGS struct grown
static const limn_input two_in[] = {
    LIMN_LINK(a, "*", "One.", .flags = LIMN_OPTIONAL), LIMN_LINK(b, "*", "Two.", .flags = LIMN_OPTIONAL),
    LIMN_INT(k, 0, 0, 0, 1, "A number."), LIMN_END
};
static const limn_input lazy_in[] = {
    LIMN_LINK(a, "*", "One.", .flags = LIMN_LAZY), LIMN_LINK(b, "*", "Two.", .flags = LIMN_LAZY),
    LIMN_INT(k, 0, 0, 0, 1, "Which."), LIMN_END
};
static const limn_input rest_in[] = {
    LIMN_INT(k, 0, 0, 0, 1, "A number."),
    { .name = "rest", .type = "*", .kind = LIMN_KIND_REST, .offset = offsetof(struct grown, rest), .doc = "All." },
    LIMN_END
};
#undef LIMN_ARGS

struct grown_lists {
    const limn_value *a, *b, *k;
};
#define LIMN_ARGS struct grown_lists
static const limn_input list_in[] = {
    LIMN_LINK(a, "*", "All.", .list = true), LIMN_LINK(b, "*", "All.", .list = true, .flags = LIMN_OPTIONAL),
    LIMN_INT_LIST(k, 0, 0, 0, 1, "Numbers."), LIMN_END
};
#undef LIMN_ARGS
static const limn_output one_out[] = { LIMN_OUT("x", "INT", "A number."), LIMN_OUT_END };
static const limn_output many_out[] = { LIMN_OUT_LIST("x", "INT", "Numbers."), LIMN_OUT("n", "INT", "How many."), LIMN_OUT_END };

static atomic_int slept;

/* Some nodes take a moment, so that others come in between. */
static void dawdle(int64_t k)
{
    struct timespec t = { .tv_nsec = 1000 * (k & 63) };

    if (k % 5 == 0 && run_jobs() > 1 && atomic_fetch_add(&slept, 1) < 1000000)
        nanosleep(&t, NULL);
}

static int64_t number_of(const limn_value *v)
{
    return v ? lm_value_int(v, "value", -7) : -3;
}

static int64_t stir(int64_t x, int64_t y)
{
    return (int64_t)(((uint64_t)x * 31 + (uint64_t)y * 17 + 11) % 1000003);
}

static limn_value *number(int64_t x)
{
    limn_value *v = lm_value_new("INT");

    lm_value_set_int(v, "value", x);
    return v;
}

static bool mix_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;

    (void)call;
    (void)err;
    dawdle(g->k);
    out[0] = number(stir(stir(number_of(g->a), number_of(g->b)), g->k));
    return true;
}

static bool which_need(limn_call *call, const void *args, bool *need, limn_error *err)
{
    const struct grown *g = args;

    (void)err;
    need[0] = g->k % 3 != 1;
    need[1] = g->k % 3 == 1 || (g->k % 3 == 2 && call->host->there(call, "a") && number_of(g->a) % 2);
    return true;
}

/* Looks at nothing that it did not ask for. */
static bool which_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;
    const bool          first = g->k % 3 != 1, second = !first || (g->k % 3 == 2 && number_of(g->a) % 2);

    (void)call;
    (void)err;
    out[0] = number(stir(first ? number_of(g->a) : 5, second ? number_of(g->b) : 6));
    return true;
}

static bool rest_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;
    int64_t             x = g->k;

    (void)call;
    (void)err;
    for (int i = 0; i < lm_value_field_count(g->rest); i++)
        x = stir(x, number_of(lm_value_value(g->rest, lm_value_field_name(g->rest, i))));
    out[0] = number(x);
    return true;
}

static bool spread_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;
    const int           n = (int)(g->k & 3);

    (void)call;
    (void)err;
    out[0] = lm_value_list_new();
    for (int i = 0; i < n; i++)
        lm_value_push(out[0], number(stir(number_of(g->a), i)));
    out[1] = number(n);
    return true;
}

static bool gather_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown_lists *g = args;
    int64_t                   x = lm_value_count(g->k);

    (void)call;
    (void)err;
    for (int i = 0; i < lm_value_count(g->a); i++)
        x = stir(x, number_of(lm_value_item(g->a, i)));
    out[0] = number(stir(x, lm_value_count(g->b)));
    return true;
}

static bool block_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;
    const int64_t       x = stir(number_of(g->a), g->k);

    (void)call;
    (void)err;
    out[0] = x % 4 ? number(x) : lm_value_blocker_new(NULL);
    return true;
}

/* A few nodes around what it was given; now and then one of its own kind, with less to go. */
static bool expand_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct grown *g = args;
    const limn_host    *h = call->host;
    limn_graph         *sub;
    int                 mix, which, next;

    (void)err;
    if (g->k <= 0) {
        out[0] = number(stir(number_of(g->a), 99));
        return true;
    }
    sub = h->graph(call);
    mix = h->add(sub, "Mix", NULL);
    which = h->add(sub, "Which", "which");
    next = h->add(sub, g->k % 2 ? "Expand" : "Mix", NULL);
    h->put_int(sub, mix, "k", g->k);
    if (g->a)
        h->put_value(sub, mix, "a", g->a);
    h->put_wire(sub, which, "a", mix, 0);
    if (g->b)
        h->put_value(sub, which, "b", g->b);
    else
        h->put_int(sub, which, "b", 3);
    h->put_int(sub, which, "k", g->k);
    h->put_wire(sub, next, "a", which, 0);
    h->put_int(sub, next, "k", g->k / 2 - 1);
    out[0] = g->k % 7 ? h->wire(sub, next, 0) : number(stir(g->k, 1));
    return true;
}

static bool end_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    char json[60];

    (void)out;
    (void)err;
    snprintf(json, sizeof json, "{\"text\":[\"%lld\"]}", (long long)number_of(((const struct grown *)args)->a));
    call->host->answer(call, json);
    return true;
}

#define GROWN(id, in, out, run_, ...)                                                          \
    LIMN_NODE(.name = id, .category = "test", .inputs = in, .outputs = out, .run = run_,       \
              .args_size = sizeof(struct grown), __VA_ARGS__)
static const limn_node
    mix = GROWN("Mix", two_in, one_out, mix_run), which = GROWN("Which", lazy_in, one_out, which_run, .need = which_need),
    rest_node = GROWN("Rest", rest_in, one_out, rest_run), spread = GROWN("Spread", two_in, many_out, spread_run),
    block = GROWN("Block", two_in, one_out, block_run), expand = GROWN("Expand", two_in, one_out, expand_run),
    never = GROWN("Never", two_in, one_out, mix_run, .flags = LIMN_NO_CACHE),
    own = GROWN("Own", two_in, one_out, mix_run, .flags = LIMN_WANTS_ID),
    end = GROWN("End", two_in, NULL, end_run, .flags = LIMN_OUTPUT_NODE),
    gather = LIMN_NODE(.name = "Gather", .category = "test", .inputs = list_in, .outputs = one_out, .run = gather_run,
                       .args_size = sizeof(struct grown_lists), .flags = LIMN_TAKES_LISTS);
static const limn_node *const table[] = { &mix, &which, &rest_node, &spread, &block, &expand, &never, &own, &gather, &end, NULL };
enum { N_CLASSES = 9 }; /* that are grown inside; End is at the end */

/* ------------------------------------------------------------------ growing */

static uint64_t chance;

static int pick(int n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (int)(chance % (uint64_t)n);
}

static void add_link(lm_text *text, const char *input, int below, const int *class_of)
{
    const int node = pick(below);

    lm_text_printf(text, "\"%s\":[\"%d\",%d],", input, node, table[class_of[node]] == &spread ? pick(2) : 0);
}

/* [new] */
static char *grow(uint64_t seed)
{
    int     class_of[60], n, ends;
    lm_text text = { 0 };

    chance = seed * 0x9e3779b97f4a7c15u + 1;
    n = 3 + pick(50);
    ends = 1 + pick(4);
    lm_text_puts(&text, "{");
    for (int i = 0; i < n; i++) {
        class_of[i] = i ? pick(N_CLASSES) : 0;
        lm_text_printf(&text, "\"%d\":{\"class_type\":\"%s\",\"inputs\":{", i, table[class_of[i]]->name);
        if (table[class_of[i]] == &which || (i && pick(8)))
            i ? add_link(&text, "a", i, class_of) : lm_text_puts(&text, "\"a\":1,");
        else if (table[class_of[i]] == &gather)
            lm_text_puts(&text, "\"a\":4,");
        if (table[class_of[i]] == &which || (i && pick(3)))
            i ? add_link(&text, "b", i, class_of) : lm_text_puts(&text, "\"b\":2,");
        lm_text_printf(&text, "\"k\":%d}},", pick(pick(4) ? 12 : 40));
    }
    for (int i = 0; i < ends; i++) {
        lm_text_printf(&text, "%s\"end%d\":{\"class_type\":\"End\",\"inputs\":{", i ? "," : "", i);
        add_link(&text, "a", n, class_of);
        lm_text_puts(&text, "\"k\":0}}");
    }
    lm_text_puts(&text, "}");
    return lm_text_take(&text);
}

/* ------------------------------------------------------------------ running */

struct hearing {
    lm_text answers; /* "end0 {…}\n", in the order of their names */
    char   *of[4];
    int     events, stop_at; /* stop_at 0: never */
};

static void hear(void *self, const lm_event *e)
{
    struct hearing *h = self;

    if (++h->events == h->stop_at)
        atomic_store(&run_stop, true);
    if (e->kind == LM_EV_EXECUTED && e->json && !strncmp(e->node, "end", 3)) {
        lm_free(h->of[e->node[3] - '0']);
        h->of[e->node[3] - '0'] = lm_copy_text(e->json);
    }
}

static const lm_registry *grown_nodes(void)
{
    static lm_registry *r;
    limn_error          err = { 0 };

    if (!r) {
        r = lm_registry_new();
        if (!lm_registry_add_list(r, table, &err)) {
            printf("%s\n", err.text);
            exit(1);
        }
    }
    return r;
}

/* The answers of a run, [new]; NULL when it was stopped. Prints and counts as failed whatever else went wrong. */
static char *answers_of(const char *text, int jobs, lm_cache *cache, int stop_at, int *events)
{
    struct hearing   h = { .stop_at = stop_at };
    const lm_run_env env = { .stop = &run_stop, .listener = { hear, &h }, .jobs = jobs };
    limn_error       err = { 0 };
    lm_workflow     *w;
    lm_check        *c;
    lm_plan         *p;
    bool             ok;

    atomic_store(&run_stop, false);
    w = lm_workflow_read(text, strlen(text), &err);
    c = w ? lm_check_new(w, grown_nodes(), &env) : NULL;
    p = c ? lm_plan_new(c, &env, &err) : NULL;
    ok = p && lm_exec_run(p, cache, &env, &err);
    if (!ok && !(stop_at && err.code == LIMN_CANCELLED)) {
        test_failures++;
        printf("%s: %s\n%s\n", err.node, err.text, text);
    }
    for (int i = 0; i < 4; i++) {
        lm_text_printf(&h.answers, "end%d %s\n", i, h.of[i] ? h.of[i] : "nothing");
        lm_free(h.of[i]);
    }
    if (events)
        *events = h.events;
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    if (!ok)
        lm_text_done(&h.answers);
    return ok ? lm_text_take(&h.answers) : NULL;
}

static void compare(const char *text, const char *what, char *got, const char *want)
{
    if (!got || strcmp(got, want)) {
        test_failures++;
        printf("%s:\n%s\ngot\n%swant\n%s", what, text, got ? got : "(stopped)\n", want);
    }
    lm_free(got);
}

static int graphs(int few)
{
    const char *many = getenv("LIMN_TEST_RANDOM");

    return many ? atoi(many) : few;
}

TEST(serial_parallel_and_cached_runs_answer_the_same)
{
    for (int seed = 1; seed <= graphs(300) && !test_failures; seed++) {
        char     *text = grow((uint64_t)seed), *want = answers_of(text, 1, NULL, 0, NULL);
        lm_cache *cache = lm_cache_new(1 << 20), *small = lm_cache_new(3000);

        if (want) {
            compare(text, "four at a time", answers_of(text, 4, NULL, 0, NULL), want);
            compare(text, "as many as limn chooses", answers_of(text, 0, NULL, 0, NULL), want);
            compare(text, "with a cache", answers_of(text, run_jobs(), cache, 0, NULL), want);
            compare(text, "from the cache", answers_of(text, run_jobs(), cache, 0, NULL), want);
            compare(text, "with a small cache", answers_of(text, run_jobs(), small, 0, NULL), want);
            compare(text, "from a small cache", answers_of(text, run_jobs(), small, 0, NULL), want);
        }
        lm_cache_free(cache);
        lm_cache_free(small);
        lm_free(want);
        lm_free(text);
    }
}

TEST(stopping_at_any_event_leaves_a_cache_that_is_right)
{
    for (int seed = 1; seed <= graphs(40) && !test_failures; seed++) {
        char *text = grow((uint64_t)seed), *want;
        int   events = 0;

        want = answers_of(text, 1, NULL, 0, &events);
        for (int at = 1; want && at < events && !test_failures; at += 1 + events / 12) {
            lm_cache *cache = lm_cache_new(1 << 20);
            char     *got = answers_of(text, run_jobs(), cache, at, NULL);

            lm_free(got);
            compare(text, "after it was stopped", answers_of(text, run_jobs(), cache, 0, NULL), want);
            lm_cache_free(cache);
        }
        lm_free(want);
        lm_free(text);
    }
}

TEST_MAIN
