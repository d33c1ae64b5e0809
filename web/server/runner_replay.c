/* runner_replay.c: what was said of the job that runs, kept for those who come while it does, and said to them again. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/runner_parts.h"

enum { MOST_KEPT = 1 << 20, MOST_EXECUTED = 2 << 20, MOST_STATE = 1 << 20 }; /* bytes; of more nothing is said again */

/* ------------------------------------------------------------------ keeping */

/* A frame, and in front of it how long it is. */
static void put_kept(lm_text *all, const lm_text *frame)
{
    const uint32_t n = (uint32_t)frame->size;

    lm_text_add(all, (const char *)&n, sizeof n);
    lm_text_add(all, frame->at, frame->size);
}

void lm_replay_keep(lm_replay *r, const char *type, const lm_text *frame)
{
    if (frame->failed)
        return;
    if (!strcmp(type, "execution_cached") && frame->size <= MOST_KEPT)
        put_kept(&r->cached, frame);
    else if (!strcmp(type, "executed") && r->executed.size + frame->size <= MOST_EXECUTED)
        put_kept(&r->executed, frame);
}

void lm_replay_keep_preview(lm_replay *r, const lm_hub_preview *p)
{
    char *picture = lm_try_alloc(p->n);

    lm_replay_forget_preview(r);
    if (!picture)
        return;
    memcpy(picture, p->picture, p->n);
    r->preview = *p;
    r->preview.picture = picture;
    r->preview.node = lm_copy_text(p->node);
    r->preview.meta = lm_copy_text(p->meta);
}

void lm_replay_forget_preview(lm_replay *r)
{
    lm_free((char *)r->preview.picture);
    lm_free((char *)r->preview.node);
    lm_free((char *)r->preview.meta);
    r->preview = (lm_hub_preview){ 0 };
}

void lm_replay_done(lm_replay *r)
{
    lm_text_done(&r->cached);
    lm_text_done(&r->executed);
    lm_replay_forget_preview(r);
}

/* ------------------------------------------------------------------ saying it again */

static void say_kept(lm_hub_socket *s, const lm_text *all)
{
    uint32_t n;

    for (size_t at = 0; at < all->size; at += n) {
        memcpy(&n, all->at + at, sizeof n);
        at += sizeof n;
        lm_hub_answer(s, all->at + at, n);
    }
}

static void say_start(lm_hub_socket *s, const lm_way *way)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "{\"type\": \"execution_start\", \"data\": {\"prompt_id\": %s, \"timestamp\": %" PRId64 "}}",
                   way->quoted, way->began_ms);
    lm_hub_answer(s, t.at, t.size);
    lm_text_done(&t);
}

static void say_state(lm_hub_socket *s, const lm_way *way)
{
    lm_text data = { .may_fail = true }, t = { .may_fail = true };

    lm_nodes_state(way, &data, way->nodes.done.size <= MOST_STATE);
    lm_text_puts(&t, "{\"type\": \"progress_state\", \"data\": ");
    lm_text_add(&t, data.at, data.size);
    lm_text_puts(&t, "}");
    if (!data.failed && !t.failed)
        lm_hub_answer(s, t.at, t.size);
    lm_text_done(&data);
    lm_text_done(&t);
}

void lm_runner_replay(const lm_runner *r, lm_hub_socket *s)
{
    const lm_way *way = r ? r->now : NULL;

    if (!way)
        return;
    say_start(s, way);
    say_kept(s, &way->replay.cached);
    say_kept(s, &way->replay.executed);
    say_state(s, way);
    if (way->replay.preview.picture)
        lm_hub_show_again(s, &way->replay.preview);
}
