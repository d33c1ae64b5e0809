/* wire.h: what travels between the server and a worker, both ways over one stream, and a strict reader of it.
 *
 *     stream  = frame*
 *     frame   = size:u32 type:u8 0:u8 0:u8 0:u8 job:u64 epoch:u64 payload[size]
 *     payload = number:u64 … text …        as many of each as the type's row below says, and nothing behind them
 *     text    = size:u32 byte[size]
 *
 * All of it little endian; numbers, job and epoch are at most 2^63 - 1. Texts are bytes: UTF-8 and JSON where the row
 * says so, but not looked at here. A type that does not exist or goes the other way, a size beyond the row's, a job
 * where there is none or none where there must be one, anything before HELLO: the stream is broken, with a sentence,
 * and its reader hangs up. HELLO is the first frame of both sides and never changes its shape; other versions are
 * turned away.
 *
 * A job is told as STARTED, KEPT, then RUNNING, PROGRESS, PREVIEW, PICTURE, EXECUTED, BLOCKED and again KEPT as they
 * come, at last ENDED; a job that is refused, or lost before it began, as ENDED alone. A new one is sent when the last has
 * ended. Checks are answered in their order, between jobs; at most LM_WIRE_CHECKS_MOST of them wait. STOP names job and epoch; for any other it does nothing.
 * What a worker, its libraries and plugins say to people goes to its stderr, which the server reads: whoever dies can
 * still write there. */
#ifndef LM_WEB_WIRE_H
#define LM_WEB_WIRE_H

#include <limn/limn.h>

enum {
    LM_WIRE_VERSION = 3,
    LM_WIRE_HEAD = 24,
    LM_WIRE_NUMBERS = 9, LM_WIRE_TEXTS = 8,   /* the most in any row */
    LM_WIRE_CHECKS_MOST = 64,                 /* that may wait for their answer */
    LM_WIRE_SMALL = 1 << 20,                  /* bytes of a payload: of small talk, */
    LM_WIRE_ANSWER = 9 << 20,                 /* of a node's answer or a picture, */
    LM_WIRE_LARGE = (64 << 20) + (1 << 20)    /* and of prompts, tables of nodes, results */
};

typedef enum lm_wire_whose { LM_WIRE_NOBODYS, LM_WIRE_CHECKS, LM_WIRE_JOBS } lm_wire_whose;
typedef enum lm_wire_way { LM_WIRE_TO_WORKER = 1, LM_WIRE_TO_SERVER = 2, LM_WIRE_BOTH = 3 } lm_wire_way;

/*    name      number, way,            whose,          largest payload, numbers, texts */
#define LM_WIRE_TYPES(X)                                                                \
    X(HELLO,    1, LM_WIRE_BOTH,      LM_WIRE_NOBODYS, LM_WIRE_SMALL,  2, 3) /* version, pid; limn's version, device, arithmetic */ \
    X(BYE,      2, LM_WIRE_BOTH,      LM_WIRE_NOBODYS, 0,              0, 0) /* nothing more comes from here */ \
    X(JOB,      3, LM_WIRE_TO_WORKER, LM_WIRE_JOBS,    LM_WIRE_LARGE,  2, 3) /* LM_WIRE_PLAIN …, side of previews (0: none); prompt, extra, targets */ \
    X(CHECK,    4, LM_WIRE_TO_WORKER, LM_WIRE_CHECKS,  LM_WIRE_LARGE,  1, 3) /* LM_WIRE_CANVAS …; prompt, extra, targets */ \
    X(STOP,     5, LM_WIRE_TO_WORKER, LM_WIRE_JOBS,    0,              0, 0) /* this job, and no other */ \
    X(FREE,     6, LM_WIRE_TO_WORKER, LM_WIRE_NOBODYS, LM_WIRE_SMALL,  1, 0) /* LM_WIRE_RESULTS, LM_WIRE_MODELS */ \
    X(ASK,      7, LM_WIRE_TO_WORKER, LM_WIRE_NOBODYS, LM_WIRE_SMALL,  1, 0) /* LM_WIRE_WANT_NODES, LM_WIRE_WANT_STATS */ \
    X(NODES,   16, LM_WIRE_TO_SERVER, LM_WIRE_NOBODYS, LM_WIRE_LARGE,  1, 2) /* changed; all classes, and what they store in a canvas's file (lm_canvas_plans), as JSON, "" when not changed */ \
    X(STATS,   17, LM_WIRE_TO_SERVER, LM_WIRE_NOBODYS, LM_WIRE_SMALL,  9, 0) /* LM_STAT_RAM … */ \
    X(CHECKED, 18, LM_WIRE_TO_SERVER, LM_WIRE_CHECKS,  LM_WIRE_LARGE,  2, 1) /* LM_CHECKED_RUNS …, faults; work_check.h's JSON */ \
    X(STARTED, 19, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_SMALL,  2, 0) /* nodes, those of them that need not run */ \
    X(KEPT,    20, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_LARGE,  0, 1) /* JSON list of ids that need not run */ \
    X(RUNNING, 21, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_SMALL,  0, 5) /* LM_WHO_NODE … */ \
    X(PROGRESS,22, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_SMALL,  2, 5) /* value, total; LM_WHO_NODE … */ \
    X(PREVIEW, 23, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_ANSWER, 2, 6) /* width, height; LM_WHO_NODE …, a JPEG */ \
    X(EXECUTED,24, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_ANSWER, 0, 6) /* LM_WHO_NODE …, its answer as JSON or "" */ \
    X(BLOCKED, 25, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_SMALL,  0, 6) /* LM_WHO_NODE …, the message or "" */ \
    X(PICTURE, 27, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_LARGE,  0, 6) /* LM_WHO_NODE …, a PNG for the job's client */ \
    X(ENDED,   26, LM_WIRE_TO_SERVER, LM_WIRE_JOBS,    LM_WIRE_LARGE,  3, 6) /* LM_END_HOW …; LM_END_WORDS … */

