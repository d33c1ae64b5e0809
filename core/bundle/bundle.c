/* bundle.c: opens a bundle: its entries, and what the manifest says of them. */
#include "core/bundle/bundle.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"

static const size_t most_manifest = (size_t)1 << 20, most_thumbnail = (size_t)1 << 20;

/* ------------------------------------------------------------------ entries */

static bool is_input(const char *name)
{
    return !strncmp(name, "inputs/", 7) && !strchr(name + 7, '/');
}

/* Only what a bundle has, and no larger than it may be. */
static bool vet_entry(const lm_zip_entry *e, limn_error *err)
{
    const size_t most = !strcmp(e->name, "workflow.json")    ? LM_JSON_MAX_BYTES
                        : !strcmp(e->name, "manifest.json")  ? most_manifest
                        : !strcmp(e->name, "thumbnail.webp") ? most_thumbnail
                        : is_input(e->name)                  ? LM_BUNDLE_INPUT
                                                             : 0;

    if (!most)
        return limn_fail(err, FILE, "it holds %s, which no bundle has", e->name);
    return e->size <= most || limn_fail(err, FILE, "%s has %zu bytes, and %zu at most", e->name, e->size, most);
}

static bool vet_entries(const lm_bundle *b, limn_error *err)
{
    for (int i = 0; i < b->zip.count; i++)
        if (!vet_entry(&b->zip.entries[i], err))
            return false;
    if (!lm_zip_find(&b->zip, "workflow.json") || !lm_zip_find(&b->zip, "manifest.json"))
        return limn_fail(err, FILE, "not a bundle: it has no workflow.json or no manifest.json");
    return true;
}

/* ------------------------------------------------------------------ the manifest */

static bool is_clean(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return n <= LM_BUNDLE_TEXT;
}

/* A member that is a text; "" when it is not there. False: it is something else, or no clean text. */
static bool text_of(const lm_bundle *b, lm_json_ref owner, const char *key, const char **out, limn_error *err)
{
    const lm_json_ref v = lm_json_get(b->manifest, owner, key);
    size_t            n = 0;
    const char       *text = lm_json_string(b->manifest, v, &n);

    *out = text ? text : "";
    if (v && (!text || !is_clean(text, n) || strlen(text) != n))
        return limn_fail(err, FILE, "manifest.json: %s is no plain text", key);
    return true;
}

/* 64 digits, or with `may_lack` nothing. */
static bool digest_of(const lm_bundle *b, lm_json_ref owner, bool may_lack, char out[65], limn_error *err)
{
    const char *text;

    if (!text_of(b, owner, "sha256", &text, err))
        return false;
    if ((strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64) || (may_lack && !*text)) {
        strcpy(out, text);
        return true;
    }
    return limn_fail(err, FILE, "manifest.json: a sha256 is 64 digits");
}

static bool read_input(lm_bundle *b, lm_json_ref row, limn_error *err)
{
    lm_bundle_input *in = &b->inputs[b->n_inputs];
    const char      *file;

    if (!text_of(b, row, "file", &file, err) || !text_of(b, row, "name", &in->name, err) ||
        !digest_of(b, row, false, in->sha256, err))
        return false;
    in->entry = is_input(file) ? lm_zip_find(&b->zip, file) : NULL;
    if (!in->entry || !*in->name)
        return limn_fail(err, FILE, "manifest.json: an input that is not in the bundle, or has no name");
    for (int i = 0; i < b->n_inputs; i++)
        if (b->inputs[i].entry == in->entry || !strcmp(b->inputs[i].name, in->name))
            return limn_fail(err, FILE, "manifest.json: an input that is there twice");
    b->n_inputs++;
    return true;
}

static bool read_model(lm_bundle *b, lm_json_ref row, limn_error *err)
{
    lm_bundle_model  *m = &b->models[b->n_models];
    const lm_json_ref bytes = lm_json_get(b->manifest, row, "bytes");

    if (!text_of(b, row, "folder", &m->folder, err) || !text_of(b, row, "name", &m->name, err) ||
        !text_of(b, row, "family", &m->family, err) || !digest_of(b, row, true, m->sha256, err))
        return false;
    m->bytes = 0;
    if (!*m->folder || !*m->name || (bytes && !lm_json_to_uint(b->manifest, bytes, &m->bytes)))
        return limn_fail(err, FILE, "manifest.json: a model without a folder, a name, or a size in bytes");
    b->n_models++;
    return true;
}

