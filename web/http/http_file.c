/* http_file.c: files as answers: conditions and ranges first, then pieces from the page cache, or, where a
 * piece is not there yet, read by one of libuv's threads. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

enum { LEVEL = 4 }; /* scripts of megabytes: a sixth smaller than by 1, for twice the time */

struct lm_file_out {
    uv_work_t   work;
    lm_request *rq; /* held while a thread reads */
    int         fd;
    bool        reading, read; /* by a thread; it has, and nobody took it */
    int64_t     got; /* by the thread; -1: failed */
    uint64_t    at, left;
    size_t      room;
    char        piece[];
};

static void file_free(lm_file_out *f)
{
    close(f->fd);
    lm_free(f);
}

void lm_out_file_done(lm_request *rq)
{
    lm_file_out *f = rq->out.file;

    if (f && !f->reading) {
        rq->out.file = NULL;
        file_free(f);
    }
}

static size_t wanted(const lm_file_out *f)
{
    return f->left < f->room ? (size_t)f->left : f->room;
}

static lm_pull gave(lm_out *o, int64_t n)
{
    lm_file_out *f = o->file;

    if (n <= 0) /* shorter than it was: the promised length cannot be kept */
        return LM_PULL_FAIL;
    f->at += (uint64_t)n;
    f->left -= (uint64_t)n;
    o->left[2] = (lm_slice){ f->piece, (size_t)n };
    return LM_PULL_PIECE;
}

static void read_there(uv_work_t *work)
{
    lm_file_out *f = work->data;

    do
        f->got = pread(f->fd, f->piece, wanted(f), (off_t)f->at);
    while (f->got < 0 && errno == EINTR);
}

static void was_read(uv_work_t *work, int status)
{
    lm_file_out *f = work->data;
    lm_request  *rq = f->rq;

    (void)status; /* nobody cancels it */
    f->reading = false;
    f->read = true;
    if (rq->conn)
        lm_conn_advance(rq->conn);
    else
        lm_out_file_done(rq);
    lm_request_unref(rq);
}

static lm_pull pull(lm_request *rq)
{
    lm_file_out *f = rq->out.file;
    struct iovec to = { f->piece, wanted(f) };
    ssize_t      n;

    if (f->reading)
        return LM_PULL_WAIT;
    if (f->read) {
        f->read = false;
        return gave(&rq->out, f->got);
    }
    if (!f->left)
        return LM_PULL_END;
    n = preadv2(f->fd, &to, 1, (off_t)f->at, RWF_NOWAIT);
    if (n > 0)
        return gave(&rq->out, n);
    f->work.data = f;
    f->rq = lm_request_ref(rq);
    f->reading = true;
    if (!uv_queue_work(rq->http->loop, &f->work, read_there, was_read))
        return LM_PULL_WAIT;
    f->reading = false;
    lm_request_unref(rq);
    return LM_PULL_FAIL;
}

static void send_file(lm_request *rq, int status, int fd, lm_http_range part, bool gzip)
{
    const size_t room = part.n < LM_PIECE_BYTES ? (size_t)part.n : LM_PIECE_BYTES;
    lm_file_out *f = lm_try_alloc(sizeof *f + room);

    if (!f) {
        close(fd);
        lm_buffer_done(&rq->out.fields);
        lm_reply_status(rq, 503, NULL);
        return;
    }
    f->fd = fd;
    f->room = room;
    f->at = part.first;
    f->left = part.n;
    if (!lm_out_open(rq, status)) {
        file_free(f);
        return;
    }
    rq->out.file = f;
    rq->out.pull = pull;
    lm_deflate_join(&rq->out);
    lm_out_count(rq);
    lm_out_start(rq, gzip ? -1 : (int64_t)part.n);
    lm_out_go(rq);
}

static void send_head_only(lm_request *rq, int status, int fd)
{
    close(fd);
    lm_reply_empty(rq, status);
}

void lm_http_file_tag(const struct stat *st, char tag[LM_HTTP_FILE_TAG])
{
    snprintf(tag, LM_HTTP_FILE_TAG, "\"%llx%08lx-%llx-%llx\"", (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
             (long long)st->st_size, (unsigned long long)st->st_ino);
}

/* 200, 206 or 416 by its Range, with the lines that say so. */
static lm_http_range part_of(lm_request *rq, const struct stat *st, const char *tag)
{
    const unsigned long long size = (unsigned long long)st->st_size;
    const lm_http_range      part = lm_http_range_of(&rq->parser.head, size, tag, st->st_mtim.tv_sec);
    char                     range[96];

    if (part.status == 206)
        snprintf(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)part.first,
                 (unsigned long long)(part.first + part.n - 1), size);
    else
        snprintf(range, sizeof range, "bytes */%llu", size);
    if (part.status != 200)
        lm_reply_header(rq, "Content-Range", range);
    return part;
}

static void say_state(lm_request *rq, const struct stat *st, const char *tag)
{
    char date[LM_HTTP_DATE];

    lm_reply_header(rq, "ETag", tag);
    lm_reply_header(rq, "Last-Modified", lm_http_date(st->st_mtim.tv_sec, date));
}

/* Parts are parts of the file as it is. */
static bool wants_gzip(lm_request *rq, const char *type, const struct stat *st)
{
    return st->st_size >= rq->http->o.gzip_from && lm_gzip_wanted(rq, type) &&
           !lm_http_header(&rq->parser.head, "Range").at;
}

static void send_all_of_it(lm_request *rq, const char *type, int fd, const struct stat *st)
{
    char          tag[LM_HTTP_FILE_TAG], other[LM_HTTP_TAG];
    bool          gzip = wants_gzip(rq, type, st);
    lm_http_range part = { 200, 0, (uint64_t)st->st_size };

    lm_http_file_tag(st, tag);
    lm_http_tag_gzip(tag, other);
    if (lm_http_not_modified(&rq->parser.head, gzip ? other : tag, st->st_mtim.tv_sec)) {
        say_state(rq, st, gzip ? other : tag);
        send_head_only(rq, 304, fd);
        return;
    }
    gzip = gzip && (rq->parser.head.method == LM_HEAD || lm_deflate_begin(rq, LEVEL));
    say_state(rq, st, gzip ? other : tag);
    if (gzip) {
        lm_reply_header(rq, "Content-Encoding", "gzip");
    } else {
        lm_reply_header(rq, "Accept-Ranges", "bytes");
        part = part_of(rq, st, tag);
    }
    if (part.status == 416) {
        send_head_only(rq, 416, fd);
        return;
    }
    lm_reply_header(rq, "Content-Type", type);
    send_file(rq, part.status, fd, part, gzip);
}

void lm_reply_file(lm_request *rq, int status, const char *type, int fd)
{
    struct stat st;

    if (!rq->conn || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        lm_reply_status(rq, 404, NULL);
    } else if (status == 200) {
        send_all_of_it(rq, type, fd, &st);
    } else {
        lm_reply_header(rq, "Content-Type", type);
        send_file(rq, status, fd, (lm_http_range){ status, 0, (uint64_t)st.st_size }, false);
    }
}
