/* source.h: the bytes of a picture file, from a descriptor or from memory, read without mapping: a file
 * that shrinks meanwhile is a short read, not a signal. */
#ifndef LM_NODES_PICTURE_SOURCE_H
#define LM_NODES_PICTURE_SOURCE_H

#include "core/data/call.h"

typedef struct lm_source {
    int                fd;    /* -1: the bytes are at .memory */
    const uint8_t     *memory;
    uint64_t           size, at;
    const char        *label; /* names the file in every sentence; lent */
    const limn_call   *call;  /* asked between rows whether to stop; NULL: nobody stops it */
    int64_t            most_pixels; /* of one picture; 0: LM_PICTURE_PIXELS */
    bool               still;     /* of an animation, its first frame alone */
    int                fit;       /* the longer side is needed no larger than this, and where a format decodes to
                                   * fewer pixels for less it may come smaller, though not below it; 0: as it is */
    bool               too_large; /* set when it was refused for its size */
    int64_t            width, height; /* as its header told them: set when it was read */
} lm_source;

/* `fd` stays the caller's. FILE when it is not a file that can be read. */
bool      lm_source_file(lm_source *s, int fd, const char *label, const limn_call *call, limn_error *err);
lm_source lm_source_memory(const void *bytes, size_t n, const char *label);

/* Up to n bytes from where we are; fewer only at the end of the file or when reading fails. */
size_t lm_source_read(lm_source *s, void *to, size_t n);
/* n bytes at `at`, all of them or false; does not move. */
bool   lm_source_peek(const lm_source *s, uint64_t at, void *to, size_t n);
bool   lm_source_stopped(const lm_source *s);
/* CANCELLED, always false. */
bool   lm_source_cancel(limn_error *err);

/* Numbers as files spell them. */
static inline uint32_t lm_be32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}
static inline uint32_t lm_be16(const uint8_t *b) { return (uint32_t)b[0] << 8 | b[1]; }
static inline uint32_t lm_le32(const uint8_t *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}
static inline uint32_t lm_le24(const uint8_t *b)
{
    return (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}
static inline uint32_t lm_le16(const uint8_t *b) { return (uint32_t)b[1] << 8 | b[0]; }

#endif
