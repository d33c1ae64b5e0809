/* model_notes.c: title, base, trigger words and digest of a model, out of its header's metadata and of files beside it.
 * Source: the metadata that kohya's sd-scripts write, modelspec 1.0, and the files that managers of models keep. */
#include "web/server/model_notes.h"

#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/json.h"
#include "web/work/work_check.h"

enum { MOST_TEXT = 200, MOST_WORDS = 24, MOST_TAGS = 12 };

/* ------------------------------------------------------------------ texts */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Without blanks around it, of whole characters, not longer than MOST_TEXT; empty when nothing is left.       */
static lm_text tidy(const char *at, size_t n)
{
    lm_text t = { 0 };

    while (n && is_blank(*at)) {
        at++;
        n--;
    }
    n = lm_text_fit(at, n, MOST_TEXT);
    while (n && is_blank(at[n - 1]))
        n--;
    if (n)
        lm_text_add(&t, at, n);
    return t;
}

/* The first that says something counts. */
static void say(lm_text *to, const char *text)
{
    if (!to->size && text && strcasecmp(text, "unknown") && strcasecmp(text, "other"))
        *to = tidy(text, strlen(text));
}

void lm_model_word(lm_text *list, int *count, int most, const char *at, size_t n)
{
    lm_text word = tidy(at, n);

    if (word.size && *count < most) {
        lm_text_puts(list, (*count)++ ? ", " : "");
        lm_work_quote(list, word.at);
    }
    lm_text_done(&word);
}

static void add_trigger(lm_model_notes *n, const char *at, size_t size)
{
    lm_model_word(&n->triggers, &n->n_triggers, MOST_WORDS, at, size);
}

/* "one, other": each of them. */
static void add_triggers(lm_model_notes *n, const char *text)
{
    while (text && *text) {
        const size_t size = strcspn(text, ",");

        add_trigger(n, text, size);
        text += size + (text[size] == ',');
    }
}

static size_t digits_of(const char *at, size_t n)
{
    size_t i = 0;

    while (i < n && ((at[i] >= '0' && at[i] <= '9') || ((at[i] | 32) >= 'a' && (at[i] | 32) <= 'f')))
        i++;
    return i;
}

void lm_model_notes_digest(lm_model_notes *n, const char *text, size_t size)
{
    if (*n->sha256 || digits_of(text, size) != 64)
        return;
    for (int i = 0; i < 64; i++)
        n->sha256[i] = text[i] <= '9' ? text[i] : (char)(text[i] | 32);
}

/* ------------------------------------------------------------------ what stands beside it */

/* "model.name": a member of a member; 0 when there is none. */
static lm_json_ref at_path(const lm_json *d, const char *path)
{
    lm_json_ref here = lm_json_root(d);
    char        key[64];

    for (size_t n; here && *path; path += n + (path[n] == '.')) {
        n = strcspn(path, ".");
        memcpy(key, path, n);
        key[n] = 0;
        here = lm_json_kind_of(d, here) == LM_JSON_OBJECT ? lm_json_get(d, here, key) : 0;
    }
    return here;
}

static const char *text_at(lm_json *d, const char *path)
{
    const lm_json_ref v = at_path(d, path);

    return v && lm_json_kind_of(d, v) == LM_JSON_STRING ? lm_json_c_string(d, v) : NULL;
}

static void add_list(lm_model_notes *n, lm_json *d, const char *path)
{
    const lm_json_ref list = at_path(d, path);

    if (!list || n->n_triggers || lm_json_kind_of(d, list) != LM_JSON_ARRAY)
        return;
    for (lm_json_ref v = lm_json_first(d, list); v && n->n_triggers < MOST_WORDS; v = lm_json_next(d, v)) {
        const char *word = lm_json_kind_of(d, v) == LM_JSON_STRING ? lm_json_c_string(d, v) : NULL;

        if (word)
            add_trigger(n, word, strlen(word));
    }
}

/* Of several files it is not known which one this is. */
static void only_file(lm_model_notes *n, lm_json *d)
{
    const lm_json_ref files = at_path(d, "files");
    const lm_json_ref one = files && lm_json_kind_of(d, files) == LM_JSON_ARRAY && lm_json_count(d, files) == 1
                                ? lm_json_at(d, files, 0) : 0;
    const lm_json_ref hashes = one && lm_json_kind_of(d, one) == LM_JSON_OBJECT ? lm_json_get(d, one, "hashes") : 0;
    const lm_json_ref sha = hashes && lm_json_kind_of(d, hashes) == LM_JSON_OBJECT ? lm_json_get(d, hashes, "SHA256") : 0;
    size_t            size = 0;
    const char       *text = sha ? lm_json_string(d, sha, &size) : NULL;

    if (text)
        lm_model_notes_digest(n, text, size);
}

