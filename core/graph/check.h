/* check.h: looks at a workflow with the table of nodes in hand, before anything runs. All faults are found at
 * once, each named by node, class and input; what the outputs do not reach is not looked at. An output whose
 * ancestry is sound can run although others cannot.
 *
 * Fault types, messages, details and the conversion of constants are those that ComfyUI's clients know; each
 * fault has a sentence for people as well. Differences are listed in docs/workflow-format.md. */
#ifndef LM_GRAPH_CHECK_H
#define LM_GRAPH_CHECK_H

#include "core/data/call.h"
#include "core/data/value.h"
#include "core/graph/registry.h"
#include "core/graph/workflow.h"

/* Name, ComfyUI's type, and its message (NULL: made for each case). Those up to NO_OUTPUTS concern the whole
 * prompt: with one of them nothing runs. */
#define LM_ISSUES(X)                                                                           \
    X(NO_MEMORY,     "out_of_memory",            "Not enough memory to check this prompt")     \
    X(NO_CLASS,      "invalid_prompt",                                                         \
      "Cannot execute because a node is missing the class_type property.")                     \
    X(UNKNOWN_CLASS, "invalid_prompt",           NULL)                                         \
    X(NO_OUTPUTS,    "prompt_no_outputs",        "Prompt has no outputs")                      \
    X(MISSING,       "required_input_missing",   "Required input is missing")                  \
    X(BAD_LINK,      "bad_linked_input",                                                       \
      "Bad linked input, must be a length-2 list of [node_id, slot_index]")                    \
    X(LINK_TYPE,     "return_type_mismatch",     "Return type mismatch between linked nodes")  \
    X(VALUE_TYPE,    "invalid_input_type",       NULL)                                         \
    X(TOO_SMALL,     "value_smaller_than_min",   NULL)                                         \
    X(TOO_BIG,       "value_bigger_than_max",    NULL)                                         \
    X(NOT_IN_LIST,   "value_not_in_list",        "Value not in list")                          \
    X(CUSTOM,        "custom_validation_failed", "Custom validation failed for node")          \
    X(LINK_NOWHERE,  "exception_during_inner_validation",                                      \
      "Exception when validating inner node")                                                  \
    X(CYCLE,         "dependency_cycle",         "Dependency cycle detected")

typedef enum lm_issue_kind {
#define LM_ISSUE(name, type, message) LM_ISSUE_##name,
    LM_ISSUES(LM_ISSUE)
#undef LM_ISSUE
    LM_N_ISSUES
} lm_issue_kind;

typedef struct lm_issue {
    lm_issue_kind     kind;
    const char       *type, *message, *details; /* as ComfyUI says it */
    const char       *sentence; /* "node 7 (KSampler), steps: 0 is below the smallest allowed, 1" */
    int               node;     /* in the workflow; -1: the whole prompt */
    const limn_input *input;    /* NULL: the node */
    lm_json_ref       received; /* the value or link at fault, in lm_workflow_json; 0: none */
    const char       *received_type;  /* LINK_TYPE */
    const char       *exception;      /* VALUE_TYPE, LINK_NOWHERE: what Python would have raised */
    const char       *exception_type; /* LINK_NOWHERE: its class */
    int               via_node;       /* LINK_NOWHERE: the node and input through which this node was */
    const limn_input *via_input;      /*   reached; -1 and NULL for an output, whose type and message */
                                      /*   are then "exception_during_validation" and so on           */
} lm_issue;

/* What an input holds once it is settled: a constant of its kind, what another node gives, or a value at hand,
 * which is converted when the node is called as what a link brings. */
typedef enum lm_arg_state { LM_ARG_CONSTANT, LM_ARG_LINK, LM_ARG_VALUE } lm_arg_state;

typedef struct lm_arg {
    lm_arg_state state;
    int32_t      slot; /* LINK: which output of as.node */
    union {
        int64_t           i;      /* INT, BOOL (0 or 1), CHOICE (an index) */
        uint64_t          u;      /* SEED */
        double            f;      /* FLOAT */
        const char       *text;   /* TEXT, FILE */
        const limn_value *value;  /* LINK inputs given a constant; NULL: optional and not there; state VALUE */
        int32_t           node;   /* state LINK: in the workflow */
    } as;
} lm_arg;

typedef struct lm_check_node {
    const lm_class *class_; /* NULL: unknown */
    lm_arg         *args;   /* class_->n_inputs of them, in table order, and those of a REST row after them; NULL
                               when it was not reached */
    const char    **rest;   /* the names of those after them */
    int             n_rest;
    bool            valid;  /* it and all that it needs */
    int32_t         first_failed; /* with an issue: its dependent outputs are failed[first_failed…] */
} lm_check_node;

typedef struct lm_check {
    lm_workflow     *workflow;
    const lm_registry *registry;
    lm_check_node   *nodes;    /* one for each of the workflow's */
    int              n_nodes;
    lm_issue        *issues;   /* in the order of the workflow's nodes and of their tables */
    int              n_issues; /* at most LM_MAX_ISSUES are kept */
    int64_t          n_found;  /* as many were found */
    int32_t         *outputs, *failed; /* output nodes that can run; those that cannot */
    int              n_outputs, n_failed;
    struct lm_check_memory *memory;
} lm_check;

enum { LM_MAX_ISSUES = 1000 };

/* Never NULL; without memory it holds that one issue. Constants that change their JSON type on the way ("20" for an INT) are stored back into the
 * workflow. env->folders answers for file names (NULL: any name will do); nodes' own checks see env. [new] */
lm_check *lm_check_new(lm_workflow *w, const lm_registry *r, const lm_run_env *env);

/* The same for some of the output nodes: those whose ids are in the NULL-terminated list (NULL: all). Ids that
 * are not there, or no output nodes, are passed over; with none left there are no outputs.       [new] */
lm_check *lm_check_some(lm_workflow *w, const lm_registry *r, const lm_run_env *env, const char *const *targets);
void      lm_check_free(lm_check *c);

/* Can something run? */
static inline bool lm_check_runs(const lm_check *c)
{
    return c->n_outputs > 0;
}

/* The answer as a whole, in ComfyUI's words: the type, message and details of a prompt that is refused
 * ("prompt_no_outputs", "prompt_outputs_failed_validation", …). False: it is not refused. The details are
 * appended to *details. */
bool lm_check_refusal(const lm_check *c, const char **type, const char **message, lm_text *details);

/* Does a link from an output of type `from` fit an input of type `to`? Unions "A,B" need one type in common;
 * "*" fits everything. */
bool lm_types_fit(const char *from, const char *to);

#endif
