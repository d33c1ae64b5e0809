/* bundle.h: a workflow with what it needs, in one file, x.limn: docs/workflow-format.md has the format.
 *
 *     lm_bundle b;
 *     if (lm_bundle_open(&b, bytes, n, &err))                  // strict; b lends from bytes
 *         text = lm_bundle_workflow(&b, &size, &err);
 *     lm_bundle_done(&b);
 *
 * It comes from a stranger: nothing in it is believed before it was looked at, and nothing is run. It holds
 * workflow.json, manifest.json, perhaps thumbnail.webp, and the pictures that the manifest lists as inputs/…; anything
 * else is refused. */
#ifndef LM_BUNDLE_BUNDLE_H
#define LM_BUNDLE_BUNDLE_H

#include "core/bundle/zip.h"
#include "core/graph/json.h"

enum {
    LM_BUNDLE_FORMAT = 1,
    LM_BUNDLE_INPUTS = 200, LM_BUNDLE_MODELS = 256, LM_BUNDLE_PLUGINS = 64, /* how many */
    LM_BUNDLE_TEXT = 300 /* bytes of a text of the manifest */
};
#define LM_BUNDLE_BYTES    ((size_t)256 << 20) /* of a bundle's file */
#define LM_BUNDLE_INFLATED ((size_t)512 << 20) /* of all of its entries */
#define LM_BUNDLE_INPUT    ((size_t)64 << 20)  /* of one picture */

/* Texts are lent by the manifest, and may hold anything but NULs and control characters. */
typedef struct lm_bundle_input {
    const lm_zip_entry *entry;
    const char         *name;       /* what the workflow calls it */
    char                sha256[65]; /* lower-case digits */
} lm_bundle_input;

typedef struct lm_bundle_model {
    const char *folder, *name, *family; /* family: "" where it is not known */
    uint64_t    bytes;                  /* 0: whoever packed it did not have it */
    char        sha256[65];             /* "" likewise */
} lm_bundle_model;

typedef struct lm_bundle_plugin {
    const char *id, *version;
} lm_bundle_plugin;

typedef struct lm_bundle {
    lm_zip           zip;
    lm_json         *manifest;
    const char      *title, *author, *licence, *limn; /* "" where it does not say */
    lm_bundle_input  inputs[LM_BUNDLE_INPUTS];
    lm_bundle_model  models[LM_BUNDLE_MODELS];
    lm_bundle_plugin plugins[LM_BUNDLE_PLUGINS];
    int              n_inputs, n_models, n_plugins;
} lm_bundle;

/* FILE with a sentence, MEMORY. The bytes are lent as long as b is used. */
bool lm_bundle_open(lm_bundle *b, const void *at, size_t n, limn_error *err);
void lm_bundle_done(lm_bundle *b); /* welcomes a zeroed one, and one that did not open */

/* The text of the workflow.                                                                                  [new] */
char *lm_bundle_workflow(const lm_bundle *b, size_t *size, limn_error *err);
/* The bytes of the i-th picture, whose digest was compared. inputs[i].entry->size of them.                   [new] */
char *lm_bundle_picture(const lm_bundle *b, int i, limn_error *err);

#endif
