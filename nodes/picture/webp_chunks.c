/* webp_chunks.c: the chunks of a WebP, and the texts in its EXIF. */
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"
#include "nodes/picture/tell.h"

enum { HEADER = 12, FRAME = 8 };

uint64_t lm_webp_end(const lm_source *s, limn_error *err)
{
    uint8_t  head[HEADER];
    uint64_t end;

    if (!lm_source_peek(s, 0, head, sizeof head)) {
        limn_fail(err, FILE, "%s is cut off: a WebP takes more than %llu bytes", s->label,
                  (unsigned long long)s->size);
        return 0;
    }
    end = FRAME + (uint64_t)lm_le32(head + 4);
    if (end <= s->size)
        return end;
    limn_fail(err, FILE, "%s is cut off: the WebP claims %llu bytes, the file has %llu", s->label,
              (unsigned long long)end, (unsigned long long)s->size);
    return 0;
}

bool lm_webp_next(const lm_source *s, uint64_t end, uint64_t *at, lm_webp_chunk *out, limn_error *err)
{
    uint8_t head[FRAME];

    if (*at == 0)
        *at = HEADER;
    if (*at + FRAME > end)
        return false;
    if (!lm_source_peek(s, *at, head, sizeof head))
        return limn_fail(err, FILE, "%s cannot be read", s->label);
    *out = (lm_webp_chunk){ .size = lm_le32(head + 4), .at = *at + FRAME };
    memcpy(out->type, head, 4);
    if (out->size > end - out->at)
        return limn_fail(err, FILE, "%s is damaged: a chunk at byte %llu claims %u bytes and %llu are left",
                         s->label, (unsigned long long)*at, out->size, (unsigned long long)(end - out->at));
    *at = out->at + out->size + (out->size & 1);
    return true;
}

bool lm_tell_webp(lm_telling *t)
{
    const uint64_t end = lm_webp_end(t->source, t->err);
    lm_webp_chunk  c;
    uint64_t       at = 0;

    while (end && lm_webp_next(t->source, end, &at, &c, t->err)) {
        uint8_t *data = strcmp(c.type, "EXIF") ? NULL : lm_tell_block(t, c.at, c.size, "EXIF chunk");

        if (data)
            lm_tell_exif(t, data, c.size);
        lm_free(data);
        if (t->err->code != LIMN_OK)
            return false;
    }
    return t->err->code == LIMN_OK;
}
