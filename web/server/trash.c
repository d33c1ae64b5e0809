/* trash.c: pictures put away and brought back. They lie in the output folder's own .trash, which no route shows, each
 * under a token and there under its own name: one rename puts it away, one brings it back, and nothing is ever
 * written over. What has lain there for a month goes. */
#include "web/server/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/file_name.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

#define TRASH ".trash"
enum { MOST = 500, TOKEN = 12 + 1 + 16, MONTH_S = 30 * 24 * 3600 };

typedef struct moving {
    lm_errand   e;
    lm_shelf   *shelf;
    const char *root;
    lm_json    *body;
    lm_json_ref list;
    bool        away;
} moving;

/* ------------------------------------------------------------------ tokens */

static bool is_token(const char *text, size_t n)
{
    return text && n == TOKEN && strspn(text, "0123456789abcdef") == 12 && text[12] == '-' &&
           strspn(text + 13, "0123456789abcdef") == 16;
}

static bool new_token(char out[TOKEN + 1])
{
    uint64_t chance;

    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        return false;
    snprintf(out, TOKEN + 1, "%012llx-%016llx", (unsigned long long)time(NULL) & 0xffffffffffff,
             (unsigned long long)chance);
    return true;
}

/* A token's folder with all that is in it. */
static void remove_token(const char *root, const char *token)
{
    lm_text name = { 0 };

    lm_text_printf(&name, TRASH "/%s", token);
    lm_tree_remove_folder(root, name.at);
    lm_text_done(&name);
}

static void drop_old(const char *root)
{
    const uint64_t now = (uint64_t)time(NULL);
    lm_tree_list   all = { 0 };

    if (!lm_tree_each(root, TRASH, false, NULL, &all))
        return;
    for (size_t i = 0; i < all.n; i++)
        if (all.at[i].folder && is_token(all.at[i].name, strlen(all.at[i].name)) &&
            strtoull(all.at[i].name, NULL, 16) + MONTH_S < now)
            remove_token(root, all.at[i].name);
    lm_tree_list_done(&all);
}

/* ------------------------------------------------------------------ one file */

static void put_error(lm_text *out, const char *words)
{
    lm_text_puts(out, ", \"error\": ");
    lm_work_quote(out, words);
    lm_text_puts(out, "}");
}

static const char *words_of(int why)
{
    const char *words = "";

    if (why == EEXIST)
        return "a file of that name is there again: nothing was written over it";
    lm_file_status(why, true, &words);
    return words;
}

/* The plain name below the root; false: it is none, or hidden. */
static bool read_file_name(const lm_json *d, lm_json_ref v, lm_text *out)
{
    size_t      n = 0, m = 0;
    const char *name = lm_json_string(d, lm_json_get(d, v, "name"), &n);
    const char *folder = lm_json_string(d, lm_json_get(d, v, "subfolder"), &m);
    lm_text     raw = { 0 };
    bool        well = name && n && !memchr(name, 0, n) && !memchr(name, '/', n) && (!folder || !memchr(folder, 0, m));

    if (well && m)
        lm_text_printf(&raw, "%s/", folder);
    if (well)
        lm_text_puts(&raw, name);
    well = well && !lm_file_name(raw.at, out) && out->size && !lm_file_name_dotted(out->at);
    lm_text_done(&raw);
    return well;
}

static void put_away(moving *m, lm_json_ref v)
{
    lm_text *out = &m->e.json;
    lm_text  name = { 0 }, to = { 0 };
    char     token[TOKEN + 1];

    if (!read_file_name(m->body, v, &name)) {
        lm_text_puts(out, "{\"token\": null");
        put_error(out, "name and subfolder are not those of a picture");
    } else {
        lm_text_puts(out, "{");
        lm_output_name(out, name.at);
        if (new_token(token))
            lm_text_printf(&to, TRASH "/%s/%s", token, name.at);
        if (to.size && lm_tree_move(m->root, name.at, to.at, false)) {
            lm_text_printf(out, ", \"token\": \"%s\"}", token);
        } else {
            lm_text_puts(out, ", \"token\": null");
            put_error(out, to.size ? words_of(errno) : "there is no chance to be had");
            if (to.size)
                remove_token(m->root, token); /* the folders that were made for it */
        }
    }
    lm_text_done(&name);
    lm_text_done(&to);
}

