/* exif_text.c: the texts in a block of EXIF. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/picture/codecs.h"
#include "nodes/picture/tell.h"

enum { ENTRY = 12, ASCII = 2, UNDEFINED = 7, LONGEST_KEY = 79, EXIF_FOLDER = 0x8769, USER_COMMENT = 0x9286 };

static const char broken[] = "EXIF block";

/* The bytes of an entry's value, or NULL when they reach beyond the block. Four bytes stand in the entry. */
static const uint8_t *value_of(const lm_tiff *x, size_t entry, size_t *n)
{
    size_t at;

    *n = lm_tiff_get32(x, entry + 4);
    at = *n <= 4 ? entry + 8 : lm_tiff_get32(x, entry + 8);
    return *n <= x->size && at <= x->size - *n ? x->at + at : NULL;
}

/* ------------------------------------------------------------------ tags of text */

static const char *tag_name(uint32_t tag)
{
    switch (tag) {
    case 0x010d: return "DocumentName";
    case 0x010e: return "ImageDescription";
    case 0x010f: return "Make";
    case 0x0110: return "Model";
    case 0x0131: return "Software";
    case 0x0132: return "DateTime";
    case 0x013b: return "Artist";
    case 0x8298: return "Copyright";
    default:     return NULL;
    }
}

/* How long the word is that a colon ends; 0: the text does not begin so. */
static size_t key_length(const uint8_t *text, size_t n)
{
    size_t i = 0;

    while (i < n && i <= LONGEST_KEY &&
           ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') || text[i] == '_' ||
            (i && text[i] >= '0' && text[i] <= '9')))
        i++;
    return i <= LONGEST_KEY && i < n && text[i] == ':' ? i : 0;
}

static bool tell_tag(lm_telling *t, uint32_t tag, const uint8_t *text, size_t n)
{
    const size_t length = key_length(text, n);
    char         key[LONGEST_KEY + 1];

    if (!length)
        return !tag_name(tag) || lm_tell(t, tag_name(tag), text, n);
    memcpy(key, text, length);
    key[length] = 0;
    return lm_tell(t, key, text + length + 1, n - length - 1);
}

/* ------------------------------------------------------------------ the user's comment */

/* Which end comes first: a mark says so, or the zeros of its ASCII letters. Writers disagree whether it is
 * the block's own order, and the most usual one writes big ends into little blocks. */
static bool is_big(const uint8_t *text, size_t n)
{
    size_t high = 0, low = 0;

    if (n >= 2 && (lm_be16(text) == 0xfeff || lm_le16(text) == 0xfeff))
        return lm_be16(text) == 0xfeff;
    for (size_t i = 0; i + 1 < n; i += 2) {
        high += !text[i];
        low += !text[i + 1];
    }
    return high >= low;
}

static bool tell_utf16(lm_telling *t, const uint8_t *text, size_t n)
{
    const bool big = is_big(text, n);
    lm_text    out = { 0 };
    bool       fine;

    for (size_t i = 0; i + 1 < n && out.size <= LM_MOST_TEXT; i += 2) {
        uint32_t c = big ? lm_be16(text + i) : lm_le16(text + i), low = 0;

        if (c == 0xfeff && !i)
            continue;
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < n)
            low = big ? lm_be16(text + i + 2) : lm_le16(text + i + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        lm_text_char(&out, c);
    }
    fine = lm_tell(t, "UserComment", (const uint8_t *)lm_text_str(&out), out.size);
    lm_text_done(&out);
    return fine;
}

/* Eight bytes say how it is spelled.  Source: EXIF 2.3, tag 0x9286. */
static bool tell_comment(lm_telling *t, const uint8_t *text, size_t n)
{
    if (n <= 8 || !memcmp(text, "JIS\0\0\0\0", 8))
        return true;
    if (!memcmp(text, "UNICODE", 8))
        return tell_utf16(t, text + 8, n - 8);
    if (!memcmp(text, "ASCII\0\0", 8) || !memcmp(text, "\0\0\0\0\0\0\0", 8))
        return lm_tell(t, "UserComment", text + 8, n - 8);
    return lm_tell(t, "UserComment", text, n); /* by a writer who forgot them */
}

/* ------------------------------------------------------------------ the block */

static bool tell_entry(lm_telling *t, const lm_tiff *x, size_t entry)
{
    const uint32_t tag = lm_tiff_get16(x, entry), type = lm_tiff_get16(x, entry + 2);
    const uint8_t *value;
    size_t         n;

    if (type != ASCII && !(type == UNDEFINED && tag == USER_COMMENT))
        return true;
    value = value_of(x, entry, &n);
    if (!value)
        return lm_tell_damaged(t, broken);
    return tag == USER_COMMENT ? tell_comment(t, value, n) : tell_tag(t, tag, value, n);
}

/* The entries of a folder; `inner`: where the one with the user's comment is, 0 when it is not named. */
static bool tell_folder(lm_telling *t, const lm_tiff *x, size_t at, size_t *inner)
{
    const uint32_t n = lm_tiff_get16(x, at);

    *inner = 0;
    for (uint32_t i = 0; i < n; i++) {
        const size_t entry = at + 2 + (size_t)i * ENTRY;

        if (entry + ENTRY > x->size)
            return lm_tell_damaged(t, broken);
        if (lm_tiff_get16(x, entry) == EXIF_FOLDER)
            *inner = lm_tiff_get32(x, entry + 8);
        if (!tell_entry(t, x, entry))
            return false;
    }
    return true;
}

bool lm_tell_exif(lm_telling *t, const uint8_t *exif, size_t n)
{
    lm_tiff x;
    size_t  inner, further;

    return !lm_tiff_open(&x, exif, n) ||
           (tell_folder(t, &x, lm_tiff_get32(&x, 4), &inner) &&
            (!inner || tell_folder(t, &x, inner, &further)));
}
