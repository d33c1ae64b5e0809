/* jpeg_segments.c: what stands before the pixels of a JPEG, and the texts in its EXIF. */
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"
#include "nodes/picture/tell.h"

enum { START = 2, FRAME = 4, SOS = 0xda, APP1 = 0xe1, COMMENT = 0xfe, FILL = 0xff };

bool lm_jpeg_next(const lm_source *s, uint64_t *at, lm_jpeg_segment *out)
{
    enum { MOST_FILL = 4096 };
    uint8_t head[FRAME];

    if (*at == 0)
        *at = START;
    for (int i = 0; i < MOST_FILL && lm_source_peek(s, *at, head, FRAME) && head[0] == FILL; i++, ++*at) {
        if (head[1] == FILL)
            continue;
        *out = (lm_jpeg_segment){ head[1], lm_be16(head + 2), *at + FRAME };
        if (head[1] == SOS || out->size < 2)
            return false;
        out->size -= 2;
        *at = out->at + out->size;
        return true;
    }
    return false;
}

static bool tell_segment(lm_telling *t, const lm_jpeg_segment *segment)
{
    const bool exif = segment->marker == APP1;
    uint8_t   *data = lm_tell_block(t, segment->at, segment->size, exif ? "EXIF segment" : "comment");

    if (data && !exif)
        lm_tell(t, "Comment", data, segment->size);
    else if (data && segment->size > 6 && !memcmp(data, "Exif\0", 6))
        lm_tell_exif(t, data, segment->size);
    lm_free(data);
    return t->err->code == LIMN_OK;
}

bool lm_tell_jpeg(lm_telling *t)
{
    lm_jpeg_segment segment;
    uint64_t        at = 0;

    while (lm_jpeg_next(t->source, &at, &segment))
        if ((segment.marker == APP1 || segment.marker == COMMENT) && !tell_segment(t, &segment))
            return false;
    return true;
}
