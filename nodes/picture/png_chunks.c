/* png_chunks.c: the chunks of a PNG, judged before anybody decodes them. */
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "nodes/picture/png.h"

enum { SIGNATURE = 8, FRAME = 12 }; /* a chunk's length, type and checksum */

bool lm_png_begins(const lm_source *s)
{
    uint8_t mark[SIGNATURE];

    return lm_source_peek(s, 0, mark, sizeof mark) && !memcmp(mark, "\x89PNG\r\n\x1a\n", SIGNATURE);
}

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_type(const uint8_t *type)
{
    return is_letter(type[0]) && is_letter(type[1]) && is_letter(type[2]) && is_letter(type[3]);
}

/* Does the checksum behind the chunk fit its type and data? */
static bool sum_fits(const lm_source *s, const lm_png_chunk *c)
{
    uint8_t  piece[16384];
    uLong    sum = crc32(0, (const Bytef *)c->type, 4);
    uint64_t at = c->at;

    for (uint32_t left = c->size, n; left; left -= n, at += n) {
        n = left < sizeof piece ? left : (uint32_t)sizeof piece;
        if (!lm_source_peek(s, at, piece, n))
            return false;
        sum = crc32(sum, piece, n);
    }
    return lm_source_peek(s, at, piece, 4) && lm_be32(piece) == sum;
}

bool lm_png_next(lm_source *s, uint64_t *at, bool sum, lm_png_chunk *out, limn_error *err)
{
    uint8_t head[8];

    if (*at == 0)
        *at = SIGNATURE;
    else if (!strcmp(out->type, "IEND"))
        return false;
    if (s->size < *at + FRAME || !lm_source_peek(s, *at, head, sizeof head))
        return limn_fail(err, FILE, "%s is cut off: it ends at byte %" PRIu64 " without an IEND chunk",
                         s->label, s->size);
    if (!is_type(head + 4))
        return limn_fail(err, FILE, "%s is damaged: there is no chunk at byte %" PRIu64, s->label, *at);
    *out = (lm_png_chunk){ .size = lm_be32(head), .at = *at + 8 };
    memcpy(out->type, head + 4, 4);
    if (out->size > INT32_MAX || out->size > s->size - *at - FRAME)
        return limn_fail(err, FILE, "%s is cut off: its %s chunk claims %" PRIu32 " bytes and %" PRIu64
                         " are left", s->label, out->type, out->size, s->size - *at - FRAME);
    if (lm_source_stopped(s))
        return lm_source_cancel(err);
    if (sum && !sum_fits(s, out))
        return limn_fail(err, FILE, "%s is damaged: the checksum of its %s chunk at byte %" PRIu64
                         " does not fit", s->label, out->type, *at);
    *at += FRAME + (uint64_t)out->size;
    return true;
}
