/* text.h: a text that grows. { 0 } is empty; .at is NULL until something was added, then NUL-terminated. */
#ifndef LM_BASE_TEXT_H
#define LM_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <limn/limn.h>

typedef struct lm_text {
    char  *at;
    size_t size, room; /* bytes used, without the NUL; bytes allocated */
    bool   may_fail;   /* set by its owner: without memory for it, it is let go of, is empty, and stays so … */
    bool   failed;     /* … and says so. Without may_fail the process ends */
} lm_text;

void        lm_text_add(lm_text *t, const char *bytes, size_t n);
void        lm_text_puts(lm_text *t, const char *text);
void        lm_text_char(lm_text *t, uint32_t c); /* as UTF-8; U+FFFD for what is no character */
void        lm_text_printf(lm_text *t, const char *fmt, ...) LIMN_PRINTF(2, 3);
bool        lm_text_room(lm_text *t, size_t more); /* so that so many bytes can be added for certain */
const char *lm_text_str(const lm_text *t); /* "" when empty                               [lends] */
char       *lm_text_take(lm_text *t);      /* the text itself; t is empty again. NULL when it failed [new] */
void        lm_text_done(lm_text *t);

/* Writes c as UTF-8 (halves of surrogate pairs as three bytes); where it ends.  Source: RFC 3629. */
char *lm_utf8_put(char *w, uint32_t c);

/* Is it UTF-8, every character in its shortest form and none half a pair?  Source: RFC 3629. */
bool lm_utf8_well(const char *at, size_t n);

#endif
