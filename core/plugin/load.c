/* load.c: finds plugins, and leads each through the hands that may turn it away. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/plugin/parts.h"

/* A plugin with what only we know of it. Outlives lm_plugins: its origin is in registry and threads. */
typedef struct entry {
    lm_plugin       plugin; /* first: an lm_plugin * is an entry * */
    lm_object       object;
    pthread_mutex_t opening;
    atomic_int      state; /* of `open` */
    limn_error      why;   /* `open` failed so */
    struct entry   *older;
} entry;
enum { CLOSED, OPEN, BROKEN };

struct lm_plugins {
    entry **entries;
    int     count;
};

static entry *newest; /* all that were ever made, so that none is lost */

/* ------------------------------------------------------------------ finding */

static entry *add_entry(lm_plugins *all, const char *shown, bool named)
{
    entry *e = lm_alloc(sizeof *e);
    char  *file = lm_copy_text(shown);

    for (char *c = file; *c; c++)
        *c = (unsigned char)*c < 32 || *c == 127 ? '?' : *c; /* a terminal will show it */
    e->plugin.file = file;
    e->plugin.named = named;
    e->object.fd = e->object.file = -1;
    pthread_mutex_init(&e->opening, NULL);
    e->older = newest;
    newest = e;
    all->entries = lm_grow(all->entries, (size_t)(all->count + 1) * sizeof(entry *));
    all->entries[all->count++] = e;
    return e;
}

static int is_object(const struct dirent *d)
{
    const size_t n = strlen(d->d_name);

    return d->d_name[0] != '.' && n > 3 && !strcmp(d->d_name + n - 3, ".so");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static char *join(const char *folder, const char *name)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "%s/%s", folder, name);
    return lm_text_take(&t);
}

/* ------------------------------------------------------------------ opening at first use */

static bool open_now(entry *e, const limn_host *host)
{
    const lm_foreign *outer = lm_foreign_now();
    lm_origin         bare = e->plugin.origin;
    lm_foreign        f;

    bare.ready = NULL; /* that is what we are about */
    lm_foreign_enter(&f, &bare, NULL, "open", &e->why);
    f.node = outer ? outer->node : NULL;
    f.node_class = outer ? outer->node_class : NULL;
    return lm_foreign_leave(&f, !e->plugin.table.open || e->plugin.table.open(host, &e->why), &e->why);
}

/* lm_origin.ready: `open` is called once, by whoever comes first; what it says stays said. */
static bool be_ready(const lm_origin *o, const limn_host *host, limn_error *err)
{
    entry *e = (entry *)((char *)o - offsetof(entry, plugin.origin));

    if (atomic_load(&e->state) != OPEN) {
        pthread_mutex_lock(&e->opening);
        if (atomic_load(&e->state) == CLOSED)
            atomic_store(&e->state, open_now(e, host) ? OPEN : BROKEN);
        pthread_mutex_unlock(&e->opening);
    }
    return atomic_load(&e->state) == OPEN ||
           limn_fail(err, INPUT, "the plugin %.100s cannot be opened: %.240s", o->plugin, e->why.text);
}

/* ------------------------------------------------------------------ one plugin */

static bool id_is_free(const lm_plugins *all, const entry *e, limn_error *err)
{
    for (int i = 0; i < all->count; i++) {
        const lm_plugin *p = &all->entries[i]->plugin;

        if (p != &e->plugin && p->loaded && !strcmp(p->table.id, e->plugin.table.id))
            return limn_fail(err, FILE, "the plugin %s is there already, from %s", p->table.id, p->file);
    }
    return true;
}

static bool names_are_free(const entry *e, const lm_registry *r, limn_error *err)
{
    for (const limn_node *const *n = e->plugin.table.nodes; *n; n++) {
        const lm_class *c = lm_registry_find(r, (*n)->name);

        if (c)
            return limn_fail(err, FILE, "its node %s has the name of one that is there already (%s%s)", (*n)->name,
                             c->origin ? "from the plugin " : "built in", c->origin ? c->origin->plugin : "");
    }
    return true;
}

static bool folders_are_free(const entry *e, const lm_folders *f, limn_error *err)
{
    for (const limn_folder *const *k = e->plugin.table.folders; f && *k; k++)
        if (lm_folders_built_in(f, (*k)->name))
            return limn_fail(err, FILE, "its folder %s has the name of a built-in one", (*k)->name);
    return true;
}

static void settle_origin(entry *e)
{
    lm_origin *o = &e->plugin.origin;

    *o = (lm_origin){ .plugin = e->plugin.table.id, .version = e->plugin.table.version,
                      .file = e->plugin.file, .ready = be_ready };
    o->hash = lm_hash_text(lm_hash_text(lm_hash_start(), o->plugin), o->version);
    o->hash = lm_hash_add(o->hash, e->object.digest, sizeof e->object.digest);
}

/* Tries it where it can do no harm, unless this very file passed before. */
static bool pass_probe(entry *e, const lm_plugin_order *o, limn_error *err)
{
    if (lm_probe_recalls(o->remembered, e->object.digest))
        return true;
    if (!lm_probe(&e->object, err))
        return false;
    lm_probe_remembers(o->remembered, e->object.digest);
    return true;
}

