/* bounded.c: a folder of limn's own files that holds so many bytes and no more. */
#include "web/server/bounded.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/folders.h"

void lm_bounded_init(lm_bounded *b, const char *folder, uint64_t most, bool deep, int (*older)(const void *, const void *))
{
    *b = (lm_bounded){ .folder = lm_copy_text(folder), .most = most, .deep = deep, .older = older };
    pthread_mutex_init(&b->lock, NULL);
}

void lm_bounded_done(lm_bounded *b)
{
    pthread_mutex_destroy(&b->lock);
    lm_free(b->folder);
}

/* ------------------------------------------------------------------ reading and writing */

char *lm_bounded_read(int fd, size_t most, size_t *n)
{
    struct stat st;
    char       *bytes = NULL;
    ssize_t     got = 1;

    *n = 0;
    if (!fstat(fd, &st) && (uint64_t)st.st_size <= most)
        bytes = lm_try_alloc((size_t)st.st_size + 1);
    while (bytes && got > 0 && *n < (size_t)st.st_size) {
        got = read(fd, bytes + *n, (size_t)st.st_size - *n);
        *n += got > 0 ? (size_t)got : 0;
    }
    if (!bytes || *n == (size_t)st.st_size)
        return bytes;
    lm_free(bytes);
    return NULL;
}

static bool write_all(int fd, lm_slice piece)
{
    ssize_t put;

    for (size_t done = 0; done < piece.n; done += (size_t)put) {
        put = write(fd, piece.at + done, piece.n - done);
        if (put < 0 && errno == EINTR)
            put = 0;
        if (put < 0)
            return false;
    }
    return true;
}

bool lm_bounded_put(const lm_bounded *b, const char *name, const lm_slice *pieces, int n, bool replaces)
{
    limn_error  err = { 0 };
    lm_new_file f;
    bool        well = true;

    if (!lm_tree_make(b->folder) || !lm_new_file_beneath(b->folder, name, &f))
        return false;
    f.durable = false;
    f.replaces = replaces;
    for (int i = 0; well && i < n; i++)
        well = write_all(f.fd, pieces[i]);
    well = well && lm_new_file_commit(&f, &err);
    lm_new_file_abandon(&f);
    return well;
}

/* ------------------------------------------------------------------ making room */

int lm_bounded_by_time(const void *a, const void *b)
{
    const lm_tree_entry *x = a, *y = b;

    return (x->modified_ms > y->modified_ms) - (x->modified_ms < y->modified_ms);
}

bool lm_bounded_drop(lm_bounded *b, const char *name, uint64_t bytes)
{
    if (!lm_tree_remove(b->folder, name))
        return false;
    b->bytes -= bytes < b->bytes ? bytes : b->bytes;
    return true;
}

static uint64_t count(const lm_tree_list *all)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < all->n; i++)
        bytes += all->at[i].folder ? 0 : all->at[i].bytes;
    return bytes;
}

/* Looks through the folder; the oldest leave when there is too much. */
static void sweep(lm_bounded *b)
{
    lm_tree_list all = { 0 };

    if (!lm_tree_each(b->folder, "", b->deep, NULL, &all))
        return;
    b->known = true;
    b->bytes = count(&all);
    if (b->bytes > b->most) {
        qsort(all.at, all.n, sizeof *all.at, b->older);
        for (size_t i = 0; i < all.n && b->bytes > b->most / 4 * 3; i++)
            if (!all.at[i].folder)
                lm_bounded_drop(b, all.at[i].name, all.at[i].bytes);
    }
    lm_tree_list_done(&all);
}

void lm_bounded_grew(lm_bounded *b, uint64_t bytes)
{
    b->bytes += bytes;
    if (!b->known || b->bytes > b->most)
        sweep(b);
}
