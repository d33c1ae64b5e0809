/* canvas_type.c: types of sockets as a canvas compares them. */
#include <ctype.h>

#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

enum { LONGEST_LIST = 128 }; /* bytes; what is longer fits only itself */

static bool add_type(lm_canvas *c, lm_canvas_name text)
{
    if (c->n_types == c->room_types) {
        const int       room = c->room_types ? 2 * c->room_types : 64;
        lm_canvas_name *names = lm_try_alloc((size_t)room * sizeof *names);

        if (!names)
            return limn_fail(&c->err, MEMORY, "no memory for %d types", room);
        if (c->n_types)
            memcpy(names, c->type_names, (size_t)c->n_types * sizeof *names);
        lm_free(c->type_names);
        c->type_names = names;
        c->room_types = room;
    }
    c->type_names[c->n_types++] = text;
    return true;
}

int32_t lm_canvas_type(lm_canvas *c, lm_canvas_name text)
{
    int32_t known;

    if (!text.size || lm_canvas_is_text(text, "*") || lm_canvas_is_text(text, "0"))
        return 0;
    known = lm_index_find(&c->types, text.at, text.size);
    if (known >= 0)
        return known;
    if (!lm_index_reserve(&c->types)) {
        limn_fail(&c->err, MEMORY, "no memory for one more type");
        return 0;
    }
    if (!c->n_types && !add_type(c, lm_canvas_text("*")))
        return 0;
    if (!add_type(c, text))
        return 0;
    return lm_index_put(&c->types, text.at, text.size, c->n_types - 1);
}

/* A list of choices, as old files have it, is compared by its text: ["a", "b"] is "a,b". */
static lm_canvas_name join(lm_canvas *c, lm_json_ref array)
{
    lm_text        text = { 0 };
    lm_canvas_name name = { 0 };
    char          *kept;

    for (lm_json_ref v = lm_json_first(c->d, array); v; v = lm_json_next(c->d, v)) {
        const lm_canvas_name one = lm_canvas_key(c, v);

        lm_text_add(&text, ",", text.size > 0);
        lm_text_add(&text, one.at ? one.at : "", one.size);
    }
    kept = text.size ? lm_canvas_take(c, text.size, 1) : NULL;
    if (kept) {
        memcpy(kept, text.at, text.size);
        name = (lm_canvas_name){ kept, text.size };
    }
    lm_text_done(&text);
    return name;
}

int32_t lm_canvas_type_of(lm_canvas *c, lm_json_ref v)
{
    const lm_canvas_name text = lm_json_kind_of(c->d, v) == LM_JSON_ARRAY ? join(c, v) : lm_canvas_key(c, v);

    return text.at ? lm_canvas_type(c, text) : 0;
}

static bool same_word(const char *a, size_t n, const char *b, size_t m)
{
    if (n != m)
        return false;
    while (n && tolower((unsigned char)a[n - 1]) == tolower((unsigned char)b[n - 1]))
        n--;
    return !n;
}

static size_t word(const char *s, const char *end)
{
    const char *comma = memchr(s, ',', (size_t)(end - s));

    return (size_t)((comma ? comma : end) - s);
}

static bool in_list(const char *name, size_t n, lm_canvas_name list)
{
    const char *s = list.at, *end = s + list.size;

    for (; s <= end; s += word(s, end) + 1)
        if (same_word(name, n, s, word(s, end)))
            return true;
    return false;
}

bool lm_canvas_fits(const lm_canvas *c, int32_t a, int32_t b)
{
    lm_canvas_name x, y;
    const char    *s, *end;

    if (!a || !b || a == b)
        return true;
    x = c->type_names[a];
    y = c->type_names[b];
    if (same_word(x.at, x.size, y.at, y.size))
        return true;
    if (x.size > LONGEST_LIST || y.size > LONGEST_LIST)
        return false;
    for (s = x.at, end = s + x.size; s <= end; s += word(s, end) + 1)
        if (in_list(s, word(s, end), y))
            return true;
    return false;
}
