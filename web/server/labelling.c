/* labelling.c: what is known of pictures, from the history and from themselves. */
#include "web/server/labelling.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/file_name.h"
#include "web/server/picture_words.h"
#include "web/server/shelf.h"

enum { AT_ONCE = 64, PAGE_BYTES = 256 << 10, LATE_MS = 2000 }; /* LATE: a file's clock may be so much ahead */

typedef struct lm_labelling {
    lm_server *server;
    lm_labels *labels;
    uv_work_t  following, reading;
    bool       loaded;           /* the labels that were there are known */
    bool       follows, again, reads, leaving;
    bool       compared;         /* with the history, which may have begun anew since */
    lm_page    page;             /* of the history, being labelled */
    int64_t    followed;
    char      *cursor;           /* of the shelf: files before it were read */
    bool       follows_well, reads_well;
} lm_labelling;

lm_labels *lm_labelling_labels(const lm_server *s)
{
    return s->labelling ? s->labelling->labels : NULL;
}

/* ------------------------------------------------------------------ one label */

static void put_day(lm_text *out, int64_t ms)
{
    const time_t t = (time_t)(ms / 1000);
    struct tm    local;
    char         day[32];

    if (localtime_r(&t, &local) && strftime(day, sizeof day, "%Y-%m-%d\n", &local))
        lm_text_puts(out, day);
}

/* The words of a file: its name, its day, its workflow's name, and what stands in its prompt. */
static lm_text words_of(const char *path, int64_t modified_ms, const char *name, const lm_text *prompt)
{
    lm_text out = { 0 };

    lm_text_printf(&out, "%s\n", path);
    put_day(&out, modified_ms);
    lm_text_printf(&out, "%s\n", name);
    lm_text_puts(&out, lm_text_str(prompt));
    return out;
}

/* ------------------------------------------------------------------ from the history */

/* Labels that are gathered, and kept when there are AT_ONCE of them; their texts are theirs. */
typedef struct gathered {
    lm_labels *to;
    lm_label   at[AT_ONCE];
    size_t     n;
    bool       failed; /* some were not kept */
} gathered;

/* `followed` as lm_labels_put has it. False: they were not all kept. */
static bool keep(gathered *g, int64_t followed)
{
    if (!g->failed && (g->n || followed >= 0))
        g->failed = !lm_labels_put(g->to, g->at, g->n, followed);
    for (size_t i = 0; i < g->n; i++) {
        lm_free((char *)g->at[i].path);
        lm_free((char *)g->at[i].job);
        lm_free((char *)g->at[i].name);
        lm_free((char *)g->at[i].words);
    }
    g->n = 0;
    return !g->failed;
}

static void gather(gathered *g, const char *path, int64_t ms, const char *job, const char *name, const lm_text *prompt)
{
    lm_text words = words_of(path, ms, name, prompt);

    g->at[g->n++] = (lm_label){ lm_copy_text(path), ms, lm_copy_text(job), lm_copy_text(name), lm_text_take(&words) };
    if (g->n == AT_ONCE)
        keep(g, -1);
}

static bool is_output(const lm_json *d, lm_json_ref item)
{
    size_t      n;
    const char *type = lm_json_string(d, lm_json_get(d, item, "type"), &n);

    return type && n == 6 && !memcmp(type, "output", 6);
}

/* The plain name of a file that a node tells of; false: it names none. */
static bool read_path(const lm_json *d, lm_json_ref item, lm_text *out)
{
    size_t      n = 0, m = 0;
    const char *name = lm_json_string(d, lm_json_get(d, item, "filename"), &n);
    const char *folder = lm_json_string(d, lm_json_get(d, item, "subfolder"), &m);
    lm_text     raw = { 0 };
    bool        well = name && n && !memchr(name, 0, n) && (!folder || !memchr(folder, 0, m));

    if (well && m)
        lm_text_printf(&raw, "%s/", folder);
    if (well)
        lm_text_puts(&raw, name);
    well = well && !lm_file_name(raw.at, out) && out->size;
    lm_text_done(&raw);
    return well;
}

/* A job that ended, with what is known of it once for all of its pictures. */
typedef struct ended {
    const char   *root;
    const lm_job *job;
    lm_text       name, prompt;
    gathered     *out;
} ended;

/* A file that is younger than the job is another's. */
static void label_item(ended *e, const lm_json *d, lm_json_ref item)
{
    lm_text       path = { 0 };
    lm_tree_entry there = { 0 };

    if (is_output(d, item) && read_path(d, item, &path) && lm_tree_look(e->root, path.at, &there) && !there.folder &&
        there.modified_ms <= e->job->ended_ms + LATE_MS)
        gather(e->out, path.at, there.modified_ms, e->job->id, lm_text_str(&e->name), &e->prompt);
    lm_text_done(&path);
}

