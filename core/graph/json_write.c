/* json_write.c: from nodes to text. */
#include "core/graph/json.h"

#include <ctype.h>

/* ------------------------------------------------------------------ strings */

/* The character at s and how many bytes it has. Halves of surrogate pairs count as characters; a byte that
 * is no part of one reads as U+FFFD. */
static uint32_t next_char(const unsigned char *s, size_t left, size_t *n)
{
    const size_t want = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    uint32_t     c = s[0] & (0xff >> (want + (want > 1)));

    *n = 1;
    if (want > left || (s[0] >= 0x80 && s[0] < 0xc2))
        return 0xfffd;
    for (size_t i = 1; i < want; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | (s[i] & 63);
    }
    *n = want;
    return c;
}

static void escape_char(uint32_t c, lm_text *out)
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char       *name = c && c < 0x80 ? strchr(named, (int)c) : NULL;

    if (name)
        lm_text_printf(out, "\\%c", names[name - named]);
    else if (c < 0x10000)
        lm_text_printf(out, "\\u%04x", c);
    else
        lm_text_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
}

static bool must_escape(uint32_t c, unsigned style)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0xd800 && c < 0xe000) || c == 0xfffd ||
           ((style & LM_JSON_ASCII) && c >= 0x7f);
}

void lm_json_write_string(const char *text, size_t size, unsigned style, lm_text *out)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t               plain = 0, n;

    lm_text_add(out, "\"", 1);
    for (size_t i = 0; i < size; i += n) {
        const uint32_t c = next_char(s + i, size - i, &n);

        if (!must_escape(c, style))
            continue;
        lm_text_add(out, text + plain, i - plain);
        escape_char(c, out);
        plain = i + n;
    }
    lm_text_add(out, text + plain, size - plain);
    lm_text_add(out, "\"", 1);
}

/* ------------------------------------------------------------------ values */

static void write_number(const lm_json_node *n, lm_text *out)
{
    const char last = n->text[n->size - 1];

    if (isalpha((unsigned char)last)) /* NaN, Infinity: no JSON */
        lm_text_puts(out, "null");
    else
        lm_text_add(out, n->text, n->size);
}

static void write_children(const lm_json *d, lm_json_ref v, unsigned style, lm_text *out)
{
    const bool object = lm_json_kind_of(d, v) == LM_JSON_OBJECT;

    lm_text_add(out, object ? "{" : "[", 1);
    for (lm_json_ref c = lm_json_first(d, v), first = c; c; c = lm_json_next(d, c)) {
        if (c != first)
            lm_text_add(out, ", ", style & LM_JSON_SPACES ? 2 : 1);
        if (object) {
            lm_json_write_string(d->nodes[c].text, d->nodes[c].size, style, out);
            lm_text_add(out, ": ", style & LM_JSON_SPACES ? 2 : 1);
        }
        lm_json_write(d, object ? c + 1 : c, style, out);
    }
    lm_text_add(out, object ? "}" : "]", 1);
}

/* Calls itself as deep as values are nested: a text that was read has at most LM_JSON_MAX_DEPTH levels, and
 * a value that is set in it as many again. */
void lm_json_write(const lm_json *d, lm_json_ref v, unsigned style, lm_text *out)
{
    const lm_json_node *n = &d->nodes[lm_json_resolve(d, v)];

    switch ((lm_json_kind)n->kind) {
    case LM_JSON_NUMBER:
        write_number(n, out);
        break;
    case LM_JSON_STRING:
        lm_json_write_string(n->text, n->size, style, out);
        break;
    case LM_JSON_ARRAY:
    case LM_JSON_OBJECT:
        write_children(d, v, style, out);
        break;
    case LM_JSON_TRUE:
        lm_text_puts(out, "true");
        break;
    case LM_JSON_FALSE:
        lm_text_puts(out, "false");
        break;
    default:
        lm_text_puts(out, "null");
    }
}
