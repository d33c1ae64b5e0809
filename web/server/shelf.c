/* shelf.c: the output folder's pictures in memory, in orders, and brought up to date when folders have changed. */
#include "web/server/shelf.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "web/server/file_name.h"

enum { REST_TIMES = 5, DEAR_MS = 100, SETTLED_MS = 2000 }; /* DEAR: a walk after which there is a rest */

typedef struct folder {
    char   *name;
    int64_t modified_ms;
} folder;

struct lm_shelf {
    char           *root;
    pthread_mutex_t lock;   /* of what follows */
    lm_tree_list    files;  /* pictures alone */
    const lm_tree_entry **orders[LM_SHELF_ORDERS]; /* of the files; NULL: nobody has asked for that one yet */
    folder         *folders;
    size_t          n_folders;
    int64_t         walked_ms, took_ms; /* by the clock that only goes on */
    int64_t         young_ms;           /* since 1970: when it was walked, so that a change in the same tick is seen */
    bool            stale;
};

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

static void forget_files(lm_shelf *s)
{
    for (int i = 0; i < LM_SHELF_ORDERS; i++) {
        lm_free(s->orders[i]);
        s->orders[i] = NULL;
    }
    lm_tree_list_done(&s->files);
}

void lm_shelf_free(lm_shelf *s)
{
    if (!s)
        return;
    forget_files(s);
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

/* ------------------------------------------------------------------ walking */

static bool is_picture(const char *name)
{
    static const char *const endings[] = { ".png", ".webp", ".jpg", ".jpeg", ".gif", NULL };

    return lm_file_name_ends(name, strlen(name), endings);
}

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
    forget_files(s);
    s->files = *all;
}

static void walk(lm_shelf *s)
{
    const int64_t begin = lm_clock_steady_ms(), young = lm_clock_ms();
    lm_tree_list  all = { 0 };

    if (lm_tree_each(s->root, "", true, lm_file_part_shown, &all)) {
        take_folders(s, &all);
        take_files(s, &all);
    } else if (errno == ENOENT) {
        forget_files(s);
        forget_folders(s);
    }
    s->young_ms = young;
    s->walked_ms = lm_clock_steady_ms();
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
    if (s->walked_ms && s->took_ms >= DEAR_MS && lm_clock_steady_ms() - s->walked_ms < s->took_ms * REST_TIMES)
        return;
    if (s->stale || has_changed(s))
        walk(s);
}

/* ------------------------------------------------------------------ pages */

/* All files in an order, which is kept until the next walk. */
static const lm_tree_entry **in_order(lm_shelf *s, lm_shelf_order order)
{
    const lm_tree_entry **at = s->orders[order];

    if (at)
        return at;
    at = lm_alloc_array(s->files.n + 1, sizeof *at);
    for (size_t i = 0; i < s->files.n; i++)
        at[i] = &s->files.at[i];
    if (s->files.n)
        qsort(at, s->files.n, sizeof *at, lm_shelf_compare_of(order));
    return s->orders[order] = at;
}

/* The first that stands behind this one. */
static size_t place_behind(const lm_shelf *s, lm_shelf_order order, const lm_tree_entry *last)
{
    lm_shelf_compare *compare = lm_shelf_compare_of(order);
    size_t            from = 0, to = s->files.n;

    while (from < to) {
        const size_t middle = from + (to - from) / 2;

        if (compare(&s->orders[order][middle], &last) <= 0)
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

static void end_page(lm_shelf_page *p, lm_shelf_order order)
{
    const lm_shelf_file *last = &p->at[p->n - 1];

    p->next = lm_shelf_cursor(order, last->name, last->modified_ms, last->bytes);
}

bool lm_shelf_read(lm_shelf *s, const lm_shelf_ask *a, lm_shelf_page *out)
{
    lm_tree_entry         last = { 0 };
    const lm_tree_entry **at;

    *out = (lm_shelf_page){ 0 };
    if (a->cursor && !lm_shelf_cursor_read(a->order, a->cursor, &last))
        return false;
    out->at = lm_alloc_array(a->limit + 1, sizeof *out->at);
    pthread_mutex_lock(&s->lock);
    bring_up_to_date(s);
    at = in_order(s, a->order);
    for (size_t i = a->cursor ? place_behind(s, a->order, &last) : 0; i < s->files.n && !out->next; i++) {
        if (!fits(at[i], a))
            continue;
        if (out->n == a->limit)
            end_page(out, a->order);
        else
            out->at[out->n++] = (lm_shelf_file){ lm_copy_text(at[i]->name), at[i]->modified_ms, at[i]->bytes };
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

size_t lm_shelf_each(lm_shelf *s, lm_shelf_order order, void *self, void (*each)(void *self, const char *name))
{
    const lm_tree_entry **at;
    size_t                n;

    pthread_mutex_lock(&s->lock);
    bring_up_to_date(s);
    at = in_order(s, order);
    n = s->files.n;
    for (size_t i = 0; i < n; i++)
        each(self, at[i]->name);
    pthread_mutex_unlock(&s->lock);
    return n;
}
