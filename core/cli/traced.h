/* traced.h: --trace FILE: a run written down for chrome://tracing and Perfetto (core/data/trace.h). */
#ifndef LM_CLI_TRACED_H
#define LM_CLI_TRACED_H

#include "core/cli/command.h"
#include "core/data/event.h"

#define LM_OPTION_TRACE                                                                        \
    { "--trace", "FILE", "Write what ran when, for chrome://tracing or ui.perfetto.dev." }

/* Begins a trace and listens in, when it was asked for. False (FILE) when nothing can be written there. */
bool lm_traced_begin(const lm_args *a, lm_listener *listener, limn_error *err);

/* Writes it, however the run ended: another file of that name is replaced once this one is whole. */
bool lm_traced_end(const lm_args *a, limn_error *err);

#endif
