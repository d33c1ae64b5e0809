/* model_known.c: a table of what files of models say, by a hash of their names and states. */
#include "web/server/model_known.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"

enum { LEAST_ROOM = 64, MOST_FILES = 100000, MOST_SAID = 32 << 20 };

typedef struct entry {
    lm_hash        key; /* zeros: none is here */
    lm_model_known known;
    char          *said; /* NULL: nothing */
} entry;

static struct {
    pthread_mutex_t lock;
    entry          *at;
    size_t          n, room; /* room is a power of two, or 0 */
    size_t          said;    /* bytes of it */
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Its entry, or the empty one where it would be. There is always an empty one. */
static entry *place_of(entry *at, size_t room, lm_hash key)
{
    size_t i = (size_t)key.a & (room - 1);

    while ((at[i].key.a || at[i].key.b) && !lm_hash_same(at[i].key, key))
        i = (i + 1) & (room - 1);
    return &at[i];
}

static void forget(void)
{
    for (size_t i = 0; i < all.room; i++)
        lm_free(all.at[i].said);
    lm_free(all.at);
    all.at = NULL;
    all.n = all.room = all.said = 0;
}

static void grow(void)
{
    const size_t room = all.room ? 2 * all.room : LEAST_ROOM;
    entry       *at = lm_alloc(room * sizeof *at);

    for (size_t i = 0; i < all.room; i++)
        if (all.at[i].key.a || all.at[i].key.b)
            *place_of(at, room, all.at[i].key) = all.at[i];
    lm_free(all.at);
    all.at = at;
    all.room = room;
}

bool lm_model_recall(lm_hash key, lm_model_known *out, lm_text *said)
{
    const entry *e;
    bool         there;

    pthread_mutex_lock(&all.lock);
    e = all.room ? place_of(all.at, all.room, key) : NULL;
    there = e && lm_hash_same(e->key, key);
    if (there) {
        *out = e->known;
        lm_text_puts(said, e->said ? e->said : "");
    }
    pthread_mutex_unlock(&all.lock);
    return there;
}

void lm_model_remember(lm_hash key, const lm_model_known *known, const char *said)
{
    const size_t n = said ? strlen(said) : 0;
    entry       *e;

    pthread_mutex_lock(&all.lock);
    if (all.n == MOST_FILES || all.said + n > MOST_SAID)
        forget();
    if (2 * (all.n + 1) > all.room)
        grow();
    e = place_of(all.at, all.room, key);
    if (!lm_hash_same(e->key, key)) { /* else another thread has looked meanwhile */
        *e = (entry){ key, *known, n ? lm_copy_text(said) : NULL };
        all.n++;
        all.said += n;
    }
    pthread_mutex_unlock(&all.lock);
}

void lm_model_forget_all(void)
{
    pthread_mutex_lock(&all.lock);
    forget();
    pthread_mutex_unlock(&all.lock);
}
