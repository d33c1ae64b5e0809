/* walks.c: samplers and schedules that are wrong in one way each, and a folder and words that are right. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "zoo.h"

static bool nan_walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    (void)call, (void)w, (void)err;
    x[0] = NAN;
    return true;
}

static bool level_walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    (void)call;
    return w->denoise(w, x, 0.0, x, err);
}

/* Hides that a look failed. */
static bool deaf_walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    (void)call, (void)err;
    w->denoise(w, x, -1.0, x, NULL);
    return true;
}

static bool crash_walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    volatile int *volatile nowhere = (int *)8; /* so that no compiler sees it coming */

    (void)call, (void)w, (void)x, (void)err;
    *nowhere = 1;
    return true;
}

static bool rising(const double *levels, int n_levels, int steps, double *sigmas, limn_error *err)
{
    (void)n_levels, (void)err;
    for (int i = 0; i <= steps; i++)
        sigmas[i] = levels[0] + i;
    return true;
}

static bool refusing(const double *levels, int n_levels, int steps, double *sigmas, limn_error *err)
{
    (void)levels, (void)n_levels, (void)sigmas;
    return limn_fail(err, INPUT, "it has no levels for %d steps", steps);
}

static const limn_sampler  s0 = { sizeof s0, "zoo_nan", "Ends in a NaN.", nan_walk };
static const limn_sampler  s1 = { sizeof s1, "zoo_level", "Looks at level 0.", level_walk };
static const limn_sampler  s2 = { sizeof s2, "zoo_deaf", "Does not listen.", deaf_walk };
static const limn_sampler  s3 = { sizeof s3, "zoo_crash", "Crashes.", crash_walk };
static const limn_schedule c0 = { sizeof c0, "zoo_rising", "Goes up.", rising };
static const limn_schedule c1 = { sizeof c1, "zoo_refusing", "Does not want to.", refusing };
static const limn_folder   f0 = { sizeof f0, "zoo_models", (const char *const[]){ ".zoo", ".tar.gz", NULL } };
static const limn_document d0 = { sizeof d0, "help", "Zoo.md", "# Zoo\nAn animal." };

struct file {
    const char *name;
};
#define LIMN_ARGS struct file
static const limn_input file_in[] = { LIMN_FILE_IN(name, "zoo_models", "A file of the zoo."), LIMN_END };
#undef LIMN_ARGS

/* How long the file is. */
static bool measure(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const int fd = call->host->open(call, "zoo_models", ((const struct file *)args)->name, err);

    if (fd < 0)
        return false;
    out[0] = call->host->value("INT");
    call->host->set_int(out[0], "value", lseek(fd, 0, SEEK_END));
    close(fd);
    return true;
}

static const limn_node node = ZOO_NODE(.inputs = file_in, .args_size = sizeof(struct file), .run = measure);

LIMN_PLUGIN(.id = "org.example." ZOO, .name = "Zoo", .version = "1.0", .doc = "Walks of all kinds.",
            .nodes = (const limn_node *const[]){ &node, NULL },
            .samplers = (const limn_sampler *const[]){ &s0, &s1, &s2, &s3, NULL },
            .schedules = (const limn_schedule *const[]){ &c0, &c1, NULL },
            .folders = (const limn_folder *const[]){ &f0, NULL },
            .documents = (const limn_document *const[]){ &d0, NULL });
