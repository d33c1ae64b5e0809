/* attend_amx_test.c: attention by AMX with its instructions emulated in plain loops, so that every machine can
 * judge where tiles are loaded from, what they multiply and where the sums go. */
#include "kernels/cpu/attention.h"
#include "tests/ops/rig.h"

extern const lm_cpu_attend lm_cpu_attend_amx_emulated; /* simd/attention_amx.c with LM_AMX_EMULATED */

typedef struct row {
    const char *name;
    int64_t     n, t, s;
    int         heads;
    int64_t     d;
    int         flags;
} row;

static const row rows[] = {
    { "one token", 1, 1, 1, 1, 1, 0 },
    { "head dim 8", 1, 20, 20, 4, 8, 0 },
    { "head dim 32, whole tiles", 1, 64, 64, 1, 32, 0 },
    { "head dim 40", 2, 70, 70, 2, 40, 0 },
    { "head dim 40 and a prompt", 2, 50, 77, 2, 40, 0 },
    { "head dim 64, causal", 1, 77, 77, 2, 64, LM_CAUSAL },
    { "head dim 80", 1, 33, 150, 1, 80, 0 },
    { "head dim 160", 1, 17, 65, 1, 160, 0 },
    { "odd head dim, causal", 1, 67, 67, 2, 21, LM_CAUSAL },
};

static lm_tensor *attention(rig *r, const void *row_)
{
    const row    *c = row_;
    const int64_t width = c->heads * c->d;
    lm_tensor    *q = rig_x(r, LM_SHAPE(c->n, c->t, width));
    lm_tensor    *k = rig_x(r, LM_SHAPE(c->n, c->s, width)), *v = rig_x(r, LM_SHAPE(c->n, c->s, width));

    return lm_attention(r->p, q, k, v, c->heads, c->flags);
}

TEST(attention_on_tiles_agrees_with_the_plain_one)
{
    const lm_cpu_attend *best = lm_cpu_attend_best();

    lm_cpu_attend_use(&lm_cpu_attend_amx_emulated);
    RIG_TABLE(rows, attention, rig_product);
    lm_cpu_attend_use(best);
}

TEST_MAIN
