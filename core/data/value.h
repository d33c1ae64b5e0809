/* value.h: what travels on a wire. A value has a type ("INT", "MASK"), named fields (tensors, numbers,
 * texts, other values, objects with a destructor) and items (other values, for types that are lists).
 * It is filled by whoever made it and immutable from the moment `run` returns it. What a field means is
 * the affair of nodes/types.h; core only moves values.
 *
 * Plain values, for links of the primitive types, have one field "value":
 * INT (int), FLOAT (number), STRING (text), BOOLEAN (int 0 or 1).
 *
 * Three kinds of value belong to the executor, whatever they are called: a list (its items travel together, one
 * by one through nodes that take one), a blocker (what receives it is not run; the text "message" is shown), and
 * a wire (it stands for an output of a node: the text "node" or the int "inner", and the int "slot"). */
#ifndef LM_DATA_VALUE_H
#define LM_DATA_VALUE_H

#include "core/data/tensor.h"

/* An object carried by a value: how to let go of it and how large it is. */
typedef limn_object_kind lm_object_kind;

limn_value *lm_value_new(const char *type); /* `type` is copied                                [new] */
limn_value *lm_value_copy(const limn_value *v); /* the same fields and items, open for changes [new] */
limn_value *lm_value_ref(const limn_value *v);                                              /* [new] */
void        lm_value_unref(const limn_value *v); /* welcomes NULL                            [takes] */

typedef enum lm_value_kind { LM_VALUE_PLAIN, LM_VALUE_LIST, LM_VALUE_BLOCKER, LM_VALUE_WIRE } lm_value_kind;

limn_value   *lm_value_list_new(void);                  /* of type LIST                         [new] */
limn_value   *lm_value_blocker_new(const char *message); /* of type BLOCKER; message may be NULL [new] */
limn_value   *lm_value_wire_new(int64_t slot);          /* of type WIRE                         [new] */
lm_value_kind lm_value_kind_of(const limn_value *v);

static inline bool lm_value_is_list(const limn_value *v)
{
    return lm_value_kind_of(v) == LM_VALUE_LIST;
}

const char *lm_value_type(const limn_value *v);                                           /* [lends] */
size_t      lm_value_bytes(const limn_value *v); /* what the cache accounts for it */

/* Setting replaces a field of the same name. Tensors, values and objects are taken; NULL removes. */
void lm_value_set_tensor(limn_value *v, const char *name, lm_tensor *t);                  /* [takes] */
void lm_value_set_value(limn_value *v, const char *name, limn_value *x);                  /* [takes] */
void lm_value_set_object(limn_value *v, const char *name, void *object, const lm_object_kind *kind);
void lm_value_set_int(limn_value *v, const char *name, int64_t x);
void lm_value_set_uint(limn_value *v, const char *name, uint64_t x);  /* read back by _int's bits */
void lm_value_set_number(limn_value *v, const char *name, double x);
void lm_value_set_text(limn_value *v, const char *name, const char *text);                /* copied */

/* NULL or the fallback when there is no such field of that kind. An int reads as a number too. */
const lm_tensor  *lm_value_tensor(const limn_value *v, const char *name);                 /* [lends] */
const limn_value *lm_value_value(const limn_value *v, const char *name);                  /* [lends] */
void             *lm_value_object(const limn_value *v, const char *name, const lm_object_kind *kind);
int64_t           lm_value_int(const limn_value *v, const char *name, int64_t fallback);
double            lm_value_number(const limn_value *v, const char *name, double fallback);
const char       *lm_value_text(const limn_value *v, const char *name);                   /* [lends] */
bool              lm_value_has(const limn_value *v, const char *name);
int               lm_value_field_count(const limn_value *v);
const char       *lm_value_field_name(const limn_value *v, int i); /* NULL: there is none  [lends] */

/* A field as it lies there, for whoever walks over all of them. Everything is lent. */
typedef enum lm_field_kind {
    LM_FIELD_TENSOR, LM_FIELD_VALUE, LM_FIELD_OBJECT, LM_FIELD_INT, LM_FIELD_NUMBER, LM_FIELD_TEXT
} lm_field_kind;
typedef struct lm_field {
    const char   *name;
    lm_field_kind kind;
    union {
        const lm_tensor  *tensor;
        const limn_value *value;
        int64_t           integer;
        double            number;
        const char       *text;
        void             *object; /* of object_kind */
    };
    const lm_object_kind *object_kind;
} lm_field;
lm_field lm_value_field(const limn_value *v, int i); /* i < lm_value_field_count */

/* The heavy parts of a value, wherever in it: tensors outside of any file, and objects (then `device` is
 * NULL). Values that share one give the same `part`. Returns the bytes of all that is not a part. */
typedef void lm_part_fn(void *self, const void *part, size_t bytes, const lm_device *device);
size_t lm_value_parts(const limn_value *v, void *self, lm_part_fn *each);

/* Would everything of it go with this reference? Parts and nested values may be shared nevertheless. */
bool lm_value_sole(const limn_value *v);

void              lm_value_push(limn_value *v, limn_value *item);                         /* [takes] */
int               lm_value_count(const limn_value *v); /* 0 for NULL */
const limn_value *lm_value_item(const limn_value *v, int i); /* NULL: there is none       [lends] */

#endif
