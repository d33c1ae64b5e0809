/* serve.c: limn serve. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "core/cli/commands.h"
#include "core/cli/serve_options.h"
#include "core/cli/session.h"

static int tell(const limn_error *err)
{
    if (err->code == LIMN_OK)
        return LM_EXIT_USAGE; /* said already */
    if (lm_log_json)
        lm_log(LM_LOG_ERROR, "limn serve: %s", err->text);
    else
        lm_print_error("limn serve", err);
    return lm_exit_of_asking(err->code);
}

static bool serve_or_verify(const lm_server_options *o, limn_error *err)
{
    if (!o->verify)
        return lm_server_run(o, err);
    if (!lm_server_verify(o, err))
        return false;
    puts("limn serve: it would start");
    return true;
}

static int serve(const lm_args *a)
{
    char      *self = realpath("/proc/self/exe", NULL);
    lm_serving s;
    limn_error err = { 0 };
    int        status = LM_EXIT_WELL;

    if (!lm_serving_read(&s, a, self ? self : "limn", &err) || !serve_or_verify(&s.o, &err))
        status = tell(&err);
    lm_serving_done(&s);
    free(self);
    return status;
}

const lm_command lm_serve_command = {
    .name = "serve", .options = lm_serve_options, .run = serve,
    .doc = "Open the page and the API that ComfyUI's clients know.\n"
           "Options that ComfyUI has and that mean nothing here are understood, with a note.",
};
