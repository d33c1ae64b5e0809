/* attention_test.c: attention. */
#include "tests/ops/rig.h"

typedef enum form { APART, QKV, KV } form;

typedef struct row {
    const char *name;
    form        how;
    int64_t     n, t, s;
    int         heads;
    int64_t     d;
    int64_t     kv_batch; /* 0: as many as q */
    int         flags;
} row;

static const row rows[] = {
    { "one token", APART, 1, 1, 1, 1, 1, 0, 0 },
    { "one key", APART, 1, 9, 1, 2, 8, 0, 0 },
    { "head dim 8", QKV, 1, 64, 64, 8, 8, 0, 0 },
    { "head dim 8, two batches", QKV, 2, 50, 50, 4, 8, 0, 0 },
    { "head dim 40", QKV, 2, 256, 256, 2, 40, 0, 0 },
    { "head dim 40, odd", QKV, 1, 131, 131, 3, 40, 0, 0 },
    { "head dim 40 and a prompt", KV, 2, 150, 77, 2, 40, 0, 0 },
    { "head dim 40 and one prompt for both", KV, 2, 70, 77, 2, 40, 1, 0 },
    { "head dim 64", QKV, 1, 200, 200, 2, 64, 0, 0 },
    { "head dim 64, causal", QKV, 2, 77, 77, 2, 64, 0, LM_CAUSAL },
    { "head dim 64, causal, long", QKV, 1, 301, 301, 1, 64, 0, LM_CAUSAL },
    { "head dim 80", QKV, 1, 160, 160, 2, 80, 0, 0 },
    { "head dim 80 and a prompt of two chunks", KV, 1, 64, 154, 2, 80, 0, 0 },
    { "head dim 160", QKV, 2, 64, 64, 2, 160, 0, 0 },
    { "head dim 160 and a prompt", KV, 2, 64, 77, 1, 160, 1, 0 },
    { "one head of 512", APART, 1, 96, 96, 1, 512, 0, 0 },
    { "one head of 512, odd", APART, 1, 81, 81, 1, 512, 0, 0 },
    { "apart, one k and v for all", APART, 3, 20, 33, 2, 16, 1, 0 },
    { "odd head dim", APART, 1, 33, 47, 2, 13, 0, 0 },
    { "odd head dim, causal", QKV, 1, 40, 40, 3, 21, 0, LM_CAUSAL },
    { "one query, many keys", KV, 1, 1, 515, 2, 40, 0, 0 },
    { "many queries, few keys", KV, 1, 515, 3, 2, 40, 0, 0 },
    { "a wide head", APART, 1, 40, 70, 1, 200, 0, 0 },
};

static lm_tensor *attention(rig *r, const void *row_)
{
    const row    *c = row_;
    const int64_t width = c->heads * c->d, batch = c->kv_batch ? c->kv_batch : c->n;

    if (c->how == QKV)
        return lm_attention_qkv(r->p, rig_x(r, LM_SHAPE(c->n, c->t, 3 * width)), c->heads, c->flags);
    lm_tensor *q = rig_x(r, LM_SHAPE(c->n, c->t, width));
    if (c->how == KV)
        return lm_attention_kv(r->p, q, rig_x(r, LM_SHAPE(batch, c->s, 2 * width)), c->heads, c->flags);
    lm_tensor *k = rig_x(r, LM_SHAPE(batch, c->s, width)), *v = rig_x(r, LM_SHAPE(batch, c->s, width));
    return lm_attention(r->p, q, k, v, c->heads, c->flags);
}

TEST(attention_agrees_with_the_plain_one)
{
    RIG_TABLE(rows, attention, rig_product);
}

/* Scores of several hundred: e^score is out of any float's range, the softmax is not. */
static lm_tensor *sharp(rig *r, const void *row_)
{
    const int64_t *tokens = &((const row *)row_)->t;

    return lm_attention_qkv(r->p, rig_random(r, r->setup.x, LM_SHAPE(1, *tokens, 3 * 64), 12.0, 0.0), 2, 0);
}

TEST(attention_stands_large_scores)
{
    static const row large[] = { { "large scores", QKV, 1, 100, 100, 2, 32, 0, 0 } };

    /* A score of 300 is known to 1e-5 only, and its weight no better. */
    RIG_TABLE(large, sharp, ((rig_allowance){ 1e-4, 6e-2 }));
}

TEST_MAIN
