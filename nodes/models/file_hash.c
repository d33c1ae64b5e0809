/* file_hash.c: the names under which people quote model files. */
#include "nodes/models/file_hash.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"

enum { PIECE = 1 << 20, V1_AT = 0x100000, V1_SIZE = 0x10000, V1_DIGITS = 8, V2_DIGITS = 10, V3_DIGITS = 12 };

/* The first `digits` of the hash of a part; empty when it cannot be read. */
static void hash_part(int fd, uint64_t from, uint64_t size, int digits, char *out)
{
    uint8_t  *piece = lm_alloc(PIECE), digest[32];
    char      hex[65];
    lm_sha256 s;
    uint64_t  done = 0;
    ssize_t   got = 1;

    lm_sha256_init(&s);
    while (done < size && got > 0) {
        const uint64_t left = size - done;

        got = pread(fd, piece, left < PIECE ? (size_t)left : PIECE, (off_t)(from + done));
        if (got > 0)
            lm_sha256_add(&s, piece, (size_t)got);
        done += got > 0 ? (uint64_t)got : 0;
    }
    lm_sha256_done(&s, digest);
    lm_hex(digest, sizeof digest, hex);
    memcpy(out, hex, (size_t)digits);
    out[done == size ? digits : 0] = 0;
    lm_free(piece);
}

static void hash_v1(int fd, uint64_t size, char *out)
{
    *out = 0;
    if (size >= V1_AT + V1_SIZE)
        hash_part(fd, V1_AT, V1_SIZE, V1_DIGITS, out);
}

static void hash_v3(int fd, uint64_t size, char *out)
{
    uint8_t  first[8];
    uint64_t header = 0;

    *out = 0;
    if (size < sizeof first || pread(fd, first, sizeof first, 0) != sizeof first)
        return;
    for (int i = 7; i >= 0; i--)
        header = header << 8 | first[i];
    if (header <= size - sizeof first)
        hash_part(fd, sizeof first + header, size - sizeof first - header, V3_DIGITS, out);
}

void lm_file_hash_read(int fd, uint64_t size, lm_file_hash *out)
{
    hash_part(fd, 0, size, 64, out->sha256);
    hash_v1(fd, size, out->auto_v1);
    hash_v3(fd, size, out->auto_v3);
}

bool lm_file_hash_is(int fd, uint64_t size, const char *quoted)
{
    const size_t digits = strlen(quoted);
    char         hex[65] = "";

    if (digits == V1_DIGITS)
        hash_v1(fd, size, hex);
    else if (digits == V3_DIGITS)
        hash_v3(fd, size, hex);
    else if (digits == V2_DIGITS || digits == 64)
        hash_part(fd, 0, size, (int)digits, hex);
    return *hex && !strcasecmp(hex, quoted);
}
