/* attend_trial.c: which way of attention class bf16 takes on this machine: the fastest of those that work.
 *
 * VDPBF16PS does twice the work of a multiply-add on some processors and half of it on others, and AMX was
 * written where no processor had it: each is tried once on a small head, its answer compared with that of
 * f32, and timed. This takes less than a millisecond. */
#include <pthread.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "kernels/cpu/attention.h"

enum { N = 48, N_K = 150, D = 40, TRIES = 5 };

static const lm_cpu_attend *best;

typedef struct trial {
    float  q[N * D], k[N_K * D], v[N_K * D], y[N * D];
    double seconds;
} trial;

static void fill(float *at, int n, uint32_t seed)
{
    for (int i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        at[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
    }
}

static void run(trial *t, const lm_cpu_attend *how)
{
    const lm_cpu_head k = { t->k, LM_F32, D }, v = { t->v, LM_F32, D };
    int64_t           k_size, v_size, work_size;
    float            *memory, *packed;

    lm_cpu_attend_sizes(how, N_K, D, &k_size, &v_size, &work_size);
    memory = lm_alloc((size_t)(k_size + v_size + work_size) * sizeof *memory + 64);
    packed = (float *)(((uintptr_t)memory + 63) & ~(uintptr_t)63);
    for (int i = 0; i < (N_K + LM_KEYS - 1) / LM_KEYS; i++)
        how->pack(packed, packed + k_size, &k, &v, N_K, D, i);

    t->seconds = 1.0;
    for (int i = 0; i < TRIES; i++) {
        const double begun = lm_clock_steady_s();

        for (int row = 0; row < N; row += how->queries) {
            const lm_cpu_block b = {
                .q = { t->q + row * D, LM_F32, D }, .n_q = N - row < how->queries ? N - row : how->queries,
                .n_k = N_K, .d = D, .k = packed, .v = packed + k_size, .first = LM_CPU_SEES_ALL,
                .y = t->y + row * D, .y_dtype = LM_F32, .y_stride = D,
            };
            how->block(&b, packed + k_size + v_size);
        }
        t->seconds = lm_clock_steady_s() - begun < t->seconds ? lm_clock_steady_s() - begun : t->seconds;
    }
    lm_free(memory);
}

/* Relative L2 within 1e-2: bf16 rounds to 4e-3. */
static bool agrees(const float *y, const float *with)
{
    double off = 0.0, whole = 0.0;

    for (int i = 0; i < N * D; i++) {
        off += ((double)y[i] - (double)with[i]) * ((double)y[i] - (double)with[i]);
        whole += (double)with[i] * (double)with[i];
    }
    return off <= 1e-4 * whole;
}

static void consider(trial *t, const trial *f32, const lm_cpu_attend *how, const char *name, double *seconds)
{
    run(t, how);
    if (!agrees(t->y, f32->y)) {
        lm_log(LM_LOG_WARN, "this processor's %s multiplies wrongly; it is left alone", name);
        return;
    }
    if (t->seconds < 0.9 * *seconds) {
        best = how;
        *seconds = t->seconds;
    }
}

static void choose(void)
{
    trial *f32 = lm_alloc(sizeof *f32), *other = lm_alloc(sizeof *other);
    double seconds;

    fill(f32->q, N * D, 1);
    fill(f32->k, N_K * D, 2);
    fill(f32->v, N_K * D, 3);
    *other = *f32;
    best = lm_cpu_attend_now();
    run(f32, best);
    seconds = f32->seconds;
    if (lm_cpu_has(LM_CPU_HAS_BF16) && lm_cpu_attend_bf16_now()->pair)
        consider(other, f32, lm_cpu_attend_bf16_now(), "VDPBF16PS", &seconds);
    if (lm_cpu_has(LM_CPU_HAS_AMX) && lm_cpu_attend_amx_now()->pair)
        consider(other, f32, lm_cpu_attend_amx_now(), "AMX", &seconds);
    lm_free(f32);
    lm_free(other);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

const lm_cpu_attend *lm_cpu_attend_best(void)
{
    pthread_once(&once, choose);
    return best;
}

void lm_cpu_attend_use(const lm_cpu_attend *other)
{
    pthread_once(&once, choose);
    best = other;
}
