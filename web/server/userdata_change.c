/* userdata_change.c: the user's files written, moved and removed, under the conditions that a client names: a tag of what it
 * knows, so that nobody writes over what somebody else has written meanwhile. What stood there before is kept as a
 * version. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/http/http_condition.h"
#include "web/server/userdata_parts.h"
#include "web/server/versions.h"

/* ------------------------------------------------------------------ conditions */

/* The tag of what stands there now; false: nothing does. */
static bool read_tag(const lm_user_doing *d, const char *name, char tag[LM_HTTP_FILE_TAG])
{
    const int   fd = lm_tree_file(d->root, name);
    struct stat st;
    const bool  well = fd >= 0 && !fstat(fd, &st);

    if (well)
        lm_http_file_tag(&st, tag);
    if (fd >= 0)
        close(fd);
    return well;
}

/* Under the lock: nobody of ours changes it between this look and what follows. */
static bool may_change(lm_user_doing *d)
{
    char       tag[LM_HTTP_FILE_TAG];
    const bool there = (d->match || d->none) && read_tag(d, d->name.at, tag);

    if (lm_http_may_change(lm_slice_of(d->match), lm_slice_of(d->none), there ? tag : NULL))
        return true;
    lm_errand_refuse(&d->e, 412, there ? "somebody else has written this file since: nothing was changed"
                                       : "this file is not there any more: nothing was changed");
    return false;
}

static void keep_version(const lm_user_doing *d, const char *name)
{
    if (d->server->versions && lm_versions_wanted(name))
        lm_versions_keep(d->server->versions, d->root, name);
}

static void lock(const lm_user_doing *d)
{
    uv_mutex_lock(&d->server->users->writing);
}

static void unlock(const lm_user_doing *d)
{
    uv_mutex_unlock(&d->server->users->writing);
}

/* ------------------------------------------------------------------ POST, DELETE, move */

/* What stood there is kept, unless it is; then what stands there now. */
static void put_in_place(lm_user_doing *d, lm_new_file *f)
{
    limn_error err = { 0 };

    lock(d);
    if (may_change(d)) {
        if (d->overwrite)
            keep_version(d, d->name.at);
        if (!lm_new_file_commit(f, &err))
            lm_errand_fail_writing(&d->e, errno);
        else if (read_tag(d, d->name.at, d->tag))
            keep_version(d, d->name.at);
    }
    unlock(d);
}

static void write_file(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;
    lm_new_file    f = { .fd = -1 };
    const int      fd = d->fd;
    const bool     well = lm_new_file_beneath(d->root, d->name.at, &f);

    d->fd = -1;
    if (!well)
        lm_errand_fail_writing(e, errno);
    f.replaces = d->overwrite;
    if (!well)
        lm_drawer_drop(d->drawer, fd, d->temporary);
    else if (!lm_new_file_adopt(&f, d->drawer, fd, d->temporary))
        lm_errand_fail_writing(e, errno);
    else
        put_in_place(d, &f);
    lm_new_file_abandon(&f);
    if (e->status == 200)
        lm_user_tell(d, d->name.at);
}

void lm_user_post(lm_request *rq, void *self)
{
    lm_user_doing *d = lm_user_about(rq, self, write_file, lm_user_answer);

    if (!d)
        return; /* the body's file goes with the request */
    d->fd = lm_request_take_file(rq, d->temporary);
    lm_errand_go(&d->e);
}

static void remove_file(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;

    e->status = 204;
    lock(d);
    if (may_change(d)) {
        keep_version(d, d->name.at); /* it can be brought back */
        if (!lm_tree_remove(d->root, d->name.at))
            lm_errand_fail(e, errno);
    }
    unlock(d);
}

void lm_user_delete(lm_request *rq, void *self)
{
    lm_user_doing *d = lm_user_about(rq, self, remove_file, lm_user_answer);

    if (d)
        lm_errand_go(&d->e);
}

static void move_there(lm_user_doing *d)
{
    if (d->overwrite)
        keep_version(d, d->dest.at);
    if (!lm_tree_move(d->root, d->name.at, d->dest.at, d->overwrite)) {
        lm_errand_fail_writing(&d->e, errno);
        return;
    }
    if (d->server->versions && lm_versions_wanted(d->name.at) && lm_versions_wanted(d->dest.at))
        lm_versions_move(d->server->versions, d->name.at, d->dest.at);
    if (!read_tag(d, d->dest.at, d->tag))
        *d->tag = 0;
    lm_user_tell(d, d->dest.at);
}

static void move_file(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;
    lm_tree_entry  there;

    lock(d);
    if (!lm_tree_look(d->root, d->name.at, &there))
        lm_errand_fail(e, errno);
    else if (there.folder)
        lm_errand_fail(e, EISDIR);
    else if (may_change(d))
        move_there(d);
    unlock(d);
}

void lm_user_move(lm_request *rq, void *self)
{
    lm_user_doing      *d = lm_user_about(rq, self, move_file, lm_user_answer);
    const char *words = "there is no name of a file";
    int         status;

    if (!d)
        return;
    status = lm_user_name(lm_request_arg(rq, 1), &d->dest, &words);
    if (!status && d->dest.size) {
        lm_errand_go(&d->e);
        return;
    }
    lm_errand_refuse(&d->e, status ? status : 400, words);
    lm_user_answer(&d->e);
    lm_errand_done(&d->e);
}
