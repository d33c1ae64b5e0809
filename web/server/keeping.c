/* keeping.c: an uploaded file takes its place. One that is there stays, unless it may be overwritten: with the same
 * bytes it is the answer, and otherwise the upload is called "stem (1).ext", "stem (2).ext", … */
#include "web/server/keeping.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crash.h"
#include "core/base/tree.h"
#include "web/server/pictures.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

enum { MOST_NUMBERS = 10000, PIECE = 64 * 1024 };

static void drop_upload(lm_keeping *k)
{
    if (k->fd >= 0)
        lm_drawer_drop(k->server->uploads, k->fd, k->temporary);
    k->fd = -1;
}

/* ------------------------------------------------------------------ comparing */

static ssize_t read_all(int fd, char *to, off_t at)
{
    ssize_t n, got = 0;

    while (got < PIECE && (n = pread(fd, to + got, PIECE - (size_t)got, at + got)) != 0) {
        if (n < 0 && errno != EINTR)
            return -1;
        got += n > 0 ? n : 0;
    }
    return got;
}

static bool same_bytes(int a, int b)
{
    char        one[PIECE], other[PIECE];
    struct stat sa, sb;
    ssize_t     n = 1;

    if (fstat(a, &sa) || fstat(b, &sb) || sa.st_size != sb.st_size)
        return false;
    for (off_t at = 0; n > 0; at += n) {
        n = read_all(a, one, at);
        if (n < 0 || read_all(b, other, at) != n || memcmp(one, other, (size_t)n))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ names */

/* "x.png" and 2: "x (2).png". Only the last part of the name is looked at for its ending. */
static void number_name(lm_text *out, const char *name, int number)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name, *dot = strrchr(last, '.');

    if (!dot || dot == last)
        dot = last + strlen(last);
    lm_text_add(out, name, (size_t)(dot - name));
    if (number)
        lm_text_printf(out, " (%d)", number);
    lm_text_puts(out, dot);
}

static void path_of(const lm_keeping *k, const char *name, lm_text *out)
{
    lm_text_printf(out, "%s%s%s", lm_text_str(&k->folder), k->folder.size ? "/" : "", name);
}

/* Is the file of that name there already, byte for byte? */
static bool is_there(const lm_keeping *k, const char *name, int upload)
{
    lm_text path = { 0 };
    int     fd;
    bool    same;

    path_of(k, name, &path);
    fd = lm_tree_file(k->root, path.at);
    same = fd >= 0 && same_bytes(fd, upload);
    if (fd >= 0)
        close(fd);
    lm_text_done(&path);
    return same;
}

/* ------------------------------------------------------------------ placing, on a thread */

/* 1: there under this name, 0: the name is another file's, -1: failed. */
static int place_as(lm_keeping *k, lm_new_file *f, const char *name, int upload)
{
    limn_error  err = { 0 };
    const char *slash = strrchr(name, '/');

    if (!k->overwrite && is_there(k, name, upload))
        return 1;
    lm_new_file_rename(f, slash ? slash + 1 : name);
    if (lm_new_file_commit(f, &err))
        return 1;
    if (!f->taken)
        return -1;
    return is_there(k, name, upload);
}

static void place(lm_keeping *k, lm_new_file *f, int upload)
{
    lm_text name = { 0 };
    int     placed = 0, why;

    for (int number = 0; !placed && number < MOST_NUMBERS; number++) {
        lm_text_done(&name);
        number_name(&name, k->name.at, number);
        placed = place_as(k, f, name.at, upload);
    }
    why = placed ? errno : EEXIST;
    if (placed <= 0)
        lm_errand_fail_writing(&k->e, why);
    lm_text_done(&k->name);
    k->name = name;
}

static bool adopt(lm_keeping *k, lm_new_file *f)
{
    const int fd = k->fd;

    k->fd = -1;
    return lm_new_file_adopt(f, k->server->uploads, fd, k->temporary);
}

/* The picture that was made is an upload like others. */
static bool write_picture(lm_keeping *k)
{
    ssize_t n;

    if (!k->picture.at)
        return true;
    k->fd = lm_drawer_write(k->server->uploads, k->temporary);
    for (size_t done = 0; k->fd >= 0 && done < k->picture.size; done += (size_t)n)
        if ((n = write(k->fd, k->picture.at + done, k->picture.size - done)) < 0)
            return false;
    return k->fd >= 0;
}

static void keep(lm_errand *e)
{
    lm_keeping *k = (lm_keeping *)e;
    lm_new_file f = { .fd = -1 };
    lm_text     path = { 0 };
    int         upload = -1;

    path_of(k, k->name.at, &path);
    if (write_picture(k) && (upload = fcntl(k->fd, F_DUPFD_CLOEXEC, 0)) >= 0 && lm_new_file_beneath(k->root, path.at, &f) && adopt(k, &f)) {
        f.replaces = k->overwrite;
        f.durable = strcmp(k->type, "temp") != 0;
        place(k, &f, upload);
    } else {
        lm_errand_fail_writing(e, errno);
    }
    lm_new_file_abandon(&f);
    if (upload >= 0)
        close(upload);
    drop_upload(k);
    lm_text_done(&path);
}

/* ------------------------------------------------------------------ answers, on the loop */

static void done(lm_keeping *k)
{
    lm_text_done(&k->subfolder);
    lm_text_done(&k->folder);
    lm_text_done(&k->name);
    lm_text_done(&k->picture);
    lm_file_ref_done(&k->original);
}

static void answer(lm_errand *e)
{
    lm_keeping *k = (lm_keeping *)e;

    lm_crash_at("upload-placed");
    if (e->status == 200) {
        lm_text_puts(&e->json, "{\"name\": ");
        lm_work_quote(&e->json, k->name.at);
        lm_text_puts(&e->json, ", \"subfolder\": ");
        lm_work_quote(&e->json, lm_text_str(&k->subfolder));
        lm_text_printf(&e->json, ", \"type\": \"%s\"}", k->type);
    }
    lm_errand_answer(e);
    done(k);
}

static void drop(lm_errand *e)
{
    drop_upload((lm_keeping *)e);
}

lm_keeping *lm_keeping_new(lm_server *s, lm_request *rq)
{
    lm_keeping *k = lm_errand_new(rq, sizeof *k, keep, answer);

    if (k) {
        k->server = s;
        k->fd = -1;
    }
    return k;
}

void lm_keeping_refuse(lm_keeping *k, int status, const char *words)
{
    lm_errand_refuse(&k->e, status, words);
    k->e.go = drop;
    lm_errand_go(&k->e);
}

/* ------------------------------------------------------------------ masks */

static void picture_made(void *self, const lm_picture_made *m)
{
    lm_keeping *k = self;

    lm_request_on_gone(k->e.rq, NULL, NULL);
    if (m->status != 200) {
        lm_errand_refuse(&k->e, m->status, m->words);
        lm_errand_answer(&k->e);
        done(k);
        lm_errand_done(&k->e);
        return;
    }
    k->picture.may_fail = true;
    lm_text_add(&k->picture, m->bytes, m->n);
    if (k->picture.failed)
        lm_errand_refuse(&k->e, 503, "there is no memory for the picture");
    k->e.go = k->picture.failed ? drop : keep;
    k->e.back = answer;
    lm_errand_go(&k->e);
}

/* Whoever sent the mask has left: the picture need not be made, and nothing is kept. */
static void on_gone(lm_request *rq, void *self)
{
    lm_keeping *k = self;

    (void)rq;
    lm_pictures_cancel(k->server->pictures, k->order);
    done(k);
    lm_errand_done(&k->e);
}

/* The upload loses its name: the pictures' worker needs but its descriptor. */
static void open_original(lm_errand *e)
{
    lm_keeping *k = (lm_keeping *)e;

    k->original_fd = lm_tree_file(k->original.root, k->original.name.at);
    if (k->original_fd < 0) {
        lm_errand_fail(e, errno);
        drop_upload(k);
        return;
    }
    lseek(k->fd, 0, SEEK_SET);
    lm_drawer_drop(k->server->uploads, -1, k->temporary);
}

static void make_picture(lm_errand *e)
{
    lm_keeping            *k = (lm_keeping *)e;
    const lm_picture_order order = { .want = LM_PICTURE_MASK, .fd = k->original_fd, .mask = k->fd };

    if (e->status != 200) {
        answer(e);
        return;
    }
    if (lm_request_gone(e->rq)) {
        close(k->original_fd);
        close(k->fd);
        done(k);
        return;
    }
    k->fd = -1;
    e->again = true;
    k->order = lm_pictures_make(k->server->pictures, &order, picture_made, k);
    lm_request_on_gone(e->rq, on_gone, k);
}

void lm_keeping_go(lm_keeping *k)
{
    if (k->original.root && !k->server->pictures) {
        lm_keeping_refuse(k, 503, "there is no worker for pictures");
        return;
    }
    if (k->original.root) {
        k->e.go = open_original;
        k->e.back = make_picture;
    }
    lm_errand_go(&k->e);
}
