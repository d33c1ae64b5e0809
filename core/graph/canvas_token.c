/* canvas_token.c: %date:…% and %Node.widget% in the names that pictures are saved under. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

/* ------------------------------------------------------------------ dates */

static int part_of_date(char letter, const struct tm *t)
{
    switch (letter) {
    case 'd': return t->tm_mday;
    case 'M': return t->tm_mon + 1;
    case 'h': return t->tm_hour;
    case 'm': return t->tm_min;
    default: return t->tm_sec;
    }
}

static size_t run_of(const char *s, const char *end, size_t most)
{
    size_t n = 1;

    while (n < most && s + n < end && s[n] == *s)
        n++;
    return n;
}

void lm_canvas_date(const char *format, size_t size, time_t now, lm_text *out)
{
    const char *s = format, *end = format + size;
    struct tm   t;

    localtime_r(&now, &t);
    while (s < end) {
        const size_t years = *s == 'y' ? run_of(s, end, 4) : 0;
        const size_t n = years ? years : strchr("dMhms", *s) && *s ? run_of(s, end, 2) : 1;

        if (years == 2)
            lm_text_printf(out, "%02d", (t.tm_year + 1900) % 100);
        else if (years == 4)
            lm_text_printf(out, "%d", t.tm_year + 1900);
        else if (years || !*s || !strchr("dMhms", *s))
            lm_text_add(out, s, n);
        else
            lm_text_printf(out, "%0*d", (int)n, part_of_date(*s, &t));
        s += n;
    }
}

/* ------------------------------------------------------------------ other nodes' widgets */

/* The first node of a name is meant. */
static bool name_copies(lm_canvas *c)
{
    for (int32_t i = 0; !c->named && i < c->n_copies; i++) {
        const lm_canvas_node *n = c->copies[i].node;
        const lm_json_ref     name = lm_json_get(c->d, n->properties, "Node name for S&R");

        if (!lm_canvas_put(c, &c->by_name, lm_canvas_key(c, name), i) ||
            !lm_canvas_put(c, &c->by_title, lm_canvas_title(c, n), i))
            return false;
    }
    c->named = true;
    return true;
}

static void add_cleaned(const char *text, size_t size, lm_text *out)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char b = (unsigned char)text[i];
        const bool          bad = b < ' ' || b == 127 || strchr("/?<>\\:*|\"", b);

        lm_text_add(out, bad ? "_" : text + i, 1);
    }
}

/* A widget's value as a text, as JavaScript would spell it where that matters. */
static void add_value(lm_canvas *c, lm_canvas_answer a, lm_text *out)
{
    const lm_canvas_name text = lm_canvas_key(c, a.value);
    lm_text              json = { 0 };

    if (text.at) {
        add_cleaned(text.at, text.size, out);
        return;
    }
    if (a.value && lm_json_kind_of(c->d, a.value) != LM_JSON_NULL)
        lm_json_write(c->d, a.value, LM_JSON_COMPACT, &json);
    else if (!a.value && a.row)
        lm_canvas_default(c, a.row, &json);
    if (json.size >= 2 && json.at[0] == '"')
        add_cleaned(json.at + 1, json.size - 2, out);
    else
        add_cleaned(lm_text_str(&json), json.size, out);
    lm_text_done(&json);
}

static int widget_called(const lm_canvas_node *n, lm_canvas_name name)
{
    for (int i = 0; n->plan && i < n->plan->n_widgets; i++)
        if (lm_canvas_is_text(name, n->plan->rows[i]->name))
            return i;
    return -1;
}

static bool add_widget(lm_canvas *c, lm_canvas_name node, lm_canvas_name widget, lm_text *out)
{
    int32_t copy = name_copies(c) ? lm_index_find(&c->by_name, node.at, node.size) : -1;
    int     i;

    if (copy < 0)
        copy = lm_index_find(&c->by_title, node.at, node.size);
    i = copy < 0 ? -1 : widget_called(c->copies[copy].node, widget);
    if (i < 0)
        return false;
    add_value(c, lm_canvas_held(c, copy, i), out);
    return true;
}

/* ------------------------------------------------------------------ a text */

static bool add_token(lm_canvas *c, lm_canvas_name token, lm_text *out)
{
    const char          *point = memchr(token.at, '.', token.size), *end = token.at + token.size;
    const lm_canvas_name node = { token.at, point ? (size_t)(point - token.at) : 0 };

    if (point && !memchr(point + 1, '.', (size_t)(end - point) - 1))
        return add_widget(c, node, (lm_canvas_name){ point + 1, (size_t)(end - point) - 1 }, out);
    if (token.size < 5 || memcmp(token.at, "date:", 5))
        return false;
    lm_canvas_date(token.at + 5, (point ? (size_t)(point - token.at) : token.size) - 5,
                   c->env->now ? c->env->now : time(NULL), out);
    return true;
}

void lm_canvas_tokens(lm_canvas *c, const char *text, size_t size, lm_text *out)
{
    const char *s = text, *end = text + size, *open, *close;

    for (;;) {
        open = memchr(s, '%', (size_t)(end - s));
        close = open ? memchr(open + 1, '%', (size_t)(end - open) - 1) : NULL;
        if (!close)
            break;
        lm_text_add(out, s, (size_t)(open - s));
        if (close == open + 1) { /* nothing between: it does not open here */
            lm_text_add(out, "%", 1);
            s = close;
            continue;
        }
        if (!add_token(c, (lm_canvas_name){ open + 1, (size_t)(close - open) - 1 }, out))
            lm_text_add(out, open, (size_t)(close - open) + 1);
        s = close + 1;
    }
    lm_text_add(out, s, (size_t)(end - s));
}
