/* a1111_names.c: what A1111 calls samplers, schedules and files, and what they are called here. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"
#include "nodes/models/file_hash.h"

/* ------------------------------------------------------------------ notes */

void lm_a1111_note(lm_text *notes, const char *fmt, ...)
{
    char    line[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof line - 4, fmt, ap);
    va_end(ap);
    for (char *c = line; *c; c++)
        *c = (unsigned char)*c < 0x20 ? ' ' : *c;
    if (strlen(line) >= sizeof line - 5)
        strcat(line, "…");
    if (!strstr(lm_text_str(notes), line))
        lm_text_printf(notes, "%s\n", line);
}

/* ------------------------------------------------------------------ samplers and schedules */

/* `own`: the schedule that "Automatic" means.  Source: A1111 1.10, its lists of samplers and schedulers. */
static const struct { const char *theirs, *ours, *own; } samplers[] = {
    { "Euler", "euler", "normal" },
    { "Euler a", "euler_ancestral", "normal" },
    { "Heun", "heun", "normal" },
    { "HeunPP2", "heunpp2", "normal" },
    { "LMS", "lms", "normal" },
    { "DPM2", "dpm_2", "karras" },
    { "DPM2 a", "dpm_2_ancestral", "karras" },
    { "DPM++ 2S a", "dpmpp_2s_ancestral", "karras" },
    { "DPM++ 2M", "dpmpp_2m", "karras" },
    { "DPM++ SDE", "dpmpp_sde", "karras" },
    { "DPM++ 2M SDE", "dpmpp_2m_sde", "exponential" },
    { "DPM++ 2M SDE Heun", "dpmpp_2m_sde_heun", "exponential" },
    { "DPM++ 3M SDE", "dpmpp_3m_sde", "exponential" },
    { "DPM fast", "dpm_fast", "normal" },
    { "DPM adaptive", "dpm_adaptive", "normal" },
    { "DDIM", "ddim", "ddim_uniform" },
    { "UniPC", "uni_pc", "normal" },
    { "LCM", "lcm", "sgm_uniform" },
    { "DDPM", "ddpm", "normal" },
    { "DEIS", "deis", "normal" },
    { "IPNDM", "ipndm", "normal" },
    { "IPNDM_V", "ipndm_v", "normal" },
    { "Euler CFG++", "euler_cfg_pp", "normal" },
    { "Euler a CFG++", "euler_ancestral_cfg_pp", "normal" },
    { "ER SDE", "er_sde", "normal" },
    { "SA Solver", "sa_solver", "normal" },
    { "Res Multistep", "res_multistep", "normal" },
};

/* Polyexponential with its usual exponent of 1 is the exponential schedule. */
static const struct { const char *theirs, *ours; } schedules[] = {
    { "Karras", "karras" },           { "Exponential", "exponential" }, { "Polyexponential", "exponential" },
    { "SGM Uniform", "sgm_uniform" }, { "Uniform", "normal" },          { "Normal", "normal" },
    { "Simple", "simple" },           { "DDIM", "ddim_uniform" },       { "Beta", "beta" },
    { "KL Optimal", "kl_optimal" },   { "Linear Quadratic", "linear_quadratic" },
};
enum { N_SAMPLERS = sizeof samplers / sizeof *samplers, N_SCHEDULES = sizeof schedules / sizeof *schedules };

static const char *schedule_named(const char *name)
{
    for (int i = 0; i < N_SCHEDULES; i++)
        if (!strcasecmp(schedules[i].theirs, name) || !strcasecmp(schedules[i].ours, name))
            return schedules[i].ours;
    return NULL;
}

/* The row of a sampler named in the first n bytes, or by its name here; -1: none. */
static int sampler_named(const char *name, size_t n)
{
    for (int i = 0; i < N_SAMPLERS; i++)
        if ((strlen(samplers[i].theirs) == n && !strncasecmp(samplers[i].theirs, name, n)) ||
            (strlen(samplers[i].ours) == n && !strncasecmp(samplers[i].ours, name, n)))
            return i;
    return -1;
}