/* {"7": {"images": [{"filename", "subfolder", "type"}]}} */
static void label_outputs(ended *e, const lm_json *d)
{
    for (lm_json_ref n = lm_json_first(d, lm_json_root(d)); n; n = lm_json_next(d, n)) {
        const lm_json_ref told = lm_json_value(d, n);

        if (lm_json_kind_of(d, told) != LM_JSON_OBJECT)
            continue;
        for (lm_json_ref k = lm_json_first(d, told); k; k = lm_json_next(d, k)) {
            const lm_json_ref list = lm_json_value(d, k);

            if (lm_json_kind_of(d, list) != LM_JSON_ARRAY)
                continue;
            for (lm_json_ref i = lm_json_first(d, list); i; i = lm_json_next(d, i))
                label_item(e, d, i);
        }
    }
}

static bool add_name(lm_text *out, const char *name, size_t n)
{
    if (!name || !n || n > 200 || memchr(name, 0, n))
        return false;
    lm_text_add(out, name, n);
    return true;
}

/* "workflows/portraits/harbour.json" -> "portraits/harbour" */
static bool add_file(lm_text *out, const char *file, size_t n)
{
    static const char before[] = "workflows/", behind[] = ".json";
    const size_t      b = sizeof before - 1, e = sizeof behind - 1;

    return file && n > b + e && !memcmp(file, before, b) && !memcmp(file + n - e, behind, e) && add_name(out, file + b, n - b - e);
}

/* What the page calls the workflow: extra_data.limn.file, where it is saved, else its name. */
static void read_name(const lm_blob *extra, lm_text *out)
{
    limn_error        err = { 0 };
    lm_json          *d = extra->size ? lm_json_read(extra->at, extra->size, &err) : NULL;
    const lm_json_ref limn = d ? lm_json_get(d, lm_json_root(d), "limn") : 0;
    size_t            n = 0, m = 0;
    const char       *file = d ? lm_json_string(d, lm_json_get(d, limn, "file"), &n) : NULL;
    const char       *name = d ? lm_json_string(d, lm_json_get(d, limn, "name"), &m) : NULL;

    if (!add_file(out, file, n))
        add_name(out, name, m);
    lm_json_free(d);
}

static void label_job(const char *root, const lm_job *job, gathered *out)
{
    limn_error err = { 0 };
    lm_json   *d = job->outputs.size > 2 ? lm_json_read(job->outputs.at, job->outputs.size, &err) : NULL;
    ended      e = { root, job, .out = out };

    if (d && lm_json_kind_of(d, lm_json_root(d)) == LM_JSON_OBJECT) {
        read_name(&job->extra, &e.name);
        lm_prompt_words(&e.prompt, job->prompt.at, job->prompt.size);
        label_outputs(&e, d);
    }
    lm_text_done(&e.name);
    lm_text_done(&e.prompt);
    lm_json_free(d);
}

static void label_page(uv_work_t *work)
{
    lm_labelling *l = work->data;
    const char   *root = lm_folders_tree(l->server->folders, "output");
    gathered      all = { .to = l->labels };
    int64_t       followed = l->followed;

    for (int64_t i = 0; i < l->page.n && !all.failed; i++) {
        label_job(root, &l->page.jobs[i], &all);
        followed = l->page.jobs[i].ended;
    }
    l->follows_well = keep(&all, followed);
    if (l->follows_well)
        l->followed = followed;
}

static void ask(lm_labelling *l);

static void stop_if_idle(lm_labelling *l)
{
    if (l->leaving && !l->follows && !l->reads)
        lm_server_stopped(l->server);
}

static void rest(lm_labelling *l)
{
    l->follows = false;
    if (l->again && !l->leaving)
        ask(l);
    stop_if_idle(l);
}

static void page_labelled(uv_work_t *work, int status)
{
    lm_labelling *l = work->data;

    lm_page_done(&l->page);
    l->again = (l->again || !status) && l->follows_well;
    rest(l);
}

static void answered(void *self, lm_answer *a)
{
    lm_labelling *l = self;

    if (a->outcome != LM_STORE_DONE || !a->page.n || l->leaving) {
        rest(l);
        return;
    }
    l->page = a->page;
    a->page = (lm_page){ 0 };
    l->follows_well = false;
    if (uv_queue_work(&l->server->loop, &l->following, label_page, page_labelled))
        page_labelled(&l->following, UV_ENOMEM);
}

