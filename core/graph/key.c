/* key.c: the key of a step, piece by piece. */
#include "core/graph/key.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/data/host.h"
#include "core/graph/bind.h"

lm_hash lm_key_never_again(lm_hash h)
{
    static atomic_uint_fast64_t never_again;

    return lm_hash_u64(h, atomic_fetch_add(&never_again, 1));
}

static void lock(lm_key_memo *m)
{
    if (m->lock)
        pthread_mutex_lock(m->lock);
}

static void unlock(lm_key_memo *m)
{
    if (m->lock)
        pthread_mutex_unlock(m->lock);
}

/* Its text may be long, and those who read it many. */
static lm_hash prompt_of(lm_key_memo *m, const lm_run_env *env)
{
    lm_hash h;

    lock(m);
    if (!m->has_prompt)
        m->prompt = lm_hash_text(lm_hash_start(), env->prompt_json ? env->prompt_json : "");
    m->has_prompt = true;
    h = m->prompt;
    unlock(m);
    return h;
}

void lm_key_begin(lm_key_memo *m, const lm_run_env *env, lm_step *s)
{
    const lm_class  *c = s->class_;
    const limn_node *n = c->node;
    lm_hash          h = lm_hash_text(lm_hash_start(), n->name);

    h = lm_hash_u64(h, (uint64_t)n->version << 8 | (uint64_t)env->compute);
    h = lm_hash_text(h, env->device ? env->device->name : "");
    if (c->origin)
        h = lm_hash_mix(h, c->origin->hash);
    if (n->flags & (LIMN_WANTS_ID | LIMN_WANTS_GRAPH))
        h = lm_hash_text(h, s->id);
    if ((n->flags & LIMN_WANTS_PROMPT) && c->n_outputs)
        h = lm_hash_mix(h, prompt_of(m, env));
    s->passing = n->flags & LIMN_NO_CACHE;
    s->key = s->passing ? lm_key_never_again(h) : h;
}

/* What tells one state of a file from another, without reading it. */
static bool hash_file(const lm_run_env *env, const limn_input *in, const char *name, lm_hash *h, limn_error *err)
{
    struct stat s;
    int         fd;

    *h = lm_hash_text(lm_hash_text(*h, in->folder), name);
    for (const char *const *e = in->extra; e && *e; e++)
        if (!strcmp(*e, name))
            return true;
    if (!env->folders)
        return true;
    fd = lm_folders_open(env->folders, in->folder, name, err);
    if (fd < 0)
        return false;
    if (!fstat(fd, &s)) {
        *h = lm_hash_u64(lm_hash_u64(*h, (uint64_t)s.st_size), (uint64_t)s.st_ino);
        *h = lm_hash_u64(lm_hash_u64(*h, (uint64_t)s.st_mtim.tv_sec), (uint64_t)s.st_mtim.tv_nsec);
    }
    close(fd);
    return true;
}

/* A value whose parts all say what they are: numbers, texts, and objects that have a hash. */
static bool hash_parts(lm_hash *h, const limn_value *v)
{
    *h = lm_hash_u64(lm_hash_text(*h, lm_value_type(v)), (uint64_t)lm_value_field_count(v));
    for (int i = 0; i < lm_value_field_count(v); i++) {
        const lm_field        f = lm_value_field(v, i);
        const lm_object_kind *kind = f.object_kind;

        *h = lm_hash_u64(lm_hash_text(*h, f.name), f.kind);
        if (f.kind == LM_FIELD_INT)
            *h = lm_hash_u64(*h, (uint64_t)f.integer);
        else if (f.kind == LM_FIELD_NUMBER)
            *h = lm_hash_add(*h, &f.number, sizeof f.number);
        else if (f.kind == LM_FIELD_TEXT)
            *h = lm_hash_text(*h, f.text);
        else if (f.kind == LM_FIELD_OBJECT && kind->hash)
            *h = lm_hash_u64(lm_hash_text(*h, kind->name ? kind->name : ""), kind->hash(f.object));
        else
            return false;
    }
    return lm_value_kind_of(v) == LM_VALUE_PLAIN && !lm_value_count(v);
}

static bool is_plain(const limn_value *v)
{
    static const char *const types[] = { "INT", "FLOAT", "STRING", "BOOLEAN", "JSON" };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(lm_value_type(v), types[i]))
            return lm_value_field_count(v) == 1 && lm_value_has(v, "value") && !lm_value_count(v);
    return false;
}

static lm_hash hash_plain(lm_hash h, const limn_value *v)
{
    const char  *text = lm_value_text(v, "value");
    const double f = lm_value_number(v, "value", 0);
    uint64_t     bits;

    memcpy(&bits, &f, 8);
    h = lm_hash_text(h, lm_value_type(v));
    h = lm_hash_u64(lm_hash_u64(h, bits), (uint64_t)lm_value_int(v, "value", 0));
    return lm_hash_text(h, text ? text : "");
}

bool lm_key_value(const limn_value *v, lm_hash *h)
{
    if (!v) {
        *h = lm_hash_u64(*h, 0);
        return true;
    }
    if (!lm_value_is_list(v)) {
        if (!is_plain(v))
            return hash_parts(h, v);
        *h = hash_plain(*h, v);
        return true;
    }
    *h = lm_hash_u64(lm_hash_text(*h, "list"), (uint64_t)lm_value_count(v));
    for (int i = 0; i < lm_value_count(v); i++) {
        if (lm_value_is_list(lm_value_item(v, i)) || !is_plain(lm_value_item(v, i)))
            return false;
        *h = hash_plain(*h, lm_value_item(v, i));
    }
    return true;
}

