/* sharing.c: what the page asks of the process that checks, to share a workflow: what would travel, and what does. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/card.h"
#include "core/cli/packed.h"

/* Bytes of models that are read for one bundle: other checks wait behind it. */
#define MOST_READ ((uint64_t)5 << 29)

typedef struct asked {
    lm_session *session;
    lm_json    *body, *d;
    lm_pack_how how;
    char       *title, *author, *licence, *picture;
} asked;

/* A member of the body, as a text of its own; NULL without.                                                  [new] */
static char *text_of(const lm_json *body, lm_json_ref owner, const char *key)
{
    size_t      n = 0;
    const char *at = lm_json_string(body, lm_json_get(body, owner, key), &n);

    return at && n && !memchr(at, 0, n) ? lm_copy_bytes(at, n) : NULL;
}

/* A manifest's texts are short and plain, or its reader refuses them. */
static bool read_words(asked *a, limn_error *err)
{
    static const char *const keys[] = { "title", "author", "licence" };
    char **const             to[] = { &a->title, &a->author, &a->licence };

    for (int i = 0; i < 3; i++) {
        const char *c = *to[i] = text_of(a->body, lm_json_root(a->body), keys[i]);

        for (; c && *c; c++)
            if ((unsigned char)*c < ' ' || *c == 127)
                return limn_fail(err, INPUT, "%s has a control character", keys[i]);
        if (*to[i] && strlen(*to[i]) > LM_BUNDLE_TEXT)
            return limn_fail(err, INPUT, "%s is longer than %d bytes", keys[i], LM_BUNDLE_TEXT);
    }
    a->how.title = a->title;
    a->how.author = a->author;
    a->how.licence = a->licence;
    return true;
}

/* {"filename", "subfolder", "type"}: a picture of the input, output or temp folder. */
static bool read_picture(asked *a, limn_error *err)
{
    const lm_json_ref v = lm_json_get(a->body, lm_json_root(a->body), "picture");
    char             *name, *folder, *type;
    lm_text           path = { 0 };
    bool              well;

    if (!v || lm_json_kind_of(a->body, v) == LM_JSON_NULL)
        return true;
    name = text_of(a->body, v, "filename");
    folder = text_of(a->body, v, "subfolder");
    type = text_of(a->body, v, "type");
    well = (name && lm_folders_working(type ? type : "output")) ||
           limn_fail(err, INPUT, "picture names a file of input, output or temp by filename, subfolder and type");
    if (well) {
        lm_text_printf(&path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name);
        well = lm_folder_bytes(a->session->folders, type ? type : "output", path.at, LM_BUNDLE_INPUT, &a->picture,
                               &a->how.picture_size, err);
        a->how.picture = a->picture;
    }
    lm_free(name);
    lm_free(folder);
    lm_free(type);
    lm_text_done(&path);
    return well;
}

static bool read_workflow(asked *a, limn_error *err)
{
    const lm_json_ref v = lm_json_get(a->body, lm_json_root(a->body), "workflow");
    lm_text           text = { 0 };

    if (lm_json_kind_of(a->body, v) != LM_JSON_OBJECT)
        return limn_fail(err, INPUT, "the body is {\"workflow\": {…}, …}, and this one has none");
    lm_json_write(a->body, v, LM_JSON_SPACES, &text);
    a->d = lm_json_read(text.at, text.size, err);
    lm_text_done(&text);
    return a->d;
}

static bool make(asked *a, const char *as, const char *body, size_t n, lm_text *out, limn_error *err)
{
    bool    digests = true, well;
    lm_text notes = { 0 };

    a->body = lm_json_read(body, n, err);
    if (!a->body || !read_workflow(a, err))
        return false;
    if (!strcmp(as, "list"))
        return lm_pack_tell(a->session, a->d, out, err);
    lm_json_to_bool(a->body, lm_json_get(a->body, lm_json_root(a->body), "digests"), &digests);
    a->how = (lm_pack_how){ .as = lm_pack_as_of(as), .no_digests = !digests, .most_read = MOST_READ };
    if (a->how.as == LM_PACK_KINDS)
        return limn_fail(err, INPUT, "as is list, bundle, png, webp or json");
    if (!read_words(a, err) || !read_picture(a, err))
        return false;
    well = lm_pack_make(a->session, a->d, &a->how, out, &notes, err);
    lm_text_done(&notes);
    return well;
}

bool lm_pack_asked(void *self, const char *as, const char *body, size_t n, lm_text *out, limn_error *err)
{
    asked a = { .session = self };
    bool  well = !strcmp(as, "card") ? lm_card_tell(self, body, n, out, err) : make(&a, as, body, n, out, err);

    lm_json_free(a.body);
    lm_json_free(a.d);
    lm_free(a.title);
    lm_free(a.author);
    lm_free(a.licence);
    lm_free(a.picture);
    return well;
}
