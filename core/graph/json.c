/* json.c: the document: looking things up in it, changing it. */
#include "core/graph/json.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/graph/json_parts.h"

/* ------------------------------------------------------------------ life */

static bool too_large(size_t size, limn_error *err)
{
    if (size <= LM_JSON_MAX_BYTES)
        return false;
    return !limn_fail(err, FILE, "%zu bytes are too large for a workflow: the limit is %d", size,
                      (int)LM_JSON_MAX_BYTES);
}

/* A text of the document's own, with padding: what parsing decodes, or a string that was set. */
static char *keep_text(lm_json *d, const char *text, size_t size, limn_error *err)
{
    struct lm_json_more *m;

    if (too_large(size, err))
        return NULL;
    m = lm_try_alloc(sizeof *m + size + LM_JSON_PADDING);
    if (!m) {
        limn_fail(err, MEMORY, "no memory for %zu bytes of JSON", size);
        return NULL;
    }
    memcpy(m->text, text, size);
    m->next = d->more;
    d->more = m;
    return m->text;
}

static lm_json *new_document(uint32_t room, limn_error *err)
{
    lm_json *d = lm_try_alloc(sizeof *d);

    if (d)
        d->nodes = lm_try_alloc(room * sizeof *d->nodes);
    if (!d || !d->nodes) {
        lm_free(d);
        limn_fail(err, MEMORY, "no memory for %u JSON values", room);
        return NULL;
    }
    d->room = room;
    d->count = 1;
    return d;
}

lm_json *lm_json_read(const char *text, size_t size, limn_error *err)
{
    const bool marked = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
    lm_json   *d;
    char      *copy;

    text += marked ? 3 : 0;
    size -= marked ? 3 : 0;
    if (too_large(size, err))
        return NULL;
    d = new_document((uint32_t)(size / 8) + 16, err); /* a workflow has a node for each 9 or 10 bytes */
    if (!d)
        return NULL;
    copy = keep_text(d, text, size, err);
    if (copy && lm_json_parse(d, copy, text, size, err))
        return d;
    lm_json_free(d);
    return NULL;
}

void lm_json_free(lm_json *d)
{
    struct lm_json_more *m, *next;

    if (!d)
        return;
    for (m = d->more; m; m = next) {
        next = m->next;
        lm_free(m);
    }
    lm_free(d->nodes);
    lm_free(d);
}

/* ------------------------------------------------------------------ looking up */

static lm_json_ref find_key(const lm_json *d, lm_json_ref object, const char *key, size_t size)
{
    for (lm_json_ref k = lm_json_first_key(d, object); k; k = lm_json_next(d, k))
        if (lm_json_key_is(d, k, key, size))
            return k;
    return 0;
}

lm_json_ref lm_json_get(const lm_json *d, lm_json_ref object, const char *key)
{
    return lm_json_value(d, find_key(d, object, key, strlen(key)));
}

lm_json_ref lm_json_at(const lm_json *d, lm_json_ref array, uint32_t i)
{
    lm_json_ref v = 0;

    if (lm_json_kind_of(d, array) == LM_JSON_ARRAY && i < lm_json_count(d, array))
        for (v = lm_json_first(d, array); i; i--)
            v = lm_json_next(d, v);
    return lm_json_resolve(d, v);
}

bool lm_json_to_bool(const lm_json *d, lm_json_ref v, bool *out)
{
    const lm_json_kind kind = lm_json_kind_of(d, v);

    if (kind != LM_JSON_TRUE && kind != LM_JSON_FALSE)
        return false;
    *out = kind == LM_JSON_TRUE;
    return true;
}

