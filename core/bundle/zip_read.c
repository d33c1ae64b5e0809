/* zip_read.c: reads a strict zip. */
#include "core/bundle/zip.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/base/alloc.h"

enum {
    END = 22, CENTRAL = 46, LOCAL = 30, /* bytes without their names */
    UTF8 = 1 << 11, LEVEL = 3 << 1, ENCRYPTED = 1, SIZES_BEHIND = 1 << 3,
    UNIX = 3, DEFLATED = 8
};
static const size_t spared = (size_t)1 << 20; /* what any entry may inflate to */

bool lm_zip_begins(const void *at, size_t n)
{
    return n >= 4 && !memcmp(at, "PK\3\4", 4);
}

bool lm_zip_name_is_plain(const char *name, size_t n)
{
    size_t part = 0; /* where it begins */

    for (size_t i = 0; i <= n; i++) {
        const char c = i < n ? name[i] : '/';

        if (c == '/') {
            if (i == part || (name[part] == '.' && (i == part + 1 || (i == part + 2 && name[part + 1] == '.'))))
                return false;
            part = i + 1;
        } else if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", c) || !c) {
            return false;
        }
    }
    return n <= LM_ZIP_NAME;
}

/* ------------------------------------------------------------------ numbers */

static uint32_t le16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
    return le16(p) | le16(p + 2) << 16;
}

/* What header and directory say of an entry, from the version on. They agree byte for byte but for the version, and the
 * time, which says nothing here. */
typedef struct head {
    uint32_t flags, method, crc, packed, size, name;
} head;

static head head_of(const uint8_t *flags)
{
    return (head){ le16(flags),      le16(flags + 2),  le32(flags + 8),
                   le32(flags + 12), le32(flags + 16), le16(flags + 20) };
}

static bool same_head(head a, head b)
{
    return a.flags == b.flags && a.method == b.method && a.crc == b.crc && a.packed == b.packed && a.size == b.size &&
           a.name == b.name;
}

/* ------------------------------------------------------------------ the directory */

/* Where the directory is, from the last 22 bytes. */
static bool find_directory(const lm_zip *z, size_t *begins, uint32_t *count, limn_error *err)
{
    const uint8_t *end = z->at + z->n - END;
    uint32_t       size;

    if (z->n < END || memcmp(end, "PK\5\6", 4) || le16(end + 20))
        return limn_fail(err, FILE, "not a whole zip: its end is not where it belongs");
    if (le32(end + 4) || le16(end + 8) != le16(end + 10))
        return limn_fail(err, FILE, "a zip in several parts");
    *count = le16(end + 8);
    size = le32(end + 12);
    *begins = le32(end + 16);
    if (*count > LM_ZIP_MOST)
        return limn_fail(err, FILE, "%u entries, and a bundle has at most %d", *count, LM_ZIP_MOST);
    if (*begins > z->n - END || size != z->n - END - *begins)
        return limn_fail(err, FILE, "its directory is not where it says");
    return true;
}

static bool is_allowed(const head *h, const uint8_t *row, const char *name, limn_error *err)
{
    const uint32_t mode = row[5] == UNIX ? le32(row + 38) >> 16 & S_IFMT : 0;

    if (h->flags & ENCRYPTED)
        return limn_fail(err, FILE, "%s is encrypted", name);
    if (h->flags & SIZES_BEHIND)
        return limn_fail(err, FILE, "%s has its sizes behind it", name);
    if (h->flags & ~(uint32_t)(UTF8 | LEVEL))
        return limn_fail(err, FILE, "%s is of a kind that no bundle has (flags %#x)", name, h->flags);
    if (h->method && h->method != DEFLATED)
        return limn_fail(err, FILE, "%s is packed in a way that no bundle has (%u)", name, h->method);
    if (mode && mode != S_IFREG)
        return limn_fail(err, FILE, "%s is no file, but a %s", name, mode == S_IFLNK ? "link" : "folder or device");
    if (le32(row + 34) & 0xffff || le16(row + 32))
        return limn_fail(err, FILE, "%s has a comment or is on another disk", name);
    return true;
}

static bool is_small_enough(const head *h, const char *name, limn_error *err)
{
    if (!h->method && h->packed != h->size)
        return limn_fail(err, FILE, "%s is stored in %u bytes and says that it has %u", name, h->packed, h->size);
    if (h->size > spared && h->size / 200 > h->packed)
        return limn_fail(err, FILE, "%s would grow from %u to %u bytes", name, h->packed, h->size);
    return true;
}

/* What stands in front of the entry's bytes is what the directory says of it. */
static bool read_local(const lm_zip *z, lm_zip_entry *e, const head *h, limn_error *err)
{
    const uint8_t *at = z->at + e->begins;
    size_t         before;
    head           own;

    if (e->begins > z->n || z->n - e->begins < LOCAL || memcmp(at, "PK\3\4", 4))
        return limn_fail(err, FILE, "%s is not where the directory says", e->name);
    own = head_of(at + 6);
    before = LOCAL + (size_t)own.name + le16(at + 28);
    if (!same_head(own, *h) || z->n - e->begins < before || memcmp(at + LOCAL, e->name, own.name))
        return limn_fail(err, FILE, "%s says something else of itself than the directory", e->name);
    if (z->n - e->begins - before < e->packed)
        return limn_fail(err, FILE, "%s reaches beyond the file", e->name);
    e->at = e->begins + before;
    return true;
}

