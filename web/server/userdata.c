/* userdata.c: /userdata/{file}: the user's files read, written, moved and removed. A name comes decoded once by the
 * router, and is decoded again when it still holds a '%', as the front end's names of names do. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/http/query.h"
#include "web/server/file_name.h"
#include "web/server/types.h"
#include "web/server/userdata_parts.h"
#include "web/work/work_check.h"

/* ------------------------------------------------------------------ names */

int lm_user_name(const char *raw, lm_text *out, const char **words)
{
    char *again = strchr(raw, '%') ? lm_copy_text(raw) : NULL;
    int   status = 0;

    if (again && lm_percent_decode(lm_slice_of(raw), LM_DECODE_PATH, again))
        raw = again;
    if (lm_file_name(raw, out)) {
        *words = "the name leads out of the user's folder, or is none";
        status = 403;
    } else if (out->size && lm_file_name_hidden(out->at)) {
        *words = "names that begin with a dot or with __ are not for requests";
        status = 403;
    }
    lm_free(again);
    return status;
}

bool lm_user_says_yes(lm_request *rq, const char *name)
{
    const char *value = lm_request_query(rq, name);

    return value && !strcasecmp(value, "true");
}

/* [new], or NULL. */
static char *header_of(lm_request *rq, const char *name)
{
    const lm_slice value = lm_request_header(rq, name);

    return value.at ? lm_copy_bytes(value.at, value.n) : NULL;
}

/* An errand about the file of argument 0, or NULL: answered already. */
lm_user_doing *lm_user_about(lm_request *rq, lm_server *s, void (*go)(lm_errand *e), void (*back)(lm_errand *e))
{
    const char *words, *overwrite = lm_request_query(rq, "overwrite");
    lm_text     name = { 0 };
    int         status = lm_user_name(lm_request_arg(rq, 0), &name, &words);
    lm_user_doing      *d = NULL;

    if (!status && !name.size) {
        words = "there is no name of a file";
        status = lm_request_head(rq)->method == LM_POST ? 400 : 404;
    }
    if (status)
        lm_reply_status(rq, status, words);
    else
        d = lm_errand_new(rq, sizeof *d, go, back);
    if (!d) {
        lm_text_done(&name);
        return NULL;
    }
    d->server = s;
    d->match = header_of(rq, "If-Match");
    d->none = header_of(rq, "If-None-Match");
    d->root = s->users->root;
    d->drawer = s->uploads;
    d->name = name;
    d->overwrite = !overwrite || strcmp(overwrite, "false");
    d->full_info = lm_user_says_yes(rq, "full_info");
    d->fd = -1;
    return d;
}

void lm_user_done(lm_user_doing *d)
{
    if (d->fd >= 0)
        close(d->fd);
    lm_text_done(&d->name);
    lm_text_done(&d->dest);
    lm_free(d->match);
    lm_free(d->none);
}

void lm_user_answer(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;

    if (*d->tag && e->status == 200)
        lm_reply_header(e->rq, "ETag", d->tag);
    lm_errand_answer(e);
    lm_user_done(d);
}

void lm_user_file_info(const char *name, const lm_tree_entry *there, lm_text *out)
{
    lm_text_puts(out, "{\"path\": ");
    lm_work_quote(out, name);
    lm_text_printf(out, ", \"size\": %llu, \"modified\": %lld, \"created\": %lld}", (unsigned long long)there->bytes,
                   (long long)there->modified_ms, (long long)there->changed_ms);
}

/* The answer to who wrote `name`. */
void lm_user_tell(lm_user_doing *d, const char *name)
{
    lm_tree_entry there = { 0 };

    if (!d->full_info)
        lm_work_quote(&d->e.json, name);
    else if (lm_tree_look(d->root, name, &there))
        lm_user_file_info(name, &there, &d->e.json);
    else
        lm_errand_fail(&d->e, errno);
}

/* ------------------------------------------------------------------ GET */

static void open_file(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;

    d->fd = lm_tree_file(d->root, d->name.at);
    if (d->fd < 0)
        lm_errand_fail(e, errno);
    else if (!strcmp(d->name.at, "user.css")) /* the front end's style, which its user writes */
        d->content = (lm_content){ "text/css; charset=utf-8", true, false };
    else
        d->content = lm_content_read(d->name.at, d->fd, false);
}

static void send_file(lm_errand *e)
{
    lm_user_doing *d = (lm_user_doing *)e;

    if (e->status == 200) {
        d->content.shown = !strcmp(d->name.at, "user.css");
        lm_content_headers(e->rq, &d->content, d->name.at);
        lm_reply_file(e->rq, 200, d->content.type, d->fd);
        d->fd = -1;
    } else {
        lm_errand_answer(e);
    }
    lm_user_done(d);
}

static void get_file(lm_request *rq, void *self)
{
    lm_user_doing *d = lm_user_about(rq, self, open_file, send_file);

    if (d)
        lm_errand_go(&d->e);
}

/* ------------------------------------------------------------------ the part */

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/userdata", .handle = lm_user_list, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/v2/userdata", .handle = lm_user_list_all, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/userdata/{file}", .handle = get_file, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/userdata/{file}", .handle = lm_user_post, .flags = LM_ROUTE_API | LM_ROUTE_FILE,
      .body_limit = LM_BODY_UPLOAD },
    { .methods = LM_DELETE, .pattern = "/userdata/{file}", .handle = lm_user_delete, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/userdata/{file}/move/{dest}", .handle = lm_user_move, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_userdata_part = { .name = "userdata", .routes = routes };
