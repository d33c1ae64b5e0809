/* commands.h: one row for each command of the program. */
#ifndef LM_CLI_COMMANDS_H
#define LM_CLI_COMMANDS_H

#include "core/cli/command.h"

extern const lm_command lm_run_command, lm_check_command, lm_export_command, lm_diff_command, lm_pack_command,
    lm_unpack_command, lm_nodes_command, lm_inspect_command, lm_plugins_command, lm_bench_command, lm_completion_command,
    lm_work_command, lm_serve_command, lm_submit_command, lm_queue_command, lm_watch_command, lm_cancel_command,
    lm_history_command, lm_fetch_command;

/* work.c: limn work in a thread of this process; the words begin with the program's. It takes the socket. */
int lm_work_inside(const char *const *words, int fd);

#endif
