/* queue.c: limn queue and limn history: what a server has to do, and what it has done. */
#include <stdio.h>
#include <string.h>

#include "core/cli/commands.h"
#include "core/cli/remote_jobs.h"

static int clear(lm_remote *r, const char *path, limn_error *err)
{
    static const char all[] = "{\"clear\": true}";
    lm_remote_answer  a;
    const int         status = lm_remote_ask(r, "POST", path, all, strlen(all), &a, err);

    lm_remote_answer_done(&a);
    return status;
}

static int print(lm_remote_jobs *jobs, const lm_args *a, bool ended, int status)
{
    if (status == LM_EXIT_WELL && lm_args_has(a, "--json"))
        lm_remote_jobs_print_json(jobs);
    else if (status == LM_EXIT_WELL)
        lm_remote_jobs_print(jobs, ended);
    lm_remote_jobs_done(jobs);
    return status;
}

/* ------------------------------------------------------------------ limn queue */

static int queue(lm_remote *r, const lm_args *a, limn_error *err)
{
    lm_remote_jobs jobs;

    if (lm_args_has(a, "--clear"))
        return clear(r, "/queue", err);
    return print(&jobs, a, false, lm_remote_queue(r, &jobs, err));
}

static int run_queue(const lm_args *a)
{
    return lm_remote_command(a, queue);
}

static const lm_option queue_options[] = {
    { "--json", NULL, "Print it as JSON." },
    { "--clear", NULL, "Take all jobs that wait out of the queue; what runs goes on." },
    LM_OPTIONS_REMOTE,
    { NULL },
};

const lm_command lm_queue_command = {
    .name = "queue", .options = queue_options, .run = run_queue,
    .doc = "List what runs and waits on a server.",
};

/* ------------------------------------------------------------------ limn history */

static int history(lm_remote *r, const lm_args *a, limn_error *err)
{
    lm_remote_jobs jobs;
    long long      most = 20;

    if (!lm_args_number(a, "--max", 1, 1000, &most))
        return LM_EXIT_USAGE;
    if (lm_args_has(a, "--clear"))
        return clear(r, "/history", err);
    return print(&jobs, a, true, lm_remote_history(r, (int)most, &jobs, err));
}

static int run_history(const lm_args *a)
{
    return lm_remote_command(a, history);
}

static const lm_option history_options[] = {
    { "--max", "N", "List the last N (default: 20)." },
    { "--json", NULL, "Print it as JSON." },
    { "--clear", NULL, "Let the server forget what it has done; pictures stay." },
    LM_OPTIONS_REMOTE,
    { NULL },
};

const lm_command lm_history_command = {
    .name = "history", .options = history_options, .run = run_history,
    .doc = "List what a server has done, the newest first.",
};
