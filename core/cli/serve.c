/* serve.c: limn serve: the server's options, and the programs it starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/commands.h"
#include "core/cli/session.h"
#include "web/server/server.h"

enum { MOST_WORDS = 256, MOST_ADDRESSES = 8 };

static const lm_option running_options[] = { LM_OPTIONS_RUNNING, { NULL } };

/* ------------------------------------------------------------------ programs to start */

typedef struct words {
    const char *at[MOST_WORDS + 1];
    int         n;
} words;

static void add_word(words *w, const char *word)
{
    if (w->n < MOST_WORDS)
        w->at[w->n++] = word;
}

static bool is_for_workers(const char *name)
{
    for (const lm_option *o = running_options; o->name; o++)
        if (!strcmp(o->name, name))
            return true;
    return false;
}

/* limn work, with the options of ours that concern it, and some more words. */
static void program_words(words *w, const char *self, const lm_args *a, const char *more)
{
    add_word(w, self);
    add_word(w, "work");
    for (int i = 0; i < a->n_given; i++)
        if (is_for_workers(a->given[i].option->name)) {
            add_word(w, a->given[i].option->name);
            if (a->given[i].value)
                add_word(w, a->given[i].value);
        }
    if (more)
        add_word(w, more);
    w->at[w->n] = NULL;
}

/* ------------------------------------------------------------------ limn serve */

static bool read_numbers(const lm_args *a, lm_server_options *o)
{
    long long port = o->port;

    if (!lm_args_number(a, "--port", 0, 65535, &port))
        return false;
    o->port = (int)port;
    return true;
}

static int serve(const lm_args *a)
{
    lm_server_options o = lm_server_defaults();
    const char       *listen[MOST_ADDRESSES + 1] = { "127.0.0.1" }, *base = lm_args_value(a, "--base");
    char             *self = realpath("/proc/self/exe", NULL);
    words             work = { .n = 0 }, check = { .n = 0 }, pictures = { .n = 0 };
    limn_error        err = { 0 };
    bool              well;

    if (!read_numbers(a, &o))
        return LM_EXIT_USAGE;
    for (int i = 0; i < MOST_ADDRESSES && lm_args_each(a, "--listen", i); i++)
        listen[i] = lm_args_each(a, "--listen", i);
    program_words(&work, self, a, NULL);
    program_words(&check, self, a, "--only-checks");
    program_words(&pictures, self, a, "--pictures");
    o.base = base ? base : ".";
    o.output = lm_args_value(a, "--output");
    o.listen = listen;
    o.work = work.at;
    o.check = check.at;
    o.pictures = pictures.at;
    well = lm_server_run(&o, &err);
    free(self);
    if (well)
        return LM_EXIT_WELL;
    lm_print_error("limn serve", &err);
    return err.code == LIMN_INPUT ? LM_EXIT_USAGE : lm_exit_of(err.code);
}

static const lm_option serve_options[] = {
    { "--listen", "ADDR", "Where to listen (default: 127.0.0.1); may be given several times." },
    { "--port", "N", "On which port; 0 takes a free one (default: 8188)." },
    LM_OPTIONS_RUNNING,
    { NULL },
};

const lm_command lm_serve_command = {
    .name = "serve", .options = serve_options, .run = serve,
    .doc = "Open the page and the API that ComfyUI's clients know.",
};
