/* shelf.c: the output folder's pictures in memory, sorted, and brought up to date when folders have changed. */
#include "web/server/shelf.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/tree.h"

enum { REST_TIMES = 5, DEAR_MS = 100, SETTLED_MS = 2000 }; /* DEAR: a walk after which there is a rest */

typedef struct folder {
    char   *name;
    int64_t modified_ms;
} folder;

struct lm_shelf {
    char           *root;
    pthread_mutex_t lock;   /* of what follows */
    lm_tree_list    files;  /* pictures alone, in their order */
    folder         *folders;
    size_t          n_folders;
    int64_t         walked_ms, took_ms; /* by the clock that only goes on */
    int64_t         young_ms;           /* since 1970: when it was walked, so that a change in the same tick is seen */
    bool            stale;
};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

lm_shelf *lm_shelf_new(const char *root)
{
    lm_shelf *s = lm_alloc(sizeof *s);

    *s = (lm_shelf){ .root = lm_copy_text(root), .stale = true };
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void forget_folders(lm_shelf *s)
{
    for (size_t i = 0; i < s->n_folders; i++)
        lm_free(s->folders[i].name);
    lm_free(s->folders);
    s->folders = NULL;
    s->n_folders = 0;
}

void lm_shelf_free(lm_shelf *s)
{
    if (!s)
        return;
    lm_tree_list_done(&s->files);
    forget_folders(s);
    pthread_mutex_destroy(&s->lock);
    lm_free(s->root);
    lm_free(s);
}

void lm_shelf_changed(lm_shelf *s)
{
    pthread_mutex_lock(&s->lock);
    s->stale = true;
    s->walked_ms = 0;
    pthread_mutex_unlock(&s->lock);
}

/* ------------------------------------------------------------------ the order */

/* The newest first; of one moment, the last by name. */
static int compare(int64_t a_ms, const char *a, int64_t b_ms, const char *b)
{
    return a_ms != b_ms ? (a_ms < b_ms) - (a_ms > b_ms) : strcmp(b, a);
}

static int by_age(const void *a, const void *b)
{
    const lm_tree_entry *x = a, *y = b;

    return compare(x->modified_ms, x->name, y->modified_ms, y->name);
}

static bool is_picture(const char *name)
{
    static const char *const endings[] = { ".png", ".webp", ".jpg", ".jpeg", ".gif" };
    const size_t             n = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > strlen(endings[i]) && !strcasecmp(name + n - strlen(endings[i]), endings[i]))
            return true;
    return false;
}

static bool is_shown(const char *part)
{
    return *part != '.' && lm_utf8_well(part, strlen(part));
}

/* ------------------------------------------------------------------ walking */

static void add_folder(lm_shelf *s, const char *name)
{
    lm_tree_entry there = { 0 };

    s->folders[s->n_folders++] = (folder){ lm_copy_text(name),
                                           lm_tree_look(s->root, name, &there) ? there.modified_ms : -1 };
}

/* Folders are remembered as they were in front of the walk: what comes during it is seen by the next one. */
static void take_folders(lm_shelf *s, const lm_tree_list *all)
{
    size_t n = 1;

    for (size_t i = 0; i < all->n; i++)
        n += all->at[i].folder;
    forget_folders(s);
    s->folders = lm_alloc_array(n, sizeof *s->folders);
    add_folder(s, "");
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i].folder)
            s->folders[s->n_folders++] = (folder){ lm_copy_text(all->at[i].name), all->at[i].modified_ms };
}

static void take_files(lm_shelf *s, lm_tree_list *all)
{
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++) {
        if (!all->at[i].folder && is_picture(all->at[i].name))
            all->at[n++] = all->at[i];
        else
            lm_free(all->at[i].name);
    }
    all->n = n;
    if (n)
        qsort(all->at, n, sizeof *all->at, by_age);
    lm_tree_list_done(&s->files);
    s->files = *all;
}

