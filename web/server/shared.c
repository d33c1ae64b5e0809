/* shared.c: the routes that show the folder of shared pipelines. */
#include "web/server/shared.h"

#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/errand.h"
#include "web/server/file_name.h"
#include "web/server/reply.h"
#include "web/server/types.h"
#include "web/work/work_check.h"

/* ------------------------------------------------------------------ the list */

typedef struct listing {
    lm_errand  e;
    lm_shared *shared;
} listing;

static bool is_here(const lm_shared *s, const char *folder, const char *name)
{
    limn_error err = { 0 };
    const int  fd = lm_folders_open(s->server->folders, folder, name, &err);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* {"folder", "name", "here"} of each model that the card names. */
static void put_models(lm_text *out, const lm_shared *s, lm_json *card)
{
    const lm_json_ref list = lm_json_get(card, lm_json_root(card), "models");
    const char       *comma = "";

    lm_text_puts(out, ", \"models\": [");
    for (lm_json_ref v = lm_json_first(card, list); v; v = lm_json_next(card, v)) {
        const char *folder = lm_json_c_string(card, lm_json_get(card, v, "folder"));
        const char *name = lm_json_c_string(card, lm_json_get(card, v, "name"));

        if (!folder || !name)
            continue;
        lm_text_printf(out, "%s{\"folder\": ", comma);
        lm_work_quote(out, folder);
        lm_text_puts(out, ", \"name\": ");
        lm_work_quote(out, name);
        lm_text_printf(out, ", \"here\": %s}", is_here(s, folder, name) ? "true" : "false");
        comma = ", ";
    }
    lm_text_puts(out, "]");
}

static void put_card(lm_text *out, const lm_shared *s, const lm_shared_file *f)
{
    static const char *const keys[] = { "title", "author", "licence", "format", "unknown", "plugins", "error" };
    limn_error               err = { 0 };
    lm_json                 *card = f->card ? lm_json_read(f->card->json, strlen(f->card->json), &err) : NULL;

    if (!card)
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const lm_json_ref v = lm_json_get(card, lm_json_root(card), keys[i]);

        if (!v)
            continue;
        lm_text_printf(out, ", \"%s\": ", keys[i]);
        lm_json_write(card, v, LM_JSON_SPACES, out);
    }
    if (f->state == LM_CARD_READ)
        put_models(out, s, card);
    lm_json_free(card);
}

static void put_file(lm_text *out, const lm_shared *s, const lm_shared_file *f)
{
    lm_text_puts(out, "{\"name\": ");
    lm_work_quote(out, f->name);
    lm_text_printf(out, ", \"size\": %llu, \"mtime\": %lld, \"read\": %s, \"picture\": %s", (unsigned long long)f->bytes,
                   (long long)f->modified_ms, f->state >= LM_CARD_READ ? "true" : "false", f->card && f->card->picture ? "true" : "false");
    put_card(out, s, f);
    lm_text_puts(out, "}");
}

/* As it is now, so that nobody waits for what is told of it.                                                [new] */
static lm_shared_file *copy_all(lm_shared *s, size_t *n, size_t *left_out)
{
    lm_shared_file *all;

    pthread_mutex_lock(&s->lock);
    all = lm_alloc_array(s->n + 1, sizeof *all);
    for (size_t i = 0; i < s->n; i++) {
        all[i] = s->at[i];
        all[i].name = lm_copy_text(s->at[i].name);
        lm_card_ref(all[i].card);
    }
    *n = s->n;
    *left_out = s->left_out;
    pthread_mutex_unlock(&s->lock);
    return all;
}

static void look(lm_errand *e)
{
    lm_shared      *s = ((listing *)e)->shared;
    lm_shared_file *all;
    bool            reading = false;
    size_t          n, left_out;

    if (!lm_shared_look(s)) {
        lm_errand_refuse(e, 503, "the shared folder cannot be read");
        return;
    }
    all = copy_all(s, &n, &left_out);
    lm_text_puts(&e->json, "{\"shared\": true, \"files\": [");
    for (size_t i = 0; i < n; i++) {
        lm_text_puts(&e->json, i ? ", " : "");
        put_file(&e->json, s, &all[i]);
        reading = reading || all[i].state < LM_CARD_READ;
        lm_shared_free_file(&all[i]);
    }
    lm_text_printf(&e->json, "], \"reading\": %s, \"left_out\": %zu}", reading ? "true" : "false", left_out);
    lm_free(all);
}

static void answer_list(lm_errand *e)
{
    lm_shared *s = ((listing *)e)->shared;

    lm_reply_header(e->rq, "Cache-Control", "no-cache");
    if (e->status >= 400)
        lm_reply_error(e->rq, e->status, e->words);
    else
        lm_errand_answer(e);
    lm_shared_read(s);
}

