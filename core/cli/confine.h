/* confine.h: what a worker gives up, so that a plugin's misdeeds, or those of a damaged file, stay in its process. */
#ifndef LM_CLI_CONFINE_H
#define LM_CLI_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

/* At its beginning: it dies with the thread that started it, gains no rights by what it runs, has none of root's
 * but to files of any owner, writes no cores of other people's pictures, holds at most 4096 files, and where the system
 * runs out of memory it is ended before the server is. */
void lm_confine(void);

/* Before anything of a stranger's is opened: no program is run and no socket made any more, nobody is traced, no file
 * gets another mode or owner by its name, and the parts of the system that only administrators need are shut; such calls
 * fail with EPERM, on all threads and for good. False where the kernel has no filters. */
bool lm_confine_calls(void);

/* For a process that was handed all it works on: it may read and write what it holds, take memory that holds no
 * program, and end; every other call fails with EPERM, and where the kernel has Landlock nothing would open besides. No
 * more than `memory` bytes of address space (not under a sanitizer, which takes terabytes of it; 0: no limit), files of
 * `file` bytes and 16 descriptors. False where the kernel has no filters. */
bool lm_confine_reader(uint64_t memory, uint64_t file);

#endif
