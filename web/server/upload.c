/* upload.c: POST /upload/image and /upload/mask: a form whose file goes to the disk as it comes. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/graph/json.h"
#include "web/server/file_name.h"
#include "web/server/keeping.h"
#include "web/server/landing.h"
#include "web/server/multipart.h"
#include "web/server/upload.h"

enum { TYPE, SUBFOLDER, OVERWRITE, ORIGINAL, N_FIELDS, THE_FILE = N_FIELDS, NO_FIELD };
enum { MOST_FIELD = 8192 };

static const char *const field_names[] = { "type", "subfolder", "overwrite", "original_ref", "image" };

typedef struct upload {
    lm_request  *rq; /* held */
    lm_server   *server;
    bool         mask, ended, seen[N_FIELDS + 1];
    int          field; /* whose part is being read */
    lm_text      fields[N_FIELDS], filename;
    lm_landing  *landing;
    lm_multipart form;
} upload;

static void upload_free(upload *u)
{
    lm_request_on_gone(u->rq, NULL, NULL);
    lm_request_unref(u->rq);
    lm_landing_free(u->landing);
    for (int i = 0; i < N_FIELDS; i++)
        lm_text_done(&u->fields[i]);
    lm_text_done(&u->filename);
    lm_free(u);
}

static bool refuse(upload *u, int status, const char *words)
{
    if (status == 503)
        lm_reply_header(u->rq, "Retry-After", "5");
    lm_reply_status(u->rq, status, words);
    upload_free(u);
    return false;
}

/* ------------------------------------------------------------------ where it goes */

static const char *value_of(const upload *u, int field)
{
    return lm_text_str(&u->fields[field]);
}

/* original_ref is {"filename", "subfolder", "type"}; 0, or a status. */
static int read_original(upload *u, lm_keeping *k, const char **words)
{
    limn_error  err = { 0 };
    lm_json    *d = lm_json_read(value_of(u, ORIGINAL), u->fields[ORIGINAL].size, &err);
    lm_json_ref root;
    int         status = 400;

    *words = "original_ref is no JSON object with a filename";
    if (!d)
        return status;
    root = lm_json_root(d);
    if (lm_json_c_string(d, lm_json_get(d, root, "filename")))
        status = lm_file_ref_read(u->server, lm_json_c_string(d, lm_json_get(d, root, "filename")),
                                  lm_json_c_string(d, lm_json_get(d, root, "subfolder")),
                                  lm_json_c_string(d, lm_json_get(d, root, "type")), "output", &k->original, words);
    lm_json_free(d);
    return status;
}

static int settle(upload *u, lm_keeping *k, const char **words)
{
    k->type = !u->fields[TYPE].size                    ? "input"
              : !strcmp(value_of(u, TYPE), "input")  ? "input"
              : !strcmp(value_of(u, TYPE), "output") ? "output"
              : !strcmp(value_of(u, TYPE), "temp")   ? "temp" : NULL;
    *words = "type is none of input, output and temp";
    if (!k->type)
        return 400;
    k->root = lm_folders_tree(u->server->folders, k->type);
    *words = "there is no image, or it has no filename";
    if (!u->seen[THE_FILE] || !u->filename.size)
        return 400;
    *words = "filename is no name of a file";
    if (lm_file_name(u->filename.at, &k->name) || !k->name.size || u->filename.at[u->filename.size - 1] == '/')
        return 400;
    *words = "subfolder leads out of its folder";
    if (strlen(value_of(u, SUBFOLDER)) != u->fields[SUBFOLDER].size || lm_file_name(value_of(u, SUBFOLDER), &k->folder))
        return 400;
    *words = "names that begin with a dot are limn's own";
    if (lm_file_name_dotted(lm_text_str(&k->folder)) || lm_file_name_dotted(k->name.at))
        return 400;
    return u->mask ? read_original(u, k, words) : 0;
}

static void finish(upload *u)
{
    const char *words;
    lm_keeping *k;
    int         status;

    lm_crash_at("upload-whole");
    if (lm_landing_error(u->landing)) {
        status = lm_file_status(lm_landing_error(u->landing), true, &words);
        refuse(u, status, words);
        return;
    }
    k = lm_keeping_new(u->server, u->rq);
    if (k) {
        k->fd = lm_landing_take(u->landing, k->temporary);
        k->overwrite = !strcmp(value_of(u, OVERWRITE), "true") || !strcmp(value_of(u, OVERWRITE), "1");
        status = settle(u, k, &words);
        lm_text_puts(&k->subfolder, value_of(u, SUBFOLDER));
        if (status)
            lm_keeping_refuse(k, status, words);
        else
            lm_keeping_go(k);
    }
    upload_free(u);
}

