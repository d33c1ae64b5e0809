/* members.h: the members of a JSON object, as pieces of its text.
 *
 *     for (lm_members m = lm_members_of(text); lm_members_next(&m, &key, &value); ) …
 *
 * Meant for texts that were read before or that a worker wrote: nothing is checked but the ends. Whatever stands
 * there, nothing beyond the text is read. */
#ifndef LM_WEB_SERVER_MEMBERS_H
#define LM_WEB_SERVER_MEMBERS_H

#include "web/http/slice.h"

typedef struct lm_members {
    const char *at, *end; /* at NULL: nothing more */
} lm_members;

lm_members lm_members_of(lm_slice object);
/* `key` stands without its quotes, not decoded. */
bool lm_members_next(lm_members *m, lm_slice *key, lm_slice *value);
/* The value under that key; { NULL, 0 } without. */
lm_slice lm_members_get(lm_slice object, const char *key);
/* The same of one that ends within the object's first bytes, so that looking for it takes no longer than that. */
enum { LM_MEMBERS_EARLY = 128 << 10 };
lm_slice lm_members_early(lm_slice object, const char *key);
/* What stands between the brackets of a value: of "{…}", "[…]" or a string. */
lm_slice lm_members_inside(lm_slice value);

#endif
