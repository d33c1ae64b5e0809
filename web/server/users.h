/* users.h: the one user's files and settings, which live in <user>/default. */
#ifndef LM_WEB_SERVER_USERS_H
#define LM_WEB_SERVER_USERS_H

#include "core/graph/json.h"
#include "web/server/errand.h"

typedef struct lm_users {
    uv_mutex_t writing; /* from the look at a file's tag to its change: one thread at a time */
    char *root; /* <user>/default (core/base/tree.h); made when something is written */

    /* settings.c's: changes of the settings, one after the other. */
    struct lm_change *first, **last;

    uv_work_t emptying; /* of temp, at the end */
} lm_users;

/* settings.c: all settings, an object; NULL: there are none that can be read.                  [new] [any] */
lm_json *lm_settings_read(const lm_users *u);

extern const lm_part lm_users_part, lm_settings_part, lm_userdata_part;

#endif
