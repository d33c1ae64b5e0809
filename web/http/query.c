/* query.c: percent-decoding and query strings. */
#include "web/http/query.h"

#include "core/base/alloc.h"

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%xx" at raw.at[i] stands for, or -1. */
static int escaped(lm_slice raw, size_t i)
{
    int high, low;

    if (i + 2 >= raw.n)
        return -1;
    high = digit_of(raw.at[i + 1]);
    low = digit_of(raw.at[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool lm_percent_decode(lm_slice raw, lm_decode_how how, char *to)
{
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.at[i];

        if (c == '%') {
            const int byte = escaped(raw, i);

            if (byte < 0 && how == LM_DECODE_PATH)
                return false;
            if (byte >= 0) {
                c = (char)byte;
                i += 2;
            }
        } else if (c == '+' && how == LM_DECODE_FORM) {
            c = ' ';
        }
        if (!c)
            return false;
        *to++ = c;
    }
    *to = 0;
    return true;
}

static bool one_pair(lm_query *q, lm_slice item, char **to)
{
    const char   *equals = memchr(item.at, '=', item.n);
    const lm_slice name = { item.at, equals ? (size_t)(equals - item.at) : item.n };
    const lm_slice value = { item.at + name.n + (equals != NULL), item.n - name.n - (equals != NULL) };
    char          *second = *to + name.n + 1;

    if (q->n == LM_QUERY_PAIRS || !lm_percent_decode(name, LM_DECODE_FORM, *to) ||
        !lm_percent_decode(value, LM_DECODE_FORM, second))
        return false;
    q->pair[q->n++] = (struct lm_query_pair){ *to, second };
    *to = second + value.n + 1;
    return true;
}

int lm_query_read(lm_query *q, lm_slice raw)
{
    char *to;

    q->n = 0;
    q->memory = NULL;
    if (!raw.n)
        return 0;
    if (!(to = q->memory = lm_try_alloc(2 * raw.n + 2)))
        return 503;
    for (lm_slice item; lm_slice_next(&raw, '&', &item);)
        if (item.n && !one_pair(q, item, &to)) {
            lm_query_done(q);
            return 400;
        }
    return 0;
}

void lm_query_done(lm_query *q)
{
    lm_free(q->memory);
    q->memory = NULL;
    q->n = 0;
}

const char *lm_query_get(const lm_query *q, const char *name)
{
    for (int i = 0; i < q->n; i++)
        if (!strcmp(q->pair[i].name, name))
            return q->pair[i].value;
    return NULL;
}
