/* beneath.h: opening a file by a relative name that somebody else chose, never outside of a root.
 *
 * No symbolic link is followed, no "..", nothing absolute: openat2 with RESOLVE_BENEATH does it in one
 * call; where the system has no openat2 (ENOSYS) the name is walked part by part with O_NOFOLLOW, which
 * gives the same answers. All functions set errno; a link on the way is ELOOP. */
#ifndef LM_BASE_BENEATH_H
#define LM_BASE_BENEATH_H

#include <stdbool.h>

/* NULL for a name that may be opened, else what is wrong with it: "is empty", "is absolute", … */
const char *lm_beneath_fault(const char *name);

/* openat(root, name, flags | O_CLOEXEC, mode), but never outside of root. -1 and errno on failure. */
int lm_beneath_open(int root, const char *name, int flags, unsigned mode);

/* The folder `name` ("" is root itself), made with all on the way to it; a descriptor that can be synced. */
int lm_beneath_make(int root, const char *name);

/* A regular file for reading: never waits on a FIFO, refuses folders, devices and sockets (EINVAL). */
int lm_beneath_file(int root, const char *name);

/* Gives the file `from` of folder `at` the name `to` in folder `there`. One that has the name stays (EEXIST). */
bool lm_beneath_rename(int at, const char *from, int there, const char *to);

/* Behaves as if openat2 were missing; for tests. */
extern bool lm_beneath_walks;

#endif
