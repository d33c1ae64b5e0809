/* fuzz_model_notes.c: any bytes as what is said of a model: the first byte says whether as its header, as a file beside it, as
 * a digest, or as all three one behind the other.
 *
 * Beyond not crashing: what is told of it is JSON, lists have no more than they may, a digest is 64 digits, and what was said
 * first stays said. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "tests/fuzz/fuzz.h"
#include "web/server/model_notes.h"

enum { MOST = 24 }; /* of a list */

static void hear(lm_model_notes *n, int how, const char *text, size_t size)
{
    if (how == 0)
        lm_model_notes_header(n, text, size);
    else if (how == 1)
        lm_model_notes_beside(n, text, size);
    else
        lm_model_notes_digest(n, text, size);
}

static int length_of(const lm_json *d, const char *key)
{
    const lm_json_ref list = lm_json_get(d, lm_json_root(d), key);

    return list ? (int)lm_json_count(d, list) : 0;
}

static void want_told(const lm_model_notes *n, lm_text *out)
{
    limn_error err = { 0 };
    lm_json   *d;

    lm_text_puts(out, "{\"name\": \"a\"");
    lm_model_notes_tell(n, out);
    lm_text_puts(out, "}");
    d = lm_json_read(out->at, out->size, &err);
    want(d, "what is told is JSON");
    want(n->n_triggers <= MOST && n->n_tags <= MOST && length_of(d, "triggers") == n->n_triggers &&
         length_of(d, "tags") == n->n_tags, "lists have as many as was counted");
    want(!*n->sha256 || strspn(n->sha256, "0123456789abcdef") == 64, "a digest is 64 digits");
    lm_json_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int      first = size ? data[0] & 3 : 0;
    lm_model_notes n = { 0 };
    lm_text        told = { 0 }, again = { 0 };
    char          *text = lm_copy_bytes((const char *)data + (size > 0), size - (size > 0));

    size -= size > 0;
    for (int how = 0; how < 3; how++)
        if (how == first || first == 3)
            hear(&n, how, text, size);
    want_told(&n, &told);
    for (int how = 0; how < 3; how++)
        hear(&n, first < 3 ? first : how, text, size);
    want_told(&n, &again);
    want(told.size == again.size && !memcmp(told.at, again.at, told.size), "what was said first stays said");
    lm_text_done(&told);
    lm_text_done(&again);
    lm_model_notes_done(&n);
    lm_free(text);
    return 0;
}
