/* tap.c: what a network's blocks answer, for tests, and for finding the block whose numbers broke. */
#include "nodes/models/tap.h"

#include "kernels/ops.h"

void (*lm_tap)(void *self, lm_pass *p, const char *block, const lm_tensor *x);
void  *lm_tap_self;

/* Puts the block's name in front of what an op said about its answer, and ends the search. */
static void name_block(lm_pass *p, const char *block)
{
    char said[sizeof p->error.text];

    snprintf(said, sizeof said, "%s", p->error.text);
    snprintf(p->error.text, sizeof p->error.text, "%.64s: %.300s", block, said);
    p->check_finite = false;
}

void lm_seen_at(lm_pass *p, const lm_tensor *x, const char *block, ...)
{
    char    name[128];
    va_list ap;

    va_start(ap, block);
    vsnprintf(name, sizeof name, block, ap);
    va_end(ap);
    if (lm_tap && x)
        lm_tap(lm_tap_self, p, name, x);
    if (p->check_finite && !x && p->error.code == LIMN_INPUT)
        name_block(p, name);
}

lm_tensor *lm_checked(lm_pass *p, lm_tensor *x, const char *whole,
                      lm_tensor *(*again)(lm_pass *p, void *self), void *self)
{
    limn_error first;
    lm_scope   s;

    if (!x || lm_want_finite(p, x, whole) || p->error.code != LIMN_INPUT)
        return p->error.code == LIMN_OK ? x : NULL;

    first = p->error; /* "the denoiser: input_blocks.4.0: the answer of conv holds a number that is …" */
    p->error = (limn_error){ 0 };
    s = lm_scope_open(p);
    p->check_finite = true;
    again(p, self);
    p->check_finite = false;
    lm_scope_close(&s);
    if (p->error.code == LIMN_OK)
        p->error = first;
    else if (p->error.code == LIMN_INPUT)
        name_block(p, whole);
    return NULL;
}
