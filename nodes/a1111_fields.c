/* a1111_fields.c: A1111's text taken apart: two prompts and a line of fields. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"

static const char steps_mark[] = "Steps:", negative_mark[] = "Negative prompt:";

/* ------------------------------------------------------------------ lines */

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t\r\n");
}

static bool begins(const char *line, const char *mark)
{
    return !strncmp(line, mark, strlen(mark));
}

/* The first (or last) line that begins with the mark, blanks aside; NULL: none. */
static const char *line_of(const char *text, const char *mark, bool last)
{
    const char *found = NULL, *line = text;

    while (line && (last || !found)) {
        const char *start = line + strspn(line, " \t");

        found = begins(start, mark) ? start : found;
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return found;
}

/* s[0..n) without blanks around it. [new] */
static char *trimmed(const char *s, size_t n)
{
    while (n && isspace((unsigned char)*s))
        s++, n--;
    while (n && isspace((unsigned char)s[n - 1]))
        n--;
    return lm_copy_bytes(s, n);
}

/* ------------------------------------------------------------------ values */

static int hex4(const char *s)
{
    char digits[5] = { 0 };

    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)s[i]))
            return -1;
        digits[i] = s[i];
    }
    return (int)strtol(digits, NULL, 16);
}

/* The \uXXXX behind *s, of two escapes when they are halves of a pair; *s moves to its last digit. */
static void put_escape(lm_text *out, const char **s)
{
    int c = hex4(*s + 1), low;

    if (c < 0) {
        lm_text_puts(out, "u");
        return;
    }
    *s += 4;
    if (c >= 0xd800 && c < 0xdc00 && (*s)[1] == '\\' && (*s)[2] == 'u' && (low = hex4(*s + 3)) >= 0xdc00 &&
        low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        *s += 6;
    }
    lm_text_char(out, (uint32_t)c);
}

/* A text in quotes as JSON spells it; *s stands on the first quote and then behind the last.      [new] */
static char *quoted(const char **s)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    lm_text           out = { 0 };
    const char       *at = *s + 1;

    for (; *at && *at != '"'; at++) {
        const char *special = *at == '\\' && at[1] ? strchr(from, at[1]) : NULL;

        if (*at != '\\' || !at[1])
            lm_text_add(&out, at, 1);
        else if (*++at == 'u')
            put_escape(&out, &at);
        else
            lm_text_add(&out, special ? to + (special - from) : at, 1);
    }
    *s = *at ? at + 1 : at;
    return lm_text_take(&out);
}

/* A value in brackets, "{…}" or "[…]", to the bracket that ends it or to the end of the line.      [new] */
static char *bracketed(const char **s)
{
    const char *from = *s, *at = from;
    int         level = 0;
    bool        text = false;

    do {
        if (*at == '"')
            text = !text;
        else if (*at == '\\' && text && at[1])
            at++;
        else if (!text)
            level += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    } while (level && *at && *at != '\n');
    *s = at;
    return lm_copy_bytes(from, (size_t)(at - from));
}

static char *plain(const char **s)
{
    const size_t n = strcspn(*s, ",\n");
    char        *value = trimmed(*s, n);

    *s += n;
    return value;
}

/* ------------------------------------------------------------------ fields */

static void add_field(lm_a1111_text *t, char *key, char *value)
{
    if (!(t->n_fields & (t->n_fields - 1)))
        t->fields = lm_grow(t->fields, (size_t)(2 * t->n_fields + 1) * sizeof *t->fields);
    for (char *c = key; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    t->fields[t->n_fields].key = key;
    t->fields[t->n_fields++].value = value;
}

/* "Key: value, Key: "a, b", Key: {…}" until the line ends; what has no colon is passed over. */
static void read_fields(lm_a1111_text *t, const char *s)
{
    while (*s && *s != '\n') {
        const size_t n = strcspn(s, ":,\n");
        char        *key;

        if (s[n] != ':') {
            s += n + (s[n] == ',');
            continue;
        }
        key = trimmed(s, n);
        s += n + 1;
        s += strspn(s, " \t");
        add_field(t, key, *s == '"' ? quoted(&s) : *s == '{' || *s == '[' ? bracketed(&s) : plain(&s));
        s += strcspn(s, ",\n");
        s += *s == ',';
    }
}

bool lm_a1111_is(const char *text)
{
    return line_of(text, steps_mark, true) != NULL;
}

bool lm_a1111_read(lm_a1111_text *t, const char *text)
{
    const char *steps = line_of(text, steps_mark, true), *negative = line_of(text, negative_mark, false);

    *t = (lm_a1111_text){ 0 };
    if (!steps)
        return false;
    if (!negative || negative > steps)
        negative = NULL;
    t->prompt = trimmed(text, (size_t)((negative ? negative : steps) - text));
    t->negative = lm_copy_text("");
    if (negative) {
        lm_free(t->negative);
        negative += sizeof negative_mark - 1;
        t->negative = trimmed(negative, (size_t)(steps - negative));
    }
    read_fields(t, steps);
    return true;
}

void lm_a1111_done(lm_a1111_text *t)
{
    for (int i = 0; i < t->n_fields; i++) {
        lm_free(t->fields[i].key);
        lm_free(t->fields[i].value);
    }
    lm_free(t->fields);
    lm_free(t->prompt);
    lm_free(t->negative);
}

const char *lm_a1111_field(const lm_a1111_text *t, const char *key)
{
    for (int i = t->n_fields; i-- > 0;)
        if (!strcmp(t->fields[i].key, key))
            return t->fields[i].value;
    return NULL;
}

double lm_a1111_number(const lm_a1111_text *t, const char *key, double otherwise)
{
    const char *value = lm_a1111_field(t, key);
    char       *end;
    double      x;

    if (!value || !*value)
        return otherwise;
    x = strtod(value, &end);
    return !*skip_blanks(end) && isfinite(x) ? x : otherwise;
}

bool lm_a1111_size(const char *value, long *width, long *height)
{
    char *end;

    if (!value)
        return false;
    *width = strtol(value, &end, 10);
    if (*end != 'x' && *end != 'X')
        return false;
    *height = strtol(end + 1, &end, 10);
    return !*skip_blanks(end) && *width > 0 && *height > 0 && *width <= 65536 && *height <= 65536;
}
