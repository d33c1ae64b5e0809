/* http_file.c: files as answers: conditions and ranges first, then pieces from the page cache, or, where a
 * piece is not there yet, read by one of libuv's threads. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

struct lm_file_out {
    uv_work_t   work;
    lm_request *rq; /* held while a thread reads */
    int         fd;
    bool        reading;
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
    if (!rq->conn)
        lm_out_file_done(rq);
    else if (gave(&rq->out, f->got) == LM_PULL_PIECE)
        lm_conn_advance(rq->conn);
    else
        lm_conn_drop(rq->conn);
    lm_request_unref(rq);
}

static lm_pull pull(lm_request *rq)
{
    lm_file_out *f = rq->out.file;
    struct iovec to = { f->piece, wanted(f) };
    ssize_t      n;

    if (f->reading)
        return LM_PULL_WAIT;
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

static void send_file(lm_request *rq, int status, int fd, lm_http_range part)
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
    lm_out_start(rq, (int64_t)part.n);
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

void lm_reply_file(lm_request *rq, int status, const char *type, int fd)
{
    struct stat   st;
    char          tag[LM_HTTP_FILE_TAG], date[LM_HTTP_DATE], range[96];
    lm_http_range part;

    if (!rq->conn || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        lm_reply_status(rq, 404, NULL);
        return;
    }
    lm_http_file_tag(&st, tag);
    part = (lm_http_range){ 200, 0, (uint64_t)st.st_size };
    if (status == 200) {
        lm_reply_header(rq, "ETag", tag);
        lm_reply_header(rq, "Last-Modified", lm_http_date(st.st_mtim.tv_sec, date));
        lm_reply_header(rq, "Accept-Ranges", "bytes");
        if (lm_http_not_modified(&rq->parser.head, tag, st.st_mtim.tv_sec)) {
            send_head_only(rq, 304, fd);
            return;
        }
        part = lm_http_range_of(&rq->parser.head, (uint64_t)st.st_size, tag, st.st_mtim.tv_sec);
        status = part.status;
    }
    if (status == 206)
        snprintf(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)part.first,
                 (unsigned long long)(part.first + part.n - 1), (unsigned long long)st.st_size);
    else
        snprintf(range, sizeof range, "bytes */%llu", (unsigned long long)st.st_size);
    if (status == 206 || status == 416)
        lm_reply_header(rq, "Content-Range", range);
    if (status == 416) {
        send_head_only(rq, 416, fd);
        return;
    }
    lm_reply_header(rq, "Content-Type", type);
    send_file(rq, status, fd, part);
}
