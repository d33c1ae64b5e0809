/* checks_tables.c: the tables of all nodes, as the worker that checks sends them: read once, shared by all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/graph/json.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"

struct lm_tables_wait {
    lm_tables_wait *next;
    lm_tables_fn   *fn;
    void           *self;
};

/* ------------------------------------------------------------------ tables */

lm_tables *lm_tables_ref(lm_tables *t)
{
    if (t)
        t->refs++;
    return t;
}

void lm_tables_unref(lm_tables *t)
{
    if (!t || --t->refs)
        return;
    for (int i = 0; i < t->n_classes; i++)
        lm_free((char *)t->classes[i].name);
    lm_free(t->classes);
    lm_free(t->json);
    lm_free(t);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct lm_table *)a)->name, ((const struct lm_table *)b)->name);
}

const struct lm_table *lm_tables_find(const lm_tables *t, const char *name)
{
    const struct lm_table key = { .name = name };

    return t && t->n_classes ? bsearch(&key, t->classes, (size_t)t->n_classes, sizeof key, by_name) : NULL;
}

static void add_class(lm_tables *t, lm_json *d, lm_json_ref key, lm_slice info)
{
    bool output = false;

    lm_json_to_bool(d, lm_json_get(d, lm_json_value(d, key), "output_node"), &output);
    t->classes[t->n_classes++] =
        (struct lm_table){ .name = lm_copy_text(lm_json_c_string(d, key)), .info = info, .output = output };
}

/* Classes that clients look up by name, whether they use them or not: ComfyUI's page of 1.27 makes no node with a list
 * of checkpoints while one of these is missing. Where no node is there for one, it is told with an empty list of files
 * and all its other inputs, so that a page keeps what a workflow says of it; a workflow that uses it is refused as one
 * with an unknown class. Written with ' for ". */
#define STRENGTH "['FLOAT', {'default': 1.0, 'min': -100.0, 'max': 100.0, 'step': 0.01}]"
static const struct named {
    const char *name, *title, *inputs, *outputs;
} named[] = {
    { "UNETLoader", "Load Diffusion Model",
      "'unet_name': [[]], 'weight_dtype': [['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2']]", "'MODEL'" },
    { "LoraLoader", "Load LoRA",
      "'model': ['MODEL'], 'clip': ['CLIP'], 'lora_name': [[]], 'strength_model': " STRENGTH
      ", 'strength_clip': " STRENGTH,
      "'MODEL', 'CLIP'" },
    { "LoraLoaderModelOnly", "Load LoRA (model only)",
      "'model': ['MODEL'], 'lora_name': [[]], 'strength_model': " STRENGTH, "'MODEL'" },
    { "ControlNetLoader", "Load ControlNet Model", "'control_net_name': [[]]", "'CONTROL_NET'" },
    { "UpscaleModelLoader", "Load Upscale Model", "'model_name': [[]]", "'UPSCALE_MODEL'" },
    { "StyleModelLoader", "Load Style Model", "'style_model_name': [[]]", "'STYLE_MODEL'" },
    { "GLIGENLoader", "Load GLIGEN Model", "'gligen_name': [[]]", "'GLIGEN'" },
    { "ImageOnlyCheckpointLoader", "Load Video Checkpoint", "'ckpt_name': [[]]", "'MODEL', 'CLIP_VISION', 'VAE'" },
};

static void put_quoted(lm_text *out, const char *text)
{
    for (; *text; text++)
        lm_text_add(out, *text == '\'' ? "\"" : text, 1);
}

/* The names of inputs, in their order. */
static void put_order(lm_text *out, lm_slice inputs)
{
    lm_members m = lm_members_of(inputs);
    lm_slice   key, value;

    for (const char *comma = ""; lm_members_next(&m, &key, &value); comma = ", ")
        lm_text_printf(out, "%s\"%.*s\"", comma, (int)key.n, key.at);
}

static void put_named(lm_text *out, const struct named *c)
{
    lm_text inputs = { 0 }, outputs = { 0 };

    put_quoted(&inputs, "{");
    put_quoted(&inputs, c->inputs);
    put_quoted(&inputs, "}");
    put_quoted(&outputs, c->outputs);
    lm_text_printf(out, "\"%s\": {\"input\": {\"required\": %s}, \"input_order\": {\"required\": [", c->name, inputs.at);
    put_order(out, (lm_slice){ inputs.at, inputs.size });
    lm_text_printf(out, "]}, \"output\": [%s], \"output_is_list\": [false", outputs.at);
    for (const char *at = c->outputs; *at; at++)
        lm_text_puts(out, *at == ',' ? ", false" : "");
    lm_text_printf(out, "], \"output_name\": [%s], \"name\": \"%s\", \"display_name\": \"%s\", ", outputs.at, c->name,
                   c->title);
    lm_text_puts(out, "\"description\": \"limn has no such node: a workflow that uses it is refused.\", \"python_module\": "
                      "\"nodes\", \"category\": \"loaders\", \"output_node\": false, \"experimental\": true}");
    lm_text_done(&inputs);
    lm_text_done(&outputs);
}

