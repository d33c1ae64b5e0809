/* session.c: nodes, folders, device and stop button, from the options of the command line. */
#include "core/cli/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/cli/models_config.h"
#include "core/graph/blame.h"
#include "core/graph/cache.h"
#include "kernels/devices.h"
#include "nodes/all.h"
#include "nodes/comfy_names.h"

static atomic_bool stop;

/* The first Ctrl-C asks; the second does not wait. */
static void on_signal(int signal)
{
    (void)signal;
    if (atomic_exchange(&stop, true))
        _exit(LM_EXIT_CANCELLED);
}

static void watch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ------------------------------------------------------------------ the machine's own answers */

char *lm_session_cache(void)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    lm_text     path = { 0 };

    if (cache && *cache)
        lm_text_puts(&path, cache);
    else if (home && *home)
        lm_text_printf(&path, "%s/.cache", home);
    else
        return NULL;
    mkdir(path.at, 0777);
    lm_text_puts(&path, "/limn");
    mkdir(path.at, 0777);
    return lm_text_take(&path);
}

/* A file or folder in there; NULL: there is no such place.                                        [new] */
static char *cache_path(const char *name)
{
    char   *folder = lm_session_cache();
    lm_text path = { 0 };

    if (!folder)
        return NULL;
    lm_text_printf(&path, "%s/%s", folder, name);
    lm_free(folder);
    return lm_text_take(&path);
}

/* ------------------------------------------------------------------ opening */

static bool add_nodes(lm_registry *r, limn_error *err)
{
    lm_registry_foretell(r, lm_comfy_names);
    return lm_registry_add_families(r, lm_node_families, err);
}

static bool place(lm_folders *f, const char *kind, const char *directory, limn_error *err)
{
    return !directory || lm_folders_replace(f, kind, directory, err);
}

/* --temp-directory DIR means DIR/temp, as in ComfyUI. */
static bool place_temp(lm_folders *f, const char *directory, limn_error *err)
{
    lm_text path = { 0 };
    bool    well;

    if (!directory)
        return true;
    lm_text_printf(&path, "%s/temp", directory);
    well = lm_folders_replace(f, "temp", path.at, err);
    lm_text_done(&path);
    return well;
}

bool lm_session_models(lm_folders *f, const lm_args *a, limn_error *err)
{
    lm_models_config c = { 0 };
    bool             well = lm_models_config_options(&c, a, err);

    for (int i = 0; well && i < c.n; i++)
        well = lm_folders_more(f, c.orders[i], err);
    lm_models_config_done(&c);
    return well;
}

lm_folders *lm_session_folders(const lm_args *a, limn_error *err)
{
    const char *base = lm_args_value(a, "--base");
    lm_folders *f = lm_folders_new(base ? base : ".", err);

    if (f && place(f, "output", lm_args_value(a, "--output"), err) &&
        place(f, "input", lm_args_value(a, "--input-directory"), err) &&
        place_temp(f, lm_args_value(a, "--temp-directory"), err))
        return f;
    lm_folders_free(f);
    return NULL;
}

static bool is_one_of(const char *asked, const char *const *words)
{
    for (; asked && *words; words++)
        if (!strcmp(asked, *words))
            return true;
    return !asked;
}

static bool plugins_agree(const lm_args *a, limn_error *err)
{
    return !lm_args_has(a, "--no-plugins") || !lm_args_has(a, "--plugin") ||
           limn_fail(err, INPUT, "--plugin and --no-plugins: one of them is too much");
}

bool lm_session_look(lm_session *s, const lm_args *a, limn_error *err)
{
    static const char *const keys[] = { "workflow", "prompt", "parameters", NULL };
    const char              *key = lm_args_value(a, "--carried");
    char                    *notes;

    *s = (lm_session){ .registry = lm_registry_new() };
    s->env.stop = &stop;
    if (!is_one_of(key, keys))
        return limn_fail(err, INPUT, "--carried %.80s: it is workflow, prompt or parameters", key);
    if (!plugins_agree(a, err))
        return false;
    s->folders = lm_session_folders(a, err);
    s->env.folders = s->folders;
    if (!s->folders || !add_nodes(s->registry, err))
        return false;
    notes = cache_path("plugins");
    s->plugins = lm_session_plugins(a, s->registry, s->folders, notes);
    lm_free(notes);
    return lm_session_models(s->folders, a, err);
}

