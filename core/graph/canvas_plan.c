/* canvas_plan.c: a class as a canvas sees it: which of its inputs are sockets, which are widgets, and what
 * stands where in widgets_values. Read from the registry's table. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

static bool is_widget(const limn_input *in)
{
    return in->kind != LIMN_KIND_LINK && in->kind != LIMN_KIND_REST && !(in->flags & LIMN_SOCKET);
}

static bool is_choice(const limn_input *in)
{
    return in->kind == LIMN_KIND_CHOICE || in->kind == LIMN_KIND_FILE;
}

static bool has_control(const limn_input *in)
{
    if (in->kind == LIMN_KIND_INT && (!strcmp(in->name, "seed") || !strcmp(in->name, "noise_seed")))
        return true;
    return in->kind == LIMN_KIND_SEED || in->flags & LIMN_CONTROL;
}

/* Required inputs come before optional ones: calls `each` for all rows in that order. */
static void each_row(const lm_class *class, lm_canvas_plan *p,
                     void (*each)(lm_canvas_plan *, const limn_input *))
{
    for (int optional = 0; optional < 2; optional++)
        for (int i = 0; i < class->n_inputs; i++)
            if (!(class->node->inputs[i].flags & LIMN_OPTIONAL) == !optional)
                each(p, &class->node->inputs[i]);
}

static void count_row(lm_canvas_plan *p, const limn_input *in)
{
    p->n_sockets += !is_widget(in) && in->kind != LIMN_KIND_REST;
    p->n_widgets += is_widget(in);
}

static void store(lm_canvas_plan *p, const limn_input *in, lm_canvas_stores what)
{
    p->stored[p->n_stored++] = (lm_canvas_stored){ in, what };
}

static void add_row(lm_canvas_plan *p, const limn_input *in)
{
    if (is_widget(in)) {
        p->rows[p->n_widgets++] = in;
        store(p, in, LM_CANVAS_IS_VALUE);
        if (has_control(in))
            store(p, in, LM_CANVAS_IS_CONTROL);
        if (has_control(in) && is_choice(in))
            store(p, in, LM_CANVAS_IS_FILTER);
    } else if (in->kind != LIMN_KIND_REST) {
        p->slots[p->n_sockets++] = (lm_canvas_slot){ .name = lm_canvas_text(in->name), .link = -1, .widget = -1 };
    }
}

/* The button of the first required file that can be uploaded stands behind everything. */
static void add_upload(lm_canvas_plan *p)
{
    for (int i = 0; i < p->n_widgets; i++)
        if (p->rows[i]->flags & LIMN_UPLOAD && !(p->rows[i]->flags & LIMN_OPTIONAL)) {
            store(p, p->rows[i], LM_CANVAS_IS_UPLOAD);
            return;
        }
}

/* Widgets' slots stand after all sockets. */
static void finish_slots(lm_canvas *c, lm_canvas_plan *p)
{
    for (int i = 0; i < p->n_sockets; i++)
        p->slots[i].type = lm_canvas_type(c, lm_canvas_text(lm_class_input(p->class, p->slots[i].name.at)->type));
    for (int i = 0; i < p->n_widgets; i++)
        p->slots[p->n_sockets + i] = (lm_canvas_slot){
            .name = lm_canvas_text(p->rows[i]->name), .type = lm_canvas_type(c, lm_canvas_text(p->rows[i]->type)),
            .link = -1, .widget = i,
        };
    for (int i = 0; i < p->n_outputs; i++)
        p->outputs[i] = lm_canvas_type(c, lm_canvas_text(p->class->node->outputs[i].type));
}

