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
 *
 * How a plugin is written and used: docs/plugins.md. What may change here between versions, and what will not:
 * docs/plugin-abi.md; in short, structs open with their size and grow at the end, and those that do not open with
 * one (limn_error, limn_shape, limn_tensor, limn_wire) stay as they are.
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

/* One running of one node. It opens with what limn does for a node; the rest is limn's own. */
typedef struct limn_host limn_host;
typedef struct limn_call {
    const limn_host *host;
} limn_call;

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
    LIMN_KIND_FILE,   /* const char *, a name listed in the folder .folder; lent for the call */
    LIMN_KIND_REST    /* const limn_value *, type INPUTS: a field for each input that is in the workflow and
                         in no other row; at most one such row, the last */
} limn_kind;

typedef enum limn_input_flags {
    LIMN_OPTIONAL        = 1 << 0,
    LIMN_MULTILINE       = 1 << 1, /* a text shown as an area */
    LIMN_DYNAMIC_PROMPTS = 1 << 2, /* {a|b} is resolved by the canvas before sending */
    LIMN_UPLOAD          = 1 << 3, /* a file that the canvas can upload */
    LIMN_CONTROL         = 1 << 4, /* the canvas shows "control after generate" beside it; a SEED has it */
    LIMN_V3_COMBO        = 1 << 5, /* announced as ["COMBO", {options}] instead of a bare list */
    LIMN_LAZY            = 1 << 6, /* what is linked here runs only when .need asks for it */
    LIMN_RAW_LINK        = 1 << 7, /* a LINK that is not followed: a value of type WIRE, with the text "node"
                                      and the int "slot" that it leads to */
    LIMN_SOCKET          = 1 << 8, /* shown as a socket only, without a widget (forceInput) */
    LIMN_ADVANCED        = 1 << 9  /* folded away by the canvas until asked for */
} limn_input_flags;

typedef struct limn_input {
    const char        *name;
    const char        *type; /* what may be linked here: "MODEL", "INT", "FLOAT,INT", "*", … */
    limn_kind          kind;
    size_t             offset;     /* of the field in the args struct */
    int64_t            i_default, i_min, i_max, i_step; /* INT; SEED and BOOL use i_default */
    double             f_default, f_min, f_max, f_step; /* FLOAT */
    const char        *t_default;  /* TEXT; CHOICE: the default's name, NULL for the first */
    const char *const *choices;    /* CHOICE: names, NULL-terminated, in the contract's order */
    const char        *folder;     /* FILE: "checkpoints", "vae", "input", … */
    bool               list;       /* the field is a const limn_value * whose items are the whole list that
                                      arrives; see LIMN_TAKES_LISTS */
    const char        *doc;        /* one sentence */
    uint32_t           flags;
    double             round;      /* FLOAT: what the canvas rounds to; 0 = from the step */
    const char *const *unbuilt;    /* CHOICE: known names that are not built yet, NULL-terminated */
    const char *const *extra;      /* FILE: names offered after the files, NULL-terminated */
} limn_input;

/* The offset of a field, and a build that stops when its C type is another. */
#ifdef __cplusplus
extern "C++" {
template <class A, class B> struct limn_same_type;
template <class A> struct limn_same_type<A, A> { enum { nothing = 0 }; };
}
#define LIMN_OFFSET(field, ...)                                                                \
    (offsetof(LIMN_ARGS, field) +                                                              \
     limn_same_type<decltype(static_cast<LIMN_ARGS *>(0)->field), __VA_ARGS__>::nothing)
#else
#define LIMN_OFFSET(field, ...)                                                                \
    (offsetof(LIMN_ARGS, field) + 0 * sizeof(char[_Generic(((LIMN_ARGS *)0)->field, __VA_ARGS__: 1)]))
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
      .offset = LIMN_OFFSET(field, uint64_t), .doc = __VA_ARGS__ }
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
#define LIMN_REST(field, type_, ...)                                                           \
    { .name = "*", .type = (type_), .kind = LIMN_KIND_REST,                                    \
      .offset = LIMN_OFFSET(field, const limn_value *), .doc = __VA_ARGS__ }

