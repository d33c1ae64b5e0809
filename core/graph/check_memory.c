/* check_memory.c: what a check keeps until it is freed: texts, arguments, values, lists of files. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/check_parts.h"

enum { FIRST_CHUNK = 4 << 10, LARGEST_CHUNK = 256 << 10 };

struct chunk {
    struct chunk *next;
    size_t        used, room;
    max_align_t   bytes[];
};

struct held {
    struct held *next;
    limn_value  *value;
};

struct names {
    struct names *next;
    const char   *folder;
    char        **names;
    int           count;
};

struct lm_check_memory {
    struct chunk *chunks;
    struct held  *values;
    struct names *folders;
};

static struct lm_check_memory *memory_of(lm_checker *k)
{
    if (!k->out->memory)
        k->out->memory = lm_alloc(sizeof *k->out->memory);
    return k->out->memory;
}

void *lm_check_keep(lm_checker *k, size_t bytes)
{
    struct lm_check_memory *m = memory_of(k);
    struct chunk           *c = m->chunks;
    void                   *at;

    bytes = (bytes + 15) & ~(size_t)15;
    if (!c || c->room - c->used < bytes) {
        size_t room = !c ? FIRST_CHUNK : c->room < LARGEST_CHUNK ? 2 * c->room : LARGEST_CHUNK;

        room = bytes > room ? bytes : room;
        c = lm_try_alloc(sizeof *c + room);
        if (!c) {
            k->starved = true;
            return NULL;
        }
        c->room = room;
        c->next = m->chunks;
        m->chunks = c;
    }
    at = (char *)c->bytes + c->used;
    c->used += bytes;
    return at;
}

const char *lm_check_keep_text(lm_checker *k, const char *text, size_t size)
{
    char *kept = lm_check_keep(k, size + 1);

    if (kept && size)
        memcpy(kept, text, size);
    return kept ? kept : "";
}

void lm_check_keep_value(lm_checker *k, limn_value *v)
{
    struct lm_check_memory *m = memory_of(k);
    struct held            *h = lm_check_keep(k, sizeof *h);

    if (!h) {
        lm_value_unref(v);
        return;
    }
    h->value = v;
    h->next = m->values;
    m->values = h;
}

char **lm_check_names(lm_checker *k, const char *folder, int *count)
{
    struct lm_check_memory *m = memory_of(k);
    struct names           *n;

    for (n = m->folders; n && strcmp(n->folder, folder); n = n->next) {}
    if (!n) {
        n = lm_alloc(sizeof *n);
        n->folder = folder;
        n->names = k->env->folders ? lm_folders_names(k->env->folders, folder) : NULL;
        while (n->names && n->names[n->count])
            n->count++;
        n->next = m->folders;
        m->folders = n;
    }
    *count = n->count;
    return n->names;
}

void lm_check_memory_free(struct lm_check_memory *m)
{
    if (!m)
        return;
    for (struct held *h = m->values; h; h = h->next)
        lm_value_unref(h->value);
    for (struct names *n = m->folders, *next; n; n = next) {
        next = n->next;
        lm_folders_names_free(n->names);
        lm_free(n);
    }
    for (struct chunk *c = m->chunks, *next; c; c = next) {
        next = c->next;
        lm_free(c);
    }
    lm_free(m);
}
