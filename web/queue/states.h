/* states.h: states of files, each a path and the time of its bytes, as a set. */
#ifndef LM_WEB_STATES_H
#define LM_WEB_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lm_states {
    uint64_t *at;              /* 0: empty */
    size_t    n, room;
} lm_states;

bool lm_states_has(const lm_states *s, const char *path, int64_t modified_ms);
void lm_states_add(lm_states *s, const char *path, int64_t modified_ms); /* without memory for it, it is missing */
void lm_states_done(lm_states *s);

#endif
