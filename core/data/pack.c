/* pack.c: packings beside weights: made once, kept while a pass may look at them, let go of when memory is short.
 *
 * A pass stamps a weight with its number before it looks at the weight's packs. Who lets go takes the packs away
 * first and looks at the stamp then; was it a running pass's, the packs go back. In this order one of the two
 * always sees the other. */
#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/data/memory.h"
#include "core/data/tensor.h"

/* Held while packs are made or let go of, also across a device's allocator, which may let go of others. */
static pthread_mutex_t building = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* Guards what follows, for a moment each time; taken last. */
static pthread_mutex_t book = PTHREAD_MUTEX_INITIALIZER;
static lm_tensor     **weights; /* all with packs; a weight's packs_at - 1 is its place */
static int             n_weights, weights_room;
static uint64_t        last_pass, *passes; /* the running ones' numbers, in no order */
static int             n_passes, passes_room;

/* ------------------------------------------------------------------ passes */

uint64_t lm_packs_begin(void)
{
    uint64_t pass;

    pthread_mutex_lock(&book);
    if (n_passes == passes_room) {
        passes_room = passes_room ? 2 * passes_room : 8;
        passes = lm_grow(passes, (size_t)passes_room * sizeof *passes);
    }
    pass = passes[n_passes++] = ++last_pass;
    pthread_mutex_unlock(&book);
    return pass;
}

void lm_packs_end(uint64_t pass)
{
    pthread_mutex_lock(&book);
    for (int i = 0; i < n_passes; i++)
        if (passes[i] == pass) {
            passes[i] = passes[--n_passes];
            break;
        }
    pthread_mutex_unlock(&book);
}

/* What was stamped before this number is in nobody's hands. */
static uint64_t oldest_pass(void)
{
    uint64_t oldest = UINT64_MAX;

    for (int i = 0; i < n_passes; i++)
        oldest = passes[i] < oldest ? passes[i] : oldest;
    return oldest;
}

static void stamp(lm_tensor *w, uint64_t pass)
{
    uint64_t before = atomic_load(&w->packs_for);

    while (before < pass && !atomic_compare_exchange_weak(&w->packs_for, &before, pass))
        ;
}

/* ------------------------------------------------------------------ the list of weights */

static void list(lm_tensor *w)
{
    pthread_mutex_lock(&book);
    if (!atomic_load(&w->packs_at)) {
        if (n_weights == weights_room) {
            weights_room = weights_room ? 2 * weights_room : 256;
            weights = lm_grow(weights, (size_t)weights_room * sizeof *weights);
        }
        weights[n_weights++] = w;
        atomic_store(&w->packs_at, n_weights);
    }
    pthread_mutex_unlock(&book);
}

/* The book is ours. The last access to w. */
static void unlist(lm_tensor *w)
{
    const int at = atomic_load(&w->packs_at);

    if (!at)
        return;
    weights[at - 1] = weights[--n_weights];
    atomic_store(&weights[at - 1]->packs_at, at);
    atomic_store(&w->packs_at, 0);
}

/* ------------------------------------------------------------------ making */

static const lm_pack *find(const lm_tensor *w, const void *kind)
{
    for (const lm_pack *k = atomic_load(&w->packs); k; k = k->next)
        if (k->kind == kind)
            return k;
    return NULL;
}

/* While a mapped weight is read its pages are in RAM, too: 59 MB for the largest of Stable Diffusion 1.5. */
static bool build_within(lm_tensor *w, lm_pack *made,
                         bool (*build)(const lm_tensor *w, void *self, lm_pack *pack), void *self)
{
    const size_t pages = w->mapped ? lm_bytes(w) : 0;
    bool         well;

    if (pages && !lm_memory_claim(NULL, pages))
        return false;
    well = build(w, self, made);
    if (pages)
        lm_memory_unclaim(NULL, pages);
    return well;
}