/* A choice by its name, and by the plugin that brought it: its place may change. */
static lm_hash hash_choice(lm_hash h, const char *name)
{
    const lm_origin *o = lm_origin_of_choice(name);

    h = lm_hash_text(h, name);
    return o ? lm_hash_mix(h, o->hash) : h;
}

bool lm_key_constant(const lm_run_env *env, const limn_input *in, const lm_arg *a, lm_hash *h, limn_error *err)
{
    *h = lm_hash_u64(*h, in->kind);
    if (in->kind == LIMN_KIND_LINK || in->kind == LIMN_KIND_REST)
        lm_key_value(in->kind == LIMN_KIND_LINK ? a->as.value : NULL, h);
    else if (in->kind == LIMN_KIND_CHOICE)
        *h = hash_choice(*h, in->choices[a->as.i]);
    else if (in->kind != LIMN_KIND_TEXT && in->kind != LIMN_KIND_FILE)
        *h = lm_hash_u64(*h, a->as.u); /* the bits of all numbers */
    else if (!a->as.text)
        *h = lm_hash_u64(*h, 1);
    else if (in->kind == LIMN_KIND_TEXT)
        *h = lm_hash_text(*h, a->as.text);
    else
        return hash_file(env, in, a->as.text, h, err);
    return true;
}

/* All files of a folder that a name may be of, read once a plan. */
static lm_hash files_of(lm_key_memo *m, const lm_run_env *env, const limn_input *in)
{
    char  **names;
    lm_hash h = lm_hash_start();
    int     i = 0;

    while (i < m->n_folders && strcmp(m->folders[i], in->folder))
        i++;
    if (i < m->n_folders)
        return m->files[i];
    names = env->folders ? lm_folders_names(env->folders, in->folder) : NULL;
    for (int k = 0; names && names[k]; k++)
        hash_file(env, in, names[k], &h, NULL);
    lm_folders_names_free(names);
    i = i < LM_KEY_FOLDERS ? i : LM_KEY_FOLDERS - 1;
    m->n_folders = i + 1;
    m->folders[i] = in->folder;
    m->files[i] = h;
    return h;
}

static void link_file(lm_key_memo *m, const lm_run_env *env, const limn_input *in, lm_step *s)
{
    if (!lm_folders_working(in->folder)) {
        lock(m);
        s->key = lm_hash_mix(s->key, files_of(m, env, in));
        unlock(m);
        return;
    }
    s->key = lm_key_never_again(s->key);
    s->passing = true;
}

void lm_key_link(lm_key_memo *m, const lm_run_env *env, lm_step *s, int i, const lm_step *from, int slot)
{
    const limn_input *in = lm_step_row(s, i);

    s->passing |= from->passing;
    s->key = lm_hash_mix(lm_hash_u64(s->key, (uint64_t)slot << 8 | 0xff), from->key);
    if (lm_step_is(s, i, LIMN_RAW_LINK))
        s->key = lm_hash_text(s->key, from->id);
    if (in && in->kind == LIMN_KIND_CHOICE)
        s->key = lm_hash_mix(s->key, lm_origin_choices()); /* which of them it will be is not known yet */
    if (in && in->kind == LIMN_KIND_FILE)
        link_file(m, env, in, s);
}

/* ------------------------------------------------------------------ fingerprints */

static bool ask_fingerprint(const lm_class *c, limn_call *call, const void *args, uint64_t *mark, limn_error *err)
{
    lm_foreign f;
    bool       ok;

    if (!c->origin)
        return c->node->fingerprint(call, args, mark, err);
    ok = lm_foreign_enter(&f, c->origin, call, "fingerprint", err) && c->node->fingerprint(call, args, mark, err);
    return lm_foreign_leave(&f, ok, err);
}

/* Of each argument: the value that is there already, or NULL.                                  [new] */
static const limn_value **values_of(const lm_step *s)
{
    const limn_value **values = lm_try_alloc((size_t)(s->n_args + 1) * sizeof *values);

    for (int i = 0; values && i < s->n_args; i++)
        values[i] = s->args[i].state == LM_ARG_VALUE ? s->args[i].as.value : NULL;
    return values;
}

bool lm_key_fingerprint(const lm_run_env *env, lm_step *s, limn_error *err)
{
    const lm_class *c = s->class_;
    lm_call         call = { .call.host = &lm_host, .env = env, .node = s->id, .node_class = c->node->name };
    lm_binding      b = { .class_ = c, .args = s->args, .n_rest = s->n_args - c->n_inputs, .rest = s->rest };
    limn_error      why = { 0 };
    uint64_t        mark = 0;
    void           *bound;
    bool            room;

    if (!c->node->fingerprint)
        return true;
    bound = lm_try_alloc(c->node->args_size + 1);
    b.values = values_of(s);
    room = bound && b.values;
    if (room && lm_bind(&b, 0, bound, &why) && ask_fingerprint(c, &call.call, bound, &mark, &why)) {
        s->key = lm_hash_u64(s->key, mark);
    } else {
        s->key = lm_key_never_again(s->key);
        s->passing = true;
    }
    lm_bind_done(&b);
    lm_call_done(&call);
    lm_free((void *)b.values);
    lm_free(bound);
    return room || limn_fail(err, MEMORY, "no memory for the arguments of a node");
}
