/* cache_disk.c: results kept in a folder across restarts. */
#include "core/graph/cache_disk.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/drawer.h"
#include "core/base/log.h"
#include "core/graph/stored_value.h"

/* Worth it: see the header. Opening, reading and hashing 1 MB took 0.7 ms, writing it with fsync 3 to 20. */
static const double least_seconds = 0.05, bytes_a_second = 1e8;

struct lm_cache_disk {
    lm_drawer          *drawer;
    uint64_t            most;
    pthread_mutex_t     lock; /* of what follows */
    uint64_t            written; /* since the folder was last looked through */
    bool                told;    /* that writing fails */
    lm_cache_disk_stats stats;
};

/* ------------------------------------------------------------------ names */

enum { NAME = 48 };

static void name_of(lm_hash key, char name[NAME])
{
    const lm_hash h = lm_hash_mix(lm_hash_text(lm_hash_start(), "limn " LIMN_VERSION), key);

    snprintf(name, NAME, "%016" PRIx64 "%016" PRIx64 ".limn", h.a, h.b);
}

/* Is it a name as name_of makes them? Nothing else in the folder is touched. */
static bool is_ours(const char *name)
{
    return strspn(name, "0123456789abcdef") == 32 && !strcmp(name + 32, ".limn");
}

/* ------------------------------------------------------------------ within its size */

typedef struct found {
    char            name[NAME];
    uint64_t        bytes;
    struct timespec used;
} found;

typedef struct folder {
    found   *at;
    size_t   n, room;
    uint64_t bytes;
} folder;

static void add(void *self, const lm_drawer_file *file)
{
    folder *f = self;

    if (!is_ours(file->name))
        return;
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->at = lm_grow(f->at, f->room * sizeof *f->at);
    }
    snprintf(f->at[f->n].name, NAME, "%.40s", file->name);
    f->at[f->n].bytes = file->bytes;
    f->at[f->n++].used = file->used;
    f->bytes += file->bytes;
}

static int by_use(const void *a, const void *b)
{
    const found *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

/* Looks through the folder, and removes the oldest until `room` more bytes fit. The lock is held. */
static void make_room(lm_cache_disk *d, uint64_t room)
{
    folder f = { 0 };

    lm_drawer_each(d->drawer, &f, add);
    if (f.n)
        qsort(f.at, f.n, sizeof *f.at, by_use);
    for (size_t i = 0; i < f.n && f.bytes + room > d->most; i++)
        if (lm_drawer_remove(d->drawer, f.at[i].name)) {
            f.bytes -= f.at[i].bytes;
            d->stats.removed++;
        }
    d->stats.bytes = f.bytes;
    d->written = 0;
    lm_free(f.at);
}

/* Before `bytes` are written. Others write as well, so that now and then somebody has to look. */
static void reserve(lm_cache_disk *d, uint64_t bytes)
{
    pthread_mutex_lock(&d->lock);
    if (d->stats.bytes + bytes > d->most || d->written + bytes > d->most / 16)
        make_room(d, bytes);
    d->written += bytes;
    d->stats.bytes += bytes;
    pthread_mutex_unlock(&d->lock);
}

/* ------------------------------------------------------------------ life */

lm_cache_disk *lm_cache_disk_open(const char *path, uint64_t bytes, limn_error *err)
{
    lm_drawer     *drawer = lm_drawer_open(path, err);
    lm_cache_disk *d;

    if (!drawer)
        return NULL;
    d = lm_alloc(sizeof *d);
    d->drawer = drawer;
    d->most = bytes;
    pthread_mutex_init(&d->lock, NULL);
    make_room(d, 0);
    return d;
}

void lm_cache_disk_close(lm_cache_disk *d)
{
    if (!d)
        return;
    lm_drawer_close(d->drawer);
    pthread_mutex_destroy(&d->lock);
    lm_free(d);
}

static void count(lm_cache_disk *d, int64_t *what)
{
    pthread_mutex_lock(&d->lock);
    ++*what;
    pthread_mutex_unlock(&d->lock);
}

lm_cache_disk_stats lm_cache_disk_report(lm_cache_disk *d)
{
    lm_cache_disk_stats s;

    pthread_mutex_lock(&d->lock);
    s = d->stats;
    pthread_mutex_unlock(&d->lock);
    return s;
}

/* ------------------------------------------------------------------ reading */

static bool read_file(lm_cache_disk *d, int fd, const char *name, lm_stored_head *head, lm_device *device,
                      limn_value **out)
{
    limn_error err = { 0 };

    if (lm_stored_read(fd, head, device, out, &err)) {
        lm_drawer_touch(fd);
        return true;
    }
    if (err.code == LIMN_MEMORY)
        return false;
    lm_log(LM_LOG_WARN, "the cache's file %s is dropped: %s", name, err.text);
    lm_drawer_remove(d->drawer, name);
    count(d, &d->stats.damaged);
    return false;
}

bool lm_cache_disk_read(lm_cache_disk *d, lm_hash key, lm_device *device, limn_value **out, int n,
                        double *seconds)
{
    lm_stored_head head = { .key = key, .n = n };
    char           name[NAME];
    int            fd;
    bool           well;

    name_of(key, name);
    fd = n ? lm_drawer_read(d->drawer, name) : -1;
    well = fd >= 0 && read_file(d, fd, name, &head, device, out);
    if (fd >= 0)
        close(fd);
    *seconds = head.seconds;
    count(d, well ? &d->stats.hits : &d->stats.misses);
    return well;
}

/* ------------------------------------------------------------------ writing */

static bool is_dear(uint64_t bytes, double seconds)
{
    return seconds >= least_seconds && (double)bytes <= seconds * bytes_a_second;
}

static bool write_file(lm_cache_disk *d, const lm_stored_head *head, limn_value *const *values, uint64_t size)
{
    char      temporary[LM_DRAWER_NAME], name[NAME];
    const int fd = lm_drawer_write(d->drawer, temporary);

    if (fd < 0)
        return false;
    if (!lm_stored_write(fd, head, values, size)) {
        lm_drawer_drop(d->drawer, fd, temporary);
        return false;
    }
    name_of(head->key, name);
    return lm_drawer_place(d->drawer, fd, temporary, name);
}

static void tell_once(lm_cache_disk *d, int why)
{
    bool told;

    pthread_mutex_lock(&d->lock);
    told = d->told;
    d->told = true;
    pthread_mutex_unlock(&d->lock);
    if (!told)
        lm_log(LM_LOG_WARN, "results cannot be kept on disk: %s", strerror(why));
}

void lm_cache_disk_write(lm_cache_disk *d, lm_hash key, limn_value *const *values, int n, double seconds)
{
    const lm_stored_head head = { .key = key, .seconds = seconds, .n = n };
    uint64_t             size;

    if (!n || seconds < least_seconds)
        return;
    size = lm_stored_size(values, n, d->most);
    if (!size || !is_dear(size, seconds))
        return;
    reserve(d, size);
    if (write_file(d, &head, values, size))
        count(d, &d->stats.writes);
    else
        tell_once(d, errno);
}
