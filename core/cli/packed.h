/* packed.h: a workflow made into what travels: a bundle, a picture that carries it, or JSON. Keys, passwords and
 * absolute paths stay here, whichever it is. */
#ifndef LM_CLI_PACKED_H
#define LM_CLI_PACKED_H

#include "core/cli/bundled.h"

typedef enum lm_pack_as { LM_PACK_BUNDLE, LM_PACK_PNG, LM_PACK_WEBP, LM_PACK_JSON, LM_PACK_KINDS } lm_pack_as;

/* "bundle", "png", "webp", "json"; LM_PACK_KINDS: none of these. */
lm_pack_as  lm_pack_as_of(const char *word);
const char *lm_pack_ending(lm_pack_as as); /* ".limn", … */

typedef struct lm_pack_how {
    lm_pack_as  as;
    const char *title, *author, *licence; /* of a bundle; NULL or "": not told */
    const char *picture;                  /* the bytes of a picture of what it paints; NULL: the graph is drawn */
    size_t      picture_size;
    bool        no_digests;               /* models are told by name and size alone */
    uint64_t    most_read;                /* bytes of models that are read for their digests; 0: no bound */
} lm_pack_how;

/* `d`, a workflow, is changed on the way. `notes` (lines) is what could not be taken along, and what was taken out. FILE
 * with a sentence; MEMORY. */
bool lm_pack_make(lm_session *s, lm_json *d, const lm_pack_how *how, lm_text *out, lm_text *notes, limn_error *err);

/* Appends what a bundle of it would hold, without making one:
 *
 *     {"pictures": [{"name", "here", "bytes"}], "models": [{"folder", "name", "here", "bytes", "family"?}],
 *      "plugins": [{"id", "version"}], "unknown": ["class"], "notes": ["what is not taken along"],
 *      "removed": ["what is taken out of it"]} */
bool lm_pack_tell(lm_session *s, lm_json *d, lm_text *json, limn_error *err);

/* For lm_work: `body` is {"workflow", "title"?, "author"?, "licence"?, "digests"?, "picture"?: {"filename", "subfolder",
 * "type"}}, and `as` a word of lm_pack_as_of's, or "list", which is told as above. */
bool lm_pack_asked(void *self, const char *as, const char *body, size_t n, lm_text *out, limn_error *err);

/* ------------------------------------------------------------------ pack_picture.c */

/* A PNG or WebP of the picture that carries both texts as ComfyUI writes them; either may be NULL. All else that the
 * picture's file carried stays here. */
bool lm_picture_carrying(const char *picture, size_t n, lm_pack_as as, const char *prompt, const char *workflow, lm_text *out,
                         limn_error *err);

/* ------------------------------------------------------------------ graph_picture.c */

/* The graph of a workflow as a small picture: groups, links, nodes; as a PNG's bytes.                        [new] */
bool lm_graph_picture(const lm_json *d, lm_text *png, limn_error *err);

#endif