static const lm_pack *make(lm_tensor *w, const void *kind,
                           bool (*build)(const lm_tensor *w, void *self, lm_pack *pack), void *self)
{
    lm_pack *made = lm_alloc(sizeof *made);

    made->kind = kind;
    if (!build_within(w, made, build, self)) {
        lm_free(made);
        return NULL;
    }
    made->next = atomic_load(&w->packs);
    atomic_store(&w->packs, made);
    w->packed += made->bytes;
    list(w);
    return made;
}

const lm_pack *lm_tensor_pack(const lm_tensor *w, uint64_t pass, const void *kind, bool done_with_source,
                              bool (*build)(const lm_tensor *w, void *self, lm_pack *pack), void *self)
{
    const lm_pack *found;
    lm_tensor     *mine = (lm_tensor *)w;

    stamp(mine, pass);
    found = find(w, kind);
    if (found)
        return found;
    pthread_mutex_lock(&building);
    found = find(w, kind);
    if (!found) {
        found = make(mine, kind, build, self);
        if (found && done_with_source)
            lm_tensor_give_back(w);
    }
    pthread_mutex_unlock(&building);
    return found;
}

/* ------------------------------------------------------------------ freeing */

static size_t free_packs(lm_pack *k)
{
    size_t bytes = 0;

    for (lm_pack *next; k; k = next) {
        next = k->next;
        bytes += k->bytes;
        if (k->free)
            k->free(k->data, k->bytes);
        lm_free(k);
    }
    return bytes;
}

void lm_tensor_drop_packs(lm_tensor *w)
{
    lm_pack *packs;

    if (!atomic_load(&w->packs) && !atomic_load(&w->packs_at))
        return;
    pthread_mutex_lock(&book);
    packs = atomic_exchange(&w->packs, NULL);
    w->packed = 0;
    unlist(w);
    pthread_mutex_unlock(&book);
    free_packs(packs);
}

/* ------------------------------------------------------------------ letting go */

typedef struct idle {
    uint64_t   last;
    lm_tensor *weight; /* not to be looked into without the book: it may be gone */
} idle;

static int by_last(const void *a, const void *b)
{
    const idle *x = a, *y = b;

    return (x->last > y->last) - (x->last < y->last);
}

/* Those that nobody uses, those used longest ago first.                                        [new] */
static idle *find_idle(bool device, int *n)
{
    idle *found;

    pthread_mutex_lock(&book);
    found = lm_alloc_array((size_t)n_weights + 1, sizeof *found);
    *n = 0;
    for (int i = 0; i < n_weights; i++)
        if (weights[i]->device->host_memory != device && atomic_load(&weights[i]->packs_for) < oldest_pass())
            found[(*n)++] = (idle){ atomic_load(&weights[i]->packs_for), weights[i] };
    pthread_mutex_unlock(&book);
    qsort(found, (size_t)*n, sizeof *found, by_last);
    return found;
}

static bool is_listed(const lm_tensor *w)
{
    for (int i = 0; i < n_weights; i++)
        if (weights[i] == w)
            return true;
    return false;
}

/* The packs of w, if it is still there and nobody has come to use them. */
static lm_pack *take(lm_tensor *w)
{
    lm_pack *packs = NULL;

    pthread_mutex_lock(&book);
    if (is_listed(w)) {
        packs = atomic_exchange(&w->packs, NULL);
        if (atomic_load(&w->packs_for) >= oldest_pass()) {
            atomic_store(&w->packs, packs);
            packs = NULL;
        } else {
            w->packed = 0;
            unlist(w);
        }
    }
    pthread_mutex_unlock(&book);
    return packs;
}

size_t lm_packs_let_go(size_t bytes, bool device)
{
    size_t freed = 0;
    idle  *found;
    int    n;

    pthread_mutex_lock(&building);
    found = find_idle(device, &n);
    for (int i = 0; i < n && freed < bytes; i++)
        freed += free_packs(take(found[i].weight));
    pthread_mutex_unlock(&building);
    lm_free(found);
    return freed;
}
