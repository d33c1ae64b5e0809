/* progress.c: shows a run to the person at the terminal. */
#include "core/cli/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/graph/workflow.h"
#include "nodes/picture/png.h"

void lm_progress_init(lm_progress *p, lm_folders *folders, FILE *out)
{
    *p = (lm_progress){ .out = out, .folders = folders, .began = lm_clock_steady_s() };
    p->terminal = out && isatty(fileno(out));
}

double lm_progress_seconds(const lm_progress *p)
{
    return lm_clock_steady_s() - p->began;
}

/* ------------------------------------------------------------------ who is at work */

static lm_running *find_running(lm_progress *p, const char *node)
{
    for (int i = 0; i < p->n_running; i++)
        if (!strcmp(p->running[i].node, node))
            return &p->running[i];
    return NULL;
}

static lm_running *begin_running(lm_progress *p, const lm_event *e)
{
    lm_running *r;

    p->running = lm_grow(p->running, (size_t)(p->n_running + 1) * sizeof *p->running);
    r = &p->running[p->n_running++];
    *r = (lm_running){ .node = lm_copy_text(e->node), .node_class = e->node_class, .began = lm_clock_steady_s() };
    return r;
}

static void end_running(lm_progress *p, lm_running *r)
{
    lm_free(r->node);
    *r = p->running[--p->n_running];
}

/* ------------------------------------------------------------------ the bar */

/* "KSampler  [#########-----------]  9/20  4.1 it/s  2.7 s left" */
static void draw_bar(lm_progress *p, const lm_running *r)
{
    enum { WIDTH = 24 };
    const double spent = lm_clock_steady_s() - r->first_tick;
    const double rate = r->value > 1 && spent > 0 ? (double)(r->value - 1) / spent : 0;
    const int    full = r->total > 0 ? (int)(r->value * WIDTH / r->total) : 0;
    char         bar[WIDTH + 1];

    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < full ? '#' : '-';
    bar[WIDTH] = 0;
    fprintf(p->out, "\r\033[K[%lld/%lld] %s  [%s]  %lld/%lld", (long long)p->steps_done + 1,
            (long long)p->steps, r->node_class, bar, (long long)r->value, (long long)r->total);
    if (rate >= 1)
        fprintf(p->out, "  %.1f it/s", rate);
    else if (rate > 0)
        fprintf(p->out, "  %.1f s/it", 1 / rate);
    if (rate > 0)
        fprintf(p->out, "  %.0f s left", ceil((double)(r->total - r->value) / rate));
    fflush(p->out);
    p->line_open = true;
}

static void draw_running(lm_progress *p, const lm_running *r)
{
    if (!p->terminal)
        return;
    fprintf(p->out, "\r\033[K[%lld/%lld] %s", (long long)p->steps_done + 1, (long long)p->steps,
            r->node_class);
    fflush(p->out);
    p->line_open = true;
}

static void draw_executed(lm_progress *p, const lm_running *r)
{
    if (!p->out || (p->terminal && r->total == 0))
        return;
    fprintf(p->out, "%s[%lld/%lld] %s", p->terminal ? "\r\033[K" : "", (long long)p->steps_done,
            (long long)p->steps, r->node_class);
    if (r->total)
        fprintf(p->out, "  %lld steps", (long long)r->total);
    fprintf(p->out, "  %.2f s\n", lm_clock_steady_s() - r->began);
    p->line_open = false;
}

static void hear_progress(lm_progress *p, const lm_event *e)
{
    lm_running *r = find_running(p, e->node);

    if (!r)
        return;
    if (e->value <= 1 || !r->value)
        r->first_tick = lm_clock_steady_s();
    r->value = e->value;
    r->total = e->total;
    if (p->terminal)
        draw_bar(p, r);
}

/* What came from the cache is told as executed too, without having run. */
static void hear_executed(lm_progress *p, const lm_event *e)
{
    lm_running *r = find_running(p, e->node);

    if (!r)
        return;
    p->steps_done++;
    draw_executed(p, r);
    end_running(p, r);
}

static void clear_line(lm_progress *p)
{
    if (p->line_open)
        fprintf(p->out, "\r\033[K");
    p->line_open = false;
}

/* ------------------------------------------------------------------ what was saved */

