/* diff_same.c: do two values mean the same? */
#include "core/graph/diff.h"

static bool same_bytes(const char *x, size_t n, const char *y, size_t m)
{
    return n == m && (!n || !memcmp(x, y, n));
}

/* Whole numbers exactly, others as the nearest double. */
static bool same_number(const lm_json *a, lm_json_ref v, const lm_json *b, lm_json_ref w)
{
    uint64_t u, t;
    int64_t  i, k;
    double   x, y;

    if (lm_json_to_uint(a, v, &u) && lm_json_to_uint(b, w, &t))
        return u == t;
    if (lm_json_to_int(a, v, &i) && lm_json_to_int(b, w, &k))
        return i == k;
    return lm_json_to_double(a, v, &x) && lm_json_to_double(b, w, &y) && (x == y || (x != x && y != y));
}

static bool same_elements(const lm_json *a, lm_json_ref v, const lm_json *b, lm_json_ref w)
{
    lm_json_ref x = lm_json_first(a, v), y = lm_json_first(b, w);

    for (; x && y; x = lm_json_next(a, x), y = lm_json_next(b, y))
        if (!lm_diff_same(a, x, b, y))
            return false;
    return !x && !y;
}

/* Members mostly stand in the same order; where they do not, each is looked for. */
static bool same_members(const lm_json *a, lm_json_ref v, const lm_json *b, lm_json_ref w)
{
    lm_json_ref x = lm_json_first_key(a, v), y = lm_json_first_key(b, w);

    if (lm_json_count(a, v) != lm_json_count(b, w))
        return false;
    for (; x; x = lm_json_next(a, x), y = lm_json_next(b, y)) {
        size_t      n, m;
        const char *key = lm_json_string(a, x, &n), *other = lm_json_string(b, y, &m);
        lm_json_ref found = same_bytes(key, n, other, m) ? lm_json_value(b, y) : lm_json_get(b, w, key);

        if (!found || !lm_diff_same(a, lm_json_value(a, x), b, found))
            return false;
    }
    return true;
}

bool lm_diff_same(const lm_json *a, lm_json_ref v, const lm_json *b, lm_json_ref w)
{
    const lm_json_kind kind = lm_json_kind_of(a, v);
    size_t             n, m;
    const char        *x, *y;

    if (kind != lm_json_kind_of(b, w))
        return false;
    switch (kind) {
    case LM_JSON_NUMBER: return same_number(a, v, b, w);
    case LM_JSON_ARRAY: return same_elements(a, v, b, w);
    case LM_JSON_OBJECT: return same_members(a, v, b, w);
    case LM_JSON_STRING:
        x = lm_json_string(a, v, &n);
        y = lm_json_string(b, w, &m);
        return same_bytes(x, n, y, m);
    default: return true;
    }
}
