/* exif.c: which way up a picture was taken. */
#include <string.h>

#include "nodes/picture/codecs.h"

bool lm_tiff_open(lm_tiff *t, const uint8_t *exif, size_t n)
{
    *t = (lm_tiff){ exif, n, false };
    if (n >= 6 && !memcmp(exif, "Exif\0", 6))
        *t = (lm_tiff){ exif + 6, n - 6, false };
    if (t->size < 8 || (memcmp(t->at, "II*\0", 4) && memcmp(t->at, "MM\0*", 4)))
        return false;
    t->big = t->at[0] == 'M';
    return true;
}

uint32_t lm_tiff_get16(const lm_tiff *t, size_t at)
{
    if (at + 2 > t->size)
        return 0;
    return t->big ? lm_be16(t->at + at) : lm_le16(t->at + at);
}

uint32_t lm_tiff_get32(const lm_tiff *t, size_t at)
{
    if (at + 4 > t->size)
        return 0;
    return t->big ? lm_be32(t->at + at) : lm_le32(t->at + at);
}

/* The entry's value when it is one small number: BYTE, SHORT or LONG. */
static uint32_t entry_value(const lm_tiff *t, size_t entry)
{
    enum { BYTE = 1, SHORT = 3, LONG = 4 };

    switch (lm_tiff_get16(t, entry + 2)) {
    case BYTE:  return entry + 8 < t->size ? t->at[entry + 8] : 0;
    case SHORT: return lm_tiff_get16(t, entry + 8);
    case LONG:  return lm_tiff_get32(t, entry + 8);
    default:    return 0;
    }
}

static int valid(uint32_t orientation)
{
    return orientation >= 1 && orientation <= 8 ? (int)orientation : 0;
}

int lm_exif_orientation(const uint8_t *exif, size_t n)
{
    enum { ORIENTATION = 0x0112, ENTRY = 12 };
    lm_tiff t;
    size_t  ifd;

    if (!lm_tiff_open(&t, exif, n))
        return 0;
    ifd = lm_tiff_get32(&t, 4);
    for (uint32_t i = 0, entries = lm_tiff_get16(&t, ifd); i < entries; i++) {
        const size_t entry = ifd + 2 + (size_t)i * ENTRY;

        if (entry + ENTRY > t.size)
            break;
        if (lm_tiff_get16(&t, entry) == ORIENTATION)
            return valid(entry_value(&t, entry));
    }
    return 0;
}

int lm_xmp_orientation(const uint8_t *xmp, size_t n)
{
    static const char tag[] = "tiff:Orientation";
    const size_t      len = sizeof tag - 1;

    for (size_t i = 0; i + len + 2 < n; i++) {
        const uint8_t *v = xmp + i + len;

        if (memcmp(xmp + i, tag, len))
            continue;
        if (v[0] == '>')
            return valid((uint32_t)v[1] - '0');
        if (v[0] == '=' && v[1] == '"')
            return valid((uint32_t)v[2] - '0');
    }
    return 0;
}
