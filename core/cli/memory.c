/* memory.c: how much memory and disk limn may use, from the options of the command line. */
#include <stdlib.h>
#include <string.h>

#include "core/base/system.h"
#include "core/cli/session.h"
#include "core/data/memory.h"
#include "core/graph/cache.h"
#include "core/graph/cache_disk.h"

/* What is left to the rest of the machine, unless it is said otherwise: being refused with a sentence is better
 * than being killed by the system. */
static const double share_of_memory = 0.9;
/* Of the limit, for results: the rest is for the node at work. Caches give way before anything is refused. */
static const double share_of_limit = 0.5;
/* Without any word about the machine's memory. */
static const size_t cache_anyway = (size_t)1 << 30;
/* Below this nothing could run: a unit was forgotten. */
static const size_t least_limit = (size_t)16 << 20;
static const char   disk_default[] = "10GB";

/* ------------------------------------------------------------------ sizes */

/* "K", "MB", "GiB", "%": how many bytes that is; 0: no such unit. */
static double unit_of(const char *text, double whole)
{
    static const char letters[] = "kKmMgGtT";
    const char       *at = *text ? strchr(letters, *text) : NULL;
    const bool        binary = *text && text[1] == 'i';
    double            unit = 1;

    if (!strcmp(text, "%"))
        return whole / 100;
    if (!at)
        return !strcmp(text, "B");
    for (int i = 0; i <= (at - letters) / 2; i++)
        unit *= binary ? 1024 : 1000;
    text += binary ? 2 : 1;
    return !*text || !strcmp(text, "B") ? unit : 0;
}

/* Bytes: a number, then a unit; without one it counts `unit` each. `whole` is what percents are of. */
static bool parse_size(const char *text, double unit, double whole, size_t *out)
{
    char        *end;
    const double x = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
    double       bytes;

    if (x < 0)
        return false;
    while (*end == ' ')
        end++;
    unit = *end ? unit_of(end, whole) : unit;
    bytes = x * unit;
    if (unit <= 0 || !(bytes < 1e18))
        return false;
    *out = (size_t)bytes;
    return true;
}

bool lm_args_size(const lm_args *a, const char *name, double unit, double whole, size_t *out, limn_error *err)
{
    const char *text = lm_args_value(a, name);

    return !text || parse_size(text, unit, whole, out) ||
           limn_fail(err, INPUT, "%s %.60s: it is a size, as 500MB, 8GB or 2000000000%s", name, text,
                     whole > 0 ? ", or a share, as 75%" : "");
}

/* ------------------------------------------------------------------ limits */

static bool limit_option(const lm_args *a, const char *name, double whole, size_t *out, limn_error *err)
{
    const char *text = lm_args_value(a, name);

    if (text && !strcmp(text, "off")) {
        *out = 0;
        return true;
    }
    if (!lm_args_size(a, name, 1, whole, out, err))
        return false;
    return !text || *out >= least_limit ||
           limn_fail(err, INPUT, "%s %.60s: that is %zu bytes; at least %zu MB are needed, as in %s 8GB", name, text,
                     *out, least_limit >> 20, name);
}

static bool read_limits(const lm_args *a, size_t *ram, size_t *vram, limn_error *err)
{
    const double memory = (double)lm_system_memory();

    *ram = (size_t)(memory * share_of_memory);
    *vram = 0;
    return limit_option(a, "--ram-limit", memory, ram, err) && limit_option(a, "--vram-limit", 0, vram, err);
}

/* ------------------------------------------------------------------ the cache */

static bool one_policy(const lm_args *a, limn_error *err)
{
    static const char *const names[] = { "--cache-ram", "--cache-lru", "--cache-classic", "--cache-none" };
    const char              *first = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!lm_args_has(a, names[i]))
            continue;
        if (first)
            return limn_fail(err, INPUT, "%s and %s exclude each other", first, names[i]);
        first = names[i];
    }
    return true;
}

static bool read_disk(const lm_args *a, size_t *bytes, limn_error *err)
{
    if (lm_args_has(a, "--cache-disk-size") && !lm_args_has(a, "--cache-disk"))
        return limn_fail(err, INPUT, "--cache-disk-size says how large the folder of --cache-disk may get");
    return parse_size(disk_default, 1, 0, bytes) && lm_args_size(a, "--cache-disk-size", 1, 0, bytes, err);
}

static bool open_disk(const lm_args *a, lm_cache_options *o, limn_error *err)
{
    const char *folder = lm_args_value(a, "--cache-disk");
    size_t      bytes = 0;

    if (!read_disk(a, &bytes, err))
        return false;
    if (folder)
        o->disk = lm_cache_disk_open(folder, bytes, err);
    return !folder || o->disk;
}

static bool choose_policy(const lm_args *a, lm_cache_options *o, limn_error *err)
{
    const char *ram = lm_args_value(a, "--cache-ram");
    long long   most = 0;

    if (!one_policy(a, err) || (ram && *ram && !lm_args_size(a, "--cache-ram", 1e9, 0, &o->host_bytes, err)))
        return false;
    if (lm_args_has(a, "--cache-lru")) {
        o->policy = LM_CACHE_LRU;
        if (!lm_args_number(a, "--cache-lru", 1, 1000000000, &most))
            return limn_fail(err, INPUT, "--cache-lru: how many results of earlier prompts are kept");
        o->most = (size_t)most;
    }
    if (lm_args_has(a, "--cache-classic"))
        o->policy = LM_CACHE_CLASSIC;
    if (lm_args_has(a, "--cache-none"))
        o->host_bytes = o->device_bytes = 0;
    return true;
}

bool lm_session_memory_options(const lm_args *a, limn_error *err)
{
    lm_cache_options o = { .policy = LM_CACHE_BUDGET };
    size_t           ram, vram, disk;

    return read_limits(a, &ram, &vram, err) && choose_policy(a, &o, err) && read_disk(a, &disk, err);
}

bool lm_session_memory(const lm_args *a, lm_device *device, struct lm_cache **cache, limn_error *err)
{
    lm_cache_options o = { .policy = LM_CACHE_BUDGET, .device = device };
    size_t           ram, vram;

    *cache = NULL;
    if (!read_limits(a, &ram, &vram, err))
        return false;
    lm_memory_limit(ram, vram);
    o.host_bytes = ram ? (size_t)((double)ram * share_of_limit) : cache_anyway;
    o.device_bytes = vram ? (size_t)((double)vram * share_of_limit) : o.host_bytes;
    if (!choose_policy(a, &o, err) || !open_disk(a, &o, err))
        return false;
    if (!lm_args_has(a, "--cache-none") || o.disk)
        *cache = lm_cache_open(&o);
    return true;
}
