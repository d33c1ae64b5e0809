/* runner_nodes.c: the nodes of a job, as progress_state tells them: all that run or have run, again and again. What
 * has finished is kept as text; how often and how much is told is bounded, and the last state is always told. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/runner_parts.h"
#include "web/work/work_check.h"

/* ------------------------------------------------------------------ who runs */

static void free_node(lm_node_now *n)
{
    lm_free(n->id);
    lm_free(n->display);
    lm_free(n->real);
    lm_free(n->parent);
    lm_free(n->node_class);
}

void lm_nodes_done(lm_nodes *n)
{
    for (int i = 0; i < n->n_now; i++)
        free_node(&n->now[i]);
    lm_free(n->now);
    lm_text_done(&n->done);
    lm_free(n->tick_node);
    lm_free(n->blocked);
    *n = (lm_nodes){ 0 };
}

/* What began last ends first, mostly. */
static lm_node_now *find(lm_nodes *n, const char *id)
{
    for (int i = n->n_now - 1; i >= 0; i--)
        if (!strcmp(n->now[i].id, id))
            return &n->now[i];
    return NULL;
}

bool lm_nodes_runs(const lm_way *way, const char *id)
{
    return find((lm_nodes *)&way->nodes, id);
}

static lm_node_now node_of(const lm_wire *m)
{
    return (lm_node_now){ lm_copy_text(lm_way_who(m, LM_WHO_NODE)), lm_copy_text(lm_way_who(m, LM_WHO_DISPLAY)),
                          lm_copy_text(lm_way_who(m, LM_WHO_REAL)), lm_copy_text(lm_way_who(m, LM_WHO_PARENT)), 0, 1,
                          lm_copy_text(lm_way_who(m, LM_WHO_CLASS)), uv_hrtime(), 0 };
}

static lm_node_now *add(lm_nodes *n, const lm_wire *m)
{
    if (n->n_now == n->room) {
        n->room = n->room ? 2 * n->room : 8;
        n->now = lm_grow(n->now, (size_t)n->room * sizeof *n->now);
    }
    n->now[n->n_now] = node_of(m);
    return &n->now[n->n_now++];
}

/* ------------------------------------------------------------------ telling */

static void put_member(lm_text *out, const char *key, const char *text)
{
    lm_text_printf(out, ", \"%s\": ", key);
    if (text && *text)
        lm_work_quote(out, text);
    else
        lm_text_puts(out, "null");
}

static void put_node(lm_text *out, const lm_way *way, const lm_node_now *n, const char *state)
{
    lm_text_puts(out, out->size ? ", " : "");
    lm_work_quote(out, n->id);
    lm_text_printf(out, ": {\"value\": %" PRId64 ", \"max\": %" PRId64 ", \"state\": \"%s\"", n->value, n->total,
                   state);
    put_member(out, "node_id", n->id);
    lm_text_printf(out, ", \"prompt_id\": %s", way->quoted);
    put_member(out, "display_node_id", n->display);
    put_member(out, "parent_node_id", n->parent);
    put_member(out, "real_node_id", n->real);
    lm_text_puts(out, "}");
}

void lm_nodes_state(const lm_way *way, lm_text *out, bool done)
{
    const lm_nodes *n = &way->nodes;
    const bool      has_done = done && n->done.size;
    lm_text         running = { .may_fail = true };

    for (int i = 0; i < n->n_now; i++)
        put_node(&running, way, &n->now[i], "running");
    lm_text_printf(out, "{\"prompt_id\": %s, \"nodes\": {", way->quoted);
    if (has_done)
        lm_text_add(out, n->done.at, n->done.size);
    if (running.size) {
        lm_text_puts(out, has_done ? ", " : "");
        lm_text_add(out, running.at, running.size);
    }
    lm_text_puts(out, "}}");
    if (running.failed || (done && n->done.failed)) {
        lm_text_done(out);
        out->failed = out->may_fail;
    }
    lm_text_done(&running);
}

static void tell_state(lm_way *way)
{
    lm_nodes *n = &way->nodes;
    lm_text   data = { .may_fail = true };

    lm_nodes_state(way, &data, true);
    if (!data.failed) /* clients do without it, and hear the next one */
        lm_way_say(way, "progress_state", &data);
    n->state_waits = false;
    n->state_at = uv_now(&way->runner->server->loop);
    n->credit -= (int64_t)data.size;
    lm_text_done(&data);
}

static void tell_tick(lm_way *way)
{
    lm_nodes *n = &way->nodes;
    lm_text   data = { 0 };

    lm_text_printf(&data, "{\"value\": %" PRId64 ", \"max\": %" PRId64 ", \"prompt_id\": %s, \"node\": ", n->tick_value,
                   n->tick_total, way->quoted);
    lm_work_quote(&data, n->tick_node);
    lm_text_puts(&data, "}");
    lm_way_say(way, "progress", &data);
    lm_text_done(&data);
    n->tick_waits = false;
    n->tick_at = uv_now(&way->runner->server->loop);
}

