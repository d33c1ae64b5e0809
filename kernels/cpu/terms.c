/* terms.c: bias and residual, widened and put in order once a call. */
#include "kernels/cpu/terms.h"

#include <string.h>

/* Row `row` of b in the order of the panels, zeros where a panel has no output. */
static void spread(float *to, const lm_cpu_panels *w, const lm_tensor *b, int64_t row)
{
    const int64_t size = (int64_t)lm_dtype_size(b->dtype), half = w->columns / 2, n = w->outputs / 2;
    const char   *from = (const char *)b->data + row * w->outputs * size;

    if (!w->gated) {
        lm_convert(to, LM_F32, from, b->dtype, w->outputs);
        return;
    }
    for (int64_t i = 0; i < w->panels; i++) {
        const int64_t count = n - i * half < half ? n - i * half : half;

        lm_convert(to + i * w->columns, LM_F32, from + i * half * size, b->dtype, count);
        lm_convert(to + i * w->columns + half, LM_F32, from + (n + i * half) * size, b->dtype, count);
    }
}

bool lm_cpu_terms_open(lm_pass *p, lm_cpu_terms *t, const lm_cpu_panels *w, const lm_tensor *b,
                       const lm_tensor *r)
{
    const int64_t width = w->panels * w->columns, rows = b ? lm_count(b) / w->outputs : 0;
    const size_t  wide = r && r->dtype != LM_F32 ? (size_t)lm_count(r) : 0;
    float        *to;

    *t = (lm_cpu_terms){ .r = r ? r->data : NULL, .bias_step = rows > 1 ? width : 0 };
    t->bytes = ((size_t)(rows * width) + wide) * 4;
    if (!t->bytes)
        return true;
    t->memory = to = lm_scratch_get(p->scratch, t->bytes);
    if (!to)
        return lm_pass_fail(p, MEMORY, "no memory for a bias (%zu bytes)", t->bytes);

    memset(to, 0, (size_t)(rows * width) * 4);
    t->bias = b ? to : NULL;
    for (int64_t i = 0; i < rows; i++, to += width)
        spread(to, w, b, i);
    if (wide) {
        lm_convert(to, LM_F32, r->data, r->dtype, lm_count(r));
        t->r = to;
    }
    return true;
}

void lm_cpu_terms_close(lm_pass *p, lm_cpu_terms *t)
{
    if (t->memory)
        lm_scratch_put(p->scratch, t->memory, t->bytes);
}
