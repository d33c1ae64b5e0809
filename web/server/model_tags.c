/* model_tags.c: what the pictures were called that a model was trained with, the most frequent first.
 * Source: ss_tag_frequency of kohya's sd-scripts: {"folder": {"tag": 12, …}, …}. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "web/server/model_notes.h"

enum { MOST_COUNTED = 20000 };

typedef struct tag {
    const char *name; /* lent by the JSON */
    int64_t     count;
} tag;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const tag *)a)->name, ((const tag *)b)->name);
}

static int by_count(const void *a, const void *b)
{
    const tag *one = a, *other = b;

    return one->count == other->count ? by_name(a, b) : one->count < other->count ? 1 : -1;
}

/* {"folder": {"tag": 12, …}, …}: all of them. */
static size_t gather(lm_json *d, tag *tags)
{
    size_t n = 0;

    for (lm_json_ref set = lm_json_first_key(d, lm_json_root(d)); set; set = lm_json_next(d, set)) {
        const lm_json_ref of = lm_json_value(d, set);

        for (lm_json_ref key = lm_json_first_key(d, of); key && n < MOST_COUNTED; key = lm_json_next(d, key)) {
            tags[n].name = lm_json_c_string(d, key);
            if (tags[n].name && lm_json_to_int(d, lm_json_value(d, key), &tags[n].count) && tags[n].count > 0 &&
                tags[n].count < 1 << 30)
                n++;
        }
    }
    return n;
}

/* The same tag of several folders is one. */
static size_t merged(tag *tags, size_t n)
{
    size_t m = 0;

    qsort(tags, n, sizeof *tags, by_name);
    for (size_t i = 0; i < n; i++)
        if (m && !strcmp(tags[m - 1].name, tags[i].name))
            tags[m - 1].count += tags[i].count;
        else
            tags[m++] = tags[i];
    qsort(tags, m, sizeof *tags, by_count);
    return m;
}

int lm_model_tags(const char *text, int most, lm_text *list)
{
    lm_json *d = lm_json_read(text, strlen(text), NULL);
    tag     *tags = d && lm_json_kind_of(d, lm_json_root(d)) == LM_JSON_OBJECT
                        ? lm_try_alloc(MOST_COUNTED * sizeof *tags) : NULL;
    size_t   count = tags ? merged(tags, gather(d, tags)) : 0;
    int      n = 0;

    for (size_t i = 0; i < count && n < most; i++)
        lm_model_word(list, &n, most, tags[i].name, strlen(tags[i].name));
    lm_free(tags);
    lm_json_free(d);
    return n;
}
