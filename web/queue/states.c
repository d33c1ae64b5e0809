/* states.c: states of files, as a set of hashes. */
#include "web/queue/states.h"

#include "core/base/alloc.h"
#include "core/base/hash.h"

/* Never 0. Two states of one number would be 2^-64; whoever made them would find his own pictures. */
static uint64_t state_of(const char *path, int64_t modified_ms)
{
    return lm_hash_u64(lm_hash_text(lm_hash_start(), path), (uint64_t)modified_ms).a | 1;
}

static bool has(const lm_states *s, uint64_t state)
{
    for (size_t i = state & (s->room - 1); s->room && s->at[i]; i = (i + 1) & (s->room - 1))
        if (s->at[i] == state)
            return true;
    return false;
}

static void add(lm_states *s, uint64_t state);

/* False: there is no memory for it. */
static bool grow(lm_states *s)
{
    lm_states bigger = { .room = s->room ? s->room * 2 : 64 };

    bigger.at = lm_try_alloc(bigger.room * sizeof *bigger.at);
    if (!bigger.at)
        return false;
    for (size_t i = 0; i < s->room; i++)
        if (s->at[i])
            add(&bigger, s->at[i]);
    lm_free(s->at);
    *s = bigger;
    return true;
}

/* At least half of it is empty, so that every search ends. */
static void add(lm_states *s, uint64_t state)
{
    size_t i;

    if (2 * (s->n + 1) > s->room && !grow(s))
        return;
    for (i = state & (s->room - 1); s->at[i] && s->at[i] != state; i = (i + 1) & (s->room - 1))
        ;
    s->n += !s->at[i];
    s->at[i] = state;
}

bool lm_states_has(const lm_states *s, const char *path, int64_t modified_ms)
{
    return has(s, state_of(path, modified_ms));
}

void lm_states_add(lm_states *s, const char *path, int64_t modified_ms)
{
    add(s, state_of(path, modified_ms));
}

void lm_states_done(lm_states *s)
{
    lm_free(s->at);
    *s = (lm_states){ 0 };
}
