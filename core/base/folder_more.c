/* folder_more.c: directories of models beside those of the base folder, as extra_model_paths.yaml names them. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"

static const char *const everything[] = { "", NULL }; /* every name ends so */

/* The kind of this name, with no directory when it is new; NULL with a sentence. */
static lm_kind *find_or_add(lm_folders *f, const char *name, limn_error *err)
{
    lm_kind *k = lm_kind_find(f, name);

    if (k && k->open_to_requests) {
        limn_fail(err, INPUT, "\"%s\" is no kind of models", k->name);
        return NULL;
    }
    if (k)
        return k;
    if (lm_beneath_fault(name) || strpbrk(name, "/\\") || strlen(name) > 64) {
        limn_fail(err, INPUT, "\"%s\" is no name for a kind of models", lm_shown_name(name).text);
        return NULL;
    }
    f->kinds = lm_grow(f->kinds, (size_t)(f->n_kinds + 1) * sizeof *f->kinds);
    k = &f->kinds[f->n_kinds++];
    *k = (lm_kind){ .name = lm_copy_text(name), .n_endings = 1, .endings = lm_alloc(sizeof *k->endings) };
    k->endings[0] = everything;
    return k;
}

static int find_root(const lm_kind *k, const char *directory)
{
    for (int i = 0; i < k->n_roots; i++)
        if (!strcmp(k->roots[i], directory))
            return i;
    return -1;
}

/* A directory that is there already stays where it is, unless it is wanted in front. */
static bool add_root(lm_kind *k, const char *directory, bool first, limn_error *err)
{
    int   at = find_root(k, directory);
    char *root;

    if (at >= 0 && !first)
        return true;
    if (at < 0) {
        if (k->n_roots == LM_MAX_ROOTS)
            return limn_fail(err, INPUT, "%s has %d folders, more than fit", k->name, LM_MAX_ROOTS);
        at = k->n_roots++;
        k->roots[at] = lm_copy_text(directory);
    }
    if (first) {
        root = k->roots[at];
        memmove(k->roots + 1, k->roots, (size_t)at * sizeof *k->roots);
        k->roots[0] = root;
    }
    return true;
}

bool lm_folders_more(lm_folders *f, const char *order, limn_error *err)
{
    const char  *equals = strchr(order, '=');
    const size_t n = equals ? (size_t)(equals - order) : 0;
    const bool   behind = n && order[n - 1] == '+';
    char        *name = lm_copy_bytes(order, n - behind);
    lm_kind     *k;
    bool         well;

    if (!equals || !equals[1])
        well = limn_fail(err, INPUT, "\"%s\": a folder of models is said as KIND=DIR or KIND+=DIR",
                         lm_shown_name(order).text);
    else
        well = (k = find_or_add(f, name, err)) && add_root(k, equals + 1, !behind, err);
    lm_free(name);
    return well;
}
