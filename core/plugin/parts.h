/* parts.h: what the files of core/plugin share and nobody else sees. */
#ifndef LM_PLUGIN_PARTS_H
#define LM_PLUGIN_PARTS_H

#include "core/plugin/plugin.h"

/* ------------------------------------------------------------------ open.c */

/* A file that may be a plugin. The descriptor stays open as long as the program runs: the system knows an opened
 * object by the path it was opened under, and /proc/self/fd/7 must not come to mean another one. */
typedef struct lm_object {
    int         fd;
    int         file;     /* of a locked one: what fd is a sealed copy of; -1: none */
    const char *shown;
    char       *path;     /* to open it under */
    uint8_t     digest[32];
    void       *handle;   /* dlopen's */
} lm_object;

/* Opens, looks at the first bytes and takes the SHA-256 of the whole. `locked`: of a copy in memory that nobody can
 * write, and dlopen will get that one, not what the path means by then or what is written into the file. */
bool lm_object_open(lm_object *o, const char *path, const char *shown, bool locked, limn_error *err);
void lm_object_done(lm_object *o); /* for one that was not loaded */

/* Runs the object's constructors, finds its entry and asks it for its table. */
const limn_plugin *lm_object_table(lm_object *o, limn_error *err);

/* ------------------------------------------------------------------ layout.c */

/* Copies a stranger's tables into today's structs. Texts stay where they are. What is copied lives until the
 * program ends. *newer: it says something that this limn has no name for. */
bool lm_layout_copy(const limn_plugin *theirs, limn_plugin *out, bool *newer, limn_error *err);

/* ------------------------------------------------------------------ vet.c */

/* Can it be right, by itself? */
bool lm_vet_plugin(const limn_plugin *p, limn_error *err);

/* ------------------------------------------------------------------ probe.c */

enum { LM_PROBE_SECONDS = 5 };

/* Lets a forked child open, copy and vet it. A child that says nothing, or not in time, is a refusal. */
bool lm_probe(lm_object *o, limn_error *err);

/* Did this file pass before? `folder` may be NULL. */
bool lm_probe_recalls(const char *folder, const uint8_t digest[32]);
void lm_probe_remembers(const char *folder, const uint8_t digest[32]);

/* ------------------------------------------------------------------ locked.c */

typedef struct lm_allowed lm_allowed;

/* Reads a list of SHA-256 digests as sha256sum writes them. FILE when it is missing, malformed, or could have been
 * written by somebody else.                                                                    [new] */
lm_allowed *lm_allowed_read(const char *path, const char *shown, limn_error *err);
void        lm_allowed_free(lm_allowed *a);

/* Could nobody else put files into this folder? True when it is not there. */
bool lm_allowed_folder(const char *path, const char *shown, limn_error *err);

/* Is the object's file ours alone, and its digest in the list? */
bool lm_allowed_has(const lm_allowed *a, const lm_object *o, limn_error *err);

/* ------------------------------------------------------------------ crash.c */

/* From now on a crash in `o`'s code ends the program with a sentence and `status`. */
void lm_crash_watch(const lm_origin *o, const lm_object *object, int status);

#endif
