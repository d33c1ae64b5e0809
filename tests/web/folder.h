/* folder.h: folders that come and go. */
#ifndef LIMN_TESTS_WEB_FOLDER_H
#define LIMN_TESTS_WEB_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/temporary.h"

/* A new folder; in memory where the machine has one, unless a test is about the disk. */
static inline char *folder_new(char out[TEMPORARY_PATH])
{
    strcpy(out, "/dev/shm/limn-store-XXXXXX");
    return access("/dev/shm", W_OK) ? temporary_folder(out, "store") : mkdtemp(out) ? out : (abort(), out);
}

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

static inline void folder_remove(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
