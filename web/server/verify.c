/* verify.c: would the server begin? What a start would open is looked at; nothing is made, held or changed, so that a
 * changed configuration can be tried beside the server that runs. */
#include <errno.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "web/http/http_server.h"
#include "web/server/hub.h"
#include "web/server/page.h"
#include "web/server/part.h"
#include "web/server/shared.h"

typedef struct looking {
    const lm_server_options *o;
    lm_folders              *folders;
    bool                     serves; /* a server works in this folder already */
} looking;

/* ------------------------------------------------------------------ folders */

static bool folder_fits(const char *path, const char *what, limn_error *err)
{
    return lm_tree_may_make(path) ||
           limn_fail(err, FILE, "the folder for %s cannot be made or written to: %.200s: %s", what, path, strerror(errno));
}

/* These a start can do without; who writes there is told. */
static void mind(const char *path, const char *what)
{
    if (!lm_tree_may_make(path))
        lm_log(LM_LOG_WARN, "the folder for %s cannot be made or written to: %s: %s", what, path, strerror(errno));
}

static char *in_base(const lm_server_options *o, const char *name)
{
    lm_text path = { 0 };

    lm_text_printf(&path, "%s/%s", o->base, name);
    return lm_text_take(&path);
}

static bool look_at_folders(looking *l, limn_error *err)
{
    char *state = in_base(l->o, "state"), *user = l->o->user ? lm_copy_text(l->o->user) : in_base(l->o, "user");
    bool  well;

    l->folders = lm_server_folders(l->o, err);
    well = l->folders && folder_fits(state, "the queue", err) && folder_fits(user, "users' files", err) &&
           folder_fits(lm_folders_tree(l->folders, "input"), "input", err);
    if (well) {
        mind(lm_folders_tree(l->folders, "output"), "output");
        mind(lm_folders_tree(l->folders, "temp"), "temp");
    }
    lm_free(state);
    lm_free(user);
    return well;
}

/* ------------------------------------------------------------------ the store, and who has it */

static bool look_at_store(looking *l, limn_error *err)
{
    char      *state = in_base(l->o, "state");
    const bool well = lm_store_look(state, &l->serves, err);

    lm_free(state);
    if (well && l->serves)
        lm_log(LM_LOG_WARN, "a limn serves from this folder: another one can start when it has ended");
    return well;
}

static bool look_at_addresses(looking *l, limn_error *err)
{
    for (const char *const *a = l->o->listen; *a; a++) {
        const int why = lm_http_may_listen(*a, l->o->port, err);

        if (why == EADDRINUSE && l->serves)
            *err = (limn_error){ 0 }; /* by the one that serves: it will have let go of it */
        else if (why)
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ parts whose beginning only looks */

static bool look_at_parts(looking *l, limn_error *err)
{
    static const lm_part *const parts[] = { &lm_hub_part, &lm_page_part, &lm_shared_part };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!lm_server_try(l->o, parts[i], err))
            return false;
    return true;
}

bool lm_server_verify(const lm_server_options *o, limn_error *err)
{
    static bool (*const looks[])(looking *, limn_error *) = {
        look_at_folders, look_at_store, look_at_parts, look_at_addresses,
    };
    looking l = { .o = o };
    bool    well = true;

    for (size_t i = 0; i < sizeof looks / sizeof *looks && well; i++)
        well = looks[i](&l, err);
    lm_folders_free(l.folders);
    return well;
}