static void note_file(lm_progress *p, const char *node, const json_t *file)
{
    const char *name = json_string_value(json_object_get(file, "filename"));
    const char *folder = json_string_value(json_object_get(file, "subfolder"));
    const char *type = json_string_value(json_object_get(file, "type"));
    lm_text     whole = { 0 };

    if (!name || !type)
        return;
    if (folder && *folder)
        lm_text_printf(&whole, "%s/", folder);
    lm_text_puts(&whole, name);
    p->files = lm_grow(p->files, (size_t)(p->n_files + 1) * sizeof *p->files);
    p->files[p->n_files].node = lm_copy_text(node);
    p->files[p->n_files++].path = lm_folders_path(p->folders, type, whole.at);
    lm_text_done(&whole);
}

static void note_answer(lm_progress *p, const lm_event *e)
{
    json_t *answer = json_loads(e->json, 0, NULL), *list, *file;
    const char *key;
    size_t      i;

    json_object_foreach(answer, key, list)
        json_array_foreach(list, i, file)
            note_file(p, e->display ? e->display : e->node, file);
    lm_text_printf(&p->outputs, "%s\"%s\": %s", p->outputs.size ? ", " : "", e->node, e->json);
    json_decref(answer);
}

/* By insertion: there are few, and those of one node keep their order. */
void lm_progress_sort(lm_progress *p, const lm_workflow *w)
{
    for (int i = p->n_sorted + 1; i < p->n_files; i++) {
        const int place = lm_workflow_find(w, p->files[i].node, strlen(p->files[i].node));

        for (int k = i; k > p->n_sorted &&
                        lm_workflow_find(w, p->files[k - 1].node, strlen(p->files[k - 1].node)) > place; k--) {
            char *node = p->files[k].node, *path = p->files[k].path;

            p->files[k] = p->files[k - 1];
            p->files[k - 1].node = node;
            p->files[k - 1].path = path;
        }
    }
    p->n_sorted = p->n_files;
}

static void save_preview(lm_progress *p, const lm_event *e)
{
    const lm_running *r = find_running(p, e->node);
    lm_text           path = { 0 };
    limn_error        err = { 0 };
    int               fd;

    if (!p->preview_dir)
        return;
    lm_text_printf(&path, "%s/%s_%04lld.png", p->preview_dir, e->node, (long long)(r ? r->value : 0));
    fd = open(path.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        lm_log(LM_LOG_WARN, "preview %s: %s", path.at, strerror(errno));
    else if (!lm_png_write_rgb(fd, path.at, e->width, e->height, e->rgb, &err))
        lm_log(LM_LOG_WARN, "preview: %s", err.text);
    if (fd >= 0)
        close(fd);
    lm_text_done(&path);
}

/* ------------------------------------------------------------------ listening */

static void hear(void *self, const lm_event *e)
{
    lm_progress *p = self;

    switch (e->kind) {
    case LM_EV_START:
        p->steps = e->value;
        p->steps_done = 0;
        p->cached = e->total;
        break;
    case LM_EV_CACHED:
        p->steps_done++;
        break;
    case LM_EV_RUNNING:
        draw_running(p, begin_running(p, e));
        break;
    case LM_EV_PROGRESS:
        hear_progress(p, e);
        break;
    case LM_EV_PREVIEW:
        save_preview(p, e);
        break;
    case LM_EV_PICTURE: /* there is no client */
        break;
    case LM_EV_EXECUTED:
        hear_executed(p, e);
        if (e->json)
            note_answer(p, e);
        break;
    case LM_EV_BLOCKED:
        if (e->error)
            lm_log(LM_LOG_WARN, "node %s (%s) and what follows it did not run: %s", e->node, e->node_class,
                   e->error->text);
        break;
    case LM_EV_FAILED:
    case LM_EV_INTERRUPTED:
    case LM_EV_DONE:
        clear_line(p);
        break;
    }
}

lm_listener lm_progress_listener(lm_progress *p)
{
    return (lm_listener){ hear, p };
}

void lm_progress_done(lm_progress *p)
{
    while (p->n_running)
        end_running(p, p->running);
    lm_free(p->running);
    for (int i = 0; i < p->n_files; i++) {
        lm_free(p->files[i].node);
        lm_free(p->files[i].path);
    }
    lm_free(p->files);
    lm_free(p->preview_dir);
    lm_text_done(&p->outputs);
}
