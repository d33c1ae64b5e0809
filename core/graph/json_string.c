/* json_string.c: decodes the strings of a JSON text where they lie. */
#include "core/base/text.h"
#include "core/graph/json_parts.h"

char *lm_json_skip_plain(char *s)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t       x, found;

    for (;; s += 8) {
        memcpy(&x, s, 8);
        found = (x - 0x20 * ones) | ((x ^ '"' * ones) - ones) | ((x ^ '\\' * ones) - ones) | x;
        found &= 0x80 * ones;
        if (found) /* bytes below the lowest mark are clean; those above may be marked by a borrow */
            return s + __builtin_ctzll(found) / 8;
    }
}

/* Bytes of the character at s, whose first byte is not ASCII; 0 when it is not UTF-8.
 * Source: RFC 3629, section 4. */
static int utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const int            n = u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;

    for (int i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return n;
}

/* Four hexadecimal digits at s, or -1. */
static int32_t hex4(const char *s)
{
    int32_t x = 0;

    for (int i = 0; i < 4; i++) {
        const char c = s[i];

        if (c >= '0' && c <= '9')
            x = x << 4 | (c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            x = x << 4 | ((c | 32) - 'a' + 10);
        else
            return -1;
    }
    return x;
}

/* \uXXXX at *s: a character, of two escapes when they are the halves of a pair. */
static const char *decode_hex(char **s, char **w)
{
    int32_t c = hex4(*s + 2), low;

    if (c < 0)
        return "\\u needs four hexadecimal digits";
    *s += 6;
    if (c >= 0xd800 && c < 0xdc00 && (*s)[0] == '\\' && (*s)[1] == 'u') {
        low = hex4(*s + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            *s += 6;
        }
    }
    *w = lm_utf8_put(*w, (uint32_t)c);
    return NULL;
}

static const char *decode_escape(char **s, char **w)
{
    static const char names[] = "\"\\/bfnrt", chars[] = "\"\\/\b\f\n\r\t";
    const char       *name = (*s)[1] ? strchr(names, (*s)[1]) : NULL;

    if ((*s)[1] == 'u')
        return decode_hex(s, w);
    if (!name)
        return "this is no escape that JSON has";
    *(*w)++ = chars[name - names];
    *s += 2;
    return NULL;
}

/* A character that is not ASCII, or a run of those that are plain. */
static const char *copy_chars(char **s, char **w)
{
    const size_t n = **s & 0x80 ? (size_t)utf8_length(*s) : (size_t)(lm_json_skip_plain(*s) - *s);

    if (!n)
        return "these bytes are not UTF-8";
    memmove(*w, *s, n);
    *w += n;
    *s += n;
    return NULL;
}

const char *lm_json_decode(char **at, char **end)
{
    const char *fault = NULL;
    char       *w = *at;

    while (!fault && **at != '"') {
        if (**at == '\\')
            fault = decode_escape(at, &w);
        else if ((unsigned char)**at < 0x20)
            fault = "a control character in a string must be written as an escape";
        else
            fault = copy_chars(at, &w);
    }
    *end = w;
    return fault;
}
