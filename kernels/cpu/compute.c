/* compute.c: which compute class is faster here, measured once a machine and version.
 *
 * Flags do not tell: bf16 products run at twice the rate of f32 on one processor, at half on another, at ten
 * times on a third. So a small product is timed in both classes, and the answer is written down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "kernels/cpu/level.h"
#include "kernels/ops.h"

enum { ROWS = 128, DEPTH = 640, COLUMNS = 320, LEAST_ROUNDS = 2, MOST_ROUNDS = 6 };
static const double most_seconds = 0.02; /* the first round of each class comes on top */

/* ------------------------------------------------------------------ measuring */

struct sides {
    lm_pass   *pass[2]; /* by lm_compute */
    lm_tensor *x[2], *w;
    double     best[2];
};

static void round_of(struct sides *s, int compute)
{
    lm_scope     scope = lm_scope_open(s->pass[compute]);
    const double begun = lm_clock_steady_s();
    double       took;

    lm_linear(s->pass[compute], s->x[compute], s->w, NULL);
    took = lm_clock_steady_s() - begun;
    s->best[compute] = took < s->best[compute] ? took : s->best[compute];
    lm_scope_close(&scope);
}

/* The first round packs the weight and is not counted. */
static void measure(struct sides *s)
{
    double begun;

    round_of(s, LM_COMPUTE_F32);
    round_of(s, LM_COMPUTE_BF16);
    s->best[0] = s->best[1] = 1e30;
    begun = lm_clock_steady_s();
    for (int i = 0; i < MOST_ROUNDS && (i < LEAST_ROUNDS || lm_clock_steady_s() - begun < most_seconds); i++) {
        round_of(s, LM_COMPUTE_F32);
        round_of(s, LM_COMPUTE_BF16);
    }
}

static lm_compute faster(void)
{
    static const lm_dtype dtype[2] = { LM_F32, LM_BF16 };
    lm_device            *d = lm_cpu_device(0);
    atomic_bool           stop = false;
    lm_run_env            env[2] = { { .device = d, .stop = &stop, .compute = LM_COMPUTE_F32 },
                                     { .device = d, .stop = &stop, .compute = LM_COMPUTE_BF16 } };
    lm_call               call[2] = { { .env = &env[0] }, { .env = &env[1] } };
    struct sides          s = { .best = { 1e30, 1e30 } };
    bool                  whole = true;

    s.w = lm_tensor_new(d, LM_F32, LM_SHAPE(COLUMNS, DEPTH), NULL);
    for (int i = 0; i < 2; i++) {
        s.pass[i] = lm_pass_begin(&call[i].call);
        s.x[i] = lm_tensor_new(d, dtype[i], LM_SHAPE(ROWS, DEPTH), NULL);
        whole = whole && s.x[i];
        if (s.x[i])
            memset(s.x[i]->data, 0, lm_bytes(s.x[i]));
    }
    if (s.w)
        memset(s.w->data, 0, lm_bytes(s.w));
    if (s.w && whole)
        measure(&s);
    for (int i = 0; i < 2; i++) {
        lm_tensor_unref(s.x[i]);
        whole = lm_pass_end(s.pass[i], NULL) && whole;
    }
    lm_tensor_unref(s.w);
    lm_log(LM_LOG_INFO, "a product takes %.2f ms in class f32, %.2f ms in class bf16", 1e3 * s.best[0],
           1e3 * s.best[1]);
    return whole && s.best[1] < 0.8 * s.best[0] ? LM_COMPUTE_BF16 : LM_COMPUTE_F32;
}

/* ------------------------------------------------------------------ remembering */

/* The processor as the system calls it, on one line. */
static void name_processor(char *out, size_t size)
{
    char  line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");

    snprintf(out, size, "unnamed");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            snprintf(out, size, "%s", strchr(line, ':') + 2);
            out[strcspn(out, "\n")] = 0;
            break;
        }
    if (f)
        fclose(f);
}

/* What the answer holds for: another machine, version or set of instructions asks again. */
static void key_of(char *out, size_t size)
{
    char processor[128];

    name_processor(processor, sizeof processor);
    snprintf(out, size, "limn %s on %s, level %d%s%s: ", LIMN_VERSION, processor, (int)lm_cpu_level_now(),
             lm_cpu_has(LM_CPU_HAS_BF16) ? " bf16" : "", lm_cpu_has(LM_CPU_HAS_AMX) ? " amx" : "");
}

static bool recall(const char *memory, const char *key, lm_compute *answer)
{
    char  line[512] = "";
    FILE *f = fopen(memory, "re");

    if (!f)
        return false;
    if (!fgets(line, sizeof line, f))
        line[0] = 0;
    fclose(f);
    if (strncmp(line, key, strlen(key)))
        return false;
    *answer = strncmp(line + strlen(key), "bf16", 4) ? LM_COMPUTE_F32 : LM_COMPUTE_BF16;
    return true;
}

/* By way of another name, so that nobody reads half a line. An answer that cannot be kept is found again. */
static void keep(const char *memory, const char *key, lm_compute answer)
{
    lm_text name = { 0 };
    FILE   *f;
    bool    whole;

    lm_text_printf(&name, "%s.%ld", memory, (long)getpid());
    f = fopen(lm_text_str(&name), "we");
    whole = f && fprintf(f, "%s%s\n", key, answer == LM_COMPUTE_BF16 ? "bf16" : "f32") > 0;
    if (f && fclose(f))
        whole = false;
    if (!whole || rename(lm_text_str(&name), memory))
        unlink(lm_text_str(&name));
    lm_text_done(&name);
}

lm_compute lm_cpu_choose_compute(const char *memory)
{
    char       key[384];
    lm_compute answer = LM_COMPUTE_F32;

    if (!lm_cpu_has(LM_CPU_HAS_BF16))
        return LM_COMPUTE_F32; /* no kernel computes class bf16 differently here */
    key_of(key, sizeof key);
    if (memory && recall(memory, key, &answer))
        return answer;
    answer = faster();
    if (memory)
        keep(memory, key, answer);
    return answer;
}
