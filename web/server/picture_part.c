/* picture_part.c: pictures outside jobs, as a part of the server. */
#include "web/server/pictures.h"

static bool open_pictures(lm_server *s, limn_error *err)
{
    lm_pictures_options o = lm_pictures_defaults();

    (void)err;
    o.program = s->o->pictures;
    s->pictures = lm_pictures_open(&s->loop, &o);
    return true;
}

static void stopped(void *self)
{
    lm_server_stopped(self);
}

static void stop_pictures(lm_server *s)
{
    lm_pictures *p = s->pictures;

    s->pictures = NULL;
    if (p)
        lm_pictures_close(p, stopped, s);
    else
        lm_server_stopped(s);
}

const lm_part lm_pictures_part = { .name = "pictures", .open = open_pictures, .stop = stop_pictures };