/* Its constructors run here; a crash among them is still told under the file's name. */
static bool read_tables(entry *e, const lm_plugin_order *o, limn_error *err)
{
    lm_foreign         f;
    const limn_plugin *theirs;
    bool               ok;

    e->plugin.origin = (lm_origin){ .plugin = e->plugin.file, .file = e->plugin.file };
    lm_crash_watch(&e->plugin.origin, &(lm_object){ .fd = -1, .file = -1 }, o->crash_status);
    lm_foreign_enter(&f, &e->plugin.origin, NULL, "loading", err);
    theirs = lm_object_table(&e->object, err);
    ok = theirs && lm_layout_copy(theirs, &e->plugin.table, &e->plugin.newer, err) &&
         lm_vet_plugin(&e->plugin.table, err);
    return lm_foreign_leave(&f, ok, err);
}

static bool enter(lm_plugins *all, entry *e, lm_registry *r, lm_folders *f, const lm_plugin_door *door,
                  limn_error *err)
{
    const limn_plugin *p = &e->plugin.table;

    if (!id_is_free(all, e, err) || !names_are_free(e, r, err) || !folders_are_free(e, f, err))
        return false;
    settle_origin(e);
    if (door && !door->vet(&e->plugin, err))
        return false;
    if (!lm_registry_add_foreign(r, p->nodes, &e->plugin.origin, err))
        return false;
    for (const limn_folder *const *k = p->folders; f && *k; k++)
        lm_folders_add(f, (*k)->name, (*k)->endings);
    if (door)
        door->take(&e->plugin);
    return true;
}

static bool load(entry *e, const char *path, const lm_plugin_order *o,
                 const lm_allowed *allowed, limn_error *err)
{
    if (!lm_object_open(&e->object, path, e->plugin.file, o->locked, err))
        return false;
    lm_hex(e->object.digest, 32, e->plugin.digest);
    return (!o->locked || lm_allowed_has(allowed, &e->object, err)) && pass_probe(e, o, err) &&
           read_tables(e, o, err);
}

/* ------------------------------------------------------------------ all of them */

struct loader {
    lm_plugins            *all;
    const lm_plugin_order *order;
    lm_registry           *registry;
    lm_folders            *folders;
    const lm_plugin_door  *door;
    lm_allowed            *allowed;
    limn_error             locked; /* why nothing is allowed */
};

static void load_one(struct loader *l, const char *path, const char *shown, bool named)
{
    entry      *e = add_entry(l->all, shown, named);
    limn_error *err = &e->plugin.why;

    if (l->order->locked && !l->allowed)
        *err = l->locked;
    else if (load(e, path, l->order, l->allowed, err) &&
             enter(l->all, e, l->registry, l->folders, l->door, err))
        e->plugin.loaded = true;
    if (e->plugin.loaded)
        lm_crash_watch(&e->plugin.origin, &e->object, l->order->crash_status);
    else
        lm_object_done(&e->object);
}

static void load_folder(struct loader *l, const char *folder)
{
    struct dirent **found;
    const int       n = scandir(folder, &found, is_object, by_bytes);

    for (int i = 0; i < n; i++) {
        char *path = join(folder, found[i]->d_name), *shown = join("plugins", found[i]->d_name);

        load_one(l, path, shown, false);
        lm_free(path);
        lm_free(shown);
        free(found[i]);
    }
    if (n >= 0)
        free(found);
}

static void read_allowed(struct loader *l, const char *folder)
{
    char *path = l->order->allowed ? lm_copy_text(l->order->allowed) : join(folder, "allowed.sha256");

    if (lm_allowed_folder(folder, "plugins", &l->locked))
        l->allowed = lm_allowed_read(path, l->order->allowed ? path : "plugins/allowed.sha256", &l->locked);
    lm_free(path);
}

lm_plugins *lm_plugins_load(const lm_plugin_order *o, lm_registry *r, lm_folders *f,
                            const lm_plugin_door *door)
{
    lm_plugins   *all = lm_alloc(sizeof *all);
    struct loader l = { .all = all, .order = o, .registry = r, .folders = f, .door = door };
    char         *folder = join(o->base ? o->base : ".", "plugins");

    if (o->locked && !o->none)
        read_allowed(&l, folder);
    if (!o->none)
        load_folder(&l, folder);
    for (int i = 0; !o->none && i < o->n_files; i++)
        load_one(&l, o->files[i], o->files[i], true);
    lm_allowed_free(l.allowed);
    lm_free(folder);
    return all;
}

static void close_one(entry *e)
{
    lm_foreign f;

    if (atomic_load(&e->state) != OPEN || !e->plugin.table.close)
        return;
    lm_foreign_enter(&f, &e->plugin.origin, NULL, "close", NULL);
    e->plugin.table.close();
    lm_foreign_leave(&f, true, NULL);
}

void lm_plugins_free(lm_plugins *all)
{
    if (!all)
        return;
    for (int i = all->count; i-- > 0;)
        close_one(all->entries[i]);
    lm_free(all->entries);
    lm_free(all);
}

int lm_plugins_count(const lm_plugins *all)
{
    return all ? all->count : 0;
}

const lm_plugin *lm_plugins_at(const lm_plugins *all, int i)
{
    return &all->entries[i]->plugin;
}

const lm_plugin *lm_plugins_missing(const lm_plugins *all)
{
    for (int i = 0; i < lm_plugins_count(all); i++)
        if (all->entries[i]->plugin.named && !all->entries[i]->plugin.loaded)
            return &all->entries[i]->plugin;
    return NULL;
}
