/* value.h: what travels on a wire. A value has a type ("INT", "MASK"), named fields (tensors, numbers,
 * texts, other values, objects with a destructor) and items (other values, for types that are lists).
 * It is filled by whoever made it and immutable from the moment `run` returns it. What a field means is
 * the affair of nodes/types.h; core only moves values.
 *
 * Plain values, for links of the primitive types, have one field "value":
 * INT (int), FLOAT (number), STRING (text), BOOLEAN (int 0 or 1). */
#ifndef LM_DATA_VALUE_H
#define LM_DATA_VALUE_H

#include "core/data/tensor.h"

/* An object carried by a value: how to let go of it and how large it is. */
typedef limn_object_kind lm_object_kind;

limn_value *lm_value_new(const char *type); /* `type` is copied                                [new] */
limn_value *lm_value_copy(const limn_value *v); /* the same fields and items, open for changes [new] */
limn_value *lm_value_ref(const limn_value *v);                                              /* [new] */
void        lm_value_unref(const limn_value *v); /* welcomes NULL                            [takes] */

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

void              lm_value_push(limn_value *v, limn_value *item);                         /* [takes] */
int               lm_value_count(const limn_value *v);
const limn_value *lm_value_item(const limn_value *v, int i);                              /* [lends] */

#endif
