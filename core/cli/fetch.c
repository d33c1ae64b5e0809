/* fetch.c: limn fetch: the pictures of a job, brought here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/folders.h"
#include "core/base/hash.h"
#include "core/cli/commands.h"
#include "core/cli/remote_jobs.h"
#include "core/cli/run_places.h"
#include "core/cli/session.h"

enum { MOST_FILES = 10000, MOST_TRIES = 1000, MOST_NAME = 200 };
static const uint64_t most_bytes = (uint64_t)4 << 30;

typedef struct fetching {
    lm_remote  *remote;
    lm_folders *folders; /* its "output" is where files go */
    const char *to;
    int         n, status;
    limn_error *err;
} fetching;

/* ------------------------------------------------------------------ names */

/* The last part of a name that a server chose, if it may name a file here: no control characters, no hidden file. */
static const char *safe_name(const char *name)
{
    const char *last = name;

    for (const char *c = name; *c; c++)
        if (*c == '/' || *c == '\\')
            last = c + 1;
    if (!*last || *last == '.' || strlen(last) > MOST_NAME)
        return NULL;
    for (const unsigned char *c = (const unsigned char *)last; *c; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return NULL;
    return last;
}

/* "picture.png" and 2: "picture (2).png". */
static void numbered(lm_text *t, const char *name, int number)
{
    const char  *dot = strrchr(name, '.');
    const size_t stem = dot && dot > name ? (size_t)(dot - name) : strlen(name);

    t->size = 0;
    if (number)
        lm_text_printf(t, "%.*s (%d)%s", (int)stem, name, number, name + stem);
    else
        lm_text_puts(t, name);
}

/* ------------------------------------------------------------------ a file */

typedef struct sink {
    int       fd;
    lm_sha256 sum;
    uint64_t  bytes;
} sink;

static bool pour(void *self, const char *at, size_t n, limn_error *err)
{
    sink *s = self;

    lm_sha256_add(&s->sum, at, n);
    s->bytes += n;
    while (n) {
        const ssize_t put = write(s->fd, at, n);

        if (put < 0 && errno != EINTR)
            return limn_fail(err, FILE, "the file cannot be written: %s", strerror(errno));
        at += put < 0 ? 0 : put;
        n -= put < 0 ? 0 : (size_t)put;
    }
    return true;
}

/* Is a file of this name there that holds the same? */
static bool is_same(const fetching *f, const char *name, const uint8_t digest[32], uint64_t bytes)
{
    limn_error ignored = { 0 };
    const int  fd = lm_folders_open(f->folders, "output", name, &ignored);
    lm_sha256  sum;
    uint8_t    there[32];
    char       piece[65536];
    ssize_t    got = -1;

    if (fd < 0)
        return false;
    lm_sha256_init(&sum);
    while (lseek(fd, 0, SEEK_END) == (off_t)bytes && (got = pread(fd, piece, sizeof piece, (off_t)sum.bytes)) > 0)
        lm_sha256_add(&sum, piece, (size_t)got);
    close(fd);
    if (got < 0)
        return false;
    lm_sha256_done(&sum, there);
    return !memcmp(there, digest, sizeof there);
}

/* Puts the file in place, under the first name that is free or holds the same already. */
static int settle(fetching *f, lm_new_file *file, const char *name, sink *s)
{
    uint8_t digest[32];
    lm_text called = { 0 };
    bool    there = false, well = false;

    lm_sha256_done(&s->sum, digest);
    for (int i = 0; i < MOST_TRIES && !well && !there; i++) {
        numbered(&called, name, i);
        lm_new_file_rename(file, called.at);
        *f->err = (limn_error){ 0 };
        well = lm_new_file_commit(file, f->err);
        if (!well && !file->taken)
            break;
        there = !well && is_same(f, called.at, digest, s->bytes);
    }
    if (well || there) {
        *f->err = (limn_error){ 0 };
        printf("%s/%s\n", f->to, called.at);
    }
    lm_text_done(&called);
    return well || there ? LM_EXIT_WELL : LM_EXIT_FILE;
}

static int load(fetching *f, const lm_remote_file *file, const char *name)
{
    lm_new_file new;
    lm_text     path = { 0 };
    sink        s = { 0 };
    int         status = LM_EXIT_FILE;

    lm_text_puts(&path, "/view?filename=");
    lm_remote_escape(&path, file->name);
    lm_text_puts(&path, "&subfolder=");
    lm_remote_escape(&path, file->folder);
    lm_text_puts(&path, "&type=");
    lm_remote_escape(&path, file->type);
    lm_sha256_init(&s.sum);
    if (lm_new_file_begin(f->folders, "output", name, &new, f->err)) {
        s.fd = new.fd;
        status = lm_remote_load(f->remote, path.at, most_bytes, pour, &s, f->err);
        if (status == LM_EXIT_WELL)
            status = settle(f, &new, name, &s);
    }
    lm_new_file_abandon(&new);
    lm_text_done(&path);
    return status;
}

/* One that cannot be had does not keep the others away. */
static bool fetch_file(void *self, const lm_remote_file *file)
{
    fetching   *f = self;
    const char *name = safe_name(file->name);
    lm_text     shown = { 0 };
    int         status = LM_EXIT_SERVER;

    lm_remote_clean(&shown, file->name, strlen(file->name), 120);
    if (f->n++ == MOST_FILES)
        fprintf(stderr, "limn fetch: more than %d files: the rest is left there\n", MOST_FILES);
    else if (!name)
        fprintf(stderr, "limn fetch: \"%s\" is no name that a file may get here\n", shown.at);
    else if ((status = load(f, file, name)) != LM_EXIT_WELL)
        fprintf(stderr, "limn fetch: \"%s\": %s\n", shown.at, f->err->text);
    *f->err = (limn_error){ 0 };
    if (f->status == LM_EXIT_WELL)
        f->status = status;
    lm_text_done(&shown);
    return f->n <= MOST_FILES;
}

/* ------------------------------------------------------------------ limn fetch */

static int not_there(lm_remote *r, const char *id, limn_error *err)
{
    lm_remote_job job;
    int           status = lm_remote_find(r, id, &job, err);

    if (status == LM_EXIT_WELL && job.state == LM_REMOTE_UNKNOWN)
        limn_fail(err, FILE, "%.120s has no job %.100s", lm_remote_name(r), id);
    else if (status == LM_EXIT_WELL)
        limn_fail(err, FILE, "job %.100s has not ended (%s); limn watch waits for it", id, lm_remote_state_names[job.state]);
    lm_remote_job_done(&job);
    return LM_EXIT_SERVER;
}

static int fetch_all(fetching *f, const char *id)
{
    lm_json    *d;
    lm_json_ref entry;
    int         status = lm_remote_entry(f->remote, id, &d, &entry, f->err);

    if (status != LM_EXIT_WELL)
        return status;
    if (entry)
        lm_remote_each_file(d, entry, fetch_file, f);
    lm_json_free(d);
    if (!entry)
        return not_there(f->remote, id, f->err);
    if (!f->n)
        fprintf(stderr, "limn fetch: note: job %s has no files\n", id);
    return f->status;
}

static int fetch(lm_remote *r, const lm_args *a, limn_error *err)
{
    fetching f = { .remote = r, .to = lm_args_value(a, "--to"), .err = err };
    int      status = LM_EXIT_FILE;

    if (!lm_run_place(a, "--to", err))
        return status;
    if (!f.to || !*f.to)
        f.to = ".";
    f.folders = lm_folders_new(".", err);
    if (f.folders && lm_folders_replace(f.folders, "output", f.to, err))
        status = fetch_all(&f, a->words[0]);
    lm_folders_free(f.folders);
    return status;
}

static int run_fetch(const lm_args *a)
{
    return lm_remote_command(a, fetch);
}

static const lm_option fetch_options[] = {
    { "--to", "DIR", "Where they go (default: here); nothing there is overwritten." },
    LM_OPTIONS_REMOTE,
    { NULL },
};

const lm_command lm_fetch_command = {
    .name = "fetch", .words = "ID", .least = 1, .most = 1, .options = fetch_options, .run = run_fetch,
    .doc = "Bring the files of a job here, and print their paths.",
};