void lm_model_notes_beside(lm_model_notes *n, const char *text, size_t size)
{
    lm_json    *d = lm_json_read(text, size, NULL);
    const char *digest;

    if (!d)
        return;
    say(&n->title, text_at(d, "model.name"));
    say(&n->title, text_at(d, "model_name"));
    say(&n->base, text_at(d, "baseModel"));
    say(&n->base, text_at(d, "base_model"));
    say(&n->base, text_at(d, "sd version"));
    add_list(n, d, "trainedWords");
    add_list(n, d, "civitai.trainedWords");
    if (!n->n_triggers)
        add_triggers(n, text_at(d, "activation text"));
    if ((digest = text_at(d, "sha256")))
        lm_model_notes_digest(n, digest, strlen(digest));
    only_file(n, d);
    lm_json_free(d);
}

/* ------------------------------------------------------------------ what its header says */

/* The end of the object that begins at `at`; NULL when it is cut off. */
static const char *end_of(const char *at, const char *end)
{
    bool inside = false; /* a string */
    int  depth = 0;

    for (; at < end; at++)
        if (inside && *at == '\\')
            at++;
        else if (*at == '"')
            inside = !inside;
        else if (!inside && *at == '{')
            depth++;
        else if (!inside && *at == '}' && !--depth)
            return at + 1;
    return NULL;
}

/* The object __metadata__ of a header that may be cut off behind it; NULL when there is none.            [new] */
static lm_json *metadata_of(const char *header, size_t size)
{
    static const char name[] = "\"__metadata__\"";
    const char       *end = header + size, *at = memmem(header, size, name, sizeof name - 1);
    const char       *last;

    for (at = at ? at + sizeof name - 1 : end; at < end && (is_blank(*at) || *at == ':');)
        at++;
    last = at < end && *at == '{' ? end_of(at, end) : NULL;
    return last ? lm_json_read(at, (size_t)(last - at), NULL) : NULL;
}

static const char *member(lm_json *d, const char *key)
{
    const lm_json_ref v = lm_json_get(d, lm_json_root(d), key);

    return v && lm_json_kind_of(d, v) == LM_JSON_STRING ? lm_json_c_string(d, v) : NULL;
}

/* A trainer notes the path that it had on its own machine. */
static const char *last_part(const char *path)
{
    const char *at = path;

    for (const char *c = path; c && *c; c++)
        at = *c == '/' || *c == '\\' ? c + 1 : at;
    return at;
}

void lm_model_notes_header(lm_model_notes *n, const char *header, size_t size)
{
    lm_json    *d = metadata_of(header, size);
    const char *phrase;

    if (!d)
        return;
    say(&n->title, member(d, "modelspec.title"));
    say(&n->title, member(d, "ss_output_name"));
    say(&n->base, last_part(member(d, "ss_sd_model_name")));
    phrase = member(d, "modelspec.trigger_phrase");
    if (phrase && !n->n_triggers)
        add_trigger(n, phrase, strlen(phrase));
    if (!n->n_tags && (phrase = member(d, "ss_tag_frequency")))
        n->n_tags = lm_model_tags(phrase, MOST_TAGS, &n->tags);
    lm_json_free(d);
}

/* ------------------------------------------------------------------ telling */

static void tell_text(lm_text *out, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    lm_text_printf(out, ", \"%s\": ", key);
    lm_work_quote(out, text);
}

static void tell_list(lm_text *out, const char *key, const lm_text *list)
{
    if (list->size)
        lm_text_printf(out, ", \"%s\": [%s]", key, list->at);
}

void lm_model_notes_tell(const lm_model_notes *n, lm_text *out)
{
    tell_text(out, "title", n->title.at);
    tell_text(out, "base", n->base.at);
    tell_list(out, "triggers", &n->triggers);
    tell_list(out, "tags", &n->tags);
    tell_text(out, "sha256", n->sha256);
}

void lm_model_notes_done(lm_model_notes *n)
{
    lm_text_done(&n->title);
    lm_text_done(&n->base);
    lm_text_done(&n->triggers);
    lm_text_done(&n->tags);
    *n = (lm_model_notes){ 0 };
}
