/* bench.c: limn bench: what this machine needs for the parts of a picture, in CPU and wall seconds. The
 * judge is CPU seconds: on a shared machine the wall clock tells about the neighbours. */
#include "core/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/bench_parts.h"
#include "core/data/pass.h"
#include "kernels/bench.h"
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/models/clip.h"
#include "nodes/models/detect.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"

/* ------------------------------------------------------------------ clocks and figures */

typedef struct clocks {
    double cpu, wall;
} clocks;

static clocks now(void)
{
    struct timespec wall, cpu;

    clock_gettime(CLOCK_MONOTONIC, &wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (clocks){ (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec,
                     (double)wall.tv_sec + 1e-9 * (double)wall.tv_nsec };
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void lm_bench_add(lm_bench *b, const char *name, const char *unit, double *values, int n)
{
    lm_figure *f = &b->figures[b->n];

    if (b->n == LM_BENCH_FIGURES)
        return;
    b->n++;
    qsort(values, (size_t)n, sizeof *values, by_size);
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->unit, sizeof f->unit, "%s", unit);
    f->value = values[n / 2];
    f->least = values[0];
    f->most = values[n - 1];
}

void lm_bench_add_one(lm_bench *b, const char *name, const char *unit, double value)
{
    lm_bench_add(b, name, unit, &value, 1);
}

static double peak_mb(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss / 1024;
}

/* ------------------------------------------------------------------ what is measured */

/* Numbers without meaning, about normal: sums of four uniform ones. */
static lm_tensor *noise(lm_pass *p, lm_shape shape)
{
    const int64_t n = lm_shape_count(shape);
    float        *x = lm_host_floats(p, n);
    uint32_t      seed = 12345;

    for (int64_t i = 0; x && i < n; i++) {
        int32_t sum = 0;

        for (int k = 0; k < 4; k++)
            sum += (int32_t)((seed = seed * 1664525u + 1013904223u) >> 8) - (1 << 23);
        x[i] = (float)sum * 1.03e-7f;
    }
    return lm_from_host(p, shape, x);
}

/* Runs `work` once to warm up and `rounds` times for the record, each in a scope of its own. */
static bool measure(lm_bench *b, const char *name, void (*work)(lm_bench *, lm_pass *, void *), void *self,
                    lm_pass *p)
{
    double cpu[LM_BENCH_ROUNDS], wall[LM_BENCH_ROUNDS];
    char   text[96];
    size_t calls = 0;

    for (int i = -1; i < b->rounds && lm_pass_live(p); i++) {
        lm_scope     s = lm_scope_open(p);
        const clocks began = now();

        work(b, p, self);
        if (i < 0)
            calls = lm_scratch_system_calls(p->scratch);
        else {
            cpu[i] = now().cpu - began.cpu;
            wall[i] = now().wall - began.wall;
        }
        lm_scope_close(&s);
    }
    if (!lm_pass_live(p))
        return false;
    snprintf(text, sizeof text, "%s, CPU", name);
    lm_bench_add(b, text, "s", cpu, b->rounds);
    snprintf(text, sizeof text, "%s, wall", name);
    lm_bench_add(b, text, "s", wall, b->rounds);
    snprintf(text, sizeof text, "%s, arena requests when warm", name);
    lm_bench_add_one(b, text, "", (double)(lm_scratch_system_calls(p->scratch) - calls));
    snprintf(text, sizeof text, "%s, beside the weights", name);
    lm_bench_add_one(b, text, "MB", (double)lm_scratch_most_held(p->scratch) / 1e6);
    return true;
}

static void one_step(lm_bench *b, lm_pass *p, void *self)
{
    const lm_tensor *x = noise(p, LM_SHAPE(2, b->cells, b->cells, lm_unet_in_channels(b->unet)));

    lm_unet_eval(p, self, x, 500);
}

static void one_decode(lm_bench *b, lm_pass *p, void *self)
{
    (void)self;
    lm_vae_decode(p, b->vae, noise(p, LM_SHAPE(1, b->cells, b->cells, lm_vae_channels(b->vae))));
}

static void one_text(lm_bench *b, lm_pass *p, void *self)
{
    (void)self;
    lm_clip_encode(p, b->clip, "a red circle on a blue background", -1, NULL);
}

static bool measure_unet(lm_bench *b, lm_pass *p)
{
    const lm_tensor *context = noise(p, LM_SHAPE(2, 77, lm_unet_context_width(b->unet)));
    char             name[64];

    snprintf(name, sizeof name, "CFG step, %lld px", (long long)b->cells * 8);
    return measure(b, name, one_step, lm_unet_begin(p, b->unet, context), p);
}

static bool measure_vae(lm_bench *b, lm_pass *p)
{
    char name[64];

    snprintf(name, sizeof name, "VAE decode, %lld px", (long long)b->cells * 8);
    return measure(b, name, one_decode, NULL, p);
}

static bool measure_text(lm_bench *b, lm_pass *p)
{
    return measure(b, "text encoding", one_text, NULL, p);
}

static bool in_pass(lm_bench *b, bool (*work)(lm_bench *, lm_pass *), const char *peak, limn_error *err)
{
    lm_pass *p = lm_pass_begin(&b->call.call);

    work(b, p);
    if (!lm_pass_end(p, err))
        return false;
    lm_bench_add_one(b, peak, "MB", peak_mb());
    return true;
}

/* ------------------------------------------------------------------ the model */

static bool load_parts(lm_bench *b, const char *path, lm_device *d, limn_error *err)
{
    const lm_detected found = lm_detect(b->weights);

    if (!lm_detect_usable(&found, b->weights, LM_FILE_CHECKPOINT, err))
        return false;
    if (!found.text_prefix || !found.vae_prefix)
        return limn_fail(err, FILE, "%s: the bench wants a text encoder and a VAE in it", path);
    return (b->clip = lm_clip_load(b->weights, found.text_prefix, d, err)) &&
           (b->unet = lm_unet_load(b->weights, found.unet_prefix, d, err)) &&
           (b->vae = lm_vae_load(b->weights, found.vae_prefix, d, err));
}

static bool load(lm_bench *b, const char *path, limn_error *err)
{
    const clocks began = now();
    lm_device   *d = b->session.env.device;
    const int    fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return limn_fail(err, FILE, "%s: cannot be opened: %s", path, strerror(errno));
    b->weights = lm_weights_open(fd, path, err);
    close(fd);
    if (!b->weights || !load_parts(b, path, d, err))
        return false;
    lm_bench_add_one(b, "load (mapped, not packed yet), wall", "s", now().wall - began.wall);
    return true;
}

static void unload(lm_bench *b)
{
    lm_vae_unref(b->vae);
    lm_unet_unref(b->unet);
    lm_clip_unref(b->clip);
    lm_weights_unref(b->weights);
}

/* ------------------------------------------------------------------ single ops */

static void note_op(void *self, const lm_bench_row *row)
{
    lm_bench *b = self;
    char   name[96];

    snprintf(name, sizeof name, "%s, %s", row->net, row->name);
    lm_bench_add_one(b, name, "ms", row->cpu_ms);
    if (row->gflop > 0.0)
        lm_bench_add_one(b, "  its rate, a core", "GFLOP/s", 1e3 * row->gflop / row->cpu_ms);
}

static bool measure_ops(lm_bench *b, limn_error *err)
{
    lm_bench_add_one(b, "f32 multiply-adds, a core", "GFLOP/s", lm_bench_peak());
    return lm_bench_ops(&b->session.env, 0.2, NULL, note_op, b, err);
}

/* ------------------------------------------------------------------ showing */

static void print_table(const lm_bench *b)
{
    printf("%s\n", lm_cpu_describe());
    for (int i = 0; i < b->n; i++) {
        const lm_figure *f = &b->figures[i];

        printf("%-48s %12.4f %-7s", f->name, f->value, f->unit);
        if (f->least < f->most)
            printf(" (%.4f to %.4f)", f->least, f->most);
        putchar('\n');
    }
}

static void print_json(const lm_bench *b)
{
    json_t *answer = json_object(), *list = json_array();

    for (int i = 0; i < b->n; i++) {
        const lm_figure *f = &b->figures[i];

        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f, s:f}", "name", f->name, "unit",
                                              f->unit, "median", f->value, "least", f->least,
                                              "most", f->most));
    }
    json_object_set_new(answer, "machine", json_string(lm_cpu_describe()));
    json_object_set_new(answer, "precision", json_string(b->session.compute_name));
    json_object_set_new(answer, "figures", list);
    json_dumpf(answer, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(answer);
}

