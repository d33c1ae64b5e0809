/* run.h: one running of a plan, inside. executor.c frames it, schedule.c says what is wanted and what is ready,
 * cycle.c why nothing is, kept.c asks the cache, workers.c brings the threads, task.c runs one step, calls.c calls its
 * node, results.c puts together what several calls gave, expand*.c make steps of subgraphs, turn.c puts the next turn of
 * a loop in the place of the last, family.c lets go of them, look.c shows the graph to nodes.
 *
 * A task is a step in this run. What another task may see of it changes under run->lock; a node's functions run
 * outside, and so do looking for a result on disk and making the keys of a subgraph. A slot (an output of a task) is
 * held by its readers: those who wait for it, and those who may still ask for it because the link is lazy. It is let
 * go with the last, but for outputs that were asked for and those that a subgraph linked to from outside, which stay;
 * those of the workflow's own steps stay, too, as long as a LIMN_WANTS_GRAPH node is still to run. */
#ifndef LM_GRAPH_RUN_H
#define LM_GRAPH_RUN_H

#include <pthread.h>

#include "core/base/arena.h"
#include "core/graph/cache.h"
#include "core/graph/index.h"
#include "core/graph/inside.h"
#include "core/graph/plan.h"

typedef enum lm_task_state {
    LM_TASK_IDLE,    /* nobody wants it */
    LM_TASK_LISTED,  /* about to be looked at */
    LM_TASK_WAITING, /* for its sources; for its subgraph (pending); for its equal (twin) */
    LM_TASK_READY,
    LM_TASK_RUNNING,
    LM_TASK_DONE
} lm_task_state;

/* Somebody waits for a task. */
typedef struct lm_edge {
    struct lm_task *who;
    struct lm_edge *next;
} lm_edge;

/* A place in the heap of what is ready; the order stands beside the task, so that sorting looks at no task. */
typedef struct lm_ready {
    uint64_t        order;
    struct lm_task *task;
} lm_ready;

/* Places in run->tasks that nobody has. */
typedef struct lm_hole {
    int32_t first, n;
} lm_hole;

/* A task by its key. Part of the key stands beside it, so that looking for one looks at no other. */
typedef struct lm_keyed {
    uint32_t part;
    int32_t  task; /* its index + 1; 0: nobody */
} lm_keyed;

/* The tasks that one subgraph brought, and all memory of theirs. Values that it holds as constants go when none of
 * them is still to run and no other family links into it: it is gone, and nobody finds its nodes any more. What is gone
 * and held by nobody is freed, so that a loop of any length takes the memory of a turn. */
typedef struct lm_family {
    lm_arena           memory; /* this struct lies in it as well */
    struct lm_task    *tasks; /* n_tasks of them, beside each other in run->tasks */
    struct lm_task    *heir;  /* its seconds are part of whose; it holds that one's family */
    const char        *parent; /* the id of the task that was expanded */
    const char        *display;
    struct lm_family **uses; /* those that it links to */
    struct lm_family  *next; /* of those that go */
    struct lm_family  *newer, *older; /* in run->families */
    int                n_tasks, n_uses, live, users;
    int                held; /* by tasks of it that are wanted and not done, readers, equals, families below */
    bool               gone, keyed; /* keyed: its tasks have keys, and others may link to them */
} lm_family;

/* Somebody whose outputs were taken over by one turn of a loop after the other: the key of one, to tell a loop that
 * comes back to where it was. */
typedef struct lm_turns {
    uint64_t n, next;
    lm_hash  mark;
} lm_turns;

typedef struct lm_task {
    const lm_step   *step;
    limn_value     **out;     /* of each output: its value, once it is there */
    int32_t         *readers; /* of each output */
    lm_edge         *waiters;
    struct lm_task  *real;    /* the task of the workflow that its family comes from; NULL: itself */
    struct lm_task  *twin;    /* the same key, wanted first: its result is taken */
    const char      *display;
    limn_value     **pending; /* of each output: what its calls gave, wires among it */
    lm_turns        *turns;   /* NULL: none so far */
    bool            *asked;   /* of each argument: a lazy one that is wanted by now; NULL: none */
    lm_family       *family;  /* NULL: a step of the plan */
    char            *ui;
    uint64_t         order;
    double           seconds;
    int32_t          index, blockers;
    uint8_t          state;   /* lm_task_state */
    bool             told_cached, stays, holds;
    bool             unread;  /* in run->unread */
    bool             worth_keeping; /* of an expanded one: some call of it ran */
    bool             told_running;  /* its own thread's, outside of the lock: in no word with what others read */
} lm_task;

enum { LM_RUN_JOBS = 64 };

