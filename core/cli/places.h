/* places.h: the places that a process keeps to: which folders it may read and write from then on, and whether they are
 * still the same ones.
 *
 *     lm_places *p = lm_places_new();
 *     lm_places_add(p, "/usr", LM_MAY_READ);
 *     lm_places_follow(p, output, LM_MAY_READ | LM_MAY_WRITE);
 *     lm_places_keep(p);
 *     … if (lm_places_moved(p)) another process must take over …
 *
 * The system goes by the folder, not by its name: one that is made, mounted or put in another's place later is shut to
 * a process that keeps to its places already, unless it lies beneath an open one. */
#ifndef LM_CLI_PLACES_H
#define LM_CLI_PLACES_H

#include "core/cli/landlock.h"

typedef struct lm_places lm_places;

lm_places *lm_places_new(void);              /* [new] */
void       lm_places_free(lm_places *p);     /* welcomes NULL; what was kept to stays kept to */

/* A file or folder, and what is beneath it. One that is not there is left out. Links on the way to it are followed. */
void lm_places_add(lm_places *p, const char *path, unsigned may);
/* The same for a folder that may come, go, or be exchanged: lm_places_moved looks after it. */
void lm_places_follow(lm_places *p, const char *path, unsigned may);

/* This thread, and those it starts, keep to them (lm_landlock_keep). False: the kernel knows no such thing. */
bool lm_places_keep(lm_places *p);

/* The path of a followed folder that should be open and is shut, because it is not the one that was there, or that is
 * gone and will be made again; NULL: all is as it was, or nothing is kept to.                       [lends] */
const char *lm_places_moved(const lm_places *p);

#endif
