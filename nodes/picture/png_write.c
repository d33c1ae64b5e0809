/* png_write.c: a new PNG, row by row. */
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/picture/png.h"

typedef struct writing {
    const lm_png_new *job;
    limn_error       *err;
    png_structp       png;
    png_infop         info;
    png_text         *texts;
    uint8_t          *row, *chunk;
} writing;

enum { MOST_TEXT = 8 << 20 }; /* bytes of a chunk that is copied, and of all of them */

static void on_error(png_structp png, png_const_charp said)
{
    writing *w = png_get_error_ptr(png);

    limn_fail(w->err, FILE, "%s could not be written: %s", w->job->label, said);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp said)
{
    (void)png;
    (void)said;
}

static void on_write(png_structp png, png_bytep from, size_t n)
{
    writing *w = png_get_io_ptr(png);
    ssize_t  put;

    for (size_t done = 0; done < n; done += (size_t)put) {
        put = write(w->job->fd, from + done, n - done);
        if (put < 0 && errno == EINTR)
            put = 0;
        if (put < 0)
            png_error(png, strerror(errno));
    }
}

static void on_flush(png_structp png)
{
    (void)png;
}

static void set_texts(writing *w)
{
    int n = 0;

    for (int i = 0; i < w->job->n_texts; i++)
        if (w->job->texts[i].text) {
            w->texts[n].compression = PNG_TEXT_COMPRESSION_NONE;
            w->texts[n].key = (png_charp)(uintptr_t)w->job->texts[i].key;
            w->texts[n].text = (png_charp)(uintptr_t)w->job->texts[i].text;
            w->texts[n++].text_length = strlen(w->job->texts[i].text);
        }
    if (n)
        png_set_text(w->png, w->info, w->texts, n);
}

static bool is_text(const char *type)
{
    return !strcmp(type, "tEXt") || !strcmp(type, "zTXt") || !strcmp(type, "iTXt");
}

/* The other file's words, as they are. */
static bool copy_texts(writing *w)
{
    lm_source   *s = w->job->texts_of;
    lm_png_chunk c = { "" };
    uint64_t     at = 0, all = 0;

    while (s && lm_png_next(s, &at, true, &c, w->err)) {
        if (!is_text(c.type))
            continue;
        all += c.size;
        if (all > MOST_TEXT)
            return limn_fail(w->err, FILE, "%s has more than %d MiB of text", s->label, MOST_TEXT >> 20);
        lm_free(w->chunk);
        w->chunk = lm_try_alloc((size_t)c.size + 1);
        if (!w->chunk)
            return limn_fail(w->err, MEMORY, "there is no memory for the texts of %s", s->label);
        if (!lm_source_peek(s, c.at, w->chunk, c.size))
            return limn_fail(w->err, FILE, "%s cannot be read", s->label);
        png_write_chunk(w->png, (png_const_bytep)c.type, w->chunk, c.size);
    }
    return w->err->code == LIMN_OK;
}

/* May leave by longjmp: nothing here owns anything. */
static bool write_all(writing *w)
{
    const lm_png_new *j = w->job;

    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_compression_level(w->png, j->level);
    png_set_compression_buffer_size(w->png, 1 << 16);
    png_set_IHDR(w->png, w->info, (png_uint_32)j->width, (png_uint_32)j->height, 8,
                 j->channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    set_texts(w);
    png_write_info(w->png, w->info);
    if (!copy_texts(w))
        return false;
    for (int y = 0; y < j->height; y++) {
        if (lm_call_stopped(j->call))
            return lm_source_cancel(w->err);
        j->row(j->self, y, w->row);
        png_write_row(w->png, w->row);
    }
    png_write_end(w->png, NULL);
    return true;
}

bool lm_png_write(const lm_png_new *job, limn_error *err)
{
    limn_error    mine = { 0 };
    writing       w = { .job = job, .err = &mine };
    volatile bool fine = false;

    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    w.row = lm_try_alloc((size_t)job->width * (size_t)job->channels);
    w.texts = lm_alloc_array((size_t)job->n_texts + 1, sizeof *w.texts);
    if (!w.info || !w.row)
        limn_fail(&mine, MEMORY, "there is no memory to write %s", job->label);
    else if (!setjmp(png_jmpbuf(w.png)))
        fine = write_all(&w);
    png_destroy_write_struct(&w.png, &w.info);
    lm_free(w.row);
    lm_free(w.chunk);
    lm_free(w.texts);
    if (!fine && err && err->code == LIMN_OK)
        *err = mine;
    return fine;
}

struct plain {
    const uint8_t *rgb;
    size_t         stride;
};

static void plain_row(void *self, int y, uint8_t *out)
{
    const struct plain *p = self;

    memcpy(out, p->rgb + (size_t)y * p->stride, p->stride);
}

bool lm_png_write_rgb(int fd, const char *label, int width, int height, const uint8_t *rgb,
                      limn_error *err)
{
    struct plain p = { rgb, (size_t)width * 3 };

    return lm_png_write(&(lm_png_new){ .fd = fd, .label = label, .width = width, .height = height,
                                       .channels = 3, .level = 4, .row = plain_row, .self = &p }, err);
}
