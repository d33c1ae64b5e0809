/* settings.c: /settings and /settings/{id}: one JSON file that is always whole. Changes are made one after the other,
 * each read, changed, written beside and put in place by one of libuv's threads, so that none loses another's. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/settings_text.h"
#include "web/server/users.h"

static const char file_name[] = "comfy.settings.json", no_memory[] = "there is no memory for the settings";

enum { MOST_ASIDE = 100, MOST_BODY = 1 << 20 };

/* Also a question, which is not in the line. */
typedef struct lm_change {
    lm_errand         e;
    lm_users         *users;
    struct lm_change *next;
    const char       *id; /* of the request; NULL: all settings */
    lm_slice          body;
} lm_change;

/* ------------------------------------------------------------------ the file, on a thread */

typedef enum found { NOTHING, WHOLE, BROKEN, UNREADABLE } found;

static char *read_bytes(int fd, size_t *n)
{
    struct stat st;
    char       *at = !fstat(fd, &st) && st.st_size <= LM_SETTINGS_BYTES ? lm_try_alloc((size_t)st.st_size + 1) : NULL;
    ssize_t     got = 1;

    for (*n = 0; at && got > 0 && *n < (size_t)st.st_size; *n += got > 0 ? (size_t)got : 0)
        got = read(fd, at + *n, (size_t)st.st_size - *n);
    return at;
}

/* The settings as they are; *d is NULL but for WHOLE. */
static found read_settings(const lm_users *u, lm_json **d)
{
    const int  fd = lm_tree_file(u->root, file_name);
    limn_error err = { 0 };
    char      *bytes;
    size_t     n;

    *d = NULL;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? NOTHING : UNREADABLE;
    errno = 0;
    bytes = read_bytes(fd, &n);
    err.code = errno == ENOMEM ? LIMN_MEMORY : LIMN_OK;
    close(fd);
    if (bytes)
        *d = lm_json_read(bytes, n, &err);
    lm_free(bytes);
    if (*d && lm_json_kind_of(*d, lm_json_root(*d)) == LM_JSON_OBJECT)
        return WHOLE;
    lm_json_free(*d);
    *d = NULL;
    errno = ENOMEM;
    return err.code == LIMN_MEMORY ? UNREADABLE : BROKEN;
}

lm_json *lm_settings_read(const lm_users *u)
{
    lm_json *d;

    read_settings(u, &d);
    return d;
}

/* A file that is no settings is kept under another name. */
static bool put_aside(const lm_users *u)
{
    for (int i = 1; i <= MOST_ASIDE; i++) {
        lm_text name = { 0 };
        bool    moved;

        lm_text_printf(&name, "comfy.settings.broken-%d.json", i);
        moved = lm_tree_move(u->root, file_name, name.at, false);
        lm_text_done(&name);
        if (moved || errno != EEXIST)
            return moved;
    }
    return true; /* the latest of so many may go */
}

static bool write_settings(const lm_users *u, const lm_text *t)
{
    limn_error  err = { 0 };
    lm_new_file f;
    ssize_t     n = 0;
    bool        well;
    int         why;

    if (!lm_new_file_beneath(u->root, file_name, &f))
        return false;
    f.replaces = true;
    for (size_t done = 0; n >= 0 && done < t->size; done += n > 0 ? (size_t)n : 0)
        n = write(f.fd, t->at + done, t->size - done);
    lm_crash_at("settings-written");
    well = n >= 0 && lm_new_file_commit(&f, &err);
    lm_crash_at("settings-kept");
    why = errno;
    lm_new_file_abandon(&f);
    errno = why;
    return well;
}

/* ------------------------------------------------------------------ questions */

static void look(lm_errand *e)
{
    lm_change  *c = (lm_change *)e;
    lm_json    *d;
    lm_json_ref v;

    if (read_settings(c->users, &d) == UNREADABLE)
        lm_errand_fail(e, errno);
    v = d && c->id ? lm_json_get(d, lm_json_root(d), c->id) : d ? lm_json_root(d) : 0;
    if (v)
        lm_json_write(d, v, LM_JSON_SPACES, &e->json);
    else
        lm_text_puts(&e->json, c->id ? "null" : "{}");
    lm_json_free(d);
}

static void ask(lm_request *rq, lm_server *s, const char *id)
{
    lm_change *c = lm_errand_new(rq, sizeof *c, look, lm_errand_answer);

    if (!c)
        return;
    c->users = s->users;
    c->id = id;
    lm_errand_go(&c->e);
}

static void get_settings(lm_request *rq, void *self)
{
    ask(rq, self, NULL);
}

