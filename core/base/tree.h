/* tree.h: a folder in which strangers name files: the user's own, input, output, temp.
 *
 * Every name is relative and taken beneath the root; no link is followed, and only regular files and folders are seen
 * (beneath.h). The root is a path that the owner chose, and may itself be a link; until something is written it need
 * not be there. Functions that fail set errno: ENOENT, EEXIST, ELOOP (a link is in the way), EXDEV (the name leads
 * out), EINVAL (no regular file), … Safe from any thread; new files come by lm_new_file_beneath (folders.h). */
#ifndef LM_BASE_TREE_H
#define LM_BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lm_tree_entry {
    char    *name;                     /* from the folder that was listed, '/' between its parts */
    bool     folder;
    uint64_t bytes;
    int64_t  modified_ms, changed_ms;  /* since 1970: its bytes, its bytes or its place */
} lm_tree_entry;

/* Makes the root, with all on the way to it. */
bool lm_tree_make(const char *root);
/* Could it be made, or is it there, and files in it? Looks, and changes nothing; false: errno. */
bool lm_tree_may_make(const char *root);

/* The root itself, to be given to functions of beneath.h; -1. */
int lm_tree_root(const char *root);

/* A regular file, for reading; -1. */
int  lm_tree_file(const char *root, const char *name);

/* What is there under that name ("" is the root)? A file or a folder; `name` of it is NULL. */
bool lm_tree_look(const char *root, const char *name, lm_tree_entry *out);

/* A regular file goes (EISDIR for a folder), or has another name, whose folders are made. Without `replace` a file
 * that has that name already stays, and the move fails with EEXIST. */
bool lm_tree_remove(const char *root, const char *name);
bool lm_tree_move(const char *root, const char *from, const char *to, bool replace);

/* All files and folders in `folder`, sorted by the bytes of their names; `deep`: and in its folders. `shown` (may be
 * NULL) says of each part of a name whether it is seen. At most LM_TREE_MOST entries, 32 folders deep. */
enum { LM_TREE_MOST = 100000 };
typedef struct lm_tree_list {
    lm_tree_entry *at;
    size_t         n, room;
} lm_tree_list;
bool lm_tree_each(const char *root, const char *folder, bool deep, bool (*shown)(const char *part), lm_tree_list *out);
void lm_tree_list_done(lm_tree_list *list);

/* Removes all that the root holds, of whatever kind, links unfollowed; the root stays. Best effort, and no longer than
 * this; 0: to the end. */
void lm_tree_empty(const char *root, int within_ms);
/* A folder goes, with all that it holds. Best effort, no link is followed. */
void lm_tree_remove_folder(const char *root, const char *name);

#endif
