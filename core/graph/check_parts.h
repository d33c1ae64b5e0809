/* check_parts.h: what the files of the check share: check.c frames it, check_walk.c goes from node to node,
 * check_link.c, check_value.c and check_name.c settle one input each, issue.c words the faults. */
#ifndef LM_GRAPH_CHECK_PARTS_H
#define LM_GRAPH_CHECK_PARTS_H

#include "core/graph/check.h"

typedef struct lm_checker {
    lm_check          *out;
    lm_workflow       *workflow;
    lm_json           *json;
    const lm_registry *registry;
    const lm_run_env  *env;
    int                via_node;  /* how the node at hand was reached; -1 and NULL for an output */
    const limn_input  *via_input;
    bool               starved;   /* memory ran out: stop */
    uint8_t           *asked_for; /* of each node: is it an output that was asked for? */
} lm_checker;

/* ------------------------------------------------------------------ memory that lives as long as the check */

void       *lm_check_keep(lm_checker *k, size_t bytes); /* zeroed; NULL: starved             [lends] */
const char *lm_check_keep_text(lm_checker *k, const char *text, size_t size);             /* [lends] */
void        lm_check_keep_value(lm_checker *k, limn_value *v);                            /* [takes] */
/* Names of the files of a kind, sorted; read once a check.                                  [lends] */
char      **lm_check_names(lm_checker *k, const char *folder, int *count);
void        lm_check_memory_free(struct lm_check_memory *m);

/* From every output node through what it needs: fills the nodes' args and `valid`, and the lists of outputs.
 * `inputs` and `bytes`: the most inputs and the largest args struct that a class here has. */
void lm_check_walk(lm_checker *k, int inputs, size_t bytes);

/* ------------------------------------------------------------------ issue.c */

/* A new fault of a node (-1: of the prompt) and its input (NULL: of the node as a whole); NULL when enough
 * are kept, and then it need not be worded. Good until the next one.                        [lends] */
lm_issue *lm_issue_note(lm_checker *k, lm_issue_kind kind, int node, const limn_input *in,
                        lm_json_ref received);
LIMN_PRINTF(3, 4) void lm_issue_message(lm_checker *k, lm_issue *i, const char *fmt, ...);
LIMN_PRINTF(3, 4) void lm_issue_details(lm_checker *k, lm_issue *i, const char *fmt, ...);
/* The sentence: what comes after "node 7 (KSampler), steps: ". */
LIMN_PRINTF(3, 4) void lm_issue_say(lm_checker *k, lm_issue *i, const char *fmt, ...);
/* "node 7 (KSampler)". */
void lm_issue_who(const lm_checker *k, int node, lm_text *out);

/* A value for details, as Python's str() shows it, and for sentences, as JSON, made short.   [new] */
char *lm_issue_value(const lm_checker *k, lm_json_ref v);
char *lm_issue_quote(const lm_checker *k, lm_json_ref v);
/* What an input takes, as ComfyUI names it: "INT", or for names the list of them. [new] */
char *lm_issue_type(lm_checker *k, const limn_input *in);

/* ------------------------------------------------------------------ one input */

/* A constant at hand: input `in` of a node holds the value v. */
typedef struct lm_at {
    lm_checker       *k;
    const limn_input *in;
    lm_json_ref       v;
    int               node;
} lm_at;

/* The place of a name in a NULL-terminated list (NULL: empty); -1: it is not there. */
int  lm_find_name(const char *const *names, const char *name);
bool lm_check_choice(const lm_at *a, lm_arg *out);
bool lm_check_file(const lm_at *a, lm_arg *out);

/* A constant as a value of its own JSON type, if `type` takes that: STRING, BOOLEAN, INT (also where a FLOAT
 * fits), FLOAT. NULL: it does not.                                                             [new] */
limn_value *lm_check_box(lm_json *d, lm_json_ref v, const char *type);
/* Fills *out from a constant; false when a fault was noted. */
bool lm_check_value(lm_checker *k, int node, const limn_input *in, lm_json_ref v, lm_arg *out);
/* What an optional input holds when it is not there. */
void lm_check_default(lm_checker *k, const limn_input *in, lm_arg *out);
/* Fills *out from ["id", slot]; false when a fault was noted. */
bool lm_check_link(lm_checker *k, int node, const limn_input *in, lm_json_ref v, lm_arg *out);

#endif
