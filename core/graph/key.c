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

lm_hash lm_key_begin(const lm_run_env *env, const lm_class *c, const char *id, bool *passing)
{
    const limn_node *n = c->node;
    lm_hash          h = lm_hash_text(lm_hash_start(), n->name);

    h = lm_hash_u64(h, (uint64_t)n->version << 8 | (uint64_t)env->compute);
    h = lm_hash_text(h, env->device ? env->device->name : "");
    if (c->origin)
        h = lm_hash_mix(h, c->origin->hash);
    if (n->flags & (LIMN_WANTS_ID | LIMN_WANTS_GRAPH))
        h = lm_hash_text(h, id);
    *passing = n->flags & LIMN_NO_CACHE;
    return *passing ? lm_key_never_again(h) : h;
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

lm_hash lm_key_link(lm_hash h, lm_hash source, int slot)
{
    return lm_hash_mix(lm_hash_u64(h, (uint64_t)slot << 8 | 0xff), source);
}

bool lm_key_fingerprint(const lm_run_env *env, const lm_class *c, const lm_arg *args, const char *id, lm_hash *h,
                        bool *passing, limn_error *err)
{
    lm_call    call = { .call.host = &lm_host, .env = env, .node = id, .node_class = c->node->name };
    lm_binding b = { .class_ = c, .args = args };
    lm_foreign f;
    limn_error why = { 0 };
    uint64_t   mark = 0;
    bool       ok;
    void      *bound;

    if (!c->node->fingerprint)
        return true;
    bound = lm_try_alloc(c->node->args_size + 1);
    if (!bound)
        return limn_fail(err, MEMORY, "no memory for the arguments of a node");
    ok = lm_bind(&b, 0, bound, &why);
    if (ok && c->origin) {
        ok = lm_foreign_enter(&f, c->origin, &call.call, "fingerprint", &why) &&
             c->node->fingerprint(&call.call, bound, &mark, &why);
        ok = lm_foreign_leave(&f, ok, &why);
    } else if (ok) {
        ok = c->node->fingerprint(&call.call, bound, &mark, &why);
    }
    if (ok) {
        *h = lm_hash_u64(*h, mark);
    } else {
        *h = lm_key_never_again(*h);
        *passing = true;
    }
    lm_bind_done(&b);
    lm_call_done(&call);
    lm_free(bound);
    return true;
}