typedef struct lm_run {
    const lm_plan    *plan;
    lm_cache         *cache;
    const lm_run_env *env;

    lm_task     *fixed; /* of the plan's steps */
    lm_task    **tasks; /* all of them; NULL where a family was freed */
    int32_t      n_tasks, tasks_room;
    lm_hole     *holes; /* where families were freed */
    size_t       n_holes, holes_room;
    lm_family   *families, *over; /* all, the newest first; those that are to be freed */
    limn_value **slots;
    int32_t     *readers;
    lm_ready    *ready; /* a heap, by order */
    lm_task    **stack; /* what `want` has to look at */
    lm_task    **unread; /* whose values nobody reads now, but some looker may link to */
    size_t       n_ready, ready_room, n_stack, stack_room, n_unread, unread_room;
    int64_t      n_lookers; /* LIMN_WANTS_GRAPH nodes that are wanted and not done */
    lm_edge     *edges, *spare_edges; /* the first many; those to use again */
    size_t       n_edges, edges_room;
    lm_keyed    *by_key; /* what was wanted, open addressing */
    size_t       key_mask, n_keys;
    lm_index     ids;    /* of expanded tasks */
    lm_key_memo  memo;   /* of the plan, for their keys */
    uint32_t     next_order;
    lm_task     *last_output; /* that was wanted, of those that give nothing on */
    bool         starting; /* what is found in the cache is told later, in the plan's order */
    bool         from_disk; /* the cache reads files: who looks does so outside of the lock */
    lm_arena     memory; /* until the run ends */

    pthread_mutex_t lock, telling, keying;
    pthread_cond_t  changed;
    int             jobs, n_threads, n_waiting; /* jobs: threads at most, who called among them */
    pthread_t       threads[LM_RUN_JOBS];
    bool            patient; /* helpers wait until those who run seem to take long */
    int             n_running;
    int             n_looking; /* LIMN_WANTS_GRAPH nodes that run: what they look at stays in its place */
    int64_t         n_unfinished; /* tasks that are wanted and not done */
    uint64_t        n_finished;
    atomic_bool     abandoned;
    limn_error      error;  /* the first */
    lm_task        *failed; /* whose it is */
} lm_run;

/* What one thread needs to run tasks. */
typedef struct lm_stint {
    lm_run             *run;
    lm_task            *task;
    const limn_value  **values; /* beside the step's args */
    limn_value        **made;   /* of them, those that were made for this task */
    bool               *there;  /* of each row */
    bool               *need, *asks; /* of all its items; of one */
    limn_value        **out;
    limn_value        **got;    /* of one call */
    void               *args;
    size_t              args_room, bytes_room, outs_room;
    char              **answers;
    int                 n_answers, n_called;
    limn_graph         *graphs; /* what the calls asked for, the oldest first */
    limn_graph        **graphs_end;
} lm_stint;

/* ------------------------------------------------------------------ executor.c */

void *lm_task_keep(lm_run *x, lm_task *t, size_t bytes); /* zeroed, as long as the task         [lends] */
void  lm_task_free(lm_task *t); /* what it holds */
void  lm_run_tell(lm_run *x, lm_event e);
void  lm_run_tell_task(lm_run *x, lm_event_kind kind, const lm_task *t, const char *json);
lm_event lm_task_event(lm_event_kind kind, const lm_task *t);
void  lm_run_tell_cached(lm_run *x, lm_task *t); /* and, of an output, EXECUTED with its answer */
const lm_task *lm_task_real(const lm_task *t); /* the task of the workflow that it comes from */
static inline const char *lm_task_parent(const lm_task *t) /* the id that it was expanded from; NULL: none */
{
    return t->family ? t->family->parent : NULL;
}

/* ------------------------------------------------------------------ schedule.c: under the lock */

