/* blame.c: who is at fault, in one line. */
#include "core/graph/blame.h"

#include <string.h>

size_t lm_text_fit(const char *text, size_t size, size_t most)
{
    if (size <= most)
        return size;
    while (most && (text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

void lm_text_clean(lm_text *out, const char *text, size_t size, size_t most)
{
    const size_t n = most ? lm_text_fit(text, size, most) : size;

    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i], after = i + 1 < n ? (unsigned char)text[i + 1] : 0;
        const bool          c1 = c == 0xc2 && after >= 0x80 && after < 0xa0;

        lm_text_add(out, c < 0x20 || c == 0x7f || c1 ? "?" : text + i, 1);
        i += c1;
    }
    if (n < size)
        lm_text_puts(out, "…");
}

bool lm_blame(limn_error *err, const char *id, const char *class_name)
{
    lm_text who = { 0 };
    size_t  n;

    if (!err || *err->node)
        return false;
    lm_text_clean(&who, id, strlen(id), 24);
    lm_text_puts(&who, " (");
    lm_text_clean(&who, class_name, strlen(class_name), 28);
    lm_text_puts(&who, ")");
    n = lm_text_fit(who.at, who.size, sizeof err->node - 1);
    memcpy(err->node, who.at, n);
    err->node[n] = 0;
    lm_text_done(&who);
    return false;
}

void lm_blame_line(lm_text *out, const char *file, const limn_error *err)
{
    if (file) {
        lm_text_clean(out, file, strlen(file), 0);
        lm_text_puts(out, ": ");
    }
    if (*err->node)
        lm_text_printf(out, "node %s%s", err->node, *err->input ? ", " : ": ");
    if (*err->input)
        lm_text_printf(out, "%s: ", err->input);
    lm_text_clean(out, err->text, strlen(err->text), 0);
}
