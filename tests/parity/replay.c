/* replay.c: a full-size checkpoint through limn's networks, on the inputs that record_full.py recorded.
 *
 *     replay CHECKPOINT RECORDS OUT [--precision f32|bf16] [--threads N] [text|unet|vae …]
 *
 * RECORDS has text.json and text, unet and vae.safetensors; OUT receives files of the same names and
 * layout for compare_full.py. Prints how far each answer is from the record, relative L2, what it cost and
 * how much memory was held. Exit status 1 when something failed. */
#include <sys/resource.h>
#include <time.h>

#include "core/base/text.h"
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/models/clip.h"
#include "nodes/models/detect.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

enum { MAX_ANSWERS = 32 };

/* What is to be written: answers in the order of the record's axes. */
struct answers {
    int      n;
    char     name[MAX_ANSWERS][64];
    lm_shape shape[MAX_ANSWERS];
    float   *at[MAX_ANSWERS];
};

static struct answers answers;
static const char    *records, *out_folder;
static lm_weights    *file;
static lm_detected    found;
static lm_device     *device;
static int            failures;

static char *path(const char *folder, const char *name)
{
    static char out[4][512];
    static int  turn;

    turn = (turn + 1) % 4;
    snprintf(out[turn], sizeof *out, "%s/%s", folder, name);
    return out[turn];
}

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static double wall_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void give_up(const limn_error *err)
{
    if (err->code == LIMN_OK)
        return;
    fprintf(stderr, "replay: %s\n", err->text);
    exit(1);
}

/* ------------------------------------------------------------------ answers */

/* Notes an answer, turned into the record's axes when it is a latent, and says how far off it is. */
static void note(lm_pass *p, lm_weights *w, const char *name, const lm_tensor *t, bool latent)
{
    const float *host = lm_host_view(p, t);
    lm_shape     s, ours = t ? lm_shape_of(t) : LM_SHAPE(0);
    float       *want = recorded_floats(w, name, &s), *turned;
    double       off = 0.0, all = 0.0;

    if (latent && ours.n == 4)
        ours = LM_SHAPE(ours.at[0], ours.at[3], ours.at[1], ours.at[2]);
    if (!host || !lm_shape_same(s, ours)) {
        printf("  %-22s no answer, or of another shape\n", name);
        failures++;
        free(want);
        return;
    }
    turned = malloc((size_t)lm_shape_count(s) * sizeof *turned);
    for (int64_t i = 0; i < lm_shape_count(s); i++) {
        const int64_t cells = latent ? s.at[2] * s.at[3] : 1, c = latent ? s.at[1] : 1;

        turned[i] = host[latent ? (i / (cells * c) * cells + i % cells) * c + i / cells % c : i];
        off += ((double)turned[i] - want[i]) * ((double)turned[i] - want[i]);
        all += (double)want[i] * want[i];
    }
    printf("  %-22s relative L2 %.3g\n", name, sqrt(off / all));
    free(want);
    snprintf(answers.name[answers.n], sizeof *answers.name, "%s", name);
    answers.shape[answers.n] = s;
    answers.at[answers.n++] = turned;
}

