/* plan_test.c: order and content keys. */
#include "graph_for_tests.h"
#include "tests/temporary.h"
#include "tests/test.h"

#define NUMBER(id, x) "\"" id "\":{\"class_type\":\"Number\",\"inputs\":{\"value\":" x "}}"
#define SHOW(id, source) "\"" id "\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"" source "\",0]}}"

/* The key of the node `id`, planned in an environment; zeros when it has no step. */
static lm_hash key_in(const char *text, const char *id, const lm_run_env *env)
{
    struct planned p = plan_text(text, env);
    lm_hash        key = { 0, 0 };

    if (!p.plan)
        printf("    %s\n", p.err.text);
    for (int i = 0; p.plan && i < p.plan->n_steps; i++)
        if (!strcmp(p.plan->steps[i].id, id))
            key = p.plan->steps[i].key;
    planned_done(&p);
    return key;
}

static lm_hash key(const char *text, const char *id)
{
    return key_in(text, id, &(lm_run_env){ .stop = &graph_stop });
}

static bool same(lm_hash a, lm_hash b)
{
    return lm_hash_same(a, b);
}

TEST(a_plan_holds_what_outputs_need_and_sources_come_first)
{
    const lm_run_env env = { .stop = &graph_stop };
    struct planned   p = plan_text("{" SHOW("s", "2") "," NUMBER("unused", "1") ",\"2\":{\"class_type\":\"Sum\",\"inputs\":"
                                   "{\"a\":[\"3\",0],\"b\":[\"4\",0]}}," NUMBER("4", "1") "," NUMBER("3", "1") "}", &env);
    static const char *const order[] = { "3", "4", "2", "s" };

    WANT(p.plan && p.plan->n_steps == 4 && p.plan->n_slots == 3);
    for (int i = 0; p.plan && i < 4; i++)
        WANT_TEXT(p.plan->steps[i].id, order[i]);
    WANT(p.plan->steps[2].sources[0].step == 0 && p.plan->steps[2].sources[1].step == 1);
    WANT(p.plan->steps[3].sources[0].step == 2 && p.plan->steps[3].sources[1].step == -1 && p.plan->steps[3].output);
    planned_done(&p);
}

TEST(equal_nodes_have_equal_keys_wherever_they_stand)
{
    WANT(same(key("{" NUMBER("1", "4") "," SHOW("s", "1") "}", "1"),
              key("{\"zz\":{\"class_type\":\"Number\",\"inputs\":{\"x\":1,\"value\":\"4\"}}," SHOW("s", "zz") "}", "zz")));
    WANT(same(key("{" NUMBER("1", "4") "," SHOW("s", "1") "}", "s"), key("{" SHOW("q", "r") "," NUMBER("r", "4.0") "}", "q")));
}

TEST(every_input_and_the_source_s_slot_are_in_the_key)
{
    const lm_hash k = key("{" NUMBER("1", "4") "," SHOW("s", "1") "}", "s");

    WANT(k.a || k.b);
    WANT(!same(k, key("{" NUMBER("1", "5") "," SHOW("s", "1") "}", "s")));
    WANT(!same(k, key("{" NUMBER("1", "4") ",\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",0],\"label\":\"x\"}}}", "s")));
    WANT(same(k, key("{" NUMBER("1", "4") ",\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",0],\"label\":\"\"}}}", "s")));
    WANT(!same(key("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":7}},\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",0]}}}", "s"),
               key("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":7}},\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",1]}}}", "s")));
    WANT(!same(key("{\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":1}}}", "s"),
               key("{\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":1.0}}}", "s")));
    WANT(!same(key("{\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":\"1\"}}}", "s"),
               key("{\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":\"2\"}}}", "s")));
}

TEST(class_version_and_arithmetic_are_in_the_key)
{
    const char      *text = "{" NUMBER("1", "4") "," SHOW("s", "1") "}";
    lm_device        other = *lm_host_device();
    const lm_run_env cpu = { .stop = &graph_stop, .device = lm_host_device() };
    lm_run_env       env = cpu;

    WANT(!same(key(text, "1"), key("{\"1\":{\"class_type\":\"Newer\",\"inputs\":{\"value\":4}}," SHOW("s", "1") "}", "1")));
    env.compute = LM_COMPUTE_BF16;
    WANT(!same(key_in(text, "1", &cpu), key_in(text, "1", &env)));
    env = cpu;
    other.name = "another";
    env.device = &other;
    WANT(!same(key_in(text, "1", &cpu), key_in(text, "1", &env)));
    WANT(same(key_in(text, "s", &cpu), key_in(text, "s", &cpu)));
}

TEST(a_node_without_cache_has_a_new_key_each_time)
{
    const char *text = "{\"1\":{\"class_type\":\"Clock\"}," SHOW("s", "1") "}";

    WANT(!same(key(text, "1"), key(text, "1")) && !same(key(text, "s"), key(text, "s")));
}

static const limn_input load_in[] = {
    { .name = "image", .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = "input", .offset = 0 },
    LIMN_END,
};
static const limn_input model_in[] = {
    { .name = "model", .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = "vae", .offset = 0 },
    LIMN_END,
};
static const limn_input rest_in[] = {
    { .name = "rest", .type = "*", .kind = LIMN_KIND_REST, .offset = 0 },
    LIMN_END,
};

static int rest_seen;

static bool count_rest(limn_call *call, const void *args, uint64_t *out, limn_error *err)
{
    (void)call, (void)err;
    rest_seen = lm_value_field_count(*(const limn_value *const *)args);
    *out = 0;
    return true;
}

#define OWN_NODE(id, in, out, ...)                                                             \
    LIMN_NODE(.name = id, .inputs = in, .outputs = out, .args_size = sizeof(char *), .run = number_run, __VA_ARGS__)
