/* ui.c: the page that was built into the program, with the headers that bind it to this server. */
#include "web/server/ui.h"

#include <string.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "web/http/http_condition.h"
#include "web/http/http_reply.h"
#include "web/http/static.h"

struct lm_ui {
    char *inflated[1]; /* lm_ui_files_n of them: for clients without gzip, made when the first one asks */
};

static const struct {
    const char *name, *value;
} headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
      "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
      "require-trusted-types-for 'script'; trusted-types limn" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(), microphone=(), geolocation=(), clipboard-read=(self)" },
};

lm_ui *lm_ui_new(void)
{
    const size_t n = sizeof(lm_ui) + (size_t)lm_ui_files_n * sizeof(char *);

    return memset(lm_alloc(n), 0, n);
}

void lm_ui_free(lm_ui *ui)
{
    for (int i = 0; ui && i < lm_ui_files_n; i++)
        lm_free(ui->inflated[i]);
    lm_free(ui);
}

static const lm_ui_file *find(const char *name)
{
    for (const lm_ui_file *f = lm_ui_files; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

bool lm_ui_inflate(const lm_ui_file *f, char *to)
{
    z_stream z = { .next_in = (Bytef *)f->at, .avail_in = (uInt)f->n, .next_out = (Bytef *)to,
                   .avail_out = (uInt)f->whole };
    int      end;

    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return false;
    end = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return end == Z_STREAM_END && !z.avail_out;
}

/* Kept from then on: many who ask share one.                                                              [lends] */
static const char *inflated(lm_ui *ui, const lm_ui_file *f)
{
    char **mine = &ui->inflated[f - lm_ui_files];

    if (*mine || !(*mine = lm_try_alloc(f->whole)) || lm_ui_inflate(f, *mine))
        return *mine;
    lm_free(*mine);
    return *mine = NULL;
}

static void send_head(lm_request *rq, const lm_ui_file *f)
{
    const bool hashed = !strncmp(f->name, "assets/", 7); /* another content is another name */

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        lm_reply_header(rq, headers[i].name, headers[i].value);
    lm_reply_header(rq, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
}

bool lm_ui_send(lm_ui *ui, lm_request *rq, const char *name)
{
    const lm_ui_file *f = find(*name ? name : "index.html");
    const bool        packed = f && f->deflated && lm_http_accepts_gzip(lm_request_head(rq));
    lm_reply_bytes    bytes = { 0 };

    if (!f)
        return false;
    bytes = (lm_reply_bytes){ .at = f->at, .n = f->n, .tag = f->tag, .gzip = packed };
    if (f->deflated && !packed) {
        bytes.at = inflated(ui, f);
        bytes.n = f->whole;
    }
    if (!bytes.at) {
        lm_reply_status(rq, 503, NULL);
        return true;
    }
    send_head(rq, f);
    lm_reply_lend(rq, 200, lm_static_type(f->name), &bytes);
    return true;
}
