/* userdata_list.c: GET /userdata and /v2/userdata: which files the user has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/server/file_name.h"
#include "web/server/userdata.h"
#include "web/work/work_check.h"

typedef struct listing {
    lm_errand   e;
    const char *root;
    lm_text     folder;
    bool        deep, full_info, split;
} listing;

static void answer(lm_errand *e)
{
    lm_errand_answer(e);
    lm_text_done(&((listing *)e)->folder);
}

static bool is_shown(const char *part)
{
    return !lm_file_part_hidden(part) && lm_utf8_well(part, strlen(part));
}

/* An errand about the folder `raw`; NULL: answered already. */
static listing *about(lm_request *rq, lm_server *s, const char *raw, void (*go)(lm_errand *e))
{
    const char *words;
    lm_text     folder = { 0 };
    const int   status = lm_user_name(raw, &folder, &words);
    listing    *l = NULL;

    if (status)
        lm_reply_status(rq, status, words);
    else
        l = lm_errand_new(rq, sizeof *l, go, answer);
    if (!l) {
        lm_text_done(&folder);
        return NULL;
    }
    l->root = s->users->root;
    l->folder = folder;
    return l;
}

/* ------------------------------------------------------------------ GET /userdata */

static void split_name(const char *name, lm_text *out)
{
    lm_text part = { 0 };

    lm_text_puts(out, "[");
    lm_work_quote(out, name);
    for (size_t n; *name; name += n + (name[n] == '/')) {
        n = strcspn(name, "/");
        lm_text_done(&part);
        lm_text_add(&part, name, n);
        lm_text_puts(out, ", ");
        lm_work_quote(out, part.at);
    }
    lm_text_puts(out, "]");
    lm_text_done(&part);
}

static void write_one(const listing *l, const lm_tree_entry *there, lm_text *out)
{
    if (l->full_info)
        lm_user_file_info(there->name, there, out);
    else if (l->split)
        split_name(there->name, out);
    else
        lm_work_quote(out, there->name);
}

static void list(lm_errand *e)
{
    listing     *l = (listing *)e;
    lm_tree_list all;
    bool         first = true;

    if (!lm_tree_each(l->root, lm_text_str(&l->folder), l->deep, is_shown, &all)) {
        lm_errand_fail(e, errno);
        return;
    }
    lm_text_puts(&e->json, "[");
    for (size_t i = 0; i < all.n; i++)
        if (!all.at[i].folder) {
            lm_text_puts(&e->json, first ? "" : ", ");
            write_one(l, &all.at[i], &e->json);
            first = false;
        }
    lm_text_puts(&e->json, "]");
    lm_tree_list_done(&all);
}

void lm_user_list(lm_request *rq, void *self)
{
    const char *folder = lm_request_query(rq, "dir");
    listing    *l;

    if (!folder || !*folder) {
        lm_reply_status(rq, 400, "Directory not provided");
        return;
    }
    if (!(l = about(rq, self, folder, list)))
        return;
    l->deep = lm_user_says_yes(rq, "recurse");
    l->full_info = lm_user_says_yes(rq, "full_info");
    l->split = lm_user_says_yes(rq, "split");
    lm_errand_go(&l->e);
}

/* ------------------------------------------------------------------ GET /v2/userdata */

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

static int folders_first(const void *a, const void *b)
{
    const lm_tree_entry *one = a, *other = b;
    const int            order = strcasecmp(last_part(one->name), last_part(other->name));

    return one->folder != other->folder ? other->folder - one->folder : order ? order : strcmp(one->name, other->name);
}

static void write_entry(const listing *l, const lm_tree_entry *there, lm_text *out)
{
    lm_text path = { 0 };

    lm_text_printf(&path, "%s%s%s", lm_text_str(&l->folder), l->folder.size ? "/" : "", there->name);
    lm_text_puts(out, "{\"name\": ");
    lm_work_quote(out, last_part(there->name));
    lm_text_puts(out, ", \"path\": ");
    lm_work_quote(out, path.at);
    if (there->folder)
        lm_text_puts(out, ", \"type\": \"directory\"}");
    else
        lm_text_printf(out, ", \"type\": \"file\", \"size\": %llu, \"modified\": %lld.%03d}",
                       (unsigned long long)there->bytes, (long long)there->modified_ms / 1000,
                       (int)(there->modified_ms % 1000));
    lm_text_done(&path);
}

static void list_all(lm_errand *e)
{
    listing      *l = (listing *)e;
    lm_tree_entry there;
    lm_tree_list  all;

    if (!l->folder.size && !lm_tree_look(l->root, "", &there)) {
        lm_text_puts(&e->json, "[]"); /* nothing was ever written */
        return;
    }
    if (!lm_tree_each(l->root, lm_text_str(&l->folder), true, is_shown, &all)) {
        if (errno == ENOTDIR && lm_tree_look(l->root, l->folder.at, &there))
            lm_errand_refuse(e, 400, "Requested path is not a directory");
        else
            lm_errand_fail(e, errno);
        return;
    }
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, folders_first);
    lm_text_puts(&e->json, "[");
    for (size_t i = 0; i < all.n; i++) {
        lm_text_puts(&e->json, i ? ", " : "");
        write_entry(l, &all.at[i], &e->json);
    }
    lm_text_puts(&e->json, "]");
    lm_tree_list_done(&all);
}

void lm_user_list_all(lm_request *rq, void *self)
{
    const char *path = lm_request_query(rq, "path");
    listing    *l = about(rq, self, path ? path : "", list_all);

    if (l)
        lm_errand_go(&l->e);
}
