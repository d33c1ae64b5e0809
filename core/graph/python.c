/* python.c: Python's conversions of constants.
 * Source: the Python language reference, "Built-in Functions": int, float, str, repr. */
#include "core/graph/python.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/alloc.h"

/* ------------------------------------------------------------------ texts that are numbers */

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static void strip(const char **text, size_t *size)
{
    while (*size && is_space(**text)) {
        (*text)++;
        (*size)--;
    }
    while (*size && is_space((*text)[*size - 1]))
        (*size)--;
}

/* Copies text without its underscores, each of which must stand between digits. NULL: they do not. [new] */
static char *without_underscores(const char *text, size_t size)
{
    char  *copy = lm_alloc(size + 1);
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] != '_') {
            copy[n++] = text[i];
        } else if (!i || i + 1 == size || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
            lm_free(copy);
            return NULL;
        }
    }
    return copy;
}

/* The digits of an integer, its sign read and its leading zeros gone. False: not an integer. */
static bool digits_of(const char *text, size_t size, bool *negative, const char **digits, size_t *n)
{
    const bool sign = size && (*text == '-' || *text == '+');

    *negative = sign && *text == '-';
    text += sign;
    size -= sign;
    if (!size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_digit(text[i]))
            return false;
    for (; size > 1 && *text == '0'; size--)
        text++;
    *digits = text;
    *n = size;
    return true;
}

static void int_of_digits(const char *digits, size_t n, bool negative, lm_py_int *out)
{
    *out = (lm_py_int){ .negative = negative, .fits = true };
    for (size_t i = 0; i < n && out->fits; i++)
        out->fits = !__builtin_mul_overflow(out->size, 10, &out->size) &&
                    !__builtin_add_overflow(out->size, (uint64_t)(digits[i] - '0'), &out->size);
    if (out->fits && !out->size)
        out->negative = false;
}

static bool int_of_text(const char *text, size_t size, lm_py_int *out)
{
    const char *digits;
    size_t      n;
    bool        ok, negative;
    char       *copy;

    strip(&text, &size);
    copy = memchr(text, 0, size) ? NULL : without_underscores(text, size);
    ok = copy && digits_of(copy, strlen(copy), &negative, &digits, &n);
    if (ok)
        int_of_digits(digits, n, negative, out);
    lm_free(copy);
    return ok;
}

/* Is this how Python may spell a float?  [sign] (inf | infinity | nan | digits with a point and exponent) */
static bool spells_float(const char *s)
{
    const char *begin;
    size_t      digits = 0;

    s += *s == '+' || *s == '-';
    if (!strcasecmp(s, "inf") || !strcasecmp(s, "infinity") || !strcasecmp(s, "nan"))
        return true;
    for (; is_digit(*s) || *s == '.'; s++)
        digits += is_digit(*s);
    begin = s;
    if (!digits)
        return false;
    if ((*s | 32) == 'e') {
        s++;
        s += *s == '+' || *s == '-';
        for (begin = s; is_digit(*s); s++) {}
        if (s == begin)
            return false;
    }
    return !*s;
}

static bool float_of_text(const char *text, size_t size, double *out)
{
    char *copy, *end = NULL;

    strip(&text, &size);
    copy = memchr(text, 0, size) ? NULL : without_underscores(text, size);
    if (copy && spells_float(copy))
        *out = strtod(copy, &end);
    size = end ? (size_t)(end - copy) : 0;
    end = end && size == strlen(copy) ? end : NULL; /* "1.2.3" */
    lm_free(copy);
    return end;
}

/* ------------------------------------------------------------------ conversions */

static const char *type_name(lm_json_kind kind)
{
    return kind == LM_JSON_ARRAY ? "list" : kind == LM_JSON_OBJECT ? "dict" : "NoneType";
}