typedef enum lm_wire_type {
#define LM_WIRE_TYPE(name, number, way, whose, most, numbers, texts) LM_WIRE_##name = number,
    LM_WIRE_TYPES(LM_WIRE_TYPE)
#undef LM_WIRE_TYPE
} lm_wire_type;

/* Bits. */
enum { LM_WIRE_PLAIN = 1 };                            /* JOB: pictures carry no workflow */
enum { LM_WIRE_CANVAS = 1, LM_WIRE_WHOLE = 2, LM_WIRE_CANVAS_TOO = 4, LM_WIRE_OPEN = 8, LM_WIRE_DIFF = 16, LM_WIRE_MAKE = 32 }; /* CHECK:
                    the prompt is a canvas's file; tell work_workflow.h's members as well; with the canvas's own; the
                    prompt is any file's bytes, and what it carries is to be told (lm_work's `open`); the prompt is
                    {"a", "b", "as_run"?}, and what changed from one workflow to the other is to be told; something is to be
                    made of the prompt, as the extra's word says (lm_work's `make`) */
enum { LM_WIRE_RESULTS = 1, LM_WIRE_MODELS = 2 };      /* FREE */
enum { LM_WIRE_WANT_NODES = 1, LM_WIRE_WANT_STATS = 2 }; /* ASK */

/* Which text of an event is which: as lm_event has them; PARENT "" for a node of the workflow. MORE is the picture,
 * the answer or the message. */
enum { LM_WHO_NODE, LM_WHO_CLASS, LM_WHO_DISPLAY, LM_WHO_REAL, LM_WHO_PARENT, LM_WHO_MORE };
/* CHECKED: nothing can run; something can; it is no workflow; no memory to look at it. */
enum { LM_CHECKED_FAULTY, LM_CHECKED_RUNS, LM_CHECKED_NO_WORKFLOW, LM_CHECKED_STARVED };
/* STATS: bytes held and their limits (0: none); of the cache: look-ups that found a result, and not, results and bytes
 * held; models that were made of a file. */
enum { LM_STAT_RAM, LM_STAT_RAM_LIMIT, LM_STAT_VRAM, LM_STAT_VRAM_LIMIT, LM_STAT_HITS, LM_STAT_MISSES, LM_STAT_RESULTS,
       LM_STAT_RESULT_BYTES, LM_STAT_LOADS, LM_STAT_COUNT };
/* ENDED: numbers, */
enum { LM_END_HOW, LM_END_CODE, LM_END_MS };           /* CODE: limn_code */
/* and texts. WORDS: a sentence for people. ERROR, JSON: of ERROR and INTERRUPTED the fields that clients are told but
 * for prompt_id and timestamp; of REFUSED work_check.h's; else "". OUTPUTS and META as a history has them. */
enum { LM_END_NODE, LM_END_CLASS, LM_END_WORDS, LM_END_ERROR, LM_END_OUTPUTS, LM_END_META };
typedef enum lm_end_how { LM_END_SUCCESS, LM_END_FAILED, LM_END_INTERRUPTED, LM_END_REFUSED } lm_end_how;

typedef struct lm_wire_text {
    const char *at;   /* when read: a NUL stands behind it */
    size_t      size;
} lm_wire_text;

/* One frame, taken apart. */
typedef struct lm_wire {
    lm_wire_type type; /* 0: none yet */
    int64_t      job, epoch;
    int64_t      numbers[LM_WIRE_NUMBERS];
    lm_wire_text texts[LM_WIRE_TEXTS];
    char        *memory; /* lm_wire_keep's */
} lm_wire;

const char *lm_wire_name(lm_wire_type type); /* "JOB" */
lm_wire_text lm_wire_say(const char *text);  /* NULL is "" */

/* ------------------------------------------------------------------ writing */

/* The bytes of a frame. BUG when a row does not let it through, MEMORY.                            [new] */
char *lm_wire_write(const lm_wire *m, size_t *size, limn_error *err);
/* Our HELLO. `device` and `arithmetic` may be NULL. */
lm_wire lm_wire_hello(const char *device, const char *arithmetic);

/* ------------------------------------------------------------------ reading */

typedef struct lm_wire_reader {
    lm_wire_way way;     /* what may come: set this, the rest zero */
    bool        greeted, broken;
    size_t      n_head, got, size;
    uint8_t     head[LM_WIRE_HEAD];
    char       *memory;  /* what texts point into */
} lm_wire_reader;

/* Reads on in the *n bytes at *at, which move on, until a frame is whole (out->type is set) or they are used up. What
 * `out` points at lives until the next call. False: FILE with what is wrong, now and for ever; MEMORY. */
bool lm_wire_read(lm_wire_reader *r, const char **at, size_t *n, lm_wire *out, limn_error *err);
/* The frame that was just read lives until lm_wire_done. */
void lm_wire_keep(lm_wire_reader *r, lm_wire *m);
void lm_wire_done(lm_wire *m);
void lm_wire_reader_done(lm_wire_reader *r);

#endif
