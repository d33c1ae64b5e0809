/* zip_write.c: writes a strict zip. */
#include "core/bundle/zip.h"

#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/base/alloc.h"

enum { VERSION = 20, UNIX = 3, DEFLATED = 8, FIRST_DAY = 1 << 5 | 1 }; /* 1980-01-01: the earliest a zip can say */

static void put16(lm_text *t, uint32_t x)
{
    const char b[2] = { (char)(x & 255), (char)(x >> 8 & 255) };

    lm_text_add(t, b, sizeof b);
}

static void put32(lm_text *t, uint32_t x)
{
    put16(t, x);
    put16(t, x >> 16);
}

/* What both headers have in the middle. */
static void put_head(lm_text *t, bool deflated, uint32_t crc, size_t packed, size_t n, size_t name)
{
    put16(t, 0);
    put16(t, deflated ? DEFLATED : 0);
    put16(t, 0);
    put16(t, FIRST_DAY);
    put32(t, crc);
    put32(t, (uint32_t)packed);
    put32(t, (uint32_t)n);
    put16(t, (uint32_t)name);
    put16(t, 0);
}

/* Raw deflate, when that is smaller: *packed bytes; NULL else.                                              [new] */
static char *deflated(const void *at, size_t n, size_t *packed)
{
    z_stream s = { .next_in = (Bytef *)at, .avail_in = (uInt)n };
    char    *to = n > 64 ? lm_try_alloc(n) : NULL;
    int      end;

    if (!to || deflateInit2(&s, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        lm_free(to);
        return NULL;
    }
    s.next_out = (Bytef *)to;
    s.avail_out = (uInt)n;
    end = deflate(&s, Z_FINISH);
    *packed = s.total_out;
    deflateEnd(&s);
    if (end == Z_STREAM_END)
        return to;
    lm_free(to);
    return NULL;
}

bool lm_zip_add(lm_zip_writer *w, const char *name, const void *at, size_t n, limn_error *err)
{
    const size_t   name_size = strlen(name), begins = w->body.size;
    const uint32_t crc = (uint32_t)crc32(0, at, (uInt)n);
    size_t         packed = n;
    char          *small;

    if (!lm_zip_name_is_plain(name, name_size) || w->count >= LM_ZIP_MOST || n > (size_t)1 << 30 ||
        begins > (size_t)2 << 30)
        return limn_fail(err, BUG, "%s cannot be an entry of a bundle", name);
    small = deflated(at, n, &packed);
    lm_text_add(&w->body, "PK\3\4", 4);
    put16(&w->body, VERSION);
    put_head(&w->body, small, crc, packed, n, name_size);
    lm_text_add(&w->body, name, name_size);
    lm_text_add(&w->body, small ? small : at, packed);
    lm_text_add(&w->directory, "PK\1\2", 4);
    put16(&w->directory, UNIX << 8 | VERSION);
    put16(&w->directory, VERSION);
    put_head(&w->directory, small, crc, packed, n, name_size);
    put32(&w->directory, 0); /* no comment, the first disk */
    put16(&w->directory, 0);
    put32(&w->directory, (uint32_t)(S_IFREG | 0644) << 16);
    put32(&w->directory, (uint32_t)begins);
    lm_text_add(&w->directory, name, name_size);
    w->count++;
    lm_free(small);
    return true;
}

lm_text lm_zip_finish(lm_zip_writer *w)
{
    const size_t begins = w->body.size, size = w->directory.size;
    lm_text      whole = w->body;

    lm_text_add(&whole, lm_text_str(&w->directory), size);
    lm_text_add(&whole, "PK\5\6", 4);
    put32(&whole, 0);
    put16(&whole, (uint32_t)w->count);
    put16(&whole, (uint32_t)w->count);
    put32(&whole, (uint32_t)size);
    put32(&whole, (uint32_t)begins);
    put16(&whole, 0);
    lm_text_done(&w->directory);
    *w = (lm_zip_writer){ .count = 0 };
    return whole;
}

void lm_zip_abandon(lm_zip_writer *w)
{
    lm_text_done(&w->body);
    lm_text_done(&w->directory);
}
