/* bundled.c: what packing and unpacking share. */
#include "core/cli/bundled.h"

#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"

static void finish(lm_sha256 *s, char hex[65])
{
    uint8_t digest[32];

    lm_sha256_done(s, digest);
    lm_hex(digest, sizeof digest, hex);
}

bool lm_bundled_digest(int fd, char hex[65])
{
    static const size_t room = 1 << 18;
    char               *piece = lm_alloc(room);
    lm_sha256           s;
    ssize_t             n;
    off_t               at = 0;

    lm_sha256_init(&s);
    while ((n = pread(fd, piece, room, at)) > 0) {
        lm_sha256_add(&s, piece, (size_t)n);
        at += n;
    }
    finish(&s, hex);
    lm_free(piece);
    return n == 0;
}

void lm_bundled_digest_of(const void *at, size_t n, char hex[65])
{
    lm_sha256 s;

    lm_sha256_init(&s);
    lm_sha256_add(&s, at, n);
    finish(&s, hex);
}

const char *lm_bundled_ending(const void *at, size_t n)
{
    const char *b = at;

    if (n >= 8 && !memcmp(b, "\x89PNG\r\n\x1a\n", 8))
        return ".png";
    if (n >= 3 && !memcmp(b, "\xff\xd8\xff", 3))
        return ".jpg";
    return n >= 12 && !memcmp(b, "RIFF", 4) && !memcmp(b + 8, "WEBP", 4) ? ".webp" : NULL;
}
