/* fuzz_stored_value.c: any bytes as a file of results, two times of three with the length and the hash that the
 * rest of it asks for, so that what lies behind them is explored.
 *
 * Beyond not crashing: what is accepted can be stored again and gives the same bytes; what is refused has a
 * sentence and leaves nothing behind. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/stored_inside.h"
#include "tests/fuzz/fuzz.h"

enum { N = 2 };
static const lm_hash key = { 0x6b657920666f7220u, 0x66757a7a696e6720u };

static void put64(uint8_t *at, uint64_t x)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(x >> 8 * i);
}

/* A whole file around `body`.                                                                    [new] */
static uint8_t *wrap(const uint8_t *body, size_t size, size_t *whole)
{
    uint8_t *file = lm_alloc(LM_STORED_HEAD + size + LM_STORED_TAIL);
    lm_hash  h = lm_hash_start();
    char     tail[LM_STORED_TAIL];

    memcpy(file, lm_stored_magic, 8);
    put64(file + 8, key.a);
    put64(file + 16, key.b);
    put64(file + 32, size);
    file[40] = N;
    memcpy(file + LM_STORED_HEAD, body, size);
    for (size_t at = 0, n; at < LM_STORED_HEAD + size; at += n) {
        n = LM_STORED_HEAD + size - at;
        n = n < LM_STORED_BLOCK ? n : LM_STORED_BLOCK;
        h = lm_hash_add(h, file + at, n);
    }
    lm_stored_tail(h, tail);
    memcpy(file + LM_STORED_HEAD + size, tail, sizeof tail);
    *whole = LM_STORED_HEAD + size + LM_STORED_TAIL;
    return file;
}

static int file_of(const uint8_t *bytes, size_t size)
{
    const int fd = memfd_create("stored", MFD_CLOEXEC);

    want(write(fd, bytes, size) == (ssize_t)size, "a file in memory can be written");
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* What was read, stored again, is the file it came from. */
static void store_again(const uint8_t *file, size_t size, const lm_stored_head *head, limn_value **values)
{
    const int fd = memfd_create("again", MFD_CLOEXEC);
    uint8_t  *again = lm_alloc(size);

    want(lm_stored_size(values, N, UINT64_MAX) == size, "what was read can be stored in as many bytes");
    want(lm_stored_write(fd, head, values, size), "what was read can be stored");
    want(pread(fd, again, size, 0) == (ssize_t)size && !memcmp(again, file, size), "it is the same file");
    lm_free(again);
    close(fd);
}

static void try(const uint8_t *file, size_t size)
{
    const int      fd = file_of(file, size);
    lm_stored_head head = { .key = key, .n = N };
    limn_value    *out[N];
    limn_error     err = { 0 };
    const bool     well = lm_stored_read(fd, &head, NULL, out, &err);

    want(well ? err.code == LIMN_OK : err.code != LIMN_OK && *err.text, "an answer is one or the other");
    for (int i = 0; i < N; i++)
        want(!out[i] == !well, "all values or none");
    if (well)
        store_again(file, size, &head, out);
    for (int i = 0; i < N; i++)
        lm_value_unref(out[i]);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t   whole;
    uint8_t *file;

    if (size && data[0] % 3 == 0) {
        try(data + 1, size - 1);
        return 0;
    }
    file = wrap(data + (size > 0), size - (size > 0), &whole);
    try(file, whole);
    lm_free(file);
    return 0;
}
