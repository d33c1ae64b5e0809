/* results.c: puts together what the calls of a step gave. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ is it right? */

static bool check_item(const limn_output *o, const limn_value *v, bool expands, limn_error *err)
{
    const lm_value_kind kind = v ? lm_value_kind_of(v) : LM_VALUE_PLAIN;

    if (!v)
        return limn_fail(err, BUG, "it gave nothing for its output %s", o->name);
    if (kind == LM_VALUE_BLOCKER || (kind == LM_VALUE_WIRE && expands))
        return true;
    if (kind == LM_VALUE_WIRE)
        return limn_fail(err, BUG, "it gave a wire for its output %s, and no subgraph", o->name);
    if (kind == LM_VALUE_LIST)
        return limn_fail(err, BUG, "it gave a list for its output %s, which is not declared as one", o->name);
    if (!lm_types_fit(lm_value_type(v), o->type))
        return limn_fail(err, BUG, "it gave %s for its output %s, which is %s", lm_value_type(v), o->name,
                         o->type);
    return true;
}

static bool check_output(const limn_output *o, const limn_value *v, bool expands, limn_error *err)
{
    if (!o->list || !v || lm_value_kind_of(v) == LM_VALUE_BLOCKER || lm_value_kind_of(v) == LM_VALUE_WIRE)
        return check_item(o, v, expands, err);
    if (!lm_value_is_list(v))
        return limn_fail(err, BUG, "it gave %s for its output %s, which is a list", lm_value_type(v), o->name);
    for (int i = 0; i < lm_value_count(v); i++)
        if (!check_item(o, lm_value_item(v, i), expands, err))
            return false;
    return true;
}

bool lm_results_check(const lm_class *c, limn_value *const *got, bool expands, limn_error *err)
{
    for (int i = 0; i < c->n_outputs; i++)
        if (!check_output(&c->node->outputs[i], got[i], expands, err))
            return false;
    return true;
}

/* ------------------------------------------------------------------ joining */

static void push_all(limn_value *list, const limn_value *v)
{
    if (!lm_value_is_list(v)) {
        lm_value_push(list, lm_value_ref(v));
        return;
    }
    for (int i = 0; i < lm_value_count(v); i++)
        lm_value_push(list, lm_value_ref(lm_value_item(v, i)));
}

void lm_results_add(const lm_class *c, limn_value **out, limn_value **got, int n)
{
    for (int i = 0; i < c->n_outputs; i++) {
        if (n == 1) {
            out[i] = got[i];
            continue;
        }
        if (!out[i])
            out[i] = lm_value_list_new();
        push_all(out[i], got[i]);
        lm_value_unref(got[i]);
    }
}

void lm_results_none(const lm_class *c, limn_value **out)
{
    for (int i = 0; i < c->n_outputs; i++)
        out[i] = lm_value_list_new();
}

/* ------------------------------------------------------------------ wires */

static bool is_wire(const limn_value *v)
{
    return lm_value_kind_of(v) == LM_VALUE_WIRE;
}

void lm_results_wires(const limn_value *v, void (*each)(void *self, const limn_value *wire), void *self)
{
    if (is_wire(v))
        each(self, v);
    for (int i = 0; lm_value_is_list(v) && i < lm_value_count(v); i++)
        if (is_wire(lm_value_item(v, i)))
            each(self, lm_value_item(v, i));
}

lm_source lm_wire_source(const limn_value *wire)
{
    return (lm_source){ (int32_t)lm_value_int(wire, "step", -1), (int32_t)lm_value_int(wire, "slot", 0) };
}

/* What a wire leads to is there by now; anything else stands for itself. [lends] */
static const limn_value *followed(const lm_run *x, const limn_value *v)
{
    return is_wire(v) && lm_wire_source(v).step >= 0 ? *lm_run_slot(x, lm_wire_source(v)) : v;
}

limn_value *lm_results_resolve(const lm_run *x, const limn_value *pending, bool list)
{
    limn_value *out;

    if (!lm_value_is_list(pending) && (!list || lm_value_is_list(followed(x, pending))))
        return lm_value_ref(followed(x, pending));
    out = lm_value_list_new();
    if (!lm_value_is_list(pending))
        push_all(out, followed(x, pending));
    for (int i = 0; lm_value_is_list(pending) && i < lm_value_count(pending); i++)
        push_all(out, followed(x, lm_value_item(pending, i)));
    return out;
}

/* ------------------------------------------------------------------ answers */

/* The lists under one key in all answers, as one list. */
static void join_key(lm_json *const *answers, int n, const char *key, lm_text *out)
{
    const char *comma = "";

    lm_text_puts(out, "[");
    for (int i = 0; i < n; i++) {
        const lm_json_ref list = lm_json_get(answers[i], lm_json_root(answers[i]), key);

        if (lm_json_kind_of(answers[i], list) != LM_JSON_ARRAY)
            continue;
        for (lm_json_ref v = lm_json_first(answers[i], list); v; v = lm_json_next(answers[i], v)) {
            lm_text_puts(out, comma);
            lm_json_write(answers[i], v, LM_JSON_COMPACT, out);
            comma = ",";
        }
    }
    lm_text_puts(out, "]");
}

static void join_answers(lm_json *const *answers, int n, lm_text *out)
{
    lm_json    *d = answers[0];
    const char *comma = "";

    lm_text_puts(out, "{");
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k; k = lm_json_next(d, k)) {
        size_t      size;
        const char *key = lm_json_string(d, k, &size);

        lm_text_puts(out, comma);
        lm_json_write_string(key, size, LM_JSON_COMPACT, out);
        lm_text_puts(out, ":");
        join_key(answers, n, key, out);
        comma = ",";
    }
    lm_text_puts(out, "}");
}

char *lm_results_answer(char *const *answers, int n)
{
    lm_json **read;
    lm_text   out = { 0 };
    int       well = 0;

    if (n == 1)
        return lm_copy_text(answers[0]);
    read = lm_alloc_array((size_t)n, sizeof(lm_json *));
    for (int i = 0; i < n; i++) { /* what is not JSON is passed over */
        lm_json *d = lm_json_read(answers[i], strlen(answers[i]), NULL);

        if (d)
            read[well++] = d;
    }
    if (well)
        join_answers(read, well, &out);
    for (int i = 0; i < well; i++)
        lm_json_free(read[i]);
    lm_free(read);
    return well ? lm_text_take(&out) : NULL;
}
