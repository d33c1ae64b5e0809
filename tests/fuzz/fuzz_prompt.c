/* fuzz_prompt.c: any bytes as the body of POST /prompt; bit 0 of the first byte asks for what a check may have, too.
 *
 * Beyond not crashing: a refusal has a type and a sentence; what is accepted is JSON within its bounds, is the same when it is
 * read a second time, keeps its secrets apart, and a body made of what was understood is understood in the same way. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "tests/fuzz/fuzz.h"
#include "web/queue/store.h"
#include "web/server/members.h"
#include "web/server/prompt_parts.h"

static lm_posted read_body(lm_slice body, bool checked_only)
{
    lm_posted p = { .checked_only = checked_only };

    lm_posted_read(&p, body, lm_slice_of("a \"tool\""));
    return p;
}

static bool same_text(const lm_text *a, const lm_text *b)
{
    return a->size == b->size && (!a->size || !memcmp(a->at, b->at, a->size));
}

static bool same_name(const char *a, const char *b)
{
    return !a == !b && (!a || !strcmp(a, b));
}

/* But for the time of its coming. */
static void want_same(const lm_posted *a, const lm_posted *b)
{
    want(!a->fault == !b->fault && a->canvas == b->canvas && a->canvas_too == b->canvas_too, "read again it is the same");
    want(a->fault || (same_text(&a->prompt, &b->prompt) && same_text(&a->targets, &b->targets) &&
                      same_text(&a->secrets, &b->secrets) && same_name(a->id, b->id) && same_name(a->client, b->client) &&
                      a->numbered == b->numbered && a->front == b->front), "read again its members are the same");
}

static lm_json *json_of(const lm_text *t, lm_json_kind kind)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(t->at, t->size, &err);

    want(d && lm_json_kind_of(d, lm_json_root(d)) == kind, "what is kept is JSON");
    return d;
}

static void want_extra(lm_posted *p)
{
    lm_json    *d = json_of(&p->extra, LM_JSON_OBJECT);
    lm_json_ref root = lm_json_root(d), client = lm_json_get(d, root, "client_id");
    size_t      n = 0;
    const char *text = lm_json_string(d, client, &n);
    lm_text     all = { 0 };

    want(!lm_json_get(d, root, "api_key_comfy_org") && !lm_json_get(d, root, "auth_token_comfy_org"), "secrets stay apart");
    want(same_name(p->client, text) && lm_json_get(d, root, "create_time"), "what is ours to say is said");
    lm_json_free(d);
    lm_posted_extra(p, &all);
    lm_json_free(json_of(&all, LM_JSON_OBJECT));
    lm_text_done(&all);
}

/* A body of what was understood. */
static void want_round(lm_posted *p)
{
    lm_text   body = { 0 };
    lm_posted again;

    lm_text_printf(&body, "{\"prompt\":%s,\"extra_data\":", p->prompt.at);
    lm_posted_extra(p, &body);
    if (p->targets.size)
        lm_text_printf(&body, ",\"partial_execution_targets\":%s", p->targets.at);
    lm_text_puts(&body, "}");
    again = read_body((lm_slice){ body.at, body.size }, p->checked_only);
    want(!again.fault && same_text(&again.prompt, &p->prompt) && same_text(&again.secrets, &p->secrets) &&
         same_text(&again.targets, &p->targets) && same_name(again.client, p->client), "what was understood is understood again");
    lm_posted_done(&again);
    lm_text_done(&body);
}

static void want_accepted(lm_posted *p)
{
    want((!p->id || (*p->id && strlen(p->id) <= LM_STORE_NAME_MAX)) &&
         (!p->client || (*p->client && strlen(p->client) <= LM_STORE_NAME_MAX)), "names are as long as they may be");
    lm_json_free(json_of(&p->prompt, LM_JSON_OBJECT));
    if (p->targets.size)
        lm_json_free(json_of(&p->targets, LM_JSON_ARRAY));
    want_extra(p);
    if (!p->canvas)
        want_round(p);
}

/* Members are found in text that nobody has read, too: within it. */
static void look_at_members(lm_slice body)
{
    lm_slice key, value;

    for (lm_members m = lm_members_of(body); lm_members_next(&m, &key, &value);)
        want(key.at >= body.at && value.at >= body.at && key.at + key.n <= body.at + body.n &&
             value.at + value.n <= body.at + body.n, "a member lies within its text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool     checked_only = size && (data[0] & 1);
    const lm_slice body = { (const char *)data + (size > 0), size - (size > 0) };
    lm_posted      p = read_body(body, checked_only), again = read_body(body, checked_only);

    want_same(&p, &again);
    want(!p.fault || (*p.fault && *p.err.text), "a refusal has a type and a sentence");
    if (!p.fault)
        want_accepted(&p);
    look_at_members(body);
    lm_posted_done(&p);
    lm_posted_done(&again);
    return 0;
}
