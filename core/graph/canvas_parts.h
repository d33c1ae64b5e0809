/* canvas_parts.h: what the files that convert a canvas's workflow share, and nobody else needs.
 *
 * A graph is the root, a subgraph's definition or a group node's: nodes, links, and an edge of inputs and
 * outputs to whoever uses it. Each is read once (canvas_graph.c). Using one gives copies of its nodes, as often as
 * it is used (canvas_copy.c); a link is followed from copy to copy until a node that is real or a value
 * (canvas_resolve.c), and what was found is written down (canvas_write.c).
 *
 * The first failure stays in c->err; functions that allocate give NULL or false from then on. */
#ifndef LM_GRAPH_CANVAS_PARTS_H
#define LM_GRAPH_CANVAS_PARTS_H

#include "core/graph/canvas.h"
#include "core/graph/index.h"

/* ------------------------------------------------------------------ virtual nodes */

typedef enum lm_canvas_kind {
    LM_CANVAS_REAL,
    LM_CANVAS_DROP,     /* only for people's eyes */
    LM_CANVAS_FOLLOW,   /* what comes out is what goes in */
    LM_CANVAS_VALUE,    /* its first widget's value goes into what it is linked to */
    LM_CANVAS_SET,      /* what goes in comes out of each GET of the same name */
    LM_CANVAS_GET,
    LM_CANVAS_SEND,     /* what goes in goes to every input of its type that has no link */
    LM_CANVAS_SEND_TWO, /* the first to inputs named pos…, the second to inputs named neg… */
    LM_CANVAS_SEND_TO   /* where titles and names of inputs contain its texts */
} lm_canvas_kind;

/* What a class that only canvases know does; REAL for all others. */
lm_canvas_kind lm_canvas_kind_of(const char *class_name, size_t size);

/* ------------------------------------------------------------------ what is read */

typedef struct lm_canvas_name {
    const char *at;
    size_t      size;
} lm_canvas_name;

/* An input of a node as the canvas has it. Sockets stand before widgets. */
typedef struct lm_canvas_slot {
    lm_canvas_name name;
    int32_t        type;   /* see lm_canvas_type; 0: anything */
    int32_t        link;   /* in the graph's links, -1: none */
    int32_t        widget; /* in the node's values, -1: a socket */
} lm_canvas_slot;

/* What stands at one place of widgets_values. */
typedef enum lm_canvas_stores {
    LM_CANVAS_IS_VALUE,   /* the widget's value */
    LM_CANVAS_IS_CONTROL, /* "randomize": what happens to it after a run */
    LM_CANVAS_MAY_CONTROL, /* the same, where only a look at it tells whether it is there */
    LM_CANVAS_IS_FILTER,  /* which choices the control may take */
    LM_CANVAS_IS_UPLOAD   /* a button */
} lm_canvas_stores;

typedef struct lm_canvas_stored {
    const limn_input *row;
    lm_canvas_stores  what;
} lm_canvas_stored;

/* A class as the canvas sees it: made once for each class that a file has. */
typedef struct lm_canvas_plan {
    const lm_class    *class;
    lm_canvas_slot    *slots; /* n_sockets, then one for each widget */
    const limn_input **rows;  /* of the widgets */
    lm_canvas_stored  *stored;
    int32_t           *outputs; /* types */
    int                n_sockets, n_widgets, n_stored, n_outputs;
} lm_canvas_plan;

typedef struct lm_canvas_graph lm_canvas_graph;

/* What a node that stands for a graph says about a widget within that its edge does not lead to. */
typedef struct lm_canvas_over {
    int32_t     node, widget;
    lm_json_ref value;
} lm_canvas_over;

