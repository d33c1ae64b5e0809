/* store_vfs.c: a file system that fails, dies, dawdles and remembers. */
#include "tests/web/store_vfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { SECTOR = 512, FILES = 8 };

typedef struct record {
    shim_call call;
    int       file;
    int64_t   at, size;
    char     *bytes;
} record;

typedef struct shim_file {
    sqlite3_file  base;
    sqlite3_file *real;
    int           index; /* into names; -1: a file that no test looks at */
    bool          database;
} shim_file;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t         counts[SHIM_CALLS], kill_at, all_calls, fail_nth;
static shim_call       fail_call;
static int             fail_rc;
static atomic_int      slow_ms;
static bool            fail_stays, failed, recording;
static record         *records;
static int64_t         n_records, room;
static char            names[FILES][64];
static int             n_names;
static sqlite3_vfs    *below;

/* ---------------------------------------------------------------- failing */

void shim_fail(shim_call call, int64_t nth, int rc, bool stays)
{
    pthread_mutex_lock(&lock);
    memset(counts, 0, sizeof counts);
    fail_call = call;
    fail_nth = nth;
    fail_rc = rc;
    fail_stays = stays;
    failed = false;
    pthread_mutex_unlock(&lock);
}

void shim_kill_at(int64_t nth)
{
    pthread_mutex_lock(&lock);
    all_calls = 0;
    kill_at = nth;
    pthread_mutex_unlock(&lock);
}

void shim_slow(int ms)
{
    slow_ms = ms;
}

int64_t shim_count(shim_call call)
{
    return counts[call];
}

bool shim_failed(void)
{
    return failed;
}

static int verdict(shim_call call)
{
    const int64_t n = ++counts[call];

    if (kill_at && ++all_calls == kill_at)
        raise(SIGKILL);
    if (fail_nth && call == fail_call && (n == fail_nth || (fail_stays && n > fail_nth))) {
        failed = true;
        return fail_rc;
    }
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- remembering */

static void remember(shim_call call, int file, int64_t at, int64_t size, const void *bytes)
{
    if (!recording || file < 0)
        return;
    if (n_records == room) {
        room = room ? 2 * room : 1024;
        records = lm_grow(records, (size_t)room * sizeof *records);
    }
    records[n_records++] = (record){ call, file, at, size, bytes ? lm_copy_bytes(bytes, (size_t)size) : NULL };
}

void shim_record(bool on)
{
    pthread_mutex_lock(&lock);
    for (int64_t i = 0; on && i < n_records; i++)
        lm_free(records[i].bytes);
    if (on)
        n_records = 0;
    recording = on;
    pthread_mutex_unlock(&lock);
}

int64_t shim_recorded(void)
{
    return n_records;
}

static void write_some(int fd, const record *r, chance *luck)
{
    const int     way = luck ? chance_below(luck, 3) : -1; /* dropped, whole, torn */
    const int64_t end = r->at + r->size;

    if (way == 1)
        (void)!pwrite(fd, r->bytes, (size_t)r->size, r->at);
    for (int64_t at = r->at, next; way == 2 && at < end; at = next) {
        next = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
        if (chance_below(luck, 2))
            (void)!pwrite(fd, r->bytes + (at - r->at), (size_t)(next - at), at);
    }
}

static void play_record(int fd, const record *r, bool synced, chance *luck)
{
    if (r->call == SHIM_WRITE && synced)
        (void)!pwrite(fd, r->bytes, (size_t)r->size, r->at);
    else if (r->call == SHIM_WRITE)
        write_some(fd, r, luck);
    else if (r->call == SHIM_TRUNCATE && (synced || (luck && chance_below(luck, 2))))
        (void)!ftruncate(fd, r->size);
}

static int64_t last_sync(int file, int64_t cut)
{
    while (cut > 0 && !(records[cut - 1].file == file &&
                        (records[cut - 1].call == SHIM_SYNC || records[cut - 1].call == SHIM_REMOVE)))
        cut--;
    return cut;
}

void shim_play(const char *folder, int64_t cut, chance *luck)
{
    for (int file = 0; file < n_names; file++) {
        const int64_t synced = last_sync(file, cut);
        char          path[1024];
        bool          any = false;
        int           fd;

        snprintf(path, sizeof path, "%s/%s", folder, names[file]);
        unlink(path);
        for (int64_t i = 0; i < cut; i++)
            any |= records[i].file == file;
        if (!any || (fd = open(path, O_RDWR | O_CREAT, 0600)) < 0)
            continue;
        for (int64_t i = 0; i < cut; i++)
            if (records[i].file == file && records[i].call == SHIM_REMOVE)
                (void)!ftruncate(fd, 0);
            else if (records[i].file == file)
                play_record(fd, &records[i], i < synced, luck);
        close(fd);
    }
}

/* ---------------------------------------------------------------- a file */

#define REAL(f_) (((shim_file *)(f_))->real)
#define INDEX(f_) (((shim_file *)(f_))->index)

static int on_close(sqlite3_file *f)
{
    return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
}

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    int rc;

    pthread_mutex_lock(&lock);
    rc = verdict(SHIM_READ);
    pthread_mutex_unlock(&lock);
    return rc ? rc : REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    int rc;

    pthread_mutex_lock(&lock);
    if (!(rc = verdict(SHIM_WRITE)) && !(rc = REAL(f)->pMethods->xWrite(REAL(f), from, n, at)))
        remember(SHIM_WRITE, INDEX(f), at, n, from);
    else if (rc == SQLITE_FULL && n > 8) /* as far as there was room */
        REAL(f)->pMethods->xWrite(REAL(f), from, n / 2, at);
    pthread_mutex_unlock(&lock);
    return rc;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc;

    pthread_mutex_lock(&lock);
    if (!(rc = verdict(SHIM_TRUNCATE)) && !(rc = REAL(f)->pMethods->xTruncate(REAL(f), size)))
        remember(SHIM_TRUNCATE, INDEX(f), 0, size, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}

static int on_sync(sqlite3_file *f, int flags)
{
    int rc;

    if (((shim_file *)f)->database)
        usleep((useconds_t)slow_ms * 1000);
    pthread_mutex_lock(&lock);
    if (!(rc = verdict(SHIM_SYNC)) && !(rc = REAL(f)->pMethods->xSync(REAL(f), flags)))
        remember(SHIM_SYNC, INDEX(f), 0, 0, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}

static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int on_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}

static int on_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}