/* ------------------------------------------------------------------ the form, as it comes */

static void gone(lm_request *rq, void *self)
{
    (void)rq;
    upload_free(self);
}

/* From the landing: a piece is on its way. What follows may free u. */
static void ready(void *self)
{
    upload *u = self;

    if (u->ended) {
        lm_landing_flush(u->landing);
        if (lm_landing_idle(u->landing) || lm_landing_error(u->landing))
            finish(u);
    } else if (lm_landing_error(u->landing)) {
        const char *words;
        const int   status = lm_file_status(lm_landing_error(u->landing), true, &words);

        refuse(u, status, words);
    } else {
        lm_request_resume(u->rq);
    }
}

static bool begin_part(upload *u)
{
    u->field = 0;
    while (u->field < NO_FIELD && strcmp(u->form.name, field_names[u->field]))
        u->field++;
    if (u->field == NO_FIELD)
        return true;
    if (u->seen[u->field])
        return refuse(u, 400, "a field is given twice");
    u->seen[u->field] = true;
    if (u->field != THE_FILE)
        return true;
    if (!u->form.is_file)
        return refuse(u, 400, "image is no file");
    lm_text_puts(&u->filename, u->form.filename);
    u->landing = lm_landing_new(u->server, ready, u);
    return u->landing || refuse(u, 503, "too many uploads at once");
}

static bool take_data(upload *u, lm_slice data)
{
    if (u->field == THE_FILE)
        lm_landing_put(u->landing, data);
    if (u->field >= N_FIELDS)
        return true;
    if (u->fields[u->field].size + data.n > MOST_FIELD)
        return refuse(u, 400, "a field is too long");
    lm_text_add(&u->fields[u->field], data.at, data.n);
    return true;
}

/* One piece of the body; false: refused, and u is gone. */
static bool take_piece(upload *u, lm_slice piece)
{
    lm_slice data;
    size_t   used;

    while (piece.n) {
        switch (lm_multipart_next(&u->form, piece.at, piece.n, &used, &data)) {
        case LM_MULTIPART_PART:
            if (!begin_part(u))
                return false;
            break;
        case LM_MULTIPART_DATA:
            if (!take_data(u, data))
                return false;
            break;
        case LM_MULTIPART_WRONG:
            return refuse(u, 400, u->form.fault);
        default:
            break;
        }
        piece.at += used;
        piece.n -= used;
    }
    return true;
}

static void take_end(upload *u)
{
    u->ended = true;
    if (!lm_multipart_whole(&u->form))
        refuse(u, 400, "the form has no end");
    else if (!u->landing)
        refuse(u, 400, "there is no image, or it has no filename");
    else
        ready(u);
}

static bool receive(lm_request *rq, lm_slice piece, void *self)
{
    upload *u = self;

    (void)rq;
    if (!piece.at) {
        take_end(u);
        return false;
    }
    return take_piece(u, piece) && (!u->landing || lm_landing_has_room(u->landing));
}

static void begin(lm_request *rq, lm_server *s, bool mask)
{
    upload *u = lm_try_alloc(sizeof *u);

    if (!u) {
        lm_reply_status(rq, 503, "there is not enough memory");
        return;
    }
    u->rq = lm_request_ref(rq);
    u->server = s;
    u->mask = mask;
    u->field = NO_FIELD;
    if (!lm_multipart_begin(&u->form, lm_request_header(rq, "content-type"))) {
        refuse(u, 400, "the body is no multipart/form-data");
        return;
    }
    lm_request_on_gone(rq, gone, u);
    lm_request_receive(rq, receive, u);
}

static void upload_image(lm_request *rq, void *self)
{
    begin(rq, self, false);
}

static void upload_mask(lm_request *rq, void *self)
{
    begin(rq, self, true);
}

static const lm_route routes[] = {
    { .methods = LM_POST, .pattern = "/upload/image", .handle = upload_image, .flags = LM_ROUTE_API | LM_ROUTE_STREAM,
      .body_limit = LM_BODY_UPLOAD },
    { .methods = LM_POST, .pattern = "/upload/mask", .handle = upload_mask, .flags = LM_ROUTE_API | LM_ROUTE_STREAM,
      .body_limit = LM_BODY_UPLOAD },
    { 0 },
};

const lm_part lm_upload_part = { .name = "upload", .routes = routes };
