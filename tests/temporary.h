/* temporary.h: folders and files of a test's own: in $TMPDIR, or /tmp. */
#ifndef LIMN_TESTS_TEMPORARY_H
#define LIMN_TESTS_TEMPORARY_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEMPORARY_PATH = 200 };

/* "…/limn-WORD-XXXXXX", as mkdtemp and mkstemp take it. Ends the program where it does not fit. */
static inline char *temporary_name(char out[TEMPORARY_PATH], const char *word)
{
    const char *folder = getenv("TMPDIR");

    if (snprintf(out, TEMPORARY_PATH, "%s/limn-%s-XXXXXX", folder && *folder ? folder : "/tmp", word) < TEMPORARY_PATH)
        return out;
    printf("TMPDIR is longer than tests can do with\n");
    exit(1);
}

/* A new folder, or the program's end. */
static inline char *temporary_folder(char out[TEMPORARY_PATH], const char *word)
{
    if (mkdtemp(temporary_name(out, word)))
        return out;
    perror(out);
    exit(1);
}

/* A file that has no name any more, or -1. */
static inline int temporary_file(const char *word)
{
    char      path[TEMPORARY_PATH];
    const int fd = mkstemp(temporary_name(path, word));

    if (fd >= 0)
        unlink(path);
    return fd;
}

#endif
