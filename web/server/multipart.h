/* multipart.h: reads multipart/form-data as it comes, in pieces of any size. It takes no memory of its own and looks at
 * each byte once; what two programs could understand differently is refused.
 *
 *     lm_multipart m;
 *     if (!lm_multipart_begin(&m, content_type)) … 400 …
 *     while (n) {                                                              for each piece of the body
 *         switch (lm_multipart_next(&m, at, n, &used, &data)) {
 *         case LM_MULTIPART_PART:   m.name, m.is_file, m.filename              a part begins
 *         case LM_MULTIPART_DATA:   data: some of its bytes
 *         case LM_MULTIPART_END:    it has ended
 *         case LM_MULTIPART_OVER:   so has the last one
 *         case LM_MULTIPART_MORE:   all of the piece is used
 *         case LM_MULTIPART_WRONG:  m.fault says why; nothing more can be read
 *         }
 *         at += used, n -= used;
 *     }
 *     lm_multipart_whole(&m)                                                   at the end of the body
 *
 * Source: RFC 7578 (form-data), RFC 2046 5.1 (delimiters), RFC 8187 (filename*), WHATWG HTML 4.10.21.8 (how browsers
 * write names: '"' as %22, and a backslash is a backslash). */
#ifndef LM_WEB_SERVER_MULTIPART_H
#define LM_WEB_SERVER_MULTIPART_H

#include "web/http/slice.h"

enum {
    LM_MULTIPART_BOUNDARY = 70, /* the longest that RFC 2046 allows */
    LM_MULTIPART_LINE = 4096,   /* of a part's head */
    LM_MULTIPART_LINES = 16,
    LM_MULTIPART_PARTS = 64,
    LM_MULTIPART_NAME = 128,
    LM_MULTIPART_FILENAME = 1100,
};

typedef enum lm_multipart_event {
    LM_MULTIPART_MORE, LM_MULTIPART_PART, LM_MULTIPART_DATA, LM_MULTIPART_END, LM_MULTIPART_OVER, LM_MULTIPART_WRONG
} lm_multipart_event;

typedef struct lm_multipart {
    char        name[LM_MULTIPART_NAME], filename[LM_MULTIPART_FILENAME]; /* of the part at hand, with a NUL */
    bool        is_file;                                                  /* it has a filename, which may be "" */
    const char *fault;

    /* lm_multipart_next's own */
    int    phase, parts, lines;
    bool   disposed;   /* the head said what it is */
    size_t matched, n_delimiter, n_line;
    char   delimiter[4 + LM_MULTIPART_BOUNDARY + 1]; /* CR LF - - boundary */
    char   line[LM_MULTIPART_LINE];
} lm_multipart;

/* False: it is no multipart/form-data with a boundary. */
bool lm_multipart_begin(lm_multipart *m, lm_slice content_type);

/* `data` is within `at`, or within m until the next call. Never called with n = 0. */
lm_multipart_event lm_multipart_next(lm_multipart *m, const char *at, size_t n, size_t *used, lm_slice *data);

/* Was the last delimiter there? */
bool lm_multipart_whole(const lm_multipart *m);

#endif
