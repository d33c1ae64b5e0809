/* trace_parts.h: what recording a trace (trace.c) and writing it down (trace_write.c) share. */
#ifndef LM_DATA_TRACE_PARTS_H
#define LM_DATA_TRACE_PARTS_H

#include "core/base/text.h"
#include "core/data/trace.h"

typedef struct lm_trace_entry {
    enum { LM_TRACE_BEGIN, LM_TRACE_OPS, LM_TRACE_CACHED, LM_TRACE_STEP, LM_TRACE_MEMORY, LM_TRACE_END } kind;
    int         thread;    /* which, in the order they were met */
    uint64_t    at, took;  /* nanoseconds */
    const char *name;      /* of an op, static; else NULL */
    char       *node, *of; /* a node's id and class, ours; else NULL */
    int64_t     a, b;      /* ops of a span; step and steps; bytes of tensors and resident bytes */
} lm_trace_entry;

/* The whole file. Sorts the entries by time. */
/* `ids`: the system's numbers of the threads, ended by a 0. */
void lm_trace_write(lm_text *t, const long *ids, lm_trace_entry *entries, size_t n, size_t dropped);

#endif
