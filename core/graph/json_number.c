/* json_number.c: the numbers of a JSON text, exactly. */
#include "core/graph/json.h"

#include <stdlib.h>

#include "core/base/alloc.h"

/* A number as digits · 10^power; the digits have no zero at their end. */
struct decimal {
    bool     negative, fits; /* fits: the digits are all there */
    uint64_t digits;
    int64_t  power;
};

static void add_digit(struct decimal *x, int digit, int64_t *zeros)
{
    if (!digit) { /* zeros count only once another digit follows */
        (*zeros)++;
        return;
    }
    for (; *zeros >= 0 && x->fits; (*zeros)--)
        x->fits = !__builtin_mul_overflow(x->digits, 10, &x->digits);
    x->fits = x->fits && !__builtin_add_overflow(x->digits, (uint64_t)digit, &x->digits);
    *zeros = 0;
}

static int64_t read_power(const char *s, const char *end)
{
    const bool negative = s < end && *s == '-';
    int64_t    power = 0;

    for (s += s < end && (*s == '-' || *s == '+'); s < end && power < 1000000000; s++)
        power = 10 * power + (*s - '0');
    return negative ? -power : power;
}

/* Source: the grammar of numbers in RFC 8259, section 6. False for NaN and infinity. */
static bool read_decimal(const char *s, size_t size, struct decimal *out)
{
    const char *end = s + size;
    int64_t     zeros = 0, fraction = 0;
    bool        point = false;

    *out = (struct decimal){ .negative = s < end && *s == '-', .fits = true };
    s += out->negative;
    if (s == end || (unsigned char)(*s - '0') > 9)
        return false;
    for (; s < end && (*s | 32) != 'e'; s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        add_digit(out, *s - '0', &zeros);
        fraction += point;
    }
    out->power = zeros - fraction + (s < end ? read_power(s + 1, end) : 0);
    if (!out->digits && out->fits)
        out->power = 0;
    return true;
}

/* The number's size without its sign, exactly, when it is an integer below 2^64. */
static bool read_integer(const lm_json *d, lm_json_ref v, bool *negative, uint64_t *out)
{
    size_t         size;
    const char    *text = lm_json_number(d, v, &size);
    struct decimal x;

    if (!text || !read_decimal(text, size, &x) || !x.fits || x.power < 0)
        return false;
    for (; x.power; x.power--)
        if (__builtin_mul_overflow(x.digits, 10, &x.digits))
            return false;
    *negative = x.negative;
    *out = x.digits;
    return true;
}

bool lm_json_to_uint(const lm_json *d, lm_json_ref v, uint64_t *out)
{
    bool     negative;
    uint64_t x;

    if (!read_integer(d, v, &negative, &x) || (negative && x))
        return false;
    *out = x;
    return true;
}

bool lm_json_to_int(const lm_json *d, lm_json_ref v, int64_t *out)
{
    bool     negative;
    uint64_t x;

    if (!read_integer(d, v, &negative, &x) || x > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)(0 - x) : (int64_t)x;
    return true;
}

/* strtod for what is no short decimal; `text` ends nowhere. */
static double slow_double(const char *text, size_t size)
{
    char  *copy = lm_copy_bytes(text, size);
    double x = strtod(copy, NULL);

    lm_free(copy);
    return x;
}

bool lm_json_to_double(const lm_json *d, lm_json_ref v, double *out)
{
    /* Powers of ten that a double holds exactly: one division or product of exact numbers rounds once, so it
     * is right.  Source: Clinger, "How to Read Floating Point Numbers Accurately", 1990. */
    static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    size_t         size;
    const char    *text = lm_json_number(d, v, &size);
    struct decimal x;
    double         value;

    if (!text)
        return false;
    if (!read_decimal(text, size, &x) || !x.fits || x.digits >> 53 || x.power < -22 || x.power > 22) {
        *out = slow_double(text, size);
        return true;
    }
    value = x.power < 0 ? (double)x.digits / tens[-x.power] : (double)x.digits * tens[x.power];
    *out = x.negative ? -value : value;
    return true;
}

bool lm_json_is_integer(const lm_json *d, lm_json_ref v)
{
    size_t      size;
    const char *text = lm_json_number(d, v, &size);

    for (size_t i = 0; text && i < size; i++)
        if (text[i] != '-' && (unsigned char)(text[i] - '0') > 9)
            return false;
    return text;
}
