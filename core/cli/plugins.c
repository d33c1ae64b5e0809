/* plugins.c: limn plugins, and the door through which plugins' samplers and schedules enter. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/commands.h"
#include "core/cli/session.h"
#include "nodes/diffusion/foreign.h"

/* ------------------------------------------------------------------ the door */

static bool vet(const lm_plugin *p, limn_error *err)
{
    for (const limn_sampler *const *s = p->table.samplers; *s; s++)
        if (!lm_foreign_sampler_fits(*s, err))
            return false;
    for (const limn_schedule *const *s = p->table.schedules; *s; s++)
        if (!lm_foreign_schedule_fits(*s, err))
            return false;
    return true;
}

static void take(const lm_plugin *p)
{
    for (const limn_sampler *const *s = p->table.samplers; *s; s++)
        lm_foreign_sampler_add(*s, &p->origin);
    for (const limn_schedule *const *s = p->table.schedules; *s; s++)
        lm_foreign_schedule_add(*s, &p->origin);
}

lm_plugins *lm_session_plugins(const lm_args *a, lm_registry *r, lm_folders *f, const char *remembered)
{
    static const lm_plugin_door door = { vet, take };
    lm_plugin_order             o = { .base = lm_args_value(a, "--base"), .remembered = remembered,
                                      .none = lm_args_has(a, "--no-plugins"),
                                      .locked = lm_args_has(a, "--plugins-locked"),
                                      .allowed = lm_args_value(a, "--plugins-allowed"),
                                      .crash_status = LM_EXIT_PLUGIN };
    const char                **files = lm_alloc_array((size_t)a->n_given + 1, sizeof *files);
    lm_plugins                 *all;

    while ((files[o.n_files] = lm_args_each(a, "--plugin", o.n_files)))
        o.n_files++;
    o.files = files;
    all = lm_plugins_load(&o, r, f, &door);
    lm_free(files);
    return all;
}

/* ------------------------------------------------------------------ for people */

/* Every table that a plugin lists opens with its size and goes on with its name. */
#define PRINT_NAMES(title, list)                                                               \
    do {                                                                                       \
        for (int i_ = 0; (list)[i_]; i_++)                                                     \
            printf("%s%s", i_ ? ", " : "  " title, (list)[i_]->name);                          \
        if ((list)[0])                                                                         \
            putchar('\n');                                                                     \
    } while (0)

static void print_loaded(const lm_plugin *p)
{
    printf("%s %s (%s), from %s\n", p->table.name, p->table.version, p->table.id, p->file);
    if (p->table.doc)
        printf("  %s\n", p->table.doc);
    PRINT_NAMES("nodes      ", p->table.nodes);
    PRINT_NAMES("samplers   ", p->table.samplers);
    PRINT_NAMES("schedules  ", p->table.schedules);
    PRINT_NAMES("folders    ", p->table.folders);
    PRINT_NAMES("documents  ", p->table.documents);
    printf("  sha-256    %s\n", p->digest);
    if (p->newer)
        printf("  It was made for a newer limn than " LIMN_VERSION "; what only that one knows is not used.\n");
}

static void print_list(const lm_plugins *all)
{
    for (int i = 0; i < lm_plugins_count(all); i++) {
        const lm_plugin *p = lm_plugins_at(all, i);

        if (i)
            putchar('\n');
        if (p->loaded)
            print_loaded(p);
        else
            printf("%s is not loaded: %s\n", p->file, p->why.text);
        if (!p->loaded && *p->digest)
            printf("  sha-256    %s\n", p->digest);
    }
    if (!lm_plugins_count(all))
        puts("There are no plugins: limn looks for BASE/plugins/*.so and for --plugin FILE.");
}

/* ------------------------------------------------------------------ for programs */

#define ADD_NAMES(object, key, list)                                                           \
    do {                                                                                       \
        json_t *names_ = json_array();                                                         \
        for (int i_ = 0; (list)[i_]; i_++)                                                     \
            json_array_append_new(names_, json_string((list)[i_]->name));                      \
        json_object_set_new((object), key, names_);                                            \
    } while (0)

static json_t *documents_json(const limn_document *const *d)
{
    json_t *list = json_array();

    for (; *d; d++)
        json_array_append_new(list, json_pack("{ss ss si}", "kind", (*d)->kind, "name", (*d)->name, "bytes",
                                              (int)strlen((*d)->text)));
    return list;
}

static void add_table(json_t *one, const limn_plugin *t)
{
    json_object_set_new(one, "id", json_string(t->id));
    json_object_set_new(one, "name", json_string(t->name));
    json_object_set_new(one, "version", json_string(t->version));
    if (t->doc)
        json_object_set_new(one, "doc", json_string(t->doc));
    ADD_NAMES(one, "nodes", t->nodes);
    ADD_NAMES(one, "samplers", t->samplers);
    ADD_NAMES(one, "schedules", t->schedules);
    ADD_NAMES(one, "folders", t->folders);
    json_object_set_new(one, "documents", documents_json(t->documents));
}

static json_t *plugin_json(const lm_plugin *p)
{
    json_t *one = json_object();

    json_object_set_new(one, "file", json_string(p->file));
    json_object_set_new(one, "loaded", json_boolean(p->loaded));
    if (*p->digest)
        json_object_set_new(one, "sha256", json_string(p->digest));
    if (p->newer)
        json_object_set_new(one, "newer", json_true());
    if (p->loaded)
        add_table(one, &p->table);
    else
        json_object_set_new(one, "why", json_string(p->why.text));
    return one;
}

static void print_json(const lm_plugins *all)
{
    json_t *list = json_array();

    for (int i = 0; i < lm_plugins_count(all); i++)
        json_array_append_new(list, plugin_json(lm_plugins_at(all, i)));
    json_dumpf(list, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list);
}

/* ------------------------------------------------------------------ the command */

static int status_of(const lm_plugins *all)
{
    for (int i = 0; i < lm_plugins_count(all); i++)
        if (!lm_plugins_at(all, i)->loaded)
            return LM_EXIT_FILE;
    return LM_EXIT_WELL;
}

static int plugins(const lm_args *a)
{
    lm_session s;
    limn_error err = { 0 };
    int        status;

    if (lm_session_look(&s, a, &err)) {
        if (lm_args_has(a, "--json"))
            print_json(s.plugins);
        else
            print_list(s.plugins);
        status = status_of(s.plugins);
    } else {
        lm_print_error(NULL, &err);
        status = lm_exit_of_asking(err.code);
    }
    lm_session_close(&s);
    return status;
}

static const lm_option plugins_options[] = {
    LM_OPTION_BASE,
    LM_OPTIONS_PLUGINS,
    { "--json", NULL, "Print the list as JSON." },
    { NULL },
};

const lm_command lm_plugins_command = {
    .name = "plugins", .options = plugins_options, .run = plugins,
    .doc = "List the plugins: what was found, loaded, refused, and why.\n"
           "The exit status is 4 when any was refused.",
};
