/* json_text.c: texts as JSON spells them. */
#include "nodes/json_text.h"

#include <stdint.h>

void lm_json_quote(lm_text *out, const char *text)
{
    lm_text_puts(out, "\"");
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            lm_text_printf(out, "\\%c", *text);
        else if (*text == '\n')
            lm_text_puts(out, "\\n");
        else if ((unsigned char)*text < 0x20)
            lm_text_printf(out, "\\u%04x", (unsigned char)*text);
        else
            lm_text_add(out, text, 1);
    lm_text_puts(out, "\"");
}

/* How many bytes follow the first of a character. */
static int follow(unsigned char first)
{
    return first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
}

/* The character at *t, which moves behind it; U+FFFD for a byte that begins none. */
static uint32_t next_char(const unsigned char **t)
{
    const unsigned char *c = *t;
    const int            more = follow(c[0]);
    uint32_t             code = more ? c[0] & (0x3fu >> more) : c[0];

    *t += 1;
    if (more && (c[0] < 0xc2 || c[0] > 0xf4))
        return 0xfffd;
    for (int i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0xfffd;
        code = code << 6 | (c[i] & 0x3fu);
    }
    *t += more;
    return code;
}

char *lm_json_ascii(const char *json)
{
    const unsigned char *t = (const unsigned char *)json;
    lm_text              out = { 0 };

    if (!json)
        return NULL;
    while (*t) {
        const uint32_t code = next_char(&t);

        if (code < 0x80)
            lm_text_add(&out, (const char *)&(char){ (char)code }, 1);
        else if (code < 0x10000)
            lm_text_printf(&out, "\\u%04x", code);
        else
            lm_text_printf(&out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
                           0xdc00 + ((code - 0x10000) & 0x3ff));
    }
    return lm_text_take(&out);
}
