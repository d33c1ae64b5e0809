/* hub_say.c: what is said, made into frames once and put to those whom it is for. */
#include "web/server/hub_inside.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"

static bool nobody(lm_hub *h, const char *client)
{
    return !h || (client ? !lm_hub_find(h, client) : !h->n_listed);
}

static void put_to(lm_hub *h, const char *client, lm_item_kind kind, lm_note *note)
{
    if (client) {
        lm_hub_put(lm_hub_find(h, client), kind, 0, note);
        return;
    }
    for (lm_hub_socket *s = h->sockets; s; s = s->next)
        if (s->listed)
            lm_hub_put(s, kind, 0, note);
}

static void say(lm_hub *h, const char *client, lm_item_kind kind, bool binary, lm_slice head, lm_slice body)
{
    lm_note *note;

    if (nobody(h, client))
        return;
    note = lm_note_new(binary, head, body);
    put_to(h, client, kind, note);
    lm_note_unref(note);
}

void lm_hub_say(lm_hub *h, const char *client, const char *json, size_t n)
{
    say(h, client, LM_ITEM_TEXT, false, (lm_slice){ NULL, 0 }, (lm_slice){ json, n });
}

/* Those who follow every job, but for one who is told anyway. */
static lm_hub_socket *next_follower(lm_hub_socket *s, const lm_hub_socket *own)
{
    while (s && (!s->listed || !s->follows || s == own))
        s = s->next;
    return s;
}

static lm_hub_socket *first_follower(lm_hub *h, const lm_hub_socket *own)
{
    return h->n_following ? next_follower(h->sockets, own) : NULL;
}

void lm_hub_tell(lm_hub *h, const char *client, const char *json, size_t n)
{
    lm_hub_socket *own = h && *client ? lm_hub_find(h, client) : NULL;
    lm_note       *note;

    if (!h || (!own && !first_follower(h, NULL)))
        return;
    note = lm_note_new(false, (lm_slice){ NULL, 0 }, (lm_slice){ json, n });
    if (own)
        lm_hub_put(own, LM_ITEM_TEXT, 0, note);
    for (lm_hub_socket *s = first_follower(h, own); s; s = next_follower(s->next, own))
        lm_hub_put(s, LM_ITEM_TEXT, 0, note);
    lm_note_unref(note);
}

void lm_hub_answer(lm_hub_socket *s, const char *json, size_t n)
{
    lm_note *note = lm_note_new(false, (lm_slice){ NULL, 0 }, (lm_slice){ json, n });

    lm_hub_put(s, LM_ITEM_TEXT, 0, note);
    lm_note_unref(note);
}

void lm_hub_status(lm_hub *h, int64_t remaining)
{
    static const char form[] =
        "{\"type\": \"status\", \"data\": {\"status\": {\"exec_info\": {\"queue_remaining\": %lld}}}}";
    char      text[128];
    const int n = snprintf(text, sizeof text, form, (long long)remaining);

    say(h, NULL, LM_ITEM_STATUS, false, (lm_slice){ NULL, 0 }, (lm_slice){ text, (size_t)n });
}

/* ------------------------------------------------------------------ pictures */

enum { PREVIEW_IMAGE = 1, PREVIEW_IMAGE_WITH_METADATA = 4, FORMAT_JPEG = 1, FORMAT_PNG = 2 };

static char *put_u32(char *at, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (char)(value >> shift);
    return at;
}

/* Type 1: its number, the format's, the picture. */
static lm_slice plain_head(char head[8], bool png)
{
    put_u32(put_u32(head, PREVIEW_IMAGE), png ? FORMAT_PNG : FORMAT_JPEG);
    return (lm_slice){ head, 8 };
}

/* Type 4: its number, the length of the metadata, these, the picture. */
static lm_note *with_metadata(const lm_hub_preview *p)
{
    const size_t n = strlen(p->meta);
    char        *head = lm_try_alloc(8 + n);
    lm_note     *note;

    if (!head)
        return NULL;
    memcpy(put_u32(put_u32(head, PREVIEW_IMAGE_WITH_METADATA), (uint32_t)n), p->meta, n);
    note = lm_note_new(true, (lm_slice){ head, 8 + n }, (lm_slice){ p->picture, p->n });
    lm_free(head);
    return note;
}

static lm_note *preview_note(const lm_hub_preview *p, bool metadata)
{
    char head[8];

    return metadata ? with_metadata(p) : lm_note_new(true, plain_head(head, p->png), (lm_slice){ p->picture, p->n });
}

static uint64_t node_key(const char *node)
{
    uint64_t hash = 14695981039346656037u;

    for (; node && *node; node++)
        hash = (hash ^ (unsigned char)*node) * 1099511628211u;
    return hash;
}

static void show_one(lm_hub_socket *s, const lm_hub_preview *p, lm_note *notes[2])
{
    if (p->meta_only && !s->metadata)
        return;
    if (!notes[s->metadata])
        notes[s->metadata] = preview_note(p, s->metadata);
    lm_hub_put(s, LM_ITEM_PREVIEW, node_key(p->node), notes[s->metadata]);
}

void lm_hub_show(lm_hub *h, const lm_hub_preview *p)
{
    lm_hub_socket *own = h && p->client && *p->client ? lm_hub_find(h, p->client) : NULL;
    lm_note       *notes[2] = { NULL, NULL };

    if (!h || !h->n_listed)
        return;
    if (own)
        show_one(own, p, notes);
    for (lm_hub_socket *s = p->client ? first_follower(h, own) : NULL; s; s = next_follower(s->next, own))
        if (s->metadata)
            show_one(s, p, notes);
    for (lm_hub_socket *s = p->client ? NULL : h->sockets; s; s = s->next)
        if (s->listed)
            show_one(s, p, notes);
    lm_note_unref(notes[0]);
    lm_note_unref(notes[1]);
}

void lm_hub_show_again(lm_hub_socket *s, const lm_hub_preview *p)
{
    lm_note *notes[2] = { NULL, NULL };

    if (s->metadata)
        show_one(s, p, notes);
    lm_note_unref(notes[0]);
    lm_note_unref(notes[1]);
}

void lm_hub_give(lm_hub *h, const char *client, const char *picture, size_t n, bool png)
{
    char head[8];

    say(h, client, LM_ITEM_TEXT, true, plain_head(head, png), (lm_slice){ picture, n });
}