/* ------------------------------------------------------------------ how often */

/* Milliseconds until the state may be told: a small one at once, a large one when its bytes have been saved up. */
static uint64_t state_wait(const lm_way *way)
{
    const lm_nodes *n = &way->nodes;

    return n->credit >= 0 ? 0 : (uint64_t)(-n->credit) * 1000 / LM_TOLD_RATE + 1;
}

static void save_up(lm_way *way)
{
    lm_nodes      *n = &way->nodes;
    const uint64_t now = uv_now(&way->runner->server->loop);
    const uint64_t ms = now - n->credit_at < 60000 ? now - n->credit_at : 60000;

    n->credit += (int64_t)(ms * LM_TOLD_RATE / 1000);
    if (n->credit > LM_TOLD_RATE)
        n->credit = LM_TOLD_RATE;
    n->credit_at = now;
}

/* A node began or ended. */
static void state_changed(lm_way *way)
{
    way->nodes.state_waits = true;
    save_up(way);
    if (!state_wait(way))
        tell_state(way);
}

static uint64_t since(const lm_way *way, uint64_t at)
{
    return at ? uv_now(&way->runner->server->loop) - at : LM_TOLD_EVERY_MS;
}

uint64_t lm_nodes_flush(lm_way *way, bool at_once)
{
    lm_nodes      *n = &way->nodes;
    const uint64_t told = since(way, n->tick_at);
    const bool     due = at_once || told >= LM_TOLD_EVERY_MS;

    save_up(way);
    if (n->state_waits && due && (at_once || !state_wait(way)))
        tell_state(way);
    if (n->tick_waits && due)
        tell_tick(way);
    if (n->tick_waits)
        return LM_TOLD_EVERY_MS - told;
    if (!n->state_waits)
        return 0;
    return state_wait(way) > LM_TOLD_EVERY_MS ? state_wait(way) : LM_TOLD_EVERY_MS;
}

/* ------------------------------------------------------------------ what is heard */

/* A tick that was held back is told before anything else of its node, or another's tick. */
static void end_tick(lm_way *way)
{
    lm_nodes *n = &way->nodes;

    if (!n->tick_waits)
        return;
    if (n->state_waits && !state_wait(way))
        tell_state(way);
    tell_tick(way);
}

/* For /metrics: a node that has run, and its steps from its beginning to the last of them. */
static void count_run(const lm_way *way, const lm_node_now *n)
{
    lm_times_node(way->runner->times, n->node_class, uv_hrtime() - n->began);
    if (n->ticked)
        lm_times_steps(way->runner->times, n->node_class, n->value, n->ticked - n->began);
}

void lm_nodes_begin(lm_way *way, const lm_wire *m)
{
    lm_node_now *now = find(&way->nodes, lm_way_who(m, LM_WHO_NODE));

    if (!now)
        now = add(&way->nodes, m);
    now->value = 0;
    now->total = 1;
    now->began = uv_hrtime();
    now->ticked = 0;
    state_changed(way);
}

void lm_nodes_tick(lm_way *way, const lm_wire *m)
{
    lm_nodes    *n = &way->nodes;
    const char  *id = lm_way_who(m, LM_WHO_NODE);
    const bool   same = n->tick_node && !strcmp(n->tick_node, id);
    lm_node_now *now = find(n, id);
    const bool   last = m->numbers[0] >= m->numbers[1];

    if (same && n->tick_value == m->numbers[0] && n->tick_total == m->numbers[1] && !n->tick_waits)
        return;
    if (!now)
        now = add(n, m);
    now->ticked = uv_hrtime();
    now->value = m->numbers[0];
    now->total = m->numbers[1];
    if (!same) {
        end_tick(way);
        lm_free(n->tick_node);
        n->tick_node = lm_copy_text(id);
    }
    n->tick_value = m->numbers[0];
    n->tick_total = m->numbers[1];
    n->tick_waits = n->state_waits = true;
    if (!last && since(way, n->tick_at) < LM_TOLD_EVERY_MS)
        return;
    save_up(way);
    if (!state_wait(way))
        tell_state(way);
    tell_tick(way);
}

void lm_nodes_end(lm_way *way, const lm_wire *m)
{
    lm_nodes    *n = &way->nodes;
    const char  *id = lm_way_who(m, LM_WHO_NODE);
    lm_node_now *now = find(n, id), kept = { 0 };

    if (n->tick_node && !strcmp(n->tick_node, id))
        end_tick(way);
    if (!now && m->type == LM_WIRE_EXECUTED && n->blocked && !strcmp(n->blocked, id))
        return; /* its end was told */
    if (now && m->type == LM_WIRE_EXECUTED)
        count_run(way, now);
    if (now)
        kept = *now;
    else
        kept = node_of(m);
    kept.value = kept.total;
    put_node(&n->done, way, &kept, "finished");
    free_node(&kept);
    if (now) {
        memmove(now, now + 1, (size_t)(n->now + n->n_now - now - 1) * sizeof *now);
        n->n_now--;
    }
    state_changed(way);
}