static void get_setting(lm_request *rq, void *self)
{
    ask(rq, self, lm_request_arg(rq, 0));
}

/* ------------------------------------------------------------------ changes */

static bool is_blank(lm_slice body)
{
    for (size_t i = 0; i < body.n; i++)
        if (!strchr(" \t\r\n", body.at[i] ? body.at[i] : 'x'))
            return false;
    return true;
}

/* What was posted; NULL for an empty body of a single key, and for what is refused. */
static lm_json *read_posted(lm_change *c)
{
    limn_error err = { 0 };
    lm_json   *d;

    if (c->id && is_blank(c->body))
        return NULL;
    d = lm_json_read(c->body.at, c->body.n, &err);
    if (d && !c->id && lm_json_kind_of(d, lm_json_root(d)) != LM_JSON_OBJECT) {
        lm_json_free(d);
        d = NULL;
    }
    if (!d && err.code == LIMN_MEMORY)
        lm_errand_refuse(&c->e, 503, no_memory);
    else if (!d)
        lm_errand_refuse(&c->e, 400, c->id ? "the body is no JSON" : "the body is no JSON object");
    return d;
}

static bool fits(const lm_json *d)
{
    return !d || lm_json_count(d, lm_json_root(d)) <= LM_SETTINGS_KEYS;
}

/* What cannot be read again (a value just too deep inside of another) is not written. */
static bool reads_back(const lm_text *t, limn_error *err)
{
    lm_json   *d = lm_json_read(t->at, t->size, err);
    const bool well = d != NULL;

    lm_json_free(d);
    return well;
}

static void write_change(lm_change *c, found f, const lm_json *old, const lm_json *posted)
{
    lm_text    t = { .may_fail = true };
    limn_error err = { 0 };

    if (c->id)
        lm_settings_set(old, c->id, posted, &t);
    else
        lm_settings_merge(old, posted, &t);
    if (t.failed)
        lm_errand_refuse(&c->e, 503, no_memory);
    else if (t.size > LM_SETTINGS_BYTES)
        lm_errand_refuse(&c->e, 413, "there are too many settings");
    else if (!reads_back(&t, &err))
        lm_errand_refuse(&c->e, err.code == LIMN_MEMORY ? 503 : 400,
                         err.code == LIMN_MEMORY ? no_memory : "the value is nested too deeply");
    else if ((f == BROKEN && !put_aside(c->users)) || !write_settings(c->users, &t))
        lm_errand_fail_writing(&c->e, errno);
    lm_text_done(&t);
}

static void change(lm_errand *e)
{
    lm_change *c = (lm_change *)e;
    lm_json   *posted = read_posted(c), *old = NULL;
    found      f = NOTHING;

    if (e->status == 200 && (f = read_settings(c->users, &old)) == UNREADABLE)
        lm_errand_fail(e, errno);
    else if (e->status == 200 && (!fits(old) || (!c->id && !fits(posted))))
        lm_errand_refuse(e, 413, "there are too many settings");
    else if (e->status == 200)
        write_change(c, f, old, posted);
    lm_json_free(posted);
    lm_json_free(old);
}

static void changed(lm_errand *e)
{
    lm_users  *u = ((lm_change *)e)->users;
    lm_change *next = u->first->next;

    if (!(u->first = next))
        u->last = &u->first;
    lm_errand_answer(e); /* behind which the next request of that client may come, and stand in line */
    if (next)
        lm_errand_go(&next->e);
}

static void enter(lm_request *rq, lm_server *s, const char *id)
{
    lm_users  *u = s->users;
    lm_change *c = lm_errand_new(rq, sizeof *c, change, changed);

    if (!c)
        return;
    c->users = u;
    c->id = id;
    c->body = lm_request_body(rq);
    *u->last = c;
    u->last = &c->next;
    if (u->first == c)
        lm_errand_go(&c->e);
}

static void post_settings(lm_request *rq, void *self)
{
    enter(rq, self, NULL);
}

static void post_setting(lm_request *rq, void *self)
{
    enter(rq, self, lm_request_arg(rq, 0));
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/settings", .handle = get_settings, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/settings/{id}", .handle = get_setting, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/settings", .handle = post_settings, .flags = LM_ROUTE_API,
      .body_limit = MOST_BODY },
    { .methods = LM_POST, .pattern = "/settings/{id}", .handle = post_setting, .flags = LM_ROUTE_API,
      .body_limit = MOST_BODY },
    { 0 },
};

const lm_part lm_settings_part = { .name = "settings", .routes = routes };
