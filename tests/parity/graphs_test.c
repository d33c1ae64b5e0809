/* graphs_test.c: whole workflows on the tiny model, through check, plan and executor, against what the
 * reference's own nodes answered: every sampler and schedule, batches, odd sizes, image to image, masks,
 * areas, times, two stages, second passes.
 *
 *     LIMN_TEST_DEVICE=cpu|guard    where to compute (cpu)
 *     test_graphs NAME              only workflows whose name contains NAME
 */
#include "core/graph/executor.h"
#include "kernels/devices.h"
#include "nodes/all.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

static const char   file[] = "tests/parity/graphs.json";
static const char  *only; /* a part of the names to run, or NULL */
static lm_folders  *folders;
static lm_registry *registry;
static lm_cache    *cache;
static lm_json     *table;
static lm_weights  *tensors;

/* ------------------------------------------------------------------ the stage */

static bool save_nothing(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call, (void)args, (void)out, (void)err;
    return true;
}

/* The reference's nodes were called directly, with areas below the smallest that a workflow may ask for:
 * here too smaller ones are allowed. What SaveImage writes is another test's affair. */
static const limn_node *adapted(const limn_node *n)
{
    static limn_node  area, save;
    static limn_input inputs[16];

    if (!strcmp(n->name, "SaveImage")) {
        save = *n;
        save.run = save_nothing;
        return &save;
    }
    if (strcmp(n->name, "ConditioningSetArea"))
        return n;
    area = *n;
    for (int i = 0; i == 0 || n->inputs[i - 1].kind != LIMN_KIND_END; i++) {
        inputs[i] = n->inputs[i];
        inputs[i].i_min = inputs[i].i_min > 8 ? 8 : inputs[i].i_min;
    }
    area.inputs = inputs;
    return &area;
}

static void open_stage(void)
{
    const char *device = getenv("LIMN_TEST_DEVICE");
    limn_error  err = { 0 };

    folders = lm_folders_new(LIMN_TINY_BASE, &err);
    WANT(folders && lm_folders_replace(folders, "input", "tests/parity/input", &err));
    registry = lm_registry_new();
    for (const limn_node *const *const *f = lm_node_families; *f; f++)
        for (const limn_node *const *n = *f; *n; n++)
            WANT(lm_registry_add(registry, adapted(*n), &err));
    cache = lm_cache_new((size_t)1 << 30);
    call_on(device && !strcmp(device, "guard") ? guard_device() : lm_cpu_device(0));
    test_env.folders = folders;
    WANT_TEXT(err.text, "");
}

static lm_json *read_table(void)
{
    FILE      *f = fopen(file, "rb");
    static char text[1 << 20];
    size_t     n = f ? fread(text, 1, sizeof text, f) : 0;
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(text, n, &err);

    if (f)
        fclose(f);
    WANT(n < sizeof text);
    if (!d) {
        printf("%s: %s\n", file, err.text);
        exit(1);
    }
    return d;
}

/* ------------------------------------------------------------------ rows of the table */

static const char *text_of(lm_json_ref row, const char *key)
{
    return lm_json_c_string(table, lm_json_get(table, row, key));
}

static double number_of(lm_json_ref row, const char *key)
{
    double x = 0.0;

    lm_json_to_double(table, lm_json_get(table, row, key), &x);
    return x;
}

static lm_shape shape_of(lm_json_ref row)
{
    const lm_json_ref list = lm_json_get(table, row, "shape");
    lm_shape          s = { .n = (int)lm_json_count(table, list) };

    for (int i = 0; i < s.n; i++)
        lm_json_to_int(table, lm_json_at(table, list, (uint32_t)i), &s.at[i]);
    return s;
}

/* An answer's numbers in the reference's order; the caller frees them. NULL when its shape is another. */
static float *numbers_of(lm_json_ref row, const limn_value *v)
{
    const char      *type = text_of(row, "type");
    const bool       latent = !strcmp(type, "LATENT");
    const char      *field = latent ? "samples" : !strcmp(type, "IMAGE") ? "pixels" : "mask";
    const lm_tensor *t = lm_value_tensor(v, field);
    const lm_shape   want = shape_of(row);
    float           *at, *turned;

    if (!t || !lm_shape_same(lm_shape_of(t), latent ? channels_last_shape(want) : want))
        return NULL;
    at = calloc((size_t)lm_count(t), sizeof *at);
    lm_tensor_read(t, LM_F32, at);
    if (!latent)
        return at;
    turned = calloc((size_t)lm_count(t), sizeof *turned);
    turn_channels_last(turned, at, LM_SHAPE(want.at[0], want.at[2] * want.at[3], want.at[1], 1));
    free(at);
    return turned;
}