/* ------------------------------------------------------------------ the command */

static bool wanted(const lm_args *a, const char *what)
{
    bool found = a->n_words == 0 && !lm_args_has(a, "--workflow");

    for (int i = 0; i < a->n_words; i++)
        found |= !strcmp(a->words[i], what);
    return found;
}

static bool measure_all(lm_bench *b, const lm_args *a, limn_error *err)
{
    const char *model = lm_args_value(a, "--model");
    const bool  any_model = wanted(a, "text") || wanted(a, "step") || wanted(a, "vae");

    if (lm_args_has(a, "--workflow") && !lm_bench_workflow(b, lm_args_value(a, "--workflow"), err))
        return false;
    if (wanted(a, "graph") && !lm_bench_graph(b, err))
        return false;
    if (wanted(a, "ops") && !measure_ops(b, err))
        return false;
    if (!any_model)
        return true;
    return load(b, model ? model : "models/checkpoints/limn-shapes.safetensors", err) &&
           (!wanted(a, "text") || in_pass(b, measure_text, "peak RSS after text", err)) &&
           (!wanted(a, "step") || in_pass(b, measure_unet, "peak RSS after steps", err)) &&
           (!wanted(a, "vae") || in_pass(b, measure_vae, "peak RSS after VAE", err));
}

