/* queue_extra.c: what of a submission's extra_data may be stored, what may not, and which workflow it is of.
 * Source: ComfyUI keeps auth_token_comfy_org and api_key_comfy_org out of its queue and history. */
#include "web/queue/queue_parts.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"

bool lm_queue_is_secret(const char *name, size_t n)
{
    static const char *const names[] = { "auth_token_comfy_org", "api_key_comfy_org" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n == strlen(names[i]) && !memcmp(name, names[i], n))
            return true;
    return false;
}

static bool is_secret(const lm_json *d, lm_json_ref key)
{
    size_t      n;
    const char *name = lm_json_string(d, key, &n);

    return lm_queue_is_secret(name, n);
}

static bool any_secret(const lm_json *d)
{
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k; k = lm_json_next(d, k))
        if (is_secret(d, k))
            return true;
    return false;
}

/* The members that are secret, or the others, as an object; { 0 } without memory. */
static lm_blob members(const lm_json *d, bool secret)
{
    lm_text out = { .may_fail = true };
    lm_blob b;

    lm_text_puts(&out, "{");
    for (lm_json_ref k = lm_json_first_key(d, lm_json_root(d)); k; k = lm_json_next(d, k)) {
        if (is_secret(d, k) != secret)
            continue;
        if (out.size > 1)
            lm_text_puts(&out, ",");
        lm_json_write(d, k, LM_JSON_COMPACT, &out);
        lm_text_puts(&out, ":");
        lm_json_write(d, lm_json_value(d, k), LM_JSON_COMPACT, &out);
    }
    lm_text_puts(&out, "}");
    b.size = out.size;
    b.at = lm_text_take(&out);
    return b;
}

static char *workflow_of(lm_json *d)
{
    const lm_json_ref info = lm_json_get(d, lm_json_root(d), "extra_pnginfo");
    const lm_json_ref id = lm_json_get(d, lm_json_get(d, info, "workflow"), "id");
    size_t            n = 0;
    const char       *text = lm_json_string(d, id, &n) && n <= LM_STORE_NAME_MAX ? lm_json_c_string(d, id) : NULL;

    return text && strlen(text) <= LM_STORE_NAME_MAX ? lm_copy_text(text) : NULL; /* a NUL has become three bytes */
}

bool lm_extra_split(lm_blob *extra, lm_blob *secrets, char **workflow, limn_error *err)
{
    lm_json   *d;
    lm_blob    rest;
    limn_error why = { 0 };

    if (!extra->size)
        return true;
    if (!(d = lm_json_read(extra->at, extra->size, &why)))
        return limn_fail_at(err, why.code == LIMN_MEMORY ? LIMN_MEMORY : LIMN_INPUT, __FILE__, __LINE__,
                            "extra_data: %.300s", why.text);
    if (lm_json_kind_of(d, lm_json_root(d)) != LM_JSON_OBJECT) {
        lm_json_free(d);
        return limn_fail(err, INPUT, "extra_data is not a JSON object");
    }
    if (workflow)
        *workflow = workflow_of(d);
    if (any_secret(d)) {
        *secrets = members(d, true);
        rest = members(d, false);
        if (!secrets->at || !rest.at) {
            lm_free(rest.at);
            lm_json_free(d);
            return limn_fail(err, MEMORY, "there is no memory for extra_data");
        }
        explicit_bzero(extra->at, extra->size);
        lm_free(extra->at);
        *extra = rest;
    }
    lm_json_free(d);
    return true;
}