void lm_run_want(lm_run *x, lm_task *t); /* and looks */
void lm_run_list(lm_run *x, lm_task *t); /* it is wanted, if it was not: somebody is to look for it */
/* t waits for that output, which is wanted if need be, at the next lm_run_look. False: it is there already. */
bool lm_run_wait_for(lm_run *x, lm_task *t, lm_source s);
void lm_run_look(lm_run *x); /* nothing, when lm_run_look_outside is to do it */
void lm_run_looked(lm_run *x, lm_task *t, bool found);
/* Somebody looks for the same, or is to run: t waits for that one. False: t is the one to look. */
bool lm_run_joins_equal(lm_run *x, lm_task *t);
void lm_run_forget_key(lm_run *x, const lm_task *t); /* it is about to be freed */
void lm_run_push_ready(lm_run *x, lm_task *t);
lm_task *lm_run_pop_ready(lm_run *x); /* NULL: nothing is ready */
/* Its outputs are there: wakes who waited, and lets go of what nobody reads. */
void lm_run_finish(lm_run *x, lm_task *t);
/* It has read its sources and waits for its subgraph from here on. */
void lm_run_expanded(lm_run *x, lm_task *t);
void lm_task_put(lm_task *t, int slot, limn_value *v); /* where nothing is yet           [takes v] */
static inline limn_value **lm_run_slot(const lm_run *x, lm_source s)
{
    return &x->tasks[s.step]->out[s.slot];
}
void lm_run_hold(lm_run *x, lm_source s);
void lm_run_let_go(lm_run *x, lm_source s);
/* Does argument i of a step have to be there before it runs? */
static inline bool lm_task_follows(const lm_task *t, int i)
{
    return t->step->sources[i].step >= 0 && !lm_step_is(t->step, i, LIMN_RAW_LINK) &&
           (!lm_step_is(t->step, i, LIMN_LAZY) || (t->asked && t->asked[i]));
}
/* kept.c: puts its outputs there if they are kept. */
bool lm_run_take_cached(lm_run *x, lm_task *t);
/* Looks for the next that is listed, outside of the lock, which is held before and after. */
void lm_run_look_outside(lm_run *x);
/* cycle.c: nothing is ready and nothing runs: fills run->error if something is still wanted. */
void lm_run_find_cycle(lm_run *x);

/* ------------------------------------------------------------------ workers.c */

void lm_run_work(lm_run *x); /* until nothing is left to do */

/* ------------------------------------------------------------------ task.c */

bool lm_stint_init(lm_stint *j, lm_run *x);
void lm_stint_done(lm_stint *j);
/* Runs j->task, which was ready. With the lock held, and so again at the end. */
void lm_stint_run(lm_stint *j);
/* The run is lost. Under the lock. */
void lm_run_fail(lm_run *x, lm_task *t, const limn_error *err);

/* ------------------------------------------------------------------ calls.c */

void lm_stint_gather(lm_stint *j);  /* under the lock: what its sources hold, and stays as long as they are held */
void lm_stint_release(lm_stint *j);
/* Which lazy inputs does it want, for any of its items? In j->need. */
bool lm_stint_ask_need(lm_stint *j, limn_error *err);
bool lm_stint_call_all(lm_stint *j, limn_error *err);

/* ------------------------------------------------------------------ results.c */

/* Is what a call gave as the table says? */
bool lm_results_check(const lm_class *c, limn_value *const *got, bool expands, limn_error *err);
/* What call number k gave joins what the ones before it gave; `got` is taken. n: all calls there will be. */
void lm_results_add(const lm_class *c, limn_value **out, limn_value **got, int n);
/* Nothing was called: every output is an empty list. */
void lm_results_none(const lm_class *c, limn_value **out);
/* The outputs of an expanded task, with its wires replaced by what they lead to. Under the lock. [new] */
limn_value *lm_results_resolve(const lm_run *x, const limn_value *pending, bool list);
/* For each wire in a value. */
void lm_results_wires(const limn_value *v, void (*each)(void *self, const limn_value *wire), void *self);
lm_source lm_wire_source(const limn_value *wire);
/* Several answers as one: key by key, lists joined, the keys of the first. [new] */
char *lm_results_answer(char *const *answers, int n);

/* ------------------------------------------------------------------ expand.c */

/* Makes tasks of what t's calls asked for; `out` may hold their wires. With the lock held, and so again at the end. */
bool lm_run_expand(lm_run *x, lm_task *t, limn_graph *graphs, limn_value **out, limn_error *err);
lm_task *lm_run_find(const lm_run *x, const char *id); /* it may be gone, or have no key yet */

/* ------------------------------------------------------------------ turn.c */

/* t was expanded, and all its outputs go to one task that waits for nothing else of it: that one takes over what t
 * would wait for, and t is done. Under the lock, in the place of waiting. */
bool lm_run_hand_on(lm_run *x, lm_task *t, limn_graph *graphs);

/* ------------------------------------------------------------------ family.c: under the lock */

lm_family *lm_family_new(lm_run *x, lm_task *parent);
void lm_family_settle(lm_run *x, lm_family *f); /* lets go of its values when that can be */
void lm_family_hold(lm_family *f);              /* NULL: nothing */
void lm_family_let_go(lm_run *x, lm_family *f);
void lm_family_inherit(lm_run *x, lm_family *f, lm_task *heir); /* in the place of the one it has */
void lm_family_place(lm_run *x, lm_family *f);  /* puts its tasks into run->tasks */
void lm_run_free_families(lm_run *x);           /* those that are over, as soon as nobody looks */
void lm_run_free_all_families(lm_run *x);       /* at the end */

#endif
