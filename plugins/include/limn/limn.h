/* limn.h: the whole promise between limn and a node, whether it is built in or comes from a stranger.
 *
 * A node is said once, as a table (limn_node) that names its inputs, outputs and the function that does
 * the work. Validator, executor, cache key, catalogue, canvas, command line and tests all read it.
 * Everything here needs only C standard headers; nothing of limn's own is included.
 *
 * Every input row is bound to a field of the node's own args struct. Say which struct first:
 *
 *     struct invert { const limn_value *image; double amount; };
 *     #define LIMN_ARGS struct invert
 *     static const limn_input invert_in[] = {
 *         LIMN_LINK (image,  "IMAGE",             "The picture to turn inside out."),
 *         LIMN_FLOAT(amount, 1.0, 0.0, 1.0, 0.01, "0 leaves it alone, 1 is a full negative."),
 *         LIMN_END
 *     };
 *     #undef LIMN_ARGS
 *
 * A row and a field that disagree about their C type stop the build on that row. After the doc sentence a
 * row may go on with designated extras: LIMN_FLOAT(cfg, 8, 0, 100, 0.1, "How hard.", .round = 0.01).
 */
#ifndef LIMN_LIMN_H
#define LIMN_LIMN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIMN_API_GENERATION 1

/* ------------------------------------------------------------------ errors */

#define LIMN_CODES(X)                                             \
    X(OK,        "nothing is wrong")                              \
    X(INPUT,     "a node was given something it cannot use")      \
    X(FILE,      "a file is missing, unreadable or malformed")    \
    X(MEMORY,    "the device or the host ran out of memory")      \
    X(DEVICE,    "the device reported a fault")                   \
    X(CANCELLED, "someone pressed stop")                          \
    X(BUG,       "limn broke a promise to itself")

typedef enum limn_code {
#define LIMN_CODE(name, text) LIMN_##name,
    LIMN_CODES(LIMN_CODE)
#undef LIMN_CODE
    LIMN_N_CODES
} limn_code;

/* Lives on the caller's stack, zeroed. The first failure wins; callers pass it up untouched. */
typedef struct limn_error {
    limn_code   code;
    char        node[64], input[64]; /* who is to blame; node is written by the executor */
    char        text[384];           /* one sentence for the person at the canvas */
    const char *file;                /* for us */
    int         line;
} limn_error;

#if defined(__GNUC__)
#define LIMN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define LIMN_PRINTF(fmt, args)
#endif

