/* watch_bar.c: what a job on a server does, in one line at the terminal. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/cli/watch.h"

void lm_bar_begin(lm_bar *b, lm_workflow *w, bool on)
{
    const bool terminal = isatty(STDERR_FILENO);

    *b = (lm_bar){ .on = on && terminal, .lines = on && !terminal, .workflow = w, .began_s = lm_clock_steady_s() };
}

void lm_bar_tell(lm_bar *b, const char *id, lm_remote_state state)
{
    if (b->lines && state != b->told)
        fprintf(stderr, "job %s: %s\n", id, lm_remote_state_names[state]);
    b->told = state;
}

void lm_bar_clear(lm_bar *b)
{
    if (b->line_open)
        fprintf(stderr, "\r\033[K");
    b->line_open = false;
}

/* ------------------------------------------------------------------ hearing */

static void begin_node(lm_bar *b, const char *id, size_t n)
{
    const int place = b->workflow ? lm_workflow_find(b->workflow, id, n) : -1;
    lm_text   t = { 0 };

    if (place >= 0 && lm_workflow_at(b->workflow, place)->class_name)
        lm_text_puts(&t, lm_workflow_at(b->workflow, place)->class_name);
    else
        lm_text_printf(&t, "node %.*s", (int)n, id);
    b->node[0] = 0;
    if (t.size) {
        lm_text shown = { 0 };

        lm_remote_clean(&shown, t.at, t.size, sizeof b->node - 8);
        snprintf(b->node, sizeof b->node, "%s", shown.at);
        lm_text_done(&shown);
    }
    b->value = b->total = 0;
    lm_text_done(&t);
}

static bool hear(lm_bar *b, const lm_json *d, lm_json_ref type, lm_json_ref data)
{
    size_t      n;
    const char *node = lm_json_string(d, lm_json_get(d, data, "node"), &n);

    if (lm_json_is(d, type, "executing") && node)
        begin_node(b, node, n);
    if (lm_json_is(d, type, "progress")) {
        lm_json_to_double(d, lm_json_get(d, data, "value"), &b->value);
        lm_json_to_double(d, lm_json_get(d, data, "max"), &b->total);
    }
    return (lm_json_is(d, type, "executing") && !node) || lm_json_is(d, type, "execution_success") ||
           lm_json_is(d, type, "execution_error") || lm_json_is(d, type, "execution_interrupted");
}

bool lm_bar_hear(lm_bar *b, const char *id, const char *message, size_t n)
{
    limn_error  ignored = { 0 };
    lm_json    *d = lm_json_read(message, n, &ignored);
    lm_json_ref data = d ? lm_json_get(d, lm_json_root(d), "data") : 0;
    bool        ends = false;

    if (d && lm_json_is(d, lm_json_get(d, data, "prompt_id"), id))
        ends = hear(b, d, lm_json_get(d, lm_json_root(d), "type"), data);
    lm_json_free(d);
    return ends;
}

/* ------------------------------------------------------------------ drawing */

void lm_bar_draw(lm_bar *b, lm_remote_state state)
{
    enum { WIDTH = 24 };
    char      bar[WIDTH + 1];
    const int full = b->total >= 1 && b->value >= 0 && b->value <= b->total ? (int)(b->value * WIDTH / b->total) : 0;

    if (!b->on)
        return;
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < full ? '#' : '-';
    bar[WIDTH] = 0;
    fprintf(stderr, "\r\033[K%s  %.0f s", state == LM_REMOTE_RUNNING ? "running" : "waiting", lm_clock_steady_s() - b->began_s);
    if (*b->node)
        fprintf(stderr, "  %s", b->node);
    if (b->total >= 1 && b->total < 1e9)
        fprintf(stderr, "  [%s]  %.0f/%.0f", bar, b->value, b->total);
    fflush(stderr);
    b->line_open = true;
}
