/* zip.h: the container of a bundle: a zip of a strict kind, read from memory and written into memory. zlib inflates;
 * the directory is read here, because whatever two programs could understand differently is refused:
 *
 *  - entries stand one behind the other from the first byte on, then the directory, then its end, and nothing else: no
 *    gap, no overlap, no comment, no second disk, no Zip64;
 *  - what an entry says of itself is what the directory says of it: name, method, flags, sizes, CRC;
 *  - it is stored or deflated, not encrypted, its sizes stand in front of it, and it is a file: no link, folder or
 *    device;
 *  - names are plain (letters, digits, . _ - and / between parts, no part "." or ".."), and no two are the same in any
 *    case;
 *  - 256 entries, 100 letters a name, and a bound on what all of them inflate to, each to 200 times its size and 1 MiB
 *    at most.
 *
 * No name is ever used as a path. Source: PKWARE's APPNOTE.TXT 6.3.3, sections 4.3 and 4.4. */
#ifndef LM_BUNDLE_ZIP_H
#define LM_BUNDLE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

enum { LM_ZIP_MOST = 256, LM_ZIP_NAME = 100 };

typedef struct lm_zip_entry {
    char     name[LM_ZIP_NAME + 1];
    size_t   begins, at; /* its header, its bytes: offsets in the file */
    size_t   packed, size;
    uint32_t crc;
    bool     deflated;
} lm_zip_entry;

typedef struct lm_zip {
    const uint8_t *at; /* lent by whoever opened it */
    size_t         n;
    int            count;
    lm_zip_entry   entries[LM_ZIP_MOST]; /* in the order of their bytes */
} lm_zip;

/* Do these bytes begin as a zip does? Four are enough. */
bool lm_zip_begins(const void *at, size_t n);

/* Reads the directory of `n` bytes, which are lent as long as z is used. FILE with a sentence that says what is wrong,
 * or that all entries together are more than `most` bytes. */
bool lm_zip_open(lm_zip *z, const void *at, size_t n, size_t most, limn_error *err);

const lm_zip_entry *lm_zip_find(const lm_zip *z, const char *name); /* NULL: none                       [lends] */

/* The bytes of an entry and a NUL behind them. FILE when they are damaged, MEMORY.                           [new] */
char *lm_zip_read(const lm_zip *z, const lm_zip_entry *e, limn_error *err);

/* Writing: add entries, then finish. The same entries give the same bytes: times are not written. */
typedef struct lm_zip_writer {
    lm_text body, directory;
    int     count;
} lm_zip_writer;

/* Deflated where that is smaller. The name must be plain, and new; LIMN_BUG else. */
bool lm_zip_add(lm_zip_writer *w, const char *name, const void *at, size_t n, limn_error *err);
/* The whole file; w is empty again.                                                                          [new] */
lm_text lm_zip_finish(lm_zip_writer *w);
void    lm_zip_abandon(lm_zip_writer *w); /* welcomes a zeroed one */

/* Is it a name that a bundle's entry may have? */
bool lm_zip_name_is_plain(const char *name, size_t n);

#endif