/* Takes the text, and gives it with those of them that it lacks.                                          [new] */
static char *with_named(char *json, size_t *n)
{
    const lm_slice whole = { json, *n }, inside = lm_members_inside(whole);
    lm_text        out = { 0 };
    bool           first = !lm_slice_trim(inside).n;

    if (!*n || *json != '{')
        return json;
    lm_text_puts(&out, "{");
    if (inside.n)
        lm_text_add(&out, inside.at, inside.n);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (!lm_members_get(whole, named[i].name).n) {
            lm_text_puts(&out, first ? "" : ", ");
            put_named(&out, &named[i]);
            first = false;
        }
    lm_text_puts(&out, "}");
    lm_free(json);
    *n = out.size;
    return lm_text_take(&out);
}

/* Takes the text. NULL, with a sentence, when it is none of ours. */
static lm_tables *read_tables(char *json, size_t n, limn_error *err)
{
    lm_json   *d = lm_json_read(json, n, err);
    lm_tables *t = lm_alloc(sizeof *t);
    lm_members m = lm_members_of((lm_slice){ json, n });
    lm_hash    hash = lm_hash_add(lm_hash_start(), json, n);
    lm_slice   key, info;

    *t = (lm_tables){ .refs = 1, .json = json, .n = n };
    snprintf(t->tag, sizeof t->tag, "\"%016llx%016llx\"", (unsigned long long)hash.a, (unsigned long long)hash.b);
    if (!d) {
        lm_tables_unref(t);
        return NULL;
    }
    t->classes = lm_alloc_array((size_t)lm_json_count(d, lm_json_root(d)) + 1, sizeof *t->classes);
    for (lm_json_ref k = lm_json_first(d, lm_json_root(d)); k && lm_members_next(&m, &key, &info);
         k = lm_json_next(d, k))
        add_class(t, d, k, info);
    lm_json_free(d);
    qsort(t->classes, (size_t)t->n_classes, sizeof *t->classes, by_name);
    return t;
}

/* ------------------------------------------------------------------ who waits */

static void answer_all(lm_checks *c, lm_tables_wait *list, lm_tables *t)
{
    lm_tables_ref(t);
    while (list) {
        lm_tables_wait *w = list;

        list = w->next;
        w->fn(w->self, t);
        lm_free(w);
    }
    lm_tables_unref(t);
    (void)c;
}

/* One look of the worker serves all who came before it. */
static void ask(lm_checks *c)
{
    if (!c->gathering || c->expected || !c->born)
        return;
    c->asked = c->gathering;
    c->gathering = NULL;
    c->expected = true;
    lm_worker_ask(c->worker, LM_WIRE_WANT_NODES);
}

void lm_checks_tables(lm_checks *c, lm_tables_fn *fn, void *self)
{
    lm_tables_wait *w = lm_alloc(sizeof *w);

    *w = (lm_tables_wait){ c->gathering, fn, self };
    c->gathering = w;
    ask(c);
}

lm_tables *lm_checks_known(const lm_checks *c)
{
    return c->known;
}

void lm_checks_tables_begin(lm_checks *c)
{
    c->process++;
    c->expected = true;
    c->asked = c->gathering;
    c->gathering = NULL;
}

void lm_checks_tables_lost(lm_checks *c)
{
    lm_tables_wait *asked = c->asked, *gathering = c->gathering;

    c->expected = false;
    c->asked = c->gathering = NULL;
    answer_all(c, asked, NULL);
    answer_all(c, gathering, NULL);
}

/* ------------------------------------------------------------------ what comes */

/* `t` NULL: nothing has changed. */
static void take(lm_checks *c, lm_tables *t)
{
    lm_tables_wait *asked = c->asked;

    if (t) {
        lm_tables_unref(c->known);
        c->known = t;
    }
    c->asked = NULL;
    c->expected = false;
    answer_all(c, asked, c->known);
    ask(c);
}

typedef struct reading {
    uv_work_t  work;
    lm_checks *checks;
    int        process;
    char      *json;
    size_t     n;
    lm_tables *tables;
    limn_error err;
} reading;

static void read_beside(uv_work_t *work)
{
    reading *r = work->data;

    r->json = with_named(r->json, &r->n);
    r->tables = read_tables(r->json, r->n, &r->err);
}

static void has_read(uv_work_t *work, int status)
{
    reading   *r = work->data;
    lm_checks *c = r->checks;

    (void)status;
    if (!r->tables)
        lm_log(LM_LOG_ERROR, "the tables of nodes cannot be read: %s", r->err.text);
    if (r->process == c->process && c->expected)
        take(c, r->tables);
    else
        lm_tables_unref(r->tables);
    lm_free(r);
    lm_checks_less(c);
}

void lm_checks_tables_heard(lm_checks *c, const lm_wire *m)
{
    reading *r;

    if (!m->numbers[0]) {
        take(c, NULL);
        return;
    }
    r = lm_alloc(sizeof *r);
    *r = (reading){ .checks = c, .process = c->process, .n = m->texts[0].size,
                    .json = lm_copy_bytes(m->texts[0].at, m->texts[0].size) };
    r->work.data = r;
    c->open++;
    if (uv_queue_work(&c->server->loop, &r->work, read_beside, has_read)) {
        read_beside(&r->work);
        has_read(&r->work, 0);
    }
}
