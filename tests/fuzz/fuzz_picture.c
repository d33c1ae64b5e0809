/* fuzz_picture.c: any bytes as a picture file, and as a PNG with text in it.
 *
 * Beyond not crashing: what is read has the size it claims and survives a change of size; what is refused is
 * refused with a sentence that names the file; nothing takes more than a small picture may. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/picture/lanczos.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/texts.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_PIXELS = 1 << 14 }; /* so that a run of millions is a matter of hours */

static void want_sentence(const limn_error *err)
{
    want(err->code == LIMN_FILE || err->code == LIMN_MEMORY, "a refusal is about the file or about memory");
    want(strstr(err->text, "p.png") != NULL, "a refusal names the file");
}

/* Every byte is there to be read, and a picture of half the size can be made of it. */
static void use(lm_picture *p)
{
    const size_t one = (size_t)p->width * (size_t)p->height * (size_t)p->channels;
    lm_bitmap    small = { (p->width + 1) / 2, (p->height + 1) / 2, p->channels, NULL };
    limn_error   err = { 0 };
    unsigned     sum = 0;

    want(p->width > 0 && p->height > 0 && p->frames > 0 && (p->channels == 3 || p->channels == 4),
         "a picture has a size");
    for (size_t i = 0; i < one * (size_t)p->frames; i++)
        sum += p->bytes[i];
    small.at = malloc((size_t)small.width * (size_t)small.height * (size_t)small.channels);
    want(lm_lanczos((lm_bitmap){ p->width, p->height, p->channels, p->bytes }, small, NULL, &err),
         "a small picture can change its size");
    want(sum + 1 > 0, "bytes add up");
    free(small.at);
}

static void hear(void *self, const char *key, const char *text, size_t n)
{
    want(*key && strlen(text) == n, "a text has a key and its length");
    *(size_t *)self += n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lm_source  s = lm_source_memory(data, size, "p.png"), t = s;
    limn_error err = { 0 }, text_err = { 0 };
    lm_picture p;
    size_t     heard = 0;

    s.most_pixels = MOST_PIXELS;
    s.still = size & 1;
    s.fit = size & 2 ? 1 + (int)(size % 61) : 0;
    if (lm_picture_read(&s, &p, &err))
        use(&p);
    else
        want_sentence(&err);
    lm_picture_done(&p);
    if (!lm_picture_texts(&t, hear, &heard, &text_err))
        want_sentence(&text_err);
    want(heard <= 8 << 20, "no more than 8 MiB of text");
    return 0;
}