typedef struct lm_canvas_node {
    lm_json_ref           self, inputs, outputs, widgets, properties, title; /* as in the file, 0: not there */
    lm_canvas_name        id, type;
    lm_canvas_kind        kind;
    int                   mode;  /* 2: muted, 4: bypassed */
    const lm_canvas_plan *plan;  /* NULL: no class that limn knows */
    lm_canvas_graph      *inner; /* a subgraph or a group */
    lm_canvas_slot       *slots; /* of an inner graph: its inputs, in order */
    lm_json_ref          *values; /* of widgets, 0: nothing in the file; of an inner graph: of its promoted inputs */
    lm_canvas_over       *over;
    int                   n_slots, n_values, n_over;
} lm_canvas_node;

enum { LM_CANVAS_NOWHERE = -1, LM_CANVAS_EDGE = -2, LM_CANVAS_EDGE_ID = -10 };

/* A link's ends: nodes of the same graph, or the graph's own edge. */
typedef struct lm_canvas_link {
    lm_json_ref self;
    int32_t     from, from_slot; /* from the EDGE: the slot is one of the graph's inputs */
    int32_t     to, to_slot;     /* the node that says it has this link; NOWHERE: none does */
} lm_canvas_link;

/* An input or output of a graph. */
typedef struct lm_canvas_end {
    lm_json_ref    self;
    lm_canvas_name name;
    int32_t        type;
    int32_t        node, slot; /* an input's first widget; where an output comes from */
    int32_t        promoted;   /* an input's place among the values of whoever uses the graph, -1: no widget */
} lm_canvas_end;

struct lm_canvas_graph {
    lm_json_ref      self;
    lm_canvas_name   name;
    bool             group;
    int              state; /* 0: not read, 1: being read, 2: read */
    lm_canvas_node  *nodes;
    lm_canvas_link  *links;
    lm_canvas_end   *inputs, *outputs;
    lm_canvas_stored *stored; /* a group's: how widgets_values of its nodes are laid out */
    int              n_nodes, n_links, n_inputs, n_outputs, n_promoted, n_stored;
    lm_index         ids, link_ids, input_names;
    lm_index         setters; /* the SET nodes by name */
    lm_index         senders; /* by type, to places in sent */
    int32_t         *sent;    /* which link goes everywhere; -1: several do */
    int32_t         *choosy;  /* SEND_TWO and SEND_TO nodes */
    int              n_sent, n_choosy;
};

/* ------------------------------------------------------------------ what is made of it */

/* A node in one use of its graph. */
typedef struct lm_canvas_copy {
    const lm_canvas_node  *node;
    const lm_canvas_graph *graph; /* which it is a node of */
    int32_t                up;    /* the copy whose inner graph this is in, -1: the root */
    int32_t                first; /* the first copy of the same use; copies of a graph stand in its order */
    int32_t                inner; /* the first copy of its own inner graph, -1: not expanded */
} lm_canvas_copy;

typedef enum lm_canvas_found { LM_CANVAS_NOTHING, LM_CANVAS_NODE, LM_CANVAS_CONSTANT } lm_canvas_found;

/* Where a link leads. */
typedef struct lm_canvas_answer {
    lm_canvas_found   found;
    int32_t           copy, slot; /* NODE */
    lm_json_ref       value;      /* CONSTANT; 0: the row's default */
    const limn_input *row;        /* CONSTANT of a promoted widget: that widget */
    bool              pushed;     /* CONSTANT of the widget itself, or of a VALUE node as if typed in */
    bool              replace;    /* and %…% in it is replaced first */
} lm_canvas_answer;

/* A place on the way: an input of a copy (`in`) or an output. The type is that which is asked for. */
typedef struct lm_canvas_place {
    int32_t copy, slot, type;
    bool    in;
} lm_canvas_place;

typedef struct lm_canvas_memo lm_canvas_memo;

