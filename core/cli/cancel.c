/* cancel.c: limn cancel. */
#include <stdio.h>
#include <string.h>

#include "core/cli/commands.h"
#include "core/cli/remote_jobs.h"

/* {KEY: ID}, or {KEY: [ID]}, to `path`. */
static int post_id(lm_remote *r, const char *path, const char *open, const char *id, const char *close, limn_error *err)
{
    lm_remote_answer a;
    lm_text          body = { 0 };
    int              status;

    lm_text_puts(&body, open);
    lm_json_write_string(id, strlen(id), LM_JSON_ASCII, &body);
    lm_text_puts(&body, close);
    status = lm_remote_ask(r, "POST", path, body.at, body.size, &a, err);
    lm_remote_answer_done(&a);
    lm_text_done(&body);
    return status;
}

/* Out of the queue first: what begins to run meanwhile is found by the second call. */
static int cancel(lm_remote *r, const lm_args *a, limn_error *err)
{
    const char   *id = a->words[0];
    lm_remote_job job;
    int           status = lm_remote_find(r, id, &job, err);

    if (status == LM_EXIT_WELL && job.state == LM_REMOTE_UNKNOWN) {
        limn_fail(err, FILE, "%.120s has no job %.100s", lm_remote_name(r), id);
        status = LM_EXIT_SERVER;
    } else if (status == LM_EXIT_WELL && job.state >= LM_REMOTE_COMPLETED) {
        fprintf(stderr, "limn cancel: note: it has ended already: %s\n", lm_remote_state_names[job.state]);
    } else if (status == LM_EXIT_WELL) {
        status = post_id(r, "/queue", "{\"delete\": [", id, "]}", err);
        if (status == LM_EXIT_WELL)
            status = post_id(r, "/interrupt", "{\"prompt_id\": ", id, "}", err);
    }
    lm_remote_job_done(&job);
    return status;
}

static int run_cancel(const lm_args *a)
{
    return lm_remote_command(a, cancel);
}

static const lm_option cancel_options[] = { LM_OPTIONS_REMOTE, { NULL } };

const lm_command lm_cancel_command = {
    .name = "cancel", .words = "ID", .least = 1, .most = 1, .options = cancel_options, .run = run_cancel,
    .doc = "Take a job out of a server's queue, or stop it where it runs.",
};
