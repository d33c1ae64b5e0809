/* diff.c: limn diff: what changed between two workflows, in words or as JSON. */
#include "core/graph/diff.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/cli/carried.h"
#include "core/cli/commands.h"
#include "core/cli/session.h"
#include "core/graph/blame.h"

enum { LONGEST_VALUE = 160, LONGEST_NAME = 80, TROUBLE = 2 };

/* What was found, as it is printed. */
typedef struct told {
    lm_text out;
    bool    json, as_run;
    int     n, n_moved;
    lm_text moved; /* nodes, a comma between them */
} told;

/* ------------------------------------------------------------------ words */

static void add(lm_text *out, const char *text, size_t most)
{
    lm_text_clean(out, text, strlen(text), most);
}

static bool is_called_otherwise(const lm_difference *d)
{
    return d->title && *d->title && (!d->class_name || strcmp(d->title, d->class_name));
}

/* "node 3 (KSampler "Sampler")" */
static void add_node(lm_text *out, const lm_difference *d)
{
    if (d->graph) {
        lm_text_puts(out, "in the subgraph ");
        add(out, d->graph, LONGEST_NAME);
        lm_text_puts(out, d->node ? ", " : "");
    }
    if (!d->node)
        return;
    lm_text_puts(out, d->class_name ? "node " : "the ");
    add(out, d->node, LONGEST_NAME);
    if (d->class_name) {
        lm_text_puts(out, " (");
        add(out, d->class_name, LONGEST_NAME);
        if (is_called_otherwise(d)) {
            lm_text_puts(out, " \"");
            add(out, d->title, LONGEST_NAME);
            lm_text_puts(out, "\"");
        }
        lm_text_puts(out, ")");
    }
}

static void add_value(lm_text *out, const char *json)
{
    if (json)
        add(out, json, LONGEST_VALUE);
    else
        lm_text_puts(out, "nothing");
}

static void add_change(lm_text *out, const lm_difference *d)
{
    add_value(out, d->was);
    lm_text_puts(out, " became ");
    add_value(out, d->now);
}

/* ["4", 0] -> output 0 of node 4 (CheckpointLoaderSimple) */
static void add_origin(lm_text *out, const char *link, const char *class_name)
{
    lm_json    *d = link ? lm_json_read(link, strlen(link), NULL) : NULL;
    const char *id = d ? lm_json_c_string(d, lm_json_at(d, lm_json_root(d), 0)) : NULL;
    int64_t     slot = 0;

    if (id) {
        lm_json_to_int(d, lm_json_at(d, lm_json_root(d), 1), &slot);
        lm_text_printf(out, "output %d of %s", (int)slot, class_name ? "node " : "");
        add(out, *id ? id : "a node that is not there", LONGEST_NAME);
        if (class_name) {
            lm_text_puts(out, " (");
            add(out, class_name, LONGEST_NAME);
            lm_text_puts(out, ")");
        }
    } else {
        lm_text_puts(out, "nothing");
    }
    lm_json_free(d);
}

static const char *mode_word(const char *mode)
{
    return mode && !strcmp(mode, "2") ? "muted" : mode && !strcmp(mode, "4") ? "bypassed" : "running";
}

static void add_came_or_went(lm_text *out, const lm_difference *d, const char *what)
{
    lm_text_printf(out, "%s ", what);
    add(out, d->field ? d->field : "", LONGEST_NAME);
    lm_text_puts(out, !d->was ? " is new" : !d->now ? " is gone" : " changed");
}

static void add_words(lm_text *out, const lm_difference *d)
{
    if (d->kind != LM_DIFF_GROUP && d->kind != LM_DIFF_FILE)
        add_node(out, d);
    switch (d->kind) {
    case LM_DIFF_ADDED: lm_text_puts(out, " is new"); break;
    case LM_DIFF_REMOVED: lm_text_puts(out, " is gone"); break;
    case LM_DIFF_MODE: lm_text_printf(out, " was %s and is %s", mode_word(d->was), mode_word(d->now)); break;
    case LM_DIFF_MOVED: lm_text_puts(out, " moved"); break;
    case LM_DIFF_RESIZED: lm_text_puts(out, " has another size"); break;
    case LM_DIFF_RETYPED: lm_text_puts(out, ": the class "), add_change(out, d); break;
    case LM_DIFF_TITLE: lm_text_puts(out, ": the title "), add_change(out, d); break;
    case LM_DIFF_GROUP: add_came_or_went(out, d, "the group"); break;
    case LM_DIFF_SUBGRAPH:
        lm_text_puts(out, d->field ? ": " : !d->was ? " is new" : " is gone");
        add(out, d->field ? d->field : "", LONGEST_NAME);
        lm_text_puts(out, d->field ? " changed" : "");
        break;
    case LM_DIFF_LINK:
        lm_text_puts(out, ", ");
        add(out, d->field, LONGEST_NAME);
        lm_text_puts(out, ": came from ");
        add_origin(out, d->was, d->was_class);
        lm_text_puts(out, ", comes from ");
        add_origin(out, d->now, d->now_class);
        break;
    default:
        lm_text_puts(out, d->kind == LM_DIFF_FILE ? "the file, " : ", ");
        add(out, d->field, LONGEST_NAME);
        lm_text_puts(out, ": ");
        add_change(out, d);
    }
    lm_text_puts(out, "\n");
}

