/* picture_words.c: by which words a picture is found. Chunks are walked by their sizes, and a text is taken as it
 * stands: whatever a file says, no more than a bounded piece of it is read, and JSON's own reader looks at that. */
#include "web/server/picture_words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/json.h"
#include "web/queue/labels.h"

enum { MOST_TEXT = 4 << 20, MOST_CHUNKS = 4096, MOST_VALUE = 8 << 10, MOST_KEY = 80 };

/* ------------------------------------------------------------------ prompts */

static void add(lm_text *out, const char *before, const char *at, size_t n)
{
    n = lm_text_fit(at, n, MOST_VALUE); /* whole characters */
    if (out->size + n + 8 > LM_LABEL_WORDS || memchr(at, 0, n))
        return;
    lm_text_puts(out, before);
    lm_text_add(out, at, n);
    lm_text_puts(out, "\n");
}

static bool is_seed(const lm_json *d, lm_json_ref key)
{
    size_t      n;
    const char *name = lm_json_string(d, key, &n);

    return name && n >= 4 && memmem(name, n, "seed", 4);
}

static void add_inputs(lm_text *out, const lm_json *d, lm_json_ref inputs)
{
    for (lm_json_ref k = lm_json_first_key(d, inputs); k; k = lm_json_next(d, k)) {
        const lm_json_ref v = lm_json_value(d, k);
        size_t            n;
        const char       *at = lm_json_string(d, v, &n);

        if (at && n)
            add(out, "", at, n);
        else if (lm_json_is_integer(d, v) && is_seed(d, k) && (at = lm_json_number(d, v, &n)))
            add(out, "seed:", at, n);
    }
}

void lm_prompt_words(lm_text *out, const char *prompt, size_t n)
{
    limn_error err = { 0 };
    lm_json   *d = n ? lm_json_read(prompt, n, &err) : NULL;

    if (!d)
        return;
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k; k = lm_json_next(d, k))
        add_inputs(out, d, lm_json_get(d, lm_json_value(d, k), "inputs"));
    lm_json_free(d);
}

/* ------------------------------------------------------------------ files */

static bool read_at(int fd, uint64_t at, void *to, size_t n)
{
    return at <= INT64_MAX && pread(fd, to, n, (off_t)at) == (ssize_t)n;
}

/* A piece of the file with a NUL behind it; NULL: it is not there, or too long.                              [new] */
static char *piece(int fd, uint64_t at, uint32_t n)
{
    char *bytes = n && n <= MOST_TEXT ? lm_try_alloc((size_t)n + 1) : NULL;

    if (bytes && !read_at(fd, at, bytes, n)) {
        lm_free(bytes);
        return NULL;
    }
    if (bytes)
        bytes[n] = '\0';
    return bytes;
}

static uint32_t big(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little(const uint8_t *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/* Where the text of an iTXt begins, behind its key; NULL: it is compressed, or none. */
static const char *international(const char *at, const char *end)
{
    if (end - at < 2 || at[0])
        return NULL;
    at += 2;
    for (int i = 0; i < 2; i++) { /* the language, the key in it */
        at = memchr(at, 0, (size_t)(end - at));
        if (!at)
            return NULL;
        at++;
    }
    return at;
}

static void take_text(lm_text *out, const char *bytes, uint32_t n, bool inter)
{
    const char  *end = bytes + n;
    const size_t key = strnlen(bytes, n < MOST_KEY ? n : MOST_KEY);
    const char  *at = key < n && !bytes[key] ? bytes + key + 1 : NULL;

    if (at && inter)
        at = international(at, end);
    if (!at)
        return;
    if (!strcasecmp(bytes, "prompt"))
        lm_prompt_words(out, at, (size_t)(end - at));
    else if (!strcmp(bytes, "parameters") && lm_utf8_well(at, (size_t)(end - at)))
        add(out, "", at, (size_t)(end - at));
}

static void look_at_png(lm_text *out, int fd)
{
    uint64_t at = 8;
    uint8_t  head[8];

    for (int i = 0; i < MOST_CHUNKS && read_at(fd, at, head, 8) && memcmp(head + 4, "IEND", 4); i++) {
        const uint32_t n = big(head);
        const bool     inter = !memcmp(head + 4, "iTXt", 4);
        char          *bytes = inter || !memcmp(head + 4, "tEXt", 4) ? piece(fd, at + 8, n) : NULL;

        if (bytes)
            take_text(out, bytes, n, inter);
        lm_free(bytes);
        at += (uint64_t)n + 12;
    }
}

/* A tag of the EXIF block reads "prompt:{…}" and ends with a NUL. */
static void look_at_exif(lm_text *out, const char *bytes, uint32_t n)
{
    const char *at = memmem(bytes, n, "prompt:{", 8);

    if (!at)
        at = memmem(bytes, n, "Prompt:{", 8);
    if (at)
        lm_prompt_words(out, at + 7, strlen(at + 7));
}

static void look_at_webp(lm_text *out, int fd)
{
    uint64_t at = 12;
    uint8_t  head[8];

    for (int i = 0; i < MOST_CHUNKS && read_at(fd, at, head, 8); i++) {
        const uint32_t n = little(head + 4);
        char          *bytes = !memcmp(head, "EXIF", 4) ? piece(fd, at + 8, n) : NULL;

        if (bytes)
            look_at_exif(out, bytes, n);
        lm_free(bytes);
        at += (uint64_t)n + (n & 1) + 8;
    }
}

void lm_picture_words(lm_text *out, int fd)
{
    uint8_t head[12];

    if (!read_at(fd, 0, head, sizeof head))
        return;
    if (!memcmp(head, "\x89PNG\r\n\x1a\n", 8))
        look_at_png(out, fd);
    else if (!memcmp(head, "RIFF", 4) && !memcmp(head + 8, "WEBP", 4))
        look_at_webp(out, fd);
}
