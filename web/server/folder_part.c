/* folder_part.c: the folders that routes may name, and the drawer that uploads wait in. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "web/server/part.h"

static bool replace(lm_server *s, const char *kind, const char *directory, limn_error *err)
{
    return !directory || lm_folders_replace(s->folders, kind, directory, err);
}

static bool add_models(lm_server *s, limn_error *err)
{
    for (const char *const *m = s->o->more_folders; m && *m; m++)
        if (!lm_folders_more(s->folders, *m, err))
            return false;
    return true;
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
    s->folders = lm_folders_new(s->o->base, err);
    if (!s->folders || !replace(s, "input", s->o->input, err) || !replace(s, "output", s->o->output, err) ||
        !replace(s, "temp", s->o->temp, err) || !add_models(s, err) || !open_uploads(s, err))
        return false;
    if (!s->o->verify)
        make_working(s);
    return true;
}

static void close_folders(lm_server *s)
{
    lm_drawer_close(s->uploads);
    lm_folders_free(s->folders);
}

const lm_part lm_folders_part = { .name = "folders", .open = open_folders, .close = close_folders };
