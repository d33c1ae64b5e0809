/* open.c: a file that may be a plugin: its bytes, its digest, its one function. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/plugin/parts.h"

#define LARGEST ((off_t)1 << 30)

/* ------------------------------------------------------------------ bytes */

static bool take_digest(lm_object *o, limn_error *err)
{
    static const unsigned char magic[] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3 };
    lm_sha256                  s;
    unsigned char              piece[32768];
    ssize_t                    got;

    lm_sha256_init(&s);
    for (off_t at = 0; (got = pread(o->fd, piece, sizeof piece, at)) > 0; at += got) {
        if (!at && (got < (ssize_t)sizeof(ElfW(Ehdr)) || memcmp(piece, magic, sizeof magic)))
            return limn_fail(err, FILE, "it is not a shared object: no ELF header is at its beginning");
        lm_sha256_add(&s, piece, (size_t)got);
    }
    if (got < 0)
        return limn_fail(err, FILE, "it cannot be read: %s", strerror(errno));
    lm_sha256_done(&s, o->digest);
    return true;
}

static bool is_file(int fd, limn_error *err)
{
    struct stat st;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return limn_fail(err, FILE, "it is not a regular file");
    if (st.st_size == 0)
        return limn_fail(err, FILE, "it is empty");
    return st.st_size <= LARGEST || limn_fail(err, FILE, "it is larger than 1 GiB");
}

static bool write_all(int fd, const unsigned char *at, size_t n)
{
    while (n) {
        const ssize_t wrote = write(fd, at, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool copy_all(int from, int to)
{
    unsigned char piece[32768];
    ssize_t       got;
    off_t         at = 0;

    while ((got = pread(from, piece, sizeof piece, at)) > 0) {
        at += got;
        if (at > LARGEST || !write_all(to, piece, (size_t)got))
            return false;
    }
    return got == 0;
}

/* From here on o->fd is a copy in memory that nobody can write, this program included: what is measured is what is
 * loaded, though somebody may hold the file open for writing. */
static bool take_copy(lm_object *o, limn_error *err)
{
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

    o->file = o->fd;
    o->fd = memfd_create("limn plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (o->fd >= 0 && copy_all(o->file, o->fd) && !fcntl(o->fd, F_ADD_SEALS, seals))
        return true;
    return limn_fail(err, FILE, "--plugins-locked: it cannot be copied into memory: %s", strerror(errno));
}

static char *path_of(int fd, const char *path, bool by_descriptor)
{
    char    real[PATH_MAX];
    lm_text t = { 0 };

    if (!by_descriptor && realpath(path, real))
        return lm_copy_text(real);
    lm_text_printf(&t, "/proc/self/fd/%d", fd);
    return lm_text_take(&t);
}

bool lm_object_open(lm_object *o, const char *path, const char *shown, bool locked, limn_error *err)
{
    *o = (lm_object){ .shown = shown, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), .file = -1 };
    if (o->fd < 0)
        return limn_fail(err, FILE, "it cannot be opened: %s", strerror(errno));
    if (!is_file(o->fd, err) || (locked && !take_copy(o, err)))
        return false;
    o->path = path_of(o->fd, path, locked);
    return take_digest(o, err);
}

void lm_object_done(lm_object *o)
{
    if (o->handle)
        return; /* its code is in the program now, and its path must stay its own */
    if (o->fd >= 0)
        close(o->fd);
    if (o->file >= 0)
        close(o->file);
    lm_free(o->path);
    *o = (lm_object){ .fd = -1, .file = -1 };
}

/* ------------------------------------------------------------------ the entry */

/* What the system says, without the path that it begins with. */
static bool fail_open(const lm_object *o, limn_error *err)
{
    const char  *why = dlerror();
    const size_t n = strlen(o->path);

    if (why && !strncmp(why, o->path, n) && why[n] == ':')
        why += n + 1 + (why[n + 1] == ' ');
    return limn_fail(err, FILE, "this machine cannot load it: %.280s", why ? why : "nobody says why");
}

/* No limn_plugin_1: whose generation is it? */
static bool fail_entry(void *handle, limn_error *err)
{
    char name[24];

    for (int generation = LIMN_API_GENERATION + 1; generation < 100; generation++) {
        snprintf(name, sizeof name, "limn_plugin_%d", generation);
        if (dlsym(handle, name))
            return limn_fail(err, FILE, "it speaks generation %d of limn.h, and this limn, " LIMN_VERSION
                             ", speaks generation %d: it needs a newer limn", generation,
                             LIMN_API_GENERATION);
    }
    return limn_fail(err, FILE, "it has no function limn_plugin_%d: it is not a plugin for limn, or its "
                     "file does not end with LIMN_PLUGIN", LIMN_API_GENERATION);
}

const limn_plugin *lm_object_table(lm_object *o, limn_error *err)
{
    const limn_plugin *(*entry)(void);
    const limn_plugin *table;

    o->handle = dlopen(o->path, RTLD_NOW | RTLD_LOCAL);
    if (!o->handle) {
        fail_open(o, err);
        return NULL;
    }
    *(void **)&entry = dlsym(o->handle, "limn_plugin_1");
    if (!entry) {
        fail_entry(o->handle, err);
        return NULL;
    }
    table = entry();
    if (!table)
        limn_fail(err, FILE, "its limn_plugin_1 gave nothing");
    return table;
}
