/* fuzz_picture_words.c: any bytes as a picture's file whose words are looked for; the first byte says whether it begins as a
 * PNG, as a WebP, or as it comes.
 *
 * Beyond not crashing: there are no more words than a label has, whole lines of UTF-8 without a NUL, and the same twice. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/graph/json.h"
#include "tests/fuzz/fuzz.h"
#include "web/queue/labels.h"
#include "web/server/picture_words.h"

static int file_of(const uint8_t *data, size_t size)
{
    static const char png[] = "\x89PNG\r\n\x1a\n", webp[] = "RIFF\0\0\0\0WEBP";
    const int         fd = memfd_create("picture", MFD_CLOEXEC);
    const uint8_t     first = size ? data[0] % 3 : 2;
    const size_t      n = first == 0 ? sizeof png - 1 : first == 1 ? sizeof webp - 1 : 0;

    want(fd >= 0 && write(fd, first ? webp : png, n) == (ssize_t)n, "a file in memory can be written");
    size -= size > 0;
    want(write(fd, data + 1, size) == (ssize_t)size, "a file in memory can be written");
    return fd;
}

static void want_words(const lm_text *t)
{
    want(t->size <= LM_LABEL_WORDS, "no more than a label has");
    want(!t->size || (t->at[t->size - 1] == '\n' && !memchr(t->at, 0, t->size)), "whole lines of text");
    want(!t->size || lm_utf8_well(t->at, t->size), "words are UTF-8");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = file_of(data, size);
    lm_text   words = { 0 }, again = { 0 };

    lm_picture_words(&words, fd);
    lm_picture_words(&again, fd);
    want_words(&words);
    want(words.size == again.size && (!words.size || !memcmp(words.at, again.at, words.size)), "the same twice");
    lm_text_done(&words);
    lm_text_done(&again);
    close(fd);
    return 0;
}
