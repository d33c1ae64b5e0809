/* run.c: limn run and limn check. */
#include "core/cli/commands.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/progress.h"
#include "core/cli/run_places.h"
#include "core/cli/session.h"
#include "core/cli/traced.h"
#include "core/graph/executor.h"
#include "kernels/devices.h"

static void print_issues(const lm_check *c, const char *label)
{
    for (int i = 0; i < c->n_issues; i++)
        fprintf(stderr, "%s: %s\n", label, c->issues[i].sentence);
    if (c->n_found > c->n_issues)
        fprintf(stderr, "%s: … and %lld more\n", label, (long long)(c->n_found - c->n_issues));
}

static const char *folder_of(const lm_issue *i)
{
    const char *folder = i->input ? i->input->folder : NULL;

    return folder && i->kind == (lm_folders_working(folder) ? LM_ISSUE_CUSTOM : LM_ISSUE_NOT_IN_LIST) ? folder : NULL;
}

static bool is_told(const lm_check *c, int before, const char *folder)
{
    for (int i = 0; i < before; i++) {
        const char *other = folder_of(&c->issues[i]);

        if (other && !strcmp(other, folder))
            return true;
    }
    return false;
}

/* A file that is not there is often one that is looked for in another place. */
static void print_places(const lm_check *c, lm_folders *f)
{
    for (int i = 0; i < c->n_issues; i++) {
        const char *folder = folder_of(&c->issues[i]), *root;

        if (!folder || is_told(c, i, folder) || !lm_folders_root(f, folder, 0))
            continue;
        fprintf(stderr, "limn: note: %s is", folder);
        for (int k = 0; (root = lm_folders_root(f, folder, k)); k++)
            fprintf(stderr, "%s %s", k ? "," : "", root);
        fprintf(stderr, "; --base DIR%s names another one\n", !strcmp(folder, "input") ? " or --input-directory DIR"
                : lm_folders_working(folder) ? "" : " or --extra-model-paths-config FILE");
    }
}

/* ------------------------------------------------------------------ limn run */

static const long long most_rounds = 1000000000;

