/* settings_text.c: the settings as JSON text. */
#include "web/server/settings_text.h"

static void indent(lm_text *out, int depth)
{
    lm_text_puts(out, "\n");
    for (int i = 0; i < depth; i++)
        lm_text_puts(out, "    ");
}

static void write_key(const char *key, size_t n, bool first, int depth, lm_text *out)
{
    lm_text_puts(out, first ? "" : ",");
    indent(out, depth);
    lm_json_write_string(key, n, LM_JSON_ASCII, out);
    lm_text_puts(out, ": ");
}

static void write_value(const lm_json *d, lm_json_ref v, int depth, lm_text *out);

static void write_object(const lm_json *d, lm_json_ref v, int depth, lm_text *out)
{
    bool first = true;

    for (lm_json_ref k = lm_json_first_key(d, v); k; k = lm_json_next(d, k), first = false) {
        size_t      n;
        const char *key = lm_json_string(d, k, &n);

        write_key(key, n, first, depth + 1, out);
        write_value(d, lm_json_value(d, k), depth + 1, out);
    }
}

static void write_array(const lm_json *d, lm_json_ref v, int depth, lm_text *out)
{
    bool first = true;

    for (lm_json_ref e = lm_json_first(d, v); e; e = lm_json_next(d, e), first = false) {
        lm_text_puts(out, first ? "" : ",");
        indent(out, depth + 1);
        write_value(d, e, depth + 1, out);
    }
}

/* As deep as the reader lets a document be. */
static void write_value(const lm_json *d, lm_json_ref v, int depth, lm_text *out)
{
    const bool object = lm_json_kind_of(d, v) == LM_JSON_OBJECT;

    if (!lm_json_count(d, v)) {
        lm_json_write(d, v, LM_JSON_ASCII, out);
        return;
    }
    lm_text_puts(out, object ? "{" : "[");
    if (object)
        write_object(d, v, depth, out);
    else
        write_array(d, v, depth, out);
    indent(out, depth);
    lm_text_puts(out, object ? "}" : "]");
}

/* ------------------------------------------------------------------ changes */

typedef struct member {
    const char *key;
    size_t      n;
} member;

static member member_of(const lm_json *d, lm_json_ref k)
{
    member m;

    m.key = lm_json_string(d, k, &m.n);
    return m;
}

/* The key of `d` that is spelled like m; 0: there is none. */
static lm_json_ref find(const lm_json *d, member m)
{
    lm_json_ref k = lm_json_first_key(d, lm_json_root(d));

    while (k && !lm_json_key_is(d, k, m.key, m.n))
        k = lm_json_next(d, k);
    return k;
}

static void write_member(const lm_json *d, member m, lm_json_ref v, bool *first, lm_text *out)
{
    write_key(m.key, m.n, *first, 1, out);
    write_value(d, v, 1, out);
    *first = false;
}

static void end(bool empty, lm_text *out)
{
    lm_text_puts(out, empty ? "}" : "\n}");
}

void lm_settings_merge(const lm_json *old, const lm_json *posted, lm_text *out)
{
    bool first = true;

    lm_text_puts(out, "{");
    for (lm_json_ref k = old ? lm_json_first_key(old, lm_json_root(old)) : 0; k; k = lm_json_next(old, k)) {
        const lm_json_ref now = find(posted, member_of(old, k));

        write_member(now ? posted : old, member_of(old, k), now ? lm_json_value(posted, now) : lm_json_value(old, k),
                     &first, out);
    }
    for (lm_json_ref k = lm_json_first_key(posted, lm_json_root(posted)); k; k = lm_json_next(posted, k))
        if (!old || !find(old, member_of(posted, k)))
            write_member(posted, member_of(posted, k), lm_json_value(posted, k), &first, out);
    end(first, out);
}

void lm_settings_set(const lm_json *old, const char *key, const lm_json *value, lm_text *out)
{
    const member m = { key, strlen(key) };
    bool         first = true, done = value == NULL;

    lm_text_puts(out, "{");
    for (lm_json_ref k = old ? lm_json_first_key(old, lm_json_root(old)) : 0; k; k = lm_json_next(old, k)) {
        if (!lm_json_key_is(old, k, m.key, m.n)) {
            write_member(old, member_of(old, k), lm_json_value(old, k), &first, out);
        } else if (value) {
            write_member(value, m, lm_json_root(value), &first, out);
            done = true;
        }
    }
    if (!done)
        write_member(value, m, lm_json_root(value), &first, out);
    end(first, out);
}
