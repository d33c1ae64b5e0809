/* prompt_read.c: the body of POST /prompt, looked at member by member before anybody believes it (SEC-9).
 * Source: ComfyUI 0.3.64's server.py: which members there are. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/graph/canvas.h"
#include "core/graph/json.h"
#include "web/queue/queue.h"
#include "web/server/prompt_parts.h"

enum { SOURCE_MAX = 256, MOST_DIGITS = 64 };

static bool fault(lm_posted *p, const char *type, const char *sentence)
{
    p->fault = type;
    return limn_fail(&p->err, INPUT, "%s", sentence);
}

static bool is_given(const lm_json *d, lm_json_ref v)
{
    const lm_json_kind k = lm_json_kind_of(d, v);

    return k != LM_JSON_ABSENT && k != LM_JSON_NULL;
}

/* ------------------------------------------------------------------ members */

/* An id: 1 … 256 bytes, without a NUL. */
static bool read_name(lm_posted *p, const lm_json *d, lm_json_ref v, const char *type, const char *sentence, char **out)
{
    size_t      n = 0;
    const char *text = lm_json_string(d, v, &n);

    if (!is_given(d, v) || (text && !n))
        return true;
    if (!text || n > LM_STORE_NAME_MAX || memchr(text, 0, n))
        return fault(p, type, sentence);
    lm_free(*out);
    *out = lm_copy_text(text);
    return true;
}

static bool read_id(lm_posted *p, const lm_json *d, lm_json_ref root)
{
    const lm_json_ref v = lm_json_get(d, root, "prompt_id");
    size_t            n = 1;

    if (lm_json_string(d, v, &n) && !n)
        return fault(p, "invalid_prompt_id", "prompt_id is empty");
    return read_name(p, d, v, "invalid_prompt_id", "prompt_id must be a text of at most 256 bytes", &p->id);
}

static bool read_client(lm_posted *p, const lm_json *d, lm_json_ref root)
{
    static const char wrong[] = "client_id must be a text of at most 256 bytes";
    const lm_json_ref extra = lm_json_get(d, root, "extra_data");

    return read_name(p, d, lm_json_get(d, extra, "client_id"), "invalid_client_id", wrong, &p->client) &&
           read_name(p, d, lm_json_get(d, root, "client_id"), "invalid_client_id", wrong, &p->client);
}

static bool read_place(lm_posted *p, const lm_json *d, lm_json_ref root)
{
    const lm_json_ref number = lm_json_get(d, root, "number"), front = lm_json_get(d, root, "front");
    double            truth = 0;

    if (is_given(d, number)) {
        p->numbered = true;
        if (!lm_json_to_double(d, number, &p->number) || !isfinite(p->number))
            return fault(p, "invalid_number", "number must be a finite number");
    }
    if (!is_given(d, front) || lm_json_to_bool(d, front, &p->front))
        return true;
    if (!lm_json_to_double(d, front, &truth))
        return fault(p, "invalid_front", "front must be true or false");
    p->front = truth != 0;
    return true;
}

static bool read_targets(lm_posted *p, const lm_json *d, lm_json_ref root)
{
    static const char wrong[] = "partial_execution_targets must be a list of node ids";
    const lm_json_ref list = lm_json_get(d, root, "partial_execution_targets");

    if (!is_given(d, list))
        return true;
    if (lm_json_kind_of(d, list) != LM_JSON_ARRAY)
        return fault(p, "invalid_targets", wrong);
    for (lm_json_ref v = lm_json_first(d, list); v; v = lm_json_next(d, v))
        if (lm_json_kind_of(d, v) != LM_JSON_STRING)
            return fault(p, "invalid_targets", wrong);
    lm_json_write(d, list, LM_JSON_COMPACT, &p->targets);
    return true;
}

/* Is one of its members a node? */
static bool has_nodes(const lm_json *d, lm_json_ref prompt)
{
    for (lm_json_ref k = lm_json_first_key(d, prompt); k; k = lm_json_next(d, k))
        if (lm_json_get(d, lm_json_value(d, k), "class_type"))
            return true;
    return false;
}

/* For a check the workflow may stand under "workflow", or be the body itself. */
static lm_json_ref find_graph(const lm_posted *p, const lm_json *d, lm_json_ref root)
{
    const lm_json_ref prompt = lm_json_get(d, root, "prompt"), workflow = lm_json_get(d, root, "workflow");

    if (!p->checked_only)
        return prompt;
    if (lm_canvas_is(d, root) || (has_nodes(d, root) && !has_nodes(d, prompt)))
        return root;
    return is_given(d, prompt) ? prompt : workflow;
}

static bool read_graph(lm_posted *p, const lm_json *d, lm_json_ref root)
{
    const lm_json_ref prompt = find_graph(p, d, root);

    if (!is_given(d, prompt))
        return fault(p, "no_prompt", "No prompt provided");
    p->canvas = p->checked_only && lm_canvas_is(d, prompt);
    if (lm_json_kind_of(d, prompt) != LM_JSON_OBJECT)
        return fault(p, "invalid_prompt", "prompt must be an object of nodes");
    if (p->checked_only && !p->canvas && lm_json_count(d, prompt) && !has_nodes(d, prompt))
        return fault(p, "invalid_prompt", "this is no workflow: it has no list of nodes, and no node with a class_type");
    if (!p->canvas && lm_json_count(d, prompt) > LM_PROMPT_MOST_NODES)
        return fault(p, "invalid_prompt", "prompt has more than 100000 nodes");
    lm_json_write(d, prompt, LM_JSON_COMPACT, &p->prompt);
    if (p->canvas)
        lm_json_to_bool(d, lm_json_get(d, root, "answer_workflow"), &p->canvas_too);
    return true;
}

