/* http_gzip.c: texts made smaller for who accepts it. */
#include <zlib.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

bool lm_gzip_fits(const char *type)
{
    static const char *const types[] = { "text/", "application/json", "application/javascript", "image/svg+xml",
                                         "application/xml", "application/manifest+json", "application/wasm" };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strncasecmp(type, types[i], strlen(types[i])))
            return true;
    return false;
}

bool lm_gzip_wanted(lm_request *rq, const char *type)
{
    if (!lm_gzip_fits(type))
        return false;
    lm_reply_header(rq, "Vary", "Accept-Encoding");
    return lm_http_accepts_gzip(&rq->parser.head);
}

bool lm_gzip(const char *at, size_t n, char **out, size_t *n_out)
{
    z_stream z = { 0 };
    int      end;

    if (n > UINT32_MAX / 2 || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    if (!(*out = lm_try_alloc(n))) { /* larger than what went in is no gain */
        deflateEnd(&z);
        return false;
    }
    z.next_in = (Bytef *)at;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)*out;
    z.avail_out = (uInt)n;
    end = deflate(&z, Z_FINISH);
    *n_out = n - z.avail_out;
    deflateEnd(&z);
    if (end == Z_STREAM_END)
        return true;
    lm_free(*out);
    *out = NULL;
    return false;
}
