/* runner_summary.c: what short listings show of a job that ended, so that they need not read its texts.
 * Source: the jobs of ComfyUI's newer versions (comfy_execution/jobs.py): which outputs count, which one is shown. */
#include <inttypes.h>
#include <string.h>

#include "core/base/text.h"
#include "core/graph/blame.h"
#include "core/graph/json.h"
#include "web/server/file_name.h"
#include "web/server/members.h"
#include "web/server/runner_parts.h"

enum { ITEM_MAX = 8 << 10, TEXT_MAX = 1024, ERROR_PIECE = 8 << 10, TRACE_PIECES = 8, ERROR_SMALL = 4 << 10,
       SENDER_PIECE = 512 };

/* ------------------------------------------------------------------ the picture that is shown */

static const char *const shown_endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".mp4", ".webm",
                                             ".mov", ".mkv", ".m4v", ".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a",
                                             ".obj", ".fbx", ".gltf", ".glb", ".usdz", NULL };
static const char *const text_endings[] = { ".txt", ".md", ".json", NULL };

typedef struct shown {
    lm_json    *d;
    int64_t     all, previewable;
    int         rank;              /* of what was found; lower is better, 0: nothing yet */
    lm_json_ref node, media, item; /* keys, and the item */
} shown;

/* One without a type is nothing that clients can show: newer pages throw a whole list away for it. */
static bool may_be_shown(const lm_json *d, lm_json_ref item)
{
    return lm_json_kind_of(d, item) == LM_JSON_STRING ||
           lm_json_kind_of(d, lm_json_get(d, item, "type")) == LM_JSON_STRING;
}

/* 1: a picture (or sound, or shape) that stays; 2: one that does not; 3: a file of text; 4: text; 0: none of these. */
static int rank_of(const lm_json *d, lm_json_ref media, lm_json_ref item)
{
    size_t            n;
    const lm_json_ref file = lm_json_get(d, item, "filename");
    const char       *name = lm_json_string(d, file, &n);

    if (lm_json_kind_of(d, item) == LM_JSON_STRING)
        return lm_json_is(d, media, "text") ? 4 : 0;
    if (!name)
        return 0;
    if (lm_file_name_ends(name, n, text_endings))
        return 3;
    if (!lm_file_name_ends(name, n, shown_endings))
        return 0;
    return lm_json_is(d, lm_json_get(d, item, "type"), "output") ? 1 : 2;
}

static void look_at_list(shown *s, lm_json_ref node, lm_json_ref media, lm_json_ref list)
{
    for (lm_json_ref i = lm_json_first(s->d, list); i; i = lm_json_next(s->d, i)) {
        const int rank = rank_of(s->d, media, i);

        s->all += lm_json_kind_of(s->d, i) == LM_JSON_OBJECT || rank == 4;
        s->previewable += rank != 0;
        if (!rank || (s->rank && rank >= s->rank) || !may_be_shown(s->d, i))
            continue;
        s->rank = rank;
        s->node = node;
        s->media = media;
        s->item = i;
    }
}

static void look_at_outputs(shown *s)
{
    for (lm_json_ref n = lm_json_first_key(s->d, lm_json_root(s->d)); n; n = lm_json_next(s->d, n)) {
        for (lm_json_ref k = lm_json_first_key(s->d, lm_json_value(s->d, n)); k; k = lm_json_next(s->d, k))
            if (!lm_json_is(s->d, k, "animated") && lm_json_kind_of(s->d, lm_json_value(s->d, k)) == LM_JSON_ARRAY)
                look_at_list(s, n, k, lm_json_value(s->d, k));
    }
}

static void put_string(lm_text *out, const lm_json *d, lm_json_ref v, size_t most)
{
    size_t      n;
    const char *at = lm_json_string(d, v, &n);

    lm_json_write_string(at ? at : "", at ? lm_text_fit(at, n, most) : 0, LM_JSON_SPACES, out);
}

static void put_shown(lm_text *out, const shown *s)
{
    lm_text item = { .may_fail = true };
    size_t  n;

    if (s->rank == 4) {
        lm_json_string(s->d, s->item, &n);
        lm_text_puts(&item, "\"type\": \"output\", \"content\": ");
        put_string(&item, s->d, s->item, TEXT_MAX);
        lm_text_puts(&item, n > TEXT_MAX ? ", \"truncated\": true" : "");
    } else {
        lm_text whole = { .may_fail = true };

        lm_json_write(s->d, s->item, LM_JSON_SPACES, &whole);
        if (whole.size > 2)
            lm_text_add(&item, whole.at + 1, whole.size - 2);
        lm_text_done(&whole);
    }
    if (item.size && item.size <= ITEM_MAX) {
        lm_text_printf(out, ", \"preview_output\": {%s, \"nodeId\": ", item.at);
        put_string(out, s->d, s->node, TEXT_MAX);
        lm_text_puts(out, ", \"mediaType\": ");
        put_string(out, s->d, s->media, TEXT_MAX);
        lm_text_puts(out, "}");
    }
    lm_text_done(&item);
}

