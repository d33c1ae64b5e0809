/* pairs.c: chooses between AMX and VDPBF16PS. */
#include "kernels/cpu/pairs.h"

#include <pthread.h>
#include <string.h>

#include "core/base/log.h"

static struct {
    const lm_cpu_pairs *best;
    bool                amx;
} now;

enum { CHECK_ROWS = 19, CHECK_DEPTH = 40, CHECK_BLOCKS = 2, MOST_COLUMNS = 32 };

/* Whole numbers small enough that bf16 and f32 hold everything exactly. */
static float number_at(int i)
{
    return (float)(i * 7 % 13 - 6);
}

static bool right(const float *y, const uint16_t *a, const uint16_t *b)
{
    for (int i = 0; i < CHECK_ROWS; i++)
        for (int c = 0; c < MOST_COLUMNS; c++) {
            float sum = 0.0f;

            for (int t = 0; t < CHECK_BLOCKS; t++)
                for (int k = 0; k < CHECK_DEPTH; k++) {
                    const int at = (t * CHECK_DEPTH + k) / 2;

                    sum += lm_bf16_to_f32(a[(t * CHECK_ROWS + i) * LM_DEPTH + k]) *
                           lm_bf16_to_f32(b[(at * MOST_COLUMNS + c) * 2 + k % 2]);
                }
            if (y[i * MOST_COLUMNS + c] != sum)
                return false;
        }
    return true;
}

/* A tile of uneven rows and depth against plain loops. */
static bool multiplies_rightly(const lm_cpu_pairs *p)
{
    static _Alignas(64) uint16_t a[(CHECK_BLOCKS * CHECK_ROWS + LM_TILE_ROWS) * LM_DEPTH];
    static _Alignas(64) uint16_t b[(CHECK_BLOCKS * CHECK_DEPTH + LM_DEPTH) * MOST_COLUMNS];
    static _Alignas(64) float    y[CHECK_ROWS * MOST_COLUMNS];
    const lm_cpu_ends            ends = { .y = y, .y_stride = MOST_COLUMNS };

    for (int i = 0; i < (int)(sizeof a / sizeof *a); i++)
        a[i] = lm_f32_to_bf16(number_at(i));
    for (int i = 0; i < (int)(sizeof b / sizeof *b); i++)
        b[i] = lm_f32_to_bf16(number_at(i * 5 + 1));
    p->tile[CHECK_ROWS](a, b, CHECK_BLOCKS, CHECK_DEPTH, &ends);
    return right(y, a, b);
}

static void choose(void)
{
    if (lm_cpu_has(LM_CPU_HAS_BF16) && lm_cpu_pairs_now()->tile)
        now.best = lm_cpu_pairs_now();
    if (!now.best || !lm_cpu_has(LM_CPU_HAS_AMX) || !lm_cpu_amx_now()->tile)
        return;
    if (multiplies_rightly(lm_cpu_amx_now())) {
        now.best = lm_cpu_amx_now();
        now.amx = true;
    } else {
        lm_log(LM_LOG_WARN, "this processor's AMX multiplies wrongly; it is left alone");
    }
}

static void choose_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, choose);
}

const lm_cpu_pairs *lm_cpu_pairs_best(void)
{
    choose_once();
    return now.best;
}

bool lm_cpu_pairs_are_amx(void)
{
    choose_once();
    return now.amx;
}

bool lm_cpu_wants_pairs(const lm_pass *p)
{
    return p->compute == LM_COMPUTE_BF16 && lm_cpu_pairs_best();
}

void lm_cpu_pairs_use(const lm_cpu_pairs *others, bool amx)
{
    choose_once();
    now.best = others;
    now.amx = amx;
}
