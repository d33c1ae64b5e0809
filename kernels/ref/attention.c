/* attention.c: attention in plain loops, one query at a time.
 * Source: Vaswani et al. 2017, section 3.2. */
#include "kernels/ref/ref.h"

#include "core/base/alloc.h"

/* A head's d columns inside a batch of tokens. */
typedef struct head {
    const lm_tensor *t;
    int64_t          at, stride; /* the first token's first column; numbers from token to token */
} head;

static int64_t tokens(const lm_tensor *t)
{
    return lm_count(t) / (lm_dim(t, 0) * lm_dim(t, -1));
}

static head head_of(lm_cols c, int64_t n, int64_t h, int64_t d)
{
    const int64_t stride = lm_dim(c.t, -1), batch = lm_dim(c.t, 0) == 1 ? 0 : n;

    return (head){ c.t, batch * tokens(c.t) * stride + c.first + h * d, stride };
}

/* weight[0..seen) = softmax(q kᵀ / √d) for query i. */
static void weigh(double *weight, int64_t seen, head q, int64_t i, head k, int64_t d)
{
    double largest = -INFINITY, total = 0.0;

    for (int64_t j = 0; j < seen; j++) {
        weight[j] = 0.0;
        for (int64_t c = 0; c < d; c++)
            weight[j] += get(q.t, q.at + i * q.stride + c) * get(k.t, k.at + j * k.stride + c);
        weight[j] /= sqrt((double)d);
        largest = fmax(largest, weight[j]);
    }
    for (int64_t j = 0; j < seen; j++)
        total += weight[j] = exp(weight[j] - largest);
    for (int64_t j = 0; j < seen; j++)
        weight[j] /= total;
}

/* One head of one batch. */
static bool attend(lm_pass *p, lm_tensor *y, int64_t y_at, head q, head k, head v, int64_t d, int64_t heads,
                   int flags, double *weight)
{
    const int64_t n_q = tokens(y), n_k = tokens(k.t);

    for (int64_t i = 0; i < n_q; i++) {
        const int64_t seen = flags & LM_CAUSAL ? i + 1 : n_k;
        if (lm_pass_stopped(p))
            return false;
        weigh(weight, seen, q, i, k, d);
        for (int64_t c = 0; c < d; c++) {
            double sum = 0.0;
            for (int64_t j = 0; j < seen; j++)
                sum += weight[j] * get(v.t, v.at + j * v.stride + c);
            put(y, y_at + i * heads * d + c, sum);
        }
    }
    return true;
}

bool lm_ref_attention(lm_pass *p, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags)
{
    const int64_t d = q.count / heads, batch = lm_dim(y, 0);
    double       *weight = lm_alloc_array((size_t)tokens(k.t), sizeof *weight);
    bool          ok = true;

    for (int64_t n = 0; ok && n < batch; n++)
        for (int64_t h = 0; ok && h < heads; h++)
            ok = attend(p, y, n * tokens(y) * q.count + h * d, head_of(q, n, h, d), head_of(k, n, h, d),
                        head_of(v, n, h, d), d, heads, flags, weight);
    lm_free(weight);
    return ok;
}