static void print_json(const lm_progress *p, const lm_session *s, const limn_error *err)
{
    json_t *answer = json_object(), *files = json_array();
    lm_text outputs = { 0 };

    lm_text_printf(&outputs, "{%s}", lm_text_str(&p->outputs));
    for (int i = 0; i < p->n_files; i++)
        json_array_append_new(files, json_string(p->files[i].path));
    json_object_set_new(answer, "status", json_string(err->code == LIMN_OK ? "success" : "error"));
    if (err->code != LIMN_OK) {
        json_object_set_new(answer, "error", json_string(err->text));
        json_object_set_new(answer, "node", json_string(err->node));
        json_object_set_new(answer, "input", json_string(err->input));
    }
    json_object_set_new(answer, "files", files);
    json_object_set_new(answer, "outputs", json_loads(outputs.at, 0, NULL));
    json_object_set_new(answer, "seconds", json_real(lm_progress_seconds(p)));
    json_object_set_new(answer, "precision",
                        json_string(s->env.compute == LM_COMPUTE_BF16 ? "bf16" : "f32"));
    json_dumpf(answer, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(answer);
    lm_text_done(&outputs);
}

static bool run_checked(lm_session *s, lm_check *c, lm_progress *p, limn_error *err)
{
    char    *prompt = lm_workflow_prompt_text(c->workflow), *canvas = lm_workflow_canvas_text(c->workflow);
    lm_plan *plan = lm_plan_new(c, &s->env, err);
    bool     well;

    s->env.prompt_json = prompt;
    s->env.workflow_json = canvas;
    well = plan && lm_exec_run(plan, s->cache, &s->env, err);
    lm_progress_sort(p, c->workflow);
    lm_plan_free(plan);
    lm_free(prompt);
    lm_free(canvas);
    return well;
}

/* --count: the same again with every seed one further; what no seed reaches stays in the cache. */
static bool run_again(lm_session *s, lm_workflow *w, const lm_args *a, long long rounds, lm_progress *p,
                      limn_error *err)
{
    bool well = true;

    while (well && rounds-- > 0) {
        const int seeds = lm_session_next_seeds(s, w, err);
        lm_check *c;

        if (!seeds)
            fprintf(stderr, "%s: note: it has no seed of its own, so that every run would be the same\n", a->words[0]);
        if (seeds <= 0)
            return seeds == 0;
        c = lm_check_new(w, s->registry, &s->env);
        well = run_checked(s, c, p, err);
        lm_check_free(c);
    }
    return well;
}

static int run_and_tell(lm_session *s, lm_check *c, const lm_args *a, lm_progress *p)
{
    limn_error err = { 0 };
    long long  count = 1;

    lm_args_number(a, "--count", 1, most_rounds, &count);
    s->env.listener = lm_progress_listener(p);
    if (lm_traced_begin(a, &s->env.listener, &err)) {
        limn_error unwritten = { 0 };

        if (run_checked(s, c, p, &err))
            run_again(s, c->workflow, a, count - 1, p, &err);
        if (!lm_traced_end(a, &unwritten) && err.code == LIMN_OK)
            err = unwritten;
    }
    if (err.code != LIMN_OK)
        lm_print_error(a->words[0], &err);
    if (lm_args_has(a, "--json"))
        print_json(p, s, &err);
    else
        for (int i = 0; i < p->n_files; i++)
            puts(p->files[i].path);
    if (err.code == LIMN_OK && c->n_failed)
        return LM_EXIT_INVALID;
    return lm_exit_of(err.code);
}

static int run_workflow(lm_session *s, const lm_args *a, limn_error *err)
{
    lm_workflow *w;
    lm_check    *c;
    lm_progress  p;
    FILE        *bar = lm_args_has(a, "--quiet") || lm_args_has(a, "--json") ? NULL : stderr;
    long long    count;
    int          status;

    if (!lm_session_options(a, err) || !lm_args_whole(a, "--count", 1, most_rounds, &count, err) ||
        !lm_run_places(a, s->folders, err))
        return lm_exit_of_asking(err->code);
    s->places = true;
    w = lm_session_workflow(s, a, err);
    if (!w)
        return lm_exit_of_asking(err->code);
    c = lm_check_new(w, s->registry, &s->env);
    print_issues(c, a->words[0]);
    print_places(c, s->folders);
    status = LM_EXIT_INVALID;
    if (lm_check_runs(c) && lm_session_start(s, a, err)) {
        lm_progress_init(&p, s->folders, bar);
        if (lm_args_has(a, "--preview"))
            p.preview_dir = lm_copy_text(lm_args_value(a, "--preview"));
        s->env.previews = p.preview_dir != NULL;
        if (bar)
            fprintf(bar, "%s; products in %s\n", lm_cpu_describe(), s->compute_name);
        status = run_and_tell(s, c, a, &p);
        lm_progress_done(&p);
    } else if (err->code != LIMN_OK) {
        status = lm_exit_of_asking(err->code);
    }
    lm_check_free(c);
    lm_workflow_free(w);
    return status;
}

static int with_session(const lm_args *a, int (*work)(lm_session *, const lm_args *, limn_error *))
{
    lm_session s;
    limn_error err = { 0 };
    int        status;

    status = lm_session_open(&s, a, &err) ? work(&s, a, &err) : lm_exit_of_asking(err.code);
    if (err.code != LIMN_OK)
        lm_print_error(a->n_words ? a->words[0] : NULL, &err);
    lm_session_close(&s);
    return status;
}

static int run(const lm_args *a)
{
    return with_session(a, run_workflow);
}

static const lm_option run_options[] = {
    { "--set", "NODE.INPUT=VALUE", "Change an input; may be given several times." },
    { "--seed", "N", "Give every seed of the workflow this value." },
    { "--count", "N", "Run it N times, with every seed one further each time." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_RUNNING,
    { "--preview", "DIR", "Write a small picture there after each sampling step." },
    LM_OPTION_TRACE,
    { "--json", NULL, "Print the result as JSON." },
    { "--quiet", NULL, "Show no progress." },
    { NULL },
};

const lm_command lm_run_command = {
    .name = "run", .words = "FILE", .least = 1, .most = 1, .options = run_options, .run = run,
    .doc = "Run a workflow and print the paths of the pictures it saved.\n"
           "FILE is a workflow, a picture that carries one, a bundle (.limn), or A1111's words about a picture;\n"
           "- reads it from the standard input.",
};

/* ------------------------------------------------------------------ limn check */

static void print_check_json(const lm_check *c)
{
    json_t *answer = json_object(), *list = json_array();

    for (int i = 0; i < c->n_issues; i++) {
        const lm_issue *issue = &c->issues[i];
        json_t         *one = json_object();

        json_object_set_new(one, "type", json_string(issue->type));
        json_object_set_new(one, "message", json_string(issue->message));
        json_object_set_new(one, "details", json_string(issue->details));
        json_object_set_new(one, "sentence", json_string(issue->sentence));
        if (issue->node >= 0)
            json_object_set_new(one, "node",
                                json_string(lm_workflow_at(c->workflow, issue->node)->id));
        if (issue->input)
            json_object_set_new(one, "input", json_string(issue->input->name));
        json_array_append_new(list, one);
    }
    json_object_set_new(answer, "runs", json_boolean(lm_check_runs(c)));
    json_object_set_new(answer, "issues", list);
    json_dumpf(answer, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(answer);
}

static int check_workflow(lm_session *s, const lm_args *a, limn_error *err)
{
    lm_workflow *w = lm_session_workflow(s, a, err);
    lm_check    *c;
    int          status;

    if (!w)
        return lm_exit_of_asking(err->code);
    c = lm_check_new(w, s->registry, &s->env);
    status = c->n_found ? LM_EXIT_INVALID : LM_EXIT_WELL;
    if (lm_args_has(a, "--json"))
        print_check_json(c);
    else
        print_issues(c, a->words[0]), print_places(c, s->folders);
    if (!c->n_found && !lm_args_has(a, "--json"))
        printf("%s: %d nodes, ready to run\n", a->words[0], lm_workflow_count(w));
    lm_check_free(c);
    lm_workflow_free(w);
    return status;
}

static int check(const lm_args *a)
{
    return with_session(a, check_workflow);
}

static const lm_option check_options[] = {
    { "--set", "NODE.INPUT=VALUE", "Change an input first; may be given several times." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { "--json", NULL, "Print what was found as JSON." },
    { NULL },
};

const lm_command lm_check_command = {
    .name = "check", .words = "FILE", .least = 1, .most = 1, .options = check_options, .run = check,
    .doc = "Say everything that keeps a workflow from running here, without running it.\n"
           "FILE is what limn run takes.",
};