/* ------------------------------------------------------------------ both */

/* Nodes are moved by the dozen: one line has them all. */
static void note_moved(told *t, const lm_difference *d)
{
    enum { NAMED = 20 };

    if (t->n_moved++ < NAMED) {
        lm_text_puts(&t->moved, t->n_moved > 1 ? ", " : "");
        add(&t->moved, d->node, LONGEST_NAME);
    } else if (t->n_moved == NAMED + 1) {
        lm_text_puts(&t->moved, ", …");
    }
}

static void tell(void *self, const lm_difference *d)
{
    told *t = self;

    if (t->as_run && d->kind == LM_DIFF_TITLE)
        return;
    if (t->json) {
        lm_text_puts(&t->out, t->n ? ",\n  " : "\n  ");
        lm_diff_add_json(&t->out, d);
    } else if (d->kind == LM_DIFF_MOVED && !d->graph) {
        note_moved(t, d);
    } else {
        add_words(&t->out, d);
    }
    t->n++;
}

static void finish(told *t)
{
    if (t->json) {
        printf("{\"same\": %s, \"differences\": [%s%s]}\n", t->n ? "false" : "true", lm_text_str(&t->out),
               t->n ? "\n" : "");
        return;
    }
    fputs(lm_text_str(&t->out), stdout);
    if (t->n_moved)
        printf("%d node%s moved: %s\n", t->n_moved, t->n_moved > 1 ? "s" : "", lm_text_str(&t->moved));
}

/* ------------------------------------------------------------------ the command */

/* The best of what the file carries that is a JSON object.                                              [new] */
static lm_json *read_side(const char *path, const char *key, lm_folders *folders, limn_error *err)
{
    lm_carried c;
    lm_json   *d = NULL;

    if (lm_carried_read(&c, path, key, folders, err))
        for (int i = 0; i < c.n && !d; i++) {
            limn_error why = { 0 };

            d = lm_json_read(c.at[i].text, c.at[i].size, &why);
            if (!d && err->code == LIMN_OK)
                *err = why;
        }
    if (d)
        *err = (limn_error){ 0 };
    lm_carried_done(&c);
    return d;
}

static bool compare(lm_session *s, const lm_args *a, told *t, const char **blamed, limn_error *err)
{
    const lm_canvas_env env = { .registry = s->registry, .folders = s->folders, .now = time(NULL), .chance = 1 };
    lm_json            *d[2] = { NULL, NULL };
    int                 which = 0;
    bool                well = true;

    for (int i = 0; i < 2 && well; i++) {
        d[i] = read_side(a->words[i], lm_args_value(a, "--carried"), s->folders, err);
        well = d[i];
        which = i;
    }
    if (well)
        well = lm_diff(d[0], d[1], t->as_run, &env, tell, t, &which, err);
    *blamed = a->words[which];
    lm_json_free(d[0]);
    lm_json_free(d[1]);
    return well;
}

static int diff(const lm_args *a)
{
    told        t = { .json = lm_args_has(a, "--json"), .as_run = lm_args_has(a, "--as-run") };
    limn_error  err = { 0 };
    lm_session  s;
    const char *blamed = NULL;
    const bool  well = lm_session_look(&s, a, &err) && compare(&s, a, &t, &blamed, &err);

    if (well)
        finish(&t);
    else
        lm_print_error(blamed, &err);
    lm_session_close(&s);
    lm_text_done(&t.out);
    lm_text_done(&t.moved);
    return !well || fflush(stdout) ? TROUBLE : t.n ? 1 : 0;
}

static const lm_option diff_options[] = {
    { "--json", NULL, "Say it for programs: every difference with its kind, ids, field and both values." },
    { "--as-run", NULL, "Compare only what is run: no titles, places, sizes, colours, groups, notes." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_diff_command = {
    .name = "diff", .words = "A B", .least = 2, .most = 2, .options = diff_options, .run = diff,
    .doc = "Say what changed from one workflow to another.\n"
           "A and B are what a canvas saved, API format, or pictures that carry either. Of a canvas's files everything\n"
           "that a person sees is compared; with one in API format, what is run. Nodes are told apart by their ids.\n"
           "Exit status: 0 the same, 1 different, 2 trouble.",
};
