/* texts.c: the texts that travel in a picture file, whatever its format. */
#include "nodes/picture/texts.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/picture/tell.h"

/* ------------------------------------------------------------------ telling */

static bool is_utf8(const uint8_t *t, size_t n)
{
    for (size_t i = 0, more; i < n; i += more + 1) {
        more = t[i] < 0x80 ? 0 : t[i] >= 0xc2 && t[i] < 0xe0 ? 1 : t[i] >= 0xe0 && t[i] < 0xf0 ? 2
             : t[i] >= 0xf0 && t[i] < 0xf5 ? 3 : SIZE_MAX - 1;
        if (more >= n - i)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((t[i + k] & 0xc0) != 0x80)
                return false;
    }
    return true;
}

static char *from_latin1(const uint8_t *text, size_t n)
{
    lm_text out = { 0 };

    for (size_t i = 0; i < n; i++) {
        const char two[2] = { (char)(0xc0 | text[i] >> 6), (char)(0x80 | (text[i] & 0x3f)) };

        lm_text_add(&out, text[i] < 0x80 ? (const char *)text + i : two, text[i] < 0x80 ? 1 : 2);
    }
    return lm_text_take(&out);
}

bool lm_tell(lm_telling *t, const char *key, const uint8_t *text, size_t n)
{
    char *whole;

    n = strnlen((const char *)text, n);
    if (n > LM_MOST_TEXT - t->told)
        return lm_tell_too_much(t);
    t->told += n;
    whole = is_utf8(text, n) ? lm_copy_bytes((const char *)text, n) : from_latin1(text, n);
    t->each(t->self, key, whole, strlen(whole));
    lm_free(whole);
    return true;
}

bool lm_tell_too_much(lm_telling *t)
{
    return limn_fail(t->err, FILE, "%s holds more than %d MiB of text", t->source->label,
                     LM_MOST_TEXT >> 20);
}

bool lm_tell_damaged(lm_telling *t, const char *what)
{
    return limn_fail(t->err, FILE, "%s is damaged: its %s cannot be read", t->source->label, what);
}

uint8_t *lm_tell_block(lm_telling *t, uint64_t at, size_t n, const char *what)
{
    uint8_t *data = NULL;

    if (n > LM_MOST_TEXT)
        lm_tell_too_much(t);
    else if (!(data = lm_try_alloc(n + 1)))
        limn_fail(t->err, MEMORY, "there is no memory for the text in %s", t->source->label);
    if (!data || lm_source_peek(t->source, at, data, n))
        return data;
    lm_free(data);
    lm_tell_damaged(t, what);
    return NULL;
}

/* ------------------------------------------------------------------ which format */

typedef struct format {
    size_t      at, n; /* where its mark stands */
    const char *mark;
    bool (*tell)(lm_telling *t);
} format;

static const format formats[] = {
    { 0, 8, "\x89PNG\r\n\x1a\n", lm_tell_png },
    { 0, 3, "\xff\xd8\xff", lm_tell_jpeg },
    { 8, 4, "WEBP", lm_tell_webp },
};

static const format *format_of(const lm_source *s)
{
    uint8_t start[12] = { 0 };

    lm_source_peek(s, 0, start, s->size < sizeof start ? (size_t)s->size : sizeof start);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!memcmp(start + formats[i].at, formats[i].mark, formats[i].n))
            return &formats[i];
    return NULL;
}

bool lm_picture_begins(const lm_source *s)
{
    return format_of(s) != NULL;
}

bool lm_picture_texts(lm_source *s, lm_picture_each_text *each, void *self, limn_error *err)
{
    limn_error    mine = { 0 };
    lm_telling    t = { .source = s, .each = each, .self = self, .err = &mine };
    const format *f = format_of(s);

    if (!f)
        limn_fail(&mine, FILE, "%s is no PNG, JPEG or WebP", s->label);
    else if (f->tell(&t))
        return true;
    if (err && err->code == LIMN_OK)
        *err = mine;
    return false;
}