bool lm_session_open(lm_session *s, const lm_args *a, limn_error *err)
{
    const lm_plugin *missing;

    if (!lm_session_look(s, a, err))
        return false;
    missing = lm_plugins_missing(s->plugins);
    if (missing)
        return limn_fail(err, FILE, "--plugin %.120s: %.240s", missing->file, missing->why.text);
    for (int i = 0; i < lm_plugins_count(s->plugins); i++) {
        const lm_plugin *p = lm_plugins_at(s->plugins, i);

        if (!p->loaded)
            fprintf(stderr, "limn: %s is not loaded: %s\n", p->file, p->why.text);
    }
    return true;
}

/* ------------------------------------------------------------------ starting */

bool lm_session_options(const lm_args *a, limn_error *err)
{
    static const char *const classes[] = { "auto", "f32", "bf16", NULL }, *const devices[] = { "cpu", "ref", NULL };
    const char              *precision = lm_args_value(a, "--precision"), *device = lm_args_value(a, "--device");
    long long                n = 0;

    if (!is_one_of(precision, classes))
        return limn_fail(err, INPUT, "--precision %s: it is auto, f32 or bf16", precision);
    if (!is_one_of(device, devices))
        return limn_fail(err, INPUT, "--device %s: this build has cpu and ref", device);
    return lm_args_whole(a, "--threads", 1, 1024, &n, err) && lm_args_whole(a, "--jobs", 1, 64, &n, err) &&
           lm_session_memory_options(a, err) && plugins_agree(a, err);
}

static void choose_compute(lm_session *s, const char *asked)
{
    char *memory;

    if (asked && strcmp(asked, "auto")) {
        s->compute_name = asked;
        s->env.compute = strcmp(asked, "bf16") ? LM_COMPUTE_F32 : LM_COMPUTE_BF16;
        return;
    }
    memory = cache_path("compute-class");
    s->env.compute = lm_cpu_choose_compute(memory);
    lm_free(memory);
    s->compute_name = s->env.compute == LM_COMPUTE_BF16 ? "bf16, the fastest here" : "f32, the fastest here";
}

bool lm_session_start(lm_session *s, const lm_args *a, limn_error *err)
{
    const char *device = lm_args_value(a, "--device");
    long long   threads = 0, jobs = 0;

    if (!lm_args_has(a, "--in-process")) /* signals are the server's there */
        watch_signals();
    if (!lm_session_options(a, err))
        return false;
    lm_args_number(a, "--threads", 1, 1024, &threads);
    lm_args_number(a, "--jobs", 1, 64, &jobs);
    s->env.jobs = (int)jobs;
    s->env.no_metadata = lm_args_has(a, "--disable-metadata");
    s->env.device = device && !strcmp(device, "ref") ? lm_host_device() : lm_cpu_device((int)threads);
    if (!lm_session_memory(a, s->env.device, &s->cache, err))
        return false;
    choose_compute(s, lm_args_value(a, "--precision"));
    return true;
}

void lm_session_close(lm_session *s)
{
    lm_cache_free(s->cache); /* before the plugins: its values may be theirs */
    lm_plugins_free(s->plugins);
    lm_registry_free(s->registry);
    lm_folders_free(s->folders);
}

int lm_exit_of(limn_code code)
{
    switch (code) {
    case LIMN_OK: return LM_EXIT_WELL;
    case LIMN_INPUT: return LM_EXIT_FAILED;
    case LIMN_FILE: return LM_EXIT_FILE;
    case LIMN_MEMORY: return LM_EXIT_NO_MEMORY;
    case LIMN_DEVICE: return LM_EXIT_DEVICE;
    case LIMN_CANCELLED: return LM_EXIT_CANCELLED;
    default: return LM_EXIT_BUG;
    }
}

int lm_exit_of_asking(limn_code code)
{
    return code == LIMN_INPUT ? LM_EXIT_USAGE : lm_exit_of(code);
}

void lm_print_error(const char *label, const limn_error *err)
{
    lm_text line = { 0 };

    lm_blame_line(&line, label ? label : "limn", err);
    fprintf(stderr, "%s\n", line.at);
    lm_text_done(&line);
}
