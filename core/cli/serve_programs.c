/* serve_programs.c: the programs that limn serve starts. */
#include <stdio.h>
#include <string.h>

#include "core/cli/serve_options.h"
#include "core/cli/session.h"

enum { WORKER_NICE = 5 };

static const lm_option running_options[] = { LM_OPTIONS_RUNNING, { NULL } };

/* What a worker's own table has, too; files that say where models are have been read once, for all. */
static bool is_for_workers(const char *name)
{
    if (!strcmp(name, "--extra-model-paths-config"))
        return false;
    for (const lm_option *o = running_options; o->name; o++)
        if (!strcmp(o->name, name))
            return true;
    return false;
}

static void add_option(lm_words *w, const lm_option *o, const char *value)
{
    lm_words_add(w, o->name);
    if (o->value && (*value || *o->value != '['))
        lm_words_add(w, value);
}

/* limn work, with the options of ours that concern it, and one more word. */
static void program(lm_words *w, const char *self, const lm_serving *s, const lm_args *a, const char *more)
{
    lm_words_add(w, self);
    lm_words_add(w, "work");
    for (int i = 0; i < a->n_given; i++)
        if (is_for_workers(a->given[i].option->name))
            add_option(w, a->given[i].option, a->given[i].value);
    for (int i = 0; i < s->models.n; i++) {
        lm_words_add(w, "--folder");
        lm_words_add(w, s->models.orders[i]);
    }
    if (more)
        lm_words_add(w, more);
}

/* Behind the server, so that it answers beside a sampler on every core; but a client waits for a check or a picture, so
 * those two stand half as far behind. */
static void add_nice(lm_words *w, const lm_args *a, int parts)
{
    long long nice = WORKER_NICE;
    char      number[24];

    lm_args_number(a, "--worker-nice", 0, 19, &nice);
    snprintf(number, sizeof number, "%lld", (nice + parts - 1) / parts);
    lm_words_add(w, "--nice");
    lm_words_add(w, number);
}

void lm_serving_programs(lm_serving *s, const lm_args *a, const char *self)
{
    program(&s->work, self, s, a, NULL);
    program(&s->check, self, s, a, "--only-checks");
    program(&s->pictures, self, s, a, "--pictures");
    add_nice(&s->work, a, 1);
    add_nice(&s->check, a, 2);
    add_nice(&s->pictures, a, 2);
    if (lm_args_has(a, "--picture-memory")) {
        lm_words_add(&s->pictures, "--picture-memory");
        lm_words_add(&s->pictures, lm_args_value(a, "--picture-memory"));
    }
    lm_words_add(&s->argv, "limn");
    lm_words_add(&s->argv, "serve");
    for (int i = 0; i < a->n_given; i++)
        add_option(&s->argv, a->given[i].option, a->given[i].value);
    s->o.work = lm_words_list(&s->work);
    s->o.check = lm_words_list(&s->check);
    s->o.pictures = lm_words_list(&s->pictures);
    s->o.argv = lm_words_list(&s->argv);
}
