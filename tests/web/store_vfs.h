/* store_vfs.h: a file system between SQLite and the real one ("shim"). It fails the call that a test names, ends the
 * process at a call, has slow syncs, and writes down every write, truncation and sync, so that a power cut can be played afterwards
 * at any of them. One recording at a time; any thread. */
#ifndef LIMN_TESTS_WEB_STORE_VFS_H
#define LIMN_TESTS_WEB_STORE_VFS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/web/chance.h"

typedef enum shim_call {
    SHIM_OPEN,
    SHIM_READ,
    SHIM_WRITE,
    SHIM_TRUNCATE,
    SHIM_SYNC,
    SHIM_REMOVE,
    SHIM_CALLS
} shim_call;

void shim_install(void);

/* From now on the nth (1, …) call of this kind answers `rc`; with `stays`, so do all after it. 0 never does. */
void shim_fail(shim_call call, int64_t nth, int rc, bool stays);
/* … this process is killed before the nth call of any kind. */
void    shim_kill_at(int64_t nth);
int64_t shim_count(shim_call call); /* since the last shim_fail */
bool    shim_failed(void);          /* did the call come to pass? */

/* … each sync of a database, not of its log, takes so long. */
void    shim_slow(int ms);

/* Writes down what happens to files from here on, beginning with nothing. */
void    shim_record(bool on);
int64_t shim_recorded(void);
/* Files in `folder` as a disk may hold them after a power cut before record `cut`: what was synced, and of what was
 * not some sectors of 512 bytes. luck NULL: none of them. */
void shim_play(const char *folder, int64_t cut, chance *luck);

#endif
