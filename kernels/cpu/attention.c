/* attention.c: attention on the CPU: keys and values are packed once for each head, then blocks of queries
 * are shared out. The T x T scores never exist. */
#include "kernels/cpu/attention.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"

typedef struct job {
    const lm_cpu_attend *how;
    lm_tensor              *y;
    lm_cols                 q, k, v;
    int                     heads, flags;
    int64_t                 d, n_q, n_k, queries; /* queries: of a block */
    int64_t                 q_blocks, k_blocks; /* of a head */
    int64_t                 k_size, v_size;     /* packed floats of a head */
    int64_t                 work_size;          /* floats of a thread */
    float                  *packed, *work;
} job;

static int64_t tokens(const lm_tensor *t)
{
    return lm_count(t) / (lm_dim(t, 0) * lm_dim(t, -1));
}

static int64_t round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

static bool one_kv(const job *j)
{
    return lm_dim(j->k.t, 0) == 1;
}

/* Row `row` of head h of batch n. */
static lm_cpu_head head_at(lm_cols c, int64_t n, int64_t h, int64_t d, int64_t row)
{
    const int64_t stride = lm_dim(c.t, -1), at = (n * tokens(c.t) + row) * stride + c.first + h * d;

    return (lm_cpu_head){ (const char *)c.t->data + at * (int64_t)lm_dtype_size(c.t->dtype), c.t->dtype,
                          stride };
}

static float *packed_k(const job *j, int64_t head)
{
    return j->packed + head * (j->k_size + j->v_size);
}

/* Blocks of keys, head after head. */
static void pack_band(void *self, int64_t first, int64_t last, int thread)
{
    const job *j = self;

    (void)thread;
    for (int64_t i = first; i < last; i++) {
        const int64_t     head = i / j->k_blocks, n = head / j->heads, h = head % j->heads;
        const lm_cpu_head k = head_at(j->k, n, h, j->d, 0), v = head_at(j->v, n, h, j->d, 0);
        float            *to = packed_k(j, head);

        j->how->pack(to, to + j->k_size, &k, &v, j->n_k, j->d, i % j->k_blocks);
    }
}

/* Blocks of queries, head after head. */
static void attend_band(void *self, int64_t first, int64_t last, int thread)
{
    const job *j = self;

    for (int64_t i = first; i < last; i++) {
        const int64_t      head = i / j->q_blocks, n = head / j->heads, h = head % j->heads;
        const int64_t      row = i % j->q_blocks * j->queries, left = j->n_q - row;
        const lm_cpu_head  to = head_at(lm_cols_of(j->y, 0, 0), n, h, j->d, row);
        const float       *packed = packed_k(j, one_kv(j) ? h : head);
        const lm_cpu_block b = {
            .q = head_at(j->q, n, h, j->d, row), .n_q = left < j->queries ? left : j->queries,
            .n_k = j->n_k, .d = j->d, .k = packed, .v = packed + j->k_size,
            .first = j->flags & LM_CAUSAL ? row : LM_CPU_SEES_ALL,
            .y = (void *)to.at, .y_dtype = to.dtype, .y_stride = to.stride,
        };

        j->how->block(&b, j->work + thread * j->work_size);
    }
}

static bool run(lm_pass *p, job *j)
{
    const int64_t kv_heads = lm_dim(j->k.t, 0) * j->heads, heads = lm_dim(j->y, 0) * j->heads;
    const double  block_ns = 4.0 * j->how->queries * (double)(j->n_k * j->d) / 50.0;

    return lm_cpu_rows(p, kv_heads * j->k_blocks, 0.5 * (double)(LM_KEYS * j->d), pack_band, j) &&
           lm_cpu_rows(p, heads * j->q_blocks, block_ns, attend_band, j);
}

bool lm_cpu_attention(lm_pass *p, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags)
{
    const lm_cpu_attend *how = p->compute == LM_COMPUTE_BF16 ? lm_cpu_attend_best() : lm_cpu_attend_now();
    job j = { .how = how, .y = y, .q = q, .k = k, .v = v, .heads = heads, .flags = flags,
              .d = q.count / heads, .n_q = tokens(y), .n_k = tokens(k.t) };
    size_t packed_bytes, work_bytes;
    bool   ok;

    j.q_blocks = (j.n_q + how->queries - 1) / how->queries;
    j.queries = round_up((j.n_q + j.q_blocks - 1) / j.q_blocks, how->lanes); /* 64 are 32 + 32, not 48 + 16 */
    j.q_blocks = (j.n_q + j.queries - 1) / j.queries;
    j.k_blocks = (j.n_k + LM_KEYS - 1) / LM_KEYS;
    lm_cpu_attend_sizes(how, j.n_k, j.d, &j.k_size, &j.v_size, &j.work_size);
    packed_bytes = (size_t)(lm_dim(k.t, 0) * heads * (j.k_size + j.v_size)) * sizeof(float);
    work_bytes = (size_t)(lm_cpu_threads() * j.work_size) * sizeof(float);

    j.packed = lm_scratch_get(p->scratch, packed_bytes);
    j.work = lm_scratch_get(p->scratch, work_bytes);
    ok = j.packed && j.work ? run(p, &j)
                            : lm_pass_fail(p, MEMORY, "attention needs %.1f MB more than there are",
                                           (double)(packed_bytes + work_bytes) / 1e6);
    if (j.work)
        lm_scratch_put(p->scratch, j.work, work_bytes);
    if (j.packed)
        lm_scratch_put(p->scratch, j.packed, packed_bytes);
    return ok;
}
