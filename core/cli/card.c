/* card.c: what is shown of a shared pipeline's file. */
#include "core/cli/card.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/packed.h"
#include "core/graph/workflow.h"

enum { MOST_MODELS = 64, MOST_UNKNOWN = 32, MOST_TEXT = 300 };

typedef struct card {
    const lm_session *s;
    lm_json          *d;
    lm_bundle        *b;       /* NULL: it is none */
    lm_carried        carried;
    const char       *format;
    int               n_nodes, n_models, n_unknown;
    lm_text           models, unknown; /* JSON, with commas between */
} card;

/* ------------------------------------------------------------------ files */

bool lm_folder_bytes(lm_folders *f, const char *kind, const char *name, size_t most, char **bytes, size_t *n, limn_error *err)
{
    const int   fd = lm_folders_open(f, kind, name, err);
    struct stat st;
    size_t      got = 0;
    ssize_t     put = 1;

    if (fd < 0)
        return false;
    if (fstat(fd, &st) || (uint64_t)st.st_size > most) {
        close(fd);
        return limn_fail(err, FILE, "%.200s has more than %zu MB", name, most >> 20);
    }
    *bytes = lm_alloc((size_t)st.st_size + 1);
    while (put > 0 && got < (size_t)st.st_size) {
        put = read(fd, *bytes + got, (size_t)st.st_size - got);
        got += put > 0 ? (size_t)put : 0;
    }
    close(fd);
    *n = got;
    return got == (size_t)st.st_size || limn_fail(err, FILE, "%.200s cannot be read", name);
}

/* ------------------------------------------------------------------ what it needs */

static void add_quoted(lm_text *out, const char *before, const char *text, size_t n)
{
    lm_text_puts(out, before);
    lm_json_write_string(text, n, LM_JSON_SPACES, out);
}

/* Is this row there already? Then what was added is taken off again. */
static void once(lm_text *list, size_t from, int *n)
{
    const size_t size = list->size - from;
    char        *row = lm_copy_bytes(list->at + from, size), *first = strstr(list->at, row);

    if (first && first < list->at + from) {
        list->size = from;
        list->at[from] = '\0';
    } else {
        (*n)++;
    }
    lm_free(row);
}

static void need_model(card *c, const char *folder, const char *name)
{
    size_t from;

    if (c->n_models == MOST_MODELS)
        return;
    if (c->models.size)
        lm_text_puts(&c->models, ", ");
    from = c->models.size;
    add_quoted(&c->models, "{\"folder\": ", folder, strlen(folder));
    add_quoted(&c->models, ", \"name\": ", name, strlen(name));
    lm_text_puts(&c->models, "}");
    once(&c->models, from, &c->n_models);
    if (c->models.size == from && from)
        c->models.at[c->models.size = from - 2] = '\0';
}

static void need_file(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                      const limn_input *row, lm_json_ref v)
{
    card       *c = self;
    const bool  is = row && row->kind == LIMN_KIND_FILE && row->folder && !lm_folders_working(row->folder);
    const char *name = is ? lm_json_c_string(c->d, v) : NULL;

    (void)node, (void)node_size, (void)input, (void)input_size;
    for (const char *const *w = is ? row->extra : NULL; name && w && *w; w++)
        if (!strcmp(*w, name))
            return;
    if (name && *name)
        need_model(c, row->folder, name);
}

static void need_class(void *self, const char *name, size_t size, const lm_class *known)
{
    card  *c = self;
    size_t from;

    c->n_nodes++;
    if (known || c->n_unknown == MOST_UNKNOWN)
        return;
    if (c->unknown.size)
        lm_text_puts(&c->unknown, ", ");
    from = c->unknown.size;
    add_quoted(&c->unknown, "", name, size);
    once(&c->unknown, from, &c->n_unknown);
    if (c->unknown.size == from && from)
        c->unknown.at[c->unknown.size = from - 2] = '\0';
}

/* ------------------------------------------------------------------ reading it */

static bool read_workflow(card *c, const char *text, size_t n, limn_error *err)
{
    const lm_canvas_env env = { .registry = c->s->registry, .folders = c->s->folders, .now = time(NULL), .chance = 1 };
    const lm_uses       uses = { c, need_class, need_file };

    c->n_nodes = c->n_models = c->n_unknown = 0;
    lm_text_done(&c->models);
    lm_text_done(&c->unknown);
    lm_json_free(c->d);
    c->d = lm_json_read(text, n, err);
    return c->d && lm_uses_walk(c->d, &env, &uses, err) && (c->n_nodes || limn_fail(err, FILE, "it holds no node"));
}

