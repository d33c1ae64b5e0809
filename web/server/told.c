/* told.c: what the parts that tell something have in common. */
#include "web/server/told.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/server/reply.h"

bool lm_told_number(lm_request *rq, const char *name, int64_t *out)
{
    const char *text = lm_request_query(rq, name);
    char       *end, line[160];

    if (!text)
        return true;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (end != text && !*end && !errno)
        return true;
    snprintf(line, sizeof line, "%s: \"%.60s\" is not an integer", name, text);
    lm_reply_error(rq, 400, line);
    return false;
}

void lm_look_go(lm_request *rq, lm_server *s, const char *kind, const char *name, void (*go)(lm_errand *e))
{
    lm_look *l = lm_errand_new(rq, sizeof *l, go, lm_errand_answer);

    if (!l)
        return;
    l->folders = s->folders;
    l->kind = kind;
    l->name = name;
    lm_errand_go(&l->e);
}