/* Writes the answers as safetensors, and forgets them. */
static void write_answers(const char *name)
{
    FILE    *f = fopen(path(out_folder, name), "wb");
    lm_text  header = { 0 };
    uint64_t at = 0, size;

    for (int i = 0; i < answers.n; i++) {
        const uint64_t bytes = (uint64_t)lm_shape_count(answers.shape[i]) * 4;

        lm_text_printf(&header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[", i ? "," : "{", answers.name[i]);
        for (int j = 0; j < answers.shape[i].n; j++)
            lm_text_printf(&header, j ? ",%lld" : "%lld", (long long)answers.shape[i].at[j]);
        lm_text_printf(&header, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)at,
                       (unsigned long long)(at + bytes));
        at += bytes;
    }
    lm_text_puts(&header, "}");
    while (header.size % 8)
        lm_text_puts(&header, " ");
    size = header.size;
    if (!f || fwrite(&size, 8, 1, f) != 1 || fwrite(header.at, 1, header.size, f) != header.size)
        failures++;
    for (int i = 0; i < answers.n; i++) {
        const size_t n = (size_t)lm_shape_count(answers.shape[i]);

        failures += f && fwrite(answers.at[i], 4, n, f) != n;
        free(answers.at[i]);
    }
    failures += f && fclose(f);
    lm_text_done(&header);
    answers.n = 0;
}

/* ------------------------------------------------------------------ jobs */

static double wall, cpu;

static lm_pass *begin(void)
{
    lm_pass *p = lm_pass_begin(call_on(device));

    wall = wall_seconds();
    cpu = cpu_seconds();
    return p;
}

static void lap(const char *what)
{
    printf("  %-22s %.3f s, %.3f CPU s; tensors hold %.0f MB, at most %.0f\n", what, wall_seconds() - wall,
           cpu_seconds() - cpu, (double)lm_device_bytes() / 1e6, (double)lm_device_peak_bytes() / 1e6);
    wall = wall_seconds();
    cpu = cpu_seconds();
}

static void end(lm_pass *p)
{
    limn_error err = { 0 };

    lm_pass_end(p, &err);
    give_up(&err);
}

static void text(void)
{
    limn_error  err = { 0 };
    json_t     *table = recorded_table(path(records, "text.json")), *row;
    lm_weights *w = recorded_tensors(path(records, "text.safetensors"));
    lm_clip    *clip = lm_clip_load(file, found.text_prefix, device, &err);
    size_t      i;

    give_up(&err);
    lm_pass *p = begin();
    json_array_foreach(json_object_get(table, "prompts"), i, row) {
        lm_tensor *pooled, *c = lm_clip_encode(p, clip, recorded_text(row, "prompt"),
                                               recorded_int(row, "stop_at_clip_layer"), &pooled);

        lap("a prompt");
        note(p, w, recorded_text(row, "output"), c, false);
        note(p, w, recorded_text(row, "pooled"), pooled, false);
    }
    end(p);
    lm_clip_unref(clip);
    lm_weights_unref(w);
    json_decref(table);
    write_answers("text.safetensors");
}

static void unet(void)
{
    static const char *const sizes[] = { "32", "64" };
    limn_error  err = { 0 };
    lm_weights *w = recorded_tensors(path(records, "unet.safetensors"));
    lm_unet    *u = lm_unet_load(file, found.unet_prefix, device, &err);

    give_up(&err);
    lm_pass *p = begin();
    for (int i = 0; i < 2; i++) {
        lm_scope     s = lm_scope_open(p);
        char         name[32];
        lm_tensor   *x, *y = NULL;
        lm_unet_run *run;

        snprintf(name, sizeof name, "%s.context", sizes[i]);
        run = lm_unet_begin(p, u, recorded(p, w, name));
        snprintf(name, sizeof name, "%s.x", sizes[i]);
        x = recorded(p, w, name);
        for (int k = 0; k < 2; k++) {
            lap("between");
            y = lm_unet_eval(p, run, x, 500.0);
            lap(k ? "again" : "evaluation");
        }
        snprintf(name, sizeof name, "%s.out", sizes[i]);
        note(p, w, name, y, true);
        lm_scope_close(&s);
    }
    printf("  weights as held %.0f MB\n", (double)lm_unet_bytes(u) / 1e6);
    end(p);
    lm_unet_unref(u);
    lm_weights_unref(w);
    write_answers("unet.safetensors");
}

static void vae(void)
{
    static const char *const sizes[] = { "32", "64" };
    limn_error  err = { 0 };
    lm_weights *w = recorded_tensors(path(records, "vae.safetensors"));
    lm_vae     *v = lm_vae_load(file, found.vae_prefix, device, &err);
    lm_shape    shape;
    float      *pixels = recorded_floats(w, "encode.image", &shape);

    give_up(&err);
    lm_pass *p = begin();
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            lm_scope   s = lm_scope_open(p);
            char       name[32];
            lm_tensor *y;

            snprintf(name, sizeof name, "decode.%s.latent", sizes[i]);
            y = lm_vae_decode(p, v, recorded(p, w, name));
            lap(k ? "again" : "decode");
            snprintf(name, sizeof name, "decode.%s.image", sizes[i]);
            if (k)
                note(p, w, name, lm_clamp(p, y, 0.5, 0.5, 0.0, 1.0), false);
            lm_scope_close(&s);
        }
    note(p, w, "encode.latent", lm_vae_encode(p, v, lm_affine(p, lm_from_host(p, shape, pixels), 2.0, -1.0)),
         true);
    lap("encode");
    printf("  weights as held %.0f MB\n", (double)lm_vae_bytes(v) / 1e6);
    end(p);
    free(pixels);
    lm_vae_unref(v);
    lm_weights_unref(w);
    write_answers("vae.safetensors");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } jobs[] = { { "text", text }, { "unet", unet }, { "vae", vae } };
    const char *plain[16] = { 0 };
    int         n = 0, threads = 0;

    for (int i = 1; i < argc && n < 16; i++) {
        if (!strcmp(argv[i], "--precision") && i + 1 < argc)
            test_env.compute = !strcmp(argv[++i], "bf16") ? LM_COMPUTE_BF16 : LM_COMPUTE_F32;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            threads = atoi(argv[++i]);
        else
            plain[n++] = argv[i];
    }
    if (n < 3) {
        fprintf(stderr, "usage: replay CHECKPOINT RECORDS OUT [--precision f32|bf16] [--threads N] [text|unet|vae …]\n");
        return 2;
    }
    records = plain[1];
    out_folder = plain[2];
    device = lm_cpu_device(threads);
    printf("%s, class %s\n", lm_cpu_describe(), test_env.compute == LM_COMPUTE_BF16 ? "bf16" : "f32");
    file = recorded_tensors(plain[0]);
    found = lm_detect(file);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        bool wanted = n == 3;

        for (int k = 3; k < n; k++)
            wanted = wanted || !strcmp(plain[k], jobs[i].name);
        if (wanted) {
            printf("%s\n", jobs[i].name);
            jobs[i].run();
        }
    }
    lm_weights_unref(file);
    return failures > 0;
}