/* The history's last entry: one that is older than what was followed belongs to a history that began anew. */
static void compared(void *self, lm_answer *a)
{
    lm_labelling *l = self;

    if (a->outcome == LM_STORE_DONE && (!a->page.n || a->page.jobs[a->page.n - 1].ended < l->followed))
        l->followed = 0;
    l->compared = l->again = true;
    rest(l);
}

static void ask(lm_labelling *l)
{
    const lm_ask last = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_NONE, .max = 1, .offset = -1 };
    const lm_ask what = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1, .bytes = PAGE_BYTES,
                          .from = { .on = true, .at = l->followed, .left = INT64_MAX } };
    limn_error   err = { 0 };

    l->again = false;
    l->follows = lm_queue_list(l->server->queue, l->compared ? &what : &last, l->compared ? answered : compared, l, &err);
}

void lm_labelling_follow(lm_server *s)
{
    lm_labelling *l = s->labelling;

    if (!l || l->leaving)
        return;
    l->again = true;
    if (!l->follows && l->loaded)
        ask(l);
}

/* ------------------------------------------------------------------ the beginning */

static void load(uv_work_t *work)
{
    lm_labelling *l = work->data;

    l->followed = lm_labels_load(l->labels);
}

static void has_loaded(uv_work_t *work, int status)
{
    lm_labelling *l = work->data;

    l->loaded = !status;
    l->again = l->loaded;
    rest(l);
}

/* ------------------------------------------------------------------ from the pictures */

bool lm_labelling_lacks(void *self, const char *name, int64_t modified_ms)
{
    return !lm_labels_has(self, name, modified_ms);
}

static void read_file(lm_labelling *l, const lm_shelf_file *f, gathered *all)
{
    const int fd = lm_tree_file(lm_folders_tree(l->server->folders, "output"), f->name);
    lm_text   prompt = { 0 };

    if (fd >= 0) {
        lm_picture_words(&prompt, fd);
        close(fd);
    }
    gather(all, f->name, f->modified_ms, "", "", &prompt);
    lm_text_done(&prompt);
}

static void read_some(uv_work_t *work)
{
    lm_labelling *l = work->data;
    lm_shelf_ask  what = { .folder = "", .fits = lm_labelling_lacks, .self = l->labels, .cursor = l->cursor, .limit = AT_ONCE };
    lm_shelf_page page;
    gathered      all = { .to = l->labels };

    lm_shelf_read(l->server->shelf, &what, &page);
    for (size_t i = 0; i < page.n; i++)
        read_file(l, &page.at[i], &all);
    l->reads_well = keep(&all, -1);
    lm_free(l->cursor);
    l->cursor = page.next;
    page.next = NULL;
    lm_shelf_page_done(&page);
}

static void some_read(uv_work_t *work, int status)
{
    lm_labelling *l = work->data;

    if (l->cursor && !status && l->reads_well && !l->leaving &&
        !uv_queue_work(&l->server->loop, &l->reading, read_some, some_read))
        return;
    lm_free(l->cursor);
    l->cursor = NULL;
    l->reads = false;
    stop_if_idle(l);
}

void lm_labelling_read(lm_server *s)
{
    lm_labelling *l = s->labelling;

    if (l && l->loaded && !l->leaving && !l->reads)
        l->reads = !uv_queue_work(&s->loop, &l->reading, read_some, some_read);
}

/* ------------------------------------------------------------------ the part */

/* Without labels the server serves all the same. */
static bool open_labelling(lm_server *s, limn_error *err)
{
    lm_labelling *l = lm_alloc(sizeof *l);
    limn_error    why = { 0 };
    lm_text       folder = { 0 };

    (void)err;
    *l = (lm_labelling){ .server = s };
    l->following.data = l->reading.data = l;
    lm_text_printf(&folder, "%s/state", s->o->base);
    l->labels = lm_labels_open(folder.at, &why);
    lm_text_done(&folder);
    if (!l->labels) {
        lm_log(LM_LOG_WARN, "pictures are found by their names only: %s", why.text);
        lm_free(l);
        return true;
    }
    s->labelling = l;
    l->follows = !uv_queue_work(&s->loop, &l->following, load, has_loaded);
    return true;
}

static void stop_labelling(lm_server *s)
{
    if (!s->labelling) {
        lm_server_stopped(s);
        return;
    }
    s->labelling->leaving = true;
    stop_if_idle(s->labelling);
}

static void close_labelling(lm_server *s)
{
    if (!s->labelling)
        return;
    lm_labels_close(s->labelling->labels);
    lm_free(s->labelling->cursor);
    lm_free(s->labelling);
    s->labelling = NULL;
}

const lm_part lm_labelling_part = { .name = "labelling", .open = open_labelling, .stop = stop_labelling,
                                    .close = close_labelling };
