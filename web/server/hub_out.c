/* hub_out.c: what waits for one socket, and its way out. Order is kept: texts and given pictures are all sent or the
 * socket is closed; a preview gives way to a newer one of its node, and on a full socket to any text behind it. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/hub_inside.h"

enum { ITEM_BYTES = sizeof(lm_item), SEND_BYTES = 256 * 1024 };

/* ------------------------------------------------------------------ notes */

lm_note *lm_note_new(bool binary, lm_slice head, lm_slice body)
{
    lm_note *n = head.at || body.at ? lm_try_alloc(sizeof *n + LM_HUB_PRE + head.n + body.n) : NULL;

    if (!n)
        return NULL;
    *n = (lm_note){ .refs = 1, .binary = binary, .n = head.n + body.n };
    if (head.n)
        memcpy(n->room + LM_HUB_PRE, head.at, head.n);
    if (body.n)
        memcpy(n->room + LM_HUB_PRE + head.n, body.at, body.n);
    return n;
}

void lm_note_unref(lm_note *n)
{
    if (n && --n->refs == 0)
        lm_free(n);
}

/* ------------------------------------------------------------------ the queue */

/* A note that waits for many is held once. */
static void count_held(lm_hub *h, lm_note *note, int sign)
{
    const bool alone = sign > 0 ? note->queues++ == 0 : --note->queues == 0;
    uint64_t   n = ITEM_BYTES + (alone ? note->n : 0);

    h->counts.held_bytes = sign > 0 ? h->counts.held_bytes + n : h->counts.held_bytes - n;
}

static void count(lm_hub_socket *s, const lm_item *item, int sign)
{
    const size_t n = item->note->n + ITEM_BYTES;
    size_t      *sum = item->kind == LM_ITEM_PREVIEW ? &s->waiting_previews : &s->waiting;

    *sum = sign > 0 ? *sum + n : *sum - n;
    s->hub->counts.waiting_bytes = sign > 0 ? s->hub->counts.waiting_bytes + n : s->hub->counts.waiting_bytes - n;
    count_held(s->hub, item->note, sign);
    s->texts += item->kind == LM_ITEM_PREVIEW ? 0 : sign;
}

static void remove_item(lm_hub_socket *s, lm_item *item)
{
    count(s, item, -1);
    *(item->prev ? &item->prev->next : &s->first) = item->next;
    *(item->next ? &item->next->prev : &s->last) = item->prev;
    lm_note_unref(item->note);
    lm_free(item);
}

static void drop_preview(lm_hub_socket *s, lm_item *item)
{
    remove_item(s, item);
    s->hub->counts.dropped_previews++;
}

static bool append(lm_hub_socket *s, lm_item_kind kind, uint64_t node, lm_note *note)
{
    lm_item *item = lm_try_alloc(sizeof *item);

    if (!item)
        return false;
    note->refs++;
    *item = (lm_item){ .prev = s->last, .note = note, .kind = kind, .node = node };
    *(s->last ? &s->last->next : &s->first) = item;
    s->last = item;
    count(s, item, +1);
    return true;
}

void lm_hub_forget(lm_hub_socket *s)
{
    while (s->first)
        remove_item(s, s->first);
}

void lm_hub_drop(lm_hub_socket *s)
{
    lm_hub_forget(s);
    s->closing = true;
    lm_hub_lws_shut(s);
}

/* ------------------------------------------------------------------ previews */

static lm_item *preview_before(lm_item *from)
{
    while (from && from->kind != LM_ITEM_PREVIEW)
        from = from->next;
    return from;
}

/* Makes room for a preview: the one of its node leaves, then the oldest ones. */
static void make_room(lm_hub_socket *s, uint64_t node, size_t n)
{
    lm_item *next, *item = s->waiting_previews ? preview_before(s->first) : NULL;

    for (; item; item = next) {
        next = preview_before(item->next);
        if (item->node == node || s->waiting_previews + n > s->hub->limits.previews)
            drop_preview(s, item);
    }
}

static void put_preview(lm_hub_socket *s, uint64_t node, lm_note *note)
{
    if (note)
        make_room(s, node, note->n + ITEM_BYTES);
    if (!note || note->n > s->hub->limits.previews || !append(s, LM_ITEM_PREVIEW, node, note))
        s->hub->counts.dropped_previews++;
}

/* ------------------------------------------------------------------ all sockets together */

static void keep_newest_preview(lm_hub_socket *s)
{
    lm_item *next, *item = preview_before(s->first);

    for (; item && (next = preview_before(item->next)); item = next)
        drop_preview(s, item);
}

static lm_hub_socket *fullest(const lm_hub *h)
{
    lm_hub_socket *most = NULL;

    for (lm_hub_socket *s = h->sockets; s; s = s->next)
        if (s->first && (!most || s->waiting + s->waiting_previews > most->waiting + most->waiting_previews))
            most = s;
    return most;
}

/* Many that do not read must not take the server's memory together, either. */
static void bound(lm_hub *h)
{
    if (h->counts.held_bytes <= h->limits.all)
        return;
    for (lm_hub_socket *s = h->sockets; s; s = s->next)
        keep_newest_preview(s);
    for (lm_hub_socket *s; h->counts.held_bytes > h->limits.all && (s = fullest(h));) {
        h->counts.closed_slow++;
        lm_hub_drop(s);
    }
}

/* ------------------------------------------------------------------ in */

static bool replaces_last(lm_hub_socket *s, lm_item_kind kind, lm_note *note)
{
    if (kind != LM_ITEM_STATUS || !note || !s->last || s->last->kind != LM_ITEM_STATUS)
        return false;
    count(s, s->last, -1);
    lm_note_unref(s->last->note);
    s->last->note = note;
    note->refs++;
    count(s, s->last, +1);
    return true;
}

static void put_text(lm_hub_socket *s, lm_item_kind kind, lm_note *note)
{
    if (replaces_last(s, kind, note))
        return;
    if (s->waiting >= s->hub->limits.waiting) {
        s->hub->counts.closed_slow++;
        lm_hub_drop(s);
    } else if (!note || !append(s, kind, 0, note)) {
        lm_hub_drop(s);
    }
}

void lm_hub_put(lm_hub_socket *s, lm_item_kind kind, uint64_t node, lm_note *note)
{
    if (s->closing || !s->wsi)
        return;
    if (kind == LM_ITEM_PREVIEW)
        put_preview(s, node, note);
    else
        put_text(s, kind, note);
    bound(s->hub);
    if (s->first)
        lm_hub_lws_wake(s);
}

/* ------------------------------------------------------------------ out */

bool lm_hub_has_all(lm_hub_socket *s)
{
    return !s->first && !lm_hub_lws_full(s);
}

bool lm_hub_send(lm_hub_socket *s)
{
    size_t sent = 0;

    while (s->first && sent < SEND_BYTES && !lm_hub_lws_full(s)) {
        if (s->first->kind == LM_ITEM_PREVIEW && s->stalled && s->texts) {
            drop_preview(s, s->first);
            continue;
        }
        if (!lm_hub_lws_write(s, s->first->note))
            return false;
        sent += s->first->note->n;
        s->hub->counts.sent++;
        remove_item(s, s->first);
    }
    s->stalled = lm_hub_lws_full(s) || (s->stalled && s->first);
    if (s->first)
        lm_hub_lws_wake(s);
    return true;
}
