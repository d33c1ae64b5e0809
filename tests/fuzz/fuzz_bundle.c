/* fuzz_bundle.c: any bytes as a bundle: its directory, its manifest, its entries.
 *
 * Beyond not crashing: what opens has plain names, no two alike, that lie one behind the other and within what a bundle
 * may hold; a picture's bytes have the digest that the manifest speaks of; what is refused is refused with a sentence.
 * Seeds: tests/cli/bundles.py FOLDER. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/bundle/bundle.h"
#include "tests/fuzz/fuzz.h"

static void look_at_entries(const lm_zip *z, size_t size)
{
    size_t at = 0, whole = 0;

    want(z->count <= LM_ZIP_MOST, "no more entries than there may be");
    for (int i = 0; i < z->count; i++) {
        const lm_zip_entry *e = &z->entries[i];

        want(e->name[0] != '/' && !strstr(e->name, "../") && strlen(e->name) <= LM_ZIP_NAME, "a name is plain");
        want(lm_zip_name_is_plain(e->name, strlen(e->name)), "a name is plain by its own rule");
        want(e->begins == at && e->at >= at && e->packed <= size - e->at, "entries lie one behind the other");
        want(lm_zip_find(z, e->name) == e, "no two are called alike");
        at = e->at + e->packed;
        whole += e->size;
    }
    want(whole <= LM_BUNDLE_INFLATED, "all together are no more than they may be");
}

static void read_all(const lm_bundle *b)
{
    limn_error err = { 0 };
    size_t     n;

    lm_free(lm_bundle_workflow(b, &n, &err));
    for (int i = 0; i < b->n_inputs; i++)
        lm_free(lm_bundle_picture(b, i, &err));
    for (int i = 0; i < b->n_inputs; i++)
        want(strlen(b->inputs[i].sha256) == 64 && *b->inputs[i].name, "an input has a name and a digest");
    for (int i = 0; i < b->n_models; i++)
        want(*b->models[i].folder && *b->models[i].name && b->models[i].family, "a model has a folder and a name");
    want(err.code == LIMN_OK || *err.text, "a refusal is a sentence");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lm_bundle b;
    limn_error       err = { 0 };

    if (lm_bundle_open(&b, data, size, &err)) {
        look_at_entries(&b.zip, size);
        read_all(&b);
    } else {
        want(err.code != LIMN_OK && *err.text, "a refusal is a sentence");
    }
    lm_bundle_done(&b);
    return 0;
}
