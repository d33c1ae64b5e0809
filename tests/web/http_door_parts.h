/* http_door_parts.h: what the files of http_door share. */
#ifndef LIMN_TESTS_HTTP_DOOR_PARTS_H
#define LIMN_TESTS_HTTP_DOOR_PARTS_H

#include <stdlib.h>

#include "web/http/http_request.h"

/* A number that the query names. */
static inline long http_door_number(lm_request *rq, const char *name, long otherwise)
{
    const char *text = lm_request_query(rq, name);

    return text ? strtol(text, NULL, 10) : otherwise;
}

/* ?bytes=N of zeros; with text=1 said to be a text. */
void http_door_stream(lm_request *rq, void *self);
/* http_door_faults.c */
void http_door_fail(lm_request *rq, void *self);
/* http_door_odd.c */
extern const lm_route http_door_odd[];
lm_drawer *http_door_drawer(void);

#endif
