/* check_value.c: constants: converted as ComfyUI converts them, and looked at for range and membership. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"
#include "core/graph/python.h"

/* ------------------------------------------------------------------ storing back */

/* A constant whose JSON type changed is stored as what it became: in the saved prompt, too, a client finds
 * 20 where "20" was sent. */
static void store(const lm_at *a, lm_text *json)
{
    const lm_workflow_node *n = lm_workflow_at(a->k->workflow, a->node);
    limn_error              err = { 0 };

    if (!lm_json_set(a->k->json, n->inputs, a->in->name, json->at, json->size, &err))
        a->k->starved = true;
    lm_text_done(json);
}

static bool is_kind(const lm_at *a, lm_json_kind kind)
{
    return lm_json_kind_of(a->k->json, a->v) == kind;
}

/* ------------------------------------------------------------------ faults of type and range */

/* The value is of no use for a `type`: Python's complaint, and ours. */
static bool fault_type(const lm_at *a, const char *type, lm_text *complaint, const char *sentence)
{
    lm_issue *i = lm_issue_note(a->k, LM_ISSUE_VALUE_TYPE, a->node, a->in, a->v);
    char     *value, *quote;

    if (i) {
        value = lm_issue_value(a->k, a->v);
        quote = lm_issue_quote(a->k, a->v);
        lm_issue_message(a->k, i, "Failed to convert an input value to a %s value", type);
        lm_issue_details(a->k, i, "%s, %s, %.1000s", a->in->name, value, lm_text_str(complaint));
        lm_issue_say(a->k, i, sentence, quote);
        i->exception = lm_check_keep_text(a->k, lm_text_str(complaint),
                                          lm_text_fit(lm_text_str(complaint), complaint->size, 1000));
        lm_free(value);
        lm_free(quote);
    }
    lm_text_done(complaint);
    return false;
}

static bool fault_range(const lm_at *a, bool small, lm_text *value, lm_text *limit)
{
    lm_issue *i = lm_issue_note(a->k, small ? LM_ISSUE_TOO_SMALL : LM_ISSUE_TOO_BIG, a->node, a->in, a->v);

    if (i) {
        lm_issue_message(a->k, i, "Value %.1000s %s than %s of %s", lm_text_str(value),
                         small ? "smaller" : "bigger", small ? "min" : "max", lm_text_str(limit));
        lm_issue_details(a->k, i, "%s", a->in->name);
        lm_issue_say(a->k, i, "%.60s is %s allowed, %s", lm_text_str(value),
                     small ? "below the smallest" : "above the largest", lm_text_str(limit));
    }
    lm_text_done(value);
    lm_text_done(limit);
    return false;
}

/* ------------------------------------------------------------------ INT and SEED */

static lm_py_int from_int(int64_t x)
{
    return (lm_py_int){ .negative = x < 0, .fits = true, .size = x < 0 ? 0 - (uint64_t)x : (uint64_t)x };
}

/* Below 0, 0 or above, as a is below, at or above b, which fits. */
static int order(lm_py_int a, lm_py_int b)
{
    int sizes;

    if (a.negative != b.negative)
        return a.negative ? -1 : 1;
    sizes = !a.fits || a.size > b.size ? 1 : a.size < b.size ? -1 : 0;
    return a.negative ? -sizes : sizes;
}

static void int_range(const limn_input *in, lm_py_int *low, lm_py_int *high)
{
    const bool any = !in->i_min && !in->i_max;

    *low = from_int(in->kind == LIMN_KIND_SEED ? 0 : any ? INT64_MIN : in->i_min);
    *high = from_int(any ? INT64_MAX : in->i_max);
    if (in->kind == LIMN_KIND_SEED)
        high->size = UINT64_MAX;
}

static bool fault_int(const lm_at *a, bool small, lm_py_int limit)
{
    lm_text value = { 0 }, bound = { 0 };

    lm_py_int_str(a->k->json, a->v, &value);
    lm_text_printf(&bound, "%s%" PRIu64, limit.negative ? "-" : "", limit.size);
    return fault_range(a, small, &value, &bound);
}

static bool settle_int(const lm_at *a, lm_arg *out)
{
    lm_text   text = { 0 };
    lm_py_int x, low, high;

    if (!lm_py_to_int(a->k->json, a->v, &x, &text))
        return fault_type(a, "INT", &text, "%s is not a whole number");
    int_range(a->in, &low, &high);
    if (order(x, low) < 0)
        return fault_int(a, true, low);
    if (order(x, high) > 0)
        return fault_int(a, false, high);
    out->as.u = x.negative ? 0 - x.size : x.size; /* the same bits as as.i */
    if (lm_json_is_integer(a->k->json, a->v))
        return true;
    lm_py_int_str(a->k->json, a->v, &text);
    store(a, &text);
    return true;
}

/* ------------------------------------------------------------------ FLOAT, BOOLEAN, STRING */

static bool fault_float(const lm_at *a, bool small, double x, double limit)
{
    lm_text value = { 0 }, bound = { 0 };

    lm_py_repr_float(x, &value);
    lm_py_repr_float(limit, &bound);
    return fault_range(a, small, &value, &bound);
}

static bool settle_float(const lm_at *a, lm_arg *out)
{
    const bool ranged = a->in->f_min || a->in->f_max;
    lm_text    text = { 0 };
    double     x;

    if (!lm_py_to_float(a->k->json, a->v, &x, &text))
        return fault_type(a, "FLOAT", &text, "%s is not a number");
    if (isnan(x) || (ranged && x < a->in->f_min))
        return fault_float(a, true, x, a->in->f_min);
    if (ranged && x > a->in->f_max)
        return fault_float(a, false, x, a->in->f_max);
    out->as.f = x;
    if (is_kind(a, LM_JSON_NUMBER) || !isfinite(x))
        return true;
    lm_py_repr_float(x, &text);
    store(a, &text);
    return true;
}