static bool is_there_already(const lm_zip *z, const char *name)
{
    for (int i = 0; i < z->count; i++)
        if (!strcasecmp(z->entries[i].name, name))
            return true;
    return false;
}

/* One row of the directory; *at moves behind it. */
static bool read_row(lm_zip *z, size_t *at, size_t end, limn_error *err)
{
    const uint8_t *row = z->at + *at;
    lm_zip_entry  *e = &z->entries[z->count];
    size_t         whole;
    head           h;

    if (end - *at < CENTRAL || memcmp(row, "PK\1\2", 4))
        return limn_fail(err, FILE, "its directory is damaged");
    h = head_of(row + 8);
    whole = CENTRAL + (size_t)h.name + le16(row + 30);
    if (end - *at < whole)
        return limn_fail(err, FILE, "its directory is damaged");
    if (!h.name || !lm_zip_name_is_plain((const char *)row + CENTRAL, h.name))
        return limn_fail(err, FILE, "entry %d has a name that no bundle uses", z->count + 1);
    *e = (lm_zip_entry){ .begins = le32(row + 42), .packed = h.packed, .size = h.size, .crc = h.crc,
                         .deflated = h.method };
    memcpy(e->name, row + CENTRAL, h.name);
    if (is_there_already(z, e->name))
        return limn_fail(err, FILE, "%s is there twice", e->name);
    *at += whole;
    if (!is_allowed(&h, row, e->name, err) || !is_small_enough(&h, e->name, err) || !read_local(z, e, &h, err))
        return false;
    z->count++;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const size_t x = ((const lm_zip_entry *)a)->begins, y = ((const lm_zip_entry *)b)->begins;

    return x < y ? -1 : x > y;
}

/* One entry ends where the next begins. */
static bool is_gapless(lm_zip *z, size_t directory, size_t most, limn_error *err)
{
    size_t at = 0, whole = 0;

    qsort(z->entries, (size_t)z->count, sizeof *z->entries, by_place);
    for (int i = 0; i < z->count; i++) {
        const lm_zip_entry *e = &z->entries[i];

        if (e->begins != at)
            return limn_fail(err, FILE, "there is something between its entries, or %s lies over another one", e->name);
        at = e->at + e->packed;
        whole += e->size;
    }
    if (at != directory)
        return limn_fail(err, FILE, "there is something between its last entry and its directory");
    return whole <= most || limn_fail(err, FILE, "its entries are %zu MB, and %zu MB at most", whole >> 20, most >> 20);
}

bool lm_zip_open(lm_zip *z, const void *at, size_t n, size_t most, limn_error *err)
{
    uint32_t count = 0;
    size_t   directory = 0, row;

    z->at = at;
    z->n = n;
    z->count = 0;
    if (n < END)
        return limn_fail(err, FILE, "not a whole zip: it has %zu bytes", n);
    if (!find_directory(z, &directory, &count, err))
        return false;
    row = directory;
    for (uint32_t i = 0; i < count; i++)
        if (!read_row(z, &row, n - END, err))
            return false;
    if (row != n - END)
        return limn_fail(err, FILE, "its directory has more in it than it says");
    return is_gapless(z, directory, most, err);
}

/* ------------------------------------------------------------------ entries */

const lm_zip_entry *lm_zip_find(const lm_zip *z, const char *name)
{
    for (int i = 0; i < z->count; i++)
        if (!strcmp(z->entries[i].name, name))
            return &z->entries[i];
    return NULL;
}

/* Exactly e->size bytes out of exactly e->packed. */
static bool inflate_all(const lm_zip *z, const lm_zip_entry *e, char *to)
{
    z_stream s = { .next_in = (Bytef *)(z->at + e->at), .avail_in = (uInt)e->packed, .next_out = (Bytef *)to,
                   .avail_out = (uInt)e->size };
    int      end;

    if (inflateInit2(&s, -15) != Z_OK)
        return false;
    end = inflate(&s, Z_FINISH);
    inflateEnd(&s);
    return end == Z_STREAM_END && !s.avail_out && !s.avail_in;
}

char *lm_zip_read(const lm_zip *z, const lm_zip_entry *e, limn_error *err)
{
    char *to = lm_try_alloc(e->size + 1);
    bool  well = to;

    if (well && e->deflated)
        well = inflate_all(z, e, to);
    else if (well)
        memcpy(to, z->at + e->at, e->size);
    if (!to)
        limn_fail(err, MEMORY, "no memory for the %zu bytes of %s", e->size, e->name);
    else if (!well || crc32(0, (const Bytef *)to, (uInt)e->size) != e->crc)
        limn_fail(err, FILE, "%s is damaged", e->name);
    else
        return to;
    lm_free(to);
    return NULL;
}