static int bench_main(const lm_args *a)
{
    lm_bench   b = { .rounds = 5 };
    long long  rounds = 5, size = 512;
    limn_error err = { 0 };

    if (!lm_args_number(a, "--rounds", 1, LM_BENCH_ROUNDS, &rounds) ||
        !lm_args_number(a, "--size", 64, 4096, &size))
        return LM_EXIT_USAGE;
    for (int i = 0; i < a->n_words; i++)
        if (!strstr(" graph ops text step vae ", a->words[i])) {
            fprintf(stderr, "limn bench: %s: it is graph, ops, text, step or vae\n", a->words[i]);
            return LM_EXIT_USAGE;
        }
    b.rounds = (int)rounds;
    b.cells = size / 8;
    if (lm_session_open(&b.session, a, &err) && lm_session_start(&b.session, a, &err)) {
        b.call = (lm_call){ .env = &b.session.env, .node = "bench", .node_class = "bench" };
        if (measure_all(&b, a, &err))
            (lm_args_has(a, "--json") ? print_json : print_table)(&b);
    }
    if (err.code != LIMN_OK)
        lm_print_error(NULL, &err);
    unload(&b);
    lm_session_close(&b.session);
    return lm_exit_of_asking(err.code);
}

static const lm_option bench_options[] = {
    { "--model", "FILE", "The checkpoint to measure (default: the bundled one)." },
    { "--size", "PIXELS", "The picture's edge (default: 512)." },
    { "--workflow", "FILE", "Run this workflow, then again with its results at hand." },
    { "--rounds", "N", "How often each part is measured; the median counts (default: 5)." },
    LM_OPTION_BASE,
    LM_OPTION_DEVICE,
    LM_OPTION_PRECISION,
    LM_OPTION_THREADS,
    { "--json", NULL, "Print the figures as JSON." },
    { NULL },
};

const lm_command lm_bench_command = {
    .name = "bench", .words = "[graph|ops|text|step|vae]...", .most = 8, .options = bench_options,
    .run = bench_main,
    .doc = "Measure the graph, single ops, text encoding, a step with guidance and the VAE here.",
};
