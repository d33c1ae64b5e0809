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

lm_arg lm_bind_default(const limn_input *in)
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
    return a;
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

/* Numbers pass for each other behind a LINK, too: whoever reads them reads a number. */
static bool fits(const limn_value *v, const char *type)
{
    const bool number = is_type(v, "INT") || is_type(v, "FLOAT") || is_type(v, "BOOLEAN");

    return lm_types_fit(lm_value_type(v), type) ||
           (number && (lm_types_fit("INT", type) || lm_types_fit("FLOAT", type) ||
                       lm_types_fit("BOOLEAN", type)));
}

static bool bind_value(const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    if (!(in->flags & LIMN_RAW_LINK) && !fits(v, in->type))
        return fail_type(in, v, err);
    PUT(const limn_value *, field, v);
    return true;
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
        return bind_value(in, v, field, err);
    }
}

/* ------------------------------------------------------------------ values of their own */

static limn_value *number_value(const char *type, double x)
{
    limn_value *v = lm_value_new(type);

    lm_value_set_number(v, "value", x);
    return v;
}

static limn_value *int_value(const char *type, int64_t x)
{
    limn_value *v = lm_value_new(type);

    lm_value_set_int(v, "value", x);
    return v;
}

static limn_value *text_value(const char *text)
{
    limn_value *v = text ? lm_value_new("STRING") : NULL;

    if (v)
        lm_value_set_text(v, "value", text);
    return v;
}

limn_value *lm_bind_box(const limn_input *in, const lm_arg *a)
{
    switch (a->state == LM_ARG_VALUE ? LIMN_KIND_LINK : in->kind) {
    case LIMN_KIND_INT:
    case LIMN_KIND_SEED:
        return int_value("INT", a->as.i);
    case LIMN_KIND_BOOL:
        return int_value("BOOLEAN", a->as.i != 0);
    case LIMN_KIND_FLOAT:
        return number_value("FLOAT", a->as.f);
    case LIMN_KIND_CHOICE:
        return text_value(in->choices[a->as.i]);
    case LIMN_KIND_TEXT:
    case LIMN_KIND_FILE:
        return text_value(a->as.text);
    default:
        return a->as.value ? lm_value_ref(a->as.value) : NULL;
    }
}

/* What is made for a call lives as long as the call. */
static const limn_value *hold(lm_binding *b, limn_value *v)
{
    if (!v)
        return NULL;
    if (!b->made)
        b->made = lm_value_list_new();
    lm_value_push(b->made, v);
    return v;
}

void lm_bind_done(lm_binding *b)
{
    lm_value_unref(b->made);
    b->made = NULL;
}

const limn_value *lm_bind_item(const limn_value *v, int item)
{
    const int n = lm_value_is_list(v) ? lm_value_count(v) : -1;

    return n < 0 ? v : lm_value_item(v, item < n ? item : n - 1);
}

/* ------------------------------------------------------------------ whole lists */

/* An item as a row's kind has it: itself, or converted. NULL and *err: it does not fit. [new] */
static limn_value *list_item(const limn_input *in, const limn_value *v, limn_error *err)
{
    static const char *const names[] = {
        [LIMN_KIND_INT] = "INT",      [LIMN_KIND_SEED] = "INT",      [LIMN_KIND_FLOAT] = "FLOAT",
        [LIMN_KIND_BOOL] = "BOOLEAN", [LIMN_KIND_TEXT] = "STRING",   [LIMN_KIND_CHOICE] = "STRING",
        [LIMN_KIND_FILE] = "STRING",  [LIMN_KIND_LINK] = NULL,
    };
    const char *name = names[in->kind];
    lm_arg      a = { 0 };
    bool        flag;

    if (in->kind == LIMN_KIND_BOOL) {
        if (!bind_link(in, v, &flag, err))
            return NULL;
        a.as.i = flag;
    } else if (!bind_link(in, v, &a.as, err)) {
        return NULL;
    }
    return !name || is_type(v, name) ? lm_value_ref(v) : lm_bind_box(in, &a);
}

static bool bind_whole(lm_binding *b, const limn_input *in, const limn_value *v, void *field, limn_error *err)
{
    const bool  many = lm_value_is_list(v);
    limn_value *list = lm_value_list_new(), *item;

    hold(b, list);
    for (int i = 0; i < (many ? lm_value_count(v) : 1); i++) {
        item = list_item(in, many ? lm_value_item(v, i) : v, err);
        if (!item)
            return false;
        lm_value_push(list, item);
    }
    PUT(const limn_value *, field, list);
    return true;
}

static bool bind_list(lm_binding *b, int i, void *field, limn_error *err)
{
    const limn_input *in = &b->class_->node->inputs[i];
    const limn_value *v = b->values ? b->values[i] : NULL;

    if (b->args[i].state == LM_ARG_CONSTANT)
        v = hold(b, lm_bind_box(in, &b->args[i]));
    if (!v || !(in->flags & LIMN_RAW_LINK))
        return !v || bind_whole(b, in, v, field, err);
    PUT(const limn_value *, field, v);
    return true;
}

/* ------------------------------------------------------------------ the whole */

/* [new] */
static limn_value *list_of(const limn_value *v)
{
    limn_value *list;

    if (lm_value_is_list(v))
        return lm_value_ref(v);
    list = lm_value_list_new();
    lm_value_push(list, lm_value_ref(v));
    return list;
}

static void bind_rest(lm_binding *b, int item, bool lists, void *field)
{
    limn_value *inputs = lm_value_new("INPUTS");

    for (int i = 0; i < b->n_rest; i++) {
        const limn_value *v = b->values ? b->values[b->class_->n_inputs + i] : NULL;

        v = v && !lists ? lm_bind_item(v, item) : v;
        if (v)
            lm_value_set_value(inputs, b->rest[i], lists ? list_of(v) : lm_value_ref(v));
    }
    PUT(const limn_value *, field, hold(b, inputs));
}

static bool bind_one(lm_binding *b, int i, int item, void *field, limn_error *err)
{
    const limn_input *in = &b->class_->node->inputs[i];
    const limn_value *v = b->values ? b->values[i] : NULL;
    const lm_arg      nothing = lm_bind_default(in);

    v = v ? lm_bind_item(v, item) : NULL;
    if (b->args[i].state != LM_ARG_CONSTANT && v)
        return bind_link(in, v, field, err);
    bind_constant(in, b->args[i].state == LM_ARG_CONSTANT ? &b->args[i] : &nothing, field);
    return true;
}

bool lm_bind(lm_binding *b, int item, void *out, limn_error *err)
{
    const limn_node *n = b->class_->node;
    const bool       lists = n->flags & LIMN_TAKES_LISTS;

    if (n->args_size)
        memset(out, 0, n->args_size);
    for (int i = 0; i < b->class_->n_inputs; i++) {
        void *field = (char *)out + n->inputs[i].offset;

        if (n->inputs[i].kind == LIMN_KIND_REST)
            bind_rest(b, item, lists, field);
        else if (!(lists ? bind_list(b, i, field, err) : bind_one(b, i, item, field, err)))
            return false;
    }
    return true;
}