/* The rows of a node that LIMN_TAKES_LISTS. */
#define LIMN_LINK_LIST(field, type_, ...)                                                      \
    { .name = #field, .type = (type_), .kind = LIMN_KIND_LINK,                                 \
      .offset = LIMN_OFFSET(field, const limn_value *), .list = true, .doc = __VA_ARGS__ }
#define LIMN_INT_LIST(field, def, min, max, step, ...)                                         \
    { .name = #field, .type = "INT", .kind = LIMN_KIND_INT,                                    \
      .offset = LIMN_OFFSET(field, const limn_value *), .i_default = (def), .i_min = (min),    \
      .i_max = (max), .i_step = (step), .list = true, .doc = __VA_ARGS__ }
#define LIMN_FLOAT_LIST(field, def, min, max, step, ...)                                       \
    { .name = #field, .type = "FLOAT", .kind = LIMN_KIND_FLOAT,                                \
      .offset = LIMN_OFFSET(field, const limn_value *), .f_default = (def), .f_min = (min),    \
      .f_max = (max), .f_step = (step), .list = true, .doc = __VA_ARGS__ }
#define LIMN_BOOL_LIST(field, def, ...)                                                        \
    { .name = #field, .type = "BOOLEAN", .kind = LIMN_KIND_BOOL,                               \
      .offset = LIMN_OFFSET(field, const limn_value *), .i_default = (def), .list = true,      \
      .doc = __VA_ARGS__ }
#define LIMN_TEXT_LIST(field, def, ...)                                                        \
    { .name = #field, .type = "STRING", .kind = LIMN_KIND_TEXT,                                \
      .offset = LIMN_OFFSET(field, const limn_value *), .t_default = (def), .list = true,      \
      .doc = __VA_ARGS__ }

#define LIMN_END { .kind = LIMN_KIND_END }

/* ------------------------------------------------------------------ nodes */

typedef struct limn_output {
    const char *name, *type, *doc; /* a row with name NULL ends the list */
    bool        list;              /* what comes out is a list (limn_host.list): its items go on one by one */
} limn_output;

#define LIMN_OUT(name_, type_, doc_) { .name = (name_), .type = (type_), .doc = (doc_) }
#define LIMN_OUT_LIST(name_, type_, doc_) { .name = (name_), .type = (type_), .doc = (doc_), .list = true }
#define LIMN_OUT_END { .name = NULL }

typedef enum limn_node_flags {
    LIMN_OUTPUT_NODE  = 1 << 0, /* run for its effect; what it needs is run for it */
    LIMN_DEPRECATED   = 1 << 1,
    LIMN_EXPERIMENTAL = 1 << 2,
    LIMN_WANTS_PROMPT = 1 << 3, /* declares the hidden inputs prompt and extra_pnginfo; with outputs, it runs again
                                   whenever anything in the prompt changed */
    LIMN_NO_CACHE     = 1 << 4, /* runs every time it is asked for */
    LIMN_TAKES_LISTS  = 1 << 5, /* run once with whole lists, all of whose rows are .list or LINKs; other
                                   nodes run once for each item, the last of a shorter list repeated */
    LIMN_WANTS_ID     = 1 << 6, /* declares the hidden input unique_id: two equal nodes share no result */
    LIMN_WANTS_GRAPH  = 1 << 7  /* declares the hidden input dynprompt: may look at the graph it is in. Its result is
                                   kept by what it is linked to, not by what else it looks at */
} limn_node_flags;