static int on_check(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int on_control(sqlite3_file *f, int what, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), what, arg);
}

static int on_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int on_traits(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int on_shm_unmap(sqlite3_file *f, int remove_it)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), remove_it);
}

static const sqlite3_io_methods methods = {
    2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock, on_check, on_control,
    on_sector, on_traits, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, NULL, NULL
};

/* ---------------------------------------------------------------- the file system */

static int index_of(const char *path)
{
    const char *name = path ? strrchr(path, '/') : NULL;

    if (!name++)
        return -1;
    for (int i = 0; i < n_names; i++)
        if (!strcmp(names[i], name))
            return i;
    if (n_names == FILES)
        abort();
    snprintf(names[n_names], sizeof names[0], "%s", name);
    return n_names++;
}

static int on_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out)
{
    shim_file *s = (shim_file *)f;
    int        rc;

    (void)v;
    s->base.pMethods = NULL;
    s->real = (sqlite3_file *)(s + 1);
    s->database = flags & SQLITE_OPEN_MAIN_DB;
    pthread_mutex_lock(&lock);
    s->index = index_of(path);
    rc = verdict(SHIM_OPEN);
    if (!rc && !(rc = below->xOpen(below, path, s->real, flags, out))) {
        s->base.pMethods = &methods;
        remember(SHIM_OPEN, s->index, 0, 0, NULL);
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

static int on_remove(sqlite3_vfs *v, const char *path, int sync)
{
    int rc;

    (void)v;
    pthread_mutex_lock(&lock);
    if (!(rc = verdict(SHIM_REMOVE)) && !(rc = below->xDelete(below, path, sync)))
        remember(SHIM_REMOVE, index_of(path), 0, 0, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}

void shim_install(void)
{
    static sqlite3_vfs shim;

    if (below)
        return;
    below = sqlite3_vfs_find(NULL);
    shim = *below;
    shim.zName = "shim";
    shim.pNext = NULL;
    shim.szOsFile = (int)sizeof(shim_file) + below->szOsFile;
    shim.xOpen = on_open;
    shim.xDelete = on_remove;
    sqlite3_vfs_register(&shim, 0);
}
