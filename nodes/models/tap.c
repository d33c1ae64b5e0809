/* tap.c: what a network's blocks answer, for tests, and for finding the block whose numbers broke. */
#include "nodes/models/tap.h"

#include <string.h>

#include "kernels/ops.h"

void (*lm_tap)(void *self, lm_pass *p, const char *block, const lm_tensor *x);
void  *lm_tap_self;

void lm_seen_at(lm_pass *p, const lm_tensor *x, const char *block, ...)
{
    static const char answer[] = "the answer of ";
    char              name[128];
    va_list           ap;

    if (!x)
        return;
    va_start(ap, block);
    vsnprintf(name, sizeof name, block, ap);
    va_end(ap);
    if (lm_tap)
        lm_tap(lm_tap_self, p, name, x);
    if (p->check_finite) {
        memmove(name + sizeof answer - 1, name, sizeof name - sizeof answer);
        memcpy(name, answer, sizeof answer - 1);
        name[sizeof name - 1] = '\0';
        lm_want_finite(p, x, name);
    }
}

lm_tensor *lm_checked(lm_pass *p, lm_tensor *x, const char *whole,
                      lm_tensor *(*again)(lm_pass *p, void *self), void *self)
{
    limn_error first;
    lm_scope   s;

    if (!x || lm_want_finite(p, x, whole) || p->error.code != LIMN_INPUT)
        return p->error.code == LIMN_OK ? x : NULL;

    first = p->error;
    p->error = (limn_error){ 0 };
    s = lm_scope_open(p);
    p->check_finite = true;
    again(p, self);
    p->check_finite = false;
    lm_scope_close(&s);
    if (p->error.code == LIMN_OK)
        p->error = first;
    return NULL;
}
