/* front_test.c: what fronts refuse, how they stop, which dtype their answers have; and the guard itself. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ops/rig.h"

#define DEVICE_RIG(r, setup)                                                                   \
    rig r;                                                                                     \
    rig_open(&r, rig_device(), rig_setups[setup], 1)

/* ------------------------------------------------------------------ refusals */

/* `call` gives NULL, the pass fails with `says`, and nothing runs after it. */
#define REFUSED(code_, says, call)                                                             \
    do {                                                                                       \
        DEVICE_RIG(r, 0);                                                                      \
        WANT(!(call));                                                                         \
        WANT(!lm_silu(r.p, rig_x(&r, LM_SHAPE(4))));                                           \
        WANT(!rig_close(&r));                                                                  \
        WANT_TEXT(r.error.text, says);                                                         \
        WANT(r.error.code == LIMN_##code_);                                                    \
    } while (0)

#define X(...) rig_x(&r, LM_SHAPE(__VA_ARGS__))
#define P r.p

TEST(operands_that_do_not_fit_are_a_sentence_with_both_numbers)
{
    REFUSED(INPUT, "linear: x ends in 3, w in 5", lm_linear(P, X(2, 3), X(4, 5), NULL));
    REFUSED(INPUT, "linear: w has 1 axes, and a matrix has 2", lm_linear(P, X(2, 3), X(3), NULL));
    REFUSED(INPUT, "linear: b has 5 numbers, w 4 rows", lm_linear(P, X(2, 3), X(4, 3), X(5)));
    REFUSED(INPUT, "linear_add: r is [2, 5], the answer [2, 4]",
            lm_linear_add(P, X(2, 3), X(4, 3), NULL, X(2, 5)));
    REFUSED(INPUT, "linear_geglu: w has 5 rows, an odd number", lm_linear_geglu(P, X(2, 3), X(5, 3), NULL));
    REFUSED(INPUT, "conv: x has 4 channels, w takes 3",
            lm_conv(P, X(1, 8, 8, 4), X(4, 3, 3, 3), NULL, LM_CONV_3x3));
    REFUSED(INPUT, "conv: x has 3 axes and w 4; both have 4",
            lm_conv(P, X(8, 8, 4), X(4, 4, 3, 3), NULL, LM_CONV_3x3));
    REFUSED(INPUT, "conv: a picture of 2 x 1 is smaller than the kernel, 3 x 3",
            lm_conv(P, X(1, 1, 2, 4), X(4, 4, 3, 3), NULL, (lm_conv_spec){ .stride = 2 }));
    REFUSED(INPUT, "conv: b has 6 numbers; w gives 4 channels, x has 2 pictures",
            lm_conv(P, X(2, 8, 8, 4), X(4, 4, 1, 1), X(6), LM_CONV_1x1));
    REFUSED(INPUT, "conv: a stride of 1 or a padding below 0",
            lm_conv(P, X(1, 8, 8, 4), X(4, 4, 3, 3), NULL, (lm_conv_spec){ .top = -1 }));
    REFUSED(INPUT, "attention: q is [3, 4], and not [N, T, C]",
            lm_attention(P, X(3, 4), X(1, 3, 4), X(1, 3, 4), 1, 0));
    REFUSED(INPUT, "attention: 12 columns cannot be shared by 5 heads",
            lm_attention_qkv(P, X(1, 3, 36), 5, 0));
    REFUSED(INPUT, "attention: k has 3 tokens, v 4",
            lm_attention(P, X(1, 3, 4), X(1, 3, 4), X(1, 4, 4), 1, 0));
    REFUSED(INPUT, "attention: q ends in 4, kv in 6", lm_attention_kv(P, X(1, 3, 4), X(1, 3, 6), 1, 0));
    REFUSED(INPUT, "attention: a batch of 3 q, 2 k and 2 v", lm_attention_kv(P, X(3, 5, 4), X(2, 5, 8), 1, 0));
    REFUSED(INPUT, "group_norm: 9 channels cannot be put into 2 groups",
            lm_group_norm(P, X(1, 4, 9), X(9), X(9), 2, 1e-5));
    REFUSED(INPUT, "layer_norm: x has 9 channels, g 8, b 9", lm_layer_norm(P, X(4, 9), X(8), X(9), 1e-5));
    REFUSED(INPUT, "axpby: [2, 3] and [3, 3] do not fit each other", lm_add(P, X(2, 3), X(3, 3)));
    REFUSED(INPUT, "concat: [2, 3] and [3, 3] differ beside axis 1", lm_concat(P, X(2, 3), X(3, 3), -1));
    REFUSED(INPUT, "slice: 3 from 2 on is outside an axis of 4", lm_slice(P, X(4), 0, 2, 3));
    REFUSED(INPUT, "gather: row 7 of w, which has 7", lm_gather(P, X(7, 2), (const int32_t[]){ 7 }, 1));
    REFUSED(INPUT, "resample: from 4 x 3 to 0 x 5", lm_resample(P, X(1, 3, 4, 2), 5, 0, LM_AREA));
    REFUSED(INPUT, "unary: x is empty", lm_silu(P, lm_scratch_tensor(P, LM_F32, LM_SHAPE(3, 0))));
    REFUSED(INPUT, "unary: x is stored as I64; F32, F16 and BF16 can be computed on",
            lm_silu(P, lm_scratch_tensor(P, LM_I64, LM_SHAPE(3))));
    REFUSED(BUG, "linear: w is missing", lm_linear(P, X(2, 3), NULL, NULL));
}

/* ------------------------------------------------------------------ dtypes, stopping, finding NaNs */

TEST(what_feeds_a_product_has_the_class_and_the_rest_is_f32)
{
    for (int i = 0; i < RIG_SETUPS; i++) {
        const lm_dtype fed = rig_setups[i].compute == LM_COMPUTE_BF16 ? LM_BF16 : LM_F32;
        DEVICE_RIG(r, i);
        lm_tensor *x = X(2, 8, 4), *w = rig_w(&r, LM_SHAPE(4, 4), 1.0), *g = rig_w(&r, LM_SHAPE(4), 1.0);

        WANT(lm_linear(P, x, w, NULL)->dtype == LM_F32);
        WANT(lm_linear_geglu(P, x, w, NULL)->dtype == fed);
        WANT(lm_attention(P, x, x, x, 2, 0)->dtype == fed);
        WANT(lm_group_norm(P, x, g, g, 2, 1e-5)->dtype == fed);
        WANT(lm_layer_norm(P, x, g, g, 1e-5)->dtype == fed);
        WANT(lm_gelu(P, x)->dtype == fed);
        WANT(lm_add(P, x, x)->dtype == LM_F32);
        WANT(lm_concat(P, x, x, 0)->dtype == LM_F32);
        WANT(lm_cast(P, x, LM_F16)->dtype == LM_F16);
        WANT(rig_close(&r));
    }
}

TEST(a_stopped_pass_computes_nothing_and_says_so)
{
    DEVICE_RIG(r, 0);
    lm_tensor *x = X(1, 64, 64);

    WANT(lm_attention(P, x, x, x, 2, 0));
    atomic_store(&r.stop, true);
    WANT(!lm_attention(P, x, x, x, 2, 0));
    WANT(!rig_close(&r));
    WANT(r.error.code == LIMN_CANCELLED);
}

TEST(a_pass_that_looks_for_broken_numbers_names_the_op)
{
    DEVICE_RIG(r, 0);
    const float zero_by_zero[] = { 1.0f, INFINITY, 2.0f };

    P->check_finite = true;
    WANT(lm_add(P, X(3), X(3)));
    WANT(!lm_scale(P, rig_tensor(&r, LM_F32, LM_SHAPE(3), zero_by_zero), 0.0));
    WANT(!rig_close(&r));
    WANT(strstr(r.error.text, "the answer of axpby"));
}

/* ------------------------------------------------------------------ the guard */

/* How a child ends that reads the first byte of t's memory: the signal, or 0. */
static int signal_of_a_touch(const lm_tensor *t)
{
    const pid_t child = fork();
    int         status = 0;

    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it and exit */
        _exit(*(const volatile char *)t->data ? 3 : 4);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(guarded_memory_faults_outside_kernels_and_only_there)
{
    lm_device *d = guard_device();
    rig        r;
    lm_tensor *x, *y;

    rig_open(&r, d, rig_setups[0], 1);
    x = X(64, 64);
    y = lm_add(P, x, x);
    WANT(y != NULL);
    WANT(signal_of_a_touch(x) == SIGSEGV);
    WANT(signal_of_a_touch(y) == SIGSEGV);
    d->enter(d);
    d->enter(d); /* they nest */
    d->leave(d);
    WANT(signal_of_a_touch(y) == 0);
    d->leave(d);
    WANT(signal_of_a_touch(y) == SIGSEGV);
    WANT(rig_close(&r));
}

TEST(the_guard_hands_memory_out_again_and_fills_it_with_nans)
{
    lm_device *d = guard_device();
    void      *a = lm_device_alloc(d, 100), *b = lm_device_alloc(d, 200000), *c = lm_device_alloc(d, 100);
    float      f;

    lm_device_free(d, a, 100);
    lm_device_free(d, b, 200000);
    WANT(lm_device_alloc(d, 250000) == a); /* the two joined */
    d->copy_out(d, &f, a, sizeof f);
    WANT(isnan(f));
    WANT((uintptr_t)c % 64 == 0);
    lm_device_free(d, a, 250000);
    lm_device_free(d, c, 100);
    WANT(!lm_device_alloc(d, (size_t)1 << 60));
}

TEST_MAIN
