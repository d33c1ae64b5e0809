/* onednn.c: what oneDNN makes of the same products, on one thread: the judge of our own kernels.
 *
 *     cc -O2 -fopenmp tests/bench/onednn.c -o bench_onednn -ldnnl     (Debian: libdnnl-dev)
 *
 * It is no part of the build, since limn does without the library.
 * Convolutions three ways: direct on channels last, Winograd in its own layout with the reorders to and from
 * channels last counted, and bf16 on channels last. Matrix products in f32 and bf16. Weights are in the
 * layout it likes best; the best of several runs, in CPU time. */
#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static dnnl_memory_t memory(const dnnl_memory_desc_t *d)
{
    dnnl_memory_t m = NULL;
    void         *at;

    dnnl_memory_create(&m, d, engine, DNNL_MEMORY_ALLOCATE);
    dnnl_memory_get_data_handle(m, &at);
    memset(at, 0, dnnl_memory_desc_get_size(d));
    return m;
}

/* Seconds of the fastest of five runs; a missing implementation is infinitely slow. */
static double fastest(const_dnnl_primitive_desc_t pd, int n, const dnnl_exec_arg_t *args)
{
    dnnl_primitive_t p;
    double           best = 1e30;

    if (dnnl_primitive_create(&p, pd) != dnnl_success)
        return best;
    for (int i = 0; i < 5; i++) {
        const double begun = seconds();
        double       took;

        dnnl_primitive_execute(p, stream, n, args);
        took = seconds() - begun;
        best = took < best ? took : best;
    }
    dnnl_primitive_destroy(p);
    return best;
}

static double reorder(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
    dnnl_primitive_desc_t pd;
    dnnl_memory_t         x, y;
    double                took;

    if (dnnl_memory_desc_equal(from, to) ||
        dnnl_reorder_primitive_desc_create(&pd, from, engine, to, engine, NULL) != dnnl_success)
        return 0.0;
    x = memory(from);
    y = memory(to);
    took = fastest(pd, 2, (dnnl_exec_arg_t[]){ { DNNL_ARG_FROM, x }, { DNNL_ARG_TO, y } });
    dnnl_memory_destroy(x);
    dnnl_memory_destroy(y);
    dnnl_primitive_desc_destroy(pd);
    return took;
}

static double run(dnnl_primitive_desc_t pd)
{
    dnnl_memory_t x = memory(dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0));
    dnnl_memory_t w = memory(dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0));
    dnnl_memory_t y = memory(dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0));
    const double  took = fastest(pd, 3, (dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, x }, { DNNL_ARG_WEIGHTS, w },
                                                            { DNNL_ARG_DST, y } });

    dnnl_memory_destroy(x);
    dnnl_memory_destroy(w);
    dnnl_memory_destroy(y);
    return took;
}

/* A 3x3 convolution, from channels last to channels last. */
static double conv(const int s[4], dnnl_data_type_t type, dnnl_alg_kind_t how)
{
    const dnnl_dims_t           xd = { s[0], s[2], s[1], s[1] }, wd = { s[3], s[2], 3, 3 };
    const dnnl_dims_t           yd = { s[0], s[3], s[1], s[1] }, one = { 1, 1 };
    const dnnl_format_tag_t     tag = how == dnnl_convolution_winograd ? dnnl_format_tag_any : dnnl_nhwc;
    dnnl_memory_desc_t          x, w, y, x_last, y_last;
    dnnl_convolution_desc_t     d;
    dnnl_primitive_desc_t       pd;
    double                      took;

    dnnl_memory_desc_init_by_tag(&x, 4, xd, type, tag);
    dnnl_memory_desc_init_by_tag(&y, 4, yd, dnnl_f32, tag);
    dnnl_memory_desc_init_by_tag(&w, 4, wd, type, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&x_last, 4, xd, type, dnnl_nhwc);
    dnnl_memory_desc_init_by_tag(&y_last, 4, yd, dnnl_f32, dnnl_nhwc);
    if (dnnl_convolution_forward_desc_init(&d, dnnl_forward_inference, how, &x, &w, NULL, &y, one, one,
                                           one) != dnnl_success ||
        dnnl_primitive_desc_create(&pd, &d, NULL, engine, NULL) != dnnl_success)
        return 1e30;
    took = run(pd) + reorder(&x_last, dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0)) +
           reorder(dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), &y_last);
    dnnl_primitive_desc_destroy(pd);
    return took;
}

static double product(const int s[3], dnnl_data_type_t type)
{
    const dnnl_dims_t     xd = { s[0], s[1] }, wd = { s[1], s[2] }, yd = { s[0], s[2] };
    dnnl_memory_desc_t    x, w, y;
    dnnl_matmul_desc_t    d;
    dnnl_primitive_desc_t pd;
    double                took;

    dnnl_memory_desc_init_by_tag(&x, 2, xd, type, dnnl_ab);
    dnnl_memory_desc_init_by_tag(&w, 2, wd, type, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&y, 2, yd, dnnl_f32, dnnl_ab);
    if (dnnl_matmul_desc_init(&d, &x, &w, NULL, &y) != dnnl_success ||
        dnnl_primitive_desc_create(&pd, &d, NULL, engine, NULL) != dnnl_success)
        return 1e30;
    took = run(pd);
    dnnl_primitive_desc_destroy(pd);
    return took;
}

int main(void)
{
    /* pictures, side, channels in, channels out */
    static const int convs[][4] = {
        { 2, 64, 320, 320 },  { 2, 64, 640, 320 },  { 2, 32, 640, 640 },  { 2, 32, 1280, 640 },
        { 2, 16, 1280, 1280 }, { 2, 16, 2560, 1280 }, { 2, 8, 1280, 1280 }, { 1, 64, 512, 512 },
        { 1, 128, 512, 512 }, { 1, 256, 256, 256 }, { 1, 512, 128, 128 },
    };
    /* rows, depth, columns */
    static const int products[][3] = {
        { 8192, 320, 320 },  { 8192, 320, 2560 },  { 8192, 1280, 320 }, { 2048, 640, 640 },
        { 512, 1280, 1280 }, { 512, 1280, 10240 }, { 512, 5120, 1280 }, { 128, 1280, 1280 },
    };

    omp_set_num_threads(1);
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    printf("GFLOP/s of one thread, oneDNN %d.%d.%d\n", dnnl_version()->major, dnnl_version()->minor,
           dnnl_version()->patch);
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        const int   *s = convs[i];
        const double gflop = 18e-9 * s[0] * s[1] * s[1] * (double)s[2] * s[3];

        printf("conv 3x3 %d->%d, %d of %dx%d: direct %.1f, Winograd %.1f, bf16 %.1f\n", s[2], s[3], s[0],
               s[1], s[1], gflop / conv(s, dnnl_f32, dnnl_convolution_direct),
               gflop / conv(s, dnnl_f32, dnnl_convolution_winograd),
               gflop / conv(s, dnnl_bf16, dnnl_convolution_direct));
        fflush(stdout);
    }
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const int   *s = products[i];
        const double gflop = 2e-9 * s[0] * (double)s[1] * s[2];

        printf("product %d x %d -> %d: f32 %.1f, bf16 %.1f\n", s[0], s[1], s[2],
               gflop / product(s, dnnl_f32), gflop / product(s, dnnl_bf16));
        fflush(stdout);
    }
    return 0;
}