static bool read_plugin(lm_bundle *b, lm_json_ref row, limn_error *err)
{
    lm_bundle_plugin *p = &b->plugins[b->n_plugins];

    b->n_plugins++;
    return text_of(b, row, "id", &p->id, err) && text_of(b, row, "version", &p->version, err);
}

typedef bool read_row(lm_bundle *b, lm_json_ref row, limn_error *err);

static bool read_list(lm_bundle *b, const char *key, uint32_t most, read_row *read, limn_error *err)
{
    const lm_json    *d = b->manifest;
    const lm_json_ref list = lm_json_get(d, lm_json_root(d), key);

    if (list && (lm_json_kind_of(d, list) != LM_JSON_ARRAY || lm_json_count(d, list) > most))
        return limn_fail(err, FILE, "manifest.json: %s is a list of at most %u", key, most);
    for (lm_json_ref v = lm_json_first(d, list); v; v = lm_json_next(d, v))
        if (!read(b, lm_json_resolve(d, v), err))
            return false;
    return true;
}

/* Pictures that nobody lists would be baggage. */
static bool every_input_is_listed(const lm_bundle *b, limn_error *err)
{
    int n = 0;

    for (int i = 0; i < b->zip.count; i++)
        n += is_input(b->zip.entries[i].name);
    return n == b->n_inputs || limn_fail(err, FILE, "it holds %d pictures, and its manifest lists %d", n, b->n_inputs);
}

static bool read_manifest(lm_bundle *b, limn_error *err)
{
    const lm_zip_entry *e = lm_zip_find(&b->zip, "manifest.json");
    char               *text = lm_zip_read(&b->zip, e, err);
    int64_t             format = 0;
    lm_json_ref         root;

    if (text)
        b->manifest = lm_json_read(text, e->size, err);
    lm_free(text);
    if (!b->manifest)
        return false;
    root = lm_json_root(b->manifest);
    lm_json_to_int(b->manifest, lm_json_get(b->manifest, root, "format"), &format);
    if (format != LM_BUNDLE_FORMAT)
        return limn_fail(err, FILE, "manifest.json: this limn opens bundles of format %d", LM_BUNDLE_FORMAT);
    return text_of(b, root, "title", &b->title, err) && text_of(b, root, "author", &b->author, err) && text_of(b, root, "licence", &b->licence, err) &&
           text_of(b, root, "limn", &b->limn, err) && read_list(b, "inputs", LM_BUNDLE_INPUTS, read_input, err) &&
           read_list(b, "models", LM_BUNDLE_MODELS, read_model, err) &&
           read_list(b, "plugins", LM_BUNDLE_PLUGINS, read_plugin, err) && every_input_is_listed(b, err);
}

/* ------------------------------------------------------------------ the door */

bool lm_bundle_open(lm_bundle *b, const void *at, size_t n, limn_error *err)
{
    b->manifest = NULL;
    b->n_inputs = b->n_models = b->n_plugins = 0;
    if (n > LM_BUNDLE_BYTES)
        return limn_fail(err, FILE, "a bundle has %zu MB at most", LM_BUNDLE_BYTES >> 20);
    return lm_zip_open(&b->zip, at, n, LM_BUNDLE_INFLATED, err) && vet_entries(b, err) && read_manifest(b, err);
}

void lm_bundle_done(lm_bundle *b)
{
    lm_json_free(b->manifest);
    b->manifest = NULL;
}

char *lm_bundle_workflow(const lm_bundle *b, size_t *size, limn_error *err)
{
    const lm_zip_entry *e = lm_zip_find(&b->zip, "workflow.json");

    *size = e->size;
    return lm_zip_read(&b->zip, e, err);
}

char *lm_bundle_picture(const lm_bundle *b, int i, limn_error *err)
{
    const lm_bundle_input *in = &b->inputs[i];
    char                  *bytes = lm_zip_read(&b->zip, in->entry, err), hex[65];
    uint8_t                digest[32];
    lm_sha256              s;

    if (!bytes)
        return NULL;
    lm_sha256_init(&s);
    lm_sha256_add(&s, bytes, in->entry->size);
    lm_sha256_done(&s, digest);
    lm_hex(digest, sizeof digest, hex);
    if (!strcmp(hex, in->sha256))
        return bytes;
    lm_free(bytes);
    limn_fail(err, FILE, "%s is not the picture that the manifest speaks of", in->entry->name);
    return NULL;
}