typedef struct lm_canvas {
    lm_json             *d;
    lm_json_ref          root;
    const lm_canvas_env *env;
    limn_error           err;
    lm_text             *out, *notes;
    int                  n_notes, depth, n_nodes;
    uint64_t             chance;

    struct lm_canvas_chunk *chunks;
    lm_canvas_graph       **graphs; /* [0] is the root */
    int                     n_graphs, room_graphs;
    lm_index                graph_ids, group_names;
    lm_index                types, classes;
    lm_canvas_name         *type_names;
    lm_canvas_plan        **plans;
    int                     n_types, room_types, n_plans, room_plans;
    lm_canvas_copy         *copies;
    int                     n_copies, room_copies;
    lm_canvas_memo         *memo;
    lm_index                by_name, by_title; /* copies, for %Node.widget% */
    bool                    named;
    struct lm_canvas_choice *choices; /* texts to write back */
} lm_canvas;

/* ------------------------------------------------------------------ shared by the parts */

bool  lm_canvas_live(const lm_canvas *c);
void  lm_canvas_done(lm_canvas *c);                        /* gives back all its memory */
void *lm_canvas_take(lm_canvas *c, size_t n, size_t size); /* zeroed; lives as long as c; NULL: c->err */
/* A line for the person at the terminal; the first hundred are kept. */
void  lm_canvas_note(lm_canvas *c, const char *fmt, ...) LIMN_PRINTF(2, 3);

/* The text of a string, or a number as spelled: what ids are compared by. { NULL } for other kinds. */
lm_canvas_name lm_canvas_key(const lm_canvas *c, lm_json_ref v);
/* The array itself, or under a name; 0 when it is none. */
lm_json_ref lm_canvas_array(const lm_canvas *c, lm_json_ref v);
lm_json_ref lm_canvas_list(const lm_canvas *c, lm_json_ref owner, const char *name);
/* A whole number, also in a text; else the fallback. Kept within 32 bits. */
int32_t lm_canvas_int(const lm_canvas *c, lm_json_ref v, int32_t fallback);
bool    lm_canvas_same(lm_canvas_name a, lm_canvas_name b);
bool    lm_canvas_is_text(lm_canvas_name a, const char *text);
lm_canvas_name lm_canvas_text(const char *text);
/* Stores a number under a name, unless the name is NULL or has one already. */
bool lm_canvas_put(lm_canvas *c, lm_index *x, lm_canvas_name name, int32_t number);
/* What a node is called: by its title, its class's, or its class. */
lm_canvas_name lm_canvas_title(const lm_canvas *c, const lm_canvas_node *n);
/* A name for "%.*s", cut where it gets long. */
#define LM_CANVAS_SHOWN(name) (int)((name).size < 60 ? (name).size : 60), (name).at

/* A type's number: the same text, the same number; 0 for "", "*" and what is no text. */
int32_t lm_canvas_type(lm_canvas *c, lm_canvas_name text);
int32_t lm_canvas_type_of(lm_canvas *c, lm_json_ref v);
/* May one be linked to the other? Lists such as "INT,FLOAT" fit when they share a name, whatever its case. */
bool lm_canvas_fits(const lm_canvas *c, int32_t a, int32_t b);

/* NULL: no such class, or c->err. */
const lm_canvas_plan *lm_canvas_plan_of(lm_canvas *c, lm_canvas_name class_name);
/* Deals widgets_values out to the n values of widgets, in the order that `stored` says; `rows` are theirs. */
void lm_canvas_deal(lm_canvas *c, const lm_canvas_stored *stored, int n_stored, lm_json_ref widgets,
                    lm_json_ref *values, int n_values);
/* Fills slots' values of a node of a known class, or of one that nobody knows. */
void lm_canvas_values(lm_canvas *c, lm_canvas_node *n);
bool lm_canvas_is_control(const lm_canvas *c, lm_json_ref v);

bool lm_canvas_read(lm_canvas *c, lm_canvas_graph *g);
lm_canvas_graph *lm_canvas_graph_new(lm_canvas *c, lm_json_ref self, lm_canvas_name name, bool group);
/* The graph that a node of this type stands for, or NULL. */
lm_canvas_graph *lm_canvas_graph_of(lm_canvas *c, lm_canvas_name type);
bool lm_canvas_find_definitions(lm_canvas *c);