const char *lm_json_c_string(lm_json *d, lm_json_ref v)
{
    size_t      size;
    const char *text = lm_json_string(d, v, &size);
    lm_text     clean = { 0 };
    const char *kept;

    if (!text)
        return NULL;
    for (const char *s = text;; s++) {
        if (s == text + size)
            return text;
        if (!*s || (*s == '\xed' && (unsigned char)s[1] > 0x9f))
            break;
    }
    for (size_t i = 0; i < size; i++) {
        const bool half = text[i] == '\xed' && (unsigned char)text[i + 1] > 0x9f;

        lm_text_add(&clean, half || !text[i] ? "\xef\xbf\xbd" : text + i, half || !text[i] ? 3 : 1);
        i += half ? 2 : 0;
    }
    kept = keep_text(d, clean.at, clean.size, NULL);
    lm_text_done(&clean);
    return kept;
}

/* ------------------------------------------------------------------ editing */

/* Puts the value at `at` where the value `v`, the newest of all, is. A scalar moves in; a container stays
 * with its children and is pointed at. */
static void replace(lm_json *d, lm_json_ref at, lm_json_ref v)
{
    const lm_json_node n = d->nodes[v];

    if (n.kind == LM_JSON_ARRAY || n.kind == LM_JSON_OBJECT)
        d->nodes[at] = (lm_json_node){ .kind = LM_JSON_MOVED, .size = v & 0xfffffff };
    else
        d->nodes[at] = n;
}

/* A new key at the end of an object, its value null. 0 and *err when there is no room. */
static lm_json_ref append_key(lm_json *d, lm_json_ref object, const char *key, limn_error *err)
{
    const size_t size = strlen(key);
    const char  *kept = keep_text(d, key, size, err);
    lm_json_ref  last = 0, self, k;

    object = lm_json_resolve(d, object);
    if (!kept)
        return 0;
    for (k = lm_json_first_key(d, object); k; k = lm_json_next(d, k))
        last = k;
    if (!last) { /* nothing can follow an empty object where it is */
        self = lm_json_add(d, LM_JSON_OBJECT, NULL, 0, err);
        if (!self)
            return 0;
        d->nodes[self].next = d->nodes[object].next;
        d->nodes[object].kind = LM_JSON_MOVED;
        d->nodes[object].size = self & 0xfffffff;
        object = self;
    }
    k = lm_json_add(d, LM_JSON_STRING, kept, size, err);
    if (!k || !lm_json_add(d, LM_JSON_NULL, NULL, 0, err))
        return 0;
    if (last)
        d->nodes[last].next = k;
    d->nodes[object].size++;
    return k;
}

/* The key's node, made when it is not there. */
static lm_json_ref key_for(lm_json *d, lm_json_ref object, const char *key, limn_error *err)
{
    const lm_json_ref k = find_key(d, object, key, strlen(key));

    assert(lm_json_kind_of(d, object) == LM_JSON_OBJECT);
    return k ? k : append_key(d, object, key, err);
}

bool lm_json_set(lm_json *d, lm_json_ref object, const char *key, const char *json, size_t size,
                 limn_error *err)
{
    char       *copy = keep_text(d, json, size, err);
    lm_json_ref v = copy ? lm_json_parse(d, copy, json, size, err) : 0;
    lm_json_ref k = v ? key_for(d, object, key, err) : 0;

    if (k)
        replace(d, k + 1, v);
    return k;
}

bool lm_json_set_string(lm_json *d, lm_json_ref object, const char *key, const char *text, size_t size,
                        limn_error *err)
{
    const char *kept = keep_text(d, text, size, err);
    lm_json_ref k = kept ? key_for(d, object, key, err) : 0;

    if (k)
        d->nodes[k + 1] = (lm_json_node){ .text = kept, .size = (uint32_t)size & 0xfffffff,
                                          .kind = LM_JSON_STRING };
    return k;
}

bool lm_json_replace_string(lm_json *d, lm_json_ref v, const char *text, size_t size, limn_error *err)
{
    const char *kept = keep_text(d, text, size, err);

    v = lm_json_resolve(d, v);
    if (!kept)
        return false;
    assert(lm_json_kind_of(d, v) == LM_JSON_STRING);
    d->nodes[v].text = kept;
    d->nodes[v].size = (uint32_t)size & 0xfffffff;
    return true;
}
