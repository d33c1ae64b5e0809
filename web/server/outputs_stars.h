/* outputs_stars.h: the pictures that have a star, as the page keeps them in its setting "limn.stars": a list of "output/a/b.png". */
#ifndef LM_WEB_SERVER_OUTPUTS_STARS_H
#define LM_WEB_SERVER_OUTPUTS_STARS_H

#include "web/server/users.h"

typedef struct lm_stars {
    char **at;   /* names from the output folder, sorted */
    size_t n;
} lm_stars;

/* Reads the settings from the disk; those that are none have no stars.                              [any] */
lm_stars lm_stars_read(const lm_users *u);
bool     lm_stars_has(const lm_stars *s, const char *name);
void     lm_stars_done(lm_stars *s);

#endif
