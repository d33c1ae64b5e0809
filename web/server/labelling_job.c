/* labelling_job.c: labels, one by one and of all pictures of a job, as far as its history tells. */
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/file_name.h"
#include "web/server/labelling_parts.h"
#include "web/server/picture_words.h"

enum { LATE_MS = 2000 }; /* a file's clock may be so much ahead */

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

bool lm_gathered_keep(lm_gathered *g, int64_t followed)
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

void lm_gathered_add(lm_gathered *g, const char *path, int64_t ms, const char *job, const char *name, const lm_text *prompt)
{
    lm_text words = words_of(path, ms, name, prompt);

    g->at[g->n++] = (lm_label){ lm_copy_text(path), ms, lm_copy_text(job), lm_copy_text(name), lm_text_take(&words) };
    if (g->n == LM_LABELS_AT_ONCE)
        lm_gathered_keep(g, -1);
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
    lm_gathered  *out;
} ended;

/* A file that is younger than the job is another's. */
static void label_item(ended *e, const lm_json *d, lm_json_ref item)
{
    lm_text       path = { 0 };
    lm_tree_entry there = { 0 };

    if (lm_json_is(d, lm_json_get(d, item, "type"), "output") && read_path(d, item, &path) &&
        lm_tree_look(e->root, path.at, &there) && !there.folder && there.modified_ms <= e->job->ended_ms + LATE_MS)
        lm_gathered_add(e->out, path.at, there.modified_ms, e->job->id, lm_text_str(&e->name), &e->prompt);
    lm_text_done(&path);
}

/* {"7": {"images": [{"filename", "subfolder", "type"}]}} */
static void label_outputs(ended *e, const lm_json *d)
{
    for (lm_json_ref n = lm_json_first_key(d, lm_json_root(d)); n; n = lm_json_next(d, n)) {
        for (lm_json_ref k = lm_json_first_key(d, lm_json_value(d, n)); k; k = lm_json_next(d, k)) {
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

    return file && n > b + e && !memcmp(file, before, b) && !memcmp(file + n - e, behind, e) &&
           add_name(out, file + b, n - b - e);
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

void lm_label_job(const char *root, const lm_job *job, lm_gathered *out)
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
