/* shared_folder.c: what lies in the folder of shared pipelines, and the cards of what was read. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/file_name.h"
#include "web/server/shared.h"

/* ------------------------------------------------------------------ cards */

lm_card *lm_card_new(char *json, char *picture, size_t n_picture)
{
    lm_card *c = lm_alloc(sizeof *c);

    atomic_init(&c->refs, 1);
    c->json = json;
    c->picture = picture;
    c->n_picture = n_picture;
    return c;
}

lm_card *lm_card_ref(lm_card *c)
{
    if (c)
        atomic_fetch_add(&c->refs, 1);
    return c;
}

void lm_card_unref(lm_card *c)
{
    if (!c || atomic_fetch_sub(&c->refs, 1) > 1)
        return;
    lm_free(c->json);
    lm_free(c->picture);
    lm_free(c);
}

void lm_shared_free_file(lm_shared_file *f)
{
    lm_free(f->name);
    lm_card_unref(f->card);
}

/* ------------------------------------------------------------------ the folder */

bool lm_shared_shows(const char *name)
{
    static const char *const endings[] = { ".json", ".limn", ".png", ".webp", NULL };

    return lm_file_name_ends(name, strlen(name), endings);
}

/* Both lists are sorted by name: what is there and as it was keeps its card. */
static void take_over(lm_shared *s, lm_shared_file *now, size_t n)
{
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        while (old < s->n && strcmp(s->at[old].name, now[i].name) < 0)
            old++;
        if (old < s->n && !strcmp(s->at[old].name, now[i].name) && s->at[old].modified_ms == now[i].modified_ms &&
            s->at[old].changed_ms == now[i].changed_ms && s->at[old].bytes == now[i].bytes) {
            lm_free(now[i].name);
            now[i] = s->at[old];
            s->at[old++] = (lm_shared_file){ 0 };
        }
    }
    for (size_t i = 0; i < s->n; i++)
        lm_shared_free_file(&s->at[i]);
    lm_free(s->at);
    s->at = now;
    s->n = n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lm_shared_file *)a)->name, ((const lm_shared_file *)b)->name);
}

bool lm_shared_look(lm_shared *s)
{
    lm_tree_list    all = { 0 };
    lm_shared_file *now = lm_alloc_array(LM_SHARED_MOST, sizeof *now);
    size_t          n = 0, left_out = 0;

    if (!lm_tree_each(s->root, "", true, lm_file_part_shown, &all)) {
        lm_free(now);
        return false;
    }
    for (size_t i = 0; i < all.n; i++) {
        const lm_tree_entry *e = &all.at[i];

        if (e->folder || !lm_shared_shows(e->name))
            continue;
        if (n == LM_SHARED_MOST)
            left_out++;
        else
            now[n++] = (lm_shared_file){ lm_copy_text(e->name), e->modified_ms, e->changed_ms, e->bytes, LM_CARD_UNREAD, NULL };
    }
    lm_tree_list_done(&all);
    qsort(now, n, sizeof *now, by_name);
    pthread_mutex_lock(&s->lock);
    take_over(s, now, n);
    s->left_out = left_out;
    pthread_mutex_unlock(&s->lock);
    return true;
}

const lm_shared_file *lm_shared_find(const lm_shared *s, const char *name)
{
    const lm_shared_file key = { .name = (char *)name };

    return s->n ? bsearch(&key, s->at, s->n, sizeof *s->at, by_name) : NULL;
}
