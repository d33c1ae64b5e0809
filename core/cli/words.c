/* words.c: a list of words that grows. */
#include "core/cli/words.h"

#include <string.h>

#include "core/base/alloc.h"

void lm_words_add_bytes(lm_words *w, const char *at, size_t n)
{
    w->at = lm_grow(w->at, ((size_t)w->n + 2) * sizeof *w->at);
    w->at[w->n++] = lm_copy_bytes(at, n);
    w->at[w->n] = NULL;
}

void lm_words_add(lm_words *w, const char *word)
{
    lm_words_add_bytes(w, word, strlen(word));
}

bool lm_words_has(const lm_words *w, const char *word)
{
    for (int i = 0; i < w->n; i++)
        if (!strcmp(w->at[i], word))
            return true;
    return false;
}

void lm_words_done(lm_words *w)
{
    for (int i = 0; i < w->n; i++)
        lm_free(w->at[i]);
    lm_free(w->at);
    *w = (lm_words){ 0 };
}

const char *const *lm_words_list(const lm_words *w)
{
    static const char *const none[] = { NULL };

    return w->at ? (const char *const *)w->at : none;
}
