/* value.c: what travels on a wire: named fields and items, counted. */
#include "core/data/value.h"

#include <string.h>

#include "core/base/alloc.h"

/* An object shared by several values: each field holds the box. */
typedef struct box {
    atomic_int            refs;
    void                 *object;
    const lm_object_kind *kind;
} box;

typedef struct field {
    char         *name;
    lm_field_kind kind;
    union {
        const lm_tensor  *tensor;
        const limn_value *value;
        box              *object;
        int64_t           integer;
        double            number;
        char             *text;
    };
} field;

struct limn_value {
    atomic_int         refs;
    char              *type;
    field             *fields;
    const limn_value **items;
    int                n_fields, n_items;
    lm_value_kind      kind;
};

/* ------------------------------------------------------------------ names */

/* The names that most values have need no copy of their own. */
static const char common[][16] = { "INT", "FLOAT", "STRING", "BOOLEAN", "LIST", "BLOCKER", "WIRE", "INPUTS",
                                   "value", "slot", "node", "IMAGE", "MASK", "pixels", "mask" };

static char *name_of(const char *text)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (*text == *common[i] && !strcmp(text, common[i]))
            return (char *)common[i];
    return lm_copy_text(text);
}

static void free_name(char *name)
{
    const uintptr_t at = (uintptr_t)name, begin = (uintptr_t)common;

    if (at < begin || at >= begin + sizeof common)
        lm_free(name);
}

/* ------------------------------------------------------------------ life */

limn_value *lm_value_new(const char *type)
{
    limn_value *v = lm_alloc(sizeof *v);

    atomic_init(&v->refs, 1);
    v->type = name_of(type);
    return v;
}

static limn_value *new_of_kind(lm_value_kind kind, const char *type)
{
    limn_value *v = lm_value_new(type);

    v->kind = kind;
    return v;
}

limn_value *lm_value_list_new(void)
{
    return new_of_kind(LM_VALUE_LIST, "LIST");
}

limn_value *lm_value_blocker_new(const char *message)
{
    limn_value *v = new_of_kind(LM_VALUE_BLOCKER, "BLOCKER");

    lm_value_set_text(v, "message", message);
    return v;
}

limn_value *lm_value_wire_new(int64_t slot)
{
    limn_value *v = new_of_kind(LM_VALUE_WIRE, "WIRE");

    lm_value_set_int(v, "slot", slot);
    return v;
}

lm_value_kind lm_value_kind_of(const limn_value *v)
{
    return v->kind;
}

limn_value *lm_value_ref(const limn_value *v)
{
    limn_value *mine = (limn_value *)v;

    atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
    return mine;
}

static void box_unref(box *b)
{
    if (atomic_fetch_sub(&b->refs, 1) > 1)
        return;
    if (b->kind->free)
        b->kind->free(b->object);
    lm_free(b);
}

static void field_done(field *f)
{
    switch (f->kind) {
    case LM_FIELD_TENSOR: lm_tensor_unref(f->tensor); break;
    case LM_FIELD_VALUE: lm_value_unref(f->value); break;
    case LM_FIELD_OBJECT: box_unref(f->object); break;
    case LM_FIELD_TEXT: lm_free(f->text); break;
    default: break;
    }
    free_name(f->name);
}

void lm_value_unref(const limn_value *v)
{
    limn_value *mine = (limn_value *)v;

    if (!mine || atomic_fetch_sub(&mine->refs, 1) > 1)
        return;
    for (int i = 0; i < mine->n_fields; i++)
        field_done(&mine->fields[i]);
    for (int i = 0; i < mine->n_items; i++)
        lm_value_unref(mine->items[i]);
    lm_free(mine->fields);
    lm_free(mine->items);
    free_name(mine->type);
    lm_free(mine);
}

static field field_copy(const field *f)
{
    field copy = *f;

    copy.name = name_of(f->name);
    switch (f->kind) {
    case LM_FIELD_TENSOR: lm_tensor_ref(f->tensor); break;
    case LM_FIELD_VALUE: lm_value_ref(f->value); break;
    case LM_FIELD_OBJECT: atomic_fetch_add(&f->object->refs, 1); break;
    case LM_FIELD_TEXT: copy.text = lm_copy_text(f->text); break;
    default: break;
    }
    return copy;
}

