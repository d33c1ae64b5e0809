/* run_places.c: where limn run, and limn fetch, will write. */
#include "core/cli/run_places.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"

/* A folder that can be written, or be made below one that can. False with errno. */
static bool can_hold(const char *path)
{
    char       *part = lm_copy_text(path);
    const char *at = part;
    struct stat st;
    int         why;

    while (stat(at, &st) && errno == ENOENT && strcmp(at, "/") && strcmp(at, "."))
        at = dirname(part);
    why = stat(at, &st) ? errno : !S_ISDIR(st.st_mode) ? ENOTDIR : access(at, W_OK | X_OK) ? errno : 0;
    lm_free(part);
    errno = why;
    return !why;
}

bool lm_run_place(const lm_args *a, const char *option, limn_error *err)
{
    const char *path = lm_args_value(a, option);

    return !path || can_hold(path) || limn_fail(err, FILE, "%s %.240s: %s", option, path, strerror(errno));
}

static bool make_preview(const lm_args *a, limn_error *err)
{
    const char *path = lm_args_value(a, "--preview");

    if (!path || !mkdir(path, 0777) || errno == EEXIST)
        return lm_run_place(a, "--preview", err);
    return limn_fail(err, FILE, "--preview %.240s: %s", path, strerror(errno));
}

bool lm_run_places(const lm_args *a, const lm_folders *f, limn_error *err)
{
    const char *output = lm_folders_root(f, "output", 0);

    if (!lm_run_place(a, "--output", err) || !lm_run_place(a, "--temp-directory", err) || !make_preview(a, err))
        return false;
    if (output && !can_hold(output))
        fprintf(stderr, "limn: note: %s: %s: what is saved needs --output DIR\n", output, strerror(errno));
    return true;
}
