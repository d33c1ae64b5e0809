/* main.c: the program: its list of commands, and nothing else. */
#include "core/cli/commands.h"

#include <signal.h>
#include <stdio.h>

const lm_command *const lm_commands[] = {
    &lm_run_command, &lm_check_command, &lm_export_command, &lm_diff_command, &lm_pack_command, &lm_unpack_command,
    &lm_nodes_command, &lm_plugins_command, &lm_inspect_command, &lm_bench_command, &lm_completion_command,
#ifdef LIMN_WITH_SERVER
    &lm_serve_command,
#endif
#ifdef LIMN_WITH_CLIENT
    &lm_submit_command, &lm_queue_command, &lm_watch_command, &lm_cancel_command, &lm_history_command, &lm_fetch_command,
#endif
#ifdef LIMN_WITH_WORK
    &lm_work_command,
#endif
    NULL,
};

/* ------------------------------------------------------------------ limn completion */

static int complete(const lm_args *a)
{
    if (lm_print_completion(a->words[0]))
        return LM_EXIT_WELL;
    fprintf(stderr, "limn completion: %s: it is bash, zsh or fish\n", a->words[0]);
    return LM_EXIT_USAGE;
}

const lm_command lm_completion_command = {
    .name = "completion", .words = "bash|zsh|fish", .least = 1, .most = 1, .run = complete,
    .doc = "Print completion for a shell: source <(limn completion bash)",
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL);
    return lm_command_main(argc, argv);
}
