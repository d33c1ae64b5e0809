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

/* Who only looks has it for a moment, too. */
static bool take_lock(int fd)
{
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
        if (errno != EWOULDBLOCK || i == 5)
            return false;
        usleep(10000);
    }
    return true;
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
    if (!take_lock(s->lock))
        return errno == EWOULDBLOCK
                   ? limn_fail(err, FILE, "another limn is already serving from \"%.200s\"", folder)
                   : limn_fail(err, FILE, "the queue's folder \"%.200s\" cannot be locked: %s", folder, strerror(errno));
    if (!make_database(s))
        return limn_fail(err, FILE, "\"%.200s\" cannot be made: %s", s->path, strerror(errno));
    return true;
}

/* -1 where it is not there, too; then errno is ENOENT. */
static int open_there(int folder, const char *name)
{
    return openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static bool is_held(int fd)
{
    return flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

static int64_t number_at(const unsigned char *at)
{
    return (int32_t)((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]);
}

/* Source: SQLite's file format, 1.3: its name, the version of its user, the number of its program. */
static bool look_at_database(int fd, const char *path, limn_error *err)
{
    unsigned char head[100];
    const ssize_t n = pread(fd, head, sizeof head, 0);

    if (n < 0)
        return limn_fail(err, FILE, "\"%.200s\" cannot be read: %s", path, strerror(errno));
    if (n == sizeof head && !memcmp(head, "SQLite format 3", 16))
        return lm_schema_known(path, number_at(head + 68), number_at(head + 60), err);
    if (n)
        lm_log(LM_LOG_WARN, "\"%s\" is damaged: a start would put it aside, and begin an empty queue", path);
    return true;
}

static bool look_in(int folder, const char *path, bool *serves, limn_error *err)
{
    const int lock = open_there(folder, lock_name), held = lock < 0 ? errno : 0;
    const int data = open_there(folder, database), kept = data < 0 ? errno : 0;
    bool      well = true;

    *serves = lock >= 0 && is_held(lock);
    if (lock >= 0)
        close(lock);
    if ((held && held != ENOENT) || (kept && kept != ENOENT))
        well = limn_fail(err, FILE, "the queue's folder \"%.200s\" cannot be used: %s", path,
                         strerror(held && held != ENOENT ? held : kept));
    else if (data >= 0)
        well = look_at_database(data, path, err);
    if (data >= 0)
        close(data);
    return well;
}

bool lm_store_look(const char *folder, bool *serves, limn_error *err)
{
    const int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool      well;

    *serves = false;
    if (at < 0)
        return errno == ENOENT ||
               limn_fail(err, FILE, "the queue's folder \"%.200s\" cannot be used: %s", folder, strerror(errno));
    well = look_in(at, folder, serves, err);
    close(at);
    return well;
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
