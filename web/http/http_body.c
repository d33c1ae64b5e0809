/* http_body.c: bodies by length and in chunks, a byte at a time where it is framing. */
#include "web/http/http_body.h"

enum {
    PLAIN, OVER,
    SIZE, EXTENSION, SIZE_LF, CHUNK, CHUNK_CR, CHUNK_LF,
    TRAILER, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF, LAST_LF,
};

void lm_http_body_begin(lm_http_body *b, const lm_http_head *head)
{
    *b = (lm_http_body){ .left = head->length, .phase = head->chunked ? SIZE : head->length ? PLAIN : OVER };
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_text(char c)
{
    return c == '\t' || (c >= 0x20 && c < 0x7f);
}

static int size_byte(lm_http_body *b, char c)
{
    const int digit = digit_of(c);

    if (digit >= 0 && b->digits < 15) {
        b->left = b->left * 16 + (uint64_t)digit;
        b->digits++;
        return SIZE;
    }
    if (!b->digits || digit >= 0)
        return -1;
    return c == '\r' ? SIZE_LF : c == ';' ? EXTENSION : -1;
}

static int name_byte(lm_http_body *b, char c)
{
    if (c != ':') {
        if (b->n_name < sizeof b->name)
            b->name[b->n_name++] = c;
        return lm_http_is_token((lm_slice){ &c, 1 }) ? TRAILER_NAME : -1;
    }
    const lm_slice name = { b->name, b->n_name };
    const bool     framing = lm_slice_like(name, "content-length") || lm_slice_like(name, "host") ||
                         lm_slice_like(name, "transfer-encoding");
    return b->n_name && !framing ? TRAILER_VALUE : -1;
}

static int start_of_size(lm_http_body *b)
{
    b->digits = 0;
    b->left = 0;
    return SIZE;
}

/* The phase after c; -1 when c may not stand there. */
static int framing_byte(lm_http_body *b, char c)
{
    switch (b->phase) {
    case SIZE:
        return size_byte(b, c);
    case EXTENSION:
        return c == '\r' ? SIZE_LF : is_text(c) ? EXTENSION : -1;
    case SIZE_LF:
        return c != '\n' ? -1 : b->left ? CHUNK : TRAILER;
    case CHUNK_CR:
        return c == '\r' ? CHUNK_LF : -1;
    case CHUNK_LF:
        return c == '\n' ? start_of_size(b) : -1;
    case TRAILER:
        b->n_name = 0;
        return c == '\r' ? LAST_LF : name_byte(b, c);
    case TRAILER_NAME:
        return name_byte(b, c);
    case TRAILER_VALUE:
        return c == '\r' ? TRAILER_LF : is_text(c) || (c & 0x80) ? TRAILER_VALUE : -1;
    case TRAILER_LF:
        return c == '\n' ? TRAILER : -1;
    default: /* LAST_LF */
        return c == '\n' ? OVER : -1;
    }
}

static bool is_extra(int phase)
{
    return phase == EXTENSION || phase >= TRAILER;
}

static int give(lm_http_body *b, const char *in, size_t n, size_t *used, lm_slice *data)
{
    const size_t some = b->left < n ? (size_t)b->left : n;

    *data = (lm_slice){ in, some };
    *used += some;
    b->total += some;
    b->left -= some;
    if (!b->left)
        b->phase = b->phase == PLAIN ? OVER : CHUNK_CR;
    return LM_HTTP_DATA;
}

int lm_http_body_next(lm_http_body *b, const char *in, size_t n, size_t *used, lm_slice *data)
{
    *used = 0;
    while (b->phase != OVER && *used < n) {
        if (b->phase == PLAIN || b->phase == CHUNK)
            return give(b, in + *used, n - *used, used, data);
        const int next = framing_byte(b, in[(*used)++]);

        if (next < 0 || (is_extra(next) && ++b->extra > LM_HTTP_EXTRA_BYTES))
            return 400;
        b->phase = (uint8_t)next;
    }
    return b->phase == OVER ? LM_HTTP_DONE : LM_HTTP_MORE;
}
