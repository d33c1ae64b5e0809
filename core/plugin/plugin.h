/* plugin.h: shared objects that strangers wrote: found, vetted and opened.
 *
 *     lm_plugin_order order = { .base = base, .files = named, .n_files = n, .remembered = cache_folder };
 *     lm_plugins     *all = lm_plugins_load(&order, registry, folders, &door);
 *     for (int i = 0; i < lm_plugins_count(all); i++)
 *         if (!lm_plugins_at(all, i)->loaded)  ...lm_plugins_at(all, i)->why.text...
 *
 * A file goes through five hands, and the first that finds fault turns it away with a sentence: locked.c (is it
 * allowed, when only allowed ones are?), probe.c (a forked child opens it and reads all of it, so that a crash, an
 * exit or a hang there costs the child), open.c (dlopen, here), layout.c (copies its tables into the structs of
 * today, whatever their sizes were when it was compiled), vet.c (can its declarations be right?). Then its nodes
 * enter the registry. Whoever calls one says so first (core/data/foreign.h), and crash.c turns a crash there into
 * one sentence.
 *
 * A plugin is loaded whole or not at all. Nothing is unloaded before the program ends: values, tables and the
 * system's own lists may point into it.  docs/plugins.md has the promises. */
#ifndef LM_PLUGIN_PLUGIN_H
#define LM_PLUGIN_PLUGIN_H

#include "core/base/folders.h"
#include "core/data/foreign.h"
#include "core/graph/registry.h"

typedef struct lm_plugins lm_plugins;

typedef struct lm_plugin {
    const char *file;       /* as people see it: "plugins/grain.so", or as it was named */
    char        digest[65]; /* SHA-256 of the file; "" when it could not be read */
    bool        named;      /* asked for by --plugin */
    bool        loaded;
    bool        newer;      /* made for a newer limn; what only that one knows is not used */
    limn_error  why;        /* when it was refused */
    limn_plugin table;      /* of today's size, no list NULL; zero where nothing could be read */
    lm_origin   origin;
} lm_plugin;

typedef struct lm_plugin_order {
    const char        *base;       /* <base>/plugins holds .so files */
    const char *const *files;      /* and these, too */
    int                n_files;
    bool               none;       /* no plugin at all */
    bool               locked;     /* only files whose SHA-256 is in the list of allowed ones */
    const char        *allowed;    /* that list; NULL: <base>/plugins/allowed.sha256 */
    const char        *remembered; /* a folder where files that passed the probe are noted; NULL: nowhere */
    int                crash_status; /* what the program leaves with when a plugin crashes */
} lm_plugin_order;

/* Takes what core does not know: samplers and schedules. `vet` says whether it could, `take` does. */
typedef struct lm_plugin_door {
    bool (*vet)(const lm_plugin *p, limn_error *err);
    void (*take)(const lm_plugin *p);
} lm_plugin_door;

/* Loads what is there, in the order of names, those of the base first. Never fails: each says what became of it.
 * Registry, folders and door must not go before the program ends; `door` may be NULL.          [new] */
lm_plugins *lm_plugins_load(const lm_plugin_order *o, lm_registry *r, lm_folders *f,
                            const lm_plugin_door *door);

/* Closes what was opened, last first. The tables of nodes stay.                              [takes] */
void lm_plugins_free(lm_plugins *all);

int              lm_plugins_count(const lm_plugins *all);
const lm_plugin *lm_plugins_at(const lm_plugins *all, int i); /* in the order they were found [lends] */

/* The first that was asked for by name and refused; NULL: none. */
const lm_plugin *lm_plugins_missing(const lm_plugins *all);

#endif
