/* versions.c: what was saved under a name before, each a file whose own name says when and what. */
#include "web/server/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "web/server/bounded.h"

enum { MOST_ONE = 32 << 20, ID = 13 + 1 + 16, FOLDER = 32, PATH = FOLDER + 1 + ID + 5 + 1 };
static const char picture[] = ".webp"; /* a version's small picture lies beside it */

struct lm_versions {
    lm_bounded kept;
    int64_t    last; /* when the newest of all was kept; under the lock */
};

/* By names, which begin with their time. */
static int oldest_first(const void *a, const void *b)
{
    const char *x = strrchr(((const lm_tree_entry *)a)->name, '/'), *y = strrchr(((const lm_tree_entry *)b)->name, '/');

    return strcmp(x ? x : "", y ? y : "");
}

lm_versions *lm_versions_new(const char *folder, uint64_t most)
{
    lm_versions *v = lm_alloc(sizeof *v);

    lm_bounded_init(&v->kept, folder, most, true, oldest_first);
    return v;
}

void lm_versions_free(lm_versions *v)
{
    if (!v)
        return;
    lm_bounded_done(&v->kept);
    lm_free(v);
}

bool lm_versions_wanted(const char *name)
{
    const size_t n = strlen(name);

    return n > 15 && !strncmp(name, "workflows/", 10) && !strcasecmp(name + n - 5, ".json");
}

/* ------------------------------------------------------------------ names */

/* Of any name a plain one. */
static void folder_of(const char *name, char out[FOLDER + 1])
{
    lm_sha256 s;
    uint8_t   digest[32];

    lm_sha256_init(&s);
    lm_sha256_add(&s, name, strlen(name));
    lm_sha256_done(&s, digest);
    lm_hex(digest, FOLDER / 2, out);
}

static uint64_t sum_of(const char *bytes, size_t n)
{
    return lm_hash_add(lm_hash_start(), bytes, n).a;
}

static bool is_id(const char *id)
{
    return strlen(id) == ID && id[13] == '-' && strspn(id, "0123456789abcdef") == 13 &&
           strspn(id + 14, "0123456789abcdef") == 16;
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(((const lm_tree_entry *)b)->name, ((const lm_tree_entry *)a)->name);
}

/* Those of one name, the newest first; others are left out. */
static void list(const lm_versions *v, const char *folder, lm_tree_list *out)
{
    size_t n = 0;

    *out = (lm_tree_list){ 0 };
    if (!lm_tree_each(v->kept.folder, folder, false, NULL, out))
        *out = (lm_tree_list){ 0 };
    for (size_t i = 0; i < out->n; i++)
        if (!out->at[i].folder && is_id(out->at[i].name)) {
            const lm_tree_entry kept = out->at[i];

            out->at[i] = out->at[n];
            out->at[n++] = kept;
        }
    if (n)
        qsort(out->at, n, sizeof *out->at, newest_first);
    while (out->n > n)
        lm_free(out->at[--out->n].name);
}

static void path_of(const char *folder, const char *id, const char *ending, char out[PATH])
{
    snprintf(out, PATH, "%s/%s%s", folder, id, ending);
}

/* ------------------------------------------------------------------ making room */

static void drop_old(lm_versions *v, const char *folder, const lm_tree_list *those)
{
    char          path[PATH];
    lm_tree_entry there = { 0 };

    for (size_t i = LM_VERSIONS_EACH - 1; i < those->n; i++) {
        path_of(folder, those->at[i].name, "", path);
        lm_bounded_drop(&v->kept, path, those->at[i].bytes);
        path_of(folder, those->at[i].name, picture, path);
        if (lm_tree_look(v->kept.folder, path, &there))
            lm_bounded_drop(&v->kept, path, there.bytes);
    }
}

/* ------------------------------------------------------------------ keeping */

/* Closes the file; -1 is welcome. */
static char *read_file(int fd, size_t *n)
{
    char *bytes = fd < 0 ? NULL : lm_bounded_read(fd, MOST_ONE, n);

    if (fd >= 0)
        close(fd);
    return bytes;
}

/* One that is younger than all that are there, whatever the clock says. */
static void new_id(lm_versions *v, const lm_tree_list *those, uint64_t sum, char id[ID + 1])
{
    const int64_t there = those->n ? (int64_t)strtoull(those->at[0].name, NULL, 16) : 0, now = lm_clock_ms();
    const int64_t last = there > v->last ? there : v->last;

    v->last = now > last ? now : last + 1;
    snprintf(id, ID + 1, "%013llx-%016llx", (unsigned long long)v->last & 0xfffffffffffff, (unsigned long long)sum);
}

