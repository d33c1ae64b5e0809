/* folder_words.c: names and reasons as an error text may show them. */
#include <stdio.h>
#include <string.h>

#include "core/base/folders_inside.h"

lm_shown lm_shown_name(const char *name)
{
    lm_shown s = { "" };
    size_t   n = strlen(name), keep = n < 120 ? n : 116;

    while (keep < n && keep && ((unsigned char)name[keep] & 0xc0) == 0x80)
        keep--;
    memcpy(s.text, name, keep);
    memcpy(s.text + keep, keep < n ? "…" : "", keep < n ? 4 : 1);
    for (char *c = s.text; *c; c++)
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
    return s;
}

const char *lm_why(int error, char text[96])
{
    const char *said = strerror_r(error, text, 96);

    if (said != text)
        snprintf(text, 96, "%s", said);
    if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
        text[0] = (char)(text[0] + 32);
    return text;
}
