/* drawer.h: a folder of limn's own files, named by limn: opened once, every file opened beneath it, no link
 * followed. New files are written under a temporary name and appear whole, or not at all. */
#ifndef LM_BASE_DRAWER_H
#define LM_BASE_DRAWER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <limn/limn.h>

typedef struct lm_drawer lm_drawer;

/* `path` is made when it is not there. FILE with what is wrong.                                 [new] */
lm_drawer *lm_drawer_open(const char *path, limn_error *err);
void       lm_drawer_close(lm_drawer *d);

/* A regular file, to be read; -1 and errno. */
int lm_drawer_read(const lm_drawer *d, const char *name);
/* A new file, to be written: `temporary` is its name until it is put in place. -1 and errno. */
enum { LM_DRAWER_NAME = 64 };
int lm_drawer_write(const lm_drawer *d, char temporary[LM_DRAWER_NAME]);
/* Waits until the disk has it, closes fd, and puts the file in the place of one that may be there. False and
 * errno, with the temporary file gone. */
bool lm_drawer_place(const lm_drawer *d, int fd, const char *temporary, const char *name);
void lm_drawer_drop(const lm_drawer *d, int fd, const char *temporary); /* closes and removes */
/* Moves a temporary file, which is still open, to another folder, in the place of one that may be there. False and
 * errno: EXDEV when that folder is on another disk; the file is still here. */
bool lm_drawer_give(const lm_drawer *d, const char *temporary, int folder, const char *name);
bool lm_drawer_remove(const lm_drawer *d, const char *name);

/* Removes what writers left; for an owner who knows that none is at work. */
void lm_drawer_clear(const lm_drawer *d);

/* Marks the file as used just now (its modification time), for whoever goes by last use. */
void lm_drawer_touch(int fd);

/* Calls `each` for every file but those of writers at work; what a dead writer left is removed. */
typedef struct lm_drawer_file {
    const char     *name;
    uint64_t        bytes;
    struct timespec used;
} lm_drawer_file;
void lm_drawer_each(const lm_drawer *d, void *self, void (*each)(void *self, const lm_drawer_file *file));

#endif
