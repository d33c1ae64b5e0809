/* bind.c: fills a node's args struct from its table. */
#include "core/graph/bind.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define PUT(type, field, x) (*(type *)(field) = (x))

static bool fail_at(const limn_input *in, limn_error *err)
{
    if (err && !*err->input)
        snprintf(err->input, sizeof err->input, "%.63s", in->name);
    return false;
}

/* ------------------------------------------------------------------ constants */

static void bind_constant(const limn_input *in, const lm_arg *a, void *field)
{
    switch (in->kind) {
    case LIMN_KIND_INT:
        PUT(int64_t, field, a->as.i);
        break;
    case LIMN_KIND_SEED:
        PUT(uint64_t, field, a->as.u);
        break;
    case LIMN_KIND_FLOAT:
        PUT(double, field, a->as.f);
        break;
    case LIMN_KIND_BOOL:
        PUT(bool, field, a->as.i != 0);
        break;
    case LIMN_KIND_CHOICE:
        PUT(int32_t, field, (int32_t)a->as.i);
        break;
    case LIMN_KIND_TEXT:
    case LIMN_KIND_FILE:
        PUT(const char *, field, a->as.text);
        break;
    default:
        PUT(const limn_value *, field, a->as.value);
    }
}

/* The place of a choice, -1 when it is not there. */
static int32_t find_choice(const limn_input *in, const char *name)
{
    for (int32_t i = 0; in->choices[i]; i++)
        if (!strcmp(in->choices[i], name))
            return i;
    return -1;
}

/* A linked input whose value is not there yet. */
static void bind_default(const limn_input *in, void *field)
{
    lm_arg a = { .as.i = in->i_default };

    if (in->kind == LIMN_KIND_FLOAT)
        a.as.f = in->f_default;
    else if (in->kind == LIMN_KIND_CHOICE)
        a.as.i = in->t_default ? find_choice(in, in->t_default) : 0;
    else if (in->kind == LIMN_KIND_TEXT || in->kind == LIMN_KIND_FILE)
        a.as.text = in->t_default ? in->t_default : "";
    else if (in->kind == LIMN_KIND_LINK)
        a.as.value = NULL;
    bind_constant(in, &a, field);
}

/* ------------------------------------------------------------------ links */

static bool is_type(const limn_value *v, const char *type)
{
    return !strcmp(lm_value_type(v), type);
}

static bool fail_type(const limn_input *in, const limn_value *v, limn_error *err)
{
    limn_fail(err, INPUT, "it takes %s, and the node linked to it gave %s", in->type, lm_value_type(v));
    return fail_at(in, err);
}

static bool bind_int(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    const bool   whole = is_type(v, "INT") || is_type(v, "BOOLEAN"), any = !in->i_min && !in->i_max;
    const double f = is_type(v, "FLOAT") ? lm_value_number(v, "value", NAN) : NAN;
    int64_t      x;

    if (!whole && !(f == trunc(f) && fabs(f) < 0x1p63))
        return fail_type(in, v, err);
    x = whole ? lm_value_int(v, "value", 0) : (int64_t)f;
    if (in->kind == LIMN_KIND_SEED || any || (x >= in->i_min && x <= in->i_max)) {
        PUT(int64_t, field, x); /* a seed has the same bits */
        return true;
    }
    if (x < in->i_min)
        limn_fail(err, INPUT, "%" PRId64 " is below the smallest allowed, %" PRId64, x, in->i_min);
    else
        limn_fail(err, INPUT, "%" PRId64 " is above the largest allowed, %" PRId64, x, in->i_max);
    return fail_at(in, err);
}

static bool bind_float(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    const bool number = is_type(v, "FLOAT") || is_type(v, "INT") || is_type(v, "BOOLEAN");
    const bool any = in->f_min == 0 && in->f_max == 0;
    double     x;

    if (!number)
        return fail_type(in, v, err);
    x = lm_value_number(v, "value", NAN);
    if ((any && !isnan(x)) || (x >= in->f_min && x <= in->f_max)) {
        PUT(double, field, x);
        return true;
    }
    if (x > in->f_max)
        limn_fail(err, INPUT, "%g is above the largest allowed, %g", x, in->f_max);
    else
        limn_fail(err, INPUT, "%g is below the smallest allowed, %g", x, in->f_min);
    return fail_at(in, err);
}

static bool bind_bool(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    if (!is_type(v, "BOOLEAN") && !is_type(v, "INT") && !is_type(v, "FLOAT"))
        return fail_type(in, v, err);
    PUT(bool, field, lm_value_number(v, "value", 0) != 0);
    return true;
}

/* The text of a STRING or of a name, or NULL and *err. */
static const char *linked_text(const limn_input *in, const limn_value *v, limn_error *err)
{
    const char *text = is_type(v, "STRING") || is_type(v, "COMBO") ? lm_value_text(v, "value") : NULL;

    if (!text)
        fail_type(in, v, err);
    return text;
}

static bool bind_choice(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    const char *name = linked_text(in, v, err);
    int32_t     i;

    if (!name)
        return false;
    i = find_choice(in, name);
    PUT(int32_t, field, i);
    if (i >= 0)
        return true;
    limn_fail(err, INPUT, "\"%.100s\" is not among the choices", name);
    return fail_at(in, err);
}

static bool bind_link(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    const char *text;

    switch (in->kind) {
    case LIMN_KIND_INT:
    case LIMN_KIND_SEED:
        return bind_int(in, v, field, err);
    case LIMN_KIND_FLOAT:
        return bind_float(in, v, field, err);
    case LIMN_KIND_BOOL:
        return bind_bool(in, v, field, err);
    case LIMN_KIND_CHOICE:
        return bind_choice(in, v, field, err);
    case LIMN_KIND_TEXT:
    case LIMN_KIND_FILE:
        text = linked_text(in, v, err);
        PUT(const char *, field, text);
        return text;
    default:
        PUT(const limn_value *, field, v);
        return true;
    }
}

bool lm_bind(const lm_class *c, const lm_arg *args, const limn_value *const *values, void *out,
             limn_error *err)
{
    if (c->node->args_size)
        memset(out, 0, c->node->args_size);
    for (int i = 0; i < c->n_inputs; i++) {
        const limn_input *in = &c->node->inputs[i];
        void             *field = (char *)out + in->offset;

        if (args[i].state == LM_ARG_CONSTANT)
            bind_constant(in, &args[i], field);
        else if (!values)
            bind_default(in, field);
        else if (!bind_link(in, values[i], field, err))
            return false;
    }
    return true;
}
