/* landlock.h: Linux' Landlock, as far as this kernel has it: which files a process may still open, whom it may reach.
 *
 *     int list = lm_landlock_new();
 *     lm_landlock_add(list, folder, LM_MAY_READ);
 *     lm_landlock_keep(list);
 *
 * A rule holds for what lies beneath its folder in any depth, made or mounted there at any time. */
#ifndef LM_CLI_LANDLOCK_H
#define LM_CLI_LANDLOCK_H

#include <stdbool.h>

enum {
    LM_MAY_READ = 1,  /* files and lists of files */
    LM_MAY_WRITE = 2, /* files and folders are made, written, renamed within a folder, and removed; not devices or links */
    LM_MAY_DRIVE = 4  /* a device is spoken to (ioctl) */
};

/* A list on which nothing stands yet: a descriptor. -1: the kernel has no Landlock, or somebody forbids it. */
int lm_landlock_new(void);

/* What lies at `fd` (an O_PATH will do) and beneath it. */
bool lm_landlock_add(int list, int fd, unsigned may);

/* From here on the calling thread, and all that it starts, opens what the list lets it open and nothing else: EACCES.
 * What is open stays open. It runs no program, connects to no TCP port and binds none (kernels from 6.7 on), sends
 * no signal to a process that is not confined with it (from 6.12 on), and looks into none. For good. Takes the list
 * (-1 is welcome); the process has PR_SET_NO_NEW_PRIVS. */
bool lm_landlock_keep(int list);

#endif