typedef struct limn_node {
    size_t             size, input_size, output_size; /* sizeof where this was compiled: LIMN_NODE */
    const char        *name, *title, *category, *doc;
    const char        *module;  /* where ComfyUI keeps it ("nodes"), for clients that show it */
    int                version; /* part of the cache key: rises when the same inputs give another result */
    uint32_t           flags;
    const limn_input  *inputs;  /* ends with LIMN_END; NULL for none */
    const limn_output *outputs; /* ends with { 0 } */
    size_t             args_size;

    /* Does the work. `args` points at args_size bytes, filled from the table. On success every out[i] holds
     * a new reference; on failure *err says why, and limn lets go of what out[] holds. Several may run at the same time, each with
     * its own call and args. */
    bool (*run)(limn_call *call, const void *args, limn_value **out, limn_error *err);

    /* Optional, before anything runs: the inputs that are constants are filled in, links are NULL or hold
     * their defaults. Blames an input by writing its name into err->input. */
    bool (*check)(limn_call *call, const void *args, limn_error *err);

    /* Optional, for nodes with LIMN_LAZY inputs: which of them does it need now? need[] has an entry, false,
     * for each row of the table; what is not there yet holds NULL or its default (limn_host.there tells).
     * Asked again when they have come, until it wants nothing more; then it runs. */
    bool (*need)(limn_call *call, const void *args, bool *need, limn_error *err);

    /* Optional: what, beside its inputs, its result depends on: a file's date, the hour. The inputs that are
     * constants are filled in. Part of the cache key; false: never the same twice. */
    bool (*fingerprint)(limn_call *call, const void *args, uint64_t *out, limn_error *err);

    const char *example; /* a workflow that shows it, relative to the repository or the plugin */
} limn_node;

#define LIMN_NODE(...)                                                                         \
    { .size = sizeof(limn_node), .input_size = sizeof(limn_input),                             \
      .output_size = sizeof(limn_output), __VA_ARGS__ }

/* ------------------------------------------------------------------ what limn does for a node */

#define LIMN_MAX_DIMS 8

typedef struct limn_shape {
    int     rank;
    int64_t dim[LIMN_MAX_DIMS];
} limn_shape;

/* Numbers on the host: dense, last axis fastest. Pictures are [N, H, W, 3] in 0…1, masks [N, H, W], latents
 * [N, h, w, C]. Good until the node's function returns. */
typedef struct limn_tensor {
    limn_shape shape;
    int64_t    count;
    float     *f32; /* not to be written when it came from `read` */
} limn_tensor;

/* A kind of object that a value can carry; known by its address. Its functions may be called from any thread. */
typedef struct limn_object_kind {
    size_t      size; /* sizeof(limn_object_kind) */
    const char *name; /* "org.example.palette" */
    void     (*free)(void *object);                           /* NULL: nothing to free */
    size_t   (*bytes)(const void *object);                    /* held now; NULL: not counted */
    uint64_t (*hash)(const void *object);                     /* equal objects, equal numbers; may be NULL */
    void     (*preview)(const void *object, char *text, size_t size); /* a short line; may be NULL */
} limn_object_kind;

/* A subgraph that a node's run gives in place of values. Nodes are named by the numbers `add` returns. */
typedef struct limn_graph limn_graph;

/* An input of a node of the running graph, as `look` shows it. */
typedef struct limn_wire {
    const char *input;  /* its name */
    const char *node;   /* the id it is linked to; NULL: a constant */
    int         slot;
} limn_wire;

typedef enum limn_log_level { LIMN_LOG_DEBUG, LIMN_LOG_INFO, LIMN_LOG_WARN, LIMN_LOG_ERROR } limn_log_level;

/* Functions are only added at the end; a plugin for a newer limn asks `size` first (LIMN_HAS). */
struct limn_host {
    size_t      size;
    const char *version; /* limn's: "0.1.0" */

