/* remote_accept.c: the answer to a WebSocket's handshake. */
#include "core/cli/remote_accept.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BLOCK = 64, DIGEST = 20, ACCEPT = 28, KEY_MAX = 64 };

/* ------------------------------------------------------------------ SHA-1 of one or two blocks.  Source: RFC 3174. */

static uint32_t turned(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static uint32_t mix(int round, const uint32_t h[5])
{
    switch (round) {
    case 0: return ((h[1] & h[2]) | (~h[1] & h[3])) + 0x5a827999;
    case 1: return (h[1] ^ h[2] ^ h[3]) + 0x6ed9eba1;
    case 2: return ((h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3])) + 0x8f1bbcdc;
    default: return (h[1] ^ h[2] ^ h[3]) + 0xca62c1d6;
    }
}

static void add_block(uint32_t sum[5], const uint8_t *at)
{
    uint32_t w[80], h[5];

    for (int i = 0; i < 80; i++)
        w[i] = i < 16 ? (uint32_t)at[4 * i] << 24 | (uint32_t)at[4 * i + 1] << 16 | (uint32_t)at[4 * i + 2] << 8 | at[4 * i + 3]
                      : turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(h, sum, sizeof h);
    for (int i = 0; i < 80; i++) {
        const uint32_t next = turned(h[0], 5) + mix(i / 20, h) + h[4] + w[i];

        memmove(h + 1, h, 4 * sizeof *h);
        h[2] = turned(h[2], 30);
        h[0] = next;
    }
    for (int i = 0; i < 5; i++)
        sum[i] += h[i];
}

/* n < 2 * BLOCK - 8. */
static void digest(const char *text, size_t n, uint8_t out[DIGEST])
{
    uint32_t     sum[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
    uint8_t      block[2 * BLOCK] = { 0 };
    const size_t size = n + 9 > BLOCK ? 2 * BLOCK : BLOCK;

    memcpy(block, text, n);
    block[n] = 0x80;
    for (int i = 0; i < 4; i++)
        block[size - 1 - (size_t)i] = (uint8_t)(8 * n >> 8 * i);
    for (size_t at = 0; at < size; at += BLOCK)
        add_block(sum, block + at);
    for (int i = 0; i < DIGEST; i++)
        out[i] = (uint8_t)(sum[i / 4] >> (24 - 8 * (i % 4)));
}

/* Base64 of twenty bytes.  Source: RFC 4648. */
static void accept_of(const char *key, char out[ACCEPT + 1])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t           sum[DIGEST + 1] = { 0 };
    char              text[KEY_MAX + 40];
    const int         n = snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", KEY_MAX, key);

    digest(text, (size_t)n, sum);
    for (int i = 0; i < ACCEPT; i++) {
        const int bit = 6 * i, byte = bit / 8, pair = byte < DIGEST ? sum[byte] << 8 | sum[byte + 1] : 0;

        out[i] = letters[pair >> (10 - bit % 8) & 63];
    }
    out[ACCEPT - 1] = '='; /* 160 bits: 26 digits and four bits of another */
    out[ACCEPT] = '\0';
}

/* ------------------------------------------------------------------ the head */

/* One line's value when its name is this one, without the space around it; NULL. */
static const char *value_of(const char *line, size_t size, const char *name, size_t *n)
{
    const size_t length = strlen(name);

    if (size <= length || line[length] != ':' || strncasecmp(line, name, length))
        return NULL;
    line += length + 1;
    size -= length + 1;
    while (size && (*line == ' ' || *line == '\t'))
        line++, size--;
    while (size && (line[size - 1] == ' ' || line[size - 1] == '\t'))
        size--;
    *n = size;
    return line;
}

static bool has_word(const char *at, size_t n, const char *word)
{
    const size_t length = strlen(word);

    for (size_t i = 0; i + length <= n; i++)
        if (!strncasecmp(at + i, word, length) && (!i || strchr(", \t", at[i - 1])) &&
            (i + length == n || strchr(", \t", at[i + length])))
            return true;
    return false;
}

typedef struct seen {
    int  accepts, others;
    bool upgrade, connection, proven;
} seen;

static void look_at(seen *s, const char *line, size_t size, const char *accept)
{
    const char *v;
    size_t      n;

    if ((v = value_of(line, size, "Upgrade", &n)))
        s->upgrade |= n == 9 && !strncasecmp(v, "websocket", 9);
    else if ((v = value_of(line, size, "Connection", &n)))
        s->connection |= has_word(v, n, "upgrade");
    else if ((v = value_of(line, size, "Sec-WebSocket-Accept", &n)))
        s->accepts++, s->proven = n == ACCEPT && !memcmp(v, accept, ACCEPT);
    else
        s->others += value_of(line, size, "Sec-WebSocket-Extensions", &n) ||
                     value_of(line, size, "Sec-WebSocket-Protocol", &n);
}

bool lm_remote_accepts(const char *head, size_t n, const char *key)
{
    static const char status[] = "HTTP/1.1 101";
    char              accept[ACCEPT + 1];
    seen              s = { 0 };

    accept_of(key, accept);
    if (n < sizeof status - 1 || memcmp(head, status, sizeof status - 1) || (n > 12 && head[12] != ' ' && head[12] != '\r'))
        return false;
    for (const char *end = head + n, *next; head < end; head = next + 2) {
        next = memmem(head, (size_t)(end - head), "\r\n", 2);
        next = next ? next : end;
        look_at(&s, head, (size_t)(next - head), accept);
    }
    return s.upgrade && s.connection && s.proven && s.accepts == 1 && !s.others;
}