static void put_outputs(lm_text *out, const char *outputs, size_t n)
{
    limn_error err = { 0 };
    shown      s = { .d = n ? lm_json_read(outputs, n, &err) : NULL };

    if (s.d)
        look_at_outputs(&s);
    lm_text_printf(out, ", \"outputs_count\": %" PRId64 ", \"previewable_outputs_count\": %" PRId64, s.all,
                   s.previewable);
    if (s.rank)
        put_shown(out, &s);
    lm_json_free(s.d);
}

/* ------------------------------------------------------------------ the error */

static void put_key(lm_text *out, const lm_json *d, const char *comma, const char *key)
{
    lm_text_printf(out, "%s\"%s\": ", comma, key);
    put_string(out, d, lm_json_get(d, lm_json_root(d), key), ERROR_PIECE);
}

static void put_trace(lm_text *out, const lm_json *d)
{
    int n = 0;

    lm_text_puts(out, ", \"traceback\": [");
    for (lm_json_ref i = lm_json_first(d, lm_json_get(d, lm_json_root(d), "traceback")); i && n < TRACE_PIECES;
         i = lm_json_next(d, i)) {
        lm_text_puts(out, n++ ? ", " : "");
        put_string(out, d, i, ERROR_PIECE / TRACE_PIECES);
    }
    lm_text_puts(out, "]");
}

/* As it is where it is short. */
static void put_small(lm_text *out, const lm_json *d, const char *key, const char *otherwise)
{
    const lm_json_ref v = lm_json_get(d, lm_json_root(d), key);
    lm_text           t = { .may_fail = true };

    if (v)
        lm_json_write(d, v, LM_JSON_SPACES, &t);
    lm_text_printf(out, ", \"%s\": %s", key, t.size && t.size <= ERROR_SMALL ? t.at : otherwise);
    lm_text_done(&t);
}

static void put_error(lm_text *out, const char *error, size_t n)
{
    limn_error err = { 0 };
    lm_json   *d = n ? lm_json_read(error, n, &err) : NULL;

    if (!d)
        return;
    lm_text_puts(out, ", \"execution_error\": {");
    put_key(out, d, "", "prompt_id");
    put_key(out, d, ", ", "node_id");
    put_key(out, d, ", ", "node_type");
    put_key(out, d, ", ", "exception_message");
    put_key(out, d, ", ", "exception_type");
    put_trace(out, d);
    put_small(out, d, "executed", "[]");
    put_small(out, d, "current_inputs", "{}");
    put_small(out, d, "current_outputs", "[]");
    put_small(out, d, "timestamp", "0");
    lm_text_puts(out, "}");
    lm_json_free(d);
}

/* ------------------------------------------------------------------ all of it */

void lm_summary_sender(lm_text *out, const char *extra, size_t n)
{
    static const char *const keys[] = { "uid", "name", "seed" };
    const lm_slice           limn = lm_members_early((lm_slice){ extra, n }, "limn");
    const char              *before = "{";

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const lm_slice text = limn.n ? lm_members_get(limn, keys[i]) : (lm_slice){ 0 };

        if (text.n < 2 || text.n > SENDER_PIECE || text.at[0] != '"')
            continue;
        lm_text_printf(out, "%s\"%s\": ", before, keys[i]);
        lm_text_add(out, text.at, text.n);
        before = ", ";
    }
    if (*before == ',')
        lm_text_puts(out, "}");
}

void lm_summary_write(lm_text *out, int64_t began_ms, int64_t ended_ms, const char *outputs, size_t n_outputs,
                      const char *error, size_t n_error, const lm_text *sender)
{
    lm_text whole = { .may_fail = true }, times = { 0 };

    lm_text_printf(&times, "{\"execution_start_time\": %" PRId64 ", \"execution_end_time\": %" PRId64, began_ms, ended_ms);
    lm_text_add(&whole, times.at, times.size);
    if (sender && sender->size)
        lm_text_printf(&whole, ", \"limn\": %s", sender->at);
    put_outputs(&whole, outputs, n_outputs);
    put_error(&whole, error, n_error);
    lm_text_puts(&whole, "}");
    if (whole.failed || whole.size > LM_STORE_SUMMARY_MAX)
        lm_text_printf(out, "%s, \"outputs_count\": 0, \"previewable_outputs_count\": 0}", times.at);
    else
        lm_text_add(out, whole.at, whole.size);
    lm_text_done(&whole);
    lm_text_done(&times);
}