    /* Values: made with `value`, filled, and handed out through out[]; from then on nobody changes them. What
     * is set is taken, texts are copied. Asking a value for what it has not gives NULL or the fallback. */
    limn_value       *(*value)(const char *type);                                            /* new */
    limn_value       *(*keep)(const limn_value *v);                                          /* new */
    void              (*release)(const limn_value *v);                                       /* takes */
    const char       *(*type_of)(const limn_value *v);
    void              (*set_int)(limn_value *v, const char *field, int64_t x);
    void              (*set_number)(limn_value *v, const char *field, double x);
    void              (*set_text)(limn_value *v, const char *field, const char *x);
    void              (*set_value)(limn_value *v, const char *field, limn_value *x);
    void              (*set_object)(limn_value *v, const char *field, void *object, const limn_object_kind *);
    int64_t           (*get_int)(const limn_value *v, const char *field, int64_t fallback);
    double            (*get_number)(const limn_value *v, const char *field, double fallback);
    const char       *(*get_text)(const limn_value *v, const char *field);
    const limn_value *(*get_value)(const limn_value *v, const char *field);
    void             *(*get_object)(const limn_value *v, const char *field, const limn_object_kind *);
    int               (*field_count)(const limn_value *v);
    const char       *(*field_name)(const limn_value *v, int i);

    /* Lists, for outputs that are .list and inputs that are .list. */
    limn_value       *(*list)(void);                                                         /* new */
    void              (*push)(limn_value *list, limn_value *item);                           /* takes item */
    int               (*count)(const limn_value *list);
    const limn_value *(*item)(const limn_value *list, int i);

    /* Tensors. `read` gives a copy, or the memory itself, to look at. `make` sets *v to a new value of that
     * type with one tensor field to be filled, zeroed (or, when *v is there already, adds the field to it). */
    bool (*read)(limn_call *, const limn_value *v, const char *field, limn_tensor *out, limn_error *);
    bool (*make)(limn_call *, limn_value **v, const char *type, const char *field, limn_shape,
                 limn_tensor *out, limn_error *);

    /* To the person who waits. `answer` is the node's {"text": ["…"]}, for canvas and history. */
    bool (*stopped)(limn_call *); /* ask every few milliseconds; then fail with CANCELLED */
    void (*progress)(limn_call *, int64_t value, int64_t total);
    void (*preview)(limn_call *, const uint8_t *rgb, int width, int height);
    void (*answer)(limn_call *, const char *json);
    void (*log)(limn_call *, limn_log_level, const char *text);

    /* Where it is. `there`: has the lazy input a value by now? */
    const char *(*node_id)(limn_call *);
    const char *(*prompt)(limn_call *);       /* LIMN_WANTS_PROMPT: API-format JSON, or NULL */
    bool        (*there)(limn_call *, const char *input);

    /* Files, by kind and name as the input rows have them; never by path. A descriptor to read, -1 on failure. */
    int (*open)(limn_call *, const char *folder, const char *name, limn_error *);

    /* A value that stops what follows: nodes that receive it are not run. With a message, it is shown. */
    limn_value *(*blocker)(const char *message);                                             /* new */

    /* Expansion: out[i] of a run may be the wire of a node of the subgraph instead of a value. `id` may be
     * NULL; ids are made unique. `stand_for`: events of that node are shown on this one of the canvas. */
    limn_graph *(*graph)(limn_call *);
    int         (*add)(limn_graph *, const char *class_name, const char *id);
    void        (*stand_for)(limn_graph *, int node, const char *id);
    void        (*put_int)(limn_graph *, int node, const char *input, int64_t x);
    void        (*put_number)(limn_graph *, int node, const char *input, double x);
    void        (*put_bool)(limn_graph *, int node, const char *input, bool x);
    void        (*put_text)(limn_graph *, int node, const char *input, const char *x);
    void        (*put_value)(limn_graph *, int node, const char *input, const limn_value *x);
    void        (*put_wire)(limn_graph *, int node, const char *input, int from, int slot);
    void        (*put_outer)(limn_graph *, int node, const char *input, const char *id, int slot);
    limn_value *(*wire)(limn_graph *, int from, int slot);                                   /* new */