/* The slots of nodes that stand for no graph. */
bool lm_canvas_slots(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n);
/* The slots and values of a node that stands for a graph which was read. */
bool lm_canvas_instance(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n);
/* Inputs, outputs and the links between nodes and edge. */
bool lm_canvas_edge(lm_canvas *c, lm_canvas_graph *g);
bool lm_canvas_group_edge(lm_canvas *c, lm_canvas_graph *g);
void lm_canvas_set_link(lm_canvas_graph *g, int node, int slot, int32_t link);

bool             lm_canvas_expand(lm_canvas *c);
lm_canvas_answer lm_canvas_resolve(lm_canvas *c, int32_t copy, int32_t slot);

/* canvas_memo.c: the places that links were followed through, and what lies behind each. */
lm_canvas_memo *lm_canvas_memo_new(uint64_t seed);                                            /* [new] */
void            lm_canvas_memo_free(lm_canvas_memo *m);
/* Where a walk goes next. LM_CANVAS_FIRST: it was never there; then it stands on the trail. LM_CANVAS_AGAIN: it
 * stands there already. LM_CANVAS_KNOWN: *a lies behind it. LM_CANVAS_STARVED: no memory. */
typedef enum lm_canvas_visit { LM_CANVAS_FIRST, LM_CANVAS_AGAIN, LM_CANVAS_KNOWN, LM_CANVAS_STARVED } lm_canvas_visit;
lm_canvas_visit lm_canvas_memo_visit(lm_canvas_memo *m, lm_canvas_place p, int32_t *trail, lm_canvas_answer *a);
/* What lies behind every place of a trail, which ends here. A trail begins with -1. */
void            lm_canvas_memo_settle(lm_canvas_memo *m, int32_t trail, lm_canvas_answer a);

/* The value of a promoted input of a copy that stands for a graph. */
lm_canvas_answer lm_canvas_promoted(lm_canvas *c, int32_t copy, int32_t input);
/* What the file says one copy of a widget holds, 0: nothing. */
lm_json_ref lm_canvas_saved(const lm_canvas *c, int32_t copy, int32_t widget);
/* The same, VALUE nodes considered. */
lm_canvas_answer lm_canvas_held(lm_canvas *c, int32_t copy, int32_t widget);

/* Fills g->senders and such; and who sends to an input without a link: its place in g's links, -1: nobody. */
bool    lm_canvas_find_senders(lm_canvas *c, lm_canvas_graph *g);
int32_t lm_canvas_sender(lm_canvas *c, const lm_canvas_graph *g, const lm_canvas_node *n, int slot);

/* {a|b|c}: one of them; and comments go. Source: the front end's processing of dynamic prompts. */
void lm_canvas_choose(const char *text, size_t size, uint64_t *chance, lm_text *out);
/* Local time in the front end's letters: d dd M MM yy yyyy h hh m mm s ss. */
void lm_canvas_date(const char *format, size_t size, time_t now, lm_text *out);
/* %date:…% and %Node.widget%. */
void lm_canvas_tokens(lm_canvas *c, const char *text, size_t size, lm_text *out);

/* Appends what a widget holds that nobody ever set, as JSON; false: nothing (a file's name, and no file). */
bool lm_canvas_default(lm_canvas *c, const limn_input *row, lm_text *out);
/* Appends the value of the widget `row` (NULL: of a class that nobody knows) of a node as it is sent; false: the
 * input is left out. */
bool lm_canvas_constant(lm_canvas *c, const lm_canvas_plan *plan, const limn_input *row, lm_canvas_answer a);
bool lm_canvas_write(lm_canvas *c);
void lm_canvas_write_choices(lm_canvas *c);

#endif
