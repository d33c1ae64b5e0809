/* thumbs.c: small pictures kept on the disk: each a file, its bytes and behind them their hash. */
#include "web/server/thumbs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/folders.h"
#include "core/base/hash.h"
#include "core/base/tree.h"

enum { MOST_ONE = 4 << 20, SUM = sizeof(lm_hash), TOUCH_S = 3600 };

struct lm_thumbs {
    char           *folder;
    uint64_t        most;
    pthread_mutex_t lock;  /* of what follows */
    uint64_t        bytes; /* of all files, as far as we know */
    bool            known;
};

lm_thumbs *lm_thumbs_new(const char *folder, uint64_t most)
{
    lm_thumbs *t = lm_alloc(sizeof *t);

    *t = (lm_thumbs){ .folder = lm_copy_text(folder), .most = most };
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void lm_thumbs_free(lm_thumbs *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    lm_free(t->folder);
    lm_free(t);
}

void lm_thumbs_key(const char *root, const char *name, const char *tag, char key[LM_THUMB_KEY])
{
    const lm_hash h = lm_hash_text(lm_hash_text(lm_hash_text(lm_hash_start(), root), name), tag);

    snprintf(key, LM_THUMB_KEY, "%016llx%016llx", (unsigned long long)h.a, (unsigned long long)h.b);
}

/* ------------------------------------------------------------------ reading */

static bool read_all(int fd, char *to, size_t n)
{
    ssize_t got;

    for (size_t done = 0; done < n; done += (size_t)got) {
        got = read(fd, to + done, n - done);
        if (got <= 0)
            return false;
    }
    return true;
}

static bool is_whole(const char *bytes, size_t n)
{
    const lm_hash h = lm_hash_add(lm_hash_start(), bytes, n);

    return !memcmp(&h, bytes + n, SUM);
}

/* Who was looked at stays longer; the disk is told once an hour. */
static void touch(int fd, const struct stat *st)
{
    if (time(NULL) - st->st_mtime > TOUCH_S)
        futimens(fd, NULL);
}

char *lm_thumbs_get(lm_thumbs *t, const char *key, size_t *n)
{
    const int   fd = lm_tree_file(t->folder, key);
    struct stat st;
    char       *bytes = NULL;

    if (fd < 0)
        return NULL;
    if (!fstat(fd, &st) && st.st_size > SUM && st.st_size <= MOST_ONE)
        bytes = lm_try_alloc((size_t)st.st_size);
    if (bytes) {
        *n = (size_t)st.st_size - SUM;
        if (read_all(fd, bytes, (size_t)st.st_size) && is_whole(bytes, *n)) {
            touch(fd, &st);
        } else {
            lm_free(bytes);
            bytes = NULL;
        }
    }
    close(fd);
    return bytes;
}

/* ------------------------------------------------------------------ making room */

static int by_age(const void *a, const void *b)
{
    const lm_tree_entry *x = a, *y = b;

    return (x->modified_ms > y->modified_ms) - (x->modified_ms < y->modified_ms);
}

static uint64_t count(const lm_tree_list *all)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < all->n; i++)
        bytes += all->at[i].folder ? 0 : all->at[i].bytes;
    return bytes;
}

/* Looks through the folder; the oldest leave until three quarters of what may be there are left. Under the lock. */
static void sweep(lm_thumbs *t)
{
    lm_tree_list all = { 0 };

    if (!lm_tree_each(t->folder, "", false, NULL, &all))
        return;
    t->known = true;
    t->bytes = count(&all);
    if (t->bytes > t->most) {
        qsort(all.at, all.n, sizeof *all.at, by_age);
        for (size_t i = 0; i < all.n && t->bytes > t->most / 4 * 3; i++)
            if (!all.at[i].folder && lm_tree_remove(t->folder, all.at[i].name))
                t->bytes -= all.at[i].bytes;
    }
    lm_tree_list_done(&all);
}

static void count_in(lm_thumbs *t, size_t n)
{
    pthread_mutex_lock(&t->lock);
    t->bytes += n;
    if (!t->known || t->bytes > t->most)
        sweep(t);
    pthread_mutex_unlock(&t->lock);
}

/* ------------------------------------------------------------------ writing */

static bool write_all(int fd, const char *bytes, size_t n)
{
    ssize_t put;

    for (size_t done = 0; done < n; done += (size_t)put) {
        put = write(fd, bytes + done, n - done);
        if (put < 0 && errno == EINTR)
            put = 0;
        if (put < 0)
            return false;
    }
    return true;
}

void lm_thumbs_put(lm_thumbs *t, const char *key, const char *bytes, size_t n)
{
    const lm_hash h = lm_hash_add(lm_hash_start(), bytes, n);
    limn_error    err = { 0 };
    lm_new_file   f;

    if (n > MOST_ONE - SUM || !lm_tree_make(t->folder) || !lm_new_file_beneath(t->folder, key, &f))
        return;
    f.durable = false;
    f.replaces = true;
    if (write_all(f.fd, bytes, n) && write_all(f.fd, (const char *)&h, SUM) && lm_new_file_commit(&f, &err))
        count_in(t, n + SUM);
    lm_new_file_abandon(&f);
}
