/* attention.c: fronts of attention. Between the first axis and the last there may be several (a picture's
 * rows and columns): together they are the tokens. */
#include "kernels/front.h"

static int64_t tokens(const lm_tensor *t)
{
    return lm_count(t) / (lm_dim(t, 0) * lm_dim(t, -1));
}

static bool is_sequence(lm_pass *p, const char *letter, const lm_tensor *t)
{
    char text[LM_SHAPE_TEXT];

    if (!lm_front_takes(p, "attention", letter, t))
        return false;
    return t->shape.n >= 3 ||
           lm_pass_fail(p, INPUT, "attention: %s is %s, and not [N, T, C]", letter,
                        lm_shape_text(t->shape, text));
}

static lm_tensor *attend(lm_pass *p, lm_cols q, lm_cols k, lm_cols v, int heads, int flags)
{
    const int64_t n = lm_dim(q.t, 0);
    lm_tensor    *y;

    LM_WANT(p, k.count == q.count && v.count == q.count,
            "attention: q has %" PRId64 " columns, k %" PRId64 ", v %" PRId64, q.count, k.count, v.count);
    LM_WANT(p, heads > 0 && q.count % heads == 0 && q.count > 0,
            "attention: %" PRId64 " columns cannot be shared by %d heads", q.count, heads);
    LM_WANT(p, tokens(k.t) == tokens(v.t), "attention: k has %" PRId64 " tokens, v %" PRId64,
            tokens(k.t), tokens(v.t));
    LM_WANT(p, lm_dim(k.t, 0) == lm_dim(v.t, 0) && (lm_dim(k.t, 0) == n || lm_dim(k.t, 0) == 1),
            "attention: a batch of %" PRId64 " q, %" PRId64 " k and %" PRId64 " v", n, lm_dim(k.t, 0),
            lm_dim(v.t, 0));
    LM_WANT(p, !(flags & LM_CAUSAL) || tokens(q.t) == tokens(k.t),
            "attention: causal with %" PRId64 " q and %" PRId64 " k", tokens(q.t), tokens(k.t));

    y = lm_scratch_tensor(p, lm_compute_dtype(p), lm_with_dim(lm_shape_of(q.t), -1, q.count));
    return LM_RUN(p, attention, y, q, k, v, heads, flags);
}

lm_tensor *lm_attention(lm_pass *p, const lm_tensor *q, const lm_tensor *k, const lm_tensor *v,
                        int heads, int flags)
{
    LM_ENTER(p);
    if (!is_sequence(p, "q", q) || !is_sequence(p, "k", k) || !is_sequence(p, "v", v))
        return NULL;
    return attend(p, lm_cols_of(q, 0, lm_dim(q, -1)), lm_cols_of(k, 0, lm_dim(k, -1)),
                  lm_cols_of(v, 0, lm_dim(v, -1)), heads, flags);
}

lm_tensor *lm_attention_qkv(lm_pass *p, const lm_tensor *qkv, int heads, int flags)
{
    int64_t c;

    LM_ENTER(p);
    if (!is_sequence(p, "qkv", qkv))
        return NULL;
    LM_WANT(p, lm_dim(qkv, -1) % 3 == 0, "attention: qkv ends in %" PRId64 ", not a multiple of 3",
            lm_dim(qkv, -1));
    c = lm_dim(qkv, -1) / 3;
    return attend(p, lm_cols_of(qkv, 0, c), lm_cols_of(qkv, c, c), lm_cols_of(qkv, 2 * c, c), heads, flags);
}

lm_tensor *lm_attention_kv(lm_pass *p, const lm_tensor *q, const lm_tensor *kv, int heads, int flags)
{
    int64_t c;

    LM_ENTER(p);
    if (!is_sequence(p, "q", q) || !is_sequence(p, "kv", kv))
        return NULL;
    c = lm_dim(q, -1);
    LM_WANT(p, lm_dim(kv, -1) == 2 * c, "attention: q ends in %" PRId64 ", kv in %" PRId64, c,
            lm_dim(kv, -1));
    return attend(p, lm_cols_of(q, 0, c), lm_cols_of(kv, 0, c), lm_cols_of(kv, c, c), heads, flags);
}