/* What lies under a token; false: nothing does.                                        [new] */
static bool find_kept(const char *root, const char *token, lm_text *name)
{
    lm_tree_list all = { 0 };
    lm_text      folder = { 0 };

    lm_text_printf(&folder, TRASH "/%s", token);
    if (lm_tree_each(root, folder.at, true, NULL, &all))
        for (size_t i = 0; i < all.n && !name->size; i++)
            if (!all.at[i].folder)
                lm_text_puts(name, all.at[i].name);
    lm_tree_list_done(&all);
    lm_text_done(&folder);
    return name->size;
}

static void bring_back(moving *m, lm_json_ref v)
{
    lm_text    *out = &m->e.json;
    lm_text     name = { 0 }, from = { 0 };
    size_t      n = 0;
    const char *token = lm_json_string(m->body, v, &n);

    lm_text_puts(out, "{\"token\": ");
    lm_work_quote(out, is_token(token, n) ? token : "");
    if (!is_token(token, n) || !find_kept(m->root, token, &name)) {
        put_error(out, "nothing is kept under this token");
    } else {
        lm_text_puts(out, ", ");
        lm_output_name(out, name.at);
        lm_text_printf(&from, TRASH "/%s/%s", token, name.at);
        if (lm_tree_move(m->root, from.at, name.at, false)) {
            remove_token(m->root, token);
            lm_text_puts(out, "}");
        } else {
            put_error(out, words_of(errno));
        }
    }
    lm_text_done(&name);
    lm_text_done(&from);
}

/* ------------------------------------------------------------------ all of them */

static void go(lm_errand *e)
{
    moving     *m = (moving *)e;
    const char *comma = "";

    if (m->away)
        drop_old(m->root);
    lm_text_puts(&e->json, "{\"files\": [");
    for (lm_json_ref v = lm_json_first(m->body, m->list); v; v = lm_json_next(m->body, v), comma = ", ") {
        lm_text_puts(&e->json, comma);
        (m->away ? put_away : bring_back)(m, v);
    }
    lm_text_puts(&e->json, "]}");
    lm_shelf_changed(m->shelf);
}

static void answer(lm_errand *e)
{
    lm_errand_answer(e);
    lm_json_free(((moving *)e)->body);
}

static void begin(lm_request *rq, lm_server *s, bool away)
{
    const char    *key = away ? "files" : "tokens";
    const lm_slice body = lm_request_body(rq);
    limn_error     err = { 0 };
    lm_json       *d = lm_json_read(body.at, body.n, &err);
    lm_json_ref    list = d ? lm_json_get(d, lm_json_root(d), key) : 0;
    moving        *m = NULL;
    char           words[80];

    snprintf(words, sizeof words, "%s must be a list of at most %d", key, MOST);
    if (!d)
        lm_reply_error(rq, 400, err.text);
    else if (lm_json_kind_of(d, list) != LM_JSON_ARRAY || lm_json_count(d, list) > MOST)
        lm_reply_error(rq, 400, words);
    else
        m = lm_errand_new(rq, sizeof *m, go, answer);
    if (!m) {
        lm_json_free(d);
        return;
    }
    m->shelf = s->shelf;
    m->root = lm_folders_tree(s->folders, "output");
    m->body = d;
    m->list = list;
    m->away = away;
    lm_errand_go(&m->e);
}

void lm_outputs_trash(lm_request *rq, void *self)
{
    begin(rq, self, true);
}

void lm_outputs_restore(lm_request *rq, void *self)
{
    begin(rq, self, false);
}
