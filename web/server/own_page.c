/* own_page.c: pages of our own. */
#include "web/server/own_page.h"

#include "core/base/text.h"

/* Its hash is in the policy below. */
#define STYLE                                                                                                \
    "body{max-width:44em;margin:3em auto;padding:0 1em;font:16px/1.6 system-ui,sans-serif;"                  \
    "color-scheme:light dark}code{font-size:15px}"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>limn</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>" STYLE "</style></head><body>\n<h1>limn</h1>\n";

/* A referrer of our own pages goes to nobody else; without any, browsers would hide where a form comes from. */
static const char policy[] =
    "default-src 'none'; style-src 'sha256-hJ9McTd4TWMaqbb9EvyP9KuD6U6xEI7Gc0ROnhQBkY0='; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

void lm_own_page(lm_request *rq, int status, const char *html)
{
    lm_text t = { 0 };
    size_t  n;

    lm_text_puts(&t, head);
    lm_text_puts(&t, html);
    lm_text_puts(&t, "</body></html>\n");
    lm_reply_header(rq, "Content-Security-Policy", policy);
    lm_reply_header(rq, "X-Content-Type-Options", "nosniff");
    lm_reply_header(rq, "Referrer-Policy", "same-origin");
    lm_reply_header(rq, "Cache-Control", "no-store, must-revalidate");
    n = t.size;
    lm_reply_take(rq, status, "text/html; charset=utf-8", lm_text_take(&t), n);
}
