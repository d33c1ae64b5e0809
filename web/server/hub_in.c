/* hub_in.c: what clients say. Their first message may be the handshake of feature flags; everything else is counted
 * against the limits and ignored. Source: SEC-11 of docs/security.md's threat model. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "web/server/hub_inside.h"
#include "web/server/runner.h"

enum { TOO_LARGE = 1009, POLICY = 1008, TROUBLE = 1011 };

/* ------------------------------------------------------------------ the handshake */

static void answer_flags(lm_hub_socket *s)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "{\"type\": \"feature_flags\", \"data\": %s}", lm_hub_features(s->hub));
    lm_hub_answer(s, t.at, t.size);
    lm_text_done(&t);
}

static bool is_true(const lm_json *d, lm_json_ref data, const char *flag)
{
    return lm_json_kind_of(d, lm_json_get(d, data, flag)) == LM_JSON_TRUE;
}

/* It hears what was said of the jobs that run, and from now on whatever is said of any. */
static void follow(lm_hub_socket *s)
{
    if (!s->wsi || s->follows)
        return;
    s->follows = true;
    s->hub->n_following++;
    lm_runner_replay(s->hub->server->runner, s);
}

/* The first message: a handshake, or the end of waiting for one. What is no JSON does not count. */
static int greet_back(lm_hub_socket *s)
{
    limn_error  err = { 0 };
    lm_json    *d = lm_json_read(s->text, s->text_n, &err);
    lm_json_ref data;

    if (!d)
        return err.code == LIMN_MEMORY ? TROUBLE : 0;
    s->greeted = true;
    if (lm_json_is(d, lm_json_get(d, lm_json_root(d), "type"), "feature_flags")) {
        data = lm_json_get(d, lm_json_root(d), "data");
        s->metadata = is_true(d, data, "supports_preview_metadata");
        answer_flags(s);
        if (is_true(d, data, "limn_replay"))
            follow(s);
    }
    lm_json_free(d);
    return 0;
}

static void forget_text(lm_hub_socket *s)
{
    lm_free(s->text);
    s->text = NULL;
    s->text_n = 0;
}

/* Keeps a piece while the message may be a handshake; false: no memory. */
static bool keep(lm_hub_socket *s, const lm_heard *p)
{
    char *text;

    if (s->greeted || p->binary || !p->piece.n)
        return true;
    if (s->heard > LM_HUB_HANDSHAKE) {
        s->greeted = true;
        forget_text(s);
        return true;
    }
    if (!(text = lm_try_alloc(s->text_n + p->piece.n)))
        return false;
    if (s->text_n)
        memcpy(text, s->text, s->text_n);
    memcpy(text + s->text_n, p->piece.at, p->piece.n);
    lm_free(s->text);
    s->text = text;
    s->text_n += p->piece.n;
    return true;
}

/* ------------------------------------------------------------------ limits */

static bool too_many_frames(lm_hub_socket *s)
{
    const uint64_t now = uv_now(&s->hub->server->loop);

    if (now - s->second_at >= 1000) {
        s->second_at = now;
        s->frames = 0;
    }
    return ++s->frames > s->hub->limits.frames;
}

static void begin_frame(lm_hub_socket *s)
{
    if (!s->in_message) {
        s->fragments = 0;
        s->heard = 0;
    }
    s->in_message = true;
    s->fragments++;
}

int lm_hub_hear(lm_hub_socket *s, const lm_heard *p)
{
    int code = 0;

    if (!s->in_frame) {
        begin_frame(s);
        if (too_many_frames(s) || s->fragments > s->hub->limits.fragments)
            return POLICY;
    }
    s->in_frame = p->left > 0;
    s->heard += p->piece.n;
    if (s->heard > s->hub->limits.message || p->left > s->hub->limits.message - s->heard)
        return TOO_LARGE;
    if (!keep(s, p))
        return TROUBLE;
    if (!p->last)
        return 0;
    s->in_message = false;
    s->hub->counts.received++;
    if (s->text)
        code = greet_back(s);
    forget_text(s);
    return code;
}
