/* static.h: the files of a folder as pages: the front end, templates, documents. */
#ifndef LM_WEB_STATIC_H
#define LM_WEB_STATIC_H

#include "web/http/http_request.h"

/* Answers with the file `name` beneath the folder that `root` is open on (never outside, no link followed);
 * "" and a name that ends in '/' mean index.html. 404 when there is none. Type and caching by its ending; the
 * file is opened by another thread. */
void lm_static_send(lm_request *rq, int root, const char *name);

/* "image/png" for "x.png"; application/octet-stream for an unknown ending. */
const char *lm_static_type(const char *name);

#endif