    /* LIMN_WANTS_GRAPH. The class of a node of the running graph (subgraphs included), NULL: no such node; its
     * inputs, counted from 0; and all its inputs at once into a node of a new subgraph. */
    const char *(*look)(limn_call *, const char *id);
    bool        (*look_input)(limn_call *, const char *id, int i, limn_wire *out);
    bool        (*copy_inputs)(limn_call *, limn_graph *, int node, const char *id);
};

#define LIMN_HAS(host, function) ((host)->size > offsetof(limn_host, function))

/* ------------------------------------------------------------------ plugins */

/* A sampler: walks x from noise level sigmas[0] to sigmas[steps], asking the model at levels of its choice (above 0).
 * The functions are called from the thread that the walk was called in, and keep nothing. x and x0 may be one. */
typedef struct limn_walk {
    size_t        size;
    limn_shape    shape;  /* of x, x0 and noise: [N, h, w, C] */
    int64_t       count;
    const double *sigmas; /* steps + 1 of them, falling; the last may be 0 */
    int           steps;
    uint64_t      seed;

    bool (*denoise)(const struct limn_walk *, const float *x, double sigma, float *x0, limn_error *);
    void (*noise)(const struct limn_walk *, uint64_t seed, float *out); /* normal, the same for every device */
    void (*done)(const struct limn_walk *, int step, const float *x0);  /* progress and preview: 1, 2, … */
    void *inside; /* limn's own */
} limn_walk;

typedef struct limn_sampler {
    size_t      size;
    const char *name, *doc;
    bool (*walk)(limn_call *, const limn_walk *, float *x, limn_error *);
} limn_sampler;

/* A schedule: noise levels for `steps` steps, falling, steps + 1 of them with 0 at the end. `levels` are those
 * the model was trained at, rising. */
typedef struct limn_schedule {
    size_t      size;
    const char *name, *doc;
    bool (*fill)(const double *levels, int n_levels, int steps, double *sigmas, limn_error *);
} limn_schedule;

/* A kind of model folder: <base>/models/<name>, and which files in it are shown. */
typedef struct limn_folder {
    size_t             size;
    const char        *name;
    const char *const *endings; /* ".safetensors", …, NULL-terminated */
} limn_folder;

/* Words that travel with a plugin. */
typedef struct limn_document {
    size_t      size;
    const char *kind; /* "i18n", "help", "example" */
    const char *name; /* "zh/nodeDefs.json", "Invert.md", "invert.json" */
    const char *text;
} limn_document;

typedef struct limn_plugin {
    size_t      size;
    const char *id;   /* "org.example.invert": letters, digits, '.', '-', '_' */
    const char *name, *version, *doc;
    const limn_node     *const *nodes;     /* each list ends with NULL; NULL: none */
    const limn_sampler  *const *samplers;
    const limn_schedule *const *schedules;
    const limn_folder   *const *folders;
    const limn_document *const *documents;

    /* Optional: after the descriptor was read and before the first node runs; before the program ends. */
    bool (*open)(const limn_host *host, limn_error *err);
    void (*close)(void);
} limn_plugin;

#if defined(__GNUC__)
#define LIMN_EXPORT __attribute__((visibility("default")))
#else
#define LIMN_EXPORT
#endif
#ifdef __cplusplus
#define LIMN_EXTERN_C extern "C"
#else
#define LIMN_EXTERN_C
#endif

/* Ends a plugin's file: its table, and the one function it exports. Its name carries the generation. */
#define LIMN_PLUGIN(...)                                                                       \
    static const limn_plugin limn_this_plugin = { .size = sizeof(limn_plugin), __VA_ARGS__ };  \
    LIMN_EXTERN_C LIMN_EXPORT const limn_plugin *limn_plugin_1(void);                          \
    LIMN_EXTERN_C LIMN_EXPORT const limn_plugin *limn_plugin_1(void)                           \
    {                                                                                          \
        return &limn_this_plugin;                                                              \
    }                                                                                          \
    struct limn_plugin /* for the semicolon */

#ifdef __cplusplus
}
#endif
#endif