/* Fills *err unless an earlier failure is already there (err may be NULL). Always returns false. */
LIMN_PRINTF(5, 6)
static inline bool limn_fail_at(limn_error *err, limn_code code, const char *file, int line,
                                const char *fmt, ...)
{
    va_list ap;

    if (!err || err->code != LIMN_OK)
        return false;
    err->code = code;
    err->file = file;
    err->line = line;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

/* return limn_fail(err, INPUT, "the mask is %d wide, the image %d", mw, iw); */
#define limn_fail(err, code, ...) limn_fail_at((err), LIMN_##code, __FILE__, __LINE__, __VA_ARGS__)

/* ------------------------------------------------------------------ values and calls */

/* What travels on a wire: refcounted, and immutable from the moment `run` returns it. */
typedef struct limn_value limn_value;

/* One running of one node: its device, folders, stop button and listeners. */
typedef struct limn_call limn_call;

/* ------------------------------------------------------------------ inputs */

typedef enum limn_kind {
    LIMN_KIND_END,
    LIMN_KIND_LINK,   /* const limn_value *   NULL when an optional link is not there */
    LIMN_KIND_INT,    /* int64_t */
    LIMN_KIND_SEED,   /* uint64_t, the whole range */
    LIMN_KIND_FLOAT,  /* double */
    LIMN_KIND_BOOL,   /* bool */
    LIMN_KIND_TEXT,   /* const char *, UTF-8, never NULL unless optional; lent for the call */
    LIMN_KIND_CHOICE, /* int32_t, an index into .choices */
    LIMN_KIND_FILE    /* const char *, a name listed in the folder .folder; lent for the call */
} limn_kind;

typedef enum limn_input_flags {
    LIMN_OPTIONAL        = 1 << 0,
    LIMN_MULTILINE       = 1 << 1, /* a text shown as an area */
    LIMN_DYNAMIC_PROMPTS = 1 << 2, /* {a|b} is resolved by the canvas before sending */
    LIMN_UPLOAD          = 1 << 3, /* a file that the canvas can upload */
    LIMN_CONTROL         = 1 << 4, /* the canvas shows "control after generate" beside it */
    LIMN_V3_COMBO        = 1 << 5  /* announced as ["COMBO", {options}] instead of a bare list */
} limn_input_flags;

typedef struct limn_input {
    const char        *name;
    const char        *type; /* what may be linked here: "MODEL", "INT", "FLOAT,INT", "*", … */
    limn_kind          kind;
    uint32_t           flags;
    size_t             offset;     /* of the field in the args struct */
    const char        *doc;        /* one sentence */
    int64_t            i_default, i_min, i_max, i_step; /* INT; SEED and BOOL use i_default */
    double             f_default, f_min, f_max, f_step; /* FLOAT */
    double             round;      /* FLOAT: what the canvas rounds to; 0 = from the step */
    const char        *t_default;  /* TEXT; CHOICE: the default's name, NULL for the first */
    const char *const *choices;    /* CHOICE: names, NULL-terminated, in the contract's order */
    const char *const *unbuilt;    /* CHOICE: known names that are not built yet, NULL-terminated */
    const char        *folder;     /* FILE: "checkpoints", "vae", "input", … */
    const char *const *extra;      /* FILE: names offered after the files, NULL-terminated */
} limn_input;

#ifndef __cplusplus
#define LIMN_OFFSET(field, ctype)                                                              \
    (offsetof(LIMN_ARGS, field) + 0 * sizeof(char[_Generic(((LIMN_ARGS *)0)->field, ctype: 1)]))
#endif

/* The last argument is the doc sentence, then optional designated extras. */
#define LIMN_LINK(field, type_, ...)                                                           \
    { .name = #field, .type = (type_), .kind = LIMN_KIND_LINK,                                 \
      .offset = LIMN_OFFSET(field, const limn_value *), .doc = __VA_ARGS__ }
#define LIMN_INT(field, def, min, max, step, ...)                                              \
    { .name = #field, .type = "INT", .kind = LIMN_KIND_INT,                                    \
      .offset = LIMN_OFFSET(field, int64_t), .i_default = (def), .i_min = (min),               \
      .i_max = (max), .i_step = (step), .doc = __VA_ARGS__ }
#define LIMN_SEED(field, ...)                                                                  \
    { .name = #field, .type = "INT", .kind = LIMN_KIND_SEED,                                   \
      .offset = LIMN_OFFSET(field, uint64_t), .flags = LIMN_CONTROL, .doc = __VA_ARGS__ }
#define LIMN_FLOAT(field, def, min, max, step, ...)                                            \
    { .name = #field, .type = "FLOAT", .kind = LIMN_KIND_FLOAT,                                \
      .offset = LIMN_OFFSET(field, double), .f_default = (def), .f_min = (min),                \
      .f_max = (max), .f_step = (step), .doc = __VA_ARGS__ }
#define LIMN_BOOL(field, def, ...)                                                             \
    { .name = #field, .type = "BOOLEAN", .kind = LIMN_KIND_BOOL,                               \
      .offset = LIMN_OFFSET(field, bool), .i_default = (def), .doc = __VA_ARGS__ }
#define LIMN_TEXT(field, def, ...)                                                             \
    { .name = #field, .type = "STRING", .kind = LIMN_KIND_TEXT,                                \
      .offset = LIMN_OFFSET(field, const char *), .t_default = (def), .doc = __VA_ARGS__ }
#define LIMN_CHOICE(field, names, ...)                                                         \
    { .name = #field, .type = "COMBO", .kind = LIMN_KIND_CHOICE,                               \
      .offset = LIMN_OFFSET(field, int32_t), .choices = (names), .doc = __VA_ARGS__ }
#define LIMN_FILE_IN(field, folder_, ...)                                                      \
    { .name = #field, .type = "COMBO", .kind = LIMN_KIND_FILE,                                 \
      .offset = LIMN_OFFSET(field, const char *), .folder = (folder_), .doc = __VA_ARGS__ }
#define LIMN_END { .kind = LIMN_KIND_END }

/* ------------------------------------------------------------------ nodes */

typedef struct limn_output {
    const char *name, *type, *doc; /* a row with name NULL ends the list */
} limn_output;

typedef enum limn_node_flags {
    LIMN_OUTPUT_NODE  = 1 << 0, /* run for its effect; what it needs is run for it */
    LIMN_DEPRECATED   = 1 << 1,
    LIMN_EXPERIMENTAL = 1 << 2,
    LIMN_WANTS_PROMPT = 1 << 3, /* declares the hidden inputs prompt and extra_pnginfo */
    LIMN_NO_CACHE     = 1 << 4  /* runs every time it is asked for */
} limn_node_flags;

typedef struct limn_node {
    size_t             size; /* sizeof(limn_node) where this was compiled */
    const char        *name, *title, *category, *doc;
    const char        *module;  /* where ComfyUI keeps it ("nodes"), for clients that show it */
    int                version; /* part of the cache key: rises when the same inputs give another result */
    uint32_t           flags;
    const limn_input  *inputs;  /* ends with LIMN_END; NULL for none */
    const limn_output *outputs; /* ends with { 0 } */
    size_t             args_size;

    /* Does the work. `args` points at args_size bytes, filled from the table. On success every out[i] holds
     * a new reference; on failure none does, and *err says why. */
    bool (*run)(limn_call *call, const void *args, limn_value **out, limn_error *err);

    /* Optional, before anything runs: the inputs that are constants are filled in, links are NULL.
     * Blames an input by writing its name into err->input. */
    bool (*check)(limn_call *call, const void *args, limn_error *err);

    const char *example; /* a workflow that shows it, relative to the repository */
} limn_node;

#define LIMN_NODE(...) { .size = sizeof(limn_node), __VA_ARGS__ }

#ifdef __cplusplus
}
#endif
#endif
