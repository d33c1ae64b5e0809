/* front.c: what every front does before and after the device's row. */
#include "kernels/front.h"

#include <pthread.h>

#include "core/base/log.h"
#include "core/data/trace.h"

enum { MAX_TOLD = 64 };

/* Is this the first time that anybody asks about `op`? */
static bool first_time(const char *op)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static const char     *told[MAX_TOLD];
    int                    i = 0;
    bool                   first;

    pthread_mutex_lock(&lock);
    while (i < MAX_TOLD && told[i] && strcmp(told[i], op))
        i++;
    first = i < MAX_TOLD && !told[i];
    if (first)
        told[i] = op;
    pthread_mutex_unlock(&lock);
    return first;
}

/* While tracing, of an op that calls another only the outer one is reported. */
static void trace_begin(lm_pass *p, const char *op)
{
    if (p->op) {
        p->ops_inside++;
        return;
    }
    p->op = op;
    p->op_began = lm_trace_clock();
}

static void trace_end(lm_pass *p)
{
    if (p->ops_inside) {
        p->ops_inside--;
        return;
    }
    if (p->op)
        lm_trace_op(p->op, p->op_began);
    p->op = NULL;
}

void lm_front_begin(lm_pass *p, bool own_row, const char *op)
{
    if (lm_tracing())
        trace_begin(p, op);
    if (!own_row && first_time(op))
        lm_log(LM_LOG_INFO, "%s has no kernel of its own on %s: the plain one answers, slowly", op,
               p->device->name);
    lm_pass_lease(p);
    if (p->device->enter)
        p->device->enter(p->device);
}

bool lm_front_end(lm_pass *p, bool worked)
{
    if (p->device->leave)
        p->device->leave(p->device);
    if (lm_tracing())
        trace_end(p);
    if (worked)
        return true;
    if (!lm_pass_live(p)) /* the kernel said why, or someone pressed stop: recorded there */
        return false;
    return lm_pass_fail(p, BUG, "a kernel on %s gave up without a reason", p->device->name);
}

bool lm_front_sound(lm_pass *p, const char *op, const lm_tensor *y)
{
    char what[32];

    if (!p->check_finite)
        return true;
    snprintf(what, sizeof what, "the answer of %s", op);
    return lm_want_finite(p, y, what) != NULL;
}

bool lm_front_takes(lm_pass *p, const char *op, const char *letter, const lm_tensor *t)
{
    if (!t)
        return lm_pass_fail(p, BUG, "%s: %s is missing", op, letter);
    if (t->dtype != LM_F32 && t->dtype != LM_F16 && t->dtype != LM_BF16)
        return lm_pass_fail(p, INPUT, "%s: %s is stored as %s; F32, F16 and BF16 can be computed on", op,
                            lm_label(t, letter), lm_dtype_name(t->dtype));
    if (lm_count(t) < 1)
        return lm_pass_fail(p, INPUT, "%s: %s is empty", op, lm_label(t, letter));
    return true;
}