static bool read_bundle(card *c, const char *bytes, size_t n, limn_error *err)
{
    size_t size;
    char  *text;
    bool   well;

    c->b = lm_alloc(sizeof *c->b);
    c->format = "bundle";
    if (!lm_bundle_open(c->b, bytes, n, err))
        return false;
    text = lm_bundle_workflow(c->b, &size, err);
    well = text && read_workflow(c, text, size, err);
    lm_free(text);
    for (int i = 0; well && i < c->b->n_models; i++)
        need_model(c, c->b->models[i].folder, c->b->models[i].name);
    return well;
}

static bool read_texts(card *c, const char *bytes, size_t n, limn_error *err)
{
    if (!lm_carried_bytes(&c->carried, bytes, n, c->s->folders, err))
        return false;
    for (int i = 0; i < c->carried.n; i++) {
        limn_error why = { 0 };

        if (read_workflow(c, c->carried.at[i].text, c->carried.at[i].size, &why)) {
            c->format = !strcmp(c->carried.at[i].key, "parameters")  ? "a1111"
                        : lm_canvas_is(c->d, lm_workflow_root(c->d)) ? "canvas" : "api";
            return true;
        }
        if (!i)
            *err = why;
    }
    return false;
}

/* ------------------------------------------------------------------ telling of it */

/* What a canvas noted of the workflow: extra.info.KEY. */
static void add_info(const card *c, lm_text *out, const char *before, const char *key, const char *of_bundle)
{
    const lm_json_ref extra = lm_json_get(c->d, lm_workflow_root(c->d), "extra");
    size_t            n = 0;
    const char       *at = lm_json_string(c->d, lm_json_get(c->d, lm_json_get(c->d, extra, "info"), key), &n);

    if (c->b)
        add_quoted(out, before, of_bundle, strlen(of_bundle));
    else
        add_quoted(out, before, at && n <= MOST_TEXT ? at : "", at && n <= MOST_TEXT ? n : 0);
}

static void add_plugins(const card *c, lm_text *out)
{
    lm_text_puts(out, ", \"plugins\": [");
    for (int i = 0; c->b && i < c->b->n_plugins; i++) {
        lm_text one = { 0 };

        lm_text_printf(&one, "%s %s", c->b->plugins[i].id, c->b->plugins[i].version);
        add_quoted(out, i ? ", " : "", one.at, one.size);
        lm_text_done(&one);
    }
    lm_text_puts(out, "]");
}

/* A bundle's own, a picture's, or the graph. What of them cannot be read is drawn. */
static bool add_thumbnail(const card *c, const char *bytes, size_t n, lm_text *out, limn_error *err)
{
    const lm_zip_entry *e = c->b ? lm_zip_find(&c->b->zip, "thumbnail.webp") : NULL;
    limn_error          why = { 0 };
    char               *own = e ? lm_zip_read(&c->b->zip, e, &why) : NULL;
    lm_text             drawn = { 0 };
    bool                well = false;

    if (own)
        well = lm_packed_thumbnail(own, e->size, out, &why);
    else if (!c->b && lm_bundled_ending(bytes, n))
        well = lm_packed_thumbnail(bytes, n, out, &why);
    lm_free(own);
    if (!well)
        well = lm_graph_picture(c->d, &drawn, err) && lm_packed_thumbnail(drawn.at, drawn.size, out, err);
    lm_text_done(&drawn);
    return well;
}

static bool tell(const card *c, const char *bytes, size_t n, lm_text *out, limn_error *err)
{
    add_info(c, out, "{\"title\": ", "name", c->b ? c->b->title : "");
    add_info(c, out, ", \"author\": ", "author", c->b ? c->b->author : "");
    add_info(c, out, ", \"licence\": ", "licence", c->b ? c->b->licence : "");
    lm_text_printf(out, ", \"format\": \"%s\", \"models\": [%s], \"unknown\": [%s]", c->format, lm_text_str(&c->models),
                   lm_text_str(&c->unknown));
    add_plugins(c, out);
    lm_text_add(out, "}", 2); /* and its NUL */
    return add_thumbnail(c, bytes, n, out, err);
}

bool lm_card_tell(lm_session *s, const char *bytes, size_t n, lm_text *out, limn_error *err)
{
    card c = { .s = s };
    bool well = n >= 4 && lm_zip_begins(bytes, n) ? read_bundle(&c, bytes, n, err) : read_texts(&c, bytes, n, err);

    well = well && tell(&c, bytes, n, out, err);
    lm_text_done(&c.models);
    lm_text_done(&c.unknown);
    lm_carried_done(&c.carried);
    if (c.b)
        lm_bundle_done(c.b);
    lm_free(c.b);
    lm_json_free(c.d);
    return well;
}
