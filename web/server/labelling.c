/* labelling.c: what is known of pictures, from the history and from themselves. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/tree.h"
#include "web/server/labelling_parts.h"
#include "web/server/picture_words.h"
#include "web/server/shelf.h"

enum { PAGE_BYTES = 256 << 10 };

typedef struct lm_labelling {
    lm_server *server;
    lm_labels *labels;
    uv_work_t  following, reading;
    bool       loaded;           /* the labels that were there are known */
    bool       follows, again, reads, leaving;
    bool       compared;         /* with the history, which may have begun anew since */
    lm_page    page;             /* of the history, being labelled */
    int64_t    followed;
    lm_errand *wait, *wait_more; /* until what is being asked for is labelled; until what is asked for after it is */
    char      *cursor;           /* of the shelf: files before it were read */
    bool       follows_well, reads_well;
} lm_labelling;

lm_labels *lm_labelling_labels(const lm_server *s)
{
    return s->labelling ? s->labelling->labels : NULL;
}

/* ------------------------------------------------------------------ from the history */

static void label_page(uv_work_t *work)
{
    lm_labelling *l = work->data;
    const char   *root = lm_folders_tree(l->server->folders, "output");
    lm_gathered   all = { .to = l->labels };
    int64_t       followed = l->followed;

    for (int64_t i = 0; i < l->page.n && !all.failed; i++) {
        lm_label_job(root, &l->page.jobs[i], &all);
        followed = l->page.jobs[i].ended;
    }
    l->follows_well = lm_gathered_keep(&all, followed);
    if (l->follows_well)
        l->followed = followed;
}

static void ask(lm_labelling *l);

static void let_go(lm_errand **all)
{
    for (lm_errand *e; (e = *all);) {
        *all = e->next;
        lm_errand_go(e);
    }
}

static void stop_if_idle(lm_labelling *l)
{
    if (l->leaving && !l->follows && !l->reads)
        lm_server_stopped(l->server);
}

static void rest(lm_labelling *l)
{
    l->follows = false;
    let_go(&l->wait);
    if (l->again && !l->leaving)
        ask(l);
    if (!l->follows) {
        let_go(&l->wait);
        let_go(&l->wait_more);
    }
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
    l->wait = l->wait_more;
    l->wait_more = NULL;
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

void lm_labelling_go(lm_server *s, lm_errand *e)
{
    lm_labelling *l = s->labelling;

    if (!l || !l->loaded || l->leaving) {
        lm_errand_go(e);
        return;
    }
    e->next = l->wait_more;
    l->wait_more = e;
    l->again = true;
    if (!l->follows)
        rest(l);
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

static void read_file(lm_labelling *l, const lm_shelf_file *f, lm_gathered *all)
{
    const int fd = lm_tree_file(lm_folders_tree(l->server->folders, "output"), f->name);
    lm_text   prompt = { 0 };

    if (fd >= 0) {
        lm_picture_words(&prompt, fd);
        close(fd);
    }
    lm_gathered_add(all, f->name, f->modified_ms, "", "", &prompt);
    lm_text_done(&prompt);
}

static void read_some(uv_work_t *work)
{
    lm_labelling *l = work->data;
    lm_shelf_ask  what = { .folder = "", .fits = lm_labelling_lacks, .self = l->labels, .cursor = l->cursor, .limit = LM_LABELS_AT_ONCE };
    lm_shelf_page page;
    lm_gathered   all = { .to = l->labels };

    lm_shelf_read(l->server->shelf, &what, &page);
    for (size_t i = 0; i < page.n; i++)
        read_file(l, &page.at[i], &all);
    l->reads_well = lm_gathered_keep(&all, -1);
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
