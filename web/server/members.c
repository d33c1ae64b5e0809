/* members.c: the members of a JSON object, as pieces of its text. */
#include "web/server/members.h"

static const char *skip_blank(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* From the quote on; behind the other one. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at < end ? at + 1 : end;
}

static const char *skip_nested(const char *at, const char *end)
{
    int depth = 0;

    while (at < end) {
        const char c = *at;

        if (c == '"') {
            at = skip_string(at, end);
            continue;
        }
        at++;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (!depth)
            break;
    }
    return at;
}

static const char *skip_value(const char *at, const char *end)
{
    if (at < end && *at == '"')
        return skip_string(at, end);
    if (at < end && (*at == '{' || *at == '['))
        return skip_nested(at, end);
    while (at < end && *at != ',' && *at != '}' && *at != ']' && *at != ' ' && *at != '\n')
        at++;
    return at;
}

lm_members lm_members_of(lm_slice object)
{
    const char *end, *at;

    if (!object.n)
        return (lm_members){ NULL, NULL };
    end = object.at + object.n;
    at = skip_blank(object.at, end);
    return at < end && *at == '{' ? (lm_members){ at + 1, end } : (lm_members){ NULL, NULL };
}

bool lm_members_next(lm_members *m, lm_slice *key, lm_slice *value)
{
    const char *from;

    if (!m->at)
        return false;
    from = skip_blank(m->at, m->end);
    if (from < m->end && *from == ',')
        from = skip_blank(from + 1, m->end);
    m->at = NULL;
    if (from >= m->end || *from != '"')
        return false;
    m->at = skip_string(from, m->end);
    *key = (lm_slice){ from + 1, (size_t)(m->at - from) - (m->at - from >= 2 ? 2 : 1) };
    from = skip_blank(m->at, m->end);
    from = from < m->end && *from == ':' ? skip_blank(from + 1, m->end) : m->end;
    m->at = skip_value(from, m->end);
    *value = (lm_slice){ from, (size_t)(m->at - from) };
    return value->n;
}

lm_slice lm_members_get(lm_slice object, const char *key)
{
    lm_slice name, value;

    for (lm_members m = lm_members_of(object); lm_members_next(&m, &name, &value);)
        if (lm_slice_is(name, key))
            return value;
    return (lm_slice){ NULL, 0 };
}

lm_slice lm_members_early(lm_slice object, const char *key)
{
    const lm_slice begin = { object.at, object.n < LM_MEMBERS_EARLY ? object.n : LM_MEMBERS_EARLY };
    const lm_slice value = lm_members_get(begin, key);

    return value.n && value.at + value.n < begin.at + begin.n ? value : (lm_slice){ NULL, 0 }; /* or it is cut in two */
}

lm_slice lm_members_inside(lm_slice value)
{
    return value.n >= 2 ? (lm_slice){ value.at + 1, value.n - 2 } : (lm_slice){ NULL, 0 };
}