/* ------------------------------------------------------------------ extra_data */

static void put_member(lm_text *out, const lm_json *d, lm_json_ref key)
{
    lm_text_puts(out, out->size > 1 ? "," : "");
    lm_json_write(d, key, LM_JSON_COMPACT, out);
    lm_text_puts(out, ":");
    lm_json_write(d, lm_json_value(d, key), LM_JSON_COMPACT, out);
}

/* What the runner looks for stands in front, so that it need not look through all the rest (lm_members_early). What is ours to
 * say replaces what was said. */
enum { SECRET, PREVIEW, SENDER, OTHERS, N_PLACES, OURS = N_PLACES };
static int place_of(const lm_json *d, lm_json_ref key)
{
    size_t      n;
    const char *name = lm_json_string(d, key, &n);

    if (lm_json_is(d, key, "client_id") || lm_json_is(d, key, "create_time") || lm_json_is(d, key, "comfy_usage_source"))
        return OURS;
    if (lm_queue_is_secret(name, n))
        return SECRET;
    return lm_json_is(d, key, "preview_method") ? PREVIEW : lm_json_is(d, key, "limn") ? SENDER : OTHERS;
}

static void put_text(lm_text *out, const char *key, const char *text, size_t n)
{
    lm_text_printf(out, "%s\"%s\":", out->size > 1 ? "," : "", key);
    lm_json_write_string(text, n, LM_JSON_COMPACT, out);
}

static bool read_extra(lm_posted *p, const lm_json *d, lm_json_ref root, lm_slice source)
{
    const lm_json_ref extra = lm_json_get(d, root, "extra_data");

    if (is_given(d, extra) && lm_json_kind_of(d, extra) != LM_JSON_OBJECT)
        return fault(p, "invalid_extra_data", "extra_data must be an object");
    lm_text_puts(&p->extra, "{");
    for (int place = 0; place < N_PLACES; place++)
        for (lm_json_ref k = lm_json_first_key(d, extra); k; k = lm_json_next(d, k))
            if (place_of(d, k) == place)
                put_member(place == SECRET ? &p->secrets : &p->extra, d, k);
    if (p->client)
        put_text(&p->extra, "client_id", p->client, strlen(p->client));
    if (source.n && source.n <= SOURCE_MAX)
        put_text(&p->extra, "comfy_usage_source", source.at, source.n);
    lm_text_printf(&p->extra, "%s\"create_time\":%" PRId64 "}", p->extra.size > 1 ? "," : "", p->created_ms);
    return true;
}

enum { MOST_SECRETS = 64 << 10 }; /* bytes: a job carries them in memory */

static bool fit_in_memory(lm_posted *p)
{
    if (p->secrets.size > MOST_SECRETS)
        return fault(p, "invalid_extra_data", "auth_token_comfy_org and api_key_comfy_org must have at most 64 KiB");
    if (!p->prompt.failed && !p->extra.failed && !p->targets.failed && !p->secrets.failed)
        return true;
    p->fault = "busy";
    return limn_fail(&p->err, MEMORY, "there is no memory for another prompt");
}

void lm_posted_extra(lm_posted *p, lm_text *t)
{
    lm_text_puts(t, "{");
    if (p->secrets.size)
        lm_text_printf(t, "%s,", p->secrets.at);
    lm_text_add(t, p->extra.at + 1, p->extra.size - 1);
}

/* ------------------------------------------------------------------ all of it */

/* 1e999, NaN: spelled so that no number is meant. */
static bool is_finite(const char *text, size_t n)
{
    char digits[MOST_DIGITS + 1];

    if (!n || text[n - 1] < '0' || text[n - 1] > '9')
        return false;
    if (n > MOST_DIGITS)
        return !memchr(text, 'e', n) && !memchr(text, 'E', n) && n < 300;
    memcpy(digits, text, n);
    digits[n] = '\0';
    return isfinite(strtod(digits, NULL));
}

/* A canvas's file may hold others, in places that nobody runs; what is made of it has none. */
static bool numbers_are_finite(lm_posted *p, const lm_json *d)
{
    if (p->canvas)
        return true;
    for (uint32_t i = 1; i < d->count; i++)
        if (d->nodes[i].kind == LM_JSON_NUMBER && !is_finite(d->nodes[i].text, d->nodes[i].size))
            return fault(p, "invalid_number", "the body holds a number that is not finite, or has too many digits");
    return true;
}

void lm_posted_read(lm_posted *p, lm_slice body, lm_slice source)
{
    lm_json    *d = lm_json_read(body.at, body.n, &p->err);
    lm_json_ref root = d ? lm_json_root(d) : 0;

    p->created_ms = lm_clock_ms();
    p->prompt.may_fail = p->extra.may_fail = p->targets.may_fail = p->secrets.may_fail = true;
    if (!d)
        p->fault = p->err.code == LIMN_MEMORY ? "busy" : "invalid_json";
    else if (lm_json_kind_of(d, root) != LM_JSON_OBJECT)
        fault(p, "invalid_json", "the body must be a JSON object");
    else if (read_graph(p, d, root) && numbers_are_finite(p, d) && read_id(p, d, root) && read_client(p, d, root) &&
             read_place(p, d, root) && read_targets(p, d, root))
        (void)(read_extra(p, d, root, source) && fit_in_memory(p));
    lm_json_free(d);
}

void lm_posted_done(lm_posted *p)
{
    lm_free(p->id);
    lm_free(p->client);
    lm_text_done(&p->prompt);
    lm_text_done(&p->extra);
    lm_text_done(&p->targets);
    if (p->secrets.at)
        explicit_bzero(p->secrets.at, p->secrets.size);
    lm_text_done(&p->secrets);
    *p = (lm_posted){ 0 };
}
