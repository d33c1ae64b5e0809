/* store_place.c: the folder that the database lies in: made, held against other processes, and what a damaged
 * database is moved to. Names in it are fixed; nothing that came over the network is ever part of one. */
#include "web/queue/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/base/log.h"
#include "core/base/text.h"

static const char database[] = "limn.sqlite", log_name[] = "limn.sqlite-wal";
static const char lock_name[] = "limn.lock", suspect[] = "limn.suspect";

/* The folder with all on the way to it; what is new is its owner's alone, and on the disk. -1 and errno. */
static int make_folder(const char *path)
{
    char *part = lm_copy_text(path);
    char *slash = strrchr(part, '/');
    int   above;

    if (mkdir(path, 0700) && errno == ENOENT && slash && slash != part) {
        *slash = 0;
        above = make_folder(part);
        if (above >= 0)
            close(above);
        mkdir(path, 0700);
        *slash = '/';
    }
    if (slash)
        slash[slash == part] = 0;
    above = open(slash ? part : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    lm_free(part);
    if (above >= 0) {
        fsync(above);
        close(above);
    }
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* An empty file that only its owner reads; SQLite gives its log the same rights. */
static bool make_database(const lm_sqlite *s)
{
    const int fd = openat(s->folder, database, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return false;
    close(fd);
    lm_crash_at("database-made");
    return !fsync(s->folder);
}

bool lm_place_take(lm_sqlite *s, const char *folder, limn_error *err)
{
    lm_text path = { 0 };

    lm_text_printf(&path, "%s/%s", folder, database);
    s->path = lm_text_take(&path);
    s->folder = make_folder(folder);
    s->lock = s->folder < 0 ? -1 : openat(s->folder, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock < 0)
        return limn_fail(err, FILE, "the queue's folder \"%.200s\" cannot be used: %s", folder, strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB))
        return limn_fail(err, FILE, "another limn is already serving from \"%.200s\"", folder);
    if (!make_database(s))
        return limn_fail(err, FILE, "\"%.200s\" cannot be made: %s", s->path, strerror(errno));
    return true;
}

bool lm_place_lengthen_log(const lm_sqlite *s, int64_t to)
{
    static const char zeros[256 << 10];
    const int         fd = openat(s->folder, log_name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat       st;
    bool              more;

    more = fd >= 0 && !fstat(fd, &st) && st.st_size < to &&
           pwrite(fd, zeros, sizeof zeros, st.st_size) == (ssize_t)sizeof zeros && !fdatasync(fd);
    if (fd >= 0)
        close(fd);
    return more;
}

void lm_place_leave(lm_sqlite *s)
{
    if (s->lock >= 0)
        close(s->lock);
    if (s->folder >= 0)
        close(s->folder);
    s->lock = s->folder = -1;
}

bool lm_place_suspect(const lm_sqlite *s)
{
    return !faccessat(s->folder, suspect, F_OK, 0);
}

void lm_place_mark(const lm_sqlite *s)
{
    const int fd = s->folder < 0 ? -1 : openat(s->folder, suspect, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0)
        close(fd);
}

static bool move(const lm_sqlite *s, const char *suffix, const char *ending)
{
    char from[64], to[96];

    snprintf(from, sizeof from, "%s%s", database, ending);
    snprintf(to, sizeof to, "%s.damaged-%s%s", database, suffix, ending);
    return !renameat(s->folder, from, s->folder, to) || errno == ENOENT;
}

/* A name that is not taken, by the clock. */
static void suffix_now(const lm_sqlite *s, char out[32])
{
    const time_t now = time(NULL);
    struct tm    utc;
    char         name[96];

    gmtime_r(&now, &utc);
    strftime(out, 24, "%Y%m%d-%H%M%S", &utc);
    for (int i = 2;; i++) {
        snprintf(name, sizeof name, "%s.damaged-%s", database, out);
        if (faccessat(s->folder, name, F_OK, 0))
            return;
        snprintf(out + 15, 17, "-%d", i);
    }
}

/* The log first: a log without its database is harmless, a database beside a stranger's log is not. */
bool lm_place_move_aside(lm_sqlite *s, const char *why, limn_error *err)
{
    char suffix[32];

    suffix_now(s, suffix);
    if (!move(s, suffix, "-wal") || !move(s, suffix, "-shm") || !move(s, suffix, "") || !make_database(s))
        return limn_fail(err, FILE, "the queue's database \"%.150s\" is damaged (%.80s) and cannot be moved aside: %s",
                         s->path, why, strerror(errno));
    unlinkat(s->folder, suspect, 0);
    lm_log(LM_LOG_ERROR, "the queue's database is damaged (%s); it is kept as \"%s.damaged-%s\", and limn begins with "
           "an empty queue", why, s->path, suffix);
    return true;
}
