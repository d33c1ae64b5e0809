/* python_str.c: how Python prints constants.
 * Source: the Python language reference, "Built-in Functions": str, repr; "Format String Syntax". */
#include "core/graph/python.h"

#include <math.h>
#include <stdlib.h>

/* %.*g as a float's repr: an exponent below -4 or from 16 on, else a point with something after it. */
void lm_py_repr_float(double x, lm_text *out)
{
    char digits[40], *e;
    int  precision = 1, power;

    if (isnan(x) || isinf(x)) {
        lm_text_puts(out, isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
        return;
    }
    do
        snprintf(digits, sizeof digits, "%.*e", precision - 1, x);
    while (strtod(digits, NULL) != x && precision++ < 17);
    e = strchr(digits, 'e');
    power = atoi(e + 1);
    if (power < -4 || power >= 16) {
        lm_text_printf(out, "%.*se%c%02d", (int)(e - digits), digits, power < 0 ? '-' : '+', abs(power));
    } else {
        const int after = precision - 1 - power;

        lm_text_printf(out, "%.*f", after > 1 ? after : 1, x);
    }
}

static void repr_char(unsigned char c, char quote, lm_text *out)
{
    if (c == '\\' || c == (unsigned char)quote)
        lm_text_printf(out, "\\%c", c);
    else if (c == '\n' || c == '\r' || c == '\t')
        lm_text_puts(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    else if (c < 0x20 || c == 0x7f)
        lm_text_printf(out, "\\x%02x", c);
    else
        lm_text_add(out, (const char *)&c, 1);
}

void lm_py_repr_text(const char *text, size_t size, lm_text *out)
{
    const char quote = memchr(text, '\'', size) && !memchr(text, '"', size) ? '"' : '\'';

    lm_text_add(out, &quote, 1);
    for (size_t i = 0; i < size; i++)
        repr_char((unsigned char)text[i], quote, out);
    lm_text_add(out, &quote, 1);
}

static void str_number(const lm_json *d, lm_json_ref v, lm_text *out)
{
    size_t      size;
    double      x = 0;
    const char *text = lm_json_number(d, v, &size);

    if (lm_json_is_integer(d, v) && !(size == 2 && !memcmp(text, "-0", 2))) {
        lm_text_add(out, text, size);
    } else if (lm_json_is_integer(d, v)) {
        lm_text_puts(out, "0");
    } else {
        lm_json_to_double(d, v, &x);
        lm_py_repr_float(x, out);
    }
}

static void repr(const lm_json *d, lm_json_ref v, lm_text *out)
{
    size_t      size;
    const char *text = lm_json_string(d, v, &size);

    if (text)
        lm_py_repr_text(text, size, out);
    else
        lm_py_str(d, v, out);
}

/* As deep as values are nested: see lm_json_write. */
static void str_children(const lm_json *d, lm_json_ref v, lm_text *out)
{
    const bool object = lm_json_kind_of(d, v) == LM_JSON_OBJECT;

    lm_text_puts(out, object ? "{" : "[");
    for (lm_json_ref c = lm_json_first(d, v), first = c; c; c = lm_json_next(d, c)) {
        lm_text_puts(out, c == first ? "" : ", ");
        if (object) {
            repr(d, c, out);
            lm_text_puts(out, ": ");
        }
        repr(d, object ? c + 1 : c, out);
    }
    lm_text_puts(out, object ? "}" : "]");
}

void lm_py_str(const lm_json *d, lm_json_ref v, lm_text *out)
{
    size_t      size;
    const char *text = lm_json_string(d, v, &size);

    switch (lm_json_kind_of(d, v)) {
    case LM_JSON_STRING:
        lm_text_add(out, text, size);
        break;
    case LM_JSON_NUMBER:
        str_number(d, v, out);
        break;
    case LM_JSON_ARRAY:
    case LM_JSON_OBJECT:
        str_children(d, v, out);
        break;
    case LM_JSON_TRUE:
    case LM_JSON_FALSE:
        lm_text_puts(out, lm_json_kind_of(d, v) == LM_JSON_TRUE ? "True" : "False");
        break;
    default:
        lm_text_puts(out, "None");
    }
}
