/* key.h: the key of a step, piece by piece: a 128-bit hash of all that its result depends on. */
#ifndef LM_GRAPH_KEY_H
#define LM_GRAPH_KEY_H

#include "core/base/hash.h"
#include "core/graph/check.h"

/* The class and its version, the device and the compute class; `id` where the node wants to know its own. A
 * LIMN_NO_CACHE node gets a key that never comes again, and then *passing. */
lm_hash lm_key_begin(const lm_run_env *env, const lm_class *c, const char *id, bool *passing);
lm_hash lm_key_never_again(lm_hash h);

/* A constant of a row; a file by its name, size, date and inode. FILE when the file is not there. */
bool lm_key_constant(const lm_run_env *env, const limn_input *in, const lm_arg *a, lm_hash *h, limn_error *err);

/* Output `slot` of a step with this key. */
lm_hash lm_key_link(lm_hash h, lm_hash source, int slot);

/* A value by its content, where it is one of the primitive types, or a list of them; false: it is not. */
bool lm_key_value(const limn_value *v, lm_hash *h);

/* Asks the node's fingerprint, with its constants bound; *passing when it is never the same twice. False when
 * there is no memory for its args. */
bool lm_key_fingerprint(const lm_run_env *env, const lm_class *c, const lm_arg *args, const char *id, lm_hash *h,
                        bool *passing, limn_error *err);

#endif
