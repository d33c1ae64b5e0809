/* words.h: a list of words that grows, as programs are started with. { 0 } is empty. */
#ifndef LM_CLI_WORDS_H
#define LM_CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lm_words {
    char **at; /* copies; NULL behind the last. NULL itself while there is none */
    int    n;
} lm_words;

void lm_words_add(lm_words *w, const char *word);
void lm_words_add_bytes(lm_words *w, const char *at, size_t n);
bool lm_words_has(const lm_words *w, const char *word);
void lm_words_done(lm_words *w);

/* As tables of options lend it: NULL-terminated, never NULL. */
const char *const *lm_words_list(const lm_words *w);

#endif
