/* folders.h: the folders that limn works in, and the only door through which a file named by a workflow
 * or a request is opened.
 *
 * A base folder holds models/<kind>/…, input/, output/ and temp/ as ComfyUI lays them out. A "kind" is a
 * folder's name as users say it: "checkpoints", "vae", "loras", "embeddings", "controlnet",
 * "upscale_models", …, or "input", "output", "temp". One kind may have several directories; the first
 * that holds the file wins. Names are relative, with '/' between parts; an absolute name, a part that is
 * "..", a NUL or a control character is refused, and no symbolic link leads out of its root (openat2 with
 * RESOLVE_BENEATH; in input, output and temp no symbolic link is followed at all, and only a regular file
 * is opened). Model directories may hold links that the owner made: those are followed into any model
 * directory that this limn was told of (<base>/models or lm_folders_replace), and nowhere else. */
#ifndef LM_BASE_FOLDERS_H
#define LM_BASE_FOLDERS_H

#include <limn/limn.h>

#include "core/base/drawer.h"

typedef struct lm_folders lm_folders;

/* `base` must exist. Nothing is created until something is written.                          [new] */
lm_folders *lm_folders_new(const char *base, limn_error *err);
void        lm_folders_free(lm_folders *f);

/* Puts another directory in place of <base>/<kind> ("output" from --output) or before it (models). */
bool lm_folders_replace(lm_folders *f, const char *kind, const char *directory, limn_error *err);

/* One more directory of a kind of models: "KIND=DIR" puts it in front of those that are there, "KIND+=DIR" behind
 * them. It need not be there yet. A kind that nobody knew begins with it, and all its files are shown. INPUT for input,
 * output and temp, and for what is no name of a kind.
 * Source: what ComfyUI does with extra_model_paths.yaml. */
bool lm_folders_more(lm_folders *f, const char *order, limn_error *err);

/* One more kind, <base>/models/<kind>, in which files with these endings (".pt", …; NULL-terminated, lent as long
 * as f lives) are shown. For a kind that was added before: more endings. Never for one that ComfyUI lays out. */
void lm_folders_add(lm_folders *f, const char *kind, const char *const *endings);

/* Names of the files of a kind with a fitting extension, recursive, sorted by bytes, NULL-terminated.
 * Model kinds: .safetensors (and .sft); "input": pictures.  Free with lm_folders_names_free.  [new] */
char **lm_folders_names(lm_folders *f, const char *kind);
void   lm_folders_names_free(char **names);

/* Files of a kind with what the system says of them. */
typedef struct lm_folder_file {
    char   *name;              /* from its directory */
    int     root;              /* which of the kind's directories */
    int64_t bytes;
    double  modified, changed; /* seconds since 1970 */
} lm_folder_file;
typedef struct lm_folder_files {
    lm_folder_file *at;
    size_t          n;
} lm_folder_files;
/* As lm_folders_names, but for one that several directories hold, which is there several times.      [new] */
lm_folder_files lm_folders_files(lm_folders *f, const char *kind);
/* The same with what has any other ending: what lies beside the files of a kind, too.                [new] */
lm_folder_files lm_folders_everything(lm_folders *f, const char *kind);
/* What lies in the first directory itself, whatever its ending, the newest first.                    [new] */
lm_folder_files lm_folders_newest(lm_folders *f, const char *kind);
void            lm_folder_files_free(lm_folder_files *files);

/* The i-th kind, and the i-th directory of a kind, as they were given; NULL behind the last.       [lends] */
const char *lm_folders_kind(const lm_folders *f, int i);
const char *lm_folders_root(const lm_folders *f, const char *kind, int i);

/* Is `kind` one that we know?  `true` for every kind that ComfyUI lays out, or that was added. */
bool lm_folders_known(const lm_folders *f, const char *kind);

/* input, output or temp: files come and go there, and a name may say " [output]". */
bool lm_folders_working(const char *kind);

/* Where input, output or temp lies (see tree.h); NULL for another kind.                        [lends] */
const char *lm_folders_tree(const lm_folders *f, const char *kind);

/* Does ComfyUI lay it out, under today's name or an older one? */
bool lm_folders_built_in(const lm_folders *f, const char *kind);

/* Opens for reading; the descriptor is the caller's. FILE on failure, with a sentence that has the kind
 * and the name (never an absolute path). `name` may end in " [input]", " [output]" or " [temp]" when
 * kind is one of those three. */
int lm_folders_open(lm_folders *f, const char *kind, const char *name, limn_error *err);

/* A file of a kind of models, in its i-th directory and no other; -1. */
int lm_folders_open_at(lm_folders *f, const char *kind, int i, const char *name);

/* The path to show to the person who runs limn (<base>/models/checkpoints/x.safetensors).     [new] */
char *lm_folders_path(lm_folders *f, const char *kind, const char *name);

/* A new file under output or temp that nobody sees until it is done: written under a temporary name,
 * then fsync + rename. `name` may have sub-folders, which are created. */
typedef struct lm_new_file {
    int   fd;         /* write here */
    int   directory;  /* descriptors and names are lm_folders' own affair */
    char *temporary, *final;
    bool  durable;    /* waits for the disk before it appears; previews in temp need not */
    bool  replaces;   /* commit puts it in the place of a file that may be there */
    bool  taken;      /* commit failed because a file of that name is there: rename, commit again */
} lm_new_file;
bool lm_new_file_begin(lm_folders *f, const char *kind, const char *name, lm_new_file *out,
                       limn_error *err);
bool lm_new_file_commit(lm_new_file *file, limn_error *err); /* an existing name fails, unless it `replaces` */
void lm_new_file_rename(lm_new_file *file, const char *final); /* another last part of the name */
void lm_new_file_abandon(lm_new_file *file); /* harmless after commit, and on a zeroed struct */

/* The same in any folder that strangers name files in (tree.h); false with errno. */
bool lm_new_file_beneath(const char *root, const char *name, lm_new_file *out);
/* Its bytes are a drawer's file that was written whole, which is moved here, or copied where the disk is another.
 * Takes fd and the drawer's file, whatever happens; false with errno. */
bool lm_new_file_adopt(lm_new_file *file, const lm_drawer *d, int fd, const char *temporary);

/* The next free counter for names "<prefix>_<integer>_…" in a sub-folder of output or temp: 1 + the
 * largest in use; 1 when there is none.  Source: ComfyUI's get_save_image_path. */
int64_t lm_folders_next_counter(lm_folders *f, const char *kind, const char *subfolder,
                                const char *prefix, limn_error *err);

#endif
