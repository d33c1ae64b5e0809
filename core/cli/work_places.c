/* work_places.c: which places a worker reads and writes.
 *
 * Read: the system's libraries and what it tells of the machine, the program, plugins with what lies beside them, models,
 * input, output and temp. Written: output and temp by jobs, input by the process that checks (it unpacks bundles), limn's
 * notes on this machine, the folder of --cache-disk. Not among them: the base folder itself, with the queue, the users'
 * files and the token; homes; /etc but for what libraries ask. */
#include "core/cli/work_places.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/tree.h"

enum { READ = LM_MAY_READ, WRITE = LM_MAY_READ | LM_MAY_WRITE, DRIVE = WRITE | LM_MAY_DRIVE };

/* "folder/name".                                                                                 [new] */
static char *joined(const char *folder, const char *name)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "%s/%s", folder, name);
    return lm_text_take(&t);
}

/* ------------------------------------------------------------------ the system */

static const struct {
    const char *path;
    unsigned    may;
} of_the_system[] = {
    { "/usr", READ }, { "/lib", READ }, { "/lib32", READ }, { "/lib64", READ }, { "/nix/store", READ },
    { "/gnu/store", READ }, { "/etc/ld.so.cache", READ }, { "/etc/ld.so.preload", READ }, { "/etc/localtime", READ },
    { "/etc/locale.alias", READ }, { "/etc/nsswitch.conf", READ }, { "/etc/passwd", READ }, { "/etc/OpenCL", READ },
    { "/etc/vulkan", READ }, { "/proc", READ }, { "/sys", READ }, { "/dev/null", WRITE }, { "/dev/zero", WRITE },
    { "/dev/full", WRITE }, { "/dev/random", READ }, { "/dev/urandom", READ },
};

/* What LD_LIBRARY_PATH names, whoever is run by limn finds, too. */
static void add_library_path(lm_places *p)
{
    const char *value = getenv("LD_LIBRARY_PATH");
    char       *list = lm_copy_text(value ? value : ""), *rest = NULL;

    for (char *one = strtok_r(list, ":;", &rest); one; one = strtok_r(NULL, ":;", &rest))
        lm_places_add(p, one, READ);
    lm_free(list);
}

static void add_devices(lm_places *p)
{
    glob_t found;

    if (glob("/dev/nvidia*", GLOB_NOSORT, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        lm_places_add(p, found.gl_pathv[i], DRIVE);
    globfree(&found);
}

static void add_system(lm_places *p)
{
    for (size_t i = 0; i < sizeof of_the_system / sizeof *of_the_system; i++)
        lm_places_add(p, of_the_system[i].path, of_the_system[i].may);
    lm_places_add(p, "/proc/self/exe", READ);
    add_library_path(p);
    add_devices(p);
#ifdef LIMN_COUNTS_IN
    lm_places_add(p, LIMN_COUNTS_IN, WRITE); /* scripts/coverage: where a process that ends leaves its counts */
#endif
}

/* ------------------------------------------------------------------ plugins */

/* The folder that a file lies in, where links lead to. */
static void add_folder_of(lm_places *p, const char *file)
{
    char *real = realpath(file, NULL), *slash = real ? strrchr(real, '/') : NULL;

    if (slash) {
        slash[slash == real] = '\0';
        lm_places_add(p, real, READ);
    }
    free(real);
}

static bool is_link(const struct dirent *e)
{
    return e->d_type == DT_LNK || e->d_type == DT_UNKNOWN;
}

static void add_plugin_folder(lm_places *p, const char *base)
{
    char          *path = joined(base, "plugins"), *file;
    DIR           *folder = opendir(path);
    struct dirent *e;

    lm_places_add(p, path, READ);
    while (folder && (e = readdir(folder)))
        if (is_link(e) && *e->d_name != '.') {
            file = joined(path, e->d_name);
            add_folder_of(p, file);
            lm_free(file);
        }
    if (folder)
        closedir(folder);
    lm_free(path);
}

static void add_plugins(lm_places *p, const lm_args *a, const char *base)
{
    const char *file;

    if (lm_args_has(a, "--no-plugins"))
        return;
    add_plugin_folder(p, base);
    for (int i = 0; (file = lm_args_each(a, "--plugin", i)); i++)
        add_folder_of(p, file);
    if (lm_args_has(a, "--plugins-allowed"))
        lm_places_add(p, lm_args_value(a, "--plugins-allowed"), READ);
}

/* ------------------------------------------------------------------ folders of pictures and models */

static void follow_working(lm_places *p, const lm_folders *f, const char *kind, unsigned may)
{
    const char *path = lm_folders_tree(f, kind);

    lm_tree_make(path); /* it may have been removed since the server made it */
    lm_places_follow(p, path, may);
}

static void follow_models(lm_places *p, const lm_folders *f)
{
    const char *kind, *path;

    for (int i = 0; (kind = lm_folders_kind(f, i)); i++)
        for (int r = 0; !lm_folders_working(kind) && (path = lm_folders_root(f, kind, r)); r++)
            lm_places_follow(p, path, READ);
}

/* What is wrong with the options is told by whoever opens the session. */
static void follow_folders(lm_places *p, const lm_args *a, const char *base, bool only_checks)
{
    limn_error  err = { 0 };
    lm_folders *f = lm_session_folders(a, &err);
    char       *models = joined(base, "models");

    lm_places_follow(p, models, READ);
    lm_free(models);
    if (!f)
        return;
    if (lm_session_models(f, a, &err))
        follow_models(p, f);
    follow_working(p, f, "input", only_checks ? WRITE : READ);
    follow_working(p, f, "output", only_checks ? READ : WRITE);
    follow_working(p, f, "temp", only_checks ? READ : WRITE);
    lm_folders_free(f);
}

/* extra_model_paths.yaml is read once more when the session is opened. */
static void add_models_config(lm_places *p, const lm_args *a, const char *base)
{
    char       *path = joined(base, "extra_model_paths.yaml");
    const char *file;

    lm_places_add(p, path, READ);
    lm_free(path);
    for (int i = 0; (file = lm_args_each(a, "--extra-model-paths-config", i)); i++)
        lm_places_add(p, file, READ);
}

/* ------------------------------------------------------------------ what limn keeps */

static void add_kept(lm_places *p, const lm_args *a, bool only_checks)
{
    const char *disk = only_checks ? NULL : lm_args_value(a, "--cache-disk");
    char       *notes = lm_session_cache();

    if (notes)
        lm_places_add(p, notes, WRITE);
    lm_free(notes);
    if (disk && *disk && lm_tree_make(disk))
        lm_places_add(p, disk, WRITE);
}

lm_places *lm_work_places(const lm_args *a, bool only_checks)
{
    const char *given = lm_args_value(a, "--base"), *base = given ? given : ".";
    lm_places  *p = lm_places_new();

    add_system(p);
    add_plugins(p, a, base);
    follow_folders(p, a, base, only_checks);
    add_models_config(p, a, base);
    add_kept(p, a, only_checks);
    return p;
}
