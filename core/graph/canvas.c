/* canvas.c: a canvas's own workflow as a prompt in API format: the door, and what its parts share. */
#include "core/graph/canvas_parts.h"

#include <stdlib.h>
#include <sys/random.h>

#include "core/base/alloc.h"

enum { MOST_NOTES = 100, CHUNK = 64 << 10 };

/* Memory that lives as long as one conversion. */
struct lm_canvas_chunk {
    struct lm_canvas_chunk *next;
    size_t                  used, room;
    max_align_t             at[];
};

/* ------------------------------------------------------------------ what the parts share */

bool lm_canvas_live(const lm_canvas *c)
{
    return c->err.code == LIMN_OK;
}

static bool add_chunk(lm_canvas *c, size_t bytes)
{
    const size_t            room = bytes > CHUNK / 4 ? bytes : CHUNK;
    struct lm_canvas_chunk *k = lm_try_alloc(sizeof *k + room);

    if (!k)
        return limn_fail(&c->err, MEMORY, "no memory for %zu bytes of a workflow", room);
    k->room = room;
    k->next = c->chunks;
    c->chunks = k;
    return true;
}

void *lm_canvas_take(lm_canvas *c, size_t n, size_t size)
{
    const size_t grain = sizeof(max_align_t), bytes = (n * size + grain) / grain * grain;
    char        *at;

    if (!lm_canvas_live(c))
        return NULL;
    if (n > SIZE_MAX / 2 / size) {
        limn_fail(&c->err, MEMORY, "no memory for %zu pieces of a workflow", n);
        return NULL;
    }
    if ((!c->chunks || c->chunks->room - c->chunks->used < bytes) && !add_chunk(c, bytes))
        return NULL;
    at = (char *)c->chunks->at + c->chunks->used;
    c->chunks->used += bytes;
    return at;
}

void lm_canvas_note(lm_canvas *c, const char *fmt, ...)
{
    va_list ap;
    char    line[400];

    if (!c->notes || c->n_notes++ >= MOST_NOTES)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    for (char *s = line; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 127)
            *s = '?';
    lm_text_puts(c->notes, line);
    lm_text_puts(c->notes, "\n");
}

lm_canvas_name lm_canvas_key(const lm_canvas *c, lm_json_ref v)
{
    lm_canvas_name name = { 0 };

    name.at = lm_json_string(c->d, v, &name.size);
    if (!name.at)
        name.at = lm_json_number(c->d, v, &name.size);
    return name.at ? name : (lm_canvas_name){ 0 };
}

lm_json_ref lm_canvas_array(const lm_canvas *c, lm_json_ref v)
{
    return lm_json_kind_of(c->d, v) == LM_JSON_ARRAY ? v : 0;
}

lm_json_ref lm_canvas_list(const lm_canvas *c, lm_json_ref owner, const char *name)
{
    return lm_canvas_array(c, lm_json_get(c->d, owner, name));
}

int32_t lm_canvas_int(const lm_canvas *c, lm_json_ref v, int32_t fallback)
{
    const lm_canvas_name text = lm_canvas_key(c, v);
    char                 digits[16], *end;
    int64_t              x;

    if (lm_json_to_int(c->d, v, &x))
        return x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : (int32_t)x;
    if (!text.size || text.size >= sizeof digits || lm_json_kind_of(c->d, v) != LM_JSON_STRING)
        return fallback;
    memcpy(digits, text.at, text.size);
    digits[text.size] = 0;
    x = strtoll(digits, &end, 10);
    return *end || x < INT32_MIN || x > INT32_MAX ? fallback : (int32_t)x;
}

lm_canvas_name lm_canvas_text(const char *text)
{
    return (lm_canvas_name){ text, strlen(text) };
}

bool lm_canvas_same(lm_canvas_name a, lm_canvas_name b)
{
    return a.size == b.size && (!a.size || !memcmp(a.at, b.at, a.size));
}

bool lm_canvas_is_text(lm_canvas_name a, const char *text)
{
    return lm_canvas_same(a, lm_canvas_text(text));
}

bool lm_canvas_put(lm_canvas *c, lm_index *x, lm_canvas_name name, int32_t number)
{
    if (!name.at)
        return true;
    if (!lm_index_reserve(x))
        return limn_fail(&c->err, MEMORY, "no memory for one more name");
    lm_index_put(x, name.at, name.size, number);
    return true;
}

lm_canvas_name lm_canvas_title(const lm_canvas *c, const lm_canvas_node *n)
{
    const lm_canvas_name title = lm_canvas_key(c, n->title);
    const limn_node     *class = n->plan ? n->plan->class->node : NULL;

    if (title.at || !class)
        return title.at ? title : n->type.at ? n->type : lm_canvas_text("");
    return lm_canvas_text(class->title ? class->title : class->name);
}

/* ------------------------------------------------------------------ the door */

bool lm_canvas_is(const lm_json *d, lm_json_ref v)
{
    return lm_json_kind_of(d, lm_json_get(d, v, "nodes")) == LM_JSON_ARRAY;
}

static uint64_t some_number(void)
{
    uint64_t x;

    return getrandom(&x, sizeof x, GRND_NONBLOCK) == sizeof x ? x : (uint64_t)time(NULL) * 0x9e3779b97f4a7c15u;
}

void lm_canvas_done(lm_canvas *c)
{
    struct lm_canvas_chunk *next;

    for (int i = 0; i < c->n_graphs; i++) {
        lm_index_done(&c->graphs[i]->ids);
        lm_index_done(&c->graphs[i]->link_ids);
        lm_index_done(&c->graphs[i]->input_names);
        lm_index_done(&c->graphs[i]->setters);
        lm_index_done(&c->graphs[i]->senders);
    }
    lm_index_done(&c->graph_ids);
    lm_index_done(&c->group_names);
    lm_index_done(&c->types);
    lm_index_done(&c->classes);
    lm_index_done(&c->by_name);
    lm_index_done(&c->by_title);
    lm_canvas_memo_free(c->memo);
    lm_free(c->graphs);
    lm_free(c->type_names);
    lm_free(c->plans);
    lm_free(c->copies);
    for (; c->chunks; c->chunks = next) {
        next = c->chunks->next;
        lm_free(c->chunks);
    }
}

bool lm_canvas_convert(lm_json *d, lm_json_ref root, const lm_canvas_env *env, lm_text *out, lm_text *notes,
                       limn_error *err)
{
    lm_canvas        c = { .d = d, .root = root, .env = env, .out = out, .notes = notes };
    lm_canvas_graph *g = lm_canvas_graph_new(&c, root, lm_canvas_text("the workflow"), false);
    bool             ok;

    c.chance = env->chance ? env->chance : some_number();
    ok = g && lm_canvas_find_definitions(&c) && lm_canvas_read(&c, g) && lm_canvas_expand(&c) &&
         lm_canvas_write(&c);
    if (ok)
        lm_canvas_write_choices(&c);
    ok = lm_canvas_live(&c);
    if (!ok && err && err->code == LIMN_OK)
        *err = c.err;
    lm_canvas_done(&c);
    return ok;
}
