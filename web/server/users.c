/* users.c: GET /users, and the folders that users write in: they are made, and temp is empty at the beginning and at
 * the end. The queue's lock is ours by then, so that no other server works here. */
#include "web/server/users.h"

#include <errno.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"

enum { LAST_MS = 1500 };

static bool make(const char *root, const char *what, limn_error *err)
{
    return lm_tree_make(root) || limn_fail(err, FILE, "the folder for %s cannot be made: %s", what, strerror(errno));
}

static bool open_users(lm_server *s, limn_error *err)
{
    lm_users *u = s->users = lm_alloc(sizeof *u);
    lm_text   root = { 0 };
    bool      well;

    if (s->o->user)
        lm_text_puts(&root, s->o->user);
    else
        lm_text_printf(&root, "%s/user", s->o->base);
    well = make(root.at, "users' files", err) && make(lm_folders_tree(s->folders, "input"), "input", err);
    lm_text_puts(&root, "/default");
    u->root = lm_text_take(&root);
    u->last = &u->first;
    uv_mutex_init(&u->writing);
    if (well) {
        lm_tree_empty(lm_folders_tree(s->folders, "temp"), 0);
        lm_drawer_clear(s->uploads);
    }
    return well;
}

static void empty_temp(uv_work_t *work)
{
    const lm_server *s = work->data;

    lm_tree_empty(lm_folders_tree(s->folders, "temp"), LAST_MS);
}

static void has_emptied(uv_work_t *work, int status)
{
    (void)status;
    lm_server_stopped(work->data);
}

/* Beside the loop, and not for long: what is left of a temp with a hundred thousand files, the next start removes. */
static void stop_users(lm_server *s)
{
    if (s->users) {
        s->users->emptying.data = s;
        if (!uv_queue_work(&s->loop, &s->users->emptying, empty_temp, has_emptied))
            return;
    }
    lm_server_stopped(s);
}

static void close_users(lm_server *s)
{
    if (s->users) {
        uv_mutex_destroy(&s->users->writing);
        lm_free(s->users->root);
    }
    lm_free(s->users);
    s->users = NULL;
}

/* ------------------------------------------------------------------ GET /users */

typedef struct asking {
    lm_errand   e;
    const char *root;
} asking;

static void ask(lm_errand *e)
{
    lm_tree_entry there;

    lm_text_printf(&e->json, "{\"storage\": \"server\", \"migrated\": %s}",
                   lm_tree_look(((asking *)e)->root, "", &there) ? "true" : "false");
}

static void get_users(lm_request *rq, void *self)
{
    asking *a = lm_errand_new(rq, sizeof *a, ask, lm_errand_answer);

    if (!a)
        return;
    a->root = ((lm_server *)self)->users->root;
    lm_errand_go(&a->e);
}

/* There is one user, and no way to have more. */
static void post_users(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_status(rq, 400, "this server has one user");
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/users", .handle = get_users, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/users", .handle = post_users, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_users_part = {
    .name = "users", .open = open_users, .stop = stop_users, .close = close_users, .routes = routes,
};
