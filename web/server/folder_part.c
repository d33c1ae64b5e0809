/* folder_part.c: the folders that routes may name, and the drawer that uploads wait in. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "web/server/part.h"

static bool replace(lm_folders *f, const char *kind, const char *directory, limn_error *err)
{
    return !directory || lm_folders_replace(f, kind, directory, err);
}

static bool add_models(lm_folders *f, const char *const *more, limn_error *err)
{
    for (; more && *more; more++)
        if (!lm_folders_more(f, *more, err))
            return false;
    return true;
}

lm_folders *lm_server_folders(const lm_server_options *o, limn_error *err)
{
    lm_folders *f = lm_folders_new(o->base, err);

    if (f && replace(f, "input", o->input, err) && replace(f, "output", o->output, err) &&
        replace(f, "temp", o->temp, err) && add_models(f, o->more_folders, err))
        return f;
    lm_folders_free(f);
    return NULL;
}

/* Uploads wait beside the queue, outside every root that a route can name. */
static bool open_uploads(lm_server *s, limn_error *err)
{
    lm_text path = { 0 };

    lm_text_printf(&path, "%s/state", s->o->base);
    if (mkdir(path.at, 0700) && errno != EEXIST)
        limn_fail(err, FILE, "state: cannot be made in the base folder: %s", strerror(errno));
    lm_text_puts(&path, "/uploads");
    s->uploads = err->code == LIMN_OK ? lm_drawer_open(path.at, err) : NULL;
    lm_text_done(&path);
    return s->uploads;
}

/* They are there before a worker begins, which keeps to the folders that it finds. One that cannot be made is told to
 * whoever writes there. */
static void make_working(lm_server *s)
{
    lm_tree_make(lm_folders_tree(s->folders, "input"));
    lm_tree_make(lm_folders_tree(s->folders, "output"));
    lm_tree_make(lm_folders_tree(s->folders, "temp"));
}

static bool open_folders(lm_server *s, limn_error *err)
{
    s->folders = lm_server_folders(s->o, err);
    if (!s->folders || !open_uploads(s, err))
        return false;
    make_working(s);
    return true;
}

static void close_folders(lm_server *s)
{
    lm_drawer_close(s->uploads);
    lm_folders_free(s->folders);
}

const lm_part lm_folders_part = { .name = "folders", .open = open_folders, .close = close_folders };
