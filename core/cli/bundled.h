/* bundled.h: what limn pack, limn unpack and limn run x.limn share: files of a workflow found here, by name or by
 * content. */
#ifndef LM_CLI_BUNDLED_H
#define LM_CLI_BUNDLED_H

#include "core/bundle/bundle.h"
#include "core/bundle/uses.h"
#include "core/cli/carried.h"
#include "core/cli/session.h"
#include "core/graph/index.h"

/* SHA-256 of all that can be read from fd, as 64 digits; false when it cannot be read. */
bool lm_bundled_digest(int fd, char hex[65]);
void lm_bundled_digest_of(const void *at, size_t n, char hex[65]);

/* Digests of files that this process has read, by device, inode, size and times. [any] */
struct stat;
bool lm_digests_find(const struct stat *st, char hex[65]);
void lm_digests_keep(const struct stat *st, const char hex[65]);

/* The ending of a picture's file by its first bytes, ".png", ".jpg" or ".webp"; NULL: it is none. */
const char *lm_bundled_ending(const void *at, size_t n);

/* ------------------------------------------------------------------ pack_files.c */

typedef struct lm_packed_file {
    char    *folder, *name; /* "input" and a picture's name, or a kind of models and a file's */
    char    *bytes;         /* of a picture */
    size_t   size;          /* of bytes */
    uint64_t bytes_there;   /* of a model's file */
    char     sha256[65];
    char     family[64];
    bool     here;
} lm_packed_file;

typedef struct lm_packing {
    lm_session      *session;
    lm_json         *d;
    lm_packed_file   at[LM_BUNDLE_INPUTS + LM_BUNDLE_MODELS];
    int              n;
    const lm_origin *plugins[LM_BUNDLE_PLUGINS];
    int              n_plugins;
    lm_index         unknown_names;
    lm_text          unknown; /* classes that nobody here knows, as JSON texts with commas between them */
    lm_text          notes;
    char           **embeddings; /* all that are here; NULL: nobody has asked */
    int              n_missing;  /* of them that were named and are not here; the first are noted */
    bool             no_digests; /* models are not read for theirs */
    uint64_t         most_read;  /* bytes of models that are read for them; 0: no bound */
    uint64_t         read;
} lm_packing;

/* Finds the files and plugins that p->d, a workflow, uses, and reads the pictures; what is not here is noted. */
bool lm_packing_gather(lm_packing *p, const lm_canvas_env *env, limn_error *err);
void lm_packing_done(lm_packing *p);

/* A picture's file in memory made small, as WebP. False: it cannot be read.                          [new] */
bool lm_packed_thumbnail(const char *bytes, size_t n, lm_text *out, limn_error *err);

/* ------------------------------------------------------------------ placing.c */

/* The file's bytes, when it is a bundle; NULL: it is not, or *err.                                   [new] */
char *lm_bundled_read(const char *path, size_t *n, limn_error *err);

/* What is to be said of a bundle that was placed: lines. Zero it first; most_read may be set. */
typedef struct lm_bundled_told {
    uint64_t most_read; /* bytes of files here that are read to compare them, at most; 0: no bound */
    lm_text  brought;   /* sentences about pictures that are in the input folder now, */
    lm_text  notes;     /* about what is called otherwise here, */
    lm_text  missing;   /* and about models and plugins that are not here */
    lm_text  placed;    /* its pictures' names in the input folder */
    int      n_missing; /* models that are not here */
} lm_bundled_told;
void lm_bundled_told_done(lm_bundled_told *t);

/* Writes the bundle's pictures into the input folder under fresh names (those that are there already are used), looks
 * for its models by content and then by name, and gives the workflow with the names that count here.  [new] */
char *lm_bundled_place(const lm_session *s, const lm_bundle *b, size_t *size, lm_bundled_told *told, limn_error *err);

/* Is a plugin of that name loaded? */
bool lm_bundled_has_plugin(const lm_session *s, const char *id);

/* What a bundle carries, as lm_carried_read tells it: with a session placed as above, with NULL as it is. False: it is
 * no bundle (and *err is untouched), else c->n is 1, or 0 and *err. */
bool lm_bundled_carried(const lm_session *s, const char *path, lm_carried *c, limn_error *err);

#endif
