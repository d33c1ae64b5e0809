/* picture_size_test.c: sizes of pictures by their headers, whole, cut off and torn. */
#include <string.h>

#include "tests/test.h"
#include "tests/web/chance.h"
#include "web/server/picture_size.h"

static const struct {
    const char *what, *head;
    size_t      n;
    uint32_t    width, height;
} samples[] = {
    { "PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\0\0\0\1\x2c\b\2\0\0\0", 29, 512, 300 },
    { "GIF", "GIF89a\x40\1\xf0\0\x80\0\0", 13, 320, 240 },
    { "WebP", "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\1\x2a\x40\1\xf0\0", 30, 320, 240 },
    { "WebP without loss", "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\0\0\0\0\0\0", 31, 320, 240 },
    { "WebP with more", "RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\x3f\1\0\xef\0\0", 30, 320, 240 },
    { "JPEG", "\xff\xd8\xff\xe0\0\4ab\xff\xff\xc4\0\3x\xff\xc0\0\x11\b\0\xf0\1\x40\3", 24, 320, 240 },
};

TEST(each_format_is_read)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint32_t width = 0, height = 0;

        WANT(lm_picture_size((const uint8_t *)samples[i].head, samples[i].n, &width, &height));
        WANT(width == samples[i].width && height == samples[i].height);
        if (width != samples[i].width || height != samples[i].height)
            printf("%s: %u x %u\n", samples[i].what, width, height);
    }
}

TEST(what_is_cut_off_or_something_else_has_no_size)
{
    uint32_t width, height;

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (size_t n = 0; n < 10; n++) { /* of memory of just that size, for the sanitizers */
            uint8_t *head = malloc(n + 1);

            memcpy(head, samples[i].head, n);
            WANT(!lm_picture_size(head, n, &width, &height));
            free(head);
        }
    WANT(!lm_picture_size((const uint8_t *)"no picture at all, but a text", 29, &width, &height));
    WANT(!lm_picture_size((const uint8_t *)"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\1\x2c", 24, &width, &height));
    WANT(!lm_picture_size((const uint8_t *)"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0\xff\xe0\0\0", 14, &width, &height));
}

TEST(torn_headers_do_no_harm)
{
    chance   luck = { 11 };
    uint8_t  head[64];
    uint32_t width, height;

    for (int round = 0; round < 20000; round++) {
        const size_t i = (size_t)chance_below(&luck, (int)(sizeof samples / sizeof *samples));
        const size_t n = samples[i].n;

        memcpy(head, samples[i].head, n);
        for (int k = chance_below(&luck, 4); k >= 0; k--)
            head[chance_below(&luck, (int)n)] = (uint8_t)chance_below(&luck, 256);
        lm_picture_size(head, n - (size_t)chance_below(&luck, (int)n), &width, &height);
    }
    WANT(true);
}

TEST_MAIN
