/* traced.c: where --trace begins, and how its file appears. */
#include "core/cli/traced.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/data/trace.h"

/* The folder of `path`.                                                                       [new] */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return !slash ? lm_copy_text(".") : lm_copy_bytes(path, slash == path ? 1 : (size_t)(slash - path));
}

bool lm_traced_begin(const lm_args *a, lm_listener *listener, limn_error *err)
{
    const char *path = lm_args_value(a, "--trace");
    char       *folder;
    bool        well;

    if (!path)
        return true;
    folder = folder_of(path);
    well = !access(folder, W_OK | X_OK) || limn_fail(err, FILE, "--trace %s: %s", path, strerror(errno));
    lm_free(folder);
    if (well) {
        lm_trace_start();
        *listener = lm_trace_listener(*listener);
    }
    return well;
}

static bool write_all(int fd, const char *at, size_t n)
{
    while (n) {
        const ssize_t done = write(fd, at, n);

        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* Whole or not at all: written beside, and then given its name. */
static bool write_file(const char *path, const char *text, size_t size, limn_error *err)
{
    lm_text part = { 0 };
    int     fd;
    bool    well;

    lm_text_printf(&part, "%s.%ld.part", path, (long)getpid());
    fd = open(part.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    well = fd >= 0 && write_all(fd, text, size);
    if (fd >= 0)
        well = !close(fd) && well;
    well = well && !rename(part.at, path);
    if (!well) {
        limn_fail(err, FILE, "--trace %s: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(part.at);
    }
    lm_text_done(&part);
    return well;
}

bool lm_traced_end(const lm_args *a, limn_error *err)
{
    size_t size;
    char  *text = lm_trace_end(&size);
    bool   well = !text || write_file(lm_args_value(a, "--trace"), text, size, err);

    lm_free(text);
    return well;
}