/* Older texts say "DPM++ 2M Karras": the last word is then the schedule. */
static int sampler_with_schedule(const char *name, const char **schedule)
{
    const char *space = strrchr(name, ' ');
    const int   whole = sampler_named(name, strlen(name));

    *schedule = NULL;
    if (whole >= 0 || !space)
        return whole;
    *schedule = schedule_named(space + 1);
    return *schedule ? sampler_named(name, (size_t)(space - name)) : -1;
}

void lm_a1111_sampler(const char *name, const char *type, const char **sampler, const char **scheduler,
                      lm_text *notes)
{
    const char *named;
    const int   i = sampler_with_schedule(name, &named);

    *sampler = i < 0 ? "euler" : samplers[i].ours;
    *scheduler = named ? named : i >= 0 && (type || !strcmp(samplers[i].ours, "ddim")) ? samplers[i].own : "normal";
    if (i < 0)
        lm_a1111_note(notes, "the sampler %s is not known here; euler takes its place", name);
    if (!type || !*type || !strcasecmp(type, "Automatic"))
        return;
    named = schedule_named(type);
    if (named)
        *scheduler = named;
    else
        lm_a1111_note(notes, "the schedule %s is not known here; %s takes its place", type, *scheduler);
}

/* ------------------------------------------------------------------ files */

/* Names have points of their own ("v1.5"), so only what model files end in is an extension. */
static size_t without_extension(const char *name)
{
    static const char *const endings[] = { ".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin" };
    const size_t             n = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > strlen(endings[i]) && !strcasecmp(name + n - strlen(endings[i]), endings[i]))
            return n - strlen(endings[i]);
    return n;
}

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');

    slash = back > slash ? back : slash;
    return slash ? slash + 1 : name;
}

/* How well a file fits a name: 3 the same, 2 the same but for folders and extension, 1 it begins so. */
static int fit(const char *file, const char *name)
{
    const char  *base = last_part(file), *wanted = last_part(name);
    const size_t n = without_extension(base), m = without_extension(wanted);

    if (!strcasecmp(file, name))
        return 3;
    if (!m || strncasecmp(base, wanted, m))
        return 0;
    return m == n ? 2 : 1;
}

char *lm_a1111_file(lm_folders *f, const char *kind, const char *name)
{
    char **files = f ? lm_folders_names(f, kind) : NULL, *best = NULL;
    int    best_fit = 0;

    for (int i = 0; files && files[i]; i++)
        if (fit(files[i], name) > best_fit) {
            best_fit = fit(files[i], name);
            best = files[i];
        }
    best = best ? lm_copy_text(best) : NULL;
    lm_folders_names_free(files);
    return best;
}

/* AutoV1 reads 64 KiB of a file. The others read whole files: so much of them, and no more. */
static const uint64_t most_bytes = UINT64_C(8) << 30;

static bool quoted_so(lm_folders *f, const char *kind, const char *file, const char *hash, uint64_t *read_bytes)
{
    limn_error  err = { 0 };
    const int   fd = lm_folders_open(f, kind, file, &err);
    struct stat st;
    bool        same = false;

    if (fd < 0)
        return false;
    if (!fstat(fd, &st)) {
        *read_bytes += strlen(hash) == 8 ? 0 : (uint64_t)st.st_size;
        same = *read_bytes <= most_bytes && lm_file_hash_is(fd, (uint64_t)st.st_size, hash);
    }
    close(fd);
    return same;
}

char *lm_a1111_file_by_hash(lm_folders *f, const char *kind, const char *hash, lm_text *notes)
{
    char   **files = f ? lm_folders_names(f, kind) : NULL, *found = NULL;
    uint64_t read_bytes = 0;

    for (int i = 0; files && files[i] && !found; i++)
        if (quoted_so(f, kind, files[i], hash, &read_bytes))
            found = lm_copy_text(files[i]);
    if (!found && read_bytes > most_bytes)
        lm_a1111_note(notes, "the model with the hash %s was looked for in 8 GiB of %s, not in all", hash, kind);
    lm_folders_names_free(files);
    return found;
}
