/* serve_share.c: the folder of --share: nothing that a route writes lies in it, and it lies in nothing that one writes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/cli/serve_options.h"

/* Where a folder is, or will be: of one that is not there yet, below the part of its path that is.           [new] */
static char *place_of(const char *path)
{
    char       *part = lm_copy_text(path), *real = realpath(part, NULL), *slash;
    const char *rest;
    lm_text     whole = { 0 };

    while (!real && *part) {
        slash = strrchr(part, '/');
        *(slash ? slash : part) = '\0';
        real = realpath(*part ? part : slash ? "/" : ".", NULL);
    }
    rest = path + strlen(part);
    if (*rest)
        lm_text_printf(&whole, "%s%s%s", real && real[1] ? real : "", *rest == '/' ? "" : "/", rest);
    else
        lm_text_puts(&whole, real ? real : "");
    free(real);
    lm_free(part);
    return lm_text_take(&whole);
}

static bool is_within(const char *path, const char *folder)
{
    const size_t n = strlen(folder);

    return !strncmp(path, folder, n) && (!path[n] || path[n] == '/' || (n && folder[n - 1] == '/'));
}

static bool vet(const lm_serving *s, const char *given, const char *folder, limn_error *err)
{
    lm_text below = { 0 };
    char   *there;
    bool    well;

    if (!given)
        lm_text_printf(&below, "%s/%s", s->o.base, folder);
    there = place_of(given ? given : below.at);
    well = !*there || (!is_within(s->share, there) && !is_within(there, s->share));
    lm_text_done(&below);
    lm_free(there);
    return well || limn_fail(err, INPUT, "--share %.200s: the %s folder, which is written to, lies in it or around it",
                             s->share, folder);
}

bool lm_serving_share(lm_serving *s, const lm_args *a, limn_error *err)
{
    const char *path = lm_args_value(a, "--share");
    char       *real = path ? realpath(path, NULL) : NULL;
    struct stat st;

    if (!path)
        return true;
    if (!real || stat(real, &st) || !S_ISDIR(st.st_mode)) {
        limn_fail(err, INPUT, "--share %.200s: %s", path, real ? "it is no folder" : strerror(errno));
        free(real);
        return false;
    }
    s->share = lm_copy_text(real);
    free(real);
    s->o.share = s->share;
    return vet(s, s->o.input, "input", err) && vet(s, s->o.output, "output", err) && vet(s, s->o.temp, "temp", err) &&
           vet(s, s->o.user, "user", err) && vet(s, NULL, "state", err);
}
