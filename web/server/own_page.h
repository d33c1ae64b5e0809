/* own_page.h: pages of our own: plain HTML, one style, no script. */
#ifndef LM_WEB_SERVER_OWN_PAGE_H
#define LM_WEB_SERVER_OWN_PAGE_H

#include "web/server/part.h"

/* Answers with a page that holds `html`, under a policy that lets nothing in but its style. */
void lm_own_page(lm_request *rq, int status, const char *html);

/* enter.c: a form that asks for the token; POST /limn/enter, which takes it and gives a cookie. */
void lm_enter_page(lm_request *rq, int status);
void lm_enter(lm_request *rq, void *self);

#endif
