/* picture_words_test.c: by which words a picture is found, whatever its file says. */
#include "web/server/picture_words.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/test.h"
#include "tests/web/chance.h"
#include "web/queue/labels.h"

static const char prompt[] = "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 18446744073709551615, \"noise_seed\": 7, \"steps\": 20, "
                             "\"sampler_name\": \"euler\", \"model\": [\"4\", 0], \"text\": \"a red barn\"}}}";
static const char found[] = "seed:18446744073709551615\nseed:7\neuler\na red barn\n";

static void big(lm_text *out, uint32_t v)
{
    for (int i = 24; i >= 0; i -= 8)
        lm_text_add(out, &(char){ (char)(v >> i) }, 1);
}

static void chunk(lm_text *out, const char *type, const char *at, size_t n)
{
    big(out, (uint32_t)n);
    lm_text_add(out, type, 4);
    lm_text_add(out, at, n);
    big(out, 0);
}

/* A PNG with a header and one chunk of text, whose key and text have a NUL between them. */
static lm_text png_with(const char *type, const char *text, size_t n)
{
    lm_text out = { 0 };

    lm_text_add(&out, "\x89PNG\r\n\x1a\n", 8);
    chunk(&out, "IHDR", "\0\0\0\1\0\0\0\1\10\2\0\0\0", 13);
    chunk(&out, type, text, n);
    chunk(&out, "IEND", "", 0);
    return out;
}

static lm_text keyed(const char *key, size_t n_key, const char *text)
{
    lm_text out = { 0 };

    lm_text_add(&out, key, n_key);
    lm_text_puts(&out, text);
    return out;
}

static lm_text webp_with(const char *text)
{
    lm_text        out = { 0 };
    const uint32_t n = (uint32_t)strlen(text) + 1;

    lm_text_add(&out, "RIFF\0\0\0\0WEBPEXIF", 16);
    for (int i = 0; i < 32; i += 8)
        lm_text_add(&out, &(char){ (char)(n >> i) }, 1);
    lm_text_add(&out, text, n);
    return out;
}

/* The words of these bytes as a file.                                                                         [new] */
static char *words_of(const char *at, size_t n)
{
    const int fd = memfd_create("picture", MFD_CLOEXEC);
    lm_text   out = { 0 };

    WANT(fd >= 0 && pwrite(fd, at, n, 0) == (ssize_t)n);
    lm_picture_words(&out, fd);
    close(fd);
    WANT(out.size <= LM_LABEL_WORDS);
    return out.at ? lm_text_take(&out) : lm_copy_text("");
}

static void gives(lm_text file, const char *wanted)
{
    char *words = words_of(file.at, file.size);

    WANT_TEXT(words, wanted);
    lm_free(words);
    lm_text_done(&file);
}

TEST(a_prompt_gives_its_texts_and_seeds)
{
    lm_text out = { 0 };

    lm_prompt_words(&out, prompt, sizeof prompt - 1);
    WANT_TEXT(out.at, found);
    lm_text_done(&out);
    for (int i = 0; i < 2; i++) {
        static const char *const none[] = { "", "[1, {\"a\": 5}]" };

        lm_prompt_words(&out, none[i], strlen(none[i]));
        WANT(!out.size);
    }
}

TEST(words_stand_in_png_and_webp_as_writers_put_them)
{
    lm_text plain = keyed("prompt\0", 7, prompt), inter = keyed("prompt\0\0\0en\0\0", 13, prompt), packed = keyed("prompt\0\1\0\0\0", 11, prompt);
    lm_text other = keyed("parameters\0", 11, "a castle, Seed: 5"), exif = keyed("MM\0*prompt:", 11, prompt);

    gives(png_with("tEXt", plain.at, plain.size), found);
    gives(png_with("iTXt", inter.at, inter.size), found);
    gives(png_with("iTXt", packed.at, packed.size), "");
    gives(png_with("tEXt", other.at, other.size), "a castle, Seed: 5\n");
    gives(png_with("tEXt", "prompt", 6), "");
    gives(webp_with(exif.at + 4), found);
    gives(webp_with("prompt:{"), "");
    lm_text_done(&plain);
    lm_text_done(&inter);
    lm_text_done(&packed);
    lm_text_done(&other);
    lm_text_done(&exif);
}

TEST(more_words_than_are_kept_are_left_out)
{
    lm_text many = { 0 }, out = { 0 };

    lm_text_puts(&many, "{");
    for (int i = 0; i < 4000; i++)
        lm_text_printf(&many, "%s\"%d\": {\"inputs\": {\"text\": \"word number %d\"}}", i ? ", " : "", i, i);
    lm_text_puts(&many, "}");
    lm_prompt_words(&out, many.at, many.size);
    WANT(out.size <= LM_LABEL_WORDS && out.size > LM_LABEL_WORDS - 64);
    lm_text_done(&many);
    lm_text_done(&out);
}

TEST(whatever_a_file_says_it_ends_well)
{
    lm_text plain = keyed("prompt\0\0\0en\0\0", 13, prompt), files[] = { png_with("iTXt", plain.at, plain.size), webp_with("MM prompt:{\"1\": {}}") };
    chance  c = { 7 };

    for (int i = 0; i < 4000; i++) {
        const lm_text *f = &files[i & 1];
        char          *mine = lm_copy_bytes(f->at, f->size);
        const size_t   n = chance_below(&c, 4) ? f->size : (size_t)chance_below(&c, (int)f->size + 1);

        for (int k = chance_below(&c, 6); k; k--)
            mine[chance_below(&c, f->size < 60 ? (int)f->size : 60)] = (char)chance_below(&c, 256);
        lm_free(words_of(mine, n));
        lm_free(mine);
    }
    lm_text_done(&plain);
    lm_text_done(&files[0]);
    lm_text_done(&files[1]);
}

TEST_MAIN