limn_value *lm_value_copy(const limn_value *v)
{
    limn_value *copy = new_of_kind(v->kind, v->type);

    copy->n_fields = v->n_fields;
    copy->fields = lm_alloc_array((size_t)v->n_fields, sizeof *v->fields);
    for (int i = 0; i < v->n_fields; i++)
        copy->fields[i] = field_copy(&v->fields[i]);
    for (int i = 0; i < v->n_items; i++)
        lm_value_push(copy, lm_value_ref(v->items[i]));
    return copy;
}

const char *lm_value_type(const limn_value *v)
{
    return v->type;
}

/* ------------------------------------------------------------------ size */

static size_t field_parts(const field *f, void *self, lm_part_fn *each)
{
    const lm_object_kind *kind;

    switch (f->kind) {
    case LM_FIELD_TENSOR:
        if (!f->tensor->mapped)
            each(self, f->tensor, lm_bytes(f->tensor), f->tensor->device);
        return 0;
    case LM_FIELD_VALUE: return lm_value_parts(f->value, self, each);
    case LM_FIELD_OBJECT:
        kind = f->object->kind;
        each(self, f->object, kind->bytes ? kind->bytes(f->object->object) : 0, NULL);
        return 0;
    case LM_FIELD_TEXT: return strlen(f->text);
    default: return 0;
    }
}

size_t lm_value_parts(const limn_value *v, void *self, lm_part_fn *each)
{
    size_t rest = sizeof *v;

    for (int i = 0; i < v->n_fields; i++)
        rest += sizeof(field) + field_parts(&v->fields[i], self, each);
    for (int i = 0; i < v->n_items; i++)
        rest += lm_value_parts(v->items[i], self, each);
    return rest;
}

static void add_bytes(void *self, const void *part, size_t bytes, const lm_device *device)
{
    (void)part, (void)device;
    *(size_t *)self += bytes;
}

size_t lm_value_bytes(const limn_value *v)
{
    size_t       bytes = 0;
    const size_t rest = lm_value_parts(v, &bytes, add_bytes);

    return bytes + rest;
}

bool lm_value_sole(const limn_value *v)
{
    return atomic_load(&((limn_value *)v)->refs) == 1;
}

/* ------------------------------------------------------------------ setting */

static int find(const limn_value *v, const char *name)
{
    for (int i = 0; i < v->n_fields; i++)
        if (!strcmp(v->fields[i].name, name))
            return i;
    return -1;
}

static void drop_field(limn_value *v, const char *name)
{
    const int i = find(v, name);

    if (i < 0)
        return;
    field_done(&v->fields[i]);
    v->n_fields--;
    memmove(v->fields + i, v->fields + i + 1, (size_t)(v->n_fields - i) * sizeof *v->fields);
}

static field *put_field(limn_value *v, const char *name, lm_field_kind kind)
{
    field *f;

    drop_field(v, name);
    v->fields = lm_grow(v->fields, (size_t)(v->n_fields + 1) * sizeof *v->fields);
    f = &v->fields[v->n_fields++];
    *f = (field){ .name = name_of(name), .kind = kind };
    return f;
}

void lm_value_set_tensor(limn_value *v, const char *name, lm_tensor *t)
{
    if (t)
        put_field(v, name, LM_FIELD_TENSOR)->tensor = t;
    else
        drop_field(v, name);
}

void lm_value_set_value(limn_value *v, const char *name, limn_value *x)
{
    if (x)
        put_field(v, name, LM_FIELD_VALUE)->value = x;
    else
        drop_field(v, name);
}

void lm_value_set_object(limn_value *v, const char *name, void *object, const lm_object_kind *kind)
{
    box *b;

    if (!object) {
        drop_field(v, name);
        return;
    }
    b = lm_alloc(sizeof *b);
    atomic_init(&b->refs, 1);
    b->object = object;
    b->kind = kind;
    put_field(v, name, LM_FIELD_OBJECT)->object = b;
}

