/* picture_size.c: width and height from the headers of four formats.
 * Source: PNG (RFC 2083), GIF89a, RFC 9649 (WebP), ITU T.81 (JPEG). */
#include "web/server/picture_size.h"

#include <string.h>

static uint32_t big(const uint8_t *at, int n)
{
    uint32_t x = 0;

    for (int i = 0; i < n; i++)
        x = x << 8 | at[i];
    return x;
}

static uint32_t little(const uint8_t *at, int n)
{
    uint32_t x = 0;

    for (int i = n; i-- > 0;)
        x = x << 8 | at[i];
    return x;
}

static bool png(const uint8_t *h, size_t n, uint32_t *width, uint32_t *height)
{
    if (n < 24 || memcmp(h, "\x89PNG\r\n\x1a\n", 8) || memcmp(h + 12, "IHDR", 4))
        return false;
    *width = big(h + 16, 4);
    *height = big(h + 20, 4);
    return true;
}

static bool gif(const uint8_t *h, size_t n, uint32_t *width, uint32_t *height)
{
    if (n < 10 || (memcmp(h, "GIF87a", 6) && memcmp(h, "GIF89a", 6)))
        return false;
    *width = little(h + 6, 2);
    *height = little(h + 8, 2);
    return true;
}

static bool webp(const uint8_t *h, size_t n, uint32_t *width, uint32_t *height)
{
    uint32_t bits;

    if (n < 30 || memcmp(h, "RIFF", 4) || memcmp(h + 8, "WEBP", 4))
        return false;
    if (!memcmp(h + 12, "VP8X", 4)) {
        *width = 1 + little(h + 24, 3);
        *height = 1 + little(h + 27, 3);
    } else if (!memcmp(h + 12, "VP8L", 4)) {
        bits = little(h + 21, 4);
        *width = 1 + (bits & 0x3fff);
        *height = 1 + (bits >> 14 & 0x3fff);
    } else if (!memcmp(h + 12, "VP8 ", 4)) {
        *width = little(h + 26, 2) & 0x3fff;
        *height = little(h + 28, 2) & 0x3fff;
    } else {
        return false;
    }
    return true;
}

/* A marker that begins a frame: all of them but DHT, JPG and DAC, which stand among them. */
static bool is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool jpeg(const uint8_t *h, size_t n, uint32_t *width, uint32_t *height)
{
    size_t at = 2;

    if (n < 4 || h[0] != 0xff || h[1] != 0xd8)
        return false;
    while (at + 9 <= n && h[at] == 0xff) {
        if (h[at + 1] == 0xff) { /* a byte to fill */
            at++;
        } else if (is_frame(h[at + 1])) {
            *height = big(h + at + 5, 2);
            *width = big(h + at + 7, 2);
            return true;
        } else {
            at += 2 + (size_t)big(h + at + 2, 2);
        }
    }
    return false;
}

bool lm_picture_size(const uint8_t *head, size_t n, uint32_t *width, uint32_t *height)
{
    return (png(head, n, width, height) || gif(head, n, width, height) || webp(head, n, width, height) ||
            jpeg(head, n, width, height)) &&
           *width && *height;
}