static bool int_of_float(double x, lm_py_int *out, lm_text *complaint)
{
    const double size = fabs(trunc(x));

    if (isnan(x) || isinf(x)) {
        lm_text_printf(complaint, "cannot convert float %s to integer", isnan(x) ? "NaN" : "infinity");
        return false;
    }
    *out = (lm_py_int){ .negative = x <= -1, .fits = size < 0x1p64 };
    out->size = out->fits ? (uint64_t)size : 0;
    return true;
}

bool lm_py_to_int(const lm_json *d, lm_json_ref v, lm_py_int *out, lm_text *complaint)
{
    const lm_json_kind kind = lm_json_kind_of(d, v);
    size_t             size;
    double             x;
    bool               negative;
    const char        *text, *digits;

    if (kind == LM_JSON_TRUE || kind == LM_JSON_FALSE) {
        *out = (lm_py_int){ .fits = true, .size = kind == LM_JSON_TRUE };
        return true;
    }
    text = lm_json_number(d, v, &size);
    if (text && digits_of(text, size, &negative, &digits, &size)) {
        int_of_digits(digits, size, negative, out);
        return true;
    }
    if (text)
        return lm_json_to_double(d, v, &x) && int_of_float(x, out, complaint);
    text = lm_json_string(d, v, &size);
    if (text && int_of_text(text, size, out))
        return true;
    if (text) {
        lm_text_puts(complaint, "invalid literal for int() with base 10: ");
        lm_py_repr_text(text, size, complaint);
    } else {
        lm_text_printf(complaint, "int() argument must be a string, a bytes-like object or a real number, "
                                  "not '%s'", type_name(kind));
    }
    return false;
}

bool lm_py_to_float(const lm_json *d, lm_json_ref v, double *out, lm_text *complaint)
{
    const lm_json_kind kind = lm_json_kind_of(d, v);
    size_t             size;
    const char        *text = lm_json_string(d, v, &size);

    if (kind == LM_JSON_TRUE || kind == LM_JSON_FALSE) {
        *out = kind == LM_JSON_TRUE;
        return true;
    }
    if (lm_json_to_double(d, v, out)) {
        if (!isinf(*out) || !lm_json_is_integer(d, v))
            return true;
        lm_text_puts(complaint, "int too large to convert to float");
        return false;
    }
    if (text && float_of_text(text, size, out))
        return true;
    if (text) {
        lm_text_puts(complaint, "could not convert string to float: ");
        lm_py_repr_text(text, size, complaint);
    } else {
        lm_text_printf(complaint, "float() argument must be a string or a real number, not '%s'",
                       type_name(kind));
    }
    return false;
}

bool lm_py_to_bool(const lm_json *d, lm_json_ref v)
{
    size_t size;
    double x;

    if (lm_json_to_double(d, v, &x))
        return x != 0; /* NaN is true */
    if (lm_json_string(d, v, &size))
        return size;
    return lm_json_kind_of(d, v) == LM_JSON_TRUE || lm_json_count(d, v);
}

/* The digits of str(int(text)). */
static void int_str_of_text(const char *text, size_t size, lm_text *out)
{
    const char *digits;
    size_t      n;
    bool        negative;
    char       *copy;

    strip(&text, &size);
    copy = without_underscores(text, size);
    if (copy && digits_of(copy, strlen(copy), &negative, &digits, &n)) {
        lm_text_puts(out, negative && !(n == 1 && *digits == '0') ? "-" : "");
        lm_text_add(out, digits, n);
    }
    lm_free(copy);
}

void lm_py_int_str(const lm_json *d, lm_json_ref v, lm_text *out)
{
    const lm_json_kind kind = lm_json_kind_of(d, v);
    size_t             size;
    double             x;
    const char        *text = lm_json_string(d, v, &size);

    if (text)
        int_str_of_text(text, size, out);
    else if (kind == LM_JSON_NUMBER && !lm_json_is_integer(d, v) && lm_json_to_double(d, v, &x))
        lm_text_printf(out, "%.0f", trunc(x) + 0.0);
    else if (kind == LM_JSON_NUMBER)
        lm_py_str(d, v, out);
    else
        lm_text_puts(out, kind == LM_JSON_TRUE ? "1" : "0");
}
