/* new_file.c: a file under output or temp that nobody sees until it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/crash.h"
#include "core/base/folders_inside.h"
#include "core/base/text.h"
#include "core/base/tree.h"

/* The folder that `name` lies in, made and opened; *last is the name's last part. */
static int make_folder_of(const char *root_path, const char *name, const char **last)
{
    const char *slash = strrchr(name, '/');
    char       *folder = lm_copy_bytes(name, slash ? (size_t)(slash - name) : 0);
    int         root = lm_tree_make(root_path) ? open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1, at = -1, why;

    *last = slash ? slash + 1 : name;
    if (root >= 0) {
        at = lm_beneath_make(root, folder);
        why = errno;
        close(root);
        errno = why;
    }
    lm_free(folder);
    return at;
}

/* A name that no other writer of this machine uses now. */
static char *temporary_name(void)
{
    static atomic_uint count;
    struct timespec    now;
    lm_text            t = { 0 };

    clock_gettime(CLOCK_REALTIME, &now);
    lm_text_printf(&t, ".limn-%ld-%lx%lx-%u.part", (long)getpid(), (long)now.tv_sec, now.tv_nsec,
                   atomic_fetch_add(&count, 1));
    return lm_text_take(&t);
}

static bool refuse(const lm_kind *k, const char *name, const char *what, int why, limn_error *err)
{
    char text[96];

    limn_fail(err, FILE, "\"%s\" could not be %s in %s: %s", lm_shown_name(name).text, what,
              k ? k->name : "this folder", why == ELOOP ? "a symbolic link is in the way" : lm_why(why, text));
    errno = why;
    return false;
}

/* "a/", ".", "a/.": no file can be called so. */
static bool is_folders(const char *name)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;

    return !*last || !strcmp(last, ".");
}

bool lm_new_file_beneath(const char *root, const char *name, lm_new_file *out)
{
    const char *last;
    int         why;

    *out = (lm_new_file){ .fd = -1, .directory = -1, .durable = true };
    errno = EXDEV;
    if (lm_beneath_fault(name) || is_folders(name))
        return false;
    out->directory = make_folder_of(root, name, &last);
    if (out->directory < 0)
        return false;
    out->final = lm_copy_text(last);
    out->temporary = temporary_name();
    out->fd = lm_beneath_open(out->directory, out->temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    lm_crash_at("file-begun");
    if (out->fd >= 0)
        return true;
    why = errno;
    lm_new_file_abandon(out);
    errno = why;
    return false;
}

bool lm_new_file_begin(lm_folders *f, const char *kind, const char *name, lm_new_file *out,
                       limn_error *err)
{
    const lm_kind *k = lm_kind_find(f, kind);
    const char    *fault = lm_beneath_fault(name);

    *out = (lm_new_file){ .fd = -1, .directory = -1 };
    if (!k || !k->open_to_requests)
        return limn_fail(err, BUG, "files are not written to %s", lm_shown_name(kind).text);
    if (fault || is_folders(name))
        return limn_fail(err, FILE, "the name of a file for %s %s: \"%s\"", k->name,
                         fault ? fault : "is a folder's", lm_shown_name(name).text);
    if (!lm_new_file_beneath(k->roots[0], name, out))
        return refuse(k, name, "written", errno, err);
    out->durable = strcmp(kind, "temp") != 0;
    return true;
}

/* ------------------------------------------------------------------ bytes that are in a drawer */

static bool copy_bytes(int from, int to)
{
    char    bytes[64 * 1024];
    ssize_t n, put;
    off_t   at = 0;

    while ((n = pread(from, bytes, sizeof bytes, at)) > 0)
        for (ssize_t done = 0; done < n; done += put, at += put)
            if ((put = write(to, bytes + done, (size_t)(n - done))) < 0)
                return false;
    return n == 0;
}

bool lm_new_file_adopt(lm_new_file *file, const lm_drawer *d, int fd, const char *temporary)
{
    bool well;
    int  why;

    if (lm_drawer_give(d, temporary, file->directory, file->temporary)) {
        lm_crash_at("file-adopted");
        close(file->fd); /* of the empty file whose place was taken */
        file->fd = fd;
        return true;
    }
    well = errno == EXDEV && copy_bytes(fd, file->fd);
    why = errno;
    lm_drawer_drop(d, fd, temporary);
    errno = why;
    return well;
}

bool lm_new_file_commit(lm_new_file *file, limn_error *err)
{
    bool well, closed;

    if (file->fd >= 0) {
        lm_crash_at("file-written");
        closed = !file->durable || !fsync(file->fd);
        if (close(file->fd))
            closed = false;
        file->fd = -1;
        if (!closed)
            return refuse(NULL, file->final, "finished", errno, err);
    }
    lm_crash_at("file-synced");
    file->taken = false;
    well = file->replaces ? !renameat(file->directory, file->temporary, file->directory, file->final)
                          : lm_beneath_rename(file->directory, file->temporary, file->directory, file->final);
    if (!well) {
        file->taken = !file->replaces && errno == EEXIST;
        return refuse(NULL, file->final, "put in place", errno, err);
    }
    lm_crash_at("file-placed");
    lm_free(file->temporary);
    file->temporary = NULL;
    if (file->durable)
        fsync(file->directory); /* the file is whole either way, and some file systems cannot */
    lm_crash_at("file-kept");
    lm_new_file_abandon(file);
    return true;
}

void lm_new_file_rename(lm_new_file *file, const char *final)
{
    lm_free(file->final);
    file->final = lm_copy_text(final);
}

void lm_new_file_abandon(lm_new_file *file)
{
    if (!file->final) /* never begun, or done already */
        return;
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary)
        unlinkat(file->directory, file->temporary, 0);
    if (file->directory >= 0)
        close(file->directory);
    lm_free(file->temporary);
    lm_free(file->final);
    *file = (lm_new_file){ .fd = -1, .directory = -1 };
}