void lm_value_set_int(limn_value *v, const char *name, int64_t x)
{
    put_field(v, name, LM_FIELD_INT)->integer = x;
}

void lm_value_set_uint(limn_value *v, const char *name, uint64_t x)
{
    put_field(v, name, LM_FIELD_INT)->integer = (int64_t)x;
}

void lm_value_set_number(limn_value *v, const char *name, double x)
{
    put_field(v, name, LM_FIELD_NUMBER)->number = x;
}

void lm_value_set_text(limn_value *v, const char *name, const char *text)
{
    char *copy = text ? lm_copy_text(text) : NULL; /* `text` may be the field that is replaced */

    if (copy)
        put_field(v, name, LM_FIELD_TEXT)->text = copy;
    else
        drop_field(v, name);
}

/* ------------------------------------------------------------------ reading */

static const field *get(const limn_value *v, const char *name, lm_field_kind kind)
{
    const int i = v ? find(v, name) : -1;

    return i >= 0 && v->fields[i].kind == kind ? &v->fields[i] : NULL;
}

const lm_tensor *lm_value_tensor(const limn_value *v, const char *name)
{
    const field *f = get(v, name, LM_FIELD_TENSOR);

    return f ? f->tensor : NULL;
}

const limn_value *lm_value_value(const limn_value *v, const char *name)
{
    const field *f = get(v, name, LM_FIELD_VALUE);

    return f ? f->value : NULL;
}

void *lm_value_object(const limn_value *v, const char *name, const lm_object_kind *kind)
{
    const field *f = get(v, name, LM_FIELD_OBJECT);

    return f && f->object->kind == kind ? f->object->object : NULL;
}

int64_t lm_value_int(const limn_value *v, const char *name, int64_t fallback)
{
    const field *f = get(v, name, LM_FIELD_INT);

    return f ? f->integer : fallback;
}

double lm_value_number(const limn_value *v, const char *name, double fallback)
{
    const field *f = get(v, name, LM_FIELD_NUMBER);

    if (f)
        return f->number;
    f = get(v, name, LM_FIELD_INT);
    return f ? (double)f->integer : fallback;
}

const char *lm_value_text(const limn_value *v, const char *name)
{
    const field *f = get(v, name, LM_FIELD_TEXT);

    return f ? f->text : NULL;
}

bool lm_value_has(const limn_value *v, const char *name)
{
    return v && find(v, name) >= 0;
}

int lm_value_field_count(const limn_value *v)
{
    return v ? v->n_fields : 0;
}

const char *lm_value_field_name(const limn_value *v, int i)
{
    return i >= 0 && i < lm_value_field_count(v) ? v->fields[i].name : NULL;
}

lm_field lm_value_field(const limn_value *v, int i)
{
    const field *f = &v->fields[i];
    lm_field     seen = { .name = f->name, .kind = f->kind };

    switch (f->kind) {
    case LM_FIELD_TENSOR: seen.tensor = f->tensor; break;
    case LM_FIELD_VALUE: seen.value = f->value; break;
    case LM_FIELD_INT: seen.integer = f->integer; break;
    case LM_FIELD_NUMBER: seen.number = f->number; break;
    case LM_FIELD_TEXT: seen.text = f->text; break;
    case LM_FIELD_OBJECT:
        seen.object = f->object->object;
        seen.object_kind = f->object->kind;
        break;
    }
    return seen;
}

/* ------------------------------------------------------------------ items */

/* Room grows at powers of two, so that pushing is linear. */
void lm_value_push(limn_value *v, limn_value *item)
{
    if (!(v->n_items & (v->n_items - 1)))
        v->items = lm_grow(v->items, (v->n_items ? 2 * (size_t)v->n_items : 1) * sizeof *v->items);
    v->items[v->n_items++] = item;
}

int lm_value_count(const limn_value *v)
{
    return v ? v->n_items : 0;
}

const limn_value *lm_value_item(const limn_value *v, int i)
{
    return i >= 0 && i < lm_value_count(v) ? v->items[i] : NULL;
}