/* |got - want| / |want| over the values on record; infinite when there is no such answer. */
static double distance(lm_json_ref row, const limn_value *v)
{
    const int64_t stride = (int64_t)number_of(row, "stride");
    lm_shape      kept;
    float        *got = v ? numbers_of(row, v) : NULL;
    float        *want = recorded_floats(tensors, text_of(row, "tensor"), &kept);
    double        off = got ? 0.0 : INFINITY, all = 0.0;

    for (int64_t i = 0; got && i < lm_shape_count(kept); i++) {
        const double d = (double)got[i * stride] - (double)want[i];

        off += d * d;
        all += (double)want[i] * (double)want[i];
    }
    free(got);
    free(want);
    return all > 0.0 ? sqrt(off / all) : off;
}

/* ------------------------------------------------------------------ running */

/* What node `id` answered: the cache keeps everything. */
static limn_value *answer_of(const lm_plan *p, const char *id, int slot)
{
    limn_value *out[8] = { 0 }, *found = NULL;

    for (int i = 0; i < p->n_steps && !found; i++)
        if (!strcmp(p->steps[i].id, id) &&
            lm_cache_lookup(cache, p->steps[i].key, out, p->steps[i].class_->n_outputs, NULL))
            for (int k = 0; k < p->steps[i].class_->n_outputs; k++) {
                if (k == slot)
                    found = out[k];
                else
                    lm_value_unref(out[k]);
            }
    return found;
}

/* Six floors, as float32 itself moves the answer between two orders of summation; not less than 2e-5. */
static void compare_answers(const char *name, lm_json_ref outputs, const lm_plan *p)
{
    printf("%-26s", name);
    for (lm_json_ref o = lm_json_first(table, outputs); o; o = lm_json_next(table, o)) {
        limn_value  *v = answer_of(p, text_of(o, "node"), (int)number_of(o, "slot"));
        const double off = distance(o, v), floor = number_of(o, "floor");

        printf(" %s %.1e of %.0e;", text_of(o, "type"), off, floor);
        WANT(off <= fmax(2e-5, 6.0 * floor));
        lm_value_unref(v);
    }
    printf("\n");
}

static void run_row(lm_json_ref row)
{
    lm_text      text = { 0 };
    limn_error   err = { 0 };
    lm_workflow *w;
    lm_check    *c = NULL;
    lm_plan     *p = NULL;

    lm_json_write(table, lm_json_get(table, row, "graph"), LM_JSON_COMPACT, &text);
    w = lm_workflow_read(text.at, text.size, &err);
    if (w)
        c = lm_check_new(w, registry, &test_env);
    if (c)
        p = lm_plan_new(c, &test_env, &err);
    if (p && lm_exec_run(p, cache, &test_env, &err))
        compare_answers(text_of(row, "name"), lm_json_get(table, row, "outputs"), p);
    WANT_TEXT(err.text, "");
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    lm_text_done(&text);
}

TEST(every_recorded_workflow_answers_as_the_reference_did)
{
    lm_json_ref rows;
    int         n = 0;

    table = read_table();
    tensors = recorded_tensors("tests/parity/graphs.safetensors");
    open_stage();
    rows = lm_json_get(table, lm_json_root(table), "graphs");
    for (lm_json_ref r = lm_json_first(table, rows); r; r = lm_json_next(table, r))
        if (!only || strstr(text_of(r, "name"), only)) {
            run_row(r);
            n++;
        }
    WANT(n > 0);
    lm_cache_free(cache);
    lm_registry_free(registry);
    lm_folders_free(folders);
    lm_weights_unref(tensors);
    lm_json_free(table);
}

int main(int argc, char **argv)
{
    only = argc > 1 ? argv[1] : NULL;
    for (test_case *t = test_first; t; t = t->next) {
        t->run();
        printf("%s %s\n", test_failures ? "FAILED" : "ok", t->name);
    }
    return test_failures > 0;
}