static void walk(lm_shelf *s)
{
    const int64_t begin = clock_ms(CLOCK_MONOTONIC), young = clock_ms(CLOCK_REALTIME);
    lm_tree_list  all = { 0 };

    if (lm_tree_each(s->root, "", true, is_shown, &all)) {
        take_folders(s, &all);
        take_files(s, &all);
    } else if (errno == ENOENT) {
        lm_tree_list_done(&s->files);
        forget_folders(s);
    }
    s->young_ms = young;
    s->walked_ms = clock_ms(CLOCK_MONOTONIC);
    s->took_ms = s->walked_ms - begin;
    s->stale = false;
}

/* Has a folder changed since, or so shortly before that its clock would not tell? */
static bool has_changed(const lm_shelf *s)
{
    for (size_t i = 0; i < s->n_folders; i++) {
        lm_tree_entry there = { 0 };

        if (!lm_tree_look(s->root, s->folders[i].name, &there) || there.modified_ms != s->folders[i].modified_ms ||
            there.modified_ms > s->young_ms - SETTLED_MS)
            return true;
    }
    return !s->n_folders;
}

static void bring_up_to_date(lm_shelf *s)
{
    if (s->walked_ms && s->took_ms >= DEAR_MS && clock_ms(CLOCK_MONOTONIC) - s->walked_ms < s->took_ms * REST_TIMES)
        return;
    if (s->stale || has_changed(s))
        walk(s);
}

/* ------------------------------------------------------------------ pages */

/* "1732240000123:sub/name.png": what stands behind it comes next. */
static bool read_cursor(const char *cursor, int64_t *ms, const char **name)
{
    char *end;

    *ms = INT64_MAX;
    *name = "";
    if (!cursor)
        return true;
    errno = 0;
    *ms = strtoll(cursor, &end, 10);
    *name = end + 1;
    return end != cursor && *end == ':' && !errno;
}

/* The first that stands behind the cursor. */
static size_t place_of(const lm_shelf *s, const char *cursor, int64_t ms, const char *name)
{
    size_t from = 0, to = s->files.n;

    while (cursor && from < to) {
        const size_t         middle = from + (to - from) / 2;
        const lm_tree_entry *e = &s->files.at[middle];

        if (compare(e->modified_ms, e->name, ms, name) <= 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool fits(const lm_tree_entry *e, const lm_shelf_ask *a)
{
    const size_t n = strlen(a->folder);

    return (!n || (!strncmp(e->name, a->folder, n) && e->name[n] == '/')) &&
           (!a->fits || a->fits(a->self, e->name, e->modified_ms));
}

static void end_page(lm_shelf_page *p)
{
    const lm_shelf_file *last = &p->at[p->n - 1];
    const size_t         room = strlen(last->name) + 32;

    p->next = lm_alloc(room);
    snprintf(p->next, room, "%lld:%s", (long long)last->modified_ms, last->name);
}

bool lm_shelf_read(lm_shelf *s, const lm_shelf_ask *a, lm_shelf_page *out)
{
    int64_t     ms;
    const char *name;

    *out = (lm_shelf_page){ 0 };
    if (!read_cursor(a->cursor, &ms, &name))
        return false;
    out->at = lm_alloc_array(a->limit + 1, sizeof *out->at);
    pthread_mutex_lock(&s->lock);
    bring_up_to_date(s);
    for (size_t i = place_of(s, a->cursor, ms, name); i < s->files.n && !out->next; i++) {
        const lm_tree_entry *e = &s->files.at[i];

        if (!fits(e, a))
            continue;
        if (out->n == a->limit)
            end_page(out);
        else
            out->at[out->n++] = (lm_shelf_file){ lm_copy_text(e->name), e->modified_ms, e->bytes };
    }
    pthread_mutex_unlock(&s->lock);
    return true;
}

void lm_shelf_page_done(lm_shelf_page *p)
{
    for (size_t i = 0; i < p->n; i++)
        lm_free(p->at[i].name);
    lm_free(p->at);
    lm_free(p->next);
    *p = (lm_shelf_page){ 0 };
}
