/* store_text.c: long texts on their way to the disk and back, and jobs out of rows. */
#include "web/queue/store_sqlite.h"

#include <string.h>
#include <zlib.h>

#include "core/base/alloc.h"

/* Workflows shrink to a tenth at 5 ns a byte (level 1): 20 KB are one page instead of five, in the log and in the
 * file. Below WORTH_IT the row costs more than its text. */
enum { WORTH_IT = 512, LEVEL = 1 };

/* Smaller than `size` bytes, or NULL. */
static void *compressed(const lm_blob *b, uLongf *size)
{
    void *out;

    *size = (uLongf)(b->size - b->size / 8);
    out = b->size >= WORTH_IT ? lm_try_alloc(*size) : NULL;
    if (out && compress2(out, size, (const Bytef *)b->at, (uLong)b->size, LEVEL) == Z_OK)
        return out;
    lm_free(out);
    return NULL;
}

int lm_blob_bind(sqlite3_stmt *at, int column, const lm_blob *b, int64_t *stored)
{
    uLongf small;
    void  *bytes = compressed(b, &small);
    int    rc;

    *stored += (int64_t)(bytes ? small : b->size);
    rc = sqlite3_bind_int64(at, column + 1, (int64_t)b->size);
    if (rc == SQLITE_OK && bytes)
        return sqlite3_bind_blob64(at, column, bytes, small, lm_free);
    lm_free(bytes);
    return rc != SQLITE_OK ? rc : sqlite3_bind_blob64(at, column, b->at ? b->at : "", b->size, SQLITE_STATIC);
}

/* The text in two columns: its bytes (compressed exactly when they are not `size` many) and its size. */
static bool blob_read(sqlite3_stmt *at, int column, lm_blob *out, bool *damaged)
{
    const void   *bytes = sqlite3_column_blob(at, column);
    const size_t  n = (size_t)sqlite3_column_bytes(at, column);
    const int64_t size = sqlite3_column_int64(at, column + 1);
    uLongf        got = (uLongf)size;

    if (size < 0 || size > LM_STORE_TEXT_MAX || (size && !n)) {
        *damaged = true;
        return true;
    }
    if (!(out->at = lm_try_alloc((size_t)size + 1)))
        return false;
    out->size = (size_t)size;
    if (n == (size_t)size) {
        if (n)
            memcpy(out->at, bytes, n);
    } else if (uncompress((Bytef *)out->at, &got, bytes, (uLong)n) != Z_OK || got != (uLongf)size) {
        *damaged = true;
        lm_free(out->at);
        *out = (lm_blob){ 0 };
    }
    return true;
}

static bool word_read(sqlite3_stmt *at, int column, char **out)
{
    const char  *text = (const char *)sqlite3_column_text(at, column);
    const size_t n = (size_t)sqlite3_column_bytes(at, column);

    *out = text ? lm_try_copy_bytes(text, n) : NULL; /* NULL: there was no memory for its NUL */
    return *out != NULL;
}

/* The columns of JOB_COLUMNS. */
static bool row_read(sqlite3_stmt *at, lm_job *out)
{
    out->seq = sqlite3_column_int64(at, 0);
    out->epoch = sqlite3_column_int64(at, 1);
    out->attempts = sqlite3_column_int64(at, 2);
    out->ended = sqlite3_column_int64(at, 3);
    out->state = (lm_job_state)sqlite3_column_int64(at, 4);
    out->number = sqlite3_column_double(at, 5);
    out->created_ms = sqlite3_column_int64(at, 6);
    out->started_ms = sqlite3_column_int64(at, 7);
    out->ended_ms = sqlite3_column_int64(at, 8);
    return word_read(at, 9, &out->id) && word_read(at, 10, &out->client) &&
           word_read(at, 11, &out->workflow) && word_read(at, 12, &out->worker);
}

static bool texts_read(sqlite3_stmt *at, int column, lm_blob *const *blobs, int n, bool *damaged)
{
    for (int i = 0; i < n; i++)
        if (!blob_read(at, column + 2 * i, blobs[i], damaged))
            return false;
    return true;
}

bool lm_job_read(sqlite3_stmt *at, lm_store_texts texts, lm_job *out)
{
    lm_blob *const asked[] = { &out->prompt, &out->extra, &out->targets };
    lm_blob *const told[] = { &out->messages, &out->outputs, &out->meta, &out->summary };
    bool           ok;

    *out = (lm_job){ 0 };
    ok = row_read(at, out);
    if (texts == LM_TEXTS_ALL) {
        out->damaged = sqlite3_column_type(at, 14) == SQLITE_NULL; /* its texts are gone */
        ok = ok && texts_read(at, 13, asked, 3, &out->damaged) && texts_read(at, 19, told, 4, &out->damaged);
    } else if (texts == LM_TEXTS_SUMMARY) {
        ok = ok && texts_read(at, 13, told + 3, 1, &out->damaged);
    }
    if (!ok)
        lm_job_done(out);
    return ok;
}

void lm_job_done(lm_job *j)
{
    char *const owned[] = { j->id, j->client, j->workflow, j->worker, j->prompt.at, j->extra.at,
                            j->targets.at, j->messages.at, j->outputs.at, j->meta.at, j->summary.at };

    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        lm_free(owned[i]);
    if (j->secrets.at)
        explicit_bzero(j->secrets.at, j->secrets.size);
    lm_free(j->secrets.at);
    *j = (lm_job){ 0 };
}

void lm_page_done(lm_page *p)
{
    for (int64_t i = 0; i < p->n; i++)
        lm_job_done(&p->jobs[i]);
    lm_free(p->jobs);
    *p = (lm_page){ 0 };
}
