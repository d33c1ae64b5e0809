/* layer_norm.c: one row at a time. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/norm.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"

typedef struct job {
    const lm_cpu_norm     *how;
    const lm_cpu_elements *elements;
    lm_tensor             *y;
    const lm_tensor       *x;
    int64_t                channels;
    double                 eps;
    bool                   bf16; /* y is, and there is an instruction for it */
    float                 *gain, *bias, *work; /* work: a row of each thread */
} job;

static void band(void *self, int64_t first, int64_t last, int thread)
{
    const job *j = self;
    float     *room = j->work + thread * j->channels;

    for (int64_t row = first; row < last; row++) {
        const char  *from = (const char *)j->x->data + row * j->channels * (int64_t)lm_dtype_size(j->x->dtype);
        char        *to = (char *)j->y->data + row * j->channels * (int64_t)lm_dtype_size(j->y->dtype);
        const float *x = j->x->dtype == LM_F32 ? (const float *)from : room;
        float       *y = j->y->dtype == LM_F32 ? (float *)to : room;

        if (x == room)
            j->elements->to_f32(room, from, j->x->dtype, j->channels);
        if (j->bf16) {
            j->how->layer_bf16((uint16_t *)(void *)to, x, j->gain, j->bias, j->channels, j->eps);
            continue;
        }
        j->how->layer(y, x, j->gain, j->bias, j->channels, j->eps);
        if (y == room)
            j->elements->from_f32(to, j->y->dtype, room, j->channels);
    }
}

bool lm_cpu_layer_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, double eps)
{
    const int64_t channels = lm_dim(x, -1);
    const size_t  bytes = (size_t)((2 + lm_cpu_threads()) * channels) * sizeof(float);
    job           j = { .how = lm_cpu_norm_now(), .elements = lm_cpu_elements_now(), .y = y, .x = x,
                        .channels = channels, .eps = eps,
                        .bf16 = y->dtype == LM_BF16 && lm_cpu_has(LM_CPU_HAS_BF16),
                        .gain = lm_scratch_get(p->scratch, bytes) };
    bool          ok;

    if (!j.gain)
        return lm_pass_fail(p, MEMORY, "layer_norm needs %.1f MB more than there are", (double)bytes / 1e6);
    j.bias = j.gain + channels;
    j.work = j.bias + channels;
    j.elements->to_f32(j.gain, g->data, g->dtype, channels);
    j.elements->to_f32(j.bias, b->data, b->dtype, channels);
    ok = lm_cpu_rows(p, lm_count(x) / channels, 0.4 * (double)channels, band, &j);
    lm_scratch_put(p->scratch, j.gain, bytes);
    return ok;
}