static lm_canvas_plan *new_plan(lm_canvas *c, const lm_class *class)
{
    lm_canvas_plan *p = lm_canvas_take(c, 1, sizeof *p);
    size_t          rows;

    if (!p)
        return NULL;
    *p = (lm_canvas_plan){ .class = class, .n_outputs = class->n_outputs };
    each_row(class, p, count_row);
    rows = (size_t)(p->n_sockets + p->n_widgets);
    p->slots = lm_canvas_take(c, rows, sizeof *p->slots);
    p->rows = lm_canvas_take(c, rows, sizeof *p->rows);
    p->stored = lm_canvas_take(c, 3 * rows + 1, sizeof *p->stored);
    p->outputs = lm_canvas_take(c, (size_t)p->n_outputs, sizeof *p->outputs);
    if (!lm_canvas_live(c))
        return NULL;
    p->n_sockets = p->n_widgets = 0;
    each_row(class, p, add_row);
    add_upload(p);
    finish_slots(c, p);
    return p;
}

static bool add_plan(lm_canvas *c, lm_canvas_plan *p)
{
    if (c->n_plans == c->room_plans) {
        c->room_plans = c->room_plans ? 2 * c->room_plans : 32;
        c->plans = lm_grow(c->plans, (size_t)c->room_plans * sizeof(lm_canvas_plan *));
    }
    if (!lm_index_reserve(&c->classes))
        return limn_fail(&c->err, MEMORY, "no memory for one more class");
    lm_index_put(&c->classes, p->class->node->name, strlen(p->class->node->name), c->n_plans);
    c->plans[c->n_plans++] = p;
    return true;
}

const lm_canvas_plan *lm_canvas_plan_of(lm_canvas *c, lm_canvas_name class_name)
{
    const int32_t   known = class_name.at ? lm_index_find(&c->classes, class_name.at, class_name.size) : -1;
    const lm_class *class;
    lm_canvas_plan *p;

    if (known >= 0)
        return c->plans[known];
    class = class_name.at ? lm_registry_find_bytes(c->env->registry, class_name.at, class_name.size) : NULL;
    p = class ? new_plan(c, class) : NULL;
    return p && add_plan(c, p) ? p : NULL;
}

/* ------------------------------------------------------------------ all of them, told */

static void tell_stored(const lm_canvas_stored *s, lm_text *out)
{
    static const char *const kinds[] = {
        [LM_CANVAS_IS_VALUE] = "value",   [LM_CANVAS_IS_CONTROL] = "control", [LM_CANVAS_MAY_CONTROL] = "control",
        [LM_CANVAS_IS_FILTER] = "filter", [LM_CANVAS_IS_UPLOAD] = "upload",
    };

    lm_text_puts(out, "[");
    lm_json_write_string(s->row->name, strlen(s->row->name), LM_JSON_SPACES, out);
    lm_text_printf(out, ", \"%s\"", kinds[s->what]);
    if (s->what == LM_CANVAS_IS_VALUE && s->row->kind == LIMN_KIND_FILE && !lm_folders_working(s->row->folder)) {
        lm_text_puts(out, ", ");
        lm_json_write_string(s->row->folder, strlen(s->row->folder), LM_JSON_SPACES, out);
    }
    lm_text_puts(out, "]");
}

static void tell_plan(const lm_canvas_plan *p, lm_text *out)
{
    const char *name = p->class->node->name;

    lm_json_write_string(name, strlen(name), LM_JSON_SPACES, out);
    lm_text_puts(out, ": [");
    for (int i = 0; i < p->n_stored; i++) {
        lm_text_puts(out, i ? ", " : "");
        tell_stored(&p->stored[i], out);
    }
    lm_text_puts(out, "]");
}

bool lm_canvas_plans(const lm_registry *r, lm_text *out, limn_error *err)
{
    const lm_canvas_env env = { .registry = r };
    lm_canvas           c = { .env = &env };

    lm_text_puts(out, "{");
    for (int i = 0; i < lm_registry_count(r) && lm_canvas_live(&c); i++) {
        const lm_canvas_plan *p = lm_canvas_plan_of(&c, lm_canvas_text(lm_registry_at(r, i)->node->name));

        if (!p)
            continue;
        lm_text_puts(out, i ? ", " : "");
        tell_plan(p, out);
    }
    lm_text_puts(out, "}");
    if (!lm_canvas_live(&c) && err)
        *err = c.err;
    lm_canvas_done(&c);
    return c.err.code == LIMN_OK;
}
