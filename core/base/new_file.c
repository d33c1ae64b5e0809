/* new_file.c: a file under output or temp that nobody sees until it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"
#include "core/base/text.h"

enum { NOREPLACE = 1 }; /* RENAME_NOREPLACE, for older system headers */

/* Makes the directory that the owner named, with all on the way to it; -1 and errno. */
static int make_root(const char *directory)
{
    char *path = lm_copy_text(directory);

    for (char *c = path + 1; *c; c++)
        if (*c == '/') {
            *c = 0;
            mkdir(path, 0777);
            *c = '/';
        }
    mkdir(path, 0777);
    lm_free(path);
    return open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The folder that `name` lies in, made and opened; *last is the name's last part. */
static int make_folder_of(const char *root_path, const char *name, const char **last)
{
    const char *slash = strrchr(name, '/');
    char       *folder = lm_copy_bytes(name, slash ? (size_t)(slash - name) : 0);
    int         root = make_root(root_path), at = -1, why;

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

    return limn_fail(err, FILE, "\"%s\" could not be %s in %s: %s", lm_shown_name(name).text, what,
                     k ? k->name : "this folder",
                     why == ELOOP ? "a symbolic link is in the way" : lm_why(why, text));
}

bool lm_new_file_begin(lm_folders *f, const char *kind, const char *name, lm_new_file *out,
                       limn_error *err)
{
    const lm_kind *k = lm_kind_find(f, kind);
    const char    *fault = lm_beneath_fault(name), *last;

    *out = (lm_new_file){ .fd = -1, .directory = -1, .durable = strcmp(kind, "temp") != 0 };
    if (!k || !k->open_to_requests)
        return limn_fail(err, BUG, "files are not written to %s", lm_shown_name(kind).text);
    if (fault || name[strlen(name) - 1] == '/')
        return limn_fail(err, FILE, "the name of a file for %s %s: \"%s\"", k->name,
                         fault ? fault : "is a folder's", lm_shown_name(name).text);
    out->directory = make_folder_of(k->roots[0], name, &last);
    if (out->directory < 0)
        return refuse(k, name, "written", errno, err);
    out->final = lm_copy_text(last);
    out->temporary = temporary_name();
    out->fd = lm_beneath_open(out->directory, out->temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (out->fd >= 0)
        return true;
    refuse(k, name, "written", errno, err);
    lm_new_file_abandon(out);
    return false;
}

/* rename that leaves an existing file alone, also on file systems that cannot do it in one step. */
static int rename_new(int at, const char *from, const char *to)
{
    if (!syscall(SYS_renameat2, at, from, at, to, NOREPLACE))
        return 0;
    if (errno != ENOSYS && errno != EINVAL)
        return -1;
    if (linkat(at, from, at, to, 0))
        return -1;
    return unlinkat(at, from, 0);
}

bool lm_new_file_commit(lm_new_file *file, limn_error *err)
{
    bool closed;

    if (file->fd >= 0) {
        closed = !file->durable || !fsync(file->fd);
        if (close(file->fd))
            closed = false;
        file->fd = -1;
        if (!closed)
            return refuse(NULL, file->final, "finished", errno, err);
    }
    file->taken = false;
    if (rename_new(file->directory, file->temporary, file->final)) {
        file->taken = errno == EEXIST;
        return refuse(NULL, file->final, "put in place", errno, err);
    }
    lm_free(file->temporary);
    file->temporary = NULL;
    if (file->durable)
        fsync(file->directory); /* the file is whole either way, and some file systems cannot */
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
