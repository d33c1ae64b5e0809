/* enter.c: the token is asked for once and kept in a cookie, which scripts cannot read and other sites do not send. */
#include "core/base/text.h"
#include "web/http/query.h"
#include "web/server/own_page.h"

void lm_enter_page(lm_request *rq, int status)
{
    lm_own_page(rq, status,
                "<form method=\"post\" action=\"limn/enter\"><p>This server asks for its token. "
                "<span lang=\"zh\">此服务器需要访问令牌。</span></p>\n"
                "<p><label>Token <span lang=\"zh\">令牌</span>: <input type=\"password\" name=\"token\" autocomplete=\"current-password\" required "
                "autofocus></label> <button>Enter <span lang=\"zh\">进入</span></button></p></form>\n");
}

/* Behind a proxy that speaks TLS the cookie never leaves it. */
static bool is_secure(const lm_request *rq)
{
    const lm_slice origin = lm_request_header(rq, "origin");

    return origin.n > 8 && !strncasecmp(origin.at, "https://", 8);
}

static void let_in(lm_request *rq, const char *token)
{
    lm_text cookie = { 0 };

    lm_text_printf(&cookie, LM_GUARD_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s", token,
                   is_secure(rq) ? "; Secure" : "");
    lm_reply_header(rq, "Set-Cookie", cookie.at);
    lm_reply_header(rq, "Cache-Control", "no-store");
    lm_reply_header(rq, "Location", "../");
    lm_text_done(&cookie);
    lm_reply_empty(rq, 303);
}

void lm_enter(lm_request *rq, void *self)
{
    const char *token = ((lm_server *)self)->o->token, *given;
    lm_query    form;

    if (lm_query_read(&form, lm_request_body(rq))) {
        lm_reply_status(rq, 400, "the form cannot be read");
        return;
    }
    given = lm_query_get(&form, "token");
    if (!token)
        lm_reply_status(rq, 404, NULL);
    else if (given && lm_same_secret(lm_slice_of(given), token))
        let_in(rq, token);
    else
        lm_own_page(rq, 401, "<p>That is not this server's token. <span lang=\"zh\">令牌不正确。</span> "
                             "<a href=\"../\">Once more <span lang=\"zh\">再试一次</span></a></p>\n");
    lm_query_done(&form);
}
