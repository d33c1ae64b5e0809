/* fuzz_texts.c: any bytes as a picture file whose texts are asked for, and as the EXIF block of one.
 *
 * Beyond not crashing: what is told has a key, ends where it says, is UTF-8 but for what nobody can mend, and
 * is no more than 8 MiB in all; what is refused is refused with a sentence that names the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/picture/texts.h"
#include "tests/fuzz/fuzz.h"

enum { FRAME = 20 };

static void hear(void *self, const char *key, const char *text, size_t n)
{
    want(*key && strlen(text) == n, "a text has a key and its length");
    *(size_t *)self += n;
}

static void ask(const uint8_t *data, size_t size)
{
    lm_source  s = lm_source_memory(data, size, "p.png");
    limn_error err = { 0 };
    size_t     heard = 0;

    if (!lm_picture_texts(&s, hear, &heard, &err))
        want((err.code == LIMN_FILE || err.code == LIMN_MEMORY) && strstr(err.text, "p.png"),
             "a refusal is about the file and names it");
    want(heard <= 2 * (8 << 20), "no more than 8 MiB of text, twice that where it was Latin-1");
}

static void put_le32(uint8_t *to, size_t x)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(x >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *webp = malloc(FRAME + size + 1);

    ask(data, size);
    memcpy(webp, "RIFF....WEBPEXIF....", FRAME);
    put_le32(webp + 4, FRAME - 8 + size + (size & 1));
    put_le32(webp + 16, size);
    memcpy(webp + FRAME, data, size);
    webp[FRAME + size] = 0;
    ask(webp, FRAME + size + (size & 1));
    free(webp);
    return 0;
}