static void put(lm_versions *v, const char *folder, const lm_tree_list *those, const char *bytes, size_t n)
{
    const uint64_t sum = sum_of(bytes, n);
    const lm_slice whole = { bytes, n };
    char           id[ID + 1], path[PATH];

    if (those->n && strtoull(those->at[0].name + 14, NULL, 16) == sum)
        return;
    new_id(v, those, sum, id);
    path_of(folder, id, "", path);
    if (lm_bounded_put(&v->kept, path, &whole, 1, false)) {
        drop_old(v, folder, those);
        lm_bounded_grew(&v->kept, n);
    }
}

void lm_versions_keep(lm_versions *v, const char *root, const char *name)
{
    size_t       n;
    char         folder[FOLDER + 1], *bytes = read_file(lm_tree_file(root, name), &n);
    lm_tree_list those;

    if (!bytes)
        return;
    folder_of(name, folder);
    pthread_mutex_lock(&v->kept.lock);
    list(v, folder, &those);
    put(v, folder, &those, bytes, n);
    lm_tree_list_done(&those);
    pthread_mutex_unlock(&v->kept.lock);
    lm_free(bytes);
}

/* Those that the new name had before stay in front of what moves there: names of versions never meet. */
void lm_versions_move(lm_versions *v, const char *from, const char *to)
{
    const char *const endings[] = { "", picture };
    char              old[FOLDER + 1], new[FOLDER + 1], a[PATH], b[PATH];
    lm_tree_list      those;

    folder_of(from, old);
    folder_of(to, new);
    pthread_mutex_lock(&v->kept.lock);
    list(v, old, &those);
    for (size_t i = 0; i < 2 * those.n; i++) {
        path_of(old, those.at[i / 2].name, endings[i % 2], a);
        path_of(new, those.at[i / 2].name, endings[i % 2], b);
        lm_tree_move(v->kept.folder, a, b, true);
    }
    lm_tree_list_done(&those);
    pthread_mutex_unlock(&v->kept.lock);
}

/* ------------------------------------------------------------------ telling */

void lm_versions_list(lm_versions *v, const char *name, lm_text *out)
{
    char          folder[FOLDER + 1], path[PATH];
    lm_tree_list  those;
    lm_tree_entry there = { 0 };

    folder_of(name, folder);
    list(v, folder, &those);
    lm_text_puts(out, "[");
    for (size_t i = 0; i < those.n && i < LM_VERSIONS_EACH; i++) {
        lm_text_printf(out, "%s{\"id\": \"%s\", \"mtime\": %llu, \"size\": %llu", i ? ", " : "", those.at[i].name,
                       strtoull(those.at[i].name, NULL, 16), (unsigned long long)those.at[i].bytes);
        path_of(folder, those.at[i].name, picture, path);
        if (lm_tree_look(v->kept.folder, path, &there))
            lm_text_printf(out, ", \"picture\": %lld", (long long)there.modified_ms);
        lm_text_puts(out, "}");
    }
    lm_text_puts(out, "]");
    lm_tree_list_done(&those);
}

char *lm_versions_read(const lm_versions *v, const char *name, const char *id, size_t *n)
{
    char folder[FOLDER + 1], path[PATH], *bytes;

    if (!is_id(id))
        return NULL;
    folder_of(name, folder);
    path_of(folder, id, "", path);
    bytes = read_file(lm_tree_file(v->kept.folder, path), n);
    if (!bytes || sum_of(bytes, *n) == strtoull(id + 14, NULL, 16))
        return bytes;
    lm_free(bytes);
    return NULL;
}

/* ------------------------------------------------------------------ their pictures */

static bool put_picture(lm_versions *v, const char *folder, const char *id, const char *bytes, size_t n)
{
    const lm_slice whole = { bytes, n };
    lm_tree_entry  before = { 0 };
    char           path[PATH];

    path_of(folder, id, picture, path);
    if (lm_tree_look(v->kept.folder, path, &before))
        lm_bounded_drop(&v->kept, path, before.bytes);
    if (!lm_bounded_put(&v->kept, path, &whole, 1, true))
        return false;
    lm_bounded_grew(&v->kept, n);
    return true;
}

bool lm_versions_picture_keep(lm_versions *v, const char *name, const char *bytes, size_t n)
{
    char         folder[FOLDER + 1];
    lm_tree_list those;
    bool         kept;

    folder_of(name, folder);
    pthread_mutex_lock(&v->kept.lock);
    list(v, folder, &those);
    kept = those.n && put_picture(v, folder, those.at[0].name, bytes, n);
    lm_tree_list_done(&those);
    pthread_mutex_unlock(&v->kept.lock);
    return kept;
}

char *lm_versions_picture(const lm_versions *v, const char *name, const char *id, size_t *n)
{
    char folder[FOLDER + 1], path[PATH];

    if (!is_id(id))
        return NULL;
    folder_of(name, folder);
    path_of(folder, id, picture, path);
    return read_file(lm_tree_file(v->kept.folder, path), n);
}
