/* run_places.h: where a run will write, looked at before its first node and not after its last. */
#ifndef LM_CLI_RUN_PLACES_H
#define LM_CLI_RUN_PLACES_H

#include "core/base/folders.h"
#include "core/cli/command.h"

/* Can the folders of --output and --temp-directory be written? That of --preview is made where it is not there. FILE.
 * The output folder of the base may not be needed: a note on stderr says when it cannot be written. */
bool lm_run_places(const lm_args *a, const lm_folders *f, limn_error *err);
/* Can the folder that one option names be written, or be made? True when it was not given. FILE. */
bool lm_run_place(const lm_args *a, const char *option, limn_error *err);

#endif
