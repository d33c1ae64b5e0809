/* outputs_stars.c: the pictures that have a star. */
#include "web/server/outputs_stars.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

static const char setting[] = "limn.stars", before[] = "output/";

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void take(lm_stars *s, const lm_json *d, lm_json_ref v)
{
    const size_t b = sizeof before - 1;
    size_t       n;
    const char  *text = lm_json_string(d, v, &n);

    if (text && n > b && !memcmp(text, before, b) && !memchr(text, 0, n))
        s->at[s->n++] = lm_copy_bytes(text + b, n - b);
}

lm_stars lm_stars_read(const lm_users *u)
{
    lm_json          *d = lm_settings_read(u);
    const lm_json_ref list = d ? lm_json_get(d, lm_json_root(d), setting) : 0;
    lm_stars          out = { 0 };

    if (list && lm_json_kind_of(d, list) == LM_JSON_ARRAY && lm_json_count(d, list)) {
        out.at = lm_alloc_array(lm_json_count(d, list), sizeof *out.at);
        for (lm_json_ref v = lm_json_first(d, list); v; v = lm_json_next(d, v))
            take(&out, d, v);
        if (out.n)
            qsort(out.at, out.n, sizeof *out.at, by_bytes);
    }
    lm_json_free(d);
    return out;
}

bool lm_stars_has(const lm_stars *s, const char *name)
{
    return s->n && bsearch(&name, s->at, s->n, sizeof *s->at, by_bytes);
}

void lm_stars_done(lm_stars *s)
{
    for (size_t i = 0; i < s->n; i++)
        lm_free(s->at[i]);
    lm_free(s->at);
    *s = (lm_stars){ 0 };
}
