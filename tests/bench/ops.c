/* ops.c: prints how fast the products of Stable Diffusion 1.x are, row by row and summed to a step.
 *
 *     bench_ops [--bf16] [--threads N] [--seconds S] [part of a row's name, or unet, decoder, small] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/bench.h"
#include "kernels/devices.h"

struct sums {
    double peak, gflop[2], cpu_ms[2], wall_ms[2];
};

static void tell(void *self, const lm_bench_row *r)
{
    struct sums *s = self;
    const int    at = !strcmp(r->net, "decoder");
    const double rate = r->gflop / r->cpu_ms * 1e3;

    printf("%-8s %3d x %-36s %9.3f GFLOP %9.3f ms cpu %9.3f ms wall %7.1f GFLOP/s %5.2f of peak\n", r->net,
           r->times, r->name, r->gflop, r->cpu_ms, r->wall_ms, rate, rate / s->peak);
    fflush(stdout);
    s->gflop[at] += r->times * r->gflop;
    s->cpu_ms[at] += r->times * r->cpu_ms;
    s->wall_ms[at] += r->times * r->wall_ms;
}

int main(int argc, char **argv)
{
    static const char *const nets[] = { "unet", "decoder" };
    atomic_bool              stop = false;
    lm_run_env               env = { .stop = &stop };
    double                   seconds = 0.3;
    int                      threads = 0;
    const char              *only = NULL;
    limn_error               err = { 0 };
    struct sums              s = { 0 };

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--bf16"))
            env.compute = LM_COMPUTE_BF16;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
            seconds = atof(argv[++i]);
        else
            only = argv[i];
    }
    env.device = lm_cpu_device(threads);
    s.peak = lm_bench_peak();
    printf("%s; f32 multiply-adds of one core: %.1f GFLOP/s\n", lm_cpu_describe(), s.peak);
    if (!lm_bench_ops(&env, seconds, only, tell, &s, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 0; i < 2; i++)
        if (s.cpu_ms[i] > 0)
            printf("%s: %.1f GFLOP in %.2f s cpu, %.2f s wall; %.1f GFLOP/s a core, %.2f of peak\n",
                   nets[i], s.gflop[i], 1e-3 * s.cpu_ms[i], 1e-3 * s.wall_ms[i],
                   1e3 * s.gflop[i] / s.cpu_ms[i], 1e3 * s.gflop[i] / s.cpu_ms[i] / s.peak);
    return 0;
}
