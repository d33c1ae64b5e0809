/* key.h: the key of a step, piece by piece: a 128-bit hash of all that its result depends on. */
#ifndef LM_GRAPH_KEY_H
#define LM_GRAPH_KEY_H

#include "core/base/hash.h"
#include "core/graph/plan.h"

/* The class and its version, the device and the compute class; the step's id where the node wants to know its own;
 * the whole prompt where the node reads that and gives something on. A LIMN_NO_CACHE node gets a key that never comes
 * again, and is then passing. */
void lm_key_begin(lm_key_memo *m, const lm_run_env *env, lm_step *s);
lm_hash lm_key_never_again(lm_hash h);

/* A constant of a row; a file by its name, size, date and inode. FILE when the file is not there. */
bool lm_key_constant(const lm_run_env *env, const limn_input *in, const lm_arg *a, lm_hash *h, limn_error *err);

/* Argument i is output `slot` of a step that has its key. Where it names a file, nobody knows yet which: any that
 * changed may be it, and one in a working folder is never the same twice. */
void lm_key_link(lm_key_memo *m, const lm_run_env *env, lm_step *s, int i, const lm_step *from, int slot);

/* A value by its content, where it is one of the primitive types, or a list of them; false: it is not. */
bool lm_key_value(const limn_value *v, lm_hash *h);

/* Asks the node's fingerprint, with its constants and values bound; passing when it is never the same twice. False
 * when there is no memory for its args. */
bool lm_key_fingerprint(const lm_run_env *env, lm_step *s, limn_error *err);

#endif