static bool settle_bool(const lm_at *a, lm_arg *out)
{
    lm_text text = { 0 };

    out->as.i = lm_py_to_bool(a->k->json, a->v);
    if (is_kind(a, LM_JSON_TRUE) || is_kind(a, LM_JSON_FALSE))
        return true;
    lm_text_puts(&text, out->as.i ? "true" : "false");
    store(a, &text);
    return true;
}

static bool settle_text(const lm_at *a, lm_arg *out)
{
    const lm_workflow_node *n = lm_workflow_at(a->k->workflow, a->node);
    lm_text                 text = { 0 }, json = { 0 };
    lm_json_ref             v = a->v;

    if (!is_kind(a, LM_JSON_STRING)) {
        lm_py_str(a->k->json, a->v, &text);
        lm_json_write_string(lm_text_str(&text), text.size, LM_JSON_COMPACT, &json);
        store(a, &json);
        lm_text_done(&text);
        v = lm_json_get(a->k->json, n->inputs, a->in->name);
    }
    out->as.text = lm_json_c_string(a->k->json, v);
    a->k->starved |= !out->as.text;
    return out->as.text;
}

/* ------------------------------------------------------------------ constants where links belong */

limn_value *lm_check_box(lm_json *d, lm_json_ref r, const char *type)
{
    const lm_json_kind kind = lm_json_kind_of(d, r);
    const char        *text = lm_json_c_string(d, r);
    const bool         number = lm_types_fit("INT", type) || lm_types_fit("FLOAT", type);
    limn_value        *v = NULL;
    int64_t            i;
    uint64_t           u;
    double             f;

    if (text && lm_types_fit("STRING", type)) {
        v = lm_value_new("STRING");
        lm_value_set_text(v, "value", text);
    } else if ((kind == LM_JSON_TRUE || kind == LM_JSON_FALSE) && lm_types_fit("BOOLEAN", type)) {
        v = lm_value_new("BOOLEAN");
        lm_value_set_int(v, "value", kind == LM_JSON_TRUE);
    } else if (lm_json_is_integer(d, r) && number && lm_json_to_int(d, r, &i)) {
        v = lm_value_new("INT");
        lm_value_set_int(v, "value", i);
    } else if (lm_json_is_integer(d, r) && number && lm_json_to_uint(d, r, &u)) {
        v = lm_value_new("INT");
        lm_value_set_uint(v, "value", u);
    } else if (lm_types_fit("FLOAT", type) && lm_json_to_double(d, r, &f)) {
        v = lm_value_new("FLOAT");
        lm_value_set_number(v, "value", f);
    }
    return v;
}

static bool settle_link(const lm_at *a, lm_arg *out)
{
    limn_value *v = lm_check_box(a->k->json, a->v, a->in->type);
    lm_text     complaint = { 0 };

    out->as.value = v;
    if (v) {
        lm_check_keep_value(a->k, v);
        return true;
    }
    lm_text_puts(&complaint, "it must be linked");
    return fault_type(a, a->in->type, &complaint, "must be linked to a node, and %s is a constant");
}

/* ------------------------------------------------------------------ one constant */

/* {"__value__": x} is how a prompt tells a list from a link: the wrapping goes, in the stored prompt too. */
static void unwrap(lm_at *a)
{
    const lm_workflow_node *n = lm_workflow_at(a->k->workflow, a->node);
    const lm_json_ref       inner = lm_json_get(a->k->json, a->v, "__value__");
    lm_text                 json = { 0 };

    if (!inner)
        return;
    lm_json_write(a->k->json, inner, LM_JSON_COMPACT, &json);
    store(a, &json);
    a->v = lm_json_get(a->k->json, n->inputs, a->in->name);
}

bool lm_check_value(lm_checker *k, int node, const limn_input *in, lm_json_ref v, lm_arg *out)
{
    lm_at a = { k, in, v, node };

    *out = (lm_arg){ .state = LM_ARG_CONSTANT };
    unwrap(&a);
    switch (in->kind) {
    case LIMN_KIND_INT:
    case LIMN_KIND_SEED:
        return settle_int(&a, out);
    case LIMN_KIND_FLOAT:
        return settle_float(&a, out);
    case LIMN_KIND_BOOL:
        return settle_bool(&a, out);
    case LIMN_KIND_TEXT:
        return settle_text(&a, out);
    case LIMN_KIND_CHOICE:
        return lm_check_choice(&a, out);
    case LIMN_KIND_FILE:
        return lm_check_file(&a, out);
    default:
        return settle_link(&a, out);
    }
}

void lm_check_default(lm_checker *k, const limn_input *in, lm_arg *out)
{
    char **names;
    int    count;

    *out = (lm_arg){ .state = LM_ARG_CONSTANT };
    switch (in->kind) {
    case LIMN_KIND_INT:
    case LIMN_KIND_SEED:
    case LIMN_KIND_BOOL:
        out->as.i = in->i_default;
        break;
    case LIMN_KIND_FLOAT:
        out->as.f = in->f_default;
        break;
    case LIMN_KIND_TEXT:
        out->as.text = in->t_default;
        break;
    case LIMN_KIND_CHOICE:
        out->as.i = in->t_default ? lm_find_name(in->choices, in->t_default) : 0;
        break;
    case LIMN_KIND_FILE:
        names = lm_check_names(k, in->folder, &count);
        out->as.text = count ? names[0] : NULL;
        break;
    default:
        break;
    }
}
