/* types.h: what a user's file is, by its own first bytes, and how it may be served.
 *
 * Users' files come from strangers, so that none may ever run in a page of ours. What is on the list below is shown in
 * its place: png jpeg webp gif mp4 webm wav flac mp3 ogg by their bytes; text whose name ends as text does, as
 * text/plain; SVG where the browser says that it wants a picture. Everything else is application/octet-stream, to be
 * saved. With every user file go headers that forbid guessing, scripts and use by other sites. */
#ifndef LM_WEB_SERVER_TYPES_H
#define LM_WEB_SERVER_TYPES_H

#include "core/base/text.h"
#include "web/http/http_reply.h"

enum { LM_CONTENT_BYTES = 4096 }; /* of the file's beginning that are looked at */

typedef struct lm_content {
    const char *type;
    bool        shown;  /* in its place; else it is to be saved */
    bool        varies; /* SVG: another request may be answered otherwise */
} lm_content;

/* `for_image`: the request said Sec-Fetch-Dest: image. */
lm_content lm_content_of(const char *name, const char *head, size_t n, bool for_image);
/* The same of an open file; waits for the disk. */
lm_content lm_content_read(const char *name, int fd, bool for_image);

/* The headers of a user's file, but for its type. `name` is shown to who saves it; only its last part is told. */
void lm_content_headers(lm_request *rq, const lm_content *c, const char *name);

/* `inline; filename="x.png"`, and filename*= where a name needs it.  Source: RFC 6266, RFC 8187. */
void lm_content_disposition(const char *way, const char *name, lm_text *out);

#endif
