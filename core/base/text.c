/* text.c: a text that grows. */
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"

static bool give_up(lm_text *t)
{
    lm_free(t->at);
    *t = (lm_text){ .may_fail = true, .failed = true };
    return false;
}

static bool grow(lm_text *t, size_t room)
{
    char *at = t->may_fail ? lm_try_grow(t->at, room) : lm_grow(t->at, room);

    if (!at)
        return false;
    t->at = at;
    t->room = room;
    return true;
}

/* Room to spare, where there is some; else what is wanted. */
bool lm_text_room(lm_text *t, size_t more)
{
    const size_t want = t->size + more + 1;

    if (t->failed)
        return false;
    return want <= t->room || grow(t, want < 64 ? 64 : want + want / 2) || grow(t, want) || give_up(t);
}

void lm_text_add(lm_text *t, const char *bytes, size_t n)
{
    if (!lm_text_room(t, n))
        return;
    if (n)
        memcpy(t->at + t->size, bytes, n);
    t->size += n;
    t->at[t->size] = 0;
}

void lm_text_puts(lm_text *t, const char *text)
{
    lm_text_add(t, text, strlen(text));
}

char *lm_utf8_put(char *w, uint32_t c)
{
    if (c < 0x80) {
        *w++ = (char)c;
    } else if (c < 0x800) {
        *w++ = (char)(0xc0 | c >> 6);
        *w++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *w++ = (char)(0xe0 | c >> 12);
        *w++ = (char)(0x80 | (c >> 6 & 63));
        *w++ = (char)(0x80 | (c & 63));
    } else {
        *w++ = (char)(0xf0 | c >> 18);
        *w++ = (char)(0x80 | (c >> 12 & 63));
        *w++ = (char)(0x80 | (c >> 6 & 63));
        *w++ = (char)(0x80 | (c & 63));
    }
    return w;
}

void lm_text_char(lm_text *t, uint32_t c)
{
    const bool known = c <= 0x10ffff && (c < 0xd800 || c >= 0xe000);
    char       bytes[4];

    lm_text_add(t, bytes, (size_t)(lm_utf8_put(bytes, known ? c : 0xfffd) - bytes));
}

void lm_text_printf(lm_text *t, const char *fmt, ...)
{
    va_list ap;
    int     n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !lm_text_room(t, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(t->at + t->size, (size_t)n + 1, fmt, ap);
    va_end(ap);
    t->size += (size_t)n;
}

const char *lm_text_str(const lm_text *t)
{
    return t->at ? t->at : "";
}

char *lm_text_take(lm_text *t)
{
    char *out = t->at ? t->at : t->failed ? NULL : lm_copy_text("");

    *t = (lm_text){ .may_fail = t->may_fail };
    return out;
}

void lm_text_done(lm_text *t)
{
    lm_free(t->at);
    *t = (lm_text){ .may_fail = t->may_fail };
}

/* The bytes of the character that `s` begins with; 0: it is none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    const size_t   n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;
    const unsigned low = *s == 0xe0 ? 0xa0 : *s == 0xf0 ? 0x90 : 0x80;   /* shorter forms say what is below */
    const unsigned high = *s == 0xed ? 0x9f : *s == 0xf4 ? 0x8f : 0xbf;  /* halves of pairs; beyond U+10FFFF */

    if (n > left || (n > 1 && (s[1] < low || s[1] > high)))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

bool lm_utf8_well(const char *at, size_t n)
{
    for (size_t i = 0, more; i < n; i += more)
        if (!(more = utf8_length((const unsigned char *)at + i, n - i)))
            return false;
    return true;
}
