/* python_float.c: the number that Python's float() reads from a text.  Source: the Python Language Reference,
 * built-in functions, float. */
#include "nodes/models/python_float.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/models/clip_text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* s[0..n) without blanks around it, digits of all scripts as ASCII. */
static char *plain_ascii(const char *s, size_t n)
{
    lm_text out = { 0 };
    size_t  solid = 0;

    for (size_t i = 0, used; i < n; i += used) {
        const uint32_t c = lm_char_read(s + i, n - i, &used);
        const int      digit = lm_char_digit(c);

        if (lm_char_is_blank(c) && !out.size)
            continue;
        if (digit >= 0)
            lm_text_printf(&out, "%d", digit);
        else
            lm_text_add(&out, s + i, used);
        solid = lm_char_is_blank(c) ? solid : out.size;
    }
    if (out.at)
        out.at[solid] = '\0';
    return lm_text_take(&out);
}

/* Digits, single underscores between them allowed; copies them to *to. How many bytes were read. */
static size_t digits(const char *s, lm_text *to)
{
    size_t i = 0;

    for (; is_digit(s[i]) || (s[i] == '_' && i && is_digit(s[i - 1]) && is_digit(s[i + 1])); i++)
        if (s[i] != '_')
            lm_text_add(to, s + i, 1);
    return i;
}

/* [digits][.digits][e[sign]digits], copied to *to. */
static bool plain_number(const char *s, lm_text *to)
{
    const size_t whole = digits(s, to);
    size_t       part = 0, power = 1;

    s += whole;
    if (*s == '.') {
        lm_text_puts(to, ".");
        s += 1 + (part = digits(s + 1, to));
    }
    if (*s == 'e' || *s == 'E') {
        lm_text_puts(to, "e");
        s++;
        if (*s == '+' || *s == '-')
            lm_text_add(to, s++, 1);
        s += power = digits(s, to);
    }
    return (whole || part) && power && !*s;
}

bool lm_python_float(const char *s, size_t n, double *out)
{
    lm_text    text = { 0 };
    char      *plain = plain_ascii(s, n);
    const bool minus = *plain == '-';
    const char *at = plain + (minus || *plain == '+');
    bool       ok = true;

    if (!strcasecmp(at, "inf") || !strcasecmp(at, "infinity"))
        *out = HUGE_VAL;
    else if (!strcasecmp(at, "nan"))
        *out = NAN;
    else if ((ok = plain_number(at, &text)))
        *out = strtod(lm_text_str(&text), NULL);    /* limn runs in the "C" locale */
    if (ok && minus)
        *out = -*out;
    lm_text_done(&text);
    lm_free(plain);
    return ok;
}