static const limn_node load = OWN_NODE("Load", load_in, NULL, .flags = LIMN_OUTPUT_NODE),
                       model = OWN_NODE("Model", model_in, NULL, .flags = LIMN_OUTPUT_NODE),
                       reader = OWN_NODE("Reader", NULL, int_out, .flags = LIMN_WANTS_PROMPT),
                       saver = OWN_NODE("Saver", NULL, NULL, .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT),
                       rest = OWN_NODE("Rest", rest_in, NULL, .flags = LIMN_OUTPUT_NODE, .fingerprint = count_rest);
static const limn_node *const own_nodes[] = { &load, &model, &reader, &saver, &rest, NULL };

/* The last step's key. */
static lm_hash own_key(const char *text, const lm_run_env *env, limn_error *err)
{
    lm_registry     *r = lm_registry_new();
    lm_workflow     *w = lm_workflow_read(text, strlen(text), err);
    lm_check        *c;
    lm_plan         *p;
    lm_hash          k = { 0, 0 };

    WANT(lm_registry_add_list(r, graph_nodes, err) && lm_registry_add_list(r, own_nodes, err));
    c = lm_check_new(w, r, env);
    p = lm_plan_new(c, env, err);
    WANT(p);
    if (p)
        k = p->steps[p->n_steps - 1].key;
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    lm_registry_free(r);
    return k;
}

static lm_hash load_key(lm_folders *folders, limn_error *err)
{
    const lm_run_env env = { .stop = &graph_stop, .folders = folders };

    return own_key("{\"1\":{\"class_type\":\"Load\",\"inputs\":{\"image\":\"x.png\"}}}", &env, err);
}

TEST(a_file_that_changed_changes_the_key)
{
    char        base[TEMPORARY_PATH], command[1000];
    limn_error  err = { 0 };
    lm_folders *folders = lm_folders_new(temporary_folder(base, "plan"), &err);
    lm_hash     first, second;

    WANT(folders);
    snprintf(command, sizeof command, "mkdir %s/input && echo a > %s/input/x.png", base, base);
    WANT(system(command) == 0);
    first = load_key(folders, &err);
    WANT(same(first, load_key(folders, &err)));
    snprintf(command, sizeof command, "touch -d 2001-01-01 %s/input/x.png", base);
    WANT(system(command) == 0);
    second = load_key(folders, &err);
    WANT(!same(first, second));
    snprintf(command, sizeof command, "echo abc > %s/input/x.png && touch -d 2001-01-01 %s/input/x.png", base, base);
    WANT(system(command) == 0);
    WANT(!same(second, load_key(folders, &err)) && err.code == LIMN_OK);
    snprintf(command, sizeof command, "rm -r %s", base);
    WANT(system(command) == 0);
    lm_folders_free(folders);
}

/* The name is not known before the run: any file that changed may be the one. */
TEST(a_file_that_a_link_names_is_not_forgotten)
{
    static const char *const model_text = "{\"a\":{\"class_type\":\"Any\",\"inputs\":{\"text\":\"Sx.safetensors\"}},"
                                          "\"m\":{\"class_type\":\"Model\",\"inputs\":{\"model\":[\"a\",0]}}}";
    static const char *const load_text = "{\"a\":{\"class_type\":\"Any\",\"inputs\":{\"text\":\"Sx.png\"}},"
                                         "\"m\":{\"class_type\":\"Load\",\"inputs\":{\"image\":[\"a\",0]}}}";
    char        base[TEMPORARY_PATH], command[1000];
    limn_error  err = { 0 };
    lm_folders *folders = lm_folders_new(temporary_folder(base, "plan"), &err);
    lm_run_env  env = { .stop = &graph_stop, .folders = folders };
    lm_hash     first;

    snprintf(command, sizeof command, "mkdir -p %s/input %s/models/vae && echo a > %s/models/vae/x.safetensors", base, base, base);
    WANT(folders && system(command) == 0);
    first = own_key(model_text, &env, &err);
    WANT(same(first, own_key(model_text, &env, &err)));
    snprintf(command, sizeof command, "touch -d 2001-01-01 %s/models/vae/x.safetensors", base);
    WANT(system(command) == 0);
    WANT(!same(first, own_key(model_text, &env, &err)));
    WANT(!same(own_key(load_text, &env, &err), own_key(load_text, &env, &err)));
    snprintf(command, sizeof command, "rm -r %s", base);
    WANT(system(command) == 0);
    lm_folders_free(folders);
}

TEST(the_prompt_s_text_is_in_the_key_of_who_reads_it_and_gives_something_on)
{
    static const char *const text = "{\"r\":{\"class_type\":\"Reader\"}," SHOW("s", "r") "}";
    const lm_run_env one = { .stop = &graph_stop, .prompt_json = "1" }, two = { .stop = &graph_stop, .prompt_json = "2" };
    limn_error       err = { 0 };

    WANT(same(own_key(text, &one, &err), own_key(text, &one, &err)));
    WANT(!same(own_key(text, &one, &err), own_key(text, &two, &err)));
    WANT(same(own_key("{\"s\":{\"class_type\":\"Saver\"}}", &one, &err),
              own_key("{\"s\":{\"class_type\":\"Saver\"}}", &two, &err)));
}

TEST(a_fingerprint_sees_what_no_row_names)
{
    const lm_run_env env = { .stop = &graph_stop };
    limn_error       err = { 0 };

    own_key("{\"r\":{\"class_type\":\"Rest\",\"inputs\":{\"x\":1,\"y\":\"2\"}}}", &env, &err);
    WANT(rest_seen == 2);
}

TEST_MAIN