static bool is_shared(lm_request *rq, const lm_server *s)
{
    if (!s->shared)
        lm_reply_error(rq, 404, "nothing is shared here: limn serve --share FOLDER does it");
    return s->shared;
}

static void get_list(lm_request *rq, void *self)
{
    lm_server *s = self;
    listing   *l;

    if (!s->shared) {
        lm_reply_json_text(rq, 200, "{\"shared\": false, \"files\": [], \"reading\": false, \"left_out\": 0}");
        return;
    }
    l = lm_errand_new(rq, sizeof *l, look, answer_list);
    if (!l)
        return;
    l->shared = s->shared;
    lm_errand_go(&l->e);
}

/* ------------------------------------------------------------------ one file */

typedef struct fetching {
    lm_errand   e;
    const char *root;
    lm_text     name;
    int         fd;
} fetching;

/* The plain name of a file that may be shown; false: it was answered. */
static bool read_name(lm_request *rq, lm_text *out)
{
    const char *fault = lm_file_name(lm_request_arg(rq, 0), out);

    if (!fault && out->size && !lm_file_name_dotted(out->at) && lm_shared_shows(out->at))
        return true;
    lm_text_done(out);
    lm_reply_error(rq, fault ? 400 : 404, fault ? "this is no name of a shared file" : "there is no such file");
    return false;
}

static void open_file(lm_errand *e)
{
    fetching *f = (fetching *)e;

    f->fd = lm_tree_file(f->root, f->name.at);
    if (f->fd < 0)
        lm_errand_refuse(e, 404, "there is no such file");
}

static void send_file(lm_errand *e)
{
    static const lm_content content = { "application/octet-stream", false, false };
    fetching               *f = (fetching *)e;

    if (f->fd >= 0) {
        lm_content_headers(e->rq, &content, f->name.at);
        lm_reply_file(e->rq, 200, content.type, f->fd);
    } else {
        lm_reply_error(e->rq, e->status, e->words ? e->words : "");
    }
    lm_text_done(&f->name);
}

static void get_file(lm_request *rq, void *self)
{
    lm_server *s = self;
    lm_text    name = { 0 };
    fetching  *f;

    if (!is_shared(rq, s) || !read_name(rq, &name))
        return;
    f = lm_errand_new(rq, sizeof *f, open_file, send_file);
    if (!f) {
        lm_text_done(&name);
        return;
    }
    f->root = s->shared->root;
    f->name = name;
    f->fd = -1;
    lm_errand_go(&f->e);
}

/* The picture on its card, as the last listing knew it. */
static void get_picture(lm_request *rq, void *self)
{
    static const lm_content content = { "image/webp", true, false };
    lm_server              *s = self;
    const lm_shared_file   *f;
    lm_text                 name = { 0 };
    lm_card                *card;

    if (!is_shared(rq, s) || !read_name(rq, &name))
        return;
    pthread_mutex_lock(&s->shared->lock);
    f = lm_shared_find(s->shared, name.at);
    card = f ? lm_card_ref(f->card) : NULL;
    pthread_mutex_unlock(&s->shared->lock);
    if (card && card->picture) {
        lm_content_headers(rq, &content, "picture.webp");
        lm_reply_copy(rq, 200, content.type, card->picture, card->n_picture);
    } else {
        lm_reply_error(rq, 404, "there is no picture of it yet");
    }
    lm_card_unref(card);
    lm_text_done(&name);
}

/* ------------------------------------------------------------------ the part */

static bool open_shared(lm_server *s, limn_error *err)
{
    lm_tree_entry there = { 0 };

    if (!s->o->share)
        return true;
    if (!lm_tree_look(s->o->share, "", &there) || !there.folder)
        return limn_fail(err, FILE, "--share %.200s: it is no folder that can be read", s->o->share);
    s->shared = lm_alloc(sizeof *s->shared);
    *s->shared = (lm_shared){ .server = s, .root = s->o->share };
    pthread_mutex_init(&s->shared->lock, NULL);
    return true;
}

static void stop_shared(lm_server *s)
{
    if (s->shared)
        lm_shared_stop(s->shared);
    else
        lm_server_stopped(s);
}

static void close_shared(lm_server *s)
{
    if (!s->shared)
        return;
    for (size_t i = 0; i < s->shared->n; i++)
        lm_shared_free_file(&s->shared->at[i]);
    lm_free(s->shared->at);
    pthread_mutex_destroy(&s->shared->lock);
    lm_free(s->shared);
    s->shared = NULL;
}

static const lm_route shared_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/shared", .handle = get_list },
    { .methods = LM_GET, .pattern = "/limn/shared/{file}", .handle = get_file },
    { .methods = LM_GET, .pattern = "/limn/shared/{file}/picture", .handle = get_picture },
    { 0 },
};

const lm_part lm_shared_part = { .name = "shared", .open = open_shared, .stop = stop_shared, .close = close_shared,
                                 .routes = shared_routes };
